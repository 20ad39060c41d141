/* histogram.h - counts by powers of two: sizes, delays, lengths.  Cell i holds the values from 2^i to 2^(i+1) - 1, cell 0 also
 * holds 0, the last all that is larger. */
#ifndef SC_DETECT_HISTOGRAM_H
#define SC_DETECT_HISTOGRAM_H

#include <smtpscope/base.h>

#define SC_HISTOGRAM_CELLS 32

struct sc_histogram {
	uint32_t cells[SC_HISTOGRAM_CELLS];
};

static inline unsigned sc_histogram_cell(uint64_t value)
{
	unsigned cell = value ? 63u - (unsigned)__builtin_clzll(value) : 0;
	return cell < SC_HISTOGRAM_CELLS ? cell : SC_HISTOGRAM_CELLS - 1;
}

static inline void sc_histogram_add(struct sc_histogram *h, uint64_t value)
{
	uint32_t *cell = &h->cells[sc_histogram_cell(value)];
	*cell += *cell < UINT32_MAX;
}

/* The least power of two below which `permille` of the values lie; 0 when there are none.  Off by a factor of two at most. */
static inline uint64_t sc_histogram_below(const struct sc_histogram *h, unsigned permille)
{
	uint64_t all = 0, seen = 0;
	for (unsigned i = 0; i < SC_HISTOGRAM_CELLS; i++)
		all += h->cells[i];
	for (unsigned i = 0; all && i < SC_HISTOGRAM_CELLS; i++) {
		seen += h->cells[i];
		if (seen * 1000 >= all * permille)
			return UINT64_C(1) << (i + 1);
	}
	return 0;
}

static inline void sc_histogram_merge(struct sc_histogram *into, const struct sc_histogram *from)
{
	for (unsigned i = 0; i < SC_HISTOGRAM_CELLS; i++) {
		uint64_t sum = (uint64_t)into->cells[i] + from->cells[i];
		into->cells[i] = sum > UINT32_MAX ? UINT32_MAX : (uint32_t)sum;
	}
}

#endif
