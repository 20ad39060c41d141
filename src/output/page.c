/* page.c - words, times and columns of the outputs for people; see page.h.
 *
 * Every string of the wire goes through sc_text_visible() here.  This is the one file of the library that asks the
 * system for the local time zone. */
#include "output/page.h"

#include <time.h>

static const struct {
	const char *outcome, *symbol;
} symbols[] = {
	{ "accepted", "✓" }, { "partial", "◐" }, { "deferred", "↻" }, { "rejected", "✗" },
	{ "withdrawn", "–" }, { "aborted", "?" }, { "in_doubt", "?" }, { "unknown", "▣" },
	{ "pending", "↻" }, { "ok", "✓" }, { "failed", "✗" }, { "cancelled", "–" },
};

const char *sc_page_symbol(const char *outcome)
{
	for (size_t i = 0; outcome && i < sizeof(symbols) / sizeof(symbols[0]); i++)
		if (strcmp(symbols[i].outcome, outcome) == 0)
			return symbols[i].symbol;
	return " ";
}

/* ---- times and numbers ---- */

void sc_page_clock_open(struct sc_page_clock *clock, bool utc)
{
	*clock = (struct sc_page_clock){ .utc = utc };
	tzset();
}

static bool broken_down(const struct sc_page_clock *clock, int64_t second, struct tm *tm)
{
	time_t t = (time_t)second;
	return clock->utc ? gmtime_r(&t, tm) != NULL : localtime_r(&t, tm) != NULL;
}

static void remember_second(struct sc_page_clock *clock, int64_t second)
{
	struct tm tm = { 0 };
	struct sc_text t = sc_text_into(clock->text, sizeof(clock->text) - 1);
	if (broken_down(clock, second, &tm)) {
		const struct {
			int n;
			unsigned digits;
			char after;
		} parts[] = { { tm.tm_year + 1900, 4, '-' }, { tm.tm_mon + 1, 2, '-' }, { tm.tm_mday, 2, ' ' },
			      { tm.tm_hour, 2, ':' },        { tm.tm_min, 2, ':' },     { tm.tm_sec, 2, 0 } };
		for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
			sc_text_padded(&t, (uint64_t)parts[i].n, parts[i].digits);
			if (parts[i].after)
				sc_text_put(&t, parts[i].after);
		}
	}
	clock->text[t.len] = 0;
	clock->second = second;
	clock->known  = true;
}

void sc_page_time(struct sc_page_clock *clock, struct sc_text *t, sc_time when)
{
	if (when == SC_TIME_NONE) {
		sc_text_put(t, '-');
		return;
	}
	int64_t second = when / SC_SECOND - (when % SC_SECOND < 0);
	if (!clock->known || clock->second != second)
		remember_second(clock, second);
	sc_text_adds(t, clock->text);
}

void sc_page_zone(const struct sc_page_clock *clock, struct sc_text *t)
{
	if (clock->utc) {
		sc_text_adds(t, "UTC");
		return;
	}
	sc_text_visible(t, sc_str_of(tzname[0]));
	if (daylight) {
		sc_text_put(t, '/');
		sc_text_visible(t, sc_str_of(tzname[1]));
	}
}

void sc_page_seconds(struct sc_text *t, sc_time duration, size_t width)
{
	char buffer[32];
	struct sc_text n = sc_text_into(buffer, sizeof(buffer));
	if (duration < 0)
		sc_text_put(&n, '-');
	uint64_t ms = (uint64_t)(duration < 0 ? -(duration + 1) : duration) / (uint64_t)SC_MS;
	sc_text_number(&n, ms / 1000);
	sc_text_put(&n, '.');
	sc_text_padded(&n, ms % 1000, 3);
	for (size_t i = n.len; i < width; i++)
		sc_text_put(t, ' ');
	sc_text_add(t, sc_text_str(&n));
}

void sc_page_duration(struct sc_text *t, sc_time duration, size_t width)
{
	static const struct {
		uint64_t seconds;
		char name;
	} units[] = { { 86400, 'd' }, { 3600, 'h' }, { 60, 'm' }, { 1, 's' } };
	char buffer[32];
	struct sc_text n = sc_text_into(buffer, sizeof(buffer));
	uint64_t seconds = duration < 0 ? 0 : (uint64_t)(duration / SC_SECOND);
	size_t i = 0;
	if (seconds < 1000) {
		sc_page_seconds(t, duration, width);
		return;
	}
	while (seconds < units[i].seconds)
		i++;
	sc_text_number(&n, seconds / units[i].seconds);
	sc_text_put(&n, units[i].name);
	sc_text_padded(&n, seconds % units[i].seconds / units[i + 1].seconds, 2);
	sc_text_put(&n, units[i + 1].name);
	for (size_t k = n.len; k < width; k++)
		sc_text_put(t, ' ');
	sc_text_add(t, sc_text_str(&n));
}

void sc_page_grouped(struct sc_text *t, uint64_t n)
{
	char buffer[20];
	struct sc_text digits = sc_text_into(buffer, sizeof(buffer));
	sc_text_number(&digits, n);
	for (size_t i = 0; i < digits.len; i++) {
		if (i && (digits.len - i) % 3 == 0)
			sc_text_put(t, ',');
		sc_text_put(t, buffer[i]);
	}
}

void sc_page_share(struct sc_text *t, uint64_t n, uint64_t of)
{
	uint64_t tenths = of ? (uint64_t)((double)n * 1000.0 / (double)of + 0.5) : 0;
	sc_text_number(t, tenths / 10);
	sc_text_put(t, '.');
	sc_text_number(t, tenths % 10);
	sc_text_adds(t, " %");
}

/* $'a\x1bb': the only form in which a shell takes octets that no page shows (POSIX.1-2024, 2.2.4). */
static void put_dollar_word(struct sc_text *t, sc_str s)
{
	sc_text_adds(t, "$'");
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.at[i];
		if (c < 0x20 || c > 0x7e) {
			sc_text_adds(t, "\\x");
			sc_text_hex(t, c, 2);
			continue;
		}
		sc_text_adds(t, c == '\'' || c == '\\' ? "\\" : "");
		sc_text_put(t, (char)c);
	}
	sc_text_put(t, '\'');
}

static bool is_plain_word(sc_str s)
{
	bool plain = s.len > 0;
	for (size_t i = 0; i < s.len; i++)
		plain = plain && (sc_is_digit(s.at[i]) || (sc_lower(s.at[i]) >= 'a' && sc_lower(s.at[i]) <= 'z') ||
				  (s.at[i] && strchr("/._-+:@%,=", s.at[i])));
	return plain;
}

/* It stands on the page as it is: nothing of it has to be made visible.  Tried out behind what `t` holds. */
static bool is_visible(struct sc_text *t, sc_str s)
{
	size_t before = t->len;
	sc_text_visible(t, s);
	bool same = sc_str_equal(sc_str_from(sc_text_str(t), before), s);
	t->len = before;
	return same;
}

void sc_page_shell_word(struct sc_text *t, sc_str s)
{
	if (is_plain_word(s)) {
		sc_text_add(t, s);
		return;
	}
	if (!is_visible(t, s)) {
		put_dollar_word(t, s);
		return;
	}
	sc_text_put(t, '\'');
	while (s.len) {
		size_t at = sc_str_find(s, '\'');
		sc_text_add(t, sc_str_slice(s, 0, at));
		sc_text_adds(t, at == SIZE_MAX ? "" : "'\\''");
		s = sc_str_from(s, at == SIZE_MAX ? s.len : at + 1);
	}
	sc_text_put(t, '\'');
}

void sc_page_reading(struct sc_text *t, const char *source)
{
	bool piped = source && source[0] == '-' && (source[1] == '\0' || source[1] == ' ');
	sc_text_adds(t, " -r ");
	sc_text_adds(t, !source || !*source || piped ? "CAPTURE" : "");
	sc_text_visible(t, sc_str_of(piped ? source + 1 : source));
}

/* ---- columns ---- */

static void spaces(struct sc_text *t, size_t n)
{
	while (n--)
		sc_text_put(t, ' ');
}

/* Octets of the sequence that opens `s`: at least one. */
static size_t step(sc_str s)
{
	uint32_t code_point;
	size_t n = sc_text_utf8(s, &code_point);
	return n ? n : 1;
}

/* Octets of `s` that fit in `width` columns. */
static size_t octets_within(sc_str s, size_t width)
{
	size_t at = 0, used = 0;
	while (at < s.len) {
		sc_str rest = sc_str_from(s, at);
		size_t n = step(rest);
		used += sc_text_columns(sc_str_slice(rest, 0, n));
		if (used > width)
			break;
		at += n;
	}
	return at;
}

void sc_page_fit(struct sc_text *t, sc_str s, size_t width, bool right)
{
	size_t whole = octets_within(s, width);
	bool cut = whole < s.len;
	if (cut)
		s = sc_str_slice(s, 0, width ? octets_within(s, width - 1) : 0);
	size_t used = sc_text_columns(s) + (cut && width);
	if (right && used < width)
		spaces(t, width - used);
	sc_text_add(t, s);
	if (cut && width)
		sc_text_adds(t, "…");
	if (!right && used < width)
		spaces(t, width - used);
}

/* Octets of `s` for one line of `width` columns: up to a space where there is one, at least one sequence. */
static size_t octets_of_line(sc_str s, size_t width)
{
	size_t n = octets_within(s, width);
	if (n == s.len)
		return n;
	size_t space = sc_str_rfind(sc_str_slice(s, 0, n + 1), ' ');
	if (space != SIZE_MAX && space > n / 2)
		return space;
	return n ? n : step(s);
}

void sc_page_wrap(struct sc_buffer *out, sc_str head, size_t indent, sc_str s, size_t width)
{
	size_t used = sc_text_columns(head);
	sc_buffer_add(out, head);
	for (;;) {
		size_t n = octets_of_line(s, width > used + 8 ? width - used : 8);
		size_t blanks = 0; /* before a break they are not seen; at the end of all they may be what was said */
		while (n < s.len && blanks < n && s.at[n - 1 - blanks] == ' ')
			blanks++;
		sc_buffer_add(out, sc_str_slice(s, 0, n - blanks));
		sc_buffer_adds(out, "\n");
		s = sc_str_from(s, n);
		if (s.len && s.at[0] == ' ')
			s = sc_str_from(s, 1);
		if (!s.len)
			return;
		struct sc_text t = sc_text_into(sc_buffer_room(out, indent), indent);
		spaces(&t, indent);
		out->len += t.len;
		used = indent;
	}
}
