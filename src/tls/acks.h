/* acks.h - what an acknowledgement of protected octets means for the text inside them.
 *
 * A side's records are noted with where each ends on the wire and where its text ends; the other side's acknowledgements ask
 * how much text they cover.  Both only grow.
 */
#ifndef SC_TLS_ACKS_H
#define SC_TLS_ACKS_H

#include "base/blocks.h"

struct sc_tls_acks {
	struct sc_block *block; /* of the entries, a ring; NULL: none was noted */
	uint32_t first, count;
	uint64_t begin;         /* before it, text and wire are the same */
	uint64_t text;          /* of the last pair that was acknowledged */
};

/* The text that begins at wire offset `begin` has the offset `begin`. */
void sc_tls_acks_begin(struct sc_tls_acks *a, uint64_t begin);
/* When the ring is full, the oldest pair goes: what acknowledges it alone then seems to acknowledge less.  Without memory for
 * the ring, all counts as acknowledged. */
void sc_tls_acks_note(struct sc_tls_acks *a, struct sc_blocks *store, uint64_t wire, uint64_t text);
uint64_t sc_tls_acks_text(struct sc_tls_acks *a, uint64_t acked);
void sc_tls_acks_clear(struct sc_tls_acks *a, struct sc_blocks *store);

#endif
