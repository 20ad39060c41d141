/* test_pattern.c - regular expressions: what is found, what is refused and where, and that nothing takes long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "engine/pattern.h"

static const struct {
	const char *pattern, *text;
	bool found;
} cases[] = {
	{ "", "", true },              { "", "abc", true },           { "b", "abc", true },
	{ "B", "abc", true },          { "b", "ABC", true },          { "x", "abc", false },
	{ "^b", "abc", false },        { "^a", "abc", true },         { "c$", "abc", true },
	{ "b$", "abc", false },        { "^$", "", true },            { "^$", "a", false },
	{ "^abc$", "abc", true },      { "^abc$", "abcd", false },    { "a.c", "abc", true },
	{ "a.c", "a\nc", true },       { "a.c", "ac", false },        { "ab*c", "ac", true },
	{ "ab*c", "abbbbc", true },    { "ab+c", "ac", false },       { "ab+c", "abbc", true },
	{ "ab?c", "ac", true },        { "ab?c", "abc", true },       { "ab?c", "abbc", false },
	{ "cat|dog", "hotdog", true }, { "cat|dog", "cow", false },   { "^(cat|dog)$", "hotdog", false },
	{ "^(cat|dog)+$", "catdogcat", true },                        { "^cat|dog$", "a dog", true },
	{ "^(a|b|c|)$", "", true },    { "^(a|b|c|)$", "c", true },   { "^(|a)b$", "ab", true },
	{ "()", "", true },            { "^()*a$", "a", true },       { "^(a*)*$", "aaa", true },
	{ "^(a*)+b$", "b", true },     { "^(a?)?b$", "ab", true },    { "^(ab|a)(bc|c)$", "abc", true },
	{ "a**", "", true },           { "^a+*b", "aab", true },      { "(^a|b)c", "xbc", true },
	{ "(^a|b)c", "xac", false },   { "x^a", "xa", false },        { "a$b", "ab", false },
	{ "(^|x)*a", "yxa", true },    { "($|a)*b", "ab", true },
	{ "^[abc]+$", "cab", true },   { "^[abc]+$", "cad", false },  { "^[^abc]+$", "xyz", true },
	{ "^[^abc]+$", "xaz", false }, { "^[a-c]$", "B", true },      { "^[A-C]$", "b", true },
	{ "^[^A]$", "a", false },      { "^[]]$", "]", true },        { "^[^]]$", "]", false },
	{ "^[]a]+$", "a]", true },     { "^[a-]+$", "a-", true },     { "^[-a]+$", "a-", true },
	{ "^[\\d.]+$", "1.2", true },  { "^[\\]]$", "]", true },      { "^[\\\\]$", "\\", true },
	{ "^[^\\d]$", "5", false },    { "^[\\D]$", "x", true },      { "^[.]$", "x", false },
	{ "^[(*]$", "*", true },       { "^\\d+$", "2026", true },    { "^\\d+$", "20x6", false },
	{ "^\\w+$", "a_Z9", true },    { "^\\w$", "-", false },       { "^\\W$", "-", true },
	{ "^\\W$", "Q", false },       { "a\\sb", "a\tb", true },     { "a\\Sb", "a b", false },
	{ "a\\tb", "a\tb", true },     { "a\\nb", "a\nb", true },     { "a\\rb", "a\rb", true },
	{ "a\\.c", "abc", false },     { "a\\.c", "a.c", true },      { "\\(\\)\\{\\}", "(){}", true },
	{ "\\^\\$", "^$", true },      { "}]", "}]", true },
	{ "5\\.7\\.\\d+", "550 5.7.26 no", true },                    { "^gmail|hotmail", "x hotmail", true },
	{ "\xc3\xa9", "caf\xc3\xa9", true },                          { "^caf..$", "caf\xc3\xa9", true },
	{ "^[^a]+$", "\xff\xfe", true },
	{ "block(ed)? (list|by)", "is Blocked by", true },
};

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sc_pattern p;
		struct sc_pattern_error error;
		if (!sc_pattern_read(&p, sc_str_of(cases[i].pattern), &error))
			fail_msg("/%s/ is refused: %s", cases[i].pattern, error.text);
		if (sc_pattern_search(&p, sc_str_of(cases[i].text)) != cases[i].found)
			fail_msg("/%s/ in \"%s\": expected %d", cases[i].pattern, cases[i].text, cases[i].found);
	}
}

static const struct {
	const char *pattern;
	size_t at, len;
	const char *text;
} faults[] = {
	{ "*", 0, 1, "there is nothing to repeat" },
	{ "a|*", 2, 1, "there is nothing to repeat" },
	{ "(+a)", 1, 1, "there is nothing to repeat" },
	{ "a(b", 1, 1, "this ( is not closed" },
	{ "(a(b)", 0, 1, "this ( is not closed" },
	{ "ab)", 2, 1, "there is no ( for this )" },
	{ "a[bc", 1, 1, "this [ is not closed" },
	{ "[]", 0, 1, "this [ is not closed" },
	{ "[^", 0, 1, "this [ is not closed" },
	{ "[", 0, 1, "this [ is not closed" },
	{ "[z-a]", 1, 3, "this range makes no sense" },
	{ "[\\d-z]", 1, 4, "this range makes no sense" },
	{ "[a-\\d]", 1, 4, "this range makes no sense" },
	{ "x[[:alpha:]]", 2, 2, "named classes are not known; there are \\d, \\w and \\s" },
	{ "[\xc3\xa9]", 1, 1, "only ASCII can stand between [ and ]" },
	{ "a{3}", 1, 1, "counted repeats are not known; \\{ is a brace" },
	{ "ab\\", 2, 1, "a backslash ends the pattern" },
	{ "a\\b", 1, 2, "this escape is not known" },
	{ "(a)\\1", 3, 2, "this escape is not known" },
	{ "[\\q]", 1, 2, "this escape is not known" },
};

static void test_faults(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		struct sc_pattern p;
		struct sc_pattern_error error = { 0 };
		if (sc_pattern_read(&p, sc_str_of(faults[i].pattern), &error))
			fail_msg("/%s/ is accepted", faults[i].pattern);
		if (error.at != faults[i].at || error.len != faults[i].len || strcmp(error.text, faults[i].text) != 0)
			fail_msg("/%s/: %zu+%zu %s", faults[i].pattern, error.at, error.len, error.text);
	}
}

/* `count` times `unit`, between `before` and `after`. */
static sc_str repeated(const char *before, const char *unit, size_t count, const char *after)
{
	static char buffer[1 << 16];
	size_t n = strlen(unit), len = strlen(before);
	assert_true(len + count * n + strlen(after) < sizeof(buffer));
	memcpy(buffer, before, len);
	for (size_t i = 0; i < count; i++, len += n)
		memcpy(buffer + len, unit, n);
	memcpy(buffer + len, after, strlen(after));
	return (sc_str){ buffer, len + strlen(after) };
}

static void test_limits(void **state)
{
	(void)state;
	struct sc_pattern p;
	struct sc_pattern_error error;
	assert_true(sc_pattern_read(&p, repeated("", "a", SC_PATTERN_NODES - 1, ""), &error));
	assert_false(sc_pattern_read(&p, repeated("", "a", SC_PATTERN_NODES, ""), &error));
	assert_string_equal(error.text, "the pattern is too long");
	assert_true(sc_pattern_read(&p, repeated("", "(", SC_PATTERN_DEPTH, "a)))))))))))))))))))))))))))))))))"
	                                         ")))))))))))))))))))))))))))))))"), &error));
	assert_false(sc_pattern_read(&p, repeated("", "(", SC_PATTERN_DEPTH + 1, "a"), &error));
	assert_string_equal(error.text, "groups are nested too deeply");
	assert_true(sc_pattern_read(&p, repeated("", "\\d", SC_PATTERN_CLASSES, ""), &error));
	assert_false(sc_pattern_read(&p, repeated("", "[a]", SC_PATTERN_CLASSES + 1, ""), &error));
	assert_string_equal(error.text, "the pattern has too many classes");
	/* Every way to run full: each must be told, none may be walked. */
	const char *units[] = { "a|", "(|", "()", "a*", "a+", "a?", "^", "[^a]", "(a)*|", "(((a*)*)*)*" };
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		for (size_t count = 1; count < 600; count++)
			(void)sc_pattern_read(&p, repeated("", units[i], count, ""), &error);
}

/* What makes a backtracking matcher run for years.  Doubling the text must not do more than about double the time;
 * the bound is wide because machines are busy, and any backtracking would exceed it by orders of magnitude. */
static void test_time(void **state)
{
	(void)state;
	static const struct {
		const char *pattern, *unit, *end;
		bool found;
	} slow[] = {
		{ "(a*)*b", "a", "", false },           { "(a*)*b", "a", "b", true },
		{ "(a|a)*b", "a", "", false },          { "(a|aa)+$", "a", "b", false },
		{ "(.*)(.*)(.*)(.*)x", "a", "", false }, { "(a?)*(a?)*(a?)*b", "a", "", false },
		{ "^(([a-z])+.)+[A-Z]([a-z])+$", "a", "", true },
		{ "(x+x+)+y", "x", "", false },         { "((((a*)*)*)*)*b", "a", "", false },
	};
	for (size_t i = 0; i < sizeof(slow) / sizeof(slow[0]); i++) {
		struct sc_pattern p;
		struct sc_pattern_error error;
		assert_true(sc_pattern_read(&p, sc_str_of(slow[i].pattern), &error));
		clock_t from = clock();
		bool found = sc_pattern_search(&p, repeated("", slow[i].unit, 10000, slow[i].end));
		double seconds = (double)(clock() - from) / CLOCKS_PER_SEC;
		if (found != slow[i].found || seconds > 2)
			fail_msg("/%s/: found %d, %.3f s", slow[i].pattern, found, seconds);
	}
}

/* The text ends at memory that must not be read; no pattern may hold it to a NUL. */
static void test_ends(void **state)
{
	(void)state;
	struct sc_pattern p;
	struct sc_pattern_error error;
	char *text = malloc(3);
	assert_non_null(text);
	memcpy(text, "a\0b", 3);
	assert_true(sc_pattern_read(&p, SC_STR("^a.b$"), &error));
	assert_true(sc_pattern_search(&p, (sc_str){ text, 3 }));
	assert_false(sc_pattern_search(&p, (sc_str){ text, 2 }));
	assert_true(sc_pattern_read(&p, (sc_str){ text, 3 }, &error));
	assert_true(sc_pattern_search(&p, (sc_str){ text, 3 }));
	assert_false(sc_pattern_search(&p, SC_STR_NONE));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases), cmocka_unit_test(test_faults), cmocka_unit_test(test_limits),
		cmocka_unit_test(test_time),  cmocka_unit_test(test_ends),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
