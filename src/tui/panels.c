/* panels.c - the rows of the first screen, from the model: outcomes, suspects, causes, domains, diagnoses, delays. */
#include "tui/overview.h"

#include "tui/groups.h"

#define SUSPECTS  64 /* that are looked at */
#define DIAGNOSES 64 /* kinds of them that are looked at */

static struct entry *add(struct overview *o, enum panel panel, sc_str key)
{
	if (o->count[panel] == OVERVIEW_ROWS)
		return NULL;
	struct entry *e = &o->entries[panel][o->count[panel]++];
	*e = (struct entry){ .style = SC_STYLE_PLAIN, .sign = " " };
	key = sc_str_slice(key, 0, sizeof(e->key));
	e->key_len = key.len;
	if (key.len)
		memcpy(e->key, key.at, key.len);
	return e;
}

static void collect_outcomes(struct sc_tui *t, struct overview *o, const struct sc_failures *m)
{
	for (int i = 0; i < SC_OUTCOMES; i++) {
		struct entry *e = add(o, PANEL_OUTCOMES, sc_str_of(sc_outcome_name((enum sc_outcome)i)));
		e->by = SC_PICK_OUTCOME;
		e->count = m->outcomes[i];
		e->of = m->recipients;
		e->style = e->count ? sc_tui_style((enum sc_outcome)i) : SC_STYLE_DIM;
		e->sign = sc_tui_sign(t, (enum sc_outcome)i);
	}
}

/* Keeps the rows in the order of their counts; a row too many is lost. */
static struct entry *add_by_count(struct overview *o, enum panel panel, sc_str key, uint64_t count)
{
	struct entry *rows = o->entries[panel];
	size_t at = o->count[panel] < OVERVIEW_ROWS ? o->count[panel] : OVERVIEW_ROWS;
	while (at && rows[at - 1].count < count)
		at--;
	if (at == OVERVIEW_ROWS)
		return NULL;
	o->count[panel] -= o->count[panel] == OVERVIEW_ROWS;
	struct entry *last = add(o, panel, key), row = *last;
	memmove(&rows[at + 1], &rows[at], (size_t)(last - &rows[at]) * sizeof(row));
	rows[at] = row;
	rows[at].count = count;
	return &rows[at];
}

static void collect_causes(struct overview *o, const struct sc_failures *m)
{
	for (int i = 0; i < SC_CAUSES; i++) {
		const char *name = sc_cause_name((enum sc_cause)i);
		uint64_t all = m->causes[i][0] + m->causes[i][1], others = m->other_causes[i];
		struct entry *e = all ? add_by_count(o, PANEL_CAUSES, sc_str_of(name ? name : "-"), all) : NULL;
		if (e) {
			e->by = SC_PICK_CAUSE;
			e->failed = true;
			e->outcomes[SC_OUTCOME_deferred] = m->causes[i][0];
			e->outcomes[SC_OUTCOME_rejected] = m->causes[i][1];
		}
		e = others ? add_by_count(o, PANEL_CAUSES, sc_str_of(name ? name : "-"), others) : NULL;
		if (e) {
			e->by = SC_PICK_REFUSED;
			e->others = others;
		}
	}
}

/* What broke off before there was a recipient, by the phase it came to. */
static void collect_breaks(struct overview *o, const struct sc_failures *m)
{
	for (int i = 0; i < SC_PHASES; i++) {
		const char *name = sc_phase_name((enum sc_phase)i);
		uint64_t n = m->other_phases[i][2];
		struct entry *e = n ? add_by_count(o, PANEL_CAUSES, sc_str_of(name ? name : "-"), n) : NULL;
		if (e) {
			e->by = SC_PICK_BROKEN;
			e->others = n;
		}
	}
}

static void collect_where(struct overview *o, const struct sc_failures *m)
{
	const struct sc_top_row *rows[OVERVIEW_ROWS];
	size_t n = sc_top_sorted(&m->domains, SC_TOP_BY_FAILED, rows, OVERVIEW_ROWS);
	for (size_t i = 0; i < n; i++) {
		struct entry *e = add(o, PANEL_WHERE, sc_top_key(rows[i]));
		e->by = SC_PICK_DOMAIN;
		e->failed = true;
		e->count = rows[i]->failed;
		e->of = rows[i]->count;
		memcpy(e->outcomes, rows[i]->outcomes, sizeof(e->outcomes));
		e->style = SC_STYLE_BAD;
	}
}

static int gravity_of(const struct sc_top_row *row)
{
	sc_str label = { row->label, row->label_len };
	return sc_str_equal(label, SC_STR("error")) ? 2 : sc_str_equal(label, SC_STR("warn"));
}

/* The gravest first, and of these the most frequent. */
static void collect_notes(struct overview *o, const struct sc_failures *m)
{
	static const enum sc_style styles[] = { SC_STYLE_PLAIN, SC_STYLE_WAIT, SC_STYLE_ALERT };
	const struct sc_top_row *rows[DIAGNOSES];
	size_t n = sc_top_sorted(&m->diagnoses, SC_TOP_BY_COUNT, rows, DIAGNOSES);
	for (int gravity = 2; gravity >= 0; gravity--)
		for (size_t i = 0; i < n && o->count[PANEL_NOTES] < OVERVIEW_NOTES; i++) {
			if (gravity_of(rows[i]) != gravity)
				continue;
			struct entry *e = add(o, PANEL_NOTES, sc_top_key(rows[i]));
			e->by = SC_PICK_DIAGNOSIS;
			e->count = rows[i]->count;
			e->style = styles[gravity];
		}
}

/* Who drew findings upon himself, as on the screen of senders, but for those who are known. */
static void collect_suspects(struct sc_tui *t, struct overview *o, const struct sc_failures *m)
{
	const struct sc_suspect *rows[SUSPECTS];
	size_t n = sc_suspects_sorted(&m->suspects, rows, SUSPECTS);
	o->known = 0;
	for (size_t i = 0; i < n && o->count[PANEL_SUSPECTS] < OVERVIEW_ROWS; i++) {
		if (sc_acks_suspect(&t->acks, rows[i])) {
			o->known++;
			continue;
		}
		struct entry *e = add(o, PANEL_SUSPECTS, (sc_str){ rows[i]->value, rows[i]->value_len });
		e->by = SC_PICK_SUBJECT;
		e->count = rows[i]->score;
		e->of = rows[i]->rule_count;
		e->rule = rows[i]->rules[0].detector;
		e->style = sc_suspect_style(rows[i]->score);
	}
}

static void collect_delays(struct overview *o, const struct sc_failures *m)
{
	static const struct {
		const char *what;
		enum sc_spread_id id;
	} rows[] = { { "connection", SC_SPREAD_connect }, { "greeting", SC_SPREAD_greeting }, { "MAIL", SC_SPREAD_mail },
		{ "RCPT", SC_SPREAD_rcpt }, { "verdict", SC_SPREAD_eom }, { "session", SC_SPREAD_session } };
	o->delay_count = 0;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && o->delay_count < OVERVIEW_NOTES; i++) {
		const struct sc_spread *s = &m->spreads[rows[i].id];
		if (s->count)
			o->delays[o->delay_count++] = (struct delay){ rows[i].what, sc_spread_percentile(s, 50),
				sc_spread_percentile(s, 95), s->most };
	}
}

static void collect_before(const struct sc_tui *t, struct overview *o)
{
	const uint64_t *before = sc_tui_before(t);
	o->compares = before != NULL;
	o->recipients_before = 0;
	for (int i = 0; i < SC_OUTCOMES && before; i++)
		o->recipients_before += o->before[i] = before[i];
}

void sc_overview_fill(struct sc_tui *t, struct overview *o, const struct sc_failures *m)
{
	memset(o->count, 0, sizeof(o->count));
	o->recipients = m->recipients;
	o->messages = m->messages;
	o->failed = sc_failures_failed(m);
	collect_before(t, o);
	collect_outcomes(t, o, m);
	collect_suspects(t, o, m);
	collect_causes(o, m);
	collect_breaks(o, m);
	collect_where(o, m);
	collect_notes(o, m);
	collect_delays(o, m);
}
