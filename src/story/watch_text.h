/* watch_text.h - faults of format that the beginning of a message shows: NUL, 8-bit octets, line ends without CR. */
#ifndef SC_STORY_WATCH_TEXT_H
#define SC_STORY_WATCH_TEXT_H

#include "base/str.h"

#define SC_WATCH_TEXT_OCTETS 65536u /* looked at of each message: programs that break rules do so early */

struct sc_watch_text {
	uint64_t begin;      /* which message: where it began; SC_NONE when there was none */
	uint64_t seen;       /* octets of it */
	uint64_t eight_bit, bare_lf, nul; /* offset of the first of them, plus one; 0: none */
	char     last;       /* octet before the next run */
};

/* A run of the message that began at `begin`. */
void sc_watch_text_read(struct sc_watch_text *t, uint64_t begin, sc_str run);
/* Octets of it are missing. */
void sc_watch_text_skip(struct sc_watch_text *t, uint64_t begin, uint64_t octets);

#endif
