/* causes.h - what is known of each cause of failure, as one table. */
#ifndef SC_EXPLAIN_CAUSES_H
#define SC_EXPLAIN_CAUSES_H

#include "explain/classify.h"

struct sc_cause_facts {
	const char *name;
	const char *family;  /* one of seven; NULL for unclassified */
	const char *acts;    /* who can do something about it */
	const char *meaning; /* a sentence */
	const char *advice;  /* a sentence or two */
};

/* NULL for SC_CAUSE_NONE and what is no cause. */
const struct sc_cause_facts *sc_cause_facts(enum sc_cause cause);

/* SC_CAUSE_NONE when there is none of that name. */
enum sc_cause sc_cause_of(sc_str name);
enum sc_phase sc_phase_of(sc_str name);
const char   *sc_phase_meaning(enum sc_phase phase); /* NULL for none */

#endif
