/* helo.c - looks at each octet of a HELO name once, for all detectors of names; see helo.h.
 *
 * Names come from the wire and differ from session to session, so the loop has no branch that depends on them. */
#include "detect/frame/helo.h"

#define NAME_OCTETS 256 /* longer ones are wrong whatever they hold (RFC 5321 4.5.3.1.2) */
#define HEX_RUN     8

/* What an octet is: 0 to 25 a letter, or one of these. */
enum { DIGIT = 26, POINT, HYPHEN, COLON, BEYOND, ODD };

#define ROW8(x)  x, x, x, x, x, x, x, x
#define ROW32(x) ROW8(x), ROW8(x), ROW8(x), ROW8(x)
#define LETTERS  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25

static const uint8_t kinds[256] = {
	ROW32(ODD),
	ROW8(ODD), ODD, ODD, ODD, ODD, ODD, HYPHEN, POINT, ODD,
	ROW8(DIGIT), DIGIT, DIGIT, COLON, ODD, ODD, ODD, ODD, ODD,
	ODD, LETTERS, ODD, ODD, ODD, ODD, ODD,
	ODD, LETTERS, ODD, ODD, ODD, ODD, ODD,
	ROW32(BEYOND), ROW32(BEYOND), ROW32(BEYOND), ROW32(BEYOND),
};

#define LETTER(c) (UINT32_C(1) << ((c) - 'a'))

/* The second letters of words for subscribers' lines (helo_dynamic.c), by the first. */
static const uint32_t subscriber[32] = {
	['b' - 'a'] = LETTER('r'), /* broadband */
	['c' - 'a'] = LETTER('a'), /* cable */
	['d' - 'a'] = LETTER('y') | LETTER('s') | LETTER('h') | LETTER('i'), /* dyn dsl dhcp dial */
	['p' - 'a'] = LETTER('p') | LETTER('o'), /* ppp pool */
};

static unsigned marks_of(uint32_t seen, uint32_t pairs, bool empty, bool hex)
{
	const uint32_t letters = LETTER('z') * 2 - LETTER('g');
	return (seen >> ODD & 1 ? SC_HELO_ODD : 0u) | (seen >> COLON & 1 ? SC_HELO_ODD | SC_HELO_COLON : 0u) |
	       (seen & letters ? SC_HELO_LETTER : 0u) | (pairs & 1 ? SC_HELO_SUBSCRIBER : 0u) |
	       (empty ? SC_HELO_EMPTY : 0u) | (hex ? SC_HELO_HEX : 0u);
}

struct sc_helo sc_helo_look(sc_str name)
{
	const uint32_t hex = LETTER('g') - 1 + (UINT32_C(1) << DIGIT);
	struct sc_helo h = {.last = SIZE_MAX};
	unsigned before = POINT, run = 0, longest = 0;
	uint32_t seen = 0, pairs = 0;
	bool empty = name.len && name.at[0] == '-';
	size_t len = name.len < NAME_OCTETS ? name.len : NAME_OCTETS;
	for (size_t i = 0; i < len; i++) {
		unsigned kind = kinds[(unsigned char)name.at[i]];
		seen |= UINT32_C(1) << kind;
		pairs |= subscriber[before] >> kind;
		run = (run + 1) & -(hex >> kind & 1);
		longest = run > longest ? run : longest;
		h.digits += kind == DIGIT;
		h.numbers += (kind == DIGIT) & (before != DIGIT);
		h.dots += kind == POINT;
		h.last = kind == POINT ? i : h.last;
		empty |= (kind == POINT) & (before == POINT);
		before = kind;
	}
	h.marks = marks_of(seen, pairs, empty, longest >= HEX_RUN);
	return h;
}
