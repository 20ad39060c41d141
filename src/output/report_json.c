/* report_json.c - the report of delivery failures as one JSON object: the same numbers as report_text.c.
 *
 * Keys are stable; lists stand in order, the biggest first; what has no value is left out.  Strings of the wire
 * go through sc_text_json(). */
#include "base/text.h"
#include "model/failures.h"
#include "output/buffer.h"
#include "output/reports.h"
#include "output/value.h"

enum {
	MOST_ROWS = 100,
};

struct json_report {
	struct sc_buffer out;
	struct sc_failures *m;
	const char *source;
	bool comma; /* something stands before, in this object or list */
};

/* ---- writing ---- */

static void open_with(struct json_report *r, const char *key, const char *bracket)
{
	sc_buffer_adds(&r->out, r->comma ? "," : "");
	if (key) {
		sc_buffer_adds(&r->out, "\"");
		sc_buffer_adds(&r->out, key);
		sc_buffer_adds(&r->out, "\":");
	}
	sc_buffer_adds(&r->out, bracket);
	r->comma = false;
}

static void close_with(struct json_report *r, const char *bracket)
{
	sc_buffer_adds(&r->out, bracket);
	r->comma = true;
}

static void number(struct json_report *r, const char *key, uint64_t n)
{
	open_with(r, key, "");
	sc_buffer_number(&r->out, n);
	r->comma = true;
}

static void string(struct json_report *r, const char *key, sc_str s)
{
	enum { PIECE = 4096 };
	if (!s.at)
		return;
	open_with(r, key, "\""); /* a path may be longer than a piece, no string of the model is */
	struct sc_text t = sc_text_into(sc_buffer_room(&r->out, 6 * PIECE), 6 * PIECE);
	sc_text_json(&t, sc_str_slice(s, 0, PIECE));
	r->out.len += t.len;
	close_with(r, "\"");
}

static void word(struct json_report *r, const char *key, const char *s)
{
	string(r, key, sc_str_of(s));
}

static void when(struct json_report *r, const char *key, sc_time time)
{
	char buffer[48];
	struct sc_text t = sc_text_into(buffer, sizeof(buffer));
	if (time == SC_TIME_NONE)
		return;
	sc_text_time(&t, time);
	string(r, key, sc_text_str(&t));
}

static void duration(struct json_report *r, const char *key, sc_time time)
{
	char buffer[48];
	struct sc_text t = sc_text_into(buffer, sizeof(buffer));
	sc_text_ms(&t, time);
	open_with(r, key, "");
	sc_buffer_add(&r->out, sc_text_str(&t));
	r->comma = true;
}

static void session(struct json_report *r, const char *key, uint64_t id)
{
	char buffer[16];
	struct sc_text t = sc_text_into(buffer, sizeof(buffer));
	if (id == 0)
		return;
	sc_value_id(&t, id);
	string(r, key, sc_text_str(&t));
}

static void outcomes(struct json_report *r, const char *key, const uint64_t *counts)
{
	open_with(r, key, "{");
	for (int i = 0; i < SC_OUTCOMES; i++)
		number(r, sc_outcome_name((enum sc_outcome)i), counts[i]);
	close_with(r, "}");
}

/* ---- parts ---- */

static void put_scope(struct json_report *r)
{
	const struct sc_failures *m = r->m;
	open_with(r, "scope", "{");
	word(r, "source", r->source);
	when(r, "first", m->first);
	when(r, "last", m->last);
	number(r, "sessions", m->sessions);
	number(r, "transactions", m->transactions);
	number(r, "messages", m->messages);
	number(r, "message_octets", m->message_octets);
	number(r, "encrypted_sessions", m->encrypted);
	number(r, "one_sided_sessions", m->one_sided);
	number(r, "midstream_sessions", m->midstream);
	number(r, "gap_octets", m->gap_octets);
	number(r, "unnamed_recipients", m->unnamed);
	if (m->has_stats) {
		number(r, "packets", m->packets_seen);
		number(r, "packets_dropped", m->packets_dropped);
		number(r, "packets_truncated", m->packets_truncated);
	}
	close_with(r, "}");
}

static void put_recipients(struct json_report *r)
{
	open_with(r, "recipients", "{");
	number(r, "all", r->m->recipients);
	number(r, "failed", sc_failures_failed(r->m));
	number(r, "permanent", r->m->permanent);
	outcomes(r, "outcomes", r->m->outcomes);
	close_with(r, "}");
}

static void put_causes(struct json_report *r)
{
	const struct sc_failures *m = r->m;
	open_with(r, "causes", "[");
	for (int cause = 0; cause < SC_CAUSES; cause++) {
		const struct sc_cause_facts *facts = sc_cause_facts((enum sc_cause)cause);
		uint64_t refused = m->causes[cause][0] + m->causes[cause][1];
		if (refused + m->other_causes[cause] == 0)
			continue;
		open_with(r, NULL, "{");
		if (facts) {
			word(r, "cause", facts->name);
			word(r, "family", facts->family);
		}
		number(r, "recipients", refused);
		number(r, "deferred", m->causes[cause][0]);
		number(r, "rejected", m->causes[cause][1]);
		number(r, "without_recipient", m->other_causes[cause]);
		session(r, "session", m->cause_sessions[cause]);
		if (facts) {
			word(r, "acts", facts->acts);
			word(r, "advice", facts->advice);
		}
		close_with(r, "}");
	}
	close_with(r, "]");
}

static void put_phases(struct json_report *r)
{
	static const char *const classes[SC_CLASSES] = { "deferred", "rejected", "in_doubt", "aborted" };
	const struct sc_failures *m = r->m;
	open_with(r, "phases", "[");
	for (int phase = 0; phase < SC_PHASES; phase++) {
		const uint64_t *n = m->phases[phase], *o = m->other_phases[phase];
		if (n[0] + n[1] + n[2] + n[3] + o[0] + o[1] == 0)
			continue;
		open_with(r, NULL, "{");
		word(r, "phase", sc_phase_name((enum sc_phase)phase));
		for (int i = 0; i < SC_CLASSES; i++)
			number(r, classes[i], n[i]);
		number(r, "deferred_without_recipient", o[0]);
		number(r, "rejected_without_recipient", o[1]);
		close_with(r, "}");
	}
	close_with(r, "]");
}

static void put_row(struct json_report *r, const char *key, const struct sc_top_row *row, const char *label,
		    bool recipients)
{
	open_with(r, NULL, "{");
	bool null_path = strcmp(key, "mail_from") == 0 && sc_str_equal(sc_top_key(row), SC_STR("<>"));
	string(r, key, null_path ? SC_STR("") : sc_top_key(row));
	if (label && row->label_len)
		string(r, label, (sc_str){ row->label, row->label_len });
	number(r, "count", row->count);
	number(r, "failed", row->failed);
	if (recipients)
		outcomes(r, "outcomes", row->outcomes);
	if (row->code)
		number(r, "code", row->code);
	word(r, "cause", sc_cause_name((enum sc_cause)row->cause));
	when(r, "first", row->first);
	when(r, "last", row->last);
	when(r, "first_failed", row->first_failed);
	when(r, "last_accepted", row->last_accepted);
	open_with(r, "sessions", "[");
	for (size_t i = 0; i < SC_TOP_SESSIONS; i++)
		session(r, NULL, row->sessions[i]);
	close_with(r, "]");
	close_with(r, "}");
}

/* A map: its rows, and the sum of all others. */
static void put_top(struct json_report *r, const char *name, const struct sc_top *top, const char *key,
		    const char *label, bool recipients)
{
	const struct sc_top_row *rows[MOST_ROWS];
	size_t count = sc_top_sorted(top, SC_TOP_BY_FAILED, rows, MOST_ROWS);
	open_with(r, name, "{");
	open_with(r, "rows", "[");
	for (size_t i = 0; i < count; i++)
		put_row(r, key, rows[i], label, recipients);
	close_with(r, "]");
	struct sc_top_row rest = sc_top_rest(top, rows, count);
	open_with(r, "others", "{");
	number(r, "count", rest.count);
	number(r, "failed", rest.failed);
	if (recipients)
		outcomes(r, "outcomes", rest.outcomes);
	close_with(r, "}");
	close_with(r, "}");
}

static void put_auth(struct json_report *r)
{
	const struct sc_failures *m = r->m;
	open_with(r, "logins", "{");
	number(r, "ok", m->auth_ok);
	number(r, "failed", m->auth_failed);
	number(r, "cancelled", m->auth_cancelled);
	number(r, "unknown", m->auth_unknown);
	number(r, "cleartext", m->auth_cleartext);
	put_top(r, "clients", &m->auth_clients, "client", NULL, false);
	put_top(r, "users", &m->auth_users, "user", NULL, false);
	close_with(r, "}");
}

static void put_quirks(struct json_report *r)
{
	open_with(r, "quirks", "{");
	for (int i = 0; i < SC_QUIRKS; i++)
		if (r->m->quirks[i])
			number(r, sc_quirk_name((enum sc_quirk)i), r->m->quirks[i]);
	close_with(r, "}");
}

static void put_hours(struct json_report *r)
{
	const struct sc_timeline *t = &r->m->timeline;
	open_with(r, "timeline", "{");
	number(r, "width_s", (uint64_t)t->width_s);
	open_with(r, "bins", "[");
	for (size_t i = 0; i < t->count; i++) {
		open_with(r, NULL, "{");
		when(r, "from", sc_timeline_begin(t, i));
		outcomes(r, "recipients", t->bins[i].outcomes);
		number(r, "sessions", t->bins[i].sessions);
		close_with(r, "}");
	}
	close_with(r, "]");
	close_with(r, "}");
}

static void put_timing(struct json_report *r)
{
	open_with(r, "timing", "{");
	for (int i = 0; i < SC_SPREAD_COUNT; i++) {
		const struct sc_spread *s = &r->m->spreads[i];
		if (s->count == 0)
			continue;
		open_with(r, sc_spread_rows[i].name, "{");
		number(r, "count", s->count);
		duration(r, "p50_ms", sc_spread_percentile(s, 50));
		duration(r, "p90_ms", sc_spread_percentile(s, 90));
		duration(r, "p99_ms", sc_spread_percentile(s, 99));
		duration(r, "min_ms", s->least);
		duration(r, "max_ms", s->most);
		close_with(r, "}");
	}
	close_with(r, "}");
}

static void put_recent(struct json_report *r)
{
	const struct sc_failed_recipient *f;
	open_with(r, "newest", "[");
	for (size_t i = 0; (f = sc_failures_recent(r->m, i)) != NULL; i++) {
		char buffer[16];
		struct sc_text status = sc_text_into(buffer, sizeof(buffer));
		open_with(r, NULL, "{");
		when(r, "ts", f->when);
		session(r, "session", f->session);
		string(r, "rcpt_to", (sc_str){ f->rcpt, f->rcpt_len });
		if (f->has_from)
			string(r, "mail_from", (sc_str){ f->from, f->from_len });
		word(r, "outcome", sc_outcome_name(f->outcome));
		word(r, "phase", sc_phase_name(f->phase));
		word(r, "cause", sc_cause_name(f->cause));
		if (f->code)
			number(r, "code", f->code);
		if (f->enhanced.cls) {
			sc_text_status(&status, f->enhanced);
			string(r, "enhanced", sc_text_str(&status));
		}
		if (f->text_len)
			string(r, "text", (sc_str){ f->text, f->text_len });
		close_with(r, "}");
	}
	close_with(r, "]");
}

static void put_all(struct json_report *r)
{
	const struct sc_failures *m = r->m;
	open_with(r, NULL, "{");
	number(r, "v", 1);
	word(r, "report", "failures");
	put_scope(r);
	put_recipients(r);
	put_causes(r);
	put_phases(r);
	number(r, "failures_without_recipient", m->failures);
	number(r, "silent_without_recipient", m->other_silent);
	number(r, "refusals_without_enhanced", m->no_enhanced);
	put_top(r, "silent", &m->silent, "what", NULL, true);
	put_top(r, "templates", &m->templates, "template", "first_domain", true);
	put_top(r, "lists", &m->lists, "list", NULL, true);
	put_top(r, "enhanced", &m->enhanced, "enhanced", NULL, true);
	put_top(r, "domains", &m->domains, "domain", NULL, true);
	put_top(r, "servers", &m->servers, "server", "host", true);
	put_top(r, "senders", &m->senders, "mail_from", NULL, true);
	put_top(r, "clients", &m->clients, "client", "helo", true);
	put_top(r, "starttls", &m->starttls, "starttls", NULL, false);
	put_auth(r);
	put_top(r, "diagnoses", &m->diagnoses, "diagnosis", "severity", false);
	put_quirks(r);
	put_hours(r);
	put_timing(r);
	put_recent(r);
	close_with(r, "}\n");
}

/* ---- the class ---- */

static sc_err report_open(void *self, const struct sc_output_config *config)
{
	struct json_report *r = self;
	r->source = config->source && *config->source ? config->source : NULL;
	SC_TRY(sc_buffer_open(&r->out, &config->writer));
	sc_err err = sc_failures_open(&r->m);
	if (err)
		sc_buffer_close(&r->out);
	return err;
}

static void report_write(void *self, const struct sc_event *ev)
{
	struct json_report *r = self;
	sc_failures_add(r->m, ev);
}

static sc_err report_close(void *self)
{
	struct json_report *r = self;
	if (r->m)
		put_all(r);
	sc_failures_close(r->m);
	r->m = NULL;
	return sc_buffer_close(&r->out);
}

const struct sc_sink_class sc_sink_report_json = {
	.name = "report-json", .summary = "delivery failures as one JSON object",
	.wants = SC_FAILURES_WANTS,
	.size = sizeof(struct json_report),
	.open = report_open, .write = report_write, .close = report_close,
};
