/* report_asides.c - what the report of senders cannot tell, and what options leave out of it; see report_parts.h. */
#include "base/text.h"
#include "output/report_parts.h"

/* ---- what options leave out, trust or set otherwise ---- */

static const char *meaning_of(const char *option)
{
	static const struct {
		const char *option, *meaning;
	} rows[] = {
		{"--home", "own: its mail is no stranger's"},
		{"--peers", "trusted: may send in our name, and is no stranger"},
		{"--monitors", "a probe: what it does is not judged"},
		{"--no-detector", "not looked for"},
		{"--detector", "a limit other than the standard one"},
		{"--intel", "a list of known evil"},
	};
	size_t i = 0;
	while (i + 1 < sizeof(rows) / sizeof(rows[0]) && strcmp(rows[i].option, option) != 0)
		i++;
	return rows[i].meaning;
}

void sc_report_show_asides(const struct sc_failures *m, const struct sc_part_visitor *v, void *ctx)
{
	static const struct sc_column columns[] = {
		{SC_CELL_WORD, "option", "option", 14, 0, NULL, 0},
		{SC_CELL_WIRE, "value", "value", 0, 0, NULL, 0},
		{SC_CELL_PROSE, "meaning", "meaning", 0, 0, ": ", 0},
	};
	static const struct sc_part part = {"acknowledged", "Acknowledged: what options trust, leave out or set otherwise",
					    SC_COLUMNS(columns), 0, false};
	if (m->aside_count == 0)
		return;
	v->begin(ctx, &part);
	for (size_t i = 0; i < m->aside_count; i++) {
		const struct sc_cell cells[] = {sc_cell_word(m->asides[i].option), sc_cell_text(m->asides[i].value),
						sc_cell_word(meaning_of(m->asides[i].option))};
		v->row(ctx, &part, cells);
	}
	v->end(ctx, &part);
}

/* ---- what could not be judged ---- */

/* A word of --home: a network has its length behind a slash, a domain has not. */
static bool names_home(const struct sc_failures *m, bool network)
{
	for (size_t i = 0; i < m->aside_count; i++)
		if (strcmp(m->asides[i].option, "--home") == 0 &&
		    (sc_str_find(m->asides[i].value, '/') != SIZE_MAX) == network)
			return true;
	return false;
}

struct blind {
	uint64_t sessions; /* 0: it concerns all of them */
	bool holds;
	const char *rules, *why;
};

void sc_report_show_blind(const struct sc_failures *m, const struct sc_part_visitor *v, void *ctx)
{
	static const struct sc_column columns[] = {
		{SC_CELL_CODE, "count", "sessions", 9, 0, NULL, 0},
		{SC_CELL_PROSE, "why", "why", 0, 0, NULL, 0},
		{SC_CELL_PROSE, "rules", "rules", 0, 0, ": ", 0},
	};
	static const struct sc_part part = {"not_judged", "What could not be judged (no number: in all sessions)",
					    SC_COLUMNS(columns), 0, false};
	bool logins = m->auth_ok + m->auth_failed + m->auth_cancelled + m->auth_unknown != 0;
	const struct blind rows[] = {
		{0, !names_home(m, false), "relay_open, local_sender_outside, from_mismatch, lookalike_domain", "no --home names own domains"},
		{0, !names_home(m, true), "rogue_mta, account_fanout of machines, outbound_failures, smtp_exfiltration, listed_source",
		 "no --home names own networks: what is learnt instead is at most 70 % sure"},
		{m->encrypted, m->encrypted, "all that need the dialogue", "inside TLS, without keys"},
		{m->one_sided, m->one_sided, "all that rest on what was not said", "only one side was seen"},
		{m->midstream, m->midstream, "all that rest on what was not said", "they began before the capture"},
		{m->gapped, m->gapped, "all, less sure", "octets are missing"},
		{0, !logins, "auth_guessing, auth_spray, auth_success_after_failures, account_many_nets, account_many_senders",
		 "no login was seen in clear"},
		{0, !m->messages_read, "from_mismatch, lookalike_domain, attachments, links", "no message was read"},
		{0, m->suspects.left_out, "scores of some sources", "more sources drew findings than are kept"},
		{0, m->earlier && !m->earlier->senders, "what is new, changed or gone", "the earlier report tells nothing of senders"},
		{0, true, "traps for spam, senders of our own seen for the first time, new senders with volume",
		 "that takes lists and days which no capture holds"},
	};
	bool any = false;
	for (size_t i = 0; m->sessions && i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!rows[i].holds)
			continue;
		if (!any)
			v->begin(ctx, &part);
		any = true;
		const struct sc_cell cells[] = {sc_cell_count(rows[i].sessions), sc_cell_word(rows[i].why),
						sc_cell_word(rows[i].rules)};
		v->row(ctx, &part, cells);
	}
	if (any)
		v->end(ctx, &part);
}
