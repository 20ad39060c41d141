/* ledger.c - hands every event to the observers (smtpscope/observer.h), in one order and with one clock.
 *
 * The clock is that of the events: it never goes back, except by more than a day, when another capture begins.  The
 * observers are told once per second of it, before the first event of that second; so it does not matter how events
 * were spread over workers, nor when a tick reached the engines.  What nobody looks at costs nothing: an observer
 * that has nobody to tell is not opened, and an event that no observer wants is only passed on.
 */
#include <smtpscope/ledger.h>

#include "base/memory.h"
#include "base/str.h"
#include "engine/observers.h"

#define STANDARD_MEMORY (UINT64_C(64) << 20)
#define DAY             (86400 * SC_SECOND)
#define NO_SECOND       INT64_MIN

struct member {
	const struct sc_observer_class *cls;
	uint64_t sees; /* kinds */
	void *self;
};

struct sc_ledger {
	struct sc_ledger_config config;
	struct member members[SC_OBSERVERS_MAX];
	size_t   count;
	uint64_t wants;              /* kinds that a member has to see */
	uint64_t findings;
	sc_time  now;                /* SC_TIME_NONE: nothing came yet */
	int64_t  second;             /* that the members were told of last */
	uint64_t packet;             /* where events of our own stand */
	const struct sc_event *work; /* the event in work; NULL */
};

/* ---- events of our own ---- */

static void tell(void *ctx, const struct sc_event *own)
{
	struct sc_ledger *l = ctx;
	struct sc_event ev = *own;
	bool same = l->work && ev.head && l->work->head && ev.head->session == l->work->head->session;
	ev.packet  = l->packet;
	ev.when    = l->now;
	ev.flow    = same ? l->work->flow : 0;
	ev.session = same ? l->work->session : NULL;
	l->findings += ev.kind == SC_EVENT_finding;
	if (!l->config.wants || l->config.wants & SC_WANT(ev.kind))
		l->config.emit(l->config.emit_ctx, &ev);
}

/* ---- time ---- */

static void jump(struct sc_ledger *l, sc_time to)
{
	for (size_t i = 0; i < l->count; i++)
		if (l->members[i].cls->jump)
			l->members[i].cls->jump(l->members[i].self, l->now, to);
	l->now = to;
	l->second = NO_SECOND;
}

static void pass_time(struct sc_ledger *l, sc_time when)
{
	if (l->now == SC_TIME_NONE)
		l->now = when;
	if (when - l->now > DAY || l->now - when > DAY)
		jump(l, when);
	if (when > l->now)
		l->now = when;
	if (l->now / SC_SECOND == l->second)
		return;
	l->second = l->now / SC_SECOND;
	for (size_t i = 0; i < l->count; i++)
		if (l->members[i].cls->tick)
			l->members[i].cls->tick(l->members[i].self, l->now);
}

/* ---- events ---- */

static void observe(struct sc_ledger *l, const struct sc_event *ev)
{
	for (size_t i = 0; i < l->count; i++)
		if (l->members[i].sees & SC_WANT(ev->kind))
			l->members[i].cls->observe(l->members[i].self, ev);
}

/* A delivery is completed in a copy, for the event is its maker's. */
static void pass_delivery(struct sc_ledger *l, const struct sc_event *ev)
{
	struct sc_ev_delivery body = *(const struct sc_ev_delivery *)ev->body;
	struct sc_event complete = *ev;
	complete.body = &body;
	for (size_t i = 0; i < l->count; i++)
		if (l->members[i].cls->complete)
			l->members[i].cls->complete(l->members[i].self, ev, &body);
	l->config.emit(l->config.emit_ctx, &complete);
	observe(l, &complete);
}

/* Likewise a session; what is told of it comes before its end. */
static void pass_session(struct sc_ledger *l, const struct sc_event *ev)
{
	struct sc_ev_session body = *(const struct sc_ev_session *)ev->body;
	struct sc_event amended = *ev;
	amended.body = &body;
	amended.session = ev->session ? &body : NULL;
	l->work = &amended;
	for (size_t i = 0; i < l->count; i++)
		if (l->members[i].cls->amend)
			l->members[i].cls->amend(l->members[i].self, ev, &body);
	observe(l, &amended);
	l->config.emit(l->config.emit_ctx, &amended);
}

/* And a diagnosis. */
static void pass_diagnosis(struct sc_ledger *l, const struct sc_event *ev)
{
	struct sc_ev_diagnosis body = *(const struct sc_ev_diagnosis *)ev->body;
	struct sc_event complete = *ev;
	complete.body = &body;
	for (size_t i = 0; i < l->count; i++)
		if (l->members[i].cls->remark)
			l->members[i].cls->remark(l->members[i].self, ev, &body);
	l->config.emit(l->config.emit_ctx, &complete);
	observe(l, &complete);
}

void sc_ledger_event(void *ledger, const struct sc_event *ev)
{
	struct sc_ledger *l = ledger;
	if (!(l->wants & SC_WANT(ev->kind))) {
		if (!sc_event_inside(ev->kind))
			l->config.emit(l->config.emit_ctx, ev);
		return;
	}
	l->packet = ev->packet;
	pass_time(l, ev->when);
	l->work = ev;
	if (ev->kind == SC_EVENT_finding) {
		observe(l, ev); /* of one session: it is counted with others of its kind, and what comes of that is told */
	} else if (ev->kind == SC_EVENT_delivery) {
		pass_delivery(l, ev);
	} else if (ev->kind == SC_EVENT_session) {
		pass_session(l, ev);
	} else if (ev->kind == SC_EVENT_diagnosis) {
		pass_diagnosis(l, ev);
	} else {
		if (!sc_event_inside(ev->kind))
			l->config.emit(l->config.emit_ctx, ev);
		observe(l, ev);
	}
	l->work = NULL;
}

void sc_ledger_tick(struct sc_ledger *l, uint64_t number, sc_time now)
{
	l->packet = number;
	if (l->count)
		pass_time(l, now);
}

void sc_ledger_finish(struct sc_ledger *l, uint64_t number, sc_time now)
{
	sc_ledger_tick(l, number, now);
	for (size_t i = 0; i < l->count; i++)
		if (l->members[i].cls->finish)
			l->members[i].cls->finish(l->members[i].self, l->now);
}

uint64_t sc_ledger_findings(const struct sc_ledger *l)
{
	return l->findings;
}

uint64_t sc_ledger_lost(const struct sc_ledger *l)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < l->count; i++)
		sum += l->members[i].cls->lost ? l->members[i].cls->lost(l->members[i].self) : 0;
	return sum;
}

/* ---- opening, closing ---- */

static bool is_needed(const struct sc_observer_class *cls, uint64_t wants)
{
	return !wants || cls->tells & wants;
}

static uint64_t seen_by(const struct sc_observer_class *cls, uint64_t wants)
{
	return cls->wants | (!wants || cls->more_for & wants ? cls->more : 0);
}

uint64_t sc_ledger_wants(uint64_t wants)
{
	uint64_t all = wants;
	for (size_t i = 0; wants && sc_observers[i]; i++)
		if (is_needed(sc_observers[i], wants))
			all |= seen_by(sc_observers[i], wants);
	return all;
}

static uint64_t shares(void)
{
	uint64_t sum = 0;
	for (size_t i = 0; sc_observers[i]; i++)
		sum += sc_observers[i]->share;
	return sum ? sum : 1;
}

static uint64_t part_of(uint64_t memory, const struct sc_observer_class *cls)
{
	return memory / shares() * cls->share;
}

uint64_t sc_ledger_part(uint64_t memory, size_t i, const char **name)
{
	const struct sc_observer_class *cls = i < SC_OBSERVERS_MAX ? sc_observers[i] : NULL;
	if (!cls)
		return 0;
	*name = cls->name;
	return part_of(memory, cls);
}

static sc_err open_member(struct sc_ledger *l, const struct sc_observer_class *cls)
{
	struct member *m = &l->members[l->count];
	struct sc_observer_config config = { .seed = l->config.seed, .detect = l->config.detect, .tell = tell, .tell_ctx = l };
	config.memory = part_of(l->config.memory, cls);
	*m = (struct member){ cls, seen_by(cls, l->config.wants), sc_memory_take(cls->size) };
	if (!m->self)
		return SC_EFAILED;
	l->count++;
	l->wants |= m->sees;
	return cls->open(m->self, &config);
}

sc_err sc_ledger_open(struct sc_ledger **out, const struct sc_ledger_config *config)
{
	SC_ASSERT(config->emit);
	struct sc_ledger *l = sc_memory_take(sizeof(*l));
	sc_err err = l ? SC_OK : SC_EFAILED;
	if (err)
		return err;
	l->config = *config;
	l->config.memory = config->memory ? config->memory : STANDARD_MEMORY;
	l->now = SC_TIME_NONE;
	l->second = NO_SECOND;
	for (size_t i = 0; !err && sc_observers[i]; i++)
		if (is_needed(sc_observers[i], config->wants))
			err = open_member(l, sc_observers[i]);
	if (err)
		sc_ledger_close(l);
	else
		*out = l;
	return err;
}

void sc_ledger_close(struct sc_ledger *l)
{
	if (!l)
		return;
	for (size_t i = 0; i < l->count; i++) {
		if (l->members[i].cls->close)
			l->members[i].cls->close(l->members[i].self);
		sc_memory_give(l->members[i].self);
	}
	sc_memory_give(l);
}
