/* test_json.c - JSON Lines: exact lines, hostile strings, the fast conversions against their plain twins. */
#include "unit/output_fixture.h"

#include "base/text.h"
#include "output/buffer.h"
#include "output/quick.h"

#define HEAD                                                                                              \
	"\"session\":\"00000000000005c1\",\"community_id\":\"1:abc=\","                                   \
	"\"client\":{\"ip\":\"192.0.2.10\",\"port\":46640},\"server\":{\"ip\":\"198.51.100.7\",\"port\":25}," \
	"\"frames\":{\"first\":20,\"last\":47},"

static const struct sc_output_config plain = { 0 };

static void check_line(const char *name, struct sc_output_config config, const struct sc_event *ev,
		       const char *expected)
{
	struct output *o = output_open(&sc_sink_json, config);
	assert_int_equal(o->opened, SC_OK);
	output_event(o, ev);
	const char *text = output_close(o);
	if (strcmp(text, expected) != 0)
		fail_msg("%s:\n  got      %s  expected %s", name, text, expected);
	output_free(o);
}

static void test_lines(void **state)
{
	(void)state;
	struct sc_ev_head head = head_of(0x5c1);
	struct sc_ev_delivery d = delivery_of();
	struct sc_event ev = event_of(SC_EVENT_delivery, &head, &d);
	check_line(
		"delivery", plain, &ev,
		"{\"v\":1,\"ts\":\"2026-01-31T12:00:00.123456Z\",\"event\":\"delivery\",\"seq\":1," HEAD
		"\"n\":1,\"mail_from\":\"alice@example.org\",\"rcpt_to\":\"nobody@example.net\","
		"\"outcome\":\"rejected\",\"phase\":\"rcpt\",\"cause\":\"unknown_user\",\"rule\":\"text\","
		"\"code\":550,\"enhanced\":\"5.1.1\","
		"\"text\":\"5.1.1 <nobody@example.net>: User unknown\",\"permanent\":true}\n");

	struct sc_ev_delivery nothing = { .retry_after_s = SC_NONE, .size = SC_NONE, .declared_size = SC_NONE, .mail_from = SC_STR("") };
	ev = event_of(SC_EVENT_delivery, NULL, &nothing);
	struct sc_output_config sensor = { .sensor = SC_STR("mx\"1") };
	check_line("absent values, null path, sensor, no head", sensor, &ev,
		   "{\"v\":1,\"ts\":\"2026-01-31T12:00:00.123456Z\",\"event\":\"delivery\",\"seq\":1,\"sensor\":"
		   "\"mx\\\"1\","
		   "\"n\":0,\"mail_from\":\"\"}\n");
}

static void test_objects_and_lists(void **state)
{
	(void)state;
	struct sc_ev_head head = head_of(0x5c1);
	sc_str lines[] = { SC_STR("SIZE 1000"), SC_STR("") };
	struct sc_ev_session s = session_of();
	s.capabilities = (struct sc_strs){ lines, 2 };
	s.evidence.gap_octets.server = 7;
	s.quirks = SC_QUIRK_BIT(bare_lf) | SC_QUIRK_BIT(no_quit);
	struct sc_event ev = event_of(SC_EVENT_session, &head, &s);
	check_line(
		"session", plain, &ev,
		"{\"v\":1,\"ts\":\"2026-01-31T12:00:00.123456Z\",\"event\":\"session\",\"seq\":1," HEAD
		"\"start\":\"2026-01-31T12:00:00.000000Z\",\"end\":\"2026-01-31T12:00:00.913000Z\","
		"\"service\":\"smtp\",\"greeting\":{\"code\":220,\"text\":\"mx.example.net ESMTP\","
		"\"host\":\"mx.example.net\",\"software\":\"Postfix\"},"
		"\"helo\":{\"verb\":\"EHLO\",\"name\":\"mail.example.org\"},\"capabilities\":[\"SIZE 1000\",\"\"],"
		"\"starttls\":\"not_offered\",\"decrypted\":false,\"transactions\":0,\"exchanges\":0,"
		"\"recipients\":{\"accepted\":0,\"deferred\":0,\"rejected\":0,\"withdrawn\":0,\"aborted\":0,"
		"\"in_doubt\":0,\"unknown\":0},\"octets\":{\"client\":0,\"server\":0},\"packets\":{\"client\":0,\"server\":0},"
		"\"timing\":{\"connect_ms\":21.000,\"greeting_ms\":23.000,\"total_ms\":913.000},\"end_by\":\"quit\","
		"\"evidence\":{\"gap_octets\":{\"server\":7}},\"quirks\":[\"bare_lf\",\"no_quit\"]}\n");

	struct sc_pair params[] = { { SC_STR("SIZE"), SC_STR("1") }, { SC_STR("SMTPUTF8"), SC_STR("") },
				    { SC_STR("SIZE"), SC_STR("2") } };
	struct sc_ev_recipient recipients[] = {
		{ .rcpt_to = SC_STR("b@example.net"), .params = { params, 3 }, .code = 250, .outcome = "accepted" },
		{ .outcome = "unknown" },
	};
	struct sc_ev_transaction t = transaction_of();
	t.recipients = (struct sc_list){ recipients, 2 };
	ev = event_of(SC_EVENT_transaction, NULL, &t);
	check_line("transaction", plain, &ev,
		   "{\"v\":1,\"ts\":\"2026-01-31T12:00:00.123456Z\",\"event\":\"transaction\",\"seq\":1,\"n\":1,"
		   "\"mail_from\":\"alice@example.org\",\"mail_params\":{},\"recipients\":["
		   "{\"rcpt_to\":\"b@example.net\",\"params\":{\"SIZE\":\"1\",\"SMTPUTF8\":\"\"},\"code\":250,"
		   "\"outcome\":\"accepted\"},"
		   "{\"params\":{},\"outcome\":\"unknown\"}],\"via\":\"DATA\",\"size\":2345,\"wire_size\":2346,"
		   "\"lines\":61,"
		   "\"outcome\":\"accepted\",\"encrypted\":false,\"decrypted\":false,\"quirks\":[]}\n");
}

static void test_maps(void **state)
{
	(void)state;
	struct sc_count causes[] = { { "greylisted", 3 }, { "unknown_user", 12345678901 } };
	struct sc_ev_stats s = { .causes = { causes, 2 }, .elapsed_ms = 1500 * SC_US };
	struct sc_event ev = event_of(SC_EVENT_stats, NULL, &s);
	struct output *o = output_open(&sc_sink_json, plain);
	output_event(o, &ev);
	const char *text = output_close(o);
	assert_non_null(strstr(text, "\"causes\":{\"greylisted\":3,\"unknown_user\":12345678901},"));
	assert_non_null(strstr(text, ",\"gap_octets\":0,\"elapsed_ms\":1.500}\n"));
	output_free(o);
}

static void test_kinds_and_numbers(void **state)
{
	(void)state;
	struct sc_ev_exchange x = { .verb = SC_STR("NOOP"), .latency_ms = SC_TIME_NONE };
	struct sc_ev_delivery d = delivery_of();
	struct sc_event exchange = event_of(SC_EVENT_exchange, NULL, &x),
			delivery = event_of(SC_EVENT_delivery, NULL, &d);
	struct output *o = output_open(&sc_sink_json, plain);
	output_event(o, &delivery);
	output_event(o, &exchange);
	output_event(o, &delivery);
	const char *text = output_close(o);
	assert_null(strstr(text, "exchange"));
	assert_non_null(strstr(text, "\"seq\":2,"));
	assert_null(strstr(text, "\"seq\":3,"));
	output_free(o);

	struct sc_output_config only = { .wants = SC_WANT(SC_EVENT_exchange) };
	o = output_open(&sc_sink_json, only);
	output_event(o, &delivery);
	output_event(o, &exchange);
	assert_string_equal(
		output_close(o),
		"{\"v\":1,\"ts\":\"2026-01-31T12:00:00.123456Z\",\"event\":\"exchange\",\"seq\":1,\"n\":0,"
		"\"verb\":\"NOOP\",\"text\":[],\"quirks\":[]}\n");
	output_free(o);
}

static const struct {
	const char *name;
	sc_str in;
	const char *out;
} strings[] = {
	{ "empty", { "", 0 }, "" },
	{ "quotes", { "a\"b\\c", 5 }, "a\\\"b\\\\c" },
	{ "controls", { "\0\x01\n\x1b[2J\x7f", 8 }, "\\u0000\\u0001\\u000a\\u001b[2J\\u007f" },
	{ "C1 as UTF-8", { "\xc2\x85", 2 }, "\\u0085" },
	{ "ill-formed", { "a\xff\xc0\xaf" "b", 5 }, "a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" "b" },
	{ "cut at the end", { "12345678\xe2\x82", 10 }, "12345678\xef\xbf\xbd\xef\xbf\xbd" },
	{ "well-formed", { "\xc3\xa9\xf0\x9f\x93\xa7", 6 }, "\xc3\xa9\xf0\x9f\x93\xa7" },
	{ "bidi", { "a\xe2\x80\xae" "b\xe2\x81\xa6", 8 }, "a\\u202eb\\u2066" },
	{ "script end", { "</script>", 9 }, "</script>" },
};

static void test_hostile_strings(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
		struct sc_ev_exchange x = {
			.verb = SC_STR("X"), .argument = strings[i].in, .latency_ms = SC_TIME_NONE};
		struct sc_event ev = event_of(SC_EVENT_exchange, NULL, &x);
		char expected[512];
		snprintf(expected, sizeof(expected),
			 "{\"v\":1,\"ts\":\"2026-01-31T12:00:00.123456Z\",\"event\":\"exchange\",\"seq\":1,"
			 "\"n\":0,\"verb\":\"X\",\"argument\":\"%s\",\"text\":[],\"quirks\":[]}\n",
			 strings[i].out);
		check_line(strings[i].name, (struct sc_output_config){ .wants = ~UINT64_C(0) }, &ev, expected);
	}
}

/* Long strings are escaped piece by piece; the result must not show where. */
static void test_long_strings(void **state)
{
	(void)state;
	static const struct {
		const char *name, *unit;
	} cases[] = {{ "plain", "abcdefg" },
		     { "controls", "\x01\x02" },
		     { "three octets", "x\xe2\x82\xac" },
		     { "four octets", "\xf0\x9f\x93\xa7" },
		     { "stray", "\xf0\x9f\x93\xa7\x80" },
		     { "continuations", "\x80" }};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		static char in[300000], out[6 * sizeof(in)];
		size_t unit = strlen(cases[i].unit);
		for (size_t at = 0; at < sizeof(in); at++)
			in[at] = cases[i].unit[at % unit];
		struct sc_text whole = sc_text_into(out, sizeof(out));
		sc_text_json(&whole, (sc_str){ in, sizeof(in) });
		struct sc_ev_exchange x = { .argument = { in, sizeof(in) }, .latency_ms = SC_TIME_NONE };
		struct sc_event ev = event_of(SC_EVENT_exchange, NULL, &x);
		struct output *o = output_open(&sc_sink_json, (struct sc_output_config){ .wants = ~UINT64_C(0) });
		output_event(o, &ev);
		const char *text = output_close(o), *value = strstr(text, "\"argument\":\"");
		if (!value || strncmp(value + 12, out, whole.len) != 0 ||
		    strcmp(value + 12 + whole.len, "\",\"text\":[],\"quirks\":[]}\n") != 0)
			fail_msg("%s: differs from the string escaped in one piece", cases[i].name);
		output_free(o);
	}
}

static void test_quick_twins(void **state)
{
	(void)state;
	srand(1);
	for (int round = 0; round < 20000; round++) {
		char in[64], quick[6 * sizeof(in)], plainly[6 * sizeof(in)];
		static const char odd[] = "\"\\\n\x7f\x80\xc2\x85\xe2\x80\xae\xff";
		size_t len = (size_t)rand() % sizeof(in);
		for (size_t i = 0; i < len; i++)
			in[i] = rand() % 4 ? (char)(' ' + rand() % 95) : odd[rand() % (int)sizeof(odd)];
		struct sc_text t = sc_text_into(plainly, sizeof(plainly));
		sc_text_json(&t, (sc_str){ in, len });
		size_t n = (size_t)(sc_quick_json(quick, (sc_str){ in, len }) - quick);
		if (n != t.len || memcmp(quick, plainly, n) != 0)
			fail_msg("round %d: %.*s is not %.*s", round, (int)n, quick, (int)t.len, plainly);
	}
}

static void test_quick_values(void **state)
{
	(void)state;
	static const uint64_t numbers[] = { 0, 7, 9, 10, 99, 100, 101, 999, 1000, 65535, 1234567, UINT64_MAX };
	static const sc_time times[] = {0,          1,
					999,        1000,
					999999,     SC_MS,
					-1,         -SC_MS,
					NOON,       NOON + SC_SECOND - 1,
					INT64_MAX,  INT64_MIN + 1,
					-SC_SECOND, NOON + 4 * SC_SECOND,
					NOON};
	char quick[64], plainly[64];
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct sc_text t = sc_text_into(plainly, sizeof(plainly) - 1);
		sc_text_number(&t, numbers[i]);
		plainly[t.len] = 0;
		*sc_quick_number(quick, numbers[i]) = 0;
		assert_string_equal(quick, plainly);
	}
	struct sc_quick_clock clock = { 0 };
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		struct sc_text t = sc_text_into(plainly, sizeof(plainly) - 1);
		sc_text_time(&t, times[i]);
		plainly[t.len] = 0;
		*sc_quick_time(quick, &clock, times[i]) = 0;
		assert_string_equal(quick, plainly);
		t = sc_text_into(plainly, sizeof(plainly) - 1);
		sc_text_ms(&t, times[i]);
		plainly[t.len] = 0;
		*sc_quick_ms(quick, times[i]) = 0;
		assert_string_equal(quick, plainly);
	}
	struct sc_ip ips[] = { ip4(0, 0, 0, 0), ip4(255, 1, 20, 100), { { 0x20, 1, 0xd, 0xb8, [15] = 1 }, 6 } };
	for (size_t i = 0; i < sizeof(ips) / sizeof(ips[0]); i++) {
		struct sc_text t = sc_text_into(plainly, sizeof(plainly) - 1);
		sc_text_ip(&t, &ips[i]);
		plainly[t.len] = 0;
		*sc_quick_ip(quick, &ips[i]) = 0;
		assert_string_equal(quick, plainly);
	}
}

/* Many events through a buffer that flushes in the middle of them: no octet is lost or doubled, and empty objects,
 * which are taken back, leave nothing behind wherever the buffer ends. */
static void test_many_events(void **state)
{
	(void)state;
	struct sc_ev_head head = head_of(0x5c1);
	struct sc_ev_session s = session_of();
	struct sc_event ev = event_of(SC_EVENT_session, &head, &s);
	struct output *one = output_open(&sc_sink_json, plain), *many = output_open(&sc_sink_json, plain);
	output_event(one, &ev);
	const char *line = strstr(output_close(one), "\"session\":");
	for (int i = 0; i < 3000; i++)
		output_event(many, &ev);
	const char *at = output_close(many);
	for (int i = 0; i < 3000; i++) {
		at = strstr(at, "\"session\":");
		assert_non_null(at);
		assert_int_equal(strncmp(at, line, strlen(line)), 0);
		at += strlen(line);
	}
	assert_int_equal(*at, 0);
	assert_true(many->page.writes > 1);
	output_free(one);
	output_free(many);
}

static void test_failing_writer(void **state)
{
	(void)state;
	struct sc_ev_delivery d = delivery_of();
	struct sc_event ev = event_of(SC_EVENT_delivery, NULL, &d);
	struct output *o = output_open(&sc_sink_json, plain);
	o->page.fail_from = 2;
	for (int i = 0; i < 10000; i++)
		output_event(o, &ev);
	o->class->flush(o->self);
	assert_int_equal(o->class->close(o->self), SC_EFAILED);
	assert_int_equal(o->page.writes, 2);
	output_free(o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),          cmocka_unit_test(test_objects_and_lists),
		cmocka_unit_test(test_maps),           cmocka_unit_test(test_kinds_and_numbers),
		cmocka_unit_test(test_hostile_strings), cmocka_unit_test(test_long_strings),
		cmocka_unit_test(test_quick_twins),    cmocka_unit_test(test_quick_values),
		cmocka_unit_test(test_many_events),    cmocka_unit_test(test_failing_writer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
