/* ring.c - positions that only grow, taken modulo the size; a record that does not fit before the end of the
 * memory goes to its begin, and a mark tells the reader so.
 *
 * `published` and `released` are stored and loaded in one order for all threads, not only released and acquired: a
 * thread that is about to sleep says so and looks once more, and the other moves its position and then looks who
 * sleeps (worker.c, merge.c).  Weaker orders would let both miss each other. */
#include "app/ring.h"

#include <string.h>

#include "base/memory.h"

#define LEAST  4096u
#define HEADER sizeof(uint64_t)      /* the record's length behind it */
#define WRAP   UINT64_MAX            /* instead of a length: go on at the begin */
#define ALIGNED(n) (((n) + 7) & ~(size_t)7)

bool sc_ring_open(struct sc_ring *r, size_t octets)
{
	size_t size = LEAST;
	while (size <= octets / 2)
		size *= 2;
	*r = (struct sc_ring){ .size = size };
	r->octets = sc_memory_take(size);
	return r->octets != NULL;
}

void sc_ring_close(struct sc_ring *r)
{
	sc_memory_give(r->octets);
	r->octets = NULL;
}

/* Half: whatever is left before the end is then less than what is free at the begin of an empty ring. */
size_t sc_ring_most(const struct sc_ring *r)
{
	return r->size / 2 - HEADER;
}

static size_t place(const struct sc_ring *r, size_t position)
{
	return position & (r->size - 1);
}

static bool fits(struct sc_ring *r, size_t octets)
{
	if (r->size - (r->made - r->released_seen) >= octets)
		return true;
	r->released_seen = atomic_load(&r->released);
	return r->size - (r->made - r->released_seen) >= octets;
}

void *sc_ring_room(struct sc_ring *r, size_t octets)
{
	SC_ASSERT(octets <= sc_ring_most(r));
	size_t need = HEADER + ALIGNED(octets), at = place(r, r->made), to_end = r->size - at;
	if (need <= to_end)
		return fits(r, need) ? r->octets + at + HEADER : NULL;
	if (!fits(r, to_end + need))
		return NULL;
	uint64_t mark = WRAP;
	memcpy(r->octets + at, &mark, sizeof(mark));
	r->made += to_end;
	return r->octets + HEADER;
}

void sc_ring_push(struct sc_ring *r, size_t octets)
{
	uint64_t len = octets;
	memcpy(r->octets + place(r, r->made), &len, sizeof(len));
	r->made += HEADER + ALIGNED(octets);
}

void sc_ring_publish(struct sc_ring *r)
{
	if (sc_ring_hidden(r))
		atomic_store(&r->published, r->made);
}

size_t sc_ring_hidden(const struct sc_ring *r)
{
	return r->made - atomic_load_explicit(&r->published, memory_order_relaxed);
}

size_t sc_ring_used(struct sc_ring *r)
{
	r->released_seen = atomic_load(&r->released);
	return r->made - r->released_seen;
}

void *sc_ring_peek(struct sc_ring *r)
{
	uint64_t len = WRAP;
	while (len == WRAP) {
		if (r->read == r->published_seen && r->read == (r->published_seen = atomic_load(&r->published)))
			return NULL;
		memcpy(&len, r->octets + place(r, r->read), sizeof(len));
		if (len == WRAP)
			r->read += r->size - place(r, r->read);
	}
	return r->octets + place(r, r->read) + HEADER;
}

void sc_ring_pop(struct sc_ring *r)
{
	uint64_t len;
	memcpy(&len, r->octets + place(r, r->read), sizeof(len));
	r->read += HEADER + ALIGNED((size_t)len);
}

size_t sc_ring_popped(const struct sc_ring *r)
{
	return r->read - atomic_load_explicit(&r->released, memory_order_relaxed);
}

void sc_ring_release(struct sc_ring *r)
{
	if (sc_ring_popped(r))
		atomic_store(&r->released, r->read);
}

size_t sc_ring_waiting(const struct sc_ring *r)
{
	return atomic_load_explicit(&r->published, memory_order_relaxed) - r->read;
}
