/* keyed.c - a set-associative table that keeps what is seen most; see keyed.h. */
#include "detect/primitives/keyed.h"

#include <string.h>

#include "base/memory.h"
#include "detect/primitives/window.h"

#define DOOR_WORDS 8192  /* 64 KiB */
#define DOOR_MARKS 32768 /* then it is cleared: one foreign key in a hundred would pass */

bool sc_keyed_open(struct sc_keyed *t, uint32_t count, size_t slot_octets, uint32_t idle_s)
{
	uint32_t sets = 1;
	while (sets < (count + SC_KEYED_WAYS - 1) / SC_KEYED_WAYS)
		sets *= 2;
	size_t slots = (size_t)sets * SC_KEYED_WAYS;
	*t = (struct sc_keyed){ .slot_octets = (slot_octets + 7) & ~(size_t)7, .sets = sets, .idle_s = idle_s };
	t->set = sc_memory_take(sets * sizeof(*t->set));
	t->tags = sc_memory_take(slots * sizeof(*t->tags));
	t->ranks = sc_memory_take(slots * sizeof(*t->ranks));
	t->slots = sc_memory_take(slots * t->slot_octets);
	t->door = sc_memory_take(DOOR_WORDS * sizeof(*t->door));
	t->nobody = sc_memory_take(t->slot_octets);
	return t->set && t->tags && t->ranks && t->slots && t->door && t->nobody;
}

void sc_keyed_close(struct sc_keyed *t)
{
	sc_memory_give(t->set);
	sc_memory_give(t->tags);
	sc_memory_give(t->ranks);
	sc_memory_give(t->slots);
	sc_memory_give(t->door);
	sc_memory_give(t->nobody);
	*t = (struct sc_keyed){ .tags = NULL };
}

size_t sc_keyed_octets(const struct sc_keyed *t)
{
	size_t slots = (size_t)t->sets * SC_KEYED_WAYS;
	return DOOR_WORDS * sizeof(*t->door) + slots * (sizeof(*t->tags) + sizeof(*t->ranks) + t->slot_octets) + t->sets * sizeof(*t->set);
}

static uint64_t tag_of(uint64_t hash)
{
	return hash ? hash : 1;
}

static uint32_t set_of(const struct sc_keyed *t, uint64_t hash)
{
	return (uint32_t)(hash >> 20) & (t->sets - 1);
}

static void *slot_at(const struct sc_keyed *t, size_t i)
{
	return t->slots + i * t->slot_octets;
}

void sc_keyed_expect(const struct sc_keyed *t, uint64_t hash)
{
	uint32_t set = set_of(t, hash);
	__builtin_prefetch(&t->set[set]);
	__builtin_prefetch(&t->tags[(size_t)set * SC_KEYED_WAYS]);
	__builtin_prefetch(&t->door[hash & (DOOR_WORDS - 1)]);
}

static uint8_t print_of(uint64_t tag)
{
	uint8_t print = (uint8_t)(tag >> 56);
	return print ? print : 1;
}

static void set_print(struct sc_keyed *t, size_t i, uint8_t print)
{
	unsigned at = 8 * (unsigned)(i % SC_KEYED_WAYS);
	uint64_t *prints = &t->set[i / SC_KEYED_WAYS].prints;
	*prints = (*prints & ~(UINT64_C(0xff) << at)) | (uint64_t)print << at;
}

/* Index of the key's slot, SIZE_MAX when there is none.  An octet of the word that is the key's print becomes zero, and zeros are
 * found eight at a time; some of those found are none, and some prints are of other keys: the tag decides. */
static size_t index_of(const struct sc_keyed *t, uint64_t hash)
{
	const uint64_t each = UINT64_C(0x0101010101010101);
	uint32_t set = set_of(t, hash);
	uint64_t tag = tag_of(hash), other = t->set[set].prints ^ each * print_of(tag);
	for (uint64_t zeros = (other - each) & ~other & each * 0x80; zeros; zeros &= zeros - 1) {
		size_t i = (size_t)set * SC_KEYED_WAYS + (unsigned)__builtin_ctzll(zeros) / 8;
		if (t->tags[i] == tag)
			return i;
	}
	return SIZE_MAX;
}

void *sc_keyed_find(const struct sc_keyed *t, uint64_t hash)
{
	size_t i = t->used ? index_of(t, hash) : SIZE_MAX;
	return i == SIZE_MAX ? NULL : slot_at(t, i);
}

const struct sc_keyed_rank *sc_keyed_rank_of(const struct sc_keyed *t, const void *slot)
{
	return &t->ranks[(size_t)((const char *)slot - t->slots) / t->slot_octets];
}

/* How often a key may have been turned away at the door: once each time before it was cleared. */
static uint32_t turned_away(const struct sc_keyed *t)
{
	return t->marks || t->turns ? t->turns + 1 : 0;
}

uint32_t sc_keyed_ceiling(const struct sc_keyed *t, uint64_t hash)
{
	return sc_add_capped(t->set[set_of(t, hash)].ceiling, turned_away(t));
}

static uint32_t weight(const struct sc_keyed *t, const struct sc_keyed_rank *r, uint32_t second)
{
	bool idle = second > r->last && second - r->last > t->idle_s;
	return idle ? 0 : r->count;
}

static size_t victim(const struct sc_keyed *t, uint32_t set, uint32_t second)
{
	size_t first = (size_t)set * SC_KEYED_WAYS, best = first;
	uint32_t least = UINT32_MAX;
	for (size_t i = first; i < first + SC_KEYED_WAYS; i++) {
		if (!t->tags[i])
			return i;
		uint32_t w = weight(t, &t->ranks[i], second);
		if (w < least || (w == least && t->ranks[i].last < t->ranks[best].last)) {
			least = w;
			best = i;
		}
	}
	return best;
}

/* The key was here before, as the door remembers; it is marked. */
static bool knocked(struct sc_keyed *t, uint64_t hash)
{
	uint64_t *word = &t->door[hash & (DOOR_WORDS - 1)];
	uint64_t bits = UINT64_C(1) << (hash >> 46 & 63) | UINT64_C(1) << (hash >> 52 & 63) | UINT64_C(1) << (hash >> 58);
	bool known = (*word & bits) == bits;
	*word |= bits;
	t->marks += !known;
	if (t->marks < DOOR_MARKS)
		return known;
	memset(t->door, 0, DOOR_WORDS * sizeof(*t->door));
	t->marks = 0;
	t->turns++;
	return known;
}

/* All slots of the set live at this second.  That holds until the first of them has been idle for too long, so a flood
 * of new keys looks at the slots but once in a while. */
static bool is_crowded(struct sc_keyed *t, uint32_t set, uint32_t second)
{
	if (second <= t->set[set].crowded)
		return true;
	uint32_t first_idle = UINT32_MAX;
	for (size_t i = (size_t)set * SC_KEYED_WAYS, n = 0; n < SC_KEYED_WAYS; i++, n++) {
		uint32_t idle = sc_add_capped(t->ranks[i].last, t->idle_s);
		if (!t->tags[i] || second > idle)
			return false;
		first_idle = idle < first_idle ? idle : first_idle;
	}
	t->set[set].crowded = first_idle;
	return true;
}

static size_t settle_at(struct sc_keyed *t, uint64_t hash, uint32_t second, size_t i)
{
	uint32_t set = set_of(t, hash);
	if (t->tags[i]) {
		uint32_t seen = sc_add_capped(t->ranks[i].count, t->ranks[i].error);
		t->set[set].ceiling = seen > t->set[set].ceiling ? seen : t->set[set].ceiling;
		t->evicted++;
		memset(slot_at(t, i), 0, t->slot_octets);
	}
	t->used += !t->tags[i];
	t->tags[i] = tag_of(hash);
	set_print(t, i, print_of(t->tags[i]));
	t->ranks[i] = (struct sc_keyed_rank){ 0, sc_keyed_ceiling(t, hash), second };
	return i;
}

static void seen_again(struct sc_keyed_rank *r, uint32_t second)
{
	r->count = sc_add_capped(r->count, 1);
	r->last = second > r->last ? second : r->last;
}

void *sc_keyed_meet(struct sc_keyed *t, uint64_t hash, uint32_t second)
{
	size_t i = t->used ? index_of(t, hash) : SIZE_MAX;
	if (i == SIZE_MAX)
		return NULL;
	seen_again(&t->ranks[i], second);
	return slot_at(t, i);
}

void *sc_keyed_enter(struct sc_keyed *t, uint64_t hash, uint32_t second)
{
	size_t i = index_of(t, hash);
	if (i == SIZE_MAX) {
		uint32_t set = set_of(t, hash);
		if (is_crowded(t, set, second) && !knocked(t, hash))
			return NULL;
		i = settle_at(t, hash, second, victim(t, set, second));
	}
	seen_again(&t->ranks[i], second);
	return slot_at(t, i);
}

void *sc_keyed_touch(struct sc_keyed *t, uint64_t hash, uint32_t second)
{
	void *slot = sc_keyed_enter(t, hash, second);
	if (slot)
		return slot;
	memset(t->nobody, 0, t->slot_octets);
	return t->nobody;
}

void sc_keyed_drop(struct sc_keyed *t, size_t i)
{
	t->used -= t->tags[i] != 0;
	memset(slot_at(t, i), 0, t->slot_octets);
	t->ranks[i] = (struct sc_keyed_rank){ .count = 0 };
	t->tags[i] = 0;
	set_print(t, i, 0);
	t->set[i / SC_KEYED_WAYS].crowded = 0;
}

void sc_keyed_forget(struct sc_keyed *t, uint64_t hash)
{
	size_t i = index_of(t, hash);
	if (i != SIZE_MAX)
		sc_keyed_drop(t, i);
}

/* Takes over one key of `from`; its rank is what both saw, and what this one may have seen and forgotten. */
static void take_over(struct sc_keyed *into, const struct sc_keyed *from, size_t i,
		      void (*merge)(void *into, const void *from))
{
	const struct sc_keyed_rank *r = &from->ranks[i];
	size_t at = index_of(into, from->tags[i]);
	if (at == SIZE_MAX)
		at = settle_at(into, from->tags[i], r->last, victim(into, set_of(into, from->tags[i]), r->last));
	struct sc_keyed_rank *to = &into->ranks[at];
	to->count = sc_add_capped(to->count, r->count);
	to->error = sc_add_capped(to->error, r->error);
	to->last = r->last > to->last ? r->last : to->last;
	merge(slot_at(into, at), slot_at(from, i));
}

void sc_keyed_merge(struct sc_keyed *into, const struct sc_keyed *from, void (*merge)(void *into, const void *from))
{
	SC_ASSERT(into->sets == from->sets && into->slot_octets == from->slot_octets);
	size_t slots = (size_t)into->sets * SC_KEYED_WAYS;
	for (size_t i = 0; i < slots; i++) /* what only this one keeps, the other may have seen and given up */
		if (into->tags[i] && index_of(from, into->tags[i]) == SIZE_MAX)
			into->ranks[i].error = sc_add_capped(into->ranks[i].error, sc_keyed_ceiling(from, into->tags[i]));
	for (size_t i = 0; i < slots; i++)
		if (from->tags[i])
			take_over(into, from, i, merge);
	for (uint32_t s = 0; s < into->sets; s++)
		into->set[s].ceiling = sc_add_capped(into->set[s].ceiling, sc_add_capped(from->set[s].ceiling, turned_away(from)));
}
