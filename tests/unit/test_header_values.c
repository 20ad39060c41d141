/* test_header_values.c - addresses, encoded words, parameters and hops of header fields. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "message/address.h"
#include "message/params.h"
#include "message/received.h"
#include "message/words.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static unsigned failures;

#define wrong(...) (failures++, print_error(__VA_ARGS__)) /* all of them are told */

static void told(void)
{
	unsigned n = failures;
	failures = 0;
	assert_int_equal(n, 0);
}

/* In memory of exactly its size. */
static sc_str exactly(const char *text)
{
	size_t n = strlen(text);
	char *at = malloc(n ? n : 1);
	assert_non_null(at);
	memcpy(at, text, n);
	return (sc_str){ at, n };
}

static const struct pair {
	const char *in, *out;
} addresses[] = {
	{ "a@example.org", "a@example.org" },
	{ "Alice <a@example.org>", "a@example.org{Alice}" },
	{ "<a@example.org>", "a@example.org" },
	{ "a@example.org, b@example.org", "a@example.org b@example.org" },
	{ ",,a@example.org,, ,", "a@example.org" },
	{ "\"Doe, John\" <j@example.org>", "j@example.org{Doe, John}" },
	{ "\"a\\\"b\" <j@example.org>", "j@example.org{a\"b}" },
	{ "\"liar@example.com\" <j@example.org>", "j@example.org{liar@example.com}" },
	{ "liar@example.com <j@example.org>", "j@example.org{liar@example.com}" },
	{ "j@example.org (John (the first) Doe)", "j@example.org{John (the first) Doe}" },
	{ "(liar@example.com) j@example.org", "j@example.org{liar@example.com}" },
	{ "John . Doe @ example . org", "John.Doe@example.org" },
	{ "John Doe@example.org", "" },
	{ "John <j (comment) @example.org>", "j@example.org{John}" },
	{ "John <@relay.example,@other.example:j@example.org>", "j@example.org{John}" },
	{ "\"j d\"@example.org", "\"j d\"@example.org" },
	{ "<\"j d\"@example.org>", "\"j d\"@example.org" },
	{ "j@[192.0.2.1]", "j@[192.0.2.1]" },
	{ "j@[IPv6:2001:db8::1], k@example.org", "j@[IPv6:2001:db8::1] k@example.org" },
	{ "friends: a@example.org, B <b@example.org>; , c@example.org", "a@example.org b@example.org{B} c@example.org" },
	{ "undisclosed-recipients:;", "" },
	{ "root", "root" },
	{ "<>", "" },
	{ "", "" },
	{ "A <a@example.org", "a@example.org{A}" },
	{ "A <a@example.org> <b@example.org>", "a@example.org{A} b@example.org" },
	{ "A <a@example.org> B <b@example.org>", "a@example.org{A} b@example.org" },
	{ "<a@example.org> b@example.org", "a@example.org" },
	{ "\"never closed <a@example.org>", "" },
	{ "\"Bob B\"", "" },
	{ "(never closed a@example.org", "" },
	{ "=?utf-8?q?x=2C_y?= <a@example.org>", "a@example.org{=?utf-8?q?x=2C_y?=}" },
	{ "\xc3\xa9@example.org", "\xc3\xa9@example.org" },
};

static void test_addresses(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(addresses); i++) {
		char room[1000];
		struct sc_text t = sc_text_into(room, sizeof(room));
		struct sc_address a;
		sc_str in = exactly(addresses[i].in), list = in;
		while (sc_address_next(&list, &a)) {
			sc_text_adds(&t, t.len ? " " : "");
			sc_text_add(&t, a.address);
			if (!a.name.at)
				continue;
			sc_text_put(&t, '{');
			sc_text_add(&t, a.name);
			sc_text_put(&t, '}');
		}
		if (!sc_str_equal(sc_text_str(&t), sc_str_of(addresses[i].out)))
			wrong("%s: %.*s\n", addresses[i].in, (int)t.len, t.at);
		free((char *)in.at);
	}
	told();
}

/* What is too long is passed over, not cut: half an address is another one. */
static void test_long_address(void **state)
{
	char list[3000];
	struct sc_address a;
	(void)state;
	memset(list, 'x', sizeof(list));
	memcpy(list + 2000, "@example.org,b@example.net", 26);
	sc_str rest = { list, 2026 };
	assert_true(sc_address_next(&rest, &a));
	assert_true(sc_str_equal(a.address, SC_STR("b@example.net")));
	assert_false(sc_address_next(&rest, &a));
}

static const struct pair words[] = {
	{ "plain", "plain" },
	{ "=?utf-8?B?R3LDvMOf?=", "Gr\xc3\xbc\xc3\x9f" },
	{ "=?UTF-8*de?q?Gr=C3=BC=C3=9F?= Gott", "Gr\xc3\xbc\xc3\x9f Gott" },
	{ "=?iso-8859-1?q?=E9t=E9?=", "\xc3\xa9t\xc3\xa9" },
	{ "=?iso-8859-15?q?=A4?=", "\xe2\x82\xac" },
	{ "=?windows-1252?q?=80_=93x=94?=", "\xe2\x82\xac \xe2\x80\x9cx\xe2\x80\x9d" },
	{ "=?us-ascii?q?a_b?=", "a b" },
	{ "=?koi8-r?B?8NLJ18XU?=", "\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82" },
	{ "=?shift_jis?B?gqA=?= x", "=?shift_jis?B?gqA=?= x" },
	{ "=?utf-8?q?a?= =?utf-8?q?b?=", "ab" },
	{ "=?utf-8?q?a?=\t  =?utf-8?q?b?= c", "ab c" },
	{ "=?utf-8?B?w?= =?utf-8?q?=C3?= =?utf-8?q?=A9?=", "\xc3\xa9" },
	{ "=?utf-8?q?a?= b =?utf-8?q?c?=", "a b c" },
	{ "=?utf-8?x?a?=", "=?utf-8?x?a?=" },
	{ "=?utf-8?q?a", "=?utf-8?q?a" },
	{ "=?=?=?=", "=?=?=?=" },
	{ "=?utf-8?q?" "?=", "" },
	{ "=?utf-8?q?=4?=", "=4" },
	{ "=?utf-8?q?=?=", "=" },
	{ "", "" },
};

static void test_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(words); i++) {
		char room[200];
		struct sc_text t = sc_text_into(room, sizeof(room));
		sc_str in = exactly(words[i].in);
		sc_words_decode(&t, in);
		if (!sc_str_equal(sc_text_str(&t), sc_str_of(words[i].out)))
			wrong("%s: %.*s\n", words[i].in, (int)t.len, t.at);
		free((char *)in.at);
	}
	told();
}

static const struct param_case {
	const char *in, *value, *name, *out;
} params[] = {
	{ "text/plain; charset=utf-8", "text/plain", "charset", "utf-8" },
	{ "multipart/mixed; BOUNDARY=\"a b\"; x=y", "multipart/mixed", "boundary", "a b" },
	{ "multipart/mixed;boundary=a=b;x=y", "multipart/mixed", "boundary", "a=b" },
	{ "multipart/mixed; x=\"; boundary=liar\"; boundary=b", "multipart/mixed", "boundary", "b" },
	{ "(c) text/plain (d) ; (e) name (f) = (g) \"n\" (h)", "text/plain", "name", "n" },
	{ "a/b; name=\"a\\\"b\"", "a/b", "name", "a\"b" },
	{ "a/b; name=x; name=y", "a/b", "name", "x" },
	{ "a/b; name*=utf-8''%e2%82%ac%20rates", "a/b", "name", "\xe2\x82\xac rates" },
	{ "a/b; name=x; name*=iso-8859-1'en'%a3", "a/b", "name", "\xc2\xa3" },
	{ "a/b; name*0=\"part \"; name*1=two", "a/b", "name", "part two" },
	{ "a/b; name*1=two; name*0*=utf-8''one%20", "a/b", "name", "one two" },
	{ "a/b; name*0*=x", "a/b", "name", "" },
	{ "a/b; name=\"=?utf-8?q?=C3=A9?=\"", "a/b", "name", "\xc3\xa9" },
	{ "a/b; name", "a/b", "name", NULL },
	{ "a/b; name=", "a/b", "name", "" },
	{ "a/b; name=\"never closed", "a/b", "name", "never closed" },
	{ "a/b; xname=y", "a/b", "name", NULL },
	{ "a/b", "a/b", "name", NULL },
	{ "", "", "name", NULL },
};

static void test_params(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(params); i++) {
		const struct param_case *p = &params[i];
		char room[200];
		struct sc_text t = sc_text_into(room, sizeof(room));
		sc_str in = exactly(p->in);
		bool found = sc_params_find(&t, in, sc_str_of(p->name));
		if (found != (p->out != NULL) || (found && !sc_str_equal(sc_text_str(&t), sc_str_of(p->out))) ||
			!sc_str_equal(sc_params_value(in), sc_str_of(p->value)))
			wrong("%s: %d %.*s\n", p->in, found, (int)t.len, t.at);
		free((char *)in.at);
	}
	told();
}

static const struct hop_case {
	const char *in, *from, *ip, *by, *with, *id, *recipient, *date;
} hops[] = {
	{ "from [192.0.2.25] (helo=mx1.example.net) by mx2.example.org with esmtp (Exim 4.96) (envelope-from <a@example.org>) id 1xVbBE-0 for b@example.com; Mon",
	  "[192.0.2.25]", "192.0.2.25", "mx2.example.org", "esmtp", "1xVbBE-0", "b@example.com", "Mon" },
	{ "from a.example (b.example [IPv6:2001:db8::1]) by c.example with Microsoft SMTP Server (version=TLS1_2) id 15.1; x",
	  "a.example", "2001:db8::1", "c.example", "Microsoft SMTP Server", "15.1", "", "x" },
	{ "by a.example (Postfix, from userid 0) id 1234; x", "", "", "a.example", "", "1234", "", "x" },
	{ "from a by b by c", "a", "", "b", "", "", "", "" },
	{ "(unterminated from x", "", "", "", "", "", "", "" },
	{ "(qmail 123 invoked by uid 0); 1 Mar", "", "", "", "", "", "", "1 Mar" },
	{ "", "", "", "", "", "", "", "" },
};

static bool same(sc_str s, const char *text)
{
	return sc_str_equal(s, sc_str_of(text)) && (s.at != NULL) == (text[0] != 0);
}

static void test_hops(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(hops); i++) {
		const struct hop_case *c = &hops[i];
		char room[60];
		struct sc_text t = sc_text_into(room, sizeof(room));
		sc_str in = exactly(c->in);
		struct sc_ev_hop h = sc_received_read(in);
		if (h.ip.version)
			sc_text_ip(&t, &h.ip);
		if (!same(h.from, c->from) || !sc_str_equal(sc_text_str(&t), sc_str_of(c->ip)) || !same(h.by, c->by) || !same(h.with, c->with) ||
			!same(h.id, c->id) || !same(h.recipient, c->recipient) || !same(h.date, c->date))
			wrong("%s\n", c->in);
		free((char *)in.at);
	}
	told();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses), cmocka_unit_test(test_long_address), cmocka_unit_test(test_words),
		cmocka_unit_test(test_params), cmocka_unit_test(test_hops),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
