/* report_html.c - the report of delivery failures as one page of HTML, over the same walk as the other forms
 * (report_parts.c).
 *
 * The page asks nobody for anything: no script, no font, no picture; its policy forbids all but its own style.
 * Whatever comes from the wire or from the command line is made visible first (base/text) and then escaped for HTML,
 * and stands only between tags, never inside one. */
#include <openssl/evp.h>

#include "output/html.h"
#include "output/page.h"
#include "output/report_next.h"
#include "output/reports.h"

enum { BAR_WIDTH = 1000 };

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

/* ---- the head ---- */

/* The style is named by its hash, so that no other style counts. */
static void put_policy(struct sc_report_head *r)
{
	unsigned char hash[EVP_MAX_MD_SIZE], text[2 * EVP_MAX_MD_SIZE];
	unsigned len = 0;
	sc_html_put(r, "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'");
	if (EVP_Digest(style, sizeof(style) - 1, hash, &len, EVP_sha256(), NULL) == 1) {
		int octets = EVP_EncodeBlock(text, hash, (int)len);
		sc_html_put(r, "; style-src 'sha256-");
		sc_buffer_add(&r->sheet.out, (sc_str){ (const char *)text, (size_t)octets });
		sc_html_put(r, "'");
	}
	sc_html_put(r, "\">\n");
}

static void put_head(struct sc_report_head *r)
{
	sc_html_put(r, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
	put_policy(r);
	sc_html_put(r, "<meta name=\"viewport\" content=\"width=device-width\">\n<title>");
	sc_html_put(r, sc_report_title(r->parts)->title);
	if (r->source && *r->source) {
		sc_html_put(r, ": ");
		sc_html_wire(r, sc_str_of(r->source));
	}
	sc_html_put(r, "</title>\n<style>");
	sc_html_put(r, style);
	sc_html_put(r, "</style>\n</head>\n<body>\n<h1>");
	sc_html_put(r, sc_report_title(r->parts)->title);
	sc_html_put(r, "</h1>\n");
}

static void put_blind(void *ctx, sc_str line)
{
	struct sc_report_head *r = ctx;
	sc_html_put(r, "<p class=\"note blind\">Not seen: ");
	sc_html_escaped(r, line);
	sc_html_put(r, "</p>\n");
}

static void put_scope(struct sc_report_head *r)
{
	const struct sc_failures *m = r->m;
	char buffer[80], room[160];
	struct sc_text zone = sc_text_into(buffer, sizeof(buffer)), totals = sc_text_into(room, sizeof(room));
	sc_page_zone(&r->sheet.clock, &zone);
	sc_html_put(r, "<p class=\"note\">");
	if (r->source && *r->source)
		sc_html_wire(r, sc_str_of(r->source));
	if (m->first != SC_TIME_NONE) {
		sc_html_put(r, "<br>");
		sc_html_time(r, m->first);
		sc_html_put(r, " to ");
		sc_html_time(r, m->last);
		sc_html_put(r, " ");
		sc_html_escaped(r, sc_text_str(&zone));
	}
	sc_html_put(r, "</p>\n<p class=\"note\">");
	sc_report_totals(&totals, m);
	sc_html_escaped(r, sc_text_str(&totals));
	sc_html_put(r, ", ");
	sc_html_number(r, m->recipients);
	sc_html_put(r, m->recipients == 1 ? " recipient</p>\n" : " recipients</p>\n");
	sc_report_blind_spots(m, put_blind, r);
}

/* One bar for all recipients; the table below it tells the same. */
static void put_bar(struct sc_report_head *r)
{
	const uint64_t *o = r->m->outcomes;
	uint64_t before = 0;
	sc_html_put(r, "<svg viewBox=\"0 0 1000 20\" preserveAspectRatio=\"none\" role=\"img\" "
	       "aria-label=\"recipients by outcome\">");
	for (int i = 0; i < SC_OUTCOMES; i++) {
		uint64_t from = (uint64_t)((double)before * BAR_WIDTH / (double)r->m->recipients);
		before += o[i];
		uint64_t to = (uint64_t)((double)before * BAR_WIDTH / (double)r->m->recipients);
		if (to == from)
			continue;
		sc_html_put(r, "<rect class=\"");
		sc_html_put(r, sc_outcome_name((enum sc_outcome)i));
		sc_html_put(r, "\" x=\"");
		sc_buffer_number(&r->sheet.out, from);
		sc_html_put(r, "\" width=\"");
		sc_buffer_number(&r->sheet.out, to - from);
		sc_html_put(r, "\" height=\"20\"><title>");
		sc_html_put(r, sc_outcome_name((enum sc_outcome)i));
		sc_html_put(r, " ");
		sc_html_number(r, o[i]);
		sc_html_put(r, "</title></rect>");
	}
	sc_html_put(r, "</svg>\n");
}

static void put_shares(struct sc_report_head *r)
{
	const struct sc_failures *m = r->m;
	put_bar(r);
	sc_html_put(r, "<table><thead><tr><th scope=\"col\">outcome</th><th class=\"n\" scope=\"col\">recipients</th>"
	       "<th class=\"n\" scope=\"col\">share</th></tr></thead><tbody>\n");
	for (int i = 0; i < SC_OUTCOMES; i++) {
		if (m->outcomes[i] == 0)
			continue;
		sc_html_put(r, "<tr><td>");
		sc_html_put(r, sc_outcome_name((enum sc_outcome)i));
		sc_html_put(r, "</td><td class=\"n\">");
		sc_html_number(r, m->outcomes[i]);
		sc_html_put(r, "</td><td class=\"n\">");
		sc_html_share(r, m->outcomes[i], m->recipients);
		sc_html_put(r, "</td></tr>\n");
	}
	sc_html_put(r, "</tbody></table>\n");
}

static void put_verdict(struct sc_report_head *r)
{
	char room[2048];
	struct sc_text t = sc_text_into(room, sizeof(room));
	sc_html_put(r, "<section id=\"verdict\">\n<h2>Verdict</h2>\n");
	bool tls = r->parts == SC_REPORT_TLS, senders = r->parts == SC_REPORT_SENDERS;
	if (r->m->recipients && !tls && !senders)
		put_shares(r);
	if (senders)
		sc_report_suspicion(&t, r->m);
	else if (tls)
		sc_report_secrecy(&t, r->m);
	else
		sc_report_verdict(&t, r->m);
	sc_html_put(r, "<p>");
	sc_html_escaped(r, sc_text_str(&t));
	sc_html_put(r, "</p>\n</section>\n");
}

static void put_next(void *ctx, const char *what, sc_str command)
{
	struct sc_report_head *r = ctx;
	sc_html_put(r, "<p class=\"note\">");
	sc_html_put(r, what);
	sc_html_put(r, "</p>\n<pre><code>");
	sc_html_escaped(r, command);
	sc_html_put(r, "</code></pre>\n");
}

static void put_commands(struct sc_report_head *r)
{
	sc_html_put(r, "<section id=\"commands\">\n<h2>Going on from here</h2>\n");
	sc_report_next(r, put_next, r);
	sc_html_put(r, "</section>\n");
}

static void put_all(struct sc_report_head *r)
{
	put_head(r);
	put_scope(r);
	sc_html_put(r, "<nav><a href=\"#verdict\">Verdict</a>");
	sc_report_parts(r->m, r->parts, &sc_html_links, r);
	sc_html_put(r, "</nav>\n<main>\n");
	put_verdict(r);
	sc_report_parts(r->m, r->parts, &sc_html_tables, r);
	put_commands(r);
	sc_html_put(r, "</main>\n</body>\n</html>\n");
}

/* ---- the class ---- */

static sc_err report_close(void *self)
{
	struct sc_report_head *r = self;
	if (r->m)
		put_all(r);
	return sc_report_head_close(r);
}

const struct sc_sink_class sc_sink_report_html = {
	.name = "report-html", .summary = "delivery failures as a page of HTML",
	.wants = SC_FAILURES_WANTS,
	.size = sizeof(struct sc_report_head),
	.open = sc_report_head_open, .write = sc_report_head_write, .close = report_close,
};
