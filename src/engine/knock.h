/* knock.h - attempts to connect that led to no dialogue, as events for those who see all connections. */
#ifndef SC_ENGINE_KNOCK_H
#define SC_ENGINE_KNOCK_H

#include "engine/inside.h"

/* Of the SYNs that are not awaited any more (sc_syn_due), tells those that come before packet `before`, and gives the rest:
 * flows and SYNs are told together in the order of their numbers. */
struct sc_syn *sc_knock_unanswered(struct sc_engine *e, struct sc_syn *due, uint64_t before);

/* A reset outside a connection: if it answers a SYN (RFC 9293 3.5.2), that was refused. */
void sc_knock_reset(struct sc_engine *e, const struct sc_flow_ref *ref, const struct sc_layers *l);

/* The SYN was answered: of interest when earlier ones asked for ECN and it did not. */
void sc_knock_answered(struct sc_engine *e, const struct sc_syn *syn);

/* A connection that its client never went on with ends: nobody answered the SYN, which had data with it (RFC 7413), or the
 * server's answers got no answer.  `mail`: its port is one of mail; else nothing is told. */
void sc_knock_half(struct sc_engine *e, struct sc_flow *flow, enum sc_session_end how, bool mail);

/* A connection ended before anything was said, or stands there to the end. */
void sc_knock_silent(struct sc_engine *e, const struct sc_flow *flow, enum sc_session_end how);

/* An ICMP error about a packet of a connection, or of an attempt at one. */
void sc_knock_error(struct sc_engine *e, const struct sc_flow_ref *ref, const struct sc_layers *l, const struct sc_packet *pkt);

#endif
