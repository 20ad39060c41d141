/* pool.c - a free list over one area; an object that was never used costs no physical memory. */
#include "base/pool.h"

#include <string.h>

#include "base/memory.h"

bool sc_pool_open(struct sc_pool *p, size_t size, uint32_t count)
{
	*p = (struct sc_pool){ .size = (size + 15) & ~(size_t)15, .count = count };
	p->area = sc_memory_take_growing(p->size * count);
	return p->area != NULL;
}

void sc_pool_close(struct sc_pool *p)
{
	if (p->area)
		sc_memory_open(p->area, p->size * p->count);
	sc_memory_give(p->area);
	*p = (struct sc_pool){ 0 };
}

void sc_pool_narrow(struct sc_pool *p, uint32_t parts)
{
	uint32_t count = p->count / parts;
	p->count = count > p->fresh ? count : p->fresh;
}

void *sc_pool_take(struct sc_pool *p)
{
	void *object = p->free;
	if (object) {
		sc_memory_open(object, p->size);
		memcpy(&p->free, object, sizeof(p->free));
		memset(object, 0, p->size);
	} else if (p->fresh < p->count) {
		object = sc_pool_at(p, p->fresh++); /* the area came zeroed */
	} else {
		return NULL;
	}
	p->taken++;
	return object;
}

void sc_pool_give(struct sc_pool *p, void *object)
{
	SC_ASSERT(p->taken > 0);
	p->taken--;
	memcpy(object, &p->free, sizeof(p->free));
	p->free = object;
	sc_memory_close(object, p->size);
}
