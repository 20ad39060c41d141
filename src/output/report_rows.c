/* report_rows.c - the tables of the report that are no maps of the model: causes, phases, logins, quirks, the newest
 * recipients, advice; see report_parts.h.  Those of time and of stories are in report_times.c and report_stories.c.
 *
 * Nothing is written here: cells borrow from the model, and hold until the visitor returns. */
#include "base/text.h"
#include "output/report_parts.h"

/* ---- why and where ---- */

static uint64_t cause_count(const struct sc_failures *m, int cause)
{
	return m->causes[cause][0] + m->causes[cause][1];
}

size_t sc_report_causes(const struct sc_failures *m, int *order)
{
	size_t count = 0;
	for (int cause = 0; cause < SC_CAUSES; cause++) {
		if (cause_count(m, cause) + m->other_causes[cause] == 0)
			continue;
		size_t at = count++;
		for (; at > 0 && cause_count(m, cause) > cause_count(m, order[at - 1]); at--)
			order[at] = order[at - 1];
		order[at] = cause;
	}
	return count;
}

void sc_report_show_causes(const struct sc_failures *m, const struct sc_part_visitor *v, void *ctx)
{
	static const struct sc_column columns[] = {
		{ SC_CELL_COUNT, "deferred", "deferred", 9, 0, NULL, 0 },
		{ SC_CELL_COUNT, "rejected", "rejected", 9, 0, NULL, 0 },
		{ SC_CELL_COUNT, "without_recipient", "other", 6, 0, NULL, 0 },
		{ SC_CELL_WORD, "cause", "cause", 21, 0, NULL, 0 },
		{ SC_CELL_PROSE, NULL, "meaning", 0, 0, NULL, 0 },
		{ SC_CELL_COUNT, "recipients", NULL, -1, 0, NULL, 0 },
		{ SC_CELL_WORD, "family", NULL, -1, 0, NULL, 0 },
		{ SC_CELL_SESSIONS, "sessions", "session", -1, 0, NULL, 0 },
		{ SC_CELL_WORD, "acts", NULL, -1, 0, NULL, 0 },
		{ SC_CELL_WORD, "advice", NULL, -1, 0, NULL, 0 },
	};
	static const struct sc_part part = { "causes", "Why servers refused (recipients; other: refusals without one)",
					     SC_COLUMNS(columns), 0, false };
	int order[SC_CAUSES];
	size_t count = sc_report_causes(m, order);
	if (count == 0)
		return;
	v->begin(ctx, &part);
	for (size_t i = 0; i < count; i++) {
		int c = order[i];
		const struct sc_cause_facts *f = sc_cause_facts((enum sc_cause)c);
		const struct sc_cell cells[] = {
			sc_cell_count(m->causes[c][0]),
			sc_cell_count(m->causes[c][1]),
			sc_cell_count(m->other_causes[c]),
			sc_cell_word(f ? f->name : "not told"),
			sc_cell_word(f ? f->meaning : "The event carries no cause."),
			sc_cell_count(cause_count(m, c)),
			sc_cell_word(f ? f->family : NULL),
			sc_cell_list(&m->cause_sessions[c], 1),
			sc_cell_word(f ? f->acts : NULL),
			sc_cell_word(f ? f->advice : NULL),
		};
		v->row(ctx, &part, cells);
	}
	v->end(ctx, &part);
}

static const char *phase_word(int phase)
{
	return phase ? sc_phase_name((enum sc_phase)phase) : "not told";
}

void sc_report_show_phases(const struct sc_failures *m, const struct sc_part_visitor *v, void *ctx)
{
	static const struct sc_column columns[] = {
		{ SC_CELL_WORD, "phase", "phase", 8, 0, NULL, 0 },
		{ SC_CELL_COUNT, "deferred", "4yz", 7, 0, NULL, 0 },
		{ SC_CELL_COUNT, "rejected", "5yz", 9, 0, NULL, 0 },
		{ SC_CELL_COUNT, "in_doubt", "in doubt", 9, 0, NULL, 0 },
		{ SC_CELL_COUNT, "aborted", "aborted", 9, 0, NULL, 0 },
		{ SC_CELL_PROSE, NULL, "", 0, 0, NULL, 0 },
	};
	static const struct sc_part part = { "phases", "Where it failed (recipients)", SC_COLUMNS(columns), 0, false };
	bool begun = false;
	for (int p = 0; p < SC_PHASES; p++) {
		const uint64_t *n = m->phases[p];
		if (n[0] + n[1] + n[2] + n[3] == 0)
			continue;
		if (!begun)
			v->begin(ctx, &part);
		begun = true;
		const struct sc_cell cells[] = {
			sc_cell_word(phase_word(p)),
			sc_cell_count(n[SC_CLASS_deferred]),
			sc_cell_count(n[SC_CLASS_rejected]),
			sc_cell_count(n[SC_CLASS_in_doubt]),
			sc_cell_count(n[SC_CLASS_aborted]),
			sc_cell_word(p ? sc_phase_meaning((enum sc_phase)p) : NULL),
		};
		v->row(ctx, &part, cells);
	}
	if (begun)
		v->end(ctx, &part);
}

void sc_report_show_others(const struct sc_failures *m, const struct sc_part_visitor *v, void *ctx)
{
	static const struct sc_column columns[] = {
		{ SC_CELL_WORD, "phase", "phase", 8, 0, NULL, 0 },
		{ SC_CELL_COUNT, "deferred", "4yz", 7, 0, NULL, 0 },
		{ SC_CELL_COUNT, "rejected", "5yz", 9, 0, NULL, 0 },
		{ SC_CELL_COUNT, "silent", "silent", 9, 0, NULL, 0 },
		{ SC_CELL_PROSE, NULL, "", 0, 0, NULL, 0 },
	};
	static const struct sc_part part = { "without_recipient", "Refusals and breaks without a recipient",
					     SC_COLUMNS(columns), 0, false };
	if (m->failures == 0)
		return;
	v->begin(ctx, &part);
	for (int p = 0; p < SC_PHASES; p++) {
		const uint64_t *n = m->other_phases[p];
		if (n[0] + n[1] + n[2] == 0)
			continue;
		const struct sc_cell cells[] = {
			sc_cell_word(phase_word(p)), sc_cell_count(n[0]), sc_cell_count(n[1]), sc_cell_count(n[2]),
			sc_cell_word(p ? sc_phase_meaning((enum sc_phase)p) : NULL),
		};
		v->row(ctx, &part, cells);
	}
	v->end(ctx, &part);
}

void sc_report_show_logins(const struct sc_failures *m, const struct sc_part_visitor *v, void *ctx)
{
	static const struct sc_column columns[] = {
		{ SC_CELL_COUNT, "count", "n", 8, 0, NULL, 0 },
		{ SC_CELL_WORD, "login", NULL, -1, 0, NULL, 0 },
		{ SC_CELL_PROSE, NULL, "", 0, 0, NULL, 0 },
	};
	static const struct sc_part part = { "logins", "Logins", SC_COLUMNS(columns), 0, false };
	const struct { uint64_t n; const char *word, *what; } lines[] = {
		{ m->auth_ok, "ok", "succeeded" },
		{ m->auth_failed, "failed", "failed" },
		{ m->auth_cancelled, "cancelled", "were given up by the client" },
		{ m->auth_unknown, "unknown", "ended unseen" },
		{ m->auth_cleartext, "cleartext", "crossed the network readable, without TLS" },
	};
	if (m->auth_failed + m->auth_cleartext == 0)
		return;
	v->begin(ctx, &part);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		const struct sc_cell cells[] = { sc_cell_count(lines[i].n), sc_cell_word(lines[i].word),
						 sc_cell_word(lines[i].what) };
		if (lines[i].n)
			v->row(ctx, &part, cells);
	}
	v->end(ctx, &part);
}

size_t sc_report_quirks(const struct sc_failures *m, int *order)
{
	size_t count = 0;
	for (int quirk = 0; quirk < SC_QUIRKS; quirk++) {
		size_t at = count;
		if (m->quirks[quirk] == 0)
			continue;
		for (; at > 0 && m->quirks[quirk] > m->quirks[order[at - 1]]; at--)
			order[at] = order[at - 1];
		order[at] = quirk;
		count++;
	}
	return count;
}

void sc_report_show_quirks(const struct sc_failures *m, const struct sc_part_visitor *v, void *ctx)
{
	static const struct sc_column columns[] = {
		{ SC_CELL_COUNT, "count", "n", 7, 0, NULL, 0 },
		{ SC_CELL_WORD, "quirk", "quirk", 26, 0, NULL, 0 },
		{ SC_CELL_PROSE, NULL, "meaning", 0, 0, NULL, 0 },
	};
	static const struct sc_part part = { "quirks", "Odd but survived (quirks, by session and transaction)",
					     SC_COLUMNS(columns), 0, false };
	int order[SC_QUIRKS];
	size_t count = sc_report_quirks(m, order);
	if (count == 0)
		return;
	v->begin(ctx, &part);
	for (size_t i = 0; i < count; i++) {
		enum sc_quirk quirk = (enum sc_quirk)order[i];
		const struct sc_cell cells[] = { sc_cell_count(m->quirks[quirk]), sc_cell_word(sc_quirk_name(quirk)),
						 sc_cell_word(sc_quirk_doc(quirk)) };
		v->row(ctx, &part, cells);
	}
	v->end(ctx, &part);
}

/* ---- recipients ---- */

static void show_recipient(const struct sc_failed_recipient *f, const struct sc_part *part,
			   const struct sc_part_visitor *v, void *ctx)
{
	char buffer[16];
	struct sc_text status = sc_text_into(buffer, sizeof(buffer));
	const char *outcome = sc_outcome_name(f->outcome), *cause = sc_cause_name(f->cause);
	if (f->enhanced.cls)
		sc_text_status(&status, f->enhanced);
	sc_str from = { f->from, f->from_len };
	const struct sc_cell cells[] = {
		sc_cell_time(f->when),
		sc_cell_word(outcome),
		sc_cell_count(f->code),
		sc_cell_text((sc_str){ f->rcpt, f->rcpt_len }),
		sc_cell_text(f->has_from ? from : SC_STR_NONE),
		sc_cell_word(cause ? cause : outcome),
		sc_cell_text(f->text_len ? (sc_str){ f->text, f->text_len } : SC_STR_NONE),
		sc_cell_list(&f->session, 1),
		sc_cell_word(outcome),
		sc_cell_word(sc_phase_name(f->phase)),
		sc_cell_text(status.len ? sc_text_str(&status) : SC_STR_NONE),
	};
	v->row(ctx, part, cells);
}

void sc_report_show_recipients(const struct sc_failures *m, const struct sc_part_visitor *v, void *ctx)
{
	static const struct sc_column columns[] = {
		{ SC_CELL_TIME, "ts", "when", 1, 0, NULL, 0 },
		{ SC_CELL_SIGN, NULL, "", 2, 0, NULL, 0 },
		{ SC_CELL_CODE, "code", "code", 3, 0, NULL, 0 },
		{ SC_CELL_WIRE, "rcpt_to", "recipient", 0, 0, NULL, 0 },
		{ SC_CELL_WIRE, "mail_from", "sender", 0, 0, " from ", 0 },
		{ SC_CELL_WORD, "cause", "cause", 0, 1, NULL, 0 },
		{ SC_CELL_WIRE, "text", "reply", 0, 1, ": ", 0 },
		{ SC_CELL_SESSIONS, "sessions", "session", 0, 2, "", 0 },
		{ SC_CELL_WORD, "outcome", NULL, -1, 0, NULL, 0 },
		{ SC_CELL_WORD, "phase", NULL, -1, 0, NULL, 0 },
		{ SC_CELL_WIRE, "enhanced", NULL, -1, 0, NULL, 0 },
	};
	static const struct sc_part part = { "newest", "Recipients that failed, the newest first", SC_COLUMNS(columns),
					     12, false };
	const struct sc_failed_recipient *f = sc_failures_recent(m, 0);
	if (!f)
		return;
	v->begin(ctx, &part);
	size_t shown = 0;
	for (; shown < v->rows && f; f = sc_failures_recent(m, shown)) {
		show_recipient(f, &part, v, ctx);
		shown++;
	}
	struct sc_cell none[sizeof(columns) / sizeof(columns[0])] = { [0] = sc_cell_time(SC_TIME_NONE) };
	none[3] = sc_cell_count(sc_failures_failed(m) - shown);
	if (none[3].n)
		v->rest(ctx, &part, none);
	v->end(ctx, &part);
}

/* ---- what to do ---- */

void sc_report_show_advice(const struct sc_failures *m, const struct sc_part_visitor *v, void *ctx)
{
	static const struct sc_column columns[] = {
		{ SC_CELL_WORD, NULL, "cause", 21, 0, NULL, 0 },
		{ SC_CELL_PROSE, NULL, "advice", 0, 0, NULL, 0 },
		{ SC_CELL_WORD, NULL, "who can act", 0, 0, " Who can act: ", 0 },
		{ SC_CELL_SESSIONS, NULL, "session", 0, 1, "", 0 },
	};
	static const struct sc_part part = { "advice", "What to do", SC_COLUMNS(columns), 0, true };
	int order[SC_CAUSES];
	size_t count = sc_report_causes(m, order);
	bool begun = false;
	for (size_t i = 0; i < count; i++) {
		const struct sc_cause_facts *f = sc_cause_facts((enum sc_cause)order[i]);
		if (!f)
			continue;
		if (!begun)
			v->begin(ctx, &part);
		begun = true;
		const struct sc_cell cells[] = { sc_cell_word(f->name), sc_cell_word(f->advice), sc_cell_word(f->acts),
						 sc_cell_list(&m->cause_sessions[order[i]], 1) };
		v->row(ctx, &part, cells);
	}
	if (begun)
		v->end(ctx, &part);
}
