/* test_ring.c - records come out as they went in, whatever their sizes, on one thread and across two. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/bell.h"
#include "app/ring.h"

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

/* A record of `octets` that tells its number in every octet. */
static void fill(void *at, size_t octets, uint32_t number)
{
	memset(at, (int)(number & 0xff), octets);
	if (octets >= sizeof(number))
		memcpy(at, &number, sizeof(number));
}

static bool is_filled(const void *at, size_t octets, uint32_t number)
{
	char expected[4096];
	fill(expected, octets, number);
	return memcmp(at, expected, octets) == 0;
}

static void test_sizes(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		size_t asked, size;
	} cases[] = {
		{ "nothing", 0, 4096 },          { "below the least", 4095, 4096 }, { "the least", 4096, 4096 },
		{ "not a power of two", 8191, 4096 }, { "a power of two", 8192, 8192 }, { "above one", 70000, 65536 },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sc_ring r;
		if (!sc_ring_open(&r, cases[i].asked) || r.size != cases[i].size || sc_ring_most(&r) >= r.size / 2)
			fail_msg("%s: size %zu", cases[i].name, r.size);
		sc_ring_close(&r);
	}
}

static void test_hidden_until_published(void **state)
{
	(void)state;
	struct sc_ring r;
	assert_true(sc_ring_open(&r, 4096));
	assert_null(sc_ring_peek(&r));
	fill(sc_ring_room(&r, 10), 10, 1);
	sc_ring_push(&r, 10);
	assert_null(sc_ring_peek(&r));
	assert_int_equal(sc_ring_hidden(&r), 24);
	sc_ring_publish(&r);
	assert_int_equal(sc_ring_hidden(&r), 0);
	assert_non_null(sc_ring_peek(&r));
	assert_true(is_filled(sc_ring_peek(&r), 10, 1)); /* looking twice gives the same */
	sc_ring_pop(&r);
	assert_null(sc_ring_peek(&r));
	assert_int_equal(sc_ring_used(&r), 24);
	sc_ring_release(&r);
	assert_int_equal(sc_ring_used(&r), 0);
	sc_ring_close(&r);
}

/* Wherever the ring stands, an empty one takes the largest record, and a full one gives NULL and stays whole. */
static void test_largest_at_every_place(void **state)
{
	(void)state;
	struct sc_ring r;
	assert_true(sc_ring_open(&r, 4096));
	size_t most = sc_ring_most(&r);
	for (uint32_t i = 0; i < 3000; i++) {
		void *room = sc_ring_room(&r, most);
		if (!room)
			fail_msg("no room for the largest record in round %u", i);
		fill(room, most, i);
		sc_ring_push(&r, most);
		while ((room = sc_ring_room(&r, 300))) {
			fill(room, 300, i + 1);
			sc_ring_push(&r, 300);
		}
		sc_ring_publish(&r);
		if (!is_filled(sc_ring_peek(&r), most, i))
			fail_msg("the largest record is damaged in round %u", i);
		sc_ring_pop(&r);
		for (void *at; (at = sc_ring_peek(&r)); sc_ring_pop(&r))
			if (!is_filled(at, 300, i + 1))
				fail_msg("a record beside the largest is damaged in round %u", i);
		room = NULL;
		sc_ring_release(&r);
		while (!(room = sc_ring_room(&r, 8 * (i % 5))))
			fail_msg("no room in an empty ring in round %u", i);
		sc_ring_push(&r, 8 * (i % 5)); /* the next round begins elsewhere */
		sc_ring_publish(&r);
		assert_non_null(sc_ring_peek(&r));
		sc_ring_pop(&r);
		sc_ring_release(&r);
	}
	sc_ring_close(&r);
}

static size_t size_of(uint32_t *random)
{
	uint32_t n = next_random(random);
	return n % 50 == 0 ? n % 2000 : n % 120;
}

/* A stream of random sizes with random moments of publishing and releasing. */
static void test_stream(void **state)
{
	(void)state;
	for (uint32_t seed = 1; seed < 40; seed++) {
		struct sc_ring r;
		uint32_t in = 0, out = 0, making = seed, taking = seed, moods = ~seed;
		size_t next = size_of(&making);
		assert_true(sc_ring_open(&r, 4096));
		while (out < 5000) {
			void *at;
			for (uint32_t k = next_random(&moods) % 20; k && (at = sc_ring_room(&r, next)); k--) {
				fill(at, next, in++);
				sc_ring_push(&r, next);
				next = size_of(&making);
			}
			sc_ring_publish(&r);
			for (uint32_t k = next_random(&moods) % 20; k && (at = sc_ring_peek(&r)); k--) {
				if (!is_filled(at, size_of(&taking), out))
					fail_msg("seed %u: record %u is damaged", seed, out);
				sc_ring_pop(&r);
				out++;
			}
			if (next_random(&moods) % 2)
				sc_ring_release(&r);
		}
		sc_ring_close(&r);
	}
}

#define RECORDS 200000u

struct pair {
	struct sc_ring ring;
	struct sc_bell room, records;
};

static void *produce(void *ctx)
{
	struct pair *p = ctx;
	uint32_t random = 7, moods = 9;
	for (uint32_t i = 0; i < RECORDS; i++) {
		size_t octets = size_of(&random);
		void *at;
		for (;;) {
			unsigned heard = sc_bell_heard(&p->room);
			if ((at = sc_ring_room(&p->ring, octets)))
				break;
			sc_ring_publish(&p->ring);
			sc_bell_ring(&p->records);
			sc_bell_wait(&p->room, heard);
		}
		fill(at, octets, i);
		sc_ring_push(&p->ring, octets);
		if (next_random(&moods) % 16 == 0 || i + 1 == RECORDS) {
			sc_ring_publish(&p->ring);
			sc_bell_ring(&p->records);
		}
	}
	return NULL;
}

static void test_two_threads(void **state)
{
	(void)state;
	static struct pair p;
	pthread_t thread;
	uint32_t random = 7;
	assert_true(sc_ring_open(&p.ring, 4096));
	sc_bell_open(&p.room);
	sc_bell_open(&p.records);
	assert_int_equal(pthread_create(&thread, NULL, produce, &p), 0);
	for (uint32_t i = 0; i < RECORDS; i++) {
		void *at;
		for (;;) {
			unsigned heard = sc_bell_heard(&p.records);
			if ((at = sc_ring_peek(&p.ring)))
				break;
			sc_ring_release(&p.ring);
			sc_bell_ring(&p.room);
			sc_bell_wait(&p.records, heard);
		}
		if (!is_filled(at, size_of(&random), i))
			fail_msg("record %u is damaged", i);
		sc_ring_pop(&p.ring);
		if (sc_ring_popped(&p.ring) > 1000) {
			sc_ring_release(&p.ring);
			sc_bell_ring(&p.room);
		}
	}
	pthread_join(thread, NULL);
	assert_null(sc_ring_peek(&p.ring));
	sc_bell_close(&p.room);
	sc_bell_close(&p.records);
	sc_ring_close(&p.ring);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_hidden_until_published),
		cmocka_unit_test(test_largest_at_every_place),
		cmocka_unit_test(test_stream),
		cmocka_unit_test(test_two_threads),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
