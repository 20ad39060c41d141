/* report_head.c - opens, feeds and closes the counts of a report, and says what all its forms say; see report_head.h. */
#include "output/report_head.h"

#include "base/text.h"
#include "output/page.h"
#include "output/report_parts.h"

enum { BIGGEST = 3 };

const struct sc_report_title sc_report_titles[SC_REPORT_TITLES] = {
	{SC_REPORT_FAILURES, "failures", "Delivery failures"},
	{SC_REPORT_TRAFFIC, "traffic", "Mail traffic"},
	{SC_REPORT_SENDERS, "senders", "Suspicious senders"},
	{SC_REPORT_TLS, "tls", "TLS"},
};

const struct sc_report_title *sc_report_title(unsigned parts)
{
	const struct sc_report_title *t = sc_report_titles;
	while (parts && !(t->kind & parts))
		t++;
	return t;
}

sc_err sc_report_head_open(void *self, const struct sc_output_config *config)
{
	struct sc_report_head *h = self;
	h->parts = config->parts;
	h->source = config->source && *config->source ? config->source : NULL;
	SC_TRY(sc_failures_open(&h->m));
	h->m->asides = config->asides;
	h->m->aside_count = config->aside_count;
	h->m->earlier = config->earlier;
	bool senders = h->parts == 0 || h->parts & SC_REPORT_SENDERS;
	sc_err err = senders ? sc_deeds_open(&h->m->deeds) : SC_OK;
	err = err ? err : sc_sheet_open(&h->sheet, config);
	if (err) {
		sc_failures_close(h->m);
		h->m = NULL;
	}
	return err;
}

void sc_report_head_write(void *self, const struct sc_event *ev)
{
	struct sc_report_head *h = self;
	sc_failures_add(h->m, ev);
}

sc_err sc_report_head_close(struct sc_report_head *h)
{
	sc_failures_close(h->m);
	h->m = NULL;
	return sc_sheet_close(&h->sheet);
}

void sc_report_secrecy(struct sc_text *t, const struct sc_failures *m)
{
	sc_page_grouped(t, m->secure.up);
	sc_text_adds(t, " of ");
	sc_page_grouped(t, m->sessions);
	sc_text_adds(t, m->sessions == 1 ? " session went on inside TLS; in " : " sessions went on inside TLS; in ");
	sc_page_grouped(t, m->secure.down);
	sc_text_adds(t, " it failed or was odd; mail for ");
	sc_page_grouped(t, m->secure.clear);
	sc_text_adds(t, m->secure.clear == 1 ? " recipient was accepted in clear." : " recipients was accepted in clear.");
}

static void put_count(struct sc_text *t, uint64_t n, const char *one, const char *many)
{
	sc_page_grouped(t, n);
	sc_text_adds(t, n == 1 ? one : many);
}

void sc_report_totals(struct sc_text *t, const struct sc_failures *m)
{
	put_count(t, m->sessions, " session, ", " sessions, ");
	put_count(t, m->transactions, " transaction, ", " transactions, ");
	put_count(t, m->messages, " message taken (", " messages taken (");
	put_count(t, m->message_octets, " octet)", " octets)");
}

void sc_report_blind_spots(const struct sc_failures *m, sc_report_line_fn *each, void *ctx)
{
	const struct {
		uint64_t n;
		const char *one, *many, *what;
	} spots[] = {
		{ m->encrypted, " session", " sessions", " went on inside TLS; without keys that mail is in no count" },
		{ m->packets_dropped, " packet was", " packets were", " lost by the capture" },
		{ m->packets_truncated, " packet was", " packets were", " cut short by the capture (snap length)" },
		{ m->gap_octets, " octet is", " octets are", " missing from the connections" },
		{ m->one_sided, " session shows", " sessions show", " only one direction" },
		{ m->midstream, " session", " sessions", " began before the capture" },
		{ m->unnamed, " recipient is", " recipients are", " known only by the reply, and in no count" },
	};
	for (size_t i = 0; i < sizeof(spots) / sizeof(spots[0]); i++) {
		char room[128];
		struct sc_text t = sc_text_into(room, sizeof(room));
		if (spots[i].n == 0)
			continue;
		put_count(&t, spots[i].n, spots[i].one, spots[i].many);
		sc_text_adds(&t, spots[i].what);
		each(ctx, sc_text_str(&t));
	}
}

/* What is said when no recipient was seen. */
static const char *nothing(const struct sc_failures *m)
{
	return m->sessions ? "No recipient was seen in clear." :
		m->failures ? "No mail was seen: no connection became a dialogue." :
		m->non_smtp.used ? "No mail was seen: on its ports something else was spoken." :
		"No mail was seen; smtpscope doctor tells why.";
}

/* "client 203.0.113.8: 20 failed logins for 7 users" */
static void put_worst(struct sc_text *t, const struct sc_suspect *s)
{
	sc_text_adds(t, s->kind);
	sc_text_put(t, ' ');
	sc_text_visible(t, (sc_str){ s->value, s->value_len });
	sc_text_adds(t, ": ");
	sc_text_visible(t, (sc_str){ s->rules[0].text, s->rules[0].text_len });
}

void sc_report_suspicion(struct sc_text *t, const struct sc_failures *m)
{
	const struct sc_suspect *worst[BIGGEST];
	size_t count = sc_suspects_sorted(&m->suspects, worst, BIGGEST);
	size_t bad = sc_suspects_above(&m->suspects, SC_SUSPECT_BAD), watch = sc_suspects_above(&m->suspects, SC_SUSPECT_WATCH) - bad;
	if (count == 0) {
		bool partly = m->encrypted + m->one_sided + m->midstream + m->gapped + m->packets_dropped;
		sc_text_adds(t, m->sessions ? "Nothing suspicious was found" : nothing(m));
		sc_text_adds(t, m->sessions == 0 ? "" : partly ? ", as far as the capture shows." : ".");
		return;
	}
	if (bad == 0)
		sc_text_adds(t, "No source is very likely abusive (score 60 and more), ");
	else
		put_count(t, bad, " source is very likely abusive (score 60 and more), ", " sources are very likely abusive (score 60 and more), ");
	put_count(t, watch, " is worth a look (30 and more), ", " are worth a look (30 and more), ");
	put_count(t, m->suspects.count - bad - watch, " drew milder findings. ", " drew milder findings. ");
	for (size_t i = 0; i < count; i++) {
		sc_text_adds(t, i ? "; " : "The worst: ");
		put_worst(t, worst[i]);
	}
	sc_text_put(t, '.');
}

static void put_failed(struct sc_text *t, const struct sc_failures *m)
{
	int causes[SC_CAUSES];
	size_t count = sc_report_causes(m, causes);
	put_count(t, sc_failures_failed(m), " recipient failed", " recipients failed");
	for (size_t i = 0; i < count && i < BIGGEST; i++) {
		uint64_t n = m->causes[causes[i]][0] + m->causes[causes[i]][1];
		const char *name = sc_cause_name((enum sc_cause)causes[i]);
		if (n == 0)
			break;
		sc_text_adds(t, i ? ", " : "; the biggest causes: ");
		sc_text_adds(t, name ? name : "not told");
		sc_text_put(t, ' ');
		sc_page_grouped(t, n);
	}
	sc_text_put(t, '.');
}

void sc_report_verdict(struct sc_text *t, const struct sc_failures *m)
{
	if (m->recipients == 0)
		sc_text_adds(t, nothing(m));
	else if (sc_failures_failed(m))
		put_failed(t, m);
	else
		sc_text_adds(t, m->outcomes[SC_OUTCOME_unknown] ? "No recipient was refused, as far as the capture shows." :
			"No recipient was refused.");
	if (m->failures == 0 || (m->recipients == 0 && m->sessions == 0))
		return;
	sc_text_put(t, ' ');
	put_count(t, m->failures, " refusal or break", " refusals and breaks");
	sc_text_adds(t, " had no recipient.");
}
