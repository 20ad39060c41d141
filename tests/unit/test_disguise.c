/* test_disguise.c - links that show another host than they lead to, and those that look like it; the same however they are cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"
#include "message/anchors.h"

/* All disguises in `html`, "shown>target ", fed in runs of `step` octets. */
static const char *read_all(sc_str html, size_t step)
{
	static struct sc_anchors a;
	static char told[1024];
	size_t len = 0;
	a = (struct sc_anchors){.open = false};
	told[0] = 0;
	for (size_t at = 0; at < html.len; at += step) {
		/* a copy of its own size, so that a sanitizer sees what is read beyond */
		sc_str piece = sc_str_slice(html, at, step);
		char *copy = memcpy(malloc(piece.len), piece.at, piece.len);
		sc_str run = {copy, piece.len};
		struct sc_disguise d;
		while (sc_anchors_next(&a, &run, &d) && len < sizeof(told) - 200)
			len += (size_t)snprintf(told + len, sizeof(told) - len, "%.*s>%.*s ", (int)(d.shown.len < 80 ? d.shown.len : 80),
						d.shown.at, (int)(d.target.len < 80 ? d.target.len : 80), d.target.at);
		free(copy);
	}
	return told;
}

static const struct {
	const char *html, *due; /* "" for nothing */
} cases[] = {
	/* disguises */
	{"<a href=\"http://evil.example.net/x\">www.bank.example.com</a>", "www.bank.example.com>evil.example.net "},
	{"<a href='https://evil.test/'>https://bank.test.example.org/login</a>", "bank.test.example.org>evil.test "},
	{"<A HREF=http://evil.test/>BANK.com</A>", "BANK.com>evil.test "},
	{"<a class=x href = \"http://evil.test\" id=y>bank.com</a>", "bank.com>evil.test "},
	{"<a href=\"http://evil.test\"><b>www.</b><i>bank</i>.com</a>", "www.bank.com>evil.test "},
	{"<a href=\"http://evil.test\">www&#46;bank&#x2e;com</a>", "www.bank.com>evil.test "},
	{"<a href=\"http://evil.test\">ba\xe2\x80\x8bnk&shy;.com&#8203;</a>", "bank.com>evil.test "},
	{"<a href=\"http:&#47;&#47;evil.test\">bank.com</a>", "bank.com>evil.test "},
	{"<a href=\"http:\\\\evil.test\\x\">bank.com</a>", "bank.com>evil.test "},
	{"<a href=\"//evil.test/\">bank.com</a>", "bank.com>evil.test "},
	{"<a href=\"ht\ntps://ev\til.test/\">bank.com</a>", "bank.com>evil.test "},
	{"<a href=\"https://bank.com@evil.test/\">bank.com</a>", "bank.com>evil.test "},
	{"<a href=\"https://bank.com.evil.test/\">bank.com</a>", "bank.com>bank.com.evil.test "},
	{"<a href=\"http://192.0.2.7/x\">www.bank.com</a>", "www.bank.com>192.0.2.7 "},
	{"<a href=\"http://[2001:db8::1]/\">bank.com</a>", "bank.com>[2001:db8::1] "},
	{"<a href=\"http://xn--bnk-5cd.com/\">bank.com</a>", "bank.com>xn--bnk-5cd.com "},
	{"<a href=\"http://evil.test\">\r\n  &lt;https://bank.com/a?b=c&gt;.\r\n </a>", "bank.com>evil.test "},
	{"<a href=\"http://evil.test\">&nbsp;bank.co.uk&nbsp;</a>", "bank.co.uk>evil.test "},
	{"<a href=\"http://other.co.uk\">bank.co.uk</a>", "bank.co.uk>other.co.uk "},
	{"<a href=\"http://evil.test\" title=\"a > b\">bank.com</a>", "bank.com>evil.test "},
	{"<a href=\"http://evil.test\">bank.com<a href=\"http://bank.com\">x</a>", "bank.com>evil.test "},
	{"<p>1 <2 <<a href=\"http://evil.test\">bank.com</a>", "bank.com>evil.test "},
	{"<a href=\"http://evil.test\">http://www.bank.example:8080/x</a>", "www.bank.example>evil.test "},
	{"<a href=\"https://urldefense.com/v3/__https://evil.test/__;!!x\">www.bank.com</a>", "www.bank.com>urldefense.com "},
	{"<!-- c --><a href=\"http://evil.test\">bank.com</a><!--> <a href=http://evil.test>bank.org</a>", "bank.com>evil.test bank.org>evil.test "},
	/* and what looks like it */
	{"<a href=\"https://click.esp.test/ls/click?u=1\">Read more</a>", ""},
	{"<a href=\"https://click.esp.test/x\">Click here to visit bank.com today</a>", ""},
	{"<a href=\"https://bank.com/login\">www.bank.com</a>", ""},
	{"<a href=\"https://login.bank.com./x\">bank.com</a>", ""},
	{"<a href=\"https://WWW.Bank.Com/\">https://bank.com/very/lo\xe2\x80\xa6</a>", ""},
	{"<a href=\"https://shop.bank.co.uk/\">www.bank.co.uk</a>", ""},
	{"<a href=\"mailto:info@bank.com\">info@bank.com</a>", ""},
	{"<a href=\"https://contact.test/\">info@bank.com</a>", ""},
	{"<a href=\"#top\">www.bank.com</a>", ""},
	{"<a href=\"/x\">www.bank.com</a>", ""},
	{"<a name=x>www.bank.com</a>", ""},
	{"<a href=\"tel:+49\">www.bank.com</a>", ""},
	{"<a href=\"https://files.test/1\">invoice.pdf</a>", ""},
	{"<a href=\"https://nodejs.test/\">Node.js</a> <a href=\"https://x.test/\">README.md</a>", ""},
	{"<a href=\"https://x.test/\">e.g.</a> <a href=\"https://x.test/\">3.50</a> <a href=\"https://x.test/\">12.5.2026</a>", ""},
	{"<a href=\"https://x.test/\">http://192.0.2.1/</a> <a href=\"https://x.test/\">http://localhost/</a>", ""},
	{"<a href=\"https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwww.bank.com%2Fx\">https://www.bank.com/x</a>", ""},
	{"<a href=\"https://urldefense.com/v3/__https://www.bank.com/__;!!x\">www.bank.com</a>", ""},
	{"<a href=\"https://www.google.com/url?q=https://bank.com\">bank.com</a>", ""},
	{"<a href=\"http://evil.test\"><img alt=\"bank.com\" src=x></a>", ""},
	{"<!-- <a href=\"http://evil.test\">bank.com</a> -->", ""},
	{"<abbr href=\"http://evil.test\">bank.com</abbr>", ""},
	{"bank.com <a href=\"http://evil.test\">", ""},
	{"<a href=\"http://evil.test\">b\xc3\xa4nk.com</a>", ""},
	{"<a href=\"\">bank.com</a><a href>bank.com</a><a href=>bank.com</a>", ""},
	{"<a href=\"https://bank.com\" href=\"https://evil.test\">bank.com</a>", ""},
	{"<a href=\"http://evil.test\">..com</a><a href=\"http://evil.test\">www.</a><a href=\"http://evil.test\">://</a>", ""},
	{"<a href=\"http://\">bank.com</a><a href=\"http:///\">bank.com</a>", ""},
};

static void test_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (size_t step = 1; step < 80; step += step < 4 ? 1 : 19) {
			const char *told = read_all(sc_str_of(cases[i].html), step);
			if (strcmp(told, cases[i].due) != 0)
				fail_msg("%s, by %zu: \"%s\" instead of \"%s\"", cases[i].html, step, told, cases[i].due);
		}
}

/* A text that does not fit is none; a target is known by its beginning. */
static void test_bounds(void **state)
{
	static char html[4000];
	(void)state;
	char pad[1000];
	memset(pad, 'x', sizeof(pad) - 1);
	pad[sizeof(pad) - 1] = 0;
	snprintf(html, sizeof(html), "<a href=\"http://evil.test/%s\">bank.com</a>", pad);
	assert_string_equal(read_all(sc_str_of(html), 100), "bank.com>evil.test ");
	snprintf(html, sizeof(html), "<a href=\"http://evil.test/\">bank.com/%s</a>", pad);
	assert_string_equal(read_all(sc_str_of(html), 100), "");
	snprintf(html, sizeof(html), "<a href=\"http://evil.test/\">bank.com%1000s</a>", "");
	assert_string_equal(read_all(sc_str_of(html), 100), "bank.com>evil.test ");
	snprintf(html, sizeof(html), "<%s href=\"http://evil.test/\" %s=%s>bank.com</a>", pad, pad, pad);
	assert_string_equal(read_all(sc_str_of(html), 7), "");
}

/* Whatever octets come: the same by one and by many, and no more memory than there is. */
static void test_any_octets(void **state)
{
	static const char *const pieces[] = {"<a href=", "\"", "'", ">", "</a>", "<", "bank.com", "http://evil.test", "&#", "&", ";", "/",
					     "=", " ", "\0", "<!--", "-", "-->", "www.", "\xe2\x80\x8b", "\xff", "x", "46", "<b>"};
	static char html[600];
	unsigned dice = 7;
	(void)state;
	for (unsigned round = 0; round < 3000; round++) {
		size_t len = 0;
		while (len < sizeof(html) - 20) {
			dice = dice * 1103515245u + 12345;
			const char *piece = pieces[(dice >> 16) % (sizeof(pieces) / sizeof(pieces[0]))];
			size_t n = *piece ? strlen(piece) : 1;
			memcpy(html + len, piece, n);
			len += n;
		}
		char whole[1024];
		snprintf(whole, sizeof(whole), "%s", read_all((sc_str){html, len}, len));
		assert_string_equal(read_all((sc_str){html, len}, 1 + round % 9), whole);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_any_octets),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
