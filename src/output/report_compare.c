/* report_compare.c - what is new, gone or otherwise against an earlier report (--compare); see report_parts.h.
 *
 * An earlier report lists the sources with the highest scores only: of others it is not known whether they are new, and that is what
 * is said. */
#include "base/json_read.h"
#include "output/report_parts.h"

/* ---- recipients ---- */

void sc_report_show_compared(const struct sc_failures *m, const struct sc_part_visitor *v, void *ctx)
{
	static const struct sc_column columns[] = {
		{SC_CELL_COUNT, "now", "now", 11, 0, NULL, 0},
		{SC_CELL_SHARE, NULL, "share", 9, 0, NULL, 0},
		{SC_CELL_COUNT, "before", "before", 11, 0, NULL, 0},
		{SC_CELL_SHARE, NULL, "share", 9, 0, NULL, 0},
		{SC_CELL_WORD, "outcome", "outcome", 0, 0, NULL, 0},
	};
	static const struct sc_part part = {"compared", "Recipients now and in the earlier report (--compare)", SC_COLUMNS(columns), 0, false};
	const struct sc_earlier *e = m->earlier;
	if (!e || m->recipients + e->recipients == 0)
		return;
	v->begin(ctx, &part);
	for (int i = 0; i < SC_OUTCOMES; i++) {
		const struct sc_cell cells[] = {
			sc_cell_count(m->outcomes[i]),
			{.n = m->outcomes[i], .of = m->recipients, .t = SC_TIME_NONE},
			sc_cell_count(e->outcomes[i]),
			{.n = e->outcomes[i], .of = e->recipients, .t = SC_TIME_NONE},
			sc_cell_word(sc_outcome_name((enum sc_outcome)i)),
		};
		if (m->outcomes[i] + e->outcomes[i])
			v->row(ctx, &part, cells);
	}
	v->end(ctx, &part);
}

/* ---- sources ---- */

enum change { NEW, UNLISTED, HIGHER, LOWER, SAME, GONE, CHANGES };

static enum change change_of(const struct sc_earlier *e, const struct sc_suspect *s, const struct sc_earlier_source **before)
{
	*before = sc_earlier_of(e, s);
	if (*before)
		return s->score > (*before)->score ? HIGHER : s->score < (*before)->score ? LOWER : SAME;
	return e->cut && e->count && s->score <= e->sources[e->count - 1].score ? UNLISTED : NEW;
}

/* Nobody of that kind and value drew a finding now; not known when there was no room for all. */
static bool is_gone(const struct sc_failures *m, const struct sc_earlier_source *before)
{
	for (uint32_t i = 0; i < m->suspects.count; i++)
		if (sc_earlier_of(m->earlier, &m->suspects.rows[i]) == before)
			return false;
	return m->suspects.left_out == 0;
}

void sc_report_show_change(const struct sc_failures *m, const struct sc_part_visitor *v, void *ctx)
{
	static const struct sc_column columns[] = {
		{SC_CELL_COUNT, "new", "new", 6, 0, NULL, 0},
		{SC_CELL_COUNT, "unlisted", "unlisted", 9, 0, NULL, 0},
		{SC_CELL_COUNT, "higher", "higher", 7, 0, NULL, 0},
		{SC_CELL_COUNT, "lower", "lower", 7, 0, NULL, 0},
		{SC_CELL_COUNT, "same", "same", 6, 0, NULL, 0},
		{SC_CELL_COUNT, "gone", "gone", 6, 0, NULL, 0},
		{SC_CELL_WIRE, "first", "the earlier report", 0, 0, NULL, 0},
		{SC_CELL_WIRE, "last", "its end", 0, 0, " - ", 0},
	};
	static const struct sc_part part = {"change", "Sources against the earlier report (unlisted: not among its highest scores)",
					    SC_COLUMNS(columns), 0, false};
	const struct sc_earlier *e = m->earlier;
	const struct sc_earlier_source *before;
	uint64_t n[CHANGES] = {0};
	if (!e || !e->senders)
		return;
	for (uint32_t i = 0; i < m->suspects.count; i++)
		n[change_of(e, &m->suspects.rows[i], &before)]++;
	for (uint32_t i = 0; i < e->count; i++)
		n[GONE] += is_gone(m, &e->sources[i]);
	const struct sc_cell cells[] = {
		sc_cell_count(n[NEW]), sc_cell_count(n[UNLISTED]), sc_cell_count(n[HIGHER]), sc_cell_count(n[LOWER]),
		sc_cell_count(n[SAME]), sc_cell_count(n[GONE]), sc_cell_text(e->first), sc_cell_text(e->last),
	};
	v->begin(ctx, &part);
	v->row(ctx, &part, cells);
	v->end(ctx, &part);
}

struct changes {
	const struct sc_part *part;
	const struct sc_part_visitor *visitor;
	void *ctx;
	size_t shown;
	bool begun;
};

static void show_changed(struct changes *c, const char *word, uint64_t now, uint64_t before, sc_str kind, sc_str value)
{
	const struct sc_cell cells[] = {
		sc_cell_count(now), sc_cell_count(before), sc_cell_word(word), sc_cell_text(kind), sc_cell_text(value),
	};
	if (c->shown++ >= c->visitor->rows)
		return;
	if (!c->begun)
		c->visitor->begin(c->ctx, c->part);
	c->begun = true;
	c->visitor->row(c->ctx, c->part, cells);
}

static void show_changes_of(struct changes *c, const struct sc_failures *m, enum change change, const char *word)
{
	const struct sc_suspect *rows[SC_SUSPECTS];
	const struct sc_earlier_source *before;
	size_t count = sc_suspects_sorted(&m->suspects, rows, SC_SUSPECTS);
	for (size_t i = 0; i < count; i++)
		if (change_of(m->earlier, rows[i], &before) == change)
			show_changed(c, word, rows[i]->score, before ? before->score : SC_NONE, sc_str_of(rows[i]->kind),
				     (sc_str){rows[i]->value, rows[i]->value_len});
}

void sc_report_show_changes(const struct sc_failures *m, const struct sc_part_visitor *v, void *ctx)
{
	static const struct sc_column columns[] = {
		{SC_CELL_COUNT, "score", "score", 6, 0, NULL, 0},
		{SC_CELL_COUNT, "before", "before", 7, 0, NULL, 0},
		{SC_CELL_WORD, "change", "change", 7, 0, NULL, 0},
		{SC_CELL_WIRE, "kind", "kind", 8, 0, NULL, 0},
		{SC_CELL_WIRE, "value", "who", 0, 0, NULL, 0},
	};
	static const struct sc_part part = {"changes", "Sources that are new, changed or gone", SC_COLUMNS(columns), 0, false};
	struct changes c = {&part, v, ctx, 0, false};
	const struct sc_earlier *e = m->earlier;
	if (!e || !e->senders)
		return;
	show_changes_of(&c, m, NEW, "new");
	show_changes_of(&c, m, HIGHER, "higher");
	show_changes_of(&c, m, LOWER, "lower");
	for (uint32_t i = 0; i < e->count; i++) {
		char room[SC_SUSPECT_VALUE];
		struct sc_text value = sc_text_into(room, sizeof(room));
		sc_json_text(&value, e->sources[i].value);
		if (is_gone(m, &e->sources[i]))
			show_changed(&c, "gone", SC_NONE, e->sources[i].score, e->sources[i].kind, sc_text_str(&value));
	}
	if (c.begun)
		v->end(ctx, &part);
}
