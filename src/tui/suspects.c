/* suspects.c - who drew findings upon himself, the highest score first, and below the rules that make the score: what was
 * seen, and the limit it passed.  The scores are those of the report (model/suspects.h). */
#include "tui/groups.h"

static const struct group *group_of(const void *row)
{
	return row;
}

void sc_suspects_fill(const struct sc_failures *m, struct groups *g)
{
	const struct sc_suspect *rows[GROUPS_SHOWN];
	size_t n = sc_suspects_sorted(&m->suspects, rows, GROUPS_SHOWN);
	for (size_t i = 0; i < n; i++) {
		const struct sc_suspect *s = rows[i];
		char octets[SC_TOP_LABEL_OCTETS];
		struct sc_text rules = sc_text_into(octets, sizeof(octets));
		for (uint32_t k = 0; k < s->rule_count; k++) {
			sc_text_adds(&rules, k ? " " : "");
			sc_text_adds(&rules, s->rules[k].detector);
		}
		struct group *item = sc_group_add(g, (sc_str){ s->value, s->value_len }, sc_text_str(&rules));
		if (!item)
			return;
		item->count = s->score;
		item->failed = s->findings;
		item->kind = s->kind;
		item->first = s->first;
		item->last = s->last;
	}
}

/* ---- cells ---- */

enum sc_style sc_suspect_style(uint64_t score)
{
	return score >= SC_SUSPECT_BAD ? SC_STYLE_ALERT : score >= SC_SUSPECT_WATCH ? SC_STYLE_WAIT : SC_STYLE_PLAIN;
}

static void put_score(struct sc_tui *t, const void *row, struct sc_cell *c)
{
	(void)t;
	c->style = group_of(row)->known ? SC_STYLE_DIM : sc_suspect_style(group_of(row)->count);
	sc_text_number(&c->text, group_of(row)->count);
}

static void put_who(struct sc_tui *t, const void *row, struct sc_cell *c)
{
	(void)t;
	sc_text_visible(&c->text, group_of(row)->key);
}

static void put_kind(struct sc_tui *t, const void *row, struct sc_cell *c)
{
	(void)t;
	c->style = SC_STYLE_DIM;
	sc_text_adds(&c->text, group_of(row)->known ? "known" : group_of(row)->kind);
}

static void put_findings(struct sc_tui *t, const void *row, struct sc_cell *c)
{
	(void)t;
	sc_page_grouped(&c->text, group_of(row)->failed);
}

static void put_rules(struct sc_tui *t, const void *row, struct sc_cell *c)
{
	(void)t;
	sc_text_visible(&c->text, group_of(row)->label);
}

static void put_clock(struct sc_tui *t, sc_time when, struct sc_cell *c)
{
	SC_CELL(text);
	sc_tui_clock(t, &text, when, false);
	sc_text_add(&c->text, sc_str_slice(sc_text_str(&text), 0, 8));
}

static void put_first(struct sc_tui *t, const void *row, struct sc_cell *c)
{
	put_clock(t, group_of(row)->first, c);
}

static void put_last(struct sc_tui *t, const void *row, struct sc_cell *c)
{
	put_clock(t, group_of(row)->last, c);
}

static int by_score(const void *a, const void *b)
{
	if (group_of(a)->known != group_of(b)->known)
		return group_of(a)->known ? 1 : -1;
	uint64_t x = group_of(a)->count, y = group_of(b)->count;
	return x < y ? 1 : x > y ? -1 : 0;
}

static int by_last(const void *a, const void *b)
{
	sc_time x = group_of(a)->last, y = group_of(b)->last;
	return x < y ? 1 : x > y ? -1 : 0;
}

const struct sc_column sc_suspect_columns[] = {
	{ "SCORE", "score",   6,  0, false, true,  put_score,    by_score, NULL, NULL },
	{ "WHO", "who",       22, 0, false, false, put_who,      NULL,     NULL, NULL },
	{ "KIND", "kind",     9,  3, false, false, put_kind,     NULL,     NULL, NULL },
	{ "TOLD", "findings", 5,  2, false, true,  put_findings, NULL,     NULL, NULL },
	{ "RULES", "rules",   20, 0, true,  false, put_rules,    NULL,     NULL, NULL },
	{ "FIRST", "first",   8,  5, false, false, put_first,    NULL,     NULL, NULL },
	{ "LAST", "last",     8,  4, false, false, put_last,     by_last,  NULL, NULL },
};
const size_t sc_suspect_column_count = sizeof(sc_suspect_columns) / sizeof(sc_suspect_columns[0]);

/* ---- the pane ---- */

const struct sc_suspect *sc_suspect_of(const struct sc_failures *m, const struct group *row)
{
	for (uint32_t i = 0; i < m->suspects.count; i++) {
		const struct sc_suspect *s = &m->suspects.rows[i];
		if (sc_str_equal((sc_str){ s->value, s->value_len }, row->key) && s->kind == row->kind)
			return s;
	}
	return NULL;
}

static void put_rule(struct sc_tui *t, const struct sc_suspect_rule *r, int row, int columns)
{
	SC_CELL(points);
	SC_CELL(limit);
	SC_CELL(text);
	sc_text_number(&points, r->points);
	if (r->threshold) {
		sc_page_grouped(&limit, r->count);
		sc_text_adds(&limit, ", limit ");
		sc_page_grouped(&limit, r->threshold);
	}
	sc_text_visible(&text, (sc_str){ r->text, r->text_len });
	int wide = columns >= 96 ? 22 : 0;
	sc_term_put(&t->term, row, 1, 4, sc_text_str(&points), SC_STYLE_HEAD, true);
	sc_term_put(&t->term, row, 6, 23, sc_str_of(r->detector), SC_STYLE_PLAIN, false);
	sc_term_put(&t->term, row, 30, columns - 31 - wide, sc_text_str(&text), SC_STYLE_PLAIN, false);
	if (wide)
		sc_term_put(&t->term, row, columns - wide, wide - 1, sc_text_str(&limit), SC_STYLE_DIM, true);
}

void sc_suspects_pane(struct sc_tui *t, const struct group *row, struct sc_area area)
{
	const struct sc_suspect *s = sc_suspect_of(sc_tui_model(t), row);
	SC_CELL(text);
	sc_term_line(&t->term, area.row, 0, area.columns);
	if (!s)
		return;
	sc_text_visible(&text, row->key);
	sc_text_adds(&text, "   score ");
	sc_text_number(&text, s->score);
	for (uint32_t i = 0; i < s->rule_count; i++) {
		sc_text_adds(&text, i ? " + " : " = ");
		sc_text_number(&text, s->rules[i].points);
	}
	sc_text_adds(&text, s->score == 100 ? ", 100 at most" : "");
	sc_text_adds(&text, s->score >= SC_SUSPECT_BAD ? ": very likely abuse" : s->score >= SC_SUSPECT_WATCH ? ": worth a look" : "");
	if (row->known)
		sc_text_adds(&text, "; acknowledged");
	sc_term_put(&t->term, area.row + 1, 1, area.columns - 2, sc_text_str(&text), row->known ? SC_STYLE_DIM : sc_suspect_style(s->score), false);
	for (uint32_t i = 0; i < s->rule_count && (int)i + 2 < area.rows; i++)
		put_rule(t, &s->rules[i], area.row + 2 + (int)i, area.columns);
}
