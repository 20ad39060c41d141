/* quick.h - the few conversions that JSON lines are made of, written straight into memory that is known to suffice.
 * Each has a plain twin in base/text; a test compares them. */
#ifndef SC_OUTPUT_QUICK_H
#define SC_OUTPUT_QUICK_H

#include "base/str.h"

/* As sc_text_json(): at most 6 octets for each of `s`.  Gives the end of what was written. */
char *sc_quick_json(char *to, sc_str s);

char *sc_quick_number(char *to, uint64_t n);             /* at most 20 octets */
char *sc_quick_hex16(char *to, uint64_t n);              /* 16 octets */
char *sc_quick_ms(char *to, sc_time duration);           /* as sc_text_ms(): at most 24 octets */
char *sc_quick_ip(char *to, const struct sc_ip *ip);     /* as sc_text_ip(): at most 45 octets */

/* The last few seconds that were written: events come in order of time, so most share one. */
struct sc_quick_clock {
	struct sc_quick_second {
		int64_t second;
		char    text[20]; /* 2026-01-31T12:00:00. */
		bool    known;
	} seconds[4];
};
char *sc_quick_time(char *to, struct sc_quick_clock *clock, sc_time when); /* as sc_text_time(): at most 40 octets */

#endif
