/* worker.h - an engine on a thread of its own, between two rings: packets go in, events come out.
 *
 * Everything a worker is told is an order with the number of a step; steps count packets and ticks over all
 * workers.  What it tells carries the step it was told in.  `passed` is the step behind which it has nothing more
 * to tell.
 *
 * One thread, the master, gives all orders and takes all events.  It must take events while it waits for a worker,
 * or both wait for ever: a worker whose events nobody takes stands still. */
#ifndef SC_APP_WORKER_H
#define SC_APP_WORKER_H

#include "app/bell.h"
#include "app/ring.h"
#include "engine/shard.h"

struct sc_worker {
	struct sc_engine *engine;      /* the master's until started, then the thread's; idle, the master may look */
	struct sc_ring orders, events;
	struct sc_bell bell;           /* wakes the thread */
	struct sc_bell *master;        /* wakes the master: room, events, nothing left to do */
	bool context;                  /* events keep `session` */
	struct {
		sc_emit_fn *emit;
		void *emit_ctx;
	} before;                      /* where events go until the thread is started */
	bool opened, started;
	pthread_t thread;
	uint64_t sent;                 /* the master's: step of the last order */
	uint64_t step;                 /* the thread's: of the order in work */
	_Atomic uint64_t passed;
	atomic_bool stuck;             /* the thread waits for room for an event */
	atomic_bool wanted;            /* the master waits until half of `orders` is free */
	atomic_bool quit;
};

/* An event on its way to the master. */
struct sc_told {
	uint64_t step, flow;
	const struct sc_event *event;
};

/* Opens engine and rings; `config->memory` is for all of it.  The engine's events are the worker's once it is
 * started; until then they go to `config->emit`.  `master` NULL: it never is.  SC_EFAILED: no memory. */
sc_err sc_worker_open(struct sc_worker *w, const struct sc_engine_config *config, bool context,
	struct sc_bell *master);
/* False: the system gives no thread; the engine is still the master's. */
bool   sc_worker_start(struct sc_worker *w);
/* The same, and the thread runs `run`, which feeds the engine itself and sets `step`; it ends soon after `quit` was set. */
bool   sc_worker_run(struct sc_worker *w, void *(*run)(void *ctx), void *ctx);
/* On that thread: what was told is seen by the master, and no more comes up to `step`. */
void   sc_worker_pass(struct sc_worker *w, uint64_t step);
/* What was ordered and not done is forgotten. */
void   sc_worker_close(struct sc_worker *w); /* a zeroed one is fine */

/* Orders.  False: no room now.  They are seen at sc_worker_publish(). */
bool   sc_worker_follow(struct sc_worker *w, uint64_t step, const struct sc_flow_ref *ref, const struct sc_layers *l,
	const struct sc_packet *pkt);
bool   sc_worker_tick(struct sc_worker *w, uint64_t step, uint64_t number, sc_time now);
bool   sc_worker_finish(struct sc_worker *w, uint64_t step, uint64_t number, sc_time when);
void   sc_worker_publish(struct sc_worker *w);

/* True when the packet is too large for the ring: then its octets are borrowed until the order is done. */
bool   sc_worker_borrows(const struct sc_worker *w, const struct sc_layers *l);

/* Everything ordered is done.  Then all events are in the ring, and the engine may be looked at. */
bool   sc_worker_idle(struct sc_worker *w);

/* The next event, or NULL; sc_worker_took() when it is done with. */
const struct sc_told *sc_worker_told(struct sc_worker *w);
void   sc_worker_took(struct sc_worker *w);
/* Gives the room of the events taken back. */
void   sc_worker_release(struct sc_worker *w);

#endif
