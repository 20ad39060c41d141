/* test_pcapng_write.c - what the writer of pcapng makes, octet by octet and as our own reader sees it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/cursor.h"
#include "input/capture.h"
#include "input/pcapng_write.h"

/* A file in memory that fails once it is full. */
struct memory {
	char   octets[1 << 20];
	size_t len, room, at;
};
static struct memory file;

static bool take(void *ctx, const char *at, size_t len)
{
	struct memory *m = ctx;
	if (len > m->room - m->len)
		return false;
	if (len)
		memcpy(m->octets + m->len, at, len);
	m->len += len;
	return true;
}

static long give(void *ctx, void *at, size_t room)
{
	struct memory *m = ctx;
	size_t len = m->len - m->at < room ? m->len - m->at : room;
	memcpy(at, m->octets + m->at, len);
	m->at += len;
	return (long)len;
}

static struct sc_pcapng_write begin(size_t room)
{
	struct sc_pcapng_write w;
	file.len = file.at = 0;
	file.room = room;
	if (room >= 200)
		assert_true(sc_pcapng_write_begin(&w, (struct sc_writer){ take, &file }, SC_STR("smtpscope")));
	else
		sc_pcapng_write_begin(&w, (struct sc_writer){ take, &file }, SC_STR_NONE);
	return w;
}

static const struct sc_packet packets[] = {
	{ .number = 1, .when = 0, .wire_len = 3, .link = 1, .bytes = { "abc", 3 } },
	{ .number = 2, .when = 1577869200123456789, .wire_len = 1500, .link = 1, .bytes = { "abcd", 4 } },
	{ .number = 3, .when = 1577869200123456788, .wire_len = 0, .link = 101, .bytes = { "", 0 } },
	{ .number = 4, .when = INT64_MAX / 2, .wire_len = 1, .link = 65535, .bytes = { "x", 1 } },
	{ .number = 5, .when = 5, .wire_len = 2, .link = 1, .bytes = { "lies", 4 } },
	{ .number = 6, .when = 6, .wire_len = 5, .link = 276, .bytes = { "abcde", 5 } },
};
#define COUNT (sizeof(packets) / sizeof(packets[0]))

static void check_same(const char *name, const struct sc_packet *want, const struct sc_packet *got)
{
	uint32_t wire = want->wire_len > want->bytes.len ? want->wire_len : (uint32_t)want->bytes.len;
	bool same = want->when == got->when && wire == got->wire_len && want->link == got->link &&
		want->bytes.len == got->bytes.len &&
		(want->bytes.len == 0 || memcmp(want->bytes.at, got->bytes.at, want->bytes.len) == 0);
	if (!same)
		fail_msg("%s, packet %llu: %lld, %u octets of link %u", name, (unsigned long long)want->number,
			 (long long)got->when, got->wire_len, got->link);
}

static void open_capture(struct sc_capture *c, struct sc_verdict *verdict)
{
	const struct sc_stream_config stream = { .read = give, .ctx = &file };
	if (!sc_capture_open(c, &stream, NULL, verdict))
		fail_msg("what was written cannot be read: %s", verdict->why);
}

static void test_read_back(void **state)
{
	(void)state;
	struct sc_capture c;
	struct sc_verdict verdict;
	struct sc_packet got;
	struct sc_pcapng_write w = begin(sizeof(file.octets));
	for (size_t i = 0; i < COUNT; i++)
		assert_true(sc_pcapng_write_packet(&w, &packets[i]));
	assert_int_equal(w.octets, file.len);
	open_capture(&c, &verdict);
	for (size_t i = 0; i < COUNT; i++) {
		if (!sc_capture_next(&c, &got))
			fail_msg("packet %zu is missing", i + 1);
		check_same("read back", &packets[i], &got);
	}
	assert_false(sc_capture_next(&c, &got));
	sc_capture_judge(&c, &verdict);
	assert_int_equal(verdict.err, SC_OK);
	sc_capture_close(&c);
}

/* More link types than a section describes: sections follow each other. */
static void test_many_links(void **state)
{
	(void)state;
	struct sc_capture c;
	struct sc_verdict verdict;
	struct sc_packet got;
	struct sc_pcapng_write w = begin(sizeof(file.octets));
	struct sc_packet pkt = packets[1];
	for (unsigned i = 0; i < 3 * SC_PCAPNG_LINKS + 1; i++) {
		pkt.link = (uint16_t)(1000 + i);
		assert_true(sc_pcapng_write_packet(&w, &pkt));
	}
	open_capture(&c, &verdict);
	for (unsigned i = 0; i < 3 * SC_PCAPNG_LINKS + 1; i++) {
		assert_true(sc_capture_next(&c, &got));
		pkt.link = (uint16_t)(1000 + i);
		check_same("many links", &pkt, &got);
	}
	assert_false(sc_capture_next(&c, &got));
	sc_capture_close(&c);
}

static void test_layout(void **state)
{
	(void)state;
	struct sc_pcapng_write w = begin(sizeof(file.octets));
	assert_true(sc_pcapng_write_packet(&w, &packets[1]));
	static const uint32_t words[] = {
		0x0a0d0d0a, 48, 0x1a2b3c4d, 1, UINT32_MAX, UINT32_MAX, 4 | 9 << 16, 0x70746d73, 0x706f6373, 0x65, 0, 48,
		1, 32, 1, 0, 9 | 1 << 16, 9, 0, 32,
		6, 36, 0, 0x15e5c0af, 0, 4, 1500, 0x64636261, 36,
	};
	uint64_t when = 1577869200123456789;
	assert_int_equal(file.len, sizeof(words));
	for (size_t i = 0; i < sizeof(words) / 4; i++) {
		bool stamp = i == 23 || i == 24;
		uint32_t want = i == 23 ? (uint32_t)(when >> 32) : i == 24 ? (uint32_t)when : words[i];
		if (sc_load_le32(file.octets + 4 * i) != want)
			fail_msg("word %zu%s: %08x, not %08x", i, stamp ? " (time)" : "",
				 sc_load_le32(file.octets + 4 * i), want);
	}
}

/* A writer that fails, wherever it does, is told at once. */
static void test_failures(void **state)
{
	(void)state;
	begin(sizeof(file.octets));
	for (size_t room = 0; room < 200; room++) {
		struct sc_pcapng_write w = begin(room);
		bool all = true;
		for (size_t i = 0; i < COUNT; i++)
			all = sc_pcapng_write_packet(&w, &packets[i]) && all;
		if (all)
			fail_msg("with room for %zu octets nothing failed", room);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read_back),
		cmocka_unit_test(test_many_links),
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_failures),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
