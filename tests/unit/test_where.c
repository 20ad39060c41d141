/* test_where.c - filter expressions: which of the sample events each matches, and which names there are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/str.h"
#include "engine/where.h"
#include "engine/where_program.h"
#include "where_events.h"

#define BIT(sample) (1u << (sample))
#define REJ BIT(REJECTED)
#define ACC BIT(ACCEPTED)
#define TRA BIT(TRANSACTION)
#define SES BIT(SESSION)
#define EXC BIT(EXCHANGE)
#define DIA BIT(DIAGNOSIS)
#define FIN BIT(FINDING)
#define STA BIT(STATS)
#define HAN BIT(TLS)
#define MES BIT(MESSAGE)
#define ALL (BIT(SAMPLES) - 1)
#define IN_SESSION (ALL & ~(FIN | STA))   /* has a head */
#define SEES_SESSION (IN_SESSION & ~ACC)  /* and knows the session so far */

static const struct {
	const char *expression;
	unsigned    matches;
} cases[] = {
	/* the contract's own example */
	{ "outcome == \"rejected\" and rcpt_to.domain == \"example.org\" and cause != \"greylisted\"", REJ },

	/* words, case, quotes */
	{ "outcome == rejected", REJ },
	{ "outcome == 'REJECTED'", REJ },
	{ "outcome != rejected", ACC | TRA },
	{ "verb == mail", EXC },
	{ "helo.name == client.example.net", SEES_SESSION },
	{ "helo == client.example.net", TRA },
	{ "service == smtp", SEES_SESSION },
	{ "queue_id == 4bxyz", REJ },
	{ "rule == 'esc:5.1.1'", REJ },
	{ "text contains '\\x'", 0 },
	{ "text contains \"say \\\"no\\\"\"", 0 },

	/* absent is false, with != too */
	{ "cause == greylisted", 0 },
	{ "cause != greylisted", REJ },
	{ "not cause == greylisted", ALL },
	{ "size != 5 and event == delivery", ACC },
	{ "size > 0", ACC },
	{ "size == 0", TRA },
	{ "wire_size >= 0", 0 },
	{ "rcpt_to.local != x", REJ },
	{ "enhanced != 5.1.1", REJ },
	{ "attempt == 0", 0 },
	{ "end > 2000-01-01", 0 },

	/* a field alone */
	{ "permanent", REJ },
	{ "permanent == false", ACC },
	{ "permanent != true", ACC },
	{ "established == false", HAN },
	{ "established", 0 },
	{ "not established and event == tls", HAN },
	{ "encrypted", TRA },
	{ "encrypted == true", TRA },
	{ "encrypted in {true, false}", TRA },
	{ "cause", REJ },
	{ "mail_from", REJ | ACC | TRA },
	{ "mail_from.domain", ACC | TRA },
	{ "quirks", SEES_SESSION & ~(TRA | EXC | MES) },
	{ "session.quirks", SEES_SESSION },
	{ "capabilities", SEES_SESSION },
	{ "recipients", SEES_SESSION | STA },
	{ "recipients.rejected", SEES_SESSION },
	{ "recipients.deferred", 0 },
	{ "mail_params", TRA },
	{ "mail_params.size", TRA },
	{ "mail_params.SMTPUTF8", TRA },
	{ "mail_params.RET", 0 },
	{ "causes.spam", STA },
	{ "alert", HAN },
	{ "evidence.midstream", SEES_SESSION & ~(TRA | DIA) },
	{ "evidence", SEES_SESSION & ~TRA },
	{ "greeting", SEES_SESSION },
	{ "attempt", 0 },
	{ "client.port", IN_SESSION },
	{ "gap_octets", 0 },
	{ "exchanges", 0 },
	{ "session", IN_SESSION },
	{ "event", ALL },
	{ "ts", ALL },
	{ "parts", MES },
	{ "end", 0 },
	{ "tls", SEES_SESSION },

	/* paths */
	{ "mail_from == ''", REJ },
	{ "mail_from == '<>'", REJ },
	{ "mail_from != ''", ACC | TRA },
	{ "rcpt_to == Bob.Smith@example.org", REJ },
	{ "rcpt_to == '<Bob.Smith@EXAMPLE.ORG>'", REJ },
	{ "rcpt_to == bob.smith@example.org", 0 },
	{ "rcpt_to == Bob.Smith", 0 },
	{ "rcpt_to == postmaster", ACC },
	{ "rcpt_to in {a@example.org, Bob.Smith@example.org}", REJ },
	{ "rcpt_to contains smith", REJ },
	{ "rcpt_to endswith \"@example.org\"", REJ },
	{ "rcpt_to startswith 'BOB.'", REJ },
	{ "rcpt_to matches '^b.*@example\\.(org|net)$'", REJ },
	{ "rcpt_to.domain == EXAMPLE.org", REJ },
	{ "rcpt_to.local == Bob.Smith", REJ },
	{ "rcpt_to.local == bob.smith", 0 },
	{ "rcpt_to.local startswith bob", REJ },
	{ "rcpt_to.domain", REJ },

	/* lists */
	{ "recipients.rcpt_to == eve@example.com", TRA },
	{ "recipients.rcpt_to.domain == example.org", TRA },
	{ "recipients.rcpt_to.domain != example.org", TRA },
	{ "recipients.rcpt_to.domain == example.net", 0 },
	{ "recipients.outcome == deferred", TRA },
	{ "recipients.outcome in {rejected, withdrawn}", TRA },
	{ "recipients.code > 500", TRA },
	{ "recipients.code > 550", 0 },
	{ "recipients.params.NOTIFY == never", TRA },
	{ "recipients.params contains notify", TRA },
	{ "recipients.rejected > 0", SEES_SESSION },
	{ "capabilities contains starttls", SEES_SESSION },
	{ "capabilities == starttls", SEES_SESSION },
	{ "capabilities == size", 0 },
	{ "capabilities startswith 'AUTH '", SEES_SESSION },
	{ "capabilities != starttls", SEES_SESSION },
	{ "text contains 'second'", EXC },
	{ "text matches '^second'", EXC },
	{ "text contains blocked", REJ },
	{ "text matches 'user.blocked'", REJ },
	{ "text endswith '192.0.2.9'", REJ },
	{ "parts.size > 5M", MES },
	{ "parts.name endswith .zip", MES },

	/* quirks and kinds are known words */
	{ "quirks contains bare_lf", SEES_SESSION & ~(TRA | EXC | MES) },
	{ "quirks == tcp_urgent", SEES_SESSION & ~(TRA | EXC | MES) },
	{ "quirks in {no_quit, BARE_LF}", SEES_SESSION & ~(TRA | EXC | MES) },
	{ "quirks startswith tcp_", SEES_SESSION & ~(TRA | EXC | MES) },
	{ "quirks matches '^bare|^nested'", SEES_SESSION & ~(TRA | EXC | MES) },
	{ "quirks != bare_lf", SEES_SESSION & ~(TRA | EXC | MES) },
	{ "quirks == no_quit", 0 },
	{ "session.quirks == bare_lf and event == transaction", TRA },
	{ "event == delivery", REJ | ACC },
	{ "event != delivery", ALL & ~(REJ | ACC) },
	{ "event in {stats, finding}", STA | FIN },
	{ "event startswith d", REJ | ACC | DIA },
	{ "event matches 's$'", DIA | STA | HAN },

	/* maps */
	{ "mail_params.SIZE == 1500", TRA },
	{ "mail_params.size > 1k", TRA },
	{ "mail_params.SIZE in {1, 1500}", TRA },
	{ "mail_params.SIZE == '1500'", TRA },
	{ "mail_params.SIZE < 1500", 0 },
	{ "mail_params.BODY == 8bitmime", TRA },
	{ "mail_params.BODY > 5", 0 },
	{ "mail_params.BODY != 5", 0 },
	{ "mail_params.SMTPUTF8 == ''", TRA },
	{ "mail_params contains smtp", TRA },
	{ "mail_params == body", TRA },
	{ "observed.rcpt_rate >= 100", FIN },
	{ "causes.spam > 5", STA },
	{ "causes.greylisted > 5", 0 },
	{ "causes contains grey", STA },

	/* numbers */
	{ "code == 550", REJ },
	{ "code >= 400 and code < 600", REJ },
	{ "code in {250, 550}", REJ | EXC },
	{ "code == '550'", REJ },
	{ "size >= 1.5M", ACC },
	{ "size > 1.5M", 0 },
	{ "size == 1500k", ACC },
	{ "size == 1500kB", ACC },
	{ "size <= 1G", ACC | TRA },
	{ "octets.client == 1k", SEES_SESSION },
	{ "octets == 5k", STA },
	{ "server.port == 25", IN_SESSION },
	{ "frames.first <= 3", IN_SESSION },
	{ "retry_after_s == 5m", REJ },
	{ "retry_after_s > 4m", REJ },
	{ "retry_after_s == 300", REJ },
	{ "size < 18446744073709551615", ACC | TRA },

	/* durations and times */
	{ "timing.greeting_ms == 12.345", SEES_SESSION },
	{ "timing.greeting_ms == 12.3456789", SEES_SESSION },
	{ "timing.helo_ms == 250", SEES_SESSION },
	{ "timing.helo_ms == 0.25s", SEES_SESSION },
	{ "timing.helo_ms < 250ms", 0 },
	{ "timing.tls_ms >= 0", 0 },
	{ "timing.eom_ms == 1.5m", TRA },
	{ "timing.eom_ms > 1m", TRA },
	{ "timing.eom_ms < 1h", TRA },
	{ "latency_ms < 0", EXC },
	{ "latency_ms < 1", EXC },
	{ "ts == 2026-01-31T12:00:00.123456Z", ALL },
	{ "ts == '2026-01-31T12:00:00.123456789Z'", ALL },
	{ "ts == 2026-01-31T13:00:00.123456+01:00", ALL },
	{ "ts == 2026-01-31t07:00:00.123456-05:00", ALL },
	{ "ts >= 2026-01-31", ALL },
	{ "ts < 2026-02-01", ALL },
	{ "ts > '2026-01-31 12:00'", ALL },
	{ "ts > 2026-01-31T12:00:01", 0 },
	{ "ts > 2024-02-29T23:59:60Z", ALL },
	{ "ts < 2261-12-31", ALL },
	{ "ts startswith 2026-01-31T12:00:0", ALL },
	{ "start <= 2026-02-28", SEES_SESSION },
	{ "session.start <= 2026-02-28", SEES_SESSION },

	/* addresses and networks */
	{ "client.ip == 192.0.2.1", IN_SESSION },
	{ "client.ip != 192.0.2.1", 0 },
	{ "client.ip != 192.0.2.2", IN_SESSION },
	{ "client.ip in 192.0.2.0/24", IN_SESSION },
	{ "client.ip == 192.0.2.0/24", IN_SESSION },
	{ "client.ip in 10.0.0.0/8", 0 },
	{ "client.ip in {10.0.0.0/8, 2001:db8::/32, 192.0.0.0/14}", IN_SESSION },
	{ "client.ip in 0.0.0.0/0", IN_SESSION },
	{ "client.ip in ::/0", 0 },
	{ "client.ip in 192.0.2.0/31", IN_SESSION },
	{ "client.ip in 192.0.2.2/31", 0 },
	{ "client.ip in 192.0.2.1/32", IN_SESSION },
	{ "server.ip in {10.0.0.0/8, 2001:db8::/32}", IN_SESSION },
	{ "server.ip == 2001:DB8::1", IN_SESSION },
	{ "server.ip in 2001:db8::2/127", 0 },
	{ "server.ip in 2001:db8::/127", IN_SESSION },
	{ "server.ip != 10.0.0.0/8", IN_SESSION },
	{ "client.ip startswith '192.0.'", IN_SESSION },
	{ "client.ip contains 192", IN_SESSION },

	/* ids and enhanced codes */
	{ "session == \"0123456789abcdef\"", IN_SESSION },
	{ "session == 0123456789ABCDEF", IN_SESSION },
	{ "session != 0123456789abcdef", 0 },
	{ "session in {0000000000000001, 0123456789abcdef}", IN_SESSION },
	{ "session startswith 0123", IN_SESSION },
	{ "story == fedcba9876543210", REJ },
	{ "enhanced == 5.1.10", REJ },
	{ "enhanced == \"5.1.1\"", 0 },
	{ "enhanced startswith \"5.1\"", REJ },
	{ "enhanced startswith 4", 0 },
	{ "enhanced > 5.1.9", REJ },
	{ "enhanced in {5.1.10, 4.2.2}", REJ },
	{ "recipients.enhanced == 5.1.1", TRA },

	/* one name, several meanings */
	{ "confidence == likely", DIA },
	{ "confidence > 50", FIN },
	{ "confidence != 50", FIN },
	{ "confidence in {80, 90}", FIN },
	{ "confidence != sure", DIA },
	{ "subject == hello", MES },
	{ "subject.value == 192.0.2.1", FIN },
	{ "tls.version == TLSv1.2", SEES_SESSION & ~HAN },
	{ "tls.version == TLSv1.3", HAN },
	{ "tls.version >= TLSv1.2", SEES_SESSION },
	{ "tls.version < TLSv1.3", SEES_SESSION & ~HAN },
	{ "tls.alert.name == unknown_ca", HAN },
	{ "alert.code == 48", HAN },

	/* a kind before the name */
	{ "delivery.code == 550", REJ },
	{ "delivery.code", REJ },
	{ "exchange.code == 250", EXC },
	{ "delivery.client.ip == 192.0.2.1", REJ | ACC },
	{ "delivery.ts > 2000-01-01", REJ | ACC },
	{ "session.starttls == established", SEES_SESSION },
	{ "session.client.ip == 192.0.2.1", IN_SESSION },
	{ "story.attempts > 1", 0 },

	/* and, or, not */
	{ "true", ALL },
	{ "false", 0 },
	{ "not true", 0 },
	{ "!false", ALL },
	{ "not not true", ALL },
	{ "true and false", 0 },
	{ "true or false", ALL },
	{ "true or true and false", ALL },
	{ "(true or true) and false", 0 },
	{ "false and true or true", ALL },
	{ "false and (true or true)", 0 },
	{ "not false and false", 0 },
	{ "not (false and false)", ALL },
	{ "not false or true", ALL },
	{ "false or false or true", ALL },
	{ "true and true and true and false", 0 },
	{ "event == stats or event == tls and established", STA },
	{ "(event == stats || event == tls) && !established", STA | HAN },
	{ "NOT event == stats AND NOT event", 0 },
	{ "((((((event == stats))))))", STA },
	{ "not(event==stats)and not(event==finding)", IN_SESSION },
	{ "\tevent\n==\r\nstats ", STA },
	{ "code==550", REJ },
	{ "code<400", EXC },
};

static unsigned matches(const struct sc_where *w)
{
	unsigned got = 0;
	for (size_t i = 0; i < SAMPLES; i++)
		got |= sc_where_match(w, &sample_events[i]) ? BIT(i) : 0;
	return got;
}

static bool check_case(const char *e, unsigned expected)
{
	struct sc_where *w;
	struct sc_where_error error;
	if (sc_where_open(&w, sc_str_of(e), &error)) {
		print_error("%s: refused: %s; %s (%zu+%zu)\n", e, error.text, error.hint, error.at, error.len);
		return false;
	}
	unsigned got = matches(w);
	sc_where_close(w);
	if (got != expected)
		print_error("%s: matches %03x, expected %03x\n", e, got, expected);
	return got == expected;
}

static void test_cases(void **state)
{
	(void)state;
	size_t wrong = 0;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		wrong += !check_case(cases[i].expression, cases[i].matches);
	assert_int_equal(wrong, 0);
}

/* The expression may go away once it is compiled, keys of maps and patterns too. */
static void test_borrows_nothing(void **state)
{
	(void)state;
	char text[] = "mail_params.BODY == '8BITMIME' and helo matches 'cl.*' and via == DATA";
	struct sc_where *w;
	struct sc_where_error error;
	assert_int_equal(sc_where_open(&w, (sc_str){ text, sizeof(text) - 1 }, &error), SC_OK);
	memset(text, 'x', sizeof(text));
	assert_int_equal(matches(w), TRA);
	sc_where_close(w);
}

static unsigned class_count(sc_str name)
{
	unsigned classes = 0, count = 0;
	for (unsigned kind = 0; kind < SC_EVENT_KINDS; kind++) {
		struct sc_where_ref ref;
		if (sc_where_resolve(name, (enum sc_event_kind)kind, &ref) && ref.cls != SC_CLASS_NONE)
			classes |= 1u << ref.cls;
	}
	for (; classes; classes &= classes - 1)
		count++;
	return count;
}

/* Every name that is told can be used alone, and compared unless it only holds others. */
static void test_all_names(void **state)
{
	(void)state;
	size_t count = 0;
	bool confidence[2] = { false, false };
	struct sc_where_walk walk = { 0 };
	struct sc_where_field f;
	while (sc_where_next_field(&walk, &f)) {
		struct sc_where *w;
		struct sc_where_error error;
		count++;
		if (sc_where_open(&w, sc_str_of(f.name), &error))
			fail_msg("%s: %s", f.name, error.text);
		(void)matches(w);
		sc_where_close(w);
		bool holds_others = f.field->type == SC_TYPE_object || f.field->type == SC_TYPE_list;
		if (f.kinds == 0 || (class_count(sc_str_of(f.name)) == 0 && !holds_others))
			fail_msg("%s: kinds %llx", f.name, (unsigned long long)f.kinds);
		if (class_count(sc_str_of(f.name)) > 3)
			fail_msg("%s: more meanings than the compiler has room for", f.name);
		if (strcmp(f.name, "confidence") == 0)
			confidence[f.field->type == SC_TYPE_count] = f.kinds == (f.field->type == SC_TYPE_count ?
				SC_WANT(SC_EVENT_finding) : SC_WANT(SC_EVENT_diagnosis) | SC_WANT(SC_EVENT_story));
		if (strcmp(f.name, "rcpt_to.domain") == 0)
			assert_true(f.kinds == (SC_WANT(SC_EVENT_delivery) | SC_WANT(SC_EVENT_story)));
		if (strcmp(f.name, "client.ip") == 0)
			assert_true(f.kinds == SC_WANT(SC_EVENT_KINDS) - 1);
	}
	assert_true(count > 200 && count < 1000);
	assert_true(confidence[0] && confidence[1]);
	assert_false(sc_where_next_field(&walk, &f));
}

static void test_names_are_told_once(void **state)
{
	(void)state;
	static struct sc_where_field seen[1000];
	size_t count = 0;
	struct sc_where_walk walk = { 0 };
	while (sc_where_next_field(&walk, &seen[count])) {
		for (size_t i = 0; i < count; i++)
			if (seen[i].field->type == seen[count].field->type && !strcmp(seen[i].name, seen[count].name))
				fail_msg("%s comes twice", seen[i].name);
		count++;
	}
}

static void test_distance(void **state)
{
	(void)state;
	assert_int_equal(sc_where_distance(SC_STR(""), SC_STR("")), 0);
	assert_int_equal(sc_where_distance(SC_STR("abc"), SC_STR("")), 3);
	assert_int_equal(sc_where_distance(SC_STR(""), SC_STR("abc")), 3);
	assert_int_equal(sc_where_distance(SC_STR("code"), SC_STR("CODE")), 0);
	assert_int_equal(sc_where_distance(SC_STR("cdoe"), SC_STR("code")), 1);
	assert_int_equal(sc_where_distance(SC_STR("domian"), SC_STR("domain")), 1);
	assert_int_equal(sc_where_distance(SC_STR("rcpt.domian"), SC_STR("rcpt_to.domain")), 4);
	assert_int_equal(sc_where_distance(SC_STR("kitten"), SC_STR("sitting")), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),     cmocka_unit_test(test_borrows_nothing),
		cmocka_unit_test(test_all_names), cmocka_unit_test(test_names_are_told_once),
		cmocka_unit_test(test_distance),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
