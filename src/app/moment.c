/* moment.c - the times of --since and --until.
 *
 * Without a zone a time is local (TZ) or, with --utc, UTC.  What is relative counts from the clock, as journalctl
 * has it; only a time of day alone belongs to the day the capture begins, so that 01:00 works on last week's file
 * too. */
#include <time.h>

#include "app/values.h"
#include "base/cursor.h"

#define DAY (INT64_C(86400) * SC_SECOND)

static time_t seconds_of(struct tm *tm, bool utc)
{
	tm->tm_isdst = -1;
	return utc ? timegm(tm) : mktime(tm);
}

static void calendar(sc_time when, bool utc, struct tm *tm)
{
	time_t seconds = (time_t)(when / SC_SECOND - (when % SC_SECOND < 0));
	if (utc)
		gmtime_r(&seconds, tm);
	else
		localtime_r(&seconds, tm);
}

/* Midnight that opens the day of `when`, moved by `days`. */
static sc_time midnight(sc_time when, bool utc, int days)
{
	struct tm tm;
	calendar(when, utc, &tm);
	struct tm start = { .tm_year = tm.tm_year, .tm_mon = tm.tm_mon, .tm_mday = tm.tm_mday + days };
	return (sc_time)seconds_of(&start, utc) * SC_SECOND;
}

/* Exactly `digits` decimal digits. */
static int digits(struct sc_cursor *c, size_t count)
{
	uint64_t n = 0;
	if (!sc_str_number(sc_cursor_take(c, count), &n))
		c->failed = true;
	return (int)n;
}

static bool next_is(struct sc_cursor *c, char wanted)
{
	if (c->failed || sc_cursor_left(c) == 0 || (char)*c->at != wanted)
		return false;
	c->at++;
	return true;
}

static void expect(struct sc_cursor *c, char wanted)
{
	if (!next_is(c, wanted))
		c->failed = true;
}

/* ".123456" after the seconds, to nanoseconds. */
static sc_time fraction(struct sc_cursor *c)
{
	sc_time unit = SC_SECOND, sum = 0;
	while (sc_cursor_left(c) && sc_is_digit((char)*c->at)) {
		unit /= 10;
		sum += unit * (*c->at++ - '0');
	}
	if (unit == SC_SECOND)
		c->failed = true;
	return sum;
}

/* HH:MM, HH:MM:SS or HH:MM:SS.ffffff into `tm`; gives the fraction. */
static sc_time clock_time(struct sc_cursor *c, struct tm *tm)
{
	tm->tm_hour = digits(c, 2);
	expect(c, ':');
	tm->tm_min = digits(c, 2);
	tm->tm_sec = next_is(c, ':') ? digits(c, 2) : 0;
	if (tm->tm_hour > 23 || tm->tm_min > 59 || tm->tm_sec > 59)
		c->failed = true;
	return next_is(c, '.') ? fraction(c) : 0;
}

/* Z, +01:00 or -0500: true, and the seconds that local time is ahead of UTC. */
static bool zone(struct sc_cursor *c, int *ahead)
{
	*ahead = 0;
	if (next_is(c, 'Z') || next_is(c, 'z'))
		return true;
	bool west = next_is(c, '-');
	if (!west && !next_is(c, '+'))
		return false;
	int hours = digits(c, 2);
	(void)next_is(c, ':');
	int minutes = digits(c, 2);
	if (hours > 14 || minutes > 59)
		c->failed = true;
	*ahead = (hours * 60 + minutes) * 60 * (west ? -1 : 1);
	return true;
}

static bool read_date(sc_str s, bool utc, struct sc_moment *out)
{
	struct sc_cursor c = sc_cursor_of(s);
	struct tm tm = { .tm_year = digits(&c, 4) - 1900 };
	expect(&c, '-');
	tm.tm_mon = digits(&c, 2) - 1;
	expect(&c, '-');
	tm.tm_mday = digits(&c, 2);
	int ahead = 0, day = tm.tm_mday, month = tm.tm_mon;
	bool zoned = false;
	sc_time part = 0;
	if (next_is(&c, 'T') || next_is(&c, 't') || next_is(&c, ' ')) {
		part = clock_time(&c, &tm);
		zoned = zone(&c, &ahead);
	}
	if (c.failed || sc_cursor_left(&c) || tm.tm_year < 0 || tm.tm_year > 300)
		return false;
	time_t seconds = seconds_of(&tm, utc || zoned) - ahead;
	out->at = (sc_time)seconds * SC_SECOND + part;
	return tm.tm_mday == day && tm.tm_mon == month; /* the 31st of a shorter month was moved on */
}

static bool read_of_day(sc_str s, struct sc_moment *out)
{
	struct sc_cursor c = sc_cursor_of(s);
	struct tm tm = { 0 };
	sc_time part = clock_time(&c, &tm);
	if (c.failed || sc_cursor_left(&c))
		return false;
	out->of_day = true;
	out->at = (sc_time)((tm.tm_hour * 60 + tm.tm_min) * 60 + tm.tm_sec) * SC_SECOND + part;
	return true;
}

static sc_time unit_of(char c)
{
	switch (c) {
	case 's': return SC_SECOND;
	case 'm': return 60 * SC_SECOND;
	case 'h': return 3600 * SC_SECOND;
	case 'd': return DAY;
	case 'w': return 7 * DAY;
	default: return 0;
	}
}

/* -15m, -1h30m, -2d */
static bool read_distance(sc_str s, sc_time now, struct sc_moment *out)
{
	struct sc_cursor c = sc_cursor_of(s);
	sc_time sum = 0;
	expect(&c, '-');
	do {
		sc_time n = 0;
		size_t count = 0;
		for (; count < 9 && sc_cursor_left(&c) && sc_is_digit((char)*c.at); count++)
			n = n * 10 + (*c.at++ - '0');
		sc_time unit = unit_of((char)sc_cursor_u8(&c));
		if (count == 0 || unit == 0 || n > 100 * 365 * DAY / unit)
			c.failed = true;
		sum += c.failed ? 0 : n * unit;
	} while (!c.failed && sc_cursor_left(&c) && sum < 100 * 365 * DAY);
	out->at = now - sum;
	return !c.failed && sc_cursor_left(&c) == 0;
}

static bool read_word(sc_str s, bool utc, sc_time now, struct sc_moment *out)
{
	if (sc_str_equal(s, SC_STR("now")))
		out->at = now;
	else if (sc_str_equal(s, SC_STR("today")))
		out->at = midnight(now, utc, 0);
	else if (sc_str_equal(s, SC_STR("yesterday")))
		out->at = midnight(now, utc, -1);
	else
		return false;
	return true;
}

bool sc_value_moment(sc_str s, bool utc, sc_time now, struct sc_moment *out, struct sc_text *why)
{
	struct sc_moment m = { .given = true };
	if (read_date(s, utc, &m) || read_of_day(s, &m) || read_distance(s, now, &m) || read_word(s, utc, now, &m)) {
		*out = m;
		return true;
	}
	sc_text_adds(why, "no time: \"");
	sc_text_add(why, sc_str_slice(s, 0, 80));
	sc_text_adds(why, "\"; give 2026-11-23T01:00, 01:00, -15m, today or yesterday");
	return false;
}

sc_time sc_moment_at(const struct sc_moment *m, bool utc, sc_time first)
{
	if (!m->of_day)
		return m->at;
	struct tm tm;
	calendar(first, utc, &tm);
	sc_time seconds = m->at / SC_SECOND;
	struct tm then = { .tm_year = tm.tm_year, .tm_mon = tm.tm_mon, .tm_mday = tm.tm_mday };
	then.tm_hour = (int)(seconds / 3600);
	then.tm_min = (int)(seconds / 60 % 60);
	then.tm_sec = (int)(seconds % 60);
	return (sc_time)seconds_of(&then, utc) * SC_SECOND + m->at % SC_SECOND;
}
