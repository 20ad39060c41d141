/* test_join.c - the evidence for and against two attempts being of one message; how addresses are compared. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "story/join.h"

#define U SC_NONE
#define MINUTE (60 * SC_SECOND)
#define HOUR   (60 * MINUTE)

/* Message-ID, envelope id and HELO by any number, 0: not known. */
struct side {
	const char *client, *server;
	uint64_t message_id, envelope_id, declared, size, helo;
	enum sc_fate fate;
};

static struct sc_ip ip_of(const char *text)
{
	struct sc_ip ip = { .version = 0 };
	assert_true(sc_ip_read(sc_str_of(text), &ip));
	return ip;
}

static struct sc_identity identity(const struct side *s)
{
	return (struct sc_identity){ .message_id = s->message_id, .envelope_id = s->envelope_id, .declared = s->declared,
		.size = s->size, .helo = s->helo };
}

/* `openings`: hashes of how the two texts begin, 0: not known. */
static enum sc_join judge_texts(const struct side *before, const struct side *now, sc_time pause, bool one_session,
	const uint64_t openings[2])
{
	struct sc_try act = { .session = 1, .n = 1, .when = HOUR, .client = ip_of(before->client),
		.server = ip_of(before->server), .fate = before->fate };
	struct sc_past past = { identity(before), act, act };
	struct sc_attempt a = { .from = SC_STR("a@example.org"), .to = SC_STR("b@example.net"), .who = identity(now) };
	a.act = (struct sc_try){ .session = one_session ? 1 : 2, .n = 2, .when = HOUR + pause, .client = ip_of(now->client),
		.server = ip_of(now->server), .fate = now->fate };
	past.who.opening = openings[0];
	a.who.opening = openings[1];
	return sc_join_judge(&past, &a);
}

static enum sc_join judge(const struct side *before, const struct side *now, sc_time pause, bool one_session)
{
	return judge_texts(before, now, pause, one_session, (const uint64_t[]){ 0, 0 });
}

#define C "198.51.100.1"
#define S "192.0.2.25"
#define DEF SC_FATE_deferred
#define ACC SC_FATE_accepted

static void evidence(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		struct side before, now;
		sc_time pause;
		enum sc_join want;
	} cases[] = {
		{ "same Message-ID", { C, S, 7, 0, U, U, 1, DEF }, { C, S, 7, 0, U, U, 1, ACC }, MINUTE, SC_JOIN_YES },
		{ "other Message-ID", { C, S, 7, 0, 900, U, 1, DEF }, { C, S, 8, 0, 900, U, 1, ACC }, MINUTE, SC_JOIN_NO },
		{ "same Message-ID, grown on its way", { C, S, 7, 0, 900, 900, 1, DEF }, { C, S, 7, 0, 990, 990, 1, ACC }, MINUTE, SC_JOIN_YES },
		{ "same Message-ID, sizes far apart", { C, S, 7, 0, 900, 900, 1, DEF }, { C, S, 7, 0, 90000, 90000, 1, ACC }, MINUTE, SC_JOIN_NO },
		{ "taken, and again of another size", { C, S, 7, 0, U, 900, 1, ACC }, { C, S, 7, 0, U, 901, 1, ACC }, MINUTE, SC_JOIN_NO },
		{ "same Message-ID, other envelope", { C, S, 7, 3, U, U, 1, DEF }, { C, S, 7, 4, U, U, 1, ACC }, MINUTE, SC_JOIN_NO },
		{ "same envelope", { C, S, 0, 3, U, U, 1, DEF }, { C, S, 7, 3, U, U, 1, ACC }, MINUTE, SC_JOIN_YES },
		{ "same Message-ID, from far away", { C, S, 7, 0, U, U, 1, DEF }, { "203.0.113.9", S, 7, 0, U, U, 2, ACC }, MINUTE, SC_JOIN_YES },
		{ "same Message-ID, six days later", { C, S, 7, 0, U, U, 1, DEF }, { C, S, 7, 0, U, U, 1, ACC }, 144 * HOUR, SC_JOIN_NO },
		{ "taken, and again to the same server", { C, S, 7, 0, U, U, 1, ACC }, { C, S, 7, 0, U, U, 1, ACC }, HOUR, SC_JOIN_YES },
		{ "taken, then on its way to another", { C, S, 7, 0, U, U, 1, ACC }, { C, "192.0.2.26", 7, 0, U, U, 1, ACC }, MINUTE, SC_JOIN_NO },
		{ "the next hop hands it on", { C, S, 7, 0, U, U, 1, DEF }, { S, "203.0.113.1", 7, 0, U, U, 2, ACC }, MINUTE, SC_JOIN_NO },
		{ "a leg before", { S, "203.0.113.1", 7, 0, U, U, 2, DEF }, { C, S, 7, 0, U, U, 1, ACC }, MINUTE, SC_JOIN_NO },
		{ "same size", { C, S, 0, 0, 900, U, 1, DEF }, { C, S, 0, 0, 900, U, 1, DEF }, 20 * HOUR, SC_JOIN_LIKELY },
		{ "other size", { C, S, 0, 0, 900, U, 1, DEF }, { C, S, 0, 0, 901, U, 1, DEF }, MINUTE, SC_JOIN_NO },
		{ "same size, beside it in the pool", { C, S, 0, 0, 900, U, 0, DEF }, { "198.51.100.77", S, 0, 0, 900, U, 0, DEF }, HOUR, SC_JOIN_LIKELY },
		{ "same size, far away, same name", { C, S, 0, 0, 900, U, 1, DEF }, { "203.0.113.9", S, 0, 0, 900, U, 1, DEF }, HOUR, SC_JOIN_LIKELY },
		{ "same size, a stranger", { C, S, 0, 0, 900, U, 1, DEF }, { "203.0.113.9", S, 0, 0, 900, U, 2, DEF }, HOUR, SC_JOIN_NO },
		{ "in doubt, same real size", { C, S, 0, 0, U, 1147, 1, SC_FATE_in_doubt }, { C, S, 0, 0, U, 1147, 1, ACC }, MINUTE, SC_JOIN_LIKELY },
		{ "in doubt, other real size", { C, S, 0, 0, U, 1147, 1, SC_FATE_in_doubt }, { C, S, 0, 0, U, 1148, 1, ACC }, MINUTE, SC_JOIN_NO },
		{ "declared fits the real size", { C, S, 0, 0, 900, U, 1, DEF }, { C, S, 7, 0, U, 880, 1, ACC }, MINUTE, SC_JOIN_MAYBE },
		{ "declared is far from the real size", { C, S, 0, 0, 900, U, 1, DEF }, { C, S, 7, 0, U, 90000, 1, ACC }, MINUTE, SC_JOIN_NO },
		{ "nothing but the people", { C, S, 0, 0, U, U, 1, DEF }, { C, S, 7, 0, U, 880, 1, ACC }, 20 * MINUTE, SC_JOIN_MAYBE },
		{ "nothing but the people, too late", { C, S, 0, 0, U, U, 1, DEF }, { C, S, 7, 0, U, 880, 1, ACC }, 5 * HOUR, SC_JOIN_NO },
		{ "nothing but the people, another MX", { C, S, 0, 0, U, U, 1, DEF }, { C, "192.0.2.26", 0, 0, U, U, 1, ACC }, SC_SECOND, SC_JOIN_MAYBE },
		{ "nothing is due after a withdrawal", { C, S, 0, 0, 900, U, 1, SC_FATE_withdrawn }, { C, S, 0, 0, 900, U, 1, ACC }, MINUTE, SC_JOIN_NO },
		{ "nor after what was not seen", { C, S, 0, 0, 900, U, 1, SC_FATE_unknown }, { C, S, 0, 0, 900, U, 1, ACC }, MINUTE, SC_JOIN_NO },
		{ "nor after a rejection", { C, S, 0, 0, 900, U, 1, SC_FATE_rejected }, { C, S, 0, 0, 900, U, 1, ACC }, MINUTE, SC_JOIN_NO },
		{ "nor after an acceptance", { C, S, 0, 0, 900, U, 1, ACC }, { C, S, 0, 0, 900, U, 1, ACC }, MINUTE, SC_JOIN_NO },
		{ "broken off, tried again", { C, S, 0, 0, 900, U, 1, SC_FATE_aborted }, { C, S, 0, 0, 900, U, 1, ACC }, MINUTE, SC_JOIN_LIKELY },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum sc_join got = judge(&cases[i].before, &cases[i].now, cases[i].pause, false);
		if (got != cases[i].want)
			fail_msg("%s: %d, not %d", cases[i].name, got, cases[i].want);
	}
}

/* In one connection only a name tells a retry from the next message. */
static void one_session(void **state)
{
	(void)state;
	static const struct side before = { C, S, 0, 0, 900, U, 1, DEF }, now = { C, S, 0, 0, 900, U, 1, DEF };
	static const struct side named = { C, S, 7, 0, 900, U, 1, DEF };
	assert_int_equal(judge(&before, &now, SC_SECOND, true), SC_JOIN_NO);
	assert_int_equal(judge(&named, &named, SC_SECOND, true), SC_JOIN_YES);
}

/* Without a Message-ID the text itself tells, as far as it is looked at, when it is as long. */
static void nameless(void **state)
{
	(void)state;
	static const struct side taken = { C, S, 0, 0, U, 900, 1, ACC }, longer = { C, S, 0, 0, U, 901, 1, ACC };
	static const struct side off = { C, S, 0, 0, U, 900, 1, DEF }, elsewhere = { C, "192.0.2.26", 0, 0, U, 900, 1, ACC };
	static const uint64_t same[] = { 5, 5 }, other[] = { 5, 6 }, half[] = { 5, 0 };
	assert_int_equal(judge_texts(&taken, &taken, HOUR, false, same), SC_JOIN_LIKELY);
	assert_int_equal(judge_texts(&taken, &taken, 25 * HOUR, false, same), SC_JOIN_NO);
	assert_int_equal(judge_texts(&taken, &taken, HOUR, false, other), SC_JOIN_NO);
	assert_int_equal(judge_texts(&taken, &taken, HOUR, false, half), SC_JOIN_NO);
	assert_int_equal(judge_texts(&taken, &longer, HOUR, false, same), SC_JOIN_NO);
	assert_int_equal(judge_texts(&taken, &elsewhere, HOUR, false, same), SC_JOIN_NO);
	assert_int_equal(judge_texts(&off, &taken, HOUR, false, same), SC_JOIN_LIKELY);
	assert_int_equal(judge_texts(&off, &taken, HOUR, false, other), SC_JOIN_NO);
}

static void addresses(void **state)
{
	(void)state;
	static const struct {
		const char *a, *b;
		bool same;
	} cases[] = {
		{ "bob@example.org", "bob@example.org", true },
		{ "bob@example.org", "bob@EXAMPLE.org", true },
		{ "bob@example.org", "bob@example.org.", true },
		{ "bob@example.org", "Bob@example.org", false },
		{ "bob@example.org", "bob@example.net", false },
		{ "bob", "bob", true },
		{ "bob", "BOB", false },
		{ "bob", "bob.", false },
		{ "", "", true },
		{ "", "@", false },
		{ "\"a@b\"@example.org", "\"a@b\"@Example.ORG", true },
		{ "\"a@b\"@example.org", "\"a@B\"@example.org", false },
		{ "@", "@", true },
		{ "@.", "@", true },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (sc_attempt_same_address(sc_str_of(cases[i].a), sc_str_of(cases[i].b)) != cases[i].same)
			fail_msg("%s and %s", cases[i].a, cases[i].b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(evidence),
		cmocka_unit_test(one_session),
		cmocka_unit_test(nameless),
		cmocka_unit_test(addresses),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
