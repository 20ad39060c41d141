/* disguise.h - whether the text of a link names another host than its target. */
#ifndef SC_MESSAGE_DISGUISE_H
#define SC_MESSAGE_DISGUISE_H

#include "message/anchors.h"

/* A link's text without tags, and the value of its href, both as they stand in HTML; both are changed in place, and what `*d` tells
 * lies in them.  False: the text is no host or URL, the target is none of the web, or both are of one organisation. */
bool sc_disguise_read(char *text, size_t text_len, char *href, size_t href_len, struct sc_disguise *d);

#endif
