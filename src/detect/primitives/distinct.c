/* distinct.c - HyperLogLog, and exact counting while there is little to count; see distinct.h.
 *
 * Hashes are keyed by the caller: nobody outside can choose what falls into one register.  No mathematics library is
 * asked: 2^-n is a division, and the logarithm of linear counting is a short series. */
#include "detect/primitives/distinct.h"

#include <string.h>

void sc_hll_add(uint8_t *registers, unsigned p, uint64_t hash)
{
	uint64_t rest = hash << p | UINT64_C(1) << (p - 1);
	uint8_t rank = (uint8_t)(__builtin_clzll(rest) + 1);
	uint8_t *r = &registers[hash >> (64 - p)];
	*r = rank > *r ? rank : *r;
}

/* The natural logarithm of x >= 1: halved until it is below 2, the rest by ln x = 2 artanh((x-1)/(x+1)). */
static double logarithm(double x)
{
	double sum = 0;
	for (; x >= 2; x /= 2)
		sum += 0.69314718055994531;
	double t = (x - 1) / (x + 1), power = t;
	for (int i = 1; i < 24; i += 2, power *= t * t)
		sum += 2 * power / i;
	return sum;
}

uint64_t sc_hll_count(const uint8_t *registers, unsigned p)
{
	unsigned m = 1u << p, empty = 0;
	uint64_t parts = 0; /* in units of 2^-48, so that p may be 15; a register of 49 has seen more than there is */
	for (unsigned i = 0; i < m; i++) {
		parts += UINT64_C(1) << 48 >> (registers[i] & 63);
		empty += registers[i] == 0;
	}
	double sum = (double)parts / (double)(UINT64_C(1) << 48);
	double alpha = p <= 4 ? 0.673 : p == 5 ? 0.697 : p == 6 ? 0.709 : 0.7213 / (1 + 1.079 / m);
	double estimate = alpha * m * m / sum;
	if (estimate <= 2.5 * m && empty)
		estimate = m * logarithm((double)m / empty);
	return (uint64_t)(estimate + 0.5);
}

void sc_hll_merge(uint8_t *into, const uint8_t *from, unsigned p)
{
	for (unsigned i = 0; i < 1u << p; i++)
		into[i] = from[i] > into[i] ? from[i] : into[i];
}

/* Of a hash 32 bits are kept while counting is exact; registers are made of the same bits, so nothing depends on when. */
static uint64_t widened(uint32_t kept)
{
	return (uint64_t)kept << 32;
}

static void go_over(struct sc_distinct *d)
{
	uint32_t exact[SC_DISTINCT_EXACT];
	memcpy(exact, d->of.exact, sizeof(exact));
	memset(&d->of, 0, sizeof(d->of));
	for (unsigned i = 0; i < SC_DISTINCT_EXACT; i++)
		sc_hll_add(d->of.registers, SC_DISTINCT_P, widened(exact[i]));
	d->count = SC_DISTINCT_EXACT + 1;
}

static bool add_kept(struct sc_distinct *d, uint32_t kept)
{
	for (unsigned i = 0; d->count <= SC_DISTINCT_EXACT && i < d->count; i++)
		if (d->of.exact[i] == kept)
			return false;
	if (d->count < SC_DISTINCT_EXACT) {
		d->of.exact[d->count++] = kept;
		return true;
	}
	if (d->count == SC_DISTINCT_EXACT)
		go_over(d);
	uint8_t *r = &d->of.registers[kept >> (32 - SC_DISTINCT_P)], before = *r;
	sc_hll_add(d->of.registers, SC_DISTINCT_P, widened(kept));
	return *r != before;
}

bool sc_distinct_add(struct sc_distinct *d, uint64_t hash)
{
	return add_kept(d, (uint32_t)(hash >> 32));
}

uint64_t sc_distinct_count(const struct sc_distinct *d)
{
	if (d->count <= SC_DISTINCT_EXACT)
		return d->count;
	uint64_t n = sc_hll_count(d->of.registers, SC_DISTINCT_P);
	return n > SC_DISTINCT_EXACT ? n : SC_DISTINCT_EXACT + 1;
}

void sc_distinct_merge(struct sc_distinct *into, const struct sc_distinct *from)
{
	if (from->count <= SC_DISTINCT_EXACT) {
		for (unsigned i = 0; i < from->count; i++)
			add_kept(into, from->of.exact[i]);
		return;
	}
	struct sc_distinct sum = *from;
	for (unsigned i = 0; into->count <= SC_DISTINCT_EXACT && i < into->count; i++)
		add_kept(&sum, into->of.exact[i]);
	if (into->count > SC_DISTINCT_EXACT)
		sc_hll_merge(sum.of.registers, into->of.registers, SC_DISTINCT_P);
	*into = sum;
}

static void turn(struct sc_recent *r, uint32_t slot)
{
	if (slot <= r->slot)
		return;
	if (slot - r->slot == 1)
		r->before = r->now;
	else
		r->before.count = 0;
	r->now = (struct sc_distinct){ .count = 0 };
	r->slot = slot;
}

static uint64_t together(const struct sc_recent *r)
{
	if (r->before.count == 0)
		return sc_distinct_count(&r->now);
	struct sc_distinct sum = r->now;
	sc_distinct_merge(&sum, &r->before);
	return sc_distinct_count(&sum);
}

bool sc_recent_put(struct sc_recent *r, uint64_t hash, uint32_t second, uint32_t length_s)
{
	turn(r, second / length_s);
	return sc_distinct_add(&r->now, hash);
}

uint64_t sc_recent_add(struct sc_recent *r, uint64_t hash, uint32_t second, uint32_t length_s)
{
	sc_recent_put(r, hash, second, length_s);
	return together(r);
}

uint64_t sc_recent_count(const struct sc_recent *r, uint32_t second, uint32_t length_s)
{
	uint32_t slot = second / length_s;
	if (slot <= r->slot)
		return together(r);
	return slot - r->slot == 1 ? sc_distinct_count(&r->now) : 0;
}

void sc_recent_merge(struct sc_recent *into, const struct sc_recent *from)
{
	struct sc_recent other = *from;
	turn(into, other.slot);
	turn(&other, into->slot);
	sc_distinct_merge(&into->now, &other.now);
	sc_distinct_merge(&into->before, &other.before);
}
