/* test_capability.c - keywords in a server's list of extensions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/capability.h"
#include "base/str.h"

static const struct {
	const char *name;
	sc_str line, keyword;
	const char *parameters; /* NULL: it is not offered */
} cases[] = {
	{ "alone", SC_STR("STARTTLS"), SC_STR("STARTTLS"), "" },
	{ "with a parameter", SC_STR("SIZE 10240000"), SC_STR("SIZE"), "10240000" },
	{ "with several", SC_STR("AUTH  PLAIN LOGIN"), SC_STR("AUTH"), "PLAIN LOGIN" },
	{ "a tab", SC_STR("AUTH\tPLAIN"), SC_STR("AUTH"), "PLAIN" },
	{ "as before RFC 2554", SC_STR("AUTH=LOGIN"), SC_STR("AUTH"), "LOGIN" },
	{ "a word behind a keyword that takes none", SC_STR("PIPELINING on"), SC_STR("PIPELINING"), "on" },
	{ "a longer keyword", SC_STR("SIZELIMIT 3"), SC_STR("SIZE"), NULL },
	{ "a shorter one", SC_STR("AUT"), SC_STR("AUTH"), NULL },
	{ "behind another", SC_STR("X STARTTLS"), SC_STR("STARTTLS"), NULL },
	{ "empty", SC_STR(""), SC_STR("SIZE"), NULL },
};

static void lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const sc_str items[] = { SC_STR("8BITMIME"), cases[i].line };
		sc_str parameters = SC_STR_NONE;
		bool offered = sc_capability(&(struct sc_strs){ items, 2 }, cases[i].keyword, &parameters);
		if (offered != (cases[i].parameters != NULL) ||
		    (offered && !sc_str_equal(parameters, sc_str_of(cases[i].parameters))))
			fail_msg("%s: %d, \"%.*s\"", cases[i].name, offered, (int)parameters.len, parameters.at);
	}
}

static void none(void **state)
{
	(void)state;
	assert_false(sc_capability(&(struct sc_strs){ NULL, 0 }, SC_STR("SIZE"), NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(lines), cmocka_unit_test(none) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
