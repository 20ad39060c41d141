/* test_tls_records.c - records and handshake messages, however the stream is cut, and with octets missing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tls/handshake.h"
#include "tls/record.h"
#include "tls_fixture.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static struct sc_blocks store;
static uint8_t room[SC_TLS_RECORD_MOST], message_room[SC_TLS_MESSAGE_MOST];

static int set_up(void **state)
{
	(void)state;
	return sc_blocks_open(&store, 1 << 20) ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	sc_blocks_close(&store);
	return 0;
}

/* What was read, as a sum that depends on order, types, lengths and octets. */
struct seen {
	unsigned records, broken, messages, bodies;
	uint64_t sum;
};

static void mix(struct seen *s, const void *octets, size_t len)
{
	for (size_t i = 0; i < len; i++)
		s->sum = (s->sum ^ ((const uint8_t *)octets)[i]) * UINT64_C(1099511628211);
}

static void see(struct seen *s, struct sc_tls_messages *m, const struct sc_tls_record *r)
{
	struct sc_tls_message msg;
	sc_str fragment = r->body;
	s->records++;
	s->broken += r->broken;
	mix(s, &r->type, 1);
	mix(s, &r->len, 2);
	if (r->type != SC_TLS_HANDSHAKE || !r->body.at) {
		mix(s, r->body.at, r->body.at ? r->body.len : 0);
		return;
	}
	while (sc_tls_messages_next(m, &store, message_room, &fragment, &msg)) {
		s->messages++;
		s->bodies += msg.body.at != NULL;
		mix(s, &msg.type, 1);
		mix(s, msg.body.at, msg.body.at ? msg.body.len : 0);
	}
}

/* Reads `stream` in pieces of `cut` octets; those from `hole` on, `missing` of them, were not captured. */
static struct seen read_all(const struct bytes *stream, size_t cut, size_t hole, size_t missing)
{
	struct sc_tls_records r = { 0 };
	struct sc_tls_messages m = { 0 };
	struct sc_tls_record record;
	struct seen s = { .sum = 1 };
	for (size_t at = 0, n; at < stream->len && !r.lost; at += n) {
		bool gone = missing && at == hole;
		n = gone ? missing : cut < stream->len - at ? cut : stream->len - at;
		if (!gone && missing && at < hole && at + n > hole)
			n = hole - at;
		struct sc_segment run = { .offset = at, .bytes = { gone ? NULL : (const char *)stream->at + at, n } };
		while (sc_tls_records_next(&r, &store, room, &run, &record))
			see(&s, &m, &record);
	}
	sc_tls_records_clear(&r, &store);
	sc_tls_messages_clear(&m, &store);
	assert_int_equal(sc_blocks_in_use(&store), 0);
	return s;
}

/* Three messages over four records, one of nothing, an alert and application data. */
static void make_stream(struct bytes *stream)
{
	static struct bytes messages, body;
	messages.len = body.len = 0;
	for (unsigned i = 0; i < 5000; i++)
		put8(&body, i * 7);
	put_message(&messages, SC_TLS_CLIENT_HELLO, &body);
	put_message(&messages, SC_TLS_FINISHED, &body);
	body.len = 0;
	put_message(&messages, SC_TLS_SERVER_HELLO_DONE, &body);
	sc_str all = text_of(&messages);
	put_record(stream, SC_TLS_HANDSHAKE, 0x0301, sc_str_slice(all, 0, 2));
	put_record(stream, SC_TLS_HANDSHAKE, 0x0303, sc_str_slice(all, 2, 3000));
	put_record(stream, SC_TLS_HANDSHAKE, 0x0303, SC_STR(""));
	put_record(stream, SC_TLS_HANDSHAKE, 0x0303, sc_str_from(all, 3002));
	put_record(stream, SC_TLS_ALERT, 0x0303, SC_STR("\x01\x00"));
	put_record(stream, SC_TLS_DATA, 0x0303, SC_STR("abcdef"));
}

static void test_cuts(void **state)
{
	(void)state;
	static struct bytes stream;
	stream.len = 0;
	make_stream(&stream);
	struct seen whole = read_all(&stream, SIZE_MAX, 0, 0);
	assert_int_equal(whole.records, 6);
	assert_int_equal(whole.messages, 3);
	assert_int_equal(whole.bodies, 1); /* the others are nobody's */
	for (size_t cut = 1; cut < 3000; cut += cut < 40 ? 1 : 97) {
		struct seen s = read_all(&stream, cut, 0, 0);
		if (memcmp(&s, &whole, sizeof(s)) != 0)
			fail_msg("cut %zu: %u records, %u messages", cut, s.records, s.messages);
	}
}

/* Octets missing inside a body break that record; where they hide a header, nothing is guessed. */
static void test_gaps(void **state)
{
	(void)state;
	static struct bytes stream;
	stream.len = 0;
	make_stream(&stream);
	struct seen inside = read_all(&stream, 100, 50, 2000);
	assert_int_equal(inside.records, 6);
	assert_int_equal(inside.broken, 1);
	struct seen to_end = read_all(&stream, 100, 100, 12 + 3000 - 100); /* up to the end of the second record */
	assert_int_equal(to_end.records, 6);
	assert_int_equal(to_end.broken, 1);
	struct seen over = read_all(&stream, 100, 100, 12 + 3000 - 100 + 1);
	assert_int_equal(over.records, 1);
	struct seen header = read_all(&stream, 100, 7, 1);
	assert_int_equal(header.records, 1);
}

static const struct {
	const char *name;
	sc_str stream;
	unsigned records;
	bool lost;
} odd[] = {
	{ "no records",              { "HELO there", 10 }, 0, true },
	{ "an unknown type",         { "\x13\x03\x03\x00\x00", 5 }, 0, true },
	{ "version 4",               { "\x16\x04\x00\x00\x00", 5 }, 0, true },
	{ "the longest",             { "\x17\x03\x03\x48\x00", 5 }, 0, false },
	{ "too long",                { "\x17\x03\x03\x48\x01", 5 }, 0, true },
	{ "two of nothing",          { "\x16\x03\x03\x00\x00\x17\x03\x03\x00\x00", 10 }, 2, false },
	{ "a broken one behind one", { "\x15\x03\x03\x00\x02\x01\x00qqqqq", 12 }, 1, true },
	{ "heartbeat",               { "\x18\x03\x03\x00\x01x", 6 }, 1, false },
};

static void test_odd(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(odd); i++) {
		struct sc_tls_records r = { 0 };
		struct sc_tls_record record;
		struct sc_segment run = { .bytes = odd[i].stream };
		unsigned count = 0;
		while (sc_tls_records_next(&r, &store, room, &run, &record))
			count++;
		if (count != odd[i].records || r.lost != odd[i].lost || run.bytes.len)
			fail_msg("%s: %u records, lost %d, %zu left", odd[i].name, count, r.lost, run.bytes.len);
		sc_tls_records_clear(&r, &store);
	}
}

/* A message that is longer than the bound is stepped over, and the next one is read. */
static void test_long_message(void **state)
{
	(void)state;
	static struct bytes body, messages;
	struct sc_tls_messages m = { 0 };
	struct sc_tls_message msg;
	body.len = messages.len = 0;
	for (unsigned i = 0; i < SC_TLS_MESSAGE_MOST + 1; i++)
		put8(&body, i);
	put_message(&messages, SC_TLS_CERTIFICATE, &body);
	body.len = SC_TLS_MESSAGE_MOST;
	put_message(&messages, SC_TLS_CERTIFICATE, &body);
	unsigned count = 0;
	for (sc_str all = text_of(&messages); all.len;) {
		sc_str part = sc_str_slice(all, 0, 1000);
		all = sc_str_from(all, 1000);
		for (; sc_tls_messages_next(&m, &store, message_room, &part, &msg); count++)
			assert_true(count ? msg.body.len == SC_TLS_MESSAGE_MOST : msg.body.at == NULL);
	}
	assert_int_equal(count, 2);
	sc_tls_messages_clear(&m, &store);
	assert_int_equal(sc_blocks_in_use(&store), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_cuts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_gaps, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_odd, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_long_message, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
