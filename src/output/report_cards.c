/* report_cards.c - what makes the scores of suspicious senders: each rule with what was seen and its limit, when and where, and why
 * it may be innocent; weights and limits, so that everybody can compute the scores again; see report_parts.h. */
#include <smtpscope/detector.h>

#include "base/text.h"
#include "output/report_parts.h"

enum { MOST_SUSPECTS = 512 };

static const struct sc_detector_class *class_of(const char *rule)
{
	size_t at = sc_detector_find(sc_str_of(rule));
	return at == SIZE_MAX ? NULL : sc_detectors[at];
}

/* ---- cards ---- */

/* "532-2410" */
static sc_str frames_of(const struct sc_suspect_rule *r, char *room, size_t size)
{
	struct sc_text t = sc_text_into(room, size);
	if (r->first_frame == 0 || r->last_frame == 0)
		return SC_STR_NONE;
	sc_text_number(&t, r->first_frame);
	sc_text_put(&t, '-');
	sc_text_number(&t, r->last_frame);
	return sc_text_str(&t);
}

static void show_rule(const struct sc_part *part, const struct sc_suspect *s, const struct sc_suspect_rule *r, bool explained,
		      const struct sc_part_visitor *v, void *ctx)
{
	char room[48];
	const struct sc_detector_class *cls = class_of(r->detector);
	const struct sc_cell cells[] = {
		sc_cell_count(r->points),
		sc_cell_count(r->count),
		sc_cell_count(r->threshold),
		sc_cell_word(r->severity),
		sc_cell_count(r->confidence),
		sc_cell_text((sc_str){s->value, s->value_len}),
		sc_cell_word(r->detector),
		sc_cell_text((sc_str){r->text, r->text_len}),
		sc_cell_word(explained && cls ? cls->innocent : NULL),
		sc_cell_time(r->first),
		sc_cell_time(r->last),
		sc_cell_text(frames_of(r, room, sizeof(room))),
		sc_cell_list(r->sessions, SC_SUSPECT_SESSIONS),
		sc_cell_count(r->window_s),
		sc_cell_word(s->kind),
	};
	v->row(ctx, part, cells);
}

/* Why it may be innocent is told of each rule once, where the worst has it. */
static bool is_first(const struct sc_suspect **rows, size_t before, const char *rule)
{
	for (size_t i = 0; i < before; i++)
		for (uint32_t k = 0; k < rows[i]->rule_count; k++)
			if (rows[i]->rules[k].detector == rule)
				return false;
	return true;
}

void sc_report_show_rules(const struct sc_failures *m, const struct sc_part_visitor *v, void *ctx)
{
	static const struct sc_column columns[] = {
		{SC_CELL_COUNT, "points", "points", 7, 0, NULL, 0},
		{SC_CELL_COUNT, "observed", "seen", 7, 0, NULL, 0},
		{SC_CELL_COUNT, "limit", "limit", 8, 0, NULL, 0},
		{SC_CELL_WORD, "severity", "severity", 9, 0, NULL, 0},
		{SC_CELL_COUNT, "confidence", "sure %", 6, 0, NULL, 0},
		{SC_CELL_WIRE, "who", "who", 0, 0, NULL, 0},
		{SC_CELL_WORD, "rule", "rule", 0, 0, ": ", 0},
		{SC_CELL_WIRE, "text", "text", 0, 1, NULL, 0},
		{SC_CELL_PROSE, "innocent", "may be innocent", 0, 3, "May be innocent: ", 0},
		{SC_CELL_TIME, "first", "first", 0, 2, NULL, 0},
		{SC_CELL_TIME, "last", "last", 0, 2, " - ", 0},
		{SC_CELL_WORD, "frames", "frames", 0, 2, "; frames ", 0},
		{SC_CELL_SESSIONS, "sessions", "sessions", 0, 2, "; ", 0},
		{SC_CELL_COUNT, "window_s", NULL, -1, 0, NULL, 0},
		{SC_CELL_WORD, "kind", NULL, -1, 0, NULL, 0},
	};
	static const struct sc_part part = {"rules", "What makes the scores (smtpscope show SESSION; smtpscope explain RULE)",
					    SC_COLUMNS(columns), 8, false};
	const struct sc_suspect *rows[MOST_SUSPECTS];
	size_t count = sc_suspects_sorted(&m->suspects, rows, v->rows < MOST_SUSPECTS ? v->rows : MOST_SUSPECTS);
	if (count == 0)
		return;
	v->begin(ctx, &part);
	for (size_t i = 0; i < count; i++)
		for (uint32_t k = 0; k < rows[i]->rule_count; k++)
			show_rule(&part, rows[i], &rows[i]->rules[k], is_first(rows, i, rows[i]->rules[k].detector), v, ctx);
	v->end(ctx, &part);
}

/* ---- the method ---- */

void sc_report_show_weights(const struct sc_failures *m, const struct sc_part_visitor *v, void *ctx)
{
	static const struct sc_column columns[] = {
		{SC_CELL_COUNT, "points", "points", 7, 0, NULL, 0},
		{SC_CELL_WORD, "severity", "severity", 9, 0, NULL, 0},
		{SC_CELL_WORD, "rule", "rule", 0, 0, NULL, 0},
	};
	static const struct sc_part part = {"weights", "Points of a rule at full confidence, each once, 100 in all (a risk: 2)",
					    SC_COLUMNS(columns), 0, false};
	static const struct {
		const char *severity;
		uint64_t points;
		const char *rule;
	} rows[] = {
#define SC_WEIGHT(name, points) {#name, points, "all others"},
		SC_WEIGHTS(SC_WEIGHT)
#undef SC_WEIGHT
#define SC_EXPOSURE(name) {"any", SC_EXPOSURE_POINTS, #name},
		SC_EXPOSURES(SC_EXPOSURE)
#undef SC_EXPOSURE
	};
	if (m->suspects.count == 0)
		return;
	v->begin(ctx, &part);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct sc_cell cells[] = {sc_cell_count(rows[i].points), sc_cell_word(rows[i].severity),
						sc_cell_word(rows[i].rule)};
		v->row(ctx, &part, cells);
	}
	v->end(ctx, &part);
}

static bool spoke(const struct sc_failures *m, const char *rule)
{
	for (uint32_t i = 0; i < m->suspects.count; i++)
		for (uint32_t k = 0; k < m->suspects.rows[i].rule_count; k++)
			if (strcmp(m->suspects.rows[i].rules[k].detector, rule) == 0)
				return true;
	return false;
}

/* What --detector set the limit to, as it was written; else the standard. */
static uint64_t value_of(const struct sc_failures *m, const char *rule, const struct sc_detector_option *o)
{
	uint64_t value = o->standard, set;
	for (size_t i = 0; i < m->aside_count; i++) {
		sc_str option = m->asides[i].value, name = sc_str_until(&option, '.'), limit = sc_str_until(&option, '=');
		if (strcmp(m->asides[i].option, "--detector") == 0 && sc_str_equal(name, sc_str_of(rule)) &&
		    sc_str_equal(limit, sc_str_of(o->name)) && sc_str_number(option, &set))
			value = set;
	}
	return value;
}

void sc_report_show_limits(const struct sc_failures *m, const struct sc_part_visitor *v, void *ctx)
{
	static const struct sc_column columns[] = {
		{SC_CELL_COUNT, "value", "value", 9, 0, NULL, 0},
		{SC_CELL_WORD, "rule", "rule", 0, 0, NULL, 0},
		{SC_CELL_WORD, "limit", "limit", 0, 0, ".", 0},
		{SC_CELL_WORD, "unit", "unit", 0, 0, ": ", 0},
		{SC_CELL_COUNT, "standard", "standard", -1, 0, NULL, 0},
	};
	static const struct sc_part part = {"limits", "Limits of the rules that spoke (smtpscope " SC_VERSION "; all: smtpscope explain RULE)",
					    SC_COLUMNS(columns), 0, false};
	bool begun = false;
	for (size_t i = 0; sc_detectors[i]; i++) {
		const struct sc_detector_class *cls = sc_detectors[i];
		if (cls->option_count == 0 || !spoke(m, cls->name))
			continue;
		if (!begun)
			v->begin(ctx, &part);
		begun = true;
		for (size_t k = 0; k < cls->option_count; k++) {
			const struct sc_detector_option *o = &cls->options[k];
			const struct sc_cell cells[] = {sc_cell_count(value_of(m, cls->name, o)), sc_cell_word(cls->name),
							sc_cell_word(o->name), sc_cell_word(o->unit), sc_cell_count(o->standard)};
			v->row(ctx, &part, cells);
		}
	}
	if (begun)
		v->end(ctx, &part);
}
