/* test_detect_conduct.c - detectors of a client's conduct: above, below, look-alike and flood, each as a scene. */
#include "detect_fixture.h"

#define Q(name) SC_QUIRK_BIT(name)

static void early(struct stage *st) { plain(st, 0, Q(early_talker)); }
static void patient(struct stage *st) { plain(st, 1, 0); }
static void balancer(struct stage *st) { plain(st, 1, Q(proxy_header)); }

static void pipe_connect(struct stage *st)
{
	static const sc_str offered[] = { { "PIPELINING", 10 }, { "PIPECONNECT", 11 } };
	struct sc_ev_session x = plain_session(st);
	x.quirks = Q(early_talker);
	x.capabilities = (struct sc_strs){ offered, 2 };
	end_session(st, &x);
}

static void burst(struct stage *st)
{
	exchange(st, "EHLO", "x", 250, 0);
	exchange(st, "MAIL", "FROM:<a@example.org>", 250, Q(bad_pipelining));
	plain(st, 1, Q(bad_pipelining));
}

static void group(struct stage *st)
{
	exchange(st, "MAIL", "FROM:<a@example.org>", 250, 0);
	exchange(st, "RCPT", "TO:<b@example.org>", 250, Q(pipelining_not_offered));
	plain(st, 2, Q(pipelining_not_offered));
}

static void text_at_once(struct stage *st) { plain(st, 1, Q(data_before_354)); }

static void too_early(struct stage *st)
{
	exchange(st, "EHLO", "x", 250, Q(early_talker));
	exchange(st, "MAIL", "FROM:<a@example.org>", 250, Q(bad_pipelining));
	plain(st, 1, Q(early_talker) | Q(bad_pipelining));
}

static void lf_lines(struct stage *st)
{
	exchange(st, "CONNECT", NULL, 220, 0);
	exchange(st, "HELO", "x", 250, Q(bare_lf));
	exchange(st, "MAIL", "FROM:<a@example.org>", 250, Q(bare_lf));
}

static void lf_server(struct stage *st)
{
	exchange(st, "CONNECT", NULL, 220, Q(bare_lf));
	exchange(st, "HELO", "x", 250, Q(bare_lf));
}

static void crlf_lines(struct stage *st)
{
	exchange(st, "CONNECT", NULL, 220, 0);
	exchange(st, "HELO", "x", 250, 0);
}

static void http(struct stage *st)
{
	exchange(st, "GET", "/ HTTP/1.1", 502, Q(unknown_command) | Q(http_on_smtp));
	plain(st, 0, Q(http_on_smtp));
}

static void http_forged(struct stage *st)
{
	exchange(st, "POST", "/ HTTP/1.1", 502, Q(unknown_command) | Q(http_on_smtp));
	exchange(st, "HOST:", "192.0.2.25", 502, Q(unknown_command));
	exchange(st, "HELO", "x", 250, 0);
	exchange(st, "MAIL", "FROM:<a@example.org>", 250, 0);
	exchange(st, "RCPT", "TO:<b@example.org>", 250, 0);
	plain(st, 1, 0);
}

static void http_refused(struct stage *st)
{
	exchange(st, "POST", "/ HTTP/1.1", 502, Q(unknown_command) | Q(http_on_smtp));
	exchange(st, "MAIL", "FROM:<a@example.org>", 503, 0);
	plain(st, 0, 0);
}

static void tls_587(struct stage *st)
{
	to_ip(st, "192.0.2.25", 587);
	plain(st, 0, Q(tls_on_plain_port));
}

static void tls_587_again(struct stage *st)
{
	for (unsigned i = 0; i < 12; i++) {
		tls_587(st);
		pause_s(st, 5);
	}
}

static void tls_25(struct stage *st) { plain(st, 0, Q(tls_on_plain_port)); }
static void reset_alone(struct stage *st) { plain(st, 1, Q(tcp_bad_reset)); }
static void smb(struct stage *st)
{
	struct sc_ev_exchange x = { .n = 1, .verb = { "\0\0\0\x85\xff" "SMB", 8 }, .code = 500, .quirks = Q(unknown_command) };
	tell_event(st, SC_EVENT_exchange, &x);
	plain(st, 0, 0);
}

static void odd_verb(struct stage *st)
{
	exchange(st, "XCLIENT", "NAME=x", 550, Q(unknown_command));
	plain(st, 1, 0);
}

static void unknown(struct stage *st, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		exchange(st, "FOO", NULL, 502, Q(unknown_command));
	exchange(st, "QUIT", NULL, 221, 0);
	plain(st, 0, 0);
}
static void unknown_3(struct stage *st) { unknown(st, 3); }
static void unknown_2(struct stage *st) { unknown(st, 2); }
static void refused_users(struct stage *st)
{
	for (unsigned i = 0; i < 30; i++)
		exchange(st, "RCPT", "TO:<x@example.org>", 550, 0);
}
static void out_of_order(struct stage *st)
{
	for (unsigned i = 0; i < 10; i++)
		exchange(st, "DATA", NULL, 503, 0);
}

static void idle_sessions(struct stage *st, unsigned n, unsigned apart_s)
{
	for (unsigned i = 0; i < n; i++) {
		plain(st, 0, 0);
		pause_s(st, apart_s);
	}
}
static void idle_10(struct stage *st) { idle_sessions(st, 10, 20); }
static void idle_9(struct stage *st) { idle_sessions(st, 9, 20); }
static void idle_among_mail(struct stage *st)
{
	for (unsigned i = 0; i < 20; i++) {
		plain(st, i % 2, 0);
		pause_s(st, 10);
	}
}
/* Every minute, all day. */
static void monitor(struct stage *st)
{
	for (unsigned i = 0; i < 1000; i++) {
		plain(st, 0, 0);
		pause_s(st, 60);
	}
}
static void hidden_sessions(struct stage *st)
{
	for (unsigned i = 0; i < 50; i++) {
		struct sc_ev_session x = plain_session(st);
		x.starttls = "established";
		end_session(st, &x);
	}
}
static void idle_once(struct stage *st) { plain(st, 0, 0); }
static void idle_flood(struct stage *st) { flood(st, idle_once, 12); }

static char long_line[4096];
static void long_helo(struct stage *st) { exchange(st, "HELO", long_line, 501, Q(line_too_long)); }
static void long_orcpt(struct stage *st)
{
	char line[1200];
	memset(line, 'a', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	exchange(st, "RCPT", line, 250, Q(line_too_long));
}
static void long_field(struct stage *st, uint64_t octets)
{
	struct sc_ev_message x = { .n = 1, .header_line = octets };
	tell_event(st, SC_EVENT_message, &x);
}
static void long_field_over(struct stage *st) { long_field(st, 32769); }
static void long_field_at(struct stage *st) { long_field(st, 32768); }
static void long_auth(struct stage *st) { exchange(st, "SASL", "*", 500, Q(line_too_long)); }
static void ntlm(struct stage *st) { exchange(st, "AUTH", "*", 334, 0); }

static void slow(struct stage *st, unsigned n, sc_time waited, unsigned apart_s, uint64_t octets)
{
	for (unsigned i = 0; i < n; i++) {
		struct sc_ev_session x = plain_session(st);
		x.start = st->now - 300 * SC_SECOND;
		x.timing.total_ms = 300 * SC_SECOND;
		x.timing.waited_ms = waited;
		x.octets.client = octets;
		end_session(st, &x);
		pause_s(st, apart_s);
	}
}
static void slow_20(struct stage *st) { slow(st, 20, SC_MS, 1, 20); }
static void slow_19(struct stage *st) { slow(st, 19, SC_MS, 1, 20); }
static void slow_apart(struct stage *st) { slow(st, 60, SC_MS, 400, 20); }
static void tarpitted(struct stage *st) { slow(st, 40, 250 * SC_SECOND, 1, 20); }
static void large_uploads(struct stage *st) { slow(st, 40, SC_MS, 1, 5000000); }
static void slow_once(struct stage *st) { slow(st, 1, SC_MS, 0, 20); }
static void slow_flood(struct stage *st) { flood(st, slow_once, 25); }

static void sessions(struct stage *st, unsigned n, uint64_t mails)
{
	for (unsigned i = 0; i < n; i++) {
		plain(st, mails, 0);
		st->now += SC_SECOND / 2;
	}
}
static void many_61(struct stage *st) { sessions(st, 61, 0); }
static void many_60(struct stage *st) { sessions(st, 60, 0); }
static void busy_sender(struct stage *st) { sessions(st, 100, 1); }
static void pool(struct stage *st)
{
	for (unsigned i = 0; i < 200; i++) {
		char ip[32];
		snprintf(ip, sizeof(ip), "203.0.113.%u", i % 250);
		from_ip(st, ip);
		plain(st, 1, 0);
	}
}
static void flood_once(struct stage *st) { plain(st, 0, 0); }
static void session_flood(struct stage *st)
{
	unsigned done = 0;
	for (uint32_t i = 0; i < FLOOD; i++) {
		from_number(st, i);
		flood_once(st);
		if (i % 280 == 279)
			pause_s(st, 1);
		if (i % 140 == 139 && done < 130) {
			from_ip(st, "203.0.113.7");
			flood_once(st);
			done++;
		}
	}
}

static void overlap(struct stage *st) { plain(st, 1, Q(tcp_overlap_conflict)); }
static void retransmitted(struct stage *st) { plain(st, 1, Q(tcp_bad_ack) | Q(tcp_after_close)); }

static void test_scenes(void **state)
{
	(void)state;
	memset(long_line, 'A', sizeof(long_line) - 1);
	static const struct scene scenes[] = {
		{ "before the greeting", "early_talker", "192.0.2.0/24", early, "medium" },
		{ "after it", "early_talker", "192.0.2.0/24", patient, NULL },
		{ "PROXY header", "early_talker", "192.0.2.0/24", balancer, NULL },
		{ "PIPECONNECT", "early_talker", "192.0.2.0/24", pipe_connect, "info" },
		{ "burst", "unasked_pipelining", NULL, burst, "medium" },
		{ "group", "unasked_pipelining", NULL, group, "low" },
		{ "none", "unasked_pipelining", NULL, patient, NULL },
		{ "text behind DATA", "unasked_pipelining", NULL, text_at_once, "low" },
		{ "early talk is another matter", "unasked_pipelining", NULL, too_early, NULL },
		{ "LF", "bare_newline", NULL, lf_lines, "low" },
		{ "LF, at home", "bare_newline", "203.0.113.0/24", lf_lines, "info" },
		{ "CRLF", "bare_newline", NULL, crlf_lines, NULL },
		{ "the server's LF", "bare_newline", NULL, lf_server, NULL },
		{ "GET", "non_smtp_protocol", NULL, http, "medium" },
		{ "POST with a mail inside", "non_smtp_protocol", NULL, http_forged, "high" },
		{ "POST, mail refused", "non_smtp_protocol", NULL, http_refused, "medium" },
		{ "TLS on 25", "non_smtp_protocol", NULL, tls_25, "medium" },
		{ "SMB", "non_smtp_protocol", NULL, smb, "medium" },
		{ "TLS on 587", "non_smtp_protocol", NULL, tls_587, "info" },
		{ "an unknown command", "non_smtp_protocol", NULL, odd_verb, NULL },
		{ "three unknown", "protocol_errors", NULL, unknown_3, "low" },
		{ "two unknown", "protocol_errors", NULL, unknown_2, NULL },
		{ "ten out of order", "protocol_errors", NULL, out_of_order, "low" },
		{ "refused recipients are no protocol errors", "protocol_errors", NULL, refused_users, NULL },
		{ "ten without mail", "no_mail_sessions", NULL, idle_10, "low" },
		{ "nine", "no_mail_sessions", NULL, idle_9, NULL },
		{ "half with mail", "no_mail_sessions", NULL, idle_among_mail, NULL },
		{ "a monitor", "no_mail_sessions", NULL, monitor, "info" },
		{ "TLS on 587", "no_mail_sessions", NULL, tls_587_again, NULL },
		{ "inside TLS", "no_mail_sessions", NULL, hidden_sessions, NULL },
		{ "flood", "no_mail_sessions", NULL, idle_flood, "low" },
		{ "4096 octets", "oversized_line", NULL, long_helo, "medium" },
		{ "a field of 32769 octets", "oversized_line", NULL, long_field_over, "medium" },
		{ "a field of 32768 octets", "oversized_line", NULL, long_field_at, NULL },
		{ "long ORCPT", "oversized_line", NULL, long_orcpt, NULL },
		{ "AUTH answer", "oversized_line", NULL, long_auth, "medium" },
		{ "NTLM", "oversized_line", NULL, ntlm, NULL },
		{ "20 at once", "slow_session", NULL, slow_20, "medium" },
		{ "19 at once", "slow_session", NULL, slow_19, NULL },
		{ "one after the other", "slow_session", NULL, slow_apart, NULL },
		{ "a tarpit", "slow_session", NULL, tarpitted, NULL },
		{ "large mails", "slow_session", NULL, large_uploads, NULL },
		{ "flood", "slow_session", NULL, slow_flood, "medium" },
		{ "61 in a minute", "connection_flood", NULL, many_61, "medium" },
		{ "60 in a minute", "connection_flood", NULL, many_60, NULL },
		{ "100 with mail", "connection_flood", NULL, busy_sender, "low" },
		{ "a provider's pool", "connection_flood", NULL, pool, NULL },
		{ "flood", "connection_flood", NULL, session_flood, "medium" },
		{ "a reset alone", "tcp_ambiguity", NULL, reset_alone, NULL },
		{ "overlap", "tcp_ambiguity", NULL, overlap, "medium" },
		{ "none", "tcp_ambiguity", NULL, retransmitted, NULL },
	};
	PLAY_FIXTURES("conduct", scenes);
}

/* ---- how findings are told ---- */

static void test_told_at_doublings_and_when_over(void **state)
{
	(void)state;
	struct stage *st = calloc(1, sizeof(*st));
	stage_open(st, "no_mail_sessions", NULL);
	for (unsigned i = 0; i < 45; i++) {
		plain(st, 0, 0);
		st->now += SC_SECOND;
	}
	assert_int_equal(count_found(st, "no_mail_sessions", "new"), 1);
	assert_int_equal(count_found(st, "no_mail_sessions", "more"), 2); /* at 20 and 40 */
	assert_int_equal(st->found[0].count, 10);
	assert_int_equal(st->found[1].count, 20);
	assert_int_equal(st->found[0].threshold, 10);
	assert_int_equal(st->found[0].sessions, 8);
	assert_string_equal(st->found[0].subject, "203.0.113.7");
	pause_s(st, 590);
	assert_int_equal(count_found(st, "no_mail_sessions", "over"), 0);
	pause_s(st, 30);
	assert_int_equal(count_found(st, "no_mail_sessions", "over"), 1);
	pause_s(st, 3000);
	assert_int_equal(count_found(st, "no_mail_sessions", "over"), 1);
	idle_10(st);
	assert_int_equal(count_found(st, "no_mail_sessions", "new"), 2);
	stage_close(st);
	free(st);
}

/* Sessions seen in part lower the confidence, and what rests on something unseen is not said of them at all. */
static void test_loss(void **state)
{
	(void)state;
	struct stage *st = calloc(1, sizeof(*st));
	stage_open(st, "early_talker", "192.0.2.0/24");
	early(st);
	st->evidence.gap_octets.client = 1000;
	from_ip(st, "203.0.113.8");
	early(st);
	assert_int_equal(st->found_count, 2);
	assert_true(st->found[1].confidence < st->found[0].confidence);
	stage_close(st);
	stage_open(st, "no_mail_sessions", NULL);
	st->evidence.gap_octets.client = 1000;
	idle_10(st);
	assert_int_equal(st->found_count, 0);
	stage_close(st);
	free(st);
}

/* Of many sessions of one client one finding is told, and counted. */
static void test_sessions_add_up(void **state)
{
	(void)state;
	struct stage *st = calloc(1, sizeof(*st));
	stage_open(st, "bare_newline", NULL);
	for (unsigned i = 0; i < 9; i++) {
		lf_lines(st);
		plain(st, 1, 0);
	}
	assert_int_equal(count_found(st, "bare_newline", "new"), 1);
	assert_int_equal(count_found(st, "bare_newline", "more"), 3); /* at 2, 4, 8 */
	assert_int_equal(st->found[3].count, 8);
	assert_int_equal(st->found[3].sessions, 8);
	stage_close(st);
	free(st);
}

static void test_settings(void **state)
{
	(void)state;
	static const struct { const char *setting; bool good; } cases[] = {
		{ "no_mail_sessions.sessions=3", true }, { "NO_MAIL_SESSIONS.window=60", true },
		{ "no_mail_sessions.sessions=0", false }, { "no_mail_sessions.sessions=", false },
		{ "no_mail_sessions.sessions=3x", false }, { "no_mail_sessions.sessions", false },
		{ "no_mail_sessions.session=3", false }, { "no_mail=3", false }, { "", false }, { "=", false },
		{ ".=1", false }, { "early_talker.x=1", false },
		{ "no_mail_sessions.sessions=99999999999999999999", false },
	};
	struct sc_detect_settings *s;
	assert_int_equal(sc_detect_settings_open(&s), SC_OK);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char room[160];
		struct sc_text why = sc_text_into(room, sizeof(room));
		bool good = sc_detect_settings_set(s, sc_str_of(cases[i].setting), &why);
		if (good != cases[i].good || (!good && why.len == 0))
			fail_msg("\"%s\" is %s", cases[i].setting, good ? "taken" : "refused");
	}
	sc_detect_settings_close(s);
	struct stage *st = calloc(1, sizeof(*st));
	stage_open(st, "no_mail_sessions", NULL);
	set_option(st, "no_mail_sessions.sessions=3");
	idle_sessions(st, 3, 5);
	assert_int_equal(st->found_count, 1);
	stage_close(st);
	free(st);
}

/* All words of `words` stand in the text, one behind the other; lines may end between them. */
static bool says(const char *text, const char *words)
{
	for (const char *at = text; (at = strchr(at, words[0])) != NULL; at++) {
		const char *t = at, *w = words;
		while (*w && (*t == *w || (*w == ' ' && *t == '\n'))) {
			t += *t == '\n' ? strspn(t, "\n ") : 1;
			w++;
		}
		if (*w == '\0')
			return true;
	}
	return false;
}

/* Every detector explains itself, and every technique belongs to a detector. */
static void test_registry(void **state)
{
	(void)state;
	for (size_t i = 0; sc_detectors[i]; i++) {
		const struct sc_detector_class *c = sc_detectors[i];
		char room[8192] = "";
		struct sc_text t = sc_text_into(room, sizeof(room) - 1);
		assert_int_equal(sc_detector_find(sc_str_of(c->name)), i);
		if (!c->summary || !c->innocent || !c->advice || !c->observe || !c->wants || !sc_detector_explain(sc_str_of(c->name), &t))
			fail_msg("%s is incomplete", c->name);
		for (size_t k = 0; k < c->option_count; k++) {
			assert_true(c->options[k].standard && c->options[k].reason && c->options[k].unit);
			if (!says(room, c->options[k].reason))
				fail_msg("%s does not say \"%s\"", c->name, c->options[k].reason);
		}
		if (t.cut || !sc_detector_page(i, &t))
			fail_msg("%s explains itself at too great a length", c->name);
	}
	assert_false(sc_detector_page(sc_detector_count(), NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scenes),
		cmocka_unit_test(test_told_at_doublings_and_when_over),
		cmocka_unit_test(test_loss),
		cmocka_unit_test(test_sessions_add_up),
		cmocka_unit_test(test_settings),
		cmocka_unit_test(test_registry),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
