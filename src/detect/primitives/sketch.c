/* sketch.c - count-min and rotating Bloom filters; see sketch.h.
 *
 * The positions of a key are made of the halves of its keyed hash (Kirsch and Mitzenmacher 2006). */
#include "detect/primitives/sketch.h"

#include <string.h>

#include "detect/primitives/window.h"

#define BLOOM_PROBES 6

static uint32_t place(uint64_t hash, unsigned i, uint32_t width)
{
	uint32_t a = (uint32_t)hash, b = (uint32_t)(hash >> 32) | 1;
	return (a + i * b) & (width - 1);
}

void sc_count_min_expect(const struct sc_count_min *c, uint64_t hash)
{
	for (unsigned i = 0; i < SC_COUNT_MIN_ROWS; i++)
		__builtin_prefetch(&c->cells[i][place(hash, i, SC_COUNT_MIN_WIDTH)], 1);
}

uint32_t sc_count_min_of(const struct sc_count_min *c, uint64_t hash)
{
	uint32_t least = UINT32_MAX;
	for (unsigned i = 0; i < SC_COUNT_MIN_ROWS; i++) {
		uint32_t n = c->cells[i][place(hash, i, SC_COUNT_MIN_WIDTH)];
		least = n < least ? n : least;
	}
	return least;
}

/* Only the cells below the new estimate are raised: the others hold more because of other keys. */
uint32_t sc_count_min_add(struct sc_count_min *c, uint64_t hash, uint32_t n)
{
	uint32_t *cells[SC_COUNT_MIN_ROWS], sum = UINT32_MAX;
	for (unsigned i = 0; i < SC_COUNT_MIN_ROWS; i++) {
		cells[i] = &c->cells[i][place(hash, i, SC_COUNT_MIN_WIDTH)];
		sum = *cells[i] < sum ? *cells[i] : sum;
	}
	sum = sc_add_capped(sum, n);
	for (unsigned i = 0; i < SC_COUNT_MIN_ROWS; i++)
		*cells[i] = *cells[i] < sum ? sum : *cells[i];
	return sum;
}

void sc_count_min_merge(struct sc_count_min *into, const struct sc_count_min *from)
{
	for (unsigned i = 0; i < SC_COUNT_MIN_ROWS; i++)
		for (unsigned j = 0; j < SC_COUNT_MIN_WIDTH; j++)
			into->cells[i][j] = sc_add_capped(into->cells[i][j], from->cells[i][j]);
}

static void turn(struct sc_bloom *b, uint32_t slot)
{
	if (slot <= b->slot)
		return;
	memset(b->bits[slot % 2], 0, sizeof(b->bits[0]));
	if (slot - b->slot > 1)
		memset(b->bits[(slot + 1) % 2], 0, sizeof(b->bits[0]));
	b->slot = slot;
}

static bool all_set(const uint64_t *bits, uint64_t hash)
{
	for (unsigned i = 0; i < BLOOM_PROBES; i++) {
		uint32_t at = place(hash, i, SC_BLOOM_BITS);
		if (!(bits[at / 64] >> (at % 64) & 1))
			return false;
	}
	return true;
}

bool sc_bloom_holds(const struct sc_bloom *b, uint64_t hash, uint32_t second, uint32_t period_s)
{
	uint32_t slot = second / period_s;
	if (slot > b->slot + 1)
		return false;
	if (slot == b->slot + 1)
		return all_set(b->bits[b->slot % 2], hash);
	return all_set(b->bits[0], hash) || all_set(b->bits[1], hash);
}

bool sc_bloom_add(struct sc_bloom *b, uint64_t hash, uint32_t second, uint32_t period_s)
{
	turn(b, second / period_s);
	bool held = sc_bloom_holds(b, hash, second, period_s);
	uint64_t *bits = b->bits[b->slot % 2];
	for (unsigned i = 0; i < BLOOM_PROBES; i++) {
		uint32_t at = place(hash, i, SC_BLOOM_BITS);
		bits[at / 64] |= UINT64_C(1) << (at % 64);
	}
	return held;
}

void sc_bloom_merge(struct sc_bloom *into, const struct sc_bloom *from)
{
	uint32_t ahead = into->slot > from->slot ? into->slot : from->slot;
	turn(into, ahead);
	for (unsigned k = 0; k < 2; k++) {
		uint32_t slot = from->slot - k;
		if ((k && from->slot == 0) || slot + 1 < ahead)
			continue;
		for (unsigned i = 0; i < SC_BLOOM_BITS / 64; i++)
			into->bits[slot % 2][i] |= from->bits[slot % 2][i];
	}
}
