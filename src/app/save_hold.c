/* save_hold.c - packets that wait, by connection.
 *
 * Owns copies of them.  What a session that matches had waiting is written at once, and from then on its packets
 * as they come; so the packets of two connections may stand out of order in the file, those of one never.  An
 * event may come some packets late (engines on threads): it names the session by its first packet, and the end of
 * a session settles what lies before its last packet only.  Fragments do not tell whose they are; they wait in a
 * row of their own and go with any session that matches while they are there. */
#include "app/save_hold.h"

#include "base/memory.h"

#define BUCKETS 65536u

struct waiting {
	struct waiting  *next;
	struct sc_packet packet; /* its octets follow */
	char             octets[];
};

struct row {
	struct waiting *first, *last;
	uint64_t octets;
};

struct connection {
	struct sc_flow_key key;
	uint32_t network, bucket;
	struct connection *chain, *older, *newer;
	struct row row;
	bool    passed;              /* its session has matched */
	sc_time late_until;          /* a session that had matched is over; SC_TIME_NONE: none */
};

struct sc_hold {
	struct connection *buckets[BUCKETS];
	struct connection *oldest, *newest;
	struct row fragments;
	uint64_t budget, used, lost;
	uint32_t passed;             /* connections that are */
	sc_hold_put_fn *put;
	void *ctx;
};

sc_err sc_hold_open(struct sc_hold **out, uint64_t budget, sc_hold_put_fn *put, void *ctx)
{
	struct sc_hold *h = sc_memory_take(sizeof(*h));
	if (!h)
		return SC_EFAILED;
	h->budget = budget;
	h->put = put;
	h->ctx = ctx;
	*out = h;
	return SC_OK;
}

static void drop_first(struct sc_hold *h, struct row *row)
{
	struct waiting *w = row->first;
	uint64_t octets = sizeof(*w) + w->packet.bytes.len;
	row->first = w->next;
	row->last = row->first ? row->last : NULL;
	row->octets -= octets;
	h->used -= octets;
	sc_memory_give(w);
}

/* Forgets what lies before packet `number`. */
static void drop_before(struct sc_hold *h, struct row *row, uint64_t number)
{
	while (row->first && row->first->packet.number < number)
		drop_first(h, row);
}

static bool append(struct sc_hold *h, struct row *row, const struct sc_packet *pkt)
{
	size_t len = pkt->bytes.len;
	struct waiting *w = sc_memory_take(sizeof(*w) + len);
	if (!w)
		return false;
	w->packet = *pkt;
	w->packet.bytes.at = memcpy(w->octets, pkt->bytes.at, len);
	*(row->last ? &row->last->next : &row->first) = w;
	row->last = w;
	row->octets += sizeof(*w) + len;
	h->used += sizeof(*w) + len;
	return true;
}

static struct connection **slot_of(struct sc_hold *h, const struct sc_flow_ref *ref)
{
	return &h->buckets[ref->hash % BUCKETS];
}

static void remove_connection(struct sc_hold *h, struct connection *c)
{
	struct connection **slot = &h->buckets[c->bucket];
	while (*slot != c)
		slot = &(*slot)->chain;
	*slot = c->chain;
	*(c->older ? &c->older->newer : &h->oldest) = c->newer;
	*(c->newer ? &c->newer->older : &h->newest) = c->older;
	drop_before(h, &c->row, UINT64_MAX);
	h->used -= sizeof(*c);
	h->passed -= c->passed;
	sc_memory_give(c);
}

static struct connection *add_connection(struct sc_hold *h, const struct sc_flow_ref *ref, uint32_t network)
{
	struct connection *c = sc_memory_take(sizeof(*c)), **slot = slot_of(h, ref);
	if (!c)
		return NULL;
	c->key = ref->key;
	c->network = network;
	c->bucket = ref->hash % BUCKETS;
	c->late_until = SC_TIME_NONE;
	c->chain = *slot;
	*slot = c;
	c->older = h->newest;
	*(h->newest ? &h->newest->newer : &h->oldest) = c;
	h->newest = c;
	h->used += sizeof(*c);
	return c;
}

static struct connection *touch(struct sc_hold *h, const struct sc_layers *l)
{
	struct sc_flow_ref ref = sc_save_key(l);
	struct connection *c = *slot_of(h, &ref);
	while (c && !(c->network == l->network && sc_save_same(&c->key, &ref.key)))
		c = c->chain;
	return c ? c : add_connection(h, &ref, l->network);
}

static void make_room(struct sc_hold *h, const struct connection *current)
{
	while (h->used > h->budget && h->fragments.octets > h->budget / 4)
		drop_first(h, &h->fragments);
	while (h->used > h->budget && h->oldest && h->oldest != current) {
		h->lost += h->oldest->row.first != NULL;
		remove_connection(h, h->oldest);
	}
}

static void hold_fragment(struct sc_hold *h, const struct sc_packet *pkt)
{
	if (h->passed)
		h->put(h->ctx, pkt);
	else if (append(h, &h->fragments, pkt))
		make_room(h, NULL);
}

void sc_hold_packet(struct sc_hold *h, const struct sc_packet *pkt, const struct sc_layers *l)
{
	if (l->status == SC_DECODE_FRAGMENT) {
		hold_fragment(h, pkt);
		return;
	}
	struct connection *c = touch(h, l);
	if (!c)
		return;
	if (c->late_until != SC_TIME_NONE && (l->flags & SC_TCP_SYN || pkt->when > c->late_until))
		c->late_until = SC_TIME_NONE;
	if (c->passed || c->late_until != SC_TIME_NONE) {
		h->put(h->ctx, pkt);
		return;
	}
	append(h, &c->row, pkt);
	make_room(h, c);
	if (c->row.octets > h->budget) { /* it alone is too much: it begins anew here */
		drop_before(h, &c->row, UINT64_MAX);
		h->lost++;
	}
}

static bool holds(const struct row *row, uint64_t number)
{
	const struct waiting *w = row->first;
	while (w && w->packet.number < number)
		w = w->next;
	return w && w->packet.number == number;
}

/* The connection of a session: of those with its addresses and ports the one that has its first packet, else any. */
static struct connection *connection_of(struct sc_hold *h, const struct sc_event *ev)
{
	struct sc_flow_ref ref = sc_save_key_of(ev->head);
	struct connection *any = NULL;
	for (struct connection *c = *slot_of(h, &ref); c; c = c->chain) {
		if (!sc_save_same(&c->key, &ref.key))
			continue;
		if (holds(&c->row, ev->flow))
			return c;
		any = any && !c->passed ? any : c;
	}
	return any;
}

/* Writes what waits in a connection and among the fragments, in order. */
static void put_waiting(struct sc_hold *h, struct row *own)
{
	while (own->first || h->fragments.first) {
		struct row *fragments = &h->fragments;
		bool mine = own->first &&
			(!fragments->first || own->first->packet.number < fragments->first->packet.number);
		struct row *row = mine ? own : fragments;
		h->put(h->ctx, &row->first->packet);
		drop_first(h, row);
	}
}

static void pass(struct sc_hold *h, struct connection *c, uint64_t flow)
{
	drop_before(h, &c->row, flow);
	drop_before(h, &h->fragments, flow);
	put_waiting(h, &c->row);
	c->passed = true;
	h->passed++;
}

static void settle(struct sc_hold *h, struct connection *c, const struct sc_event *ev)
{
	h->passed -= c->passed;
	if (c->passed)
		c->late_until = ev->when + SC_SAVE_LINGER;
	else
		drop_before(h, &c->row, ev->head->frames.last + 1);
	c->passed = false;
	if (!c->row.first && c->late_until == SC_TIME_NONE)
		remove_connection(h, c);
}

void sc_hold_event(struct sc_hold *h, const struct sc_event *ev, bool matches)
{
	bool ends = ev->kind == SC_EVENT_session;
	if (!ev->head || !ev->flow || (!matches && !ends))
		return;
	struct connection *c = connection_of(h, ev);
	if (!c)
		return;
	if (matches && !c->passed)
		pass(h, c, ev->flow);
	if (ends)
		settle(h, c, ev);
}

uint64_t sc_hold_lost(const struct sc_hold *h)
{
	return h ? h->lost : 0;
}

void sc_hold_close(struct sc_hold *h)
{
	if (!h)
		return;
	while (h->oldest)
		remove_connection(h, h->oldest);
	drop_before(h, &h->fragments, UINT64_MAX);
	sc_memory_give(h);
}
