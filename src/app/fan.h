/* fan.h - an interface that one reader cannot follow, read through several sockets at once.
 *
 * The kernel spreads connections over the sockets (PACKET_FANOUT by a hash that is the same for both directions; it puts
 * IPv4 fragments together before).  Each socket has a thread, which reads packets and analyses them without a copy.  The
 * calling thread merges what the threads tell, by time, and emits it; `emit` is called on that thread only.
 *
 * What the kernel's hash cannot see is split over sockets: connections in UDP tunnels (VXLAN, GENEVE, GTP, Teredo) and
 * IPv6 fragments.  There one socket and the dispatch of topology.h are right. */
#ifndef SC_APP_FAN_H
#define SC_APP_FAN_H

#include <smtpscope/engine.h>

#include "input/source.h"

#define SC_FAN_MOST 64

struct sc_fan_config {
	struct sc_engine_config engine; /* `memory` is for all sockets together */
	struct sc_source *const *sources; /* of sockets that share an interface; they stay the caller's, who leaves them alone */
	size_t  count;
	uint64_t context;               /* SC_WANT bits: events of these kinds keep `session` */
};

/* What all threads have counted. */
struct sc_fan_sums {
	struct sc_engine_totals totals;
	struct sc_source_facts  facts;
};

struct sc_fan;

/* Opens engines and starts the threads.  SC_EFAILED: no memory, or no threads. */
sc_err sc_fan_open(struct sc_fan **out, const struct sc_fan_config *config);

/* Emits what can be emitted; waits up to 100 ms when there is nothing.  False: no socket gives packets any more. */
bool   sc_fan_step(struct sc_fan *f);

/* Waits until each thread has told its sums, and what these rest on is emitted; a few hundred milliseconds when all is quiet. */
void   sc_fan_sum(struct sc_fan *f, struct sc_fan_sums *sums);

/* The end: what is on its way is read, for 300 ms at most, sessions end, everything is emitted.  The threads are gone then. */
void   sc_fan_finish(struct sc_fan *f);
void   sc_fan_close(struct sc_fan *f); /* NULL is fine */

#endif
