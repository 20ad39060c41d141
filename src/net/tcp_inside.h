/* tcp_inside.h - what the files of the reassembly share: tcp.c gives runs out, tcp_accept.c takes segments in, tcp_doubt.c
 * holds those that their receiver has to refuse. */
#ifndef SC_NET_TCP_INSIDE_H
#define SC_NET_TCP_INSIDE_H

#include "net/tcp.h"

#define SC_TCP_GRACE         (250 * SC_MS)   /* acknowledged octets may be captured that much late */
#define SC_TCP_GRACE_ALONE   (3 * SC_SECOND) /* the other side is not captured, so nothing tells what arrived */
#define SC_TCP_SILENCE       (500 * SC_MS)   /* what a side has not denied by then it will not deny */
#define SC_TCP_GRACE_UNACKED (60 * SC_SECOND) /* a retransmission is due and has not come */
#define SC_TCP_SLACK         (2 * SC_MS)     /* packets of the two sides may be captured that much out of order */
#define SC_TCP_EARLY_OCTETS  (8u << 20)      /* a side; as much as a large window can hold before a retransmission */
#define SC_TCP_EARLY_PIECES  3500            /* give up waiting before the queue's own limit */
#define SC_TCP_WINDOW        (64 << 20)      /* farther ahead is no part of this connection */

/* Stream offset of a sequence number, the one nearest to what was delivered. */
static inline int64_t sc_tcp_offset(const struct sc_tcp_side *s, uint32_t seq)
{
	return (int64_t)s->next + (int32_t)(seq - (s->base + (uint32_t)s->next));
}

static inline uint64_t sc_tcp_clip(int64_t offset)
{
	return offset < 0 ? 0 : (uint64_t)offset;
}

/* An offset of the stream, at most where it ends. */
static inline uint64_t sc_tcp_within(const struct sc_tcp_side *s, uint64_t offset)
{
	return s->fin && offset > s->fin_at ? s->fin_at : offset;
}

/* Where the segment began that ends with a FIN at `offset`; 0: none does. */
static inline uint64_t sc_tcp_fin_before(const struct sc_tcp_side *s, uint64_t offset)
{
	if (!s->fin)
		return 0;
	return s->fin_at == offset ? s->fin_from : s->fin_later == offset ? s->fin_later_from : 0;
}

/* What a side sends it has sent, whether or not it is taken. */
static inline void sc_tcp_see_sent(struct sc_tcp_side *s, const struct sc_layers *l)
{
	int64_t end = sc_tcp_offset(s, l->seq) + (int64_t)l->wire_payload + ((l->flags & (SC_TCP_SYN | SC_TCP_FIN)) != 0);
	if (end > (int64_t)s->to.sent && end - SC_TCP_WINDOW <= (int64_t)s->next)
		s->to.sent = (uint64_t)end;
}

/* Something is in doubt on either side. */
static inline bool sc_tcp_doubts(const struct sc_tcp *t)
{
	return t->side[0].doubt.first || t->side[1].doubt.first || t->side[0].claim || t->side[1].claim;
}

/* A reset that may have fitted did, when nothing more comes, or when octets came that were sent before it. */
void sc_tcp_decide_reset(struct sc_tcp *t, const struct sc_tcp_env *env);

void sc_tcp_set_clock(struct sc_tcp *t, sc_time when);

/* Notes that everything up to the end was delivered, when it was, and forgets what came behind it. */
void sc_tcp_see_end(struct sc_tcp *t, const struct sc_tcp_env *env, enum sc_side side);

/* What the receiver has, as far as packets show. */
struct sc_tcp_held {
	uint64_t due;  /* where the octets end that it has without a hole */
	uint64_t top;  /* where the last run behind a hole ends */
	int      runs; /* behind holes */
};
struct sc_tcp_held sc_tcp_held(const struct sc_tcp_side *s);

/* Puts octets, with a FIN behind them or not, weak (why: enum sc_refusal) or not, among those that wait.  What the other side has acknowledged or has in order is not replaced. */
void sc_tcp_hold(struct sc_tcp *t, const struct sc_tcp_env *env, enum sc_side side, const struct sc_segment *seg,
	bool fin, unsigned weak);

/* Faults that may be the capture's, when it lacks what allowed the segment. */
#define SC_TCP_OPEN (SC_REFUSE_FAR_ACK | SC_REFUSE_BEYOND | SC_REFUSE_OUTSIDE)

/* Nothing of `s` was captured for a while since then, so that it cannot contradict. */
bool sc_tcp_silent(const struct sc_tcp *t, const struct sc_tcp_side *s, sc_time since);

/* Notes that octets of the other side are acknowledged that nothing shows to have been sent: the capture lacks them, or the
 * acknowledgement lies. */
void sc_tcp_claim(struct sc_tcp *t, enum sc_side side, const struct sc_layers *l);

/* A refused copy of octets of `seg` could well have been taken. */
bool sc_tcp_contested(const struct sc_tcp_side *s, const struct sc_segment *seg);

/* A segment that its receiver has to refuse, for the reasons of `refusals`. */
void sc_tcp_refuse(struct sc_tcp *t, const struct sc_tcp_env *env, enum sc_side side, const struct sc_layers *l,
	const struct sc_packet *pkt, unsigned refusals);

/* Decides about refused octets of both sides as far as packets and time tell.  `force`: what is acknowledged is taken now.
 * True when octets were taken. */
bool sc_tcp_settle(struct sc_tcp *t, const struct sc_tcp_env *env, bool force);

/* A packet of `side` tells which octets of the other side it has, by number and by SACK. */
void sc_tcp_see_answer(struct sc_tcp *t, const struct sc_tcp_env *env, enum sc_side side, const struct sc_layers *l);

#endif
