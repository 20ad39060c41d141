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
	uint64_t from;          /* where the segment began that brought it, before others had a share of its octets */
	unsigned why;           /* a word of the owner's about it */
	bool     weak;          /* gives way to octets that are not */
	bool     marked;        /* for the owner's use */
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

/* Which copy of octets counts when two segments bring them. */
enum sc_overlap {
	SC_OVERLAP_LINUX, /* that of the segment that begins first; of two that begin together, the longer's, or else the older's.
	                   * What continues a held segment becomes part of it, unless another began before where it begins: then
	                   * it depends on the shape of Linux's tree which of them is met first. */
	SC_OVERLAP_LINUX_OTHER, /* the same, and it becomes part of it exactly where it would not */
	SC_OVERLAP_BSD,   /* that of the segment that begins first; of two that begin together, the older's */
	SC_OVERLAP_FIRST, /* what was held first */
	SC_OVERLAP_LAST,  /* what came last */
	SC_OVERLAP_FIXED, /* what was held first, weak or not, and gaps too, which octets fill otherwise */
};

struct sc_claim {             /* the segment on whose behalf octets are added */
	enum sc_overlap rule;
	uint64_t apart;           /* it becomes no part of the segment that began there and has a FIN behind it; 0: none */
	bool     proven;          /* an acknowledgement ends where it ends: weak ones that go on were not what it tells of */
	bool     weak;
	unsigned why;
	uint64_t from, to;    /* its whole reach */
};

/* True when `claim` wins against a segment, neither of them weak, that was held before and reaches from `from` to `to`. */
bool sc_claim_beats(const struct sc_claim *claim, uint64_t from, uint64_t to);

/* As sc_pieces_add(), but `claim` decides whose octets count.  `*replaced` grows by the held octets that had to go. */
size_t sc_pieces_merge(struct sc_pieces *q, struct sc_blocks *store, const struct sc_segment *seg, const struct sc_claim *claim,
	uint32_t max_octets, bool *conflict, size_t *replaced);

/* Where the segment of `claim` begins once it has become part of a held one that it continues, by the rule. */
uint64_t sc_pieces_join(const struct sc_pieces *q, const struct sc_claim *claim);

/* True when the octet at `offset` is held by a segment that keeps it against `claim`. */
bool sc_pieces_keep(const struct sc_pieces *q, uint64_t offset, const struct sc_claim *claim);

/* True when not all octets from `from` to `to` are held by pieces that are not weak. */
bool sc_pieces_lack(const struct sc_pieces *q, uint64_t from, uint64_t to);

/* A piece of its own that holds a copy of `*seg`, which is shortened to what fits; NULL: the store is empty. */
struct sc_piece *sc_piece_copy(struct sc_blocks *store, struct sc_segment *seg, const struct sc_claim *claim);

/* Takes `piece` out of the queue. */
struct sc_piece *sc_pieces_extract(struct sc_pieces *q, const struct sc_piece *piece);

/* Puts a piece that was taken off a queue behind all others. */
void sc_pieces_append(struct sc_pieces *q, struct sc_piece *p);

/* Shortens the first piece from the front by `n` octets, fewer than it has. */
void sc_pieces_trim(struct sc_pieces *q, size_t n);

/* Takes the first piece off; the caller gives its block back when done. */
struct sc_piece *sc_pieces_take(struct sc_pieces *q);
void sc_pieces_clear(struct sc_pieces *q, struct sc_blocks *store);

#endif
