/* tcp.h - puts the octets of a TCP connection in order, both sides (RFC 9293).
 *
 * Feed it segments with sc_tcp_accept(), then pull runs with sc_tcp_next() until it gives false.  A run waits, within
 * bounds, for the octets before it and for the octets of the other side that it acknowledges; so runs come out in an
 * order in which they can have been sent, however the capture shuffled them.  What never came is given as a gap.
 */
#ifndef SC_NET_TCP_H
#define SC_NET_TCP_H

#include <smtpscope/counters.h>
#include <smtpscope/engine.h>

#include "base/segment.h"
#include "net/receiver.h"

struct sc_tcp_env {
	struct sc_blocks   *store;
	struct sc_counters *counters;
	enum sc_overlap     rule; /* for octets that came twice, where no acknowledgement tells which copy counts */
	bool                slow; /* every segment goes the long way: the plain twin that tests compare with */
};

enum sc_overlap sc_tcp_rule(enum sc_tcp_policy policy);

struct sc_tcp_side {      /* first what nearly every segment needs */
	struct sc_receiver to; /* what the other side goes by when it judges segments of this one */
	uint64_t next;        /* delivered up to here */
	uint64_t top;         /* end of what was captured */
	uint64_t acked;       /* end of what the other side acknowledged */
	uint64_t octets;      /* payload captured */
	uint32_t packets, truncated;
	uint32_t base;        /* sequence number of stream offset 0 */
	bool     known;       /* base is set */
	bool     seen;        /* a packet of this side was captured */
	bool     start;       /* offset 0 is the real beginning of the stream */
	bool     fin;         /* its end is at fin_at, if what came before it comes in */
	bool     fin_sure;    /* the other side acknowledged its end */
	bool     fin_assumed; /* its FIN was not captured, an acknowledgement tells of it */
	bool     over;        /* everything up to fin_at was delivered */
	bool     given_up;    /* octets of it were waited for once, in vain */
	bool     reset;       /* its RST was accepted: nothing counts from `limit` on */
	bool     urgent;      /* the octet at urgent_at is urgent: its receiver reads it beside the stream */
	uint16_t short_len;   /* of the last short segment that came in its turn; 0: none */
	uint32_t short_seq, short_sum; /* where it began, and what its octets were: so that other ones in their place are noticed */
	sc_time  stuck_since; /* something cannot be delivered since then; SC_TIME_NONE */
	struct sc_pieces early;
	struct sc_pieces doubt; /* octets that the other side has to refuse; taken when it acknowledges them nevertheless */
	uint64_t claim;         /* end of what the other side acknowledged although nothing shows that it was sent */
	sc_time  claimed;
	sc_time  proven_since;  /* it acknowledged octets of `doubt` since then; SC_TIME_NONE */
	uint8_t  proven_tries;  /* times that they were looked at since */
	uint64_t fin_at, fin_from; /* where the segment with the FIN ended and began */
	uint64_t fin_later, fin_later_from; /* another FIN farther on, in case that one is not taken; 0: none */
	uint64_t reported, newest;   /* where the highest block of the receiver's latest SACK option ends; the latest early segment */
	uint64_t fin_seen;    /* what its FIN acknowledged: one beyond the other side's fin_at when that came first */
	uint64_t limit;
	uint64_t urgent_at;
	uint64_t gap_octets;  /* given as gaps */
};

struct sc_tcp {
	bool plain;                  /* both sides are known, and nothing waits, is in doubt, ends or is odd otherwise */
	bool now_fin;                /* the packet being accepted ends with a FIN */
	bool reset;                  /* a RST was accepted */
	bool reset_waits;            /* one came that may or may not fit: silence of its receiver will tell that it did */
	bool reset_likely;           /* it did as likely as not: what comes behind it waits for the answer */
	bool flushing;               /* nothing more comes: wait for nothing */
	enum sc_side now_side;
	unsigned now_weak;           /* enum sc_refusal: it may have been taken only if the capture lacks something */
	sc_time clock;               /* latest packet time */
	struct sc_segment now;       /* borrowed payload of the packet being accepted; len 0: none */
	struct sc_tcp_side side[2];
	struct sc_segment now_cut;   /* what the capture cut off behind `now`, a gap; len 0: none */
	uint64_t quirks;             /* SC_QUIRK_BIT(tcp_...) */
	struct sc_block *spent;      /* of the run given last */
	struct sc_block *lent;       /* of the run in work, while the rest of the piece still waits */
	enum sc_side reset_by;
	uint32_t reset_seq, reset_octets;
	sc_time  reset_when;
};

void sc_tcp_open(struct sc_tcp *t);

/* Takes the segment of `side`.  Its payload is borrowed until sc_tcp_keep(), which is called when sc_tcp_next() has given
 * false. */
void sc_tcp_accept(struct sc_tcp *t, const struct sc_tcp_env *env, enum sc_side side, const struct sc_layers *l,
	const struct sc_packet *pkt);

/* The next run that can be delivered, or false.  `*side` tells whose.  (sc_tcp_odd_... is for a connection that is not
 * plain.) */
bool sc_tcp_odd_next(struct sc_tcp *t, const struct sc_tcp_env *env, enum sc_side *side, struct sc_segment *run);
static inline bool sc_tcp_next(struct sc_tcp *t, const struct sc_tcp_env *env, enum sc_side *side, struct sc_segment *run)
{
	if (!t->plain)
		return sc_tcp_odd_next(t, env, side, run);
	if (!t->now.bytes.len)
		return false;
	*side = t->now_side; /* the payload of the packet just accepted: nothing else can be there */
	*run = t->now;
	t->side[t->now_side].next += t->now.bytes.len;
	env->counters->octets_delivered += t->now.bytes.len;
	t->now.bytes.len = 0;
	return true;
}

/* Copies what could not be delivered. */
void sc_tcp_keep(struct sc_tcp *t, const struct sc_tcp_env *env);

/* True when something waits that time alone can settle. */
bool sc_tcp_odd_waits(const struct sc_tcp *t);
static inline bool sc_tcp_waits(const struct sc_tcp *t)
{
	return !t->plain && sc_tcp_odd_waits(t);
}

/* Time passes without packets of this connection; then pull again. */
void sc_tcp_tick(struct sc_tcp *t, sc_time now);

/* Nothing more will come: sc_tcp_next() then gives all that is left, gaps included. */
void sc_tcp_flush(struct sc_tcp *t);

/* Both sides have ended, or a reset was accepted, and nothing is waited for. */
bool sc_tcp_odd_over(const struct sc_tcp *t);
static inline bool sc_tcp_over(const struct sc_tcp *t)
{
	return !t->plain && sc_tcp_odd_over(t);
}

/* Gives back what is held; octets that were still waiting count as dropped. */
void sc_tcp_clear(struct sc_tcp *t, const struct sc_tcp_env *env);

#endif
