/* recipients.c - recipients, one a row: those that a number on another screen counts. */
#include "tui/grid.h"

#include "output/value.h"

#define PANE_ROWS 4

struct recipients {
	struct sc_grid table;
	struct sc_pick pick;
};

static const struct sc_ev_delivery *delivery_of(const void *row)
{
	return ((const struct sc_kept *)row)->ev->body;
}

static const struct sc_ev_head *head_of(const void *row)
{
	return ((const struct sc_kept *)row)->ev->head;
}

/* ---- cells ---- */

static void put_sign(struct sc_tui *t, const void *row, struct sc_cell *c)
{
	enum sc_outcome outcome = sc_outcome_of(delivery_of(row)->outcome);
	c->style = sc_tui_style(outcome);
	sc_text_adds(&c->text, sc_tui_sign(t, outcome));
}

static void put_time(struct sc_tui *t, const void *row, struct sc_cell *c)
{
	sc_tui_clock(t, &c->text, ((const struct sc_kept *)row)->ev->when, false);
}

static void put_path(struct sc_text *to, sc_str path)
{
	if (path.at && !path.len)
		sc_text_adds(to, "<>");
	else if (path.at)
		sc_text_visible(to, path);
	else
		sc_text_put(to, '-');
}

static void put_from(struct sc_tui *t, const void *row, struct sc_cell *c)
{
	(void)t;
	put_path(&c->text, delivery_of(row)->mail_from);
}

static void put_to(struct sc_tui *t, const void *row, struct sc_cell *c)
{
	(void)t;
	put_path(&c->text, delivery_of(row)->rcpt_to);
}

static void put_outcome(struct sc_tui *t, const void *row, struct sc_cell *c)
{
	(void)t;
	c->style = sc_tui_style(sc_outcome_of(delivery_of(row)->outcome));
	sc_text_adds(&c->text, delivery_of(row)->outcome);
}

static void put_phase(struct sc_tui *t, const void *row, struct sc_cell *c)
{
	(void)t;
	sc_text_adds(&c->text, delivery_of(row)->phase);
}

static void put_cause(struct sc_tui *t, const void *row, struct sc_cell *c)
{
	(void)t;
	sc_text_adds(&c->text, delivery_of(row)->cause ? delivery_of(row)->cause : "-");
}

static void put_code(struct sc_tui *t, const void *row, struct sc_cell *c)
{
	const struct sc_ev_delivery *d = delivery_of(row);
	(void)t;
	if (!d->code) {
		sc_text_put(&c->text, '-');
		return;
	}
	sc_text_number(&c->text, d->code);
	if (d->enhanced.cls) {
		sc_text_put(&c->text, ' ');
		sc_text_status(&c->text, d->enhanced);
	}
}

static void put_server(struct sc_tui *t, const void *row, struct sc_cell *c)
{
	(void)t;
	sc_value_endpoint(&c->text, &head_of(row)->server);
}

static int by_time(const void *a, const void *b)
{
	sc_time x = ((const struct sc_kept *)a)->ev->when, y = ((const struct sc_kept *)b)->ev->when;
	return x < y ? -1 : x > y;
}

static int by_path(sc_str x, sc_str y)
{
	size_t n = x.len < y.len ? x.len : y.len;
	int order = n ? memcmp(x.at, y.at, n) : 0;
	return order ? order : x.len < y.len ? -1 : x.len > y.len;
}

static int by_from(const void *a, const void *b)
{
	return by_path(delivery_of(a)->mail_from, delivery_of(b)->mail_from);
}

static int by_to(const void *a, const void *b)
{
	return by_path(delivery_of(a)->rcpt_to, delivery_of(b)->rcpt_to);
}

static int by_code(const void *a, const void *b)
{
	return (int)delivery_of(a)->code - (int)delivery_of(b)->code;
}

static sc_str outcome_value(const void *row)
{
	return sc_str_of(delivery_of(row)->outcome);
}

static sc_str from_value(const void *row)
{
	return delivery_of(row)->mail_from;
}

static sc_str to_value(const void *row)
{
	return delivery_of(row)->rcpt_to;
}

static sc_str cause_value(const void *row)
{
	return sc_str_of(delivery_of(row)->cause);
}

static sc_str phase_value(const void *row)
{
	return sc_str_of(delivery_of(row)->phase);
}

static const struct sc_column columns[] = {
	{ "", "sign", 2,  0, false, false, put_sign,    NULL,    "outcome",   outcome_value },
	{ "TIME", "time", 12, 2, false, false, put_time,    by_time, NULL,        NULL },
	{ "FROM", "from", 18, 0, false, false, put_from,    by_from, "mail_from", from_value },
	{ "TO", "to", 20, 0, true,  false, put_to,      by_to,   "rcpt_to",   to_value },
	{ "OUTCOME", "outcome", 9,  5, false, false, put_outcome, NULL,    "outcome",   outcome_value },
	{ "AT", "phase", 8,  4, false, false, put_phase,   NULL,    "phase",     phase_value },
	{ "WHY", "why", 16, 0, false, false, put_cause,   NULL,    "cause",     cause_value },
	{ "CODE", "code", 9,  3, false, false, put_code,    by_code, NULL,        NULL },
	{ "SERVER", "server", 20, 6, false, false, put_server,  NULL,    NULL,        NULL },
};

static sc_time moment(const void *row)
{
	return ((const struct sc_kept *)row)->ev->when;
}

/* ---- the view ---- */

static void add_recipients(struct sc_tui *t, struct sc_grid *table, struct sc_seen *seen)
{
	const struct recipients *r = (const struct recipients *)table;
	for (const struct sc_kept *k = seen ? seen->first : NULL; k; k = k->next)
		if (k->ev->kind == SC_EVENT_delivery && sc_tui_inside(t, k->ev->when) && sc_pick_takes(&r->pick, k->ev))
			sc_grid_add(table, k, (uint64_t)(uintptr_t)k);
}

static bool collect(struct sc_tui *t, struct sc_view *v)
{
	struct recipients *r = (struct recipients *)v;
	struct sc_grid *table = &r->table;
	bool whole = sc_grid_gather(t, table, add_recipients);
	struct sc_text title = sc_text_into(v->title, sizeof(v->title) - 1);
	sc_page_grouped(&title, table->count);
	sc_text_adds(&title, table->count == 1 ? " recipient" : " recipients");
	sc_text_adds(&title, r->pick.key_len ? ": " : "");
	sc_text_visible(&title, (sc_str){ r->pick.key, r->pick.key_len });
	v->title[title.len] = '\0';
	return whole;
}

/* What the server said; where it said nothing, what that means. */
static void put_pane(struct sc_tui *t, const void *row, struct sc_area area)
{
	const struct sc_ev_delivery *d = delivery_of(row);
	const struct sc_seen *seen = sc_store_find(&t->store, head_of(row)->session);
	SC_CELL(text);
	if (d->code) {
		sc_text_number(&text, d->code);
		sc_text_put(&text, ' ');
	}
	if (d->code || d->text.at)
		sc_text_visible(&text, d->text);
	else
		sc_text_visible(&text, seen && seen->diagnosis ? seen->diagnosis->text : SC_STR("no reply decided"));
	sc_term_line(&t->term, area.row, 0, area.columns);
	sc_tui_wrapped(t, sc_text_str(&text), (struct sc_area){ area.row + 1, 1, area.rows - 1, area.columns - 2 },
		       sc_tui_style(sc_outcome_of(d->outcome)));
}

static void draw(struct sc_tui *t, struct sc_view *v, struct sc_area area)
{
	struct sc_grid *table = (struct sc_grid *)v;
	bool pane = !t->pane_off && table->count && area.rows > 8;
	struct sc_area upper = { area.row, area.column, area.rows - (pane ? PANE_ROWS : 0), area.columns };
	sc_grid_draw(t, table, upper);
	const void *row = sc_grid_item(table);
	if (!pane || !row)
		return;
	put_pane(t, row, (struct sc_area){ area.row + upper.rows, 0, PANE_ROWS, area.columns });
}

static bool key(struct sc_tui *t, struct sc_view *v, enum sc_command_key command)
{
	struct sc_grid *table = (struct sc_grid *)v;
	const void *row = sc_grid_item(table);
	if (sc_grid_key(t, table, command))
		return true;
	if (row && command == SC_DO_open) {
		sc_ladder_open(t, head_of(row)->session);
		return true;
	}
	if (row && command == SC_DO_inspect) {
		sc_event_open(t, ((const struct sc_kept *)row)->ev);
		return true;
	}
	if (row && command == SC_DO_explain) {
		sc_explain_open(t, cause_value(row));
		return true;
	}
	return false;
}

const struct sc_view_class sc_view_recipients = { .name = "Recipients", .size = sizeof(struct recipients),
	.keys = SC_DO(inspect) | SC_DO(only) | SC_DO(without) | SC_DO(sort) | SC_DO(columns) | SC_DO(explain), .collect = collect, .draw = draw, .key = key,
	.click = sc_grid_click, .lines = &sc_grid_lines, .close = sc_grid_close };

void sc_recipients_open(struct sc_tui *t, enum sc_pick_by by, sc_str what, bool failed)
{
	struct recipients *r = (struct recipients *)sc_tui_push(t, &sc_view_recipients);
	if (!r)
		return;
	sc_grid_use(t, &r->table, columns, sizeof(columns) / sizeof(columns[0]), 1);
	r->table.moment = moment;
	sc_pick_set(&r->pick, by, what, failed);
}
