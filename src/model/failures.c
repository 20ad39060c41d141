/* failures.c - counts events; see failures.h.
 *
 * Trusts the engine for words (static strings of the contract) and for nothing else: addresses and texts are
 * octets of the wire, kept cut and unescaped; outputs make them visible. */
#include "model/failures.h"

#include "base/memory.h"
#include "base/text.h"
#include "explain/attachments.h"
#include "model/counting.h"

const struct sc_spread_row sc_spread_rows[SC_SPREAD_COUNT] = {
#define SC_SPREAD(name, meaning) { #name, meaning },
	SC_SPREADS(SC_SPREAD)
#undef SC_SPREAD
};

/* ---- opening ---- */

/* How many keys each map holds before the least important make room. */
static sc_err open_maps(struct sc_failures *m)
{
	const struct {
		struct sc_top *top;
		size_t rows;
	} maps[] = {
		{&m->enhanced, 256},     {&m->templates, 1024}, {&m->domains, 2048}, {&m->servers, 1024},
		{&m->senders, 2048},     {&m->clients, 1024},   {&m->lists, 128},    {&m->silent, 256},
		{&m->auth_clients, 512}, {&m->auth_users, 512}, {&m->starttls, 64},  {&m->diagnoses, 128},
		{&m->handshakes, 256},   {&m->findings, 256},   {&m->services, 16},  {&m->ends, 16},
		{&m->tls, 64},           {&m->software, 256},   {&m->bounces, 128},
		{&m->attachments, 256}, {&m->disguises, 256}, {&m->non_smtp, 128},
	};
	for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]); i++)
		SC_TRY(sc_top_open(maps[i].top, maps[i].rows));
	SC_TRY(sc_suspects_open(&m->suspects));
	SC_TRY(sc_prints_open(&m->prints));
	SC_TRY(sc_paces_open(&m->domain_paces, 256));
	SC_TRY(sc_paces_open(&m->server_paces, 256));
	SC_TRY(sc_ages_open(&m->ages));
	SC_TRY(sc_secure_model_open(&m->secure));
	m->recent = sc_memory_take(SC_RECENT_RECIPIENTS * sizeof(*m->recent));
	return m->recent ? SC_OK : SC_EFAILED;
}

sc_err sc_failures_open(struct sc_failures **out)
{
	struct sc_failures *m = sc_memory_take(sizeof(*m));
	if (!m)
		return SC_EFAILED;
	m->first = m->last = SC_TIME_NONE;
	m->strip.finest_s = 1;
	sc_err err = open_maps(m);
	if (err) {
		sc_failures_close(m);
		return err;
	}
	*out = m;
	return SC_OK;
}

void sc_failures_close(struct sc_failures *m)
{
	if (!m)
		return;
	struct sc_top *maps[] = {
		&m->enhanced, &m->templates, &m->domains,      &m->servers,    &m->senders,  &m->clients,
		&m->lists,    &m->silent,    &m->auth_clients, &m->auth_users, &m->starttls, &m->diagnoses,
		&m->handshakes, &m->findings,  &m->services,     &m->ends,       &m->tls,      &m->software,
		&m->bounces,  &m->attachments, &m->disguises,   &m->non_smtp,
	};
	for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]); i++)
		sc_top_close(maps[i]);
	sc_suspects_close(&m->suspects);
	sc_deeds_close(&m->deeds);
	sc_prints_close(&m->prints);
	sc_paces_close(&m->domain_paces);
	sc_paces_close(&m->server_paces);
	sc_ages_close(&m->ages);
	sc_secure_model_close(&m->secure);
	sc_memory_give(m->recent);
	sc_memory_give(m);
}

/* ---- what events share ---- */

void sc_count_endpoint(struct sc_text *t, const struct sc_ev_endpoint *e, bool port)
{
	if (e->ip.version == 0)
		return;
	bool brackets = port && e->ip.version == 6;
	sc_text_adds(t, brackets ? "[" : "");
	sc_text_ip(t, &e->ip);
	sc_text_adds(t, brackets ? "]" : "");
	if (port) {
		sc_text_put(t, ':');
		sc_text_number(t, e->port);
	}
}

void sc_count_cause_shown(struct sc_failures *m, const struct sc_top_item *item)
{
	if (m->cause_sessions[item->cause] == 0)
		m->cause_sessions[item->cause] = item->session;
}

void sc_count_silent(struct sc_failures *m, const struct sc_event *ev, const char *what, const char *phase,
			 const struct sc_top_item *item)
{
	char buffer[SC_TOP_KEY_OCTETS];
	struct sc_text t = sc_text_into(buffer, sizeof(buffer));
	if (ev->head)
		sc_count_endpoint(&t, &ev->head->server, true);
	sc_text_put(&t, ' ');
	sc_text_adds(&t, what);
	sc_text_adds(&t, phase ? " at " : "");
	sc_text_adds(&t, phase ? phase : "");
	sc_top_add(&m->silent, sc_text_str(&t), item);
}

static void seen_between(struct sc_failures *m, sc_time first, sc_time last)
{
	if (first != SC_TIME_NONE && (m->first == SC_TIME_NONE || first < m->first))
		m->first = first;
	if (last != SC_TIME_NONE && last > m->last)
		m->last = last;
}

static void count_quirks(struct sc_failures *m, uint64_t quirks)
{
	for (unsigned i = 0; quirks; i++, quirks >>= 1)
		m->quirks[i] += quirks & 1;
}

static void measure(struct sc_failures *m, const struct sc_event *ev, enum sc_spread_id id, sc_time duration)
{
	sc_spread_add(&m->spreads[id], duration);
	bool wait = id != SC_SPREAD_transfer && id != SC_SPREAD_session && id != SC_SPREAD_retry;
	struct sc_slow slow = { duration, ev->when, sc_count_session(ev), (uint8_t)id };
	if (wait)
		sc_slowest_add(&m->slowest, &slow);
}

/* ---- sessions and transactions ---- */

static void count_starttls(struct sc_failures *m, const struct sc_event *ev, const struct sc_ev_session *s)
{
	if (!s->starttls)
		return;
	bool failed = strcmp(s->starttls, "refused") == 0 || strcmp(s->starttls, "handshake_failed") == 0 ||
		      strcmp(s->starttls, "stripped") == 0 || strcmp(s->starttls, "accepted_no_handshake") == 0 ||
		      strcmp(s->starttls, "unanswered") == 0;
	struct sc_top_item item = { .failed = failed, .when = ev->when, .session = sc_count_session(ev) };
	sc_top_add(&m->starttls, sc_str_of(s->starttls), &item);
}

static void count_kinds(struct sc_failures *m, const struct sc_event *ev, const struct sc_ev_session *s)
{
	struct sc_top_item item = { .when = ev->when, .session = sc_count_session(ev),
				    .octets = s->octets.client + s->octets.server };
	sc_top_add(&m->services, sc_str_of(s->service), &item);
	sc_top_add(&m->ends, sc_str_of(s->end_by), &item);
	sc_top_add(&m->tls, sc_str_of(s->tls.version ? s->tls.version : "no TLS"), &item);
	if (s->greeting.software.len)
		sc_top_add(&m->software, s->greeting.software, &item);
}

static void add_session(struct sc_failures *m, const struct sc_event *ev)
{
	const struct sc_ev_session *s = ev->body;
	m->sessions++;
	m->encrypted += sc_secure_is_dark(s);
	m->one_sided += s->evidence.one_sided != NULL;
	m->midstream += s->evidence.midstream;
	m->truncated_packets += s->evidence.truncated_packets;
	m->gapped += s->evidence.gap_octets.client + s->evidence.gap_octets.server != 0;
	m->gap_octets += s->evidence.gap_octets.client + s->evidence.gap_octets.server;
	seen_between(m, s->start, s->end);
	if (s->start != SC_TIME_NONE)
		sc_timeline_at(&m->timeline, s->start)->sessions++;
	sc_prints_add(&m->prints, ev);
	count_starttls(m, ev, s);
	sc_secure_model_session(&m->secure, ev);
	count_kinds(m, ev, s);
	count_quirks(m, s->quirks);
	measure(m, ev, SC_SPREAD_connect, s->timing.connect_ms);
	measure(m, ev, SC_SPREAD_greeting, s->timing.greeting_ms);
	measure(m, ev, SC_SPREAD_helo, s->timing.helo_ms);
	measure(m, ev, SC_SPREAD_tls, s->timing.tls_ms);
	measure(m, ev, SC_SPREAD_session, s->timing.total_ms);
}

/* Each domain once: a transaction takes its time for all of them. */
static void measure_domains(struct sc_failures *m, const struct sc_ev_transaction *tx)
{
	enum { LOOKED_AT = 32 };
	const struct sc_ev_recipient *list = tx->recipients.items;
	for (uint32_t i = 0; i < tx->recipients.count && i < LOOKED_AT; i++) {
		char buffer[SC_PACES_KEY_OCTETS];
		sc_str domain = sc_str_domain(list[i].rcpt_to);
		bool before = false;
		for (uint32_t k = 0; k < i && !before; k++)
			before = sc_str_equal_nocase(sc_str_domain(list[k].rcpt_to), domain);
		if (!before)
			sc_paces_add(&m->domain_paces, sc_str_lower(buffer, sizeof(buffer), domain), tx->timing.total_ms);
	}
}

/* How long whoever sent there had to wait; only where a reply decided. */
static void measure_destination(struct sc_failures *m, const struct sc_event *ev, const struct sc_ev_transaction *tx)
{
	char buffer[SC_PACES_KEY_OCTETS];
	struct sc_text server = sc_text_into(buffer, sizeof(buffer));
	if (!tx->code || tx->timing.total_ms == SC_TIME_NONE || !ev->head)
		return;
	sc_count_endpoint(&server, &ev->head->server, true);
	sc_paces_add(&m->server_paces, sc_text_str(&server), tx->timing.total_ms);
	measure_domains(m, tx);
}

static void add_transaction(struct sc_failures *m, const struct sc_event *ev)
{
	const struct sc_ev_transaction *tx = ev->body;
	const struct sc_ev_recipient *recipients = tx->recipients.items;
	m->transactions++;
	for (uint32_t i = 0; i < tx->recipients.count; i++)
		m->unnamed += recipients[i].rcpt_to.at == NULL;
	bool taken = tx->outcome && (strcmp(tx->outcome, "accepted") == 0 || strcmp(tx->outcome, "partial") == 0);
	m->messages += taken;
	m->message_octets += taken && tx->size != SC_NONE ? tx->size : 0;
	count_quirks(m, tx->quirks);
	measure_destination(m, ev, tx);
	measure(m, ev, SC_SPREAD_mail, tx->timing.mail_ms);
	measure(m, ev, SC_SPREAD_rcpt, tx->timing.rcpt_ms);
	measure(m, ev, SC_SPREAD_data, tx->timing.data_ms);
	measure(m, ev, SC_SPREAD_transfer, tx->timing.transfer_ms);
	measure(m, ev, SC_SPREAD_eom, tx->timing.eom_ms);
}

/* ---- the others ---- */

static void add_failure(struct sc_failures *m, const struct sc_event *ev)
{
	const struct sc_ev_failure *f = ev->body;
	struct sc_top_item item = {
		.failed = true, .when = ev->when, .session = sc_count_session(ev), .code = f->code,
		.cause = (uint8_t)sc_cause_of(sc_str_of(f->cause)),
	};
	m->failures++;
	seen_between(m, f->broke ? f->first_ts : ev->when, ev->when);
	if (f->code == 0) {
		m->other_silent++;
		m->other_phases[sc_phase_of(sc_str_of(f->phase))][2]++;
		sc_count_silent(m, ev, f->broke ? f->broke : "broken off", f->phase, &item);
		return;
	}
	m->other_phases[sc_phase_of(sc_str_of(f->phase))][f->code >= 500]++;
	m->other_causes[item.cause]++;
	sc_count_cause_shown(m, &item);
	if (f->list.at)
		sc_top_add(&m->lists, f->list, &item);
}

static void add_auth(struct sc_failures *m, const struct sc_event *ev)
{
	const struct sc_ev_auth *a = ev->body;
	const char *outcome = a->outcome ? a->outcome : "unknown";
	struct sc_top_item item = {.failed = strcmp(outcome, "failed") == 0,
				   .when = ev->when,
				   .session = sc_count_session(ev),
				   .code = a->code};
	m->auth_ok += strcmp(outcome, "ok") == 0;
	m->auth_failed += item.failed;
	m->auth_cancelled += strcmp(outcome, "cancelled") == 0;
	m->auth_unknown += strcmp(outcome, "unknown") == 0;
	m->auth_cleartext += a->cleartext;
	char buffer[SC_TOP_KEY_OCTETS];
	struct sc_text client = sc_text_into(buffer, sizeof(buffer));
	if (ev->head)
		sc_count_endpoint(&client, &ev->head->client, false);
	sc_top_label(sc_top_add(&m->auth_clients, sc_text_str(&client), &item), a->mechanism);
	sc_top_label(sc_top_add(&m->auth_users, a->user, &item), a->mechanism);
}

/* What a silent failure was a consequence of, where packets tell: the diagnosis comes after it, at the end of its session.
 * Diagnoses that only say that it happened explain nothing. */
static void explain_silence(struct sc_failures *m, const struct sc_event *ev, const struct sc_ev_diagnosis *d)
{
	uint64_t session = sc_count_session(ev);
	bool effect = strcmp(d->diagnosis, "lost_in_data") == 0 || strcmp(d->diagnosis, "lost_after_eod") == 0;
	if (effect || !session || !d->severity || strcmp(d->severity, "info") == 0)
		return;
	for (size_t i = 0; i < m->silent.sets * SC_TOP_WAYS; i++) {
		struct sc_top_row *row = &m->silent.rows[i];
		for (size_t k = 0; row->key_len && k < SC_TOP_SESSIONS; k++)
			if (row->sessions[k] == session)
				sc_top_label(row, sc_str_of(d->diagnosis));
	}
}

static void count_graded(struct sc_top *top, sc_str key, const char *severity, const struct sc_top_item *item)
{
	struct sc_top_row *row = sc_top_add(top, key, item);
	if (severity && strcmp(severity, "error") == 0)
		sc_top_relabel(row, sc_str_of(severity)); /* the worst is told */
	sc_top_label(row, sc_str_of(severity));
}

static void add_diagnosis(struct sc_failures *m, const struct sc_event *ev)
{
	const struct sc_ev_diagnosis *d = ev->body;
	struct sc_top_item item = {
		.failed = d->severity && strcmp(d->severity, "info") != 0,
		.when = ev->when,
		.session = sc_count_session(ev),
	};
	count_graded(&m->diagnoses, sc_str_of(d->diagnosis), d->severity, &item);
	if (sc_secure_concerns(d->diagnosis))
		count_graded(&m->secure.diagnoses, sc_str_of(d->diagnosis), d->severity, &item);
	explain_silence(m, ev, d);
}

bool sc_failures_handshake(struct sc_text *key, const struct sc_ev_tls *t)
{
	if (t->established || t->unfinished)
		return false;
	sc_text_adds(key, t->via ? t->via : "tls");
	sc_text_adds(key, t->version ? " " : "");
	sc_text_adds(key, t->version ? t->version : "");
	sc_text_adds(key, t->alert.name ? ", alert of " : ", no alert");
	if (t->alert.name) {
		sc_text_adds(key, t->alert.side ? t->alert.side : "one side");
		sc_text_adds(key, ": ");
		sc_text_adds(key, t->alert.name);
	}
	return true;
}

static void add_tls(struct sc_failures *m, const struct sc_event *ev)
{
	const struct sc_ev_tls *t = ev->body;
	char buffer[SC_TOP_KEY_OCTETS];
	struct sc_text key = sc_text_into(buffer, sizeof(buffer));
	struct sc_top_item item = { .failed = true, .when = ev->when, .session = sc_count_session(ev) };
	sc_secure_model_add(&m->secure, ev);
	if (sc_failures_handshake(&key, t))
		sc_top_label(sc_top_add(&m->handshakes, sc_text_str(&key), &item), t->certificate.subject);
}

/* A finding that goes on, or is over, is the one that was counted; it may have become graver. */
static void count_finding(struct sc_top *top, sc_str key, const struct sc_ev_finding *f, const struct sc_top_item *item)
{
	bool known = f->state && strcmp(f->state, "new") != 0;
	struct sc_top_row *row = known ? sc_top_find(top, key) : sc_top_add(top, key, item);
	if (row && sc_suspect_weight(sc_str_of(f->severity)) > sc_suspect_weight((sc_str){ row->label, row->label_len }))
		sc_top_relabel(row, sc_str_of(f->severity));
}

static void add_finding(struct sc_failures *m, const struct sc_event *ev)
{
	const struct sc_ev_finding *f = ev->body;
	sc_suspects_add(&m->suspects, ev);
	char buffer[SC_TOP_KEY_OCTETS];
	struct sc_text key = sc_text_into(buffer, sizeof(buffer));
	sc_text_adds(&key, f->detector ? f->detector : "-");
	sc_text_adds(&key, f->subject.value.at ? ": " : "");
	sc_text_add(&key, f->subject.value);
	struct sc_top_item item = { .failed = true, .when = ev->when, .session = sc_count_session(ev) };
	count_finding(&m->findings, sc_text_str(&key), f, &item);
	if (sc_secure_concerns(f->detector))
		count_finding(&m->secure.findings, sc_text_str(&key), f, &item);
}

/* "failed user_unknown": what was reported of a recipient, and why. */
static void count_bounce(void *ctx, const struct sc_bounce *b)
{
	struct sc_failures *m = ctx;
	char buffer[SC_TOP_KEY_OCTETS];
	struct sc_text key = sc_text_into(buffer, sizeof(buffer));
	sc_text_add(&key, (sc_str){ b->action, b->action_len });
	sc_text_adds(&key, b->cause ? " " : "");
	sc_text_adds(&key, b->cause ? sc_cause_name(b->cause) : "");
	struct sc_top_item item = { .when = b->when, .session = b->session, .failed = b->cause != SC_CAUSE_NONE,
				    .cause = (uint8_t)b->cause };
	sc_top_add(&m->bounces, sc_text_str(&key), &item);
}

static void count_attachments(struct sc_failures *m, const struct sc_event *ev)
{
	const struct sc_ev_message *x = ev->body;
	const struct sc_ev_part *parts = x->parts.items;
	struct sc_top_item item = {.when = ev->when, .session = sc_count_session(ev)};
	for (uint32_t i = 0; i < x->parts.count; i++) {
		const char *sign = sc_attachment_sign(parts[i].name, parts[i].type);
		item.octets = parts[i].size == SC_NONE ? 0 : parts[i].size;
		if (!sign && parts[i].encrypted)
			sign = "encrypted archive";
		if (sign)
			sc_top_label(sc_top_add(&m->attachments, parts[i].name, &item), sc_str_of(sign));
	}
}

/* "www.example.org leads to example.net", and who sent the first one. */
static void count_disguises(struct sc_failures *m, const struct sc_event *ev)
{
	const struct sc_ev_message *x = ev->body;
	char buffer[SC_TOP_KEY_OCTETS], room[64];
	struct sc_text key = sc_text_into(buffer, sizeof(buffer)), client = sc_text_into(room, sizeof(room));
	struct sc_top_item item = {.when = ev->when, .session = sc_count_session(ev)};
	if (x->link_mismatch.count == 0)
		return;
	sc_text_add(&key, x->link_mismatch.shown);
	sc_text_adds(&key, " leads to ");
	sc_text_add(&key, x->link_mismatch.target);
	if (ev->head)
		sc_count_endpoint(&client, &ev->head->client, false);
	sc_top_label(sc_top_add(&m->disguises, sc_text_str(&key), &item), sc_text_str(&client));
}

static void add_message(struct sc_failures *m, const struct sc_event *ev)
{
	m->messages_read++;
	count_disguises(m, ev);
	sc_bounces_add(&m->reported, ev, count_bounce, m);
	count_attachments(m, ev);
}

static void add_story(struct sc_failures *m, const struct sc_event *ev)
{
	const struct sc_ev_story *s = ev->body;
	sc_stories_add(&m->stories, s);
	if (s->attempts > 1)
		measure(m, ev, SC_SPREAD_retry, s->delay_ms);
}

/* What it was, and who served it. */
static void add_non_smtp(struct sc_failures *m, const struct sc_event *ev)
{
	const struct sc_ev_non_smtp *x = ev->body;
	char buffer[SC_TOP_KEY_OCTETS];
	struct sc_text key = sc_text_into(buffer, sizeof(buffer));
	struct sc_top_item item = { .failed = true, .when = ev->when, .session = sc_count_session(ev) };
	sc_text_adds(&key, x->protocol ? x->protocol : "unknown");
	sc_text_adds(&key, " at ");
	if (ev->head)
		sc_count_endpoint(&key, &ev->head->server, true);
	seen_between(m, ev->when, ev->when);
	sc_top_add(&m->non_smtp, sc_text_str(&key), &item);
}

static void add_stats(struct sc_failures *m, const struct sc_event *ev)
{
	const struct sc_ev_stats *s = ev->body;
	m->has_stats = true;
	m->packets_seen = s->packets.seen;
	m->packets_dropped = s->packets.dropped;
	m->packets_truncated = s->packets.truncated;
}

void sc_failures_add(struct sc_failures *m, const struct sc_event *ev)
{
	sc_deeds_add(&m->deeds, ev);
	switch (ev->kind) {
	case SC_EVENT_session:     add_session(m, ev); break;
	case SC_EVENT_transaction: add_transaction(m, ev); break;
	case SC_EVENT_delivery:    sc_count_delivery(m, ev); break;
	case SC_EVENT_failure:     add_failure(m, ev); break;
	case SC_EVENT_auth:        add_auth(m, ev); break;
	case SC_EVENT_diagnosis:   add_diagnosis(m, ev); break;
	case SC_EVENT_tls:         add_tls(m, ev); break;
	case SC_EVENT_finding:     add_finding(m, ev); break;
	case SC_EVENT_message:     add_message(m, ev); break;
	case SC_EVENT_story:       add_story(m, ev); break;
	case SC_EVENT_non_smtp:    add_non_smtp(m, ev); break;
	case SC_EVENT_stats:       add_stats(m, ev); break;
	default:                   break;
	}
}

uint64_t sc_failures_failed(const struct sc_failures *m)
{
	uint64_t failed = 0;
	for (int i = 0; i < SC_OUTCOMES; i++)
		failed += sc_outcome_failed((enum sc_outcome)i) ? m->outcomes[i] : 0;
	return failed;
}
