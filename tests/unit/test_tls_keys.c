/* test_tls_keys.c - key logs, wherever they are cut and whatever stands in them; the store at its limit; acknowledgements. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tls/acks.h"
#include "tls/keys.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))
#define R  "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define S32 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define S48 S32 "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static const struct {
	const char *name, *text;
	uint64_t kept, ignored, bad;
} logs[] = {
	{ "a master secret",          "CLIENT_RANDOM " R " " S48 "\n", 1, 0, 0 },
	{ "without its line end",     "CLIENT_RANDOM " R " " S48, 1, 0, 0 },
	{ "CR LF",                    "CLIENT_RANDOM " R " " S48 "\r\n", 1, 0, 0 },
	{ "upper case",               "CLIENT_RANDOM " R " AAAAAAAAAAAAAAAA" "BBBBBBBBBBBBBBBB" S32 "\n", 1, 0, 0 },
	{ "comments, empty lines",    "# hello\n\n\r\n   \n", 0, 0, 0 },
	{ "a short master secret",    "CLIENT_RANDOM " R " " S32 "\n", 0, 0, 1 },
	{ "traffic, both lengths",    "SERVER_TRAFFIC_SECRET_0 " R " " S32 "\nCLIENT_TRAFFIC_SECRET_0 " R " " S48 "\n", 2, 0, 0 },
	{ "what nobody needs",        "EXPORTER_SECRET " R " " S48 "\nRSA aabb " S48 "\n", 0, 2, 0 },
	{ "an unknown label",         "SOMETHING " R " " S48 "\n", 0, 0, 1 },
	{ "a short random",           "CLIENT_RANDOM 00 " S48 "\n", 0, 0, 1 },
	{ "no hexadecimal",           "CLIENT_RANDOM " R " xx" S32 "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\n", 0, 0, 1 },
	{ "half an octet",            "CLIENT_HANDSHAKE_TRAFFIC_SECRET " R " " S32 "a\n", 0, 0, 1 },
	{ "more behind it",           "CLIENT_RANDOM " R " " S48 " x\n", 0, 0, 1 },
	{ "spaces",                   "  CLIENT_RANDOM   " R "  " S48 "  \n", 1, 0, 0 },
	{ "the same twice",           "CLIENT_RANDOM " R " " S48 "\nCLIENT_RANDOM " R " " S48 "\n", 2, 0, 0 },
};

static void test_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(logs); i++) {
		sc_str text = { logs[i].text, strlen(logs[i].text) };
		for (size_t cut = 1; cut <= text.len; cut += cut < 20 ? 1 : 13) {
			struct sc_tls_keys *keys = sc_tls_keys_open(1 << 20, 7);
			struct sc_tls_keylog log = { 0 };
			for (size_t at = 0; at < text.len; at += cut) {
				sc_str part = { text.at + at, cut < text.len - at ? cut : text.len - at };
				sc_tls_keylog_feed(&log, keys, part);
			}
			sc_tls_keylog_end(&log, keys);
			if (log.kept != logs[i].kept || log.ignored != logs[i].ignored || log.bad != logs[i].bad)
				fail_msg("%s, cut %zu: kept %u ignored %u bad %u", logs[i].name, cut, (unsigned)log.kept,
					 (unsigned)log.ignored, (unsigned)log.bad);
			assert_int_equal(sc_tls_keys_count(keys), logs[i].kept);
			sc_tls_keys_close(keys);
		}
	}
}

/* A line that is too long is passed over to its end, and the next one counts. */
static void test_long_line(void **state)
{
	(void)state;
	struct sc_tls_keys *keys = sc_tls_keys_open(1 << 20, 7);
	struct sc_tls_keylog log = { 0 };
	for (int i = 0; i < 100; i++)
		sc_tls_keylog_feed(&log, keys, SC_STR("CLIENT_RANDOM "));
	sc_tls_keylog_feed(&log, keys, SC_STR("\nCLIENT_RANDOM " R " " S48 "\n"));
	assert_int_equal(log.bad, 1);
	assert_int_equal(log.kept, 1);
	sc_tls_keys_close(keys);
}

/* Every line has a number, empty ones too, and the first bad one is named, however it is bad. */
static void test_first_bad(void **state)
{
	(void)state;
	struct sc_tls_keys *keys = sc_tls_keys_open(1 << 20, 7);
	struct sc_tls_keylog log = { 0 };
	sc_tls_keylog_feed(&log, keys, SC_STR("# one\n\nCLIENT_RANDOM " R " " S48 "\n"));
	assert_int_equal(log.first_bad, 0);
	for (int i = 0; i < 100; i++)
		sc_tls_keylog_feed(&log, keys, SC_STR("too long, "));
	sc_tls_keylog_feed(&log, keys, SC_STR("\nbad, too"));
	sc_tls_keylog_end(&log, keys);
	assert_int_equal(log.first_bad, 4);
	assert_int_equal(log.bad, 2);
	assert_int_equal(log.lines, 5);
	sc_tls_keys_close(keys);
}

static void random_of(unsigned i, uint8_t random[SC_TLS_RANDOM])
{
	memset(random, 0, SC_TLS_RANDOM);
	random[0] = (uint8_t)(i >> 16);
	random[1] = (uint8_t)(i >> 8);
	random[2] = (uint8_t)i;
}

static void add(struct sc_tls_keys *keys, struct sc_tls_keylog *log, unsigned i)
{
	char line[300];
	snprintf(line, sizeof(line), "CLIENT_RANDOM %06x%058d %06x%090d\n", i, 0, i, 0);
	sc_tls_keylog_feed(log, keys, (sc_str){ line, strlen(line) });
}

/* At the limit the oldest go; what is found is always the right one. */
static void test_limit(void **state)
{
	(void)state;
	enum { ALL = 5000 };
	uint8_t random[SC_TLS_RANDOM];
	struct sc_tls_keys *keys = sc_tls_keys_open(200000, 7);
	struct sc_tls_keylog log = { 0 };
	for (unsigned i = 0; i < ALL; i++)
		add(keys, &log, i);
	assert_int_equal(log.kept, ALL);
	unsigned found = 0, oldest = ALL;
	for (unsigned i = ALL; i-- > 0;) {
		random_of(i, random);
		sc_str secret = sc_tls_keys_find(keys, SC_TLS_MASTER, random);
		if (!secret.at)
			continue;
		found++;
		oldest = i;
		assert_int_equal(secret.len, 48);
		assert_memory_equal(secret.at, random, 3);
		assert_null(sc_tls_keys_find(keys, SC_TLS_CLIENT_TRAFFIC, random).at);
	}
	assert_true(found >= 256 && found < ALL);
	assert_int_equal(oldest, ALL - found); /* the newest ones, without a hole */
	sc_tls_keys_close(keys);
}

static void test_acks(void **state)
{
	(void)state;
	struct sc_blocks store;
	struct sc_tls_acks a = { 0 };
	assert_true(sc_blocks_open(&store, 1 << 16));
	sc_tls_acks_begin(&a, 100);
	assert_int_equal(sc_tls_acks_text(&a, 60), 60);
	assert_int_equal(sc_tls_acks_text(&a, 100), 100);
	assert_int_equal(sc_tls_acks_text(&a, 500), 100); /* a handshake: no text yet */
	sc_tls_acks_note(&a, &store, 540, 110);
	sc_tls_acks_note(&a, &store, 580, 120);
	assert_int_equal(sc_tls_acks_text(&a, 539), 100);
	assert_int_equal(sc_tls_acks_text(&a, 540), 110);
	assert_int_equal(sc_tls_acks_text(&a, 579), 110);
	assert_int_equal(sc_tls_acks_text(&a, 1000), 120);
	for (uint64_t i = 1; i <= 1000; i++)
		sc_tls_acks_note(&a, &store, 1000 + 100 * i, 120 + i);
	assert_int_equal(sc_tls_acks_text(&a, 1050), 120);
	assert_int_equal(sc_tls_acks_text(&a, 1000 + 100 * 999), 120 + 999);
	assert_int_equal(sc_tls_acks_text(&a, 1000 + 100 * 1000), 120 + 1000);
	sc_tls_acks_clear(&a, &store);
	assert_int_equal(sc_blocks_in_use(&store), 0);
	sc_blocks_close(&store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_long_line),
		cmocka_unit_test(test_first_bad),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_acks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
