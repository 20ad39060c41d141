/* arena.c - bump allocation over blocks; see arena.h. */
#include "base/arena.h"

void *sc_arena_take(struct sc_arena *a, size_t octets)
{
	size_t n = (octets + 7) & ~(size_t)7;
	if (!a->top || n > a->top->size - a->top->used) {
		struct sc_block *block = n <= SC_BLOCK_LARGE ? sc_blocks_take(a->store, n) : NULL;
		if (!block) {
			a->short_of_memory = true;
			return NULL;
		}
		block->next = a->top;
		a->top = block;
	}
	void *piece = a->top->data + a->top->used;
	a->top->used += (uint32_t)n;
	return piece;
}

sc_str sc_arena_copy(struct sc_arena *a, sc_str s)
{
	if (!s.at)
		return SC_STR_NONE;
	s = sc_str_slice(s, 0, SC_BLOCK_LARGE);
	char *to = sc_arena_take(a, s.len ? s.len : 1);
	if (!to)
		return SC_STR_NONE;
	memcpy(to, s.at, s.len);
	return (sc_str){ to, s.len };
}

void sc_arena_reset(struct sc_arena *a)
{
	sc_blocks_give_all(a->store, a->top);
	a->top = NULL;
	a->short_of_memory = false;
}
