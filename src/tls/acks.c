/* acks.c - a ring of pairs in one block; see acks.h. */
#include "tls/acks.h"

struct pair {
	uint64_t wire, text;
};

#define PAIRS (SC_BLOCK_LARGE / sizeof(struct pair))

static struct pair *pair(const struct sc_tls_acks *a, uint32_t i)
{
	return (struct pair *)(void *)a->block->data + (a->first + i) % PAIRS;
}

void sc_tls_acks_begin(struct sc_tls_acks *a, uint64_t begin)
{
	a->begin = a->text = begin;
}

void sc_tls_acks_note(struct sc_tls_acks *a, struct sc_blocks *store, uint64_t wire, uint64_t text)
{
	if (!a->block)
		a->block = sc_blocks_take(store, SC_BLOCK_LARGE);
	if (!a->block) {
		a->text = text;
		return;
	}
	if (a->count == PAIRS) {
		a->first = (a->first + 1) % PAIRS;
		a->count--;
	}
	*pair(a, a->count++) = (struct pair){ wire, text };
}

uint64_t sc_tls_acks_text(struct sc_tls_acks *a, uint64_t acked)
{
	while (a->count && pair(a, 0)->wire <= acked) {
		a->text = pair(a, 0)->text;
		a->first = (a->first + 1) % PAIRS;
		a->count--;
	}
	return acked < a->begin ? acked : a->text;
}

void sc_tls_acks_clear(struct sc_tls_acks *a, struct sc_blocks *store)
{
	if (a->block)
		sc_blocks_give(store, a->block);
	*a = (struct sc_tls_acks){ 0 };
}
