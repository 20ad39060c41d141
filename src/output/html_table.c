/* html_table.c - the parts of a report as tables of a page of HTML, and the links to them. */
#include "base/memory.h"
#include "output/html.h"
#include "output/page.h"
#include "output/value.h"

enum { MOST_ROWS = 50 };

static void put_heading(struct sc_report_head *r, const char *name, bool right)
{
	sc_html_put(r, right ? "<th class=\"n\" scope=\"col\">" : "<th scope=\"col\">");
	sc_html_escaped(r, sc_str_of(name));
	sc_html_put(r, "</th>");
}

/* What a part is called, and in `note` what its title says of it in brackets. */
static sc_str name_of(const struct sc_part *part, sc_str *note)
{
	sc_str title = sc_str_of(part->title);
	size_t at = sc_str_find(title, '(');
	*note = at == SIZE_MAX ? SC_STR("") : sc_str_slice(title, at + 1, title.len - at - 2);
	return at == SIZE_MAX ? title : sc_str_slice(title, 0, at - 1);
}

static void begin_table(void *ctx, const struct sc_part *part)
{
	struct sc_report_head *r = ctx;
	sc_str note, name = name_of(part, &note);
	sc_html_put(r, "<section id=\"");
	sc_html_put(r, part->name);
	sc_html_put(r, "\">\n<h2>");
	sc_html_escaped(r, name);
	if (note.len) {
		sc_html_put(r, " <small>");
		sc_html_escaped(r, note);
		sc_html_put(r, "</small>");
	}
	sc_html_put(r, "</h2>\n<table><thead><tr>");
	for (size_t i = 0; i < part->count; i++) {
		const struct sc_column *c = &part->columns[i];
		if (c->heading && c->kind == SC_CELL_OUTCOMES) {
			put_heading(r, "accepted", true);
			put_heading(r, "deferred", true);
			put_heading(r, "rejected", true);
			put_heading(r, "silent", true);
		} else if (c->heading) {
			put_heading(r, c->heading, sc_cell_right(c->kind));
		}
	}
	sc_html_put(r, "</tr></thead><tbody>\n");
}

static void put_duration(struct sc_report_head *r, sc_time t)
{
	char buffer[40];
	struct sc_text text = sc_text_into(buffer, sizeof(buffer));
	if (t == SC_TIME_NONE)
		return;
	sc_page_duration(&text, t, 0);
	sc_buffer_add(&r->sheet.out, sc_text_str(&text));
}

static void put_sessions(struct sc_report_head *r, const struct sc_cell *cell)
{
	char buffer[16];
	for (uint64_t i = 0; cell->many && i < cell->n && cell->many[i]; i++) {
		struct sc_text t = sc_text_into(buffer, sizeof(buffer));
		sc_value_id(&t, cell->many[i]);
		sc_html_put(r, i ? " <code>" : "<code>");
		sc_buffer_add(&r->sheet.out, sc_text_str(&t));
		sc_html_put(r, "</code>");
	}
}

static void put_outcomes(struct sc_report_head *r, const uint64_t *o)
{
	const uint64_t counts[] = {
		o[SC_OUTCOME_accepted], o[SC_OUTCOME_deferred], o[SC_OUTCOME_rejected],
		o[SC_OUTCOME_in_doubt] + o[SC_OUTCOME_aborted],
	};
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		sc_html_put(r, counts[i] ? "<td class=\"n\">" : "<td class=\"n z\">");
		sc_html_number(r, counts[i]);
		sc_html_put(r, "</td>");
	}
}

static void put_value(struct sc_report_head *r, const struct sc_column *c, const struct sc_cell *cell)
{
	switch (c->kind) {
	case SC_CELL_COUNT:    cell->n != SC_NONE ? sc_html_number(r, cell->n) : (void)0; break;
	case SC_CELL_CODE:     cell->n ? sc_html_number(r, cell->n) : (void)0; break;
	case SC_CELL_SHARE:    sc_html_share(r, cell->n, cell->of); break;
	case SC_CELL_TIME:     cell->t != SC_TIME_NONE ? sc_html_time(r, cell->t) : (void)0; break;
	case SC_CELL_DURATION: put_duration(r, cell->t); break;
	case SC_CELL_SESSIONS: put_sessions(r, cell); break;
	case SC_CELL_SIGN:     sc_html_put(r, sc_page_symbol(cell->s.at)); break;
	case SC_CELL_WIRE:
	case SC_CELL_WORD:
	case SC_CELL_PROSE:    sc_html_wire(r, cell->s); break;
	case SC_CELL_COMMAND:
		sc_html_put(r, "<code>");
		sc_html_wire(r, cell->s);
		sc_html_put(r, "</code>");
		break;
	case SC_CELL_OUTCOMES: break;
	}
}

/* How a cell breaks: short octets of the wire and our words never, long ones and prose anywhere, ids between them. */
static const char *class_of(const struct sc_column *c, const struct sc_cell *cell)
{
	enum { LONG = 40 }; /* octets of the wire that may widen a table */
	switch (c->kind) {
	case SC_CELL_TIME:     return "t";
	case SC_CELL_SESSIONS: return "s";
	case SC_CELL_WIRE:     return cell->s.len > LONG ? "l" : "w";
	case SC_CELL_WORD:     return "w";
	case SC_CELL_PROSE:    return "p";
	case SC_CELL_COMMAND:  return "l";
	case SC_CELL_COUNT:    return cell->n ? "n" : "n z";
	default:               return sc_cell_right(c->kind) ? "n" : "w";
	}
}

/* `all_others`: the row sums up what the table leaves out; its first text says so. */
static void put_cells(struct sc_report_head *r, const struct sc_part *part, const struct sc_cell *cells, bool all_others)
{
	sc_html_put(r, all_others ? "<tr class=\"rest\">" : "<tr>");
	for (size_t i = 0; i < part->count; i++) {
		const struct sc_column *c = &part->columns[i];
		if (!c->heading)
			continue;
		if (c->kind == SC_CELL_OUTCOMES && cells[i].many) {
			put_outcomes(r, cells[i].many);
			continue;
		}
		bool label = all_others && (c->kind == SC_CELL_WIRE || c->kind == SC_CELL_WORD);
		sc_html_put(r, "<td class=\"");
		sc_html_put(r, class_of(c, &cells[i]));
		sc_html_put(r, "\">");
		if (label)
			sc_html_put(r, "all others");
		else
			put_value(r, c, &cells[i]);
		sc_html_put(r, "</td>");
		all_others = all_others && !label;
	}
	sc_html_put(r, "</tr>\n");
}

static void row_of_table(void *ctx, const struct sc_part *part, const struct sc_cell *cells)
{
	put_cells(ctx, part, cells, false);
}

static void put_list(struct sc_report_head *r)
{
	size_t octets = 64 + (r->source ? strlen(r->source) : 0);
	char *room = sc_memory_take(octets);
	struct sc_text t = sc_text_into(room, room ? octets : 0);
	sc_text_adds(&t, "smtpscope list recipients");
	sc_page_reading(&t, r->source);
	sc_html_escaped(r, sc_text_str(&t));
	sc_memory_give(room);
}

static void rest_of_table(void *ctx, const struct sc_part *part, const struct sc_cell *cells)
{
	struct sc_report_head *r = ctx;
	if (strcmp(part->name, "newest") != 0) {
		put_cells(r, part, cells, true);
		return;
	}
	sc_html_put(r, "<tr class=\"rest\"><td colspan=\"8\">");
	sc_html_number(r, cells[3].n);
	sc_html_put(r, " more: <code>");
	put_list(r);
	sc_html_put(r, "</code></td></tr>\n");
}

static void end_table(void *ctx, const struct sc_part *part)
{
	(void)part;
	sc_html_put(ctx, "</tbody></table>\n</section>\n");
}

const struct sc_part_visitor sc_html_tables = { MOST_ROWS, begin_table, row_of_table, rest_of_table, end_table };

/* ---- links to the tables ---- */

static void link_to(void *ctx, const struct sc_part *part)
{
	struct sc_report_head *r = ctx;
	sc_str note;
	sc_html_put(r, "<a href=\"#");
	sc_html_put(r, part->name);
	sc_html_put(r, "\">");
	sc_html_escaped(r, name_of(part, &note));
	sc_html_put(r, "</a>");
}

static void no_row(void *ctx, const struct sc_part *part, const struct sc_cell *cells)
{
	(void)ctx;
	(void)part;
	(void)cells;
}

static void no_end(void *ctx, const struct sc_part *part)
{
	(void)ctx;
	(void)part;
}

const struct sc_part_visitor sc_html_links = { 1, link_to, no_row, no_row, no_end };
