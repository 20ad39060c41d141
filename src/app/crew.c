/* crew.c - who does whose orders; see crew.h.
 *
 * A thread goes on with its own worker, whose memory its processor has at hand, as long as no other is far behind.
 * What one that is about to sleep has not seen, somebody tells it: it notes what its bell has counted, looks at all
 * workers, and sleeps only if the bell has not counted since. */
#include "app/crew.h"

#define SHIFT  256u  /* orders between two choices */
#define HAND   64u   /* the same for the master: events and the reader wait */
#define BEHIND 2048u /* steps: other workers may be so far behind one's own */

/* ---- on any thread ---- */

/* The worker most behind of those that have orders and nobody does; NULL: there is none.  Only a claim makes sure. */
static struct sc_worker *most_behind(const struct sc_crew *c, const struct sc_worker *own)
{
	struct sc_worker *best = NULL;
	uint64_t least = 0;
	for (size_t i = 0; i < c->count; i++) {
		struct sc_worker *w = &c->workers[i];
		if (atomic_load_explicit(&w->claimed, memory_order_relaxed) || !sc_worker_pending(w))
			continue;
		uint64_t passed = atomic_load(&w->passed) + (w == own ? 0 : BEHIND);
		if (!best || passed < least) {
			best = w;
			least = passed;
		}
	}
	return best;
}

/* Somebody who sleeps looks at all workers, best the worker's own thread; when nobody does, all look once more
 * before they fall asleep. */
static void wake(const struct sc_crew *c, struct sc_worker *w)
{
	if (w->threaded && sc_bell_asleep(&w->bell)) {
		sc_bell_ring(&w->bell);
		return;
	}
	for (size_t i = 0; i < c->count; i++) {
		if (c->workers[i].threaded && sc_bell_asleep(&c->workers[i].bell)) {
			sc_bell_ring(&c->workers[i].bell);
			return;
		}
	}
	for (size_t i = 0; i < c->count; i++)
		sc_bell_ring(&c->workers[i].bell);
}

static void leave(const struct sc_crew *c, struct sc_worker *w)
{
	sc_worker_leave(w);
	if (sc_worker_pending(w))
		wake(c, w);
}

/* ---- on a thread of the crew ---- */

/* False: there was nothing to do. */
static bool do_some(const struct sc_crew *c, struct sc_worker *own)
{
	struct sc_worker *w;
	while ((w = most_behind(c, own))) {
		if (!sc_worker_claim(w, &own->bell, NULL, NULL))
			continue;
		sc_worker_obey(w, SHIFT);
		leave(c, w);
		return true;
	}
	return false;
}

static void *work(void *ctx)
{
	struct sc_worker *own = ctx;
	while (!atomic_load(&own->quit)) {
		unsigned heard = sc_bell_heard(&own->bell);
		if (do_some(own->crew, own))
			continue;
		sc_bell_ring(own->master);
		if (!atomic_load(&own->quit))
			sc_bell_wait(&own->bell, heard);
	}
	return NULL;
}

/* ---- on the master's thread ---- */

/* A worker that the master works for has no room for an event: others must come further before its events are taken. */
static void take_events(void *ctx)
{
	struct sc_crew *c = ctx;
	unsigned heard = sc_bell_heard(c->master);
	for (size_t i = 0; i < c->count; i++)
		atomic_store(&c->workers[i].wanted, SC_WANTED_NEWS);
	if (!sc_merge_events(c->merge, UINT64_MAX))
		sc_bell_wait(c->master, heard);
}

bool sc_crew_help(struct sc_crew *c)
{
	struct sc_worker *w;
	while ((w = most_behind(c, NULL))) {
		if (!sc_worker_claim(w, c->master, take_events, c))
			continue;
		sc_worker_obey(w, HAND);
		leave(c, w);
		return true;
	}
	return false;
}

void sc_crew_publish(struct sc_crew *c, struct sc_worker *w)
{
	if (sc_worker_publish(w))
		wake(c, w);
}

/* ---- opening, closing ---- */

size_t sc_crew_start(struct sc_crew *c, struct sc_worker *workers, size_t count, bool full)
{
	size_t n = 1;
	c->workers = workers;
	c->count = count;
	for (size_t i = 0; i < count; i++)
		workers[i].crew = c;
	while (n < count && sc_worker_run(&workers[n], work, &workers[n]))
		n++;
	if (n > 1 && !(full && sc_worker_run(&workers[0], work, &workers[0])))
		sc_worker_start(&workers[0]);
	return n > 1 ? n : 0;
}

void sc_crew_stop(struct sc_crew *c)
{
	sc_worker_stop(c->workers, c->count);
}
