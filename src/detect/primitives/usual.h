/* usual.h - what is usual for somebody: his busiest hour, forgotten by half in a week.
 *
 * A mean would be spoilt by quiet nights and by a newsletter that goes out once a week; the busiest hour is not.  The hour before
 * the one at hand does not count yet: what begins at ten to nine would be its own measure from nine on. */
#ifndef SC_DETECT_USUAL_H
#define SC_DETECT_USUAL_H

#include <smtpscope/base.h>

struct sc_usual {
	uint32_t hour, first; /* hours since 1970: the one at hand, the first one */
	uint32_t count, last; /* of the hour at hand, and of the one before */
	float    peak;        /* of the hours before those */
};

/* The share that is left after that many hours. */
static inline float sc_usual_left(uint32_t hours)
{
	float left = 1;
	for (; hours >= 168; hours -= 168) {
		left /= 2;
		if (left < 0.001f)
			return 0;
	}
	return left * (1 - (float)hours / 336); /* a straight line between the halves */
}

static inline void sc_usual_turn(struct sc_usual *u, uint32_t second)
{
	uint32_t hour = second / 3600;
	if (!u->first)
		u->first = u->hour = hour;
	if (hour <= u->hour)
		return;
	bool next = hour - u->hour == 1;
	uint32_t most = !next && u->count > u->last ? u->count : u->last;
	u->peak = (float)most > u->peak ? (float)most : u->peak;
	u->peak *= sc_usual_left(hour - u->hour);
	u->hour = hour;
	u->last = next ? u->count : 0;
	u->count = 0;
}

static inline void sc_usual_add(struct sc_usual *u, uint32_t n, uint32_t second)
{
	sc_usual_turn(u, second);
	u->count += n;
}

/* Adds what another sensor counted.  The busiest hours need not be the same: theirs are added up, so what is usual may be too
 * high, never too low. */
static inline void sc_usual_merge(struct sc_usual *into, const struct sc_usual *from)
{
	struct sc_usual other = *from;
	uint32_t hour = into->hour > other.hour ? into->hour : other.hour;
	if (!other.first)
		return;
	sc_usual_turn(into, hour * 3600);
	sc_usual_turn(&other, hour * 3600);
	into->first = into->first < other.first ? into->first : other.first;
	into->count += other.count;
	into->last += other.last;
	into->peak += other.peak;
}

/* More than `times` what is usual; while nothing is known, anything is. */
static inline bool sc_usual_exceeded(const struct sc_usual *u, uint64_t n, uint64_t times)
{
	return (float)n >= u->peak * (float)times;
}

static inline uint32_t sc_usual_age_hours(const struct sc_usual *u)
{
	return u->hour - u->first;
}

#endif
