/* merge.c - takes the least of the workers' next events, when the workers that have none are past it.
 *
 * A worker's progress is read before its ring is looked at: what it told up to that step is in the ring then, so
 * an empty ring means that nothing more comes up to there.  One that has done all its orders is past everything
 * ordered. */
#include "app/merge.h"

static bool earlier(const struct sc_told *a, const struct sc_told *b)
{
	return a->step != b->step ? a->step < b->step : a->flow < b->flow;
}

/* The worker whose event is next; NULL: none can be passed on yet. */
static struct sc_worker *next_of(const struct sc_merge *m, uint64_t step)
{
	struct sc_worker *least = NULL;
	const struct sc_told *first = NULL;
	uint64_t reached = step; /* by all workers whose ring is empty */
	for (size_t i = 0; i < m->count; i++) {
		struct sc_worker *w = &m->workers[i];
		uint64_t passed = atomic_load(&w->passed);
		const struct sc_told *told = sc_worker_told(w);
		if (!told && passed < w->sent && passed < reached)
			reached = passed;
		if (told && (!first || earlier(told, first))) {
			first = told;
			least = w;
		}
	}
	return first && first->step <= reached ? least : NULL;
}

bool sc_merge_events(const struct sc_merge *m, uint64_t step)
{
	bool any = false;
	struct sc_worker *w;
	while ((w = next_of(m, step))) {
		m->emit(m->emit_ctx, sc_worker_told(w)->event);
		sc_worker_took(w);
		any = true;
	}
	for (size_t i = 0; any && i < m->count; i++)
		sc_worker_release(&m->workers[i]);
	return any;
}
