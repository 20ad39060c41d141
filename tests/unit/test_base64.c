/* test_base64.c - decoding what clients send, and what they should not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/base64.h"

static const struct {
	const char *name;
	sc_str in, out;
	bool bad;
} cases[] = {
	{ "empty", SC_STR(""), SC_STR(""), false },
	{ "none", SC_STR_NONE, SC_STR(""), false },
	{ "RFC 4648 10: f", SC_STR("Zg=="), SC_STR("f"), false },
	{ "RFC 4648 10: fo", SC_STR("Zm8="), SC_STR("fo"), false },
	{ "RFC 4648 10: foo", SC_STR("Zm9v"), SC_STR("foo"), false },
	{ "RFC 4648 10: foob", SC_STR("Zm9vYg=="), SC_STR("foob"), false },
	{ "RFC 4648 10: fooba", SC_STR("Zm9vYmE="), SC_STR("fooba"), false },
	{ "RFC 4648 10: foobar", SC_STR("Zm9vYmFy"), SC_STR("foobar"), false },
	{ "AUTH PLAIN", SC_STR("AGFAZXhhbXBsZS5vcmcAcHc="), SC_STR("\0a@example.org\0pw"), false },
	{ "all ones", SC_STR("////"), SC_STR("\xff\xff\xff"), false },
	{ "whole alphabet", SC_STR("+/+/"), SC_STR("\xfb\xff\xbf"), false },
	{ "no padding, one", SC_STR("Zg"), SC_STR("f"), false },
	{ "no padding, two", SC_STR("Zm8"), SC_STR("fo"), false },
	{ "half padding", SC_STR("Zg="), SC_STR("f"), true },
	{ "lone digit", SC_STR("Z"), SC_STR(""), true },
	{ "lone last digit", SC_STR("Zm9vZ"), SC_STR("foo"), true },
	{ "spare bits", SC_STR("Zh=="), SC_STR("f"), false },
	{ "padding only", SC_STR("=="), SC_STR(""), true },
	{ "empty response of SASL", SC_STR("="), SC_STR(""), true },
	{ "padding after a full group", SC_STR("Zm9v="), SC_STR("foo"), true },
	{ "too much padding", SC_STR("Zg==="), SC_STR("f"), true },
	{ "text after padding", SC_STR("Zg==Zg=="), SC_STR("f"), true },
	{ "space inside", SC_STR("Zm9v YmFy"), SC_STR("foo"), true },
	{ "line end", SC_STR("Zm9v\r\n"), SC_STR("foo"), true },
	{ "NUL", SC_STR("Zm9v\0YmFy"), SC_STR("foo"), true },
	{ "URL alphabet", SC_STR("-_-_"), SC_STR(""), true },
	{ "high octet", SC_STR("Zm\xff" "v"), SC_STR("f"), true },
	{ "cancelled", SC_STR("*"), SC_STR(""), true },
};

/* Each in a buffer of every size: the beginning is the same, nothing is written past the end. */
static void decodes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (size_t size = 0; size <= cases[i].out.len + 2; size++) {
			uint8_t *out = malloc(size ? size : 1);
			bool bad = !cases[i].bad;
			size_t len = sc_base64_decode(cases[i].in, out, size, &bad);
			sc_str got = { (char *)out, len }, want = sc_str_slice(cases[i].out, 0, size);
			if (!sc_str_equal(got, want) || bad != cases[i].bad)
				fail_msg("%s into %zu octets: %zu octets, bad %d", cases[i].name, size, len, bad);
			free(out);
		}
	}
}

static void round_trips(void **state)
{
	uint8_t in[64], back[64];
	char text[SC_BASE64_OCTETS(sizeof(in))];
	(void)state;
	for (size_t i = 0; i < sizeof(in); i++)
		in[i] = (uint8_t)(i * 67 + 129);
	for (size_t len = 0; len <= sizeof(in); len++) {
		bool bad = true;
		size_t written = sc_base64_encode(in, len, text, sizeof(text));
		assert_int_equal(written, SC_BASE64_OCTETS(len));
		size_t got = sc_base64_decode((sc_str){ text, written }, back, sizeof(back), &bad);
		if (bad || got != len || memcmp(in, back, len) != 0)
			fail_msg("%zu octets do not come back", len);
	}
	for (size_t size = 0; size <= 9; size++)
		assert_int_equal(sc_base64_encode(in, 5, text, size), size >= 8 ? 8 : size / 4 * 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decodes),
		cmocka_unit_test(round_trips),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
