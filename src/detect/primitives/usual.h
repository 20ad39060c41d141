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

#define SC_USUAL_HALF 168 /* hours until half is forgotten */

/* The share that is left after that many hours: the same at one go and hour by hour, or an account that is always busy would
 * forget more slowly than others, and two sensors otherwise than one. */
static inline float sc_usual_left(uint32_t hours)
{
	static const float powers[] = { /* 2^(-1/168), 2^(-2/168), 2^(-4/168) ... */
		0.99588262f, 0.99178220f, 0.98363193f, 0.96753178f, 0.93611774f, 0.87631643f, 0.76793048f, 0.58971722f,
	};
	float left = 1;
	if (hours >= 24 * SC_USUAL_HALF)
		return 0;
	for (; hours >= SC_USUAL_HALF; hours -= SC_USUAL_HALF)
		left /= 2;
	for (unsigned i = 0; hours >> i; i++)
		left *= hours >> i & 1 ? powers[i] : 1;
	return left;
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

/* Adds what another sensor counted.  The busiest hours need not be the same: theirs are added up, so what is usual is not too low,
 * and of two sensors at most twice too high, of three at most three times: a sum tells what one sensor that saw all would tell, or
 * less.  Exact is who gives the packets of all sensors to one program. */
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
