/* test_primitives.c - the detectors' small memories, each against a twin that keeps everything.
 *
 * Streams are random with a fixed seed: skewed keys, bursts and silences. The bounds are those that the headers state. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "detect/frame/rows.h"
#include "detect/primitives/distinct.h"
#include "detect/primitives/histogram.h"
#include "detect/primitives/sketch.h"
#include "detect/primitives/keyed.h"

static uint64_t random_state;

static uint64_t draw(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static uint64_t hash_of(uint64_t key)
{
	return sc_hash(7, (sc_str){ (const char *)&key, sizeof(key) });
}

/* Small keys are frequent, large ones rare. */
static uint32_t skewed(uint32_t keys)
{
	uint32_t range = 1 + (uint32_t)(draw() % keys);
	return (uint32_t)(draw() % range);
}

static int seeded(void **state)
{
	(void)state;
	random_state = UINT64_C(0x9e3779b97f4a7c15);
	return 0;
}

/* ---- windows ---- */

#define EVENTS 20000
#define LENGTH 600

/* The count is between what the last LENGTH seconds hold at least and what two buckets hold at most. */
static void test_window_against_all_times(void **state)
{
	(void)state;
	static uint32_t times[EVENTS];
	struct sc_window w = { 0 };
	uint32_t now = 1700000000;
	for (unsigned n = 0; n < EVENTS; n++) {
		now += (uint32_t)(draw() % 5 ? draw() % 7 : draw() % 700);
		times[n] = now;
		sc_window_add(&w, 1, now, LENGTH);
		uint32_t bucket = now / LENGTH, in_now = 0, in_before = 0, first = 0;
		for (unsigned i = n + 1; i-- > 0 && times[i] / LENGTH + 1 >= bucket;) {
			in_now += times[i] / LENGTH == bucket;
			in_before += times[i] / LENGTH != bucket;
			first = times[i] / LENGTH == bucket ? first : times[i] % LENGTH * 256 / LENGTH * LENGTH / 256;
		}
		uint32_t gone = now - bucket * LENGTH, got = sc_window_count(&w, now, LENGTH);
		if (gone > first)
			in_before = (uint32_t)((uint64_t)in_before * (LENGTH - gone) / (LENGTH - first));
		assert_int_equal(got, in_now + in_before);
	}
	assert_int_equal(sc_window_count(&w, now + 2 * LENGTH, LENGTH), 0);
}

static void test_window_steady_rate_is_right(void **state)
{
	(void)state;
	struct sc_window w = { 0 };
	for (uint32_t t = 1700000000; t < 1700000000 + 10 * LENGTH; t += 6) {
		sc_window_add(&w, 1, t, LENGTH);
		uint32_t got = sc_window_count(&w, t, LENGTH);
		if (t > 1700000000 + 2 * LENGTH && (got < 99 || got > 101))
			fail_msg("a steady 100 in the window is told as %u", got);
	}
}

/* Wherever buckets are cut: ten within the window are ten, in one burst or spread over it. */
static void test_window_at_any_time(void **state)
{
	(void)state;
	for (uint32_t begin = 1700000000; begin < 1700000000 + LENGTH; begin += 7)
		for (uint32_t step = 1; step < LENGTH / 10; step += 8) {
			struct sc_window w = { 0 };
			struct sc_recent r = { 0 };
			for (uint32_t i = 0; i < 10; i++) {
				sc_window_add(&w, 1, begin + i * step, LENGTH);
				assert_int_equal(sc_recent_add(&r, hash_of(i), begin + i * step, LENGTH), i + 1);
				assert_int_equal(sc_window_count(&w, begin + i * step, LENGTH), i + 1);
			}
		}
}

/* And spread over more than the window, they never are: of different things what was seen too long ago is left out. */
static void test_recent_slides(void **state)
{
	(void)state;
	for (uint32_t begin = 1700000000; begin < 1700000000 + LENGTH; begin += 7) {
		struct sc_recent r = { 0 };
		for (uint32_t i = 0; i < 100; i++)
			assert_in_range(sc_recent_add(&r, hash_of(i), begin + i * LENGTH / 9, LENGTH), i < 9 ? i + 1 : 9, i < 9 ? i + 1 : 10);
		struct sc_recent many = { 0 };
		for (uint32_t i = 0; i < 3000; i++) /* three hundred in a window, estimated by registers */
			assert_in_range(sc_recent_add(&many, hash_of(i), begin + i * 2, LENGTH), i < 300 ? i * 3 / 4 : 210, i < 300 ? 1 + i * 4 / 3 : 400);
	}
}

static void test_window_odd_clocks(void **state)
{
	(void)state;
	struct sc_window w = { 0 };
	assert_int_equal(sc_seconds(SC_TIME_NONE), 0);
	sc_window_add(&w, 3, 5000, 60);
	sc_window_add(&w, 4, 10, 60); /* the clock went back: it counts as if it came at 5000 */
	assert_int_equal(sc_window_count(&w, 5000, 60), 7);
	sc_window_add(&w, UINT32_MAX, 5000, 60);
	assert_int_equal(sc_window_count(&w, 5000, 60), SC_WINDOW_MOST);
}

static void test_window_two_sensors(void **state)
{
	(void)state;
	struct sc_window all = { 0 }, half[2] = { { 0 }, { 0 } };
	uint32_t now = 1700000000;
	for (unsigned n = 0; n < 5000; n++) {
		now += (uint32_t)(draw() % 20);
		sc_window_add(&all, 1, now, LENGTH);
		sc_window_add(&half[draw() % 2], 1, now, LENGTH);
	}
	sc_window_merge(&half[0], &half[1], LENGTH);
	assert_int_equal(sc_window_count(&half[0], now, LENGTH), sc_window_count(&all, now, LENGTH));
}

/* ---- histograms ---- */

static void test_histogram(void **state)
{
	(void)state;
	static const struct { uint64_t value; unsigned cell; } cells[] = {
		{ 0, 0 }, { 1, 0 }, { 2, 1 }, { 3, 1 }, { 4, 2 }, { 1023, 9 }, { 1024, 10 }, { UINT32_MAX, 31 },
		{ UINT64_MAX, 31 },
	};
	struct sc_histogram h = { { 0 } }, other = { { 0 } };
	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++)
		if (sc_histogram_cell(cells[i].value) != cells[i].cell)
			fail_msg("%llu is in cell %u", (unsigned long long)cells[i].value,
				 sc_histogram_cell(cells[i].value));
	assert_int_equal(sc_histogram_below(&h, 500), 0);
	for (unsigned i = 1; i <= 1000; i++)
		sc_histogram_add(i % 2 ? &h : &other, i);
	sc_histogram_merge(&h, &other);
	for (unsigned permille = 50; permille <= 1000; permille += 50) {
		uint64_t below = sc_histogram_below(&h, permille);
		if (below <= permille || below > 2 * permille + 2) /* the value at that share is `permille` itself */
			fail_msg("%u permille lie below %llu", permille, (unsigned long long)below);
	}
}

/* ---- counting different things ---- */

static void test_hll_error(void **state)
{
	(void)state;
	static const struct { unsigned p; double error; } sizes[] = { { 8, 0.065 }, { 10, 0.0325 }, { 7, 0.092 } };
	for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++)
		for (uint64_t n = 1; n <= 1000000; n = n < 8 ? n + 1 : n * 3) {
			uint8_t registers[1 << 10] = { 0 };
			for (uint64_t i = 0; i < n; i++)
				sc_hll_add(registers, sizes[s].p, hash_of(i * 977 + n));
			double off = fabs((double)sc_hll_count(registers, sizes[s].p) - (double)n);
			if (off > 3 * sizes[s].error * (double)n + 1)
				fail_msg("p=%u: %llu of %llu", sizes[s].p,
					 (unsigned long long)sc_hll_count(registers, sizes[s].p), (unsigned long long)n);
		}
}

static void test_distinct_is_exact_while_small(void **state)
{
	(void)state;
	struct sc_distinct d = { .count = 0 };
	for (uint64_t n = 1; n <= SC_DISTINCT_EXACT; n++) {
		assert_true(sc_distinct_add(&d, hash_of(n)));
		assert_false(sc_distinct_add(&d, hash_of(1 + draw() % n)));
		assert_int_equal(sc_distinct_count(&d), n);
	}
	for (uint64_t n = SC_DISTINCT_EXACT + 1; n < 100000; n++) {
		sc_distinct_add(&d, hash_of(n));
		double got = (double)sc_distinct_count(&d);
		if (n % 97 == 0 && fabs(got - (double)n) > 0.28 * (double)n + 1)
			fail_msg("%llu told as %.0f", (unsigned long long)n, got);
	}
}

static void test_distinct_merges_at_any_size(void **state)
{
	(void)state;
	static const unsigned sizes[] = { 0, 1, 16, 31, 32, 33, 40, 500 };
	for (size_t a = 0; a < 8; a++)
		for (size_t b = 0; b < 8; b++) {
			struct sc_distinct one = { .count = 0 }, two = one, all = one;
			for (unsigned i = 0; i < sizes[a]; i++) {
				sc_distinct_add(&one, hash_of(i));
				sc_distinct_add(&all, hash_of(i));
			}
			for (unsigned i = 0; i < sizes[b]; i++) { /* every other one is common */
				sc_distinct_add(&two, hash_of(i * 2));
				sc_distinct_add(&all, hash_of(i * 2));
			}
			sc_distinct_merge(&one, &two);
			if (sc_distinct_count(&one) != sc_distinct_count(&all))
				fail_msg("%u and %u: %llu, not %llu", sizes[a], sizes[b],
					 (unsigned long long)sc_distinct_count(&one),
					 (unsigned long long)sc_distinct_count(&all));
		}
}

static void test_recent_forgets(void **state)
{
	(void)state;
	struct sc_recent r = { 0 };
	uint32_t t = 1700000000 / 60 * 60;
	for (uint64_t i = 0; i < 5; i++)
		assert_int_equal(sc_recent_add(&r, hash_of(i), t, 60), i + 1);
	assert_int_equal(sc_recent_add(&r, hash_of(4), t + 60, 60), 5);
	assert_int_equal(sc_recent_add(&r, hash_of(9), t + 60, 60), 6);
	assert_int_equal(sc_recent_count(&r, t + 120, 60), 2);
	assert_int_equal(sc_recent_add(&r, hash_of(9), t + 180, 60), 1);
	assert_int_equal(sc_recent_add(&r, hash_of(8), t + 9999, 60), 1);
	assert_int_equal(sc_recent_count(&r, t + 20000, 60), 0);
}

/* ---- sketches ---- */

#define KEYS 50000

static void test_count_min_bounds(void **state)
{
	(void)state;
	static struct sc_count_min c, half[2];
	static uint32_t exact[KEYS];
	uint64_t all = 0;
	unsigned beyond = 0;
	for (unsigned i = 0; i < 400000; i++, all++) {
		uint32_t key = skewed(KEYS);
		exact[key]++;
		sc_count_min_add(&c, hash_of(key), 1);
		sc_count_min_add(&half[i % 2], hash_of(key), 1);
	}
	sc_count_min_merge(&half[0], &half[1]);
	for (uint32_t key = 0; key < KEYS; key++) {
		uint32_t told = sc_count_min_of(&c, hash_of(key));
		if (told < exact[key] || sc_count_min_of(&half[0], hash_of(key)) < exact[key])
			fail_msg("key %u: %u is less than %u", key, told, exact[key]);
		beyond += told - exact[key] > all * 3 / 10000;
	}
	assert_true(beyond <= KEYS / 50);
}

static void test_bloom(void **state)
{
	(void)state;
	enum { PERIOD = 3600, N = 100000 };
	struct sc_bloom *b = calloc(1, sizeof(*b)), *other = calloc(1, sizeof(*other));
	assert_non_null(b);
	assert_non_null(other);
	uint32_t t = 1700000000 / PERIOD * PERIOD;
	unsigned wrong = 0;
	for (uint64_t i = 0; i < N; i++)
		sc_bloom_add(i % 2 ? b : other, hash_of(i), t, PERIOD);
	sc_bloom_merge(b, other);
	for (uint64_t i = 0; i < N; i++) {
		assert_true(sc_bloom_holds(b, hash_of(i), t + PERIOD, PERIOD)); /* one period later still */
		wrong += sc_bloom_holds(b, hash_of(i + 10 * N), t, PERIOD);
	}
	assert_true(wrong <= N / 100);
	assert_true(sc_bloom_add(b, hash_of(5), t + PERIOD, PERIOD));
	assert_true(sc_bloom_holds(b, hash_of(5), t + 2 * PERIOD, PERIOD));
	assert_false(sc_bloom_holds(b, hash_of(6), t + 2 * PERIOD, PERIOD));
	assert_false(sc_bloom_add(b, hash_of(5), t + 9 * PERIOD, PERIOD));
	free(b);
	free(other);
}

/* ---- tables ---- */

static void add_up(void *into, const void *from)
{
	*(uint32_t *)into += *(const uint32_t *)from;
}

static void check_table(const struct sc_keyed *t, const uint32_t *exact, uint32_t keys, const char *what)
{
	for (uint32_t key = 0; key < keys; key++) {
		const uint32_t *slot = sc_keyed_find(t, hash_of(key));
		if (!slot) {
			if (exact[key] > sc_keyed_ceiling(t, hash_of(key)))
				fail_msg("%s: key %u, seen %u times, is gone", what, key, exact[key]);
			continue;
		}
		const struct sc_keyed_rank *r = sc_keyed_rank_of(t, slot);
		if (*slot != r->count || r->count > exact[key] || exact[key] > r->count + r->error)
			fail_msg("%s: key %u: %u + %u for %u", what, key, r->count, r->error, exact[key]);
	}
}

static void test_table_bounds_and_merge(void **state)
{
	(void)state;
	struct sc_keyed one, two, all;
	static uint32_t exact[KEYS], part[2][KEYS];
	assert_true(sc_keyed_open(&one, 512, sizeof(uint32_t), 1000000));
	assert_true(sc_keyed_open(&two, 512, sizeof(uint32_t), 1000000));
	assert_true(sc_keyed_open(&all, 512, sizeof(uint32_t), 1000000));
	for (uint32_t i = 0; i < 200000; i++) {
		uint32_t key = skewed(KEYS), side = (uint32_t)(draw() % 2);
		exact[key]++;
		part[side][key]++;
		(*(uint32_t *)sc_keyed_touch(&all, hash_of(key), i / 100))++;
		(*(uint32_t *)sc_keyed_touch(side ? &two : &one, hash_of(key), i / 100))++;
	}
	check_table(&all, exact, KEYS, "all");
	check_table(&one, part[0], KEYS, "one");
	sc_keyed_merge(&one, &two, add_up);
	check_table(&one, exact, KEYS, "merged");
	sc_keyed_close(&one);
	sc_keyed_close(&two);
	sc_keyed_close(&all);
}

/* A million keys, each seen once, do not push out the ten that come back every few seconds. */
static void test_table_flood(void **state)
{
	(void)state;
	enum { OFFENDERS = 10, FLOOD = 1000000, PER_SECOND = 280 };
	struct sc_keyed t;
	assert_true(sc_keyed_open(&t, 8192, sizeof(uint32_t), 600));
	size_t octets = sc_keyed_octets(&t);
	for (uint32_t i = 0; i < FLOOD; i++) {
		uint32_t now = 1700000000 + i / PER_SECOND;
		(*(uint32_t *)sc_keyed_touch(&t, hash_of(1000 + i), now))++;
		if (i % PER_SECOND == 0)
			(*(uint32_t *)sc_keyed_touch(&t, hash_of(i / PER_SECOND % OFFENDERS), now))++;
	}
	for (uint32_t key = 0; key < OFFENDERS; key++) {
		const uint32_t *slot = sc_keyed_find(&t, hash_of(key));
		if (!slot || *slot < FLOOD / PER_SECOND / OFFENDERS)
			fail_msg("offender %u: %u", key, slot ? *slot : 0);
	}
	assert_int_equal(sc_keyed_octets(&t), octets);
	sc_keyed_close(&t);
}

/* What was busy an hour ago makes room before what is busy at present. */
static void test_table_ages(void **state)
{
	(void)state;
	struct sc_keyed t;
	assert_true(sc_keyed_open(&t, 8, 8, 600));
	for (uint64_t key = 0; key < 8; key++)
		for (unsigned n = 0; n < (key ? 2 : 50); n++)
			sc_keyed_touch(&t, hash_of(key), key ? 5000 : 1000);
	sc_keyed_touch(&t, hash_of(99), 5000);
	assert_null(sc_keyed_find(&t, hash_of(0)));
	assert_non_null(sc_keyed_find(&t, hash_of(1)));
	assert_int_equal(sc_keyed_rank_of(&t, sc_keyed_find(&t, hash_of(99)))->error, 50);
	sc_keyed_touch(&t, 0, 5000); /* a hash of 0 is a key like others; all slots live, so it has to come twice */
	assert_null(sc_keyed_find(&t, 0));
	sc_keyed_touch(&t, 0, 5000);
	assert_non_null(sc_keyed_find(&t, 0));
	sc_keyed_close(&t);
}

/* Hashing without regard to case is hashing of what was folded before, for every octet and length. */
static void test_hash_folds(void **state)
{
	(void)state;
	for (unsigned round = 0; round < 20000; round++) {
		char said[41], folded[41];
		size_t len = round % 41;
		for (size_t i = 0; i < len; i++) {
			said[i] = round < 10000 ? (char)draw() : "AaZz@[`{"[draw() % 8];
			folded[i] = sc_lower(said[i]);
		}
		assert_int_equal(sc_hash_nocase(round, (sc_str){ said, len }), sc_hash(round, (sc_str){ folded, len }));
	}
}

/* Two pieces of a row count apart, and against a twin that keeps all: whoever gets a row anew begins at zero in both, at whatever
 * time he writes to either; and who came often while many came once has kept his. */
static void test_rows(void **state)
{
	(void)state;
	enum { CLIENTS = 3000, OFTEN = 20, STEPS = 200000 };
	static uint32_t twin[2][CLIENTS], turn[CLIENTS];
	struct sc_rows rows = { .pieces = NULL };
	size_t at[2] = { sc_rows_plan(&rows, 20), sc_rows_plan(&rows, 8) };
	assert_true(sc_rows_open(&rows, 512, 3600));
	for (uint32_t i = 0; i < STEPS; i++) {
		uint32_t key = i % 10 == 0 ? (uint32_t)(draw() % OFTEN) : (uint32_t)(draw() % CLIENTS), piece = draw() % 2;
		struct sc_row row = sc_rows_touch(&rows, hash_of(key), 1000 + i / 300, i % 7 == 0);
		uint32_t *n = sc_row_piece(row, at[piece], piece ? 8 : 20);
		if (!row.at) {
			assert_null(n);
			continue;
		}
		if (row.turn != turn[key])
			twin[0][key] = twin[1][key] = 0;
		turn[key] = row.turn;
		assert_int_equal(n[1], twin[piece][key]);
		assert_true(sc_row_find(row, at[piece]) == (void *)n);
		n[1] = ++twin[piece][key];
	}
	for (uint32_t key = 0; key < OFTEN; key++)
		assert_true(twin[0][key] + twin[1][key] > STEPS / 10 / OFTEN / 2);
	sc_rows_close(&rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_window_against_all_times, seeded),
		cmocka_unit_test_setup(test_window_steady_rate_is_right, seeded),
		cmocka_unit_test_setup(test_window_at_any_time, seeded),
		cmocka_unit_test_setup(test_recent_slides, seeded),
		cmocka_unit_test_setup(test_window_odd_clocks, seeded),
		cmocka_unit_test_setup(test_window_two_sensors, seeded),
		cmocka_unit_test_setup(test_histogram, seeded),
		cmocka_unit_test_setup(test_hll_error, seeded),
		cmocka_unit_test_setup(test_distinct_is_exact_while_small, seeded),
		cmocka_unit_test_setup(test_distinct_merges_at_any_size, seeded),
		cmocka_unit_test_setup(test_recent_forgets, seeded),
		cmocka_unit_test_setup(test_count_min_bounds, seeded),
		cmocka_unit_test_setup(test_bloom, seeded),
		cmocka_unit_test_setup(test_table_bounds_and_merge, seeded),
		cmocka_unit_test_setup(test_table_flood, seeded),
		cmocka_unit_test_setup(test_table_ages, seeded),
		cmocka_unit_test_setup(test_hash_folds, seeded),
		cmocka_unit_test_setup(test_rows, seeded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
