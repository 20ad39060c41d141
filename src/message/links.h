/* links.h - links in text that streams by: http, https and ftp. */
#ifndef SC_MESSAGE_LINKS_H
#define SC_MESSAGE_LINKS_H

#include "base/str.h"

#define SC_LINK_OCTETS 2000 /* a longer link is passed over: half of it would be another link */

struct sc_links {
	uint8_t  state;
	uint8_t  tail_len;
	bool     html, too_long;
	uint16_t len;
	char     tail[8];  /* the octets before, for a scheme that was cut */
	char    *room;     /* SC_LINK_OCTETS, the owner's; NULL: nothing is looked for */
};

/* Takes octets off the front of `*run`; true: `*link` is one, good until the next call. */
bool sc_links_next(struct sc_links *l, sc_str *run, sc_str *link);
/* The text is over: the link it ended with, if any. */
bool sc_links_end(struct sc_links *l, sc_str *link);

#endif
