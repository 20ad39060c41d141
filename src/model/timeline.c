/* timeline.c - a row of bins that widens.  Times come from the capture and may lie anywhere. */
#include "model/timeline.h"

#define HOUR_S 3600

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static void add(struct sc_timeline_bin *into, const struct sc_timeline_bin *bin)
{
	for (int i = 0; i < SC_OUTCOMES; i++)
		into->outcomes[i] += bin->outcomes[i];
	into->sessions += bin->sessions;
}

/* Two bins become one. */
static void widen(struct sc_timeline *t)
{
	struct sc_timeline wide = { .first = floor_div(t->first, 2), .width_s = t->width_s * 2, .finest_s = t->finest_s };
	for (size_t i = 0; i < t->count; i++) {
		size_t at = (size_t)(floor_div(t->first + (int64_t)i, 2) - wide.first);
		add(&wide.bins[at], &t->bins[i]);
		wide.count = at + 1;
	}
	*t = wide;
}

/* Bins are put before the first. */
static void begin_at(struct sc_timeline *t, int64_t first)
{
	size_t more = (size_t)(t->first - first);
	memmove(&t->bins[more], &t->bins[0], t->count * sizeof(t->bins[0]));
	memset(&t->bins[0], 0, more * sizeof(t->bins[0]));
	t->first = first;
	t->count += more;
}

struct sc_timeline_bin *sc_timeline_at(struct sc_timeline *t, sc_time when)
{
	int64_t second = floor_div(when, SC_SECOND);
	int64_t finest = t->finest_s ? t->finest_s : HOUR_S;
	if (t->width_s == 0)
		*t = (struct sc_timeline){ .first = floor_div(second, finest), .width_s = finest, .finest_s = t->finest_s, .count = 1 };
	for (;;) {
		int64_t bin = floor_div(second, t->width_s), last = t->first + (int64_t)t->count - 1;
		int64_t first = bin < t->first ? bin : t->first;
		last = bin > last ? bin : last;
		if (last - first >= SC_TIMELINE_BINS) {
			widen(t);
			continue;
		}
		if (first < t->first)
			begin_at(t, first);
		t->count = (size_t)(last - first) + 1;
		return &t->bins[bin - t->first];
	}
}
