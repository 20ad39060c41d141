/* hold.c - copies of runs in a queue; a run that is longer than a block lies in several pieces. */
#include "tls/hold.h"

#define PIECE_MOST 1900u

struct held {
	struct sc_segment run; /* its octets lie behind this */
	uint64_t order;
	bool gap;
};

static bool add_piece(struct sc_tls_hold *h, uint64_t order, const struct sc_segment *run, size_t len)
{
	bool gap = sc_segment_is_gap(run);
	struct held *entry = sc_fifo_push(&h->fifo, sizeof(*entry) + (gap ? 0 : len));
	if (!entry)
		return false;
	*entry = (struct held){ .run = *run, .order = order, .gap = gap };
	entry->run.bytes.len = len;
	if (!gap)
		memcpy(entry + 1, run->bytes.at, len);
	h->octets += gap ? 0 : (uint32_t)len;
	return true;
}

bool sc_tls_hold_add(struct sc_tls_hold *h, uint64_t order, struct sc_segment *run)
{
	bool gap = sc_segment_is_gap(run);
	while (run->bytes.len) {
		size_t n = gap || run->bytes.len < PIECE_MOST ? run->bytes.len : PIECE_MOST;
		bool room = gap || (n <= SC_TLS_HOLD_OCTETS - h->octets && !sc_blocks_short(h->fifo.store));
		if (!room || !add_piece(h, order, run, n))
			return false;
		sc_segment_advance(run, n);
	}
	return true;
}

static struct held *oldest(struct sc_tls_hold *h)
{
	struct held *entry = sc_fifo_front(&h->fifo);
	if (!entry || !h->lent)
		return entry;
	h->lent = false;
	h->octets -= entry->gap ? 0 : (uint32_t)entry->run.bytes.len;
	sc_fifo_pop(&h->fifo);
	return sc_fifo_front(&h->fifo);
}

uint64_t sc_tls_hold_order(struct sc_tls_hold *h)
{
	const struct held *entry = oldest(h);
	return entry ? entry->order : SC_NONE;
}

struct sc_segment sc_tls_hold_take(struct sc_tls_hold *h)
{
	struct held *entry = oldest(h);
	SC_ASSERT(entry);
	h->lent = true;
	struct sc_segment run = entry->run;
	run.bytes.at = entry->gap ? NULL : (const char *)(entry + 1);
	return run;
}

void sc_tls_hold_clear(struct sc_tls_hold *h)
{
	sc_fifo_clear(&h->fifo);
	h->octets = 0;
	h->lent = false;
}
