/* defrag.c - a table of datagrams in the making, each a map of pages; see defrag.h.
 *
 * Trusts no offset and no length.  Follows Linux (since 4.20 for both versions), the receiver of most mail.  Fragments
 * that came one behind the other are a run; a fragment inside a run is a copy and is ignored, whatever it holds.  One
 * that overlaps in any other way, that ends past an end already told, that tells a second end, or that is empty throws
 * away what there is of its datagram, as RFC 5722 asks for IPv6.  So a teardrop is never put together.  A fragment
 * that does not end the datagram counts in units of eight octets; IPv6 refuses one that ends between them.
 *
 * One rule of newer kernels is left: of IPv6 they drop a first fragment that does not hold the whole TCP header.  What
 * the receiver took then shows in its acknowledgements.
 *
 * Where the capture cut a fragment, what is handed on ends there, with the right length on the wire.
 *
 * RFC 791 3.2, 815, 8200 4.5, 5722, 6946, 1858. */
#include "net/defrag.h"

#include "base/hash.h"
#include "base/memory.h"

#define MOST      65535u         /* octets of a datagram (RFC 791 3.1, with its header; RFC 8200 4.5) */
#define UNIT      8u
#define PAGES     (65536u / SC_DEFRAG_PAGE)
#define LIFE      (30 * SC_SECOND) /* as Linux has for IPv4; RFC 8200 allows 60 */
#define NESTED    4              /* fragments inside reassembled datagrams */
#define UNKNOWN   UINT32_MAX

struct page {
	uint8_t have[SC_DEFRAG_PAGE / UNIT / 8];   /* a bit for each unit that is there */
	uint8_t begins[SC_DEFRAG_PAGE / UNIT / 8]; /* and for each that begins a run */
	char    octets[SC_DEFRAG_PAGE];
};

struct key {
	uint8_t  src[16], dst[16];
	uint32_t id, network;
	uint8_t  version, protocol, zero[2]; /* IPv6 has one number for all protocols */
};

struct datagram {
	struct key key;
	uint32_t chain, older, newer; /* index + 1 */
	sc_time  first;
	uint32_t end;                 /* of the last fragment; UNKNOWN */
	uint32_t reach;               /* the farthest end of any */
	uint32_t units;               /* that are there */
	uint32_t captured;            /* octets from the beginning that no fragment lacks; UNKNOWN: all are there */
	uint8_t  protocol, ttl;       /* of the first fragment */
	uint32_t pages[PAGES];        /* index + 1; 0: nothing of it came */
};

static struct datagram *datagram_at(const struct sc_defrag *d, uint32_t link)
{
	return link ? sc_pool_at(&d->datagrams, link - 1) : NULL;
}

static uint32_t link_of(const struct sc_defrag *d, const struct datagram *g)
{
	return sc_pool_index(&d->datagrams, g) + 1;
}

static struct page *page_at(const struct sc_defrag *d, uint32_t link)
{
	return sc_pool_at(&d->pages, link - 1);
}

static uint32_t *bucket_of(const struct sc_defrag *d, const struct key *key)
{
	return &d->buckets[sc_hash(d->seed, (sc_str){ (const char *)key, sizeof(*key) }) & d->mask];
}

/* ---- datagrams come and go ---- */

static struct key key_of(const struct sc_layers *l)
{
	struct key key;
	memset(&key, 0, sizeof(key));
	memcpy(key.src, l->src.octets, sizeof(key.src));
	memcpy(key.dst, l->dst.octets, sizeof(key.dst));
	key.id = l->fragment.id;
	key.network = l->network;
	key.version = l->src.version;
	key.protocol = l->src.version == 4 ? l->fragment.protocol : 0;
	return key;
}

static struct datagram *find(const struct sc_defrag *d, const struct key *key)
{
	struct datagram *g = datagram_at(d, *bucket_of(d, key));
	while (g && memcmp(&g->key, key, sizeof(*key)) != 0)
		g = datagram_at(d, g->chain);
	return g;
}

static void give_up(struct sc_defrag *d, struct datagram *g)
{
	uint32_t self = link_of(d, g), *link = bucket_of(d, &g->key);
	struct datagram *older = datagram_at(d, g->older), *newer = datagram_at(d, g->newer);
	while (*link != self)
		link = &datagram_at(d, *link)->chain;
	*link = g->chain;
	*(older ? &older->newer : &d->oldest) = g->newer;
	*(newer ? &newer->older : &d->newest) = g->older;
	for (uint32_t i = 0; i < PAGES; i++)
		if (g->pages[i])
			sc_pool_give(&d->pages, page_at(d, g->pages[i]));
	sc_pool_give(&d->datagrams, g);
}

static void evict(struct sc_defrag *d, struct datagram *g)
{
	SC_ASSERT(g);
	d->counters->datagrams_evicted++;
	give_up(d, g);
}

static struct datagram *add(struct sc_defrag *d, const struct key *key, sc_time when)
{
	if (d->datagrams.taken == d->datagrams.count)
		evict(d, datagram_at(d, d->oldest));
	struct datagram *g = sc_pool_take(&d->datagrams), *newest = datagram_at(d, d->newest);
	SC_ASSERT(g);
	uint32_t self = link_of(d, g), *bucket = bucket_of(d, key);
	g->key = *key;
	g->first = when;
	g->end = g->captured = UNKNOWN;
	g->chain = *bucket;
	*bucket = self;
	g->older = d->newest;
	*(newest ? &newest->newer : &d->oldest) = self;
	d->newest = self;
	return g;
}

/* Also when the capture's clock jumps back: then nothing tells how old it is. */
static bool is_stale(const struct datagram *g, sc_time when)
{
	return when - g->first > LIFE || g->first - when > LIFE;
}

/* The table stands in order of arrival, which is nearly that of time: what is stale is at the front, and one that
 * hides behind a younger one is found when its number comes again. */
static struct datagram *touch(struct sc_defrag *d, const struct key *key, sc_time when)
{
	struct datagram *g = find(d, key);
	if (g && is_stale(g, when)) {
		d->counters->datagrams_timed_out++;
		give_up(d, g);
		g = NULL;
	}
	for (struct datagram *old; (old = datagram_at(d, d->oldest)) && old != g && is_stale(old, when);) {
		d->counters->datagrams_timed_out++;
		give_up(d, old);
	}
	return g ? g : add(d, key, when);
}

/* ---- octets ---- */

struct span {
	uint32_t units, begins; /* of units from one to before another: those that are there, that begin a run */
};

static struct span look(const struct sc_defrag *d, const struct datagram *g, uint32_t from, uint32_t to)
{
	struct span s = { 0 };
	for (uint32_t i = from; i < to; i++) {
		uint32_t link = g->pages[i / (SC_DEFRAG_PAGE / UNIT)], bit = i % (SC_DEFRAG_PAGE / UNIT);
		if (!link)
			continue;
		const struct page *page = page_at(d, link);
		s.units += page->have[bit / 8] >> bit % 8 & 1;
		s.begins += i > from && page->begins[bit / 8] >> bit % 8 & 1;
	}
	return s;
}

/* Takes the pages from `from` to before `to`, pushing out other datagrams: alone, there is room for any. */
static void take_pages(struct sc_defrag *d, struct datagram *g, uint32_t from, uint32_t to)
{
	for (uint32_t i = from / SC_DEFRAG_PAGE; i <= (to - 1) / SC_DEFRAG_PAGE; i++) {
		if (g->pages[i])
			continue;
		while (d->pages.taken == d->pages.count) {
			bool first = d->oldest == link_of(d, g);
			evict(d, datagram_at(d, first ? g->newer : d->oldest));
		}
		g->pages[i] = sc_pool_index(&d->pages, sc_pool_take(&d->pages)) + 1;
	}
}

static void store(struct sc_defrag *d, struct datagram *g, uint32_t from, uint32_t to, bool begins, sc_str octets)
{
	for (uint32_t i = from / UNIT; i < (to + UNIT - 1) / UNIT; i++) {
		uint32_t bit = i % (SC_DEFRAG_PAGE / UNIT);
		struct page *page = page_at(d, g->pages[i / (SC_DEFRAG_PAGE / UNIT)]);
		page->have[bit / 8] |= (uint8_t)(1u << bit % 8);
		page->begins[bit / 8] |= (uint8_t)((begins && i == from / UNIT) << bit % 8);
	}
	g->units += (to + UNIT - 1) / UNIT - from / UNIT;
	while (octets.len) {
		size_t at = from % SC_DEFRAG_PAGE, n = SC_DEFRAG_PAGE - at;
		sc_str part = sc_str_slice(octets, 0, n);
		memcpy(page_at(d, g->pages[from / SC_DEFRAG_PAGE])->octets + at, part.at, part.len);
		octets = sc_str_from(octets, part.len);
		from += (uint32_t)part.len;
	}
}

static sc_str gather(struct sc_defrag *d, const struct datagram *g)
{
	size_t len = g->captured < g->end ? g->captured : g->end;
	for (size_t at = 0; at < len; at += SC_DEFRAG_PAGE) {
		size_t n = len - at < SC_DEFRAG_PAGE ? len - at : SC_DEFRAG_PAGE;
		memcpy(d->whole + at, page_at(d, g->pages[at / SC_DEFRAG_PAGE])->octets, n);
	}
	return (sc_str){ d->whole, len };
}

/* ---- fragments ---- */

enum verdict {
	KEPT, COPY, REFUSED, /* the fragment; the datagram waits on */
	CONTRADICTS,         /* the datagram is given up */
};

/* Whether the ends agree; `*to` is cut to whole units where the fragment is not the last. */
static enum verdict judge_end(struct datagram *g, const struct sc_layers *l, uint32_t *to)
{
	const struct sc_fragment *f = &l->fragment;
	if (l->src.version == 6 && f->more && (*to % UNIT || *to == 0))
		return REFUSED;
	if (f->more)
		*to -= *to % UNIT;
	if (*to <= f->offset || *to > (l->src.version == 4 ? MOST - 20 : MOST))
		return CONTRADICTS;
	if (f->more ? *to > g->end : *to < g->reach || (g->end != UNKNOWN && g->end != *to))
		return CONTRADICTS;
	if (!f->more)
		g->end = *to;
	if (*to > g->reach)
		g->reach = *to;
	return KEPT;
}

static enum verdict place(struct sc_defrag *d, struct datagram *g, const struct sc_layers *l)
{
	uint32_t from = l->fragment.offset, tail = g->reach;
	uint32_t to = l->wire_payload > MOST ? MOST + 1 : from + l->wire_payload;
	enum verdict verdict = judge_end(g, l, &to);
	if (verdict != KEPT)
		return verdict;
	uint32_t first = from / UNIT, last = (to + UNIT - 1) / UNIT;
	struct span there = look(d, g, first, last);
	if (there.units)
		return there.units == last - first && !there.begins ? COPY : CONTRADICTS;
	take_pages(d, g, from, to);
	sc_str octets = sc_str_slice(l->payload, 0, to - from);
	store(d, g, from, to, from != tail, octets);
	if (octets.len < to - from && from + octets.len < g->captured)
		g->captured = from + (uint32_t)octets.len;
	if (from == 0) {
		g->protocol = l->fragment.protocol;
		g->ttl = l->ttl;
	}
	return KEPT;
}

/* Takes the fragment of `*l`.  True: its datagram is whole, `*octets` of `*wire`. */
static bool take(struct sc_defrag *d, struct sc_layers *l, sc_time when, sc_str *octets, size_t *wire)
{
	struct key key = key_of(l);
	struct datagram *g = touch(d, &key, when);
	enum verdict verdict = place(d, g, l);
	d->counters->packets_fragment++;
	d->counters->fragments_duplicate += verdict == COPY;
	if (verdict == CONTRADICTS) {
		d->counters->datagrams_overlapping++;
		give_up(d, g);
		return false;
	}
	if (g->end == UNKNOWN || g->units != (g->end + UNIT - 1) / UNIT) {
		if (!g->units) /* nothing but what was refused */
			give_up(d, g);
		return false;
	}
	*octets = gather(d, g);
	*wire = g->end;
	l->fragment.protocol = g->protocol;
	l->ttl = g->ttl;
	d->counters->datagrams_reassembled++;
	give_up(d, g);
	return true;
}

/* ---- the ways in ---- */

/* Fragments may carry fragments. */
static bool reassemble(struct sc_defrag *d, const struct sc_packet *pkt, bool check, struct sc_layers *l)
{
	bool tcp = false;
	sc_str octets;
	size_t wire;
	for (int i = 0; i < NESTED && l->status == SC_DECODE_FRAGMENT && take(d, l, pkt->when, &octets, &wire); i++)
		tcp = sc_decode_whole(octets, wire, check, l);
	return tcp;
}

bool sc_defrag_decode(struct sc_defrag *d, const struct sc_packet *pkt, bool check, struct sc_layers *l)
{
	bool tcp = sc_decode(pkt, check, l);
	return l->status == SC_DECODE_FRAGMENT ? reassemble(d, pkt, check, l) : tcp;
}

void sc_defrag_finish(struct sc_defrag *d)
{
	while (d->oldest) {
		d->counters->datagrams_timed_out++;
		give_up(d, datagram_at(d, d->oldest));
	}
}

/* A datagram for every two pages: most were packets of a little more than 1500 octets. */
bool sc_defrag_open(struct sc_defrag *d, uint64_t octets, uint64_t seed, struct sc_counters *counters)
{
	uint64_t pages = octets / (sizeof(struct page) + sizeof(struct datagram) / 2 + 2 * sizeof(uint32_t));
	pages = pages < PAGES ? PAGES : pages > 1u << 20 ? 1u << 20 : pages;
	uint32_t count = (uint32_t)pages / 2, buckets = 16;
	while (buckets < count)
		buckets *= 2;
	*d = (struct sc_defrag){ .seed = seed, .mask = buckets - 1, .counters = counters };
	d->buckets = sc_memory_take(buckets * sizeof(*d->buckets));
	d->whole = sc_memory_take(MOST + 1);
	if (d->buckets && d->whole && sc_pool_open(&d->pages, sizeof(struct page), (uint32_t)pages) &&
		sc_pool_open(&d->datagrams, sizeof(struct datagram), count))
		return true;
	sc_defrag_close(d);
	return false;
}

void sc_defrag_close(struct sc_defrag *d)
{
	sc_memory_give(d->buckets);
	sc_memory_give(d->whole);
	sc_pool_close(&d->pages);
	sc_pool_close(&d->datagrams);
	*d = (struct sc_defrag){ 0 };
}
