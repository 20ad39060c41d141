/* test_show.c - dialogues: a whole page, pipelined groups, secrets, selection, the bound of memory. */
#include "unit/output_fixture.h"

#include "output/keep.h"

static sc_str line_of(const char *s)
{
	return (sc_str){ s, strlen(s) };
}

/* An exchange: command sent `asked` ms and answered `replied` ms after noon. */
static void exchange(struct output *o, const struct sc_ev_head *head, const char *verb, const char *argument,
		     int asked, int replied, uint16_t code, const char *text)
{
	sc_str lines[8];
	struct sc_ev_exchange x = { .verb = line_of(verb), .code = code, .latency_ms = (replied - asked) * SC_MS };
	x.text.items = lines;
	if (argument)
		x.argument = line_of(argument);
	if (!code)
		x.latency_ms = SC_TIME_NONE;
	for (sc_str rest = line_of(text); rest.len && x.text.count < 8;)
		lines[x.text.count++] = sc_str_until(&rest, '\n');
	struct sc_event ev = event_of(SC_EVENT_exchange, head, &x);
	ev.when = NOON + replied * SC_MS;
	output_event(o, &ev);
}

static void other(struct output *o, const struct sc_ev_head *head, enum sc_event_kind kind, const void *body)
{
	struct sc_event ev = event_of(kind, head, body);
	output_event(o, &ev);
}

static void test_page(void **state)
{
	(void)state;
	struct sc_ev_head head = head_of(0x5c1f09);
	struct sc_ev_head turn = head_of(0x5c1f09);
	turn.frames = (struct sc_ev_frames){ 0, 0 };
	struct output *o = output_open(&sc_sink_show, (struct sc_output_config){ .utc = true });
	exchange(o, &turn, "CONNECT", NULL, 21, 44, 220, "mx.example.net ESMTP");
	exchange(o, &turn, "EHLO", "mail.example.org", 45, 67, 250, "mx.example.net\nPIPELINING\nSIZE 1000");
	exchange(o, &turn, "MAIL", "FROM:<alice@example.org>", 164, 187, 250, "2.1.0 Ok");
	exchange(o, &turn, "RCPT", "TO:<bob@example.net>", 164, 188, 250, "2.1.5 Ok");
	exchange(o, &turn, "RCPT", "TO:<nobody@example.net>", 164, 190, 550,
		 "5.1.1 <nobody@example.net>: User unknown");
	struct sc_ev_delivery d = delivery_of();
	other(o, &head, SC_EVENT_delivery, &d);
	exchange(o, &turn, "DATA", NULL, 191, 214, 354, "End data with <CR><LF>.<CR><LF>");
	exchange(o, &turn, "EOM", NULL, 215, 902, 250, "2.0.0 queued as 12345");
	struct sc_ev_delivery ok = { .n = 1,
				    .rcpt_to = SC_STR("bob@example.net"),
				    .outcome = "accepted",
				    .code = 250,
				    .text = SC_STR("2.0.0 queued as 12345"),
				    .retry_after_s = SC_NONE,
				    .size = SC_NONE,
				    .declared_size = SC_NONE };
	other(o, &head, SC_EVENT_delivery, &ok);
	struct sc_ev_transaction t = transaction_of();
	struct sc_ev_recipient recipients[2] = { { .outcome = "accepted" }, { .outcome = "rejected" } };
	t.recipients = (struct sc_list){ recipients, 2 };
	t.outcome = "partial";
	t.queue_id = SC_STR("12345");
	t.quirks = SC_QUIRK_BIT(bare_lf);
	other(o, &head, SC_EVENT_transaction, &t);
	exchange(o, &turn, "QUIT", NULL, 903, 911, 221, "2.0.0 Bye");
	struct sc_ev_session s = session_of();
	s.exchanges = 8;
	s.octets.client = 12345;
	s.evidence.gap_octets.client = 7;
	other(o, &head, SC_EVENT_session, &s);
	assert_string_equal(output_close(o),
			    "Session 00000000005c1f09  192.0.2.10:46640 → 198.51.100.7:25\n"
			    "  start      2026-01-31 12:00:00 UTC, 0.913 s\n"
			    "  server     mx.example.net, Postfix\n"
			    "  client     mail.example.org (EHLO)\n"
			    "  service    smtp\n"
			    "  TLS        none; STARTTLS was not offered\n"
			    "  ended by   quit\n"
			    "  packets    20-47; 12,345 octets from the client, 0 from the server\n"
			    "\n"
			    "   0.044            ← S: 220 mx.example.net ESMTP\n"
			    "   0.045   +0.001   → C: EHLO mail.example.org\n"
			    "   0.067   +0.022   ← S: 250-mx.example.net\n"
			    "                    ← S: 250-PIPELINING\n"
			    "                    ← S: 250 SIZE 1000\n"
			    "   0.164   +0.097 ┌ → C: MAIL FROM:<alice@example.org>\n"
			    "   0.164          │ → C: RCPT TO:<bob@example.net>\n"
			    "   0.164          └ → C: RCPT TO:<nobody@example.net>\n"
			    "   0.187   +0.023   ← S: 250 2.1.0 Ok\n"
			    "   0.188   +0.001   ← S: 250 2.1.5 Ok\n"
			    "   0.190   +0.002   ← S: 550 5.1.1 <nobody@example.net>: User unknown\n"
			    "   0.191   +0.001   → C: DATA\n"
			    "   0.214   +0.023   ← S: 354 End data with <CR><LF>.<CR><LF>\n"
			    "   0.215   +0.001   → C: [2,345 octets, 61 lines]\n"
			    "   0.902   +0.687   ← S: 250 2.0.0 queued as 12345\n"
			    "   0.903   +0.001   → C: QUIT\n"
			    "   0.911   +0.008   ← S: 221 2.0.0 Bye\n"
			    "\n"
			    "  ✗ rejected: <nobody@example.net> at rcpt: unknown_user\n"
			    "      550 5.1.1 <nobody@example.net>: User unknown\n"
			    "  ✓ accepted: <bob@example.net>\n"
			    "      250 2.0.0 queued as 12345\n"
			    "  ◐ partial: transaction 1 from <alice@example.org>, 2,345 octets, queue id\n"
			    "    12345\n"
			    "      ! bare_lf: a line ended with LF alone (RFC 5321 2.3.8)\n"
			    "  gap_octets.client 7: of the client's stream\n");
	output_free(o);
}

/* What stands in the page of a session with one exchange. */
static void check_exchange(const char *name, const char *verb, const char *argument, uint16_t code, const char *text,
			   const char *expected, const char *forbidden)
{
	struct sc_ev_head head = head_of(1);
	struct sc_ev_session s = session_of();
	struct output *o = output_open(&sc_sink_show, (struct sc_output_config){ .utc = true });
	exchange(o, &head, verb, argument, 1, 2, code, text);
	other(o, &head, SC_EVENT_session, &s);
	const char *page = output_close(o);
	if (!strstr(page, expected) || (forbidden && strstr(page, forbidden)))
		fail_msg("%s: no [%s] in:\n%s", name, expected, page);
	output_free(o);
}

static void test_exchanges(void **state)
{
	(void)state;
	check_exchange("no reply", "NOOP", NULL, 0, "", "← S: [no reply]\n", NULL);
	check_exchange("unsolicited", "UNSOLICITED", NULL, 421, "bye",
		       "← S: 421 bye\n                         [answers no command]\n", "→ C");
	check_exchange("AUTH", "AUTH", "PLAIN AGFsaWNl", 235, "ok", "→ C: AUTH [not shown]\n", "AGFs");
	check_exchange("SASL", "SASL", "AGFsaWNl", 235, "ok", "→ C: [not shown]\n", "AGFs");
	check_exchange("message that was not judged", "EOM", NULL, 250, "ok", "→ C: [message text]\n", NULL);
	check_exchange("controls", "NOOP", "\x1b]0;x\x07\xff\xe2\x80\xae", 250, "a\tb",
		       "NOOP \\x1b]0;x\\x07\\xff\\u{202e}\n", "\x1b");
	check_exchange("no text", "NOOP", NULL, 250, "", "← S: 250 \n", NULL);
	check_exchange("long lines are wrapped", "NOOP", NULL, 550,
		       "5.7.1 Service unavailable; client host [192.0.2.10] blocked using a list of example.net; see "
		       "https://www.example.net/"
		       "query?address=192.0.2.10&a_very_long_part_without_any_space_in_it_follows_here",
		       "← S: 550 5.7.1 Service unavailable; client host [192.0.2.10]\n"
		       "                         blocked using a list of example.net; see\n"
		       "                         https://www.example.net/query?address=192.0.2.10&a_very\n"
		       "                         _long_part_without_any_space_in_it_follows_here\n",
		       NULL);
}

static void test_huge_text(void **state)
{
	(void)state;
	static char text[100001];
	memset(text, 1, sizeof(text) - 1);
	check_exchange("a text longer than a paragraph is cut and says so", "NOOP", NULL, 250, text, "[...]\n",
		       "\x01");
}

/* Packet numbers tell that a command was sent early even when times do not. */
static void test_pipelining_by_frames(void **state)
{
	(void)state;
	struct sc_ev_head a = head_of(1), b = head_of(1);
	a.frames = (struct sc_ev_frames){ 4, 6 };
	b.frames = (struct sc_ev_frames){ 5, 7 };
	struct sc_ev_session s = session_of();
	struct output *o = output_open(&sc_sink_show, (struct sc_output_config){ .utc = true });
	exchange(o, &a, "RSET", NULL, 1, 1, 250, "ok");
	exchange(o, &b, "NOOP", NULL, 1, 1, 250, "ok");
	other(o, &a, SC_EVENT_session, &s);
	const char *page = output_close(o);
	assert_non_null(strstr(page, "┌ → C: RSET\n"));
	assert_non_null(strstr(page, "└ → C: NOOP\n"));
	output_free(o);
}

static const struct {
	const char *name, *word;
	sc_err opened;
	bool shown;
} words[] = {
	{ "whole id", "00000000005c1f09", SC_OK, true },
	{ "beginning, upper case", "00000000005C1", SC_OK, true },
	{ "another", "1234", SC_OK, false },
	{ "too short", "000", SC_EUSAGE, false },
	{ "too long", "00000000005c1f090", SC_EUSAGE, false },
	{ "no digits", "session", SC_EUSAGE, false },
};

static void test_selection(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		sc_str word = line_of(words[i].word);
		struct output *o =
			output_open(&sc_sink_show, (struct sc_output_config){ .words = &word, .word_count = 1 });
		if (o->opened != words[i].opened)
			fail_msg("%s: opened with %d", words[i].name, o->opened);
		if (o->opened == SC_OK) {
			struct sc_ev_head head = head_of(0x5c1f09);
			struct sc_ev_session s = session_of();
			other(o, &head, SC_EVENT_session, &s);
			const char *page = output_close(o);
			if (!strstr(page, "Session 00000000005c1f09") == words[i].shown ||
			    !strstr(page, "No session begins with") != words[i].shown)
				fail_msg("%s: %s", words[i].name, page);
		}
		output_free(o);
	}
}

static void test_nothing(void **state)
{
	(void)state;
	struct output *o = output_open(&sc_sink_show, (struct sc_output_config){ 0 });
	assert_string_equal(output_close(o), "No session matches.\n");
	output_free(o);
}

/* Beyond the bound the oldest dialogues are let go, and their pages say so. */
static void test_bound(void **state)
{
	(void)state;
	static char argument[30001];
	memset(argument, 'x', sizeof(argument) - 1);
	struct output *o = output_open(&sc_sink_show, (struct sc_output_config){ .utc = true });
	for (uint64_t id = 1; id <= 3000; id++) {
		struct sc_ev_head head = head_of(id);
		exchange(o, &head, "NOOP", argument, 1, 2, 250, "ok");
	}
	struct sc_ev_session s = session_of();
	s.exchanges = 1;
	struct sc_ev_head head = head_of(1);
	other(o, &head, SC_EVENT_session, &s);
	head = head_of(3000);
	other(o, &head, SC_EVENT_session, &s);
	const char *page = output_close(o), *second = strstr(page, "Session 0000000000000bb8");
	const char *missing = strstr(page, "  0 of 1 exchanges are shown");
	assert_non_null(missing);
	assert_true(missing < second);
	assert_non_null(strstr(second, "→ C: NOOP"));
	assert_null(strstr(second, "exchanges are shown"));
	output_free(o);
}

static void test_keep(void **state)
{
	(void)state;
	struct sc_keep k;
	struct sc_ev_exchange x = { .verb = SC_STR("NOOP"), .latency_ms = SC_TIME_NONE };
	assert_int_equal(sc_keep_open(&k, 4096), SC_OK);
	for (int i = 0; i < 1000; i++) {
		struct sc_ev_head head = head_of((uint64_t)i % 7);
		struct sc_event ev = event_of(SC_EVENT_exchange, &head, &x);
		sc_keep_add(&k, &ev);
		assert_true(k.octets <= 4096);
	}
	struct sc_dialogue *d = sc_keep_take(&k, 999 % 7);
	assert_non_null(d);
	assert_true(sc_str_equal(((const struct sc_ev_exchange *)d->first->ev->body)->verb, x.verb));
	sc_keep_give(d);
	assert_null(sc_keep_take(&k, 999 % 7));
	sc_keep_close(&k);

	assert_int_equal(sc_keep_open(&k, 64), SC_OK); /* too little for anything */
	struct sc_ev_head head = head_of(1);
	struct sc_event ev = event_of(SC_EVENT_exchange, &head, &x);
	sc_keep_add(&k, &ev);
	assert_null(sc_keep_take_oldest(&k));
	assert_int_equal(k.octets, 0);
	sc_keep_close(&k);
}

/* A connection in which nothing was said: by its id, with what is diagnosed of it, and whose move it is. */
static void test_unspoken(void **state)
{
	(void)state;
	static const struct {
		const char *broke, *by, *text;
	} cases[] = {
		{ "timeout", NULL, "No answer came" },
		{ "refused", NULL, "answered the SYN with a reset" },
		{ "unreachable", NULL, "whoever runs the device" },
		{ "reset", "server", "the server reset it" },
		{ "reset", "client", "the client reset it" },
		{ "closed", "server", "it should say why" },
		{ "closed", "client", "five\n    minutes" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		sc_str wanted[] = { SC_STR("0000000000000007") };
		struct output *o = output_open(&sc_sink_show,
			(struct sc_output_config){ .utc = true, .words = wanted, .word_count = 1 });
		struct sc_ev_failure x = { .scope = "session", .phase = "connect", .broke = cases[i].broke, .broke_by = cases[i].by,
			.syns = 3, .first_ts = 0, .waited_ms = 7 * SC_SECOND, .retry_after_s = SC_NONE };
		struct sc_ev_diagnosis d = { .diagnosis = "connect_timeout", .text = SC_STR("Silence.") };
		struct sc_ev_head head = head_of(7), elsewhere = head_of(8);
		other(o, &head, SC_EVENT_failure, &x);
		other(o, &elsewhere, SC_EVENT_failure, &x);
		other(o, &head, SC_EVENT_diagnosis, &d);
		const char *page = output_close(o);
		bool once = strstr(page, "Connection 0000000000000007") && !strstr(page, "0000000000000008");
		if (!once || !strstr(page, cases[i].text) || !strstr(page, "7.000 s, 3 SYNs") || !strstr(page, "Silence."))
			fail_msg("%s: %s", cases[i].broke, page);
		output_free(o);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_page),      cmocka_unit_test(test_exchanges),
		cmocka_unit_test(test_huge_text), cmocka_unit_test(test_pipelining_by_frames),
		cmocka_unit_test(test_selection), cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_bound),     cmocka_unit_test(test_keep),
		cmocka_unit_test(test_unspoken),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
