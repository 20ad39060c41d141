/* test_knocks.c - connections that never became a dialogue: failures and diagnoses of whole captures, through engine and
 * ledger. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <smtpscope/ledger.h>

#include "wire_fixture.h"

struct outcome {
	struct talk *t;
	struct sc_ledger *ledger;
	size_t failures;
	char broke[16];
};

static void on_event(void *ctx, const struct sc_event *ev)
{
	struct outcome *o = ctx;
	const struct sc_ev_failure *x = ev->body;
	assert_false(sc_event_inside(ev->kind));
	if (ev->kind == SC_EVENT_failure) {
		assert_string_equal(x->phase, "connect");
		assert_null(x->cause);
		copy_word(o->broke, sizeof(o->broke), sc_str_of(x->broke));
		o->failures++;
	}
	on_told(o->t, ev);
}

static void one_port_on(struct talk *t)
{
	t->port++;
	t->seq[SC_CLIENT] += 100000;
	t->seq[SC_SERVER] += 100000;
}

/* SYNs of one connection, at 0, 1, 3, 7 ... seconds. */
static void syns(struct talk *t, int count, uint8_t flags)
{
	for (int i = 0; i < count; i++) {
		later(t, i ? (SC_SECOND << (i - 1)) : 0);
		syn(t, flags);
	}
}

static void never(struct talk *t)
{
	syns(t, 4, 0);
	later(t, 60 * SC_SECOND);
	sc_engine_tick(t->engine, t->number, t->now);
}

static void never_at_end(struct talk *t)
{
	syns(t, 3, 0);
}

static void twice_at_end(struct talk *t)
{
	syns(t, 2, 0);
}

/* Three connections that were tried once each. */
static void three_ports(struct talk *t)
{
	for (int i = 0; i < 3; i++) {
		syn(t, 0);
		one_port_on(t);
		later(t, 20 * SC_SECOND);
		sc_engine_tick(t->engine, t->number, t->now);
	}
}

/* Ten connections that never come about are one failure. */
static void many_ports(struct talk *t)
{
	for (int i = 0; i < 10; i++) {
		syns(t, 4, 0);
		one_port_on(t);
		later(t, 60 * SC_SECOND);
		sc_engine_tick(t->engine, t->number, t->now);
	}
}

static void answered_late(struct talk *t)
{
	syns(t, 4, 0);
	later(t, SC_MS);
	syn_ack(t);
	later(t, SC_MS);
	ack(t, SC_CLIENT);
	envelope(t);
	bye(t);
}

static void talk_between(struct talk *t)
{
	syns(t, 2, 0);
	later(t, 60 * SC_SECOND);
	sc_engine_tick(t->engine, t->number, t->now);
	one_port_on(t);
	handshake(t);
	envelope(t);
	bye(t);
	one_port_on(t);
	syns(t, 2, 0);
	later(t, 60 * SC_SECOND);
	sc_engine_tick(t->engine, t->number, t->now);
}

/* Each SYN was captured twice. */
static void mirrored(struct talk *t)
{
	for (int i = 0; i < 2; i++) {
		syn(t, 0);
		t->same_id = true;
		later(t, 10 * SC_US);
		syn(t, 0);
		t->same_id = false;
		later(t, SC_SECOND);
	}
}

/* Only the client's direction was captured. */
static void one_way(struct talk *t)
{
	for (int i = 0; i < 4; i++) {
		syn(t, 0);
		t->seq[SC_CLIENT]++;
		later(t, SC_MS);
		t->acked[SC_CLIENT] = t->seq[SC_SERVER];
		say_octets(t, SC_CLIENT, SC_STR("EHLO a.example.net\r\n"));
		one_port_on(t);
		later(t, 60 * SC_SECOND);
		sc_engine_tick(t->engine, t->number, t->now);
	}
}

static void refused(struct talk *t)
{
	syn(t, 0);
	later(t, SC_MS);
	segment(t, SC_SERVER, SC_TCP_RST | SC_TCP_ACK, 0, t->seq[SC_CLIENT] + 1, SC_STR(""), SC_STR(""));
}

static void refused_thrice(struct talk *t)
{
	for (int i = 0; i < 3; i++) {
		refused(t);
		one_port_on(t);
		later(t, SC_SECOND);
	}
}

/* A reset that does not answer the SYN. */
static void refused_falsely(struct talk *t)
{
	syn(t, 0);
	later(t, SC_MS);
	segment(t, SC_SERVER, SC_TCP_RST | SC_TCP_ACK, 0, t->seq[SC_CLIENT] + 77, SC_STR(""), SC_STR(""));
	later(t, SC_MS);
	syn_ack(t);
	ack(t, SC_CLIENT);
	envelope(t);
	bye(t);
}

static void forbidden(struct talk *t)
{
	syn(t, 0);
	later(t, SC_MS);
	icmp(t, SC_CLIENT, 3, 13, 0, t->seq[SC_CLIENT]);
	later(t, 10 * SC_SECOND);
	sc_engine_tick(t->engine, t->number, t->now);
}

/* Somebody forges an error about a SYN that was never sent. */
static void forged(struct talk *t)
{
	syn(t, 0);
	later(t, SC_MS);
	icmp(t, SC_CLIENT, 3, 13, 0, t->seq[SC_CLIENT] + 5);
	syn_ack(t);
	ack(t, SC_CLIENT);
	envelope(t);
	bye(t);
}

static void ecn_lost(struct talk *t)
{
	for (int i = 0; i < 2; i++) {
		syn(t, SC_TCP_ECE | SC_TCP_CWR);
		later(t, SC_SECOND);
		syn(t, 0);
		later(t, SC_MS);
		syn_ack(t);
		ack(t, SC_CLIENT);
		envelope(t);
		bye(t);
		one_port_on(t);
		later(t, SC_SECOND);
	}
}

/* One SYN was lost, and the next asks for ECN too. */
static void ecn_fine(struct talk *t)
{
	for (int i = 0; i < 3; i++) {
		syn(t, SC_TCP_ECE | SC_TCP_CWR);
		later(t, SC_SECOND);
		syn(t, SC_TCP_ECE | SC_TCP_CWR);
		later(t, SC_MS);
		syn_ack(t);
		ack(t, SC_CLIENT);
		envelope(t);
		bye(t);
		one_port_on(t);
		later(t, SC_SECOND);
	}
}

static void ecn_once(struct talk *t)
{
	syn(t, SC_TCP_ECE | SC_TCP_CWR);
	later(t, SC_SECOND);
	syn(t, 0);
	later(t, SC_MS);
	syn_ack(t);
	ack(t, SC_CLIENT);
	envelope(t);
	bye(t);
}

static void reset_before_greeting(struct talk *t)
{
	handshake(t);
	later(t, 10 * SC_MS);
	segment(t, SC_SERVER, SC_TCP_RST | SC_TCP_ACK, t->seq[SC_SERVER], t->seq[SC_CLIENT], SC_STR(""), SC_STR(""));
}

static void left_waiting(struct talk *t)
{
	handshake(t);
	later(t, 30 * SC_SECOND);
	fin(t, SC_CLIENT);
	fin(t, SC_SERVER);
	ack(t, SC_CLIENT);
}

/* STARTTLS is meant, where TLS comes first. */
static void left_waiting_465(struct talk *t)
{
	t->to = 465;
	left_waiting(t);
}

/* A balancer asks whether the port is open. */
static void probe(struct talk *t)
{
	handshake(t);
	later(t, 10 * SC_MS);
	fin(t, SC_CLIENT);
	fin(t, SC_SERVER);
	ack(t, SC_CLIENT);
}

static void fine(struct talk *t)
{
	handshake(t);
	envelope(t);
	bye(t);
}

/* The server's answer, sent `count` times. */
static void answers(struct talk *t, int count)
{
	for (int i = 0; i < count; i++) {
		segment(t, SC_SERVER, SC_TCP_SYN | SC_TCP_ACK, t->seq[SC_SERVER], t->seq[SC_CLIENT] + 1, SC_STR(""), SC_STR(""));
		later(t, SC_SECOND << i);
	}
}

static void half_open(struct talk *t)
{
	syn(t, 0);
	answers(t, 4);
}

static void half_open_later(struct talk *t)
{
	half_open(t);
	later(t, 1200 * SC_SECOND);
	sc_engine_tick(t->engine, t->number, t->now);
}

static void two_answers(struct talk *t)
{
	syn(t, 0);
	answers(t, 2);
}

/* The client heard the last of them, and they speak. */
static void half_open_at_first(struct talk *t)
{
	syn(t, 0);
	answers(t, 4);
	syn_ack(t);
	ack(t, SC_CLIENT);
	envelope(t);
	bye(t);
}

/* A scanner has seen enough. */
static void scanned(struct talk *t)
{
	syn(t, 0);
	answers(t, 3);
	segment(t, SC_CLIENT, SC_TCP_RST, t->seq[SC_CLIENT] + 1, 0, SC_STR(""), SC_STR(""));
}

/* Nothing of the client was captured. */
static void answers_alone(struct talk *t)
{
	answers(t, 4);
}

static void half_open_many(struct talk *t)
{
	for (int i = 0; i < 40; i++) {
		half_open(t);
		one_port_on(t);
		t->client++;
	}
}

/* TCP Fast Open (RFC 7413): the first SYN has data, its copies have none. */
static void fast_open_never(struct talk *t)
{
	segment(t, SC_CLIENT, SC_TCP_SYN, t->seq[SC_CLIENT], 0, SC_STR("EHLO client.example.org\r\n"), SC_STR(""));
	later(t, SC_SECOND);
	syn(t, 0);
	later(t, 2 * SC_SECOND);
	syn(t, 0);
}

static void fast_open_refused(struct talk *t)
{
	segment(t, SC_CLIENT, SC_TCP_SYN, t->seq[SC_CLIENT], 0, SC_STR("EHLO client.example.org\r\n"), SC_STR(""));
	later(t, SC_MS);
	segment(t, SC_SERVER, SC_TCP_RST | SC_TCP_ACK, 0, t->seq[SC_CLIENT] + 26, SC_STR(""), SC_STR(""));
}

static void fast_open_retried(struct talk *t)
{
	segment(t, SC_CLIENT, SC_TCP_SYN, t->seq[SC_CLIENT], 0, SC_STR("EHLO client.example.org\r\n"), SC_STR(""));
	later(t, SC_SECOND);
	handshake(t);
	envelope(t);
	bye(t);
}

static void many_servers(struct talk *t)
{
	for (int i = 0; i < 3; i++) {
		never(t);
		one_port_on(t);
		t->server++;
	}
}

static void many_servers_one_speaks(struct talk *t)
{
	fine(t);
	one_port_on(t);
	t->server = 77;
	many_servers(t);
}

/* A flood of forged clients, each of which sends once. */
static void flood(struct talk *t)
{
	for (int i = 0; i < 3000; i++) {
		t->port = (uint16_t)(1024 + i);
		t->seq[SC_CLIENT] += 7919;
		syn(t, 0);
		later(t, SC_MS / 10);
	}
}

static const struct {
	const char *name;
	void (*play)(struct talk *t);
	size_t failures;
	const char *broke, *word, *text;
} cases[] = {
	{ "never answered", never, 1, "timeout", "connect_timeout", "to 4 SYNs of 192.0.2.10 over 7 seconds" },
	{ "never, and the capture ends", never_at_end, 1, "timeout", "connect_timeout", "198.51.100.25:25 to 3 SYNs" },
	{ "twice, and the capture ends", twice_at_end, 0, "", NULL, NULL },
	{ "three ports", three_ports, 1, "timeout", "connect_timeout", "3 SYNs" },
	{ "ten ports", many_ports, 1, "timeout", "connect_timeout", "4 SYNs" },
	{ "answered at last", answered_late, 0, "", NULL, NULL },
	{ "they spoke between", talk_between, 0, "", NULL, NULL },
	{ "captured twice", mirrored, 0, "", NULL, NULL },
	{ "one direction", one_way, 0, "", NULL, NULL },
	{ "refused", refused, 1, "refused", "connect_refused", "(packets 1 to 2)" },
	{ "refused three times", refused_thrice, 3, "refused", "connect_refused", "answered the SYN with a reset" },
	{ "a reset of something else", refused_falsely, 0, "", NULL, NULL },
	{ "forbidden", forbidden, 1, "unreachable", "connect_refused", "203.0.113.1 forbids it (ICMP type 3 code 13, packet 2)" },
	{ "a forged error", forged, 0, "", NULL, NULL },
	{ "ECN gets no answer", ecn_lost, 0, "", "ecn_blackhole", "left 2 SYNs of 192.0.2.10 unanswered" },
	{ "lost, but not for ECN", ecn_fine, 0, "", NULL, NULL },
	{ "ECN once", ecn_once, 0, "", NULL, NULL },
	{ "reset before the greeting", reset_before_greeting, 1, "reset", NULL, NULL },
	{ "left without a greeting", left_waiting, 1, "closed", "no_banner", "left after 30 seconds" },
	{ "left without a greeting where TLS comes first", left_waiting_465, 1, "closed", "wrong_tls_mode",
	  "waited 30 seconds for a greeting on port 465 (packets 1 to 5), where TLS comes first" },
	{ "a probe", probe, 0, "", NULL, NULL },
	{ "a dialogue", fine, 0, "", NULL, NULL },
	{ "answered, and no more", half_open, 1, "half_open", "half_open", "answered 192.0.2.10 4 times over 7 seconds (packets 1 to 5)" },
	{ "answered, and no more for long", half_open_later, 1, "half_open", "half_open", "Captured near the server" },
	{ "near miss: two answers", two_answers, 0, "", NULL, NULL },
	{ "near miss: the client goes on at last", half_open_at_first, 0, "", NULL, NULL },
	{ "look-alike: a scanner", scanned, 0, "", NULL, NULL },
	{ "look-alike: the client's direction was not captured", answers_alone, 0, "", NULL, NULL },
	{ "fast open, never answered", fast_open_never, 1, "timeout", "connect_timeout", "to 3 SYNs of 192.0.2.10 over 3 seconds" },
	{ "fast open, refused", fast_open_refused, 1, "refused", "connect_refused", "answered the SYN with a reset" },
	{ "fast open, tried again", fast_open_retried, 0, "", NULL, NULL },
};

static void play_case(struct outcome *o, void (*play)(struct talk *t))
{
	struct talk *t = talk_open();
	sc_engine_close(t->engine);
	*o = (struct outcome){ .t = t };
	struct sc_ledger_config ledger = { .memory = 4 << 20, .seed = 1, .emit = on_event, .emit_ctx = o };
	assert_int_equal(sc_ledger_open(&o->ledger, &ledger), SC_OK);
	struct sc_engine_config config = { .memory = UINT64_C(16) << 20, .seed = 1, .emit = sc_ledger_event,
		.emit_ctx = o->ledger };
	assert_int_equal(sc_engine_open(&t->engine, &config), SC_OK);
	play(t);
	talk_finish(t);
	sc_ledger_finish(o->ledger, t->number, t->now);
	sc_ledger_close(o->ledger);
}

static size_t count_connect(const struct talk *t)
{
	size_t n = 0;
	for (size_t i = 0; i < t->count; i++)
		n += strncmp(t->told[i].word, "connect_", 8) == 0 || strcmp(t->told[i].word, "ecn_blackhole") == 0 ||
			(strcmp(t->told[i].word, "no_banner") == 0 && t->to == 25) || strcmp(t->told[i].word, "wrong_tls_mode") == 0 || strcmp(t->told[i].word, "half_open") == 0;
	return n;
}

/* Whether the way out is blocked, the third silent server tells, unless one spoke. */
static void silence_of_all_is_the_way_out(void **state)
{
	(void)state;
	struct outcome o;
	play_case(&o, many_servers);
	assert_int_equal(o.failures, 3);
	assert_null(strstr(o.t->told[1].text, "blocked"));
	assert_non_null(strstr(o.t->told[2].text, "3 servers are silent alike and none answers: outgoing port 25 is blocked"));
	free(o.t);
	play_case(&o, many_servers_one_speaks);
	assert_int_equal(o.failures, 3);
	for (size_t i = 0; i < o.t->count; i++)
		assert_null(strstr(o.t->told[i].text, "blocked"));
	free(o.t);
}

static void attempts_give_failures(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct outcome o;
		play_case(&o, cases[i].play);
		if (o.failures != cases[i].failures || strcmp(o.broke, cases[i].broke))
			fail_msg("%s: %zu failures, %s", cases[i].name, o.failures, o.broke);
		if (count_connect(o.t) != (cases[i].word != NULL))
			fail_msg("%s: %zu diagnoses, %s", cases[i].name, count_connect(o.t), o.t->count ? o.t->told[0].text : "");
		const struct told *x = cases[i].word ? find_told(o.t, cases[i].word) : NULL;
		if (cases[i].word && (!x || !strstr(x->text, cases[i].text)))
			fail_msg("%s: %s", cases[i].name, x ? x->text : "not told");
		free(o.t);
	}
}

/* Whoever forges SYNs makes the server answer to many: a few are told, and then all of them once. */
static void many_that_do_not_go_on(void **state)
{
	(void)state;
	struct outcome o;
	play_case(&o, half_open_many);
	assert_int_equal(o.failures, 5);
	assert_int_equal(count_connect(o.t), 6);
	assert_non_null(strstr(o.t->told[5].text, "more than 5 clients do not go on"));
	free(o.t);
}

/* Of a flood, SYNs of one pair are one failure at most, and memory stays as it is. */
static void a_flood_is_one_failure(void **state)
{
	(void)state;
	struct outcome o;
	play_case(&o, flood);
	assert_true(o.failures <= 1);
	free(o.t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(attempts_give_failures),
		cmocka_unit_test(silence_of_all_is_the_way_out),
		cmocka_unit_test(many_that_do_not_go_on),
		cmocka_unit_test(a_flood_is_one_failure),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
