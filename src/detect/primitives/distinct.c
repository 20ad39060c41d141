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
	memcpy(exact, d->of.exact.hash, sizeof(exact));
	memset(&d->of, 0, sizeof(d->of));
	for (unsigned i = 0; i < SC_DISTINCT_EXACT; i++)
		sc_hll_add(d->of.registers, SC_DISTINCT_P, widened(exact[i]));
	d->count = SC_DISTINCT_EXACT + 1;
}

static bool is_exact(const struct sc_distinct *d)
{
	return d->count <= SC_DISTINCT_EXACT;
}

/* Its place among those that are kept exactly; their count: it is not there. */
static unsigned place_of(const struct sc_distinct *d, uint32_t kept)
{
	unsigned i = 0;
	while (i < d->count && d->of.exact.hash[i] != kept)
		i++;
	return i;
}

/* `part`: when, in 256ths of a bucket. */
static bool add_kept(struct sc_distinct *d, uint32_t kept, uint8_t part)
{
	d->first = d->count == 0 || part < d->first ? part : d->first;
	unsigned i = is_exact(d) ? place_of(d, kept) : SC_DISTINCT_EXACT;
	if (i < d->count && is_exact(d)) {
		d->of.exact.last[i] = part > d->of.exact.last[i] ? part : d->of.exact.last[i];
		return false;
	}
	if (i < SC_DISTINCT_EXACT) {
		d->of.exact.hash[i] = kept;
		d->of.exact.last[i] = part;
		d->count++;
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
	return add_kept(d, (uint32_t)(hash >> 32), 0);
}

uint64_t sc_distinct_count(const struct sc_distinct *d)
{
	if (is_exact(d))
		return d->count;
	uint64_t n = sc_hll_count(d->of.registers, SC_DISTINCT_P);
	return n > SC_DISTINCT_EXACT ? n : SC_DISTINCT_EXACT + 1;
}

static void add_all(struct sc_distinct *into, const struct sc_distinct *from)
{
	for (unsigned i = 0; i < from->count; i++)
		add_kept(into, from->of.exact.hash[i], from->of.exact.last[i]);
}

void sc_distinct_merge(struct sc_distinct *into, const struct sc_distinct *from)
{
	if (from->count == 0)
		return;
	uint8_t first = into->count && into->first < from->first ? into->first : from->first;
	if (is_exact(from)) {
		add_all(into, from);
	} else {
		struct sc_distinct sum = *from;
		if (is_exact(into))
			add_all(&sum, into);
		else
			sc_hll_merge(sum.of.registers, into->of.registers, SC_DISTINCT_P);
		*into = sum;
	}
	into->first = first;
}

static void turn(struct sc_recent *r, uint32_t slot)
{
	if (slot <= r->slot)
		return;
	if (slot - r->slot == 1)
		r->before = r->now;
	else
		r->before.count = 0;
	r->now.count = 0;
	r->slot = slot;
}

/* Those of the bucket before that were not seen since, and last within the window, which covers it from `part` on. */
static unsigned only_before(const struct sc_distinct *now, const struct sc_distinct *before, uint8_t part)
{
	unsigned n = 0;
	for (unsigned i = 0; i < before->count; i++)
		n += before->of.exact.last[i] >= part && place_of(now, before->of.exact.hash[i]) == now->count;
	return n;
}

static uint64_t together(const struct sc_distinct *now, const struct sc_distinct *before, uint32_t gone, uint32_t length_s)
{
	uint64_t n = sc_distinct_count(now);
	if (before->count == 0)
		return n;
	if (is_exact(now) && is_exact(before))
		return n + only_before(now, before, (uint8_t)((uint64_t)gone * 256 / length_s));
	struct sc_distinct sum = *now;
	sc_distinct_merge(&sum, before);
	uint64_t all = sc_distinct_count(&sum);
	return all > n ? n + sc_window_left(all - n, before->first, gone, length_s) : n;
}

bool sc_recent_put(struct sc_recent *r, uint64_t hash, uint32_t second, uint32_t length_s)
{
	turn(r, second / length_s);
	return add_kept(&r->now, (uint32_t)(hash >> 32), sc_window_part(second, r->slot, length_s));
}

uint64_t sc_recent_add(struct sc_recent *r, uint64_t hash, uint32_t second, uint32_t length_s)
{
	sc_recent_put(r, hash, second, length_s);
	return sc_recent_count(r, second, length_s);
}

uint64_t sc_recent_count(const struct sc_recent *r, uint32_t second, uint32_t length_s)
{
	static const struct sc_distinct none = { .count = 0 };
	uint32_t slot = second / length_s;
	if (slot <= r->slot) /* a clock that went back is at the begin of the bucket */
		return together(&r->now, &r->before, slot < r->slot ? 0 : second % length_s, length_s);
	return slot - r->slot == 1 ? together(&none, &r->now, second % length_s, length_s) : 0;
}

void sc_recent_merge(struct sc_recent *into, const struct sc_recent *from)
{
	struct sc_recent other = *from;
	turn(into, other.slot);
	turn(&other, into->slot);
	sc_distinct_merge(&into->now, &other.now);
	sc_distinct_merge(&into->before, &other.before);
}
