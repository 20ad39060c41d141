/* test_options.c - the command line: what it makes of words, what it refuses, and what it says then. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "app/mode.h"
#include "app/options.h"
#include "app/say.h"

#define WORDS_MAX 12

/* Reads a command line as the program does; gives the result, and what was said. */
struct outcome {
	sc_err result;
	char   said[1024];
	struct sc_options options;
};

static void perform(struct outcome *t, const char *const *words, bool terminal)
{
	char *argv[WORDS_MAX + 2] = { (char *)"smtpscope" };
	int argc = 1;
	for (; words[argc - 1]; argc++)
		argv[argc] = (char *)words[argc - 1];
	struct sc_text said = sc_text_into(t->said, sizeof(t->said) - 1);
	sc_say_into(&said);
	t->result = sc_options_read(&t->options, argc, argv);
	if (!t->result)
		t->result = sc_mode_settle(&t->options, terminal);
	sc_say_into(NULL);
	t->said[said.len] = '\0';
}

static void test_refused(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		const char *words[WORDS_MAX];
		const char *said; /* a part of the message */
	} cases[] = {
		{ "nothing", { NULL }, "smtpscope: nothing to read; give a capture" },
		{ "unknown mode", { "repotr", NULL }, "repotr: unknown mode; did you mean \"report\"?" },
		{ "no mode at all like it", { "zzzzzz", NULL }, "unknown mode; a capture is given with -r" },
		{ "empty mode", { "", NULL }, "unknown mode" },
		{ "unknown option", { "log", "--wehre", "x", NULL }, "--wehre: unknown option; did you mean --wh" },
		{ "no abbreviation", { "log", "--verb", NULL }, "--verb: unknown option; did you mean --verbose?" },
		{ "unknown letter", { "log", "-x", NULL }, "-x: unknown option; see smtpscope --help" },
		{ "unknown letter in a bundle", { "log", "-qvx", NULL }, "-x: unknown option" },
		{ "argument missing, long", { "log", "--read", NULL }, "--read: the argument is missing; give --r" },
		{ "argument missing, short", { "log", "-r", NULL }, "-r: the argument is missing" },
		{ "flag with argument", { "log", "--utc=yes", NULL }, "--utc: takes no argument; leave out \"=y" },
		{ "two kinds of source", { "log", "-i", "eth0", "-r", "x", NULL }, "-i: captures, and -r reads" },
		{ "nothing to follow", { "log", "--follow", NULL }, "--follow: follows what -r names" },
		{ "no buffer", { "log", "-i", "eth0", "-B", "0", NULL }, "-B: cannot use \"0\"" },
		{ "a buffer too large", { "log", "-i", "eth0", "-B2048", NULL }, "-B: cannot use \"2048\"" },
		{ "files of nothing", { "log", "-wx", "-C", "0", NULL }, "-C: cannot use \"0\"" },
		{ "workers", { "log", "--workers", "257", NULL }, "--workers: cannot use \"257\"; give a n" },
		{ "workers in words", { "log", "--workers=two", NULL }, "--workers: cannot use \"two\"" },
		{ "negative", { "log", "--seed", "-1", NULL }, "--seed: cannot use \"-1\"" },
		{ "a number too large", { "log", "--seed", "99999999999999999999", NULL }, "--seed: cannot use" },
		{ "mem without a number", { "log", "--mem", "M", NULL }, "--mem: no size: \"M\"" },
		{ "mem with a strange unit", { "log", "--mem", "5X", NULL }, "--mem: no size: \"5X\"" },
		{ "mem that overflows", { "log", "--mem", "17179869184G", NULL }, "--mem: cannot use" },
		{ "port 0", { "log", "-p", "0", NULL }, "-p: no port: \"0\"" },
		{ "port too large", { "log", "-p", "25,65536", NULL }, "-p: no port: \"65536\"" },
		{ "port range upside down", { "log", "-p", "30-20", NULL }, "-p: no port: \"30-20\"" },
		{ "port range too long", { "log", "-p", "1-65535", NULL }, "-p: too many ports" },
		{ "share above one", { "log", "--max-drop", "1.5", NULL }, "--max-drop: no share: \"1.5\"" },
		{ "share of nothing", { "log", "--max-drop", ".", NULL }, "--max-drop: no share" },
		{ "share with a sign", { "log", "--max-drop", "-1%", NULL }, "--max-drop: no share" },
		{ "unknown kind", { "log", "-e", "deliverry", NULL }, "unknown event kind \"deliverry\"; did you" },
		{ "no kind left", { "log", "-e", "-all", NULL }, "-e: no kind of event is left" },
		{ "home", { "log", "--home", "192.0.2.0/33", NULL }, "--home: neither network nor domain" },
		{ "home, empty", { "log", "--home", "", NULL }, "--home: neither network nor domain" },
		{ "interval", { "log", "--stats-interval", "0", NULL }, "--stats-interval: cannot use \"0\"" },
		{ "privacy", { "log", "--privacy", "none", "-r", "x", NULL }, "--privacy: unknown level \"none\"" },
		{ "format of log", { "log", "-f", "json", "-r", "x", NULL }, "--format: mode log has only one" },
		{ "format of list", { "list", "-f", "json", "-r", "x", NULL }, "--format: unknown format \"json\"" },
		{ "format, misspelt", { "list", "-f", "cvs", "-r", "x", NULL }, "did you mean \"csv\"?" },
		{ "format of report", { "report", "-f", "htlm", "-r", "x", NULL }, "did you mean \"html\"?" },
		{ "report part unknown", { "report", "failure", "-r", "x", NULL }, "did you mean \"failures\"?" },
		{ "list row unknown", { "list", "session", "-r", "x", NULL }, "did you mean \"sessions\"?" },
		{ "list of two", { "list", "sessions", "findings", "-r", "x", NULL }, "one kind of row at a time" },
		{ "show no session", { "show", "0123456789abcdeg", "-r", "x", NULL }, "show: no session:" },
		{ "show a short id", { "show", "0123", "-r", "x", NULL }, "show: no session:" },
		{ "find nothing", { "find", "-r", "x", NULL }, "find: nothing to find" },
		{ "explain nothing", { "explain", NULL }, "explain: nothing to explain" },
		{ "classify elsewhere", { "log", "--classify", "-r", "x", NULL }, "--classify: belongs to explain" },
		{ "legs elsewhere", { "list", "--legs", "-r", "x", NULL }, "--legs: belongs to show" },
		{ "theme", { "tui", "--theme", "pink", "-r", "x", NULL }, "--theme: unknown theme \"pink\"" },
		{ "no source", { "list", NULL }, "smtpscope: nothing to read" },
		{ "a control octet", { "\033[31m", NULL }, "smtpscope: \\x1b[31m: unknown mode" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct outcome t;
		perform(&t, cases[i].words, false);
		bool right = t.result == SC_EUSAGE && strstr(t.said, cases[i].said);
		if (!right)
			fail_msg("%s: result %d, said: %s", cases[i].name, (int)t.result, t.said);
		if (strchr(t.said, '\n') != strrchr(t.said, '\n'))
			fail_msg("%s: more than one line: %s", cases[i].name, t.said);
		sc_options_close(&t.options);
	}
}

static void joined(const struct sc_words *w, char *buf, size_t size)
{
	struct sc_text t = sc_text_into(buf, size - 1);
	for (size_t i = 0; i < w->count; i++) {
		sc_text_adds(&t, i ? " " : "");
		sc_text_adds(&t, w->items[i]);
	}
	buf[t.len] = '\0';
}

static void test_words(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		const char *words[WORDS_MAX];
		bool terminal;
		enum sc_mode mode;
		const char *reads, *own, *filter;
	} cases[] = {
		{ "no mode, a pipe", { "-r", "a", NULL }, false, SC_MODE_log, "a", "", "" },
		{ "no mode, a terminal", { "-r", "a", NULL }, true, SC_MODE_tui, "a", "", "" },
		{ "attached", { "log", "-ra", "--read=b", NULL }, false, SC_MODE_log, "a b", "", "" },
		{ "an empty value", { "log", "--read=", NULL }, false, SC_MODE_log, "", "", "" },
		{ "a value like an option", { "log", "-r", "-q", NULL }, false, SC_MODE_log, "-q", "", "" },
		{ "standard input", { "log", "-r", "-", NULL }, false, SC_MODE_log, "-", "", "" },
		{ "bundled", { "log", "-qvra", NULL }, false, SC_MODE_log, "a", "", "" },
		{ "filter", { "log", "-ra", "tcp", "or", "udp", NULL }, false, SC_MODE_log, "a", "", "tcp or udp" },
		{ "filter before", { "log", "tcp", "-r", "a", NULL }, false, SC_MODE_log, "a", "", "tcp" },
		{ "mode behind options", { "-r", "a", "list", NULL }, false, SC_MODE_list, "a", "", "" },
		{ "a host like a mode", { "-r", "a", "--", "list", NULL }, false, SC_MODE_log, "a", "", "list" },
		{ "filter with options", { "-r", "a", "--", "-x", NULL }, false, SC_MODE_log, "a", "", "-x" },
		{ "list row", { "list", "sessions", "-r", "a", NULL }, false, SC_MODE_list, "a", "sessions", "" },
		{ "row behind", { "list", "-r", "a", "sessions", NULL }, false, SC_MODE_list, "a", "sessions", "" },
		{ "list and filter", { "list", "-r", "a", "tcp", NULL }, false, SC_MODE_list, "a", "", "tcp" },
		{ "report", { "report", "failures", "-r", "a", NULL }, false, SC_MODE_report, "a", "failures", "" },
		{ "parts", { "report", "tls", "traffic", "-ra", NULL }, false, SC_MODE_report, "a", "tls traffic", "" },
		{ "show", { "show", "-r", "a", "0123456789abcdef", "tcp", NULL }, false, SC_MODE_show, "a",
		  "0123456789abcdef", "tcp" },
		{ "find", { "find", "x", "y", "-r", "a", NULL }, false, SC_MODE_find, "a", "x y", "" },
		{ "find behind", { "find", "-r", "a", "x", "tcp", NULL }, false, SC_MODE_find, "a", "x", "tcp" },
		{ "find and filter", { "find", "x", "-r", "a", "tcp", NULL }, false, SC_MODE_find, "a", "x", "tcp" },
		{ "explain", { "explain", "550", "--utc", "5.1.1", "--", "-x", NULL }, false, SC_MODE_explain, "",
		  "550 5.1.1 -x", "" },
		{ "doctor", { "doctor", "-r", "a", "vlan", NULL }, false, SC_MODE_doctor, "a", "", "vlan" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct outcome t;
		char reads[64], own[64], filter[64];
		perform(&t, cases[i].words, cases[i].terminal);
		joined(&t.options.reads, reads, sizeof(reads));
		joined(&t.options.words, own, sizeof(own));
		joined(&t.options.filter, filter, sizeof(filter));
		if (t.result != SC_OK || t.options.mode != cases[i].mode)
			fail_msg("%s: %d, mode %d: %s", cases[i].name, (int)t.result, (int)t.options.mode, t.said);
		if (strcmp(reads, cases[i].reads) || strcmp(own, cases[i].own) || strcmp(filter, cases[i].filter))
			fail_msg("%s: read \"%s\", words \"%s\", filter \"%s\"", cases[i].name, reads, own, filter);
		sc_options_close(&t.options);
	}
}

static void test_values(void **state)
{
	(void)state;
	static const char *const words[] = { "log", "-r", "x", "-p", "25, 2525-2527", "--mem=1GiB", "--max-drop",
		                             "2.5%", "--home=192.0.2.0/24,example.org,2001:db8::/32", NULL };
	struct outcome t;
	perform(&t, words, false);
	assert_int_equal(t.result, SC_OK);
	assert_int_equal(t.options.ports.count, 4);
	assert_int_equal(t.options.ports.items[3], 2527);
	assert_int_equal(t.options.memory, 1u << 30);
	assert_true(t.options.max_drop > 0.0249 && t.options.max_drop < 0.0251);
	assert_int_equal(t.options.home.network_count, 2);
	assert_int_equal(t.options.home.networks[1].bits, 32);
	assert_int_equal(t.options.home.domain_count, 1);
	assert_true(sc_options_given(&t.options, SC_OPT_memory));
	sc_options_close(&t.options);
}

static void test_standards(void **state)
{
	(void)state;
	static const char *const words[] = { "-r", "x", NULL };
	struct outcome t;
	perform(&t, words, false);
	assert_int_equal(t.options.ports.count, 4);
	assert_int_equal(t.options.ports.items[0], 25);
	assert_int_equal(t.options.memory, 512u << 20);
	assert_string_equal(t.options.output, "-");
	assert_string_equal(t.options.privacy, "full");
	assert_true(t.options.max_drop < 0);
	assert_int_equal(t.options.events, 0);
	assert_false(sc_options_given(&t.options, SC_OPT_memory));
	sc_options_close(&t.options);
}

static void test_kinds(void **state)
{
	(void)state;
	const uint64_t all = SC_KINDS_SHOWN, standard = all & ~SC_WANT(SC_EVENT_exchange);
	const struct {
		const char *list;
		uint64_t bits;
	} cases[] = {
		{ "all", all },
		{ "session", SC_WANT(SC_EVENT_session) },
		{ "session, delivery", SC_WANT(SC_EVENT_session) | SC_WANT(SC_EVENT_delivery) },
		{ "+exchange", all },
		{ "-stats", standard & ~SC_WANT(SC_EVENT_stats) },
		{ "-stats,+exchange", all & ~SC_WANT(SC_EVENT_stats) },
		{ "all,-exchange", standard },
		{ "session,+tls", SC_WANT(SC_EVENT_session) | SC_WANT(SC_EVENT_tls) },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char reason[256];
		struct sc_text why = sc_text_into(reason, sizeof(reason));
		uint64_t bits = 0;
		if (!sc_value_kinds(sc_str_of(cases[i].list), &bits, &why) || bits != cases[i].bits)
			fail_msg("%s: %llx: %.*s", cases[i].list, (unsigned long long)bits, (int)why.len, why.at);
	}
}

/* Hundreds of files and words: the lists grow. */
static void test_many(void **state)
{
	(void)state;
	enum { COUNT = 500 };
	static char *argv[2 * COUNT + 2];
	int argc = 0;
	argv[argc++] = (char *)"smtpscope";
	for (int i = 0; i < COUNT; i++) {
		argv[argc++] = (char *)"-r";
		argv[argc++] = (char *)"x";
	}
	struct sc_options o;
	assert_int_equal(sc_options_read(&o, argc, argv), SC_OK);
	assert_int_equal(o.reads.count, COUNT);
	sc_options_close(&o);
	assert_int_equal(sc_options_read(&o, 0, argv), SC_OK);
	sc_options_close(&o);
}

static sc_time at(const char *text, bool utc, sc_time now, sc_time first)
{
	char reason[256];
	struct sc_text why = sc_text_into(reason, sizeof(reason));
	struct sc_moment m;
	return sc_value_moment(sc_str_of(text), utc, now, &m, &why) ? sc_moment_at(&m, utc, first) : SC_TIME_NONE;
}

static void test_moments(void **state)
{
	(void)state;
	const sc_time now = INT64_C(1795438800) * SC_SECOND;   /* 2026-11-23T13:00:00Z */
	const sc_time first = INT64_C(1577869200) * SC_SECOND; /* 2020-01-01T09:00:00Z */
	setenv("TZ", "<+02>-2", 1);                            /* two hours ahead of UTC */
	tzset();
	static const struct {
		const char *text;
		bool utc;
		int64_t seconds; /* -1: refused */
	} cases[] = {
		{ "2026-11-23T01:00", true, 1795395600 },
		{ "2026-11-23T01:00", false, 1795388400 },
		{ "2026-11-23T01:00Z", false, 1795395600 },
		{ "2026-11-23T01:00:30+01:00", false, 1795392030 },
		{ "2026-11-23 01:00:00.5", true, 1795395600 },
		{ "2026-11-23", true, 1795392000 },
		{ "2024-02-29", true, 1709164800 },
		{ "2026-02-29", true, -1 },
		{ "2026-13-01", true, -1 },
		{ "2026-11-23T24:00", true, -1 },
		{ "2026-11-23T01:00x", true, -1 },
		{ "2026-11-23T", true, -1 },
		{ "2026-11-23T01:00.", true, -1 },
		{ "01:00", true, 1577840400 },
		{ "01:00", false, 1577833200 },
		{ "09:30:15", true, 1577871015 },
		{ "1:00", true, -1 },
		{ "25:00", true, -1 },
		{ "-15m", true, 1795437900 },
		{ "-1h30m", true, 1795433400 },
		{ "-2d", false, 1795266000 },
		{ "-", true, -1 },
		{ "-15", true, -1 },
		{ "-m", true, -1 },
		{ "-999999999w", true, -1 },
		{ "now", true, 1795438800 },
		{ "today", true, 1795392000 },
		{ "yesterday", true, 1795305600 },
		{ "yesterday", false, 1795298400 },
		{ "tomorrow", true, -1 },
		{ "", true, -1 },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		sc_time got = at(cases[i].text, cases[i].utc, now, first);
		sc_time wanted = cases[i].seconds < 0 ? SC_TIME_NONE : cases[i].seconds * SC_SECOND;
		if (got != SC_TIME_NONE)
			got -= got % SC_SECOND;
		if (got != wanted)
			fail_msg("%s: %lld", cases[i].text, (long long)(got / SC_SECOND));
	}
}

/* The table itself: letters and names are unique, and every row has its help. */
static void test_table(void **state)
{
	(void)state;
	for (int i = 0; i < SC_OPTIONS; i++) {
		const struct sc_option_row *a = &sc_option_rows[i];
		if (!a->help || !a->name || (a->kind == SC_OPTION_LATER && !a->standard))
			fail_msg("--%s: the row is not complete", a->name);
		for (int j = i + 1; j < SC_OPTIONS; j++) {
			const struct sc_option_row *b = &sc_option_rows[j];
			if (strcmp(a->name, b->name) == 0 || (a->letter && a->letter == b->letter))
				fail_msg("--%s and --%s: the same name or letter", a->name, b->name);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused), cmocka_unit_test(test_words),     cmocka_unit_test(test_values),
		cmocka_unit_test(test_standards), cmocka_unit_test(test_kinds),   cmocka_unit_test(test_many),
		cmocka_unit_test(test_moments), cmocka_unit_test(test_table),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
