/* test_rulefile.c - users' rules: what wins over what, what is refused and where, files that are nobody's rules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "explain/causes.h"
#include "explain/rulefile.h"

static void load(const char *text)
{
	struct sc_rule_fault f;
	if (sc_rulefile_load(sc_str_of(text), &f) != SC_OK)
		fail_msg("%u:%u: %s\n%s", f.line, f.column, f.what, text);
}

static const char *rule_of(uint16_t code, struct sc_status st, const char *text, enum sc_phase phase)
{
	return sc_classify(code, st, sc_str_of(text), phase).rule;
}

static void test_precedence(void **state)
{
	(void)state;
	load("# rules of a test\n"
	     "SC_RULE(\"own:vault\", mailbox_full, \"5\", \"vault is full\" \"|no room in vault & !test\")\n"
	     "/* a comment, \"with a string\" */ SC_RULE(\"own:user\", policy, \"@rcpt\", \"user unknown\")\n"
	     "SC_RULE(\"own:code\", policy, \"x.9.1-9 550\", \"\")\n"
	     "SC_RULE(\"own:unknown\", policy, \"5.1.1\", \"\")\n"
	     "SC_RULE(\"own:quote\", virus, \"\", \"say \\\"no\\\" \\\\ now\")\n"
	     "SC_RULE(\"own:wide\", policy, \"\", \"\xe7\xa6\x81 & ~ptr~\")\n");
	const struct sc_status none = { 0, 0, 0 };
	assert_string_equal(rule_of(550, none, "The vault is FULL", SC_PHASE_rcpt), "own:vault");
	assert_string_equal(rule_of(550, none, "no room in vault", SC_PHASE_rcpt), "own:vault");
	assert_string_not_equal(rule_of(450, none, "the vault is full", SC_PHASE_rcpt), "own:vault");
	assert_string_not_equal(rule_of(550, none, "no room in vault: test", SC_PHASE_rcpt), "own:vault");
	/* words of users win over our words; their codes lose against words, and win over what codes mean to us */
	assert_string_equal(rule_of(550, none, "User unknown", SC_PHASE_rcpt), "own:user");
	assert_string_equal(rule_of(550, none, "User unknown", SC_PHASE_mail), "text:unknown-user");
	struct sc_status unknown = { 5, 1, 1 }, local = { 5, 9, 7 };
	assert_string_equal(rule_of(550, unknown, "no such person", SC_PHASE_mail), "text:unknown-user");
	assert_string_equal(rule_of(550, unknown, "-", SC_PHASE_mail), "own:unknown");
	assert_string_equal(rule_of(550, local, "-", SC_PHASE_mail), "own:code");
	assert_string_not_equal(rule_of(551, local, "-", SC_PHASE_mail), "own:code");
	assert_string_equal(rule_of(550, none, "We say \"No\" \\ now", SC_PHASE_mail), "own:quote");
	assert_string_equal(rule_of(550, none, "\xe7\xa6\x81PTR\xe7\xa6\x81", SC_PHASE_mail), "own:wide");
}

static void test_faults(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		enum sc_rule_fault_kind kind;
		unsigned line, column;
		const char *word;
	} cases[] = {
		{ "\n rule", 0, 2, 2, "" },
		{ "SC_RULE(\"a\" policy, \"\", \"x\")", 0, 1, 13, "" },
		{ "SC_RULE(\"a\", \"policy\", \"\", \"x\")", 0, 1, 14, "" },
		{ "SC_RULE(\"a\", polic, \"\", \"x\")", SC_RULE_FAULT_CAUSE, 1, 14, "polic" },
		{ "SC_RULE(\"a\", policy, \"5 @mial\", \"x\")", SC_RULE_FAULT_PHASE, 1, 26, "mial" },
		{ "SC_RULE(\"a\", policy, \"250\", \"x\")", 0, 1, 23, "250" },
		{ "SC_RULE(\"a\", policy, \"500 501 502 503 504\", \"x\")", 0, 1, 39, "504" },
		{ "SC_RULE(\"a\", policy, \"5.1.1 5.1.2\", \"x\")", 0, 1, 29, "5.1.2" },
		{ "SC_RULE(\"a\", policy, \"3.1.1\", \"x\")", 0, 1, 23, "3.1.1" },
		{ "SC_RULE(\"a\", policy, \"5.7.9-2\", \"x\")", 0, 1, 23, "5.7.9-2" },
		{ "SC_RULE(\"a\", policy, \"5.7.99999\", \"x\")", 0, 1, 23, "5.7.99999" },
		{ "SC_RULE(\"a\", policy, \"\", \"\")", 0, 1, 1, "" },
		{ "SC_RULE(\"a\", policy, \"\", \"x||y\")", 0, 1, 29, "" },
		{ "SC_RULE(\"a\", policy, \"\", \"x & ~~\")", 0, 1, 31, "~~" },
		{ "SC_RULE(\"a\", policy, \"\",\n\t\"x|\"\n\t\"Big\")", 0, 3, 3, "Big" },
		{ "SC_RULE(\"a\", policy, \"\", \"a\\\"b|c_d\")", 0, 1, 32, "c_d" },
		{ "SC_RULE(\"a\", policy, \"\", \"gr\xc3\xbc\xc3\x9f\")", 0, 1, 27, "gr\xc3\xbc\xc3\x9f" },
		{ "SC_RULE(\"a\", policy, \"\", \"\xe7\xa6\")", 0, 1, 27, "\xe7\xa6" },
		{ "SC_RULE(\"a\", policy, \"\", \"\xe3\x80\x82\")", 0, 1, 27, "\xe3\x80\x82" }, /* read as a space */
		{ "SC_RULE(\"a\", policy, \"\", \"a\\n\")", 0, 1, 28, "" },
		{ "SC_RULE(\"a\", policy, \"\", \"open)\n", 0, 1, 26, "" },
		{ "SC_RULE(\"\", policy, \"\", \"x\")", 0, 1, 9, "" },
		{ "SC_RULE(\"a b\", policy, \"\", \"x\")", 0, 1, 9, "" },
		{ "SC_RULE(\"a\", policy, \"\", \"x\"", 0, 1, 29, "" },
		{ "/* open", 0, 1, 1, "" },
		{ "/*/", 0, 1, 1, "" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sc_rule_fault f;
		sc_err err = sc_rulefile_load(sc_str_of(cases[i].text), &f);
		bool same = err == SC_EUSAGE && f.kind == cases[i].kind && f.line == cases[i].line &&
			    f.column == cases[i].column && sc_str_equal(f.word, sc_str_of(cases[i].word));
		if (!same)
			fail_msg("%s: %d, %u:%u %s \"%.*s\"", cases[i].text, (int)err, f.line, f.column, f.what,
				 (int)f.word.len, f.word.at);
	}
}

static void test_empty(void **state)
{
	(void)state;
	load("");
	load("# nothing");
	load("\r\n\t /* nothing */ # nothing\n");
}

/* A good file, cut at every octet and with every octet changed: never more than a fault. */
static void test_hostile(void **state)
{
	(void)state;
	static const char good[] =
		"# c\nSC_RULE(\"a:b\", policy, \"5 x.7.1 @rcpt\", \"~a~|^b$ & !%c|#list\" \"|d\\\"\\\\\") /* x */\n";
	load(good);
	struct sc_rule_fault f;
	for (size_t n = 0; n < sizeof(good); n++) {
		char *cut = malloc(n ? n : 1);
		memcpy(cut, good, n);
		sc_rulefile_load((sc_str){ cut, n }, &f);
		for (unsigned octet = 0; n && octet < 256; octet += 5) {
			cut[n / 2] = (char)octet;
			sc_rulefile_load((sc_str){ cut, n }, &f);
		}
		free(cut);
	}
	char *large = malloc(SC_RULE_FILE_OCTETS + 1);
	memset(large, '\n', SC_RULE_FILE_OCTETS + 1);
	assert_int_equal(sc_rulefile_load((sc_str){ large, SC_RULE_FILE_OCTETS }, &f), SC_OK);
	assert_int_equal(sc_rulefile_load((sc_str){ large, SC_RULE_FILE_OCTETS + 1 }, &f), SC_EUSAGE);
	free(large);
}

/* As many rules and words as there may be, and one more. */
static void test_limits(void **state)
{
	(void)state;
	struct sc_rule_fault f;
	char *text = malloc(SC_RULE_FILE_OCTETS);
	size_t len = 0;
	for (unsigned i = 0; i <= SC_RULE_FILE_RULES; i++) {
		if (i == SC_RULE_FILE_RULES)
			assert_int_equal(sc_rulefile_load((sc_str){ text, len }, &f), SC_OK);
		len += (size_t)sprintf(text + len, "SC_RULE(\"r%u\", policy, \"5\", \"~w%u~|x%u\")\n", i, i, i * 7);
	}
	assert_string_equal(rule_of(550, (struct sc_status){ 0 }, "so w77 it is", SC_PHASE_rcpt), "r77");
	assert_int_equal(sc_rulefile_load((sc_str){ text, len }, &f), SC_EUSAGE);
	assert_int_equal(f.line, SC_RULE_FILE_RULES + 1);
	len = (size_t)sprintf(text, "SC_RULE(\"r\", policy, \"5\", \"w");
	for (unsigned i = 0; i < SC_RULE_FILE_WORDS; i++)
		len += (size_t)sprintf(text + len, "|w%u", i);
	len += (size_t)sprintf(text + len, "\")");
	assert_int_equal(sc_rulefile_load((sc_str){ text, len }, &f), SC_EUSAGE);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_precedence), cmocka_unit_test(test_faults), cmocka_unit_test(test_empty),
		cmocka_unit_test(test_hostile),    cmocka_unit_test(test_limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
