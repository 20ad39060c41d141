/* worker.c - orders for an engine and its events; see worker.h.
 *
 * Nothing here takes a lock while there is work.  Room is given back and progress is told for many orders at once. A
 * thread rings the master when it has nothing left to do (crew.c), when its events have no room, and when the room
 * is there that the master waits for; so whenever the master sleeps, either a thread works or one has just rung. */
#include "app/worker.h"

#include <signal.h>
#include <stddef.h>

#include "engine/pack.h"

#define RING_OCTETS  (1u << 20)  /* each: with less, threads sleep more often; more only leaves the cache */
#define RING_LEAST   (64u << 10)
#define RING_SHARE   16          /* of the worker's memory, each */
#define ROUND        64          /* orders between two words to the master */

enum order_kind { ORDER_FOLLOW, ORDER_TICK, ORDER_FINISH };

struct order {
	enum order_kind kind;
	bool     borrowed;           /* options and payload lie where the master has them; else behind the order */
	uint64_t step, number;
	sc_time  when;
	struct sc_flow_ref ref;      /* from here on only with ORDER_FOLLOW */
	struct sc_layers layers;
};
#define SHORT_ORDER offsetof(struct order, ref)

/* ---- events, on the thread that has claimed it ---- */

/* Waits until the master has done something; `done` is looked at again then.  False: it is over. */
static bool stand_still(struct sc_worker *w, bool (*done)(struct sc_worker *w, size_t octets), size_t octets)
{
	while (!done(w, octets)) {
		sc_ring_publish(&w->events);
		if (w->relief) {
			w->relief(w->relief_ctx);
			continue;
		}
		unsigned heard = sc_bell_heard(w->runner);
		atomic_store(&w->stuck, w->runner);
		sc_bell_ring(w->master);
		if (!done(w, octets) && !atomic_load(&w->quit))
			sc_bell_wait(w->runner, heard);
		atomic_store(&w->stuck, NULL);
		if (atomic_load(&w->quit))
			return false;
	}
	return true;
}

static bool has_room(struct sc_worker *w, size_t octets)
{
	return sc_ring_room(&w->events, octets) != NULL;
}

static bool all_taken(struct sc_worker *w, size_t octets)
{
	(void)octets;
	return sc_ring_used(&w->events) == 0;
}

/* The session so far, as if it were an event of its own: so it is packed like one. */
static struct sc_event context_of(const struct sc_event *ev)
{
	return (struct sc_event){ .kind = SC_EVENT_session, .body = ev->session };
}

static void tell_packed(struct sc_worker *w, const struct sc_event *ev, size_t body, size_t octets)
{
	if (!stand_still(w, has_room, octets))
		return;
	struct sc_told *told = sc_ring_room(&w->events, octets);
	char *at = (char *)(told + 1);
	(void)sc_pack(ev, at);
	struct sc_event *packed = (struct sc_event *)(void *)at;
	if (octets > sizeof(*told) + body) {
		struct sc_event context = context_of(ev);
		packed->session = sc_pack(&context, at + body)->body;
	}
	*told = (struct sc_told){ w->step, ev->flow, packed };
	sc_ring_push(&w->events, octets);
}

/* An event that is too large to be copied is shown where it lies, and the engine waits until it was taken. */
static void tell_lent(struct sc_worker *w, const struct sc_event *ev)
{
	if (!stand_still(w, has_room, sizeof(struct sc_told)))
		return;
	struct sc_told *told = sc_ring_room(&w->events, sizeof(*told));
	*told = (struct sc_told){ w->step, ev->flow, ev };
	sc_ring_push(&w->events, sizeof(*told));
	(void)stand_still(w, all_taken, 0);
}

static void on_event(void *ctx, const struct sc_event *ev)
{
	struct sc_worker *w = ctx;
	if (!w->started) {
		w->before.emit(w->before.emit_ctx, ev);
		return;
	}
	struct sc_event context = context_of(ev);
	size_t body = sc_pack_size(ev), octets = sizeof(struct sc_told) + body;
	if (w->context & SC_WANT(ev->kind) && ev->session)
		octets += sc_pack_size(&context);
	if (octets <= sc_ring_most(&w->events))
		tell_packed(w, ev, body, octets);
	else
		tell_lent(w, ev);
}

/* ---- orders, on that thread ---- */

static void obey(struct sc_worker *w, struct order *o)
{
	w->step = o->step;
	switch (o->kind) {
	case ORDER_FOLLOW: {
		struct sc_packet pkt = { .number = o->number, .when = o->when };
		if (!o->borrowed) {
			o->layers.options.at = (const char *)(o + 1);
			o->layers.payload.at = o->layers.options.at + o->layers.options.len;
		}
		sc_engine_follow(w->engine, &o->ref, &o->layers, &pkt);
		break;
	}
	case ORDER_TICK:
		sc_engine_tick(w->engine, o->number, o->when);
		break;
	case ORDER_FINISH:
		sc_engine_place(w->engine, o->number, o->when);
		sc_engine_finish(w->engine);
		break;
	}
}

static void report(struct sc_worker *w)
{
	sc_ring_publish(&w->events);
	sc_ring_release(&w->orders);
	atomic_store(&w->passed, w->step);
	int wanted = atomic_load(&w->wanted);
	if (wanted == SC_WANTED_NEWS || (wanted && sc_ring_waiting(&w->orders) <= w->orders.size / 2)) {
		atomic_store(&w->wanted, SC_WANTED_NOTHING);
		sc_bell_ring(w->master);
	}
}

void sc_worker_obey(struct sc_worker *w, unsigned most)
{
	struct order *o;
	unsigned taken = 0;
	while (taken < most && (o = sc_ring_peek(&w->orders)) && !atomic_load_explicit(&w->quit, memory_order_relaxed)) {
		obey(w, o);
		sc_ring_pop(&w->orders);
		if (++taken % ROUND == 0)
			report(w);
	}
	if (taken % ROUND)
		report(w);
}

bool sc_worker_pending(const struct sc_worker *w)
{
	return atomic_load(&w->orders.published) != atomic_load(&w->orders.released);
}

bool sc_worker_claim(struct sc_worker *w, struct sc_bell *bell, sc_worker_relief *relief, void *ctx)
{
	if (atomic_load_explicit(&w->claimed, memory_order_relaxed) || atomic_exchange(&w->claimed, true))
		return false;
	w->runner = bell;
	w->relief = relief;
	w->relief_ctx = ctx;
	return true;
}

void sc_worker_leave(struct sc_worker *w)
{
	atomic_store(&w->claimed, false);
}

/* ---- orders, on the master's thread ---- */

static size_t octets_of(const struct sc_layers *l)
{
	return sizeof(struct order) + l->options.len + l->payload.len;
}

/* Far below the ring's most: it fits when half is free, which the master waits for, whatever the end wastes. */
bool sc_worker_borrows(const struct sc_worker *w, const struct sc_layers *l)
{
	return octets_of(l) > w->orders.size / 8;
}

static void send(struct sc_worker *w, uint64_t step, size_t octets)
{
	sc_ring_push(&w->orders, octets);
	w->sent = step;
}

bool sc_worker_follow(struct sc_worker *w, uint64_t step, const struct sc_flow_ref *ref, const struct sc_layers *l,
	const struct sc_packet *pkt)
{
	bool borrowed = sc_worker_borrows(w, l);
	size_t octets = borrowed ? sizeof(struct order) : octets_of(l);
	struct order *o = sc_ring_room(&w->orders, octets);
	if (!o)
		return false;
	o->kind = ORDER_FOLLOW;
	o->borrowed = borrowed;
	o->step = step;
	o->number = pkt->number;
	o->when = pkt->when;
	o->ref = *ref;
	o->layers = *l;
	if (!borrowed) {
		char *at = (char *)(o + 1);
		memcpy(at, l->options.at ? l->options.at : "", l->options.len);
		memcpy(at + l->options.len, l->payload.at ? l->payload.at : "", l->payload.len);
	}
	send(w, step, octets);
	return true;
}

static bool send_short(struct sc_worker *w, enum order_kind kind, uint64_t step, uint64_t number, sc_time when)
{
	struct order *o = sc_ring_room(&w->orders, SHORT_ORDER);
	if (!o)
		return false;
	o->kind = kind;
	o->step = step;
	o->number = number;
	o->when = when;
	send(w, step, SHORT_ORDER);
	return true;
}

bool sc_worker_tick(struct sc_worker *w, uint64_t step, uint64_t number, sc_time now)
{
	return send_short(w, ORDER_TICK, step, number, now);
}

bool sc_worker_finish(struct sc_worker *w, uint64_t step, uint64_t number, sc_time when)
{
	return send_short(w, ORDER_FINISH, step, number, when);
}

bool sc_worker_laden(const struct sc_worker *w)
{
	return sc_ring_hidden(&w->orders) > w->orders.size / 8;
}

bool sc_worker_publish(struct sc_worker *w)
{
	bool news = sc_ring_hidden(&w->orders) > 0;
	sc_ring_publish(&w->orders);
	return news;
}

bool sc_worker_idle(struct sc_worker *w)
{
	return atomic_load(&w->passed) >= w->sent;
}

const struct sc_told *sc_worker_told(struct sc_worker *w)
{
	return sc_ring_peek(&w->events);
}

void sc_worker_took(struct sc_worker *w)
{
	sc_ring_pop(&w->events);
	if (sc_ring_popped(&w->events) > w->events.size / 4)
		sc_worker_release(w);
}

void sc_worker_release(struct sc_worker *w)
{
	sc_ring_release(&w->events);
	struct sc_bell *stuck = atomic_load(&w->stuck);
	if (stuck)
		sc_bell_ring(stuck);
}

/* ---- opening, closing ---- */

static size_t ring_octets(uint64_t memory)
{
	uint64_t octets = memory / RING_SHARE;
	return octets > RING_OCTETS ? RING_OCTETS : octets < RING_LEAST ? RING_LEAST : (size_t)octets;
}

sc_err sc_worker_open(struct sc_worker *w, const struct sc_engine_config *config, uint64_t context,
	struct sc_bell *master)
{
	struct sc_engine_config own = *config;
	size_t octets = ring_octets(config->memory);
	*w = (struct sc_worker){ .context = context, .master = master, .runner = &w->bell };
	w->before.emit = config->emit;
	w->before.emit_ctx = config->emit_ctx;
	own.emit = on_event;
	own.emit_ctx = w;
	own.memory -= master && own.memory > 2 * octets ? 2 * octets : 0;
	sc_bell_open(&w->bell);
	w->opened = true;
	if (master && (!sc_ring_open(&w->orders, octets) || !sc_ring_open(&w->events, octets)))
		return SC_EFAILED;
	return sc_engine_open(&w->engine, &own);
}

void sc_worker_start(struct sc_worker *w)
{
	w->started = true;
}

/* Signals are for the master: a system call of its is to be interrupted. */
bool sc_worker_run(struct sc_worker *w, void *(*run)(void *ctx), void *ctx)
{
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	w->started = true;
	w->threaded = true;
	if (pthread_create(&w->thread, NULL, run, ctx) != 0) { /* else they are the thread's, too, and stay */
		w->started = false;
		w->threaded = false;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return w->threaded;
}

void sc_worker_pass(struct sc_worker *w, uint64_t step)
{
	bool news = sc_ring_hidden(&w->events) > 0;
	sc_ring_publish(&w->events);
	if (step > atomic_load(&w->passed)) {
		news |= sc_ring_used(&w->events) > 0;
		atomic_store(&w->passed, step);
	}
	if (news)
		sc_bell_ring(w->master);
}

/* A thread may stand still in any of the engines. */
void sc_worker_stop(struct sc_worker *workers, size_t count)
{
	for (size_t i = 0; i < count; i++)
		atomic_store(&workers[i].quit, true);
	for (size_t i = 0; i < count; i++) {
		if (!workers[i].threaded)
			continue;
		sc_bell_ring(&workers[i].bell);
		pthread_join(workers[i].thread, NULL);
		workers[i].threaded = false;
	}
}

void sc_worker_close(struct sc_worker *w)
{
	if (!w->opened)
		return;
	sc_worker_stop(w, 1);
	sc_engine_close(w->engine);
	sc_ring_close(&w->orders);
	sc_ring_close(&w->events);
	sc_bell_close(&w->bell);
	*w = (struct sc_worker){ .opened = false };
}
