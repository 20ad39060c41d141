/* flow.c - hash table with chains, two lists by age, and a set-associative table of SYNs; see flow.h. */
#include "net/flow.h"

#include "base/hash.h"
#include "base/memory.h"

#define SYN_SETS SC_FLOW_SHARDS /* of SYN_WAYS each */
#define SYN_WAYS 4u
#define SYN_PATIENCE (3 * SC_SECOND) /* no system waits longer before it repeats its first SYN */
#define SYN_COPY     (5 * SC_MS)
#define LIST_STEP (SC_SECOND / 2) /* a flow moves in its list at most that often: order to that precision is enough */

static struct sc_flow *flow_at(const struct sc_flows *f, uint32_t link)
{
	return link ? sc_pool_at(&f->pool, link - 1) : NULL;
}

static uint32_t link_of(const struct sc_flows *f, const struct sc_flow *flow)
{
	return sc_pool_index(&f->pool, flow) + 1;
}

bool sc_flows_open(struct sc_flows *f, uint32_t count, uint64_t seed)
{
	uint32_t buckets = 1024;
	*f = (struct sc_flows){ .seed = seed };
	while (buckets < count && buckets < 1u << 30)
		buckets *= 2;
	f->mask = buckets - 1;
	f->buckets = sc_memory_take_growing(sizeof(*f->buckets) * buckets);
	f->syns = sc_memory_take_growing(sizeof(*f->syns) * SYN_SETS * SYN_WAYS);
	if (f->buckets && f->syns && sc_pool_open(&f->pool, sizeof(struct sc_flow), count))
		return true;
	sc_flows_close(f);
	return false;
}

void sc_flows_close(struct sc_flows *f)
{
	sc_memory_give(f->buckets);
	sc_memory_give(f->syns);
	sc_pool_close(&f->pool);
	*f = (struct sc_flows){ 0 };
}

/* Nothing but what a key of IPv4 holds is hashed: this is done for every packet. */
static uint32_t hash_of(uint64_t seed, const struct sc_flow_key *key)
{
	struct {
		uint8_t  a[4], b[4];
		uint16_t a_port, b_port;
		uint32_t network;
	} v4 = { .a_port = key->a_port, .b_port = key->b_port, .network = key->network };
	if (key->version != 4)
		return (uint32_t)sc_hash(seed, (sc_str){ (const char *)key, sizeof(*key) });
	memcpy(v4.a, key->a, sizeof(v4.a));
	memcpy(v4.b, key->b, sizeof(v4.b));
	uint64_t words[2];
	memcpy(words, &v4, sizeof(words));
	return (uint32_t)sc_hash_pair(seed, words);
}

/* The source comes first in the key.  Behind an IPv4 address may stand octets of a tunnel's. */
static bool source_is_a(const struct sc_layers *l)
{
	int order;
	if (l->src.version == 4) {
		uint32_t src = sc_load_be32((const char *)l->src.octets), dst = sc_load_be32((const char *)l->dst.octets);
		order = (src > dst) - (src < dst);
	} else {
		order = memcmp(l->src.octets, l->dst.octets, sizeof(l->src.octets));
	}
	return order < 0 || (order == 0 && l->src_port <= l->dst_port);
}

struct sc_flow_ref sc_flow_ref(uint64_t seed, const struct sc_layers *l)
{
	struct sc_flow_ref ref = { .from_a = source_is_a(l) };
	const struct sc_ip *a = ref.from_a ? &l->src : &l->dst, *b = ref.from_a ? &l->dst : &l->src;
	if (l->src.version == 4) {
		memcpy(ref.key.a, a->octets, 4);
		memcpy(ref.key.b, b->octets, 4);
	} else {
		memcpy(ref.key.a, a->octets, sizeof(ref.key.a));
		memcpy(ref.key.b, b->octets, sizeof(ref.key.b));
	}
	ref.key.a_port = ref.from_a ? l->src_port : l->dst_port;
	ref.key.b_port = ref.from_a ? l->dst_port : l->src_port;
	ref.key.network = l->network;
	ref.key.version = l->src.version;
	ref.hash = hash_of(seed, &ref.key);
	return ref;
}

static bool same_key(const struct sc_flow_key *x, const struct sc_flow_key *y)
{
	return memcmp(x, y, sizeof(*x)) == 0;
}

struct sc_flow *sc_flow_find(const struct sc_flows *f, const struct sc_flow_ref *ref)
{
	struct sc_flow *flow = flow_at(f, f->buckets[ref->hash & f->mask]);
	while (flow && !(flow->hash == ref->hash && same_key(&flow->key, &ref->key)))
		flow = flow_at(f, flow->chain);
	return flow;
}

static void list_add(const struct sc_flows *f, struct sc_flow_list *list, struct sc_flow *flow)
{
	uint32_t link = link_of(f, flow);
	struct sc_flow *newest = flow_at(f, list->newest);
	flow->older = list->newest;
	flow->newer = 0;
	if (newest)
		newest->newer = link;
	else
		list->oldest = link;
	list->newest = link;
	list->count++;
}

static void list_remove(const struct sc_flows *f, struct sc_flow_list *list, struct sc_flow *flow)
{
	struct sc_flow *older = flow_at(f, flow->older), *newer = flow_at(f, flow->newer);
	if (older)
		older->newer = flow->newer;
	else
		list->oldest = flow->newer;
	if (newer)
		newer->older = flow->older;
	else
		list->newest = flow->older;
	list->count--;
}

struct sc_flow *sc_flow_add(struct sc_flows *f, const struct sc_flow_ref *ref, enum sc_flow_state state, sc_time clock)
{
	struct sc_flow *flow = sc_pool_take(&f->pool);
	if (!flow)
		return NULL;
	flow->key = ref->key;
	flow->hash = ref->hash;
	flow->chain = f->buckets[ref->hash & f->mask];
	f->buckets[ref->hash & f->mask] = link_of(f, flow);
	flow->listed = clock;
	flow->state = (uint8_t)state;
	flow->syn_at = flow->established_at = SC_TIME_NONE;
	sc_tcp_open(&flow->tcp);
	list_add(f, &f->lists[state], flow);
	return flow;
}

void sc_flow_remove(struct sc_flows *f, struct sc_flow *flow)
{
	sc_flow_wait(f, flow, false);
	list_remove(f, &f->lists[flow->state], flow);
	uint32_t *link = &f->buckets[flow->hash & f->mask];
	while (*link != link_of(f, flow))
		link = &flow_at(f, *link)->chain;
	*link = flow->chain;
	sc_pool_give(&f->pool, flow);
}

void sc_flow_touch(struct sc_flows *f, struct sc_flow *flow, sc_time when, sc_time clock)
{
	flow->last = when;
	if (flow->state >= SC_FLOW_HELD || clock - flow->listed < LIST_STEP)
		return;
	flow->listed = clock;
	list_remove(f, &f->lists[flow->state], flow);
	list_add(f, &f->lists[flow->state], flow);
}

void sc_flow_move(struct sc_flows *f, struct sc_flow *flow, enum sc_flow_state state, sc_time clock)
{
	SC_ASSERT(flow->state < state);
	if (state >= SC_FLOW_HELD)
		sc_flow_wait(f, flow, false);
	list_remove(f, &f->lists[flow->state], flow);
	flow->state = (uint8_t)state;
	flow->listed = clock;
	list_add(f, &f->lists[state], flow);
}

void sc_flow_wait(struct sc_flows *f, struct sc_flow *flow, bool waits)
{
	if (flow->waits == waits)
		return;
	flow->waits = waits;
	struct sc_flow_list *list = &f->waiting;
	if (waits) {
		struct sc_flow *newest = flow_at(f, list->newest);
		flow->waits_prev = list->newest;
		flow->waits_next = 0;
		*(newest ? &newest->waits_next : &list->oldest) = link_of(f, flow);
		list->newest = link_of(f, flow);
		list->count++;
		return;
	}
	struct sc_flow *prev = flow_at(f, flow->waits_prev), *next = flow_at(f, flow->waits_next);
	*(prev ? &prev->waits_next : &list->oldest) = flow->waits_next;
	*(next ? &next->waits_prev : &list->newest) = flow->waits_prev;
	list->count--;
}

struct sc_flow *sc_flow_oldest(const struct sc_flows *f, enum sc_flow_state state)
{
	return flow_at(f, f->lists[state].oldest);
}

struct sc_flow *sc_flow_newer(const struct sc_flows *f, const struct sc_flow *flow)
{
	return flow_at(f, flow->newer);
}

struct sc_flow *sc_flow_waiting_first(const struct sc_flows *f)
{
	return flow_at(f, f->waiting.oldest);
}

struct sc_flow *sc_flow_waiting_next(const struct sc_flows *f, const struct sc_flow *flow)
{
	return flow_at(f, flow->waits_next);
}

static struct sc_flow *merge(struct sc_flow *x, struct sc_flow *y)
{
	struct sc_flow *first = NULL, **end = &first;
	while (x && y) {
		struct sc_flow **less = x->id <= y->id ? &x : &y;
		*end = *less;
		end = &(*less)->due;
		*less = *end;
	}
	*end = x ? x : y;
	return first;
}

/* Merge sort from the bottom up: bin i holds a sorted list of 2^i flows. */
struct sc_flow *sc_flow_sort(struct sc_flow *list)
{
	struct sc_flow *bins[32] = { NULL }, *sorted = NULL;
	while (list) {
		struct sc_flow *one = list;
		list = list->due;
		one->due = NULL;
		int i = 0;
		for (; i < 31 && bins[i]; i++) {
			one = merge(bins[i], one);
			bins[i] = NULL;
		}
		bins[i] = merge(bins[i], one);
	}
	for (int i = 0; i < 32; i++)
		sorted = merge(bins[i], sorted);
	return sorted;
}

static struct sc_syn *syn_set(const struct sc_flows *f, const struct sc_flow_ref *ref)
{
	return &f->syns[sc_flow_shard(ref) * SYN_WAYS];
}

static struct sc_syn *syn_at(const struct sc_flows *f, const struct sc_flow_ref *ref)
{
	struct sc_syn *set = syn_set(f, ref);
	for (uint32_t i = 0; i < SYN_WAYS; i++)
		if (set[i].used && same_key(&set[i].key, &ref->key))
			return &set[i];
	return NULL;
}

static struct sc_syn *syn_link(const struct sc_flows *f, uint32_t link)
{
	return link ? &f->syns[link - 1] : NULL;
}

static void syn_unlink(struct sc_flows *f, struct sc_syn *syn)
{
	struct sc_syn *older = syn_link(f, syn->older), *newer = syn_link(f, syn->newer);
	*(older ? &older->newer : &f->syn_list.oldest) = syn->newer;
	*(newer ? &newer->older : &f->syn_list.newest) = syn->older;
	f->syn_list.count--;
}

static void syn_append(struct sc_flows *f, struct sc_syn *syn)
{
	struct sc_syn *newest = syn_link(f, f->syn_list.newest);
	uint32_t link = (uint32_t)(syn - f->syns) + 1;
	syn->older = f->syn_list.newest;
	syn->newer = 0;
	*(newest ? &newest->newer : &f->syn_list.oldest) = link;
	f->syn_list.newest = link;
	f->syn_list.count++;
}

void sc_syn_forget(struct sc_flows *f, struct sc_syn *syn)
{
	syn_unlink(f, syn);
	syn->used = false;
}

/* A place for a new one: a free place of its set, or that of the oldest there. */
static struct sc_syn *syn_room(struct sc_flows *f, const struct sc_flow_ref *ref)
{
	struct sc_syn *set = syn_set(f, ref), *oldest = set;
	for (uint32_t i = 0; i < SYN_WAYS; i++) {
		if (!set[i].used)
			return &set[i];
		oldest = set[i].packet < oldest->packet ? &set[i] : oldest;
	}
	sc_syn_forget(f, oldest);
	return oldest;
}

static void syn_count(struct sc_flows *f, struct sc_syn *syn, const struct sc_layers *l, const struct sc_packet *pkt, sc_time clock)
{
	syn->ecn = (l->flags & (SC_TCP_ECE | SC_TCP_CWR)) == (SC_TCP_ECE | SC_TCP_CWR);
	syn->count += syn->count < UINT16_MAX;
	syn->ecn_count += syn->ecn && syn->ecn_count < UINT16_MAX;
	syn->ip_id = l->ip_id;
	syn->gap = pkt->when - syn->last;
	syn->last = pkt->when;
	syn->last_packet = pkt->number;
	syn->listed = clock;
	syn_append(f, syn);
}

/* Of the one that was seen last, as mirror ports make them. */
static bool is_copy(const struct sc_syn *syn, const struct sc_layers *l, const struct sc_packet *pkt)
{
	sc_time since = pkt->when - syn->last;
	return syn->seq == l->seq && syn->ip_id == l->ip_id && since >= 0 && since <= SYN_COPY;
}

struct sc_syn *sc_syn_note(struct sc_flows *f, const struct sc_flow_ref *ref, const struct sc_layers *l,
	const struct sc_packet *pkt, sc_time clock)
{
	struct sc_syn *syn = syn_at(f, ref);
	if (syn && is_copy(syn, l, pkt))
		return syn;
	if (syn)
		syn_unlink(f, syn);
	else
		syn = syn_room(f, ref);
	if (!syn->used || syn->from_a != ref->from_a)
		*syn = (struct sc_syn){ .first = pkt->when, .last = pkt->when, .first_packet = pkt->number };
	if (!syn->used || syn->seq != l->seq) { /* sent again, the first try is when the client began */
		syn->key = ref->key;
		syn->seq = l->seq;
		syn->offer = sc_tcp_offer(l);
		syn->packet = pkt->number;
		syn->when = pkt->when;
		syn->from_a = ref->from_a;
		syn->used = true;
	}
	syn_count(f, syn, l, pkt, clock);
	return syn;
}

struct sc_syn *sc_syn_find(const struct sc_flows *f, const struct sc_flow_ref *ref)
{
	return syn_at(f, ref);
}

bool sc_syn_take(struct sc_flows *f, const struct sc_flow_ref *ref, struct sc_syn *out)
{
	struct sc_syn *syn = syn_at(f, ref);
	if (!syn)
		return false;
	*out = *syn;
	sc_syn_forget(f, syn);
	return true;
}

/* Who repeats a SYN waits twice as long each time (RFC 6298 5.5): when the next did not come, none will. */
static bool overdue(const struct sc_syn *syn, sc_time since, sc_time now)
{
	sc_time patience = 2 * syn->gap + SC_SECOND;
	return now - since > (patience > SYN_PATIENCE ? patience : SYN_PATIENCE);
}

struct sc_syn *sc_syn_due(struct sc_flows *f, sc_time now, bool finish, uint16_t enough)
{
	struct sc_syn *first = NULL, **end = &first;
	for (struct sc_syn *syn = syn_link(f, f->syn_list.oldest); syn; syn = syn_link(f, syn->newer)) {
		if (!finish && now - syn->listed <= SYN_PATIENCE)
			break;
		if (!overdue(syn, finish ? syn->last : syn->listed, now) && !(finish && (syn->count >= enough || syn->error.packet)))
			continue;
		*end = syn;
		end = &syn->due;
	}
	*end = NULL;
	return first;
}

void sc_syn_jump(struct sc_flows *f, sc_time now)
{
	for (struct sc_syn *syn = syn_link(f, f->syn_list.oldest); syn; syn = syn_link(f, syn->newer))
		syn->listed = now;
}

void sc_flow_end(const struct sc_flow *flow, enum sc_side side, struct sc_ip *ip, uint16_t *port)
{
	bool a = (side == SC_CLIENT) == flow->client_is_a;
	*ip = (struct sc_ip){ .version = flow->key.version };
	memcpy(ip->octets, a ? flow->key.a : flow->key.b, sizeof(ip->octets));
	*port = a ? flow->key.a_port : flow->key.b_port;
}
