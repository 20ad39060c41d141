/* test_reply.c - reply lines and enhanced status codes, as they should be and as they are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "smtp/reply.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))
#define LINE(s)  { s, sizeof(s) - 1 }

static const struct line_case {
	const char *name;
	sc_str      line;
	uint16_t    code;
	bool        more, odd;
	sc_str      text;
} lines[] = {
	{ "last line",            LINE("250 ok"),              250, false, false, LINE("ok") },
	{ "more lines",           LINE("250-PIPELINING"),      250, true,  false, LINE("PIPELINING") },
	{ "code alone",           LINE("354"),                 354, false, false, LINE("") },
	{ "code and space",       LINE("250 "),                250, false, false, LINE("") },
	{ "code and hyphen",      LINE("250-"),                250, true,  false, LINE("") },
	{ "tab",                  LINE("220\thello"),          220, false, true,  LINE("hello") },
	{ "number sign",          LINE("550#5.1.1"),           550, false, true,  LINE("#5.1.1") },
	{ "letter",               LINE("250ok"),               250, false, true,  LINE("ok") },
	{ "spaces kept",          LINE("250  two"),            250, false, false, LINE(" two") },
	{ "hyphen later",         LINE("250 -x"),              250, false, false, LINE("-x") },
	{ "NUL after the code",   LINE("250\0x"),              250, false, true,  LINE("\0x") },
	{ "highest",              LINE("999 x"),               999, false, false, LINE("x") },
	{ "zero is no code",      LINE("000-x"),               0,   false, false, LINE("000-x") },
	{ "four digits",          LINE("2024-01-31"),          0,   false, false, LINE("2024-01-31") },
	{ "two digits",           LINE("25"),                  0,   false, false, LINE("25") },
	{ "two digits, space",    LINE("25 0"),                0,   false, false, LINE("25 0") },
	{ "space first",          LINE(" 250 ok"),             0,   false, false, LINE(" 250 ok") },
	{ "words",                LINE("hello"),               0,   false, false, LINE("hello") },
	{ "TLS record",           LINE("\x16\x03\x01\x02\x00"), 0,  false, false, LINE("\x16\x03\x01\x02\x00") },
	{ "digits of no code",    LINE("\xb2\xb2\xb2 x"),      0,   false, false, LINE("\xb2\xb2\xb2 x") },
	{ "empty",                LINE(""),                    0,   false, false, LINE("") },
};

static void test_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		const struct line_case *t = &lines[i];
		struct sc_reply_line r = sc_reply_read(t->line);
		bool same = r.code == t->code && r.more == t->more && r.odd == t->odd;
		if (!same || !sc_str_equal(r.text, t->text))
			fail_msg("%s: code %u more %d odd %d text \"%.*s\"", t->name, r.code, r.more, r.odd,
				 (int)r.text.len, r.text.at);
	}
	assert_int_equal(sc_reply_read(SC_STR_NONE).code, 0);
}

static const struct status_case {
	const char *name, *text;
	unsigned    cls, subject, detail;
} statuses[] = {
	{ "first token",           "5.1.1 no such user",                  5, 1, 1 },
	{ "alone",                 "2.0.0",                               2, 0, 0 },
	{ "and a space",           "2.0.0 ",                              2, 0, 0 },
	{ "three digits",          "5.7.606 banned",                      5, 7, 606 },
	{ "number sign",           "#5.1.1 text",                         5, 1, 1 },
	{ "number sign alone",     "#4.7.1",                              4, 7, 1 },
	{ "trailing",              "no mailbox here by that name (#5.7.17)", 5, 7, 17 },
	{ "trailing, full stop",   "sorry (#4.3.0).",                     4, 3, 0 },
	{ "trailing, spaces",      "sorry (#4.3.0)  ",                    4, 3, 0 },
	{ "trailing alone",        "(#5.5.4)",                            5, 5, 4 },
	{ "colon",                 "5.7.1: refused",                      5, 7, 1 },
	{ "comma",                 "5.7.1, refused",                      5, 7, 1 },
	{ "path follows",          "5.1.1<a@example.org> unknown",        5, 1, 1 },
	{ "end of a sentence",     "5.1.1. Unknown user",                 5, 1, 1 },
	{ "spaces before",         "  4.2.2 full",                        4, 2, 2 },
	{ "tab after",             "4.2.2\tfull",                         4, 2, 2 },
	{ "other script after",    "5.1.1\xe7\x94\xa8\xe6\x88\xb7",       5, 1, 1 },
	{ "first wins",            "4.7.1 greylisted (#5.1.1)",           4, 7, 1 },
	{ "none",                  "no such user",                        0, 0, 0 },
	{ "empty",                 "",                                    0, 0, 0 },
	{ "two numbers",           "4.5 seconds",                         0, 0, 0 },
	{ "four numbers",          "5.1.1.2 is listed",                   0, 0, 0 },
	{ "four numbers, stop",    "5.1.1.2.",                            0, 0, 0 },
	{ "class 3",               "3.0.0 continue",                      0, 0, 0 },
	{ "class of two digits",   "50.1.1 x",                            0, 0, 0 },
	{ "date with a year",      "2.12.2024 maintenance",               0, 0, 0 },
	{ "date with a zero",      "2.05.24 maintenance",                 0, 0, 0 },
	{ "version",               "4.92.3-debian ready",                 0, 0, 0 },
	{ "letters follow",        "5.1.1x",                              0, 0, 0 },
	{ "address",               "5.1.1@example.org",                   0, 0, 0 },
	{ "second token",          "Error 5.1.1",                         0, 0, 0 },
	{ "brackets, no sign",     "refused (5.1.1)",                     0, 0, 0 },
	{ "sign, no brackets",     "refused #5.1.1",                      0, 0, 0 },
	{ "brackets in the middle", "refused (#5.1.1) for now",           0, 0, 0 },
	{ "cut class",             "5",                                   0, 0, 0 },
	{ "cut after the dot",     "5.",                                  0, 0, 0 },
	{ "cut before the detail", "5.1.",                                0, 0, 0 },
	{ "two signs",             "##5.1.1",                             0, 0, 0 },
	{ "closing bracket alone", ")",                                   0, 0, 0 },
	{ "full stop alone",       ".",                                   0, 0, 0 },
};

static void test_statuses(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(statuses); i++) {
		const struct status_case *t = &statuses[i];
		struct sc_status st = sc_status_find(sc_str_of(t->text));
		if (st.cls != t->cls || st.subject != t->subject || st.detail != t->detail)
			fail_msg("%s: %u.%u.%u", t->name, st.cls, st.subject, st.detail);
	}
	assert_int_equal(sc_status_find(SC_STR_NONE).cls, 0);
}

static void test_classes(void **state)
{
	(void)state;
	assert_true(sc_reply_positive(250) && !sc_reply_positive(354) && !sc_reply_positive(0));
	assert_true(sc_reply_intermediate(334) && !sc_reply_intermediate(235));
	assert_true(sc_reply_temporary(421) && !sc_reply_temporary(550));
	assert_true(sc_reply_permanent(591) && !sc_reply_permanent(600));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_statuses),
		cmocka_unit_test(test_classes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
