/* hints.h - what else a refusal's text says: which block list, and how long to wait. */
#ifndef SC_EXPLAIN_HINTS_H
#define SC_EXPLAIN_HINTS_H

#include "explain/rules.h"

/* The block list: its zone as it stands in `text` (borrowed), else the name `family` (static), else none. `at`:
 * an octet of the plain text where the family's word was found.  `phrases`: also what follows "blocked using"
 * and the like, whoever's zone it is. */
sc_str sc_hints_list(const struct sc_plain *plain, sc_str text, const char *family, size_t at, bool phrases);

/* Seconds that the server asks to wait: "in 5 minutes", "in 00:05:00", "for 300 seconds".  SC_NONE: not said. */
uint64_t sc_hints_retry(const struct sc_plain *plain, const struct sc_refusal *refusal, enum sc_cause cause);

#endif
