/* report_json.c - the report of delivery failures as one JSON object, over the same walk as the other forms
 * (report_parts.c).
 *
 * Keys are stable; lists stand in order, the biggest first; what has no value is left out.  Strings of the wire
 * go through sc_text_json(). */
#include "base/text.h"
#include "output/buffer.h"
#include "output/report_head.h"
#include "output/report_parts.h"
#include "output/reports.h"
#include "output/value.h"

enum {
	MOST_ROWS = 100,
};

struct json_report {
	struct sc_report_head head;
	bool comma; /* something stands before, in this object or list */
	bool rows;  /* the list of rows of a part is open */
};

/* ---- writing ---- */

static void open_with(struct json_report *r, const char *key, const char *bracket)
{
	sc_buffer_adds(&r->head.sheet.out, r->comma ? "," : "");
	if (key) {
		sc_buffer_adds(&r->head.sheet.out, "\"");
		sc_buffer_adds(&r->head.sheet.out, key);
		sc_buffer_adds(&r->head.sheet.out, "\":");
	}
	sc_buffer_adds(&r->head.sheet.out, bracket);
	r->comma = false;
}

static void close_with(struct json_report *r, const char *bracket)
{
	sc_buffer_adds(&r->head.sheet.out, bracket);
	r->comma = true;
}

static void number(struct json_report *r, const char *key, uint64_t n)
{
	open_with(r, key, "");
	sc_buffer_number(&r->head.sheet.out, n);
	r->comma = true;
}

static void string(struct json_report *r, const char *key, sc_str s)
{
	enum { PIECE = 4096 };
	if (!s.at)
		return;
	open_with(r, key, "\""); /* a path may be longer than a piece, no string of the model is */
	struct sc_text t = sc_text_into(sc_buffer_room(&r->head.sheet.out, 6 * PIECE), 6 * PIECE);
	sc_text_json(&t, sc_str_slice(s, 0, PIECE));
	r->head.sheet.out.len += t.len;
	close_with(r, "\"");
}

static void word(struct json_report *r, const char *key, const char *s)
{
	string(r, key, sc_str_of(s));
}

static void when(struct json_report *r, const char *key, sc_time time)
{
	char buffer[48];
	struct sc_text t = sc_text_into(buffer, sizeof(buffer));
	if (time == SC_TIME_NONE)
		return;
	sc_text_time(&t, time);
	string(r, key, sc_text_str(&t));
}

static void duration(struct json_report *r, const char *key, sc_time time)
{
	char buffer[48];
	struct sc_text t = sc_text_into(buffer, sizeof(buffer));
	sc_text_ms(&t, time);
	open_with(r, key, "");
	sc_buffer_add(&r->head.sheet.out, sc_text_str(&t));
	r->comma = true;
}

static void session(struct json_report *r, const char *key, uint64_t id)
{
	char buffer[16];
	struct sc_text t = sc_text_into(buffer, sizeof(buffer));
	if (id == 0)
		return;
	sc_value_id(&t, id);
	string(r, key, sc_text_str(&t));
}

static void outcomes(struct json_report *r, const char *key, const uint64_t *counts)
{
	open_with(r, key, "{");
	for (int i = 0; i < SC_OUTCOMES; i++)
		number(r, sc_outcome_name((enum sc_outcome)i), counts[i]);
	close_with(r, "}");
}

/* ---- parts ---- */

static void put_scope(struct json_report *r)
{
	const struct sc_failures *m = r->head.m;
	open_with(r, "scope", "{");
	word(r, "source", r->head.source);
	when(r, "first", m->first);
	when(r, "last", m->last);
	number(r, "sessions", m->sessions);
	number(r, "transactions", m->transactions);
	number(r, "messages", m->messages);
	number(r, "message_octets", m->message_octets);
	number(r, "encrypted_sessions", m->encrypted);
	number(r, "tls_sessions", m->secure.up);
	number(r, "tls_failed_sessions", m->secure.down);
	number(r, "recipients_in_clear", m->secure.clear);
	number(r, "one_sided_sessions", m->one_sided);
	number(r, "midstream_sessions", m->midstream);
	number(r, "gap_octets", m->gap_octets);
	number(r, "unnamed_recipients", m->unnamed);
	if (m->has_stats) {
		number(r, "packets", m->packets_seen);
		number(r, "packets_dropped", m->packets_dropped);
		number(r, "packets_truncated", m->packets_truncated);
	}
	close_with(r, "}");
}

static void put_recipients(struct json_report *r)
{
	open_with(r, "recipients", "{");
	number(r, "all", r->head.m->recipients);
	number(r, "failed", sc_failures_failed(r->head.m));
	number(r, "permanent", r->head.m->permanent);
	outcomes(r, "outcomes", r->head.m->outcomes);
	close_with(r, "}");
}

/* ---- the tables ---- */

static void put_sessions(struct json_report *r, const char *key, const struct sc_cell *cell)
{
	open_with(r, key, "[");
	for (uint64_t i = 0; cell->many && i < cell->n; i++)
		session(r, NULL, cell->many[i]);
	close_with(r, "]");
}

/* The null path has no angle brackets in JSON. */
static sc_str path_of(const char *key, sc_str s)
{
	bool null_path = strcmp(key, "mail_from") == 0 && sc_str_equal(s, SC_STR("<>"));
	return null_path ? SC_STR("") : s;
}

static void put_cell(struct json_report *r, const struct sc_column *c, const struct sc_cell *cell)
{
	switch (c->kind) {
	case SC_CELL_COUNT:    cell->n != SC_NONE ? number(r, c->key, cell->n) : (void)0; break;
	case SC_CELL_CODE:     cell->n ? number(r, c->key, cell->n) : (void)0; break;
	case SC_CELL_OUTCOMES: cell->many ? outcomes(r, c->key, cell->many) : (void)0; break;
	case SC_CELL_TIME:     when(r, c->key, cell->t); break;
	case SC_CELL_DURATION: cell->t != SC_TIME_NONE ? duration(r, c->key, cell->t) : (void)0; break;
	case SC_CELL_SESSIONS: put_sessions(r, c->key, cell); break;
	case SC_CELL_WIRE:
	case SC_CELL_WORD:
	case SC_CELL_COMMAND:
	case SC_CELL_PROSE:    string(r, c->key, path_of(c->key, cell->s)); break;
	case SC_CELL_SHARE:
	case SC_CELL_SIGN:     break;
	}
}

static void put_object(struct json_report *r, const char *key, const struct sc_part *part,
		       const struct sc_cell *cells)
{
	open_with(r, key, "{");
	for (size_t i = 0; i < part->count; i++)
		if (part->columns[i].key)
			put_cell(r, &part->columns[i], &cells[i]);
	close_with(r, "}");
}

static void begin_part(void *ctx, const struct sc_part *part)
{
	struct json_report *r = ctx;
	if (part->people_only)
		return;
	open_with(r, part->name, "{");
	open_with(r, "rows", "[");
	r->rows = true;
}

static void row_of_part(void *ctx, const struct sc_part *part, const struct sc_cell *cells)
{
	if (!part->people_only)
		put_object(ctx, NULL, part, cells);
}

static void close_rows(struct json_report *r)
{
	if (r->rows)
		close_with(r, "]");
	r->rows = false;
}

static void rest_of_part(void *ctx, const struct sc_part *part, const struct sc_cell *cells)
{
	struct json_report *r = ctx;
	if (part->people_only)
		return;
	close_rows(r);
	if (strcmp(part->name, "newest") == 0)
		number(r, "more", cells[3].n);
	else
		put_object(r, "others", part, cells);
}

static void end_part(void *ctx, const struct sc_part *part)
{
	struct json_report *r = ctx;
	if (part->people_only)
		return;
	close_rows(r);
	close_with(r, "}");
}

static const struct sc_part_visitor visitor = { MOST_ROWS, begin_part, row_of_part, rest_of_part, end_part };

/* Which parts were asked for. */
static void put_kinds(struct json_report *r)
{
	open_with(r, "parts", "[");
	for (size_t i = 0; i < SC_REPORT_TITLES; i++)
		if (!r->head.parts || r->head.parts & sc_report_titles[i].kind)
			word(r, NULL, sc_report_titles[i].word);
	close_with(r, "]");
}

static void put_all(struct json_report *r)
{
	const struct sc_failures *m = r->head.m;
	open_with(r, NULL, "{");
	number(r, "v", 1);
	word(r, "report", sc_report_title(r->head.parts)->word);
	put_kinds(r);
	put_scope(r);
	put_recipients(r);
	number(r, "failures_without_recipient", m->failures);
	number(r, "silent_without_recipient", m->other_silent);
	number(r, "refusals_without_enhanced", m->no_enhanced);
	number(r, "timeline_width_s", (uint64_t)m->timeline.width_s);
	sc_report_parts(m, r->head.parts, &visitor, r);
	close_with(r, "}\n");
}

/* ---- the class ---- */

static sc_err report_close(void *self)
{
	struct json_report *r = self;
	if (r->head.m)
		put_all(r);
	return sc_report_head_close(&r->head);
}

const struct sc_sink_class sc_sink_report_json = {
	.name = "report-json", .summary = "delivery failures as one JSON object",
	.wants = SC_FAILURES_WANTS,
	.size = sizeof(struct json_report),
	.open = sc_report_head_open, .write = sc_report_head_write, .close = report_close,
};
