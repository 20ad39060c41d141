/* rulefile.h - users' own rules for causes, from a file in the form of our own tables. */
#ifndef SC_EXPLAIN_RULEFILE_H
#define SC_EXPLAIN_RULEFILE_H

#include "explain/classify.h"

enum {
	SC_RULE_FILE_OCTETS = 1 << 18,
	SC_RULE_FILE_RULES = 2048,
	SC_RULE_FILE_WORDS = 8192,
};

enum sc_rule_fault_kind {
	SC_RULE_FAULT_FORM,
	SC_RULE_FAULT_CAUSE, /* `word` is no cause */
	SC_RULE_FAULT_PHASE, /* `word` is no phase */
	SC_RULE_FAULT_MEMORY,
};

struct sc_rule_fault {
	enum sc_rule_fault_kind kind;
	unsigned line, column; /* from 1; a column is an octet */
	const char *what;
	sc_str word;           /* of the text that was read; may be empty */
};

/* Reads the rules of a file and puts them before our own.  Nothing may have been classified before by another
 * thread.  `text` may hold anything, and is not needed afterwards.  SC_EUSAGE: `fault` tells what is wrong, and
 * nothing has changed. */
sc_err sc_rulefile_load(sc_str text, struct sc_rule_fault *fault);

#endif
