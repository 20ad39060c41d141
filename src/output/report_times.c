/* report_times.c - the tables of the report about time: hours, how long things took, the longest waits; see report_parts.h.
 *
 * Nothing is written here: cells borrow from the model, and hold until the visitor returns. */
#include "base/text.h"
#include "output/page.h"
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
	static const struct sc_part part = { "timing", "Times in seconds (longer ones as 16m40s, 2h16m, 1d12h)", SC_COLUMNS(columns), 0, false };
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

/* ---- by destination ---- */

static void show_paces(const struct sc_paces *p, const struct sc_part *part, const struct sc_part_visitor *v, void *ctx)
{
	enum { MOST = 64 };
	const struct sc_pace *items[MOST];
	size_t count = sc_paces_sorted(p, items, v->rows < MOST ? v->rows : MOST);
	if (count == 0)
		return;
	v->begin(ctx, part);
	for (size_t i = 0; i < count; i++) {
		const struct sc_spread *s = &items[i]->spread;
		const struct sc_cell cells[] = {
			sc_cell_count(s->count),
			sc_cell_time(sc_spread_percentile(s, 50)),
			sc_cell_time(sc_spread_percentile(s, 90)),
			sc_cell_time(sc_spread_percentile(s, 99)),
			sc_cell_time(s->most),
			sc_cell_text(sc_pace_key(items[i])),
		};
		v->row(ctx, part, cells);
	}
	v->end(ctx, part);
}

#define PACE_COLUMNS(name, key)                                                                          \
	static const struct sc_column name[] = {                                                        \
		{ SC_CELL_COUNT, "count", "n", 8, 0, NULL, 0 },                                          \
		{ SC_CELL_DURATION, "p50_ms", "50 %", 10, 0, NULL, 0 },                                  \
		{ SC_CELL_DURATION, "p90_ms", "90 %", 10, 0, NULL, 0 },                                  \
		{ SC_CELL_DURATION, "p99_ms", "99 %", 10, 0, NULL, 0 },                                  \
		{ SC_CELL_DURATION, "max_ms", "most", 10, 0, NULL, 0 },                                  \
		{ SC_CELL_WIRE, key, key, 0, 0, NULL, 0 },                                               \
	}
PACE_COLUMNS(domain_columns, "domain");
PACE_COLUMNS(server_columns, "server");

void sc_report_show_domain_paces(const struct sc_failures *m, const struct sc_part_visitor *v, void *ctx)
{
	static const struct sc_part part = { "domain_times", "Seconds from MAIL to the verdict, by recipient domain, the slowest first",
					     SC_COLUMNS(domain_columns), 0, false };
	show_paces(&m->domain_paces, &part, v, ctx);
}

void sc_report_show_server_paces(const struct sc_failures *m, const struct sc_part_visitor *v, void *ctx)
{
	static const struct sc_part part = { "server_times", "Seconds from MAIL to the verdict, by server", SC_COLUMNS(server_columns), 0, false };
	show_paces(&m->server_paces, &part, v, ctx);
}

/* ---- the strip ---- */

enum { STRIP_COLUMNS = 52, STRIP_OCTETS = 4 * STRIP_COLUMNS };

struct strip {
	uint64_t all[STRIP_COLUMNS], failed[STRIP_COLUMNS];
	size_t   count, bins;        /* columns, and bins of the model in each */
};

static struct strip strip_of(const struct sc_timeline *t)
{
	struct strip s = { .bins = (t->count + STRIP_COLUMNS - 1) / STRIP_COLUMNS };
	s.count = s.bins ? (t->count + s.bins - 1) / s.bins : 0;
	for (size_t i = 0; i < t->count; i++)
		for (int k = 0; k < SC_OUTCOMES; k++) {
			s.all[i / s.bins] += t->bins[i].outcomes[k];
			s.failed[i / s.bins] += sc_outcome_failed((enum sc_outcome)k) ? t->bins[i].outcomes[k] : 0;
		}
	return s;
}

/* A sign for each column: how high it is, of the highest. */
static sc_str draw(char *room, const uint64_t *values, size_t count)
{
	static const char *const signs[] = { "·", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
	struct sc_text t = sc_text_into(room, STRIP_OCTETS);
	uint64_t most = 1;
	for (size_t i = 0; i < count; i++)
		most = values[i] > most ? values[i] : most;
	for (size_t i = 0; i < count; i++)
		sc_text_adds(&t, signs[values[i] ? 1 + values[i] * 7 / most : 0]);
	return sc_text_str(&t);
}

static void put_step(struct sc_text *t, uint64_t seconds)
{
	if (seconds >= 1000) {
		sc_page_duration(t, (sc_time)seconds * SC_SECOND, 0);
		return;
	}
	sc_text_number(t, seconds);
	sc_text_adds(t, " s");
}

void sc_report_show_strip(const struct sc_failures *m, const struct sc_part_visitor *v, void *ctx)
{
	static const struct sc_column columns[] = {
		{ SC_CELL_TIME, NULL, "from", 1, 0, NULL, 0 },
		{ SC_CELL_WORD, NULL, "", 12, 0, NULL, 0 },
		{ SC_CELL_PROSE, NULL, "", 0, 0, NULL, 0 },
	};
	static const struct sc_part part = { "strip", "When it happened (each row by its own highest column)", SC_COLUMNS(columns), 0,
					     true };
	const struct strip s = strip_of(&m->strip);
	char all[STRIP_OCTETS], failed[STRIP_OCTETS], step[64];
	if (s.count < 4)
		return;
	struct sc_text t = sc_text_into(step, sizeof(step));
	sc_text_adds(&t, "a column is ");
	put_step(&t, (uint64_t)m->strip.width_s * s.bins);
	const struct sc_cell rows[][3] = {
		{ sc_cell_time(sc_timeline_begin(&m->strip, 0)), sc_cell_word("recipients"), sc_cell_text(draw(all, s.all, s.count)) },
		{ sc_cell_time(SC_TIME_NONE), sc_cell_word("failed"), sc_cell_text(draw(failed, s.failed, s.count)) },
		{ sc_cell_time(SC_TIME_NONE), sc_cell_word(""), sc_cell_text(sc_text_str(&t)) },
	};
	v->begin(ctx, &part);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		v->row(ctx, &part, rows[i]);
	v->end(ctx, &part);
}
