/* keeper.c - sessions that wait for a match, in a hash table by flow and in a list by age.
 *
 * Owns packed copies of events (engine/pack).  Bounded by the budget: beyond it the oldest waiting session loses
 * what it has, is counted, and begins anew if it goes on.  Events of no session are passed on when they match
 * themselves. */
#include "app/keeper.h"

#include "base/memory.h"
#include "engine/pack.h"

#define BUCKETS 65536u

/* An event that waits; its packed octets follow. */
struct piece {
	struct piece *next;
	const struct sc_event *event;
	uint64_t storage[];
};

struct held {
	uint64_t flow;
	struct held *chain;           /* of its bucket */
	struct held *older, *newer;   /* among those that wait */
	struct piece *first, *last;
	uint64_t octets;
	bool passed;                  /* it matched: events go straight through, and it is in no list of age */
};

struct sc_keeper {
	struct held *buckets[BUCKETS];
	struct held *oldest, *newest;
	uint64_t budget, used, given_up;
	sc_emit_fn *pass;
	void *ctx;
};

sc_err sc_keeper_open(struct sc_keeper **out, uint64_t budget, sc_emit_fn *pass, void *ctx)
{
	struct sc_keeper *k = sc_memory_take(sizeof(*k));
	if (!k)
		return SC_EFAILED;
	k->budget = budget;
	k->pass = pass;
	k->ctx = ctx;
	*out = k;
	return SC_OK;
}

static struct held **slot_of(struct sc_keeper *k, uint64_t flow)
{
	struct held **slot = &k->buckets[flow % BUCKETS]; /* flows are numbered by packets: they spread */
	while (*slot && (*slot)->flow != flow)
		slot = &(*slot)->chain;
	return slot;
}

static void leave_age_list(struct sc_keeper *k, struct held *h)
{
	*(h->older ? &h->older->newer : &k->oldest) = h->newer;
	*(h->newer ? &h->newer->older : &k->newest) = h->older;
	h->older = h->newer = NULL;
}

static void drop_pieces(struct sc_keeper *k, struct held *h)
{
	for (struct piece *p = h->first; p;) {
		struct piece *next = p->next;
		sc_memory_give(p);
		p = next;
	}
	k->used -= h->octets;
	h->octets = 0;
	h->first = h->last = NULL;
}

static void remove_held(struct sc_keeper *k, struct held *h)
{
	struct held **slot = slot_of(k, h->flow);
	SC_ASSERT(*slot == h);
	*slot = h->chain;
	if (!h->passed)
		leave_age_list(k, h);
	drop_pieces(k, h);
	sc_memory_give(h);
}

static struct held *touch_held(struct sc_keeper *k, uint64_t flow)
{
	struct held **slot = slot_of(k, flow);
	if (*slot)
		return *slot;
	struct held *h = sc_memory_take(sizeof(*h));
	if (!h)
		return NULL;
	h->flow = flow;
	h->older = k->newest;
	*(k->newest ? &k->newest->newer : &k->oldest) = h;
	k->newest = h;
	*slot = h;
	return h;
}

static void make_room(struct sc_keeper *k, const struct held *current)
{
	while (k->used > k->budget && k->oldest != current) {
		k->given_up++;
		remove_held(k, k->oldest);
	}
}

static void keep(struct sc_keeper *k, struct held *h, const struct sc_event *ev)
{
	size_t octets = sizeof(struct piece) + sc_pack_size(ev);
	struct piece *p = h->octets + octets <= k->budget ? sc_memory_take(octets) : NULL;
	if (!p) { /* one session alone is over the budget: it begins anew here */
		drop_pieces(k, h);
		k->given_up++;
		return;
	}
	p->event = sc_pack(ev, p->storage);
	*(h->last ? &h->last->next : &h->first) = p;
	h->last = p;
	h->octets += octets;
	k->used += octets;
	make_room(k, h);
}

static void pass_all(struct sc_keeper *k, struct held *h)
{
	for (const struct piece *p = h->first; p; p = p->next)
		k->pass(k->ctx, p->event);
	drop_pieces(k, h);
	leave_age_list(k, h);
	h->passed = true;
}

void sc_keeper_take(struct sc_keeper *k, const struct sc_event *ev, bool matches, bool wanted)
{
	struct held *h = ev->flow ? touch_held(k, ev->flow) : NULL;
	if (h && matches && !h->passed)
		pass_all(k, h);
	bool through = h ? h->passed : matches;
	if (wanted && through)
		k->pass(k->ctx, ev);
	else if (wanted && h)
		keep(k, h, ev);
	if (h && ev->kind == SC_EVENT_session)
		remove_held(k, h);
}

uint64_t sc_keeper_given_up(const struct sc_keeper *k)
{
	return k ? k->given_up : 0;
}

void sc_keeper_close(struct sc_keeper *k)
{
	if (!k)
		return;
	for (size_t i = 0; i < BUCKETS; i++)
		while (k->buckets[i])
			remove_held(k, k->buckets[i]);
	sc_memory_give(k);
}
