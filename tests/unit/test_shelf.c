/* test_shelf.c - entries by key in a fixed memory: found again, the oldest of a full set makes room. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "story/shelf.h"

struct number {
	struct sc_entry entry;
	uint64_t value;
};

static uint64_t spread(uint64_t n)
{
	return n * UINT64_C(0x9e3779b97f4a7c15);
}

static void keeps(void **state)
{
	(void)state;
	struct sc_shelf t;
	bool fresh;
	assert_true(sc_shelf_open(&t, sizeof(struct number), 1 << 20));
	for (uint64_t i = 1; i <= 10000; i++) {
		struct number *n = sc_shelf_touch(&t, spread(i), (sc_time)i, &fresh);
		assert_true(fresh);
		assert_int_equal(n->value, 0);
		n->value = i;
	}
	assert_int_equal(t.evicted, 0);
	for (uint64_t i = 1; i <= 10000; i++) {
		struct number *n = sc_shelf_find(&t, spread(i));
		assert_non_null(n);
		assert_int_equal(n->value, i);
	}
	assert_null(sc_shelf_find(&t, spread(10001)));
	sc_shelf_close(&t);
}

/* One set: eight stay, and those are the eight used last. */
static void evicts(void **state)
{
	(void)state;
	struct sc_shelf t;
	bool fresh;
	assert_true(sc_shelf_open(&t, sizeof(struct number), 0));
	for (uint64_t i = 1; i <= 8; i++)
		(void)sc_shelf_touch(&t, i, (sc_time)i, &fresh);
	(void)sc_shelf_touch(&t, 1, 9, &fresh);
	assert_false(fresh);
	(void)sc_shelf_touch(&t, 9, 10, &fresh);
	assert_true(fresh);
	assert_int_equal(t.evicted, 1);
	assert_null(sc_shelf_find(&t, 2));
	assert_non_null(sc_shelf_find(&t, 1));
	assert_non_null(sc_shelf_find(&t, 9));
	/* The key 0 is a key like any other. */
	(void)sc_shelf_touch(&t, 0, 11, &fresh);
	assert_non_null(sc_shelf_find(&t, 0));
	size_t count = 0;
	for (uint32_t i = 0; i < sc_shelf_places(&t); i++)
		count += sc_shelf_at(&t, i) != NULL;
	assert_int_equal(count, 8);
	sc_shelf_close(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps),
		cmocka_unit_test(evicts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
