/* text.c - octets of the wire made fit for a person or a file; numbers and times in our own hand; see text.h.
 *
 * Trusts nothing of what it is given.  What it adds to JSON is well-formed UTF-8 (RFC 3629) that closes no string
 * (RFC 8259 7) and reorders no line; what it adds for terminals moves no cursor.  A number or an escape is written
 * whole or not at all, a run of text is cut between two characters, and after a cut nothing more is written.
 *
 * Most octets are plain, so both escapers search for the next one that is not (a table of 256) and copy up to it. */
#include "base/text.h"

#include "base/width.h"

/* Ordered: JSON passes what is below MARK, a terminal what is below CONTROL. */
enum kind {
	PLAIN,
	MARK,    /* " and \ */
	CONTROL, /* C0 and DEL */
	HIGH,    /* opens or continues a UTF-8 sequence, or neither */
};

#define FOUR(k)    k, k, k, k
#define SIXTEEN(k) FOUR(k), FOUR(k), FOUR(k), FOUR(k)
#define MANY(k)    SIXTEEN(k), SIXTEEN(k), SIXTEEN(k), SIXTEEN(k)

static const uint8_t kinds[256] = {
	SIXTEEN(CONTROL), SIXTEEN(CONTROL),
	PLAIN, PLAIN, MARK, PLAIN, FOUR(PLAIN), FOUR(PLAIN), FOUR(PLAIN), /* " is the third of this row */
	SIXTEEN(PLAIN), SIXTEEN(PLAIN),
	FOUR(PLAIN), FOUR(PLAIN), FOUR(PLAIN), MARK, PLAIN, PLAIN, PLAIN, /* \ is the thirteenth */
	SIXTEEN(PLAIN),
	FOUR(PLAIN), FOUR(PLAIN), FOUR(PLAIN), PLAIN, PLAIN, PLAIN, CONTROL, /* DEL is the last */
	MANY(HIGH), MANY(HIGH),
};

static const char hex_digits[] = "0123456789abcdef";

static const char digit_pairs[] =
	"0001020304050607080910111213141516171819"
	"2021222324252627282930313233343536373839"
	"4041424344454647484950515253545556575859"
	"6061626364656667686970717273747576777879"
	"8081828384858687888990919293949596979899";

static enum kind kind_of(char c)
{
	return (enum kind)kinds[(uint8_t)c];
}

static bool continues(char c)
{
	return ((uint8_t)c & 0xc0) == 0x80;
}

/* Characters of UTF-8 that act instead of showing: C1, line and paragraph separator, and what turns the direction of
 * writing.  All need four hexadecimal digits at most. */
static bool acts(uint32_t c)
{
	return (c >= 0x80 && c <= 0x9f) || c == 0x061c || c == 0x200e || c == 0x200f ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

/* Room for `n` octets at once, or NULL. */
static char *room(struct sc_text *t, size_t n)
{
	if (t->cut || n > t->size - t->len) {
		t->cut = true;
		return NULL;
	}
	char *at = t->at + t->len;
	t->len += n;
	return at;
}

static void put_whole(struct sc_text *t, sc_str s)
{
	char *at = room(t, s.len);
	if (at)
		memcpy(at, s.at, s.len);
}

/* What of `s` fits in `size`, which is less than its length, without a character cut in two. */
static size_t fitting(sc_str s, size_t size)
{
	size_t n = size;
	while (n && size - n < 3 && continues(s.at[n]))
		n--;
	return continues(s.at[n]) ? size : n;
}

static void write_hex(char *at, uint64_t n, unsigned digits)
{
	for (unsigned i = digits; i > 0; i--, n >>= 4)
		at[i - 1] = hex_digits[n & 15];
}

static unsigned count_digits(uint64_t n)
{
	for (unsigned digits = 1;; digits += 4, n /= 10000) {
		if (n < 10)
			return digits;
		if (n < 100)
			return digits + 1;
		if (n < 1000)
			return digits + 2;
		if (n < 10000)
			return digits + 3;
	}
}

/* The lowest `digits` digits of `n`. */
static void write_digits(char *at, uint64_t n, unsigned digits)
{
	for (; digits >= 2; digits -= 2, n /= 100)
		memcpy(at + digits - 2, digit_pairs + n % 100 * 2, 2);
	if (digits)
		at[0] = (char)('0' + n % 10);
}

/* Octets at the front of `s` that may be written as they are: kinds below `stop`, and UTF-8 that only shows. */
static size_t plain_run(sc_str s, enum kind stop)
{
	size_t i = 0;
	for (;;) {
		while (i < s.len && kind_of(s.at[i]) < stop)
			i++;
		if (i == s.len || kind_of(s.at[i]) != HIGH)
			return i;
		uint32_t c;
		size_t n = sc_text_utf8(sc_str_from(s, i), &c);
		if (n == 0 || acts(c))
			return i;
		i += n;
	}
}

static void put_json_unit(struct sc_text *t, uint32_t unit)
{
	char *at = room(t, 6);
	if (at) {
		memcpy(at, "\\u", 2);
		write_hex(at + 2, unit, 4);
	}
}

/* Escapes what opens `s` and is not plain; gives its length. */
static size_t put_json_escape(struct sc_text *t, sc_str s)
{
	uint32_t c;
	size_t n = sc_text_utf8(s, &c);
	if (n == 0) {
		put_whole(t, SC_STR("\xef\xbf\xbd")); /* U+FFFD, one for every octet */
		return 1;
	}
	if (kind_of(s.at[0]) == MARK)
		put_whole(t, s.at[0] == '"' ? SC_STR("\\\"") : SC_STR("\\\\"));
	else
		put_json_unit(t, c);
	return n;
}

static char short_escape(char c)
{
	return c == '\t' ? 't' : c == '\r' ? 'r' : c == '\n' ? 'n' : 0;
}

static void put_octet_escape(struct sc_text *t, uint8_t octet)
{
	char *at = room(t, 4);
	if (at) {
		memcpy(at, "\\x", 2);
		write_hex(at + 2, octet, 2);
	}
}

static size_t put_visible_escape(struct sc_text *t, sc_str s)
{
	uint32_t c;
	size_t n = sc_text_utf8(s, &c);
	if (n > 1) {
		char form[] = "\\u{....}";
		write_hex(form + 3, c, 4);
		put_whole(t, (sc_str){ form, sizeof(form) - 1 });
		return n;
	}
	char brief[] = { '\\', short_escape(s.at[0]) };
	if (brief[1])
		put_whole(t, (sc_str){ brief, sizeof(brief) });
	else
		put_octet_escape(t, (uint8_t)s.at[0]);
	return 1;
}

/* Year, month and day of a day counted from 1970, by the proleptic Gregorian calendar.  Years begin in March here, so
 * that the leap day is the last of its year.  Any sc_time lies in 1677 to 2262, so nothing is negative. */
static void civil_from_days(int64_t days, unsigned *year, unsigned *month, unsigned *day)
{
	unsigned n = (unsigned)(days + 719468); /* from 0000-03-01 */
	unsigned era = n / 146097, of_era = n % 146097;
	unsigned y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	unsigned of_year = of_era - (365 * y + y / 4 - y / 100);
	unsigned m = (5 * of_year + 2) / 153; /* 0 is March */
	*day = of_year - (153 * m + 2) / 5 + 1;
	*month = m < 10 ? m + 3 : m - 9;
	*year = era * 400 + y + (*month <= 2);
}

static int64_t floor_divide(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

size_t sc_text_utf8(sc_str s, uint32_t *code_point)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t c = s.len ? (uint8_t)s.at[0] : 0;
	if (c < 0x80) {
		if (code_point)
			*code_point = c;
		return s.len ? 1 : 0;
	}
	size_t n = c >= 0xf8 ? 0 : c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 0;
	if (n == 0 || n > s.len)
		return 0;
	c &= 0x7fu >> n;
	for (size_t i = 1; i < n; i++) {
		if (!continues(s.at[i]))
			return 0;
		c = c << 6 | ((uint8_t)s.at[i] & 0x3f);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	if (code_point)
		*code_point = c;
	return n;
}

void sc_text_put(struct sc_text *t, char c)
{
	char *at = room(t, 1);
	if (at)
		*at = c;
}

void sc_text_add(struct sc_text *t, sc_str s)
{
	if (s.len == 0 || t->cut)
		return;
	if (s.len > t->size - t->len) {
		t->cut = true;
		s.len = fitting(s, t->size - t->len);
		if (s.len == 0)
			return;
	}
	memcpy(t->at + t->len, s.at, s.len);
	t->len += s.len;
}

void sc_text_adds(struct sc_text *t, const char *s)
{
	sc_text_add(t, sc_str_of(s));
}

void sc_text_number(struct sc_text *t, uint64_t n)
{
	sc_text_padded(t, n, 1);
}

void sc_text_padded(struct sc_text *t, uint64_t n, unsigned digits)
{
	unsigned needed = count_digits(n);
	if (needed > digits)
		digits = needed;
	char *at = room(t, digits);
	if (at)
		write_digits(at, n, digits);
}

void sc_text_hex(struct sc_text *t, uint64_t n, unsigned digits)
{
	char *at = digits ? room(t, digits) : NULL;
	if (at)
		write_hex(at, n, digits);
}

void sc_text_json(struct sc_text *t, sc_str s)
{
	while (s.len && !t->cut) {
		size_t run = plain_run(s, MARK);
		sc_text_add(t, (sc_str){ s.at, run });
		s = sc_str_from(s, run);
		if (s.len)
			s = sc_str_from(s, put_json_escape(t, s));
	}
}

void sc_text_visible(struct sc_text *t, sc_str s)
{
	while (s.len && !t->cut) {
		size_t run = plain_run(s, CONTROL);
		sc_text_add(t, (sc_str){ s.at, run });
		s = sc_str_from(s, run);
		if (s.len)
			s = sc_str_from(s, put_visible_escape(t, s));
	}
}

size_t sc_text_columns(sc_str s)
{
	size_t columns = 0;
	while (s.len) {
		uint32_t c;
		size_t n = sc_text_utf8(s, &c);
		if (n == 0 || (n == 1 && kind_of(s.at[0]) == CONTROL))
			columns += n && short_escape(s.at[0]) ? 2 : 4;
		else if (n == 1)
			columns++;
		else
			columns += acts(c) ? 8 : sc_width(c);
		s = sc_str_from(s, n ? n : 1);
	}
	return columns;
}

void sc_text_time(struct sc_text *t, sc_time when)
{
	int64_t us = floor_divide(when, SC_US);
	int64_t seconds = floor_divide(us, 1000000);
	int64_t days = floor_divide(seconds, 86400);
	unsigned of_day = (unsigned)(seconds - days * 86400);
	unsigned year, month, day;
	char *at = room(t, sizeof("2026-01-31T12:00:00.123456Z") - 1);
	if (!at)
		return;
	civil_from_days(days, &year, &month, &day);
	memcpy(at, "....-..-..T..:..:.........Z", 27);
	write_digits(at, year, 4);
	write_digits(at + 5, month, 2);
	write_digits(at + 8, day, 2);
	write_digits(at + 11, of_day / 3600, 2);
	write_digits(at + 14, of_day / 60 % 60, 2);
	write_digits(at + 17, of_day % 60, 2);
	write_digits(at + 20, (uint64_t)(us - seconds * 1000000), 6);
}

void sc_text_ms(struct sc_text *t, sc_time duration)
{
	int64_t us = floor_divide(duration, SC_US);
	uint64_t n = us < 0 ? 0 - (uint64_t)us : (uint64_t)us;
	unsigned digits = count_digits(n / 1000);
	char *at = room(t, digits + 4 + (us < 0));
	if (!at)
		return;
	if (us < 0)
		*at++ = '-';
	write_digits(at, n / 1000, digits);
	at[digits] = '.';
	write_digits(at + digits + 1, n % 1000, 3);
}

void sc_text_status(struct sc_text *t, struct sc_status status)
{
	char form[sizeof("65535.65535.65535")];
	struct sc_text whole = sc_text_into(form, sizeof(form));
	sc_text_number(&whole, status.cls);
	sc_text_put(&whole, '.');
	sc_text_number(&whole, status.subject);
	sc_text_put(&whole, '.');
	sc_text_number(&whole, status.detail);
	put_whole(t, sc_text_str(&whole));
}
