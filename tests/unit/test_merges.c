/* Two sensors that saw half each, added up, against one that saw all: rates of different things, paces, usual hours, rows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "detect/frame/rows.h"
#include "detect/primitives/distinct.h"
#include "detect/primitives/pace.h"
#include "detect/primitives/usual.h"

#define BEGIN  1700000000u
#define LENGTH 600u

static uint64_t dice;

static int seeded(void **state)
{
	(void)state;
	dice = 88172645463325252u;
	return 0;
}

static uint64_t draw(void)
{
	dice ^= dice << 13;
	dice ^= dice >> 7;
	dice ^= dice << 17;
	return dice;
}

static uint64_t hash_of(uint64_t n)
{
	n = (n + 1) * UINT64_C(0x9e3779b97f4a7c15);
	n = (n ^ n >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	return n ^ n >> 27;
}

static void test_recent(void **state)
{
	(void)state;
	static const unsigned kinds[] = {1, 20, 60, 400};
	for (size_t k = 0; k < 4; k++) {
		struct sc_recent all = {0}, half[2] = {{0}, {0}};
		uint32_t now = BEGIN;
		for (unsigned n = 0; n < 3000; n++) {
			now += (uint32_t)(draw() % 5);
			uint64_t thing = hash_of(draw() % kinds[k]);
			sc_recent_put(&all, thing, now, LENGTH);
			sc_recent_put(&half[n % 7 == 0], thing, now, LENGTH);
			struct sc_recent sum = half[n % 2];
			sc_recent_merge(&sum, &half[1 - n % 2]);
			assert_int_equal(sc_recent_count(&sum, now, LENGTH), sc_recent_count(&all, now, LENGTH));
		}
	}
	struct sc_recent old = {0}, young = {0}, none = {0};
	sc_recent_put(&old, hash_of(1), BEGIN, LENGTH);
	sc_recent_put(&young, hash_of(2), BEGIN + 5 * LENGTH, LENGTH);
	sc_recent_merge(&young, &old); /* what is over stays so */
	sc_recent_merge(&young, &none);
	assert_int_equal(sc_recent_count(&young, BEGIN + 5 * LENGTH, LENGTH), 1);
}

/* The pauses that both measured, as one would have measured them. */
static void test_pace(void **state)
{
	(void)state;
	struct sc_pace half[2] = {{0}, {0}};
	double sum = 0, squares = 0;
	unsigned pauses = 0;
	for (unsigned h = 0; h < 2; h++) {
		uint32_t now = BEGIN + 1000 * h, before = 0;
		for (unsigned n = 0; n < 200 + 50 * h; n++, before = now) {
			now += 250 + h * 100 + (uint32_t)(draw() % 30);
			sc_pace_add(&half[h], now);
			double pause = before ? now - before : 0;
			sum += pause;
			squares += pause * pause;
			pauses += before != 0;
		}
	}
	uint32_t last = half[0].last > half[1].last ? half[0].last : half[1].last;
	sc_pace_merge(&half[0], &half[1]);
	double mean = sum / pauses, spread = squares - sum * mean;
	assert_int_equal(half[0].count, pauses);
	assert_int_equal(half[0].last, last);
	assert_true(half[0].mean > mean - 0.01 && half[0].mean < mean + 0.01);
	assert_true(half[0].spread > spread * 0.999 && half[0].spread < spread * 1.001);
	struct sc_pace none = {0}, one = half[0];
	sc_pace_merge(&one, &none);
	assert_memory_equal(&one, &half[0], sizeof(one));
	sc_pace_merge(&none, &one);
	assert_int_equal(none.count, one.count);
	assert_true(none.mean == one.mean && none.spread == one.spread);
}

/* Never less than what one would call usual, and at most `sensors` times that; the hours at hand are exact. */
static void add_up_usual(unsigned sensors, unsigned pause_s)
{
	struct sc_usual all = {0}, parts[3] = {{0}, {0}, {0}};
	uint32_t now = BEGIN;
	for (unsigned n = 0; n < 20000; n++) {
		now += (uint32_t)(draw() % (n % 4000 < 20 ? 200000 : pause_s));
		uint32_t much = 1 + (uint32_t)(draw() % 4);
		sc_usual_turn(&all, now);
		sc_usual_add(&all, much, now);
		sc_usual_add(&parts[draw() % sensors], much, now);
		struct sc_usual sum = parts[0];
		for (unsigned i = 1; i < sensors; i++)
			sc_usual_merge(&sum, &parts[i]);
		sc_usual_turn(&sum, now);
		assert_int_equal(sum.count, all.count);
		assert_int_equal(sum.last, all.last);
		assert_int_equal(sc_usual_age_hours(&sum), sc_usual_age_hours(&all));
		assert_true(sum.peak >= all.peak * 0.995f && sum.peak <= all.peak * 1.005f * (float)sensors);
	}
}
static void test_usual(void **state)
{
	(void)state;
	add_up_usual(2, 300);
	add_up_usual(3, 300);
	add_up_usual(2, 9000);
	add_up_usual(3, 9000);
}

/* Against a list of all hours: each counts less by half a week, as far back as it lies, however often something happened since.  It
 * may lie an hour further back, for it is forgotten from the turn on that ends it. */
static void test_usual_hours(void **state)
{
	(void)state;
	enum { HOURS = 3000 };
	static float hours[HOURS];
	static const unsigned busy[] = {1, 3, 40, 500};
	for (size_t k = 0; k < 4; k++) {
		struct sc_usual u = {0};
		memset(hours, 0, sizeof(hours));
		for (unsigned h = 1; h < HOURS; h++) {
			float due = 0;
			if (draw() % busy[k])
				continue;
			uint32_t n = 1 + (uint32_t)(draw() % 1000) * (draw() % 50 == 0);
			sc_usual_add(&u, n, h * 3600);
			hours[h] = (float)n;
			for (unsigned i = 1; i + 1 < h; i++) {
				float worth = hours[i] * sc_usual_left(h - i);
				due = worth > due ? worth : due;
			}
			assert_true(u.peak >= due * 0.995f && u.peak <= due * 1.005f);
		}
	}
	assert_true(sc_usual_left(168) == 0.5f && sc_usual_left(5000) == 0 && sc_usual_left(0) == 1);
}

struct piece {
	uint32_t count;
	struct sc_recent things;
};

static void add_piece(void *ctx, uint32_t i, void *into, const void *from)
{
	struct piece *to = into;
	const struct piece *other = from;
	unsigned *merged = ctx;
	merged[i]++;
	to->count += other->count;
	sc_recent_merge(&to->things, &other->things);
}

/* Rows with room for everybody are exact: each piece of each client is what one sensor would hold. */
static void test_rows(void **state)
{
	(void)state;
	enum { CLIENTS = 700, STEPS = 40000 };
	struct sc_rows rows[3] = {{.pieces = NULL}, {.pieces = NULL}, {.pieces = NULL}};
	size_t at[2] = {0, 0};
	for (unsigned r = 0; r < 3; r++) {
		at[0] = sc_rows_plan(&rows[r], sizeof(struct piece));
		at[1] = sc_rows_plan(&rows[r], sizeof(struct piece));
		assert_true(sc_rows_open(&rows[r], 8192, 3600));
	}
	for (unsigned i = 0; i < STEPS; i++) {
		uint64_t client = draw() % CLIENTS, thing = hash_of(draw() % 40);
		uint32_t second = BEGIN + i / 40, k = client % 3 ? (uint32_t)(draw() % 2) : 0; /* one in three has no second piece */
		unsigned who[2] = {0, 1 + (unsigned)(draw() % 2)};
		for (unsigned w = 0; w < 2; w++) {
			struct sc_row row = sc_rows_touch(&rows[who[w]], hash_of(client), second, false);
			struct piece *p = sc_row_piece(row, at[k], sizeof(*p));
			assert_non_null(p);
			p->count++;
			sc_recent_put(&p->things, thing, second, LENGTH);
		}
	}
	unsigned merged[2] = {0, 0};
	sc_rows_merge(&rows[1], &rows[2], add_piece, merged);
	assert_true(merged[0] > CLIENTS / 2 && merged[1] > CLIENTS / 3);
	for (uint64_t client = 0; client < CLIENTS; client++)
		for (unsigned k = 0; k < 2; k++) {
			uint32_t end = BEGIN + STEPS / 40;
			const struct piece *due = sc_row_find(sc_rows_touch(&rows[0], hash_of(client), end, false), at[k]);
			const struct piece *got = sc_row_find(sc_rows_touch(&rows[1], hash_of(client), end, false), at[k]);
			assert_int_equal(got != NULL, due != NULL);
			if (!due)
				continue;
			assert_int_equal(got->count, due->count);
			assert_int_equal(sc_recent_count(&got->things, end, LENGTH), sc_recent_count(&due->things, end, LENGTH));
		}
	for (unsigned r = 0; r < 3; r++)
		sc_rows_close(&rows[r]);
}

/* Where there is no room for all, whoever was seen most by both together stays, and nothing of one holder gets to another. */
static void test_crowded_rows(void **state)
{
	(void)state;
	struct sc_rows rows[2] = {{.pieces = NULL}, {.pieces = NULL}};
	size_t at = 0;
	for (unsigned r = 0; r < 2; r++) {
		at = sc_rows_plan(&rows[r], sizeof(struct piece));
		assert_true(sc_rows_open(&rows[r], 64, 3600));
	}
	for (unsigned i = 0; i < 20000; i++) {
		uint64_t client = i % 5 ? 100 * (i % 2) + 10 + draw() % 5000 : 7;
		struct sc_row row = sc_rows_touch(&rows[i % 2], hash_of(client), BEGIN + i / 100, false);
		struct piece *p = sc_row_piece(row, at, sizeof(*p));
		if (p)
			p->count += client == 7 ? 1 : 1000000;
	}
	unsigned merged[1] = {0};
	sc_rows_merge(&rows[0], &rows[1], add_piece, merged);
	const struct piece *p = sc_row_find(sc_rows_touch(&rows[0], hash_of(7), BEGIN + 200, false), at);
	assert_non_null(p);
	assert_in_range(p->count, 3900, 4000);
	for (unsigned r = 0; r < 2; r++)
		sc_rows_close(&rows[r]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_recent, seeded), cmocka_unit_test_setup(test_pace, seeded),
		cmocka_unit_test_setup(test_usual, seeded),  cmocka_unit_test_setup(test_rows, seeded),
		cmocka_unit_test_setup(test_usual_hours, seeded),
		cmocka_unit_test_setup(test_crowded_rows, seeded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
