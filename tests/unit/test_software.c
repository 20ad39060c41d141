/* test_software.c - hosts, software and queue ids out of greetings and acceptances. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "smtp/software.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static const struct greeting_case {
	const char *text, *host, *software;
} greetings[] = {
	{ "mx1.example.net ESMTP Postfix", "mx1.example.net", "Postfix" },
	{ "mx1.example.net ESMTP Postfix (Debian/GNU)", "mx1.example.net", "Postfix" },
	{ "mx1.example.net ESMTP Postfix (3.8.1)", "mx1.example.net", "Postfix/3.8.1" },
	{ "mail ESMTP Postfix", "mail", "Postfix" },
	{ "mx2.example.net ESMTP Exim 4.97 Tue, 05 Mar 2024 10:11:12 +0000", "mx2.example.net", "Exim/4.97" },
	{ "h.example.org ESMTP Exim 4.96.2 #2 Tue, 05 Mar 2024 10:11:12 +0000 \nWe do not authorize the use of this system",
	  "h.example.org", "Exim/4.96.2" },
	{ "h.example.org ESMTP Sendmail 8.17.1/8.17.1; Tue, 5 Mar 2024", "h.example.org", "Sendmail/8.17.1" },
	{ "h.example.org ESMTP OpenSMTPD", "h.example.org", "OpenSMTPD" },
	{ "h.example.org ESMTP", "h.example.org", NULL },
	{ "h.example.org Microsoft ESMTP MAIL Service ready at Tue, 5 Mar 2024", "h.example.org", "Microsoft Exchange" },
	{ "h.example.org Microsoft ESMTP MAIL Service, Version: 6.0.3790.4675 ready at  Tue", "h.example.org",
	  "Microsoft IIS/6.0.3790.4675" },
	{ "XX1ABC.mail.protection.outlook.com Microsoft ESMTP MAIL Service ready at Tue [08D]",
	  "XX1ABC.mail.protection.outlook.com", "Exchange Online" },
	{ "mx.google.com ESMTP x33-20020a05.12 - gsmtp", "mx.google.com", "Gmail" },
	{ "mtaproxy1.mail.example.yahoo.com ESMTP ready", "mtaproxy1.mail.example.yahoo.com", "Yahoo" },
	{ "gmx.net (mxgmx117) Nemesis ESMTP Service ready", "gmx.net", "Nemesis" },
	{ "mx1.mail.yandex.net (Want to use Yandex.Mail for your domain? Visit)", "mx1.mail.yandex.net", "Yandex" },
	{ "email-smtp.amazonaws.com ESMTP SimpleEmailService-d-ABCDEFGHI abc", "email-smtp.amazonaws.com", "Amazon SES" },
	{ "inbound-smtp.us-east-1.amazonaws.com ESMTP abc", "inbound-smtp.us-east-1.amazonaws.com", "Amazon SES" },
	{ "SG ESMTP service ready at geopod-ismtpd-1", "SG", "SendGrid" },
	{ "h.example.org ESMTP Haraka/3.0.2 ready (0A1B)", "h.example.org", "Haraka/3.0.2" },
	{ "mx0.pphosted.com ESMTP mfa-m0001", "mx0.pphosted.com", "Proofpoint" },
	{ "us-smtp-1.mimecast.com ESMTP; Tue", "us-smtp-1.mimecast.com", "Mimecast" },
	{ "server-1.messagelabs.com ESMTP", "server-1.messagelabs.com", "Symantec Email Security" },
	{ "h.example.org ESMTP MDaemon 23.0.1; Tue", "h.example.org", "MDaemon/23.0.1" },
	{ "h.example.org Kerio Connect 9.4 ESMTP ready", "h.example.org", "Kerio Connect/9.4" },
	{ "h.example.org Zimbra LMTP server ready", "h.example.org", "Zimbra" },
	{ "h.example.org ESMTP PowerMTA(TM) v5.0r8", "h.example.org", "PowerMTA/5.0r8" },
	{ "h.example.org KumoMTA", "h.example.org", "KumoMTA" },
	{ "2.0.0 h.example.org ESMTP ecelerity 4.3.0.67725 r(Core:4.3.0.0) Tue", "h.example.org", "Momentum/4.3.0.67725" },
	{ "h.example.org ESMTP mox", "h.example.org", "mox" },
	{ "h.example.org ESMTP Moxie", "h.example.org", NULL },
	{ "h.example.org ESMTP CommuniGate Pro 6.3.20 is glad to see you!", "h.example.org", "CommuniGate Pro/6.3.20" },
	{ "h.example.org ESMTP IceWarp 11.4.6.0 x64; Tue", "h.example.org", "IceWarp/11.4.6.0" },
	{ "example.org Anti-spam GT for Coremail System (example)", "example.org", "Coremail" },
	{ "newxmmxszb1.qq.com MX QQ Mail Server.", "newxmmxszb1.qq.com", "QQ Mail" },
	{ "h.example.org SMTP Server (JAMES SMTP Server 2.3.2) ready", "h.example.org", "Apache James/2.3.2" },
	{ "h.example.org Dovecot ready.", "h.example.org", "Dovecot" },
	{ "h.example.org Dovecot (Debian) ready.", "h.example.org", "Dovecot" },
	{ "h.example.org Cyrus LMTP 3.6.1 server ready", "h.example.org", "Cyrus/3.6.1" },
	{ "h.example.org LMTP Cyrus v2.4.16 ready", "h.example.org", "Cyrus/2.4.16" },
	{ "h.example.org ESMTP Service (HCL Domino Release 12.0.1) ready at Tue", "h.example.org", "Domino/12.0.1" },
	{ "h.example.org -- Server ESMTP (Oracle Communications Messaging Server 8.1.0.1 (built Jan))", "h.example.org",
	  "Oracle Messaging Server/8.1.0.1" },
	{ "H.EXAMPLE.ORG esmtp EXIM 4.97", "H.EXAMPLE.ORG", "Exim/4.97" },
	{ "h.example.org ESMTP Exim v", "h.example.org", "Exim" },
	{ "h.example.org ESMTP Exim 4.---", "h.example.org", "Exim/4" },
	{ "********0*****0*2*****2", NULL, NULL },
	{ "", NULL, NULL },
};

static void test_greetings(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(greetings); i++) {
		const struct greeting_case *t = &greetings[i];
		char buf[64];
		sc_str host     = sc_software_host(sc_str_of(t->text));
		sc_str software = sc_software_of_greeting(sc_str_of(t->text), buf, sizeof(buf));
		if ((host.at != NULL) != (t->host != NULL) || !sc_str_equal(host, sc_str_of(t->host)))
			fail_msg("%s: host \"%.*s\"", t->text, (int)host.len, host.at ? host.at : "");
		if ((software.at != NULL) != (t->software != NULL) || !sc_str_equal(software, sc_str_of(t->software)))
			fail_msg("%s: software \"%.*s\"", t->text, (int)software.len, software.at ? software.at : "");
	}
}

static void test_small_buffers(void **state)
{
	(void)state;
	char buf[12];
	for (size_t size = 0; size < sizeof(buf); size++) {
		memset(buf, '#', sizeof(buf));
		sc_str s = sc_software_of_greeting(SC_STR("h ESMTP Exim 4.97.1"), buf, size);
		assert_true(s.at == buf && s.len == (size < 11 ? size : 11));
		assert_memory_equal(buf, "Exim/4.97.1", s.len);
		assert_int_equal(buf[size], '#');
	}
}

static const struct host_case {
	const char *text, *host;
} hosts[] = {
	{ "localhost Hello cli.example.org [192.0.2.10]", "localhost" },
	{ "localhost", "localhost" },
	{ "mail LMTP ready", "mail" },
	{ "smtp Hello there", NULL },
	{ "ESMTP ready", NULL },
	{ "Ok", NULL },
	{ "PIPELINING", NULL },
	{ "Welcome to example.org", NULL },
	{ "[192.0.2.1] ESMTP", "[192.0.2.1]" },
	{ "192.0.2.1 ESMTP", "192.0.2.1" },
	{ "192.0.2.256 ESMTP", NULL },
	{ "8.17.1 ready", NULL },
	{ "mx.example.org, ready", "mx.example.org" },
	{ "mx.example.org.", "mx.example.org" },
	{ "mx.example.org sorry (#4.3.0)", "mx.example.org" },
	{ "mx.example.org\nmore", "mx.example.org" },
	{ "mx..example.org", NULL },
	{ ".example.org", NULL },
	{ "a@example.org", NULL },
	{ "\xff.\xff", NULL },
	{ "...", NULL },
	{ "[]", NULL },
};

static void test_hosts(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(hosts); i++) {
		sc_str host = sc_software_host(sc_str_of(hosts[i].text));
		if ((host.at != NULL) != (hosts[i].host != NULL) || !sc_str_equal(host, sc_str_of(hosts[i].host)))
			fail_msg("%s: \"%.*s\"", hosts[i].text, (int)host.len, host.at ? host.at : "");
	}
	assert_null(sc_software_host(SC_STR_NONE).at);
}

static const struct acceptance_case {
	const char *text, *software, *id;
} acceptances[] = {
	{ "2.0.0 Ok: queued as 3F2A11C0B5", "Postfix", "3F2A11C0B5" },
	{ "2.0.0 Ok: queued as 4bXyZ9Qm2Rz1kT", "Postfix", "4bXyZ9Qm2Rz1kT" },
	{ "2.0.0 Ok: 29300 bytes queued as B60AE1AC9C1", "Postfix", "B60AE1AC9C1" },
	{ "Ok: queued as 3F2A11C0B5", "Postfix", "3F2A11C0B5" },
	{ "2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as 3F2A11C0B5", "Postfix", "3F2A11C0B5" },
	{ "OK id=1rhZ2b-0004Tk-1X", "Exim", "1rhZ2b-0004Tk-1X" },
	{ "OK id=1rhZ2b-00000004TkX-0abc", "Exim", "1rhZ2b-00000004TkX-0abc" },
	{ "2.0.0 425AbCdE012345 Message accepted for delivery", "Sendmail", "425AbCdE012345" },
	{ "PAA12345 Message accepted for delivery", "Sendmail", "PAA12345" },
	{ "2.0.0 1a2b3c4d Message accepted for delivery", "OpenSMTPD", "1a2b3c4d" },
	{ "2.0.0 3abcd4-1 Message accepted for delivery", "Proofpoint", "3abcd4-1" },
	{ "2.0.0 5f1e0c4e-0000047b Message accepted for delivery", "Kerio Connect", "5f1e0c4e-0000047b" },
	{ "12345678 message accepted for delivery", "CommuniGate Pro", "12345678" },
	{ "Message accepted for delivery", "Domino", NULL },
	{ "2.0.0 Message accepted for delivery", NULL, NULL },
	{ "Thanks, your message accepted for delivery", NULL, NULL },
	{ "ok 1709633472 qp 12345", "qmail", "1709633472 qp 12345" },
	{ "ok 1709633472 qp 12345 server-1.example.org!1", "qmail", "1709633472 qp 12345" },
	{ "2.6.0 <x@example.org> [InternalId=12345678901, Hostname=m.example.org] 1 bytes Queued mail for delivery",
	  "Microsoft Exchange", "12345678901" },
	{ "2.6.0 <x@example.org> [InternalId=12345, Hostname=A.B.prod.outlook.com] Queued mail for delivery -> 250 2.1.5",
	  "Exchange Online", "12345" },
	{ "2.6.0 <x@example.org> Queued mail for delivery", "Microsoft IIS", NULL },
	{ "2.0.0 OK  1709633472 v125-20020a05.216 - gsmtp", "Gmail", "v125-20020a05.216" },
	{ "ok dirdel", "Yahoo", NULL },
	{ "Requested mail action okay, completed: id=1MKsaz-1wevcp3BHR-00M7kH", "Nemesis", "1MKsaz-1wevcp3BHR-00M7kH" },
	{ "2.0.0 Ok: queued on mx1.example.org as 1430081058-6ltgNFKSir-iHEKdOrm", "Yandex",
	  "1430081058-6ltgNFKSir-iHEKdOrm" },
	{ "Ok 0100018abc123456-01234567-89ab-cdef-0123-456789abcdef-000000", "Amazon SES",
	  "0100018abc123456-01234567-89ab-cdef-0123-456789abcdef-000000" },
	{ "OK abcdefghij0123456789klmnopqrst99", "Amazon SES", "abcdefghij0123456789klmnopqrst99" },
	{ "Ok: queued as nhIMmON9SFOPcT0ii4nt2A", "SendGrid", "nhIMmON9SFOPcT0ii4nt2A" },
	{ "Message Queued (0A1B2C3D-4E5F-6071-8293-A4B5C6D7E8F9.1)", "Haraka", "0A1B2C3D-4E5F-6071-8293-A4B5C6D7E8F9.1" },
	{ "ok:  Message 256429218 accepted", "Cisco ESA", "256429218" },
	{ "SmtpThread-1-2@us.example.org Received OK [mXp3q0K9Owu5gDZb1r4nAA.us123]", "Mimecast", "mXp3q0K9Owu5gDZb1r4nAA" },
	{ "2.6.0 Ok, message saved <Message-ID: x@example.org>", "MDaemon", NULL },
	{ "2.6.0 18 bytes received; Message id ABC12345 accepted for delivery", "IceWarp", "ABC12345" },
	{ "OK ids=8a5475ccbbc611eda12250ebf67f93bd", "KumoMTA", "8a5475ccbbc611eda12250ebf67f93bd" },
	{ "OK ids=8a5475ccbbc611eda12250ebf67f93bd,9a5475ccbbc611eda12250ebf67f93bd", "KumoMTA",
	  "8a5475ccbbc611eda12250ebf67f93bd" },
	{ "2.0.0 OK A1/2B-12345-6C7D8E9F", "Momentum", "A1/2B-12345-6C7D8E9F" },
	{ "2.2.0 it is done (18c0ffee)", "mox", "18c0ffee" },
	{ "Queued (0.123 seconds)", "hMailServer", NULL },
	{ "Mail OK queued as smtp8,DMCowACHOslvk6hWF1u7AA--.51185S2 1453888371", "Coremail",
	  "smtp8,DMCowACHOslvk6hWF1u7AA--.51185S2" },
	{ "OK: queued as.", "QQ Mail", NULL },
	{ "Great success", "Mailgun", NULL },
	{ "2.0.0 <a@example.org> gD5hBfZ6Z2VxAAAA+5Gd1w Saved", "Dovecot", "gD5hBfZ6Z2VxAAAA+5Gd1w" },
	{ "2.1.5 Ok SESSIONID=<cyrus-12823-1488397532-1> more", "Cyrus", "cyrus-12823-1488397532-1" },
	{ "2.5.0 Ok, envelope id 0JYZ00F3XABC@h.example.org", "Oracle Messaging Server", "0JYZ00F3XABC@h.example.org" },
	{ "Accepted, queued as A-77-b.", NULL, "A-77-b" },
	{ "2.0.0 Message received, queue id (77AB12)", NULL, "77AB12" },
	{ "2.0.0 Ok: queued as Message", NULL, NULL },
	{ "2.0.0 Ok: queued as", NULL, NULL },
	{ "2.0.0 Ok: queued as ", NULL, NULL },
	{ "2.0.0 Ok: queued as thunderbolt", NULL, NULL },
	{ "2.0.0 Ok: queued as \xff\xff\xff\x31\x32", NULL, NULL },
	{ "2.0.0 Ok", NULL, NULL },
	{ "ok", NULL, NULL },
	{ "OK id=", NULL, NULL },
	{ "OK id=pending", NULL, NULL },
	{ "ok 12 qp ", NULL, NULL },
	{ "[InternalId=", NULL, NULL },
	{ " - gsmtp", NULL, NULL },
	{ "", NULL, NULL },
};

static void test_acceptances(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(acceptances); i++) {
		const struct acceptance_case *t = &acceptances[i];
		sc_str software = sc_software_of_acceptance(sc_str_of(t->text));
		sc_str id       = sc_software_queue_id(sc_str_of(t->text));
		if ((software.at != NULL) != (t->software != NULL) || !sc_str_equal(software, sc_str_of(t->software)))
			fail_msg("%s: software \"%.*s\"", t->text, (int)software.len, software.at ? software.at : "");
		if ((id.at != NULL) != (t->id != NULL) || !sc_str_equal(id, sc_str_of(t->id)))
			fail_msg("%s: id \"%.*s\"", t->text, (int)id.len, id.at ? id.at : "");
		if (id.at && (id.at < t->text || id.at + id.len > t->text + strlen(t->text)))
			fail_msg("%s: the id is not of the text", t->text);
	}
	assert_null(sc_software_queue_id(SC_STR_NONE).at);
	assert_null(sc_software_of_acceptance(SC_STR_NONE).at);
}

static void test_huge(void **state)
{
	(void)state;
	static char text[1 << 20];
	char buf[64];
	memset(text, 'o', sizeof(text));
	sc_str s = { text, sizeof(text) };
	assert_null(sc_software_of_greeting(s, buf, sizeof(buf)).at);
	assert_null(sc_software_queue_id(s).at);
	assert_null(sc_software_host(s).at);
	for (size_t i = 0; i + 3 <= sizeof(text); i += 3)
		memcpy(text + i, "ok:", 3);
	assert_null(sc_software_queue_id(s).at);
	memcpy(text, "ok: queued as 0", 15);
	memset(text + 15, '0', 1000);
	assert_null(sc_software_queue_id(s).at);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_greetings),
		cmocka_unit_test(test_small_buffers),
		cmocka_unit_test(test_hosts),
		cmocka_unit_test(test_acceptances),
		cmocka_unit_test(test_huge),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
