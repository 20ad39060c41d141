/* test_acks.c - what is acknowledged, whatever the file says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/memory.h"
#include "tui/acks.h"

static const struct {
	const char *name, *file, *back; /* what is read, and what would be written */
} cases[] = {
	{ "nothing", "", "" },
	{ "two", "auth_guessing 203.0.113.66\nhelo_invalid 203.0.113.66\n", "auth_guessing 203.0.113.66\nhelo_invalid 203.0.113.66\n" },
	{ "twice the same", "a 1\na 1\n", "a 1\n" },
	{ "no end of line, a space in the value", "a \"x y\"@example.org", "a \"x y\"@example.org\n" },
	{ "no value, no detector, another form", "a\na \n x\nA 1\n../a 1\n# a note\n", "" },
	{ "octets that are no text", "a \033[2J\na x\xff\na \xe2\x80\xae\nb \xc3\xbc\n", "b \xc3\xbc\n" },
	{ "a detector too long", "abcdefghijklmnopqrstuvwxyz_0123456789 1\n", "" },
};

static void reads_what_it_can(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char octets[4096];
		struct sc_text text = sc_text_into(octets, sizeof(octets) - 1);
		struct sc_acks *a = sc_memory_take(sizeof(*a));
		assert_non_null(a);
		sc_acks_read(a, sc_str_of(cases[i].file));
		sc_acks_write(a, &text);
		octets[text.len] = '\0';
		if (strcmp(octets, cases[i].back) != 0)
			fail_msg("%s: %s", cases[i].name, octets);
		sc_memory_give(a);
	}
}

static sc_str value(char octets[16], size_t n)
{
	struct sc_text t = sc_text_into(octets, 16);
	sc_text_number(&t, n);
	return sc_text_str(&t);
}

static void is_bounded_and_forgets_only_what_is_dropped(void **state)
{
	char octets[16];
	struct sc_acks *a = sc_memory_take(sizeof(*a));
	(void)state;
	assert_non_null(a);
	for (size_t i = 0; i < SC_ACKS + 10; i++)
		assert_int_equal(sc_acks_add(a, "x", value(octets, i)), i < SC_ACKS);
	for (size_t i = 0; i < SC_ACKS; i += 3)
		sc_acks_drop(a, "x", value(octets, i));
	sc_acks_drop(a, "x", SC_STR("none"));
	for (size_t i = 0; i < SC_ACKS + 10; i++)
		assert_int_equal(sc_acks_has(a, "x", value(octets, i)), i < SC_ACKS && i % 3);
	assert_false(sc_acks_has(a, "y", SC_STR("1")));
	sc_memory_give(a);
}

static void a_suspect_is_known_when_all_of_it_is(void **state)
{
	struct sc_acks *a = sc_memory_take(sizeof(*a));
	struct sc_suspect s = { .value = "192.0.2.1", .value_len = 9, .rule_count = 2, .rules = { { .detector = "a" }, { .detector = "b" } } };
	(void)state;
	assert_non_null(a);
	assert_false(sc_acks_suspect(a, &s));
	assert_true(sc_acks_add(a, "a", SC_STR("192.0.2.1")));
	assert_false(sc_acks_suspect(a, &s));
	assert_true(sc_acks_add(a, "b", SC_STR("192.0.2.1")));
	assert_true(sc_acks_suspect(a, &s));
	s.rules[s.rule_count++].detector = "c"; /* something new of it */
	assert_false(sc_acks_suspect(a, &s));
	sc_memory_give(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_it_can),
		cmocka_unit_test(is_bounded_and_forgets_only_what_is_dropped),
		cmocka_unit_test(a_suspect_is_known_when_all_of_it_is),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
