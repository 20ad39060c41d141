/* report_times.c - the tables of the report about time: hours, how long things took, the longest waits; see report_parts.h.
 *
 * Nothing is written here: cells borrow from the model, and hold until the visitor returns. */
#include "base/text.h"
#include "output/report_parts.h"

static bool bin_used(const struct sc_timeline_bin *bin)
{
	uint64_t any = bin->sessions;
	for (int k = 0; k < SC_OUTCOMES; k++)
		any += bin->outcomes[k];
	return any != 0;
}

void sc_report_show_hours(const struct sc_failures *m, const struct sc_part_visitor *v, void *ctx)
{
	static const struct sc_column columns[] = {
		{ SC_CELL_TIME, "from", "from", 1, 0, NULL, 0 },
		{ SC_CELL_OUTCOMES, "outcomes", "", 9, 0, NULL, 0 },
		{ SC_CELL_COUNT, "session_count", "sessions", 9, 0, NULL, 0 },
	};
	static const struct sc_part part = { "timeline", "By hour", SC_COLUMNS(columns), 0, false };
	const struct sc_timeline *t = &m->timeline;
	if (t->count < 2 || m->recipients == 0)
		return;
	v->begin(ctx, &part);
	for (size_t i = 0; i < t->count; i++) {
		const struct sc_cell cells[] = {
			sc_cell_time(sc_timeline_begin(t, i)),
			sc_cell_list(t->bins[i].outcomes, SC_OUTCOMES),
			sc_cell_count(t->bins[i].sessions),
		};
		if (bin_used(&t->bins[i]))
			v->row(ctx, &part, cells);
	}
	v->end(ctx, &part);
}

void sc_report_show_timing(const struct sc_failures *m, const struct sc_part_visitor *v, void *ctx)
{
	static const struct sc_column columns[] = {
		{ SC_CELL_COUNT, "count", "n", 8, 0, NULL, 0 },
		{ SC_CELL_DURATION, "p50_ms", "50 %", 10, 0, NULL, 0 },
		{ SC_CELL_DURATION, "p90_ms", "90 %", 10, 0, NULL, 0 },
		{ SC_CELL_DURATION, "p99_ms", "99 %", 10, 0, NULL, 0 },
		{ SC_CELL_DURATION, "max_ms", "most", 10, 0, NULL, 0 },
		{ SC_CELL_DURATION, "min_ms", NULL, -1, 0, NULL, 0 },
		{ SC_CELL_WORD, "span", NULL, -1, 0, NULL, 0 },
		{ SC_CELL_PROSE, NULL, "", 0, 0, NULL, 0 },
	};
	static const struct sc_part part = { "timing", "Times in seconds", SC_COLUMNS(columns), 0, false };
	bool begun = false;
	for (int i = 0; i < SC_SPREAD_COUNT; i++) {
		const struct sc_spread *s = &m->spreads[i];
		if (s->count == 0)
			continue;
		if (!begun)
			v->begin(ctx, &part);
		begun = true;
		const struct sc_cell cells[] = {
			sc_cell_count(s->count),
			sc_cell_time(sc_spread_percentile(s, 50)),
			sc_cell_time(sc_spread_percentile(s, 90)),
			sc_cell_time(sc_spread_percentile(s, 99)),
			sc_cell_time(s->most),
			sc_cell_time(s->least),
			sc_cell_word(sc_spread_rows[i].name),
			sc_cell_word(sc_spread_rows[i].meaning),
		};
		v->row(ctx, &part, cells);
	}
	if (begun)
		v->end(ctx, &part);
}

void sc_report_show_slowest(const struct sc_failures *m, const struct sc_part_visitor *v, void *ctx)
{
	static const struct sc_column columns[] = {
		{ SC_CELL_DURATION, "duration_ms", "seconds", 10, 0, NULL, 0 },
		{ SC_CELL_TIME, "ts", "when", 1, 0, NULL, 0 },
		{ SC_CELL_PROSE, NULL, "waited for", 0, 0, NULL, 0 },
		{ SC_CELL_WORD, "span", NULL, -1, 0, NULL, 0 },
		{ SC_CELL_SESSIONS, "sessions", "session", 0, 0, "; ", 0 },
	};
	static const struct sc_part part = { "slowest", "The longest waits (a second and more)", SC_COLUMNS(columns),
					     0, false };
	if (m->slowest.count == 0)
		return;
	v->begin(ctx, &part);
	for (size_t i = 0; i < m->slowest.count; i++) {
		const struct sc_slow *s = &m->slowest.items[i];
		const struct sc_cell cells[] = {
			sc_cell_time(s->duration),
			sc_cell_time(s->when),
			sc_cell_word(sc_spread_rows[s->what].meaning),
			sc_cell_word(sc_spread_rows[s->what].name),
			sc_cell_list(&s->session, 1),
		};
		v->row(ctx, &part, cells);
	}
	v->end(ctx, &part);
}
