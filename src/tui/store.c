/* store.c - sessions by id and by weight; see store.h.
 *
 * Events are copied as one run of octets each (engine/pack).  At the limit whole sessions are let go: of those where nothing
 * went wrong the oldest, then of those that failed, last of those with findings.  What is let go lies in a grave for a while,
 * within the bound, so that rows which were gathered piece by piece stay good.  Trusts the order of events. */
#include "tui/store.h"

#include "base/memory.h"
#include "engine/pack.h"

#define BUCKETS (1u << 17)
#define LOOSE   16384
#define GRAVES  16 /* what is let go may take so much of the bound, a part of it */

sc_err sc_store_open(struct sc_store *s, uint64_t limit_octets)
{
	*s = (struct sc_store){ .limit = limit_octets - limit_octets / GRAVES, .bucket_count = BUCKETS };
	s->buckets = sc_memory_take(BUCKETS * sizeof(*s->buckets));
	return s->buckets ? SC_OK : SC_EFAILED;
}

static struct sc_seen **bucket_of(const struct sc_store *s, uint64_t id)
{
	return &s->buckets[id & (s->bucket_count - 1)]; /* ids are hashes already */
}

struct sc_seen *sc_store_find(const struct sc_store *s, uint64_t session)
{
	struct sc_seen *seen = *bucket_of(s, session);
	while (seen && seen->id != session)
		seen = seen->chain;
	return seen;
}

static void unlink_seen(struct sc_store *s, struct sc_seen *seen)
{
	struct sc_store_list *list = &s->lists[seen->weight];
	*(seen->older ? &seen->older->newer : &list->oldest) = seen->newer;
	*(seen->newer ? &seen->newer->older : &list->newest) = seen->older;
	seen->older = seen->newer = NULL;
}

static void link_seen(struct sc_store *s, struct sc_seen *seen, enum sc_weight weight)
{
	struct sc_store_list *list = &s->lists[weight];
	seen->weight = weight;
	seen->older = list->newest;
	*(list->newest ? &list->newest->newer : &list->oldest) = seen;
	list->newest = seen;
}

static void give_events(struct sc_seen *seen)
{
	struct sc_kept *next;
	for (struct sc_kept *k = seen->first; k; k = next) {
		next = k->next;
		sc_memory_give(k);
	}
}

/* Nothing that was let go can be shown any more. */
static void empty_graves(struct sc_store *s)
{
	while (s->graves) {
		struct sc_seen *seen = s->graves;
		s->graves = seen->chain;
		give_events(seen);
		sc_memory_give(seen);
	}
	while (s->loose_graves) {
		struct sc_kept *k = s->loose_graves;
		s->loose_graves = k->next;
		sc_memory_give(k);
	}
	s->graves_octets = 0;
	s->rearranged++;
}

static void bury(struct sc_store *s, size_t octets)
{
	s->graves_octets += octets;
	if (s->graves_octets > s->limit / GRAVES)
		empty_graves(s);
}

static void let_go(struct sc_store *s, struct sc_seen *seen)
{
	struct sc_seen **at = bucket_of(s, seen->id);
	while (*at != seen)
		at = &(*at)->chain;
	*at = seen->chain;
	unlink_seen(s, seen);
	s->octets -= seen->octets;
	s->sessions--;
	s->let_go[seen->weight]++;
	*(seen->before ? &seen->before->after : &s->first) = seen->after;
	*(seen->after ? &seen->after->before : &s->last) = seen->before;
	seen->gone = true;
	seen->chain = s->graves;
	s->graves = seen;
	bury(s, seen->octets);
}

/* Never the one that is being written to. */
static bool make_room(struct sc_store *s, size_t octets, const struct sc_seen *but)
{
	for (int w = 0; w < SC_WEIGHTS; w++)
		while (s->octets + octets > s->limit && s->lists[w].oldest && s->lists[w].oldest != but)
			let_go(s, s->lists[w].oldest);
	return s->octets + octets <= s->limit;
}

static void drop_loose(struct sc_store *s)
{
	struct sc_kept *k = s->loose_first;
	s->loose_first = k->next;
	s->loose_last = s->loose_first ? s->loose_last : NULL;
	s->loose--;
	k->next = s->loose_graves;
	s->loose_graves = k;
	bury(s, sizeof(*k) + sc_pack_size(k->ev));
}

static void keep_loose(struct sc_store *s, const struct sc_event *ev)
{
	if (ev->kind != SC_EVENT_finding && ev->kind != SC_EVENT_diagnosis && ev->kind != SC_EVENT_story)
		return;
	struct sc_kept *k = sc_memory_take(sizeof(*k) + sc_pack_size(ev));
	if (!k)
		return;
	k->ev = sc_pack(ev, k->storage);
	*(s->loose_last ? &s->loose_last->next : &s->loose_first) = k;
	s->loose_last = k;
	if (++s->loose > LOOSE)
		drop_loose(s);
}

void sc_store_close(struct sc_store *s)
{
	for (int w = 0; w < SC_WEIGHTS; w++)
		while (s->lists[w].oldest)
			let_go(s, s->lists[w].oldest);
	while (s->loose_first)
		drop_loose(s);
	empty_graves(s);
	sc_memory_give(s->buckets);
	*s = (struct sc_store){ .limit = 0 };
}

static struct sc_seen *add_seen(struct sc_store *s, const struct sc_event *ev)
{
	if (!make_room(s, sizeof(struct sc_seen), NULL))
		return NULL;
	struct sc_seen *seen = sc_memory_take(sizeof(*seen));
	if (!seen)
		return NULL;
	seen->id = ev->head->session;
	seen->order = s->next_order++;
	seen->octets = sizeof(*seen);
	seen->client = ev->head->client;
	seen->server = ev->head->server;
	seen->start = seen->end = ev->when;
	seen->chain = *bucket_of(s, seen->id);
	*bucket_of(s, seen->id) = seen;
	link_seen(s, seen, SC_WEIGHT_PLAIN);
	seen->before = s->last;
	*(s->last ? &s->last->after : &s->first) = seen;
	s->last = seen;
	s->sessions++;
	s->octets += seen->octets;
	return seen;
}

static struct sc_kept *keep(struct sc_store *s, struct sc_seen *seen, const struct sc_event *ev)
{
	size_t octets = sizeof(struct sc_kept) + sc_pack_size(ev);
	if (!make_room(s, octets, seen))
		return NULL;
	struct sc_kept *k = sc_memory_take(octets);
	if (!k)
		return NULL;
	k->ev = sc_pack(ev, k->storage);
	*(seen->last ? &seen->last->next : &seen->first) = k;
	seen->last = k;
	seen->octets += octets;
	s->octets += octets;
	return k;
}

/* ---- what a row tells ---- */

/* Which of two outcomes of recipients stands for a session: what a person must look at first. */
static const enum sc_outcome grave[] = { SC_OUTCOME_in_doubt, SC_OUTCOME_rejected, SC_OUTCOME_aborted, SC_OUTCOME_deferred,
	SC_OUTCOME_unknown, SC_OUTCOME_withdrawn, SC_OUTCOME_accepted };

static size_t gravity(enum sc_outcome outcome)
{
	size_t i = 0;
	while (grave[i] != outcome && i + 1 < SC_OUTCOMES)
		i++;
	return i;
}

size_t sc_seen_gravity(const struct sc_seen *seen)
{
	size_t i = 0;
	while (i < SC_OUTCOMES && !seen->outcomes[grave[i]])
		i++;
	return i;
}

enum sc_outcome sc_seen_outcome(const struct sc_seen *seen)
{
	size_t i = sc_seen_gravity(seen);
	return i < SC_OUTCOMES ? grave[i] : SC_OUTCOMES;
}

static bool worse(const struct sc_event *now, enum sc_outcome outcome)
{
	if (!now || now->kind != SC_EVENT_delivery)
		return true;
	const struct sc_ev_delivery *d = now->body;
	return gravity(outcome) < gravity(sc_outcome_of(d->outcome));
}

static enum sc_weight note_delivery(struct sc_seen *seen, const struct sc_event *ev)
{
	const struct sc_ev_delivery *d = ev->body;
	enum sc_outcome outcome = sc_outcome_of(d->outcome);
	seen->outcomes[outcome]++;
	if (!sc_outcome_failed(outcome))
		return SC_WEIGHT_PLAIN;
	if (worse(seen->worst, outcome))
		seen->worst = ev;
	return SC_WEIGHT_FAILED;
}

static enum sc_weight note_auth(struct sc_seen *seen, const struct sc_event *ev)
{
	seen->auth = ev->body;
	if (!seen->auth->outcome || strcmp(seen->auth->outcome, "failed") != 0)
		return SC_WEIGHT_PLAIN;
	seen->worst = seen->worst ? seen->worst : ev;
	return SC_WEIGHT_FAILED;
}

static enum sc_weight note_failure(struct sc_seen *seen, const struct sc_event *ev)
{
	seen->worst = seen->worst ? seen->worst : ev;
	return SC_WEIGHT_FAILED;
}

static int severity(const struct sc_ev_diagnosis *d)
{
	return !d->severity ? 0 : strcmp(d->severity, "error") == 0 ? 2 : strcmp(d->severity, "warn") == 0;
}

static enum sc_weight note_diagnosis(struct sc_seen *seen, const struct sc_event *ev)
{
	const struct sc_ev_diagnosis *d = ev->body;
	seen->diagnoses++;
	if (!seen->diagnosis || severity(d) > severity(seen->diagnosis))
		seen->diagnosis = d;
	return d->severity && strcmp(d->severity, "error") == 0 ? SC_WEIGHT_FINDING : SC_WEIGHT_PLAIN;
}

static void note_session(struct sc_seen *seen, const struct sc_event *ev)
{
	const struct sc_ev_session *x = ev->body;
	seen->session = x;
	seen->start = x->start;
	seen->end = x->end;
}

static void note_transaction(struct sc_seen *seen, const struct sc_event *ev)
{
	const struct sc_ev_transaction *x = ev->body;
	seen->transaction = seen->transaction ? seen->transaction : x;
	seen->size += x->size != SC_NONE ? x->size : 0;
}

static enum sc_weight note(struct sc_seen *seen, const struct sc_event *ev)
{
	switch (ev->kind) {
	case SC_EVENT_delivery:    return note_delivery(seen, ev);
	case SC_EVENT_failure:     return note_failure(seen, ev);
	case SC_EVENT_auth:        return note_auth(seen, ev);
	case SC_EVENT_diagnosis:   return note_diagnosis(seen, ev);
	case SC_EVENT_finding:     seen->findings++; return SC_WEIGHT_FINDING;
	case SC_EVENT_session:     note_session(seen, ev); return SC_WEIGHT_PLAIN;
	case SC_EVENT_transaction: note_transaction(seen, ev); return SC_WEIGHT_PLAIN;
	case SC_EVENT_tls:         seen->tls = ev->body; return SC_WEIGHT_PLAIN;
	default:                   return SC_WEIGHT_PLAIN;
	}
}

static void note_frames(struct sc_seen *seen, const struct sc_ev_frames *f)
{
	if (f->first && (!seen->frames.first || f->first < seen->frames.first))
		seen->frames.first = f->first;
	if (f->last > seen->frames.last)
		seen->frames.last = f->last;
}

struct sc_seen *sc_store_add(struct sc_store *s, const struct sc_event *ev)
{
	s->generation++;
	if (!ev->head || !ev->head->session) {
		keep_loose(s, ev);
		return NULL;
	}
	struct sc_seen *seen = sc_store_find(s, ev->head->session);
	seen = seen ? seen : add_seen(s, ev);
	struct sc_kept *k = seen ? keep(s, seen, ev) : NULL;
	if (!k)
		return NULL;
	seen->start = ev->when < seen->start ? ev->when : seen->start;
	seen->end = ev->when > seen->end ? ev->when : seen->end;
	note_frames(seen, &ev->head->frames);
	enum sc_weight weight = note(seen, k->ev);
	if (weight > seen->weight) {
		unlink_seen(s, seen);
		link_seen(s, seen, weight);
	}
	return seen;
}

struct sc_seen *sc_store_next(const struct sc_store *s, const struct sc_seen *after)
{
	struct sc_seen *next = after ? after->after : s->first;
	while (next && next->gone)
		next = next->after;
	return next;
}
