/* engine.c - the program: packet, flow, stream, session.
 *
 * Everything that is on a packet's way is called from sc_engine_feed(), and every event of a session leaves by emit()
 * in mail.c.  Expiry by time happens in sc_engine_tick() only, so that the same packets and ticks give the same events.
 */
#include <smtpscope/engine.h>

#include "base/memory.h"
#include "engine/forged.h"
#include "engine/held.h"
#include "engine/ident.h"
#include "engine/knock.h"
#include "engine/mail.h"
#include "engine/secure.h"
#include "engine/sorting.h"

#define ADVISER_SHARE   32u                  /* of the memory, for connections that an adviser hears */
#define IDLE           (15 * 60 * SC_SECOND) /* longer than a server may take for its verdict (RFC 5321 4.5.3.2.6) */
#define CLOSED_LINGER  (10 * SC_SECOND)      /* late copies of segments still come */
#define DAY            (86400 * SC_SECOND)
#define KNOCKS          3 /* SYNs without an answer, when the capture ends before the next was due */
#define NOT_MAIL_OCTETS 16384 /* from the server without a reply line: something else uses this port */

/* ---- flows ---- */

static void deliver(struct sc_engine *e, struct sc_flow *flow, enum sc_side side, const struct sc_segment *run)
{
	struct sc_mail *m = flow->session;
	if (flow->ignored)
		return;
	if (!m)
		m = sc_sorting_open(e, flow, &side, run);
	if (!m)
		return;
	m->server_octets += side == SC_SERVER && !sc_segment_is_gap(run) ? run->bytes.len : 0;
	sc_session_feed(&m->session, side, run);
	sc_sorting_hear(e, m, side, run);
	if (!m->session.smtp && m->server_octets > NOT_MAIL_OCTETS) {
		sc_sorting_tell(e, m, true);
		sc_mail_close(e, m, SC_END_CAPTURE);
		flow->ignored = true;
	}
}

/* How a connection ended, as far as its packets tell. */
static enum sc_session_end end_of(const struct sc_flow *flow, enum sc_session_end otherwise)
{
	const struct sc_tcp *t = &flow->tcp;
	if (t->reset)
		return t->reset_by == SC_CLIENT ? SC_END_CLIENT_RESET : SC_END_SERVER_RESET;
	bool client = t->side[SC_CLIENT].over, server = t->side[SC_SERVER].over;
	if (client && server) /* whose FIN acknowledges the other's came second */
		return t->side[SC_CLIENT].fin_seen > t->side[SC_SERVER].fin_at ? SC_END_SERVER : SC_END_CLIENT;
	return client ? SC_END_CLIENT : server ? SC_END_SERVER : otherwise;
}

static void drain(struct sc_engine *e, struct sc_flow *flow)
{
	enum sc_side side;
	struct sc_segment run;
	while (sc_tcp_next(&flow->tcp, &e->env, &side, &run))
		deliver(e, flow, side, &run);
}

/* What lies behind a gap, too: nothing more will come. */
static void read_rest(struct sc_engine *e, struct sc_flow *flow)
{
	e->seq = flow == e->flow ? e->seq : 0;
	sc_tcp_flush(&flow->tcp);
	drain(e, flow);
}

/* The connection is over, or given up: what is left of it is told, and it only absorbs late copies from here on. */
static void retire(struct sc_engine *e, struct sc_flow *flow, enum sc_session_end otherwise)
{
	if (flow->state == SC_FLOW_HELD) {
		sc_held_end(e, flow, false);
		return;
	}
	read_rest(e, flow);
	bool port = sc_front_mail(&e->front, flow->key.a_port) || sc_front_mail(&e->front, flow->key.b_port);
	if (flow->state == SC_FLOW_HALF && !flow->beyond && !flow->tcp.side[SC_SERVER].octets)
		sc_knock_half(e, flow, end_of(flow, otherwise), port);
	else if (flow->session)
		sc_mail_close(e, flow->session, end_of(flow, otherwise));
	else if (!flow->ignored && port)
		sc_knock_silent(e, flow, end_of(flow, otherwise));
	sc_sorting_end(e, flow);
	sc_tcp_clear(&flow->tcp, &e->env);
	sc_flow_move(&e->flows, flow, SC_FLOW_CLOSED, e->clock);
}

/* The connection is over, and the capture goes on: it may be told later. */
static void conclude(struct sc_engine *e, struct sc_flow *flow, enum sc_session_end otherwise)
{
	read_rest(e, flow);
	if (!sc_held_take(e, flow, end_of(flow, otherwise)))
		retire(e, flow, otherwise);
}

static void trim_closed(struct sc_engine *e, sc_time now)
{
	struct sc_flow *flow;
	while ((flow = sc_flow_oldest(&e->flows, SC_FLOW_CLOSED)) && now - flow->listed > CLOSED_LINGER)
		sc_flow_remove(&e->flows, flow);
}

static void give_up(struct sc_engine *e, struct sc_flow *flow)
{
	if (flow->state == SC_FLOW_HELD) {
		sc_held_end(e, flow, true);
	} else {
		e->counters.flows_evicted++;
		retire(e, flow, SC_END_EVICTED);
	}
	sc_flow_remove(&e->flows, flow);
}

/* Makes room by giving up what is lost least by: a connection that is over, one that nobody went on with, one that waits for
 * keys, then those idle longest. */
static void make_room(struct sc_engine *e)
{
	bool full = e->flows.pool.taken == e->flows.pool.count;
	struct sc_flow *closed = sc_flow_oldest(&e->flows, SC_FLOW_CLOSED), *half = sc_flow_oldest(&e->flows, SC_FLOW_HALF);
	if (full && closed)
		sc_flow_remove(&e->flows, closed);
	else if (full && half)
		give_up(e, half);
	full = full && !closed && !half;
	while (full || e->sessions.taken == e->sessions.count || sc_blocks_short(&e->store)) {
		struct sc_flow *flow = sc_flow_oldest(&e->flows, SC_FLOW_HELD);
		if (!flow)
			flow = sc_flow_oldest(&e->flows, SC_FLOW_OPEN);
		if (!flow)
			flow = sc_flow_oldest(&e->flows, SC_FLOW_HALF); /* it may have sent data with its SYN */
		if (!flow || flow == e->flow)
			return;
		give_up(e, flow);
		full = false;
	}
}

static bool client_is_source(const struct sc_engine *e, const struct sc_layers *l)
{
	if (l->flags & SC_TCP_SYN)
		return !(l->flags & SC_TCP_ACK);
	bool to_mail = sc_front_mail(&e->front, l->dst_port), from_mail = sc_front_mail(&e->front, l->src_port);
	if (to_mail != from_mail)
		return to_mail;
	return l->src_port >= l->dst_port;
}

static void take_syn(struct sc_flow *flow, const struct sc_syn *syn)
{
	struct sc_tcp_side *client = &flow->tcp.side[SC_CLIENT];
	flow->id = syn->packet;
	flow->first = flow->syn_at = syn->when;
	flow->client_is_a = syn->from_a;
	client->base = syn->seq + 1;
	client->to.offer = syn->offer;
	client->known = client->start = client->seen = client->to.heard = true;
	client->packets = 1;
}

/* A packet of a connection that is not in the table; NULL: it opens none. */
static struct sc_flow *open_flow(struct sc_engine *e, const struct sc_flow_ref *ref, const struct sc_layers *l,
	const struct sc_packet *pkt)
{
	struct sc_syn syn;
	bool bare_syn = (l->flags & (SC_TCP_SYN | SC_TCP_ACK)) == SC_TCP_SYN && !l->wire_payload;
	if (l->flags & SC_TCP_RST) {
		sc_knock_reset(e, ref, l);
		return NULL;
	}
	if (bare_syn) {
		(void)sc_syn_note(&e->flows, ref, l, pkt, e->clock);
		return NULL;
	}
	bool handshake = sc_syn_take(&e->flows, ref, &syn);
	if (!handshake && !l->wire_payload && !(l->flags & SC_TCP_SYN))
		return NULL; /* a tail of something that was over before the capture, or noise */
	make_room(e);
	bool half = l->flags & SC_TCP_SYN;
	struct sc_flow *flow = sc_flow_add(&e->flows, ref, half ? SC_FLOW_HALF : SC_FLOW_OPEN, e->clock);
	if (!flow)
		return NULL;
	e->counters.flows++;
	flow->id = pkt->number;
	flow->first = pkt->when;
	flow->client_is_a = ref->from_a == client_is_source(e, l);
	if (handshake) {
		take_syn(flow, &syn);
		sc_knock_answered(e, &syn);
	}
	return flow;
}

/* A SYN where a connection stands: a new one on the same ports, once the server takes it. */
static bool begins_anew(struct sc_engine *e, const struct sc_flow *flow, const struct sc_flow_ref *ref,
	const struct sc_layers *l, const struct sc_packet *pkt)
{
	if (!(l->flags & SC_TCP_SYN))
		return false;
	const struct sc_tcp_side *s = &flow->tcp.side[sc_flow_side(flow, ref)];
	bool same = s->known && s->base == l->seq + 1;
	if (flow->state >= SC_FLOW_HELD)
		return !same;
	if (same || !s->known)
		return false;
	if (!(l->flags & SC_TCP_ACK)) {
		sc_syn_note(&e->flows, ref, l, pkt, e->clock)->inside = true;
		return false;
	}
	const struct sc_syn *syn = sc_syn_find(&e->flows, ref);
	return syn && syn->seq + 1 == l->ack;
}

static void note_times(struct sc_flow *flow, enum sc_side side, const struct sc_layers *l, const struct sc_packet *pkt)
{
	const struct sc_tcp_side *server = &flow->tcp.side[SC_SERVER];
	flow->beyond |= side == SC_CLIENT && !(l->flags & SC_TCP_SYN);
	if (side == SC_CLIENT && flow->established_at == SC_TIME_NONE && server->seen && (l->flags & SC_TCP_ACK) &&
		!(l->flags & SC_TCP_SYN))
		flow->established_at = pkt->when;
}

/* Somebody goes on with a connection that a server has answered, and had its answer: its numbers cannot be guessed. */
static bool goes_on(const struct sc_flow *flow, enum sc_side side, const struct sc_layers *l)
{
	const struct sc_tcp_side *other = &flow->tcp.side[sc_other(side)];
	return !(l->flags & (SC_TCP_SYN | SC_TCP_RST)) && l->flags & SC_TCP_ACK && other->known && l->ack - other->base <= UINT16_MAX;
}

static void follow(struct sc_engine *e, const struct sc_flow_ref *ref, const struct sc_layers *l, const struct sc_packet *pkt)
{
	if (l->status == SC_DECODE_ICMP) {
		sc_knock_error(e, ref, l, pkt);
		return;
	}
	if (sc_ident_is(l)) {
		sc_ident_tell(e, l, pkt);
		if (!sc_front_follows(&e->front, l))
			return;
	}
	struct sc_flow *flow = sc_flow_find(&e->flows, ref);
	if (flow && begins_anew(e, flow, ref, l, pkt)) {
		if (flow->state == SC_FLOW_HELD)
			sc_held_end(e, flow, true);
		else if (flow->state != SC_FLOW_CLOSED)
			retire(e, flow, SC_END_TIMEOUT);
		sc_flow_remove(&e->flows, flow);
		flow = NULL;
	}
	if (!flow)
		flow = open_flow(e, ref, l, pkt);
	if (!flow) {
		e->counters.packets_no_flow++;
		return;
	}
	if (flow->state >= SC_FLOW_HELD) {
		e->counters.octets_seen += l->payload.len;
		e->counters.octets_after_close += l->payload.len;
		sc_forged_see(e, flow, sc_flow_side(flow, ref), l);
		return;
	}
	enum sc_side side = sc_flow_side(flow, ref);
	e->flow = flow;
	flow->last_packet = pkt->number;
	sc_flow_touch(&e->flows, flow, pkt->when, e->clock);
	note_times(flow, side, l, pkt);
	if (flow->state == SC_FLOW_HALF && goes_on(flow, side, l))
		sc_flow_move(&e->flows, flow, SC_FLOW_OPEN, e->clock);
	if (sc_sorting_passes(flow)) {
		if (sc_sorting_pass(e, flow, side, l))
			retire(e, flow, SC_END_CAPTURE);
		e->flow = NULL;
		return;
	}
	sc_tcp_accept(&flow->tcp, &e->env, side, l, pkt);
	drain(e, flow);
	if (flow->session && e->watches)
		sc_mail_packet(flow->session, sc_flow_side(flow, ref), l, pkt);
	sc_flow_wait(&e->flows, flow, sc_tcp_waits(&flow->tcp));
	if (sc_tcp_over(&flow->tcp))
		conclude(e, flow, SC_END_CAPTURE);
	e->flow = NULL;
	if (sc_blocks_short(&e->store))
		make_room(e);
}

void sc_engine_place(struct sc_engine *e, uint64_t number, sc_time when)
{
	e->packet = number;
	e->when = e->last = when;
	e->seq = 0;
	if (e->first == SC_TIME_NONE)
		e->first = when;
	if (e->clock == SC_TIME_NONE)
		e->clock = when;
}

void sc_engine_follow(struct sc_engine *e, const struct sc_flow_ref *ref, const struct sc_layers *l,
	const struct sc_packet *pkt)
{
	sc_engine_place(e, pkt->number, pkt->when);
	follow(e, ref, l, pkt);
}

void sc_engine_feed(struct sc_engine *e, const struct sc_packet *pkt)
{
	struct sc_layers l;
	struct sc_flow_ref ref;
	sc_engine_place(e, pkt->number, pkt->when);
	if (sc_front_read(&e->front, pkt, &l, &ref))
		follow(e, &ref, &l, pkt);
}

/* ---- time, end ---- */

/* The capture's clock jumped by more than a day: that is no idleness, so every connection's age starts again. */
static void jump(struct sc_engine *e, sc_time now)
{
	for (int i = SC_FLOW_HALF; i <= SC_FLOW_CLOSED; i++)
		for (struct sc_flow *flow = sc_flow_oldest(&e->flows, (enum sc_flow_state)i); flow;
			flow = sc_flow_newer(&e->flows, flow))
			flow->listed = now;
	sc_syn_jump(&e->flows, now);
}

/* Time settles what waits: late octets are given up, idle connections end. */
static void expire(struct sc_engine *e, struct sc_flow *flow, sc_time now)
{
	e->seq = 0;
	if (flow->waits) {
		sc_tcp_tick(&flow->tcp, now);
		drain(e, flow);
		sc_flow_wait(&e->flows, flow, sc_tcp_waits(&flow->tcp));
	}
	if (flow->state == SC_FLOW_HELD)
		sc_held_end(e, flow, false);
	else if (sc_tcp_over(&flow->tcp))
		conclude(e, flow, SC_END_CAPTURE);
	else if (now - flow->listed > IDLE)
		conclude(e, flow, SC_END_TIMEOUT);
}

/* Puts flows that are idle before `list`, but for those that wait: these stand there already. */
static struct sc_flow *idle(const struct sc_engine *e, enum sc_flow_state state, sc_time now, struct sc_flow *list)
{
	for (struct sc_flow *flow = sc_flow_oldest(&e->flows, state); flow && now - flow->listed > IDLE;
		flow = sc_flow_newer(&e->flows, flow)) {
		if (flow->waits)
			continue;
		flow->due = list;
		list = flow;
	}
	return list;
}

/* The flows that time may concern, in the order of their numbers: what is told does not depend on how flows were spread.
 * Open flows stand in the order of `listed`, so those that are idle are the first, whatever stands beside them. */
static struct sc_flow *due(struct sc_engine *e, sc_time now)
{
	struct sc_flow *flow, *list = NULL;
	for (flow = sc_flow_waiting_first(&e->flows); flow; flow = sc_flow_waiting_next(&e->flows, flow)) {
		flow->due = list;
		list = flow;
	}
	list = idle(e, SC_FLOW_HALF, now, list);
	list = idle(e, SC_FLOW_OPEN, now, list);
	list = sc_held_due(e, now, list);
	return sc_flow_sort(list);
}

void sc_engine_tick(struct sc_engine *e, uint64_t number, sc_time now)
{
	struct sc_flow *flow, *next;
	if (e->clock == SC_TIME_NONE)
		e->clock = now;
	if (now - e->clock > DAY || e->clock - now > DAY)
		jump(e, now);
	else if (now < e->clock)
		now = e->clock;
	e->clock = e->when = now;
	e->packet = number;
	struct sc_syn *syns = sc_syn_due(&e->flows, now, false, KNOCKS);
	for (flow = due(e, now); flow; flow = next) {
		next = flow->due;
		syns = sc_knock_unanswered(e, syns, flow->id);
		expire(e, flow, now);
	}
	(void)sc_knock_unanswered(e, syns, UINT64_MAX);
	trim_closed(e, now);
}

void sc_engine_finish(struct sc_engine *e)
{
	struct sc_flow *flow, *next, *list = NULL;
	sc_front_finish(&e->front);
	for (int i = SC_FLOW_HALF; i <= SC_FLOW_HELD; i++) {
		for (flow = sc_flow_oldest(&e->flows, (enum sc_flow_state)i); flow; flow = sc_flow_newer(&e->flows, flow)) {
			flow->due = list;
			list = flow;
		}
	}
	struct sc_syn *syns = sc_syn_due(&e->flows, e->when, true, KNOCKS);
	for (flow = sc_flow_sort(list); flow; flow = next) {
		next = flow->due;
		syns = sc_knock_unanswered(e, syns, flow->id);
		retire(e, flow, SC_END_CAPTURE);
		sc_flow_remove(&e->flows, flow);
	}
	(void)sc_knock_unanswered(e, syns, UINT64_MAX);
}

/* ---- opening, closing ---- */

static uint64_t at_most(uint64_t n, uint64_t most)
{
	return n < most ? n : most;
}

/* A quarter of the memory for connections, a third for sessions, the rest for what they keep. */
struct sc_engine_plan sc_engine_plan(uint64_t memory)
{
	const uint64_t most = UINT64_C(1) << 24;
	struct sc_engine_plan p = { .fragments = memory / SC_FRONT_SHARE };
	p.connections = at_most(memory / 4 / sizeof(struct sc_flow), most);
	p.sessions = at_most(memory / 3 / sizeof(struct sc_mail), most);
	p.connection_octets = p.connections * sizeof(struct sc_flow);
	p.session_octets = p.sessions * sizeof(struct sc_mail);
	p.store = memory - memory / 4 - memory / 3 - p.fragments;
	return p;
}

static bool take_memory(struct sc_engine *e)
{
	struct sc_engine_plan p = sc_engine_plan(sc_engine_memory(&e->config));
	e->scratch = sc_memory_take(sizeof(*e->scratch));
	e->message_room = sc_memory_take(sizeof(*e->message_room));
	return e->scratch && e->message_room && sc_flows_open(&e->flows, (uint32_t)p.connections, e->config.seed) &&
		sc_pool_open(&e->sessions, sizeof(struct sc_mail), (uint32_t)p.sessions) && sc_blocks_open(&e->store, p.store) &&
		sc_tls_host_open(&e->tls, &e->store) && sc_community_open(&e->community) == SC_OK;
}

/* A finding of a detector, behind the event that gave rise to it. */
static void tell_finding(void *ctx, const struct sc_event *finding)
{
	struct sc_engine *e = ctx;
	struct sc_event ev = *finding;
	ev.seq = e->seq++;
	e->config.emit(e->config.emit_ctx, &ev);
}

static bool open_sentry(struct sc_engine *e)
{
	const struct sc_engine_config *c = &e->config;
	if (!c->emit || (c->wants && !(c->wants & SC_WANT(SC_EVENT_finding))))
		return true;
	return sc_sentry_open(&e->sentry, c->detect, c->seed, tell_finding, e) == SC_OK;
}

sc_err sc_engine_open(struct sc_engine **out, const struct sc_engine_config *config)
{
	struct sc_engine *e = sc_memory_take(sizeof(*e));
	if (!e)
		return SC_EFAILED;
	e->config = *config;
	e->first = e->last = e->clock = e->when = SC_TIME_NONE;
	if (!sc_front_open(&e->front, config, &e->counters) || !take_memory(e) || !open_sentry(e)) {
		sc_engine_close(e);
		return SC_EFAILED;
	}
	e->env = (struct sc_tcp_env){ .store = &e->store, .counters = &e->counters, .rule = sc_tcp_rule(config->tcp_policy) };
	sc_mail_host(e);
	e->adviser = config->adviser ? config->adviser->open(sc_engine_memory(config) / ADVISER_SHARE) : NULL;
	if (config->adviser && !e->adviser) {
		sc_engine_close(e);
		return SC_EFAILED;
	}
	e->tls.keys = config->keys;
	e->tls.certificates = !config->wants || (config->wants & SC_WANT(SC_EVENT_tls));
	*out = e;
	return SC_OK;
}

void sc_engine_narrow(struct sc_engine *e, uint32_t parts)
{
	sc_pool_narrow(&e->flows.pool, parts);
	sc_pool_narrow(&e->sessions, parts);
	sc_blocks_narrow(&e->store, parts);
}

void sc_engine_close(struct sc_engine *e)
{
	if (!e)
		return;
	sc_sentry_close(e->sentry);
	sc_community_close(e->community);
	sc_tls_host_close(&e->tls);
	if (e->adviser)
		e->config.adviser->close(e->adviser);
	sc_flows_close(&e->flows);
	sc_pool_close(&e->sessions);
	sc_blocks_close(&e->store);
	sc_memory_give(e->scratch);
	sc_memory_give(e->message_room);
	sc_front_close(&e->front);
	sc_memory_give(e);
}
