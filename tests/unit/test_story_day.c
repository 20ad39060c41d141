/* test_story_day.c - a small synthetic day: retries are joined, messages are not mixed up, whatever memory there is. */
#include <setjmp.h>
#include <stdarg.h>

#include "day.h"

#include <cmocka.h>

static void usual(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 3; seed++) {
		struct day d = { .rates = DAY_USUAL };
		day_play(&d, 12000, seed, 0);
		assert_true(d.retries > 1000);
		assert_true(d.right * 100 >= d.retries * 99);
		assert_int_equal(d.wrong, 0);
		assert_true(d.alike * 500 <= d.retries);
	}
}

/* Lists, programs that write the same all day, bounces, and events out of order: less can be joined, and nothing is mixed up. */
static void mixed(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 3; seed++) {
		struct day d = { .rates = DAY_MIXED };
		day_play(&d, 12000, seed, 0);
		assert_true(d.right * 100 >= d.retries * 99);
		assert_int_equal(d.wrong, 0);
		assert_true(d.alike * 500 <= d.retries);
	}
}

/* Stories that make room are missed, not mixed up. */
static void scarce(void **state)
{
	(void)state;
	struct day d = { .rates = DAY_USUAL };
	day_play(&d, 12000, 4, 1 << 17);
	assert_int_equal(d.wrong, 0);
	assert_true(d.missed > d.retries / 10);
	assert_true(d.right > d.retries / 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(usual),
		cmocka_unit_test(mixed),
		cmocka_unit_test(scarce),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
