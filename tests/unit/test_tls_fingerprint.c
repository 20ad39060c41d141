/* test_tls_fingerprint.c - JA3, JA3S and JA4 of known hellos, and of odd ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tls/fingerprint.h"
#include "tls_fixture.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

struct recipe {
	const char *name;
	uint16_t version;
	uint16_t ciphers[24], groups[8], signatures[12], versions[4];
	uint16_t extensions[20]; /* in the order of the wire; 0xffff ends */
	const char *sni, *alpn;
	const char *ja3, *ja4;
};

enum { SNI = 0, GROUPS = 10, POINTS = 11, SIGNATURES = 13, ALPN = 16, VERSIONS = 43, END = 0xffff };

static const struct recipe recipes[] = {
	/* The vector of the JA4 description; JA3 was computed by hand from the same lists. */
	{ "browser", 0x0303,
		{ 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014, 0x9c, 0x9d, 0x2f, 0x35 },
		{ 29, 23, 24 }, { 0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601 }, { 0x0304, 0x0303 },
		{ 0x1b, SNI, 0x33, ALPN, 0x4469, 0x17, VERSIONS, SIGNATURES, 5, 0x23, 0x12, 0x2d, POINTS, GROUPS, 0xff01, 0x15, END },
		"mail.example.org", "h2", NULL, "t13d1516h2_8daaf6152771_e5627efa2ab1" },
	{ "the same with GREASE, in another order", 0x0303,
		{ 0x2a2a, 0x35, 0x2f, 0x9d, 0x9c, 0xc014, 0xc013, 0xcca8, 0xcca9, 0xc030, 0xc02c, 0xc02f, 0xc02b, 0x1303, 0x1302, 0x1301 },
		{ 0x1a1a, 29, 23, 24 }, { 0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601 }, { 0x7a7a, 0x0304, 0x0303 },
		{ 0xfafa, SNI, 0x15, 0xff01, GROUPS, POINTS, 0x2d, 0x12, 0x23, 5, SIGNATURES, VERSIONS, 0x17, 0x4469, ALPN, 0x33, 0x1b,
			0xcaca, END },
		"mail.example.org", "h2", NULL, "t13d1516h2_8daaf6152771_e5627efa2ab1" },
	/* MD5 of "769,4-5,,,"; SHA-256 of "0004,0005" */
	{ "no extensions at all", 0x0301, { 4, 5 }, { 0 }, { 0 }, { 0 }, { END }, NULL, NULL, "1d70598d8ccdfcb836bfeb091ab8e469",
		"t10i020000_6e254592683c_000000000000" },
	{ "a protocol of one odd octet", 0x0303, { 0x2f }, { 0 }, { 0 }, { 0 }, { ALPN, END }, NULL, "\xab", NULL,
		"t12i0101ab_" },
	{ "a protocol that ends oddly", 0x0303, { 0x2f }, { 0 }, { 0 }, { 0 }, { ALPN, END }, NULL, "a\x7f", NULL, "t12i01016f_" },
};

static void put_list(struct bytes *b, const uint16_t *list, size_t most, size_t prefix)
{
	size_t at = open_length(b, prefix);
	for (size_t i = 0; i < most && list[i]; i++)
		put16(b, list[i]);
	close_length(b, at, prefix);
}

static void put_extension(struct bytes *b, const struct recipe *r, uint16_t type)
{
	put16(b, type);
	size_t at = open_length(b, 2);
	if (type == SNI || type == ALPN) {
		sc_str name = sc_str_of(type == SNI ? r->sni : r->alpn);
		size_t list = open_length(b, 2);
		if (type == SNI)
			put16(b, 0); /* the kind, and the high octet of the length */
		put8(b, (unsigned)name.len);
		put_octets(b, name.at, name.len);
		close_length(b, list, 2);
	} else if (type == GROUPS) {
		put_list(b, r->groups, COUNT(r->groups), 2);
	} else if (type == SIGNATURES) {
		put_list(b, r->signatures, COUNT(r->signatures), 2);
	} else if (type == VERSIONS) {
		put_list(b, r->versions, COUNT(r->versions), 1);
	} else if (type == POINTS) {
		put16(b, 0x0100);
	}
	close_length(b, at, 2);
}

static void put_hello(struct bytes *b, const struct recipe *r)
{
	uint8_t random[32] = { 1 };
	put16(b, r->version);
	put_octets(b, random, sizeof(random));
	put8(b, 0);
	put_list(b, r->ciphers, COUNT(r->ciphers), 2);
	put16(b, 0x0100);
	if (r->extensions[0] == END)
		return;
	size_t at = open_length(b, 2);
	for (size_t i = 0; r->extensions[i] != END; i++)
		put_extension(b, r, r->extensions[i]);
	close_length(b, at, 2);
}

static void check(const char *name, const char *what, sc_str got, const char *want)
{
	if (want && !sc_str_starts(got, sc_str_of(want)))
		fail_msg("%s: %s is %.*s, not %s", name, what, (int)got.len, got.at, want);
}

static void test_client(void **state)
{
	(void)state;
	static uint16_t sort[SC_TLS_SORT_MOST];
	struct sc_tls_crypto *c = sc_tls_crypto_open();
	char ja3[SC_TLS_JA3_OCTETS], ja4[SC_TLS_JA4_OCTETS];
	for (size_t i = 0; i < COUNT(recipes); i++) {
		static struct bytes b;
		b.len = 0;
		put_hello(&b, &recipes[i]);
		struct sc_tls_client_hello h = sc_tls_client_hello_read(text_of(&b));
		if (!h.good)
			fail_msg("%s: cannot be read", recipes[i].name);
		check(recipes[i].name, "JA3", sc_tls_ja3(c, &h, ja3), recipes[i].ja3);
		check(recipes[i].name, "JA4", sc_tls_ja4(c, &h, sort, ja4), recipes[i].ja4);
		size_t whole = 0;
		for (size_t n = 0; n < b.len; n++) { /* half a hello is nobody's; without all its extensions it may be one */
			h = sc_tls_client_hello_read(sc_str_slice(text_of(&b), 0, n));
			whole += sc_tls_ja3(c, &h, ja3).at != NULL;
		}
		if (whole > (recipes[i].extensions[0] != END))
			fail_msg("%s: %zu fingerprints of parts", recipes[i].name, whole);
	}
	sc_tls_crypto_close(c);
}

/* The server of a public capture: MD5 of "769,5,65281-35". */
static void test_server(void **state)
{
	(void)state;
	static struct bytes b;
	uint8_t random[32] = { 2 };
	char ja3s[SC_TLS_JA3_OCTETS];
	struct sc_tls_crypto *c = sc_tls_crypto_open();
	put16(&b, 0x0301);
	put_octets(&b, random, sizeof(random));
	put8(&b, 0);
	put16(&b, 5);
	put8(&b, 0);
	size_t at = open_length(&b, 2);
	put_octets(&b, "\xff\x01\x00\x01\x00\x00\x23\x00\x00", 9);
	close_length(&b, at, 2);
	struct sc_tls_server_hello h = sc_tls_server_hello_read(text_of(&b));
	assert_true(h.good && h.ticket && !h.retry);
	check("server", "JA3S", sc_tls_ja3s(c, &h, ja3s), "6b96cf9c27b0223177b0e9f135fe4899");
	sc_tls_crypto_close(c);
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(sc_tls_cipher(0x1301)->name, "TLS_AES_128_GCM_SHA256");
	assert_string_equal(sc_tls_cipher(0x0005)->name, "TLS_RSA_WITH_RC4_128_SHA");
	assert_string_equal(sc_tls_cipher(0xd005)->name, "TLS_ECDHE_PSK_WITH_AES_128_CCM_SHA256");
	assert_null(sc_tls_cipher(0));
	assert_null(sc_tls_cipher(0x0a0a));
	assert_null(sc_tls_cipher(0xffff));
	for (unsigned i = 0, last = 0; i < 0x10000; i++) { /* ordered, or the search would miss some */
		const struct sc_tls_cipher *c = sc_tls_cipher((uint16_t)i);
		assert_true(!c || (c->number == i && (last == 0 || i > last)));
		last = c ? i : last;
	}
	assert_string_equal(sc_tls_group_name(29), "x25519");
	assert_string_equal(sc_tls_alert_name(48), "unknown_ca");
	assert_string_equal(sc_tls_version_name(0x0304), "TLSv1.3");
	assert_null(sc_tls_version_name(0x7f1c));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_client),
		cmocka_unit_test(test_server),
		cmocka_unit_test(test_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
