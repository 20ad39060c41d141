/* report_tables.c - the tables of the text report: what servers said, destinations, senders, silent failures,
 * logins, hours, times.
 *
 * A table without rows is left out, heading and all.  Rows that are not shown are summed up in a last line, so
 * that every table adds up to the totals. */
#include "output/report_page.h"

#include "explain/phrase.h"

enum {
	TOP_ROWS = 15,
	TOP_RECIPIENTS = 25,
};

/* ---- what servers said ---- */

static void more_rows(struct sc_report *r, uint64_t failed, size_t width)
{
	if (failed == 0)
		return;
	sc_report_begin(r);
	sc_report_count(r, failed, width);
	sc_report_words(r, "", 2);
	sc_report_rest(r, "others");
	sc_report_end(r);
}

void sc_report_templates(struct sc_report *r)
{
	const struct sc_top_row *rows[TOP_ROWS];
	size_t count = sc_top_sorted(&r->m->templates, SC_TOP_BY_COUNT, rows, TOP_ROWS);
	if (count == 0)
		return;
	sc_report_heading(r, "WHAT SERVERS SAID (what varies is masked)",
			  r->one_day ? "      n  first     last      text"
				     : "      n  first        last         text");
	size_t when = r->one_day ? 10 : 13;
	for (size_t i = 0; i < count; i++) {
		sc_report_begin(r);
		sc_report_count(r, rows[i]->count, 7);
		sc_report_words(r, "", 2);
		sc_report_when(r, rows[i]->first, when);
		sc_report_when(r, rows[i]->last, when);
		sc_report_rest_wire(r, sc_top_key(rows[i]));
		sc_report_end(r);
		sc_report_begin(r);
		sc_report_words(r, "", 9 + 2 * when);
		sc_report_rest(r, sc_cause_name((enum sc_cause)rows[i]->cause));
		sc_report_rest(r, "; first for ");
		sc_report_rest_wire(r,
				    rows[i]->label_len ? (sc_str){rows[i]->label, rows[i]->label_len} : SC_STR("-"));
		sc_report_rest(r, rows[i]->sessions[0] ? "; session " : "");
		if (rows[i]->sessions[0])
			sc_text_hex(&r->sheet.text, rows[i]->sessions[0], 16);
		sc_report_end(r);
	}
	more_rows(r, sc_top_rest(&r->m->templates, rows, count).count, 7);
}

void sc_report_lists(struct sc_report *r)
{
	const struct sc_top_row *rows[TOP_ROWS];
	size_t count = sc_top_sorted(&r->m->lists, SC_TOP_BY_COUNT, rows, TOP_ROWS);
	if (count == 0)
		return;
	sc_report_heading(r, "BLOCK LISTS NAMED", NULL);
	for (size_t i = 0; i < count; i++) {
		sc_report_begin(r);
		sc_report_count(r, rows[i]->count, 7);
		sc_report_words(r, "", 2);
		sc_report_wire(r, sc_top_key(rows[i]), 36);
		sc_report_words(r, " ", 1);
		sc_report_rest(r, rows[i]->sessions[0] ? "session " : "");
		if (rows[i]->sessions[0])
			sc_text_hex(&r->sheet.text, rows[i]->sessions[0], 16);
		sc_report_end(r);
	}
	more_rows(r, sc_top_rest(&r->m->lists, rows, count).count, 7);
}

void sc_report_enhanced(struct sc_report *r)
{
	const struct sc_top_row *rows[TOP_ROWS];
	size_t count = sc_top_sorted(&r->m->enhanced, SC_TOP_BY_COUNT, rows, TOP_ROWS);
	if (count == 0)
		return;
	sc_report_heading(r, "ENHANCED CODES OF THE REFUSALS", NULL);
	for (size_t i = 0; i < count; i++) {
		const char *meaning = sc_phrase_status(sc_top_key(rows[i]));
		sc_report_begin(r);
		sc_report_count(r, rows[i]->count, 7);
		sc_report_words(r, "", 2);
		sc_report_wire(r, sc_top_key(rows[i]), 12);
		sc_report_rest(r, meaning ? meaning : "not registered: a code of the provider's own");
		sc_report_end(r);
	}
	more_rows(r, sc_top_rest(&r->m->enhanced, rows, count).count, 7);
	if (r->m->no_enhanced == 0)
		return;
	sc_report_begin(r);
	sc_report_count(r, r->m->no_enhanced, 7);
	sc_report_words(r, "", 2);
	sc_report_words(r, "none", 12);
	sc_report_rest(r, "the reply carried no enhanced code");
	sc_report_end(r);
}

/* ---- who ---- */

static void party_row(struct sc_report *r, const struct sc_top_row *row)
{
	const uint64_t *o = row->outcomes;
	sc_report_count(r, row->failed, 8);
	sc_report_share(r, row->failed, row->count, 9);
	sc_report_count(r, o[SC_OUTCOME_accepted], 9);
	sc_report_count(r, o[SC_OUTCOME_deferred], 9);
	sc_report_count(r, o[SC_OUTCOME_rejected], 9);
	sc_report_count(r, o[SC_OUTCOME_in_doubt] + o[SC_OUTCOME_aborted], 7);
	sc_report_words(r, "", 2);
}

/* The key, and its label behind it or, where there is no room, below it. */
static void party_name(struct sc_report *r, const struct sc_top_row *row)
{
	sc_str label = { row->label, row->label_len };
	sc_report_rest_wire(r, sc_top_key(row));
	if (!label.len)
		return;
	size_t needed = sc_text_columns(sc_top_key(row)) + 1 + sc_text_columns(label);
	if (r->at + needed > r->sheet.width) {
		size_t indent = r->at;
		sc_report_end(r);
		sc_report_begin(r);
		sc_report_words(r, "", indent);
	} else {
		sc_report_rest(r, " ");
	}
	sc_report_rest_wire(r, label);
}

static void party_table(struct sc_report *r, const struct sc_top *top, const char *title)
{
	const struct sc_top_row *rows[TOP_ROWS];
	size_t count = sc_top_sorted(top, SC_TOP_BY_FAILED, rows, TOP_ROWS);
	if (count == 0)
		return;
	sc_report_heading(r, title, "  failed    share accepted deferred rejected silent");
	for (size_t i = 0; i < count; i++) {
		sc_report_begin(r);
		party_row(r, rows[i]);
		party_name(r, rows[i]);
		sc_report_end(r);
	}
	struct sc_top_row rest = sc_top_rest(top, rows, count);
	if (rest.count == 0)
		return;
	sc_report_begin(r);
	party_row(r, &rest);
	sc_report_rest(r, "all others");
	sc_report_end(r);
}

void sc_report_parties(struct sc_report *r)
{
	party_table(r, &r->m->domains, "RECIPIENT DOMAINS");
	party_table(r, &r->m->servers, "SERVERS");
	party_table(r, &r->m->senders, "SENDERS");
	party_table(r, &r->m->clients, "CLIENTS");
}

/* ---- without a word ---- */

static void sessions_of(struct sc_report *r, const struct sc_top_row *row)
{
	for (size_t i = 0; i < SC_TOP_SESSIONS && row->sessions[i]; i++) {
		sc_report_rest(r, i ? ", " : "; sessions ");
		sc_text_hex(&r->sheet.text, row->sessions[i], 16);
	}
}

void sc_report_silent(struct sc_report *r)
{
	const struct sc_top_row *rows[TOP_ROWS];
	size_t count = sc_top_sorted(&r->m->silent, SC_TOP_BY_COUNT, rows, TOP_ROWS);
	if (count == 0)
		return;
	sc_report_heading(r, "SILENT FAILURES (no reply tells of them; server logs rarely do)", NULL);
	for (size_t i = 0; i < count; i++) {
		sc_report_begin(r);
		sc_report_count(r, rows[i]->count, 7);
		sc_report_words(r, "", 2);
		sc_report_rest_wire(r, sc_top_key(rows[i]));
		sessions_of(r, rows[i]);
		sc_report_end(r);
	}
	more_rows(r, sc_top_rest(&r->m->silent, rows, count).count, 7);
}

void sc_report_starttls(struct sc_report *r)
{
	const struct sc_top_row *rows[TOP_ROWS];
	size_t count = sc_top_sorted(&r->m->starttls, SC_TOP_BY_FAILED, rows, TOP_ROWS);
	if (count == 0)
		return;
	sc_report_heading(r, "TLS THAT DID NOT COME ABOUT (sessions)", NULL);
	for (size_t i = 0; i < count; i++) {
		sc_report_begin(r);
		sc_report_count(r, rows[i]->count, 7);
		sc_report_words(r, "", 2);
		sc_report_rest_wire(r, sc_top_key(rows[i]));
		sessions_of(r, rows[i]);
		sc_report_end(r);
	}
}

/* ---- logins ---- */

static void login_table(struct sc_report *r, const struct sc_top *top, const char *title)
{
	const struct sc_top_row *rows[TOP_ROWS];
	size_t count = sc_top_sorted(top, SC_TOP_BY_FAILED, rows, TOP_ROWS);
	if (count)
		sc_report_heading(r, title, "  failed  tried");
	for (size_t i = 0; i < count; i++) {
		sc_report_begin(r);
		sc_report_count(r, rows[i]->failed, 8);
		sc_report_count(r, rows[i]->count, 7);
		sc_report_words(r, "", 2);
		sc_report_rest_wire(r, sc_top_key(rows[i]));
		sessions_of(r, rows[i]);
		sc_report_end(r);
	}
	struct sc_top_row rest = sc_top_rest(top, rows, count);
	if (count && rest.failed) {
		sc_report_begin(r);
		sc_report_count(r, rest.failed, 8);
		sc_report_count(r, rest.count, 7);
		sc_report_words(r, "", 2);
		sc_report_rest(r, "all others");
		sc_report_end(r);
	}
}

void sc_report_logins(struct sc_report *r)
{
	const struct sc_failures *m = r->m;
	if (m->auth_failed + m->auth_cleartext == 0)
		return;
	sc_report_heading(r, "LOGINS", NULL);
	const struct {
		uint64_t n;
		const char *what;
	} lines[] = {
		{m->auth_ok, "succeeded"},
		{m->auth_failed, "failed"},
		{m->auth_cancelled, "were given up by the client"},
		{m->auth_unknown, "ended unseen"},
		{m->auth_cleartext, "crossed the network readable, without TLS"},
	};
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		if (lines[i].n == 0)
			continue;
		sc_report_begin(r);
		sc_report_count(r, lines[i].n, 8);
		sc_report_words(r, "", 2);
		sc_report_rest(r, lines[i].what);
		sc_report_end(r);
	}
	login_table(r, &m->auth_clients, "FAILED LOGINS BY CLIENT");
	login_table(r, &m->auth_users, "FAILED LOGINS BY USER");
}

/* ---- time ---- */

void sc_report_hours(struct sc_report *r)
{
	const struct sc_timeline *t = &r->m->timeline;
	if (t->count < 2 || r->m->recipients == 0)
		return;
	sc_report_heading(r, "BY HOUR", "  from             accepted deferred rejected  silent sessions");
	for (size_t i = 0; i < t->count; i++) {
		const uint64_t *o = t->bins[i].outcomes;
		uint64_t any = t->bins[i].sessions;
		for (int k = 0; k < SC_OUTCOMES; k++)
			any += o[k];
		if (any == 0)
			continue;
		char buffer[40];
		struct sc_text when = sc_text_into(buffer, sizeof(buffer));
		sc_page_time(&r->sheet.clock, &when, sc_timeline_begin(t, i));
		sc_report_begin(r);
		sc_report_words(r, "", 2);
		sc_report_wire(r, sc_str_slice(sc_text_str(&when), 0, 16), 16);
		sc_report_count(r, o[SC_OUTCOME_accepted], 9);
		sc_report_count(r, o[SC_OUTCOME_deferred], 9);
		sc_report_count(r, o[SC_OUTCOME_rejected], 9);
		sc_report_count(r, o[SC_OUTCOME_in_doubt] + o[SC_OUTCOME_aborted], 8);
		sc_report_count(r, t->bins[i].sessions, 9);
		sc_report_end(r);
	}
}

void sc_report_timing(struct sc_report *r)
{
	bool any = false;
	for (int i = 0; i < SC_SPREAD_COUNT; i++)
		any = any || r->m->spreads[i].count;
	if (!any)
		return;
	sc_report_heading(r, "TIMES IN SECONDS", "       n      50 %      90 %      99 %      most");
	for (int i = 0; i < SC_SPREAD_COUNT; i++) {
		const struct sc_spread *s = &r->m->spreads[i];
		if (s->count == 0)
			continue;
		sc_report_begin(r);
		sc_report_count(r, s->count, 8);
		const sc_time times[] = {
			sc_spread_percentile(s, 50),
			sc_spread_percentile(s, 90),
			sc_spread_percentile(s, 99),
			s->most,
		};
		for (size_t k = 0; k < sizeof(times) / sizeof(times[0]); k++) {
			sc_report_words(r, "", 1);
			sc_report_seconds(r, times[k], 9);
		}
		sc_report_words(r, "", 2);
		sc_report_rest(r, sc_spread_rows[i].meaning);
		sc_report_end(r);
	}
}

/* ---- oddities ---- */

static void diagnoses(struct sc_report *r)
{
	const struct sc_top_row *rows[TOP_ROWS];
	size_t count = sc_top_sorted(&r->m->diagnoses, SC_TOP_BY_FAILED, rows, TOP_ROWS);
	if (count == 0)
		return;
	sc_report_heading(r, "WHAT THE WIRE SHOWS (diagnoses; smtpscope explain WORD)", NULL);
	for (size_t i = 0; i < count; i++) {
		sc_report_begin(r);
		sc_report_count(r, rows[i]->count, 7);
		sc_report_words(r, "", 2);
		sc_report_wire(r, (sc_str){ rows[i]->label, rows[i]->label_len }, 7);
		sc_report_rest_wire(r, sc_top_key(rows[i]));
		sessions_of(r, rows[i]);
		sc_report_end(r);
	}
}

void sc_report_oddities(struct sc_report *r)
{
	diagnoses(r);
	bool any = false;
	for (int i = 0; i < SC_QUIRKS; i++) {
		if (r->m->quirks[i] == 0)
			continue;
		if (!any)
			sc_report_heading(r, "ODD BUT SURVIVED (quirks, by session and transaction)", NULL);
		any = true;
		sc_report_begin(r);
		sc_report_count(r, r->m->quirks[i], 7);
		sc_report_words(r, "", 2);
		sc_report_words(r, sc_quirk_name((enum sc_quirk)i), 25);
		sc_report_words(r, " ", 1);
		sc_report_rest(r, sc_quirk_doc((enum sc_quirk)i));
		sc_report_end(r);
	}
}

/* ---- recipients ---- */

static void recipient_text(struct sc_report *r, const struct sc_failed_recipient *f, size_t indent)
{
	const char *cause = sc_cause_name(f->cause);
	sc_report_begin(r);
	sc_report_words(r, "", indent);
	sc_report_rest(r, cause ? cause : sc_outcome_name(f->outcome));
	if (f->text_len) {
		sc_report_rest(r, ": ");
		sc_report_rest_wire(r, (sc_str){ f->text, f->text_len });
	}
	sc_report_end(r);
}

static void recipient(struct sc_report *r, const struct sc_failed_recipient *f)
{
	size_t indent = r->one_day ? 10 : 13;
	sc_report_begin(r);
	sc_report_when(r, f->when, indent);
	sc_report_words(r, sc_page_symbol(sc_outcome_name(f->outcome)), 2);
	sc_report_count(r, f->code, 3);
	sc_report_words(r, "", 1);
	sc_report_rest_wire(r, (sc_str){ f->rcpt, f->rcpt_len });
	if (f->has_from) {
		sc_report_rest(r, " from ");
		sc_report_rest_wire(r, f->from_len ? (sc_str){ f->from, f->from_len } : SC_STR("<>"));
	}
	sc_report_end(r);
	recipient_text(r, f, indent);
	sc_report_session(r, f->session, indent);
}

void sc_report_recipients(struct sc_report *r)
{
	uint64_t failed = sc_failures_failed(r->m);
	if (failed == 0)
		return;
	sc_report_heading(
		r, failed > TOP_RECIPIENTS ? "RECIPIENTS THAT FAILED, THE NEWEST" : "RECIPIENTS THAT FAILED", NULL);
	const struct sc_failed_recipient *f;
	for (size_t i = 0; i < TOP_RECIPIENTS && (f = sc_failures_recent(r->m, i)) != NULL; i++)
		recipient(r, f);
	if (failed <= TOP_RECIPIENTS)
		return;
	sc_report_begin(r);
	sc_page_grouped(&r->sheet.text, failed - TOP_RECIPIENTS);
	sc_report_rest(r, " more: smtpscope list recipients");
	if (r->source && *r->source) {
		sc_report_rest(r, " -r ");
		sc_report_rest_wire(r, sc_str_of(r->source));
	}
	sc_report_end(r);
}
