/* segment.c - sorted queues of copied stream octets; see segment.h.  A piece lives in a block of its own. */
#include "base/segment.h"

#define HEADER ((sizeof(struct sc_piece) + 7) & ~(size_t)7)
#define MAX_PIECES 4096 /* a side; a flood of one-octet segments must not hold a block each without end */

static uint64_t piece_end(const struct sc_piece *p)
{
	return p->seg.offset + p->seg.bytes.len;
}

static struct sc_piece *piece_new(struct sc_blocks *store, const struct sc_segment *seg, const struct sc_claim *claim)
{
	size_t octets = sc_segment_is_gap(seg) ? 0 : seg->bytes.len;
	struct sc_block *block = sc_blocks_take(store, HEADER + octets);
	if (!block)
		return NULL;
	struct sc_piece *p = (struct sc_piece *)(void *)block->data;
	*p = (struct sc_piece){ .block = block, .seg = *seg, .from = claim->from, .why = claim->why,
		.weak = claim->weak };
	if (!sc_segment_is_gap(seg)) {
		memcpy(block->data + HEADER, seg->bytes.at, octets);
		p->seg.bytes.at = block->data + HEADER;
	}
	return p;
}

/* Puts the run after `before` (NULL: first) as one or more pieces; gives the octets taken. */
static size_t insert(struct sc_pieces *q, struct sc_blocks *store, struct sc_piece **before, struct sc_segment seg,
	const struct sc_claim *claim, uint32_t max_octets)
{
	size_t taken = 0;
	while (seg.bytes.len) {
		struct sc_segment part = seg;
		if (!sc_segment_is_gap(&seg)) {
			part.bytes.len = seg.bytes.len < SC_BLOCK_LARGE - HEADER ? seg.bytes.len : SC_BLOCK_LARGE - HEADER;
			if (part.bytes.len > max_octets - q->octets)
				return taken;
		}
		if (q->count >= MAX_PIECES)
			return taken;
		struct sc_piece *p = piece_new(store, &part, claim);
		if (!p)
			return taken;
		p->next = *before ? (*before)->next : q->first;
		if (*before)
			(*before)->next = p;
		else
			q->first = p;
		if (!p->next)
			q->last = p;
		*before = p;
		q->count++;
		if (!sc_segment_is_gap(&part)) {
			q->octets += (uint32_t)part.bytes.len;
			taken += part.bytes.len;
		}
		sc_segment_advance(&seg, part.bytes.len);
	}
	return taken;
}

static bool differs(const struct sc_piece *p, const struct sc_segment *seg)
{
	if (sc_segment_is_gap(&p->seg) || sc_segment_is_gap(seg))
		return false;
	uint64_t from = seg->offset > p->seg.offset ? seg->offset : p->seg.offset;
	uint64_t seg_end = seg->offset + seg->bytes.len;
	uint64_t to = seg_end < piece_end(p) ? seg_end : piece_end(p);
	return from < to && memcmp(p->seg.bytes.at + (from - p->seg.offset), seg->bytes.at + (from - seg->offset),
		(size_t)(to - from)) != 0;
}

/* The last piece that ends at or before `offset`; NULL: none. */
static struct sc_piece *piece_before(const struct sc_pieces *q, uint64_t offset)
{
	if (q->last && piece_end(q->last) <= offset)
		return q->last; /* the common case: behind all others */
	struct sc_piece *before = NULL;
	for (struct sc_piece *p = q->first; p && piece_end(p) <= offset; p = p->next)
		before = p;
	return before;
}

/* The end of the segment that brought `p`, of which other pieces may follow. */
static uint64_t reach(const struct sc_piece *p)
{
	while (p->next && p->next->from == p->from && p->next->weak == p->weak && p->next->seg.offset == piece_end(p))
		p = p->next;
	return piece_end(p);
}

bool sc_claim_beats(const struct sc_claim *claim, uint64_t from, uint64_t to)
{
	switch (claim->rule) {
	case SC_OVERLAP_FIXED:
	case SC_OVERLAP_FIRST:
		return false;
	case SC_OVERLAP_LAST:
		return true;
	case SC_OVERLAP_LINUX:
	case SC_OVERLAP_LINUX_OTHER:
		return claim->from < from || (claim->from == from && claim->to > to);
	case SC_OVERLAP_BSD:
		return claim->from < from;
	}
	return false;
}

static bool beats(const struct sc_claim *claim, const struct sc_piece *p)
{
	if (claim->weak != p->weak && (claim->rule != SC_OVERLAP_FIXED || (claim->proven && reach(p) > claim->to)))
		return p->weak;
	return sc_claim_beats(claim, p->from, claim->from == p->from ? reach(p) : 0);
}

/* The segment of `claim` begins where `before` ends, and becomes part of what brought that. */
static bool continues(const struct sc_claim *claim, const struct sc_piece *before)
{
	bool linux_way = claim->rule == SC_OVERLAP_LINUX || claim->rule == SC_OVERLAP_LINUX_OTHER;
	if (!linux_way || !before || before->weak || reach(before) != claim->from)
		return false;
	if (claim->apart && before->from == claim->apart)
		return false;
	bool covered = before->next && before->next->from <= claim->from;
	return covered == (claim->rule == SC_OVERLAP_LINUX_OTHER);
}

uint64_t sc_pieces_join(const struct sc_pieces *q, const struct sc_claim *claim)
{
	const struct sc_piece *before = piece_before(q, claim->from);
	return continues(claim, before) ? before->from : claim->from;
}

/* Shortens `p` to `keep` octets. */
static void shorten(struct sc_pieces *q, struct sc_piece *p, size_t keep)
{
	q->octets -= sc_segment_is_gap(&p->seg) ? 0 : (uint32_t)(p->seg.bytes.len - keep);
	p->seg.bytes.len = keep;
}

/* Makes the octets of `p` from `skip` on a piece of their own; they are lost when the store is empty. */
static void split(struct sc_pieces *q, struct sc_blocks *store, struct sc_piece *p, size_t skip)
{
	struct sc_segment tail = p->seg;
	struct sc_claim claim = { .weak = p->weak, .why = p->why, .from = p->from };
	struct sc_piece *before = p;
	sc_segment_advance(&tail, skip);
	shorten(q, p, skip);
	(void)insert(q, store, &before, tail, &claim, UINT32_MAX);
}

/* Takes away from `p` what `seg` brings too.  True when something of `p` is left before it. */
static bool yield(struct sc_pieces *q, struct sc_blocks *store, struct sc_piece *p, const struct sc_segment *seg)
{
	uint64_t end = seg->offset + seg->bytes.len;
	if (piece_end(p) > end && p->seg.offset >= seg->offset) {
		size_t n = (size_t)(end - p->seg.offset);
		q->octets -= sc_segment_is_gap(&p->seg) ? 0 : (uint32_t)n;
		sc_segment_advance(&p->seg, n);
		return false;
	}
	if (piece_end(p) > end)
		split(q, store, p, (size_t)(end - p->seg.offset));
	if (p->seg.offset < seg->offset) {
		shorten(q, p, (size_t)(seg->offset - p->seg.offset));
		return true;
	}
	sc_blocks_give(store, sc_pieces_extract(q, p)->block);
	return false;
}

size_t sc_pieces_merge(struct sc_pieces *q, struct sc_blocks *store, const struct sc_segment *seg, const struct sc_claim *claim,
	uint32_t max_octets, bool *conflict, size_t *replaced)
{
	struct sc_segment rest = *seg;
	struct sc_claim own = *claim;
	struct sc_piece *before = piece_before(q, rest.offset);
	size_t taken = 0;
	if (max_octets < q->octets)
		max_octets = q->octets;
	if (own.from == rest.offset)
		own.from = sc_pieces_join(q, claim);
	while (rest.bytes.len) {
		struct sc_piece *after = before ? before->next : q->first;
		struct sc_segment part = rest;
		if (after && after->seg.offset < rest.offset + rest.bytes.len) {
			bool inside = after->seg.offset < rest.offset;
			*conflict |= differs(after, &rest);
			bool fills = sc_segment_is_gap(&after->seg) && own.rule != SC_OVERLAP_FIXED;
			if (!sc_segment_is_gap(&rest) && (fills || beats(&own, after))) {
				uint32_t had = q->octets;
				before = yield(q, store, after, &rest) ? after : before;
				*replaced += had - q->octets;
				continue;
			}
			part.bytes.len = inside ? 0 : (size_t)(after->seg.offset - rest.offset);
		}
		if (part.bytes.len)
			taken += insert(q, store, &before, part, &own, max_octets);
		if (!after || part.bytes.len == rest.bytes.len)
			break;
		before = after;
		uint64_t skip = piece_end(after) - rest.offset;
		sc_segment_advance(&rest, skip < rest.bytes.len ? (size_t)skip : rest.bytes.len);
	}
	return taken;
}

size_t sc_pieces_add(struct sc_pieces *q, struct sc_blocks *store, const struct sc_segment *seg, uint32_t max_octets,
	bool *conflict)
{
	size_t replaced = 0;
	return sc_pieces_merge(q, store, seg, &(struct sc_claim){ .rule = SC_OVERLAP_FIXED, .from = seg->offset },
		max_octets, conflict, &replaced);
}

bool sc_pieces_keep(const struct sc_pieces *q, uint64_t offset, const struct sc_claim *claim)
{
	const struct sc_piece *before = piece_before(q, offset), *p = before ? before->next : q->first;
	return p && p->seg.offset <= offset && !beats(claim, p);
}

bool sc_pieces_lack(const struct sc_pieces *q, uint64_t from, uint64_t to)
{
	for (const struct sc_piece *p = q->first; p && from < to && p->seg.offset <= from; p = p->next)
		if (piece_end(p) > from && !p->weak)
			from = piece_end(p);
	return from < to;
}

struct sc_piece *sc_piece_copy(struct sc_blocks *store, struct sc_segment *seg, const struct sc_claim *claim)
{
	if (!sc_segment_is_gap(seg) && seg->bytes.len > SC_BLOCK_LARGE - HEADER)
		seg->bytes.len = SC_BLOCK_LARGE - HEADER;
	return piece_new(store, seg, claim);
}

struct sc_piece *sc_pieces_extract(struct sc_pieces *q, const struct sc_piece *piece)
{
	struct sc_piece *before = NULL, *p = q->first;
	for (; p != piece; p = p->next)
		before = p;
	*(before ? &before->next : &q->first) = p->next;
	if (q->last == p)
		q->last = before;
	q->count--;
	q->octets -= sc_segment_is_gap(&p->seg) ? 0 : (uint32_t)p->seg.bytes.len;
	return p;
}

void sc_pieces_append(struct sc_pieces *q, struct sc_piece *p)
{
	p->next = NULL;
	*(q->last ? &q->last->next : &q->first) = p;
	q->last = p;
	q->count++;
	q->octets += sc_segment_is_gap(&p->seg) ? 0 : (uint32_t)p->seg.bytes.len;
}

void sc_pieces_trim(struct sc_pieces *q, size_t n)
{
	SC_ASSERT(q->first && n < q->first->seg.bytes.len);
	sc_segment_advance(&q->first->seg, n);
	q->octets -= sc_segment_is_gap(&q->first->seg) ? 0 : (uint32_t)n;
}

struct sc_piece *sc_pieces_take(struct sc_pieces *q)
{
	struct sc_piece *p = q->first;
	if (!p)
		return NULL;
	q->first = p->next;
	if (!q->first)
		q->last = NULL;
	q->count--;
	if (!sc_segment_is_gap(&p->seg))
		q->octets -= (uint32_t)p->seg.bytes.len;
	return p;
}

void sc_pieces_clear(struct sc_pieces *q, struct sc_blocks *store)
{
	struct sc_piece *p;
	while ((p = sc_pieces_take(q)))
		sc_blocks_give(store, p->block);
}
