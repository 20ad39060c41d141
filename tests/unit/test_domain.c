/* test_domain.c - the organisation in a host name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/domain.h"

static void organisations(void **state)
{
	(void)state;
	static const struct {
		const char *host, *organisation; /* NULL: none */
	} cases[] = {
		{ "mx1.example.org", "example.org" },
		{ "example.org", "example.org" },
		{ "a.b.c.example.org.", "example.org" },
		{ "mail.example.co.uk", "example.co.uk" },
		{ "example.co.uk", "example.co.uk" },
		{ "co.uk", "co.uk" },
		{ "mx.Example.COM.br", "Example.COM.br" },
		{ "mx.ab.de", "mx.ab.de" },          /* errs towards the longer name */
		{ "mx.example.de", "example.de" },
		{ "localhost", NULL },
		{ "", NULL },
		{ ".", NULL },
		{ "..", NULL },
		{ "192.0.2.1", NULL },
		{ "[192.0.2.1]", NULL },
		{ "[IPv6:2001:db8::1]", NULL },
		{ "2001:db8::1", NULL },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		sc_str got = sc_domain_organisation(sc_str_of(cases[i].host)), want = sc_str_of(cases[i].organisation);
		if (!sc_str_equal(got, want) || !got.at != !want.at)
			fail_msg("%s: %.*s", cases[i].host, (int)got.len, got.at ? got.at : "(none)");
	}
	assert_int_equal(sc_domain_organisation(SC_STR_NONE).len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(organisations),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
