/* transaction.c - the envelope, and the verdict on every recipient (INTERFACE: words and rules for the corners).
 *
 * Nothing is called accepted unless the reply that says so was seen and answers the end of this message.  What the capture
 * lacks makes an outcome unknown, never good.
 */
#include "smtp/commands.h"
#include "smtp/path.h"
#include "smtp/reply.h"
#include "smtp/software.h"

enum outcome { ACCEPTED, DEFERRED, REJECTED, WITHDRAWN, ABORTED, IN_DOUBT, UNKNOWN, OUTCOMES };

static const char *const outcome_names[] = { "accepted", "deferred", "rejected", "withdrawn", "aborted", "in_doubt", "unknown" };

#define PARAMS 24 /* ESMTP parameters kept of one command */

struct decision {
	enum outcome outcome;
	enum sc_phase phase;
	const struct sc_verdict *by; /* NULL: no reply decided */
};

/* ---- the envelope ---- */

static sc_str upper_copy(struct sc_arena *a, sc_str s)
{
	char *to = sc_arena_take(a, s.len + 1);
	if (!to)
		return SC_STR_NONE;
	for (size_t i = 0; i < s.len; i++)
		to[i] = sc_upper(s.at[i]);
	return (sc_str){ to, s.len };
}

static struct sc_pairs read_params(struct sc_arena *a, sc_str params)
{
	struct sc_pair found[PARAMS], *kept;
	uint32_t n = 0;
	sc_str name, value;
	while (n < PARAMS && sc_path_param(&params, &name, &value))
		found[n++] = (struct sc_pair){ upper_copy(a, name), sc_arena_copy(a, value.at ? value : SC_STR("")) };
	kept = n ? sc_arena_take(a, n * sizeof(*kept)) : NULL;
	if (!kept)
		return (struct sc_pairs){ NULL, 0 };
	memcpy(kept, found, n * sizeof(*kept));
	return (struct sc_pairs){ kept, n };
}

/* The value of the last parameter of that name; none when it was not given. */
static sc_str param_of(const struct sc_pairs *params, sc_str name)
{
	sc_str value = SC_STR_NONE;
	for (uint32_t i = 0; i < params->count; i++)
		if (params->items[i].name.at && sc_str_equal(params->items[i].name, name))
			value = params->items[i].value;
	return value;
}

static uint64_t declared_size(const struct sc_pairs *params)
{
	uint64_t size = SC_NONE;
	return sc_str_number(param_of(params, SC_STR("SIZE")), &size) ? size : SC_NONE;
}

static void open_tx(struct sc_session *s, uint64_t packet, sc_time when)
{
	struct sc_transaction *tx = &s->tx;
	struct sc_arena arena = tx->arena;
	sc_arena_reset(&arena);
	*tx = (struct sc_transaction){ .arena = arena, .state = SC_TX_ENVELOPE, .first_packet = packet, .mail_at = when,
		.text_from = SC_NONE, .name = { .message_id = SC_STR_NONE } };
	tx->rcpt_at = tx->rcpt_done_at = tx->data_at = tx->text_at = tx->end_at = SC_TIME_NONE;
	tx->ev = (struct sc_ev_transaction){ .n = ++s->facts.transactions, .declared_size = SC_NONE, .size = SC_NONE,
		.wire_size = SC_NONE, .lines = SC_NONE, .long_line_at = SC_NONE, .encrypted = s->encrypted, .decrypted = s->facts.decrypted,
		.timing = { SC_TIME_NONE, SC_TIME_NONE, SC_TIME_NONE, SC_TIME_NONE, SC_TIME_NONE, SC_TIME_NONE } };
	tx->ev.helo = sc_arena_copy(&tx->arena, s->facts.helo.name);
	if (s->facts.auth.outcome && sc_str_equal(sc_str_of(s->facts.auth.outcome), SC_STR("ok")))
		tx->ev.auth_user = sc_arena_copy(&tx->arena, s->facts.auth.user);
	tx->gap_client = s->facts.evidence.gap_octets.client;
	tx->gap_server = s->facts.evidence.gap_octets.server;
	tx->resyncs = s->facts.evidence.resyncs;
	tx->assumed = s->facts.evidence.assumed;
}

void sc_tx_assume(struct sc_session *s, uint64_t packet, sc_time when)
{
	open_tx(s, packet, when);
	s->tx.incomplete = 1;
}

static bool refused(const struct sc_verdict *v)
{
	return sc_reply_temporary(v->code) || sc_reply_permanent(v->code);
}

void sc_tx_mail(struct sc_session *s, const struct sc_exchange *x, const struct sc_reply *r)
{
	struct sc_transaction *tx = &s->tx;
	if (tx->state != SC_TX_NONE && r && !sc_reply_positive(r->code) && !refused(&tx->mail)) {
		tx->ev.quirks |= SC_QUIRK_BIT(nested_mail);
		sc_session_quirk(s, SC_QUIRK_BIT(nested_mail));
		return;
	}
	sc_tx_end(s, SC_TX_MAIL);
	open_tx(s, x->packet, x->when);
	struct sc_path path = sc_path_read(x->args.at ? x->args : SC_STR(""), SC_STR("FROM"));
	tx->ev.mail_from = sc_arena_copy(&tx->arena, path.address);
	tx->ev.mail_params = read_params(&tx->arena, path.params);
	tx->ev.declared_size = declared_size(&tx->ev.mail_params);
	tx->ev.quirks |= path.quirks | x->quirks;
	sc_session_quirk(s, path.quirks);
	if (!r)
		return;
	tx->mail = sc_verdict_of(r, SC_PHASE_mail, &tx->arena);
	tx->last_packet = r->last.packet;
	tx->last_at = r->last.when;
	if (x->when != SC_TIME_NONE)
		tx->ev.timing.mail_ms = r->first.when - x->when;
}

static struct sc_rcpt *add_rcpt(struct sc_transaction *tx)
{
	struct sc_rcpt *rcpt = tx->rcpt_count < SC_RECIPIENTS_LISTED ? sc_arena_take(&tx->arena, sizeof(*rcpt)) : NULL;
	if (!rcpt) {
		tx->cut = true;
		tx->ev.quirks |= SC_QUIRK_BIT(memory_short);
		return NULL;
	}
	*rcpt = (struct sc_rcpt){ 0 };
	*(tx->last ? &tx->last->next : &tx->first) = rcpt;
	tx->last = rcpt;
	tx->rcpt_count++;
	return rcpt;
}

/* A RCPT where no transaction is open: after a loss its MAIL was not seen, else it is only a command out of order. */
static bool rcpt_has_tx(struct sc_session *s, const struct sc_exchange *x, const struct sc_reply *r)
{
	if (s->tx.state != SC_TX_NONE)
		return s->tx.state == SC_TX_ENVELOPE;
	if (s->facts.evidence.midstream || s->facts.evidence.gap_octets.client) {
		sc_tx_assume(s, x->packet, x->when);
		return true;
	}
	sc_session_quirk(s, SC_QUIRK_BIT(command_out_of_order));
	if (r && !sc_reply_positive(r->code)) {
		struct sc_verdict v = { r->code, r->status, r->text, SC_PHASE_rcpt, r->last.packet };
		sc_session_failure(s, "session", &v, SC_STR_NONE, 0);
	}
	return false;
}

void sc_tx_rcpt(struct sc_session *s, const struct sc_exchange *x, const struct sc_reply *r)
{
	struct sc_transaction *tx = &s->tx;
	struct sc_rcpt *rcpt = rcpt_has_tx(s, x, r) ? add_rcpt(tx) : NULL;
	if (!rcpt)
		return;
	struct sc_path path = sc_path_read(x->args.at ? x->args : SC_STR(""), SC_STR("TO"));
	rcpt->path = sc_arena_copy(&tx->arena, path.address);
	rcpt->params = read_params(&tx->arena, path.params);
	rcpt->lost = !r && x->doubt;
	tx->ev.quirks |= path.quirks | x->quirks;
	sc_session_quirk(s, path.quirks);
	tx->rcpt_at = tx->rcpt_at == SC_TIME_NONE ? x->when : tx->rcpt_at;
	if (!r)
		return;
	rcpt->reply = sc_verdict_of(r, SC_PHASE_rcpt, &tx->arena);
	tx->accepted_count += sc_reply_positive(r->code);
	tx->refused_count += refused(&rcpt->reply);
	tx->last_packet = r->last.packet;
	tx->last_at = r->last.when;
	if (tx->rcpt_at != SC_TIME_NONE)
		tx->ev.timing.rcpt_ms = r->first.when - tx->rcpt_at;
}

void sc_tx_mail_unseen(struct sc_session *s, const struct sc_reply *r)
{
	sc_tx_end(s, SC_TX_MAIL);
	sc_tx_assume(s, r->first.packet, r->first.when);
	s->tx.mail = sc_verdict_of(r, SC_PHASE_mail, &s->tx.arena);
	s->tx.last_packet = r->last.packet;
	s->tx.last_at = r->last.when;
}

void sc_tx_rcpt_unseen(struct sc_session *s, const struct sc_reply *r)
{
	struct sc_transaction *tx = &s->tx;
	if (tx->state == SC_TX_NONE)
		sc_tx_assume(s, r->first.packet, r->first.when);
	struct sc_rcpt *rcpt = add_rcpt(tx);
	tx->incomplete++;
	if (!rcpt)
		return;
	*rcpt = (struct sc_rcpt){ .path = SC_STR_NONE, .reply = sc_verdict_of(r, SC_PHASE_rcpt, &tx->arena), .nameless = true };
	tx->nameless_count++;
	tx->accepted_count += sc_reply_positive(r->code);
	tx->refused_count += refused(&rcpt->reply);
	tx->last_packet = r->last.packet;
	tx->last_at = r->last.when;
	if (refused(&rcpt->reply))
		sc_session_failure(s, "transaction", &rcpt->reply, tx->ev.mail_from, tx->ev.n);
}

/* ---- the message ---- */

void sc_tx_refused(struct sc_session *s, const struct sc_reply *r)
{
	struct sc_transaction *tx = &s->tx;
	if (!tx->refusal.code) /* the first refusal decides; what follows it in a group is only its echo */
		tx->refusal = sc_verdict_of(r, SC_PHASE_data, &tx->arena);
	tx->last_packet = r->last.packet;
	tx->last_at = r->last.when;
}

void sc_tx_measure(struct sc_session *s, const struct sc_extent *extent)
{
	struct sc_transaction *tx = &s->tx;
	tx->ev.wire_size = extent->octets;
	if (s->scan.long_line) {
		tx->ev.quirks |= SC_QUIRK_BIT(text_line_too_long);
		tx->ev.long_line_at = s->scan.line_start;
	}
	if (s->scan.lookalikes)
		tx->ev.quirks |= SC_QUIRK_BIT(eod_lookalike);
	if (tx->text_gap)
		return; /* dots and lines in the gap cannot be counted */
	tx->ev.size = extent->octets - extent->stuffed;
	tx->ev.lines = extent->lines;
}

static void measure_chunks(struct sc_transaction *tx)
{
	if (tx->text_gap)
		return;
	tx->ev.size = tx->size;
	tx->ev.wire_size = tx->wire_size;
	tx->ev.lines = tx->lines_lost ? SC_NONE : tx->lines;
}

void sc_tx_complete(struct sc_session *s, uint64_t packet, sc_time when)
{
	struct sc_transaction *tx = &s->tx;
	if (tx->state == SC_TX_NONE)
		return;
	tx->state = SC_TX_COMPLETE;
	tx->end_at = when;
	tx->last_packet = packet;
	tx->last_at = when;
	tx->ev.via = tx->ev.via ? tx->ev.via : "DATA";
	if (tx->text_at != SC_TIME_NONE)
		tx->ev.timing.transfer_ms = when - tx->text_at;
	if (tx->rcpt_count && tx->refused_count == tx->rcpt_count && !tx->incomplete)
		tx->ev.quirks |= SC_QUIRK_BIT(no_valid_recipients);
}

static struct sc_rcpt *next_accepted(struct sc_rcpt *rcpt)
{
	while (rcpt && !sc_reply_positive(rcpt->reply.code))
		rcpt = rcpt->next;
	return rcpt;
}

static bool is_chunk(const struct sc_transaction *tx)
{
	return tx->ev.via && tx->ev.via[0] == 'B';
}

void sc_tx_final(struct sc_session *s, struct sc_exchange *x, const struct sc_reply *r)
{
	struct sc_transaction *tx = &s->tx;
	if (tx->state == SC_TX_NONE)
		return;
	if (tx->text_gap && tx->replies_lost) { /* whose verdict this is cannot be told: the end of this message may have gone by */
		tx->final_lost = true;
		sc_tx_end(s, SC_TX_VERDICT);
		return;
	}
	struct sc_verdict v = sc_verdict_of(r, SC_PHASE_eom, &tx->arena);
	bool first = !tx->judged;
	if (first && s->lmtp && tx->accepted_count > 1) /* RFC 2033 4.2 */
		x->replies = (uint16_t)(tx->accepted_count < UINT16_MAX ? tx->accepted_count : UINT16_MAX);
	if (first)
		tx->next_final = next_accepted(tx->first);
	tx->judged = true;
	if ((s->lmtp || x->replies > 1) && tx->next_final) {
		tx->next_final->final = v;
		tx->next_final = next_accepted(tx->next_final->next);
	}
	if (first || !s->lmtp || (sc_reply_positive(v.code) && !sc_reply_positive(tx->final.code)))
		tx->final = v;
	tx->last_packet = r->last.packet;
	tx->last_at = r->last.when;
	if (tx->end_at != SC_TIME_NONE)
		tx->ev.timing.eom_ms = r->first.when - tx->end_at;
	if (x->replies == 1 || r->code == 421)
		sc_tx_end(s, SC_TX_VERDICT);
}

/* ---- the verdict ---- */

static enum sc_phase stage(const struct sc_transaction *tx)
{
	if (tx->state == SC_TX_COMPLETE)
		return SC_PHASE_eom;
	if (tx->state == SC_TX_TEXT || is_chunk(tx))
		return SC_PHASE_data;
	return tx->rcpt_count ? SC_PHASE_rcpt : SC_PHASE_mail;
}

static enum outcome outcome_of_code(uint16_t code)
{
	switch (code / 100) {
	case 2:
		return ACCEPTED;
	case 4:
		return DEFERRED;
	case 5:
		return REJECTED;
	default:
		return UNKNOWN;
	}
}

static struct decision by_reply(const struct sc_verdict *v)
{
	return (struct decision){ outcome_of_code(v->code), v->phase, v };
}

/* No reply decides: what the end of the transaction tells. */
static enum outcome undecided(const struct sc_session *s, enum sc_tx_end why)
{
	const struct sc_transaction *tx = &s->tx;
	if (tx->state == SC_TX_COMPLETE)
		return why == SC_TX_CLOSED && !tx->final_lost && !s->server_open ? IN_DOUBT : UNKNOWN;
	if (why == SC_TX_CLOSED)
		return s->facts.evidence.gap_octets.client != tx->gap_client ? UNKNOWN : ABORTED;
	if (why == SC_TX_CUT || why == SC_TX_VERDICT)
		return UNKNOWN;
	bool gap = s->facts.evidence.gap_octets.client != tx->gap_client; /* a whole message may have gone by in it */
	return tx->state == SC_TX_TEXT || gap ? UNKNOWN : WITHDRAWN;
}

/* What became of the message, for a recipient that RCPT accepted. */
static struct decision decide_message(const struct sc_session *s, const struct sc_rcpt *rcpt, enum sc_tx_end why)
{
	const struct sc_transaction *tx = &s->tx;
	if (tx->refusal.code && !sc_reply_positive(tx->final.code))
		return by_reply(&tx->refusal);
	if (rcpt && refused(&rcpt->final))
		return by_reply(&rcpt->final);
	if (tx->final.code && !s->lmtp && !sc_reply_positive(tx->final.code))
		return by_reply(&tx->final);
	if (rcpt && rcpt->final.code)
		return by_reply(&rcpt->final);
	if (tx->final.code && (!s->lmtp || tx->final.code == 421))
		return by_reply(&tx->final);
	if (tx->early.code && why == SC_TX_CLOSED && tx->state == SC_TX_TEXT)
		return by_reply(&tx->early);
	return (struct decision){ undecided(s, why), stage(tx), NULL };
}

static struct decision decide(const struct sc_session *s, const struct sc_rcpt *rcpt, enum sc_tx_end why)
{
	const struct sc_transaction *tx = &s->tx;
	if (refused(&tx->mail))
		return by_reply(&tx->mail);
	if (refused(&rcpt->reply))
		return by_reply(&rcpt->reply);
	if (sc_reply_positive(rcpt->reply.code))
		return decide_message(s, rcpt, why);
	bool broke = !rcpt->reply.code && !rcpt->lost && why == SC_TX_CLOSED && !tx->final.code;
	return (struct decision){ broke ? ABORTED : UNKNOWN, SC_PHASE_rcpt, NULL };
}

/* With no recipient known. */
static struct decision decide_empty(const struct sc_session *s, enum sc_tx_end why)
{
	const struct sc_transaction *tx = &s->tx;
	if (refused(&tx->mail))
		return by_reply(&tx->mail);
	enum outcome outcome = tx->incomplete || tx->state != SC_TX_ENVELOPE ? UNKNOWN : undecided(s, why);
	return (struct decision){ outcome, stage(tx), NULL };
}

static uint64_t *outcome_count(struct sc_ev_outcomes *o, enum outcome outcome)
{
	uint64_t *const counts[] = { &o->accepted, &o->deferred, &o->rejected, &o->withdrawn, &o->aborted, &o->in_doubt,
		&o->unknown };
	return counts[outcome];
}

static struct sc_reason reason_of(const struct decision *d)
{
	if (!d->by || (d->outcome != DEFERRED && d->outcome != REJECTED))
		return (struct sc_reason){ .list = SC_STR_NONE, .retry_after_s = SC_NONE };
	return sc_classify(d->by->code, d->by->status, d->by->text, d->phase);
}

static void tell_delivery(struct sc_session *s, const struct sc_rcpt *rcpt, const struct decision *d,
	const struct sc_reason *why)
{
	struct sc_transaction *tx = &s->tx;
	struct sc_ev_delivery ev = { .n = tx->ev.n, .mail_from = tx->ev.mail_from, .rcpt_to = rcpt->path,
		.outcome = outcome_names[d->outcome], .phase = sc_phase_name(d->phase), .cause = sc_cause_name(why->cause),
		.rule = sc_str_of(why->rule), .list = why->list, .retry_after_s = why->retry_after_s,
		.queue_id = d->outcome == ACCEPTED ? tx->ev.queue_id : SC_STR_NONE, .message_id = tx->name.message_id,
		.opening = tx->name.opening, .size = tx->ev.size, .declared_size = tx->ev.declared_size, .envelope_id = param_of(&tx->ev.mail_params, SC_STR("ENVID")),
		.helo = tx->ev.helo, .greeting_host = s->facts.greeting.host };
	uint64_t packet = tx->last_packet;
	if (d->by) {
		ev.code = d->by->code;
		ev.enhanced = d->by->status;
		ev.text = d->by->text;
		ev.permanent = sc_reply_permanent(d->by->code);
		packet = d->by->packet;
	}
	if (why->cause)
		ev.template = sc_session_template(s, ev.text);
	sc_session_emit(s, SC_EVENT_delivery, &ev, tx->first_packet, packet);
}

/* "The first of": which outcome stands for a transaction that accepted nothing. */
static const enum outcome weight[] = { IN_DOUBT, UNKNOWN, ABORTED, WITHDRAWN, DEFERRED, REJECTED };

struct tally {
	uint64_t count[OUTCOMES];
	struct decision first[OUTCOMES]; /* decision of the first recipient with that outcome */
};

static void judge_all(struct sc_session *s, enum sc_tx_end why, struct tally *t)
{
	struct sc_transaction *tx = &s->tx;
	struct sc_ev_recipient *list = s->host->scratch->recipients;
	uint32_t n = 0;
	for (struct sc_rcpt *rcpt = tx->first; rcpt; rcpt = rcpt->next) {
		struct decision d = decide(s, rcpt, why);
		if (rcpt->nameless) {
			list[n++] = (struct sc_ev_recipient){ .rcpt_to = SC_STR_NONE, .code = rcpt->reply.code,
				.enhanced = rcpt->reply.status, .outcome = outcome_names[UNKNOWN] };
			continue;
		}
		struct sc_reason reason = reason_of(&d);
		if (!t->count[d.outcome]++)
			t->first[d.outcome] = d;
		list[n++] = (struct sc_ev_recipient){ rcpt->path, rcpt->params, rcpt->reply.code, rcpt->reply.status,
			outcome_names[d.outcome], sc_cause_name(reason.cause) };
		++*outcome_count(&s->facts.recipients, d.outcome);
		tell_delivery(s, rcpt, &d, &reason);
	}
	tx->ev.recipients = (struct sc_list){ list, n };
}

static struct decision sum_up(struct sc_session *s, enum sc_tx_end why, const struct tally *t, const char **word)
{
	struct sc_transaction *tx = &s->tx;
	struct decision d = decide_empty(s, why);
	bool partial = false;
	if (tx->rcpt_count > tx->nameless_count) {
		enum outcome outcome = ACCEPTED;
		partial = t->count[ACCEPTED] && t->count[ACCEPTED] < tx->rcpt_count;
		for (size_t i = sizeof(weight) / sizeof(weight[0]); !t->count[ACCEPTED] && i > 0; i--)
			if (t->count[weight[i - 1]])
				outcome = weight[i - 1];
		d = t->first[outcome];
	}
	if (tx->incomplete) /* who else was meant is not known */
		d.outcome = UNKNOWN;
	*word = partial && !tx->incomplete ? "partial" : outcome_names[d.outcome];
	return d;
}

static void fill_evidence(struct sc_session *s)
{
	const struct sc_ev_evidence *now = &s->facts.evidence;
	struct sc_transaction *tx = &s->tx;
	tx->ev.evidence = (struct sc_ev_evidence){
		.gap_octets = { now->gap_octets.client - tx->gap_client, now->gap_octets.server - tx->gap_server },
		.midstream = now->midstream && tx->incomplete,
		.resyncs = now->resyncs - tx->resyncs,
		.assumed = now->assumed - tx->assumed,
	};
}

static void take_acceptance(struct sc_session *s, const struct sc_verdict *v)
{
	struct sc_transaction *tx = &s->tx;
	if (!sc_reply_positive(v->code) || !v->text.at)
		return;
	tx->ev.queue_id = sc_software_queue_id(v->text);
	if (!s->facts.greeting.software.at)
		s->facts.greeting.software = sc_arena_copy(&s->arena, sc_software_of_acceptance(v->text));
}

void sc_tx_end(struct sc_session *s, enum sc_tx_end why)
{
	struct sc_transaction *tx = &s->tx;
	struct tally tally = { 0 };
	const char *word;
	if (tx->state == SC_TX_NONE)
		return;
	if (is_chunk(tx) && tx->state == SC_TX_COMPLETE)
		measure_chunks(tx);
	if (tx->ev.declared_size != SC_NONE && tx->ev.size != SC_NONE && tx->ev.declared_size) {
		uint64_t more = tx->ev.size > tx->ev.declared_size ? tx->ev.size - tx->ev.declared_size :
			tx->ev.declared_size - tx->ev.size;
		if (more > tx->ev.size / 10)
			tx->ev.quirks |= SC_QUIRK_BIT(size_mismatch);
	}
	take_acceptance(s, &tx->final);
	fill_evidence(s);
	if (tx->text_from != SC_NONE && s->host->message)
		tx->name = s->host->message(s->host->ctx, s, tx->text_from);
	judge_all(s, why, &tally);
	struct decision d = sum_up(s, why, &tally, &word);
	struct sc_reason reason = reason_of(&d);
	tx->ev.outcome = word;
	tx->ev.phase = sc_phase_name(d.phase);
	tx->ev.cause = sc_cause_name(reason.cause);
	tx->ev.text = d.by ? d.by->text : SC_STR_NONE;
	tx->ev.code = d.by ? d.by->code : 0;
	tx->ev.enhanced = d.by ? d.by->status : (struct sc_status){ 0 };
	if (tx->mail_at != SC_TIME_NONE)
		tx->ev.timing.total_ms = (tx->last_at ? tx->last_at : s->last_when) - tx->mail_at;
	sc_session_quirk(s, tx->ev.quirks);
	sc_session_emit(s, SC_EVENT_transaction, &tx->ev, tx->first_packet, tx->last_packet);
	if (tx->rcpt_count == tx->nameless_count && (refused(&tx->mail) || refused(&tx->final)))
		sc_session_failure(s, "transaction", refused(&tx->mail) ? &tx->mail : &tx->final, tx->ev.mail_from, tx->ev.n);
	sc_arena_reset(&tx->arena);
	tx->state = SC_TX_NONE;
	tx->name = (struct sc_text_name){ .message_id = SC_STR_NONE };
	tx->first = tx->last = tx->next_final = NULL;
	tx->accepted_count = 0;
}
