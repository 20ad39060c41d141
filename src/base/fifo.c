/* fifo.c - entries in a chain of blocks, each behind its size; see fifo.h. */
#include "base/fifo.h"

#include <string.h>

#define PREFIX 8u

void *sc_fifo_push(struct sc_fifo *f, size_t octets)
{
	size_t n = ((octets + 7) & ~(size_t)7) + PREFIX;
	if (!f->last || n > f->last->size - f->last->used) {
		struct sc_block *block = n <= SC_BLOCK_LARGE ? sc_blocks_take(f->store, n) : NULL;
		if (!block)
			return NULL;
		if (f->last)
			f->last->next = block;
		else
			f->first = block;
		f->last = block;
	}
	char *entry = f->last->data + f->last->used;
	uint32_t size = (uint32_t)n;
	memcpy(entry, &size, sizeof(size));
	f->last->used += size;
	return entry + PREFIX;
}

void *sc_fifo_front(const struct sc_fifo *f)
{
	return f->first ? f->first->data + f->head + PREFIX : NULL;
}

void sc_fifo_pop(struct sc_fifo *f)
{
	uint32_t size;
	SC_ASSERT(f->first && f->head < f->first->used);
	memcpy(&size, f->first->data + f->head, sizeof(size));
	f->head += size;
	if (f->head < f->first->used)
		return;
	struct sc_block *spent = f->first;
	f->first = spent->next;
	if (!f->first)
		f->last = NULL;
	f->head = 0;
	sc_blocks_give(f->store, spent);
}

void sc_fifo_clear(struct sc_fifo *f)
{
	sc_blocks_give_all(f->store, f->first);
	f->first = f->last = NULL;
	f->head = 0;
}
