/* test_tls_clear.c - handshake messages that belong inside the protection, written in clear by somebody who holds no keys
 * (RFC 8446 4.4.4, 4.5, 4.6.3): they change nothing, whether keys were given or not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tls/tls.h"

#define VERSIONS "\x00\x2b\x00\x02\x03\x04" /* supported_versions: TLS 1.3 */
#define SHARE    "\x00\x33\x00\x04\x00\x1d\x00\x00"
#define RANDOM   "0123456789abcdef0123456789abcdef"

static struct sc_blocks store;
static struct sc_tls_host host;

static int set_up(void **state)
{
	(void)state;
	return sc_blocks_open(&store, 4 << 20) && sc_tls_host_open(&host, &store) ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	sc_tls_host_close(&host);
	sc_blocks_close(&store);
	return 0;
}

/* Pushes a record of one handshake message; gives the news of it. */
static unsigned say(struct sc_tls *t, enum sc_side side, uint64_t *offset, uint8_t type, const char *body, size_t len)
{
	char record[256] = { 22, 3, 3, 0, (char)(len + 4), (char)type, 0, 0, (char)len };
	unsigned all = 0, news;
	memcpy(record + 9, body, len);
	struct sc_segment run = { .offset = *offset, .bytes = { record, len + 9 }, .packet = 1 };
	*offset += run.bytes.len;
	sc_tls_push(t, side, &run);
	while (sc_tls_next(t, &news))
		all |= news;
	return all;
}

static void test_clear(void **state)
{
	static const char client[] = "\x03\x03" RANDOM "\0\0\x02\x13\x01\x01\0\0\x07\x00\x2b\0\x03\x02\x03\x04";
	static const char server[] = "\x03\x03" RANDOM "\0\x13\x01\0\0\x0e" VERSIONS SHARE;
	static const struct { const char *name; uint8_t type; enum sc_side side; const char *body; size_t len; } rows[] = {
		{ "end of early data",    5,  SC_CLIENT, "", 0 },
		{ "Finished of a client", 20, SC_CLIENT, RANDOM, 32 },
		{ "Finished of a server", 20, SC_SERVER, RANDOM, 32 },
		{ "key update",           24, SC_CLIENT, "\0", 1 },
		{ "key update, asked",    24, SC_SERVER, "\1", 1 },
	};
	(void)state;
	for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
		size_t row = i / 2;
		uint64_t offset[2] = { 0 };
		struct sc_tls *t = sc_tls_open(&host, 1);
		assert_non_null(t);
		if (i & 1) { /* with hellos before it, or out of nothing */
			(void)say(t, SC_CLIENT, &offset[SC_CLIENT], 1, client, sizeof(client) - 1);
			(void)say(t, SC_SERVER, &offset[SC_SERVER], 2, server, sizeof(server) - 1);
			assert_string_equal(t->ev.version, "TLSv1.3");
		}
		unsigned news = say(t, rows[row].side, &offset[rows[row].side], rows[row].type, rows[row].body, rows[row].len);
		if (news & SC_TLS_TEXT || t->ev.decrypted || t->side[rows[row].side].keyed)
			fail_msg("%s: read as if it had been protected", rows[row].name);
		(void)sc_tls_finish(t, true);
		sc_tls_close(t);
	}
	assert_int_equal(sc_blocks_in_use(&store), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_clear, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
