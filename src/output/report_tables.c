/* report_tables.c - writes the parts of the report as tables of text; see report_parts.h.
 *
 * Columns of fixed width come first, what has no width flows on behind them and wraps below itself.  Numbers stand
 * right, words left, and two spaces between the two.  Everything of the wire goes through sc_report_wire() or
 * sc_report_rest_wire(). */
#include "output/report_page.h"

enum {
	TOP_ROWS = 15,
	SILENT_COLUMNS = 7,
	LINES = 3, /* paragraphs below a row */
};

static bool is_there(const struct sc_column *c, const struct sc_cell *cell)
{
	switch (c->kind) {
	case SC_CELL_SESSIONS: return cell->many && cell->many[0];
	case SC_CELL_TIME:
	case SC_CELL_DURATION: return cell->t != SC_TIME_NONE;
	case SC_CELL_WIRE:
	case SC_CELL_WORD:
	case SC_CELL_SIGN:
	case SC_CELL_COMMAND:
	case SC_CELL_PROSE:    return cell->s.at != NULL;
	default:               return true;
	}
}

/* Two spaces where words follow numbers, or begin the row. */
static void put_gap(struct sc_report *r, const struct sc_part *part, size_t i)
{
	size_t before = i;
	while (before > 0 && part->columns[before - 1].width <= 0)
		before--;
	if (!sc_cell_right(part->columns[i].kind) && (before == 0 || sc_cell_right(part->columns[before - 1].kind)))
		sc_report_words(r, "", 2);
}

static size_t width_of(const struct sc_report *r, const struct sc_column *c)
{
	return c->kind != SC_CELL_TIME ? (size_t)c->width : r->one_day ? 10 : 13;
}

/* ---- headings ---- */

static void put_name(struct sc_report *r, const char *name, size_t width)
{
	for (size_t n = strlen(name); n < width; n++)
		sc_report_words(r, "", 1);
	sc_report_words(r, name, strlen(name));
}

static void put_outcome_names(struct sc_report *r, size_t width)
{
	put_name(r, "accepted", width);
	put_name(r, "deferred", width);
	put_name(r, "rejected", width);
	put_name(r, "silent", SILENT_COLUMNS);
}

/* In capitals, but for what stands in brackets. */
static void put_title(struct sc_report *r, const char *title)
{
	char buffer[128];
	struct sc_text t = sc_text_into(buffer, sizeof(buffer) - 1);
	bool small = false;
	for (; *title; title++) {
		small = small || *title == '(';
		sc_text_put(&t, small ? *title : sc_upper(*title));
	}
	buffer[t.len] = 0;
	sc_report_heading(r, buffer, NULL);
}

static void begin(void *ctx, const struct sc_part *part)
{
	struct sc_report *r = ctx;
	put_title(r, part->title);
	sc_report_begin(r);
	bool any = false;
	for (size_t i = 0; i < part->count; i++) {
		const struct sc_column *c = &part->columns[i];
		const char *name = c->heading ? c->heading : "";
		if (c->width < 0 || c->line > 0 || c->before)
			continue;
		put_gap(r, part, i);
		any = any || *name || c->kind == SC_CELL_OUTCOMES;
		if (c->kind == SC_CELL_OUTCOMES)
			put_outcome_names(r, width_of(r, c));
		else if (sc_cell_right(c->kind))
			put_name(r, name, width_of(r, c));
		else
			sc_report_words(r, name, c->width ? width_of(r, c) : strlen(name));
	}
	if (any)
		sc_report_end(r);
}

/* ---- cells ---- */

static void put_outcomes(struct sc_report *r, const uint64_t *o, size_t width)
{
	sc_report_count(r, o[SC_OUTCOME_accepted], width);
	sc_report_count(r, o[SC_OUTCOME_deferred], width);
	sc_report_count(r, o[SC_OUTCOME_rejected], width);
	sc_report_count(r, o[SC_OUTCOME_in_doubt] + o[SC_OUTCOME_aborted], SILENT_COLUMNS);
}

static void put_column(struct sc_report *r, const struct sc_column *c, const struct sc_cell *cell)
{
	size_t width = width_of(r, c);
	switch (c->kind) {
	case SC_CELL_COUNT:
	case SC_CELL_CODE:     sc_report_count(r, cell->n, width); break;
	case SC_CELL_SHARE:    sc_report_share(r, cell->n, cell->of, width); break;
	case SC_CELL_OUTCOMES: put_outcomes(r, cell->many, width); break;
	case SC_CELL_TIME:     sc_report_when(r, cell->t, width); break;
	case SC_CELL_DURATION: sc_report_seconds(r, cell->t, width); break;
	case SC_CELL_SIGN:     sc_report_words(r, sc_page_symbol(cell->s.at), width); break;
	case SC_CELL_WIRE:
	case SC_CELL_WORD:
	case SC_CELL_COMMAND:
	case SC_CELL_PROSE:    sc_report_wire(r, cell->s, width); break;
	case SC_CELL_SESSIONS: break;
	}
}

static void put_sessions(struct sc_report *r, const struct sc_cell *cell)
{
	sc_report_rest(r, cell->n > 1 && cell->many[1] ? "sessions " : "session ");
	for (uint64_t i = 0; i < cell->n && cell->many[i]; i++) {
		sc_report_rest(r, i ? ", " : "");
		sc_text_hex(&r->head.sheet.text, cell->many[i], 16);
	}
}

/* A name that does not fit behind what stands there begins a line of its own. */
static void make_room(struct sc_report *r, sc_str name)
{
	size_t indent = r->at, there = sc_text_columns(sc_text_str(&r->head.sheet.text));
	if (indent + there + 1 + sc_text_columns(name) <= r->head.sheet.width)
		return;
	sc_report_end(r);
	sc_report_begin(r);
	sc_report_words(r, "", indent);
}

/* A value that flows, and what stands before it; at the beginning that is without its marks. */
static void put_flow(struct sc_report *r, const struct sc_column *c, const struct sc_cell *cell)
{
	const char *before = c->before ? c->before : "";
	if (!is_there(c, cell))
		return;
	if (strcmp(before, " ") == 0)
		make_room(r, cell->s);
	if (r->head.sheet.text.len == 0)
		before += strspn(before, "; :-");
	sc_report_rest(r, before);
	if (c->kind == SC_CELL_SESSIONS)
		put_sessions(r, cell);
	else if (c->kind == SC_CELL_TIME)
		sc_report_rest_time(r, cell->t);
	else if (cell->s.len == 0 && strcmp(before, " from ") == 0)
		sc_report_rest(r, "<>");
	else
		sc_report_rest_wire(r, cell->s);
}

/* The paragraphs below a row. */
static void put_below(struct sc_report *r, const struct sc_part *part, const struct sc_cell *cells, size_t indent)
{
	for (int line = 1; line <= LINES; line++) {
		sc_report_begin(r);
		sc_report_words(r, "", indent);
		bool command = false;
		for (size_t i = 0; i < part->count; i++) {
			if (part->columns[i].width != SC_COLUMN_FLOWS || part->columns[i].line != line)
				continue;
			put_flow(r, &part->columns[i], &cells[i]);
			command |= part->columns[i].kind == SC_CELL_COMMAND;
		}
		if (command)
			sc_sheet_command(&r->head.sheet, indent);
		else if (r->head.sheet.text.len)
			sc_report_end(r);
	}
}

static void put_row(struct sc_report *r, const struct sc_part *part, const struct sc_cell *cells, const char *name)
{
	size_t indent = part->indent;
	sc_report_begin(r);
	for (size_t i = 0; i < part->count; i++) {
		const struct sc_column *c = &part->columns[i];
		if (c->width < 0 || c->line > 0)
			continue;
		if (c->width > 0 || !c->before)
			put_gap(r, part, i);
		if (c->width > 0)
			put_column(r, c, &cells[i]);
		else
			put_flow(r, c, &cells[i]);
	}
	sc_report_rest(r, name);
	if (indent == 0)
		indent = r->at;
	sc_report_end(r);
	put_below(r, part, cells, indent);
}

static void row(void *ctx, const struct sc_part *part, const struct sc_cell *cells)
{
	put_row(ctx, part, cells, "");
}

static void more_recipients(struct sc_report *r, uint64_t n)
{
	sc_report_begin(r);
	sc_report_words(r, "", 2);
	sc_page_grouped(&r->head.sheet.text, n);
	sc_report_rest(r, " more:");
	sc_report_end(r);
	struct sc_text *t = sc_sheet_begin(&r->head.sheet);
	sc_text_adds(t, "smtpscope list recipients");
	sc_page_reading(t, r->head.source);
	sc_sheet_command(&r->head.sheet, 2);
}

static void rest(void *ctx, const struct sc_part *part, const struct sc_cell *cells)
{
	if (strcmp(part->name, "newest") == 0)
		more_recipients(ctx, cells[3].n);
	else
		put_row(ctx, part, cells, "all others");
}

static void end(void *ctx, const struct sc_part *part)
{
	(void)ctx;
	(void)part;
}

const struct sc_part_visitor sc_report_text_visitor = { TOP_ROWS, begin, row, rest, end };
