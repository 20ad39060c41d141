/* forged.c - a side sends on behind the reset in its name: a device in between sent that (diagnosis injected_reset).
 *
 * Who resets a connection has forgotten it, and answers with nothing but further resets (RFC 9293 3.10.7.1).  Octets that
 * continue the stream where the reset cut it, and acknowledge what the other side had sent, were not sent before the reset and
 * are of no other connection on the same ports.
 */
#include "engine/forged.h"

#include "base/text.h"
#include "engine/identify.h"
#include "explain/diagnoses.h"
#include "net/tcp_inside.h"

#define FAR 65536 /* octets: more cannot be on their way without a window that is scaled */

static bool goes_on(const struct sc_tcp *t, enum sc_side side, const struct sc_layers *l)
{
	const struct sc_tcp_side *s = &t->side[side], *other = &t->side[sc_other(side)];
	int64_t from = sc_tcp_offset(s, l->seq) - (int64_t)s->limit, ack = sc_tcp_offset(other, l->ack);
	bool new_octets = l->wire_payload && from >= 0 && from < FAR;
	bool same = other->known && ack >= (int64_t)other->acked && ack <= (int64_t)other->top;
	return new_octets && same && l->flags & SC_TCP_ACK && !(l->flags & (SC_TCP_RST | SC_TCP_SYN));
}

static void tell(struct sc_engine *e, const struct sc_flow *flow, enum sc_side side)
{
	const struct sc_diagnosis_row *row = &sc_diagnoses[SC_DIAGNOSIS_injected_reset];
	char room[256], community[SC_COMMUNITY_OCTETS];
	struct sc_text t = sc_text_into(room, sizeof(room));
	struct sc_ev_head head = sc_identify_flow(flow);
	head.community_id = sc_community_id(e->community, &head.client, &head.server, community);
	head.frames = (struct sc_ev_frames){ flow->last_packet, e->packet };
	sc_text_adds(&t, side == SC_CLIENT ? "The client " : "The server ");
	sc_text_ip(&t, side == SC_CLIENT ? &head.client.ip : &head.server.ip);
	sc_text_adds(&t, " goes on in packet ");
	sc_text_number(&t, e->packet);
	sc_text_adds(&t, ", behind a reset that bears its address: a device in between sent the reset.");
	struct sc_ev_diagnosis body = { .diagnosis = row->name, .severity = row->severity, .confidence = row->confidence,
		.text = sc_text_str(&t), .advice = sc_str_of(row->advice) };
	struct sc_event ev = { .kind = SC_EVENT_diagnosis, .seq = e->seq++, .packet = e->packet, .flow = flow->id, .when = e->when,
		.head = &head, .body = &body };
	e->config.emit(e->config.emit_ctx, &ev);
}

void sc_forged_see(struct sc_engine *e, struct sc_flow *flow, enum sc_side side, const struct sc_layers *l)
{
	if (!flow->reset || side != flow->tcp.reset_by || !goes_on(&flow->tcp, side, l))
		return;
	flow->reset = false;
	tell(e, flow, side);
}
