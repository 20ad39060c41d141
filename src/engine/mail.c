/* mail.c - the sessions of an engine: how they open, what they tell, how they close; see mail.h.
 *
 * Every event of a session leaves by emit() below.
 */
#include "engine/mail.h"

#include "engine/identify.h"
#include "engine/secure.h"
#include "engine/sorting.h"
#include "engine/wire.h"
#include "explain/diagnoses.h"
#include "explain/diagnostic.h"

static void tally(struct sc_engine *e, enum sc_event_kind kind, const void *body)
{
	if (kind == SC_EVENT_transaction) {
		e->counters.transactions++;
	} else if (kind == SC_EVENT_session) {
		const struct sc_ev_session *ev = body;
		uint64_t *to = (uint64_t *)&e->outcomes;
		const uint64_t *from = (const uint64_t *)&ev->recipients;
		for (size_t i = 0; i < sizeof(e->outcomes) / sizeof(uint64_t); i++)
			to[i] += from[i];
	} else if (kind == SC_EVENT_delivery) {
		const struct sc_ev_delivery *ev = body;
		for (int i = 1; ev->cause && i < SC_CAUSES; i++)
			e->causes[i] += ev->cause == sc_cause_name((enum sc_cause)i);
	}
}

static bool wanted(const struct sc_engine *e, enum sc_event_kind kind)
{
	return e->config.emit && (!e->config.wants || e->config.wants & SC_WANT(kind));
}

static void pass_on(struct sc_engine *e, struct sc_mail *m, const struct sc_ev_head *head, enum sc_event_kind kind,
	const void *body)
{
	struct sc_event ev = { .kind = kind, .seq = e->seq++, .packet = e->packet, .flow = m->flow->id, .when = e->when,
		.head = head, .session = &m->session.facts, .body = body };
	e->config.emit(e->config.emit_ctx, &ev);
}

static struct sc_ev_head head_of(const struct sc_mail *m, uint64_t first, uint64_t last)
{
	struct sc_ev_head head = m->session.id;
	head.frames = (struct sc_ev_frames){ first, last > first ? last : first };
	return head;
}

struct teller {
	struct sc_engine *e;
	struct sc_mail *m;
};

static void tell_diagnosis(void *ctx, const struct sc_ev_diagnosis *body, uint64_t first, uint64_t last)
{
	struct teller *t = ctx;
	struct sc_ev_head head = head_of(t->m, first, last);
	if (body->diagnosis == sc_diagnoses[SC_DIAGNOSIS_injected_reset].name)
		t->m->flow->reset = false; /* no need to find out later */
	pass_on(t->e, t->m, &head, SC_EVENT_diagnosis, body);
}

/* What went wrong is told when all is known, just before the end of the session. */
static void diagnose(struct sc_engine *e, struct sc_mail *m)
{
	static const enum sc_watch_end ends[] = {
		[SC_END_CLIENT] = SC_WATCH_CLIENT,             [SC_END_SERVER] = SC_WATCH_SERVER,
		[SC_END_CLIENT_RESET] = SC_WATCH_CLIENT_RESET, [SC_END_SERVER_RESET] = SC_WATCH_SERVER_RESET,
		[SC_END_TIMEOUT] = SC_WATCH_OPEN,              [SC_END_EVICTED] = SC_WATCH_OPEN,
		[SC_END_CAPTURE] = SC_WATCH_OPEN,
	};
	struct teller t = { e, m };
	struct sc_watch_facts facts = { &m->watch, &m->wire, &m->session.facts, &m->session.id, ends[m->how],
		sc_engine_until(e, m->flow) };
	struct sc_ev_wire wire;
	if (wanted(e, SC_EVENT_wire) && sc_watch_wire(&facts, &wire)) {
		struct sc_ev_head head = head_of(m, m->session.id.frames.first, m->session.id.frames.last);
		pass_on(e, m, &head, SC_EVENT_wire, &wire);
	}
	sc_watch_judge(&facts, e->config.limits ? e->config.limits : &sc_watch_standard, tell_diagnosis, &t);
}

/* To those behind the engine, and to the detectors of the session.  Exchanges are many: those that only the watch wants
 * cost no head. */
static void show(struct sc_engine *e, struct sc_mail *m, const struct sc_ev_frames *frames, enum sc_event_kind kind,
	const void *body)
{
	bool guarded = e->sentry && sc_sentry_wants(e->sentry) & SC_WANT(kind);
	if (!wanted(e, kind) && !guarded)
		return;
	struct sc_ev_head head = head_of(m, frames->first, frames->last);
	if (wanted(e, kind))
		pass_on(e, m, &head, kind, body);
	if (!guarded)
		return;
	struct sc_event ev = { .kind = kind, .packet = e->packet, .flow = m->flow->id, .when = e->when, .head = &head,
		.session = &m->session.facts, .body = body };
	sc_sentry_event(e->sentry, m->guarded, &ev);
}

static void emit(void *ctx, struct sc_session *s, enum sc_event_kind kind, const void *body, uint64_t first, uint64_t last)
{
	struct sc_engine *e = ctx;
	struct sc_mail *m = (struct sc_mail *)s;
	struct sc_ev_frames frames = { first, last > first ? last : first };
	tally(e, kind, body);
	m->watch.text_of = s->tx.text_from;
	if (e->watches)
		sc_watch_observe(&m->watch, &m->wire, &frames, &s->facts, kind, body, e->when);
	if (e->watches && kind == SC_EVENT_session)
		diagnose(e, m);
	if (kind == SC_EVENT_transaction)
		m->wire.text_octets = 0;
	show(e, m, &frames, kind, body);
	if (kind == SC_EVENT_transaction)
		sc_letters_settle(&m->letters);
}

static void opaque(void *ctx, struct sc_session *s, enum sc_side side, const struct sc_segment *run)
{
	sc_secure_take(ctx, (struct sc_mail *)s, side, run);
}

static void text(void *ctx, struct sc_session *s, const struct sc_text_run *run)
{
	struct sc_engine *e = ctx;
	struct sc_mail *m = (struct sc_mail *)s;
	if (e->watches && run->kind == SC_TEXT_OCTETS)
		sc_watch_text_read(&m->watch.text, run->begin, run->bytes);
	else if (e->watches && run->kind == SC_TEXT_GAP)
		sc_watch_text_skip(&m->watch.text, run->begin, run->octets);
	if (e->host.message)
		sc_letters_feed(&m->letters, &e->message_host, run);
}

/* Why the recipients of a report did not get their mail. */
static void explain_reported(struct sc_ev_reported *list, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct sc_reason reason = sc_diagnostic_reason(list[i].action, list[i].status, list[i].diagnostic_code);
		list[i].cause = sc_cause_name(reason.cause);
		list[i].rule = sc_str_of(reason.rule);
	}
}

static struct sc_text_name message(void *ctx, struct sc_session *s, uint64_t begin)
{
	struct sc_engine *e = ctx;
	const struct sc_letter *x = sc_letters_take(&((struct sc_mail *)s)->letters, begin);
	struct sc_ev_message ev;
	if (!x)
		return (struct sc_text_name){ .message_id = SC_STR_NONE };
	if (s->smtp && (e->host.wants & SC_WANT(SC_EVENT_message))) {
		sc_message_tell(x->message, &ev);
		explain_reported(e->message_room->reported, ev.reported.count);
		ev.n = s->tx.ev.n;
		emit(ctx, s, SC_EVENT_message, &ev, x->first, x->last);
	}
	return sc_letter_name(x, e->config.seed);
}

struct sc_mail *sc_mail_open(struct sc_engine *e, struct sc_flow *flow, bool strict)
{
	struct sc_mail *m = sc_pool_take(&e->sessions);
	struct sc_ev_head head = sc_identify_flow(flow);
	if (!m)
		return NULL;
	head.community_id = sc_community_id(e->community, &head.client, &head.server, m->community);
	m->flow = flow;
	flow->session = m;
	m->session.facts.start = flow->first;
	m->session.strict = strict;
	sc_session_open(&m->session, &e->host, &head, !flow->tcp.side[SC_CLIENT].start || flow->heard);
	m->session.established = flow->established_at;
	if (flow->syn_at != SC_TIME_NONE && flow->established_at != SC_TIME_NONE)
		m->session.facts.timing.connect_ms = flow->established_at - flow->syn_at;
	return m;
}

static void fill_facts(struct sc_mail *m)
{
	const struct sc_tcp *t = &m->flow->tcp;
	const struct sc_tcp_side *c = &t->side[SC_CLIENT], *v = &t->side[SC_SERVER];
	struct sc_ev_session *f = &m->session.facts;
	f->end = m->flow->last;
	f->octets = (struct sc_ev_sides){ c->octets, v->octets };
	f->packets = (struct sc_ev_sides){ c->packets, v->packets };
	f->evidence.truncated_packets = c->truncated + v->truncated;
	f->evidence.one_sided = !c->seen ? "client" : !v->seen ? "server" : NULL;
	f->quirks |= t->quirks;
	m->session.id.frames.last = m->flow->last_packet;
	m->session.server_open = !v->over && !t->reset;
}

static bool in_text(const struct sc_session *s)
{
	enum sc_framer_mode mode = s->framer[SC_CLIENT].mode;
	return mode == SC_FRAME_TEXT || mode == SC_FRAME_CHUNK;
}

void sc_mail_packet(struct sc_mail *m, enum sc_side side, const struct sc_layers *l, const struct sc_packet *pkt)
{
	bool text = in_text(&m->session);
	sc_wire_packet(&m->wire, m->flow, side, l, pkt, text || m->text);
	m->text = text;
}

void sc_mail_error(struct sc_mail *m, enum sc_side side, const struct sc_layers *l, const struct sc_packet *pkt)
{
	sc_wire_error(&m->wire, side, l, pkt);
}

void sc_mail_drop(struct sc_engine *e, struct sc_mail *m)
{
	sc_session_drop(&m->session);
	sc_secure_close(m);
	sc_letters_close(&m->letters);
	m->flow->session = NULL;
	sc_pool_give(&e->sessions, m);
}

void sc_mail_close(struct sc_engine *e, struct sc_mail *m, enum sc_session_end how)
{
	fill_facts(m);
	m->how = how;
	sc_secure_resume(m, false);
	e->counters.sessions_unwaited += m->tls && m->tls->hurried;
	if (m->session.smtp) {
		e->counters.mail_flows++;
		e->counters.sessions_closed++;
		e->counters.sessions_evicted += how == SC_END_EVICTED;
		e->counters.sessions_encrypted += m->session.encrypted && !m->session.facts.decrypted;
		sc_secure_finish(m, how <= SC_END_SERVER_RESET);
		sc_sorting_facts(e, m);
		m->flow->reset = e->watches && (how == SC_END_CLIENT_RESET || how == SC_END_SERVER_RESET);
		sc_session_end(&m->session, how);
	} else {
		sc_sorting_tell(e, m, how <= SC_END_SERVER_RESET);
		sc_session_drop(&m->session);
	}
	sc_secure_close(m);
	sc_letters_close(&m->letters);
	m->flow->session = NULL;
	sc_pool_give(&e->sessions, m);
}

void sc_mail_host(struct sc_engine *e)
{
	uint64_t wants = e->config.wants ? e->config.wants : UINT64_MAX;
	e->watches = wanted(e, SC_EVENT_diagnosis);
	wants |= e->watches || e->sentry ? SC_WANT(SC_EVENT_exchange) : 0; /* rules and detectors look at them */
	e->host = (struct sc_session_host){ .store = &e->store, .scratch = e->scratch, .key = e->config.seed,
		.wants = wants, .emit = emit, .opaque = opaque, .ctx = e };
	e->host.text = e->watches ? text : NULL;
	bool told = (e->host.wants & SC_WANT(SC_EVENT_message)) != 0;
	e->message_host = (struct sc_message_host){ .store = &e->store, .scratch = e->message_room,
		.id_only = !told, .parts = told && !e->config.brief_messages };
	if (!told && !(e->host.wants & SC_WANT(SC_EVENT_delivery)))
		return;
	e->host.text = text;
	e->host.message = message;
}
