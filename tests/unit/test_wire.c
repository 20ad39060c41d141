/* test_wire.c - diagnoses that packets give: each with a case where it holds, one that just misses it, and one that looks
 * like it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "wire_fixture.h"

/* ---- the stories ---- */

/* A message whose first full segment is sent again `times` times and never acknowledged. */
static void large_lost(struct talk *t, int times, uint32_t octets)
{
	open_message(t);
	say_large(t, SC_CLIENT, octets);
	for (int i = 0; i < times; i++) {
		later(t, (sc_time)(200 << i) * SC_MS);
		again(t, SC_CLIENT, octets, octets);
	}
}

static void hole(struct talk *t)
{
	large_lost(t, 5, 1460);
}

/* Small packets of the server are lost, too: the path is dead. */
static void dead_both_ways(struct talk *t)
{
	large_lost(t, 4, 1460);
	say_octets(t, SC_SERVER, SC_STR("421 4.4.2 time-out\r\n"));
	for (int i = 0; i < 5; i++) {
		later(t, SC_SECOND << i);
		again(t, SC_SERVER, 20, 20);
	}
}

static void hole_narrow_mss(struct talk *t)
{
	t->mss[SC_SERVER] = 1380;
	large_lost(t, 4, 1380);
}

static void hole_twice(struct talk *t)
{
	large_lost(t, 2, 1460);
}

static void hole_icmp(struct talk *t)
{
	open_message(t);
	say_large(t, SC_CLIENT, 1460);
	for (int i = 0; i < 4; i++) {
		later(t, SC_SECOND);
		again(t, SC_CLIENT, 1460, 1460);
		icmp(t, SC_CLIENT, 3, 4, 1280, t->seq[SC_CLIENT] - 1460);
	}
}

/* It gets through after all: that was loss. */
static void hole_passed(struct talk *t)
{
	large_lost(t, 4, 1460);
	later(t, SC_MS);
	ack(t, SC_SERVER);
	end_message(t);
}

/* It gets through once it is cut smaller. */
static void hole_shrunk(struct talk *t)
{
	large_lost(t, 4, 1460);
	later(t, SC_SECOND);
	again(t, SC_CLIENT, 1460, 512);
	later(t, SC_MS);
	t->acked[SC_SERVER] = t->seq[SC_CLIENT] - 1460 + 512;
	segment(t, SC_SERVER, SC_TCP_ACK, t->seq[SC_SERVER], t->acked[SC_SERVER], SC_STR(""), SC_STR(""));
}

/* Path MTU discovery as it should be. */
static void mtu_found(struct talk *t)
{
	open_message(t);
	uint32_t from = t->seq[SC_CLIENT];
	for (int i = 0; i < 4; i++)
		say_large(t, SC_CLIENT, 1460);
	icmp(t, SC_CLIENT, 3, 4, 1280, from);
	for (uint32_t at = 0; at < 4 * 1460; at += 1200) {
		later(t, 20 * SC_MS);
		uint32_t left = 4 * 1460 - at;
		again(t, SC_CLIENT, left, left < 1200 ? left : 1200);
	}
	later(t, SC_MS);
	ack(t, SC_SERVER);
	end_message(t);
}

/* Nothing gets through any more, large or small. */
static void gone(struct talk *t)
{
	open_message(t);
	say(t, SC_CLIENT, "hello\r\n");
	for (int i = 0; i < 6; i++) {
		later(t, (sc_time)(500 << i) * SC_MS);
		again(t, SC_CLIENT, 7, 7);
	}
}

static void gone_after_silence(struct talk *t)
{
	handshake(t);
	say(t, SC_SERVER, "220 mx.example.org ESMTP\r\n");
	say(t, SC_CLIENT, "EHLO a.example.net\r\n");
	say(t, SC_SERVER, "250 mx.example.org\r\n");
	later(t, SC_MS);
	ack(t, SC_CLIENT);
	later(t, 600 * SC_SECOND);
	say(t, SC_CLIENT, "RSET\r\n");
	for (int i = 0; i < 6; i++) {
		later(t, (sc_time)(500 << i) * SC_MS);
		again(t, SC_CLIENT, 6, 6);
	}
}

/* The capture ends soon after. */
static void gone_soon(struct talk *t)
{
	open_message(t);
	say(t, SC_CLIENT, "hello\r\n");
	for (int i = 0; i < 3; i++) {
		later(t, (sc_time)(200 << i) * SC_MS);
		again(t, SC_CLIENT, 7, 7);
	}
}

static void send_text(struct talk *t, int segments, int lost_each)
{
	open_message(t);
	for (int i = 0; i < segments; i++) {
		say_large(t, SC_CLIENT, 1000);
		if (lost_each && i % lost_each == 0) {
			later(t, 300 * SC_MS);
			again(t, SC_CLIENT, 1000, 1000);
		}
		later(t, SC_MS);
		ack(t, SC_SERVER);
	}
	end_message(t);
}

static void loss_some(struct talk *t)
{
	send_text(t, 100, 20); /* five of a hundred */
}

static void loss_much(struct talk *t)
{
	send_text(t, 40, 4);
}

static void loss_little(struct talk *t)
{
	send_text(t, 400, 100); /* four of four hundred */
}

static void loss_two(struct talk *t)
{
	send_text(t, 20, 10);
}

/* Each packet was captured twice. */
static void copies(struct talk *t)
{
	open_message(t);
	for (int i = 0; i < 30; i++) {
		say_large(t, SC_CLIENT, 1000);
		t->same_id = true;
		later(t, 20 * SC_US);
		again(t, SC_CLIENT, 1000, 1000);
		t->same_id = false;
		later(t, SC_MS);
		ack(t, SC_SERVER);
	}
	end_message(t);
}

/* The path exchanges each two segments. */
static void reordered(struct talk *t)
{
	open_message(t);
	for (int i = 0; i < 15; i++) {
		t->seq[SC_CLIENT] += 1000;
		say_large(t, SC_CLIENT, 1000);
		later(t, 100 * SC_US);
		again(t, SC_CLIENT, 2000, 1000);
		later(t, SC_MS);
		ack(t, SC_SERVER);
	}
	end_message(t);
}

/* A capture that shuffles a flight of ten: two holes stand open at a time. */
static void shuffled(struct talk *t)
{
	static const uint32_t order[] = { 1, 2, 3, 4, 5, 7, 0, 6 };
	open_message(t);
	for (int round = 0; round < 5; round++) {
		uint32_t begin = t->seq[SC_CLIENT];
		for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
			t->seq[SC_CLIENT] = begin + order[i] * 1000;
			say_large(t, SC_CLIENT, 1000);
			later(t, 10 * SC_US);
		}
		t->seq[SC_CLIENT] = begin + 8000;
		later(t, SC_MS);
		ack(t, SC_SERVER);
	}
	end_message(t);
}

/* Somebody repeats each segment sooner than anybody can know of a loss: that is an attack, or a fault of the capture. */
static void hasty(struct talk *t)
{
	syn(t, 0);
	syn_ack(t);
	later(t, 50 * SC_MS);
	ack(t, SC_CLIENT);
	envelope(t);
	for (int i = 0; i < 20; i++) {
		say_large(t, SC_CLIENT, 1000);
		later(t, 7 * SC_MS);
		again(t, SC_CLIENT, 1000, 1000);
		later(t, 50 * SC_MS);
		ack(t, SC_SERVER);
	}
	end_message(t);
}

/* What is acknowledged is sent once more, for no reason. */
static void needless(struct talk *t)
{
	open_message(t);
	for (int i = 0; i < 20; i++) {
		say_large(t, SC_CLIENT, 1000);
		later(t, SC_MS);
		ack(t, SC_SERVER);
		later(t, 20 * SC_MS);
		again(t, SC_CLIENT, 1000, 1000);
	}
	end_message(t);
}

/* Probes of a connection that is idle. */
static void kept_alive(struct talk *t)
{
	open_message(t);
	for (int i = 0; i < 10; i++) {
		later(t, 10 * SC_SECOND);
		again(t, SC_CLIENT, 1, 1);
		later(t, SC_MS);
		ack(t, SC_SERVER);
	}
	say(t, SC_CLIENT, ".\r\n");
	say(t, SC_SERVER, "250 ok\r\n");
	bye(t);
}

static void window_shut(struct talk *t, sc_time length)
{
	open_message(t);
	say_large(t, SC_CLIENT, 1460);
	later(t, SC_MS);
	t->window[SC_SERVER] = 0;
	ack(t, SC_SERVER);
	for (sc_time passed = 0; passed < length; passed += SC_SECOND) {
		later(t, SC_SECOND);
		again(t, SC_CLIENT, 1, 1);
		later(t, SC_US);
		ack(t, SC_SERVER);
	}
	t->window[SC_SERVER] = 30000;
	ack(t, SC_SERVER);
	end_message(t);
}

static void shut_ten(struct talk *t)
{
	window_shut(t, 10 * SC_SECOND);
}

static void shut_hundred(struct talk *t)
{
	window_shut(t, 100 * SC_SECOND);
}

static void shut_four(struct talk *t)
{
	window_shut(t, 4 * SC_SECOND);
}

static void reset_by(struct talk *t, uint8_t usual, uint8_t ttl)
{
	t->ttl[SC_SERVER] = usual;
	open_message(t);
	say(t, SC_CLIENT, "hello\r\n");
	later(t, SC_MS);
	ack(t, SC_SERVER);
	t->ttl[SC_SERVER] = ttl;
	later(t, SC_MS);
	segment(t, SC_SERVER, SC_TCP_RST | SC_TCP_ACK, t->seq[SC_SERVER], t->seq[SC_CLIENT], SC_STR(""), SC_STR(""));
}

static void reset_strange(struct talk *t)
{
	reset_by(t, 52, 61);
}

static void reset_own(struct talk *t)
{
	reset_by(t, 52, 52);
}

static void reset_one_hop(struct talk *t)
{
	reset_by(t, 52, 53);
}

/* The same twelve hops, begun at 255 instead of 64. */
static void reset_other_start(struct talk *t)
{
	reset_by(t, 52, 243);
}

static void small_writes(struct talk *t, int count, sc_time gap, bool acked)
{
	open_message(t);
	for (int i = 0; i < count; i++) {
		say_octets(t, SC_CLIENT, SC_STR("hello\r\n"));
		later(t, gap);
		if (acked)
			ack(t, SC_SERVER);
		later(t, 50 * SC_US);
	}
	say_octets(t, SC_CLIENT, SC_STR(".\r\n"));
	say(t, SC_SERVER, "250 ok\r\n");
	bye(t);
}

static void nagle_four(struct talk *t)
{
	small_writes(t, 4, 40 * SC_MS, true);
}

static void nagle_two(struct talk *t)
{
	small_writes(t, 2, 40 * SC_MS, true);
}

static void nagle_old(struct talk *t)
{
	small_writes(t, 4, 200 * SC_MS, true);
}

/* A slow writer: nobody waits for an acknowledgement. */
static void nagle_slow_writer(struct talk *t)
{
	small_writes(t, 6, 40 * SC_MS, false);
}

/* The round trip takes 100 ms, and each small segment waits for it. */
static void nagle_far(struct talk *t)
{
	small_writes(t, 6, 100 * SC_MS, true);
}

/* A dialogue in which each acknowledgement comes 45 ms later, and the next command with it. */
static void nagle_answers(struct talk *t)
{
	open_message(t);
	say(t, SC_CLIENT, ".\r\n");
	say(t, SC_SERVER, "250 ok\r\n");
	for (int i = 0; i < 6; i++) {
		later(t, 45 * SC_MS);
		ack(t, SC_CLIENT);
		say_octets(t, SC_CLIENT, SC_STR("NOOP\r\n"));
		say(t, SC_SERVER, "250 ok\r\n");
	}
	bye(t);
}

static void small_writes_over(struct talk *t, sc_time trip, sc_time wait)
{
	syn(t, 0);
	syn_ack(t);
	later(t, trip);
	ack(t, SC_CLIENT);
	envelope(t);
	for (int i = 0; i < 6; i++) {
		say_octets(t, SC_CLIENT, SC_STR("hello\r\n"));
		later(t, wait);
		ack(t, SC_SERVER);
		later(t, 50 * SC_US);
	}
	say_octets(t, SC_CLIENT, SC_STR(".\r\n"));
	say(t, SC_SERVER, "250 ok\r\n");
	bye(t);
}

/* The round trip takes 50 ms, which is no delay of an acknowledgement. */
static void nagle_trip(struct talk *t)
{
	small_writes_over(t, 50 * SC_MS, 51 * SC_MS);
}

static void nagle_trip_8(struct talk *t)
{
	small_writes_over(t, 8 * SC_MS, 41 * SC_MS);
}

static void scaled(struct talk *t)
{
	t->scale[SC_CLIENT] = t->scale[SC_SERVER] = 7;
	t->window[SC_SERVER] = 2500; /* 320,000 octets */
	open_message(t);
}

/* What lies beyond the unscaled window is lost each time. */
static void scale_broken(struct talk *t)
{
	scaled(t);
	for (int i = 0; i < 4; i++) {
		say_large(t, SC_CLIENT, 1200);
		say_large(t, SC_CLIENT, 1200);
		say_large(t, SC_CLIENT, 1200);
		later(t, SC_MS);
		t->acked[SC_SERVER] = t->seq[SC_CLIENT] - 1200;
		segment(t, SC_SERVER, SC_TCP_ACK, t->seq[SC_SERVER], t->acked[SC_SERVER], SC_STR(""), SC_STR(""));
		later(t, 300 * SC_MS);
		again(t, SC_CLIENT, 1200, 1200);
		later(t, SC_MS);
		ack(t, SC_SERVER);
	}
}

static void scale_works(struct talk *t)
{
	scaled(t);
	for (int i = 0; i < 4; i++) {
		say_large(t, SC_CLIENT, 1200);
		say_large(t, SC_CLIENT, 1200);
		say_large(t, SC_CLIENT, 1200);
		later(t, SC_MS);
		ack(t, SC_SERVER);
	}
	end_message(t);
}

/* The client takes the window for what stands in the header. */
static void scale_ignored(struct talk *t)
{
	scaled(t);
	for (int i = 0; i < 5; i++) {
		say_large(t, SC_CLIENT, 1250);
		say_large(t, SC_CLIENT, 1250);
		later(t, 10 * SC_MS);
		ack(t, SC_SERVER);
	}
	end_message(t);
}

static void unscaled_full(struct talk *t)
{
	t->window[SC_SERVER] = 2500;
	open_message(t);
	for (int i = 0; i < 5; i++) {
		say_large(t, SC_CLIENT, 1250);
		say_large(t, SC_CLIENT, 1250);
		later(t, 10 * SC_MS);
		ack(t, SC_SERVER);
	}
	end_message(t);
}

/* The client closes its half behind the message, and the verdict comes later. */
static void closed_early(struct talk *t)
{
	open_message(t);
	say(t, SC_CLIENT, "hello\r\n.\r\n");
	fin(t, SC_CLIENT);
	later(t, SC_MS);
	ack(t, SC_SERVER);
	later(t, 3 * SC_SECOND);
	say(t, SC_SERVER, "250 ok\r\n");
	later(t, SC_MS);
}

static void closed_and_gone(struct talk *t)
{
	closed_early(t);
	segment(t, SC_CLIENT, SC_TCP_RST, t->seq[SC_CLIENT], 0, SC_STR(""), SC_STR(""));
}

static void closed_and_read(struct talk *t)
{
	closed_early(t);
	ack(t, SC_CLIENT);
	fin(t, SC_SERVER);
	ack(t, SC_CLIENT);
}

/* ---- the table ---- */

static const struct {
	const char *name;
	void (*play)(struct talk *t);
	const char *word, *severity, *confidence; /* word NULL: no diagnosis but those in `may` */
	const char *text;                         /* part of the text */
} cases[] = {
	{ "full segment never acknowledged", hole, "pmtu_blackhole", "error", "likely", "1460 octets was sent again 5 times" },
	{ "look-alike: small ones of the other side are lost, too", dead_both_ways, "half_open", "warn", "likely", "vanished" },
	{ "the same, and a narrow MSS", hole_narrow_mss, "pmtu_blackhole", "error", "sure", "1380 octets" },
	{ "the same, and a router says so", hole_icmp, "pmtu_blackhole", "error", "sure", "203.0.113.1 says so (packet" },
	{ "through once it is smaller", hole_shrunk, "pmtu_blackhole", "error", "sure", "only in smaller pieces" },
	{ "sent again twice", hole_twice, NULL, NULL, NULL, NULL },
	{ "through in the end", hole_passed, "loss", "error", "likely", "had to be sent again" },
	{ "path MTU discovery", mtu_found, NULL, NULL, NULL, NULL },
	{ "the server vanishes", gone, "half_open", "warn", "likely", "sent again 6 times" },
	{ "forgotten by a firewall", gone_after_silence, "half_open", "warn", "likely", "silent for 10 min" },
	{ "the capture ends too soon", gone_soon, NULL, NULL, NULL, NULL },
	{ "some loss", loss_some, "loss", "warn", "likely", "4.7 % of the octets from the client 192.0.2.10" },
	{ "much loss", loss_much, "loss", "error", "likely", "(10 of" },
	{ "one percent", loss_little, NULL, NULL, NULL, NULL },
	{ "two segments", loss_two, NULL, NULL, NULL, NULL },
	{ "captured twice", copies, NULL, NULL, NULL, NULL },
	{ "out of order", reordered, NULL, NULL, NULL, NULL },
	{ "shuffled by the capture", shuffled, NULL, NULL, NULL, NULL },
	{ "sent again at once", hasty, NULL, NULL, NULL, NULL },
	{ "needlessly sent again", needless, NULL, NULL, NULL, NULL },
	{ "keep-alives", kept_alive, NULL, NULL, NULL, NULL },
	{ "window shut for ten seconds", shut_ten, "zero_window", "warn", "sure", "closed for 10.0 s" },
	{ "window shut for a hundred", shut_hundred, "zero_window", "error", "sure", "closed for 100.0 s" },
	{ "window shut for four", shut_four, NULL, NULL, NULL, NULL },
	{ "reset from elsewhere", reset_strange, "injected_reset", "warn", "hint", "hop limit is 61" },
	{ "reset of its own", reset_own, NULL, NULL, NULL, NULL },
	{ "one hop apart", reset_one_hop, NULL, NULL, NULL, NULL },
	{ "as far away, begun elsewhere", reset_other_start, NULL, NULL, NULL, NULL },
	{ "Nagle, 40 ms", nagle_four, "nagle_delack", "info", "likely", "waited 4 times" },
	{ "Nagle, 200 ms", nagle_old, "nagle_delack", "info", "likely", "waited 4 times" },
	{ "Nagle, 40 ms, of which the way takes 8", nagle_trip_8, "nagle_delack", "info", "likely", "waited 6 times" },
	{ "Nagle twice", nagle_two, NULL, NULL, NULL, NULL },
	{ "slow writer", nagle_slow_writer, NULL, NULL, NULL, NULL },
	{ "commands behind late acknowledgements", nagle_answers, NULL, NULL, NULL, NULL },
	{ "a trip of 50 ms", nagle_trip, NULL, NULL, NULL, NULL },
	{ "far away", nagle_far, NULL, NULL, NULL, NULL },
	{ "lost beyond the unscaled window", scale_broken, "window_scale_broken", "error", "likely", "4 segments there were lost" },
	{ "scaled window", scale_works, NULL, NULL, NULL, NULL },
	{ "scale ignored", scale_ignored, "window_scale_broken", "error", "likely", "to the octet, 5 times" },
	{ "gone before the verdict", closed_and_gone, "late_accept", "warn", "sure", "accepted the message 3.00 s after its end" },
	{ "half closed, and it reads on", closed_and_read, NULL, NULL, NULL, NULL },
	{ "window without scale", unscaled_full, NULL, NULL, NULL, NULL },
};

/* Words about the dialogue, which these stories may bring with them. */
static bool beside_the_point(const char *word)
{
	static const char *const words[] = { "lost_in_data", "lost_after_eod", "client_gave_up", "idle_timeout", "no_quit",
		"slow_reply", "stalled_data", "line_too_long" };
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(word, words[i]) == 0)
			return true;
	return false;
}

static size_t count_told(const struct talk *t)
{
	size_t n = 0;
	for (size_t i = 0; i < t->count; i++)
		n += !beside_the_point(t->told[i].word);
	return n;
}

static void check_case(size_t i, const struct talk *t)
{
	const struct told *x = cases[i].word ? find_told(t, cases[i].word) : NULL;
	size_t wanted = cases[i].word != NULL;
	if (count_told(t) != wanted)
		fail_msg("%s: %zu diagnoses, the first: %s: %s", cases[i].name, count_told(t), t->count ? t->told[0].word : "-",
			t->count ? t->told[0].text : "");
	if (!wanted)
		return;
	if (!x)
		fail_msg("%s: no %s but %s", cases[i].name, cases[i].word, t->told[0].word);
	if (strcmp(x->severity, cases[i].severity) || strcmp(x->confidence, cases[i].confidence))
		fail_msg("%s: %s, %s", cases[i].name, x->severity, x->confidence);
	if (!strstr(x->text, cases[i].text))
		fail_msg("%s: %s", cases[i].name, x->text);
}

static void stories_give_their_diagnoses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct talk *t = talk_open();
		cases[i].play(t);
		talk_finish(t);
		check_case(i, t);
		free(t);
	}
}

/* A device that sees one direction would find every segment unanswered. */
static void one_direction_gives_none(void **state)
{
	(void)state;
	struct talk *t = talk_open();
	syn(t, 0);
	t->seq[SC_CLIENT]++;
	t->acked[SC_CLIENT] = 5000;
	segment(t, SC_CLIENT, SC_TCP_ACK, t->seq[SC_CLIENT], 5000, SC_STR(""), SC_STR(""));
	say_octets(t, SC_CLIENT, SC_STR("EHLO a.example.net\r\nMAIL FROM:<a@example.net>\r\n"));
	for (int n = 0; n < 20; n++) {
		later(t, SC_SECOND);
		say_large(t, SC_CLIENT, 1460);
		again(t, SC_CLIENT, 1460, 1460);
	}
	talk_finish(t);
	if (t->count)
		fail_msg("%s", t->told[0].text);
	free(t);
}

static void one_is_the_headline(void **state)
{
	(void)state;
	struct talk *t = talk_open();
	hole(t);
	later(t, SC_SECOND);
	segment(t, SC_CLIENT, SC_TCP_RST | SC_TCP_ACK, t->seq[SC_CLIENT], t->acked[SC_CLIENT], SC_STR(""), SC_STR(""));
	talk_finish(t);
	size_t headlines = 0;
	for (size_t i = 0; i < t->count; i++)
		headlines += t->told[i].headline;
	assert_int_equal(headlines, 1);
	assert_string_equal(t->told[0].word, "pmtu_blackhole");
	assert_true(t->told[0].headline);
	assert_true(t->count >= 2);
	free(t);
}

/* Who waits for a window to open does not pause. */
static void a_shut_window_is_no_pause(void **state)
{
	(void)state;
	struct talk *t = talk_open();
	shut_hundred(t);
	talk_finish(t);
	assert_non_null(find_told(t, "zero_window"));
	assert_null(find_told(t, "stalled_data"));
	free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stories_give_their_diagnoses),
		cmocka_unit_test(a_shut_window_is_no_pause),
		cmocka_unit_test(one_direction_gives_none),
		cmocka_unit_test(one_is_the_headline),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
