/* rulerow.h - the two little languages of a rule, `when` and `text` (see ruleset.c): read, and checked. */
#ifndef SC_EXPLAIN_RULEROW_H
#define SC_EXPLAIN_RULEROW_H

#include "explain/classify.h"

enum {
	SC_RULE_BOUND_BEFORE = 1,
	SC_RULE_BOUND_AFTER = 2,
	SC_RULE_AT_START = 4,
	SC_RULE_AT_END = 8,
	SC_RULE_IN_LINKS = 16,
};

#define SC_RULE_ANY UINT16_MAX

struct sc_rule_when {
	bool     cls[2];           /* 4yz, 5yz */
	uint8_t  code_count;
	uint16_t codes[4];
	bool     has_status;
	uint8_t  status_cls;       /* 0: any */
	uint16_t subject, detail_low, detail_high;
	uint16_t phases;           /* a bit each; 0: any */
};

/* A rule as it is written.  The strings are static, or those of a file that was read. */
struct sc_rule_row {
	const char *name;
	enum sc_cause cause;
	const char *when, *text;
};

/* What is wrong with a part of a rule. */
struct sc_rule_flaw {
	const char *what; /* NULL: nothing */
	sc_str word;      /* the part of the text that is wrong; may be empty */
	bool   phase;     /* it is a phase that does not exist */
};

/* Reads `when`. */
struct sc_rule_flaw sc_rule_when_read(sc_str text, struct sc_rule_when *when);

/* Takes the next clause off `*text`: words separated by '|'.  False: there is none. */
bool sc_rule_clause(sc_str *text, sc_str *clause, bool *negated);
/* Takes the marks off a word; gives them as flags. */
uint8_t sc_rule_marks(sc_str *word);
/* Whether every word of `text` can ever be found; `*words` grows by their number. */
struct sc_rule_flaw sc_rule_text_check(sc_str text, size_t *words);

#endif
