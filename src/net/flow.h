/* flow.h - the table of TCP connections that are followed, and the bare SYNs that may become one.
 *
 * A flow is half open (a server has answered a SYN, and no more), open (its segments are read), held (it is over, but not all
 * is told of it), or closed; these two only absorb what still trickles in.  Each kind stands in a list of its own, in order of
 * its flows' last activity, those that are over in order of their end: so a flood of SYNs, answered or not, pushes out nothing but other attempts.  A SYN alone makes no flow: it
 * waits in a small table of its own, where a flood pushes out older SYNs.
 */
#ifndef SC_NET_FLOW_H
#define SC_NET_FLOW_H

#include "base/pool.h"
#include "net/tcp.h"

struct sc_flow_key {
	uint8_t  a[16], b[16];   /* addresses; (a, a_port) < (b, b_port) */
	uint16_t a_port, b_port;
	uint32_t network;        /* as struct sc_layers has it */
	uint8_t  version, zero[3];
};

enum sc_flow_state { SC_FLOW_HALF, SC_FLOW_OPEN, SC_FLOW_HELD, SC_FLOW_CLOSED };

struct sc_flow {                   /* first what every packet needs */
	struct sc_flow_key key;
	uint32_t hash;
	uint32_t chain;            /* next in its bucket: index + 1 */
	uint32_t older, newer;     /* in its list: index + 1 */
	uint8_t  state;            /* enum sc_flow_state */
	bool     client_is_a;      /* which end of the key is the client */
	bool     ignored;          /* judged not to be mail */
	bool     waits;            /* in the list of flows that time may settle */
	bool     beyond;           /* its client sent more than SYNs */
	bool     reset;            /* a reset ended its dialogue: whoever sent that is silent from then on */
	uint64_t last_packet;
	sc_time  last;             /* time of its last packet */
	sc_time  listed;           /* the owner's clock when it was last moved in its list */
	sc_time  established_at;   /* SC_TIME_NONE: not seen */
	void    *session;          /* the engine's */
	struct sc_tcp tcp;
	uint64_t id;               /* number of its first packet */
	sc_time  first;            /* its time */
	sc_time  syn_at;           /* SC_TIME_NONE: not seen */
	uint32_t waits_prev, waits_next;
	struct sc_flow *due;       /* next in a list the engine makes for a moment */
	void    *opinion;          /* the adviser's (engine/sorting.h); NULL: it is not asked */
	bool     asked;            /* it was, or cannot be */
	bool     fin[2];           /* ignored: the side has ended, by enum sc_side */
	uint8_t  heard;            /* runs that were looked at for what they are */
};

struct sc_flow_list {
	uint32_t oldest, newest;   /* index + 1 */
	uint32_t count;
};

/* Who said that it cannot be delivered; packet 0: nobody. */
struct sc_syn_error {
	uint64_t packet;
	struct sc_icmp icmp;
};

struct sc_syn {
	struct sc_flow_key key;
	uint32_t seq;
	struct sc_tcp_offer offer;
	uint64_t packet;           /* first of its kind */
	sc_time  when;
	bool     from_a, used;
	bool     inside;           /* a connection stands on these ports: silence has another reason */
	bool     ecn;              /* the latest asks for ECN (RFC 3168 6.1.1) */
	uint16_t count, ecn_count; /* sent so often, and asking for ECN; earlier ones of the same ports too */
	uint16_t ip_id;            /* of the latest */
	uint64_t first_packet, last_packet;
	sc_time  first, last;      /* their times */
	sc_time  gap;              /* between the last two */
	sc_time  listed;           /* the owner's clock at the last */
	struct sc_syn_error error;
	uint32_t older, newer;     /* in the list of those that wait: index + 1 */
	struct sc_syn *due;        /* next in a list made for a moment */
};

struct sc_flows {
	struct sc_pool pool;
	uint32_t      *buckets;    /* index + 1 */
	uint32_t       mask;
	uint64_t       seed;
	struct sc_flow_list lists[4]; /* by enum sc_flow_state */
	struct sc_flow_list waiting;
	struct sc_syn *syns;
	struct sc_flow_list syn_list; /* in the order of their last packets */
};

bool sc_flows_open(struct sc_flows *f, uint32_t count, uint64_t seed);
void sc_flows_close(struct sc_flows *f);

struct sc_flow_ref {           /* a packet's place in the table */
	struct sc_flow_key key;
	uint32_t hash;
	bool from_a;
};
struct sc_flow_ref sc_flow_ref(uint64_t seed, const struct sc_layers *l);

/* Connections of one shard (0 to SC_FLOW_SHARDS - 1) share the places in which their SYNs wait, so what a flood pushes out
 * does not depend on which shards a table has. */
#define SC_FLOW_SHARDS 8192u
static inline uint32_t sc_flow_shard(const struct sc_flow_ref *ref)
{
	return ref->hash >> 8 & (SC_FLOW_SHARDS - 1);
}

struct sc_flow *sc_flow_find(const struct sc_flows *f, const struct sc_flow_ref *ref);

/* A new flow; NULL when the table is full (then evict).  The rest is zero. */
struct sc_flow *sc_flow_add(struct sc_flows *f, const struct sc_flow_ref *ref, enum sc_flow_state state, sc_time clock);

void sc_flow_remove(struct sc_flows *f, struct sc_flow *flow);

/* `clock` never goes back from call to call, as packets' times may: so the lists are in the order of `listed`. */
void sc_flow_touch(struct sc_flows *f, struct sc_flow *flow, sc_time when, sc_time clock); /* not over: activity */
void sc_flow_move(struct sc_flows *f, struct sc_flow *flow, enum sc_flow_state state, sc_time clock); /* to a later state */
void sc_flow_wait(struct sc_flows *f, struct sc_flow *flow, bool waits); /* enters or leaves the waiting list */

struct sc_flow *sc_flow_oldest(const struct sc_flows *f, enum sc_flow_state state); /* NULL: none */
struct sc_flow *sc_flow_newer(const struct sc_flows *f, const struct sc_flow *flow);
struct sc_flow *sc_flow_waiting_first(const struct sc_flows *f);
struct sc_flow *sc_flow_waiting_next(const struct sc_flows *f, const struct sc_flow *flow);

/* Sorts a list linked by `due` by the flows' numbers. */
struct sc_flow *sc_flow_sort(struct sc_flow *list);

/* Remembers a bare SYN (the first of its kind counts), and gives back and forgets the one of this connection. */
struct sc_syn *sc_syn_note(struct sc_flows *f, const struct sc_flow_ref *ref, const struct sc_layers *l,
	const struct sc_packet *pkt, sc_time clock);
struct sc_syn *sc_syn_find(const struct sc_flows *f, const struct sc_flow_ref *ref); /* NULL: none */
bool sc_syn_take(struct sc_flows *f, const struct sc_flow_ref *ref, struct sc_syn *out);
void sc_syn_forget(struct sc_flows *f, struct sc_syn *syn);

/* Those whose next repetition is overdue at `now`, linked by `due`, in the order of their last packets.  `finish`: the
 * capture ends, so those that were sent `enough` times, or of which an error tells, are among them in any case. */
struct sc_syn *sc_syn_due(struct sc_flows *f, sc_time now, bool finish, uint16_t enough);
void sc_syn_jump(struct sc_flows *f, sc_time now); /* the clock jumped: nothing is overdue */

static inline enum sc_side sc_flow_side(const struct sc_flow *flow, const struct sc_flow_ref *ref)
{
	return ref->from_a == flow->client_is_a ? SC_CLIENT : SC_SERVER;
}

/* Address and port of a side. */
void sc_flow_end(const struct sc_flow *flow, enum sc_side side, struct sc_ip *ip, uint16_t *port);

#endif
