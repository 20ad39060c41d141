/* fan.c - a thread for each socket of an interface; see fan.h.
 *
 * A step of the merge is a time.  While packets come, a thread is past the time of the last one but a nanosecond; while none
 * come, it is past what the kernel cannot hold back any longer.  A packet that is older nevertheless counts as of then, so
 * steps never go back.  Packets are numbered so that no two sockets have a number in common: the one with index i of n gives
 * i + 1, i + 1 + n, ...
 *
 * Nobody looks into an engine or a source that belongs to another thread.  Sums are asked for with a flag; the thread puts
 * them down between two packets and rings. */
#include "app/fan.h"

#include <time.h>

#include "app/merge.h"
#include "base/memory.h"

#define STANDARD_MEMORY (UINT64_C(512) << 20)
#define HELD_BACK       (250 * SC_MS) /* the kernel hands over a block after 100 ms, and then some */
#define TICK            SC_SECOND
#define TICK_LAG        SC_SECOND
#define LAST_WORDS      (300 * SC_MS)
#define STEP_MS         100
#define ROUND           64            /* packets between two words to the master */

enum wish { WISH_NONE, WISH_SUMS, WISH_END };

struct reader {
	struct sc_fan *fan;
	struct sc_worker *worker;
	struct sc_source *source;
	size_t   index;
	uint64_t number;         /* of the last packet, among all sockets */
	sc_time  ticked, now;    /* of capture time: the last tick, the latest known */
	atomic_int wish;         /* enum wish; NONE again when it is fulfilled */
	atomic_bool ended;       /* its source gives no more */
	struct sc_fan_sums sums;
};

struct sc_fan {
	struct sc_fan_config config;
	struct sc_merge merge;
	struct sc_bell bell;
	struct reader readers[SC_FAN_MOST];
	struct sc_worker workers[SC_FAN_MOST];
};

static sc_time clock_now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	return (sc_time)t.tv_sec * SC_SECOND + t.tv_nsec;
}

/* ---- on a reader's thread ---- */

static void reach(struct reader *r, sc_time when)
{
	struct sc_worker *w = r->worker;
	if (when > 0 && (uint64_t)when > w->step)
		w->step = (uint64_t)when;
}

static void tick(struct reader *r, sc_time when)
{
	if (when > r->now)
		r->now = when;
	if (r->now - r->ticked < TICK)
		return;
	r->ticked = r->now;
	sc_engine_tick(r->worker->engine, r->number, r->now);
}

static void put_sums(struct reader *r)
{
	sc_engine_totals(r->worker->engine, &r->sums.totals);
	sc_source_facts(r->source, &r->sums.facts);
}

static void take(struct reader *r, struct sc_packet *pkt)
{
	r->number = pkt->number = (pkt->number - 1) * r->fan->config.count + r->index + 1;
	reach(r, pkt->when);
	tick(r, pkt->when);
	sc_engine_feed(r->worker->engine, pkt);
}

/* One packet, or the news that there is none.  False: and there will be none. */
static bool read_one(struct reader *r)
{
	struct sc_packet pkt;
	switch (sc_source_next(r->source, &pkt)) {
	case SC_SOURCE_PACKET:
		take(r, &pkt);
		if (pkt.number / r->fan->config.count % ROUND == 0)
			sc_worker_pass(r->worker, r->worker->step - 1);
		return true;
	case SC_SOURCE_IDLE:
		reach(r, clock_now() - HELD_BACK);
		tick(r, clock_now() - TICK_LAG);
		sc_worker_pass(r->worker, r->worker->step - 1);
		return true;
	case SC_SOURCE_END:
		break;
	}
	return false;
}

static void end(struct reader *r)
{
	sc_time until = clock_now() + LAST_WORDS;
	while (!atomic_load(&r->ended) && clock_now() < until && read_one(r))
		continue;
	reach(r, clock_now());
	sc_engine_place(r->worker->engine, r->number, r->now);
	put_sums(r); /* what is in use is told as it was before the end */
	uint64_t in_use = r->sums.totals.memory_octets;
	sc_engine_finish(r->worker->engine);
	put_sums(r);
	r->sums.totals.memory_octets = in_use;
	sc_worker_pass(r->worker, UINT64_MAX);
}

static void *work(void *ctx)
{
	struct reader *r = ctx;
	while (!atomic_load(&r->worker->quit)) {
		unsigned heard = sc_bell_heard(&r->worker->bell);
		int wish = atomic_load(&r->wish);
		if (wish == WISH_END)
			end(r);
		else if (wish == WISH_SUMS)
			put_sums(r);
		if (wish != WISH_NONE) {
			sc_worker_pass(r->worker, r->worker->passed);
			atomic_store(&r->wish, WISH_NONE);
			sc_bell_ring(&r->fan->bell);
		}
		if (wish == WISH_END)
			break;
		if (!atomic_load(&r->ended) && !read_one(r)) {
			atomic_store(&r->ended, true);
			sc_worker_pass(r->worker, UINT64_MAX - 1);
		}
		if (atomic_load(&r->ended) && wish == WISH_NONE && !atomic_load(&r->worker->quit))
			sc_bell_wait(&r->worker->bell, heard);
	}
	return NULL;
}

/* ---- on the calling thread ---- */

bool sc_fan_step(struct sc_fan *f)
{
	size_t ended = 0;
	unsigned heard = sc_bell_heard(&f->bell);
	if (!sc_merge_events(&f->merge, UINT64_MAX))
		sc_bell_wait_ms(&f->bell, heard, STEP_MS);
	for (size_t i = 0; i < f->config.count; i++)
		ended += atomic_load(&f->readers[i].ended);
	return ended < f->config.count;
}

/* Has a wish fulfilled by all, and takes meanwhile what they tell. */
static void wish(struct sc_fan *f, enum wish what)
{
	for (size_t i = 0; i < f->config.count; i++) {
		atomic_store(&f->readers[i].wish, what);
		sc_bell_ring(&f->workers[i].bell);
	}
	for (size_t i = 0; i < f->config.count; i++) {
		for (;;) {
			unsigned heard = sc_bell_heard(&f->bell);
			if (atomic_load(&f->readers[i].wish) == WISH_NONE)
				break;
			if (!sc_merge_events(&f->merge, UINT64_MAX))
				sc_bell_wait_ms(&f->bell, heard, STEP_MS);
		}
	}
}

static void add(uint64_t *to, const uint64_t *from, size_t octets)
{
	for (size_t i = 0; i < octets / sizeof(uint64_t); i++)
		to[i] += from[i];
}

static void add_totals(struct sc_engine_totals *to, const struct sc_engine_totals *from)
{
	add((uint64_t *)&to->counters, (const uint64_t *)&from->counters, sizeof(to->counters));
	add((uint64_t *)&to->recipients, (const uint64_t *)&from->recipients, sizeof(to->recipients));
	add(to->causes, from->causes, sizeof(to->causes));
	sc_engine_names_add(to->others, from->others);
	to->sessions_open += from->sessions_open;
	to->sessions_waiting += from->sessions_waiting;
	to->memory_octets += from->memory_octets;
	if (from->first != SC_TIME_NONE && (to->first == SC_TIME_NONE || from->first < to->first))
		to->first = from->first;
	if (from->last != SC_TIME_NONE && (to->last == SC_TIME_NONE || from->last > to->last))
		to->last = from->last;
}

static void add_facts(struct sc_source_facts *to, const struct sc_source_facts *from)
{
	to->packets += from->packets;
	to->filtered += from->filtered;
	to->truncated += from->truncated;
	to->dropped += from->dropped;
	to->missed = from->missed > to->missed ? from->missed : to->missed; /* the interface tells each socket the same */
	to->tagged += from->tagged;
	to->large += from->large;
}

static void sum_up(const struct sc_fan *f, struct sc_fan_sums *sums)
{
	*sums = f->readers[0].sums;
	sums->facts.dropped -= sums->facts.missed;
	for (size_t i = 1; i < f->config.count; i++) {
		struct sc_source_facts facts = f->readers[i].sums.facts;
		facts.dropped -= facts.missed;
		add_totals(&sums->totals, &f->readers[i].sums.totals);
		add_facts(&sums->facts, &facts);
	}
	sums->facts.dropped += sums->facts.missed;
}

void sc_fan_sum(struct sc_fan *f, struct sc_fan_sums *sums)
{
	if (f->merge.count)
		wish(f, WISH_SUMS);
	sum_up(f, sums);
}

void sc_fan_finish(struct sc_fan *f)
{
	wish(f, WISH_END);
	while (sc_merge_events(&f->merge, UINT64_MAX))
		continue;
	for (size_t i = 0; i < f->config.count; i++)
		sc_worker_close(&f->workers[i]);
	f->merge.count = 0;
}

sc_err sc_fan_open(struct sc_fan **out, const struct sc_fan_config *config)
{
	SC_ASSERT(config->count > 0 && config->count <= SC_FAN_MOST);
	struct sc_fan *f = sc_memory_take(sizeof(*f));
	struct sc_engine_config engine = config->engine;
	if (!f)
		return SC_EFAILED;
	f->config = *config;
	f->merge = (struct sc_merge){ f->workers, config->count, engine.emit, engine.emit_ctx };
	engine.memory = (engine.memory ? engine.memory : STANDARD_MEMORY) / config->count;
	sc_bell_open(&f->bell);
	sc_err err = SC_OK;
	for (size_t i = 0; i < config->count && !err; i++) {
		struct reader *r = &f->readers[i];
		*r = (struct reader){ .fan = f, .worker = &f->workers[i], .source = config->sources[i], .index = i };
		err = sc_worker_open(r->worker, &engine, config->context, &f->bell);
		r->worker->sent = UINT64_MAX; /* it never is idle: a packet may come */
		r->ticked = r->now = clock_now();
	}
	for (size_t i = 0; i < config->count && !err; i++)
		err = sc_worker_run(&f->workers[i], work, &f->readers[i]) ? SC_OK : SC_EFAILED;
	if (err)
		sc_fan_close(f);
	else
		*out = f;
	return err;
}

void sc_fan_close(struct sc_fan *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->config.count; i++)
		sc_worker_close(&f->workers[i]);
	sc_bell_close(&f->bell);
	sc_memory_give(f);
}
