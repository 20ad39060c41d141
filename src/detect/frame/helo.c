/* helo.c - looks at each octet of a HELO name once, for all detectors of names; see helo.h.
 *
 * Names come from the wire and differ from session to session, so the loop has no branch that depends on them: what an octet is
 * stands in a table, as bits that are added up. */
#include "detect/frame/helo.h"

#define NAME_OCTETS 256 /* longer ones are wrong whatever they hold (RFC 5321 4.5.3.1.2) */
#define HEX_RUN     8

/* What an octet is.  Which octets may follow each other is told by pairs: what may be the first has a bit, and what may be the
 * second the same one, FOLLOWS bits further.  Such are the first two letters of words for subscribers' lines (helo_dynamic.c), two
 * points, and a point beside a hyphen. */
enum {
	HEX = 1, ODD = 2, COLON = 4, OTHER = 8, /* OTHER: letters that are no hexadecimal digits */
	B = 16, C = 32, D = 64, P = 128,        /* broadband, cable, dyn dsl dhcp dial, ppp pool */
	WORDS = B | C | D | P,
	BEGIN = 256,                            /* a label begins behind it */
	DASH = 1 << 14,
	FOLLOWS = 5,
};

/* A sum of kinds counts these two: of each there may be NAME_OCTETS, and the marks below do not reach them. */
#define DIGIT (UINT64_C(1) << 32)
#define POINT (UINT64_C(1) << 48)

#define ROW8(x)   x, x, x, x, x, x, x, x
#define ROW32(x)  ROW8(x), ROW8(x), ROW8(x), ROW8(x)
#define TWO(x)    ((x) << FOLLOWS)
#define DOT       (POINT | BEGIN | TWO(BEGIN) | TWO(DASH))
#define HYPHEN    (DASH | TWO(BEGIN))
#define LETTERS                                                                                          \
	HEX | TWO(C), HEX | B, HEX | C, HEX | D, HEX, HEX, OTHER, OTHER | TWO(D), OTHER | TWO(D), OTHER, \
		OTHER, OTHER, OTHER, OTHER, OTHER | TWO(P), OTHER | P | TWO(P), OTHER, OTHER | TWO(B),    \
		OTHER | TWO(D), OTHER, OTHER, OTHER, OTHER, OTHER, OTHER | TWO(D), OTHER

static const uint64_t kinds[256] = {
	ROW32(ODD),
	ROW8(ODD), ODD, ODD, ODD, ODD, ODD, HYPHEN, DOT, ODD,
	ROW8(DIGIT | HEX), DIGIT | HEX, DIGIT | HEX, ODD | COLON, ODD, ODD, ODD, ODD, ODD,
	ODD, LETTERS, ODD, ODD, ODD, ODD, ODD,
	ODD, LETTERS, ODD, ODD, ODD, ODD, ODD,
	/* beyond ASCII: all zeros */
};

static unsigned marks_of(uint64_t seen, uint64_t pairs, bool hyphen, bool hex)
{
	return (seen & ODD ? SC_HELO_ODD : 0u) | (seen & COLON ? SC_HELO_COLON : 0u) |
	       (seen & OTHER ? SC_HELO_LETTER : 0u) | (pairs & WORDS ? SC_HELO_SUBSCRIBER : 0u) |
	       (pairs & (BEGIN | DASH) || hyphen ? SC_HELO_EMPTY : 0u) | (hex ? SC_HELO_HEX : 0u);
}

struct sc_helo sc_helo_look(sc_str name)
{
	uint64_t before = BEGIN, seen = 0, pairs = 0, sum = 0, begun = 0, hex = 0;
	uint64_t run = 0; /* hexadecimal digits up to here */
	size_t len = name.len < NAME_OCTETS ? name.len : NAME_OCTETS;
	for (size_t i = 0; i < len; i++) {
		uint64_t kind = kinds[(unsigned char)name.at[i]];
		seen |= kind;
		pairs |= before & kind >> FOLLOWS;
		sum += kind;
		begun += kind & ~before;
		run = (run + 1) & (0 - (kind & HEX));
		hex |= run;
		before = kind;
	}
	bool hyphen = before & DASH; /* at the end */
	return (struct sc_helo){
		.marks = marks_of(seen, pairs, hyphen, hex >= HEX_RUN),
		.dots = (uint32_t)(sum / POINT),
		.digits = (uint32_t)(sum % POINT / DIGIT),
		.numbers = (uint32_t)(begun % POINT / DIGIT),
	};
}
