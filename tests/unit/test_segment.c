/* test_segment.c - queues of early octets against a plain model: a map of which octet is held and what it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/segment.h"

#define SPAN 6000

struct model {
	char held[SPAN]; /* 0: nothing, 1: an octet, 2: a gap */
	char octet[SPAN];
};

static uint32_t dice(uint32_t *seed, uint32_t sides)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 8) % sides;
}

static size_t add_to_model(struct model *m, const struct sc_segment *seg, bool *conflict)
{
	size_t taken = 0;
	for (size_t i = 0; i < seg->bytes.len; i++) {
		size_t at = (size_t)seg->offset + i;
		bool gap = sc_segment_is_gap(seg);
		if (m->held[at] == 1 && !gap)
			*conflict |= m->octet[at] != seg->bytes.at[i];
		if (m->held[at])
			continue;
		m->held[at] = gap ? 2 : 1;
		if (!gap) {
			m->octet[at] = seg->bytes.at[i];
			taken++;
		}
	}
	return taken;
}

static void compare(const struct sc_pieces *q, const struct model *m)
{
	uint64_t at = 0;
	uint32_t octets = 0, count = 0;
	for (const struct sc_piece *p = q->first; p; p = p->next) {
		assert_true(p->seg.offset >= at && p->seg.bytes.len > 0);
		for (; at < p->seg.offset; at++)
			assert_int_equal(m->held[at], 0);
		for (size_t i = 0; i < p->seg.bytes.len; i++, at++) {
			bool gap = sc_segment_is_gap(&p->seg);
			assert_int_equal(m->held[at], gap ? 2 : 1);
			if (!gap)
				assert_int_equal(m->octet[at], p->seg.bytes.at[i]);
		}
		octets += sc_segment_is_gap(&p->seg) ? 0 : (uint32_t)p->seg.bytes.len;
		count++;
		assert_true(p->next || p == q->last);
	}
	for (; at < SPAN; at++)
		assert_int_equal(m->held[at], 0);
	assert_int_equal(octets, q->octets);
	assert_int_equal(count, q->count);
}

static void test_against_model(void **state)
{
	(void)state;
	struct sc_blocks store;
	uint32_t seed = 5;
	assert_true(sc_blocks_open(&store, 8 << 20));
	for (int round = 0; round < 60; round++) {
		struct model *m = calloc(1, sizeof(*m));
		struct sc_pieces q = { 0 };
		for (int i = 0; i < 60; i++) {
			size_t len = 1 + dice(&seed, dice(&seed, 4) ? 100 : 4000), from = dice(&seed, SPAN - (uint32_t)len);
			char *octets = malloc(len);
			for (size_t k = 0; k < len; k++)
				octets[k] = (char)((from + k) % 251 + (dice(&seed, 500) == 0));
			struct sc_segment seg = { .offset = from, .bytes = { dice(&seed, 5) ? octets : NULL, len } };
			bool conflict = false, expected = false;
			size_t taken = add_to_model(m, &seg, &expected);
			assert_int_equal(sc_pieces_add(&q, &store, &seg, UINT32_MAX, &conflict), taken);
			assert_int_equal(conflict, expected);
			free(octets);
			compare(&q, m);
		}
		sc_pieces_clear(&q, &store);
		assert_int_equal(sc_blocks_in_use(&store), 0);
		assert_null(sc_pieces_take(&q));
		free(m);
	}
	sc_blocks_close(&store);
}

static void test_limit(void **state)
{
	(void)state;
	struct sc_blocks store;
	struct sc_pieces q = { 0 };
	bool conflict = false;
	static char octets[3000];
	assert_true(sc_blocks_open(&store, 1 << 20));
	struct sc_segment seg = { .offset = 0, .bytes = { octets, 1000 } };
	assert_int_equal(sc_pieces_add(&q, &store, &seg, 1500, &conflict), 1000);
	seg.offset = 2000;
	assert_int_equal(sc_pieces_add(&q, &store, &seg, 1500, &conflict), 0);
	assert_int_equal(q.octets, 1000);
	seg.offset = 500;
	seg.bytes.len = 1000; /* half of it is held already */
	assert_int_equal(sc_pieces_add(&q, &store, &seg, 1500, &conflict), 500);
	assert_int_equal(sc_pieces_add(&q, &store, &seg, 10, &conflict), 0); /* a limit below what is held */
	struct sc_segment gap = { .offset = 4000, .bytes = { NULL, 1u << 30 } };
	assert_int_equal(sc_pieces_add(&q, &store, &gap, 1500, &conflict), 0);
	assert_int_equal(q.last->seg.bytes.len, 1u << 30); /* a gap costs nothing */
	assert_false(conflict);
	sc_pieces_clear(&q, &store);
	assert_int_equal(sc_blocks_in_use(&store), 0);
	sc_blocks_close(&store);
}

static void test_no_memory(void **state)
{
	(void)state;
	struct sc_blocks store;
	struct sc_pieces q = { 0 };
	bool conflict = false;
	static char octets[SC_BLOCK_LARGE];
	assert_true(sc_blocks_open(&store, 1));
	size_t taken = 0, n;
	for (uint64_t at = 0; at < 200; at++) {
		struct sc_segment seg = { .offset = at * 10000, .bytes = { octets, 1800 } };
		n = sc_pieces_add(&q, &store, &seg, UINT32_MAX, &conflict);
		assert_true(n == 1800 || n == 0);
		taken += n;
	}
	assert_int_equal(taken, 64 * 1800);
	assert_int_equal(q.octets, taken);
	sc_pieces_clear(&q, &store);
	sc_blocks_close(&store);
}

static void test_advance(void **state)
{
	(void)state;
	struct sc_segment s = { .offset = 10, .bytes = SC_STR("abc") };
	sc_segment_advance(&s, 2);
	assert_int_equal(s.offset, 12);
	assert_true(sc_str_equal(s.bytes, SC_STR("c")));
	struct sc_segment gap = { .offset = 10, .bytes = { NULL, 5 } };
	sc_segment_advance(&gap, 5);
	assert_true(sc_segment_is_gap(&gap));
	assert_int_equal(gap.bytes.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_against_model),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_advance),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
