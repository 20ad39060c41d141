/* test_sorting.c - which connections become sessions, on ports of mail and on others, and what the rest is called: with an
 * adviser that is made up, and with nDPI where the program has it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "input/ndpi.h"
#include "net/classify.h"
#include "wire_fixture.h"

/* ---- an adviser that is made up ---- */

struct fake {
	int open, asked;
	size_t octets;
};

static struct fake fake;

static void *fake_open(uint64_t memory)
{
	assert_true(memory > 0);
	return &fake;
}

static void fake_close(void *self)
{
	assert_ptr_equal(self, &fake);
	assert_int_equal(fake.open, 0); /* every connection was ended */
}

static void *fake_begin(void *self, uint64_t number, uint16_t client_port, uint16_t server_port)
{
	assert_true(self == &fake && number > 0 && client_port == 40000 && server_port == 25);
	fake.open++;
	return fake.asked < 100 ? &fake.open : NULL;
}

/* Takes what has an M in it for mail, and what has a Z for Z, one risk; knows nothing of the rest, for ever. */
static struct sc_advice fake_hear(void *self, void *connection, bool from_server, sc_str octets, sc_time when)
{
	assert_true(self == &fake && connection == &fake.open && when != SC_TIME_NONE);
	fake.asked++;
	fake.octets += octets.len;
	(void)from_server;
	bool mail = sc_str_find(octets, 'M') != SIZE_MAX, zet = sc_str_find(octets, 'Z') != SIZE_MAX;
	return (struct sc_advice){ .protocol = mail ? "SMTP" : zet ? "Z" : NULL, .mail = mail, .risks = zet ? 2 : 0, .done = zet };
}

static void fake_end(void *self, void *connection)
{
	assert_true(self == &fake && connection == &fake.open);
	fake.open--;
}

static const char *fake_version(void)
{
	return "1";
}

static const char *const fake_risks[] = { "first", "second", NULL };
static const struct sc_adviser_class fake_class = { "fake", fake_version, fake_risks, fake_open, fake_close, fake_begin, fake_hear,
	fake_end };

/* ---- what comes out ---- */

struct seen {
	struct talk *talk;
	size_t sessions, others;
	char protocol[32], by[16], risk[32], stats[64];
	bool midstream;
};

static void on_event(void *ctx, const struct sc_event *ev)
{
	struct seen *s = ctx;
	if (ev->kind == SC_EVENT_session) {
		const struct sc_ev_session *x = ev->body;
		s->sessions++;
		s->midstream = x->evidence.midstream;
		if (x->ndpi.risks.count)
			copy_word(s->risk, sizeof(s->risk), x->ndpi.risks.items[0]);
	} else if (ev->kind == SC_EVENT_non_smtp) {
		const struct sc_ev_non_smtp *x = ev->body;
		s->others++;
		copy_word(s->protocol, sizeof(s->protocol), sc_str_of(x->protocol));
		copy_word(s->by, sizeof(s->by), x->by ? sc_str_of(x->by) : SC_STR(""));
	} else if (ev->kind == SC_EVENT_stats) {
		const struct sc_ev_stats *x = ev->body;
		snprintf(s->stats, sizeof(s->stats), x->non_smtp.count ? "%s %d" : "none", x->non_smtp.count ?
			x->non_smtp.items[0].name : "", (int)(x->non_smtp.count ? x->non_smtp.items[0].count : 0));
	}
}

static struct seen *open_seen(bool mail_port, const struct sc_adviser_class *adviser)
{
	static const uint16_t elsewhere[] = { 587 };
	struct seen *s = calloc(1, sizeof(*s));
	assert_non_null(s);
	s->talk = talk_open();
	sc_engine_close(s->talk->engine);
	struct sc_engine_config config = { .memory = UINT64_C(16) << 20, .seed = 1, .any_port = true, .adviser = adviser,
		.ports = mail_port ? NULL : elsewhere, .port_count = mail_port ? 0 : 1, .emit = on_event, .emit_ctx = s };
	fake = (struct fake){ 0 };
	assert_int_equal(sc_engine_open(&s->talk->engine, &config), SC_OK);
	return s;
}

static void close_seen(struct seen *s)
{
	struct sc_engine_totals totals;
	sc_engine_finish(s->talk->engine);
	sc_engine_totals(s->talk->engine, &totals);
	sc_engine_tell_stats(&totals, 1, 0, on_event, s);
	sc_engine_close(s->talk->engine);
	free(s->talk);
}

/* Lines "C:..." and "S:..." */
static void converse(struct talk *t, const char *const *lines)
{
	for (; *lines; lines++)
		say(t, **lines == 'C' ? SC_CLIENT : SC_SERVER, *lines + 2);
}

struct row {
	const char *name;
	bool mail_port, midstream, open;
	const char *lines[10];
	size_t sessions;
	const char *protocol, *by; /* NULL: no such event */
};

static void play(const struct row *r, const struct sc_adviser_class *adviser, const char *protocol, const char *by)
{
	struct seen *s = open_seen(r->mail_port, adviser);
	if (!r->midstream)
		handshake(s->talk);
	converse(s->talk, r->lines);
	if (!r->open) {
		fin(s->talk, SC_CLIENT);
		fin(s->talk, SC_SERVER);
		ack(s->talk, SC_CLIENT);
	}
	close_seen(s);
	if (s->sessions != r->sessions)
		fail_msg("%s: %zu sessions", r->name, s->sessions);
	if (s->others != (protocol != NULL) || (protocol && (strcmp(s->protocol, protocol) || strcmp(s->by, by))))
		fail_msg("%s: %zu others, %s by %s", r->name, s->others, s->protocol, s->by);
	if ((strcmp(s->stats, "none") == 0) != (protocol == NULL) || (protocol && strncmp(s->stats, protocol, strlen(protocol))))
		fail_msg("%s: stats %s", r->name, s->stats);
	free(s);
}

static const struct row rows[] = {
	{ "mail", true, false, false, { "S:220 a ESMTP\r\n", "C:EHLO b\r\n", "S:250 a\r\n" }, 1, NULL, NULL },
	{ "SSH", true, false, false, { "S:SSH-2.0-x\r\n", "C:SSH-2.0-y\r\n" }, 0, "SSH", "opening" },
	{ "SSH from one side", true, false, false, { "C:SSH-2.0-y\r\n" }, 0, "SSH", "opening" },
	{ "IMAP", true, false, false, { "S:* OK ready\r\n", "C:a LOGIN b c\r\n" }, 0, "IMAP", "opening" },
	{ "a web server", true, false, false, { "C:GET / HTTP/1.1\r\n\r\n", "S:HTTP/1.1 200 OK\r\n\r\n" }, 0, "HTTP", "opening" },
	{ "a browser at a mail server", true, false, false, { "C:GET / HTTP/1.1\r\n\r\n", "S:220 a ESMTP\r\n" }, 1, NULL, NULL },
	{ "neither", true, false, false, { "C:\x99\x98", "S:\x97" }, 0, "unknown", "" },
	{ "neither, and it goes on", true, false, true, { "C:\x99\x98", "S:\x97" }, 0, NULL, NULL },
	{ "the middle of a message", true, true, false, { "C:SSH-2.0-y\r\nwas seen", "C:GET / HTTP/1.1\r\n" }, 0, NULL, NULL },
	{ "nothing said", true, false, false, { NULL }, 0, NULL, NULL },
	{ "elsewhere: mail", false, false, false, { "S:220 a ESMTP\r\n", "C:EHLO b\r\n", "S:250 a\r\n" }, 1, NULL, NULL },
	{ "elsewhere: LMTP", false, false, false, { "S:220 a LMTP\r\n", "C:LHLO b\r\n", "S:250 a\r\n" }, 1, NULL, NULL },
	{ "elsewhere: no service", false, false, false, { "S:554 a no SMTP here\r\n" }, 1, NULL, NULL },
	{ "elsewhere: the client first", false, false, false, { "C:EHLO b\r\n", "S:220 a\r\n", "S:250 a\r\n" }, 1, NULL, NULL },
	{ "elsewhere: behind PROXY", false, false, false, { "C:PROXY TCP4 192.0.2.9 192.0.2.1 9 25\r\n", "S:220 a ESMTP\r\n",
		"C:EHLO b\r\n", "S:250 a\r\n" }, 1, NULL, NULL },
	{ "elsewhere: FTP", false, false, false, { "S:220 ftp\r\n", "C:USER a\r\n", "S:331 b\r\n" }, 0, NULL, NULL },
	{ "elsewhere: HTTP that speaks of mail", false, false, false, { "C:POST / HTTP/1.1\r\n\r\n", "C:EHLO b\r\nMAIL FROM:<a@b.example>\r\n",
		"S:220 a ESMTP\r\n" }, 0, NULL, NULL },
	{ "elsewhere: the middle of a dialogue", false, true, false, { "C:xyz", "C:MAIL FROM:<a@example.org>\r\n", "S:250 ok\r\n",
		"C:RCPT TO:<b@example.net>\r\n", "S:250 ok\r\n" }, 1, NULL, NULL },
	{ "elsewhere: late words in a stream seen whole", false, false, false, { "C:abc\r\n", "C:MAIL FROM:<a@example.org>\r\n",
		"S:250 ok\r\n" }, 0, NULL, NULL },
	{ "elsewhere: SSH", false, false, false, { "S:SSH-2.0-x\r\n", "C:SSH-2.0-y\r\n" }, 0, NULL, NULL },
};

static void test_without_adviser(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		play(&rows[i], NULL, rows[i].protocol, rows[i].by);
}

/* nDPI may name what our beginnings do not, and loses nothing of what they find. */
static void test_ndpi_agrees(void **state)
{
	(void)state;
	if (!sc_ndpi_class())
		skip();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		play(&rows[i], sc_ndpi_class(), rows[i].protocol, rows[i].by);
	static const struct row redis = { "Redis", true, false, false, { "C:*1\r\n$4\r\nPING\r\n", "S:+PONG\r\n",
		"C:*1\r\n$4\r\nPING\r\n", "S:+PONG\r\n" }, 0, NULL, NULL };
	play(&redis, sc_ndpi_class(), "Redis", "nDPI");
	play(&redis, NULL, "unknown", "");
}

static void test_ndpi_risks(void **state)
{
	static const char *const login[] = { "S:220 a ESMTP\r\n", "C:EHLO b\r\n", "S:250-a\r\n250 AUTH PLAIN\r\n",
		"C:AUTH PLAIN AHVzZXIAcGFzc3dvcmQ=\r\n", "S:235 ok\r\n", "C:MAIL FROM:<a@example.org>\r\n", "S:250 ok\r\n", NULL };
	(void)state;
	if (!sc_ndpi_class())
		skip();
	struct seen *s = open_seen(true, sc_ndpi_class());
	handshake(s->talk);
	converse(s->talk, login);
	close_seen(s);
	assert_string_equal(s->risk, "clear_text_credentials");
	free(s);
}

static void test_advice(void **state)
{
	static const struct row named = { "named by the adviser", true, false, false, { "C:abc", "S:Z" }, 0, NULL, NULL };
	static const struct row found = { "found by the adviser", false, false, false, { "C:abc", "S:2M\r\n", "S:220 a ESMTP\r\n",
		"C:EHLO b\r\n", "S:250 a\r\n" }, 1, NULL, NULL };
	static const struct row wrong = { "wrongly found", false, false, false, { "C:M", "S:xyz\r\n" }, 0, NULL, NULL };
	static const struct row other = { "elsewhere, another", false, false, false, { "C:Z", "S:220 a ESMTP\r\n" }, 0, NULL, NULL };
	static const struct row middle = { "in the middle", true, true, false, { "C:Z", "S:Z" }, 0, NULL, NULL };
	(void)state;
	play(&named, &fake_class, "Z", "fake");
	play(&found, &fake_class, NULL, NULL);
	play(&wrong, &fake_class, NULL, NULL);
	play(&other, &fake_class, NULL, NULL);
	play(&middle, &fake_class, NULL, NULL);
}

/* Whoever speaks SMTP is heard from where a password may come; where none can, not at all. */
static void test_risks_of_a_session(void **state)
{
	static const char *const login[] = { "S:220 a ESMTP\r\n", "C:EHLO b\r\n", "S:250-a\r\n250 AUTH PLAIN\r\n", "C:AUTH PLAIN Z\r\n", NULL };
	static const char *const none[] = { "S:220 a ESMTP\r\n", "C:EHLO Z\r\n", "S:250-a\r\n250 SIZE\r\n", "C:MAIL FROM:<Z@b.example>\r\n",
		"S:250 Z\r\n", NULL };
	(void)state;
	for (int i = 0; i < 2; i++) {
		struct seen *s = open_seen(true, &fake_class);
		handshake(s->talk);
		converse(s->talk, i ? none : login);
		close_seen(s);
		assert_int_equal(s->sessions, 1);
		assert_string_equal(s->risk, i ? "" : "second");
		assert_int_equal(fake.asked, i ? 0 : 2); /* the offer, and what came of it */
		free(s);
	}
}

/* What is no mail is not read on; only its end is looked for, and then its ports may be used anew. */
static void test_passed(void **state)
{
	(void)state;
	for (int end = 0; end < 2; end++) {
		struct seen *s = open_seen(false, NULL);
		const struct sc_counters *c = sc_engine_counters(s->talk->engine);
		handshake(s->talk);
		say(s->talk, SC_CLIENT, "GET / HTTP/1.1\r\n\r\n");
		s->talk->seq[SC_SERVER] += 1000; /* missing, and nobody cares */
		say(s->talk, SC_SERVER, "HTTP/1.1 200 OK\r\n\r\n");
		say(s->talk, SC_CLIENT, "MAIL FROM:<a@b.example>\r\n");
		assert_int_equal(c->octets_passed, 19 + 25);
		assert_int_equal(c->packets_passed, 2);
		if (end == 0) {
			fin(s->talk, SC_CLIENT);
			say(s->talk, SC_SERVER, "220 a ESMTP\r\n");
			fin(s->talk, SC_SERVER);
		} else {
			segment(s->talk, SC_CLIENT, SC_TCP_RST, s->talk->seq[SC_CLIENT], 0, SC_STR(""), SC_STR(""));
		}
		say(s->talk, SC_CLIENT, "late");
		assert_int_equal(c->octets_after_close, 4);
		assert_int_equal(c->gap_octets, 0);
		close_seen(s);
		assert_int_equal(s->sessions, 0);
		free(s);
	}
}

/* Elsewhere few runs are looked at, and then the connection is left alone. */
static void test_looks_end(void **state)
{
	(void)state;
	struct seen *s = open_seen(false, &fake_class);
	handshake(s->talk);
	for (int i = 0; i < 40; i++)
		say(s->talk, SC_CLIENT, "neither this nor that");
	assert_true(fake.asked > 0 && fake.asked <= 8);
	assert_int_equal(fake.open, 0);
	close_seen(s);
	free(s);
}

/* Names are kept in their order; what finds no place is counted together. */
static void test_names(void **state)
{
	struct sc_engine_named names[SC_ENGINE_OTHERS] = { 0 }, sum[SC_ENGINE_OTHERS] = { 0 };
	char name[64];
	(void)state;
	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "protocol-%02d", (i * 7) % 50);
		sc_engine_name(names, name, 1);
	}
	sc_engine_name(names, "a name that is much longer than its place", 3);
	sc_engine_names_add(sum, names);
	sc_engine_names_add(sum, names);
	uint64_t all = 0;
	for (size_t i = 0; i < SC_ENGINE_OTHERS; i++) {
		all += names[i].count;
		assert_int_equal(sum[i].count, 2 * names[i].count);
		assert_string_equal(sum[i].name, names[i].name);
		if (i > 0 && i < SC_ENGINE_OTHERS - 1)
			assert_true(strcmp(names[i - 1].name, names[i].name) < 0);
	}
	assert_int_equal(all, 103);
	assert_string_equal(names[SC_ENGINE_OTHERS - 1].name, "others");
}

static void test_beginnings(void **state)
{
	static const struct {
		const char *text;
		enum sc_side side;
		bool later, mail, hello;
		const char *other;
	} cases[] = {
		{ "220 a", SC_SERVER, false, true, false, NULL }, { "2", SC_SERVER, false, true, false, NULL },
		{ "250 a", SC_SERVER, false, false, false, NULL }, { "220 a", SC_CLIENT, false, false, false, NULL },
		{ "ehlo a", SC_CLIENT, false, true, false, NULL }, { "EHLOa", SC_CLIENT, false, false, false, NULL },
		{ "mail from:<", SC_CLIENT, true, true, false, NULL }, { "MAIL FROM:", SC_CLIENT, true, false, false, NULL },
		{ "MAIL FROM:<a", SC_CLIENT, false, false, false, NULL }, { "\x16\x03\x01", SC_CLIENT, false, false, true, NULL },
		{ "\x16\x02", SC_CLIENT, false, false, false, NULL }, { "\x16\x03\x01\x01\x01\x02", SC_CLIENT, false, false, false, NULL },
		{ "GET", SC_CLIENT, false, false, false, NULL }, { "GET /", SC_CLIENT, false, false, false, "HTTP" },
		{ "get /", SC_CLIENT, false, false, false, NULL }, { "GET /", SC_SERVER, false, false, false, NULL },
		{ "+OK", SC_SERVER, false, false, false, "POP3" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		sc_str s = sc_str_of(cases[i].text);
		const char *other = sc_classify_other(cases[i].side, s);
		bool same = cases[i].other ? other && strcmp(other, cases[i].other) == 0 : !other;
		if (sc_classify_mail(cases[i].side, s, cases[i].later) != cases[i].mail || sc_classify_hello(s) != cases[i].hello || !same)
			fail_msg("%s", cases[i].text);
	}
	assert_false(sc_classify_mail(SC_SERVER, SC_STR(""), true) || sc_classify_hello(SC_STR("")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_beginnings),
		cmocka_unit_test(test_without_adviser),
		cmocka_unit_test(test_advice),
		cmocka_unit_test(test_risks_of_a_session),
		cmocka_unit_test(test_passed),
		cmocka_unit_test(test_looks_end),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_ndpi_agrees),
		cmocka_unit_test(test_ndpi_risks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
