/* slowest.h - the longest waits: what was waited for, how long, when and in which session. */
#ifndef SC_MODEL_SLOWEST_H
#define SC_MODEL_SLOWEST_H

#include <smtpscope/base.h>

#define SC_SLOWEST_KEPT 10

struct sc_slow {
	sc_time  duration, when;
	uint64_t session;
	uint8_t  what; /* enum sc_spread_id */
};

struct sc_slowest {
	struct sc_slow items[SC_SLOWEST_KEPT]; /* the longest first */
	size_t count;
};

/* Absent durations, and those of less than a second, are not kept.  Of equal ones the earlier stays. */
void sc_slowest_add(struct sc_slowest *s, const struct sc_slow *slow);

#endif
