/* anchors.h - links of HTML whose text names another host than they lead to, found while the text streams by. */
#ifndef SC_MESSAGE_ANCHORS_H
#define SC_MESSAGE_ANCHORS_H

#include "base/str.h"

#define SC_ANCHOR_OCTETS 512 /* kept of where a link leads to, and of its text; a longer text is no name of a host */
#define SC_ANCHOR_NAME   12  /* of a tag or an attribute, as far as it matters */

struct sc_anchors {
	uint8_t  state;    /* enum in anchors.c */
	char     quote;    /* around the value in work */
	bool     open;     /* between <a href> and </a> */
	bool     link;     /* the tag in work is <a> */
	bool     too_long; /* the text */
	uint8_t  name_len, dashes;
	uint16_t target_len, shown_len;
	char     name[SC_ANCHOR_NAME];
	char     target[SC_ANCHOR_OCTETS], shown[SC_ANCHOR_OCTETS];
};

/* What a link says, and where it leads: hosts of different organisations. */
struct sc_disguise {
	sc_str shown, target;
};

/* Begins with anchors that are all zeros.  Takes octets off the front of `*run`; true: `*d` is a link in disguise, good until the
 * next call. */
bool sc_anchors_next(struct sc_anchors *a, sc_str *run, struct sc_disguise *d);

#endif
