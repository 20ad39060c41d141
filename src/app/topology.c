/* topology.c - which engine sees a packet, and when threads begin.
 *
 * Connections are spread by their shard (net/flow.h), both directions alike.  Until the workers are started the first
 * engine sees everything, and a shard that has had a packet by then stays with it: connections never move. */
#include "app/topology.h"

#include <sched.h>

#include "app/crew.h"
#include "base/memory.h"

#define STANDARD_MEMORY (UINT64_C(512) << 20)
#define LIVE_WAIT       (100 * SC_MS) /* of capture time: a packet or an event waits no longer for company */

struct sc_topology {
	struct sc_topology_config config;
	struct sc_front front;
	struct sc_counters counters;  /* of the front; and, in `sum`, of all */
	struct sc_counters sum;
	struct sc_merge merge;
	struct sc_crew crew;
	struct sc_bell bell;
	size_t running;               /* workers on threads; 0: the first engine is called from here */
	bool   leading;               /* the workers are still to be started */
	uint64_t lead;                /* packets after which that is decided */
	uint64_t followed, octets;    /* packets that went to the first engine alone, and their payload */
	uint64_t step;
	uint64_t number;              /* what the engines' last packet would be if there were one */
	sc_time  when, first, last;
	sc_time  settled;             /* live: capture time when nothing was left to wait */
	uint64_t dropped;
	bool     touched[SC_FLOW_SHARDS];
	uint8_t  owner[SC_FLOW_SHARDS];
	struct sc_worker workers[];
};

/* ---- waiting ---- */

static void publish_all(struct sc_topology *t)
{
	for (size_t i = 0; i < t->running; i++)
		sc_crew_publish(&t->crew, &t->workers[i]);
}

/* Merges and helps, and sleeps when nothing moved, until `done`. */
static void wait_until(struct sc_topology *t, struct sc_worker *w, bool (*done)(struct sc_worker *w))
{
	publish_all(t);
	for (;;) {
		unsigned heard = sc_bell_heard(&t->bell);
		atomic_store(&w->wanted, SC_WANTED_ROOM);
		bool moved = sc_merge_events(&t->merge, t->step);
		if (done(w))
			break;
		if (!sc_crew_help(&t->crew) && !moved)
			sc_bell_wait(&t->bell, heard);
	}
	atomic_store(&w->wanted, SC_WANTED_NOTHING);
}

/* Not as soon as one packet fits: half of the ring at once costs half of a ring's sleeps. */
static bool half_free(struct sc_worker *w)
{
	return sc_ring_used(&w->orders) <= w->orders.size / 2;
}

/* Everything ordered is done, and what it caused is emitted. */
static void settle_all(struct sc_topology *t)
{
	publish_all(t);
	for (size_t i = 0; i < t->running; i++)
		wait_until(t, &t->workers[i], sc_worker_idle);
	while (t->running && sc_merge_events(&t->merge, t->step))
		;
}

/* ---- starting ---- */

/* Gives each worker as many shards, those that had packets to the first. */
static void spread(struct sc_topology *t)
{
	size_t counts[SC_TOPOLOGY_WORKERS] = { 0 };
	for (size_t i = 0; i < SC_FLOW_SHARDS; i++)
		counts[0] += t->touched[i];
	for (size_t i = 0, next = 0; i < SC_FLOW_SHARDS; i++) {
		if (t->touched[i])
			continue;
		for (size_t k = 0; k < t->running; k++)
			next = counts[k] < counts[next] ? k : next;
		t->owner[i] = (uint8_t)next;
		counts[next]++;
	}
}

static void start(struct sc_topology *t)
{
	t->leading = false;
	t->running = sc_crew_start(&t->crew, t->workers, t->config.workers, t->config.live);
	if (!t->running)
		return;
	sc_engine_narrow(t->workers[0].engine, (uint32_t)t->config.workers); /* it was alone, now it has its share */
	t->merge.count = t->running;
	spread(t);
}

/* ---- packets ---- */

static void follow_here(struct sc_topology *t, const struct sc_flow_ref *ref, const struct sc_layers *l,
	const struct sc_packet *pkt)
{
	sc_engine_follow(t->workers[0].engine, ref, l, pkt);
	if (!t->leading)
		return;
	t->touched[sc_flow_shard(ref)] = true;
	t->octets += l->payload.len;
	if (++t->followed < t->lead)
		return;
	if (t->config.heavy && t->octets / t->followed > t->config.heavy)
		t->lead *= 2;
	else
		start(t);
}

static void follow_there(struct sc_topology *t, const struct sc_flow_ref *ref, const struct sc_layers *l,
	const struct sc_packet *pkt)
{
	struct sc_worker *w = &t->workers[t->owner[sc_flow_shard(ref)]];
	t->step++;
	while (!sc_worker_follow(w, t->step, ref, l, pkt)) {
		if (t->config.live) {
			t->dropped++;
			return;
		}
		wait_until(t, w, half_free);
	}
	if (sc_worker_laden(w))
		sc_crew_publish(&t->crew, w);
	if (sc_worker_borrows(w, l))
		wait_until(t, w, sc_worker_idle);
}

void sc_topology_settle(struct sc_topology *t)
{
	publish_all(t);
	if (t->running)
		sc_merge_events(&t->merge, t->step);
}

void sc_topology_still(struct sc_topology *t)
{
	settle_all(t);
}

void sc_topology_feed(struct sc_topology *t, const struct sc_packet *pkt)
{
	struct sc_layers l;
	struct sc_flow_ref ref;
	t->number = pkt->number;
	t->when = t->last = pkt->when;
	if (t->first == SC_TIME_NONE)
		t->first = pkt->when;
	if (!sc_front_read(&t->front, pkt, &l, &ref))
		return;
	if (!t->running) {
		follow_here(t, &ref, &l, pkt);
		return;
	}
	follow_there(t, &ref, &l, pkt);
	if (t->config.live && (pkt->when - t->settled >= LIVE_WAIT || pkt->when < t->settled)) {
		t->settled = pkt->when;
		sc_topology_settle(t);
	}
}

void sc_topology_tick(struct sc_topology *t, uint64_t number, sc_time now)
{
	t->number = number;
	t->when = now;
	for (size_t i = 0; !t->running && i < t->config.workers; i++) /* also those that wait for their start */
		sc_engine_tick(t->workers[i].engine, number, now);
	if (!t->running)
		return;
	t->step++;
	for (size_t i = 0; i < t->running; i++)
		while (!sc_worker_tick(&t->workers[i], t->step, number, now))
			wait_until(t, &t->workers[i], half_free);
	if (t->config.live)
		publish_all(t);
	sc_merge_events(&t->merge, t->step);
}

void sc_topology_finish(struct sc_topology *t)
{
	sc_front_finish(&t->front);
	if (!t->running) {
		sc_engine_place(t->workers[0].engine, t->number, t->when);
		sc_engine_finish(t->workers[0].engine);
		return;
	}
	t->step++;
	for (size_t i = 0; i < t->running; i++)
		while (!sc_worker_finish(&t->workers[i], t->step, t->number, t->when))
			wait_until(t, &t->workers[i], half_free);
	settle_all(t);
}

/* ---- sums ---- */

static void add(uint64_t *to, const uint64_t *from, size_t octets)
{
	for (size_t i = 0; i < octets / sizeof(uint64_t); i++)
		to[i] += from[i];
}

void sc_topology_totals(struct sc_topology *t, struct sc_engine_totals *totals)
{
	*totals = (struct sc_engine_totals){ .counters = t->counters, .first = t->first, .last = t->last };
	settle_all(t);
	for (size_t i = 0; i < t->config.workers; i++) {
		struct sc_engine_totals one;
		sc_engine_totals(t->workers[i].engine, &one);
		add((uint64_t *)&totals->counters, (const uint64_t *)&one.counters, sizeof(one.counters));
		add((uint64_t *)&totals->recipients, (const uint64_t *)&one.recipients, sizeof(one.recipients));
		add(totals->causes, one.causes, sizeof(one.causes));
		sc_engine_names_add(totals->others, one.others);
		totals->sessions_open += one.sessions_open;
		totals->sessions_waiting += one.sessions_waiting;
		totals->memory_octets += one.memory_octets;
	}
}

const struct sc_counters *sc_topology_counters(struct sc_topology *t)
{
	struct sc_engine_totals totals;
	sc_topology_totals(t, &totals);
	t->sum = totals.counters;
	return &t->sum;
}

bool sc_topology_alone(const struct sc_topology *t)
{
	return !t->running && (!t->leading || t->lead > t->config.lead);
}

uint64_t sc_topology_dropped(const struct sc_topology *t)
{
	return t->dropped;
}

/* ---- opening, closing ---- */

static sc_err open_workers(struct sc_topology *t)
{
	struct sc_engine_config engine = t->config.engine;
	struct sc_bell *bell = t->config.workers > 1 ? &t->bell : NULL;
	engine.memory = engine.memory ? engine.memory : STANDARD_MEMORY;
	for (size_t i = 0; i < t->config.workers; i++) {
		engine.memory /= i == 1 ? t->config.workers : 1;
		SC_TRY(sc_worker_open(&t->workers[i], &engine, t->config.context, bell));
	}
	return SC_OK;
}

sc_err sc_topology_open(struct sc_topology **out, const struct sc_topology_config *config)
{
	size_t workers = config->workers ? config->workers : 1;
	SC_ASSERT(workers <= SC_TOPOLOGY_WORKERS);
	struct sc_topology *t = sc_memory_take(sizeof(*t) + workers * sizeof(t->workers[0]));
	if (!t)
		return SC_EFAILED;
	t->config = *config;
	t->config.workers = workers;
	t->first = t->last = t->when = SC_TIME_NONE;
	t->merge = (struct sc_merge){ t->workers, 0, config->engine.emit, config->engine.emit_ctx };
	t->crew = (struct sc_crew){ .master = &t->bell, .merge = &t->merge };
	t->leading = workers > 1;
	t->lead = config->lead;
	sc_bell_open(&t->bell);
	sc_err err = sc_front_open(&t->front, &config->engine, &t->counters) ? open_workers(t) : SC_EFAILED;
	if (!err && t->leading && config->lead == 0)
		start(t);
	if (err)
		sc_topology_close(t);
	else
		*out = t;
	return err;
}

void sc_topology_close(struct sc_topology *t)
{
	if (!t)
		return;
	sc_crew_stop(&t->crew);
	for (size_t i = 0; i < t->config.workers; i++)
		sc_worker_close(&t->workers[i]);
	sc_front_close(&t->front);
	sc_bell_close(&t->bell);
	sc_memory_give(t);
}

size_t sc_topology_processors(void)
{
	cpu_set_t set;
	int n = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;
	return n < 1 ? 1 : n > SC_TOPOLOGY_WORKERS ? SC_TOPOLOGY_WORKERS : (size_t)n;
}
