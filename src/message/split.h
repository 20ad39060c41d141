/* split.h - boundaries of multiparts, nested, found in a stream of text (RFC 2046 5.1.1). */
#ifndef SC_MESSAGE_SPLIT_H
#define SC_MESSAGE_SPLIT_H

#include "base/str.h"

#define SC_SPLIT_DEPTH    16  /* multiparts within multiparts; what lies deeper is one part */
#define SC_BOUNDARY_OCTETS 200 /* of a boundary; the standard allows 70 */
#define SC_SPLIT_LINE     300 /* a line that may be a boundary, with blanks behind it */

enum sc_split_kind {
	SC_SPLIT_TEXT,     /* a run of text; the line end before a boundary belongs to the boundary */
	SC_SPLIT_BOUNDARY, /* a part begins in the multipart at `level` */
	SC_SPLIT_CLOSE,    /* the multipart at `level` is over */
};

struct sc_split_unit {
	enum sc_split_kind kind;
	unsigned level;
	sc_str   text;
};

struct sc_split {
	uint8_t  depth;       /* multiparts that are open, the innermost last */
	bool     middle;      /* not at the beginning of a line */
	bool     flush;       /* `line` turned out to be text */
	uint8_t  end, next_end; /* a line end that waits: enum in split.c */
	uint16_t held;        /* octets of `line` */
	sc_str   boundary[SC_SPLIT_DEPTH]; /* the owner's memory */
	char     line[SC_SPLIT_LINE];
};

/* Takes the next unit off the front of `*run`; false: it is used up.  `lines`: the text is given line by line,
 * with line ends (a header is read). */
bool sc_split_next(struct sc_split *s, sc_str *run, bool lines, struct sc_split_unit *u);
/* The text is over: what waited, until it gives false. */
bool sc_split_end(struct sc_split *s, struct sc_split_unit *u);
/* A line that was given turned out to be no part of a header: `text` is what is left of it, and loses its line
 * end, which waits. */
void sc_split_rest(struct sc_split *s, sc_str *text);
/* Octets are missing: what waited is lost, and what comes next stands somewhere within a line. */
void sc_split_gap(struct sc_split *s);

#endif
