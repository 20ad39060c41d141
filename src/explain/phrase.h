/* phrase.h - what a word of the contract means and what to do about it. */
#ifndef SC_EXPLAIN_PHRASE_H
#define SC_EXPLAIN_PHRASE_H

#include "base/text.h"

#define SC_PHRASE_OCTETS 16384 /* enough for everything one word can mean */

/* Adds all that `name` means to `t`, in lines of at most 79 columns: a cause, phase, outcome, quirk, diagnosis,
 * reply code (550), enhanced code (5.1.1), event, field (rcpt_to, delivery.rcpt_to, greeting.code), command or
 * other word; case does not matter, '-' may stand for '_'.  False: nothing has that name, and nothing was
 * added. */
bool sc_phrase_explain(sc_str name, struct sc_text *t);

/* What an enhanced code such as 5.1.1 means; NULL: it is not registered. */
const char *sc_phrase_status(sc_str status);

/* Shows every word that is known by name, for suggestions. */
void sc_phrase_each(void (*see)(void *ctx, const char *word), void *ctx);

#endif
