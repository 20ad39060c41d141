/* test_selection.c - windows of time, --where and --fail-on, sessions that wait for a match, and privacy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "app/keeper.h"
#include "app/privacy.h"
#include "app/say.h"
#include "app/selection.h"

#define START (INT64_C(1577869200) * SC_SECOND) /* 2020-01-01T09:00:00Z */

static const struct sc_ev_head head = { .session = 1 };

static struct sc_ev_delivery delivery_to(const char *to, const char *outcome)
{
	return (struct sc_ev_delivery){ .n = 1, .rcpt_to = sc_str_of(to), .outcome = outcome, .size = SC_NONE, .declared_size = SC_NONE,
		                        .retry_after_s = SC_NONE };
}

static struct sc_event event_of(enum sc_event_kind kind, const void *body, uint64_t flow, sc_time when)
{
	return (struct sc_event){ .kind = kind, .flow = flow, .packet = flow, .when = when, .head = &head,
		                  .body = body };
}

static sc_err open_selection(struct sc_selection *s, const struct sc_options *o, char *said, size_t size)
{
	struct sc_text t = sc_text_into(said, size - 1);
	sc_say_into(&t);
	sc_err err = sc_selection_open(s, o, START + 3600 * SC_SECOND);
	sc_say_into(NULL);
	said[t.len] = '\0';
	return err;
}

static void test_window(void **state)
{
	(void)state;
	static const struct {
		const char *name, *since, *until;
		int64_t at; /* seconds after START */
		bool inside;
	} cases[] = {
		{ "open", NULL, NULL, 0, true },
		{ "just in", "2020-01-01T09:00:10", NULL, 10, true },
		{ "just before", "2020-01-01T09:00:10", NULL, 9, false },
		{ "the end is out", NULL, "2020-01-01T09:00:10", 10, false },
		{ "before the end", NULL, "2020-01-01T09:00:10", 9, true },
		{ "time of day", "09:30", "10:00", 1800, true },
		{ "time of day, early", "09:30", "10:00", 1799, false },
		{ "over midnight", "23:00", "01:00", 15 * 3600, true },
		{ "over midnight, late", "23:00", "01:00", 16 * 3600, false },
		{ "relative", "-30m", NULL, 1799, false },
		{ "relative, in", "-30m", NULL, 1801, true },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sc_options o = { .since = cases[i].since, .until = cases[i].until, .utc = true };
		struct sc_selection s;
		char said[256];
		assert_int_equal(open_selection(&s, &o, said, sizeof(said)), SC_OK);
		sc_selection_begin(&s, START);
		struct sc_ev_delivery d = delivery_to("b@example.org", "accepted");
		struct sc_event ev = event_of(SC_EVENT_delivery, &d, 1, START + cases[i].at * SC_SECOND);
		if (sc_selection_match(&s, &ev) != cases[i].inside)
			fail_msg("%s", cases[i].name);
		sc_selection_close(&s);
	}
}

static void test_refused(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		struct sc_options o;
		const char *said;
	} cases[] = {
		{ "since", { .since = "soon" }, "smtpscope: --since: no time: \"soon\"" },
		{ "until", { .until = "2020-13-01" }, "smtpscope: --until: no time" },
		{ "upside down", { .since = "2020-01-02", .until = "2020-01-01" }, "--until: not after --since" },
		{ "fail-on", { .fail_on = "outcom == \"x\"" }, "--fail-on: unknown field \"outcom\"\n    outcom ==" },
		{ "caret", { .where = "code == 1 and outcom == \"x\"" },
		  "\n    code == 1 and outcom == \"x\"\n                  ^^^^^^ did you mean" },
		{ "caret behind wide letters", { .where = "text == \"\346\274\242\345\255\227\" and outcom" },
		  "\n                       ^^^^^^ " },
		{ "control octets", { .where = "\033[2J == 1" }, "\n    \\x1b[2J == 1\n" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sc_selection s;
		char said[1024];
		sc_err err = open_selection(&s, &cases[i].o, said, sizeof(said));
		if (err != SC_EUSAGE || !strstr(said, cases[i].said))
			fail_msg("%s: result %d, said: %s", cases[i].name, (int)err, said);
		sc_selection_close(&s);
	}
}

static void test_fail_on(void **state)
{
	(void)state;
	struct sc_options o = { .where = "outcome == \"accepted\"", .fail_on = "outcome == \"rejected\"",
		                .since = "2020-01-01T09:00:10", .utc = true };
	struct sc_selection s;
	char said[256];
	assert_int_equal(open_selection(&s, &o, said, sizeof(said)), SC_OK);
	sc_selection_begin(&s, START);
	struct sc_ev_delivery d = delivery_to("b@example.org", "rejected");
	struct sc_event ev = event_of(SC_EVENT_delivery, &d, 1, START);
	assert_false(sc_selection_match(&s, &ev));
	assert_false(s.failed); /* outside the window */
	ev.when += 10 * SC_SECOND;
	assert_false(sc_selection_match(&s, &ev)); /* --where has it go, */
	assert_true(s.failed);                     /* --fail-on still sees it */
	sc_selection_close(&s);
}

/* What the keeper passed on, as "flow/outcome " words. */
static void note(void *ctx, const struct sc_event *ev)
{
	struct sc_text *t = ctx;
	const struct sc_ev_delivery *d = ev->body;
	sc_text_number(t, ev->flow);
	sc_text_put(t, '/');
	sc_text_adds(t, ev->kind == SC_EVENT_session ? "end" : d->outcome);
	sc_text_put(t, ' ');
}

static void give(struct sc_keeper *k, uint64_t flow, const char *outcome, bool wanted)
{
	struct sc_ev_delivery d = delivery_to("b@example.org", outcome);
	struct sc_event ev = event_of(SC_EVENT_delivery, &d, flow, START);
	sc_keeper_take(k, &ev, strcmp(outcome, "rejected") == 0, wanted);
}

static void end(struct sc_keeper *k, uint64_t flow)
{
	struct sc_ev_session s = { .start = START };
	struct sc_event ev = event_of(SC_EVENT_session, &s, flow, START);
	sc_keeper_take(k, &ev, false, true);
}

static void test_keeper(void **state)
{
	(void)state;
	char buf[512];
	struct sc_text t = sc_text_into(buf, sizeof(buf) - 1);
	struct sc_keeper *k;
	assert_int_equal(sc_keeper_open(&k, 1 << 20, note, &t), SC_OK);
	give(k, 1, "accepted", true);
	give(k, 2, "deferred", true);
	give(k, 65537, "deferred", true); /* the same bucket as 1 */
	give(k, 1, "rejected", true);     /* what waits goes first */
	give(k, 1, "unknown", true);
	give(k, 3, "accepted", true);
	give(k, 3, "rejected", false); /* decides, but is not shown itself */
	give(k, 0, "rejected", true);  /* of no session */
	give(k, 0, "accepted", true);
	end(k, 2);
	end(k, 1);
	give(k, 2, "rejected", true); /* a flow that begins anew */
	buf[t.len] = '\0';
	assert_string_equal(buf, "1/accepted 1/rejected 1/unknown 3/accepted 0/rejected 1/end 2/rejected ");
	assert_int_equal(sc_keeper_given_up(k), 0);
	sc_keeper_close(k);
	sc_keeper_close(NULL);
}

static void test_keeper_bounds(void **state)
{
	(void)state;
	char buf[4096];
	struct sc_text t = sc_text_into(buf, sizeof(buf));
	struct sc_keeper *k;
	assert_int_equal(sc_keeper_open(&k, 2000, note, &t), SC_OK);
	for (uint64_t flow = 1; flow <= 100; flow++)
		give(k, flow, "accepted", true);
	assert_true(sc_keeper_given_up(k) > 80);
	for (int i = 0; i < 100; i++)
		give(k, 200, "deferred", true);
	give(k, 200, "rejected", true);
	assert_true(t.len < sizeof(buf)); /* not a hundred of them */
	sc_keeper_close(k);
}

struct rewriting {
	const char *name;
	const char *level;
	const char *text, *wanted; /* ~ in `wanted` is the pseudonym of bob@example.org */
};

static const struct rewriting rewritings[] = {
	{ "address", "pseudonym", "<bob@example.org>: gone", "<~@example.org>: gone" },
	{ "address, domain only", "domain", "<bob@example.org>: gone", "<@example.org>: gone" },
	{ "end of a sentence", "pseudonym", "no bob@example.org.", "no ~@example.org." },
	{ "case of the domain", "pseudonym", "bob@EXAMPLE.org", "~@EXAMPLE.org" },
	{ "in a link", "pseudonym", "http://x/?id=bob%40example.org;", "http://x/?id=~%40example.org;" },
	{ "bare local part", "pseudonym", "user bob unknown", "user ~ unknown" },
	{ "bare, domain only", "domain", "user bob unknown", "user * unknown" },
	{ "another case", "domain", "Bob is away", "* is away" },
	{ "in brackets", "domain", "<carol>: unknown", "<*>: unknown" },
	{ "part of a word", "pseudonym", "bobsled unknown", "bobsled unknown" },
	{ "quoted local part", "domain", "\"a b\"@example.org no", "@example.org no" },
	{ "address literal", "domain", "bob@[192.0.2.1] no", "@[192.0.2.1] no" },
	{ "no address", "pseudonym", "@ or a@ or @b or <>", "@ or a@ or @b or <>" },
	{ "two signs", "domain", "a@b@c", "@b@c" },
	{ "empty", "domain", "", "" },
	{ "open quote", "domain", "x\"@example.org", "x\"@example.org" },
};

/* `pattern` with the pseudonym put in place. */
static void expected(char *buf, size_t size, const char *pattern, sc_str pseudonym)
{
	struct sc_text t = sc_text_into(buf, size - 1);
	for (; *pattern; pattern++) {
		if (*pattern == '~')
			sc_text_add(&t, sc_str_local(pseudonym));
		else
			sc_text_put(&t, *pattern);
	}
	buf[t.len] = '\0';
}

static void test_privacy(void **state)
{
	(void)state;
	const uint64_t seed = 7;
	for (size_t i = 0; i < sizeof(rewritings) / sizeof(rewritings[0]); i++) {
		const struct rewriting *r = &rewritings[i];
		struct sc_privacy *p;
		char one[64], wanted[256];
		assert_int_equal(sc_privacy_open(&p, r->level, &seed), SC_OK);
		sc_str bob = sc_privacy_word(p, SC_STR("bob@example.org"), one, sizeof(one));
		struct sc_ev_delivery d = delivery_to("bob@example.org", "rejected");
		d.text = sc_str_of(r->text);
		struct sc_event ev = event_of(SC_EVENT_delivery, &d, 1, START);
		const struct sc_event *got = sc_privacy_event(p, &ev);
		const struct sc_ev_delivery *body = got->body;
		expected(wanted, sizeof(wanted), r->wanted, bob);
		if (!sc_str_equal(body->text, sc_str_of(wanted)) || !sc_str_equal(body->rcpt_to, bob))
			fail_msg("%s: \"%.*s\", not \"%s\"", r->name, (int)body->text.len, body->text.at, wanted);
		assert_string_equal(body->outcome, "rejected");
		assert_null(body->mail_from.at);
		sc_privacy_close(p);
	}
}

static void test_privacy_kinds(void **state)
{
	(void)state;
	struct sc_privacy *p;
	assert_int_equal(sc_privacy_open(&p, "domain", NULL), SC_OK);
	const sc_str names[] = { SC_STR("Bob <bob@example.org>, carol@example.net"), SC_STR("nobody") };
	struct sc_ev_message m = { .n = 1, .from = SC_STR("bob@example.org"), .from_name = SC_STR("Bob"), .to = { names, 2 } };
	struct sc_event ev = event_of(SC_EVENT_message, &m, 1, START);
	const struct sc_ev_message *shown = sc_privacy_event(p, &ev)->body;
	assert_true(sc_str_equal(shown->from, SC_STR("@example.org")));
	assert_true(sc_str_equal(shown->from_name, SC_STR("*")));
	assert_true(sc_str_equal(shown->to.items[0], SC_STR("@example.org, @example.net")));
	assert_int_equal(shown->to.items[1].len, 0);

	const sc_str lines[] = { SC_STR("Bob Example <bob@example.org>") };
	struct sc_ev_exchange x = { .n = 1, .verb = SC_STR("VRFY"), .argument = SC_STR("bob"), .text = { lines, 1 } };
	ev = event_of(SC_EVENT_exchange, &x, 1, START);
	const struct sc_ev_exchange *asked = sc_privacy_event(p, &ev)->body;
	assert_true(sc_str_equal(asked->verb, SC_STR("VRFY")));
	assert_true(sc_str_equal(asked->argument, SC_STR("*")));
	assert_true(sc_str_equal(asked->text.items[0], SC_STR("*")));

	const struct sc_pair params[] = { { SC_STR("ORCPT"), SC_STR("rfc822;bob+40example.org") } };
	const struct sc_ev_recipient recipients[] = {
		{ .rcpt_to = SC_STR("bob@example.org"), .params = { params, 1 } },
	};
	struct sc_ev_transaction t = { .n = 1, .recipients = { recipients, 1 }, .mail_from = SC_STR("") };
	ev = event_of(SC_EVENT_transaction, &t, 1, START);
	const struct sc_ev_transaction *mail = sc_privacy_event(p, &ev)->body;
	const struct sc_ev_recipient *to = mail->recipients.items;
	assert_true(sc_str_equal(to->rcpt_to, SC_STR("@example.org")));
	assert_true(sc_str_equal(to->params.items[0].value, SC_STR("*")));
	assert_int_equal(mail->mail_from.len, 0);
	assert_non_null(mail->mail_from.at);
	sc_privacy_close(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_window),  cmocka_unit_test(test_refused),       cmocka_unit_test(test_fail_on),
		cmocka_unit_test(test_keeper),  cmocka_unit_test(test_keeper_bounds), cmocka_unit_test(test_privacy),
		cmocka_unit_test(test_privacy_kinds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
