/* worker.h - an engine between two rings: packets go in, events come out, on another thread.
 *
 * Everything a worker is told is an order with the number of a step; steps count packets and ticks over all workers.
 * What it tells carries the step it was told in.  `passed` is the step behind which it has nothing more to tell.
 *
 * One thread, the master, gives all orders and takes all events.  It must take events while it waits for a worker,
 * or both wait for ever: a worker whose events nobody takes stands still.
 *
 * Which thread does the orders may change between two of them: the one that has claimed the worker.  All threads of
 * a crew (crew.h) claim whatever has orders, the master among them when it would have to wait anyhow. */
#ifndef SC_APP_WORKER_H
#define SC_APP_WORKER_H

#include "app/bell.h"
#include "app/ring.h"
#include "engine/shard.h"

/* What a thread that may not sleep does while a worker stands still: takes events, or waits until something moves. */
typedef void sc_worker_relief(void *ctx);

enum sc_worker_wanted { SC_WANTED_NOTHING, SC_WANTED_ROOM /* half of `orders` */, SC_WANTED_NEWS /* any progress */ };

struct sc_worker {
	struct sc_crew *crew;          /* that it is of, if any */
	struct sc_engine *engine;      /* the master's until started, then whose has claimed it; idle, the master may look */
	struct sc_ring orders, events;
	struct sc_bell bell;           /* wakes the thread */
	struct sc_bell *master;        /* wakes the master: room, events, nothing left to do */
	atomic_bool claimed;
	struct sc_bell *runner;        /* whose has claimed it: it wakes that thread */
	sc_worker_relief *relief;      /* likewise; NULL: the thread sleeps */
	void *relief_ctx;
	uint64_t context;              /* SC_WANT bits: events of these kinds keep `session` */
	struct {
		sc_emit_fn *emit;
		void *emit_ctx;
	} before;                      /* where events go until the thread is started */
	bool opened;
	bool started;                  /* events go to the ring */
	atomic_bool threaded;          /* `thread` runs; others of the crew look, too */
	pthread_t thread;
	uint64_t sent;                 /* the master's: step of the last order */
	uint64_t step;                 /* whose has claimed it: of the order in work */
	_Atomic uint64_t passed;
	_Atomic(struct sc_bell *) stuck; /* wakes the thread that waits for room for an event; NULL: none does */
	atomic_int wanted;             /* enum sc_worker_wanted: what the master waits for */
	atomic_bool quit;
};

/* An event on its way to the master. */
struct sc_told {
	uint64_t step, flow;
	const struct sc_event *event;
};

/* Opens engine and rings; `config->memory` is for all of it.  The engine's events are the worker's once it is
 * started; until then they go to `config->emit`.  `master` NULL: it never is.  SC_EFAILED: no memory. */
sc_err sc_worker_open(struct sc_worker *w, const struct sc_engine_config *config, uint64_t context,
	struct sc_bell *master);
/* From here on the engine is whose has claimed the worker. */
void   sc_worker_start(struct sc_worker *w);
/* The same, and a thread runs `run`; it ends soon after `quit` was set and `bell` rung.  One that feeds the engine
 * itself, without orders, sets `step`.  False: the system gives no thread, and nothing has changed. */
bool   sc_worker_run(struct sc_worker *w, void *(*run)(void *ctx), void *ctx);
/* On that thread: what was told is seen by the master, and no more comes up to `step`. */
void   sc_worker_pass(struct sc_worker *w, uint64_t step);
/* Ends the threads of all of them, wherever each is at work.  What was ordered and not done is forgotten. */
void   sc_worker_stop(struct sc_worker *workers, size_t count);
void   sc_worker_close(struct sc_worker *w); /* stops it, too; a zeroed one is fine */

/* Any thread.  There are orders, as far as it can tell without a claim. */
bool   sc_worker_pending(const struct sc_worker *w);
/* True: orders and engine are the caller's until sc_worker_leave().  `bell` wakes it. */
bool   sc_worker_claim(struct sc_worker *w, struct sc_bell *bell, sc_worker_relief *relief, void *ctx);
void   sc_worker_leave(struct sc_worker *w);
/* Does so many orders at most. */
void   sc_worker_obey(struct sc_worker *w, unsigned most);

/* Orders.  False: no room now.  They are seen at sc_worker_publish(), which is false when there were none; `laden`:
 * so many that this is due. */
bool   sc_worker_follow(struct sc_worker *w, uint64_t step, const struct sc_flow_ref *ref, const struct sc_layers *l,
	const struct sc_packet *pkt);
bool   sc_worker_tick(struct sc_worker *w, uint64_t step, uint64_t number, sc_time now);
bool   sc_worker_finish(struct sc_worker *w, uint64_t step, uint64_t number, sc_time when);
bool   sc_worker_publish(struct sc_worker *w);
bool   sc_worker_laden(const struct sc_worker *w);

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
