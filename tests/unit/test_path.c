/* test_path.c - paths and parameters as clients write them, and what is a command at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "smtp/path.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))
#define Q(name)  SC_QUIRK_BIT(name)

static const struct path_case {
	const char *name, *argument, *address, *params;
	uint64_t    quirks;
} paths[] = {
	{ "plain",               "FROM:<a@example.org>",                  "a@example.org", "", 0 },
	{ "parameters",          "FROM:<a@example.org> SIZE=10 BODY=7BIT", "a@example.org", "SIZE=10 BODY=7BIT", 0 },
	{ "null",                "FROM:<>",                               "", "", 0 },
	{ "null, space inside",  "FROM:< >",                              "", "", 0 },
	{ "null, parameters",    "FROM:<> SIZE=1",                        "", "SIZE=1", 0 },
	{ "lower case",          "from:<a@example.org>",                  "a@example.org", "", 0 },
	{ "space after",         "FROM: <a@example.org>",                 "a@example.org", "", Q(space_before_path) },
	{ "spaces around",       "FROM : <a@example.org>",                "a@example.org", "", Q(space_before_path) },
	{ "space before",        "FROM :<a@example.org>",                 "a@example.org", "", 0 },
	{ "no colon",            "FROM <a@example.org>",                  "a@example.org", "", 0 },
	{ "no keyword",          "<a@example.org> SIZE=1",                "a@example.org", "SIZE=1", 0 },
	{ "no brackets",         "FROM:a@example.org",                    "a@example.org", "", Q(missing_brackets) },
	{ "no brackets, more",   "FROM:a@example.org SIZE=10",            "a@example.org", "SIZE=10", Q(missing_brackets) },
	{ "no brackets, space",  "FROM: a@example.org",                   "a@example.org", "",
	  Q(missing_brackets) | Q(space_before_path) },
	{ "no brackets, local",  "FROM:root",                             "root", "", Q(missing_brackets) },
	{ "no closing bracket",  "FROM:<a@example.org SIZE=1",            "a@example.org", "SIZE=1", Q(missing_brackets) },
	{ "no opening bracket",  "FROM:a@example.org>",                   "a@example.org", "", Q(missing_brackets) },
	{ "postmaster",          "FROM:<postmaster>",                     "postmaster", "", 0 },
	{ "spaces inside",       "FROM:< a@example.org >",                "a@example.org", "", 0 },
	{ "nothing between",     "FROM:<a@example.org>SIZE=10",           "a@example.org", "SIZE=10", 0 },
	{ "parameter with <>",   "FROM:<a@example.org> AUTH=<>",          "a@example.org", "AUTH=<>", 0 },
	{ "bare, AUTH=<>",       "FROM:root AUTH=<>",                     "root", "AUTH=<>", Q(missing_brackets) },
	{ "quoted bracket",      "FROM:<\"a>b\"@example.org> SIZE=1",     "\"a>b\"@example.org", "SIZE=1", 0 },
	{ "quoted space",        "FROM:<\"a b\"@example.org>",            "\"a b\"@example.org", "", 0 },
	{ "quoted quote",        "FROM:<\"a\\\">b\"@example.org>",        "\"a\\\">b\"@example.org", "", 0 },
	{ "quoted, bare",        "FROM:\"a b\"@example.org SIZE=1",       "\"a b\"@example.org", "SIZE=1",
	  Q(missing_brackets) },
	{ "quoted at sign",      "FROM:<\"a@b\"@example.org>",            "\"a@b\"@example.org", "", 0 },
	{ "lone quote",          "FROM:<a\"b@example.org> SIZE=1",        "a\"b@example.org", "SIZE=1", 0 },
	{ "quotes that hide all", "FROM:<a\"b@example.org> X=\"",         "a\"b@example.org", "X=\"", 0 },
	{ "source route",        "FROM:<@a.example,@b.example:c@example.org>", "c@example.org", "", Q(source_route) },
	{ "route over IPv6",     "FROM:<@[IPv6:2001:db8::1]:c@example.org>", "c@example.org", "", Q(source_route) },
	{ "route, no mailbox",   "FROM:<@a.example:>",                    "@a.example:", "", Q(bad_path) },
	{ "route without end",   "FROM:<@a.example>",                     "@a.example", "", Q(bad_path) },
	{ "address literal",     "FROM:<a@[192.0.2.1]>",                  "a@[192.0.2.1]", "", 0 },
	{ "IPv6 literal",        "FROM:<a@[IPv6:2001:db8::1]>",           "a@[IPv6:2001:db8::1]", "", 0 },
	{ "UTF-8",               "FROM:<\xc3\xa9@example.org> SMTPUTF8",  "\xc3\xa9@example.org", "SMTPUTF8", 0 },
	{ "two brackets",        "FROM:<<a@example.org>>",                "<a@example.org", ">", Q(bad_path) },
	{ "space in the path",   "FROM:<a b@example.org>",                "a b@example.org", "", Q(bad_path) },
	{ "display name",        "FROM: Alice <a@example.org>",           "Alice <a@example.org>", "",
	  Q(bad_path) | Q(space_before_path) },
	{ "two names",           "FROM:Alice B <a@example.org>",          "Alice B <a@example.org>", "", Q(bad_path) },
	{ "nothing",             "FROM:",                                 "FROM:", "", Q(bad_path) },
	{ "opening bracket",     "FROM:<",                                "<", "", Q(bad_path) },
	{ "closing bracket",     "FROM:>",                                ">", "", Q(bad_path) },
	{ "prose",               "the team",                              "the team", "", Q(bad_path) },
	{ "prose with keyword",  "FROM the team",                         "FROM the team", "", Q(bad_path) },
	{ "keyword goes on",     "FROMAGE:<a@example.org>",               "FROMAGE:<a@example.org>", "", Q(bad_path) },
	{ "other keyword",       "TO:<a@example.org>",                    "TO:<a@example.org>", "", Q(bad_path) },
	{ "empty",               "",                                      "", "", Q(bad_path) },
};

static void test_paths(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(paths); i++) {
		const struct path_case *t = &paths[i];
		struct sc_path p = sc_path_read(sc_str_of(t->argument), SC_STR("FROM"));
		bool same = p.address.at && p.params.at && sc_str_equal(p.address, sc_str_of(t->address)) &&
			    sc_str_equal(p.params, sc_str_of(t->params)) && p.quirks == t->quirks;
		if (!same)
			fail_msg("%s: \"%.*s\" + \"%.*s\", quirks %llx", t->name, (int)p.address.len, p.address.at,
				 (int)p.params.len, p.params.at, (unsigned long long)p.quirks);
	}
	struct sc_path none = sc_path_read(SC_STR_NONE, SC_STR("TO"));
	assert_true(none.address.at && none.address.len == 0 && none.quirks == Q(bad_path));
	struct sc_path nul = sc_path_read(SC_STR("TO:<a\0b@example.org>"), SC_STR("TO"));
	assert_int_equal(nul.address.len, 15);
	assert_int_equal(nul.quirks, Q(bad_path));
}

static uint64_t quirks_of_lengths(size_t local, size_t domain)
{
	char line[1024] = "TO:<";
	size_t n = 4;
	memset(line + n, 'a', local);
	n += local;
	line[n++] = '@';
	memset(line + n, 'b', domain);
	n += domain;
	line[n++] = '>';
	return sc_path_read((sc_str){ line, n }, SC_STR("TO")).quirks;
}

static void test_lengths(void **state)
{
	(void)state;
	assert_int_equal(quirks_of_lengths(64, 189), 0);
	assert_int_equal(quirks_of_lengths(65, 10), Q(path_too_long));
	assert_int_equal(quirks_of_lengths(64, 190), Q(path_too_long));
	assert_int_equal(quirks_of_lengths(1, 256), Q(path_too_long));
}

static void test_params(void **state)
{
	(void)state;
	static const char *const expected[][2] = {
		{ "SIZE", "10" },     { "SMTPUTF8", "" }, { "body", "8BITMIME" }, { "AUTH", "<>" },
		{ "ENVID", "a=b+3D" }, { "X", "" },       { "=lost", "" },
	};
	sc_str params = SC_STR("SIZE=10  SMTPUTF8\tbody=8BITMIME AUTH=<> ENVID=a=b+3D X= =lost ");
	sc_str name, value;
	for (size_t i = 0; i < COUNT(expected); i++) {
		bool same = sc_path_param(&params, &name, &value) && value.at &&
			    sc_str_equal(name, sc_str_of(expected[i][0])) &&
			    sc_str_equal(value, sc_str_of(expected[i][1]));
		if (!same)
			fail_msg("%s: \"%.*s\" = \"%.*s\"", expected[i][0], (int)name.len, name.at, (int)value.len,
				 value.at);
	}
	assert_false(sc_path_param(&params, &name, &value));
	sc_str none = SC_STR_NONE;
	assert_false(sc_path_param(&none, &name, &value));
}

static const char *const commands[] = {
	"MAIL FROM:<a@example.org> SIZE=10", "mail from: a@example.org", "MAIL FROM:<>",
	"Mail From:<a@example.org>", "MAIL FROM:<a@example.org> SIZE=10 BODY=8BITMIME SMTPUTF8",
	"MAIL FROM:<a@example.org> AUTH=<> RET=HDRS", "MAIL FROM:<@a.example:b@example.org>",
	"RCPT TO:<a@example.org> NOTIFY=NEVER", "RCPT TO:<postmaster>", "rcpt to:a@example.org",
	"EHLO mail.example.org", "helo [192.0.2.1]", "EHLO [IPv6:2001:db8::1]", "LHLO localhost", "DATA",
	"data", "DATA ", "RSET", "QUIT", "noop", "STARTTLS", "BDAT 100 LAST", "BDAT 0 last", "BDAT 65536",
	"AUTH LOGIN", "auth plain", "AUTH PLAIN AGFsaWNlAHg=", "AUTH CRAM-MD5", "AUTH SCRAM-SHA-256 =",
	"AUTH XOAUTH2 dXNlcg==", "VRFY alice", "EXPN staff", "ETRN example.org", "ETRN @example.org",
	"ETRN #queue", "XCLIENT ADDR=192.0.2.1", "XFORWARD NAME=mx.example.org ADDR=192.0.2.1",
	"X-EXPS GSSAPI", "X-ANONYMOUSTLS", "SAML FROM:<a@example.org>",
};

static const char *const prose[] = {
	"", " ", "mail", "mail from the team", "mail from: the team", "Mail from: alice",
	"mail from: <the team>", "mail from: a@example.org was lost", "MAIL FROM a@example.org",
	"MAIL FROM:", "MAIL FROM:<a@example.org> seen", "mail to:<a@example.org>", "rcpt status",
	"rcpt to: everybody", "RCPT TO:", "data 250 received", "data.", "quit helo", "Quit smoking",
	"rset now", "noop nothing", "starttls is good", "ehlo", "helo my friends", "ehlo wonderful, world",
	"bdat", "bdat many", "bdat 10 more", "bdat -1", "BDAT 99999999999999999999999", "BDAT 1 LAST LAST",
	"auth", "auth failed", "AUTH LOGIN for alice", "auth required!", "vrfy", "expn", "etrn",
	"etrn a b", "xclient", "xclient of ours", "XCLIENT =1", "250 ok", " DATA", "DATAX", "hello",
	"\xff\xfe", "MAIL\xa0 FROM:<a@example.org>",
};

static void test_commands(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(commands); i++)
		if (!sc_path_command_like(sc_str_of(commands[i])))
			fail_msg("a command: \"%s\"", commands[i]);
	for (size_t i = 0; i < COUNT(prose); i++)
		if (sc_path_command_like(sc_str_of(prose[i])))
			fail_msg("no command: \"%s\"", prose[i]);
	assert_false(sc_path_command_like(SC_STR_NONE));
	assert_false(sc_path_command_like(SC_STR("DATA\0")));
	assert_false(sc_path_command_like(SC_STR("EHLO a\0b")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_params),
		cmocka_unit_test(test_commands),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
