/* window.h - how often something happened in the last N seconds, in twelve octets.
 *
 * Two buckets of N seconds: this one, and the one before.  Of each is kept, in 256ths, when the first came; of the one before
 * counts the share of the time between that and its end that the window still covers.  So what came in one burst, or steadily, is
 * counted right wherever buckets are cut, and nothing is over- or undercounted by more than what the bucket before held.
 * Buckets are cut at multiples of N since 1970, so that counters of several sensors add up.  Time comes from the capture: what
 * is older than the bucket at hand counts as if it came at its begin. */
#ifndef SC_DETECT_WINDOW_H
#define SC_DETECT_WINDOW_H

#include <smtpscope/base.h>

#define SC_WINDOW_MOST ((1u << 24) - 1) /* it counts no further */

struct sc_window {
	uint32_t slot; /* number of the bucket `now` */
	uint32_t now : 24, first : 8, before : 24, before_first : 8;
};

/* Seconds since 1970 as the tables keep them; what lies before is 0. */
static inline uint32_t sc_seconds(sc_time when)
{
	return when < 0 ? 0 : (uint32_t)((uint64_t)when / SC_SECOND);
}

/* How far into its bucket a second is, in 256ths.  Short divisions are cheaper, and few windows are half a year long. */
static inline uint8_t sc_window_part(uint32_t second, uint32_t slot, uint32_t length_s)
{
	uint32_t begin = slot * length_s, gone = second > begin ? second - begin : 0;
	return (uint8_t)(length_s <= UINT32_MAX / 256 ? gone * 256 / length_s : gone / (length_s / 256));
}

/* What counts of `n` in the bucket before, `gone` seconds after its end, when the first of them came at `first`. */
static inline uint64_t sc_window_left(uint64_t n, uint8_t first, uint32_t gone, uint32_t length_s)
{
	if (gone >= length_s)
		return 0;
	uint32_t begin = (uint32_t)((uint64_t)first * length_s / 256);
	return gone <= begin ? n : n * (length_s - gone) / (length_s - begin);
}

static inline void sc_window_turn(struct sc_window *w, uint32_t second, uint32_t length_s)
{
	uint32_t slot = second / length_s;
	if (slot <= w->slot)
		return;
	w->before = slot - w->slot == 1 ? w->now : 0;
	w->before_first = w->first;
	w->now = 0;
	w->slot = slot;
}

static inline uint32_t sc_add_capped(uint32_t a, uint32_t b)
{
	return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

static inline uint32_t sc_window_sum(uint32_t a, uint32_t b)
{
	return b > SC_WINDOW_MOST - a ? SC_WINDOW_MOST : a + b;
}

static inline void sc_window_add(struct sc_window *w, uint32_t n, uint32_t second, uint32_t length_s)
{
	sc_window_turn(w, second, length_s);
	if (w->now == 0)
		w->first = sc_window_part(second, w->slot, length_s);
	w->now = sc_window_sum(w->now, n) & SC_WINDOW_MOST;
}

/* The count of a window in whose bucket `second` is, or which is beyond it. */
static inline uint32_t sc_window_sum_at(const struct sc_window *w, uint32_t second, uint32_t length_s)
{
	if (w->before == 0) /* of most keys nothing came before */
		return w->now;
	uint32_t begin = w->slot * length_s, gone = second > begin ? second - begin : 0;
	return sc_window_sum(w->now, (uint32_t)sc_window_left(w->before, w->before_first, gone, length_s));
}

/* The count of the last `length_s` seconds before `second`. */
static inline uint32_t sc_window_count(const struct sc_window *w, uint32_t second, uint32_t length_s)
{
	struct sc_window at = *w;
	sc_window_turn(&at, second, length_s);
	return sc_window_sum_at(&at, second, length_s);
}

/* Adds, and gives that count. */
static inline uint32_t sc_window_put(struct sc_window *w, uint32_t n, uint32_t second, uint32_t length_s)
{
	sc_window_add(w, n, second, length_s);
	return sc_window_sum_at(w, second, length_s);
}

/* When the first of two buckets' content came. */
static inline uint8_t sc_window_first(uint32_t n, uint8_t first, uint32_t other_n, uint8_t other_first)
{
	if (n == 0 || other_n == 0)
		return n ? first : other_first;
	return first < other_first ? first : other_first;
}

/* Adds what another sensor counted with the same length. */
static inline void sc_window_merge(struct sc_window *into, const struct sc_window *from, uint32_t length_s)
{
	struct sc_window other = *from;
	uint32_t slot = into->slot > other.slot ? into->slot : other.slot;
	sc_window_turn(into, slot * length_s, length_s);
	sc_window_turn(&other, slot * length_s, length_s);
	into->first = sc_window_first(into->now, into->first, other.now, other.first);
	into->before_first = sc_window_first(into->before, into->before_first, other.before, other.before_first);
	into->now = sc_window_sum(into->now, other.now) & SC_WINDOW_MOST;
	into->before = sc_window_sum(into->before, other.before) & SC_WINDOW_MOST;
}

#endif
