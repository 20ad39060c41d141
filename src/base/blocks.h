/* blocks.h - a store of equal blocks in two sizes, taken once from the system; arenas, queues and early TCP octets are
 * made of them.  Whoever takes a block gives it back. */
#ifndef SC_BASE_BLOCKS_H
#define SC_BASE_BLOCKS_H

#include <smtpscope/base.h>

#define SC_BLOCK_SMALL 496  /* octets of data in a small block */
#define SC_BLOCK_LARGE 2032 /* octets of data in a large block: the longest run that can be kept in one piece */

struct sc_block {
	struct sc_block *next; /* the owner's */
	uint32_t         size; /* SC_BLOCK_SMALL or SC_BLOCK_LARGE */
	uint32_t         used; /* the owner's */
	char             data[];
};

struct sc_blocks_class {
	struct sc_block *free;
	char            *area;
	uint32_t         fresh, count, taken; /* never used yet, in all, in use */
};

struct sc_blocks {
	struct sc_blocks_class classes[2];
};

/* Takes about `octets` of memory; false when there is none. */
bool sc_blocks_open(struct sc_blocks *b, uint64_t octets);
void sc_blocks_close(struct sc_blocks *b);
void sc_blocks_narrow(struct sc_blocks *b, uint32_t parts); /* as sc_pool_narrow() */

/* A block with at least `octets` (at most SC_BLOCK_LARGE) of data, `used` 0, `next` NULL; NULL when none is left. */
struct sc_block *sc_blocks_take(struct sc_blocks *b, size_t octets);
void sc_blocks_give(struct sc_blocks *b, struct sc_block *block);
void sc_blocks_give_all(struct sc_blocks *b, struct sc_block *first); /* a chain; NULL is fine */

/* True when less than a sixteenth of either size is left: time to give something up. */
bool sc_blocks_short(const struct sc_blocks *b);
/* True when less than an eighth of either size is left: nothing is to be kept that can be done without. */
bool sc_blocks_scarce(const struct sc_blocks *b);
/* True when less than half of either size is left: nothing is to be kept that only may be of use. */
bool sc_blocks_half_used(const struct sc_blocks *b);
uint64_t sc_blocks_in_use(const struct sc_blocks *b); /* octets */

#endif
