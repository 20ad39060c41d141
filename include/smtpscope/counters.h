/* counters.h - what became of the packets and octets that were fed; the rows are counters.def. */
#ifndef SMTPSCOPE_COUNTERS_H
#define SMTPSCOPE_COUNTERS_H

#include <stdint.h>

struct sc_counters {
#define SC_COUNTER(name, doc) uint64_t name;
#include <smtpscope/counters.def>
#undef SC_COUNTER
};

#endif
