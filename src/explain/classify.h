/* classify.h - why a server said no: a cause (FAILURE-CAUSES part A) from code, enhanced code, text and phase. */
#ifndef SC_EXPLAIN_CLASSIFY_H
#define SC_EXPLAIN_CLASSIFY_H

#include "base/str.h"

enum sc_cause {
	SC_CAUSE_NONE,
#define SC_CAUSE(name, family, acts, meaning, advice) SC_CAUSE_##name,
#include "explain/causes.def"
#undef SC_CAUSE
	SC_CAUSES
};

enum sc_phase {
	SC_PHASE_NONE,
#define SC_PHASE(name, meaning) SC_PHASE_##name,
#include "explain/phases.def"
#undef SC_PHASE
	SC_PHASES
};

const char *sc_cause_name(enum sc_cause cause); /* "greylisted"; NULL for none */
const char *sc_phase_name(enum sc_phase phase); /* "rcpt"; NULL for none */

struct sc_reason {
	enum sc_cause cause;
	const char   *rule;          /* name of the rule that decided, for the `rule` field; static */
	sc_str        list;          /* block list named; none */
	uint64_t      retry_after_s; /* SC_NONE: not said */
};

/* Builds what sc_classify() needs; else its first call does.  SC_EFAILED: no memory (then only codes are judged). */
sc_err sc_classify_open(void);

/* `text` is the whole reply, lines joined by one space or newline.  Refusals only: code 4yz or 5yz (0: judge by
 * text). */
struct sc_reason sc_classify(uint16_t code, struct sc_status enhanced, sc_str text, enum sc_phase phase);

#endif
