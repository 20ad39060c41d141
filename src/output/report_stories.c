/* report_stories.c - the tables of the report about mail that was tried more than once, and about what messages reported of
 * other mail; see report_parts.h.
 *
 * Nothing is written here: cells borrow from the model, and hold until the visitor returns. */
#include "base/text.h"
#include "output/report_parts.h"

static const char *story_note(int i)
{
	static const char *const notes[SC_STORY_OUTCOMES] = {
		[SC_OUTCOME_accepted] = "got through in the end",
		[SC_OUTCOME_deferred] = "put off, and not tried again while it could be seen",
		[SC_OUTCOME_rejected] = "refused in the end",
		[SC_OUTCOME_in_doubt] = "sent, but the verdict was never given",
		[SC_OUTCOME_aborted] = "broken off",
		[SC_OUTCOME_withdrawn] = "withdrawn by the client",
		[SC_OUTCOME_unknown] = "the capture does not show the end",
		[SC_STORY_PENDING] = "still waiting when the capture ended",
	};
	return notes[i];
}

static const char *story_word(int i)
{
	return i == SC_STORY_PENDING ? "pending" : sc_outcome_name((enum sc_outcome)i);
}

void sc_report_show_stories(const struct sc_failures *m, const struct sc_part_visitor *v, void *ctx)
{
	static const struct sc_column columns[] = {
		{ SC_CELL_COUNT, "count", "n", 7, 0, NULL, 0 },
		{ SC_CELL_COUNT, "attempts", "attempts", 9, 0, NULL, 0 },
		{ SC_CELL_WORD, "outcome", "outcome", 10, 0, NULL, 0 },
		{ SC_CELL_PROSE, NULL, "", 0, 0, NULL, 0 },
		{ SC_CELL_SESSIONS, "sessions", "session", 0, 0, "; ", 0 },
	};
	static const struct sc_part part = { "stories", "Mail that was tried more than once, or still waits (stories)",
					     SC_COLUMNS(columns), 0, false };
	bool begun = false;
	for (int i = 0; i < SC_STORY_OUTCOMES; i++) {
		const struct sc_story_count *c = &m->stories.outcomes[i];
		if (c->count == 0)
			continue;
		if (!begun)
			v->begin(ctx, &part);
		begun = true;
		const struct sc_cell cells[] = {
			sc_cell_count(c->count),          sc_cell_count(c->attempts), sc_cell_word(story_word(i)),
			sc_cell_word(story_note(i)), sc_cell_list(&c->session, 1),
		};
		v->row(ctx, &part, cells);
	}
	if (begun)
		v->end(ctx, &part);
}

void sc_report_show_waiting(const struct sc_failures *m, const struct sc_part_visitor *v, void *ctx)
{
	static const struct sc_column columns[] = {
		{ SC_CELL_TIME, "first_ts", "first", 1, 0, NULL, 0 },
		{ SC_CELL_COUNT, "attempts", "tried", 6, 0, NULL, 0 },
		{ SC_CELL_WIRE, "rcpt_to", "recipient", 0, 0, NULL, 0 },
		{ SC_CELL_WIRE, "mail_from", "sender", 0, 0, " from ", 0 },
		{ SC_CELL_WIRE, "cause", "cause", 0, 1, NULL, 0 },
		{ SC_CELL_SESSIONS, "sessions", "session", 0, 1, "; ", 0 },
		{ SC_CELL_TIME, "last_ts", "last tried", -1, 0, NULL, 0 },
	};
	static const struct sc_part part = { "waiting", "Still waiting, the longest first", SC_COLUMNS(columns), 0,
					     false };
	struct sc_cell cells[sizeof(columns) / sizeof(columns[0])];
	const struct sc_stories *s = &m->stories;
	size_t shown = 0;
	if (s->kept == 0)
		return;
	v->begin(ctx, &part);
	for (; shown < s->kept && shown < v->rows; shown++) {
		const struct sc_waiting *w = &s->oldest[shown];
		cells[0] = sc_cell_time(w->first);
		cells[1] = sc_cell_count(w->attempts);
		cells[2] = sc_cell_text((sc_str){ w->rcpt, w->rcpt_len });
		cells[3] = sc_cell_text(w->has_from ? (sc_str){ w->from, w->from_len } : SC_STR_NONE);
		cells[4] = sc_cell_text(w->cause_len ? (sc_str){ w->cause, w->cause_len } : SC_STR_NONE);
		cells[5] = sc_cell_list(&w->session, 1);
		cells[6] = sc_cell_time(w->last);
		v->row(ctx, &part, cells);
	}
	v->end(ctx, &part);
}

void sc_report_show_ages(const struct sc_failures *m, const struct sc_part_visitor *v, void *ctx)
{
	static const struct sc_column columns[] = {
		{ SC_CELL_COUNT, "count", "n", 7, 0, NULL, 0 },
		{ SC_CELL_COUNT, "under_5_min", "<5m", 6, 0, NULL, 0 },
		{ SC_CELL_COUNT, "under_10_min", "<10m", 6, 0, NULL, 0 },
		{ SC_CELL_COUNT, "under_20_min", "<20m", 6, 0, NULL, 0 },
		{ SC_CELL_COUNT, "under_40_min", "<40m", 6, 0, NULL, 0 },
		{ SC_CELL_COUNT, "under_80_min", "<80m", 6, 0, NULL, 0 },
		{ SC_CELL_COUNT, "under_160_min", "<160m", 6, 0, NULL, 0 },
		{ SC_CELL_COUNT, "older", "older", 6, 0, NULL, 0 },
		{ SC_CELL_WIRE, "domain", "domain", 0, 0, NULL, 0 },
	};
	static const struct sc_part part = { "ages", "Not settled at the end, by time since the first attempt (recipients)",
					     SC_COLUMNS(columns), 0, false };
	struct sc_ages_row rows[SC_AGES_ROWS + 1];
	size_t count = sc_ages_rows(&m->ages, m->last, rows), begun = 0;
	for (size_t i = 0; i < count; i++) {
		struct sc_cell cells[sizeof(columns) / sizeof(columns[0])] = { sc_cell_count(rows[i].count) };
		for (size_t k = 0; k < SC_AGES_STEPS; k++)
			cells[1 + k] = sc_cell_count(rows[i].steps[k]);
		cells[1 + SC_AGES_STEPS] = rows[i].domain.at ? sc_cell_text(rows[i].domain) : sc_cell_word("(all others)");
		if (!begun++)
			v->begin(ctx, &part);
		v->row(ctx, &part, cells);
	}
	const struct sc_cell lost[sizeof(columns) / sizeof(columns[0])] = { sc_cell_count(m->ages.lost),
		[1 + SC_AGES_STEPS] = sc_cell_word("(could not be followed)") };
	if (m->ages.lost && !begun++)
		v->begin(ctx, &part);
	if (m->ages.lost)
		v->row(ctx, &part, lost);
	if (begun)
		v->end(ctx, &part);
}

static void show_bounce(const struct sc_bounce *b, const struct sc_part *part, const struct sc_part_visitor *v,
			void *ctx)
{
	char buffer[16];
	struct sc_text status = sc_text_into(buffer, sizeof(buffer));
	if (b->status.cls)
		sc_text_status(&status, b->status);
	const struct sc_cell cells[] = {
		sc_cell_time(b->when),
		sc_cell_text((sc_str){ b->action, b->action_len }),
		sc_cell_text(status.len ? sc_text_str(&status) : SC_STR_NONE),
		sc_cell_text(b->rcpt_len ? (sc_str){ b->rcpt, b->rcpt_len } : SC_STR_NONE),
		sc_cell_word(sc_cause_name(b->cause)),
		sc_cell_text(b->text_len ? (sc_str){ b->text, b->text_len } : SC_STR_NONE),
		sc_cell_list(&b->session, 1),
	};
	v->row(ctx, part, cells);
}

void sc_report_show_bounced(const struct sc_failures *m, const struct sc_part_visitor *v, void *ctx)
{
	static const struct sc_column columns[] = {
		{ SC_CELL_TIME, "ts", "when", 1, 0, NULL, 0 },
		{ SC_CELL_WIRE, "action", "reported", 16, 0, NULL, 0 },
		{ SC_CELL_WIRE, "status", "code", 8, 0, NULL, 0 },
		{ SC_CELL_WIRE, "recipient", "recipient", 0, 0, NULL, 0 },
		{ SC_CELL_WORD, "cause", "cause", 0, 1, NULL, 0 },
		{ SC_CELL_WIRE, "diagnostic", "diagnostic", 0, 1, ": ", 0 },
		{ SC_CELL_SESSIONS, "sessions", "session", 0, 1, "; ", 0 },
	};
	static const struct sc_part part = { "bounced", "Reported recipients, the newest first", SC_COLUMNS(columns), 12,
					     false };
	if (m->reported.recipients == 0)
		return;
	v->begin(ctx, &part);
	const struct sc_bounce *b;
	for (size_t i = 0; i < v->rows && (b = sc_bounces_newest(&m->reported, i)) != NULL; i++)
		show_bounce(b, &part, v, ctx);
	v->end(ctx, &part);
}
