/* test_where_errors.c - wrong filter expressions: where the error points, what it says; and the limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/str.h"
#include "engine/where.h"
#include "engine/where_program.h"
#include "where_events.h"

/* `caret` stands under the octets that the error points at; a ^ behind the end is the end. */
static const struct {
	const char *expression, *caret, *text, *hint;
} faults[] = {
	{ "", "^", "the expression is empty", "" },
	{ "  ", "  ^", "the expression is empty", "" },
	{ "rcpt.domian == \"dest.test\"",
	  "^^^^^^^^^^^", "unknown field \"rcpt.domian\"", "did you mean \"rcpt_to.domain\"?" },
	{ "rcpt_to.domian == x",
	  "        ^^^^^^", "unknown field \"rcpt_to.domian\"", "did you mean \"rcpt_to.domain\"?" },
	{ "code == 550 and outcom == x",
	  "                ^^^^^^", "unknown field \"outcom\"", "did you mean \"outcome\"?" },
	{ "src in 10.0.0.0/8", "^^^", "unknown field \"src\"", "did you mean \"client.ip\"?" },
	{ "client.adress", "       ^^^^^^", "unknown field \"client.adress\"", NULL },
	{ "delivery.cod == 1", "         ^^^", "unknown field \"delivery.cod\"", "did you mean \"delivery.code\"?" },
	{ "delivery.verb == 1", "         ^^^^", "unknown field \"delivery.verb\"", NULL },
	{ "helo.nam == x", "     ^^^", "unknown field \"helo.nam\"", "did you mean \"helo.name\"?" },
	{ "xyzzyplugh == 1", "^^^^^^^^^^", "unknown field \"xyzzyplugh\"", "" },
	{ "code.domain == 1", "     ^^^^^^", "unknown field \"code.domain\"", NULL },
	{ "code. == 1", "     ^", "unknown field \"code.\"", NULL },
	{ ".code == 1", "^^^^^", "unknown field \".code\"", "did you mean \"code\"?" },
	{ "mail_params. == 1", "            ^", "unknown field \"mail_params.\"", NULL },
	{ "c\xc3\xb6""de == 1", "^^^^^", "unknown field \"c\xc3\xb6""de\"", NULL },
	{ "c\xff", "^^", "unknown field \"c\\xff\"", NULL },

	{ "code == \"abc\"", "        ^^^^^", "\"abc\" is no number", "write 550 or 10M" },
	{ "code == 5x", "        ^^", "\"5x\" is no number", NULL },
	{ "code == -5", "        ^^", "\"-5\" is no number", NULL },
	{ "size > 5m", "       ^^", "\"5m\" is no number", NULL },
	{ "code == 1.5", "        ^^^", "\"1.5\" is no number", NULL },
	{ "size == 99999999999999999999",
	  "        ^^^^^^^^^^^^^^^^^^^^", "\"99999999999999999999\" is no number", NULL },
	{ "size == 99999999999999G", "        ^^^^^^^^^^^^^^^", "\"99999999999999G\" is no number", NULL },
	{ "size == 1.", "        ^^", "\"1.\" is no number", NULL },
	{ "size == 1.0000000001k", "        ^^^^^^^^^^^^^", "\"1.0000000001k\" is no number", NULL },
	{ "code in {550, x}", "              ^", "\"x\" is no number", NULL },
	{ "retry_after_s > 1.5s", "                ^^^^", "\"1.5s\" is no number", NULL },
	{ "latency_ms > soon", "             ^^^^", "\"soon\" is no duration", NULL },
	{ "latency_ms > 9999999999999999h",
	  "             ^^^^^^^^^^^^^^^^^", "\"9999999999999999h\" is no duration", NULL },
	{ "ts > noon", "     ^^^^", "\"noon\" is no time", "write 2026-01-31T12:00:00Z" },
	{ "ts > 2026-02-29", "     ^^^^^^^^^^", "\"2026-02-29\" is no time", NULL },
	{ "ts > 2026-13-01", "     ^^^^^^^^^^", "\"2026-13-01\" is no time", NULL },
	{ "ts > 2026-00-01", "     ^^^^^^^^^^", "\"2026-00-01\" is no time", NULL },
	{ "ts > 2026-01-31T24:00", "     ^^^^^^^^^^^^^^^^", "\"2026-01-31T24:00\" is no time", NULL },
	{ "ts > 2026-01-31T12:00:00.Z", "     ^^^^^^^^^^^^^^^^^^^^^", "\"2026-01-31T12:00:00.Z\" is no time", NULL },
	{ "ts > 2026-01-31T12:00+1", "     ^^^^^^^^^^^^^^^^^^", "\"2026-01-31T12:00+1\" is no time", NULL },
	{ "ts > 9999-01-01", "     ^^^^^^^^^^", "\"9999-01-01\" is no time", NULL },
	{ "permanent == maybe", "             ^^^^^", "\"maybe\" is neither true nor false", "write true or false" },
	{ "client.ip == mail", "             ^^^^", "\"mail\" is no address or network", NULL },
	{ "client.ip in 10.0.0.0/33", "             ^^^^^^^^^^^", "\"10.0.0.0/33\" is no address or network", NULL },
	{ "client.ip in 10.0.0.0/", "             ^^^^^^^^^", "\"10.0.0.0/\" is no address or network", NULL },
	{ "client.ip in 2001:db8::/129",
	  "             ^^^^^^^^^^^^^^", "\"2001:db8::/129\" is no address or network", NULL },
	{ "session == 123", "           ^^^", "\"123\" is no id", NULL },
	{ "session == 0123456789abcdeg", "           ^^^^^^^^^^^^^^^^", "\"0123456789abcdeg\" is no id", NULL },
	{ "enhanced == 5.1", "            ^^^", "\"5.1\" is no enhanced code", "write 5.1.1, or startswith \"5.1\"" },
	{ "enhanced == 5.1.1.1", "            ^^^^^^^", "\"5.1.1.1\" is no enhanced code", NULL },
	{ "quirks contains bare_fl",
	  "                ^^^^^^^", "\"bare_fl\" is no quirk", "did you mean \"bare_lf\"?" },
	{ "quirks != xyzzyplugh", "          ^^^^^^^^^^", "\"xyzzyplugh\" is no quirk", "write no_quit" },
	{ "event == delivry", "         ^^^^^^^", "\"delivry\" is no kind of event", "did you mean \"delivery\"?" },
	{ "tls.version > 1.2", "              ^^^", "\"1.2\" is a number, the field is text",
	  "write it in quotes to compare as text" },

	{ "size contains 5", "     ^^^^^^^^", "this operator does not fit \"size\"",
	  "a number takes == != < <= > >= in" },
	{ "permanent > 5", "          ^", "this operator does not fit \"permanent\"", "a yes or no takes == != in" },
	{ "client.ip < 192.0.2.1", "          ^", "this operator does not fit \"client.ip\"",
	  "an address takes == != in contains startswith endswith matches" },
	{ "quirks >= bare_lf", "       ^^", "this operator does not fit \"quirks\"", NULL },
	{ "greeting == 220", "         ^^", "this operator does not fit \"greeting\"",
	  "it holds other fields; name one of them" },
	{ "parts contains x", "      ^^^^^^^^", "this operator does not fit \"parts\"", NULL },

	{ "text matches 'a(b'", "               ^", "this ( is not closed", "" },
	{ "text matches \"\\\"a\\\\\\\\(b\"", "                     ^", "this ( is not closed", "" },
	{ "text matches ab+*c+:[z", NULL, "unexpected \"*\"", NULL },
	{ "text matches 'a{2}'", "               ^", "counted repeats are not known; \\{ is a brace", "" },

	{ "code = 550", "     ^", "unexpected \"=\"", "== compares" },
	{ "code =~ 5", "     ^", "unexpected \"=\"", NULL },
	{ "code ~ 5", "     ^", "unexpected \"~\"", "matches takes a regular expression" },
	{ "code & 5", "     ^", "unexpected \"&\"", "write and, or, && or ||" },
	{ "code == 5 | 6", "          ^", "unexpected \"|\"", "write and, or, && or ||" },
	{ "rcpt_to == *@example.org", "           ^", "unexpected \"*\"", "put text in quotes" },
	{ "code == \x1b", "        ^", "unexpected \"\\x1b\"", NULL },
	{ "cause == \"abc", "         ^^^^", "this text has no closing quote", "" },
	{ "cause == 'abc\\'", "         ^^^^^^", "this text has no closing quote", "" },
	{ "cause == 'abc\\", "         ^^^^^", "this text has no closing quote", "" },
	{ "cause ==", "        ^", "a value is missing here", "" },
	{ "cause == and", "         ^^^", "a value is missing here", NULL },
	{ "cause == (x)", "         ^", "a value is missing here", NULL },
	{ "cause in", "        ^", "a value is missing here", NULL },
	{ "cause in {}", "          ^", "a value is missing here", NULL },
	{ "cause in {a,}", "            ^", "a value is missing here", NULL },
	{ "cause in {a", "         ^", "this { is not closed", NULL },
	{ "cause in {a b}", "            ^", "a comma or } is missing before \"b\"", NULL },
	{ "cause in {a and b}", "            ^^^", "a comma or } is missing before \"and\"", NULL },
	{ "cause == {a}", "         ^", "a set goes with in only", "write FIELD in {a, b}" },
	{ "cause not in {a}", "      ^^^", "and/or is missing before \"not\"",
	  "not goes before the field: not (FIELD in {a, b})" },
	{ "cause == a b", "           ^", "and/or is missing before \"b\"", "" },
	{ "code < 5 < 6", "         ^", "and/or is missing before \"<\"", "" },
	{ "'x' == cause", "^^^", "a field is missing here",
	  "the field goes first, then the operator, then the value" },
	{ "and", "^^^", "a field is missing here", "" },
	{ "cause and", "         ^", "a field is missing here", "" },
	{ "cause and or", "          ^^", "a field is missing here", "" },
	{ "cause or not", "            ^", "a field is missing here", "" },
	{ "()", " ^", "a field is missing here", "" },
	{ "(cause", "^", "this ( is not closed", "" },
	{ "not ((cause)", "    ^", "this ( is not closed", "" },
	{ "cause)", "     ^", "there is no ( for this )", "" },
	{ "{a}", "^", "a field is missing here", "" },
	{ "cause , a", "      ^", "and/or is missing before \",\"", "" },
};

static bool points_there(const char *caret, const struct sc_where_error *error)
{
	if (!caret)
		return true;
	size_t at = strspn(caret, " "), marks = strlen(caret) - at;
	return error->at == at && (error->len ? error->len : 1) == marks;
}

static bool check_fault(size_t i)
{
	const char *e = faults[i].expression, *hint = faults[i].hint;
	struct sc_where *w = (struct sc_where *)&w;
	struct sc_where_error error;
	if (sc_where_open(&w, sc_str_of(e), &error) != SC_EUSAGE || w) {
		print_error("%s: is accepted\n", e);
		return false;
	}
	bool inside = error.at <= strlen(e) && error.len <= strlen(e) - error.at;
	bool good = strcmp(error.text, faults[i].text) == 0 && (!hint || strcmp(error.hint, hint) == 0) && inside &&
	            points_there(faults[i].caret, &error);
	if (!good)
		print_error("%s: %s; %s (%zu+%zu)\n", e, error.text, error.hint, error.at, error.len);
	return good;
}

static void test_faults(void **state)
{
	(void)state;
	size_t wrong = 0;
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		wrong += !check_fault(i);
	assert_int_equal(wrong, 0);
}

/* `before`, `count` times `unit`, `after`. */
static sc_str repeated(const char *before, const char *unit, size_t count, const char *after)
{
	static char buffer[SC_WHERE_OCTETS + 100];
	size_t n = strlen(unit), len = strlen(before);
	assert_true(len + count * n + strlen(after) < sizeof(buffer));
	memcpy(buffer, before, len);
	for (size_t i = 0; i < count; i++, len += n)
		memcpy(buffer + len, unit, n);
	memcpy(buffer + len, after, strlen(after));
	return (sc_str){ buffer, len + strlen(after) };
}

static sc_err try(sc_str expression, unsigned *got, struct sc_where_error *error)
{
	struct sc_where *w;
	sc_err err = sc_where_open(&w, expression, error);
	*got = 0;
	for (size_t i = 0; !err && i < SAMPLES; i++)
		*got |= sc_where_match(w, &sample_events[i]) ? 1u << i : 0;
	sc_where_close(w);
	return err;
}

static void test_limits(void **state)
{
	(void)state;
	struct sc_where_error error;
	unsigned got;
	assert_int_equal(try(repeated("", "not ", SC_WHERE_DEPTH, "true"), &got, &error), SC_OK);
	assert_int_equal(got, (1u << SAMPLES) - 1);
	assert_int_equal(try(repeated("", "not ", SC_WHERE_DEPTH + 1, "true"), &got, &error), SC_EUSAGE);
	assert_string_equal(error.text, "the expression is nested too deeply");
	assert_int_equal(error.at, SC_WHERE_DEPTH * 4);
	assert_int_equal(try(repeated("", "(", 60000, ""), &got, &error), SC_EUSAGE);
	/* Long is fine where deep is not. */
	assert_int_equal(try(repeated("code == 550", " or code == 550", 4000, ""), &got, &error), SC_OK);
	assert_int_equal(got, 1u << REJECTED);
	assert_int_equal(try(repeated("true", " and true", 7000, " and false or code == 550"), &got, &error), SC_OK);
	assert_int_equal(got, 1u << REJECTED);
	sc_str set = repeated("client.ip in {10.0.0.1", ",10.0.0.1", 7000, ",192.0.2.1}");
	assert_int_equal(try(set, &got, &error), SC_OK);
	assert_int_equal(got, ((1u << SAMPLES) - 1) & ~(1u << FINDING | 1u << STATS));
	assert_int_equal(try(repeated("code", " ", SC_WHERE_OCTETS - 4, ""), &got, &error), SC_OK);
	assert_int_equal(try(repeated("code", " ", SC_WHERE_OCTETS - 3, ""), &got, &error), SC_EUSAGE);
	assert_int_equal(try(repeated("", "a", 60000, " == 1"), &got, &error), SC_EUSAGE);
	assert_int_equal(error.len, 60000);
	assert_non_null(strstr(error.text, "aaaa...\""));
	assert_int_equal(try(repeated("code", ".a", 30000, " == 1"), &got, &error), SC_EUSAGE);
	assert_int_equal(try(repeated("text contains '", "\\\\", 30000, "'"), &got, &error), SC_OK);
	assert_int_equal(try(repeated("text matches '", "a*", 255, "'"), &got, &error), SC_OK);
	assert_int_equal(try(repeated("text matches '", "a*", 256, "'"), &got, &error), SC_EUSAGE);
	assert_int_equal(try(SC_STR_NONE, &got, &error), SC_EUSAGE);
	assert_int_equal(try((sc_str){ "code\0", 5 }, &got, &error), SC_EUSAGE);
	assert_int_equal(try((sc_str){ "text contains '\0'", 17 }, &got, &error), SC_OK);
	assert_int_equal(try((sc_str){ "text contains '\\\0'", 18 }, &got, &error), SC_OK);
	sc_where_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
