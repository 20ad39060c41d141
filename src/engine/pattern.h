/* pattern.h - regular expressions for `matches`: time grows with the text only, whatever the pattern.
 *
 * Known: literals, . [abc] [^a-z] ( ) | * + ? ^ $, the classes \d \w \s \D \W \S, the controls \t \r \n, and a
 * backslash before any punctuation.  Case does not matter.  A pattern is found anywhere in the text unless ^ or $
 * hold it to an end; `.` is any octet, a line's end too.  Counted repeats, named classes and references back are
 * refused.
 */
#ifndef SC_ENGINE_PATTERN_H
#define SC_ENGINE_PATTERN_H

#include "base/str.h"

#define SC_PATTERN_NODES   512 /* of the automaton: about one for each character of the pattern */
#define SC_PATTERN_CLASSES 32  /* [ ] and \d in one pattern */
#define SC_PATTERN_DEPTH   64  /* ( inside ( */

struct sc_pattern_node {
	uint8_t  kind, arg;  /* what it eats: an octet, or the number of a class */
	uint16_t out, other; /* where it goes; a fork goes to both */
};

/* Plain memory of the caller; copies are fine. */
struct sc_pattern {
	uint16_t count, class_count, start;
	bool     skips;      /* every match begins with an octet of `first` */
	uint8_t  first[32];
	uint8_t  classes[SC_PATTERN_CLASSES][32];
	struct sc_pattern_node nodes[SC_PATTERN_NODES];
};

struct sc_pattern_error {
	size_t      at, len; /* octets of the pattern to point at */
	const char *text;
};

/* False with `*error` filled when `source` is no pattern, or is larger than the limits above. */
bool sc_pattern_read(struct sc_pattern *p, sc_str source, struct sc_pattern_error *error);

/* True when the pattern is found in `text`. */
bool sc_pattern_search(const struct sc_pattern *p, sc_str text);

#endif
