/* ruleset.h - the compiled form of the rules: built by ruleset.c, read by rules.c. */
#ifndef SC_EXPLAIN_RULESET_H
#define SC_EXPLAIN_RULESET_H

#include "explain/rules.h"

enum {
	SC_RULE_MAX_WORDS = 4096,
	SC_RULE_MAX_RULES = 1024,
	SC_RULE_MAX_STATES = 60000,
	SC_RULE_CLASSES = 64,       /* different octets in all words, and one for the others */
	SC_RULE_DENSE = 512,        /* states with a complete row */
	SC_RULE_WORD_SETS = SC_RULE_MAX_WORDS / 64,
	SC_RULE_RULE_SETS = SC_RULE_MAX_RULES / 64,
	SC_RULE_LIST_WORD = 1,      /* the pseudo-word #list; 0 is no word */
};

enum {
	SC_RULE_BOUND_BEFORE = 1,
	SC_RULE_BOUND_AFTER = 2,
	SC_RULE_AT_START = 4,
	SC_RULE_AT_END = 8,
	SC_RULE_IN_LINKS = 16,
};

enum {
	SC_RULE_NEGATED = 0x8000,   /* in the count of a clause */
	SC_RULE_ANY = 0xffff,
};

struct sc_rule_when {
	bool     cls[2];           /* 4yz, 5yz */
	uint8_t  code_count;
	uint16_t codes[4];
	bool     has_status;
	uint8_t  status_cls;       /* 0: any */
	uint16_t subject, detail_low, detail_high;
	uint16_t phases;           /* a bit each; 0: any */
};

struct sc_rule {
	const char *name;
	uint8_t     cause;
	struct sc_rule_when when;
	uint32_t    clauses;       /* index of its program: count, words; ...; 0 */
};

struct sc_rule_state {
	uint16_t child;            /* first of its children, which stand side by side */
	uint16_t fail;             /* state of the longest proper suffix */
	uint16_t word;             /* first word that ends here; 0: none */
	uint16_t shorter;          /* nearest suffix where a word ends; 0: none */
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
	uint16_t dense[SC_RULE_DENSE][SC_RULE_CLASSES];
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
};

/* NULL: no memory. */
struct sc_rules *sc_ruleset_build(void);
void sc_ruleset_discard(struct sc_rules *r); /* NULL is fine */

/* Name of the family of a row of lists.def, from 1. */
const char *sc_ruleset_family(uint8_t list);

#endif
