/* distinct.h - how many different things were seen, in little memory.
 *
 * sc_hll is HyperLogLog (Flajolet and others, 2007) over the caller's registers: 2^p octets, standard error
 * 1.04 / sqrt(2^p), exact enough below 2.5 * 2^p by counting empty registers.
 *
 * sc_distinct counts exactly up to SC_DISTINCT_EXACT and goes over to registers behind that (p = 7, 9 %), for most limits are
 * small and a limit of ten should mean ten.  sc_recent is two of them, for this and the last bucket of a window: while both are
 * exact, what was seen last before the window does not count; else of what is in the last bucket alone counts a share, as in
 * window.h. */
#ifndef SC_DETECT_DISTINCT_H
#define SC_DETECT_DISTINCT_H

#include "detect/primitives/window.h"

#define SC_DISTINCT_EXACT 25 /* no larger than the registers */
#define SC_DISTINCT_P     7

void     sc_hll_add(uint8_t *registers, unsigned p, uint64_t hash);
uint64_t sc_hll_count(const uint8_t *registers, unsigned p);
void     sc_hll_merge(uint8_t *into, const uint8_t *from, unsigned p);

struct sc_distinct {
	union {
		struct {
			uint32_t hash[SC_DISTINCT_EXACT];
			uint8_t  last[SC_DISTINCT_EXACT]; /* when it was seen last, in 256ths of a bucket */
		} exact;
		uint8_t registers[1 << SC_DISTINCT_P];
	} of;
	uint8_t count; /* of exact; above SC_DISTINCT_EXACT: registers */
	uint8_t first; /* when the first was seen, in 256ths of a bucket */
};

/* True: it was not there before, as far as can be told. */
bool     sc_distinct_add(struct sc_distinct *d, uint64_t hash);
uint64_t sc_distinct_count(const struct sc_distinct *d);
void     sc_distinct_merge(struct sc_distinct *into, const struct sc_distinct *from);

struct sc_recent {
	uint32_t slot;
	struct sc_distinct now, before;
};

/* Without counting, which costs more.  True: it is new in this bucket, as far as can be told. */
bool     sc_recent_put(struct sc_recent *r, uint64_t hash, uint32_t second, uint32_t length_s);
/* Adds, and gives the number of different ones within `length_s`. */
uint64_t sc_recent_add(struct sc_recent *r, uint64_t hash, uint32_t second, uint32_t length_s);
/* Adds what another sensor saw, with windows of the same length. */
void     sc_recent_merge(struct sc_recent *into, const struct sc_recent *from);
uint64_t sc_recent_count(const struct sc_recent *r, uint32_t second, uint32_t length_s);

#endif
