/* ident.c - tells of questions to port 113; see ident.h.
 *
 * Trusts nothing but the two addresses: who asked whom, and whether the port spoke.  A reset by the one who asked ends his
 * question and is no answer.
 */
#include "engine/ident.h"

void sc_ident_tell(struct sc_engine *e, const struct sc_layers *l, const struct sc_packet *pkt)
{
	bool asks = l->dst_port == SC_IDENT_PORT && l->flags & SC_TCP_SYN && !(l->flags & SC_TCP_ACK);
	bool answers = l->src_port == SC_IDENT_PORT;
	if (asks == answers || !e->config.emit || (e->config.wants && !(e->config.wants & SC_WANT(SC_EVENT_ident))))
		return;
	struct sc_ev_head head = { .frames = { pkt->number, pkt->number } };
	head.client = (struct sc_ev_endpoint){ asks ? l->src : l->dst, asks ? l->src_port : l->dst_port };
	head.server = (struct sc_ev_endpoint){ asks ? l->dst : l->src, SC_IDENT_PORT };
	struct sc_ev_ident body = { .answered = answers };
	struct sc_event ev = { .kind = SC_EVENT_ident, .seq = e->seq++, .packet = e->packet, .flow = pkt->number, .when = e->when,
		.head = &head, .body = &body };
	e->config.emit(e->config.emit_ctx, &ev);
}
