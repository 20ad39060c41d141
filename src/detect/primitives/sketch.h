/* sketch.h - memory of what was seen, for more keys than there is room for.
 *
 * sc_count_min (Cormode and Muthukrishnan 2005, with the conservative update of Estan and Varghese 2002) never tells too
 * little; with 4 rows of 8192 it tells too much by more than 0.03 % of all that was counted once in fifty keys.
 *
 * sc_bloom is two Bloom filters (Bloom 1970) of SC_BLOOM_BITS that take turns: what was put in is found for `period_s`
 * seconds at least and twice that at most.  With 100,000 keys in a period one foreign key in a hundred is taken for known. */
#ifndef SC_DETECT_SKETCH_H
#define SC_DETECT_SKETCH_H

#include <smtpscope/base.h>

#define SC_COUNT_MIN_ROWS  4
#define SC_COUNT_MIN_WIDTH 8192
#define SC_BLOOM_BITS      (1u << 20)

struct sc_count_min {
	uint32_t cells[SC_COUNT_MIN_ROWS][SC_COUNT_MIN_WIDTH];
};

/* Counts `n` more and gives the new estimate. */
uint32_t sc_count_min_add(struct sc_count_min *c, uint64_t hash, uint32_t n);
void     sc_count_min_expect(const struct sc_count_min *c, uint64_t hash); /* soon that will be called */
uint32_t sc_count_min_of(const struct sc_count_min *c, uint64_t hash);
void     sc_count_min_merge(struct sc_count_min *into, const struct sc_count_min *from);

struct sc_bloom {
	uint64_t bits[2][SC_BLOOM_BITS / 64];
	uint32_t slot; /* number of the period at hand; its filter is bits[slot % 2] */
};

/* Puts the key in; true: it was there. */
bool sc_bloom_add(struct sc_bloom *b, uint64_t hash, uint32_t second, uint32_t period_s);
bool sc_bloom_holds(const struct sc_bloom *b, uint64_t hash, uint32_t second, uint32_t period_s);
/* Both have turned at the same periods, which are cut at multiples of their length since 1970. */
void sc_bloom_merge(struct sc_bloom *into, const struct sc_bloom *from);

#endif
