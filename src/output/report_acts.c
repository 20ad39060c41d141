/* report_acts.c - what suspicious senders did, section by section: probing of recipients, credential attacks and so
 * on; see report_parts.h and acts.def.
 *
 * The numbers are those of the scores (model/suspects.h): of each rule how many drew it, the worst of them, and the
 * first three by score.  Nothing is trusted: names come from the wire and are made visible by whoever writes them. */
#include <string.h>

#include "base/text.h"
#include "output/report_parts.h"

#define MOST_NAMED 3

static const struct act {
	const char *detector, *section;
} acts[] = {
#define SC_ACT(detector, section) {#detector, section},
#include "output/acts.def"
#undef SC_ACT
};

#define ACTS (sizeof(acts) / sizeof(acts[0]))

/* Of one detector. */
struct tally {
	uint64_t sources;
	const struct sc_suspect_rule *worst; /* the most points */
	const struct sc_suspect *named[MOST_NAMED];
};

static size_t index_of(const char *detector)
{
	size_t i = 0;
	while (i < ACTS && strcmp(acts[i].detector, detector) != 0)
		i++;
	return i;
}

static void add(struct tally *tallies, const struct sc_suspect *who)
{
	for (uint32_t k = 0; k < who->rule_count; k++) {
		size_t i = index_of(who->rules[k].detector);
		if (i == ACTS)
			continue;
		struct tally *t = &tallies[i];
		if (t->sources < MOST_NAMED)
			t->named[t->sources] = who;
		t->sources++;
		t->worst = t->worst && t->worst->points >= who->rules[k].points ? t->worst : &who->rules[k];
	}
}

/* "203.0.113.7, 203.0.113.9 and 12 more" */
static sc_str names_of(const struct tally *t, char *room, size_t size)
{
	struct sc_text text = sc_text_into(room, size);
	uint64_t named = t->sources < MOST_NAMED ? t->sources : MOST_NAMED;
	for (uint64_t i = 0; i < named; i++) {
		sc_text_adds(&text, i ? ", " : "");
		sc_text_add(&text, (sc_str){t->named[i]->value, t->named[i]->value_len});
	}
	if (t->sources > named) {
		sc_text_adds(&text, " and ");
		sc_text_number(&text, t->sources - named);
		sc_text_adds(&text, " more");
	}
	return sc_text_str(&text);
}

static void show(const struct sc_part *part, const struct act *act, const struct tally *t,
		 const struct sc_part_visitor *v, void *ctx)
{
	char room[MOST_NAMED * SC_SUSPECT_VALUE + 64];
	const struct sc_cell cells[] = {
		sc_cell_count(t->sources),
		sc_cell_word(t->worst->severity),
		sc_cell_word(act->section),
		sc_cell_word(act->detector),
		sc_cell_text(names_of(t, room, sizeof(room))),
		sc_cell_count(t->worst->count),
		sc_cell_count(t->worst->threshold),
		sc_cell_list(t->worst->sessions, SC_SUSPECT_SESSIONS),
	};
	v->row(ctx, part, cells);
}

void sc_report_show_acts(const struct sc_failures *m, const struct sc_part_visitor *v, void *ctx)
{
	static const struct sc_column columns[] = {
		{SC_CELL_COUNT, "sources", "sources", 8, 0, NULL, 0},
		{SC_CELL_WORD, "severity", "severity", 9, 0, NULL, 0},
		{SC_CELL_WORD, "section", "what", 0, 0, NULL, 0},
		{SC_CELL_WORD, "rule", "rule", 0, 0, ": ", 0},
		{SC_CELL_WIRE, "who", "the worst", 0, 1, NULL, 0},
		{SC_CELL_COUNT, "observed", NULL, -1, 0, NULL, 0},
		{SC_CELL_COUNT, "limit", NULL, -1, 0, NULL, 0},
		{SC_CELL_SESSIONS, "sessions", "sessions", 0, 1, "; ", 0},
	};
	static const struct sc_part part = {"acts", "What they did (smtpscope show SESSION; smtpscope explain RULE)",
					    SC_COLUMNS(columns), 0, false};
	const struct sc_suspect *rows[SC_SUSPECTS];
	struct tally tallies[ACTS] = {{0}};
	size_t count = sc_suspects_sorted(&m->suspects, rows, SC_SUSPECTS);
	if (count == 0)
		return;
	for (size_t i = 0; i < count; i++)
		add(tallies, rows[i]);
	v->begin(ctx, &part);
	for (size_t i = 0; i < ACTS; i++)
		if (tallies[i].sources)
			show(&part, &acts[i], &tallies[i], v, ctx);
	v->end(ctx, &part);
}
