/* arena.h - memory that lives like a stack: taken piece by piece, given back all at once. */
#ifndef SC_BASE_ARENA_H
#define SC_BASE_ARENA_H

#include "base/blocks.h"
#include "base/str.h"

struct sc_arena {
	struct sc_blocks *store;
	struct sc_block  *top; /* the newest block; older ones follow */
	bool short_of_memory;  /* something could not be taken since the last reset */
};

/* `octets` aligned to 8; NULL when they exceed a large block or the store is empty. */
void  *sc_arena_take(struct sc_arena *a, size_t octets);

/* A copy, cut at SC_BLOCK_LARGE octets; none when `s` is none or there is no memory. */
sc_str sc_arena_copy(struct sc_arena *a, sc_str s);

void   sc_arena_reset(struct sc_arena *a);

#endif
