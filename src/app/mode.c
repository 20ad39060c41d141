/* mode.c - the rules that join several options: which words, formats and sources a mode takes. */
#include "app/mode.h"

#include "app/mode_words.h"
#include "app/say.h"
#include "app/suggest.h"
#include "tui/term.h"

#define THEMES_MOST 8

/* Each ends with NULL. */
static const char *const report_formats[] = { "text", "html", "json", NULL };
static const char *const list_formats[] = { "table", "csv", "tsv", NULL };
static const char *const privacy_levels[] = { "full", "pseudonym", "domain", NULL };

static const char *const tcp_policies[] = { /* by enum sc_tcp_policy */
	[SC_TCP_LINUX] = "linux", [SC_TCP_BSD] = "bsd", [SC_TCP_WINDOWS] = "windows", [SC_TCP_FIRST] = "first",
	[SC_TCP_LAST] = "last", NULL,
};

static sc_err unknown_word(const char *where, const char *kind, const char *const *words, const char *word)
{
	char all[128];
	struct sc_text choice = sc_text_into(all, sizeof(all));
	struct sc_suggest near = sc_suggest_for(sc_str_of(word));
	for (size_t i = 0; words[i]; i++) {
		sc_text_adds(&choice, i ? ", " : "");
		sc_text_adds(&choice, words[i]);
		sc_suggest_offer(&near, words[i]);
	}
	if (near.best)
		sc_say(where, "unknown %s \"%s\"; did you mean \"%s\"?", kind, word, near.best);
	else
		sc_say(where, "unknown %s \"%s\"; give one of %.*s", kind, word, (int)choice.len, choice.at);
	return SC_EUSAGE;
}

static sc_err check_report(const struct sc_options *o)
{
	for (size_t i = 0; i < o->words.count; i++) {
		const char *part = o->words.items[i];
		if (!sc_word_known(sc_words_of_report, sc_str_of(part)))
			return unknown_word("report", "part", sc_words_of_report, part);
	}
	return SC_OK;
}

static sc_err check_list(const struct sc_options *o)
{
	if (o->words.count > 1) {
		sc_say("list", "one kind of row at a time; give recipients, sessions, transactions, findings or non_smtp");
		return SC_EUSAGE;
	}
	if (o->words.count && !sc_word_known(sc_words_of_list, sc_str_of(o->words.items[0])))
		return unknown_word("list", "row", sc_words_of_list, o->words.items[0]);
	return SC_OK;
}

static sc_err check_show(const struct sc_options *o)
{
	for (size_t i = 0; i < o->words.count; i++)
		if (!sc_word_is_session(sc_str_of(o->words.items[i]))) {
			sc_say("show", "no session: \"%s\"; give its 16 hex digits (see list sessions), or use find",
			       o->words.items[i]);
			return SC_EUSAGE;
		}
	return SC_OK;
}

static sc_err check_find(const struct sc_options *o)
{
	bool blank = o->words.count == 0;
	for (size_t i = 0; i < o->words.count; i++)
		blank |= sc_str_trim(sc_str_of(o->words.items[i])).len == 0;
	if (!blank)
		return SC_OK;
	sc_say("find", "nothing to find; give an address, Message-ID, queue id, host or client");
	return SC_EUSAGE;
}

static sc_err check_words(const struct sc_options *o)
{
	switch (o->mode) {
	case SC_MODE_report: return check_report(o);
	case SC_MODE_list:   return check_list(o);
	case SC_MODE_show:   return check_show(o);
	case SC_MODE_find:   return check_find(o);
	case SC_MODE_explain:
		if (o->words.count || o->classify)
			return SC_OK;
		sc_say("explain", "nothing to explain; give a cause, reply code, diagnosis, detector, quirk, outcome or field");
		return SC_EUSAGE;
	default:
		return SC_OK;
	}
}

static sc_err check_format(const struct sc_options *o)
{
	bool report = o->mode == SC_MODE_report, list = o->mode == SC_MODE_list;
	if (!o->format)
		return SC_OK;
	if (!report && !list) {
		sc_say("--format", "mode %s has only one format; leave -f out", sc_mode_rows[o->mode].name);
		return SC_EUSAGE;
	}
	const char *const *formats = report ? report_formats : list_formats;
	if (!sc_word_known(formats, sc_str_of(o->format)))
		return unknown_word("--format", "format", formats, o->format);
	return SC_OK;
}

static sc_err check_source(const struct sc_options *o)
{
	bool reads = o->mode != SC_MODE_explain;
	if (o->classify && reads) {
		sc_say("--classify", "belongs to explain; use smtpscope explain --classify");
		return SC_EUSAGE;
	}
	if (reads && o->reads.count && o->interfaces.count)
		sc_say("-i", "captures, and -r reads captures; give one of the two");
	else if (o->fanout && !o->interfaces.count)
		sc_say("--fanout", "is for interfaces; give one with -i, or leave it out");
	else if (o->fanout && o->keylog)
		sc_say("--fanout", "and -k exclude each other: the key log grows while several threads read; leave one out");
	else if (o->fanout && o->write)
		sc_say("--fanout", "and -w exclude each other; write with -w and one socket, or with tcpdump");
	else if (o->legs && o->mode != SC_MODE_show)
		sc_say("--legs", "belongs to show; use smtpscope show --legs");
	else if (o->compare && o->mode != SC_MODE_report)
		sc_say("--compare", "belongs to report; use smtpscope report senders --compare FILE");
	else if (reads && o->follow && !o->reads.count)
		sc_say("--follow", "follows what -r names; give a capture or a directory of captures");
	else if (reads && !o->reads.count && !o->interfaces.count)
		sc_say(NULL, "nothing to read; give a capture, as in: smtpscope report -r mail.pcap, or an interface: -i eth0");
	else
		return SC_OK;
	return SC_EUSAGE;
}

/* The names of the themes, as a list like the others. */
static const char *const *themes(void)
{
	static const char *names[THEMES_MOST + 1];
	for (size_t i = 0; i < THEMES_MOST; i++)
		names[i] = sc_term_theme(i);
	return names;
}

sc_err sc_mode_settle(struct sc_options *o, bool terminal)
{
	if (o->mode == SC_MODE_none)
		o->mode = terminal ? SC_MODE_tui : SC_MODE_log;
	SC_TRY(check_words(o));
	SC_TRY(check_format(o));
	if (!sc_word_known(privacy_levels, sc_str_of(o->privacy)))
		return unknown_word("--privacy", "level", privacy_levels, o->privacy);
	if (o->theme && !sc_word_known(themes(), sc_str_of(o->theme)))
		return unknown_word("--theme", "theme", themes(), o->theme);
	if (!sc_word_known(tcp_policies, sc_str_of(o->tcp_policy)))
		return unknown_word("--tcp-policy", "system", tcp_policies, o->tcp_policy);
	return check_source(o);
}

enum sc_tcp_policy sc_mode_tcp_policy(const struct sc_options *o)
{
	for (int i = 0; tcp_policies[i]; i++)
		if (sc_str_equal(sc_str_of(o->tcp_policy), sc_str_of(tcp_policies[i])))
			return (enum sc_tcp_policy)i;
	return SC_TCP_LINUX;
}
