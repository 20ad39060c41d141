/* quick.c - fast conversions for JSON; see quick.h.
 *
 * Octets that stand for themselves are found and copied eight at a time; whatever is odd (quotes, controls,
 * everything above ASCII) goes through base/text, which alone knows how to show it.  No sequence of UTF-8 reaches
 * across a plain octet, so cutting there changes nothing. */
#include "output/quick.h"

#include "base/text.h"

#define EACH(octet) (UINT64_C(0x0101010101010101) * (octet))

/* Zero when every octet of `x` is plain: 0x20 to 0x7e, no quote, no backslash. */
static inline uint64_t odd_octets(uint64_t x)
{
	uint64_t quote = x ^ EACH('"'), slash = x ^ EACH('\\'), del = x ^ EACH(0x7f);
	return (x | (x - EACH(0x20)) | (quote - EACH(1)) | (slash - EACH(1)) | (del - EACH(1))) & EACH(0x80);
}

static inline bool is_plain(char c)
{
	unsigned char o = (unsigned char)c;
	return o >= 0x20 && o < 0x7f && o != '"' && o != '\\';
}

/* Copies the plain octets that open `s` and gives how many they are. */
static inline size_t copy_plain(char *to, sc_str s)
{
	size_t n = 0;
	for (uint64_t x; s.len - n >= 8; n += 8) {
		memcpy(&x, s.at + n, 8);
		if (odd_octets(x))
			break;
		memcpy(to + n, &x, 8);
	}
	for (; n < s.len && is_plain(s.at[n]); n++)
		to[n] = s.at[n];
	return n;
}

static size_t count_odd(sc_str s)
{
	size_t n = 0;
	while (n < s.len && !is_plain(s.at[n]))
		n++;
	return n;
}

char *sc_quick_json(char *to, sc_str s)
{
	for (;;) {
		size_t n = copy_plain(to, s);
		to += n;
		s = sc_str_from(s, n);
		if (!s.len)
			return to;
		n = count_odd(s);
		struct sc_text t = sc_text_into(to, n * 6);
		sc_text_json(&t, sc_str_slice(s, 0, n));
		SC_ASSERT(!t.cut);
		to += t.len;
		s = sc_str_from(s, n);
	}
}

static const char pairs[] =
	"00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748"
	"49505152535455565758596061626364656667686970717273747576777879808182838485868788899091929394959697"
	"9899";

char *sc_quick_number(char *to, uint64_t n)
{
	char digits[20];
	size_t at = sizeof(digits);
	for (; n >= 100; n /= 100) {
		at -= 2;
		memcpy(digits + at, pairs + 2 * (n % 100), 2);
	}
	if (n >= 10) {
		at -= 2;
		memcpy(digits + at, pairs + 2 * n, 2);
	} else {
		digits[--at] = (char)('0' + n);
	}
	memcpy(to, digits + at, sizeof(digits) - at);
	return to + sizeof(digits) - at;
}

char *sc_quick_hex16(char *to, uint64_t n)
{
	for (int i = 0; i < 16; i++)
		to[i] = "0123456789abcdef"[n >> (60 - 4 * i) & 15];
	return to + 16;
}

/* The low `n` of 1,000 as three digits. */
static char *three_digits(char *to, unsigned n)
{
	to[0] = (char)('0' + n / 100);
	memcpy(to + 1, pairs + 2 * (n % 100), 2);
	return to + 3;
}

char *sc_quick_ms(char *to, sc_time duration)
{
	if (duration < 0) {
		struct sc_text t = sc_text_into(to, 24);
		sc_text_ms(&t, duration);
		return to + t.len;
	}
	uint64_t us = (uint64_t)(duration / SC_US);
	to = sc_quick_number(to, us / 1000);
	*to++ = '.';
	return three_digits(to, (unsigned)(us % 1000));
}

char *sc_quick_ip(char *to, const struct sc_ip *ip)
{
	if (ip->version != 4) {
		struct sc_text t = sc_text_into(to, 45);
		sc_text_ip(&t, ip);
		return to + t.len;
	}
	for (int i = 0; i < 4; i++) {
		to = sc_quick_number(to, ip->octets[i]);
		*to++ = '.';
	}
	return to - 1;
}

/* The text of a second, up to and with the point; NULL when it does not have the usual form (a year past 9999). */
static const char *second_text(struct sc_quick_clock *clock, int64_t second)
{
	struct sc_quick_second *s = &clock->seconds[(uint64_t)second & 3];
	if (s->known && s->second == second)
		return s->text;
	char buffer[48];
	struct sc_text t = sc_text_into(buffer, sizeof(buffer));
	sc_text_time(&t, second * SC_SECOND);
	if (t.len != sizeof("2026-01-31T12:00:00.123456Z") - 1)
		return NULL;
	memcpy(s->text, buffer, sizeof(s->text));
	s->second = second;
	s->known  = true;
	return s->text;
}

char *sc_quick_time(char *to, struct sc_quick_clock *clock, sc_time when)
{
	const char *second = when >= 0 ? second_text(clock, when / SC_SECOND) : NULL;
	if (!second) {
		struct sc_text t = sc_text_into(to, 40);
		sc_text_time(&t, when);
		return to + t.len;
	}
	unsigned us = (unsigned)(when % SC_SECOND / SC_US);
	memcpy(to, second, sizeof(clock->seconds[0].text));
	to = three_digits(to + sizeof(clock->seconds[0].text), us / 1000);
	to = three_digits(to, us % 1000);
	*to++ = 'Z';
	return to;
}
