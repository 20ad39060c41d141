/* test_tcp_rules.c - TCP as receivers read it: what they refuse, what their acknowledgements prove, whose copy counts. */
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
#define WINDOW 1000

struct wire {
	struct sc_blocks store;
	struct sc_counters counters;
	struct sc_tcp_env env;
	struct sc_tcp tcp;
	sc_time now;
	bool stamps, sacks;
	uint32_t echo[2];
	char log[512]; /* the client's octets; {n} for a gap */
};

/* A segment; sequence numbers are offsets in the streams. */
struct seg {
	uint8_t flags;
	int64_t seq, ack;
	const char *text;
	uint32_t stamp;
	int64_t sack[2];
	uint16_t urgent, window, id;
	enum sc_sum sum;
};

static void pull(struct wire *w)
{
	enum sc_side side;
	struct sc_segment run;
	while (sc_tcp_next(&w->tcp, &w->env, &side, &run)) {
		size_t len = strlen(w->log);
		if (side != SC_CLIENT)
			continue;
		if (sc_segment_is_gap(&run))
			snprintf(w->log + len, sizeof(w->log) - len, "{%zu}", run.bytes.len);
		else
			snprintf(w->log + len, sizeof(w->log) - len, "%.*s", (int)run.bytes.len, run.bytes.at);
	}
}

static char *be32(char *to, uint32_t n)
{
	for (int i = 3; i >= 0; i--)
		*to++ = (char)(n >> i * 8);
	return to;
}

static size_t write_options(const struct wire *w, enum sc_side side, const struct seg *s, char *to)
{
	char *begin = to;
	bool syn = s->flags & SC_TCP_SYN;
	if (w->stamps) {
		memcpy(to, "\1\1\10\12", 4);
		to = be32(be32(to + 4, s->stamp ? s->stamp : 1000), w->echo[side]);
	}
	if (syn && w->sacks) {
		memcpy(to, "\4\2\1\1", 4);
		to += 4;
	}
	if (s->sack[1]) {
		memcpy(to, "\1\1\5\12", 4);
		to = be32(be32(to + 4, CLIENT_ISN + 1 + (uint32_t)s->sack[0]), CLIENT_ISN + 1 + (uint32_t)s->sack[1]);
	}
	return (size_t)(to - begin);
}

/* Makes the layers' sum come out as `want`: the field's place in the sum is free. */
static void set_sum(struct sc_layers *l, enum sc_sum want)
{
	l->checkable = want != SC_SUM_NONE;
	for (l->sum = 0x10000; l->sum < 0x20000 && sc_decode_sum(l) != SC_SUM_RIGHT; l->sum++)
		continue;
	l->sum += want == SC_SUM_WRONG;
}

static void feed(struct wire *w, enum sc_side side, struct seg s)
{
	static const char none[] = "";
	char options[40];
	size_t len = s.text ? strlen(s.text) : 0;
	uint32_t own = side == SC_CLIENT ? CLIENT_ISN : SERVER_ISN, other = side == SC_CLIENT ? SERVER_ISN : CLIENT_ISN;
	char *payload = malloc(len + 1);
	memcpy(payload, s.text ? s.text : none, len);
	struct sc_layers l = { .flags = s.flags, .seq = own + 1 + (uint32_t)s.seq, .payload = { payload, len },
		.wire_payload = (uint32_t)len, .window = s.window ? s.window : WINDOW, .urgent = s.urgent, .checksum = 0x1234,
		.ip_id = s.id, .src.version = 4, .dst.version = 4 };
	l.options = (sc_str){ options, write_options(w, side, &s, options) };
	if (s.flags & SC_TCP_ACK)
		l.ack = other + 1 + (uint32_t)s.ack;
	set_sum(&l, s.sum);
	sc_tcp_accept(&w->tcp, &w->env, side, &l, &(struct sc_packet){ .number = 1, .when = w->now });
	pull(w);
	free(payload);
	w->now += 10 * SC_MS;
}

#define C(...) feed(w, SC_CLIENT, (struct seg){ .flags = SC_TCP_ACK, __VA_ARGS__ })
#define F(...) feed(w, SC_CLIENT, (struct seg){ .flags = SC_TCP_ACK | SC_TCP_FIN, __VA_ARGS__ })
#define S(...) feed(w, SC_SERVER, (struct seg){ .flags = SC_TCP_ACK, __VA_ARGS__ })

static struct wire *wire_open(bool stamps, bool sacks, enum sc_sum sum)
{
	struct wire *w = calloc(1, sizeof(*w));
	assert_true(sc_blocks_open(&w->store, 1 << 20));
	w->env = (struct sc_tcp_env){ .store = &w->store, .counters = &w->counters };
	w->now = START;
	w->stamps = stamps;
	w->sacks = sacks;
	w->echo[SC_SERVER] = 1000;
	sc_tcp_open(&w->tcp);
	feed(w, SC_CLIENT, (struct seg){ .flags = SC_TCP_SYN, .seq = -1, .sum = sum });
	feed(w, SC_SERVER, (struct seg){ .flags = SC_TCP_SYN | SC_TCP_ACK, .seq = -1, .sum = sum });
	C(.sum = sum);
	return w;
}

static void done(struct wire *w, const char *name, const char *expected)
{
	if (strcmp(w->log, expected) != 0)
		fail_msg("%s: expected \"%s\", got \"%s\"", name, expected, w->log);
	sc_tcp_flush(&w->tcp);
	pull(w);
	sc_tcp_clear(&w->tcp, &w->env);
	const struct sc_counters *c = &w->counters;
	assert_int_equal(c->octets_seen, sc_counters_octets_told(c));
	assert_int_equal(sc_blocks_in_use(&w->store), 0);
	sc_blocks_close(&w->store);
	free(w);
}

static void test_checksum(void **state)
{
	(void)state;
	struct wire *w = wire_open(false, false, SC_SUM_RIGHT);
	C(.text = "bad", .sum = SC_SUM_WRONG);
	assert_true(w->tcp.quirks & SC_QUIRK_BIT(tcp_bad_checksum));
	C(.text = "good", .sum = SC_SUM_RIGHT);
	S(.ack = 4, .sum = SC_SUM_RIGHT);
	done(w, "a wrong checksum is refused", "good");

	w = wire_open(false, false, SC_SUM_WRONG);
	C(.text = "bad", .sum = SC_SUM_WRONG);
	done(w, "sums that were never right prove nothing", "bad");

	w = wire_open(false, false, SC_SUM_RIGHT);
	C(.text = "taken", .sum = SC_SUM_WRONG);
	S(.ack = 5, .sum = SC_SUM_RIGHT);
	C(.seq = 5, .ack = 0, .text = "next", .sum = SC_SUM_WRONG);
	done(w, "what was acknowledged counts, and sums no more", "takennext");

	w = wire_open(false, false, SC_SUM_RIGHT);
	C(.text = "taken", .sum = SC_SUM_WRONG);
	for (int i = 0; i < 100; i++) { /* a capture whose clock stands still must not wait for time to pass */
		S(.seq = i, .ack = 5, .text = "x", .sum = SC_SUM_RIGHT);
		w->now -= 10 * SC_MS;
	}
	done(w, "what was acknowledged counts when the clock stands still", "taken");

	w = wire_open(false, false, SC_SUM_RIGHT);
	feed(w, SC_SERVER, (struct seg){ .flags = SC_TCP_RST, .sum = SC_SUM_WRONG });
	assert_false(w->tcp.reset);
	done(w, "a reset with a wrong checksum", "");
}

static void test_flags(void **state)
{
	(void)state;
	struct wire *w = wire_open(false, false, SC_SUM_NONE);
	feed(w, SC_CLIENT, (struct seg){ .flags = SC_TCP_PSH, .text = "none" });
	feed(w, SC_CLIENT, (struct seg){ .flags = SC_TCP_SYN, .seq = 500, .text = "syn" });
	C(.text = "true");
	assert_true(w->tcp.quirks & SC_QUIRK_BIT(tcp_no_ack));
	assert_true(w->tcp.quirks & SC_QUIRK_BIT(tcp_syn_inside));
	assert_int_equal(w->counters.octets_refused, 7);
	done(w, "no ACK, and SYN inside", "true");
}

static void test_stamps(void **state)
{
	(void)state;
	struct wire *w = wire_open(true, false, SC_SUM_NONE);
	C(.text = "ab", .stamp = 2000);
	w->echo[SC_SERVER] = 2000;
	S(.ack = 2, .stamp = 1);
	C(.seq = 2, .text = "old", .stamp = 1998);
	assert_true(w->tcp.quirks & SC_QUIRK_BIT(tcp_old_stamp));
	C(.seq = 2, .text = "cd", .stamp = 1999);
	done(w, "PAWS, with one to spare", "abcd");

	w = wire_open(true, false, SC_SUM_NONE);
	w->stamps = false;
	C(.text = "none");
	done(w, "a segment without a timestamp passes", "none");
}

static void test_window(void **state)
{
	(void)state;
	char far[WINDOW + 1];
	memset(far, 'x', WINDOW);
	far[WINDOW] = 0;
	struct wire *w = wire_open(false, false, SC_SUM_NONE);
	C(.seq = WINDOW, .text = "outside");
	C(.text = far);
	C(.seq = WINDOW, .text = "!");
	S(.ack = WINDOW, .window = 1);
	S(.ack = WINDOW, .window = 5000);
	C(.seq = WINDOW, .text = "after");
	sc_tcp_clear(&w->tcp, &w->env);
	assert_int_equal(w->counters.octets_delivered, WINDOW + 5);
	sc_blocks_close(&w->store);
	free(w);

	w = wire_open(false, true, SC_SUM_NONE);
	C(.seq = WINDOW - 2, .text = "crosses");
	S(.ack = 0, .sack = { WINDOW - 2, WINDOW + 5 });
	assert_true(w->tcp.side[SC_CLIENT].early.first != NULL); /* told by SACK */
	C(.seq = 0, .text = "ab");
	done(w, "across the window's end, and taken", "ab");
}

static void test_acknowledgements(void **state)
{
	(void)state;
	struct wire *w = wire_open(false, false, SC_SUM_NONE);
	C(.ack = 50, .text = "lie");
	S(.seq = 0, .ack = 0, .text = "220");
	C(.ack = 3, .text = "true");
	S(.seq = 3, .ack = 4);
	done(w, "what acknowledges what was never sent", "true");

	w = wire_open(false, false, SC_SUM_NONE);
	C(.ack = 3, .text = "early");
	w->now -= 10 * SC_MS - SC_US;
	S(.text = "220");
	done(w, "its cause is captured a moment later", "early");

	w = wire_open(false, false, SC_SUM_NONE);
	C(.ack = 3, .text = "lost");
	S(.seq = 3, .ack = 4, .text = "250");
	C(.seq = 4, .ack = 6);
	w->now += SC_SECOND;
	C(.seq = 4, .ack = 6);
	done(w, "its cause was lost, and it was acknowledged", "lost");

	w = wire_open(false, false, SC_SUM_NONE);
	S(.text = "220");
	C(.ack = 3, .text = "a");
	C(.seq = 1, .ack = -1, .text = "old");
	C(.seq = 1, .ack = 3, .text = "b");
	assert_true(w->tcp.quirks & SC_QUIRK_BIT(tcp_bad_ack));
	done(w, "an acknowledgement of long ago", "ab");
}

static void test_resets(void **state)
{
	(void)state;
	static const struct { const char *name; int64_t seq; bool reset; } rows[] = {
		{ "exact", 2, true }, { "one too early", 1, false }, { "inside the window", 500, false }, { "far", 1 << 28, false },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct wire *w = wire_open(false, false, SC_SUM_NONE);
		C(.text = "ab");
		S(.ack = 2);
		feed(w, SC_CLIENT, (struct seg){ .flags = SC_TCP_RST, .seq = rows[i].seq });
		S(.ack = 2); /* the challenge, or what was on its way */
		C(.seq = 2, .text = "cd");
		if (w->tcp.reset != rows[i].reset)
			fail_msg("reset %s", rows[i].name);
		done(w, rows[i].name, rows[i].reset ? "ab" : "abcd");
	}
	struct wire *w = wire_open(false, true, SC_SUM_NONE);
	C(.seq = 5, .text = "xy");
	S(.ack = 0, .sack = { 5, 7 });
	feed(w, SC_CLIENT, (struct seg){ .flags = SC_TCP_RST, .seq = 7 });
	assert_true(w->tcp.reset);
	done(w, "at the end of a SACK block", "");
	w = wire_open(false, false, SC_SUM_NONE);
	feed(w, SC_CLIENT, (struct seg){ .flags = SC_TCP_RST, .seq = 100 });
	sc_tcp_flush(&w->tcp);
	pull(w);
	assert_true(w->tcp.reset); /* nobody denied it */
	done(w, "inside the window, then silence", "{100}");
}

/* At the end of a SACK block, with an octet beyond the window: taken when nothing waits for the reader. */
static struct wire *likely_reset(void)
{
	struct wire *w = wire_open(false, true, SC_SUM_NONE);
	C(.text = "ab");
	C(.seq = WINDOW - 1, .text = "y");
	S(.ack = 2, .window = WINDOW - 2, .sack = { WINDOW - 1, WINDOW });
	feed(w, SC_CLIENT, (struct seg){ .flags = SC_TCP_RST, .seq = WINDOW, .text = "z" });
	assert_false(w->tcp.reset);
	feed(w, SC_CLIENT, (struct seg){ .flags = SC_TCP_RST, .seq = 500 }); /* a less likely one changes nothing */
	C(.seq = 2, .text = "cd");
	return w;
}

static void test_likely_resets(void **state)
{
	(void)state;
	struct wire *w = likely_reset();
	S(.ack = 4);
	assert_false(w->tcp.reset);
	done(w, "the receiver goes on", "abcd");
	w = likely_reset();
	feed(w, SC_SERVER, (struct seg){ .flags = SC_TCP_RST, .seq = 0 });
	assert_true(w->tcp.reset);
	assert_int_equal(w->tcp.reset_by, SC_CLIENT);
	done(w, "the receiver knows the connection no more", "ab");
}

/* A FIN that no window has room for is not taken; where the window begins it is. */
static void test_closed_window(void **state)
{
	(void)state;
	static const struct { const char *name; int64_t seq; const char *text; bool hole, ends; } rows[] = {
		{ "bare, where the closed window begins", 4, "", false, true },
		{ "bare, behind a hole", 4, "", true, false },
		{ "behind octets that were had", 2, "cd", false, false },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct wire *w = wire_open(false, false, SC_SUM_NONE);
		C(.text = rows[i].hole ? "ab" : "abcd");
		w->tcp.side[SC_CLIENT].to.edge = 4;
		feed(w, SC_CLIENT, (struct seg){ .flags = SC_TCP_ACK | SC_TCP_FIN, .seq = rows[i].seq, .text = rows[i].text });
		if (w->tcp.side[SC_CLIENT].fin != rows[i].ends)
			fail_msg("FIN %s", rows[i].name);
		done(w, rows[i].name, rows[i].hole ? "ab" : "abcd");
	}
}

/* Two refused copies, one acknowledgement: the copy that ends there was taken, if it can have been. */
static void test_copies(void **state)
{
	(void)state;
	struct wire *w = wire_open(true, false, SC_SUM_NONE);
	C(.text = "..", .stamp = 2000);
	w->echo[SC_SERVER] = 2000;
	S(.ack = 2, .stamp = 1);
	C(.seq = 2, .text = "fits", .stamp = 1990);
	C(.seq = 2, .text = "longer", .stamp = 1990);
	S(.ack = 6, .stamp = 1);
	w->now += SC_SECOND;
	S(.ack = 6, .stamp = 1);
	done(w, "the end tells", "..fits");
	w = wire_open(true, false, SC_SUM_NONE);
	C(.text = "..", .stamp = 2000);
	w->echo[SC_SERVER] = 2000;
	S(.ack = 2, .stamp = 1);
	C(.seq = 2, .text = "late", .stamp = 1990);
	feed(w, SC_CLIENT, (struct seg){ .flags = SC_TCP_PSH, .seq = 2, .text = "flag", .stamp = 2000 });
	S(.ack = 6, .stamp = 1);
	w->now += SC_SECOND;
	S(.ack = 6, .stamp = 1);
	done(w, "without ACK none is taken", "..late");
}

static void test_urgent(void **state)
{
	(void)state;
	struct wire *w = wire_open(false, false, SC_SUM_NONE);
	feed(w, SC_CLIENT, (struct seg){ .flags = SC_TCP_ACK | SC_TCP_URG, .text = "abXcd", .urgent = 3 });
	C(.seq = 5, .text = "ef");
	feed(w, SC_CLIENT, (struct seg){ .flags = SC_TCP_ACK | SC_TCP_FIN, .seq = 7, .text = "" });
	assert_true(w->tcp.side[SC_CLIENT].over);
	assert_int_equal(w->counters.octets_urgent, 1);
	done(w, "an urgent octet is read beside the stream", "abcdef");

	w = wire_open(false, false, SC_SUM_NONE);
	feed(w, SC_CLIENT, (struct seg){ .flags = SC_TCP_ACK | SC_TCP_URG, .seq = 3, .text = "Xef", .urgent = 1 });
	C(.text = "abc");
	done(w, "also when it came early", "abcef");

	w = wire_open(false, false, SC_SUM_NONE);
	S(.ack = 2, .text = "1");
	feed(w, SC_CLIENT, (struct seg){ .flags = SC_TCP_ACK | SC_TCP_URG, .ack = 1, .text = "Xa", .urgent = 1 });
	done(w, "also when each side waits for the other at the end", "");
}

static void test_fin(void **state)
{
	(void)state;
	struct wire *w = wire_open(false, false, SC_SUM_NONE);
	feed(w, SC_CLIENT, (struct seg){ .flags = SC_TCP_ACK | SC_TCP_FIN, .seq = 4 });
	C(.seq = 4, .text = "behind");
	C(.text = "abcd");
	assert_true(w->tcp.quirks & SC_QUIRK_BIT(tcp_overlap_conflict) || !w->tcp.side[SC_CLIENT].over);
	done(w, "octets in place of a FIN that waits", "abcdbehind");

	w = wire_open(false, false, SC_SUM_NONE);
	feed(w, SC_CLIENT, (struct seg){ .flags = SC_TCP_ACK | SC_TCP_FIN, .seq = 2, .text = "cd" });
	C(.seq = 3, .text = "x more");
	C(.text = "ab");
	assert_true(w->tcp.side[SC_CLIENT].over);
	done(w, "octets behind a FIN that began before them", "abcd");
}

/* Each row: what is held behind a hole, what comes then, and what each policy reads once the hole is filled. */
static void test_policies(void **state)
{
	(void)state;
	static const struct { int64_t a_at; const char *a; int64_t b_at; const char *b; const char *linux_, *bsd, *first, *last; }
	rows[] = {
		{ 1, "AAA", 1, "BBB",   ".AAA",  ".AAA",  ".AAA",  ".BBB" },
		{ 1, "AAA", 1, "BBBB",  ".BBBB", ".AAAB", ".AAAB", ".BBBB" },
		{ 2, "AAA", 1, "BBB",   ".BBBA", ".BBBA", ".BAAA", ".BBBA" },
		{ 1, "AAA", 2, "BBB",   ".AAAB", ".AAAB", ".AAAB", ".ABBB" },
		{ 1, "AAAAA", 2, "BBB", ".AAAAA", ".AAAAA", ".AAAAA", ".ABBBA" },
		{ 2, "AA", 1, "BBBB",   ".BBBB", ".BBBB", ".BAAB", ".BBBB" },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *expected[] = { rows[i].linux_, rows[i].bsd, rows[i].first, rows[i].first, rows[i].last };
		for (int policy = SC_TCP_LINUX; policy <= SC_TCP_LAST; policy++) {
			char name[40];
			snprintf(name, sizeof(name), "policy %d, row %zu", policy, i);
			struct wire *w = wire_open(false, false, SC_SUM_NONE);
			w->env.rule = sc_tcp_rule((enum sc_tcp_policy)policy);
			C(.seq = rows[i].a_at, .text = rows[i].a);
			C(.seq = rows[i].b_at, .text = rows[i].b);
			C(.text = ".");
			assert_true(w->tcp.quirks & SC_QUIRK_BIT(tcp_overlap_conflict));
			done(w, name, expected[policy]);
		}
	}
}

/* Cases that the kernel decided otherwise than we once did; each has the order in which the oracle met it. */
static void test_kernel(void **state)
{
	(void)state;
	struct wire *w = wire_open(false, false, SC_SUM_NONE);
	F(.seq = 30, .text = "end");
	C(.text = "ab");
	S(.ack = 2);
	feed(w, SC_CLIENT, (struct seg){ .flags = SC_TCP_RST, .seq = 2 });
	assert_true(sc_tcp_over(&w->tcp));
	done(w, "a FIN that a reset came before is waited for no more", "ab");

	w = wire_open(false, false, SC_SUM_NONE);
	C(.ack = 50, .seq = 1, .text = "LIE+");
	C(.text = "abc");
	S(.ack = 3);
	feed(w, SC_CLIENT, (struct seg){ .flags = SC_TCP_RST, .seq = 3 });
	assert_true(w->tcp.reset);
	done(w, "a weak copy does not move what is due beyond the acknowledgement", "abc");

	w = wire_open(false, false, SC_SUM_NONE);
	F(.seq = 3);
	C(.seq = 10, .text = "LEFT");
	F(.seq = 14, .text = "fin");
	C(.seq = 12, .text = "________");
	C(.text = "1234567890");
	S(.ack = 18);
	done(w, "a second FIN is part of what it continues, and stays", "1234567890LEFTfin");

	w = wire_open(false, false, SC_SUM_NONE);
	F(.seq = 4, .text = "ab");
	C(.seq = 6, .text = "cdefgh");
	C(.seq = 3, .text = "1234");
	C(.seq = 5, .text = "zyxwvuts");
	C(.text = "...");
	S(.ack = 13);
	done(w, "what begins at a FIN is no part of what ends with it", "...1234xwvuts");

	w = wire_open(false, false, SC_SUM_NONE);
	C(.seq = 3, .text = "abc");
	F(.seq = 6);
	C(.seq = 5, .text = "..");
	C(.text = "123");
	S(.ack = 7);
	C(.seq = 7, .text = "more");
	done(w, "a bare FIN is part of what it continues", "123abc");

	w = wire_open(false, false, SC_SUM_NONE);
	F(.seq = 3);
	F(.seq = 6, .text = "fin");
	F(.seq = 90);
	C(.text = "123456");
	S(.ack = 10);
	done(w, "of several FINs the nearest that is not covered", "123456fin");

	w = wire_open(false, false, SC_SUM_NONE);
	C(.seq = 5, .text = "whole");
	F(.seq = 7, .text = "ole");
	C(.seq = 10, .text = "more");
	C(.text = "12345");
	S(.ack = 14);
	done(w, "what begins at a FIN is part of another segment that ends there", "12345wholemore");

	w = wire_open(false, true, SC_SUM_NONE);
	C(.seq = WINDOW - 2, .text = "xy");
	S(.ack = 0, .sack = { WINDOW - 2, WINDOW });
	F(.seq = 6, .text = "fin");
	feed(w, SC_CLIENT, (struct seg){ .flags = SC_TCP_RST, .seq = WINDOW, .text = "!" });
	C(.text = "123456");
	feed(w, SC_SERVER, (struct seg){ .flags = SC_TCP_RST });
	assert_int_equal(w->tcp.reset_by, SC_CLIENT);
	done(w, "a FIN that came whole only behind a reset does not deny that", "");

	w = wire_open(false, false, SC_SUM_NONE);
	C(.seq = 4, .text = "old");
	C(.seq = 4, .ack = 99, .text = "LIES+");
	C(.seq = 4, .text = "newer");
	C(.text = "....");
	S(.ack = 9);
	done(w, "a lie that goes on does not make a copy longer", "....newer");
}

static void test_overlaps(void **state)
{
	(void)state;
	struct wire *w = wire_open(false, false, SC_SUM_NONE);
	C(.seq = 2, .text = "AAAA");
	C(.text = "....");
	done(w, "what is next takes the place of what waits", "....AA");

	w = wire_open(false, false, SC_SUM_NONE);
	C(.seq = 2, .text = "AA");
	S(.ack = 4); /* so it had what the capture lacks */
	C(.seq = 0, .text = "....");
	done(w, "what was acknowledged is not replaced", "..AA");

	w = wire_open(false, false, SC_SUM_NONE);
	C(.seq = 2, .text = "AA");
	C(.seq = 4, .text = "BB"); /* becomes part of AA */
	C(.seq = 4, .text = "CCC");
	C(.seq = 0, .text = "..");
	done(w, "neighbours are joined", "..AABBC");
}

static void test_mirrors(void **state)
{
	(void)state;
	struct wire *w = wire_open(false, false, SC_SUM_NONE);
	C(.text = "ab", .id = 7);
	w->now -= 9 * SC_MS;
	C(.text = "ab", .id = 7);
	assert_int_equal(w->counters.packets_mirrored, 1);
	w->now -= 9 * SC_MS;
	C(.text = "ab", .id = 8); /* sent again */
	C(.text = "ab", .id = 8); /* too late for a mirror */
	assert_int_equal(w->counters.packets_mirrored, 1);
	done(w, "copies", "ab");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_checksum),
		cmocka_unit_test(test_flags),
		cmocka_unit_test(test_stamps),
		cmocka_unit_test(test_window),
		cmocka_unit_test(test_acknowledgements),
		cmocka_unit_test(test_resets),
		cmocka_unit_test(test_likely_resets),
		cmocka_unit_test(test_closed_window),
		cmocka_unit_test(test_copies),
		cmocka_unit_test(test_urgent),
		cmocka_unit_test(test_fin),
		cmocka_unit_test(test_policies),
		cmocka_unit_test(test_kernel),
		cmocka_unit_test(test_overlaps),
		cmocka_unit_test(test_mirrors),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
