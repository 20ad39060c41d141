/* activity.h - in which of the last 64 minutes something happened. */
#ifndef SC_STORY_ACTIVITY_H
#define SC_STORY_ACTIVITY_H

#include <smtpscope/base.h>

#define SC_ACTIVITY_MINUTE (60 * SC_SECOND)

struct sc_activity {
	int64_t  minute; /* the latest */
	uint64_t bits;   /* bit i: it happened i minutes before that; 0: never yet */
};

static inline void sc_activity_note(struct sc_activity *a, sc_time when)
{
	int64_t minute = when / SC_ACTIVITY_MINUTE, ahead = minute - a->minute;
	if (!a->bits || ahead >= 64 || ahead <= -64) {
		*a = (struct sc_activity){ minute, 1 };
	} else if (ahead >= 0) {
		a->bits = a->bits << ahead | 1;
		a->minute = minute;
	} else {
		a->bits |= UINT64_C(1) << -ahead;
	}
}

/* In a minute from that of `from` to that of `to`, both included. */
static inline bool sc_activity_between(const struct sc_activity *a, sc_time from, sc_time to)
{
	int64_t first = a->minute - to / SC_ACTIVITY_MINUTE, last = a->minute - from / SC_ACTIVITY_MINUTE;
	first = first < 0 ? 0 : first;
	last = last > 63 ? 63 : last;
	if (first > last)
		return false;
	uint64_t reach = last - first == 63 ? UINT64_MAX : (UINT64_C(1) << (last - first + 1)) - 1;
	return (a->bits >> first & reach) != 0;
}

#endif
