/* spread.h - how times spread: a histogram whose steps grow with the value, so that percentiles are right
 * within 7 percent. */
#ifndef SC_MODEL_SPREAD_H
#define SC_MODEL_SPREAD_H

#include <smtpscope/base.h>

#define SC_SPREAD_STEPS 600

struct sc_spread {
	uint64_t count;
	sc_time  least, most;
	uint64_t steps[SC_SPREAD_STEPS]; /* sixteen for every doubling, from a microsecond on */
};

/* Absent and negative durations are not counted. */
void sc_spread_add(struct sc_spread *s, sc_time duration);

/* The duration that `percent` of all do not exceed; SC_TIME_NONE when there is none. */
sc_time sc_spread_percentile(const struct sc_spread *s, unsigned percent);

#endif
