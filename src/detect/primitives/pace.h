/* pace.h - how regularly something happens: mean and spread of the pauses, by Welford's method, in sixteen octets. */
#ifndef SC_DETECT_PACE_H
#define SC_DETECT_PACE_H

#include <smtpscope/base.h>

struct sc_pace {
	uint32_t last, count; /* second of the last one; pauses measured */
	float    mean, spread; /* of the pauses; spread: sum of squared distances from the mean */
};

static inline void sc_pace_add(struct sc_pace *p, uint32_t second)
{
	if (p->last && second >= p->last) {
		float pause = (float)(second - p->last), off = pause - p->mean;
		p->count++;
		p->mean += off / (float)p->count;
		p->spread += off * (pause - p->mean);
	}
	p->last = second;
}

/* Adds the pauses that another sensor measured (Chan and others, 1979): as if all had been measured by one. */
static inline void sc_pace_merge(struct sc_pace *into, const struct sc_pace *from)
{
	uint32_t all = into->count + from->count;
	float off = from->mean - into->mean;
	into->last = into->last > from->last ? into->last : from->last;
	if (from->count == 0)
		return;
	into->spread += from->spread + off * off * (float)into->count * (float)from->count / (float)all;
	into->mean += off * (float)from->count / (float)all;
	into->count = all;
}

/* The standard deviation is below a tenth of the mean, which is a minute at least: a machine, not a flood. */
static inline bool sc_pace_steady(const struct sc_pace *p, uint32_t least_count)
{
	return p->count >= least_count && p->mean >= 60 && p->spread * 100 < p->mean * p->mean * (float)p->count;
}

#endif
