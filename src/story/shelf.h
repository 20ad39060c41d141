/* shelf.h - entries by key in memory of a fixed size: sets of eight, in a full one the entry that was used longest ago
 * makes room.  Keys are keyed hashes, so nobody can choose who shares a set. */
#ifndef SC_STORY_SHELF_H
#define SC_STORY_SHELF_H

#include <smtpscope/base.h>

/* What every entry begins with; `key` 0: free. */
struct sc_entry {
	uint64_t key;
	sc_time  used;
};

struct sc_shelf {
	char    *area;
	size_t   size;       /* of an entry */
	uint32_t sets;
	uint64_t evicted;    /* entries that made room */
};

/* Takes about `octets` of memory, room for eight entries at least; false when there is none. */
bool  sc_shelf_open(struct sc_shelf *t, size_t size, uint64_t octets);
void  sc_shelf_close(struct sc_shelf *t);

/* NULL when there is none of that key. */
void *sc_shelf_find(const struct sc_shelf *t, uint64_t key);
/* The entry of that key, used at `now`; a new one is zeroed behind its struct sc_entry, and `*fresh` tells. */
void *sc_shelf_touch(struct sc_shelf *t, uint64_t key, sc_time now, bool *fresh);

/* Its places, and the entry in one of them; NULL: it is free. */
uint32_t sc_shelf_places(const struct sc_shelf *t);
void *sc_shelf_at(const struct sc_shelf *t, uint32_t place);

#endif
