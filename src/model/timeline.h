/* timeline.h - outcomes by hour; by more hours when the capture is longer than the bins. */
#ifndef SC_MODEL_TIMELINE_H
#define SC_MODEL_TIMELINE_H

#include "model/outcome.h"

#define SC_TIMELINE_BINS 168

struct sc_timeline_bin {
	uint64_t outcomes[SC_OUTCOMES];
	uint64_t sessions;
};

struct sc_timeline {
	int64_t  first;   /* number of the first bin: its time divided by `width_s` */
	int64_t  width_s; /* 0: empty */
	int64_t  finest_s; /* of the first bins; 0: an hour */
	size_t   count;   /* bins from `first` on */
	struct sc_timeline_bin bins[SC_TIMELINE_BINS];
};

/* The bin of that time; the bins are widened until it is one of them. */
struct sc_timeline_bin *sc_timeline_at(struct sc_timeline *t, sc_time when);

static inline sc_time sc_timeline_begin(const struct sc_timeline *t, size_t bin)
{
	return (t->first + (int64_t)bin) * t->width_s * SC_SECOND;
}

#endif
