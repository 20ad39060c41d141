/* test_phrase.c - every word of the contract is explained, in lines that fit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include <smtpscope/event.h>

#include "explain/causes.h"
#include "explain/phrase.h"

static char page[SC_PHRASE_OCTETS + 1];

static bool explain(const char *name)
{
	struct sc_text t = sc_text_into(page, SC_PHRASE_OCTETS);
	bool known = sc_phrase_explain(sc_str_of(name), &t);
	if (t.cut)
		fail_msg("%s: the explanation was cut", name);
	page[t.len] = 0;
	return known;
}

static void check_page(const char *name)
{
	size_t column = 0;
	for (const char *p = page; *p; p++) {
		column = *p == '\n' ? 0 : column + 1;
		if (column > 79)
			fail_msg("%s: a line is too long:\n%s", name, page);
		if (*p == ' ' && p[1] == '\n')
			fail_msg("%s: a space at the end of a line:\n%s", name, page);
		if ((unsigned char)*p >= 0x7f || ((unsigned char)*p < ' ' && *p != '\n'))
			fail_msg("%s: octet %d", name, *p);
	}
	if (page[0] == 0 || page[0] == '\n' || page[strlen(page) - 1] != '\n')
		fail_msg("%s: does not begin and end in order:\n%s", name, page);
}

static void see(void *ctx, const char *word)
{
	(*(size_t *)ctx)++;
	if (!explain(word))
		fail_msg("%s: is offered and not known", word);
	check_page(word);
}

static void test_all_words(void **state)
{
	(void)state;
	size_t count = 0;
	sc_phrase_each(see, &count);
	assert_true(count > 300);
}

static const struct {
	const char *name, *holds;
} cases[] = {
	{ "greylisted", "cause, temporary" },
	{ "GREYLISTED", "Who can act: nobody" },
	{ "user-unknown", "user_unknown: cause, address" },
	{ "unclassified", "unclassified: cause\n" },
	{ "550", "550: reply code, RFC 5321 4.2.3" },
	{ "550", "user_unknown, data: policy" },
	{ "354", "First digit 3" },
	{ "577", "not in any standard" },
	{ "5.1.1", "the destination mailbox does not exist" },
	{ "4.2.2", "trying again later may help" },
	{ "x.7.26", "several checks" },
	{ "5.7.515", "not registered" },
	{ "4.4.317", "Class 4" },
	{ "accepted", "accepted: outcome" },
	{ "in_doubt", "RFC 1047" },
	{ "partial", "outcome" },
	{ "eom", "phase" },
	{ "eom", "exchange" },
	{ "early_talker", "quirk" },
	{ "tls_alert", "diagnosis" },
	{ "early_talker", "quirk" },
	{ "old_tls", "tls_weak" },
	{ "stripped", "state of STARTTLS" },
	{ "server_reset", "end of a session" },
	{ "one_sided", "session.evidence.one_sided" },
	{ "EHLO", "RFC 5321 4.1.1.1" },
	{ "delivery", "event" },
	{ "rcpt_to", "delivery.rcpt_to: field of events, address" },
	{ "delivery.rcpt_to", "delivery.rcpt_to" },
	{ "rcpt_to.domain", "For --where also: its domain" },
	{ "delivery.mail_from.local", "For --where also: its local part" },
	{ "greeting.code", "session.greeting.code" },
	{ "community_id", "head.community_id" },
	{ "pmtu_blackhole", "Severity: error" },
};

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (!explain(cases[i].name) || !strstr(page, cases[i].holds))
			fail_msg("%s: no \"%s\" in:\n%s", cases[i].name, cases[i].holds, page);
}

static void test_unknown(void **state)
{
	(void)state;
	static const char *const names[] = {
		"",
		"usr_unknown",
		"999",
		"100",
		"55",
		"5500",
		"5.1",
		"5.1.1.1",
		"3.1.1",
		"5.1.1000",
		".",
		"..",
		"x",
		"to",
		".code",
		"\xff\x01",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], "to") != 0 && explain(names[i]))
			fail_msg("\"%s\" is known:\n%s", names[i], page);
}

static void test_small_buffer(void **state)
{
	(void)state;
	char buffer[40];
	struct sc_text t = sc_text_into(buffer, sizeof(buffer));
	assert_true(sc_phrase_explain(SC_STR("greylisted"), &t));
	assert_true(t.len <= sizeof(buffer) && t.cut);
}

static void test_status(void **state)
{
	(void)state;
	assert_non_null(sc_phrase_status(SC_STR("5.1.1")));
	assert_null(sc_phrase_status(SC_STR("5.1.99")));
	assert_null(sc_phrase_status(SC_STR("hello")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_words),
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_small_buffer),
		cmocka_unit_test(test_status),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
