/* test_classify.c - refusals and the causes they name: every cause, conflicts of several causes in one text,
 * codes without a text, block lists, times to wait, hostile texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "app/explain_mode.h"
#include "explain/causes.h"

struct refusal {
	uint16_t code;
	struct sc_status enhanced;
	const char *text;
	enum sc_phase phase; /* none: rcpt */
	enum sc_cause cause;
};

#define NO_STATUS { 0, 0, 0 }

static const struct refusal texts[] = {
	/* address */
	{550, {5, 1, 1}, "5.1.1 <u@example.org>: nobody here uses this name, user unknown", 0, SC_CAUSE_user_unknown},
	{550, NO_STATUS, "There is no such mailbox on this system", 0, SC_CAUSE_user_unknown},
	{550, NO_STATUS, "Empf\xc3\xa4nger unbekannt", 0, SC_CAUSE_user_unknown},
	{550, NO_STATUS, "Empf\xe4nger unbekannt", 0, SC_CAUSE_user_unknown},
	{550, NO_STATUS,
	 "Le destinataire n\xe2\x80\x99"
	 "existe pas",
	 0, SC_CAUSE_user_unknown},
	{550, NO_STATUS, "El usuario no existe", 0, SC_CAUSE_user_unknown},
	{550, NO_STATUS, "Taki adres nie istnieje", 0, SC_CAUSE_user_unknown},
	{550, NO_STATUS, "mailbox unavailable", 0, SC_CAUSE_user_unknown},
	{550,
	 {5, 4, 1},
	 "Recipient address rejected: Access denied. [XX.prod.protection.outlook.com]",
	 0,
	 SC_CAUSE_user_unknown},
	{550, {5, 2, 1}, "The mailbox was deactivated", 0, SC_CAUSE_mailbox_disabled},
	{451, NO_STATUS, "this account is locked for now", 0, SC_CAUSE_mailbox_disabled},
	{550, NO_STATUS, "Konto jest niedost\xc4\x99pne", 0, SC_CAUSE_mailbox_disabled},
	{552, {5, 2, 2}, "Sorry, over quota", 0, SC_CAUSE_mailbox_full},
	{550, NO_STATUS, "Bo\xc3\xaete du destinataire pleine", 0, SC_CAUSE_mailbox_full},
	{422, NO_STATUS, "Benutzer hat zuviele Mails auf dem Server", 0, SC_CAUSE_mailbox_full},
	{550, NO_STATUS, "The domain does not exist", 0, SC_CAUSE_domain_unknown},
	{556, {5, 1, 10}, "null MX, we take no mail", 0, SC_CAUSE_domain_unknown},
	/* sender identity */
	{550, NO_STATUS, "SPF says you may not", 0, SC_CAUSE_spf_fail},
	{550, {5, 7, 20}, "no valid signature, DKIM wanted", 0, SC_CAUSE_dkim_fail},
	{550, {5, 7, 1}, "neither SPF nor DKIM is good", 0, SC_CAUSE_dmarc_fail},
	{550, NO_STATUS, "refused for the DMARC policy of example.org", 0, SC_CAUSE_dmarc_fail},
	{550, {5, 1, 8}, "Sender address rejected: the domain was not found", 0, SC_CAUSE_sender_rejected},
	{554, {5, 7, 1}, "<u@example.org>: Sender address rejected: Access denied", 0, SC_CAUSE_sender_rejected},
	{550, NO_STATUS, "your PTR record is missing", 0, SC_CAUSE_rdns_helo},
	{504, {5, 5, 2}, "<x>: Helo command rejected: need a full name", SC_PHASE_helo, SC_CAUSE_rdns_helo},
	/* blocked */
	{554, {5, 7, 1}, "Client host [192.0.2.1] blocked using zen.spamhaus.org", 0, SC_CAUSE_dnsbl_listed},
	{550, NO_STATUS, "you are listed at bl.example.net", 0, SC_CAUSE_dnsbl_listed},
	{554, {5, 7, 1}, "mail.example.org[192.0.2.1]: Client host rejected: Access denied", 0, SC_CAUSE_reputation},
	{550, NO_STATUS, "part of your network is on our block list (S3150)", 0, SC_CAUSE_reputation},
	{550, NO_STATUS, "this looks like spam to us", SC_PHASE_eom, SC_CAUSE_spam_content},
	{550, NO_STATUS, "A URL in this message is listed at multi.uribl.com", SC_PHASE_eom, SC_CAUSE_spam_content},
	{554, NO_STATUS, "a virus was found: Eicar", SC_PHASE_eom, SC_CAUSE_virus},
	{552, NO_STATUS, "attachments of this type are not allowed", SC_PHASE_eom, SC_CAUSE_virus},
	{554, {5, 7, 1}, "<u@example.org>: Recipient address rejected: Access denied", 0, SC_CAUSE_policy},
	{550, {5, 7, 1}, "<u@example.org>... Access denied", 0, SC_CAUSE_policy},
	/* limits */
	{450, {4, 7, 1}, "you send too many messages per hour", 0, SC_CAUSE_rate_limited},
	{421,
	 {4, 7, 0},
	 "too many concurrent connections from you",
	 SC_PHASE_greeting,
	 SC_CAUSE_too_many_connections},
	{421, NO_STATUS, "Trop de connexions", SC_PHASE_greeting, SC_CAUSE_too_many_connections},
	{452, {4, 5, 3}, "too many recipients in this message", 0, SC_CAUSE_too_many_recipients},
	{552, {5, 3, 4}, "your message is too big for us", SC_PHASE_mail, SC_CAUSE_size_exceeded},
	{552, NO_STATUS, "Taille limite atteinte", SC_PHASE_mail, SC_CAUSE_size_exceeded},
	/* access */
	{554, {5, 7, 1}, "<u@example.org>: Relay access denied", 0, SC_CAUSE_relay_denied},
	{530, NO_STATUS, "please log in first", SC_PHASE_mail, SC_CAUSE_auth_required},
	{535, {5, 7, 8}, "the password is wrong", SC_PHASE_auth, SC_CAUSE_auth_failed},
	{454, {4, 7, 0}, "TLS is out of order", SC_PHASE_starttls, SC_CAUSE_tls_problem},
	{530, {5, 7, 0}, "Must issue a STARTTLS command first", SC_PHASE_mail, SC_CAUSE_tls_problem},
	/* temporary */
	{450, NO_STATUS, "Greylisted, come again", 0, SC_CAUSE_greylisted},
	{451, {4, 7, 1}, "Try again later", 0, SC_CAUSE_greylisted},
	{451, {4, 3, 0}, "Try again later", 0, SC_CAUSE_server_error},
	{452, {4, 3, 1}, "insufficient system storage", 0, SC_CAUSE_server_error},
	{421, {4, 4, 2}, "mx.example.org: timeout waiting for you", SC_PHASE_quit, SC_CAUSE_session_timeout},
	/* technical */
	{503, {5, 5, 1}, "bad sequence of commands", SC_PHASE_mail, SC_CAUSE_protocol_error},
	{550, {5, 6, 0}, "the message has no valid From: header", SC_PHASE_eom, SC_CAUSE_bad_message},
	{554, {5, 4, 6}, "too many hops", SC_PHASE_eom, SC_CAUSE_mail_loop},
	{550, NO_STATUS, "Message rejected.", 0, SC_CAUSE_unclassified},
};

/* Texts that name several causes, or one that seems to be another. */
static const struct refusal conflicts[] = {
	{450, {4, 7, 0}, "rate limited due to IP reputation", 0, SC_CAUSE_reputation},
	{421, {4, 7, 30}, "rate limited because DKIM did not pass", 0, SC_CAUSE_dkim_fail},
	{550, NO_STATUS, "Relaying denied. IP name lookup failed", 0, SC_CAUSE_relay_denied},
	{550, {5, 7, 1}, "RESOLVER.RST.AuthRequired; authentication required", 0, SC_CAUSE_policy},
	{550, NO_STATUS, "too many recipients per hour", 0, SC_CAUSE_rate_limited},
	{550, NO_STATUS, "too many invalid recipients", 0, SC_CAUSE_policy},
	{421, NO_STATUS, "too many unknown commands", 0, SC_CAUSE_protocol_error},
	{550, NO_STATUS, "sender account is disabled", SC_PHASE_mail, SC_CAUSE_sender_rejected},
	{450, NO_STATUS, "Requested mail action not taken: mailbox unavailable", 0, SC_CAUSE_unclassified},
	{550, NO_STATUS, "mailbox unavailable", SC_PHASE_eom, SC_CAUSE_policy},
	{421, {4, 7, 1}, "blocked using grey.rbl: greylisting in action", 0, SC_CAUSE_greylisted},
	{554, NO_STATUS, "Client host blocked using multi.uribl.com", 0, SC_CAUSE_dnsbl_listed},
	{451, NO_STATUS, "cannot connect to the virus scanner", SC_PHASE_eom, SC_CAUSE_server_error},
	{550, NO_STATUS, "unblocked users only", 0, SC_CAUSE_user_unknown}, /* "locked" is no word in it */
	{550, {5, 1, 1}, "5.1.1 <spam@quota.example.org> unknown user", 0, SC_CAUSE_user_unknown},
	{421, NO_STATUS, "spam.example.org: too busy", SC_PHASE_greeting, SC_CAUSE_server_error},
	{550, NO_STATUS, "no: see https://example.org/spam/virus/greylist", 0, SC_CAUSE_user_unknown},
	{550, NO_STATUS, "5.1.1 The email account that you tried\n5.1.1 to reach does not\n5.1.1 exist", 0,
	 SC_CAUSE_user_unknown},
	{0, NO_STATUS, "user unknown", 0, SC_CAUSE_user_unknown},
};

/* Replies that quote another server's. */
static const struct refusal quotes[] = {
	{ 550, NO_STATUS, "host mx.example.org[192.0.2.1] said: 550 5.1.1 No such user (in reply to RCPT TO command)", 0,
	  SC_CAUSE_user_unknown },
	{ 550, NO_STATUS, "host a.example.org[192.0.2.1] said: 450 host b.example.org said: 452 4.2.2 Mailbox full "
			  "(in reply to MAIL FROM command)", 0, SC_CAUSE_mailbox_full },
	{ 554, NO_STATUS, "192.0.2.1 failed after I sent the message. Remote host said: 554 Message is spam "
			  "Giving up on 192.0.2.1.", 0, SC_CAUSE_spam_content },
	{ 550, NO_STATUS, "SMTP error from remote mail server after RCPT TO:<ann@example.org>: host mx.example.org "
			  "[192.0.2.1]: 550-5.7.1 Relaying denied", 0, SC_CAUSE_relay_denied },
	{ 0, NO_STATUS, "smtp; 550 5.2.2 <ann@example.org>: over quota", 0, SC_CAUSE_mailbox_full },
	{ 450, { 4, 1, 7 }, "<bob@example.net>: Sender address rejected: unverified address: host mx.example.net"
			    "[192.0.2.2] said: 550 User unknown", 0, SC_CAUSE_sender_rejected },
	{ 550, NO_STATUS, "he said: it is over; no such user", 0, SC_CAUSE_user_unknown },
	{ 550, { 5, 1, 1 }, " said: 550", 0, SC_CAUSE_user_unknown },
};

/* Codes alone. */
static const struct refusal codes[] = {
	{ 550, { 5, 7, 25 }, "no", 0, SC_CAUSE_rdns_helo },
	{ 550, NO_STATUS, "no (#5.2.2)", 0, SC_CAUSE_mailbox_full },
	{ 550, NO_STATUS, "", SC_PHASE_mail, SC_CAUSE_sender_rejected },
	{ 550, NO_STATUS, "", SC_PHASE_rcpt, SC_CAUSE_user_unknown },
	{ 552, NO_STATUS, "", SC_PHASE_rcpt, SC_CAUSE_mailbox_full },
	{ 554, NO_STATUS, "", SC_PHASE_greeting, SC_CAUSE_reputation },
	{ 554, NO_STATUS, "", SC_PHASE_eom, SC_CAUSE_spam_content },
	{ 454, NO_STATUS, "", SC_PHASE_starttls, SC_CAUSE_tls_problem },
	{ 535, NO_STATUS, "", SC_PHASE_auth, SC_CAUSE_auth_failed },
	{ 550, NO_STATUS, "", SC_PHASE_helo, SC_CAUSE_rdns_helo },
	{ 451, NO_STATUS, "", SC_PHASE_data, SC_CAUSE_server_error },
	{ 451, { 4, 7, 650 }, "no", 0, SC_CAUSE_reputation },
	{ 550, { 5, 7, 606 }, "no", 0, SC_CAUSE_reputation },
	{ 550, { 5, 7, 750 }, "no", 0, SC_CAUSE_sender_rejected },
	{ 0, NO_STATUS, "", 0, SC_CAUSE_unclassified },
	/* a guess from one word yields to codes that say more */
	{ 550, NO_STATUS, "about your sender", 0, SC_CAUSE_sender_rejected },
	{ 550, { 5, 2, 2 }, "about your sender", 0, SC_CAUSE_mailbox_full },
	{ 503, NO_STATUS, "about your sender", 0, SC_CAUSE_protocol_error },
	{ 550, NO_STATUS, "about your sender", SC_PHASE_helo, SC_CAUSE_rdns_helo },
	{ 999, { 9, 99, 999 }, "", SC_PHASE_quit, SC_CAUSE_unclassified },
};

static struct sc_reason judge(const struct refusal *r)
{
	enum sc_phase phase = r->phase ? r->phase : SC_PHASE_rcpt;
	return sc_classify(r->code, r->enhanced, sc_str_of(r->text), phase);
}

static void check(const struct refusal *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct sc_reason reason = judge(&rows[i]);
		if (reason.cause != rows[i].cause || !reason.rule)
			fail_msg("%u %s: %s by %s, not %s", rows[i].code, rows[i].text, sc_cause_name(reason.cause),
				 reason.rule, sc_cause_name(rows[i].cause));
	}
}

static void test_texts(void **state)
{
	(void)state;
	bool seen[SC_CAUSES] = { false };
	check(texts, sizeof(texts) / sizeof(texts[0]));
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		seen[texts[i].cause] = true;
	for (int i = SC_CAUSE_NONE + 1; i < SC_CAUSES; i++)
		if (!seen[i])
			fail_msg("%s: no text for it here", sc_cause_name((enum sc_cause)i));
}

static void test_conflicts(void **state)
{
	(void)state;
	check(conflicts, sizeof(conflicts) / sizeof(conflicts[0]));
	check(quotes, sizeof(quotes) / sizeof(quotes[0]));
}

static void test_codes(void **state)
{
	(void)state;
	check(codes, sizeof(codes) / sizeof(codes[0]));
}

static void test_lists(void **state)
{
	(void)state;
	static const struct {
		const char *text, *list;
	} cases[] = {
		{"Client host [192.0.2.1] blocked using zen.spamhaus.org; "
		 "https://www.spamhaus.org/query/ip/192.0.2.1",
		 "zen.spamhaus.org"},
		{"blocked using Zen.Spamhaus.ORG.", "Zen.Spamhaus.ORG"},
		{"192.0.2.1 is listed at bl.example.net, go away", "bl.example.net"},
		{"Found in 'dnsbl.example.net.'; listed in an RBL", "dnsbl.example.net"},
		{"rejected, see https://www.spamhaus.org/query/ip/192.0.2.1", "Spamhaus"},
		{"Blocked by Spamhaus XBL", "Spamhaus XBL"},
		{"in an RBL: http://www.barracudanetworks.com/reputation/?ip=192.0.2.1", "Barracuda BRBL"},
		{"your IP is on a block list", NULL},
		{"Refused. Your domain name is listed in the RHSBL at rhsbl.example.net", "rhsbl.example.net"},
		{"Ihre IP steht auf einer Blacklist (NiX Spam)", "NiX Spam"},
		{"blocked using Trend Micro RBL+", "Trend Micro ERS"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sc_reason r = sc_classify(550, (struct sc_status){0}, sc_str_of(cases[i].text), SC_PHASE_rcpt);
		if (r.cause != SC_CAUSE_dnsbl_listed || !sc_str_equal(r.list, sc_str_of(cases[i].list)) ||
		    !r.list.at != !cases[i].list)
			fail_msg("%s: %s, list \"%.*s\"", cases[i].text, sc_cause_name(r.cause), (int)r.list.len,
				 r.list.at);
	}
	struct sc_reason plain = sc_classify(550, (struct sc_status){ 0 }, SC_STR("user unknown"), SC_PHASE_rcpt);
	assert_null(plain.list.at);
}

static void test_waiting(void **state)
{
	(void)state;
	static const struct {
		uint16_t code;
		const char *text;
		uint64_t seconds;
	} cases[] = {
		{ 450, "Greylisted, try again in 300 seconds", 300 },
		{ 450, "Greylisted for 5 minutes", 300 },
		{ 451, "greylisting in action, come back in 00:05:00", 300 },
		{ 451, "slow down, retry after 2 hours", 7200 },
		{ 451, "busy, wait 10m", 600 },
		{ 550, "Greylisted; try again in 10 minutes", 600 },
		{ 450, "Greylisted", SC_NONE },
		{ 550, "blocked for 5 minutes", SC_NONE },
		{ 450, "greylisted in 99999999999999999999999 seconds", SC_NONE },
		{ 450, "greylisted in 99999999 days", SC_NONE },
		{ 450, "greylisted in 5", SC_NONE },
		{ 450, "greylisted in 1:2", SC_NONE },
		{ 450, "greylisted in 0 seconds", SC_NONE },
		{ 450, "try again in 1 hour(s) 25 minute(s)", 5100 },
		{ 451, "Try again later (in 4m30s)", 270 },
		{ 450, "throttled, retry in 0 hr 5 min 30 sec", 330 },
		{ 451, "retry in 5 seconds 10 minutes", 5 },
		{ 451, "Greylisting aktiv, bitte in 5 Minuten erneut versuchen", 300 },
		{ 451, "sprobuj za 300 sekund", 300 },
		{ 451, "lista gris, reintente en 10 minutos", 600 },
		{ 450, "You have sent 100 messages in 60 seconds", SC_NONE },
		{ 450, "100 messages in 60 seconds, try again in 10 minutes", 600 },
		{ 450, "try again later: only 100 messages per 60 seconds", SC_NONE },
		{ 450, "Versuchen Sie es in 5 Minuten noch einmal", 300 },
		{ 450, "Bitte in 2 Stunden erneut senden", 7200 },
		{ 450, "5 dakika sonra tekrar deneyin", 300 },
		{ 450, "5分後に再試行してください", 300 },
		{ 450, "请30秒后重试", 30 },
		{ 450, "Riprovare fra 5 minuti", 300 },
		{ 450, "Inténtelo dentro de 90 segundos", 90 },
		{ 450, "Повторите через 5 минут", 300 },
		{ 450, "greylisting in effect (295 seconds remaining)", 295 },
		{ 450, "you are greylisted for the next 299 seconds", 299 },
		{ 450, "come back in about an hour", 3600 },
		{ 450, "try again in one hour", 3600 },
		{ 450, "delayed, try again 5 minutes later", 300 },
		{ 450, "retry after 2026-11-25 14:00:05", SC_NONE },
		{ 450, "retry: id 5 m", SC_NONE },
		{ 450, "try again, this is an error", SC_NONE },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sc_reason r =
			sc_classify(cases[i].code, (struct sc_status){0}, sc_str_of(cases[i].text), SC_PHASE_rcpt);
		if (r.retry_after_s != cases[i].seconds)
			fail_msg("%s: %llu", cases[i].text, (unsigned long long)r.retry_after_s);
	}
}

/* Every octet, every cut of a text, very long texts: always a cause and a rule, never more than the text read. */
static void test_hostile(void **state)
{
	(void)state;
	static const char sample[] =
		"5.7.1 <a@example.org>: blocked using bl.example.net; see https://example.org/?x=\xc3\xa4 (#5.7.1) "
		"\xe2\x80\x99 in 00:05:00, www.example.org/ [::1] 550-5.1.1";
	for (size_t n = 0; n < sizeof(sample); n++) {
		char *cut = malloc(n ? n : 1); /* ends where the memory ends */
		memcpy(cut, sample, n);
		struct sc_reason r = sc_classify(550, (struct sc_status){ 0 }, (sc_str){ cut, n }, SC_PHASE_rcpt);
		assert_non_null(r.rule);
		free(cut);
	}
	enum { LONG = 1000000 };
	char *text = malloc(LONG);
	for (int octet = 0; octet < 256; octet++) {
		memset(text, octet, LONG);
		struct sc_reason r = sc_classify(550, (struct sc_status){ 0 }, (sc_str){ text, LONG }, SC_PHASE_rcpt);
		assert_non_null(r.rule);
	}
	for (unsigned i = 0; i < LONG; i++)
		text[i] = "a.@-5 "[i * 7919u % 6];
	assert_non_null(sc_classify(421, (struct sc_status){ 0 }, (sc_str){ text, LONG }, SC_PHASE_NONE).rule);
	free(text);
	assert_non_null(sc_classify(550, (struct sc_status){ 0 }, SC_STR_NONE, SC_PHASE_rcpt).rule);
}

static void test_lines(void **state)
{
	(void)state;
	static const struct {
		const char *line, *answer;
	} cases[] = {
		{ "550\t5.1.1\tUser unknown", "user_unknown\t" },
		{ "550\t-\tUser unknown", "user_unknown\t" },
		{ "-\t-\tUser unknown\trcpt", "user_unknown\t" },
		{ "550\t-\t-\tmail", "sender_rejected\tprior:mail:5" },
		{ "550\t-\t-\tMAIL", "sender_rejected\tprior:mail:5" },
		{ "550", "user_unknown\tprior:rcpt:5" },
		{ "", "unclassified\t" },
		{ "\t\t\t\t\t", "unclassified\t" },
		{ "99999999999\tx.y.z\tUser unknown", "user_unknown\t" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char buffer[256];
		struct sc_text t = sc_text_into(buffer, sizeof(buffer) - 1);
		sc_explain_classify_line(sc_str_of(cases[i].line), &t);
		buffer[t.len] = 0;
		if (strncmp(buffer, cases[i].answer, strlen(cases[i].answer)) != 0 || t.len == 0 ||
		    buffer[t.len - 1] != '\n')
			fail_msg("\"%s\": \"%s\"", cases[i].line, buffer);
	}
}

static void test_facts(void **state)
{
	(void)state;
	assert_int_equal(sc_classify_open(), SC_OK);
	for (int i = SC_CAUSE_NONE + 1; i < SC_CAUSES; i++) {
		const struct sc_cause_facts *f = sc_cause_facts((enum sc_cause)i);
		assert_int_equal(sc_cause_of(sc_str_of(f->name)), i);
		assert_true((f->family == NULL) == (i == SC_CAUSE_unclassified));
		assert_true(f->meaning[0] && f->advice[0] && f->acts[0]);
	}
	assert_null(sc_cause_name(SC_CAUSE_NONE));
	assert_null(sc_cause_facts(SC_CAUSES));
	assert_int_equal(sc_cause_of(SC_STR("nothing")), SC_CAUSE_NONE);
	assert_int_equal(sc_phase_of(SC_STR("EOM")), SC_PHASE_eom);
	assert_null(sc_phase_name(SC_PHASE_NONE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_conflicts),
		cmocka_unit_test(test_codes),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_waiting),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_facts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
