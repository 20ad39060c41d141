/* keep.c - a map from session to the events that were kept of it; see keep.h.
 *
 * Outputs stand above the engine, so memory may be asked for here while packets come in; the bound holds for
 * everything that was asked for.  Session ids are not secret and could be chosen to collide, but a chain is never
 * longer than the number of sessions open at once. */
#include "output/keep.h"

#include "base/hash.h"
#include "base/memory.h"
#include "engine/pack.h"

#define BUCKETS 65536u

static struct sc_dialogue **bucket_of(struct sc_keep *k, uint64_t session)
{
	uint64_t hash = sc_hash(0, (sc_str){ (const char *)&session, sizeof(session) });
	return &k->buckets[hash % BUCKETS];
}

static struct sc_dialogue *find(struct sc_keep *k, uint64_t session)
{
	struct sc_dialogue *d = *bucket_of(k, session);
	while (d && d->session != session)
		d = d->chain;
	return d;
}

static void unlink_dialogue(struct sc_keep *k, struct sc_dialogue *d)
{
	struct sc_dialogue **at = bucket_of(k, d->session);
	while (*at != d)
		at = &(*at)->chain;
	*at = d->chain;
	*(d->older ? &d->older->newer : &k->oldest) = d->newer;
	*(d->newer ? &d->newer->older : &k->newest) = d->older;
	k->octets -= d->octets;
}

static struct sc_dialogue *touch(struct sc_keep *k, uint64_t session)
{
	struct sc_dialogue *d = find(k, session);
	if (d)
		return d;
	d = sc_memory_take(sizeof(*d));
	if (!d)
		return NULL;
	struct sc_dialogue **bucket = bucket_of(k, session);
	*d = (struct sc_dialogue){ .chain = *bucket, .older = k->newest, .session = session, .octets = sizeof(*d) };
	*bucket = d;
	*(k->newest ? &k->newest->newer : &k->oldest) = d;
	k->newest = d;
	k->octets += d->octets;
	return d;
}

sc_err sc_keep_open(struct sc_keep *k, uint64_t limit_octets)
{
	*k = (struct sc_keep){ .limit = limit_octets };
	k->buckets = sc_memory_take(BUCKETS * sizeof(*k->buckets));
	return k->buckets ? SC_OK : SC_EFAILED;
}

void sc_keep_add(struct sc_keep *k, const struct sc_event *ev)
{
	SC_ASSERT(ev->head);
	uint64_t octets = sizeof(struct sc_kept) + sc_pack_size(ev);
	while (k->oldest && k->octets + octets + sizeof(struct sc_dialogue) > k->limit)
		sc_keep_give(sc_keep_take_oldest(k));
	if (octets + sizeof(struct sc_dialogue) > k->limit)
		return;
	struct sc_kept *kept = sc_memory_take(octets);
	struct sc_dialogue *d = kept ? touch(k, ev->head->session) : NULL;
	if (!d) {
		sc_memory_give(kept);
		sc_keep_give(sc_keep_take_oldest(k));
		return;
	}
	kept->ev = sc_pack(ev, kept->storage);
	*(d->last ? &d->last->next : &d->first) = kept;
	d->last = kept;
	d->octets += octets;
	k->octets += octets;
}

struct sc_dialogue *sc_keep_take(struct sc_keep *k, uint64_t session)
{
	struct sc_dialogue *d = find(k, session);
	if (d)
		unlink_dialogue(k, d);
	return d;
}

struct sc_dialogue *sc_keep_take_oldest(struct sc_keep *k)
{
	struct sc_dialogue *d = k->oldest;
	if (d)
		unlink_dialogue(k, d);
	return d;
}

void sc_keep_give(struct sc_dialogue *d)
{
	while (d && d->first) {
		struct sc_kept *kept = d->first;
		d->first = kept->next;
		sc_memory_give(kept);
	}
	sc_memory_give(d);
}

void sc_keep_close(struct sc_keep *k)
{
	while (k->oldest)
		sc_keep_give(sc_keep_take_oldest(k));
	sc_memory_give(k->buckets);
	*k = (struct sc_keep){ 0 };
}
