/* test_ahead.c - a file that is read on a thread of its own gives the same octets, whatever its records are like. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cursor.h"
#include "base/hash.h"
#include "input/stream.h"

#define RECORDS 400

/* Records of a length in four octets, big-endian, and as many octets. */
static uint32_t length_of(unsigned kind, unsigned i)
{
	static const uint32_t odd[] = { 0, 1, SC_AHEAD_ROOM - 4, SC_AHEAD_ROOM - 3, 300000, 600000, 1500000 };
	return kind == 0 ? i * 37 % 1500 : kind == 1 || i % 40 ? i * 7919 % 60000 : odd[i / 40 % (sizeof(odd) / sizeof(odd[0]))];
}

static int make_file(unsigned kind, size_t cut)
{
	FILE *f = tmpfile();
	uint32_t state = 1;
	assert_non_null(f);
	for (unsigned i = 0; i < RECORDS; i++) {
		uint32_t n = length_of(kind, i);
		uint8_t head[4] = { (uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n };
		assert_int_equal(fwrite(head, 1, 4, f), 4);
		for (uint32_t k = 0; k < n; k++, state = state * 1664525 + 1013904223)
			fputc((int)(state >> 24), f);
	}
	assert_int_equal(fflush(f), 0);
	long size = ftell(f);
	assert_int_equal(ftruncate(fileno(f), size - (long)cut), 0);
	int fd = dup(fileno(f));
	fclose(f);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

struct seen { uint64_t sum, octets, tally; unsigned records; enum sc_ending ending; };

/* Reads until the end, or `most` records; from record `ahead` on with the thread; every seventh record is stepped over. */
static struct seen read_all(int fd, unsigned ahead, unsigned most)
{
	struct seen seen = { .sum = 1 };
	struct sc_stream s;
	struct sc_stream_config config = { .read = sc_stream_read_fd, .ctx = (void *)(intptr_t)fd, .tally = &seen.tally };
	const char *at;
	assert_int_equal(sc_stream_open(&s, &config), SC_OK);
	while (seen.records < most) {
		if (seen.records == ahead)
			sc_stream_read_ahead(&s, fd);
		if (!(at = sc_stream_need(&s, 4)))
			break;
		uint32_t n = sc_load_be32(at);
		sc_stream_use(&s, 4);
		if (seen.records % 7 == 6) {
			if (!sc_stream_skip(&s, n))
				break;
		} else {
			if (!(at = sc_stream_need(&s, n)))
				break;
			seen.sum = sc_hash(seen.sum, (sc_str){ at, n });
			sc_stream_use(&s, n);
		}
		seen.octets += n;
		seen.records++;
	}
	seen.ending = s.ending;
	sc_stream_close(&s);
	return seen;
}

static void test_same(void **state)
{
	static const struct { const char *name; unsigned kind; size_t cut; } files[] = {
		{ "small records", 0, 0 }, { "large ones", 1, 0 }, { "some that fit before no block", 2, 0 },
		{ "cut in a record", 1, 77 }, { "cut in a head", 0, 1499 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		int fd = make_file(files[i].kind, files[i].cut);
		struct seen plain = read_all(fd, UINT32_MAX, UINT32_MAX);
		for (unsigned ahead = 0; ahead < RECORDS; ahead = ahead * 3 + 1) {
			assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
			struct seen other = read_all(fd, ahead, UINT32_MAX);
			if (other.sum != plain.sum || other.octets != plain.octets || other.records != plain.records ||
				other.ending != plain.ending || other.tally != plain.tally)
				fail_msg("%s, ahead from record %u on: %u records of %llu octets instead of %u of %llu",
					files[i].name, ahead, other.records, (unsigned long long)other.octets, plain.records,
					(unsigned long long)plain.octets);
		}
		close(fd);
	}
}

/* Closing does not wait for the rest of the file, nor for a reader that waits for room. */
static void test_early_close(void **state)
{
	(void)state;
	int fd = make_file(1, 0);
	for (unsigned most = 0; most < 60; most += 5) {
		assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
		assert_int_equal(read_all(fd, 0, most).records, most);
	}
	close(fd);
}

/* A file that cannot be read any more ends the stream with the reason. */
static void test_error(void **state)
{
	(void)state;
	int fd = make_file(1, 0), folder[2];
	struct sc_stream s;
	struct sc_stream_config config = { .read = sc_stream_read_fd, .ctx = (void *)(intptr_t)fd };
	assert_int_equal(pipe(folder), 0);
	assert_int_equal(sc_stream_open(&s, &config), SC_OK);
	sc_stream_read_ahead(&s, folder[1]); /* the end of a pipe that is for writing */
	while (sc_stream_need(&s, 1000))
		sc_stream_use(&s, 1000);
	assert_int_equal(s.ending, SC_ENDING_UNREADABLE);
	assert_true(s.why[0] != 0);
	sc_stream_close(&s);
	close(folder[0]);
	close(folder[1]);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_early_close),
		cmocka_unit_test(test_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
