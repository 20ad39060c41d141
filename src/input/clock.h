/* clock.h - the time stamps of capture files as sc_time. */
#ifndef SC_INPUT_CLOCK_H
#define SC_INPUT_CLOCK_H

#include <smtpscope/base.h>

/* Times of packets lie between 1970 and 2116, so that the difference of any two fits in sc_time; stamps outside are
 * moved to the nearer end.  A pcap file's 32-bit seconds (to 2106) always fit. */
#define SC_CLOCK_LAST (INT64_MAX / 2)

/* How an interface of a pcapng file counts: ns = (stamp * multiply / divide >> shift) + offset.  Start from
 * SC_CLOCK_DEFAULT. */
struct sc_clock {
	uint64_t multiply, divide;
	unsigned shift;
	int64_t  offset_s;
};

#define SC_CLOCK_DEFAULT ((struct sc_clock){ 1000, 1, 0, 0 })

/* Sets the unit from the octet of option if_tsresol: 10^-n s, or 2^-n s with the top bit set. */
void sc_clock_resolve(struct sc_clock *c, uint8_t resolution);

static inline sc_time sc_clock_clamp(__int128 ns)
{
	return ns < 0 ? 0 : ns > SC_CLOCK_LAST ? SC_CLOCK_LAST : (sc_time)ns;
}

static inline sc_time sc_clock_read(const struct sc_clock *c, uint64_t stamp)
{
	unsigned __int128 ns = (unsigned __int128)stamp * c->multiply;
	if (c->divide != 1)
		ns /= c->divide;
	return sc_clock_clamp((__int128)(ns >> c->shift) + (__int128)c->offset_s * SC_SECOND);
}

#endif
