/* json_read.h - JSON read token by token (RFC 8259), without memory of its own: for texts of anybody, of any depth up to a bound. */
#ifndef SC_BASE_JSON_READ_H
#define SC_BASE_JSON_READ_H

#include "base/text.h"

#define SC_JSON_DEPTH 32

enum sc_json_token {
	SC_JSON_END,    /* the text is over, and all that was open is closed */
	SC_JSON_BAD,    /* it is no JSON, or too deep; stays so */
	SC_JSON_OPEN,   /* { or [ */
	SC_JSON_CLOSE,
	SC_JSON_KEY,    /* its text, escapes as they stand */
	SC_JSON_STRING, /* likewise */
	SC_JSON_PLAIN,  /* a number, true, false, null */
};

struct sc_json_reader {
	sc_str   rest;
	uint32_t objects; /* bit of each open level: it is an object */
	uint8_t  depth;   /* levels that are open */
	bool     bad;
};

/* The next token; `*text` of keys, strings and plain values borrows from the text. */
enum sc_json_token sc_json_next(struct sc_json_reader *r, sc_str *text);

/* What a key or a string means: without its escapes, appended; half a surrogate pair, and an escape that is none, become U+FFFD. */
void sc_json_text(struct sc_text *t, sc_str text);

#endif
