/* suggest.c - edit distance between short words (optimal string alignment), without regard to case. */
#include "app/suggest.h"

#define WORD_OCTETS 32 /* longer words get no suggestion */

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Letters added, left out, changed, or swapped with their neighbour, to make `b` of `a`. */
static unsigned distance(sc_str a, sc_str b)
{
	unsigned row[3][WORD_OCTETS + 1];
	for (unsigned j = 0; j <= b.len; j++)
		row[0][j] = j;
	for (unsigned i = 1; i <= a.len; i++) {
		unsigned *now = row[i % 3], *last = row[(i + 2) % 3], *before = row[(i + 1) % 3];
		now[0] = i;
		for (unsigned j = 1; j <= b.len; j++) {
			char x = sc_lower(a.at[i - 1]), y = sc_lower(b.at[j - 1]);
			now[j] = least(last[j - 1] + (x != y), 1 + least(last[j], now[j - 1]));
			bool swapped = i > 1 && j > 1 && x == sc_lower(b.at[j - 2]) && y == sc_lower(a.at[i - 2]);
			if (swapped)
				now[j] = least(now[j], before[j - 2] + 1);
		}
	}
	return row[a.len % 3][b.len];
}

void sc_suggest_offer(struct sc_suggest *s, const char *word)
{
	sc_str candidate = sc_str_of(word);
	if (s->wrong.len == 0 || s->wrong.len > WORD_OCTETS || candidate.len > WORD_OCTETS)
		return;
	unsigned far = distance(s->wrong, candidate);
	if (s->wrong.len >= 2 && sc_str_starts_nocase(candidate, s->wrong))
		far = 1; /* abbreviations are refused, but the word is clear */
	unsigned allowed = 1 + (unsigned)least((unsigned)s->wrong.len, (unsigned)candidate.len) / 4;
	if (far <= allowed && (!s->best || far < s->distance)) {
		s->best = word;
		s->distance = far;
	}
}
