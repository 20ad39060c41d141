/* overview.c - the first screen: what became of the recipients, why not, where, who is suspicious; every number opens what it
 * counts.
 *
 * The numbers lie in panels; a cursor goes over their rows, Tab to the next panel.  All come from the model, as those of the
 * report do (panels.c). */
#include "tui/overview.h"

/* The cursor begins where Enter tells most: at what was refused most, or else at what became of most that failed. */
static void go_to_worst(struct overview *o)
{
	const struct entry *rows = o->entries[PANEL_OUTCOMES];
	size_t worst = 0;
	for (size_t i = 0; i < o->count[PANEL_OUTCOMES]; i++)
		if (sc_outcome_failed((enum sc_outcome)i) && rows[i].count > (worst ? rows[worst].count : 0))
			worst = i;
	bool noted = !worst && o->count[PANEL_NOTES] && o->entries[PANEL_NOTES][0].style != SC_STYLE_PLAIN;
	o->panel = o->count[PANEL_CAUSES] ? PANEL_CAUSES : noted ? PANEL_NOTES : PANEL_OUTCOMES;
	o->at[PANEL_OUTCOMES] = worst;
	o->at[PANEL_CAUSES] = o->at[PANEL_NOTES] = 0;
}

static bool collect(struct sc_tui *t, struct sc_view *v)
{
	struct overview *o = (struct overview *)v;
	const struct sc_failures *m = sc_tui_model(t);
	sc_overview_fill(t, o, m);
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

/* "was 12 ", and whether it is more now. */
static void put_before(struct sc_tui *t, int row, int column, int columns, uint64_t now, uint64_t before)
{
	SC_CELL(text);
	sc_text_adds(&text, "was ");
	sc_page_grouped(&text, before);
	sc_text_put(&text, ' ');
	sc_text_adds(&text, now == before ? "=" : sc_term_sign(&t->term, now > before ? SC_SIGN_UP : SC_SIGN_DOWN));
	sc_term_put(&t->term, row, column, columns, sc_text_str(&text), now == before ? SC_STYLE_DIM : SC_STYLE_PLAIN, false);
}

static void put_recipients(struct sc_tui *t, const struct overview *o, struct sc_area a)
{
	SC_CELL(head);
	sc_text_adds(&head, "RECIPIENTS  ");
	sc_page_grouped(&head, o->recipients);
	if (o->compares) {
		sc_text_adds(&head, ", was ");
		sc_page_grouped(&head, o->recipients_before);
		sc_text_adds(&head, " in the same time before");
	}
	sc_text_adds(&head, "    messages taken ");
	sc_page_grouped(&head, o->messages);
	sc_term_put(&t->term, a.row, 1, a.columns - 2, sc_text_str(&head), SC_STYLE_TITLE, false);
}

#define BAR_FROM 45 /* columns; in fewer a bar tells nothing */

static void draw_outcomes(struct sc_tui *t, const struct overview *o, struct sc_area a)
{
	put_recipients(t, o, a);
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
		if (o->compares)
			put_before(t, row, 35, a.columns - 36, e->count, o->before[i]);
		else if (a.columns >= BAR_FROM)
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
		const struct entry *e = &o->entries[PANEL_NOTES][i];
		sc_term_put(&t->term, a.row + 1 + (int)i, a.column + 1, a.columns - 11, (sc_str){ e->key, e->key_len },
			    at_cursor(o, PANEL_NOTES, i) ? SC_STYLE_SELECTED : e->style, false);
		put_number(t, a.row + 1 + (int)i, a.column + a.columns - 9, 8, e->count, e->style);
	}
	if (!o->count[PANEL_NOTES])
		sc_term_put(&t->term, a.row + 1, a.column + 1, a.columns - 2, SC_STR("none"), SC_STYLE_DIM, false);
}

#define SCORE 6 /* columns of a score and the space before it */

static void draw_suspects(struct sc_tui *t, struct overview *o, struct sc_area a)
{
	int words = a.columns - 2 - SCORE, who = words / 2;
	SC_CELL(head);
	sc_text_adds(&head, "WHO IS SUSPICIOUS");
	if (o->known) {
		sc_text_adds(&head, ", but for ");
		sc_text_number(&head, o->known);
		sc_text_adds(&head, " known");
	}
	sc_term_put(&t->term, a.row, a.column + 1, words, sc_text_str(&head), SC_STYLE_TITLE, false);
	sc_term_put(&t->term, a.row, a.column + 1 + words, SCORE, SC_STR("score"), SC_STYLE_DIM, true);
	size_t rows = rows_of(t, o, PANEL_SUSPECTS, a, "4");
	for (size_t i = 0; i < rows; i++) {
		const struct entry *e = &o->entries[PANEL_SUSPECTS][i];
		int row = a.row + 1 + (int)i;
		SC_CELL(text);
		SC_CELL(rule);
		sc_text_visible(&text, (sc_str){ e->key, e->key_len });
		sc_term_put(&t->term, row, a.column + 1, who, sc_text_str(&text),
			    at_cursor(o, PANEL_SUSPECTS, i) ? SC_STYLE_SELECTED : e->style, false);
		sc_text_adds(&rule, e->rule);
		if (e->of > 1) {
			sc_text_adds(&rule, " +");
			sc_text_number(&rule, e->of - 1);
		}
		sc_term_put(&t->term, row, a.column + 2 + who, words - who - 1, sc_text_str(&rule), SC_STYLE_DIM, false);
		put_number(t, row, a.column + 1 + words, SCORE, e->count, e->style);
	}
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

#define TWO_COLUMNS 76

static void put_bar(struct sc_tui *t, int column, int row, int rows)
{
	for (int i = 0; i < rows; i++)
		sc_term_put(&t->term, row + i, column, 1, sc_str_of(sc_term_sign(&t->term, SC_SIGN_BAR)), SC_STYLE_FRAME, false);
}

static void draw_upper(struct sc_tui *t, struct overview *o, struct sc_area a, int half)
{
	bool beside = (o->count[PANEL_SUSPECTS] || o->known) && a.columns >= TWO_COLUMNS;
	o->drawn[PANEL_OUTCOMES] = o->count[PANEL_OUTCOMES];
	draw_outcomes(t, o, (struct sc_area){ a.row, a.column, a.rows, beside ? half : a.columns });
	sc_term_line(&t->term, a.row + a.rows, 0, a.columns);
	sc_term_put(&t->term, a.row + a.rows, half, 1, sc_str_of(sc_term_sign(&t->term, beside ? SC_SIGN_CROSS : SC_SIGN_TEE)),
		    SC_STYLE_FRAME, false);
	o->drawn[PANEL_SUSPECTS] = 0;
	if (!beside)
		return;
	put_bar(t, half, a.row, a.rows);
	draw_suspects(t, o, (struct sc_area){ a.row, half + 1, a.rows, a.columns - half - 1 });
}

static void draw_lower(struct sc_tui *t, struct overview *o, struct sc_area area, int half)
{
	struct sc_area left = { area.row, 0, area.rows, half };
	struct sc_area right = { area.row, half + 1, area.rows, area.columns - half - 1 };
	put_bar(t, half, left.row, left.rows);
	int lower = left.rows >= 13 ? OVERVIEW_NOTES + 2 : left.rows >= 9 ? left.rows / 2 : 0;
	left.rows -= lower;
	right.rows -= lower;
	draw_causes(t, o, left);
	draw_where(t, o, right);
	o->drawn[PANEL_NOTES] = 0;
	if (!lower)
		return;
	sc_term_line(&t->term, left.row + left.rows, 0, area.columns);
	draw_notes(t, o, (struct sc_area){ left.row + left.rows + 1, 0, lower - 1, left.columns });
	draw_delays(t, o, (struct sc_area){ left.row + left.rows + 1, right.column, lower - 1, right.columns });
}

static void draw(struct sc_tui *t, struct sc_view *v, struct sc_area area)
{
	struct overview *o = (struct overview *)v;
	int half = area.columns / 2, below = SC_OUTCOMES + 2;
	struct sc_area upper = { area.row, 0, below - 1, area.columns };
	draw_upper(t, o, upper, half);
	draw_lower(t, o, (struct sc_area){ area.row + below, 0, area.rows - below, area.columns }, half);
	if (o->drawn[o->panel])
		return;
	o->panel = PANEL_OUTCOMES; /* there is no room any more for where the cursor was */
	draw_upper(t, o, upper, half);
}

/* ---- keys ---- */

static void open_entry(struct sc_tui *t, const struct overview *o)
{
	const struct entry *e = &o->entries[o->panel][o->at[o->panel]];
	sc_str key = { e->key, e->key_len };
	if (!o->count[o->panel])
		return;
	if (e->by == SC_PICK_DIAGNOSIS || e->by == SC_PICK_SUBJECT)
		sc_findings_open(t, e->by, key);
	else if (e->by == SC_PICK_REFUSED || e->by == SC_PICK_BROKEN)
		sc_sessions_open(t, e->by, key, "failure");
	else
		sc_recipients_open(t, e->by, key, e->failed);
}

/* The next panel that has rows; there always is that of the outcomes. */
static void to_panel(struct overview *o, bool next)
{
	for (int i = 0; i < PANELS; i++) {
		o->panel = (o->panel + (next ? 1 : PANELS - 1)) % PANELS;
		if (o->drawn[o->panel])
			return;
	}
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
		to_panel(o, down);
}

static bool key(struct sc_tui *t, struct sc_view *v, enum sc_command_key command)
{
	struct overview *o = (struct overview *)v;
	const struct entry *e = &o->entries[o->panel][o->at[o->panel]];
	o->touched = true;
	switch (command) {
	case SC_DO_up:         move(o, false); return true;
	case SC_DO_down:       move(o, true); return true;
	case SC_DO_first:      o->at[o->panel] = 0; return true;
	case SC_DO_last:       o->at[o->panel] = o->drawn[o->panel] ? o->drawn[o->panel] - 1 : 0; return true;
	case SC_DO_next_panel:
	case SC_DO_right:      to_panel(o, true); return true;
	case SC_DO_prev_panel:
	case SC_DO_left:       to_panel(o, false); return true;
	case SC_DO_open:       open_entry(t, o); return true;
	case SC_DO_explain:    sc_explain_open(t, (sc_str){ e->key, e->key_len }); return true;
	default:               return false;
	}
}

const struct sc_view_class sc_view_overview = { .name = "Overview", .brief = "Over", .size = sizeof(struct overview), .keys = SC_DO(explain),
	.collect = collect, .draw = draw, .key = key };
