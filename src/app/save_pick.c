/* save_pick.c - sessions that match, by the number of their first packet.
 *
 * A session's packets are those of its addresses, ports, VLAN and tunnel from its first to its last packet; the
 * first one tells VLAN and tunnel.  Fragments do not tell whose they are before they are put together, so all of
 * them are taken that lie within the life of any session that matches. */
#include "app/save_pick.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/memory.h"

struct picked {
	uint64_t flow, last;       /* numbers of the first and the last packet */
	struct sc_flow_key key;    /* without the network: */
	uint32_t network, hash;    /* of the key */
	bool     any_network;      /* the first packet was a fragment: it tells none */
	sc_time  end;              /* of the last packet taken */
	uint32_t chain;            /* index + 1 */
};

struct sc_pick {
	struct picked *list;
	uint32_t  count, room, most;
	uint32_t *buckets;         /* index + 1; by flow in the first reading, by key in the second */
	uint32_t  bucket_count;    /* a power of two, as many as there is room in the list */
	uint32_t  next;            /* second reading: the first that has not begun */
	uint64_t  open_until;      /* second reading: the last packet of any that has begun */
	uint64_t  lost;
};

static uint32_t bucket_of(const struct sc_pick *p, uint64_t flow)
{
	return (uint32_t)sc_hash(0, (sc_str){ (const char *)&flow, sizeof(flow) }) & (p->bucket_count - 1);
}

static void link_in(struct sc_pick *p, uint32_t index, uint32_t bucket)
{
	p->list[index].chain = p->buckets[bucket];
	p->buckets[bucket] = index + 1;
}

static bool grow(struct sc_pick *p)
{
	uint32_t room = p->room ? 2 * p->room : 256;
	if (room > p->most)
		return false;
	struct picked *list = sc_memory_take(room * sizeof(*list));
	uint32_t *buckets = sc_memory_take(room * sizeof(*buckets));
	if (!list || !buckets) {
		sc_memory_give(list);
		sc_memory_give(buckets);
		return false;
	}
	if (p->count)
		memcpy(list, p->list, p->count * sizeof(*list));
	sc_memory_give(p->list);
	sc_memory_give(p->buckets);
	p->list = list;
	p->buckets = buckets;
	p->room = p->bucket_count = room;
	for (uint32_t i = 0; i < p->count; i++)
		link_in(p, i, bucket_of(p, list[i].flow));
	return true;
}

sc_err sc_pick_open(struct sc_pick **out, uint64_t budget)
{
	uint64_t most = budget / (sizeof(struct picked) + sizeof(uint32_t));
	struct sc_pick *p = sc_memory_take(sizeof(*p));
	if (!p)
		return SC_EFAILED;
	p->most = most < 256 ? 256 : most > 1u << 30 ? 1u << 30 : (uint32_t)most;
	*out = p;
	return grow(p) ? SC_OK : SC_EFAILED;
}

static struct picked *find(const struct sc_pick *p, uint64_t flow)
{
	uint32_t at = p->buckets[bucket_of(p, flow)];
	while (at && p->list[at - 1].flow != flow)
		at = p->list[at - 1].chain;
	return at ? &p->list[at - 1] : NULL;
}

static struct picked *add(struct sc_pick *p, const struct sc_event *ev)
{
	if (p->count == p->room && !grow(p)) {
		p->lost++;
		return NULL;
	}
	struct picked *s = &p->list[p->count];
	struct sc_flow_ref ref = sc_save_key_of(ev->head);
	*s = (struct picked){ .flow = ev->flow, .last = UINT64_MAX, .key = ref.key, .hash = ref.hash };
	link_in(p, p->count++, bucket_of(p, ev->flow));
	return s;
}

void sc_pick_event(struct sc_pick *p, const struct sc_event *ev, bool matches)
{
	bool ends = ev->kind == SC_EVENT_session;
	if (!ev->head || !ev->flow || (!matches && !ends))
		return;
	struct picked *s = find(p, ev->flow);
	if (!s && matches)
		s = add(p, ev);
	if (s && ends)
		s->last = ev->head->frames.last;
}

static int by_flow(const void *a, const void *b)
{
	const struct picked *x = a, *y = b;
	return x->flow < y->flow ? -1 : x->flow > y->flow;
}

void sc_pick_turn(struct sc_pick *p)
{
	qsort(p->list, p->count, sizeof(*p->list), by_flow);
	memset(p->buckets, 0, p->bucket_count * sizeof(*p->buckets));
}

/* The session whose first packet this is. */
static void begin(struct sc_pick *p, const struct sc_packet *pkt, const struct sc_layers *l)
{
	while (p->next < p->count && p->list[p->next].flow < pkt->number)
		p->next++;
	if (p->next == p->count || p->list[p->next].flow != pkt->number)
		return;
	struct picked *s = &p->list[p->next];
	s->any_network = l->status != SC_DECODE_TCP;
	s->network = l->network;
	s->end = pkt->when;
	p->open_until = s->last > p->open_until ? s->last : p->open_until;
	link_in(p, p->next++, s->hash & (p->bucket_count - 1));
}

/* A packet of its addresses and ports. */
static bool owns(struct picked *s, const struct sc_packet *pkt, const struct sc_layers *l)
{
	bool late = pkt->number > s->last;
	if (!s->any_network && s->network != l->network)
		return false;
	if (late && (l->flags & SC_TCP_SYN || pkt->when - s->end > SC_SAVE_LINGER))
		return false;
	if (!late)
		s->end = pkt->when;
	return true;
}

bool sc_pick_wants(struct sc_pick *p, const struct sc_packet *pkt, const struct sc_layers *l)
{
	begin(p, pkt, l);
	if (l->status == SC_DECODE_FRAGMENT)
		return pkt->number <= p->open_until;
	if (l->status != SC_DECODE_TCP)
		return false;
	struct sc_flow_ref ref = sc_save_key(l);
	bool wanted = false;
	for (uint32_t *at = &p->buckets[ref.hash & (p->bucket_count - 1)]; *at;) {
		struct picked *s = &p->list[*at - 1];
		bool over = pkt->number > s->last && pkt->when - s->end > SC_SAVE_LINGER;
		wanted = wanted || (sc_save_same(&s->key, &ref.key) && owns(s, pkt, l));
		if (over)
			*at = s->chain;
		else
			at = &s->chain;
	}
	return wanted;
}

uint64_t sc_pick_lost(const struct sc_pick *p)
{
	return p ? p->lost : 0;
}

void sc_pick_close(struct sc_pick *p)
{
	if (!p)
		return;
	sc_memory_give(p->list);
	sc_memory_give(p->buckets);
	sc_memory_give(p);
}
