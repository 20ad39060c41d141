/* window.h - how often something happened in the last N seconds, in twelve octets.
 *
 * Two buckets of N seconds: this one, and the one before, which counts by the share of it that the window still covers.
 * So a burst is smeared over at most one bucket, and never over- or undercounted by more than what the bucket before held.
 * Buckets are cut at multiples of N since 1970, so that counters of several sensors add up.  Time comes from the capture: what
 * is older than the bucket at hand counts as if it came now. */
#ifndef SC_DETECT_WINDOW_H
#define SC_DETECT_WINDOW_H

#include <smtpscope/base.h>

struct sc_window {
	uint32_t slot; /* number of the bucket `now` */
	uint32_t now, before;
};

/* Seconds since 1970 as the tables keep them; what lies before is 0. */
static inline uint32_t sc_seconds(sc_time when)
{
	return when < 0 ? 0 : (uint32_t)((uint64_t)when / SC_SECOND);
}

static inline void sc_window_turn(struct sc_window *w, uint32_t second, uint32_t length_s)
{
	uint32_t slot = second / length_s;
	if (slot <= w->slot)
		return;
	w->before = slot - w->slot == 1 ? w->now : 0;
	w->now = 0;
	w->slot = slot;
}

static inline uint32_t sc_add_capped(uint32_t a, uint32_t b)
{
	return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

static inline void sc_window_add(struct sc_window *w, uint32_t n, uint32_t second, uint32_t length_s)
{
	sc_window_turn(w, second, length_s);
	w->now = sc_add_capped(w->now, n);
}

/* The count of the last `length_s` seconds before `second`. */
static inline uint32_t sc_window_count(const struct sc_window *w, uint32_t second, uint32_t length_s)
{
	struct sc_window at = *w;
	sc_window_turn(&at, second, length_s);
	uint32_t begin = at.slot * length_s, gone = second > begin ? second - begin : 0;
	gone = gone > length_s ? length_s : gone;
	return sc_add_capped(at.now, (uint32_t)((uint64_t)at.before * (length_s - gone) / length_s));
}

/* Adds what another sensor counted with the same length. */
static inline void sc_window_merge(struct sc_window *into, const struct sc_window *from, uint32_t length_s)
{
	struct sc_window other = *from;
	uint32_t slot = into->slot > other.slot ? into->slot : other.slot;
	sc_window_turn(into, slot * length_s, length_s);
	sc_window_turn(&other, slot * length_s, length_s);
	into->now = sc_add_capped(into->now, other.now);
	into->before = sc_add_capped(into->before, other.before);
}

#endif
