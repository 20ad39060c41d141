/* merge.h - the events of several workers in one order: by step, and within a tick by flow.
 *
 * A packet's events all come from the worker of its flow and keep their order; those of a tick and of the end come
 * from all workers, each in the order of flows.  So what is passed on is what one engine would have told, in its
 * order. */
#ifndef SC_APP_MERGE_H
#define SC_APP_MERGE_H

#include "app/worker.h"

struct sc_merge {
	struct sc_worker *workers;
	size_t count;
	sc_emit_fn *emit;
	void *emit_ctx;
};

/* Passes on what can be: an event waits until no worker can tell an earlier one any more.  `step`: of the last
 * order given to any worker.  False: there was nothing. */
bool sc_merge_events(const struct sc_merge *m, uint64_t step);

#endif
