/* wire.h - gathers the facts of story/wire.h from the packets of a session. */
#ifndef SC_ENGINE_WIRE_H
#define SC_ENGINE_WIRE_H

#include "net/flow.h"
#include "story/wire.h"

/* A packet of `side`, once the stream has taken it.  `text`: the client is in the middle of a message. */
void sc_wire_packet(struct sc_wire *w, const struct sc_flow *flow, enum sc_side side, const struct sc_layers *l,
	const struct sc_packet *pkt, bool text);

/* An ICMP error about a packet that `side` had sent. */
void sc_wire_error(struct sc_wire *w, enum sc_side side, const struct sc_layers *l, const struct sc_packet *pkt);

#endif
