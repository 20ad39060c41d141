/* fifo.h - memory that lives like a queue: taken at the end, given back from the front. */
#ifndef SC_BASE_FIFO_H
#define SC_BASE_FIFO_H

#include "base/blocks.h"

struct sc_fifo {
	struct sc_blocks *store;
	struct sc_block  *first, *last;
	uint32_t          head; /* offset of the oldest entry in `first` */
};

/* `octets` aligned to 8 at the end of the queue; NULL when they exceed a large block or the store is empty. */
void *sc_fifo_push(struct sc_fifo *f, size_t octets);
/* The oldest entry; NULL: there is none. */
void *sc_fifo_front(const struct sc_fifo *f);
/* Gives back the oldest entry. */
void  sc_fifo_pop(struct sc_fifo *f);
void  sc_fifo_clear(struct sc_fifo *f);

#endif
