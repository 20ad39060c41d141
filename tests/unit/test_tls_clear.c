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

/* A message that is longer than is kept is stepped over, and that is told; what follows is read. */
static void test_unread(void **state)
{
	static const struct { enum sc_side side; uint8_t type; const char *want; } rows[] = {
		{ SC_CLIENT, SC_TLS_CLIENT_HELLO, "client_hello" }, { SC_SERVER, SC_TLS_SERVER_HELLO, "server_hello" },
		{ SC_SERVER, SC_TLS_CERTIFICATE, "certificate" }, { SC_SERVER, SC_TLS_SERVER_KEY_EXCHANGE, "server_key_exchange" },
		{ SC_SERVER, SC_TLS_FINISHED, NULL }, { SC_SERVER, SC_TLS_KEY_UPDATE, NULL },
	};
	static char record[5 + 16384];
	static const size_t len = SC_TLS_MESSAGE_MOST + 1;
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sc_tls *t = sc_tls_open(&host, 1);
		struct sc_segment run = { .packet = 1 };
		unsigned news;
		for (size_t left = len + 4, n; left; left -= n) {
			n = left < 16384 ? left : 16384;
			memset(record, 0, sizeof(record));
			memcpy(record, (char[]){ 22, 3, 3, (char)(n >> 8), (char)n }, 5);
			if (left == len + 4)
				memcpy(record + 5, (char[]){ (char)rows[i].type, 0, (char)(len >> 8), (char)len }, 4);
			run.bytes = (sc_str){ record, 5 + n };
			sc_tls_push(t, rows[i].side, &run);
			while (sc_tls_next(t, &news))
				continue;
			run.offset += 5 + n;
		}
		(void)sc_tls_finish(t, true);
		if ((t->ev.unread != NULL) != (rows[i].want != NULL) || (rows[i].want && strcmp(t->ev.unread, rows[i].want) != 0))
			fail_msg("type %u: %s", rows[i].type, t->ev.unread ? t->ev.unread : "nothing");
		sc_tls_close(t);
	}
	assert_int_equal(sc_blocks_in_use(&store), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_clear, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_unread, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
