/* recipients.c - counts the recipients of failures.h: each `delivery` is one verdict, and goes into every table that adds up to
 * the recipients. */
#include "base/str.h"
#include "explain/template.h"
#include "model/counting.h"

/* The null reverse-path is a sender of its own; none at all is "-". */
static sc_str sender_key(sc_str mail_from)
{
	return mail_from.at && mail_from.len == 0 ? SC_STR("<>") : mail_from;
}

static enum sc_failure_class class_of(enum sc_outcome outcome)
{
	static const enum sc_failure_class classes[SC_OUTCOMES] = {
		[SC_OUTCOME_deferred] = SC_CLASS_deferred, [SC_OUTCOME_rejected] = SC_CLASS_rejected,
		[SC_OUTCOME_in_doubt] = SC_CLASS_in_doubt, [SC_OUTCOME_aborted] = SC_CLASS_aborted,
	};
	SC_ASSERT(sc_outcome_failed(outcome));
	return classes[outcome];
}

/* "550 5.1.1 <ADDR>: Recipient address rejected": code and template of the reply that decided. */
void sc_failures_template(struct sc_text *t, const struct sc_ev_delivery *d)
{
	sc_text_number(t, d->code);
	sc_text_put(t, ' ');
	if (d->template.at)
		sc_text_add(t, d->template);
	else
		sc_template_put(t, d->text);
	while (t->len && t->at[t->len - 1] == ' ')
		t->len--;
}

static uint16_t copy_text(char *to, sc_str s)
{
	s = sc_str_slice(s, 0, SC_RECENT_TEXT);
	if (s.len)
		memcpy(to, s.at, s.len);
	return (uint16_t)s.len;
}

static void keep_example(struct sc_failures *m, const struct sc_event *ev, const struct sc_top_item *item)
{
	const struct sc_ev_delivery *d = ev->body;
	struct sc_cause_example *e = &m->examples[item->cause];
	bool fits = d->rcpt_to.len <= SC_RECENT_TEXT && d->mail_from.len <= SC_RECENT_TEXT && d->mail_from.at;
	if (e->phase != SC_PHASE_NONE || !fits || !ev->head)
		return;
	e->server = ev->head->server;
	e->phase = sc_phase_of(sc_str_of(d->phase));
	e->rcpt_len = copy_text(e->rcpt, d->rcpt_to);
	e->from_len = copy_text(e->from, d->mail_from);
}

static void count_refusal(struct sc_failures *m, const struct sc_event *ev, const struct sc_top_item *item)
{
	const struct sc_ev_delivery *d = ev->body;
	char buffer[SC_TOP_KEY_OCTETS];
	struct sc_text t = sc_text_into(buffer, sizeof(buffer));
	m->causes[item->cause][item->outcome == SC_OUTCOME_rejected]++;
	sc_count_cause_shown(m, item);
	keep_example(m, ev, item);
	if (d->enhanced.cls) {
		sc_text_status(&t, d->enhanced);
		sc_top_add(&m->enhanced, sc_text_str(&t), item);
	} else {
		m->no_enhanced++;
	}
	t = sc_text_into(buffer, sizeof(buffer));
	sc_failures_template(&t, d);
	if (d->code)
		sc_top_label(sc_top_add(&m->templates, sc_text_str(&t), item), sc_str_domain(d->rcpt_to));
	if (d->list.at)
		sc_top_add(&m->lists, d->list, item);
}

static void keep_recent(struct sc_failures *m, const struct sc_ev_delivery *d, const struct sc_top_item *item)
{
	struct sc_failed_recipient *r = &m->recent[m->recent_count++ % SC_RECENT_RECIPIENTS];
	r->when = item->when;
	r->session = item->session;
	r->outcome = item->outcome;
	r->cause = (enum sc_cause)item->cause;
	r->phase = sc_phase_of(sc_str_of(d->phase));
	r->code = d->code;
	r->enhanced = d->enhanced;
	r->has_from = d->mail_from.at != NULL;
	r->rcpt_len = copy_text(r->rcpt, d->rcpt_to);
	r->from_len = copy_text(r->from, d->mail_from);
	r->text_len = copy_text(r->text, d->text);
}

static void count_failed(struct sc_failures *m, const struct sc_event *ev, const struct sc_top_item *item)
{
	const struct sc_ev_delivery *d = ev->body;
	m->phases[sc_phase_of(sc_str_of(d->phase))][class_of(item->outcome)]++;
	if (item->outcome == SC_OUTCOME_deferred || item->outcome == SC_OUTCOME_rejected)
		count_refusal(m, ev, item);
	else
		sc_count_silent(m, ev, sc_outcome_name(item->outcome), d->phase, item);
	keep_recent(m, d, item);
}

static void count_parties(struct sc_failures *m, const struct sc_event *ev, const struct sc_top_item *item)
{
	const struct sc_ev_delivery *d = ev->body;
	char buffer[SC_TOP_KEY_OCTETS];
	sc_top_add(&m->domains, sc_str_lower(buffer, sizeof(buffer), sc_str_domain(d->rcpt_to)), item);
	sc_top_add(&m->senders, sender_key(d->mail_from), item);
	struct sc_text server = sc_text_into(buffer, sizeof(buffer));
	if (ev->head)
		sc_count_endpoint(&server, &ev->head->server, true);
	struct sc_top_row *row = sc_top_add(&m->servers, sc_text_str(&server), item);
	if (ev->session)
		sc_top_label(row, ev->session->greeting.host);
	struct sc_text client = sc_text_into(buffer, sizeof(buffer));
	if (ev->head)
		sc_count_endpoint(&client, &ev->head->client, false);
	row = sc_top_add(&m->clients, sc_text_str(&client), item);
	if (ev->session)
		sc_top_label(row, ev->session->helo.name);
}

void sc_count_delivery(struct sc_failures *m, const struct sc_event *ev)
{
	const struct sc_ev_delivery *d = ev->body;
	enum sc_outcome outcome = sc_outcome_of(d->outcome);
	struct sc_top_item item = {
		.outcome = outcome, .recipient = true, .failed = sc_outcome_failed(outcome), .when = ev->when,
		.session = sc_count_session(ev), .code = d->code, .cause = (uint8_t)sc_cause_of(sc_str_of(d->cause)),
		.octets = outcome == SC_OUTCOME_accepted && d->size != SC_NONE ? d->size : 0,
	};
	m->recipients++;
	m->outcomes[outcome]++;
	m->permanent += d->permanent;
	if (ev->when != SC_TIME_NONE) {
		sc_timeline_at(&m->timeline, ev->when)->outcomes[outcome]++;
		sc_timeline_at(&m->strip, ev->when)->outcomes[outcome]++;
		sc_ages_add(&m->ages, d->story, outcome, sc_str_domain(d->rcpt_to), ev->when);
	}
	count_parties(m, ev, &item);
	if (item.failed)
		count_failed(m, ev, &item);
}

const struct sc_failed_recipient *sc_failures_recent(const struct sc_failures *m, size_t n)
{
	if (n >= m->recent_count || n >= SC_RECENT_RECIPIENTS)
		return NULL;
	return &m->recent[(m->recent_count - 1 - n) % SC_RECENT_RECIPIENTS];
}
