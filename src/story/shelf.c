/* shelf.c - a set-associative table; see shelf.h. */
#include "story/shelf.h"

#include <string.h>

#include "base/memory.h"

#define WAYS 8u

static uint64_t key_of(uint64_t key)
{
	return key ? key : 1;
}

static struct sc_entry *at(const struct sc_shelf *t, uint32_t set, uint32_t way)
{
	return (struct sc_entry *)(void *)(t->area + ((size_t)set * WAYS + way) * t->size);
}

static uint32_t set_of(const struct sc_shelf *t, uint64_t key)
{
	return (uint32_t)((key >> 32) * t->sets >> 32);
}

bool sc_shelf_open(struct sc_shelf *t, size_t size, uint64_t octets)
{
	SC_ASSERT(size >= sizeof(struct sc_entry) && size % 8 == 0);
	uint64_t sets = octets / (WAYS * size);
	sets = sets < 1 ? 1 : sets > 1u << 24 ? 1u << 24 : sets;
	*t = (struct sc_shelf){ .size = size, .sets = (uint32_t)sets };
	t->area = sc_memory_take((size_t)sets * WAYS * size);
	return t->area != NULL;
}

void sc_shelf_close(struct sc_shelf *t)
{
	sc_memory_give(t->area);
	t->area = NULL;
}

void *sc_shelf_find(const struct sc_shelf *t, uint64_t key)
{
	key = key_of(key);
	uint32_t set = set_of(t, key);
	for (uint32_t way = 0; way < WAYS; way++)
		if (at(t, set, way)->key == key)
			return at(t, set, way);
	return NULL;
}

/* A free entry of the set, else the one used longest ago. */
static struct sc_entry *room_in(struct sc_shelf *t, uint32_t set)
{
	struct sc_entry *oldest = at(t, set, 0);
	for (uint32_t way = 0; way < WAYS; way++) {
		struct sc_entry *e = at(t, set, way);
		if (!e->key)
			return e;
		if (e->used < oldest->used)
			oldest = e;
	}
	t->evicted++;
	return oldest;
}

void *sc_shelf_touch(struct sc_shelf *t, uint64_t key, sc_time now, bool *fresh)
{
	struct sc_entry *e = sc_shelf_find(t, key);
	*fresh = !e;
	if (!e) {
		e = room_in(t, set_of(t, key_of(key)));
		memset(e, 0, t->size);
		e->key = key_of(key);
	}
	e->used = now;
	return e;
}

uint32_t sc_shelf_places(const struct sc_shelf *t)
{
	return t->sets * WAYS;
}

void *sc_shelf_at(const struct sc_shelf *t, uint32_t place)
{
	struct sc_entry *e = at(t, place / WAYS, place % WAYS);
	return e->key ? e : NULL;
}
