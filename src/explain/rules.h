/* rules.h - the rules that name a cause, compiled: all their words are sought in one pass over the text. */
#ifndef SC_EXPLAIN_RULES_H
#define SC_EXPLAIN_RULES_H

#include "explain/classify.h"
#include "explain/plain.h"

struct sc_rules;

/* What a rule may ask for beside words. */
struct sc_refusal {
	uint16_t code;           /* 0: not known */
	struct sc_status status; /* zeros: none */
	enum sc_phase phase;
};

struct sc_verdict {
	enum sc_cause cause; /* SC_CAUSE_NONE: no rule fits */
	const char *rule;
	const char *family;  /* of the block list named in the text; NULL: none */
	size_t      list_at; /* an octet of the plain text that belongs to its name */
};

/* The compiled rules, shared by all threads; built by the first caller.  NULL: no memory. */
const struct sc_rules *sc_rules_get(void);

/* The first rule that fits.  Time grows with the length of the text, not with the number of rules. */
struct sc_verdict sc_rules_judge(const struct sc_rules *r, const struct sc_plain *text,
				 const struct sc_refusal *refusal);

#endif
