/* test_template.c - what is masked in a reply text, and what is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "explain/template.h"

static const struct {
	const char *name, *text, *template;
} cases[] = {
	{"empty", "", ""},
	{"blanks only", " \t\r\n ", ""},
	{"nothing to mask", "Relay access denied", "Relay access denied"},
	{"address in brackets", "5.1.1 <nobody@example.org>: User unknown", "5.1.1 <ADDR>: User unknown"},
	{"address alone", "nobody@example.org... No such user", "ADDR... No such user"},
	{"IPv4", "client [192.0.2.1] blocked using bl.example.net", "client [IP] blocked using bl.example.net"},
	{"IPv4 with port", "host 192.0.2.1:25 said no", "host IP:N said no"},
	{"IPv6", "blocked 2001:db8::1.", "blocked IP."},
	{"IPv6 in brackets", "from [2001:db8::1]: no", "from [IP]: no"},
	{"not IPv6", "error: a:b::c:zz", "error: a:b::c:zz"},
	{"numbers", "try again in 300 seconds (12/50)", "try again in N seconds (N/N)"},
	{"clock", "come back in 00:05:00", "come back in N:N:N"},
	{"a standard's number stays", "not RFC 5322 compliant", "not RFC 5322 compliant"},
	{"codes stay", "5.7.1 see 5.7.26", "5.7.1 see 5.7.26"},
	{"words with digits stay", "SMTPUTF8 S3150 8BITMIME TLSv1.2 LPN007_420",
	 "SMTPUTF8 S3150 8BITMIME TLSv1.2 LPN007_420"},
	{"id", "queue 4bXyZ1k2345 failed", "queue ID failed"},
	{"id after equals", "id=13462-01, p=ab12cd34ef", "id=N, p=ID"},
	{"own name at the beginning", "mx12.example.org Error: timeout", "HOST Error: timeout"},
	{"other names keep their words", "see mta1234.mail.example.org", "see mtaN.mail.example.org"},
	{"a name with its address", "lost connection with mx1.example.org[192.0.2.1] while sending",
	 "lost connection with HOST[IP] while sending"},
	{"a name behind domain", "Domain example.org does not exist", "Domain HOST does not exist"},
	{"a name behind host", "host mx.example.org said: 550 no", "host HOST said: N no"},
	{"host is only a word", "Client host rejected: Access denied", "Client host rejected: Access denied"},
	{"a list's name stays", "Client host [192.0.2.1] blocked using zen.spamhaus.org",
	 "Client host [IP] blocked using zen.spamhaus.org"},
	{"refused HELO", "<pc01>: Helo command rejected: Host not found", "<HOST>: Helo command rejected: Host not found"},
	{"refused command", "<DATA>: Data command rejected: Improper use", "<DATA>: Data command rejected: Improper use"},
	{"URL", "see https://example.org/q/192.0.2.1?x=7", "see https://example.org/q/IP?x=N"},
	{"lines joined, codes dropped", "5.1.1 The account\n5.1.1 does not exist",
	 "5.1.1 The account does not exist"},
	{"spaces become one", "a   b\t\tc", "a b c"},
	{"UTF-8 stays", "Empf\xc3\xa4nger unbekannt", "Empf\xc3\xa4nger unbekannt"},
	{"broken UTF-8 stays", "a \xff\xc3 b", "a \xff\xc3 b"},
	{"a name in brackets", "<maxq>: user unknown", "<ADDR>: user unknown"},
	{"a name in quotes behind user", "No such user 'ann', local-part \"a.nn\", mailbox (ann)!",
	 "No such user 'ADDR', local-part \"ADDR\", mailbox (ADDR)!"},
	{"a name at the end", "Unknown user: ann", "Unknown user: ADDR"},
	{"no name at the end", "user: ann has left", "user: ann has left"},
	{"a verdict is no name", "User: unknown", "User: unknown"},
	{"a name in a URL", "see https://example.org/q?user=a.nn&t=7", "see https://example.org/q?user=ADDR&t=N"},
	{"no name in quotes", "a \"word\" (and more)", "a \"word\" (and more)"},
	{"the protocol's own words", "bare <LF> in <DATA>", "bare <LF> in <DATA>"},
	{"brackets that do not close", "<ann user 'ann mailbox (ann", "<ann user 'ann mailbox (ann"},
	{"marks only", "... --- ===", "... --- ==="},
};

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char buffer[256];
		struct sc_text t = sc_text_into(buffer, sizeof(buffer) - 1);
		sc_template_put(&t, sc_str_of(cases[i].text));
		buffer[t.len] = 0;
		if (strcmp(buffer, cases[i].template) != 0)
			fail_msg("%s: \"%s\"", cases[i].name, buffer);
	}
}

/* Whatever comes, nothing is written behind the buffer and nothing takes long; cut texts say so. */
static void test_hostile(void **state)
{
	(void)state;
	static const char *const pieces[] = { "a:", "1.", "@", "a1", "<", "\xff", "5.1.1\n", "=", "-", ":::", "\0x" };
	enum { LENGTH = 200000 };
	char *text = malloc(LENGTH);
	for (size_t p = 0; p < sizeof(pieces) / sizeof(pieces[0]); p++) {
		for (size_t i = 0; i < LENGTH; i++)
			text[i] = pieces[p][i % 2];
		char buffer[64];
		struct sc_text t = sc_text_into(buffer, sizeof(buffer));
		sc_template_put(&t, (sc_str){ text, LENGTH });
		assert_true(t.len <= sizeof(buffer));
		char *wide = malloc(2 * LENGTH);
		t = sc_text_into(wide, 2 * LENGTH);
		sc_template_put(&t, (sc_str){ text, LENGTH });
		assert_true(t.len <= 2 * LENGTH);
		free(wide);
	}
	free(text);
}

/* A template is a template of itself, but for the host name that only the first word can be. */
static void test_stable(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char buffer[256];
		struct sc_text t = sc_text_into(buffer, sizeof(buffer));
		sc_template_put(&t, sc_str_of(cases[i].template));
		if (!sc_str_equal(sc_text_str(&t), sc_str_of(cases[i].template)))
			fail_msg("%s: not stable: \"%.*s\"", cases[i].name, (int)t.len, buffer);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_stable),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
