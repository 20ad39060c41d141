/* test_text.c - escaping, numbers, times and addresses, with every place where a buffer can end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/width.h"

#define CASES(table) (sizeof(table) / sizeof((table)[0]))

static void expect(const char *name, const struct sc_text *t, sc_str want)
{
	if (!sc_str_equal(sc_text_str(t), want))
		fail_msg("%s: got \"%.*s\", want \"%.*s\"", name, (int)t->len, t->at, (int)want.len, want.at);
}

/* A copy that ends where the sanitizer looks. */
static sc_str exact(sc_str s, char **memory)
{
	*memory = malloc(s.len ? s.len : 1);
	assert_non_null(*memory);
	memcpy(*memory, s.at, s.len);
	return (sc_str){ *memory, s.len };
}

struct escape_case {
	const char *name;
	sc_str in, json, visible;
	size_t columns;
};

static const struct escape_case escapes[] = {
	{ "empty", SC_STR(""), SC_STR(""), SC_STR(""), 0 },
	{ "plain", SC_STR("MAIL FROM:<a@example.org>"), SC_STR("MAIL FROM:<a@example.org>"),
		SC_STR("MAIL FROM:<a@example.org>"), 25 },
	{ "marks", SC_STR("a\"b\\c/"), SC_STR("a\\\"b\\\\c/"), SC_STR("a\"b\\c/"), 6 },
	{ "line ends", SC_STR("a\tb\r\n"), SC_STR("a\\u0009b\\u000d\\u000a"), SC_STR("a\\tb\\r\\n"), 8 },
	{ "controls", SC_STR("\0\x1b[2J\x7f"), SC_STR("\\u0000\\u001b[2J\\u007f"), SC_STR("\\x00\\x1b[2J\\x7f"), 15 },
	{ "C1", SC_STR("\xc2\x9b" "2J\xc2\x80"), SC_STR("\\u009b2J\\u0080"), SC_STR("\\u{009b}2J\\u{0080}"), 18 },
	{ "after C1", SC_STR("\xc2\xa0"), SC_STR("\xc2\xa0"), SC_STR("\xc2\xa0"), 1 },
	{ "direction", SC_STR("a\xe2\x80\xae" "b\xe2\x81\xa6\xd8\x9c"), SC_STR("a\\u202eb\\u2066\\u061c"),
		SC_STR("a\\u{202e}b\\u{2066}\\u{061c}"), 26 },
	{ "marks of direction", SC_STR("\xe2\x80\x8e\xe2\x80\x8f"), SC_STR("\\u200e\\u200f"),
		SC_STR("\\u{200e}\\u{200f}"), 16 },
	{ "separators", SC_STR("\xe2\x80\xa8\xe2\x80\xa9"), SC_STR("\\u2028\\u2029"), SC_STR("\\u{2028}\\u{2029}"),
		16 },
	{ "beside those", SC_STR("\xe2\x80\xaf\xe2\x81\xaa"), SC_STR("\xe2\x80\xaf\xe2\x81\xaa"),
		SC_STR("\xe2\x80\xaf\xe2\x81\xaa"), 1 },
	{ "two octets", SC_STR("gr\xc3\xbc\xc3\x9f"), SC_STR("gr\xc3\xbc\xc3\x9f"), SC_STR("gr\xc3\xbc\xc3\x9f"), 4 },
	{ "wide", SC_STR("\xe6\x97\xa5\xe6\x9c\xac"), SC_STR("\xe6\x97\xa5\xe6\x9c\xac"),
		SC_STR("\xe6\x97\xa5\xe6\x9c\xac"), 4 },
	{ "emoji", SC_STR("\xf0\x9f\x93\xa7!"), SC_STR("\xf0\x9f\x93\xa7!"), SC_STR("\xf0\x9f\x93\xa7!"), 3 },
	{ "combining", SC_STR("e\xcc\x81"), SC_STR("e\xcc\x81"), SC_STR("e\xcc\x81"), 1 },
	{ "Latin 1", SC_STR("gr\xfc\xdf "), SC_STR("gr\xef\xbf\xbd\xef\xbf\xbd "), SC_STR("gr\\xfc\\xdf "), 11 },
	{ "lone continuation", SC_STR("\x80"), SC_STR("\xef\xbf\xbd"), SC_STR("\\x80"), 4 },
	{ "cut sequence", SC_STR("\xe2\x82"), SC_STR("\xef\xbf\xbd\xef\xbf\xbd"), SC_STR("\\xe2\\x82"), 8 },
	{ "sequence broken by a quote", SC_STR("\xe2\x82\""), SC_STR("\xef\xbf\xbd\xef\xbf\xbd\\\""),
		SC_STR("\\xe2\\x82\""), 9 },
	{ "overlong slash", SC_STR("\xc0\xaf"), SC_STR("\xef\xbf\xbd\xef\xbf\xbd"), SC_STR("\\xc0\\xaf"), 8 },
};

static void escapes_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < CASES(escapes); i++) {
		const struct escape_case *e = &escapes[i];
		char buffer[256], *memory;
		sc_str in = exact(e->in, &memory);
		struct sc_text t = sc_text_into(buffer, sizeof(buffer));
		sc_text_json(&t, in);
		expect(e->name, &t, e->json);
		t = sc_text_into(buffer, sizeof(buffer));
		sc_text_visible(&t, in);
		expect(e->name, &t, e->visible);
		if (sc_text_columns(in) != e->columns)
			fail_msg("%s: %zu columns, want %zu", e->name, sc_text_columns(in), e->columns);
		free(memory);
	}
}

/* In a buffer of any size what is written is a beginning of the whole, is UTF-8, and ends with no half escape. */
static void check_cut(const struct escape_case *e, void escape(struct sc_text *, sc_str), sc_str whole, size_t size)
{
	char *memory = malloc(size ? size : 1);
	struct sc_text t = sc_text_into(memory, size);
	size_t characters = 0;
	escape(&t, e->in);
	sc_str got = sc_text_str(&t);
	if (t.len > size || t.cut != (whole.len > size) || !sc_str_starts(whole, got))
		fail_msg("%s in %zu octets: \"%.*s\"", e->name, size, (int)got.len, got.at);
	for (size_t at = 0; at < got.len; characters++) {
		size_t n = sc_text_utf8(sc_str_from(got, at), NULL);
		if (n == 0)
			fail_msg("%s in %zu octets: not UTF-8", e->name, size);
		at += n;
	}
	sc_text_put(&t, 'x');
	if (t.cut && t.len != got.len && whole.len > size)
		fail_msg("%s in %zu octets: written to after the cut", e->name, size);
	free(memory);
}

static void escapes_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < CASES(escapes); i++) {
		for (size_t size = 0; size <= escapes[i].json.len; size++)
			check_cut(&escapes[i], sc_text_json, escapes[i].json, size);
		for (size_t size = 0; size <= escapes[i].visible.len; size++)
			check_cut(&escapes[i], sc_text_visible, escapes[i].visible, size);
	}
}

static void escapes_are_whole(void **state)
{
	char buffer[8];
	(void)state;
	struct sc_text t = sc_text_into(buffer, 6);
	sc_text_json(&t, SC_STR("a\x1b" "b"));
	expect("no half escape", &t, SC_STR("a"));
	t = sc_text_into(buffer, 7);
	sc_text_visible(&t, SC_STR("\xe2\x80\xae"));
	expect("no half brace", &t, SC_STR(""));
	t = sc_text_into(buffer, 4);
	sc_text_add(&t, SC_STR("abc\xc3\xbc"));
	expect("no half character", &t, SC_STR("abc"));
	sc_text_add(&t, SC_STR(""));
	sc_text_number(&t, 7);
	expect("nothing after a cut", &t, SC_STR("abc"));
	t = sc_text_into(NULL, 0);
	sc_text_add(&t, SC_STR_NONE);
	sc_text_json(&t, SC_STR_NONE);
	sc_text_adds(&t, NULL);
	assert_false(t.cut);
	sc_text_adds(&t, "a");
	assert_true(t.cut);
}

/* The plain way to say what UTF-8 is: encode every code point and see whether it comes back. */
static size_t encode(uint32_t c, char *out)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	for (size_t i = n; i > 1; i--, c >>= 6)
		out[i - 1] = (char)(0x80 | (c & 0x3f));
	out[0] = (char)((0xf00u >> n & 0xff) | c);
	return n;
}

static void utf8_every_code_point(void **state)
{
	(void)state;
	for (uint32_t c = 0; c < 0x200000; c++) {
		char octets[4];
		uint32_t read = 0;
		size_t n = encode(c, octets), got = sc_text_utf8((sc_str){ octets, n }, &read);
		bool valid = c <= 0x10ffff && !(c >= 0xd800 && c <= 0xdfff);
		if (got != (valid ? n : 0) || (valid && read != c))
			fail_msg("U+%04X: %zu octets, U+%04X", (unsigned)c, got, (unsigned)read);
		if (n > 1 && sc_text_utf8((sc_str){ octets, n - 1 }, &read) != 0)
			fail_msg("U+%04X cut: taken", (unsigned)c);
	}
}

static void utf8_ill_formed(void **state)
{
	static const sc_str bad[] = {
		SC_STR(""), SC_STR("\x80"), SC_STR("\xbf\x80"), SC_STR("\xc0\x80"), SC_STR("\xc1\xbf"),
		SC_STR("\xe0\x80\x80"),
		SC_STR("\xe0\x9f\xbf"), SC_STR("\xf0\x80\x80\x80"), SC_STR("\xf0\x8f\xbf\xbf"),
		SC_STR("\xed\xa0\x80"),
		SC_STR("\xed\xbf\xbf"), SC_STR("\xf4\x90\x80\x80"), SC_STR("\xf5\x80\x80\x80"),
		SC_STR("\xf8\x88\x80\x80\x80"),
		SC_STR("\xfe"), SC_STR("\xff"), SC_STR("\xc3("), SC_STR("\xe2\x28\xa1"), SC_STR("\xf0\x28\x8c\xbc"),
	};
	(void)state;
	for (size_t i = 0; i < CASES(bad); i++)
		if (sc_text_utf8(bad[i], NULL) != 0)
			fail_msg("ill-formed case %zu was taken", i);
}

static void numbers(void **state)
{
	static const uint64_t more[] = { UINT64_MAX, UINT64_MAX - 1, INT64_MAX, UINT32_MAX, 4294967296 };
	char buffer[64], want[64];
	uint64_t power = 1;
	(void)state;
	for (size_t i = 0; i < 60 + CASES(more); i++) {
		uint64_t n = i >= 60 ? more[i - 60] : i % 3 == 0 ? power - 1 : i % 3 == 1 ? power : power + 1;
		if (i % 3 == 2)
			power *= 10;
		struct sc_text t = sc_text_into(buffer, sizeof(buffer));
		sc_text_number(&t, n);
		snprintf(want, sizeof(want), "%llu", (unsigned long long)n);
		expect("number", &t, sc_str_of(want));
		t = sc_text_into(buffer, sizeof(buffer));
		sc_text_padded(&t, n, 7);
		snprintf(want, sizeof(want), "%07llu", (unsigned long long)n);
		expect("padded", &t, sc_str_of(want));
		t = sc_text_into(buffer, sizeof(buffer));
		sc_text_hex(&t, n, 16);
		snprintf(want, sizeof(want), "%016llx", (unsigned long long)n);
		expect("hex", &t, sc_str_of(want));
	}
	struct sc_text t = sc_text_into(buffer, 3);
	sc_text_number(&t, 1234);
	expect("no half number", &t, SC_STR(""));
	assert_true(t.cut);
}

static void times(void **state)
{
	static const struct {
		sc_time when;
		const char *want;
	} known[] = {
		{ 0, "1970-01-01T00:00:00.000000Z" },
		{ -1, "1969-12-31T23:59:59.999999Z" },
		{ 999, "1970-01-01T00:00:00.000000Z" },
		{ 1000, "1970-01-01T00:00:00.000001Z" },
		{ INT64_C(1769860800123456789), "2026-01-31T12:00:00.123456Z" },
		{ INT64_C(951782400) * SC_SECOND, "2000-02-29T00:00:00.000000Z" },
		{ INT64_C(4107542399) * SC_SECOND, "2100-02-28T23:59:59.000000Z" },
		{ INT64_C(4107542400) * SC_SECOND, "2100-03-01T00:00:00.000000Z" },
		{ INT64_MAX, "2262-04-11T23:47:16.854775Z" },
		{ INT64_MIN, "1677-09-21T00:12:43.145224Z" },
	};
	char buffer[64];
	(void)state;
	for (size_t i = 0; i < CASES(known); i++) {
		struct sc_text t = sc_text_into(buffer, sizeof(buffer));
		sc_text_time(&t, known[i].when);
		expect(known[i].want, &t, sc_str_of(known[i].want));
	}
	struct sc_text t = sc_text_into(buffer, 26);
	sc_text_time(&t, 0);
	expect("no half time", &t, SC_STR(""));
}

static void times_every_day(void **state)
{
	(void)state;
	for (int64_t day = -106751; day <= 106751; day++) {
		char buffer[64], want[64];
		time_t seconds = (time_t)(day * 86400 + (day & 0x7fff));
		struct tm tm;
		assert_non_null(gmtime_r(&seconds, &tm));
		strftime(want, sizeof(want), "%Y-%m-%dT%H:%M:%S.000000Z", &tm);
		struct sc_text t = sc_text_into(buffer, sizeof(buffer));
		sc_text_time(&t, (sc_time)seconds * SC_SECOND);
		expect("day", &t, sc_str_of(want));
	}
}

static void durations(void **state)
{
	static const struct {
		sc_time duration;
		const char *want;
	} known[] = {
		{ 0, "0.000" }, { 999, "0.000" }, { 1000, "0.001" }, { 12345678, "12.345" }, { SC_SECOND, "1000.000"
		},
		{ -1, "-0.001" }, { -1000, "-0.001" }, { -12345678, "-12.346" },
		{ INT64_MAX, "9223372036854.775" }, { INT64_MIN, "-9223372036854.776" },
	};
	char buffer[32];
	(void)state;
	for (size_t i = 0; i < CASES(known); i++) {
		struct sc_text t = sc_text_into(buffer, sizeof(buffer));
		sc_text_ms(&t, known[i].duration);
		expect(known[i].want, &t, sc_str_of(known[i].want));
	}
	struct sc_text t = sc_text_into(buffer, sizeof(buffer));
	sc_text_status(&t, (struct sc_status){ 5, 1, 10 });
	sc_text_status(&t, (struct sc_status){ 65535, 65535, 65535 });
	expect("status", &t, SC_STR("5.1.1065535.65535.65535"));
}

static const struct {
	const char *in, *canonical; /* NULL: no address */
} addresses[] = {
	{ "192.0.2.1", "192.0.2.1" }, { "0.0.0.0", "0.0.0.0" }, { "255.255.255.255", "255.255.255.255" },
	{ "::", "::" }, { "::1", "::1" }, { "1::", "1::" }, { "2001:db8::1", "2001:db8::1" },
	{ "2001:DB8:0:0:0:0:0:A", "2001:db8::a" }, { "2001:0db8:0000:0001::", "2001:db8:0:1::" },
	{ "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1" }, { "2001:0:0:1:0:0:0:1", "2001:0:0:1::1" },
	{ "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1" }, { "0:0:1:0:0:0:0:0", "0:0:1::" },
	{ "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0" }, { "::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8" },
	{ "0:0:3:4:5:6:7:8", "::3:4:5:6:7:8" }, { "1:2:3:4:5:6:0:0", "1:2:3:4:5:6::" },
	{ "::ffff:192.0.2.1", "::ffff:192.0.2.1" }, { "::ffff:c000:201", "::ffff:192.0.2.1" },
	{ "64:ff9b::192.0.2.33", "64:ff9b::c000:221" }, { "1:2:3:4:5:6:192.0.2.1", "1:2:3:4:5:6:c000:201" },
	{ "::ffff:0:0", "::ffff:0.0.0.0" },
	{ "", NULL }, { "192.0.2", NULL }, { "192.0.2.1.", NULL }, { "192.0.2.1.1", NULL }, { ".192.0.2", NULL },
	{ "192.0.2.256", NULL }, { "192.0.2.01", NULL }, { "192.0.2.0001", NULL }, { "192.0.2.-1", NULL },
	{ "192.0.2. 1", NULL }, { "192..2.1", NULL }, { "0x7f.0.0.1", NULL }, { "example.org", NULL },
	{ ":", NULL }, { ":::", NULL }, { "1:::2", NULL }, { ":1::2", NULL }, { "1::2:", NULL }, { "1::2::3", NULL },
	{ "1:2:3:4:5:6:7", NULL }, { "1:2:3:4:5:6:7:8:9", NULL }, { "1:2:3:4:5:6:7:8::", NULL },
	{ "::1:2:3:4:5:6:7:8", NULL }, { "1:2:3:4::5:6:7:8", NULL }, { "12345::", NULL }, { "g::", NULL },
	{ "::192.0.2", NULL }, { "192.0.2.1::", NULL }, { "::192.0.2.1:1", NULL }, { "1:2:3:4:5:6:7:192.0.2.1",
	NULL },
	{ "fe80::1%eth0", NULL }, { "[::1]", NULL }, { "1:2:3:4:5:6:7:", NULL }, { ":2:3:4:5:6:7:8", NULL },
};

static void addresses_read_and_written(void **state)
{
	(void)state;
	for (size_t i = 0; i < CASES(addresses); i++) {
		char buffer[64], *memory;
		struct sc_ip ip = { .version = 9 };
		sc_str in = exact(sc_str_of(addresses[i].in), &memory);
		bool good = sc_ip_read(in, &ip);
		if (good != (addresses[i].canonical != NULL) || (!good && ip.version != 9))
			fail_msg("%s: read %d", addresses[i].in, good);
		if (good) {
			struct sc_text t = sc_text_into(buffer, sizeof(buffer));
			sc_text_ip(&t, &ip);
			expect(addresses[i].in, &t, sc_str_of(addresses[i].canonical));
			t = sc_text_into(buffer, t.len - 1);
			sc_text_ip(&t, &ip);
			expect("no half address", &t, SC_STR(""));
			assert_true(t.cut);
		}
		free(memory);
	}
	struct sc_ip none = { .version = 0 };
	char buffer[4];
	struct sc_text t = sc_text_into(buffer, sizeof(buffer));
	sc_text_ip(&t, &none);
	expect("none", &t, SC_STR(""));
}

/* Every pattern of zero groups comes back as it was. */
static void addresses_round_trip(void **state)
{
	(void)state;
	for (unsigned pattern = 0; pattern < 256; pattern++) {
		char buffer[64];
		struct sc_ip ip = { .version = 6 }, back;
		for (unsigned group = 0; group < 8; group++)
			if (pattern >> group & 1)
				ip.octets[2 * group + (group & 1)] = (uint8_t)(0xf + 16 * group);
		struct sc_text t = sc_text_into(buffer, sizeof(buffer));
		sc_text_ip(&t, &ip);
		if (!sc_ip_read(sc_text_str(&t), &back) || !sc_ip_equal(&ip, &back))
			fail_msg("pattern %02x: \"%.*s\"", pattern, (int)t.len, t.at);
	}
}

static void widths(void **state)
{
	static const struct {
		uint32_t c;
		unsigned width;
	} known[] = {
		{ 'a', 1 }, { 0xe9, 1 }, { 0x2ff, 1 }, { 0x300, 0 }, { 0x36f, 0 }, { 0x370, 1 }, { 0x200b, 0 },
		{ 0x200d, 0 },
		{ 0x10ff, 1 }, { 0x1100, 2 }, { 0x1161, 0 }, { 0x3000, 2 }, { 0x302a, 0 }, { 0x3042, 2 }, { 0x3099,
		0 },
		{ 0x4e00, 2 }, { 0xac00, 2 }, { 0xd7a3, 2 }, { 0xff21, 2 }, { 0xff71, 1 }, { 0xfe0f, 0 }, { 0xfffd,
		1 },
		{ 0x1f600, 2 }, { 0x1f4e7, 2 }, { 0x20000, 2 }, { 0xe0100, 0 }, { 0x10ffff, 1 }, { 0x2709, 1 },
	};
	(void)state;
	for (size_t i = 0; i < CASES(known); i++)
		if (sc_width(known[i].c) != known[i].width)
			fail_msg("U+%04X: width %u", (unsigned)known[i].c, sc_width(known[i].c));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escapes_whole),
		cmocka_unit_test(escapes_cut),
		cmocka_unit_test(escapes_are_whole),
		cmocka_unit_test(utf8_every_code_point),
		cmocka_unit_test(utf8_ill_formed),
		cmocka_unit_test(numbers),
		cmocka_unit_test(times),
		cmocka_unit_test(times_every_day),
		cmocka_unit_test(durations),
		cmocka_unit_test(addresses_read_and_written),
		cmocka_unit_test(addresses_round_trip),
		cmocka_unit_test(widths),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
