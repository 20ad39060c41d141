/* topology.h - the engine's face over one engine on the calling thread, or over several on threads of their own.
 *
 * The calling thread reads headers, copies each packet that a connection must see into the ring of the worker its
 * connection belongs to, merges what the workers tell, and emits it; when the rings are full it works for one of them
 * (app/crew.h), so there is one thread less than workers, but for live captures.  `emit` is called on the calling thread only,
 * inside the calls below, as by an engine.  So what stands behind it, filters, outputs, signals, has one owner and
 * no lock; writing costs the reader less than handing every event to one more thread would.  When an output is
 * slow the reader stands still, a captured interface's buffer fills, and the kernel counts what it drops: nothing
 * is lost silently.
 *
 * The same packets and ticks give the same events for any number of workers, while no limit is reached.
 *
 * A captured interface that one reader cannot follow may be read through several sockets instead: see fan.h. */
#ifndef SC_APP_TOPOLOGY_H
#define SC_APP_TOPOLOGY_H

#include <smtpscope/engine.h>

#define SC_TOPOLOGY_WORKERS 256 /* at most */

struct sc_topology;

struct sc_topology_config {
	struct sc_engine_config engine; /* `memory` is for all workers together; for the one while it is alone */
	size_t   workers; /* 1 (or 0): on the calling thread, without copying */
	uint64_t lead;  /* packets of connections that the calling thread treats alone before it starts the workers:
	                 * a small input shall not pay for threads */
	uint32_t heavy; /* when those carry more octets on average, it goes on alone and looks again after twice as
	                 * many: message text costs as much to hand over as to read; 0: it never does */
	uint64_t context; /* SC_WANT bits: events of these kinds keep `session` */
	bool     live;    /* a packet whose worker's ring is full is dropped and counted, else waited for */
};

/* SC_EFAILED when there is no memory. */
sc_err sc_topology_open(struct sc_topology **out, const struct sc_topology_config *config);

/* As the engine's; the first tick comes before the first packet. */
void   sc_topology_feed(struct sc_topology *t, const struct sc_packet *pkt);
void   sc_topology_tick(struct sc_topology *t, uint64_t number, sc_time now);
void   sc_topology_finish(struct sc_topology *t);

/* The input is quiet: nothing that was fed waits for company any more, and what the workers have told is emitted. */
void   sc_topology_settle(struct sc_topology *t);

/* Everything that was fed is done: until the next call no engine is at work, and what they look into may change. */
void   sc_topology_still(struct sc_topology *t);

/* Sums over all workers, up to the packet fed last: what it has caused is emitted before.  The counters hold until
 * the next call. */
void   sc_topology_totals(struct sc_topology *t, struct sc_engine_totals *totals);
const struct sc_counters *sc_topology_counters(struct sc_topology *t);

/* There is one worker only, or the input is heavy: for a good while the calling thread does all by itself. */
bool   sc_topology_alone(const struct sc_topology *t);

/* Packets dropped because a worker could not follow. */
uint64_t sc_topology_dropped(const struct sc_topology *t);

void   sc_topology_close(struct sc_topology *t); /* NULL is fine */

/* Processors this process may use. */
size_t sc_topology_processors(void);

#endif
