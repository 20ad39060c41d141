/* str.h - borrowed strings.  Functions clip, they do not fail. */
#ifndef SC_BASE_STR_H
#define SC_BASE_STR_H

#include <string.h>

#include <smtpscope/base.h>

static inline sc_str sc_str_of(const char *c_string)
{
	return c_string ? (sc_str){ c_string, strlen(c_string) } : SC_STR_NONE;
}

/* From `from` (clipped to the end), at most `len` octets. */
static inline sc_str sc_str_slice(sc_str s, size_t from, size_t len)
{
	if (from > s.len)
		from = s.len;
	if (len > s.len - from)
		len = s.len - from;
	return (sc_str){ s.at ? s.at + from : NULL, len };
}

static inline sc_str sc_str_from(sc_str s, size_t from)
{
	return sc_str_slice(s, from, s.len);
}

static inline bool sc_str_equal(sc_str a, sc_str b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

static inline char sc_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* Eight octets with capital letters made small: a bit in each octet from A on, less those behind Z and beyond ASCII. */
static inline uint64_t sc_lower_eight(uint64_t word)
{
	const uint64_t each = UINT64_C(0x0101010101010101);
	uint64_t low = word & each * 0x7f, from_a = low + each * (0x80 - 'A'), behind_z = low + each * (0x7f - 'Z');
	return word | ((from_a ^ behind_z) & ~word & each * 0x80) >> 2;
}

static inline char sc_upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
}

static inline bool sc_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* What a hexadecimal digit is worth; -1: it is none. */
static inline int sc_hex_digit(char c)
{
	if (sc_is_digit(c))
		return c - '0';
	c = sc_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static inline bool sc_is_space(char c)
{
	return c == ' ' || c == '\t';
}

/* Comparisons without regard to ASCII case. */
bool sc_str_equal_nocase(sc_str a, sc_str b);
bool sc_str_starts_nocase(sc_str s, sc_str prefix);
bool sc_str_starts(sc_str s, sc_str prefix);
bool sc_str_ends_nocase(sc_str s, sc_str suffix);

/* ASCII letters in lower case, written to `to`; what is longer is cut. */
sc_str sc_str_lower(char *to, size_t size, sc_str s);

/* By octets, the shorter first where one begins the other: less than, equal to or more than 0. */
int sc_str_compare(sc_str a, sc_str b);

/* Index of the first occurrence, or SIZE_MAX. */
size_t sc_str_find(sc_str s, char c);
size_t sc_str_rfind(sc_str s, char c);
size_t sc_str_search(sc_str s, sc_str needle);
size_t sc_str_search_nocase(sc_str s, sc_str needle);
/* How often it occurs; occurrences do not overlap. */
size_t sc_str_occurrences(sc_str s, sc_str needle);

/* Without spaces and tabs at both ends. */
sc_str sc_str_trim(sc_str s);

/* Takes the next word (up to space or tab) off the front of `*s`; empty when none is left. */
sc_str sc_str_word(sc_str *s);

/* Takes what stands before `separator` off the front of `*s`, which then begins after it. */
sc_str sc_str_until(sc_str *s, char separator);

/* Domain or local part of an address (split at the last '@'); none when there is no '@'. */
sc_str sc_str_domain(sc_str address);
sc_str sc_str_local(sc_str address);

/* Decimal number that is the whole of `s`; false when it is not one or does not fit. */
bool sc_str_number(sc_str s, uint64_t *out);

#endif
