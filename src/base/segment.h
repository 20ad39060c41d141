/* segment.h - a run of one side's stream, and queues of runs that were copied because their time had not come. */
#ifndef SC_BASE_SEGMENT_H
#define SC_BASE_SEGMENT_H

#include "base/blocks.h"
#include "base/str.h"

enum sc_side { SC_CLIENT, SC_SERVER };

static inline enum sc_side sc_other(enum sc_side side)
{
	return side == SC_CLIENT ? SC_SERVER : SC_CLIENT;
}

struct sc_segment {
	uint64_t offset; /* in the stream, of the first octet */
	sc_str   bytes;  /* for a gap `at` is NULL and `len` tells how many octets are missing */
	uint64_t acked;  /* how far its sender had acknowledged the other stream */
	sc_time  when;
	uint64_t packet; /* number of the packet that brought it */
};

static inline bool sc_segment_is_gap(const struct sc_segment *s)
{
	return s->bytes.at == NULL;
}

/* Shortens from the front by `n` octets (at most all). */
static inline void sc_segment_advance(struct sc_segment *s, size_t n)
{
	SC_ASSERT(n <= s->bytes.len);
	s->offset += n;
	s->bytes.len -= n;
	if (s->bytes.at)
		s->bytes.at += n;
}

struct sc_piece {
	struct sc_piece *next;
	struct sc_block *block; /* that this piece lies in */
	struct sc_segment seg;  /* bytes in the block, or a gap */
};

/* Pieces in the order of their offsets, without overlaps. */
struct sc_pieces {
	struct sc_piece *first, *last;
	uint32_t         octets; /* copied octets held */
	uint32_t         count;
};

/* Puts a copy of `seg` in its place; octets that are held already are not taken again (the first copy counts).
 * `*conflict` is set when they differ from what is held.  Gives the octets taken; fewer than `seg` has beyond the held ones
 * when the store is empty or `max_octets` would be passed. */
size_t sc_pieces_add(struct sc_pieces *q, struct sc_blocks *store, const struct sc_segment *seg, uint32_t max_octets,
	bool *conflict);

/* Takes the first piece off; the caller gives its block back when done. */
struct sc_piece *sc_pieces_take(struct sc_pieces *q);
void sc_pieces_clear(struct sc_pieces *q, struct sc_blocks *store);

#endif
