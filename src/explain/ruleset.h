/* ruleset.h - the compiled form of the rules: built by ruleset.c, read by rules.c. */
#ifndef SC_EXPLAIN_RULESET_H
#define SC_EXPLAIN_RULESET_H

#include "explain/rulerow.h"
#include "explain/rules.h"

enum {
	SC_RULE_MAX_WORDS = 16384,
	SC_RULE_MAX_RULES = 4096,
	SC_RULE_CLASSES = 144,      /* different octets in all words (see rulerow.c), and one for the others */
	SC_RULE_DENSE = 512,        /* states with a complete row */
	SC_RULE_WORD_SETS = SC_RULE_MAX_WORDS / 64,
	SC_RULE_RULE_SETS = SC_RULE_MAX_RULES / 64,
	SC_RULE_LIST_WORD = 1,      /* the pseudo-word #list; 0 is no word */
};

enum {
	SC_RULE_NEGATED = 0x8000,   /* in the count of a clause */
};

struct sc_rule {
	const char *name;
	uint8_t     cause;
	struct sc_rule_when when;
	uint32_t    clauses;       /* index of its program: count, words; ...; 0 */
};

struct sc_rule_state {
	uint32_t child;            /* first of its children, which stand side by side */
	uint32_t fail;             /* state of the longest proper suffix */
	uint32_t shorter;          /* nearest suffix where a word ends; 0: none */
	uint16_t word;             /* first word that ends here; 0: none */
	uint8_t  children, octet;  /* octet: as a class */
};

struct sc_rule_word {
	uint16_t same;             /* next word with the same octets and other flags */
	uint8_t  flags, len;
	uint8_t  list;             /* row of lists.def, from 1; 0: none */
	uint32_t first, count;     /* rules that need it: in `needed_by` */
};

struct sc_rules {
	uint8_t  class_of[256];
	uint32_t dense[SC_RULE_DENSE][SC_RULE_CLASSES];
	struct sc_rule_state *states;
	uint32_t state_count;
	struct sc_rule_word words[SC_RULE_MAX_WORDS];
	uint32_t word_count;
	struct sc_rule rules[SC_RULE_MAX_RULES];
	uint32_t rule_count;
	uint16_t *program;
	uint32_t program_len;
	uint16_t *needed_by;
	uint64_t always[SC_RULE_RULE_SETS]; /* rules that need no word */
	char    *store;             /* names of users' rules; NULL: none */
};

/* Our rules, and `count` of users, which have been checked: those that ask for words stand before ours, the others,
 * which know only codes, behind.  Of the rows only the names are kept.  NULL: no memory. */
struct sc_rules *sc_ruleset_build(const struct sc_rule_row *rows, size_t count);
void sc_ruleset_discard(struct sc_rules *r); /* NULL is fine */

/* Makes them the rules that sc_rules_get() gives, in the place of those there were. */
void sc_rules_use(struct sc_rules *r);

/* Name of the family of a row of lists.def, from 1. */
const char *sc_ruleset_family(uint8_t list);

#endif
