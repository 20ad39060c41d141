/* report_text.c - the report of delivery failures for people: what was looked at and the verdict, then the tables that
 * show where the problems lie (report_tables.c).
 *
 * Counts while events come, writes when closed.  Trusts nothing of the wire: see report_page.c.  Lines stay
 * within the width of the page, 80 columns unless more is given. */
#include "output/report_next.h"
#include "output/report_page.h"
#include "output/reports.h"

enum {
	NARROWEST = 72, /* the columns of the tables need that much */
};

/* ---- what was looked at ---- */

static void put_range(struct sc_report *r)
{
	struct sc_text *t = sc_sheet_begin(&r->head.sheet);
	sc_page_time(&r->head.sheet.clock, t, r->head.m->first);
	sc_text_adds(t, " - ");
	sc_page_time(&r->head.sheet.clock, t, r->head.m->last);
	sc_text_put(t, ' ');
	sc_page_zone(&r->head.sheet.clock, t);
	sc_sheet_end(&r->head.sheet, "", 0);
}

static void put_totals(struct sc_report *r)
{
	sc_report_totals(sc_sheet_begin(&r->head.sheet), r->head.m);
	sc_sheet_end(&r->head.sheet, "", 0);
}

static void put_keys(struct sc_text *t, const struct sc_top *top, const char *one, const char *many)
{
	sc_text_adds(t, top->displaced ? "more than " : "");
	sc_page_grouped(t, top->used);
	sc_text_adds(t, top->used == 1 && !top->displaced ? one : many);
}

static void put_parties(struct sc_report *r)
{
	const struct sc_failures *m = r->head.m;
	if (m->recipients == 0)
		return;
	struct sc_text *t = sc_sheet_begin(&r->head.sheet);
	sc_page_grouped(t, m->recipients);
	sc_text_adds(t, m->recipients == 1 ? " recipient in " : " recipients in ");
	put_keys(t, &m->domains, " domain, from ", " domains, from ");
	put_keys(t, &m->senders, " sender; ", " senders; ");
	put_keys(t, &m->clients, " client to ", " clients to ");
	put_keys(t, &m->servers, " server", " servers");
	sc_sheet_end(&r->head.sheet, "", 0);
}

static void put_blind(void *ctx, sc_str line)
{
	struct sc_report *r = ctx;
	sc_text_add(sc_sheet_begin(&r->head.sheet), line);
	sc_sheet_end(&r->head.sheet, "Not seen: ", 10);
}

static void put_scope(struct sc_report *r)
{
	const struct sc_failures *m = r->head.m;
	struct sc_text *t = sc_sheet_begin(&r->head.sheet);
	for (const char *c = sc_report_title(r->head.parts)->title; *c; c++)
		sc_text_put(t, sc_upper(*c));
	if (r->head.source && *r->head.source) {
		sc_text_adds(t, "   ");
		sc_text_visible(t, sc_str_of(r->head.source));
	}
	sc_sheet_end(&r->head.sheet, "", 2);
	if (m->first != SC_TIME_NONE)
		put_range(r);
	put_totals(r);
	put_parties(r);
	sc_report_blind_spots(m, put_blind, r);
}

/* ---- the verdict ---- */

static const char *outcome_note(enum sc_outcome outcome)
{
	static const char *const notes[SC_OUTCOMES] = {
		[SC_OUTCOME_deferred] = "4yz: the server said not now",
		[SC_OUTCOME_rejected] = "5yz: the server said no",
		[SC_OUTCOME_in_doubt] = "whole message sent, no verdict: expect duplicates",
		[SC_OUTCOME_aborted] = "the connection ended within the message",
		[SC_OUTCOME_withdrawn] = "the client sent no message after all",
		[SC_OUTCOME_unknown] = "the capture does not show what decides",
	};
	return notes[outcome] ? notes[outcome] : "";
}

static void put_outcomes(struct sc_report *r)
{
	static const char *const words[SC_OUTCOMES] = {
		[SC_OUTCOME_accepted] = "accepted", [SC_OUTCOME_deferred] = "deferred",
		[SC_OUTCOME_rejected] = "rejected", [SC_OUTCOME_in_doubt] = "in doubt",
		[SC_OUTCOME_aborted] = "aborted",   [SC_OUTCOME_withdrawn] = "withdrawn",
		[SC_OUTCOME_unknown] = "unknown",
	};
	const struct sc_failures *m = r->head.m;
	sc_report_heading(r, "VERDICT", "             recipients    share");
	for (int i = 0; i < SC_OUTCOMES; i++) {
		if (m->outcomes[i] == 0 && i != SC_OUTCOME_accepted)
			continue;
		sc_report_begin(r);
		sc_report_words(r, "", 2);
		sc_report_words(r, words[i], 10);
		sc_report_count(r, m->outcomes[i], 11);
		sc_report_share(r, m->outcomes[i], m->recipients, 9);
		sc_report_words(r, "", 3);
		sc_report_rest(r, outcome_note((enum sc_outcome)i));
		sc_report_end(r);
	}
}

static void put_verdict(struct sc_report *r)
{
	if (r->head.parts == SC_REPORT_TLS && r->head.m->sessions) {
		sc_buffer_adds(&r->head.sheet.out, "\n");
		sc_report_secrecy(sc_sheet_begin(&r->head.sheet), r->head.m);
		sc_sheet_end(&r->head.sheet, "", 0);
		return;
	}
	if (r->head.parts == SC_REPORT_SENDERS) {
		sc_buffer_adds(&r->head.sheet.out, "\n");
		sc_report_suspicion(sc_sheet_begin(&r->head.sheet), r->head.m);
		sc_sheet_end(&r->head.sheet, "", 0);
		return;
	}
	if (r->head.m->recipients)
		put_outcomes(r);
	sc_buffer_adds(&r->head.sheet.out, "\n");
	sc_report_verdict(sc_sheet_begin(&r->head.sheet), r->head.m);
	sc_sheet_end(&r->head.sheet, "", 0);
}

/* Commands are copied, so they stand on a line of their own. */
static void put_next(void *ctx, const char *what, sc_str command)
{
	struct sc_report *r = ctx;
	sc_text_adds(sc_sheet_begin(&r->head.sheet), what);
	sc_sheet_end(&r->head.sheet, "  ", 2);
	sc_text_add(sc_sheet_begin(&r->head.sheet), command);
	sc_sheet_command(&r->head.sheet, 4);
}

static void put_commands(struct sc_report *r)
{
	if (r->head.m->sessions + r->head.m->failures + r->head.m->non_smtp.used)
		sc_report_heading(r, "GOING ON FROM HERE", NULL);
	sc_report_next(&r->head, put_next, r);
}

static void put_all(struct sc_report *r)
{
	r->one_day = sc_report_one_day(r);
	put_scope(r);
	put_verdict(r);
	sc_report_parts(r->head.m, r->head.parts, &sc_report_text_visitor, r);
	put_commands(r);
}

/* ---- the class ---- */

static sc_err report_open(void *self, const struct sc_output_config *config)
{
	struct sc_report *r = self;
	SC_TRY(sc_report_head_open(self, config));
	if (r->head.sheet.width < NARROWEST)
		r->head.sheet.width = NARROWEST;
	return SC_OK;
}

static sc_err report_close(void *self)
{
	struct sc_report *r = self;
	if (r->head.m)
		put_all(r);
	return sc_report_head_close(&r->head);
}

const struct sc_sink_class sc_sink_report_text = {
	.name = "report", .summary = "delivery failures: who was refused, where, why, and what to do",
	.wants = SC_FAILURES_WANTS,
	.size = sizeof(struct sc_report),
	.open = report_open, .write = sc_report_head_write, .close = report_close,
};
