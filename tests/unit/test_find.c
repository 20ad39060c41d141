/* test_find.c - what a word finds, and how it is told. */
#include "output/page.h"
#include "unit/output_fixture.h"

#define TITLE "00000000005c1f09  2026-01-31 12:00:00 UTC  192.0.2.10:46640 → 198.51.100.7:25  ended by quit\n"
#define SHOW  "  smtpscope show 00000000005c1f09 -r mail.pcap\n"
#define RECIPIENT \
	"  recipient   ✗ rejected 550 5.1.1 unknown_user from <alice@example.org> to <nobody@example.net>"
#define TRANSACTION "  transaction ✓ accepted from <alice@example.org>"

/* A session with a recipient, a transaction, an exchange and a login. */
static void play(struct output *o)
{
	struct sc_ev_head head = head_of(0x5c1f09);
	sc_str lines[] = { SC_STR("2.0.0 See also ticket T-77") };
	struct sc_ev_exchange x = {
		.verb = SC_STR("HELP"), .code = 214, .text = {lines, 1}, .latency_ms = SC_TIME_NONE};
	struct sc_ev_delivery d = delivery_of();
	struct sc_ev_transaction t = transaction_of();
	struct sc_ev_auth a = { .mechanism = SC_STR("PLAIN"), .user = SC_STR("carol"), .outcome = "ok" };
	struct sc_ev_recipient recipients[] = { { .rcpt_to = SC_STR("dave@example.net") } };
	struct sc_pair params[] = { { SC_STR("ENVID"), SC_STR("QQ314") } };
	t.recipients = (struct sc_list){ recipients, 1 };
	t.mail_params = (struct sc_pairs){ params, 1 };
	t.queue_id = SC_STR("4XyZ12");
	struct sc_ev_session s = session_of();
	const struct sc_event events[] = {
		event_of(SC_EVENT_exchange, &head, &x), event_of(SC_EVENT_delivery, &head, &d),
		event_of(SC_EVENT_auth, &head, &a),     event_of(SC_EVENT_transaction, &head, &t),
		event_of(SC_EVENT_session, &head, &s),
	};
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		output_event(o, &events[i]);
}

static const struct {
	const char *name, *word, *expected;
} cases[] = {
	{ "recipient", "NOBODY@example.net", TITLE RECIPIENT "\n" SHOW },
	{ "sender", "<alice@example.org>", TITLE RECIPIENT "\n" TRANSACTION "\n" SHOW },
	{ "queue id", "4xyz12", TITLE TRANSACTION "  queue_id: 4XyZ12\n" SHOW },
	{ "in a list of objects", "dave@", TITLE TRANSACTION "\n" SHOW },
	{ "in a map", "qq314", TITLE TRANSACTION "  mail_params: QQ314\n" SHOW },
	{ "user", "carol", TITLE "  auth        ✓ ok  user: carol\n" SHOW },
	{ "greeting", "postfix", TITLE "  session      greeting.software: Postfix\n" SHOW },
	{ "only a reply", "t-77", TITLE "  exchange    214  text: 2.0.0 See also ticket T-77\n" SHOW },
	{ "client", "192.0.2.10", TITLE "  session\n" RECIPIENT "\n" TRANSACTION "\n" SHOW },
	{ "session", "00000000005c1f09", TITLE "  session\n" RECIPIENT "\n" TRANSACTION "\n" SHOW },
	{ "our own words are not searched", "rejected",
	  "Nothing found for rejected in mail.pcap.  Searched: the addresses and every text\n"
	  "  of 1 session, 1 transaction, 1 recipient and 1 command with its reply.\n" },
	{ "part of an address is no address", "92.0.2.1",
	  "Nothing found for 92.0.2.1 in mail.pcap.  Searched: the addresses and every text\n"
	  "  of 1 session, 1 transaction, 1 recipient and 1 command with its reply.\n" },
	{ "as Postfix logs a recipient", "to=<nobody@example.net>,", TITLE RECIPIENT "\n" SHOW },
	{ "as Postfix logs a client", "client=nowhere.invalid[192.0.2.10]", TITLE "  session\n" RECIPIENT "\n" TRANSACTION "\n" SHOW },
	{ "with its comma", "4xyz12,", TITLE TRANSACTION "  queue_id: 4XyZ12\n" SHOW },
	{ "an address in a sentence", "for <nobody@example.net>",
	  "Nothing found for for <nobody@example.net> in mail.pcap.  Searched: the\n"
	  "  addresses and every text of 1 session, 1 transaction, 1 recipient and 1\n"
	  "  command with its reply.\n" },
};

static void test_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		sc_str word = { cases[i].word, strlen(cases[i].word) };
		struct output *o = output_open(
			&sc_sink_find, (struct sc_output_config){
					       .utc = true, .source = "mail.pcap", .words = &word, .word_count = 1});
		play(o);
		const char *text = output_close(o);
		if (strcmp(text, cases[i].expected) != 0)
			fail_msg("%s:\n%sexpected:\n%s", cases[i].name, text, cases[i].expected);
		output_free(o);
	}
}

static void test_null_path(void **state)
{
	(void)state;
	sc_str word = SC_STR("<>");
	struct sc_ev_head head = head_of(1);
	struct sc_ev_delivery d = delivery_of();
	struct sc_ev_session s = session_of();
	struct output *o = output_open(&sc_sink_find, (struct sc_output_config){ .words = &word, .word_count = 1 });
	struct sc_event ev = event_of(SC_EVENT_delivery, &head, &d), end = event_of(SC_EVENT_session, &head, &s);
	d.mail_from = SC_STR("");
	output_event(o, &ev);
	output_event(o, &end);
	assert_non_null(
		strstr(output_close(o), "from <> to <nobody@example.net>\n  smtpscope show 0000000000000001 -r CAPTURE\n"));
	output_free(o);
}

static void test_shell_words(void **state)
{
	(void)state;
	static const struct {
		const char *word, *as;
	} words[] = {
		{ "a/b-c_1.pcap", "a/b-c_1.pcap" }, { "", "''" },      { "a b", "'a b'" },
		{ "it's $(x)", "'it'\\''s $(x)'" },  { "`x`", "'`x`'" }, { "a\x1b[2J", "$'a\\x1b[2J'" },
		{ "it's \n\\", "$'it\\'s \\x0a\\\\'" }, { "gr\xc3\xbc\xc3\x9f e", "'gr\xc3\xbc\xc3\x9f e'" },
		{ "\xff e", "$'\\xff e'" },
	};
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		char buffer[64];
		struct sc_text t = sc_text_into(buffer, sizeof(buffer));
		sc_page_shell_word(&t, sc_str_of(words[i].word));
		if (!sc_str_equal(sc_text_str(&t), sc_str_of(words[i].as)))
			fail_msg("%s: %.*s", words[i].word, (int)t.len, t.at);
	}
}

static void test_hostile_text(void **state)
{
	(void)state;
	static char long_text[10001];
	memset(long_text, 'x', sizeof(long_text) - 1);
	memcpy(long_text, "needle\x1b[2J\n\xff", 12);
	sc_str words[] = { SC_STR("absent"), SC_STR("needle") };
	struct sc_ev_head head = head_of(1);
	struct sc_ev_delivery d = delivery_of();
	d.text = (sc_str){ long_text, sizeof(long_text) - 1 };
	struct sc_event ev = event_of(SC_EVENT_delivery, &head, &d);
	struct output *o = output_open(&sc_sink_find, (struct sc_output_config){ .words = words, .word_count = 2,
										.source = "'it'\\''s $(x).pcap'" });
	output_event(o, &ev);
	const char *text = output_close(o); /* the session never ended: told at the end */
	assert_non_null(strstr(text, "text: needle\\x1b[2J\\n\\xffxxx"));
	assert_non_null(strstr(text, "x…\n"));
	assert_non_null(strstr(text, "\n  smtpscope show 0000000000000001 -r 'it'\\''s $(x).pcap'\n"));
	output_free(o);
}

static void test_wrong_calls(void **state)
{
	(void)state;
	struct output *o = output_open(&sc_sink_find, (struct sc_output_config){ 0 });
	assert_int_equal(o->opened, SC_EUSAGE);
	output_free(o);
	sc_str empty = SC_STR("");
	o = output_open(&sc_sink_find, (struct sc_output_config){ .words = &empty, .word_count = 1 });
	assert_int_equal(o->opened, SC_EUSAGE);
	output_free(o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_null_path),
		cmocka_unit_test(test_shell_words), cmocka_unit_test(test_hostile_text),
		cmocka_unit_test(test_wrong_calls),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
