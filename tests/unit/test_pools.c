/* test_pools.c - blocks, arena, FIFO and pool: whatever is taken is given back, and nothing overlaps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/fifo.h"
#include "base/pool.h"

static void test_blocks(void **state)
{
	(void)state;
	struct sc_blocks b;
	struct sc_block *first = NULL;
	uint32_t n = 0;
	assert_true(sc_blocks_open(&b, 1)); /* less than the least: 64 of each size */
	assert_int_equal(sc_blocks_in_use(&b), 0);
	for (struct sc_block *block; (block = sc_blocks_take(&b, SC_BLOCK_LARGE)); n++) {
		assert_int_equal(block->size, SC_BLOCK_LARGE);
		assert_int_equal(block->used, 0);
		assert_null(block->next);
		memset(block->data, 0xff, block->size);
		block->next = first;
		first = block;
	}
	assert_int_equal(n, 64);
	assert_true(sc_blocks_short(&b)); /* of one size is enough */
	struct sc_block *small = sc_blocks_take(&b, SC_BLOCK_SMALL);
	assert_non_null(small); /* the other size has its own */
	assert_int_equal(small->size, SC_BLOCK_SMALL);
	assert_null(sc_blocks_take(&b, SC_BLOCK_SMALL + 1));
	sc_blocks_give(&b, small);
	sc_blocks_give_all(&b, first);
	sc_blocks_give_all(&b, NULL);
	assert_int_equal(sc_blocks_in_use(&b), 0);
	assert_false(sc_blocks_short(&b));
	first = sc_blocks_take(&b, 0);
	assert_int_equal(first->size, SC_BLOCK_SMALL);
	sc_blocks_give(&b, first);
	sc_blocks_close(&b);
	sc_blocks_close(&b); /* closed twice is fine */
}

static void test_arena(void **state)
{
	(void)state;
	struct sc_blocks b;
	assert_true(sc_blocks_open(&b, 1));
	struct sc_arena a = { .store = &b };
	char *pieces[100];
	for (int i = 0; i < 100; i++) {
		pieces[i] = sc_arena_take(&a, (size_t)i + 1);
		assert_non_null(pieces[i]);
		assert_int_equal((uintptr_t)pieces[i] % 8, 0);
		memset(pieces[i], i, (size_t)i + 1);
	}
	for (int i = 0; i < 100; i++)
		for (int j = 0; j <= i; j++)
			assert_int_equal(pieces[i][j], i);
	assert_non_null(sc_arena_take(&a, SC_BLOCK_LARGE));
	assert_false(a.short_of_memory);
	assert_null(sc_arena_take(&a, SC_BLOCK_LARGE + 1));
	assert_true(a.short_of_memory);
	sc_arena_reset(&a);
	assert_false(a.short_of_memory);
	assert_int_equal(sc_blocks_in_use(&b), 0);
	sc_blocks_close(&b);
}

static void test_arena_copies(void **state)
{
	(void)state;
	struct sc_blocks b;
	static char large[SC_BLOCK_LARGE + 100];
	assert_true(sc_blocks_open(&b, 1));
	struct sc_arena a = { .store = &b };
	assert_null(sc_arena_copy(&a, SC_STR_NONE).at);
	sc_str empty = sc_arena_copy(&a, SC_STR(""));
	assert_non_null(empty.at);
	assert_int_equal(empty.len, 0);
	assert_true(sc_str_equal(sc_arena_copy(&a, SC_STR("a\0b")), SC_STR("a\0b")));
	assert_int_equal(sc_arena_copy(&a, (sc_str){ large, sizeof(large) }).len, SC_BLOCK_LARGE);
	while (sc_arena_copy(&a, (sc_str){ large, sizeof(large) }).at)
		;
	assert_true(a.short_of_memory);
	sc_arena_reset(&a);
	assert_int_equal(sc_blocks_in_use(&b), 0);
	sc_blocks_close(&b);
}

/* Entries of all sizes, some waiting: each holds what was put in until it is popped. */
static void test_fifo(void **state)
{
	(void)state;
	struct sc_blocks b;
	uint32_t seed = 3;
	size_t sizes[1000];
	unsigned char *entries[1000];
	size_t head = 0, tail = 0;
	assert_true(sc_blocks_open(&b, 1 << 20));
	struct sc_fifo f = { .store = &b };
	while (head < 1000) {
		seed = seed * 1664525u + 1013904223u;
		if (tail < 1000 && (head == tail || (seed >> 8) % 5 < 3)) {
			sizes[tail] = (seed >> 12) % 1500;
			entries[tail] = sc_fifo_push(&f, sizes[tail]);
			assert_non_null(entries[tail]);
			memset(entries[tail], (int)tail, sizes[tail]);
			tail++;
			continue;
		}
		for (size_t i = 0; i < sizes[head]; i++)
			assert_int_equal(entries[head][i], (unsigned char)head);
		sc_fifo_pop(&f);
		head++;
	}
	assert_int_equal(sc_blocks_in_use(&b), 0);
	assert_null(sc_fifo_push(&f, SC_BLOCK_LARGE));
	assert_non_null(sc_fifo_push(&f, SC_BLOCK_LARGE - 8));
	sc_fifo_clear(&f);
	assert_int_equal(sc_blocks_in_use(&b), 0);
	sc_blocks_close(&b);
}

static void test_fifo_without_memory(void **state)
{
	(void)state;
	struct sc_blocks b;
	int n = 0;
	assert_true(sc_blocks_open(&b, 1));
	struct sc_fifo f = { .store = &b };
	while (sc_fifo_push(&f, 2000))
		n++;
	assert_int_equal(n, 64);
	sc_fifo_pop(&f);
	assert_non_null(sc_fifo_push(&f, 2000));
	sc_fifo_clear(&f);
	sc_blocks_close(&b);
}

static void test_pool(void **state)
{
	(void)state;
	struct sc_pool p;
	unsigned char *objects[10];
	assert_true(sc_pool_open(&p, 17, 10));
	assert_int_equal(p.size, 32);
	for (uint32_t i = 0; i < 10; i++) {
		objects[i] = sc_pool_take(&p);
		assert_int_equal(sc_pool_index(&p, objects[i]), i);
		assert_ptr_equal(sc_pool_at(&p, i), objects[i]);
		memset(objects[i], 0xff, 17);
	}
	assert_null(sc_pool_take(&p));
	assert_int_equal(p.taken, 10);
	sc_pool_give(&p, objects[3]);
	sc_pool_give(&p, objects[7]);
	assert_int_equal(p.taken, 8);
	unsigned char *again = sc_pool_take(&p);
	assert_ptr_equal(again, objects[7]);
	for (int i = 0; i < 32; i++)
		assert_int_equal(again[i], 0); /* zeroed each time */
	sc_pool_close(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_blocks),
		cmocka_unit_test(test_arena),
		cmocka_unit_test(test_arena_copies),
		cmocka_unit_test(test_fifo),
		cmocka_unit_test(test_fifo_without_memory),
		cmocka_unit_test(test_pool),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
