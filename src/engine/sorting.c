/* sorting.c - joins net/classify, the adviser and the sessions; see sorting.h.
 *
 * On a port of mail every connection gets a session at once.  On others (--any-port) the first octets of each side decide:
 * our own comparison first, then the adviser, over few runs.  Whoever was let in wrongly tells nothing, since such a session
 * must show SMTP by itself.  A name for what is no mail comes from the true beginning of a stream only: in the middle of a
 * message anything may stand.
 */
#include "engine/sorting.h"

#include "base/capability.h"
#include "engine/mail.h"
#include "engine/secure.h"
#include "net/classify.h"

#define LOOKS 8u /* runs of a connection that are looked at before it is left alone */

void sc_engine_name(struct sc_engine_named others[SC_ENGINE_OTHERS], const char *name, uint64_t count)
{
	const size_t last = SC_ENGINE_OTHERS - 1, room = sizeof(others[0].name) - 1;
	size_t i = 0;
	while (i < last && others[i].count && strncmp(others[i].name, name, room) < 0)
		i++;
	bool here = others[i].count && strncmp(others[i].name, name, room) == 0;
	if (!here && (i == last || others[last - 1].count)) {
		others[last].count += count;
		memcpy(others[last].name, "others", sizeof("others"));
		return;
	}
	if (!here) {
		memmove(&others[i + 1], &others[i], (last - 1 - i) * sizeof(others[0]));
		others[i] = (struct sc_engine_named){ .count = 0 };
		memcpy(others[i].name, name, sc_str_slice(sc_str_of(name), 0, room).len);
	}
	others[i].count += count;
}

void sc_engine_names_add(struct sc_engine_named to[SC_ENGINE_OTHERS], const struct sc_engine_named from[SC_ENGINE_OTHERS])
{
	for (size_t i = 0; i < SC_ENGINE_OTHERS; i++)
		if (from[i].count)
			sc_engine_name(to, from[i].name, from[i].count);
}

/* ---- the adviser ---- */

void sc_sorting_end(struct sc_engine *e, struct sc_flow *flow)
{
	if (flow->opinion)
		e->config.adviser->end(e->adviser, flow->opinion);
	flow->opinion = NULL;
}

static void begin(struct sc_engine *e, struct sc_flow *flow)
{
	struct sc_ip ip;
	uint16_t client, server;
	sc_flow_end(flow, SC_CLIENT, &ip, &client);
	sc_flow_end(flow, SC_SERVER, &ip, &server);
	flow->asked = true;
	flow->opinion = e->config.adviser->begin(e->adviser, flow->id, client, server);
	e->counters.flows_unadvised += !flow->opinion;
}

/* What it says, as far as it was asked; a loss ends that, since it would take what follows for what it is not. */
static struct sc_advice consult(struct sc_engine *e, struct sc_flow *flow, enum sc_side side, const struct sc_segment *run)
{
	struct sc_advice nothing = { .done = true };
	if (!e->adviser || (flow->asked && !flow->opinion))
		return nothing;
	if (sc_segment_is_gap(run)) {
		sc_sorting_end(e, flow);
		flow->asked = true;
		return nothing;
	}
	if (!flow->opinion)
		begin(e, flow);
	if (!flow->opinion)
		return nothing;
	struct sc_advice advice = e->config.adviser->hear(e->adviser, flow->opinion, side == SC_SERVER, run->bytes, run->when);
	if (advice.done)
		sc_sorting_end(e, flow);
	return advice;
}

/* ---- ports that are not for mail ---- */

/* Which end is the client is a guess when the handshake was not captured: a server's first words correct it. */
static void correct_roles(struct sc_flow *flow, enum sc_side *side, const struct sc_segment *run)
{
	bool guessed = !flow->tcp.side[SC_CLIENT].start;
	if (!guessed || *side != SC_CLIENT || sc_segment_is_gap(run) || !sc_classify_mail(SC_SERVER, run->bytes, false))
		return;
	struct sc_tcp_side client = flow->tcp.side[SC_CLIENT];
	flow->tcp.side[SC_CLIENT] = flow->tcp.side[SC_SERVER];
	flow->tcp.side[SC_SERVER] = client;
	flow->tcp.now_side = sc_other(flow->tcp.now_side);
	flow->client_is_a = !flow->client_is_a;
	*side = SC_SERVER;
}

static bool at_beginning(const struct sc_flow *flow, enum sc_side side, const struct sc_segment *run)
{
	return flow->tcp.side[side].start && run->offset == 0;
}

/* A ClientHello is worth a look where keys can open what follows. */
static bool opens_mail(const struct sc_engine *e, const struct sc_flow *flow, enum sc_side side, const struct sc_segment *run)
{
	bool later = !flow->tcp.side[side].start;
	if (sc_segment_is_gap(run) || (!later && run->offset != 0))
		return false;
	if (side == SC_CLIENT && run->offset == 0 && sc_secure_opens(e) && sc_classify_hello(run->bytes))
		return true;
	return sc_classify_mail(side, run->bytes, later);
}

/* Nothing that follows could make it mail. */
static bool hopeless(const struct sc_engine *e, const struct sc_flow *flow, enum sc_side side, const struct sc_segment *run)
{
	bool named = !sc_segment_is_gap(run) && at_beginning(flow, side, run) && sc_classify_other(side, run->bytes);
	bool hello = !sc_segment_is_gap(run) && side == SC_CLIENT && sc_classify_hello(run->bytes) && !sc_secure_opens(e);
	return named || hello || flow->heard >= LOOKS;
}

/* A session on a port that is not for mail; what went by before it is as if it had not been captured. */
static struct sc_mail *open_strict(struct sc_engine *e, struct sc_flow *flow, enum sc_side side, const struct sc_segment *run)
{
	uint64_t begin[2] = { flow->tcp.side[SC_CLIENT].next, flow->tcp.side[SC_SERVER].next };
	struct sc_mail *m = sc_mail_open(e, flow, true);
	begin[side] = run->offset;
	if (m)
		sc_session_begin_at(&m->session, begin[SC_CLIENT], begin[SC_SERVER]);
	return m;
}

static struct sc_mail *look(struct sc_engine *e, struct sc_flow *flow, enum sc_side *side, const struct sc_segment *run)
{
	correct_roles(flow, side, run);
	if (opens_mail(e, flow, *side, run))
		return open_strict(e, flow, *side, run);
	flow->heard++;
	if (hopeless(e, flow, *side, run)) {
		flow->ignored = true;
		return NULL;
	}
	struct sc_advice advice = consult(e, flow, *side, run);
	if (advice.mail)
		return open_strict(e, flow, *side, run);
	flow->ignored = advice.protocol != NULL;
	return NULL;
}

struct sc_mail *sc_sorting_open(struct sc_engine *e, struct sc_flow *flow, enum sc_side *side, const struct sc_segment *run)
{
	const struct sc_front *f = &e->front;
	bool port = sc_front_mail(f, flow->key.a_port) || sc_front_mail(f, flow->key.b_port);
	uint8_t heard = flow->heard;
	struct sc_mail *m = port ? sc_mail_open(e, flow, false) : look(e, flow, side, run);
	flow->ignored |= !m && flow->heard == heard; /* there was no room for it */
	if (flow->ignored || m)
		sc_sorting_end(e, flow);
	return m;
}

bool sc_sorting_passes(const struct sc_flow *flow)
{
	return flow->ignored && !sc_tcp_waits(&flow->tcp);
}

bool sc_sorting_pass(struct sc_engine *e, struct sc_flow *flow, enum sc_side side, const struct sc_layers *l)
{
	e->counters.packets_passed++;
	e->counters.octets_seen += l->payload.len;
	e->counters.octets_passed += l->payload.len;
	flow->fin[side] |= (l->flags & SC_TCP_FIN) != 0;
	for (int i = 0; i < 2; i++)
		flow->fin[i] |= flow->tcp.side[i].over;
	return (flow->fin[SC_CLIENT] && flow->fin[SC_SERVER]) || l->flags & SC_TCP_RST;
}

/* ---- what a session is ---- */

/* Whoever is seen to speak SMTP in clear needs no second opinion on what that is, and nothing of it is at risk but a password:
 * so it is heard from where one is asked for. */
static bool worth_hearing(const struct sc_mail *m)
{
	const struct sc_session *s = &m->session;
	if (!s->smtp || m->tls)
		return true;
	m->flow->asked |= s->facts.capabilities.count && !sc_capability(&s->facts.capabilities, SC_STR("AUTH"), NULL);
	return s->facts.capabilities.count && !m->flow->asked;
}

void sc_sorting_hear(struct sc_engine *e, struct sc_mail *m, enum sc_side side, const struct sc_segment *run)
{
	struct sc_flow *flow = m->flow;
	if (!m->session.smtp && !m->other && !sc_segment_is_gap(run) && at_beginning(flow, side, run))
		m->other = sc_classify_other(side, run->bytes);
	if (!e->adviser || (flow->asked && !flow->opinion) || (!flow->opinion && !worth_hearing(m)))
		return;
	struct sc_advice advice = consult(e, flow, side, run);
	m->risks |= advice.risks;
	if (!m->other && !advice.mail && flow->tcp.side[SC_CLIENT].start && flow->tcp.side[SC_SERVER].start) {
		m->other = advice.protocol;
		m->by_adviser = advice.protocol != NULL;
	}
}

void sc_sorting_hear_anew(struct sc_engine *e, struct sc_mail *m)
{
	sc_sorting_end(e, m->flow);
	m->flow->asked = false;
}

void sc_sorting_facts(struct sc_engine *e, struct sc_mail *m)
{
	size_t count = 0;
	sc_str *names = m->risks ? sc_arena_take(&m->session.arena, 32 * sizeof(*names)) : NULL;
	for (uint32_t i = 0; names && i < 32 && e->config.adviser->risks[i]; i++)
		if (m->risks & UINT32_C(1) << i)
			names[count++] = sc_str_of(e->config.adviser->risks[i]);
	m->session.facts.ndpi.risks = (struct sc_strs){ names, (uint32_t)count };
}

static bool is_whole(const struct sc_tcp *t)
{
	const struct sc_tcp_side *c = &t->side[SC_CLIENT], *s = &t->side[SC_SERVER];
	return c->start && s->start && !c->gap_octets && !s->gap_octets && c->octets + s->octets > 0;
}

void sc_sorting_tell(struct sc_engine *e, struct sc_mail *m, bool sure)
{
	struct sc_ev_non_smtp body = { .protocol = m->other ? m->other : "unknown",
		.by = !m->other ? NULL : m->by_adviser ? e->config.adviser->name : "opening" };
	if (m->session.strict || !is_whole(&m->flow->tcp) || (!m->other && !sure))
		return;
	sc_engine_name(e->others, body.protocol, 1);
	if (!e->config.emit || (e->config.wants && !(e->config.wants & SC_WANT(SC_EVENT_non_smtp))))
		return;
	struct sc_ev_head head = m->session.id;
	head.frames = (struct sc_ev_frames){ m->flow->id, m->flow->last_packet };
	struct sc_event ev = { .kind = SC_EVENT_non_smtp, .seq = e->seq++, .packet = e->packet, .flow = m->flow->id,
		.when = e->when, .head = &head, .body = &body };
	e->config.emit(e->config.emit_ctx, &ev);
}
