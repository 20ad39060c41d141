/* blocks.c - free lists over two areas; a block that was never used costs no physical memory. */
#include "base/blocks.h"

#include "base/memory.h"

static const uint32_t sizes[2] = { SC_BLOCK_SMALL, SC_BLOCK_LARGE };

#define STRIDE(size) (sizeof(struct sc_block) + (size))

bool sc_blocks_open(struct sc_blocks *b, uint64_t octets)
{
	*b = (struct sc_blocks){ 0 };
	for (int i = 0; i < 2; i++) {
		uint64_t count = octets / 2 / STRIDE(sizes[i]);
		if (count < 64)
			count = 64;
		b->classes[i].count = count > UINT32_MAX ? UINT32_MAX : (uint32_t)count;
		b->classes[i].area = sc_memory_take_growing(b->classes[i].count * STRIDE(sizes[i]));
		if (!b->classes[i].area) {
			sc_blocks_close(b);
			return false;
		}
	}
	return true;
}

void sc_blocks_close(struct sc_blocks *b)
{
	for (int i = 0; i < 2; i++) {
		struct sc_blocks_class *c = &b->classes[i];
		if (c->area)
			sc_memory_open(c->area, (size_t)c->count * STRIDE(sizes[i]));
		sc_memory_give(c->area);
		*c = (struct sc_blocks_class){ 0 };
	}
}

void sc_blocks_narrow(struct sc_blocks *b, uint32_t parts)
{
	for (int i = 0; i < 2; i++) {
		struct sc_blocks_class *c = &b->classes[i];
		uint32_t count = c->count / parts;
		c->count = count > c->fresh ? count : c->fresh;
	}
}

struct sc_block *sc_blocks_take(struct sc_blocks *b, size_t octets)
{
	SC_ASSERT(octets <= SC_BLOCK_LARGE);
	int i = octets > SC_BLOCK_SMALL;
	struct sc_blocks_class *c = &b->classes[i];
	struct sc_block *block = c->free;
	if (block)
		c->free = block->next;
	else if (c->fresh < c->count)
		block = (struct sc_block *)(void *)(c->area + STRIDE(sizes[i]) * c->fresh++);
	else
		return NULL;
	c->taken++;
	sc_memory_open(block->data, sizes[i]);
	block->next = NULL;
	block->size = sizes[i];
	block->used = 0;
	return block;
}

void sc_blocks_give(struct sc_blocks *b, struct sc_block *block)
{
	struct sc_blocks_class *c = &b->classes[block->size == SC_BLOCK_LARGE];
	SC_ASSERT(c->taken > 0);
	c->taken--;
	block->next = c->free;
	c->free = block;
	sc_memory_close(block->data, block->size);
}

void sc_blocks_give_all(struct sc_blocks *b, struct sc_block *first)
{
	while (first) {
		struct sc_block *next = first->next;
		sc_blocks_give(b, first);
		first = next;
	}
}

/* Less than one of `parts` equal parts of either size is left. */
static bool less_than(const struct sc_blocks *b, uint32_t parts)
{
	for (int i = 0; i < 2; i++)
		if (b->classes[i].count - b->classes[i].taken < b->classes[i].count / parts)
			return true;
	return false;
}

bool sc_blocks_short(const struct sc_blocks *b)
{
	return less_than(b, 16);
}

bool sc_blocks_scarce(const struct sc_blocks *b)
{
	return less_than(b, 8);
}

bool sc_blocks_half_used(const struct sc_blocks *b)
{
	return less_than(b, 2);
}

uint64_t sc_blocks_in_use(const struct sc_blocks *b)
{
	return (uint64_t)b->classes[0].taken * STRIDE(sizes[0]) + (uint64_t)b->classes[1].taken * STRIDE(sizes[1]);
}
