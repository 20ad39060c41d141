/* report_next.c - commands that go on from the report: to see a refusal again, to read a session, to find more; see
 * report_next.h.
 *
 * Whatever stands in a command comes from a capture or from the command line: an address of the wire only when a shell takes
 * it as it stands, a file's name in quotes. */
#include "output/report_next.h"

#include "base/memory.h"
#include "base/text.h"
#include "output/page.h"

/* An address that a shell and swaks take as it stands: who made it up may be an enemy. */
static bool is_harmless(sc_str address)
{
	for (size_t i = 0; i < address.len; i++) {
		char c = sc_lower(address.at[i]);
		bool plain = (c >= 'a' && c <= 'z') || sc_is_digit(c) || strchr("._+=@", c) || (c == '-' && i > 0);
		if (!plain || !c)
			return false;
	}
	return address.len && sc_str_find(address, '@') != 0 && sc_str_find(address, '@') != SIZE_MAX;
}

/* swaks --server 192.0.2.1 --port 25 --from a@example.org --to b@example.net --quit-after RCPT */
static bool put_again(struct sc_text *t, const struct sc_cause_example *e)
{
	sc_str rcpt = { e->rcpt, e->rcpt_len }, from = { e->from, e->from_len };
	bool early = e->phase == SC_PHASE_mail || e->phase == SC_PHASE_rcpt;
	if (!early || !is_harmless(rcpt) || (from.len && !is_harmless(from)) || e->server.ip.version == 0)
		return false;
	sc_text_adds(t, "swaks --server ");
	sc_text_ip(t, &e->server.ip);
	sc_text_adds(t, " --port ");
	sc_text_number(t, e->server.port);
	sc_text_adds(t, " --from ");
	sc_text_add(t, from.len ? from : SC_STR("'<>'"));
	sc_text_adds(t, " --to ");
	sc_text_add(t, rcpt);
	sc_text_adds(t, e->phase == SC_PHASE_mail ? " --quit-after MAIL" : " --quit-after RCPT");
	return !t->cut;
}

void sc_report_show_again(const struct sc_failures *m, const struct sc_part_visitor *v, void *ctx)
{
	static const struct sc_column columns[] = {
		{ SC_CELL_WORD, "cause", NULL, 21, 0, NULL, 0 },
		{ SC_CELL_COMMAND, "command", "command", 0, 1, NULL, 0 },
	};
	static const struct sc_part part = { "again", "To see it again (swaks speaks to that server)",
					     SC_COLUMNS(columns), 4, false };
	int order[SC_CAUSES];
	size_t count = sc_report_causes(m, order);
	bool begun = false;
	for (size_t i = 0; i < count; i++) {
		char buffer[2 * SC_RECENT_TEXT + 160];
		struct sc_text t = sc_text_into(buffer, sizeof(buffer));
		if (order[i] == SC_CAUSE_NONE || !put_again(&t, &m->examples[order[i]]))
			continue;
		if (!begun)
			v->begin(ctx, &part);
		begun = true;
		const struct sc_cell cells[] = { sc_cell_word(sc_cause_name((enum sc_cause)order[i])),
						 sc_cell_text(sc_text_str(&t)) };
		v->row(ctx, &part, cells);
	}
	if (begun)
		v->end(ctx, &part);
}

/* ---- where to go on ---- */

static const uint64_t *any_session(const struct sc_failures *m)
{
	const struct sc_failed_recipient *newest = sc_failures_recent(m, 0);
	const struct sc_top_row *row;
	if (newest && newest->session)
		return &newest->session;
	if (sc_top_sorted(&m->services, SC_TOP_BY_COUNT, &row, 1))
		return &row->sessions[0];
	bool any = sc_top_sorted(&m->silent, SC_TOP_BY_COUNT, &row, 1) || sc_top_sorted(&m->non_smtp, SC_TOP_BY_COUNT, &row, 1);
	return any ? &row->sessions[0] : NULL;
}

static bool put_one(struct sc_text *t, const struct sc_failures *m, const char *source)
{
	const uint64_t *session = any_session(m);
	if (!session || !*session)
		return false;
	sc_text_adds(t, "smtpscope show ");
	sc_text_hex(t, *session, 16);
	sc_page_reading(t, source);
	return true;
}

static const char *top_cause(const struct sc_failures *m)
{
	int order[SC_CAUSES];
	return sc_report_causes(m, order) ? sc_cause_name((enum sc_cause)order[0]) : NULL;
}

static const char *top_quirk(const struct sc_failures *m)
{
	int order[SC_QUIRKS];
	return sc_report_quirks(m, order) ? sc_quirk_name((enum sc_quirk)order[0]) : NULL;
}

/* "smtpscope show -r mail.pcap --where 'cause == "greylisted"'"; a number of a table opens so. */
static bool put_where(struct sc_text *t, const char *source, const char *field, const char *word)
{
	if (!word)
		return false;
	sc_text_adds(t, "smtpscope show");
	sc_page_reading(t, source);
	sc_text_adds(t, " --where '");
	sc_text_adds(t, field);
	sc_text_adds(t, " == \"");
	sc_text_adds(t, word);
	sc_text_adds(t, "\"'");
	return true;
}

static bool put_cause(struct sc_text *t, const struct sc_failures *m, const char *source)
{
	return put_where(t, source, "cause", top_cause(m));
}

static bool put_quirk(struct sc_text *t, const struct sc_failures *m, const char *source)
{
	return put_where(t, source, "quirks", top_quirk(m));
}

/* An address that was cut, or that a shell does not take as it stands, is not offered. */
static bool put_find(struct sc_text *t, const struct sc_failures *m, const char *source)
{
	const struct sc_failed_recipient *newest = sc_failures_recent(m, 0);
	sc_str rcpt = newest ? (sc_str){ newest->rcpt, newest->rcpt_len } : SC_STR_NONE;
	if (!is_harmless(rcpt) || rcpt.len == SC_RECENT_TEXT)
		return false;
	sc_text_adds(t, "smtpscope find ");
	sc_text_add(t, rcpt);
	sc_page_reading(t, source);
	return true;
}

/* Of whoever has the highest score, if it is a client. */
static bool put_suspect(struct sc_text *t, const struct sc_failures *m, const char *source)
{
	const struct sc_suspect *worst;
	struct sc_ip ip;
	if (sc_suspects_sorted(&m->suspects, &worst, 1) == 0 || strcmp(worst->kind, "client") != 0)
		return false;
	sc_str value = { worst->value, worst->value_len };
	if (!sc_ip_read(value, &ip))
		return false;
	sc_text_adds(t, "smtpscope find ");
	sc_text_ip(t, &ip);
	sc_page_reading(t, source);
	return true;
}

/* The rule that weighs most in the highest score. */
static bool put_rule(struct sc_text *t, const struct sc_failures *m, const char *source)
{
	const struct sc_suspect *worst;
	(void)source;
	if (sc_suspects_sorted(&m->suspects, &worst, 1) == 0 || worst->rule_count == 0)
		return false;
	sc_text_adds(t, "smtpscope explain ");
	sc_text_adds(t, worst->rules[0].detector);
	return true;
}

/* ---- about senders ---- */

static const struct sc_suspect_rule *worst_rule(const struct sc_failures *m)
{
	const struct sc_suspect *worst;
	return sc_suspects_sorted(&m->suspects, &worst, 1) && worst->rule_count ? &worst->rules[0] : NULL;
}

static bool put_worst_session(struct sc_text *t, const struct sc_failures *m, const char *source)
{
	const struct sc_suspect_rule *rule = worst_rule(m);
	if (!rule || !rule->sessions[0])
		return false;
	sc_text_adds(t, "smtpscope show ");
	sc_text_hex(t, rule->sessions[0], 16);
	sc_page_reading(t, source);
	return true;
}

static bool put_no_suspect(struct sc_text *t, const struct sc_failures *m, const char *source)
{
	return !worst_rule(m) && put_one(t, m, source);
}

static bool put_findings(struct sc_text *t, const struct sc_failures *m, const char *source)
{
	const struct sc_suspect_rule *rule = worst_rule(m);
	if (!rule)
		return false;
	sc_text_adds(t, "smtpscope list findings");
	sc_page_reading(t, source);
	sc_text_adds(t, " --where 'detector == \"");
	sc_text_adds(t, rule->detector);
	sc_text_adds(t, "\"'");
	return true;
}

/* The packets of whoever has the highest score, if it is a client. */
static bool put_packets(struct sc_text *t, const struct sc_failures *m, const char *source)
{
	const struct sc_suspect *worst;
	struct sc_ip ip;
	if (sc_suspects_sorted(&m->suspects, &worst, 1) == 0 || strcmp(worst->kind, "client") != 0 ||
		!sc_ip_read((sc_str){ worst->value, worst->value_len }, &ip))
		return false;
	sc_text_adds(t, "smtpscope list sessions -w suspect.pcapng");
	sc_page_reading(t, source);
	sc_text_adds(t, " --where 'client.ip == ");
	sc_text_ip(t, &ip);
	sc_text_adds(t, "'");
	return true;
}

static bool put_later(struct sc_text *t, const struct sc_failures *m, const char *source)
{
	(void)m;
	sc_text_adds(t, "smtpscope report senders -f json -o earlier.json");
	sc_page_reading(t, source);
	return true;
}

static bool put_explain(struct sc_text *t, const struct sc_failures *m, const char *source)
{
	(void)source;
	const char *cause = top_cause(m);
	const struct sc_top_row *row;
	bool diagnosed = !cause && sc_top_sorted(&m->diagnoses, SC_TOP_BY_FAILED, &row, 1);
	sc_text_adds(t, "smtpscope explain ");
	sc_text_add(t, diagnosed ? sc_top_key(row) : sc_str_of(cause ? cause : "accepted"));
	return cause || diagnosed || m->recipients;
}

/* ---- about TLS ---- */

/* The word of `starttls` under which most sessions failed; none: NULL. */
static const struct sc_top_row *worst_word(const struct sc_failures *m)
{
	const struct sc_top_row *row;
	return sc_top_sorted(&m->starttls, SC_TOP_BY_FAILED, &row, 1) ? row : NULL;
}

static const struct sc_top_row *worst_server(const struct sc_failures *m)
{
	const struct sc_top_row *row;
	return sc_top_sorted(&m->secure.troubled, SC_TOP_BY_FAILED, &row, 1) ? row : NULL;
}

static bool put_failed_one(struct sc_text *t, const struct sc_failures *m, const char *source)
{
	const struct sc_top_row *row = worst_server(m);
	if (!row || !row->sessions[0])
		return false;
	sc_text_adds(t, "smtpscope show ");
	sc_text_hex(t, row->sessions[0], 16);
	sc_page_reading(t, source);
	return true;
}

static bool put_any(struct sc_text *t, const struct sc_failures *m, const char *source)
{
	return !worst_server(m) && put_one(t, m, source);
}

static bool put_failed_all(struct sc_text *t, const struct sc_failures *m, const char *source)
{
	const struct sc_top_row *row = worst_word(m);
	if (!row)
		return false;
	sc_text_adds(t, "smtpscope list sessions");
	sc_page_reading(t, source);
	sc_text_adds(t, " --where 'starttls == \"");
	sc_text_add(t, sc_top_key(row)); /* a word of ours */
	sc_text_adds(t, "\"'");
	return true;
}

static bool put_failed_word(struct sc_text *t, const struct sc_failures *m, const char *source)
{
	const struct sc_top_row *row = worst_word(m);
	(void)source;
	if (!row && !sc_top_sorted(&m->starttls, SC_TOP_BY_COUNT, &row, 1))
		return false;
	sc_text_adds(t, "smtpscope explain ");
	sc_text_add(t, sc_top_key(row));
	return true;
}

/* openssl s_client speaks to that server: its address alone, which a shell takes as it stands. */
static bool put_handshake(struct sc_text *t, const struct sc_failures *m, const char *source)
{
	const struct sc_top_row *row = worst_server(m);
	(void)source;
	if (!row)
		return false;
	sc_str server = sc_top_key(row);
	server = sc_str_slice(server, 0, sc_str_find(server, ' '));
	server = server.len && server.at[server.len - 1] == ':' ? sc_str_slice(server, 0, server.len - 1) : server;
	bool implicit = sc_str_ends_nocase(server, SC_STR(":465"));
	sc_text_adds(t, "openssl s_client -connect ");
	sc_text_add(t, server);
	sc_text_adds(t, implicit ? " -showcerts" : " -starttls smtp -showcerts");
	return true;
}

/* ---- all of them ---- */

struct step {
	const char *what;
	bool (*put)(struct sc_text *t, const struct sc_failures *m, const char *source);
};

static const struct step steps[] = {
	{ "a session, command by command", put_one },
	{ "all sessions where something failed for one cause", put_cause },
	{ "all sessions in which one thing was odd", put_quirk },
	{ "the sessions of an address, a host, a queue id or a Message-ID", put_find },
	{ "the sessions of the client with the highest score", put_suspect },
	{ "what a rule looks for, and who breaks it without harm", put_rule },
	{ "what a word of this report means", put_explain },
};

static const struct step sender_steps[] = {
	{ "a session of the worst, command by command", put_worst_session },
	{ "a session, command by command", put_no_suspect },
	{ "all sessions of the client with the highest score", put_suspect },
	{ "its packets, for Wireshark", put_packets },
	{ "what its worst rule found, of whomever", put_findings },
	{ "what that rule looks for, and who breaks it without harm", put_rule },
	{ "this report for --compare earlier.json, to see what is new the next time", put_later },
};

static const struct step tls_steps[] = {
	{ "a session in which TLS failed, command by command", put_failed_one },
	{ "a session, command by command", put_any },
	{ "all sessions where it failed in this way", put_failed_all },
	{ "the same handshake again, with the certificates (openssl speaks to that server)", put_handshake },
	{ "what a word of this report means", put_failed_word },
};

void sc_report_next(const struct sc_report_head *head, sc_report_next_fn *each, void *ctx)
{
	const struct sc_failures *m = head->m;
	const struct step *list = steps;
	size_t count = sizeof(steps) / sizeof(steps[0]);
	if (head->parts == SC_REPORT_TLS) {
		list = tls_steps;
		count = sizeof(tls_steps) / sizeof(tls_steps[0]);
	} else if (head->parts == SC_REPORT_SENDERS) {
		list = sender_steps;
		count = sizeof(sender_steps) / sizeof(sender_steps[0]);
	}
	size_t octets = 256 + SC_RECENT_TEXT + (head->source ? strlen(head->source) : 0);
	char *room = any_session(m) ? sc_memory_take(octets) : NULL;
	for (size_t i = 0; room && i < count; i++) {
		struct sc_text t = sc_text_into(room, octets);
		if (list[i].put(&t, m, head->source) && !t.cut)
			each(ctx, list[i].what, sc_text_str(&t));
	}
	sc_memory_give(room);
}
