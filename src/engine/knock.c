/* knock.c - attempts to connect that led to no dialogue; see knock.h.
 *
 * An engine sees the connections of its shards only, so it judges nothing: the `knock` events go to where all of them meet
 * (story/knocks.c), in the order of the capture.
 */
#include "engine/knock.h"

#include "engine/identify.h"
#include "engine/mail.h"

static bool wanted(const struct sc_engine *e)
{
	return e->config.emit && (!e->config.wants || e->config.wants & SC_WANT(SC_EVENT_knock));
}

static void emit(struct sc_engine *e, struct sc_ev_head *head, uint64_t flow, const struct sc_ev_knock *body)
{
	char community[SC_COMMUNITY_OCTETS];
	head->community_id = sc_community_id(e->community, &head->client, &head->server, community);
	struct sc_event ev = { .kind = SC_EVENT_knock, .seq = e->seq++, .packet = e->packet, .flow = flow, .when = e->when,
		.head = head, .body = body };
	e->config.emit(e->config.emit_ctx, &ev);
}

static struct sc_ev_endpoint end_of_key(const struct sc_flow_key *key, bool a)
{
	struct sc_ev_endpoint end = { .ip = { .version = key->version }, .port = a ? key->a_port : key->b_port };
	memcpy(end.ip.octets, a ? key->a : key->b, sizeof(end.ip.octets));
	return end;
}

static void tell_syn(struct sc_engine *e, const struct sc_syn *syn, const char *how, uint64_t last)
{
	struct sc_ev_head head = { .client = end_of_key(&syn->key, syn->from_a), .server = end_of_key(&syn->key, !syn->from_a),
		.frames = { syn->first_packet, syn->error.packet > last ? syn->error.packet : last } };
	head.session = sc_identify(&head, syn->seq + 1, syn->when);
	struct sc_ev_knock body = { .how = how, .syns = syn->count, .ecn_syns = syn->ecn_count, .first_ts = syn->first,
		.last_ts = syn->last, .waited_ms = SC_TIME_NONE };
	if (syn->error.packet) {
		body.reporter = syn->error.icmp.from;
		body.icmp_type = syn->error.icmp.type;
		body.icmp_code = syn->error.icmp.code;
		body.icmp_packet = syn->error.packet;
		body.forbidden = syn->error.icmp.forbidden;
	}
	if (wanted(e) && !syn->inside)
		emit(e, &head, syn->last_packet, &body);
}

struct sc_syn *sc_knock_unanswered(struct sc_engine *e, struct sc_syn *due, uint64_t before)
{
	while (due && due->last_packet < before) {
		struct sc_syn *next = due->due;
		e->seq = 0;
		tell_syn(e, due, due->error.packet ? "unreachable" : "timeout", due->last_packet);
		sc_syn_forget(&e->flows, due);
		due = next;
	}
	return due;
}

void sc_knock_reset(struct sc_engine *e, const struct sc_flow_ref *ref, const struct sc_layers *l)
{
	struct sc_syn *syn = sc_syn_find(&e->flows, ref);
	if (!syn || syn->from_a == ref->from_a || !(l->flags & SC_TCP_ACK) || l->ack != syn->seq + 1)
		return;
	tell_syn(e, syn, "refused", e->packet);
	sc_syn_forget(&e->flows, syn);
}

void sc_knock_answered(struct sc_engine *e, const struct sc_syn *syn)
{
	if (syn->ecn_count && !syn->ecn)
		tell_syn(e, syn, "ecn", e->packet);
}

/* Without the client's SYN its side may just not be captured; what was given up for want of room may have gone on. */
void sc_knock_half(struct sc_engine *e, struct sc_flow *flow, enum sc_session_end how, bool mail)
{
	const struct sc_tcp_side *client = &flow->tcp.side[SC_CLIENT], *server = &flow->tcp.side[SC_SERVER];
	bool silent = !server->seen, refused = how == SC_END_SERVER_RESET && server->packets == 1;
	bool half = flow->syn_at != SC_TIME_NONE && server->packets && how >= SC_END_TIMEOUT && how != SC_END_EVICTED;
	if (flow->session)
		sc_mail_drop(e, flow->session);
	if (!mail || !client->seen || !wanted(e) || !(silent || refused || half) || how == SC_END_EVICTED)
		return;
	struct sc_ev_head head = sc_identify_flow(flow);
	struct sc_ev_knock body = { .how = silent ? "timeout" : refused ? "refused" : "half_open", .syns = client->packets,
		.answers = half ? server->packets : 0, .first_ts = flow->first, .last_ts = flow->last,
		.waited_ms = half ? flow->last - flow->first : SC_TIME_NONE };
	emit(e, &head, flow->id, &body);
}

/* A balancer's check opens and closes at once; what it leaves is told like any other, and judged elsewhere. */
void sc_knock_silent(struct sc_engine *e, const struct sc_flow *flow, enum sc_session_end how)
{
	static const struct {
		const char *how, *by;
	} ends[] = {
		[SC_END_CLIENT] = { "closed", "client" },       [SC_END_SERVER] = { "closed", "server" },
		[SC_END_CLIENT_RESET] = { "reset", "client" },  [SC_END_SERVER_RESET] = { "reset", "server" },
		[SC_END_TIMEOUT] = { "silent", NULL },          [SC_END_EVICTED] = { NULL, NULL },
		[SC_END_CAPTURE] = { "silent", NULL },
	};
	const struct sc_tcp *t = &flow->tcp;
	bool silent = !t->side[0].octets && !t->side[1].octets;
	bool whole = flow->syn_at != SC_TIME_NONE && flow->established_at != SC_TIME_NONE && t->side[SC_SERVER].seen;
	if (!ends[how].how || !silent || !whole || t->side[0].gap_octets || t->side[1].gap_octets || !wanted(e))
		return;
	struct sc_ev_head head = sc_identify_flow(flow);
	sc_time until = ends[how].by ? flow->last : sc_engine_until(e, flow);
	struct sc_ev_knock body = { .how = ends[how].how, .by = ends[how].by, .syns = 1, .first_ts = flow->first,
		.last_ts = flow->last, .waited_ms = until - flow->established_at };
	emit(e, &head, flow->id, &body);
}

void sc_knock_error(struct sc_engine *e, const struct sc_flow_ref *ref, const struct sc_layers *l,
	const struct sc_packet *pkt)
{
	struct sc_flow *flow = sc_flow_find(&e->flows, ref);
	struct sc_syn *syn = flow ? NULL : sc_syn_find(&e->flows, ref);
	if (flow && flow->session)
		sc_mail_error(flow->session, sc_flow_side(flow, ref), l, pkt);
	else if (syn && syn->from_a == ref->from_a && syn->seq == l->seq && l->icmp.unreachable)
		syn->error = (struct sc_syn_error){ pkt->number, l->icmp };
}
