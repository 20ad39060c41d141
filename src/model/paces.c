/* paces.c - spreads by key; see paces.h.  Sets of eight: in a full one the key that was met least makes room, so that what it
 * had counted is gone; who is met often is not concerned. */
#include "model/paces.h"

#include "base/hash.h"
#include "base/memory.h"

enum { WAYS = 8 };

sc_err sc_paces_open(struct sc_paces *p, size_t keys)
{
	p->sets = keys / WAYS;
	p->items = sc_memory_take(p->sets * WAYS * sizeof(*p->items));
	return p->items ? SC_OK : SC_EFAILED;
}

void sc_paces_close(struct sc_paces *p)
{
	sc_memory_give(p->items);
	p->items = NULL;
}

static struct sc_pace *touch(struct sc_paces *p, sc_str key)
{
	struct sc_pace *set = &p->items[(sc_hash(0, key) & (p->sets - 1)) * WAYS], *least = set;
	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].spread.count && sc_str_equal(sc_pace_key(&set[i]), key))
			return &set[i];
		least = set[i].spread.count < least->spread.count ? &set[i] : least;
	}
	*least = (struct sc_pace){ .key_len = (uint16_t)key.len };
	memcpy(least->key, key.at, key.len);
	return least;
}

void sc_paces_add(struct sc_paces *p, sc_str key, sc_time duration)
{
	key = sc_str_slice(key, 0, SC_PACES_KEY_OCTETS);
	if (key.len && duration >= 0)
		sc_spread_add(&touch(p, key)->spread, duration);
}

/* The slower one first. */
static bool goes_before(const struct sc_pace *a, const struct sc_pace *b)
{
	sc_time x = sc_spread_percentile(&a->spread, 90), y = sc_spread_percentile(&b->spread, 90);
	return x != y ? x > y : sc_str_compare(sc_pace_key(a), sc_pace_key(b)) < 0;
}

size_t sc_paces_sorted(const struct sc_paces *p, const struct sc_pace **items, size_t max)
{
	size_t count = 0;
	for (size_t i = 0; i < p->sets * WAYS; i++) {
		const struct sc_pace *pace = &p->items[i];
		size_t at = count < max ? count : max;
		if (!pace->spread.count)
			continue;
		while (at > 0 && goes_before(pace, items[at - 1]))
			at--;
		if (at == max)
			continue;
		size_t after = (count < max ? count : max - 1) - at;
		memmove(&items[at + 1], &items[at], after * sizeof(items[0]));
		items[at] = pace;
		count += count < max;
	}
	return count;
}
