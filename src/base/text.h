/* text.h - the only way octets of the wire reach a person or a file: valid UTF-8, no control can pass. */
#ifndef SC_BASE_TEXT_H
#define SC_BASE_TEXT_H

#include "base/str.h"

/* Length in octets (1 to 4) of the well-formed UTF-8 sequence that opens `s`; 0 when it is not well formed (RFC 3629:
 * no overlong forms, no surrogates, nothing above U+10FFFF) or `s` is empty.  `code_point` may be NULL. */
size_t sc_text_utf8(sc_str s, uint32_t *code_point);

/* A text builder over the caller's buffer: writes until full and then no more; `cut` tells.  A number or an escape is
 * written whole or not at all, other text is cut between two characters; `len` never exceeds `size`. */
struct sc_text {
	char  *at;
	size_t size, len;
	bool   cut;
};

static inline struct sc_text sc_text_into(char *buffer, size_t size)
{
	return (struct sc_text){ buffer, size, 0, false };
}
static inline sc_str sc_text_str(const struct sc_text *t)
{
	return (sc_str){ t->at, t->len };
}
void sc_text_put(struct sc_text *t, char c);
void sc_text_add(struct sc_text *t, sc_str s);        /* as it is: our own words only */
void sc_text_adds(struct sc_text *t, const char *s);
void sc_text_number(struct sc_text *t, uint64_t n);
void sc_text_padded(struct sc_text *t, uint64_t n, unsigned digits); /* with leading zeros */
void sc_text_hex(struct sc_text *t, uint64_t n, unsigned digits);

/* JSON string body (without quotes): octets that are not UTF-8 become U+FFFD, controls (C0, DEL, C1) and the bidi
 * controls U+202A-202E, U+2066-2069, U+200E-200F, U+061C, U+2028-2029 are escaped as \uXXXX. */
void sc_text_json(struct sc_text *t, sc_str s);

/* For terminals and text files: one line, nothing that moves a cursor.  Controls show as \xHH or \u{HHHH}, ill-formed
 * octets as \xHH, tab, CR and LF as \t \r \n; a backslash stays. */
void sc_text_visible(struct sc_text *t, sc_str s);

/* Columns a terminal uses for `s` after sc_text_visible() (wide characters 2, combining 0). */
size_t sc_text_columns(sc_str s);

/* Addresses: dotted quad, or RFC 5952. */
void sc_text_ip(struct sc_text *t, const struct sc_ip *ip);
/* RFC 3339 UTC with six decimals: 2026-01-31T12:00:00.123456Z */
void sc_text_time(struct sc_text *t, sc_time when);
/* Milliseconds with three decimals: 12.345 (rounded down to the microsecond). */
void sc_text_ms(struct sc_text *t, sc_time duration);
void sc_text_status(struct sc_text *t, struct sc_status status); /* 5.1.1 */

/* The network that an address is taken to share with its neighbours: /24, for IPv6 /64; as text with its length. */
struct sc_ip sc_network_of(const struct sc_ip *ip);
void   sc_network_text(struct sc_text *t, const struct sc_ip *ip);

/* "192.0.2.1" or "2001:db8::1"; false when it is no address. */
bool sc_ip_read(sc_str s, struct sc_ip *out);
static inline bool sc_ip_equal(const struct sc_ip *a, const struct sc_ip *b)
{
	return a->version == b->version && memcmp(a->octets, b->octets, a->version == 4 ? 4 : 16) == 0;
}

#endif
