/* pool.h - objects of one size, taken once from the system.  In sanitizer builds an object that was given back is
 * unreadable. */
#ifndef SC_BASE_POOL_H
#define SC_BASE_POOL_H

#include <smtpscope/base.h>

struct sc_pool {
	char    *area;
	void    *free;
	size_t   size;                /* of an object, rounded up to 16 */
	uint32_t fresh, count, taken;
};

bool  sc_pool_open(struct sc_pool *p, size_t size, uint32_t count);
void  sc_pool_close(struct sc_pool *p);
void  sc_pool_narrow(struct sc_pool *p, uint32_t parts); /* one of so many parts is enough, and what was ever taken */
void *sc_pool_take(struct sc_pool *p); /* zeroed; NULL when none is left */
void  sc_pool_give(struct sc_pool *p, void *object);

/* Objects by index (0 to count - 1), for links of 32 bits. */
static inline void *sc_pool_at(const struct sc_pool *p, uint32_t index)
{
	return p->area + p->size * index;
}
static inline uint32_t sc_pool_index(const struct sc_pool *p, const void *object)
{
	return (uint32_t)((size_t)((const char *)object - p->area) / p->size);
}

#endif
