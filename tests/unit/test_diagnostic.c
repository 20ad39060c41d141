/* test_diagnostic.c - Diagnostic-Code fields of delivery reports: code, text and cause. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "explain/diagnostic.h"

static const struct {
	const char *value, *action;
	struct sc_status status;
	uint16_t code;
	const char *text, *cause;
} cases[] = {
	{ "smtp; 550 5.1.1 <gone@example.com>: user unknown", "failed", { 5, 1, 1 }, 550, "5.1.1 <gone@example.com>: user unknown", "user_unknown" },
	{ "SMTP;452 4.2.2 mailbox full", "Delayed", { 4, 2, 2 }, 452, "4.2.2 mailbox full", "mailbox_full" },
	{ "550-5.7.1 blocked using bl.example.com", "failed", { 0, 0, 0 }, 550, "5.7.1 blocked using bl.example.com", "dnsbl_listed" },
	{ "x-unix; 0x43", "failed", { 5, 2, 2 }, 0, "0x43", "mailbox_full" },
	{ "smtp; 550", "failed", { 5, 1, 1 }, 550, "", "user_unknown" },
	{ "smtp; 5500 is no code", "relayed", { 2, 0, 0 }, 0, "5500 is no code", NULL },
	{ "smtp; 250 2.0.0 ok", "delivered", { 2, 0, 0 }, 0, "250 2.0.0 ok", NULL },
	{ "smtp; 399 x", "expanded", { 2, 0, 0 }, 0, "399 x", NULL },
	{ "smtp; 450 4.7.1 Greylisted, please try again in 300 seconds", "delayed", { 4, 7, 1 }, 450,
	  "4.7.1 Greylisted, please try again in 300 seconds", "greylisted" },
	{ "X-Postfix; host mx.example.com[192.0.2.1] said: 552 5.2.2 Mailbox is full (in reply to RCPT TO command)", "failed", { 5, 0, 0 }, 0,
	  "host mx.example.com[192.0.2.1] said: 552 5.2.2 Mailbox is full (in reply to RCPT TO command)", "mailbox_full" },
	{ "a very long beginning; 550 no", "failed", { 5, 0, 0 }, 0, "a very long beginning; 550 no", "*" },
	{ "", "failed", { 0, 0, 0 }, 0, "", NULL },
	{ ";", "failed", { 0, 0, 0 }, 0, "", NULL },
};

static void all(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		sc_str value = sc_str_of(cases[i].value);
		struct sc_diagnostic d = sc_diagnostic_read(value);
		const char *cause = sc_cause_name(sc_diagnostic_reason(sc_str_of(cases[i].action), cases[i].status, value).cause);
		bool any = cases[i].cause && cases[i].cause[0] == '*';
		if (d.code != cases[i].code || !sc_str_equal(d.text, sc_str_of(cases[i].text)))
			fail_msg("%s: %u and '%.*s'", cases[i].value, d.code, (int)d.text.len, d.text.at ? d.text.at : "");
		if (!any && (!cause != !cases[i].cause || (cause && strcmp(cause, cases[i].cause) != 0)))
			fail_msg("%s: cause %s", cases[i].value, cause ? cause : "none");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(all) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
