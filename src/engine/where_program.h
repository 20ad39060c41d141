/* where_program.h - what the parts of `where` share: the compiled program and the steps that make it.
 *
 *   where_parse.c   text to program       where_field.c   names to places in events
 *   where_value.c   words to values       where.c         runs the program
 */
#ifndef SC_ENGINE_WHERE_PROGRAM_H
#define SC_ENGINE_WHERE_PROGRAM_H

#include <smtpscope/event.h>

#include "base/str.h"
#include "engine/pattern.h"
#include "engine/where.h"

#define SC_WHERE_OCTETS 65536 /* of an expression: a set of some thousand addresses fits, a wrong file does not */
#define SC_WHERE_DEPTH  64    /* open parentheses and waiting and, or, not */

enum sc_where_op {
	SC_OP_EXISTS, SC_OP_EQ, SC_OP_NE, SC_OP_LT, SC_OP_LE, SC_OP_GT, SC_OP_GE, SC_OP_IN,
	SC_OP_CONTAINS, SC_OP_STARTSWITH, SC_OP_ENDSWITH, SC_OP_MATCHES,
};
#define SC_OP_BIT(op) (1u << (op))

/* How the values of a field are read and compared.  A name may have several, one in each kind of event.  NUMBER comes
 * before TEXT: see where_parse.c. */
enum sc_where_class {
	SC_CLASS_NONE, /* an object or a list of objects: only there or not */
	SC_CLASS_NUMBER, SC_CLASS_DURATION, SC_CLASS_TIME, SC_CLASS_BOOL, SC_CLASS_IP, SC_CLASS_ID, SC_CLASS_STATUS,
	SC_CLASS_QUIRKS, SC_CLASS_KIND, SC_CLASS_PATH, SC_CLASS_LOCAL, SC_CLASS_PARAM, SC_CLASS_TEXT,
	SC_CLASSES,
};

/* What a reference starts from. */
enum sc_where_base { SC_BASE_BODY, SC_BASE_HEAD, SC_BASE_SESSION, SC_BASE_EVENT };
enum sc_where_part { SC_PART_WHOLE, SC_PART_DOMAIN, SC_PART_LOCAL };

/* Where a kind of event keeps what a name means. */
struct sc_where_ref {
	const struct sc_field *field; /* NULL: it has no such thing */
	size_t  owner;                /* offset of the struct that holds the field, in the base or the list's item */
	size_t  list, stride;         /* offset of the list passed on the way and size of its items; stride 0: none */
	sc_str  key;                  /* of a map; none: the map itself */
	uint8_t base, part, cls;
};

/* Values are compared in one of four ways. */
enum sc_where_family {
	SC_FAMILY_EXISTS,
	SC_FAMILY_KEY,  /* numbers, times, codes: by sc_where_key() */
	SC_FAMILY_TEXT,
	SC_FAMILY_NET,  /* addresses in networks */
	SC_FAMILY_MASK, /* sets of known words: by bits */
};

struct sc_where_value {
	union {
		sc_str   text;
		uint64_t key; /* also the bits of a mask */
		struct {
			struct sc_ip ip;
			uint8_t      bits;
		} net;
		const struct sc_pattern *pattern;
	};
};

struct sc_where_test {
	uint32_t refs;         /* index of the name's table of references */
	uint32_t first, count; /* its values */
	uint8_t  op, family, cls;
};

enum sc_where_step_kind { SC_STEP_TEST, SC_STEP_CONST, SC_STEP_NOT, SC_STEP_JUMP_IF, SC_STEP_JUMP_UNLESS };

struct sc_where_step {
	uint8_t  kind;
	uint32_t arg; /* test, constant, or where to jump */
};

/* The program works on one truth value: a step sets it, turns it, or jumps by it. */
struct sc_where {
	struct sc_where_step  *steps;
	struct sc_where_test  *tests;
	struct sc_where_value *values;
	struct sc_where_ref (*refs)[SC_EVENT_KINDS];
	struct sc_pattern     *patterns;
	char  *source, *texts; /* the expression; what its strings say */
	size_t step_count, test_count, value_count, ref_count, pattern_count, texts_len;
};

/* A word or string of the expression; `text` is what it says, `at` and `len` where it stands, quotes included. */
struct sc_where_word {
	sc_str text;
	size_t at, len;
	bool   quoted;
};

/* Fill the error; `what` goes between in quotes, made harmless and cut.  sc_where_refuse() gives SC_EUSAGE. */
sc_err sc_where_refuse(struct sc_where_error *e, const struct sc_where_word *at, const char *before, sc_str what,
                       const char *after);
void   sc_where_hint(struct sc_where_error *e, const char *before, sc_str what, const char *after);

/* where_field.c: finds `name` for one kind of event; the reference borrows from `name`. */
bool sc_where_resolve(sc_str name, enum sc_event_kind kind, struct sc_where_ref *ref);
/* Refuses a name that no kind has, with the nearest that exists. */
sc_err sc_where_unknown_field(struct sc_where_error *e, const struct sc_where_word *name);
/* The number of typing mistakes between two words: insert, drop, replace, swap neighbours.  UINT_MAX: too long. */
unsigned sc_where_distance(sc_str a, sc_str b);

/* where_value.c: the names of a set of known words (quirks, kinds of event); NULL past the end. */
const char *sc_where_known_word(enum sc_where_class cls, size_t i);
/* What a comparison says, for those who read its parts. */
struct sc_where_asked {
	struct sc_where_word name, sign; /* the field, and the operator as it was written */
	enum sc_where_op     op;
};
/* How a class compares with the operator; refuses one that does not fit.  `numbers`: all values are numbers. */
sc_err sc_where_family(const struct sc_where_asked *asked, enum sc_where_class cls, bool numbers,
                       enum sc_where_family *family, struct sc_where_error *e);
/* Reads a value for that way of comparing; with `matches`, `*out` holds the pattern already. */
sc_err sc_where_read(const struct sc_where_asked *asked, enum sc_where_class cls, enum sc_where_family family,
                     const struct sc_where_word *word, struct sc_where_value *out, struct sc_where_error *e);
bool   sc_where_is_number(const struct sc_where_word *word); /* 5, 1.5k, 30s; not in quotes */
/* Times count in microseconds, and signed numbers are moved so that they compare as unsigned ones. */
uint64_t sc_where_time_key(sc_time t);
uint64_t sc_where_status_key(struct sc_status st);

/* where.c: whether a text compares so with one of the values; SC_CLASS_PATH as an address. */
bool sc_where_text(enum sc_where_op op, enum sc_where_class cls, const struct sc_where_value *values, size_t count,
                   sc_str text);

#endif
