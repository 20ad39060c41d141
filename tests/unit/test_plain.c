/* test_plain.c - what a reply text reads as: addresses, links, codes, quoted replies, spaces. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "explain/plain.h"

static const struct {
	const char *text, *plain;
} cases[] = {
	{ "", "" },
	{ " \t No\r\nSuch_user ", "no such user" },
	/* mail addresses */
	{ "<ann@example.org>: unknown", "<@>: unknown" },
	{ "mail:ann+tag@example.org.", "mail:@" },
	/* IPv4 addresses; longer and shorter rows of numbers are none, and block lists answer with 127 */
	{ "[192.0.2.1] blocked", "[ip4] blocked" },
	{ "from 192.0.2.1.", "from ip4" },
	{ "192.0.2.1, 198.51.100.20", "ip4, ip4" },
	{ "127.0.0.2", "127.0.0.2" },
	{ "1.2.3.4.5", "1.2.3.4.5" },
	{ "1.2.3", "1.2.3" },
	{ "1..2.3", "1..2.3" },
	{ "1234.0.2.1", "1234.0.2.1" },
	{ "192.0.2.", "192.0.2." },
	{ "192.0.2.1x", "192.0.2.1x" },
	/* enhanced codes, and codes that open lines */
	{ "5.7.1 no", "no" },
	{ "no (#5.7.1)", "no" },
	{ "no 550-5.7.1 and no", "no and no" },
	/* the reply of another server */
	{ "host mx.example.org[192.0.2.1] said: 550 User unknown (in reply to RCPT TO command)", "user unknown" },
	{ "smtp; 550 User unknown", "user unknown" },
};

static void test_texts(void **state)
{
	(void)state;
	static struct sc_plain p;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		sc_plain_read(&p, sc_str_of(cases[i].text));
		if (!sc_str_equal(sc_plain_str(&p), sc_str_of(cases[i].plain)))
			fail_msg("%s: %.*s", cases[i].text, (int)p.len, p.at);
	}
}

static void test_links(void **state)
{
	(void)state;
	static struct sc_plain p;
	sc_plain_read(&p, SC_STR("see http://example.org/spam or mx.example.org. It is 192.0.2.1/24"));
	static const struct {
		const char *word;
		bool link;
	} words[] = { { "see", false }, { "spam", true }, { "mx.", true }, { "it", false }, { "ip4", false } };
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t at = sc_str_search(sc_plain_str(&p), sc_str_of(words[i].word));
		if (at == SIZE_MAX || sc_plain_in_link(&p, at) != words[i].link)
			fail_msg("%s in %.*s", words[i].word, (int)p.len, p.at);
	}
}

static void test_long(void **state)
{
	(void)state;
	static char text[5 * SC_PLAIN_OCTETS];
	static struct sc_plain p;
	static const char *const fill[] = { "a", "a ", "\xd6", "192.0.2.1 ", "@", "\xe4\xb8\x8d", "5.7.1 ", "said: 550 " };
	for (size_t i = 0; i < sizeof(fill) / sizeof(fill[0]); i++) {
		for (size_t n = 0; n < sizeof(text); n++)
			text[n] = fill[i][n % strlen(fill[i])];
		sc_plain_read(&p, (sc_str){ text, sizeof(text) });
		if (p.len > SC_PLAIN_OCTETS)
			fail_msg("%s: %zu octets", fill[i], p.len);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_long),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
