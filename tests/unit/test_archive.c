/* test_archive.c - archives that open with a password only: headers as the formats' pages describe them, cut anywhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>

#include "base/str.h"
#include "message/archive.h"

static bool locked(const char *octets, size_t len, size_t step)
{
	struct sc_archive a = {.locked = false};
	for (size_t at = 0; at < len; at += step) {
		size_t n = len - at < step ? len - at : step;
		char *copy = memcpy(malloc(n), octets + at, n);
		sc_archive_feed(&a, (sc_str){copy, n});
		free(copy);
	}
	bool told = sc_archive_locked(&a);
	assert_int_equal(sc_archive_locked(&a), told);
	return told;
}

/* An entry of a zip: flags, compressed size, name, no extra field. */
#define ZIP(flags, size, name_len) "PK\3\4\x0a\0" flags "\0\0\0\x53\x89\x79\x5d\x7a\x7a\x6f\xed" size "\3\0\0\0" name_len "\0\0\0"
#define RAR4 "Rar!\x1a\7\0"
#define RAR4_MAIN(flags) "\xcf\x90\x73" flags "\x0d\0\0\0\0\0\0\0"
#define RAR5 "Rar!\x1a\7\1\0"
#define RAR5_MAIN "\x33\x92\xb5\xe5\x0a\1\5\6\0\5\1\1\x80\x80\0"
#define SEVEN(gap, size) "7z\xbc\xaf\x27\x1c\0\4\1\2\3\4" gap "\0\0\0\0\0\0\0" size "\0\0\0\0\0\0\0\5\6\7\x08"

#define CASE(due, octets) {octets, sizeof(octets) - 1, due}
static const struct {
	const char *octets;
	size_t len;
	bool due;
} cases[] = {
	CASE(true, ZIP("\x09", "\x0f\0\0\0", "\5") "a.txt123456789012345PK\1\2"),
	CASE(true, ZIP("\1", "\x0f\0\0\0", "\5") "a.txt"),
	CASE(false, ZIP("\0", "\3\0\0\0", "\5") "a.txthi\nPK\1\2"),
	CASE(true, ZIP("\0", "\0\0\0\0", "\2") "d/" ZIP("\1", "\x0f\0\0\0", "\5") "a.txt"),     /* behind a directory */
	CASE(true, ZIP("\0", "\3\0\0\0", "\5") "a.txthi\n" ZIP("\1", "\x0f\0\0\0", "\5") "b.txt"), /* or behind an open file */
	CASE(false, ZIP("\x08", "\0\0\0\0", "\5") "a.txthi\n" ZIP("\1", "\x0f\0\0\0", "\5") "b.txt"), /* nobody knows where that begins */
	CASE(false, ZIP("\0", "\xff\xff\xff\xff", "\5") "a.txt"),
	CASE(false, "PK\3\4"),
	CASE(false, ZIP("\0", "\3\0\0\0", "\5")),
	CASE(false, "PK\5\6\0\0\0\0\0\0\0\0\0\0"),
	CASE(true, RAR4 RAR4_MAIN("\x80\0")),
	CASE(true, RAR4 RAR4_MAIN("\0\0") "\1\2\x74\x04\x80\x20\0"),
	CASE(false, RAR4 RAR4_MAIN("\0\0") "\1\2\x74\0\x80\x20\0"),
	CASE(false, RAR4 RAR4_MAIN("\0\0")),
	CASE(false, RAR4 "\0\0\0\0"),
	CASE(true, RAR5 "\1\2\3\4\x21\4\0\0\x0f"),
	CASE(true, RAR5 RAR5_MAIN "\1\2\3\4\x11\2\3\6\x0f\0\3\x20\0\0\1a\5\1\0\0\x0f\0"), /* extra: 6 octets at its end */
	CASE(false, RAR5 RAR5_MAIN "\1\2\3\4\x10\2\2\x0f\0\3\x20\0\0\5a.txt"),
	CASE(false, RAR5 RAR5_MAIN),
	CASE(false, RAR5 "\1\2\3\4\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
	CASE(true, SEVEN("\3", "\x14") "abc\x17\6\1\1\x09\0\7\x0b\1\0\2\x24\6\xf1\7\1\x0a\x53\7"),
	CASE(false, SEVEN("\3", "\x14") "abc\x17\6\1\1\x09\0\7\x0b\1\0\1\x23\3\1\1\5\x5d\0\0\1\0"),
	CASE(false, SEVEN("\xff", "\x14") "abc\x24\6\xf1\7\1"), /* in the packed octets, by chance */
	CASE(false, SEVEN("\0", "\0") "\x24\6\xf1\7\1"),
	CASE(false, "MZ\x90\0\3\0\0\0\4\0\0\0\xff\xff"),
	CASE(false, ""),
};

static void test_headers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (size_t step = 1; step < 400; step = step < 8 ? step + 1 : step * 3)
			if (locked(cases[i].octets, cases[i].len, step) != cases[i].due)
				fail_msg("case %zu, by %zu", i, step);
}

/* Octets that no archive has, behind each beginning that one has: nothing is read beyond them, and cuts change nothing. */
static void test_any_octets(void **state)
{
	static const sc_str begins[] = {{"PK\3\4", 4}, {RAR4, 7}, {RAR5, 8}, {"7z\xbc\xaf\x27\x1c", 6}};
	unsigned dice = 5;
	(void)state;
	for (unsigned round = 0; round < 20000; round++) {
		char octets[700];
		sc_str begin = begins[round % 4];
		size_t len = begin.len + round % (sizeof(octets) - begin.len);
		for (size_t i = 0; i < len; i++) {
			dice = dice * 1103515245u + 12345;
			octets[i] = (char)(dice >> 16 & (round % 3 ? 7 : 255));
		}
		memcpy(octets, begin.at, begin.len);
		assert_int_equal(locked(octets, len, 1 + round % 11), locked(octets, len, len));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_any_octets),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
