/* overview.c - the first screen: what became of the recipients, why not, where; every number opens what it counts.
 *
 * The numbers lie in panels (outcomes, causes, domains, diagnoses); a cursor goes over their rows, Tab to the next panel.  All come
 * from the model, as those of the report do. */
#include "tui/inside.h"

#define ROWS 12 /* of a panel */

enum panel { PANEL_OUTCOMES, PANEL_CAUSES, PANEL_WHERE, PANEL_NOTES, PANELS };

#define NOTES 6 /* rows of the lower panels */
#define DIAGNOSES 64 /* kinds of them that are looked at */

struct note {
	char   text[64];
	size_t len;
	uint64_t count;
	int    grave;     /* 2: an error, 1: a warning */
};

struct delay {
	const char *what;
	sc_time half, nearly_all, all; /* 50 and 95 percent, and all, took no longer */
};

struct entry {
	enum sc_pick_by by;
	bool   failed;
	char   key[SC_TOP_KEY_OCTETS];
	size_t key_len;
	uint64_t count;
	uint64_t of;              /* what the share is of */
	uint64_t outcomes[SC_OUTCOMES];
	uint64_t others;          /* refusals and breaks without a recipient */
	enum sc_style style;
	const char *sign;
};

struct overview {
	struct sc_view view;
	struct entry entries[PANELS][ROWS];
	size_t count[PANELS];
	size_t panel, at[PANELS];
	size_t drawn[PANELS];     /* rows for which there was room */
	size_t panels;            /* that are drawn; the last needs room */
	bool   touched;           /* the person has moved the cursor */
	uint64_t recipients, messages, failed;
	struct note notes[NOTES];
	size_t note_count;
	struct delay delays[NOTES];
	size_t delay_count;
};

static struct entry *add(struct overview *o, enum panel panel, sc_str key)
{
	if (o->count[panel] == ROWS)
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
	size_t at = o->count[panel] < ROWS ? o->count[panel] : ROWS;
	while (at && rows[at - 1].count < count)
		at--;
	if (at == ROWS)
		return NULL;
	o->count[panel] -= o->count[panel] == ROWS;
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
	const struct sc_top_row *rows[ROWS];
	size_t n = sc_top_sorted(&m->domains, SC_TOP_BY_FAILED, rows, ROWS);
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
	const struct sc_top_row *rows[DIAGNOSES];
	size_t n = sc_top_sorted(&m->diagnoses, SC_TOP_BY_COUNT, rows, DIAGNOSES);
	o->note_count = 0;
	for (int gravity = 2; gravity >= 0; gravity--)
		for (size_t i = 0; i < n && o->note_count < NOTES; i++) {
			if (gravity_of(rows[i]) != gravity)
				continue;
			struct note *note = &o->notes[o->note_count++];
			sc_str key = sc_str_slice(sc_top_key(rows[i]), 0, sizeof(note->text));
			*note = (struct note){ .len = key.len, .count = rows[i]->count, .grave = gravity };
			memcpy(note->text, key.at, key.len);
			add(o, PANEL_NOTES, key);
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
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && o->delay_count < NOTES; i++) {
		const struct sc_spread *s = &m->spreads[rows[i].id];
		if (s->count)
			o->delays[o->delay_count++] = (struct delay){ rows[i].what, sc_spread_percentile(s, 50),
				sc_spread_percentile(s, 95), s->most };
	}
}

/* The cursor begins where Enter tells most: at what was refused most, or else at what became of most that failed. */
static void go_to_worst(struct overview *o)
{
	const struct entry *rows = o->entries[PANEL_OUTCOMES];
	size_t worst = 0;
	for (size_t i = 0; i < o->count[PANEL_OUTCOMES]; i++)
		if (sc_outcome_failed((enum sc_outcome)i) && rows[i].count > (worst ? rows[worst].count : 0))
			worst = i;
	bool noted = !worst && o->note_count && o->notes[0].grave;
	o->panel = o->count[PANEL_CAUSES] ? PANEL_CAUSES : noted ? PANEL_NOTES : PANEL_OUTCOMES;
	o->at[PANEL_OUTCOMES] = worst;
	o->at[PANEL_CAUSES] = o->at[PANEL_NOTES] = 0;
}

static bool collect(struct sc_tui *t, struct sc_view *v)
{
	struct overview *o = (struct overview *)v;
	const struct sc_failures *m = sc_tui_model(t);
	memset(o->count, 0, sizeof(o->count));
	o->recipients = m->recipients;
	o->messages = m->messages;
	o->failed = sc_failures_failed(m);
	collect_outcomes(t, o, m);
	collect_causes(o, m);
	collect_breaks(o, m);
	collect_where(o, m);
	collect_notes(o, m);
	collect_delays(o, m);
	if (!o->touched)
		go_to_worst(o);
	for (int p = 0; p < PANELS; p++)
		o->at[p] = o->at[p] < o->count[p] ? o->at[p] : o->count[p] ? o->count[p] - 1 : 0;
	struct sc_text title = sc_text_into(v->title, sizeof(v->title) - 1);
	if (m->first != SC_TIME_NONE && !t->window.set) {
		sc_tui_clock(t, &title, m->first, true);
		sc_text_adds(&title, " to ");
		sc_tui_clock(t, &title, m->last, true);
		sc_text_put(&title, ' ');
		sc_page_zone(&t->clock, &title);
	}
	v->title[title.len] = '\0';
	return true;
}

/* ---- drawing ---- */

static bool at_cursor(const struct overview *o, enum panel panel, size_t i)
{
	return o->panel == panel && o->at[panel] == i;
}

static void put_number(struct sc_tui *t, int row, int column, int width, uint64_t n, enum sc_style style)
{
	SC_CELL(text);
	sc_page_grouped(&text, n);
	sc_term_put(&t->term, row, column, width, sc_text_str(&text), style, true);
}

/* A number, or a dash for none. */
static void put_some(struct sc_tui *t, int row, int column, int width, uint64_t n, enum sc_style style)
{
	if (n)
		put_number(t, row, column, width, n, style);
	else
		sc_term_put(&t->term, row, column, width, SC_STR("-"), SC_STYLE_DIM, true);
}

static void draw_outcomes(struct sc_tui *t, const struct overview *o, struct sc_area a)
{
	SC_CELL(head);
	sc_text_adds(&head, "RECIPIENTS  ");
	sc_page_grouped(&head, o->recipients);
	sc_text_adds(&head, "    messages taken ");
	sc_page_grouped(&head, o->messages);
	sc_term_put(&t->term, a.row, 1, a.columns - 2, sc_text_str(&head), SC_STYLE_TITLE, false);
	for (size_t i = 0; i < o->count[PANEL_OUTCOMES]; i++) {
		const struct entry *e = &o->entries[PANEL_OUTCOMES][i];
		int row = a.row + 1 + (int)i;
		SC_CELL(share);
		bool here = at_cursor(o, PANEL_OUTCOMES, i);
		sc_term_put(&t->term, row, 1, 2, sc_str_of(e->sign), e->style, false);
		sc_term_put(&t->term, row, 3, 10, (sc_str){ e->key, e->key_len }, here ? SC_STYLE_SELECTED : e->style, false);
		put_number(t, row, 13, 11, e->count, e->style);
		sc_page_share(&share, e->count, e->of);
		sc_term_put(&t->term, row, 25, 8, sc_text_str(&share), e->style, true);
		sc_tui_bar(t, e->count, e->of, (struct sc_area){ row, 35, 1, a.columns - 37 }, e->style);
	}
}

/* How many of the panel's rows fit below its heading; when not all do, the last line says how many more there are. */
static size_t rows_of(struct sc_tui *t, struct overview *o, enum panel panel, struct sc_area a, const char *where)
{
	size_t room = a.rows > 1 ? (size_t)a.rows - 1 : 0, all = o->count[panel];
	o->drawn[panel] = all <= room ? all : room ? room - 1 : 0;
	if (all <= room || !room)
		return o->drawn[panel];
	SC_CELL(text);
	sc_text_number(&text, all - o->drawn[panel]);
	sc_text_adds(&text, " more on screen ");
	sc_text_adds(&text, where);
	sc_term_put(&t->term, a.row + a.rows - 1, a.column + 1, a.columns - 2, sc_text_str(&text), SC_STYLE_DIM, false);
	return o->drawn[panel];
}

#define NUMBER 8 /* columns of a number and the space before it */

static void put_why(const struct entry *e, struct sc_text *to)
{
	sc_text_adds(to, e->by == SC_PICK_BROKEN ? "no reply at " : "");
	sc_text_add(to, (sc_str){ e->key, e->key_len });
}

static void draw_causes(struct sc_tui *t, struct overview *o, struct sc_area a)
{
	static const char *const heads[] = { "defer", "reject", "other" };
	int column = a.column + a.columns - 1 - 3 * NUMBER;
	sc_term_put(&t->term, a.row, a.column + 1, a.columns - 2 - 3 * NUMBER, SC_STR("WHY NOT"), SC_STYLE_TITLE, false);
	for (int i = 0; i < 3; i++)
		sc_term_put(&t->term, a.row, column + i * NUMBER, NUMBER, sc_str_of(heads[i]), SC_STYLE_DIM, true);
	size_t rows = rows_of(t, o, PANEL_CAUSES, a, "3");
	for (size_t i = 0; i < rows; i++) {
		const struct entry *e = &o->entries[PANEL_CAUSES][i];
		int row = a.row + 1 + (int)i;
		SC_CELL(text);
		put_why(e, &text);
		sc_term_put(&t->term, row, a.column + 1, a.columns - 2 - 3 * NUMBER, sc_text_str(&text),
			    at_cursor(o, PANEL_CAUSES, i) ? SC_STYLE_SELECTED : SC_STYLE_PLAIN, false);
		put_some(t, row, column, NUMBER, e->outcomes[SC_OUTCOME_deferred], SC_STYLE_WAIT);
		put_some(t, row, column + NUMBER, NUMBER, e->outcomes[SC_OUTCOME_rejected], SC_STYLE_BAD);
		put_some(t, row, column + 2 * NUMBER, NUMBER, e->others, SC_STYLE_BAD);
	}
	if (!o->count[PANEL_CAUSES])
		sc_term_put(&t->term, a.row + 1, a.column + 1, a.columns - 2, o->failed ? SC_STR("nobody said no: see in_doubt and aborted above") :
			    SC_STR("nothing was refused"), SC_STYLE_DIM, false);
}

static void draw_where(struct sc_tui *t, struct overview *o, struct sc_area a)
{
	sc_term_put(&t->term, a.row, a.column + 1, a.columns - 2, SC_STR("WHERE IT FAILED"), SC_STYLE_TITLE, false);
	sc_term_put(&t->term, a.row, a.column + a.columns - 19, 8, SC_STR("failed"), SC_STYLE_DIM, true);
	sc_term_put(&t->term, a.row, a.column + a.columns - 10, 9, SC_STR("of all"), SC_STYLE_DIM, true);
	size_t rows = rows_of(t, o, PANEL_WHERE, a, "5");
	for (size_t i = 0; i < rows; i++) {
		const struct entry *e = &o->entries[PANEL_WHERE][i];
		int row = a.row + 1 + (int)i;
		SC_CELL(text);
		SC_CELL(share);
		sc_text_visible(&text, (sc_str){ e->key, e->key_len });
		sc_term_put(&t->term, row, a.column + 1, a.columns - 21, sc_text_str(&text),
			    at_cursor(o, PANEL_WHERE, i) ? SC_STYLE_SELECTED : SC_STYLE_PLAIN, false);
		put_number(t, row, a.column + a.columns - 19, 8, e->count, SC_STYLE_BAD);
		sc_page_share(&share, e->count, e->of);
		sc_term_put(&t->term, row, a.column + a.columns - 10, 9, sc_text_str(&share), SC_STYLE_BAD, true);
	}
	if (!o->count[PANEL_WHERE])
		sc_term_put(&t->term, a.row + 1, a.column + 1, a.columns - 2, SC_STR("nowhere"), SC_STYLE_DIM, false);
}

static void draw_notes(struct sc_tui *t, struct overview *o, struct sc_area a)
{
	sc_term_put(&t->term, a.row, a.column + 1, a.columns - 2, SC_STR("DIAGNOSES"), SC_STYLE_TITLE, false);
	size_t rows = rows_of(t, o, PANEL_NOTES, a, "8");
	for (size_t i = 0; i < rows; i++) {
		const struct note *n = &o->notes[i];
		enum sc_style style = n->grave == 2 ? SC_STYLE_ALERT : n->grave ? SC_STYLE_WAIT : SC_STYLE_PLAIN;
		sc_term_put(&t->term, a.row + 1 + (int)i, a.column + 1, a.columns - 11, (sc_str){ n->text, n->len },
			    at_cursor(o, PANEL_NOTES, i) ? SC_STYLE_SELECTED : style, false);
		put_number(t, a.row + 1 + (int)i, a.column + a.columns - 9, 8, n->count, style);
	}
	if (!o->note_count)
		sc_term_put(&t->term, a.row + 1, a.column + 1, a.columns - 2, SC_STR("none"), SC_STYLE_DIM, false);
}

#define SECONDS 9 /* columns of a duration and the space before it */

static void put_seconds(struct sc_tui *t, int row, int column, sc_time duration)
{
	SC_CELL(text);
	sc_page_seconds(&text, duration, 0);
	sc_term_put(&t->term, row, column, SECONDS, sc_text_str(&text), duration >= 30 * SC_SECOND ? SC_STYLE_ALERT : SC_STYLE_PLAIN, true);
}

static void draw_delays(struct sc_tui *t, const struct overview *o, struct sc_area a)
{
	static const char *const heads[] = { "p50", "p95", "max" };
	int column = a.column + a.columns - 1 - 3 * SECONDS, words = a.columns - 2 - 3 * SECONDS;
	sc_term_put(&t->term, a.row, a.column + 1, words, SC_STR("SECONDS"), SC_STYLE_TITLE, false);
	for (int i = 0; i < 3; i++)
		sc_term_put(&t->term, a.row, column + i * SECONDS, SECONDS, sc_str_of(heads[i]), SC_STYLE_DIM, true);
	for (size_t i = 0; i < o->delay_count && (int)i + 1 < a.rows; i++) {
		const struct delay *d = &o->delays[i];
		int row = a.row + 1 + (int)i;
		sc_term_put(&t->term, row, a.column + 1, words, sc_str_of(d->what), SC_STYLE_PLAIN, false);
		put_seconds(t, row, column, d->half);
		put_seconds(t, row, column + SECONDS, d->nearly_all);
		put_seconds(t, row, column + 2 * SECONDS, d->all);
	}
}

static void draw(struct sc_tui *t, struct sc_view *v, struct sc_area area)
{
	struct overview *o = (struct overview *)v;
	int upper = SC_OUTCOMES + 1, half = area.columns / 2;
	o->drawn[PANEL_OUTCOMES] = o->count[PANEL_OUTCOMES];
	draw_outcomes(t, o, area);
	int row = area.row + upper;
	sc_term_line(&t->term, row, 0, area.columns);
	struct sc_area left = { row + 1, 0, area.row + area.rows - row - 1, half };
	struct sc_area right = { row + 1, half + 1, left.rows, area.columns - half - 1 };
	for (int i = 0; i < left.rows; i++)
		sc_term_put(&t->term, left.row + i, half, 1, sc_str_of(sc_term_sign(&t->term, SC_SIGN_BAR)), SC_STYLE_FRAME, false);
	sc_term_put(&t->term, row, half, 1, sc_str_of(sc_term_sign(&t->term, SC_SIGN_TEE)), SC_STYLE_FRAME, false);
	int lower = left.rows >= 13 ? NOTES + 2 : left.rows >= 9 ? left.rows / 2 : 0;
	o->panels = lower ? PANELS : PANEL_NOTES;
	o->panel = o->panel < o->panels ? o->panel : 0;
	left.rows -= lower;
	right.rows -= lower;
	draw_causes(t, o, left);
	draw_where(t, o, right);
	if (!lower)
		return;
	sc_term_line(&t->term, left.row + left.rows, 0, area.columns);
	draw_notes(t, o, (struct sc_area){ left.row + left.rows + 1, 0, lower - 1, left.columns });
	draw_delays(t, o, (struct sc_area){ left.row + left.rows + 1, right.column, lower - 1, right.columns });
}

/* ---- keys ---- */

static void open_entry(struct sc_tui *t, const struct overview *o)
{
	const struct entry *e = &o->entries[o->panel][o->at[o->panel]];
	if (o->count[o->panel] && o->panel == PANEL_NOTES)
		sc_findings_open(t, SC_PICK_DIAGNOSIS, (sc_str){ e->key, e->key_len });
	else if (o->count[o->panel] && (e->by == SC_PICK_REFUSED || e->by == SC_PICK_BROKEN))
		sc_sessions_open(t, e->by, (sc_str){ e->key, e->key_len }, "failure");
	else if (o->count[o->panel])
		sc_recipients_open(t, e->by, (sc_str){ e->key, e->key_len }, e->failed);
}

static void move(struct overview *o, bool down)
{
	size_t *at = &o->at[o->panel];
	size_t last = o->drawn[o->panel] ? o->drawn[o->panel] - 1 : 0;
	*at = *at < last ? *at : last;
	if (down && *at < last)
		++*at;
	else if (!down && *at)
		--*at;
	else
		o->panel = (o->panel + (down ? 1 : o->panels - 1)) % o->panels;
}

static bool key(struct sc_tui *t, struct sc_view *v, enum sc_command_key command)
{
	struct overview *o = (struct overview *)v;
	o->panels = o->panels ? o->panels : PANEL_NOTES; /* a key before the first drawing */
	const struct entry *e = &o->entries[o->panel][o->at[o->panel]];
	o->touched = true;
	switch (command) {
	case SC_DO_up:         move(o, false); return true;
	case SC_DO_down:       move(o, true); return true;
	case SC_DO_first:      o->at[o->panel] = 0; return true;
	case SC_DO_last:       o->at[o->panel] = o->drawn[o->panel] ? o->drawn[o->panel] - 1 : 0; return true;
	case SC_DO_next_panel:
	case SC_DO_right:      o->panel = (o->panel + 1) % o->panels; return true;
	case SC_DO_prev_panel:
	case SC_DO_left:       o->panel = (o->panel + o->panels - 1) % o->panels; return true;
	case SC_DO_open:       open_entry(t, o); return true;
	case SC_DO_explain:    sc_explain_open(t, (sc_str){ e->key, e->key_len }); return true;
	default:               return false;
	}
}

const struct sc_view_class sc_view_overview = { .name = "Overview", .brief = "Over", .size = sizeof(struct overview), .keys = SC_DO(explain),
	.collect = collect, .draw = draw, .key = key };
