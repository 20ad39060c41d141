/* ident.h - questions to port 113 (RFC 1413), for which mail servers let their clients wait.  They are no mail and open no
 * flow; what is seen of them goes to where all sessions meet (story/idents.c). */
#ifndef SC_ENGINE_IDENT_H
#define SC_ENGINE_IDENT_H

#include "engine/inside.h"

#define SC_IDENT_PORT 113u

/* The first packet of such a question, or of its answer. */
static inline bool sc_ident_is(const struct sc_layers *l)
{
	bool port = l->src_port == SC_IDENT_PORT || l->dst_port == SC_IDENT_PORT;
	return port && l->flags & (SC_TCP_SYN | SC_TCP_RST);
}

void sc_ident_tell(struct sc_engine *e, const struct sc_layers *l, const struct sc_packet *pkt);

#endif
