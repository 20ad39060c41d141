/* session.c - the life of a session: opening, feeding, ending.
 *
 * Client units are always read before server units, as far as the client's octets have a meaning yet; so what comes out does
 * not depend on how the octets were cut into segments.  See dialogue.h for the pairing of commands and replies.
 */
#include "smtp/session.h"

#include "explain/template.h"
#include "smtp/commands.h"
#include "smtp/dialogue.h"
#include "smtp/smuggle.h"
#include "smtp/switch.h"

void sc_session_quirk(struct sc_session *s, uint64_t bits)
{
	s->facts.quirks |= bits;
}

void sc_session_emit(struct sc_session *s, enum sc_event_kind kind, const void *body, uint64_t first, uint64_t last)
{
	if (s->smtp)
		s->host->emit(s->host->ctx, s, kind, body, first, last);
}

void sc_session_open(struct sc_session *s, const struct sc_session_host *host, const struct sc_ev_head *id, bool midstream)
{
	s->host = host;
	s->id = *id;
	s->arena.store = s->helo_arena.store = s->auth_arena.store = s->reply_arena.store = host->store;
	s->tx.arena.store = s->queue.store = host->store;
	for (int i = 0; i < 2; i++)
		s->framer[i] = (struct sc_framer){ .store = host->store, .any_record = midstream };
	s->framer[SC_CLIENT].scan = &s->scan;
	s->framer[SC_CLIENT].proxy = !midstream;
	s->facts.evidence.midstream = midstream;
	s->facts.timing = (struct sc_ev_session_timing){ SC_TIME_NONE, SC_TIME_NONE, SC_TIME_NONE, SC_TIME_NONE,
		SC_TIME_NONE, SC_TIME_NONE };
	s->facts.service = id->server.port == 465 ? "smtps" : id->server.port == 587 ? "submission" : "smtp";
	s->established = s->starttls_at = SC_TIME_NONE;
	s->chunks_from = SC_NONE;
	sc_dialogue_begin(s);
}

void sc_session_begin_at(struct sc_session *s, uint64_t client, uint64_t server)
{
	s->framer[SC_CLIENT].offset = s->framer[SC_CLIENT].top = client;
	s->framer[SC_SERVER].offset = s->framer[SC_SERVER].top = s->server_end = server;
}

void sc_session_text(struct sc_session *s, uint64_t begin)
{
	sc_smuggle_clear(s);
	sc_scan_begin(&s->scan);
	s->text_begin = s->tx.text_from = begin;
	sc_framer_mode(&s->framer[SC_CLIENT], SC_FRAME_TEXT, 0);
}

void sc_session_lines(struct sc_session *s)
{
	sc_framer_mode(&s->framer[SC_CLIENT], SC_FRAME_LINES, 0);
}

struct sc_verdict sc_verdict_of(const struct sc_reply *r, enum sc_phase phase, struct sc_arena *arena)
{
	return (struct sc_verdict){ r->code, r->status, sc_arena_copy(arena, r->text), phase, r->last.packet };
}

sc_str sc_session_template(struct sc_session *s, sc_str text)
{
	struct sc_text t = sc_text_into(s->host->scratch->template, sizeof(s->host->scratch->template));
	sc_template_put(&t, text);
	return sc_text_str(&t);
}

enum sc_phase sc_session_phase(const struct sc_session *s, uint64_t acked)
{
	if (s->head && s->head->cmd != &sc_cmd_lost && s->head->end <= acked)
		return s->head->cmd->phase;
	if (s->tx.state != SC_TX_NONE)
		return s->tx.state == SC_TX_ENVELOPE ? SC_PHASE_rcpt : SC_PHASE_data;
	return s->helo_done ? SC_PHASE_mail : SC_PHASE_helo;
}

void sc_session_failure(struct sc_session *s, const char *scope, const struct sc_verdict *v, sc_str mail_from, uint64_t n)
{
	struct sc_ev_failure ev = { .scope = scope, .phase = sc_phase_name(v->phase), .code = v->code, .enhanced = v->status,
		.text = v->text, .permanent = v->code / 100 == 5, .retry_after_s = SC_NONE, .mail_from = mail_from, .n = n,
		.first_ts = SC_TIME_NONE, .waited_ms = SC_TIME_NONE };
	if (v->code) {
		struct sc_reason why = sc_classify(v->code, v->status, v->text, v->phase);
		ev.cause = sc_cause_name(why.cause);
		ev.rule = sc_str_of(why.rule);
		ev.list = why.list;
		ev.retry_after_s = why.retry_after_s;
	}
	sc_session_emit(s, SC_EVENT_failure, &ev, v->packet, v->packet);
}

void sc_session_swap(struct sc_session *s)
{
	struct sc_framer old = s->framer[SC_CLIENT];
	s->framer[SC_CLIENT] = s->framer[SC_SERVER];
	s->framer[SC_SERVER] = old;
	s->framer[SC_CLIENT].scan = &s->scan;
	s->swapped = !s->swapped;
	s->server_end = s->framer[SC_SERVER].offset;
	sc_dialogue_begin(s);
}

/* On these ports the server speaks first, in clear (RFC 5321 4.3.1, RFC 6409); of others that the user names nobody knows. */
static bool is_plain_port(uint16_t port)
{
	return port == 25 || port == 587 || port == 2525;
}

/* TLS begins: the other side's next octets are TLS, too, or the words that tell why not. */
static void begin_tls(struct sc_session *s, enum sc_side side, const struct sc_unit *u)
{
	bool first = u->begin == 0 || !s->tls_expected;
	s->encrypted = true;
	s->sealed_swapped = s->swapped;
	s->smtp |= !s->strict; /* else the text inside must show it */
	bool seen_whole = !s->facts.evidence.midstream || s->id.server.port == 465;
	s->starttls_open |= s->starttls_asked; /* TLS is an answer, too */
	s->implicit_tls = first && side == SC_CLIENT && !s->starttls_open && seen_whole;
	s->starttls_at = s->starttls_at == SC_TIME_NONE ? u->first.when : s->starttls_at;
	bool plain = is_plain_port(s->id.server.port) || (s->greeted && s->id.server.port != 465);
	if (s->implicit_tls && plain && !s->strict)
		sc_session_quirk(s, SC_QUIRK_BIT(tls_on_plain_port));
	bool torn = s->switch_torn[sc_other(side)];
	sc_framer_mode(&s->framer[sc_other(side)], torn ? SC_FRAME_OPAQUE : SC_FRAME_START, 0);
}

static void give_opaque(struct sc_session *s, enum sc_side side, const struct sc_unit *u)
{
	struct sc_segment run = u->last;
	run.offset = u->begin;
	run.bytes = u->kind == SC_UNIT_GAP ? (sc_str){ NULL, (size_t)u->octets } : u->bytes;
	s->host->opaque(s->host->ctx, s, side, &run);
}

/* Octets are missing between the switch and the first of a side that are known to be TLS. */
static void give_torn(struct sc_session *s, enum sc_side side, const struct sc_unit *u)
{
	struct sc_unit gap = { .kind = SC_UNIT_GAP, .octets = u->begin - s->switch_at[side], .begin = s->switch_at[side],
		.last = u->first };
	if (gap.octets)
		give_opaque(s, side, &gap);
}

/* What a side says from here on is TLS: it begins as such, or the other side's TLS tells and its own beginning is missing. */
static bool is_opaque(const struct sc_session *s, enum sc_side side, const struct sc_unit *u)
{
	return u->kind == SC_UNIT_OPAQUE || (u->kind == SC_UNIT_GAP && s->encrypted && !s->sealed[side] && !s->facts.decrypted);
}

/* The first TLS of a side, the beginning of a record header or a gap before.  Whatever else its framer holds is given on at once; from here
 * on its octets pass the framer by, which is ready for the text inside. */
static void opaque(struct sc_session *s, enum sc_side side, struct sc_unit *u)
{
	struct sc_framer *f = &s->framer[side];
	uint64_t begin = u->begin;
	if (s->sealed[side]) /* TLS inside TLS: nobody opens it */
		return;
	if (!s->encrypted)
		begin_tls(s, side, u);
	*(side == SC_CLIENT ? &s->tls_client : &s->tls_server) = true;
	if (s->switch_torn[side])
		give_torn(s, side, u);
	give_opaque(s, side, u);
	struct sc_framer raw = *f;
	*f = (struct sc_framer){ .store = raw.store, .mode = SC_FRAME_LINES, .offset = begin, .top = begin, .scan = raw.scan };
	s->sealed[side] = true;
	while (sc_framer_next(&raw, u))
		give_opaque(s, side, u);
	(void)sc_framer_close(&raw);
}

static void note_unit(struct sc_session *s, const struct sc_unit *u)
{
	s->last_packet = u->last.packet > s->last_packet ? u->last.packet : s->last_packet;
	s->last_when = u->last.when;
}

bool sc_session_client(struct sc_session *s)
{
	struct sc_unit u;
	if (sc_framer_done(&s->framer[SC_CLIENT]) || !sc_dialogue_may_read(s))
		return false;
	if (!sc_framer_next(&s->framer[SC_CLIENT], &u))
		return false;
	note_unit(s, &u);
	if (is_opaque(s, SC_CLIENT, &u))
		opaque(s, SC_CLIENT, &u);
	else
		sc_dialogue_client(s, &u);
	return true;
}

static bool pump_server(struct sc_session *s)
{
	struct sc_unit u;
	if (sc_framer_done(&s->framer[SC_SERVER]) || !sc_framer_next(&s->framer[SC_SERVER], &u))
		return false;
	note_unit(s, &u);
	s->server_end = u.end;
	if (is_opaque(s, SC_SERVER, &u))
		opaque(s, SC_SERVER, &u);
	else
		sc_dialogue_server(s, &u);
	return true;
}

static uint64_t *gap_of(struct sc_session *s, enum sc_side side)
{
	struct sc_ev_gaps *gaps = &s->facts.evidence.gap_octets;
	return side == SC_CLIENT ? &gaps->client : &gaps->server;
}

/* Keeps what cannot be read yet; what there is no room for counts as missing. */
static void keep_unread(struct sc_session *s, enum sc_side side)
{
	struct sc_framer *f = &s->framer[side];
	sc_framer_keep(f);
	if (!f->dropped)
		return;
	*gap_of(s, side) += f->dropped;
	f->dropped = 0;
	sc_session_quirk(s, SC_QUIRK_BIT(memory_short));
}

/* A run to be read, in clear. */
static void take(struct sc_session *s, enum sc_side side, const struct sc_segment *run)
{
	if (sc_segment_is_gap(run))
		*gap_of(s, side) += run->bytes.len;
	if (side == SC_CLIENT)
		sc_smuggle_feed(s, run);
	sc_framer_push(&s->framer[side], run);
	while (sc_session_client(s) || pump_server(s))
		;
	keep_unread(s, SC_CLIENT);
	keep_unread(s, SC_SERVER);
}

void sc_session_feed(struct sc_session *s, enum sc_side side, const struct sc_segment *run)
{
	enum sc_side outer = s->sealed_swapped ? sc_other(side) : side;
	if (!s->sealed[outer]) {
		take(s, s->swapped ? sc_other(side) : side, run);
		return;
	}
	side = outer;
	if (sc_segment_is_gap(run) && !s->facts.decrypted) /* else it comes again as a gap of the text */
		*gap_of(s, side) += run->bytes.len;
	s->last_packet = run->packet > s->last_packet ? run->packet : s->last_packet;
	s->last_when = run->when;
	s->host->opaque(s->host->ctx, s, side, run);
}

void sc_session_plain(struct sc_session *s, enum sc_side side, const struct sc_segment *run)
{
	if (s->swapped != s->sealed_swapped) /* the roles changed inside */
		side = sc_other(side);
	struct sc_framer *f = &s->framer[side];
	if (f->top < run->offset) /* its first record did not come first: what was missing before it is no text */
		f->offset = f->top = run->offset;
	SC_ASSERT(f->top == run->offset);
	s->tls_expected = false;
	s->facts.decrypted = true;
	take(s, side, run);
}

void sc_session_tls(struct sc_session *s, sc_time when)
{
	s->tls_established = true;
	if (s->facts.timing.tls_ms == SC_TIME_NONE && s->starttls_at != SC_TIME_NONE)
		s->facts.timing.tls_ms = when - s->starttls_at;
}

void sc_session_tls_failed(struct sc_session *s)
{
	s->tls_failed = true;
}

void sc_session_tls_unknown(struct sc_session *s)
{
	s->tls_unknown = true;
}

static const char *starttls_word(const struct sc_session *s)
{
	if (s->implicit_tls)
		return "implicit";
	if (s->starttls_refused)
		return "refused";
	if (s->starttls_open)
		return sc_switch_word(s);
	if (s->starttls_asked)
		return "unanswered";
	if (s->starttls_overwritten)
		return "stripped";
	if (!s->helo_done)
		return NULL; /* what was offered is not known */
	if (s->starttls_seen) /* a later list, behind a login, may lack it */
		return "offered_unused";
	return s->starttls_masked ? "stripped" : "not_offered";
}

static const char *end_word(const struct sc_session *s, enum sc_session_end how)
{
	static const char *const words[] = { "client", "server", "client_reset", "server_reset", "timeout", "evicted",
		"capture_end" };
	return s->quit_asked && how <= SC_END_SERVER_RESET ? "quit" : words[how];
}

static void give_back(struct sc_session *s)
{
	sc_arena_reset(&s->arena);
	sc_arena_reset(&s->helo_arena);
	sc_arena_reset(&s->auth_arena);
	sc_arena_reset(&s->reply_arena);
	sc_arena_reset(&s->tx.arena);
	sc_smuggle_clear(s);
	sc_fifo_clear(&s->queue);
	s->head = s->tail = s->hold = NULL;
	(void)sc_framer_close(&s->framer[SC_CLIENT]);
	(void)sc_framer_close(&s->framer[SC_SERVER]);
}

void sc_session_drop(struct sc_session *s)
{
	give_back(s);
}

/* None where octets of the client are missing: its manners would be another's. */
static sc_str dialect_of(struct sc_session *s)
{
	const struct sc_ev_evidence *e = &s->facts.evidence;
	bool whole = !e->midstream && !e->one_sided && !e->gap_octets.client && !e->gap_octets.server && !s->swapped;
	return whole ? sc_dialect_name(&s->dialect, s->pipelines) : SC_STR_NONE;
}

/* How long the client waited for the server; where octets are missing, replies may be. */
static sc_time waited_of(struct sc_session *s)
{
	const struct sc_ev_evidence *e = &s->facts.evidence;
	if (s->head && s->facts.end != SC_TIME_NONE)
		sc_dialogue_waited(s, s->head, s->facts.end);
	bool whole = !e->midstream && !e->one_sided && !e->gap_octets.client && !e->gap_octets.server;
	return whole && (!s->encrypted || s->facts.decrypted) ? s->waited : SC_TIME_NONE;
}

void sc_session_end(struct sc_session *s, enum sc_session_end how)
{
	bool closed = how <= SC_END_SERVER_RESET;
	s->facts.timing.waited_ms = waited_of(s);
	sc_dialogue_end(s, closed);
	if (closed && !s->quit_asked && (!s->encrypted || s->facts.decrypted))
		sc_session_quirk(s, SC_QUIRK_BIT(no_quit));
	s->facts.starttls = starttls_word(s);
	s->facts.end_by = end_word(s, how);
	s->facts.dialect = dialect_of(s);
	s->facts.service = s->lmtp ? "lmtp" : s->facts.service;
	if (s->facts.timing.total_ms == SC_TIME_NONE && s->facts.end != SC_TIME_NONE)
		s->facts.timing.total_ms = s->facts.end - s->facts.start;
	sc_session_emit(s, SC_EVENT_session, &s->facts, s->id.frames.first, s->id.frames.last);
	give_back(s);
}
