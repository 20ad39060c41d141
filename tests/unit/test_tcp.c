/* test_tcp.c - reassembly: orders, copies, overlaps, losses, wrapping numbers, ends; and that every octet is counted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "net/tcp.h"

#define CLIENT_ISN 0xfffffff0u /* wraps at once */
#define SERVER_ISN 1000u
#define START (INT64_C(1769860800) * SC_SECOND)

/* A connection under test; what it delivers is written down as text: "C[abc]", "S[..]", "C{5}" for a gap of five. */
struct wire {
	struct sc_blocks store;
	struct sc_counters counters;
	struct sc_tcp_env env;
	struct sc_tcp tcp;
	sc_time now;
	char   log[8192];
	size_t len;
	enum sc_side last;
	bool   in_run;
	uint64_t offset[2];
};

static void write_down(struct wire *w, enum sc_side side, const struct sc_segment *run)
{
	char *to = w->log + w->len;
	size_t room = sizeof(w->log) - w->len;
	assert_int_equal(run->offset, w->offset[side]);
	w->offset[side] += run->bytes.len;
	if (sc_segment_is_gap(run)) {
		w->in_run = false;
		w->len += (size_t)snprintf(to, room, "%c{%zu}", "CS"[side], run->bytes.len);
		return;
	}
	if (w->in_run && w->last == side) /* goes on: how it was cut does not matter */
		to = w->log + --w->len;
	else
		w->len += (size_t)snprintf(to, room, "%c[", "CS"[side]);
	memcpy(w->log + w->len, run->bytes.at, run->bytes.len);
	w->len += run->bytes.len;
	w->log[w->len++] = ']';
	w->log[w->len] = 0;
	w->in_run = true;
	w->last = side;
}

static void pull(struct wire *w)
{
	enum sc_side side;
	struct sc_segment run;
	while (sc_tcp_next(&w->tcp, &w->env, &side, &run))
		write_down(w, side, &run);
}

static struct wire *wire_open(void)
{
	struct wire *w = calloc(1, sizeof(*w));
	assert_true(sc_blocks_open(&w->store, 1 << 20));
	w->env = (struct sc_tcp_env){ .store = &w->store, .counters = &w->counters };
	w->now = START;
	sc_tcp_open(&w->tcp);
	return w;
}

static void feed_cut(struct wire *w, enum sc_side side, uint8_t flags, int64_t seq, int64_t ack, const char *text,
	uint32_t wire)
{
	size_t len = strlen(text);
	char *payload = malloc(len ? len : 1);
	memcpy(payload, text, len);
	uint32_t own = side == SC_CLIENT ? CLIENT_ISN : SERVER_ISN, other = side == SC_CLIENT ? SERVER_ISN : CLIENT_ISN;
	struct sc_layers l = { .flags = flags, .seq = own + 1 + (uint32_t)seq, .payload = { payload, len },
		.wire_payload = wire, .window = 0xffff };
	if (flags & SC_TCP_ACK)
		l.ack = other + 1 + (uint32_t)ack;
	struct sc_packet pkt = { .number = 1, .when = w->now };
	sc_tcp_accept(&w->tcp, &w->env, side, &l, &pkt);
	pull(w);
	free(payload);
	w->now += SC_MS;
}

static void feed(struct wire *w, enum sc_side side, uint8_t flags, int64_t seq, int64_t ack, const char *text)
{
	feed_cut(w, side, flags, seq, ack, text, (uint32_t)strlen(text));
}

#define C(seq, ack, text) feed(w, SC_CLIENT, SC_TCP_ACK, seq, ack, text)
#define S(seq, ack, text) feed(w, SC_SERVER, SC_TCP_ACK, seq, ack, text)

static void shake(struct wire *w)
{
	feed(w, SC_CLIENT, SC_TCP_SYN, -1, 0, "");
	feed(w, SC_SERVER, SC_TCP_SYN | SC_TCP_ACK, -1, 0, "");
	feed(w, SC_CLIENT, SC_TCP_ACK, 0, 0, "");
}

/* Flushes, compares, checks that all is counted and given back. */
static void done(struct wire *w, const char *name, const char *expected)
{
	sc_tcp_flush(&w->tcp);
	pull(w);
	sc_tcp_clear(&w->tcp, &w->env);
	if (strcmp(w->log, expected) != 0)
		fail_msg("%s: expected %s, got %s", name, expected, w->log);
	const struct sc_counters *c = &w->counters;
	assert_int_equal(c->octets_seen, sc_counters_octets_told(c));
	assert_int_equal(sc_blocks_in_use(&w->store), 0);
	sc_blocks_close(&w->store);
	free(w);
}

static void test_plain(void **state)
{
	(void)state;
	struct wire *w = wire_open();
	shake(w);
	assert_true(w->tcp.side[0].start && w->tcp.side[1].start);
	S(0, 0, "220");
	C(0, 3, "EHLO");
	S(3, 4, "250");
	C(4, 6, "QUIT");
	assert_string_equal(w->log, "S[220]C[EHLO]S[250]C[QUIT]");
	assert_false(sc_tcp_over(&w->tcp));
	feed(w, SC_SERVER, SC_TCP_FIN | SC_TCP_ACK, 6, 8, "");
	assert_true(w->tcp.side[SC_SERVER].over);
	feed(w, SC_CLIENT, SC_TCP_FIN | SC_TCP_ACK, 8, 7, "");
	assert_true(sc_tcp_over(&w->tcp));
	assert_false(sc_tcp_waits(&w->tcp));
	done(w, "plain", "S[220]C[EHLO]S[250]C[QUIT]");
}

static void test_late_side(void **state)
{
	(void)state;
	struct wire *w = wire_open();
	shake(w);
	C(0, 3, "EHLO"); /* waits for what it acknowledges */
	S(3, 4, "250");
	C(4, 6, "QUIT");
	assert_string_equal(w->log, "");
	assert_true(sc_tcp_waits(&w->tcp));
	S(0, 0, "220");
	assert_false(sc_tcp_waits(&w->tcp));
	done(w, "a side late", "S[220]C[EHLO]S[250]C[QUIT]");
}

static void test_early_segments(void **state)
{
	(void)state;
	struct wire *w = wire_open();
	shake(w);
	C(6, 0, "gh");
	C(2, 0, "cd");
	C(4, 0, "ef");
	C(0, 0, "ab");
	done(w, "backwards", "C[abcdefgh]");
}

static void test_copies(void **state)
{
	(void)state;
	struct wire *w = wire_open();
	shake(w);
	C(0, 0, "abcd");
	C(0, 0, "abcd");
	C(2, 0, "cdef"); /* half of it new */
	C(10, 0, "klmn");
	C(8, 0, "ijkl"); /* overlaps what waits */
	C(10, 0, "klmn");
	C(6, 0, "gh");
	assert_int_equal(w->counters.octets_duplicate, 4 + 2 + 2 + 4);
	assert_false(w->tcp.quirks & SC_QUIRK_BIT(tcp_overlap_conflict));
	done(w, "copies", "C[abcdefghijklmn]");
}

static void test_conflict(void **state)
{
	(void)state;
	struct wire *w = wire_open();
	shake(w);
	C(2, 0, "cd");
	C(2, 0, "XY");
	C(0, 0, "ab");
	assert_true(w->tcp.quirks & SC_QUIRK_BIT(tcp_overlap_conflict));
	done(w, "the first copy counts", "C[abcd]");
}

/* What was delivered is not kept, but of the last short segment it is noticed that others come in its place. */
static void test_other_text(void **state)
{
	(void)state;
	static const struct {
		const char *name, *again; /* what is sent behind "MAIL" and "FROM" */
		unsigned at;
		bool conflict;
	} cases[] = {
		{ "the same", "FROM", 4, false },       { "with what was before", "MAILFROM", 0, false },
		{ "with more", "FROM:<>", 4, false },   { "other octets", "EVIL", 4, true },
		{ "others, with more", "EVIL:<>", 4, true }, { "others, with what was before", "MAILEVIL", 0, true },
		{ "a keepalive", "?", 7, false },       { "a part, which is not known", "EV", 4, false },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct wire *w = wire_open();
		shake(w);
		C(0, 0, "MAIL");
		C(4, 0, "FROM");
		C(cases[i].at, 0, cases[i].again);
		if (!(w->tcp.quirks & SC_QUIRK_BIT(tcp_overlap_conflict)) == cases[i].conflict)
			fail_msg("%s: %d was due", cases[i].name, cases[i].conflict);
		size_t len = cases[i].at + strlen(cases[i].again);
		done(w, cases[i].name, len > 8 ? "C[MAILFROM:<>]" : "C[MAILFROM]");
	}
}

static void test_gap_acknowledged(void **state)
{
	(void)state;
	struct wire *w = wire_open();
	shake(w);
	C(0, 0, "ab");
	C(5, 0, "fg");
	assert_string_equal(w->log, "C[ab]");
	S(0, 7, "x");
	assert_string_equal(w->log, "C[ab]"); /* it may be captured late */
	w->now += 300 * SC_MS;
	S(1, 7, "y");
	assert_string_equal(w->log, "C[ab]C{3}C[fg]S[xy]");
	C(2, 2, "cde"); /* too late */
	assert_int_equal(w->counters.octets_duplicate, 3);
	assert_int_equal(w->counters.gap_octets, 3);
	assert_int_equal(w->tcp.side[SC_CLIENT].gap_octets, 3);
	done(w, "a gap", "C[ab]C{3}C[fg]S[xy]");
}

static void test_gap_by_time(void **state)
{
	(void)state;
	struct wire *w = wire_open();
	shake(w);
	C(3, 0, "def");
	assert_true(sc_tcp_waits(&w->tcp));
	sc_tcp_tick(&w->tcp, w->now + SC_SECOND);
	pull(w);
	assert_string_equal(w->log, ""); /* nobody acknowledged it: it will be sent again */
	sc_tcp_tick(&w->tcp, w->now + 120 * SC_SECOND);
	pull(w);
	assert_string_equal(w->log, "C{3}C[def]");
	done(w, "by time", "C{3}C[def]");
}

static void test_retransmission(void **state)
{
	(void)state;
	struct wire *w = wire_open();
	shake(w);
	C(3, 0, "def");
	w->now += 3 * SC_SECOND;
	C(0, 0, "abc");
	done(w, "sent again after three seconds", "C[abcdef]");
}

static void test_one_side(void **state)
{
	(void)state;
	struct wire *w = wire_open();
	feed(w, SC_CLIENT, SC_TCP_SYN, -1, 0, "");
	feed(w, SC_CLIENT, SC_TCP_ACK, 0, 0, "");
	C(0, 5, "ab");
	C(2, 5, "cd");
	C(4, 9, "ef");
	done(w, "the server is not captured", "S{5}C[abcd]S{4}C[ef]");
}

static void test_midstream(void **state)
{
	(void)state;
	struct wire *w = wire_open();
	C(50, 20, "ab");
	assert_false(w->tcp.side[SC_CLIENT].start);
	S(20, 52, "x");
	C(52, 21, "cd");
	C(45, 21, "early");
	assert_int_equal(w->counters.octets_before_start, 5);
	for (size_t i = 0; i < 2; i++)
		assert_false(w->tcp.side[i].start);
	done(w, "midstream", "C[ab]S[x]C[cd]");
}

static void test_fin_lost(void **state)
{
	(void)state;
	struct wire *w = wire_open();
	shake(w);
	S(0, 0, "bye");
	C(0, 4, ""); /* acknowledges one octet more than there is: the FIN */
	w->now += SC_SECOND;
	feed(w, SC_CLIENT, SC_TCP_FIN | SC_TCP_ACK, 0, 4, "");
	assert_true(sc_tcp_over(&w->tcp));
	assert_int_equal(w->counters.gap_octets, 0);
	done(w, "FIN lost", "S[bye]");
}

static void test_fin_early(void **state)
{
	(void)state;
	struct wire *w = wire_open();
	shake(w);
	feed(w, SC_CLIENT, SC_TCP_FIN | SC_TCP_ACK, 2, 0, "cd");
	assert_false(w->tcp.side[SC_CLIENT].over);
	C(0, 0, "ab");
	assert_true(w->tcp.side[SC_CLIENT].over);
	C(4, 0, "zz"); /* behind the end */
	assert_true(w->tcp.quirks & SC_QUIRK_BIT(tcp_after_close));
	assert_int_equal(w->counters.octets_after_close, 2);
	done(w, "FIN before its data", "C[abcd]");
}

static void test_reset(void **state)
{
	(void)state;
	struct wire *w = wire_open();
	shake(w);
	C(0, 0, "ab");
	feed(w, SC_SERVER, SC_TCP_RST, 1 << 28, 0, "");
	assert_false(w->tcp.reset);
	assert_true(w->tcp.quirks & SC_QUIRK_BIT(tcp_bad_reset));
	feed(w, SC_SERVER, SC_TCP_RST, 0, 0, "reason");
	assert_true(w->tcp.reset);
	assert_int_equal(w->tcp.reset_by, SC_SERVER);
	assert_true(sc_tcp_over(&w->tcp));
	assert_int_equal(w->counters.octets_after_close, 6);
	done(w, "reset", "C[ab]");
}

static void test_reset_early(void **state)
{
	(void)state;
	struct wire *w = wire_open();
	shake(w);
	feed(w, SC_CLIENT, SC_TCP_RST | SC_TCP_ACK, 2, 3, "");
	assert_false(sc_tcp_over(&w->tcp)); /* both sides had sent what is not yet captured */
	S(0, 0, "220");
	C(0, 3, "ab");
	assert_true(sc_tcp_over(&w->tcp));
	done(w, "reset captured first", "S[220]C[ab]");
}

static void test_snap_cut(void **state)
{
	(void)state;
	struct wire *w = wire_open();
	shake(w);
	feed_cut(w, SC_CLIENT, SC_TCP_ACK, 0, 0, "abcd", 10);
	C(10, 0, "kl");
	assert_int_equal(w->tcp.side[SC_CLIENT].truncated, 1);
	done(w, "cut by the snap length", "C[abcd]C{6}C[kl]");
	w = wire_open();
	shake(w);
	feed_cut(w, SC_CLIENT, SC_TCP_ACK, 12, 0, "mn", 8);
	feed_cut(w, SC_CLIENT, SC_TCP_ACK, 0, 0, "ab", 12);
	done(w, "cut and early", "C[ab]C{10}C[mn]C{6}");
}

static void test_syn_data(void **state)
{
	(void)state;
	struct wire *w = wire_open();
	feed(w, SC_CLIENT, SC_TCP_SYN, -1, 0, "EH"); /* TCP Fast Open, RFC 7413 */
	feed(w, SC_SERVER, SC_TCP_SYN | SC_TCP_ACK, -1, 2, "");
	C(2, 0, "LO");
	assert_true(w->tcp.quirks & SC_QUIRK_BIT(tcp_syn_data));
	done(w, "data in SYN", "C[EHLO]");
}

static void test_bad_numbers(void **state)
{
	(void)state;
	struct wire *w = wire_open();
	shake(w);
	C(0, 0, "ab");
	C(1 << 28, 0, "far"); /* 256 MiB ahead */
	assert_int_equal(w->counters.octets_out_of_window, 3);
	C(2, 1 << 28, "cd"); /* acknowledges what was never sent */
	assert_true(w->tcp.quirks & SC_QUIRK_BIT(tcp_bad_ack));
	done(w, "bad numbers", "C[abcd]");
}

/* Two runs that wait for each other, as only forged numbers can. */
static void test_deadlock(void **state)
{
	(void)state;
	struct wire *w = wire_open();
	shake(w);
	C(0, 1, "a");
	S(0, 1, "x");
	assert_string_equal(w->log, "");
	w->now += SC_SECOND;
	C(1, 1, "b");
	assert_int_equal(strchr(w->log, 'a') != NULL && strchr(w->log, 'x') != NULL, 1);
	sc_tcp_flush(&w->tcp);
	pull(w);
	assert_int_equal(w->counters.octets_delivered, 3);
	assert_int_equal(w->counters.gap_octets, 0);
	sc_tcp_clear(&w->tcp, &w->env);
	assert_int_equal(sc_blocks_in_use(&w->store), 0);
	sc_blocks_close(&w->store);
	free(w);
}

static void test_clock_jump(void **state)
{
	(void)state;
	struct wire *w = wire_open();
	shake(w);
	C(2, 0, "cd");
	w->now += 30 * 365 * INT64_C(86400) * SC_SECOND; /* the clock was set */
	S(0, 0, "x");
	assert_string_equal(w->log, "S[x]");
	C(0, 0, "ab");
	done(w, "a jump of the clock is no wait", "S[x]C[abcd]");
}

static uint32_t dice(uint32_t *seed, uint32_t sides)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 8) % sides;
}

struct packet {
	enum sc_side side;
	int64_t seq, ack;
	char text[8];
	bool fin;
};

/* A conversation of short segments, each acknowledging all before it. */
static size_t converse(struct packet *p, size_t n, uint32_t *seed, char *expected)
{
	int64_t sent[2] = { 0, 0 };
	int last = -1;
	size_t len = 0;
	for (size_t i = 0; i < n; i++) {
		int side = (int)dice(seed, 2);
		size_t octets = 2 + dice(seed, 5); /* one octet at the end, lost, looks like a lost FIN */
		p[i] = (struct packet){ .side = (enum sc_side)side, .seq = sent[side], .ack = sent[1 - side] };
		for (size_t k = 0; k < octets; k++)
			p[i].text[k] = (char)('a' + dice(seed, 26));
		if (side == last)
			len--;
		else
			len += (size_t)sprintf(expected + len, "%c[", "CS"[side]);
		len += (size_t)sprintf(expected + len, "%s]", p[i].text);
		sent[side] += (int64_t)octets;
		last = side;
	}
	for (int side = 0; side < 2; side++)
		p[n + (size_t)side] = (struct packet){ .side = (enum sc_side)side, .seq = sent[side], .ack = sent[1 - side],
			.fin = true };
	return n + 2;
}

static void shuffle(struct packet *p, size_t n, uint32_t *seed)
{
	for (size_t i = n; i > 1; i--) {
		size_t j = dice(seed, (uint32_t)i);
		struct packet t = p[i - 1];
		p[i - 1] = p[j];
		p[j] = t;
	}
}

/* However a conversation is shuffled and repeated within the time that is allowed, it comes out as it was. */
static void test_shuffled(void **state)
{
	(void)state;
	uint32_t seed = 11;
	static char expected[8192];
	for (int round = 0; round < 1500; round++) {
		struct packet packets[62];
		size_t n = converse(packets, 5 + dice(&seed, 55), &seed, expected);
		shuffle(packets, n, &seed);
		struct wire *w = wire_open();
		shake(w);
		for (size_t i = 0; i < n; i++)
			for (uint32_t copies = 1 + (dice(&seed, 4) == 0); copies; copies--) {
				const struct packet *p = &packets[i];
				w->now = START + SC_SECOND; /* all at one moment */
				feed(w, p->side, SC_TCP_ACK | (p->fin ? SC_TCP_FIN : 0), p->seq, p->ack, p->text);
			}
		assert_true(sc_tcp_over(&w->tcp));
		assert_int_equal(w->counters.gap_octets, 0);
		done(w, "shuffled", expected);
	}
}

/* What never came is a gap; what came is delivered once; nothing is lost uncounted. */
static void test_lossy(void **state)
{
	(void)state;
	uint32_t seed = 13;
	static char expected[8192];
	for (int round = 0; round < 1500; round++) {
		struct packet packets[62];
		size_t n = converse(packets, 5 + dice(&seed, 55), &seed, expected);
		struct wire *w = wire_open();
		uint64_t kept = 0, all[2] = { 0, 0 };
		shake(w);
		for (size_t i = 0; i < n; i++) {
			const struct packet *p = &packets[i];
			all[p->side] += strlen(p->text);
			w->now += dice(&seed, 2) ? SC_MS : SC_SECOND;
			if (!p->fin && dice(&seed, 4) == 0)
				continue;
			kept += strlen(p->text);
			feed(w, p->side, SC_TCP_ACK | (p->fin ? SC_TCP_FIN : 0), p->seq, p->ack, p->text);
		}
		sc_tcp_flush(&w->tcp);
		pull(w);
		assert_int_equal(w->counters.octets_delivered, kept);
		assert_int_equal(w->counters.gap_octets, all[0] + all[1] - kept);
		assert_int_equal(w->offset[0], all[0]);
		assert_int_equal(w->offset[1], all[1]);
		assert_true(sc_tcp_over(&w->tcp));
		sc_tcp_clear(&w->tcp, &w->env);
		assert_int_equal(sc_blocks_in_use(&w->store), 0);
		sc_blocks_close(&w->store);
		free(w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_late_side),
		cmocka_unit_test(test_early_segments),
		cmocka_unit_test(test_copies),
		cmocka_unit_test(test_conflict),
		cmocka_unit_test(test_gap_acknowledged),
		cmocka_unit_test(test_gap_by_time),
		cmocka_unit_test(test_retransmission),
		cmocka_unit_test(test_one_side),
		cmocka_unit_test(test_midstream),
		cmocka_unit_test(test_fin_lost),
		cmocka_unit_test(test_fin_early),
		cmocka_unit_test(test_reset),
		cmocka_unit_test(test_reset_early),
		cmocka_unit_test(test_snap_cut),
		cmocka_unit_test(test_syn_data),
		cmocka_unit_test(test_bad_numbers),
		cmocka_unit_test(test_deadlock),
		cmocka_unit_test(test_other_text),
		cmocka_unit_test(test_clock_jump),
		cmocka_unit_test(test_shuffled),
		cmocka_unit_test(test_lossy),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
