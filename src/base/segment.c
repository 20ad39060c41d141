/* segment.c - sorted queues of copied stream octets; see segment.h.  A piece lives in a block of its own. */
#include "base/segment.h"

#define HEADER ((sizeof(struct sc_piece) + 7) & ~(size_t)7)
#define MAX_PIECES 4096 /* a side; a flood of one-octet segments must not hold a block each without end */

static uint64_t piece_end(const struct sc_piece *p)
{
	return p->seg.offset + p->seg.bytes.len;
}

static struct sc_piece *piece_new(struct sc_blocks *store, const struct sc_segment *seg)
{
	size_t octets = sc_segment_is_gap(seg) ? 0 : seg->bytes.len;
	struct sc_block *block = sc_blocks_take(store, HEADER + octets);
	if (!block)
		return NULL;
	struct sc_piece *p = (struct sc_piece *)(void *)block->data;
	*p = (struct sc_piece){ .block = block, .seg = *seg };
	if (!sc_segment_is_gap(seg)) {
		memcpy(block->data + HEADER, seg->bytes.at, octets);
		p->seg.bytes.at = block->data + HEADER;
	}
	return p;
}

/* Puts the run after `before` (NULL: first) as one or more pieces; gives the octets taken. */
static size_t insert(struct sc_pieces *q, struct sc_blocks *store, struct sc_piece **before, struct sc_segment seg,
	uint32_t max_octets)
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
		struct sc_piece *p = piece_new(store, &part);
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

size_t sc_pieces_add(struct sc_pieces *q, struct sc_blocks *store, const struct sc_segment *seg, uint32_t max_octets,
	bool *conflict)
{
	struct sc_segment rest = *seg;
	struct sc_piece *before = NULL;
	size_t taken = 0;
	if (max_octets < q->octets)
		max_octets = q->octets;
	if (q->last && piece_end(q->last) <= rest.offset)
		before = q->last; /* the common case: behind all others */
	else
		while ((before ? before->next : q->first) && piece_end(before ? before->next : q->first) <= rest.offset)
			before = before ? before->next : q->first;
	while (rest.bytes.len) {
		struct sc_piece *after = before ? before->next : q->first;
		struct sc_segment part = rest;
		if (after && after->seg.offset < rest.offset + rest.bytes.len) {
			*conflict |= differs(after, &rest);
			part.bytes.len = after->seg.offset > rest.offset ? (size_t)(after->seg.offset - rest.offset) : 0;
		}
		if (part.bytes.len)
			taken += insert(q, store, &before, part, max_octets);
		if (!after || part.bytes.len == rest.bytes.len)
			break;
		before = after;
		uint64_t skip = piece_end(after) - rest.offset;
		sc_segment_advance(&rest, skip < rest.bytes.len ? (size_t)skip : rest.bytes.len);
	}
	return taken;
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
