/* test_message.c - what a message says: the same however its text is cut into runs, with and without doubled dots. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "message_play.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))
#define EXPECTED 12
#define BEHIND   "a boundary behind the last" /* a gap may hide that last one, and makes a part of what is behind it */

#define FIRST    "of two reports in one message the first" /* a gap may hide it, and the other is the first then */

static const struct message_case {
	const char *name, *text;
	const char *has[EXPECTED]; /* what the event as text holds; with a leading '!': must not hold */
} cases[] = {
	{ "plain",
	  "Message-ID: <m1@example.org>\r\nFrom: Alice <a@example.org>\r\nTo: b@example.net, \"C, D\" <c@example.net>\r\n"
	  "Subject: Lunch\r\nDate: Mon, 2 Mar 2026 09:00:00 +0000\r\n\r\nHello\r\n.dot\r\n",
	  { " message_id=<m1@example.org> ", " from=a@example.org ", " from_name=Alice ", " to=b@example.net; c@example.net ",
	    " subject=Lunch ", "type=text/plain size=13 ", " section=1 ", "!within=", "complete=true " } },
	{ "folded", "Subject: one\r\n two\r\n\tthree\r\nMessage-ID:\r\n <m@example.org>\r\n\r\n",
	  { "subject=one two\\tthree ", "message_id=<m@example.org> " } },
	{ "line feeds alone", "Subject: x\nMessage-ID: <m@example.org>\n\nbody\n", { "subject=x ", "message_id=<m@example.org> ", "size=5 " } },
	{ "encoded words", "Subject: =?utf-8?B?R3LDvMOf?=\r\n =?ISO-8859-1?Q?_aus_K=F6ln?= raw\r\n\r\n", { "subject=Gr\xc3\xbc\xc3\x9f aus K\xc3\xb6ln raw " } },
	{ "a repeated field", "Subject: first\r\nFrom: a@example.org\r\nFrom: liar@example.com\r\nSubject: second\r\n\r\n",
	  { "subject=first ", "from=a@example.org ", "field_repeated", "!second", "!liar" } },
	{ "an address in a name", "From: \"boss@example.com\" <a@example.org> (ceo@example.com)\r\n\r\n",
	  { " from=a@example.org ", "from_name=boss@example.com " } },
	{ "groups", "To: friends: b@example.net, c@example.net;, undisclosed-recipients:;\r\n\r\n", { " to=b@example.net; c@example.net " } },
	{ "no field", "Subject: x\r\nthis is text\r\nFrom: a@example.org\r\n",
	  { "subject=x ", "header_broken", "!from=", "size=35 " } },
	{ "all text", "no header at all\r\nSubject: fake\r\n\r\n", { "header_broken", "!fake", "size=35 " } },
	{ "mbox line", "From a@example.org Mon Mar  2\r\nSubject: x\r\n\r\n", { "subject=x ", "!header_broken" } },
	{ "all header", "Subject: x\r\n", { "subject=x ", "size=0 ", "complete=true " } },
	{ "nothing", "", { "!subject", "complete=true " } },
	{ "hops",
	  "Received: from mail.example.org (mail.example.org [192.0.2.1])\r\n\tby mx.example.net (Postfix) with ESMTPS id 4bXyZ9\r\n"
	  "\tfor <b@example.net>; Mon,  2 Mar 2026 09:00:00 +0000\r\nReceived: by x.example.org; Sun, 1 Mar 2026\r\n\r\n",
	  { "received=2 ", "from=mail.example.org ip=192.0.2.1 by=mx.example.net with=ESMTPS id=4bXyZ9 recipient=b@example.net "
	    "date=Mon,  2 Mar 2026 09:00:00 +0000 by=x.example.org date=Sun, 1 Mar 2026 " } },
	{ "signatures",
	  "DKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=s1;\r\n h=from:to; bh=abc=; b=de f=\r\n"
	  "Authentication-Results: mx.example.net; dkim=pass\r\nX-Mailer: Mutt\r\nList-ID: News <news.example.org>\r\n"
	  "In-Reply-To: <p@example.org>\r\nReply-To: r@example.org\r\n\r\n",
	  { "dkim=example.org ", "dkim_keys=s1._domainkey.example.org ", "auth_results=mx.example.net; dkim=pass ", "user_agent=Mutt ",
	    "list_id=news.example.org ", "in_reply_to=<p@example.org> ", "reply_to=r@example.org " } },
	{ "parts",
	  "Content-Type: multipart/mixed; boundary=\"b 1\"\r\n\r\npreamble http://no.example/\r\n--b 1\r\n\r\nHi\r\n--b 1  \r\n"
	  "Content-Type: application/pdf; name=\"=?utf-8?Q?r=C3=A9sum=C3=A9.pdf?=\"\r\nContent-Transfer-Encoding: base64\r\n\r\nSGVs\r\nbG8h\r\n"
	  "--b 1x\r\n\r\n--b 1--\r\nepilogue\r\n",
	  { "type=text/plain size=2 sha256=3639efcd08abb273b1619e82e78c29a7df02c1051b1820e99fc395dcaa3326b8 "
	    "section=1 within=multipart/mixed type=application/pdf "
	    "name=r\xc3\xa9sum\xc3\xa9.pdf size=", "!no.example", "encoding=base64 section=2 within=multipart/mixed urls" } },
	{ "base64",
	  "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: application/octet-stream\r\n"
	  "Content-Disposition: attachment;\r\n filename*0*=utf-8''a%20;\r\n filename*1=b.bin\r\nContent-Transfer-Encoding: Base64\r\n\r\n"
	  "SGVs\r\nbG8h\r\n\r\n--x--\r\n",
	  { "name=a b.bin size=6 sha256=334d016f755cd6dc58c53a86e183882f8ec14f52fb05345887c8a5edd42c87b7 encoding=base64 " } },
	{ "quoted-printable",
	  "Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<a href=3D\"https://www.example.org/a?x=3D1&amp;y=\r\n=3D2\"> \r\n",
	  { "urls=https://www.example.org/a?x=1&y=2 ", "size=50 ", "type=text/html " } },
	{ "a link in disguise, and an encrypted archive",
	  "Content-Type: multipart/mixed; boundary=d\r\n\r\n--d\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
	  "<a href=3D\"http://evil.example.net/\">www.ba=\r\nnk.example.org</a> <a href=3Dhttp://evil.test>bank.com</a>\r\n--d\r\n"
	  "Content-Type: application/zip; name=a.zip\r\nContent-Transfer-Encoding: base64\r\n\r\nUEsDBAoACQAAAFOJeV16em/tDwAAAAMAAAAFABwAYS50eHRVVAkAA40WB2uNFgdrdXgLAAEEAAAA\r\n"
	  "AAQAAAAAU7MAueRHSzCVV6ZNfAvMUEsHCHp6b+0PAAAAAwAAAFBLAQIeAwoACQAAAFOJeV16em/t\r\n"
	  "DwAAAAMAAAAFABgAAAAAAAEAAACkgQAAAABhLnR4dFVUBQADjRYHa3V4CwABBAAAAAAEAAAAAFBL\r\n"
	  "BQYAAAAAAQABAEsAAABeAAAAAAA=\r\n--d--\r\n",
	  { " count=2 shown=www.bank.example.org target=evil.example.net ", "name=a.zip size=191 ", "encrypted=true", "type=text/html " } },
	{ "links", "Subject: x\r\n\r\nSee (http://a.example/x_(y)), HTTPS://b.example/. and http://a.example/x_(y) again; xhttp://no.example http://\r\n",
	  { "urls=http://a.example/x_(y); https://b.example/ complete" } },
	{ BEHIND, "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n--b\r\n\r\n",
	  { "type=text/plain size=1 ", "!size=0" } },
	{ "nested",
	  "Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\nContent-Type: multipart/alternative; boundary=ab\r\n\r\n--ab\r\n\r\n1\r\n--ab\r\n"
	  "Content-Type: TEXT/html\r\n\r\n22\r\n--a\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\nContent-Type: text/csv; name=t.csv\r\n\r\n333\r\n--a--\r\n",
	  { "type=text/plain size=1 ", "type=text/html size=2 ", "type=message/rfc822 section=2 within=multipart/mixed type=text/csv name=t.csv size=3 ", "!inner",
	    " section=1.1 within=multipart/alternative ", " section=1.2 within=multipart/alternative ", " section=2.1 within=multipart/mixed " } },
	{ "digest", "Content-Type: multipart/digest; boundary=d\r\n\r\n--d\r\n\r\nSubject: one\r\n\r\nx\r\n--d--\r\n",
	  { "type=message/rfc822 section=1 within=multipart/digest type=text/plain size=1 ", " section=1.1 " } },
	{ "where parts stand",
	  "Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\nContent-Type: message/rfc822\r\n\r\nContent-Type: multipart/related; boundary=i\r\n\r\n"
	  "--i\r\nContent-Type: text/x-a\r\n\r\n--i\r\nContent-Type: text/x-b\r\n\r\n--i--\r\n--a\r\nContent-Type: multipart/mixed; boundary=e\r\n\r\n"
	  "--e--\r\n--a\r\nContent-Type: multipart/mixed; boundary=j\r\n\r\n--j\r\nContent-Type: text/x-c\r\n\r\n--a\r\nContent-Type: text/x-d\r\n\r\n--a--\r\n",
	  { " section=1 within=multipart/mixed ", " section=1.1 within=multipart/related type=text/x-b ", " section=1.2 within=multipart/related ",
	    " section=3.1 within=multipart/mixed type=text/x-d ", " section=4 within=multipart/mixed " } },
	{ "messages within messages: not told where",
	  "Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\nContent-Type: message/rfc822\r\n\r\nContent-Type: message/rfc822\r\n\r\n"
	  "Content-Type: text/x-a\r\n\r\nx\r\n--a\r\nContent-Type: text/x-b\r\n\r\n--a--\r\n",
	  { " section=1 ", " section=1.1 ", "!section=1.1.1", "type=text/x-a size=1 ", "!section=2" } },
	{ "no last boundary", "Content-Type: multipart/mixed; boundary=d\r\n\r\n--d\r\n\r\nabc\r\n-", { "type=text/plain size=6 " } },
	{ "part without content", "Content-Type: multipart/mixed; boundary=d\r\n\r\n--d\r\nContent-Type: image/png\r\n--d\r\n--d--\r\n",
	  { "type=image/png size=0 ", "type=text/plain size=0 " } },
	{ "broken part header", "Content-Type: multipart/mixed; boundary=d\r\n\r\n--d\r\nno header here\r\n--d\r\n\r\n--d--",
	  { "type=text/plain size=14 ", "type=text/plain size=0 ", "header_broken" } },
	{ "delivery report",
	  "Content-Type: multipart/report; report-type=delivery-status; boundary=r\r\n\r\n--r\r\n\r\nI am sorry.\r\n--r\r\n"
	  "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.net\r\nOriginal-Envelope-Id: e1\r\n"
	  "Arrival-Date: Mon, 2 Mar 2026 09:00:00 +0000\r\n\r\nOriginal-Recipient: rfc822;b@example.net\r\nFinal-Recipient: rfc822; b@mail.example.net\r\n"
	  "Action: Failed\r\nStatus: 5.1.1\r\nRemote-MTA: dns; mail.example.net\r\nDiagnostic-Code: smtp; 550 5.1.1\r\n <b@mail.example.net>: unknown\r\n\r\n"
	  "Final-Recipient: rfc822;c@example.net\r\nAction: delayed\r\nStatus: 4.4.1 (no answer)\r\nWill-Retry-Until: Sat, 7 Mar 2026 09:00:00 +0000\r\n--r\r\n"
	  "Content-Type: message/rfc822\r\n\r\nMessage-ID: <m1@example.org>\r\nSubject: =?utf-8?q?L=C3=BCnch?=\r\nContent-Type: message/delivery-status\r\n\r\nFinal-Recipient: rfc822; liar@example.com\r\n\r\n--r--\r\n",
	  { "type=delivery-status reporting_mta=mx.example.net original_envelope_id=e1 arrival_date=Mon, 2 Mar 2026 09:00:00 +0000 "
	    "original_message_id=<m1@example.org> original_subject=L\xc3\xbcnch ",
	    "original_recipient=b@example.net final_recipient=b@mail.example.net action=failed status=5.1.1 "
	    "diagnostic_code=smtp; 550 5.1.1 <b@mail.example.net>: unknown remote_mta=mail.example.net final_recipient=c@example.net "
	    "action=delayed status=4.4.1 will_retry_until=Sat, 7 Mar 2026 09:00:00 +0000 ", "!liar" } },
	{ "delivery report, encoded, international",
	  "Content-Type: multipart/report; boundary=r\r\n\r\n--r\r\nContent-Type: message/global-delivery-status\r\n"
	  "Content-Transfer-Encoding: base64\r\n\r\nUmVwb3J0aW5nLU1UQTogZG5zO214LmV4YW1wbGUKCkZpbmFsLVJlY2lwaWVudDogdXRmLTg7IGJc\r\neHtlOX1AZXhhbXBsZS5uZXQKQWN0aW9uOiBmYWlsZWQK\r\n--r\r\n"
	  "Content-Type: text/rfc822-headers\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nMessage-ID: <m=3D1@example.org>\r\n--r--\r\n",
	  { "reporting_mta=mx.example ", "original_message_id=<m=1@example.org> ", "final_recipient=b\xc3\xa9@example.net action=failed " } },
	{ "complaint",
	  "Content-Type: multipart/report; report-type=feedback-report; boundary=r\r\n\r\n--r\r\n\r\ntext\r\n--r\r\nContent-Type: message/feedback-report\r\n\r\n"
	  "Feedback-Type: abuse\r\nUser-Agent: x/1\r\nVersion: 1\r\nOriginal-Mail-From: <a@example.org>\r\nOriginal-Rcpt-To: <b@example.net>\r\n"
	  "Original-Rcpt-To: <c@example.net>\r\nSource-IP: 192.0.2.7\r\nReported-Domain: example.org\r\n\r\n--r\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <m1@example.org>\r\n\r\n--r--\r\n",
	  { "report", "type=feedback-report original_message_id=<m1@example.org> feedback_type=abuse original_mail_from=a@example.org "
	    "source_ip=192.0.2.7 reported_domain=example.org original_recipient=b@example.net original_recipient=c@example.net " } },
	{ "a report that a list put beside its own text",
	  "Content-Type: multipart/mixed; boundary=l\r\n\r\n--l\r\n\r\nYou are on the list.\r\n--l\r\nContent-Type: multipart/report; boundary=r\r\n\r\n"
	  "--r\r\n\r\nI am sorry.\r\n--r\r\nContent-Type: message/delivery-status\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
	  "Reporting-MTA: dns; mx.example.net\r\n\r\nFinal-Recipient: rfc822; b=40example.net\r\nAction: fai=\r\nled\r\nStatus: 5.2.2\r\n--r\r\n"
	  "Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: <m1@example.org>\r\n\r\n--r--\r\n\r\n--l\r\n"
	  "Content-Type: message/delivery-status\r\n\r\nFinal-Recipient: rfc822; liar@example.com\r\nAction: failed\r\n\r\n--l--\r\n",
	  { "type=delivery-status reporting_mta=mx.example.net original_message_id=<m1@example.org> ",
	    " final_recipient=b@example.net action=failed status=5.2.2 ", "!liar" } },
	{ "a report that somebody forwards is none of this message",
	  "Content-Type: multipart/mixed; boundary=f\r\n\r\n--f\r\n\r\nWhat is this?\r\n--f\r\nContent-Type: message/rfc822\r\n\r\n"
	  "Subject: Undelivered\r\nContent-Type: multipart/report; boundary=r\r\n\r\n--r\r\nContent-Type: message/delivery-status\r\n\r\n"
	  "Reporting-MTA: dns; mx.example.net\r\n\r\nFinal-Recipient: rfc822; b@example.net\r\nAction: failed\r\n\r\n--r--\r\n\r\n--f--\r\n",
	  { "type=message/delivery-status size=", "!final_recipient", "!reporting_mta", "!report." } },
	{ "a report that brings a report back",
	  "Content-Type: multipart/report; boundary=o\r\n\r\n--o\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; outer.example\r\n\r\n"
	  "Final-Recipient: rfc822; list@example.net\r\nAction: failed\r\nStatus: 5.7.1\r\n\r\n--o\r\nContent-Type: message/rfc822\r\n\r\n"
	  "Message-ID: <bounce@example.net>\r\nContent-Type: multipart/report; boundary=i\r\n\r\n--i\r\nContent-Type: message/delivery-status\r\n\r\n"
	  "Reporting-MTA: dns; inner.example\r\n\r\nFinal-Recipient: rfc822; b@example.com\r\nAction: failed\r\n\r\n--i\r\n"
	  "Content-Type: message/rfc822\r\n\r\nMessage-ID: <first@example.org>\r\n\r\n--i--\r\n\r\n--o--\r\n",
	  { "reporting_mta=outer.example original_message_id=<bounce@example.net> ", " final_recipient=list@example.net action=failed status=5.7.1 ",
	    "!b@example.com", "!reporting_mta=inner.example", "!first@example.org" } },
	{ FIRST,
	  "Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\nContent-Type: multipart/report; boundary=r\r\n\r\n--r\r\n"
	  "Content-Type: message/delivery-status\r\n\r\nFinal-Recipient: rfc822; one@example.net\r\nAction: failed\r\n\r\n--r--\r\n--m\r\n"
	  "Content-Type: multipart/report; boundary=s\r\n\r\n--s\r\nContent-Type: message/delivery-status\r\n\r\n"
	  "Final-Recipient: rfc822; two@example.net\r\nAction: failed\r\n\r\n--s--\r\n--m--\r\n",
	  { " final_recipient=one@example.net action=failed ", "!two@example.net" } },
	{ "every action, an unnamed recipient, and odd spellings",
	  "Content-Type: Multipart/Report; report-type=delivery-status; boundary=\"r r\"\r\n\r\n--r r\r\nContent-type: Message/Delivery-Status\r\n\r\n"
	  "Reporting-MTA:dns;EX01.corp.example.com\r\nReceived-From-MTA:dns;mx.example.com\r\n\r\n"
	  "Final-Recipient:RFC822;a@example.com\r\nAction:FAILED (really)\r\nStatus:5.1.10\r\nDiagnostic-Code:smtp;550 5.1.10\r\n\tRESOLVER.ADR.RecipientNotFound\r\nX-Display-Name: A\r\n\r\n"
	  "Action: relayed\r\nStatus: 2.1.9\r\nFinal-Recipient: rfc822;<b@example.com>\r\n\r\nAction: expanded\r\nStatus: 2.2.0\r\nFinal-Recipient: rfc822;c@example.com\r\n\r\n"
	  "Action: delivered\r\nFinal-Recipient: rfc822;d@example.com\r\n\r\nAction: delayed\r\nStatus: 4.4.1\r\n\r\n\r\n\r\n"
	  "Final-Recipient: unknown;e\r\nAction: failed\r\nStatus: 5.99999.1\r\n--r r--\r\n",
	  { " final_recipient=a@example.com action=failed status=5.1.10 diagnostic_code=smtp;550 5.1.10\\tRESOLVER.ADR.RecipientNotFound ",
	    " final_recipient=b@example.com action=relayed status=2.1.9 final_recipient=c@example.com action=expanded status=2.2.0 "
	    "final_recipient=d@example.com action=delivered action=delayed status=4.4.1 final_recipient=e action=failed ",
	    "reporting_mta=EX01.corp.example.com " } },
	{ "a report within another mail is none",
	  "Content-Type: multipart/mixed; boundary=r\r\n\r\n--r\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; b@example.net\r\n\r\n--r--\r\n",
	  { "type=message/delivery-status size=", "!final_recipient", "!reporting_mta" } },
};

static unsigned failures;

#define wrong(...) (failures++, print_error(__VA_ARGS__)) /* all of them are told */

static void told(void)
{
	unsigned n = failures;
	failures = 0;
	assert_int_equal(n, 0);
}

static bool holds(const struct same *s, const char *what)
{
	bool not = what[0] == '!';
	return (strstr(s->at, what + not) != NULL) != not;
}

static void expect(const struct message_case *t, const struct same *s, const char *how)
{
	for (int i = 0; i < EXPECTED && t->has[i]; i++)
		if (!holds(s, t->has[i]))
			wrong("%s, %s: not '%s' in\n%s", t->name, how, t->has[i], s->at);
}

static void compare(const struct message_case *t, const struct same *a, const struct same *b, size_t first, size_t step)
{
	if (strcmp(a->at, b->at) != 0)
		wrong("%s, cut at %zu, then every %zu:\n%s\n%s", t->name, first, step, a->at, b->at);
}

static void try_cuts(struct message_play *p, const struct message_case *t, sc_str text, bool stuffed)
{
	struct same whole = { 0 };
	message_play(p, text, text.len, text.len, stuffed, true, (struct message_gap){ 0, 0 }, &whole);
	expect(t, &whole, stuffed ? "stuffed" : "plain");
	for (size_t first = 1; first < text.len; first++)
		for (size_t step = first; step; step = step == first && first < 20 ? text.len : 0) {
			struct same cut = { 0 };
			message_play(p, text, first, first < 20 ? step : text.len, stuffed, true, (struct message_gap){ 0, 0 }, &cut);
			compare(t, &whole, &cut, first, step);
			free(cut.at);
		}
	free(whole.at);
}

static void test_cases(void **state)
{
	struct message_play p;
	(void)state;
	message_play_open(&p, 1 << 20, true);
	for (size_t i = 0; i < COUNT(cases); i++) {
		sc_str text = sc_str_of(cases[i].text), wire = message_stuffed(text);
		try_cuts(&p, &cases[i], text, false);
		if (sc_str_starts_nocase(sc_str_from(text, text.len < 2 ? 0 : text.len - 2), SC_STR("\r\n")))
			try_cuts(&p, &cases[i], wire, true);
		free((char *)wire.at);
	}
	message_play_close(&p);
	told();
}

/* A message of one header field that stands over and over, or of many parts: what is kept is bounded, and all comes back. */
static void test_bounds(void **state)
{
	static const struct {
		const char *name, *head, *again, *has;
	} floods[] = {
		{ "addresses", "To: x@example.org", ",\r\n a@example.org", "message_cut" },
		{ "hops", "", "Received: from a.example.org by b.example.org with SMTP id 1\r\n", "received=4000 " },
		{ "signatures", "", "DKIM-Signature: d=example.org; s=x\r\n", "message_cut" },
		{ "parts", "Content-Type: multipart/mixed; boundary=b\r\n\r\n", "--b\r\nContent-Type: image/png; name=x.png\r\n\r\nx\r\n", "message_cut" },
		{ "depth", "Content-Type: multipart/mixed; boundary=b\r\n\r\n", "--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n", "message_cut" },
		{ "messages within", "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n", "Content-Type: message/rfc822\r\n\r\n", "message_cut" },
		{ "links", "\r\n", "http://www.example.org/aaaaaaaaaaaaaaaaaaaaaaaaaaa ", "urls=http://www.example.org/aaaaaaaaaaaaaaaaaaaaaaaaaaa complete" },
		{ "reported", "Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n",
		  "Final-Recipient: rfc822; a@example.org\r\nAction: failed\r\n\r\n", "message_cut" },
		{ "one endless field", "Subject: x", "\r\n yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy", "message_cut" },
		{ "one endless line", "Subject: x", "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy", "message_cut" },
		{ "words", "Subject: ", "=?utf-8?q?", "message_cut" },
	};
	struct message_play p;
	(void)state;
	message_play_open(&p, 1 << 20, true);
	for (size_t i = 0; i < COUNT(floods); i++) {
		char *text = malloc(strlen(floods[i].head) + 4000 * strlen(floods[i].again) + 1);
		struct same whole = { 0 }, cut = { 0 };
		assert_non_null(text);
		size_t head = strlen(floods[i].head), again = strlen(floods[i].again), n = head;
		memcpy(text, floods[i].head, head);
		for (int j = 0; j < 4000; j++, n += again)
			memcpy(text + n, floods[i].again, again);
		message_play(&p, (sc_str){ text, n }, n, n, false, true, (struct message_gap){ 0, 0 }, &whole);
		message_play(&p, (sc_str){ text, n }, 7, 1000, false, true, (struct message_gap){ 0, 0 }, &cut);
		if (!holds(&whole, floods[i].has) || strcmp(whole.at, cut.at) != 0)
			wrong("%s: %.500s\n", floods[i].name, whole.at);
		assert_int_equal(sc_blocks_in_use(&p.store), 0);
		free(text);
		free(whole.at);
		free(cut.at);
	}
	message_play_close(&p);
	told();
}

/* When the store runs low nothing more is kept, and that is told; what is told is still right. */
static void test_short_store(void **state)
{
	struct message_play p;
	struct same out = { 0 };
	struct sc_block *taken = NULL;
	(void)state;
	message_play_open(&p, 1 << 20, true);
	struct sc_message *m = sc_message_open(&p.host, false);
	assert_non_null(m);
	sc_message_feed(m, SC_STR("Subject: x\r\nDate: y\r\n"));
	for (int more = 0; more < 4; more += sc_blocks_scarce(&p.store)) {
		struct sc_block *b = sc_blocks_take(&p.store, SC_BLOCK_SMALL);
		b->next = taken;
		taken = b;
	}
	assert_null(sc_message_open(&p.host, false));
	sc_message_feed(m, SC_STR("Message-ID: <m@example.org>\r\n\r\n"));
	struct sc_ev_message ev;
	sc_message_end(m);
	sc_message_tell(m, &ev);
	same_event(&out, SC_EVENT_message, &ev);
	sc_message_close(m);
	assert_true(holds(&out, "memory_short"));
	assert_true(holds(&out, "subject=x "));
	assert_true(holds(&out, "!<m@example.org>"));
	sc_blocks_give_all(&p.store, taken);
	free(out.at);
	message_play_close(&p);
}

/* Octets that are missing anywhere: the rest is read the same however it is cut, and it is never called complete. */
static void test_gaps(void **state)
{
	struct message_play p;
	(void)state;
	message_play_open(&p, 1 << 20, true);
	for (size_t i = 0; i < COUNT(cases); i++) {
		sc_str text = sc_str_of(cases[i].text);
		for (size_t at = 0; at < text.len; at++)
			for (size_t octets = 1; octets <= 64 && octets < text.len - at; octets *= 8) {
				struct same whole = { 0 }, cut = { 0 };
				struct message_gap gap = { at, at + octets };
				message_play(&p, text, text.len, text.len, false, true, gap, &whole);
				message_play(&p, text, 3, 5, false, true, gap, &cut);
				compare(&cases[i], &whole, &cut, at, octets);
				if (!holds(&whole, "complete=false"))
					wrong("%s: complete with a gap at %zu\n", cases[i].name, at);
				free(whole.at);
				free(cut.at);
			}
	}
	message_play_close(&p);
	told();
}

/* With a gap nothing is told that the whole text does not say, but for fewer and unmeasured parts. */
static void test_gap_invents_nothing(void **state)
{
	static const char *const values[] = { "message_id=", "from=", "subject=", "date=", "in_reply_to=", "list_id=",
		"original_message_id=", "reporting_mta=", "final_recipient=", "sha256=", "status=", "section=", "within=" };
	struct message_play p;
	(void)state;
	message_play_open(&p, 1 << 20, true);
	for (size_t i = 0; i < COUNT(cases); i++) {
		sc_str text = sc_str_of(cases[i].text);
		struct same whole = { 0 };
		message_play(&p, text, text.len, text.len, false, true, (struct message_gap){ 0, 0 }, &whole);
		bool hidden = strcmp(cases[i].name, BEHIND) == 0 || strcmp(cases[i].name, FIRST) == 0;
		for (size_t at = 0; at + 3 < text.len && !hidden; at++) {
			struct same torn = { 0 };
			message_play(&p, text, text.len, text.len, false, true, (struct message_gap){ at, at + 3 }, &torn);
			for (size_t v = 0; v < COUNT(values); v++)
				for (const char *hit = strstr(torn.at, values[v]); hit; hit = strstr(hit + 1, values[v])) {
					char value[600];
					snprintf(value, sizeof(value), "%.*s ", (int)strcspn(hit, " "), hit);
					if (!strstr(whole.at, value))
						wrong("%s: a gap at %zu makes %s\n", cases[i].name, at, value);
				}
			free(torn.at);
		}
		free(whole.at);
	}
	message_play_close(&p);
	told();
}

/* What a message reports is the same when nobody wants its parts. */
static void test_brief(void **state)
{
	static const char *const values[] = { "reporting_mta=", "original_message_id=", "final_recipient=", "action=" };
	struct message_play full, brief;
	(void)state;
	message_play_open(&full, 1 << 20, true);
	message_play_open(&brief, 1 << 20, false);
	for (size_t i = 0; i < COUNT(cases); i++) {
		sc_str text = sc_str_of(cases[i].text);
		struct same a = { 0 }, b = { 0 };
		message_play(&full, text, text.len, text.len, false, true, (struct message_gap){ 0, 0 }, &a);
		message_play(&brief, text, 3, 5, false, true, (struct message_gap){ 0, 0 }, &b);
		for (size_t v = 0; v < COUNT(values); v++) {
			const char *x = a.at, *y = b.at;
			while (x || y) {
				x = x ? strstr(x + 1, values[v]) : NULL;
				y = y ? strstr(y + 1, values[v]) : NULL;
				if (!x != !y || (x && strncmp(x, y, strcspn(x, " ") + 1) != 0))
					wrong("%s: in brief\n%s\n%s\n", cases[i].name, a.at, b.at);
			}
		}
		free(a.at);
		free(b.at);
	}
	message_play_close(&full);
	message_play_close(&brief);
	told();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases), cmocka_unit_test(test_bounds), cmocka_unit_test(test_short_store),
		cmocka_unit_test(test_gaps), cmocka_unit_test(test_gap_invents_nothing), cmocka_unit_test(test_brief),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
