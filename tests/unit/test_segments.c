/* test_segments.c - what the ladder says of packets: ends, repetitions, gaps, windows; sequence numbers wrap around. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tui/segments.h"

enum { F = 1, S = 2, R = 4, A = 16 };

/* A letter for each mark, in the order of the enum. */
static void put_marks(struct sc_text *to, uint16_t marks)
{
	static const char letters[] = "SFRagLzokU";
	for (int i = 0; letters[i]; i++)
		if (marks >> i & 1)
			sc_text_put(to, letters[i]);
	sc_text_put(to, ' ');
}

static const struct {
	const char *name;
	struct {
		bool client;
		uint8_t flags;
		uint32_t seq, octets, ack;
		uint16_t window;
	} packets[8];
	const char *want;
} cases[] = {
	{ "a whole connection", { { 1, S, 99, 0, 0, 9 }, { 0, S | A, 499, 0, 100, 9 }, { 1, A, 100, 0, 500, 9 },
		{ 0, A, 500, 10, 100, 9 }, { 1, A, 100, 5, 510, 9 }, { 0, F | A, 510, 0, 105, 9 }, { 1, F | A, 105, 0, 511, 9 } },
	  "S S    F F " },
	{ "sent again", { { 1, A, 100, 10, 500, 9 }, { 1, A, 100, 10, 500, 9 }, { 1, A, 105, 5, 500, 9 }, { 1, A, 110, 5, 500, 9 } }, " a a  " },
	{ "a gap that is filled", { { 1, A, 100, 10, 1, 9 }, { 1, A, 120, 10, 1, 9 }, { 1, A, 110, 10, 1, 9 }, { 1, A, 110, 10, 1, 9 } }, " g L a " },
	{ "acknowledged and not captured", { { 1, A, 100, 10, 1, 9 }, { 0, A, 500, 0, 130, 9 }, { 0, A, 500, 0, 130, 9 }, { 1, A, 130, 5, 500, 9 } },
	  " U   " },
	{ "a window closed and open", { { 0, A, 500, 5, 1, 9 }, { 0, A, 505, 0, 1, 0 }, { 0, A, 505, 0, 1, 0 }, { 0, A, 505, 0, 1, 9 } }, " z  o " },
	{ "RST", { { 1, A, 100, 5, 1, 9 }, { 0, R, 7, 0, 0, 0 } }, " R " },
	{ "keep-alive", { { 1, A, 100, 5, 1, 9 }, { 1, A, 104, 0, 1, 9 }, { 1, A, 104, 1, 1, 9 } }, " k k " },
	{ "around the end of numbers", { { 1, A, 4294967290u, 10, 1, 9 }, { 1, A, 4, 10, 1, 9 }, { 1, A, 4294967290u, 10, 1, 9 } }, "  a " },
};

static void marks(void **state)
{
	struct sc_ev_endpoint client = { .ip = { { 192, 0, 2, 1 }, 4 }, .port = 4000 };
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char octets[80];
		struct sc_text told = sc_text_into(octets, sizeof(octets) - 1);
		struct sc_packets s;
		assert_true(sc_packets_open(&s, &client));
		for (size_t k = 0; k < 8 && cases[i].packets[k].flags; k++) {
			struct sc_tui_packet p = { .src = client.ip, .src_port = cases[i].packets[k].client ? 4000 : 25,
				.flags = cases[i].packets[k].flags, .seq = cases[i].packets[k].seq, .ack = cases[i].packets[k].ack,
				.octets = cases[i].packets[k].octets, .window = cases[i].packets[k].window };
			sc_packets_add(&s, &p);
			put_marks(&told, s.lines[k].marks);
		}
		octets[told.len] = '\0';
		if (strcmp(octets, cases[i].want) != 0)
			fail_msg("%s: '%s'", cases[i].name, octets);
		sc_packets_close(&s);
	}
}

static void words(void **state)
{
	char octets[200];
	struct sc_text to = sc_text_into(octets, sizeof(octets));
	struct sc_packet_line line = { .marks = SC_MARK_AGAIN | SC_MARK_ZERO, .flags = A, .octets = 1448, .seq = 10, .ack = 20, .number = 7 };
	(void)state;
	sc_packets_tell(&to, &line);
	assert_true(sc_str_equal(sc_text_str(&to), SC_STR("sent again, window closed, 1,448 octets  seq 10 ack 20 win 0  packet 7")));
}

static void stays_within_bounds(void **state)
{
	struct sc_ev_endpoint client = { .port = 1 };
	struct sc_tui_packet p = { .src_port = 1, .flags = A, .octets = UINT32_MAX };
	struct sc_packets s;
	(void)state;
	assert_true(sc_packets_open(&s, &client));
	for (uint32_t i = 0; i < SC_SEGMENTS + 10; i++, p.seq += 0x70000001u)
		sc_packets_add(&s, &p);
	assert_int_equal(s.count, SC_SEGMENTS);
	assert_int_equal(s.lost, 10);
	sc_packets_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(marks),
		cmocka_unit_test(words),
		cmocka_unit_test(stays_within_bounds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
