/* suggest.h - the word that was probably meant. */
#ifndef SC_APP_SUGGEST_H
#define SC_APP_SUGGEST_H

#include "base/str.h"

/* Collects candidates one by one and keeps the nearest. */
struct sc_suggest {
	sc_str      wrong;
	const char *best; /* NULL: none was near */
	unsigned    distance;
};

static inline struct sc_suggest sc_suggest_for(sc_str wrong)
{
	return (struct sc_suggest){ .wrong = wrong };
}

/* Offers a word.  Near means: few letters added, left out, changed or swapped, for the length of the word; or a
 * beginning of at least two letters. */
void sc_suggest_offer(struct sc_suggest *s, const char *word);

#endif
