/* test_checksum.c - the sum in wide steps against the sum word by word (RFC 1071 1). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "net/checksum.h"

#define MOST 70000

static unsigned char octets[MOST + 8];

/* As the RFC states it: 16-bit words in ones' complement, an odd octet followed by zero. */
static uint16_t plain(const unsigned char *at, size_t n)
{
	uint32_t sum = 0;
	for (size_t i = 0; i < n; i += 2) {
		sum += (uint32_t)(at[i] << 8 | (i + 1 < n ? at[i + 1] : 0));
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return (uint16_t)sum;
}

static void same(const char *name, size_t from, size_t n)
{
	uint16_t got = sc_checksum_fold(sc_checksum_add(0, (sc_str){ (const char *)octets + from, n }));
	uint16_t want = sc_checksum_order(plain(octets + from, n));
	if (got != want)
		fail_msg("%s: %zu octets from %zu: %04x, not %04x", name, n, from, got, want);
}

static void test_lengths(void **state)
{
	(void)state;
	static const struct { const char *name; unsigned first, step; } rows[] = {
		{ "zeros", 0, 0 }, { "ones", 0xff, 0 }, { "a ramp", 1, 1 }, { "mixed", 7, 149 }, { "one in two", 0xff, 0x100 - 0xff },
	};
	for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
		for (size_t i = 0; i < sizeof(octets); i++)
			octets[i] = (unsigned char)(rows[r].first + i * rows[r].step);
		for (size_t n = 0; n <= 300; n++)
			same(rows[r].name, n % 8, n);
		for (size_t n = 1400; n <= MOST; n += 1237)
			same(rows[r].name, n % 8, n);
		same(rows[r].name, 0, 65535);
	}
}

/* What was summed before stays, also when it is near the bound. */
static void test_sums_on(void **state)
{
	(void)state;
	memset(octets, 0xff, sizeof(octets));
	octets[100] = 0x12;
	sc_str s = { (const char *)octets, 1460 };
	uint64_t near = UINT64_C(0x3fffffffffffffff);
	uint64_t want = (uint64_t)sc_checksum_fold(near) + sc_checksum_fold(sc_checksum_add(0, s));
	assert_int_equal(sc_checksum_fold(sc_checksum_add(near, s)), sc_checksum_fold(want));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_sums_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
