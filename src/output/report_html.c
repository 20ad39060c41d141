/* report_html.c - the report of delivery failures as one page of HTML, over the same walk as the other forms
 * (report_parts.c).
 *
 * The page asks nobody for anything: no script, no font, no picture; its policy forbids all but its own style.
 * Whatever comes from the wire or from the command line is made visible first (base/text) and then escaped for HTML,
 * and stands only between tags, never inside one. */
#include <openssl/evp.h>

#include "base/memory.h"
#include "output/page.h"
#include "output/report_head.h"
#include "output/report_next.h"
#include "output/report_parts.h"
#include "output/reports.h"
#include "output/value.h"

enum {
	MOST_ROWS = 50,
	BAR_WIDTH = 1000,
};

struct html_report {
	struct sc_report_head head;
};

static const char style[] =
	":root{color-scheme:light dark;--ok:#2e8b57;--wait:#d9a400;--no:#c0392b;--silent:#8e44ad;--rest:#888;"
	"--line:#8884;--soft:#8881}"
	"body{font:15px/1.5 system-ui,sans-serif;max-width:80rem;margin:0 auto;padding:1rem 1.5rem}"
	"h1{font-size:1.6rem;margin:.5rem 0}h2{font-size:1.1rem;margin:2.2rem 0 .5rem}"
	"h2 small{font-size:.9rem;font-weight:400;opacity:.7;margin-left:.5rem}"
	"nav{columns:4 15rem;margin:1rem 0;padding:.6rem 1rem;background:var(--soft)}nav a{display:block;padding:.1rem 0}"
	"section{overflow-x:auto}table{border-collapse:collapse}"
	"th,td{text-align:left;vertical-align:top;padding:.25rem 1rem .25rem 0;border-bottom:1px solid var(--line)}"
	"th{font-weight:600;white-space:nowrap}tbody tr:hover{background:var(--soft)}"
	"th.n,td.n{text-align:right;font-variant-numeric:tabular-nums}"
	"td.n,td.t,td.w,td.s code{white-space:nowrap}td.z{opacity:.35}"
	"td{min-width:2rem}td.p{min-width:14rem;overflow-wrap:anywhere}td.l{min-width:20rem;overflow-wrap:anywhere}"
	"tr.rest td{font-style:italic}"
	"code{font:13px/1.4 ui-monospace,monospace}svg{width:100%;height:1.6rem;display:block;margin:.6rem 0}"
	"rect.accepted{fill:var(--ok)}rect.deferred{fill:var(--wait)}rect.rejected{fill:var(--no)}"
	"rect.in_doubt,rect.aborted{fill:var(--silent)}rect.withdrawn,rect.unknown{fill:var(--rest)}"
	".note{margin:.1rem 0}.blind{font-weight:600}pre{background:var(--soft);padding:.7rem;overflow-x:auto}"
	"@media print{nav{display:none}body{max-width:none}}";

/* ---- writing ---- */

static void put(struct html_report *r, const char *ours)
{
	sc_buffer_adds(&r->head.sheet.out, ours);
}

/* Visible text, with what HTML gives a meaning escaped. */
static void put_escaped(struct html_report *r, sc_str visible)
{
	static const struct { char c; const char *as; } marks[] = {
		{ '&', "&amp;" }, { '<', "&lt;" }, { '>', "&gt;" }, { '"', "&quot;" }, { '\'', "&#39;" },
	};
	size_t from = 0;
	for (size_t i = 0; i < visible.len; i++) {
		const char *as = NULL;
		for (size_t k = 0; k < sizeof(marks) / sizeof(marks[0]); k++)
			as = visible.at[i] == marks[k].c ? marks[k].as : as;
		if (!as)
			continue;
		sc_buffer_add(&r->head.sheet.out, sc_str_slice(visible, from, i - from));
		put(r, as);
		from = i + 1;
	}
	sc_buffer_add(&r->head.sheet.out, sc_str_from(visible, from));
}

/* Octets of anybody: no string of the model is longer than a piece; of a longer path the beginning is shown. */
static void put_wire(struct html_report *r, sc_str s)
{
	enum { PIECE = 1024 };
	char buffer[6 * PIECE];
	struct sc_text t = sc_text_into(buffer, sizeof(buffer));
	sc_text_visible(&t, sc_str_slice(s, 0, PIECE));
	put_escaped(r, sc_text_str(&t));
}

static void put_number(struct html_report *r, uint64_t n)
{
	char buffer[32];
	struct sc_text t = sc_text_into(buffer, sizeof(buffer));
	sc_page_grouped(&t, n);
	sc_buffer_add(&r->head.sheet.out, sc_text_str(&t));
}

static void put_time(struct html_report *r, sc_time when)
{
	char buffer[40];
	struct sc_text t = sc_text_into(buffer, sizeof(buffer));
	sc_page_time(&r->head.sheet.clock, &t, when);
	sc_buffer_add(&r->head.sheet.out, sc_text_str(&t));
}

static void put_share(struct html_report *r, uint64_t n, uint64_t of)
{
	char buffer[32];
	struct sc_text t = sc_text_into(buffer, sizeof(buffer));
	sc_page_share(&t, n, of);
	sc_buffer_add(&r->head.sheet.out, sc_text_str(&t));
}

/* ---- the head ---- */

/* The style is named by its hash, so that no other style counts. */
static void put_policy(struct html_report *r)
{
	unsigned char hash[EVP_MAX_MD_SIZE], text[2 * EVP_MAX_MD_SIZE];
	unsigned len = 0;
	put(r, "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'");
	if (EVP_Digest(style, sizeof(style) - 1, hash, &len, EVP_sha256(), NULL) == 1) {
		int octets = EVP_EncodeBlock(text, hash, (int)len);
		put(r, "; style-src 'sha256-");
		sc_buffer_add(&r->head.sheet.out, (sc_str){ (const char *)text, (size_t)octets });
		put(r, "'");
	}
	put(r, "\">\n");
}

static void put_head(struct html_report *r)
{
	put(r, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
	put_policy(r);
	put(r, "<meta name=\"viewport\" content=\"width=device-width\">\n<title>");
	put(r, sc_report_title(r->head.parts)->title);
	if (r->head.source && *r->head.source) {
		put(r, ": ");
		put_wire(r, sc_str_of(r->head.source));
	}
	put(r, "</title>\n<style>");
	put(r, style);
	put(r, "</style>\n</head>\n<body>\n<h1>");
	put(r, sc_report_title(r->head.parts)->title);
	put(r, "</h1>\n");
}

static void put_blind(void *ctx, sc_str line)
{
	struct html_report *r = ctx;
	put(r, "<p class=\"note blind\">Not seen: ");
	put_escaped(r, line);
	put(r, "</p>\n");
}

static void put_scope(struct html_report *r)
{
	const struct sc_failures *m = r->head.m;
	char buffer[80], room[160];
	struct sc_text zone = sc_text_into(buffer, sizeof(buffer)), totals = sc_text_into(room, sizeof(room));
	sc_page_zone(&r->head.sheet.clock, &zone);
	put(r, "<p class=\"note\">");
	if (r->head.source && *r->head.source)
		put_wire(r, sc_str_of(r->head.source));
	if (m->first != SC_TIME_NONE) {
		put(r, "<br>");
		put_time(r, m->first);
		put(r, " to ");
		put_time(r, m->last);
		put(r, " ");
		put_escaped(r, sc_text_str(&zone));
	}
	put(r, "</p>\n<p class=\"note\">");
	sc_report_totals(&totals, m);
	put_escaped(r, sc_text_str(&totals));
	put(r, ", ");
	put_number(r, m->recipients);
	put(r, m->recipients == 1 ? " recipient</p>\n" : " recipients</p>\n");
	sc_report_blind_spots(m, put_blind, r);
}

/* One bar for all recipients; the table below it tells the same. */
static void put_bar(struct html_report *r)
{
	const uint64_t *o = r->head.m->outcomes;
	uint64_t before = 0;
	put(r, "<svg viewBox=\"0 0 1000 20\" preserveAspectRatio=\"none\" role=\"img\" "
	       "aria-label=\"recipients by outcome\">");
	for (int i = 0; i < SC_OUTCOMES; i++) {
		uint64_t from = (uint64_t)((double)before * BAR_WIDTH / (double)r->head.m->recipients);
		before += o[i];
		uint64_t to = (uint64_t)((double)before * BAR_WIDTH / (double)r->head.m->recipients);
		if (to == from)
			continue;
		put(r, "<rect class=\"");
		put(r, sc_outcome_name((enum sc_outcome)i));
		put(r, "\" x=\"");
		sc_buffer_number(&r->head.sheet.out, from);
		put(r, "\" width=\"");
		sc_buffer_number(&r->head.sheet.out, to - from);
		put(r, "\" height=\"20\"><title>");
		put(r, sc_outcome_name((enum sc_outcome)i));
		put(r, " ");
		put_number(r, o[i]);
		put(r, "</title></rect>");
	}
	put(r, "</svg>\n");
}

static void put_shares(struct html_report *r)
{
	const struct sc_failures *m = r->head.m;
	put_bar(r);
	put(r, "<table><thead><tr><th scope=\"col\">outcome</th><th class=\"n\" scope=\"col\">recipients</th>"
	       "<th class=\"n\" scope=\"col\">share</th></tr></thead><tbody>\n");
	for (int i = 0; i < SC_OUTCOMES; i++) {
		if (m->outcomes[i] == 0)
			continue;
		put(r, "<tr><td>");
		put(r, sc_outcome_name((enum sc_outcome)i));
		put(r, "</td><td class=\"n\">");
		put_number(r, m->outcomes[i]);
		put(r, "</td><td class=\"n\">");
		put_share(r, m->outcomes[i], m->recipients);
		put(r, "</td></tr>\n");
	}
	put(r, "</tbody></table>\n");
}

static void put_verdict(struct html_report *r)
{
	char room[256];
	struct sc_text t = sc_text_into(room, sizeof(room));
	put(r, "<section id=\"verdict\">\n<h2>Verdict</h2>\n");
	bool tls = r->head.parts == SC_REPORT_TLS;
	if (r->head.m->recipients && !tls)
		put_shares(r);
	if (tls)
		sc_report_secrecy(&t, r->head.m);
	else
		sc_report_verdict(&t, r->head.m);
	put(r, "<p>");
	put_escaped(r, sc_text_str(&t));
	put(r, "</p>\n</section>\n");
}

/* ---- tables ---- */

static void put_heading(struct html_report *r, const char *name, bool right)
{
	put(r, right ? "<th class=\"n\" scope=\"col\">" : "<th scope=\"col\">");
	put_escaped(r, sc_str_of(name));
	put(r, "</th>");
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
	struct html_report *r = ctx;
	sc_str note, name = name_of(part, &note);
	put(r, "<section id=\"");
	put(r, part->name);
	put(r, "\">\n<h2>");
	put_escaped(r, name);
	if (note.len) {
		put(r, " <small>");
		put_escaped(r, note);
		put(r, "</small>");
	}
	put(r, "</h2>\n<table><thead><tr>");
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
	put(r, "</tr></thead><tbody>\n");
}

static void put_duration(struct html_report *r, sc_time t)
{
	char buffer[40];
	struct sc_text text = sc_text_into(buffer, sizeof(buffer));
	if (t == SC_TIME_NONE)
		return;
	sc_page_duration(&text, t, 0);
	sc_buffer_add(&r->head.sheet.out, sc_text_str(&text));
}

static void put_sessions(struct html_report *r, const struct sc_cell *cell)
{
	char buffer[16];
	for (uint64_t i = 0; cell->many && i < cell->n && cell->many[i]; i++) {
		struct sc_text t = sc_text_into(buffer, sizeof(buffer));
		sc_value_id(&t, cell->many[i]);
		put(r, i ? " <code>" : "<code>");
		sc_buffer_add(&r->head.sheet.out, sc_text_str(&t));
		put(r, "</code>");
	}
}

static void put_outcomes(struct html_report *r, const uint64_t *o)
{
	const uint64_t counts[] = {
		o[SC_OUTCOME_accepted], o[SC_OUTCOME_deferred], o[SC_OUTCOME_rejected],
		o[SC_OUTCOME_in_doubt] + o[SC_OUTCOME_aborted],
	};
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		put(r, counts[i] ? "<td class=\"n\">" : "<td class=\"n z\">");
		put_number(r, counts[i]);
		put(r, "</td>");
	}
}

static void put_value(struct html_report *r, const struct sc_column *c, const struct sc_cell *cell)
{
	switch (c->kind) {
	case SC_CELL_COUNT:    put_number(r, cell->n); break;
	case SC_CELL_CODE:     cell->n ? put_number(r, cell->n) : (void)0; break;
	case SC_CELL_SHARE:    put_share(r, cell->n, cell->of); break;
	case SC_CELL_TIME:     cell->t != SC_TIME_NONE ? put_time(r, cell->t) : (void)0; break;
	case SC_CELL_DURATION: put_duration(r, cell->t); break;
	case SC_CELL_SESSIONS: put_sessions(r, cell); break;
	case SC_CELL_SIGN:     put(r, sc_page_symbol(cell->s.at)); break;
	case SC_CELL_WIRE:
	case SC_CELL_WORD:
	case SC_CELL_PROSE:    put_wire(r, cell->s); break;
	case SC_CELL_COMMAND:
		put(r, "<code>");
		put_wire(r, cell->s);
		put(r, "</code>");
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
static void put_cells(struct html_report *r, const struct sc_part *part, const struct sc_cell *cells, bool all_others)
{
	put(r, all_others ? "<tr class=\"rest\">" : "<tr>");
	for (size_t i = 0; i < part->count; i++) {
		const struct sc_column *c = &part->columns[i];
		if (!c->heading)
			continue;
		if (c->kind == SC_CELL_OUTCOMES && cells[i].many) {
			put_outcomes(r, cells[i].many);
			continue;
		}
		bool label = all_others && (c->kind == SC_CELL_WIRE || c->kind == SC_CELL_WORD);
		put(r, "<td class=\"");
		put(r, class_of(c, &cells[i]));
		put(r, "\">");
		if (label)
			put(r, "all others");
		else
			put_value(r, c, &cells[i]);
		put(r, "</td>");
		all_others = all_others && !label;
	}
	put(r, "</tr>\n");
}

static void row_of_table(void *ctx, const struct sc_part *part, const struct sc_cell *cells)
{
	put_cells(ctx, part, cells, false);
}

static void put_list(struct html_report *r)
{
	size_t octets = 64 + (r->head.source ? strlen(r->head.source) : 0);
	char *room = sc_memory_take(octets);
	struct sc_text t = sc_text_into(room, room ? octets : 0);
	sc_text_adds(&t, "smtpscope list recipients");
	sc_page_reading(&t, r->head.source);
	put_escaped(r, sc_text_str(&t));
	sc_memory_give(room);
}

static void rest_of_table(void *ctx, const struct sc_part *part, const struct sc_cell *cells)
{
	struct html_report *r = ctx;
	if (strcmp(part->name, "newest") != 0) {
		put_cells(r, part, cells, true);
		return;
	}
	put(r, "<tr class=\"rest\"><td colspan=\"8\">");
	put_number(r, cells[3].n);
	put(r, " more: <code>");
	put_list(r);
	put(r, "</code></td></tr>\n");
}

static void end_table(void *ctx, const struct sc_part *part)
{
	(void)part;
	put(ctx, "</tbody></table>\n</section>\n");
}

static const struct sc_part_visitor tables = { MOST_ROWS, begin_table, row_of_table, rest_of_table, end_table };

/* ---- links to the tables ---- */

static void link_to(void *ctx, const struct sc_part *part)
{
	struct html_report *r = ctx;
	sc_str note;
	put(r, "<a href=\"#");
	put(r, part->name);
	put(r, "\">");
	put_escaped(r, name_of(part, &note));
	put(r, "</a>");
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

static const struct sc_part_visitor links = { 1, link_to, no_row, no_row, no_end };

static void put_next(void *ctx, const char *what, sc_str command)
{
	struct html_report *r = ctx;
	put(r, "<p class=\"note\">");
	put(r, what);
	put(r, "</p>\n<pre><code>");
	put_escaped(r, command);
	put(r, "</code></pre>\n");
}

static void put_commands(struct html_report *r)
{
	put(r, "<section id=\"commands\">\n<h2>Going on from here</h2>\n");
	sc_report_next(&r->head, put_next, r);
	put(r, "</section>\n");
}

static void put_all(struct html_report *r)
{
	put_head(r);
	put_scope(r);
	put(r, "<nav><a href=\"#verdict\">Verdict</a>");
	sc_report_parts(r->head.m, r->head.parts, &links, r);
	put(r, "</nav>\n<main>\n");
	put_verdict(r);
	sc_report_parts(r->head.m, r->head.parts, &tables, r);
	put_commands(r);
	put(r, "</main>\n</body>\n</html>\n");
}

/* ---- the class ---- */

static sc_err report_close(void *self)
{
	struct html_report *r = self;
	if (r->head.m)
		put_all(r);
	return sc_report_head_close(&r->head);
}

const struct sc_sink_class sc_sink_report_html = {
	.name = "report-html", .summary = "delivery failures as a page of HTML",
	.wants = SC_FAILURES_WANTS,
	.size = sizeof(struct html_report),
	.open = sc_report_head_open, .write = sc_report_head_write, .close = report_close,
};
