/* counters.h - what became of the packets and octets that were fed; the rows are counters.def. */
#ifndef SMTPSCOPE_COUNTERS_H
#define SMTPSCOPE_COUNTERS_H

#include <stdint.h>

struct sc_counters {
#define SC_COUNTER(name, doc) uint64_t name;
#include <smtpscope/counters.def>
#undef SC_COUNTER
};

/* The captured octets whose end is known: equal to octets_seen when nothing waits any more (counters.def). */
static inline uint64_t sc_counters_octets_told(const struct sc_counters *c)
{
	return c->octets_delivered + c->octets_duplicate + c->octets_before_start + c->octets_after_close +
		c->octets_out_of_window + c->octets_refused + c->octets_urgent + c->octets_passed +
		c->octets_dropped;
}

/* TCP packets of which a followed connection took notice, near enough: fragments count once for each of them. */
static inline uint64_t sc_counters_packets_followed(const struct sc_counters *c)
{
	uint64_t others = c->packets_not_ip + c->packets_not_tcp + c->packets_broken + c->packets_other_port +
		c->packets_unknown_link + c->packets_no_flow + c->packets_passed;
	return c->packets > others ? c->packets - others : 0;
}

#endif
