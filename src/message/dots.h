/* dots.h - removes what transparency added to a message sent with DATA (RFC 5321 4.5.2), and the line with the
 * final dot. */
#ifndef SC_MESSAGE_DOTS_H
#define SC_MESSAGE_DOTS_H

#include "base/str.h"

struct sc_dots {
	uint8_t state; /* 0: the beginning of a line, as at the beginning of the text */
};

/* Takes the next run of the message off the front of `*wire`; false: `wire` is used up, or the text has ended. */
bool sc_dots_next(struct sc_dots *d, sc_str *wire, sc_str *text);

/* Octets are missing: what comes next stands somewhere within a line. */
void sc_dots_gap(struct sc_dots *d);

#endif
