/* test_capture.c - the formats: what their fields mean, and what becomes of files that are cut or lie. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "image.h"
#include "input/capture.h"
#include "reader.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static struct image *new_image(size_t size)
{
	struct image *m = calloc(1, sizeof(*m));
	m->at = malloc(size);
	m->size = size;
	return m;
}

static void free_image(struct image *m)
{
	free(m->at);
	free(m);
}

/* All packets of `octets` as text, one line each, and after them the verdict.  Small buffers and pieces
 * bring the edges of the buffer to many places. */
static void list(sc_str octets, size_t buffer, size_t piece, char *out, size_t size)
{
	struct reader r = { octets, piece };
	struct sc_stream_config config = { .read = read_octets, .ctx = &r, .buffer_octets = buffer };
	struct sc_capture c;
	struct sc_verdict verdict;
	struct sc_packet pkt;
	size_t len = 0;
	if (sc_capture_open(&c, &config, NULL, &verdict)) {
		while (sc_capture_next(&c, &pkt))
			len += (size_t)snprintf(out + len, size - len, "%lld.%09lld %u/%u link %u %.*s\n",
				(long long)(pkt.when / SC_SECOND), (long long)(pkt.when % SC_SECOND),
				(unsigned)pkt.bytes.len, pkt.wire_len, pkt.link,
				(int)(pkt.bytes.len < 8 ? pkt.bytes.len : 8), pkt.bytes.at);
		sc_capture_judge(&c, &verdict);
		sc_capture_close(&c);
	}
	snprintf(out + len, size - len, "%d%s%s\n", verdict.err, *verdict.why ? " " : "", verdict.why);
}

static void check(const char *name, const struct image *m, const char *want)
{
	static const struct {
		size_t buffer, piece;
	} ways[] = { { 0, 0 }, { 4, 0 }, { 7, 1 }, { 64, 3 } };
	char got[4096];
	for (size_t i = 0; i < COUNT(ways); i++) {
		list((sc_str){ m->at, m->len }, ways[i].buffer, ways[i].piece, got, sizeof(got));
		if (strcmp(got, want) != 0)
			fail_msg("%s: got\n%swant\n%s", name, got, want);
	}
}

static void pcap_dialects(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		uint32_t magic;
		bool big, modified;
	} cases[] = {
		{ "us, little", 0xa1b2c3d4, false, false },       { "us, big", 0xa1b2c3d4, true, false },
		{ "ns, little", 0xa1b23c4d, false, false },       { "ns, big", 0xa1b23c4d, true, false },
		{ "modified, little", 0xa1b2cd34, false, true },  { "modified, big", 0xa1b2cd34, true, true },
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct image *m = new_image(4096);
		m->big = cases[i].big;
		put_pcap_header(m, cases[i].magic, 65535, 0x14000071); /* above the link type: 4 octets of FCS */
		for (int n = 0; n < 2; n++) {
			const char *octets = n ? "" : "whole";
			size_t more = cases[i].modified ? 8 : 0;
			put32(m, 7);
			put32(m, 42);
			put32(m, (uint32_t)strlen(octets));
			put32(m, 1500);
			put(m, "........", more);
			put(m, octets, strlen(octets));
		}
		check(cases[i].name, m,
			cases[i].magic == 0xa1b23c4d
				? "7.000000042 5/1500 link 113 whole\n7.000000042 0/1500 link 113 \n0\n"
				: "7.000042000 5/1500 link 113 whole\n7.000042000 0/1500 link 113 \n0\n");
		free_image(m);
	}
}

static void pcap_edges(void **state)
{
	(void)state;
	struct image *m = new_image(4096);
	put_pcap_header(m, 0xa1b2c3d4, 65535, 1);
	check("header only", m, "0\n");
	put_pcap_packet(m, UINT32_MAX, UINT32_MAX, SC_STR("last"), 2);
	check("late, wire shorter", m, "4294971589.967295000 4/4 link 1 last\n0\n");
	put32(m, 1);
	put32(m, 1);
	put32(m, 65535 + (256 << 10) + 1);
	put32(m, 1);
	check("absurd length", m,
		"4294971589.967295000 4/4 link 1 last\n"
		"4 corrupt at packet 2: a captured length of 327680 octets; the packet before it was read\n");
	m->len -= 3;
	check("cut header", m,
		"4294971589.967295000 4/4 link 1 last\n4 cut short in packet 2; the packet before it was read\n");
	m->len = 20;
	check("cut file header", m, "4 cut short in its file header; it holds no packets\n");
	m->len = 0;
	put_pcap_header(m, 0xa1b2c3d4, 0, 0x00010001);
	put_pcap_packet(m, 1, 0, SC_STR("odd"), 3);
	check("link beyond 16 bits", m, "1.000000000 3/3 link 65535 odd\n0\n");
	free_image(m);
}

static void pcap_long_record(void **state)
{
	(void)state;
	size_t octets = 3u << 20;
	struct image *m = new_image(octets + 100);
	char *text = calloc(1, octets);
	memset(text, 'x', octets);
	put_pcap_header(m, 0xa1b2c3d4, 4u << 20, 1);
	put_pcap_packet(m, 1, 0, SC_STR("a"), 1);
	put_pcap_packet(m, 2, 0, (sc_str){ text, octets }, (uint32_t)octets);
	char got[512];
	list((sc_str){ m->at, m->len }, 0, 0, got, sizeof(got));
	assert_string_equal(got, "1.000000000 1/1 link 1 a\n2.000000000 3145728/3145728 link 1 xxxxxxxx\n0\n");
	list((sc_str){ m->at, m->len - 1 }, 0, 0, got, sizeof(got));
	assert_string_equal(got,
		"1.000000000 1/1 link 1 a\n4 cut short in packet 2; the packet before it was read\n");
	free(text);
	free_image(m);
}

static void put_all_kinds(struct image *m, bool big)
{
	put_section(m, big);
	open_interface(m, SC_LINK_ETHERNET, 3);
	put_option(m, 2, 0x30687465, 4);
	put_option(m, 14, (uint64_t)-100, 8); /* if_tsoffset */
	put_option(m, 0, 0, 0);
	close_block(m);
	open_interface(m, SC_LINK_SLL2, 0);
	put_option(m, 9, 9, 1); /* if_tsresol */
	close_block(m);
	put_enhanced(m, 0, 107000042, SC_STR("abcd"), 60);
	put_enhanced(m, 1, 7000000042, SC_STR("efghi"), 5);
	open_block(m, 0x0badcafe); /* a type that nobody knows */
	put(m, "0123456789", 10);
	close_block(m);
	put_simple(m, SC_STR("jkl"), 9);
	open_block(m, 2); /* obsolete packet block */
	put16(m, 1);
	put16(m, 3);
	put_number(m, 0, 4);
	put32(m, 5);
	put32(m, 2);
	put32(m, 2);
	put(m, "mn", 2);
	close_block(m);
}

static void pcapng_blocks(void **state)
{
	(void)state;
	struct image *m = new_image(4096);
	const char *want = "7.000042000 4/60 link 1 abcd\n7.000000042 5/5 link 276 efghi\n"
			   "7.000000042 3/9 link 1 jkl\n0.000000005 2/2 link 276 mn\n";
	char both[1024];
	for (int big = 0; big < 2; big++) {
		m->len = 0;
		put_all_kinds(m, big);
		snprintf(both, sizeof(both), "%s0\n", want);
		check(big ? "big" : "little", m, both);
	}
	put_all_kinds(m, false);
	snprintf(both, sizeof(both), "%s%s0\n", want, want);
	check("a big and a little section", m, both);
	free_image(m);
}

static void spoil_nothing(struct image *m)
{
	put_section(m, false);
	put_interface(m, 1);
}

static void spoil_lengths(struct image *m)
{
	put_enhanced(m, 0, 0, SC_STR("x"), 1);
	m->at[m->len - 4]++;
}

static void spoil_unknown_lengths(struct image *m)
{
	open_block(m, 99);
	close_block(m);
	m->at[m->len - 4]++;
}

static void spoil_short(struct image *m)
{
	put32(m, 6);
	put32(m, 8);
	put32(m, 8);
}

static void spoil_odd(struct image *m)
{
	put32(m, 99);
	put32(m, 13);
	put32(m, 13);
}

static void spoil_huge(struct image *m)
{
	put32(m, 6);
	put32(m, 0xfffffffc);
	put32(m, 0);
}

static void spoil_huge_unknown(struct image *m)
{
	put32(m, 99);
	put32(m, 0xfffffffc);
	put32(m, 0);
}

static void spoil_interface(struct image *m)
{
	put_enhanced(m, 1, 0, SC_STR("x"), 1);
}

static void spoil_captured(struct image *m)
{
	put_enhanced(m, 0, 0, SC_STR("x"), 1);
	m->at[m->block + 20] = 5; /* the padding has room for 4 */
}

static void spoil_simple(struct image *m)
{
	put_simple(m, SC_STR("xyz"), 5);
}

static void spoil_section(struct image *m)
{
	put_section(m, false);
	m->at[m->block + 8] = 0;
}

static void spoil_version(struct image *m)
{
	put_section(m, false);
	m->at[m->block + 12] = 2;
}

static void spoil_new_section(struct image *m)
{
	put_section(m, false); /* the interface of the section before is none of this one */
	put_enhanced(m, 0, 0, SC_STR("x"), 1);
}

static void spoil_empty(struct image *m)
{
	open_block(m, 6);
	close_block(m);
}

static void spoil_options(struct image *m)
{
	open_interface(m, 1, 0);
	put16(m, 9);
	put16(m, 60000); /* beyond the block: passed over */
	close_block(m);
	put_enhanced(m, 1, 1000000, SC_STR("x"), 1);
}

static void pcapng_spoiled(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		void (*spoil)(struct image *m);
		const char *want;
	} cases[] = {
		{ "header only", spoil_nothing, "0\n" },
		{ "lengths differ", spoil_lengths, "4 corrupt at packet 1: a block with two different lengths: 36" },
		{ "lengths differ, unknown", spoil_unknown_lengths,
		  "4 corrupt at packet 1: a block with two different lengths: 12" },
		{ "too short", spoil_short, "4 corrupt at packet 1: a block of the impossible length 8" },
		{ "no multiple of four", spoil_odd, "4 corrupt at packet 1: a block of the impossible length 13" },
		{ "huge", spoil_huge, "4 corrupt at packet 1: a block of the impossible length 4294967292" },
		{ "huge, unknown", spoil_huge_unknown, "4 cut short after packet 0" },
		{ "no such interface", spoil_interface, "4 corrupt at packet 1: a packet of the undescribed interface 1" },
		{ "captured beyond block", spoil_captured, "4 corrupt at packet 1: a captured length beyond its block: 5" },
		{ "simple, beyond block", spoil_simple, "4 corrupt at packet 1: a captured length beyond its block: 5" },
		{ "no byte order", spoil_section, "4 corrupt at packet 1: a section without its byte-order magic" },
		{ "version", spoil_version, "4 corrupt at packet 1: a section in the unknown format version 2" },
		{ "new section", spoil_new_section, "4 corrupt at packet 1: a packet of the undescribed interface 0" },
		{ "empty block", spoil_empty, "4 corrupt at packet 1: a block of the impossible length 12" },
		{ "options", spoil_options, "1.000000000 1/1 link 1 x\n0\n" },
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct image *m = new_image(4096);
		char want[512];
		bool bad = cases[i].want[0] == '4';
		bool cut = strstr(cases[i].want, "cut short") != NULL;
		spoil_nothing(m);
		if (cases[i].spoil != spoil_nothing)
			cases[i].spoil(m);
		snprintf(want, sizeof(want), "%s%s", cases[i].want,
			!bad ? "" : cut ? "; what is before it was read\n" : "; no packet is whole\n");
		check(cases[i].name, m, want);
		free_image(m);
	}
}

static void keep_text(void *ctx, sc_str text)
{
	struct image *m = ctx;
	put(m, text.at, text.len);
	put(m, "|", 1);
}

static void put_statistics(struct image *m, uint32_t interface, uint64_t ifdrop, uint64_t osdrop)
{
	open_block(m, 5);
	put32(m, interface);
	put_number(m, 0, 8);
	put_option(m, 4, 1000, 8);
	put_option(m, 5, ifdrop, 8);
	put_option(m, 7, osdrop, 8);
	put_option(m, 0, 0, 0);
	close_block(m);
}

static void put_secrets(struct image *m, uint32_t type, const char *text, uint32_t claimed)
{
	open_block(m, 10);
	put32(m, type);
	put32(m, claimed);
	put(m, text, strlen(text));
	close_block(m);
}

static void pcapng_watch(void **state)
{
	(void)state;
	struct image *m = new_image(4096), *kept = new_image(4096);
	put_section(m, true);
	put_interface(m, 1);
	put_interface(m, 1);
	put_secrets(m, 0x544c534b, "CLIENT_RANDOM a b\n", 18);
	put_secrets(m, 0x57474b4c, "not TLS", 7);
	put_secrets(m, 0x544c534b, "lie!", 4000);
	put_statistics(m, 0, 5, 1);
	put_statistics(m, 1, 10, 0);
	put_statistics(m, 0, 7, 1); /* replaces the first */
	put_statistics(m, 2, 100, 0); /* there is no such interface */
	put_section(m, false);
	put_interface(m, 1);
	put_statistics(m, 0, 1000, 0);
	struct sc_pcapng_watch watch = { .keylog = keep_text, .ctx = kept };
	struct reader r = { { m->at, m->len }, 0 };
	struct sc_capture c;
	struct sc_verdict verdict;
	struct sc_packet pkt;
	struct sc_stream_config config = { .read = read_octets, .ctx = &r };
	assert_true(sc_capture_open(&c, &config, &watch, &verdict));
	assert_false(sc_capture_next(&c, &pkt));
	sc_capture_close(&c);
	put(kept, "", 1);
	assert_string_equal(kept->at, "CLIENT_RANDOM a b\n|lie!|");
	assert_int_equal(watch.secrets, 3);
	assert_int_equal(watch.dropped, 8 + 10 + 1000);
	free_image(m);
	free_image(kept);
}

static void strangers(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		sc_str octets;
		const char *want;
	} cases[] = {
		{ "empty", { "", 0 }, "3 is empty\n" },
		{ "text", { "Hello,\nworld\n", 13 }, "3 not a capture: it looks like text\n" },
		{ "three octets", { "\xd4\xc3\xb2", 3 }, "3 not a capture: it is too short\n" },
		{ "magic only", { "\xd4\xc3\xb2\xa1", 4 }, "4 cut short in its file header; it holds no packets\n" },
		{ "half a section", { "\n\r\r\n\x1c\0\0\0\x4d", 9 }, "4 cut short in its file header; it holds no packets\n" },
		{ "not a section", { "\n\r\r\n\x1c\0\0\0nope", 12 }, "3 not a capture: it is neither pcap nor pcapng\n" },
		{ "xz", { "\xfd" "7zXZ\0\0\0\0\0\0\0\0", 13 },
		  "3 not a capture: it is compressed by xz; unpack it first (xz -d)\n" },
		{ "binary", { "\0\1\2\3\4\5\6\7\0\1\2\3\4\5\6\7", 16 }, "3 not a capture: it is neither pcap nor pcapng\n" },
		{ "gzip, two octets", { "\x1f\x8b", 2 }, "4 cut short at the start of its gzip data; nothing could be read\n" },
		{ "gzip, bad method", { "\x1f\x8b\x01\x01\x01\x01\x01\x01\x01\x01\x01", 11 },
		  "4 corrupt at its start: the gzip data does not unpack (unknown compression method)\n" },
		{ "zstd, magic only", { "\x28\xb5\x2f\xfd", 4 },
		  "4 cut short at the start of its zstd data; nothing could be read\n" },
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		char got[512];
		list(cases[i].octets, 0, 0, got, sizeof(got));
		if (strcmp(got, cases[i].want) != 0)
			fail_msg("%s: got %s, want %s", cases[i].name, got, cases[i].want);
	}
}

static void clocks(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		uint8_t  resolution;
		uint64_t stamp;
		int64_t  offset_s;
		sc_time  want;
	} cases[] = {
		{ "us", 6, 1500000, 0, 1500 * SC_MS },
		{ "s", 0, 3, 0, 3 * SC_SECOND },
		{ "ns", 9, 123, 0, 123 },
		{ "ps", 12, 123456, 0, 123 },
		{ "1e-28", 28, UINT64_MAX, 0, 1 },
		{ "1e-29", 29, UINT64_MAX, 0, 0 },
		{ "1e-127", 127, UINT64_MAX, 0, 0 },
		{ "2^0", 0x80, 3, 0, 3 * SC_SECOND },
		{ "2^-10", 0x8a, 1536, 0, 1500 * SC_MS },
		{ "2^-64", 0xc0, UINT64_C(1) << 63, 0, 500 * SC_MS },
		{ "2^-127", 0xff, UINT64_MAX, 0, 0 },
		{ "offset", 6, 1000000, 2, 3 * SC_SECOND },
		{ "before 1970", 6, 1000000, -2, 0 },
		{ "far before", 6, 1, INT64_MIN, 0 },
		{ "far after", 0, UINT64_MAX, INT64_MAX, SC_CLOCK_LAST },
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sc_clock c = SC_CLOCK_DEFAULT;
		c.offset_s = cases[i].offset_s;
		sc_clock_resolve(&c, cases[i].resolution);
		sc_time got = sc_clock_read(&c, cases[i].stamp);
		if (got != cases[i].want)
			fail_msg("%s: got %lld, want %lld", cases[i].name, (long long)got, (long long)cases[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pcap_dialects), cmocka_unit_test(pcap_edges), cmocka_unit_test(pcap_long_record),
		cmocka_unit_test(pcapng_blocks), cmocka_unit_test(pcapng_spoiled), cmocka_unit_test(pcapng_watch),
		cmocka_unit_test(strangers), cmocka_unit_test(clocks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
