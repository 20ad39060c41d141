/* shard.h - the two halves of sc_engine_feed(), for programs that spread connections over several engines.
 *
 * The front looks at every packet and tells whose it is; the engine of that connection follows it.  Engines that are
 * opened with one configuration, see every tick and get the packets of a shard in order give, together, the events
 * that one engine gives, as long as no limit is reached.
 */
#ifndef SC_ENGINE_SHARD_H
#define SC_ENGINE_SHARD_H

#include <smtpscope/engine.h>

#include "net/defrag.h"
#include "net/flow.h"

#define SC_FRONT_SHARE 64u /* of the memory, for IP fragments: they are rare, and wait seconds at most */

struct sc_front {
	struct sc_counters *counters; /* its owner's */
	uint64_t seed;
	bool     any_port, ignore_network;
	struct sc_defrag defrag;
	uint8_t  ports[65536 / 8];   /* a bit for each that is for mail */
};

static inline bool sc_front_mail(const struct sc_front *f, uint16_t port)
{
	return f->ports[port >> 3] & 1u << (port & 7);
}

/* One of its ends is for mail, or any may be. */
static inline bool sc_front_follows(const struct sc_front *f, const struct sc_layers *l)
{
	return f->any_port || sc_front_mail(f, l->src_port) || sc_front_mail(f, l->dst_port);
}

/* The budget for all state, in octets: what the configuration says, within reason. */
uint64_t sc_engine_memory(const struct sc_engine_config *config);

/* What an engine's memory is for: how many connections and sessions there may be at once, and octets. */
struct sc_engine_plan {
	uint64_t connections, sessions;
	uint64_t connection_octets, session_octets; /* of all of them */
	uint64_t store;     /* what connections and sessions keep: text, what waits for missing octets, TLS */
	uint64_t fragments;
};
struct sc_engine_plan sc_engine_plan(uint64_t memory);

/* False: there is no memory.  Close it in any case. */
bool sc_front_open(struct sc_front *f, const struct sc_engine_config *config, struct sc_counters *counters);
void sc_front_finish(struct sc_front *f); /* end of the capture: fragments that still wait are counted */
void sc_front_close(struct sc_front *f);  /* a zeroed one is fine */

/* Counts the packet and reads its headers.  True: a connection must see it, the one of `ref`; `l` borrows from the
 * packet, or, when that completes a datagram in fragments, from the front, until its next call. */
bool sc_front_read(struct sc_front *f, const struct sc_packet *pkt, struct sc_layers *l, struct sc_flow_ref *ref);

/* Feeds what sc_front_read() has read.  Of `pkt` only number and time are looked at. */
void sc_engine_follow(struct sc_engine *e, const struct sc_flow_ref *ref, const struct sc_layers *l,
	const struct sc_packet *pkt);

/* From here on the engine keeps to one of so many parts of its memory, but at least to what it has touched. */
void sc_engine_narrow(struct sc_engine *e, uint32_t parts);

/* The packet that was read last, perhaps for another engine, and its time: what ends with the capture ends there. */
void sc_engine_place(struct sc_engine *e, uint64_t number, sc_time when);

#endif
