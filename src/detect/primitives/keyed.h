/* keyed.h - state for the keys that matter, among any number of keys.
 *
 * Sets of eight slots, found by a keyed hash: a crowded set costs precision, never time.  A full set gives up the slot that
 * was seen least (of equals, the one longest ago), and nothing that was seen within `idle_s` counts less than what was not.
 * As in space-saving (Metwally and others, 2005), the newcomer's `error` says how often it may have been seen before: for a key
 * in the table  count <= times seen <= count + error,  and a key that is not there was seen at most ceiling times.
 *
 * So one key seen a dozen times in a minute outlives a million keys seen once.  And where a set is full of keys that live, a
 * newcomer has to come twice: the first time it gets a slot of nobody, which is forgotten with the next call, and a mark at
 * the door.  A flood of keys seen once then touches little memory, and a count may begin one late, which `error` covers. */
#ifndef SC_DETECT_KEYED_H
#define SC_DETECT_KEYED_H

#include <smtpscope/base.h>

#define SC_KEYED_WAYS 8

struct sc_keyed_rank {
	uint32_t count, error, last; /* last: seconds */
};

struct sc_keyed_set {
	uint64_t prints;  /* an octet of each slot's tag, 0: free; so a key that is not there is mostly told by this word */
	uint32_t ceiling; /* the most that a key it gave up was seen */
	uint32_t crowded; /* until this second all its slots live */
};

struct sc_keyed {
	struct sc_keyed_set *set;
	uint64_t *tags;              /* 0: free */
	struct sc_keyed_rank *ranks;
	char    *slots;
	uint64_t *door;              /* marks of keys that came once: a Bloom filter, three bits in a word */
	char    *nobody;             /* a slot that no key has */
	uint32_t marks, turns;       /* at the door since it was cleared; how often it was */
	size_t   slot_octets;
	uint32_t sets, idle_s;
	size_t   used;               /* slots with a key */
	uint64_t evicted;
};

/* `count` slots, rounded up to a power of two.  False: no memory. */
bool   sc_keyed_open(struct sc_keyed *t, uint32_t count, size_t slot_octets, uint32_t idle_s);
void   sc_keyed_close(struct sc_keyed *t);
size_t sc_keyed_octets(const struct sc_keyed *t);

/* Soon one of the calls below will come for `hash`: memory may get ready. */
void   sc_keyed_expect(const struct sc_keyed *t, uint64_t hash);
/* The slot of `hash`, zeroed when it is new; counts one more. */
void *sc_keyed_touch(struct sc_keyed *t, uint64_t hash, uint32_t second);
/* The same, but for a key that has to come again: NULL. */
void *sc_keyed_enter(struct sc_keyed *t, uint64_t hash, uint32_t second);
/* False: touch gave a slot that no key has, and what is written there is lost. */
static inline bool sc_keyed_keeps(const struct sc_keyed *t, const void *slot)
{
	return slot != (const void *)t->nobody;
}
/* Counts one more only for a key that is there already; NULL: it is not. */
void *sc_keyed_meet(struct sc_keyed *t, uint64_t hash, uint32_t second);
/* NULL: it is not there. */
void *sc_keyed_find(const struct sc_keyed *t, uint64_t hash);
/* Of a slot that touch or find has given. */
const struct sc_keyed_rank *sc_keyed_rank_of(const struct sc_keyed *t, const void *slot);
uint32_t sc_keyed_ceiling(const struct sc_keyed *t, uint64_t hash);
/* Frees the key's slot, if it has one: for keys that are known to be over. */
void  sc_keyed_forget(struct sc_keyed *t, uint64_t hash);
/* Frees the i-th slot. */
void  sc_keyed_drop(struct sc_keyed *t, size_t i);

/* Adds what another table of the same size and hash key knows; `merge` joins two slots of one key, `into` zeroed when the key
 * is new. */
void sc_keyed_merge(struct sc_keyed *into, const struct sc_keyed *from, void (*merge)(void *into, const void *from));

#endif
