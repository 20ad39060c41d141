/* test_deeds.c - what sources did: who is counted for what, and who is forgotten under a flood. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>

#include "base/str.h"
#include "model/deeds.h"

static struct sc_deeds d;

static int fresh(void **state)
{
	(void)state;
	return sc_deeds_open(&d) == SC_OK ? 0 : 1;
}

static int gone(void **state)
{
	(void)state;
	sc_deeds_close(&d);
	return 0;
}

static void add(enum sc_event_kind kind, uint32_t client, unsigned second, const void *body)
{
	struct sc_ev_head head = {.client = {{{(uint8_t)(client >> 24), (uint8_t)(client >> 16), (uint8_t)(client >> 8),
					       (uint8_t)client}, 4}, 40000}};
	struct sc_event ev = {.kind = kind, .when = second * SC_SECOND, .head = &head, .body = body};
	sc_deeds_add(&d, &ev);
}

static void session(uint32_t client, unsigned second, const char *helo)
{
	struct sc_ev_session x = {.helo = {"EHLO", sc_str_of(helo)}};
	add(SC_EVENT_session, client, second, &x);
}

static void find(const char *kind, const char *value)
{
	struct sc_ev_finding f = {.detector = "scanner", .subject = {kind, sc_str_of(value)}};
	struct sc_event ev = {.kind = SC_EVENT_finding, .when = SC_SECOND, .body = &f};
	sc_deeds_add(&d, &ev);
}

static const struct sc_deed *of(const char *kind, const char *value)
{
	return sc_deeds_of(&d, kind, sc_str_of(value));
}

#define ADDRESS(a, b, c, d) ((uint32_t)(a) << 24 | (b) << 16 | (c) << 8 | (d))

static void test_sessions(void **state)
{
	char helo[24];
	(void)state;
	for (unsigned i = 0; i < 40; i++) {
		snprintf(helo, sizeof(helo), "%s%u.example", i % 2 ? "H" : "h", i / 2);
		session(ADDRESS(203, 0, 113, 1 + i % 2), i < 30 ? 61 : 200, helo);
	}
	assert_int_equal(of("client", "203.0.113.1")->sessions, 20);
	assert_int_equal(of("client", "203.0.113.1")->busiest, 15);
	assert_int_equal(of("network", "203.0.113.0/24")->sessions, 40);
	assert_int_equal(of("network", "203.0.113.0/24")->busiest, 30);
	assert_int_equal(of("client", "203.0.113.1")->helos.count, SC_DEED_NAMES);
	assert_memory_equal(of("client", "203.0.113.1")->helos.first, "h0.example", 10);
	assert_int_equal(of("client", "203.0.113.1")->since, SC_TIME_NONE);
	assert_null(of("client", "203.0.113.3"));
	assert_null(of("server", "203.0.113.1"));
	session(ADDRESS(203, 0, 113, 9), 300, NULL);
	assert_int_equal(of("client", "203.0.113.9")->helos.count, 0);
}

static void test_mail(void **state)
{
	static const struct sc_ev_recipient list[] = {
		{.rcpt_to = {"a@example.org", 13}, .outcome = "accepted"}, {.rcpt_to = {"b@example.org", 13}, .outcome = "deferred"},
		{.rcpt_to = {"c@example.org", 13}, .outcome = "rejected"}, {.rcpt_to = {"d@example.org", 13}, .outcome = "unknown"},
		{.rcpt_to = {NULL, 0}, .outcome = "rejected"},
	};
	struct sc_ev_transaction t = {.helo = SC_STR("pc"), .mail_from = SC_STR("x@Example.NET"), .auth_user = SC_STR("Eve"),
				      .recipients = {list, 5}};
	struct sc_ev_auth failed = {.user = SC_STR("eve"), .outcome = "failed"}, ok = {.user = SC_STR("mallory"), .outcome = "ok"};
	(void)state;
	add(SC_EVENT_transaction, ADDRESS(203, 0, 113, 1), 5, &t);
	add(SC_EVENT_auth, ADDRESS(203, 0, 113, 1), 5, &failed);
	add(SC_EVENT_auth, ADDRESS(203, 0, 113, 1), 5, &ok);
	const struct sc_deed *rows[] = {of("client", "203.0.113.1"), of("network", "203.0.113.0/24"), of("user", "eve"),
					of("domain", "example.net")};
	for (size_t i = 0; i < 4; i++) {
		assert_non_null(rows[i]);
		assert_int_equal(rows[i]->recipients, 4); /* one is known only by its reply */
		assert_int_equal(rows[i]->accepted, 1);
		assert_int_equal(rows[i]->refused, 2);
		assert_int_equal(rows[i]->sessions, 0);
	}
	assert_int_equal(rows[0]->logins, 2);
	assert_int_equal(rows[0]->failed_logins, 1);
	assert_int_equal(rows[0]->users.count, 2);
	assert_int_equal(rows[0]->domains.count, 1);
	assert_int_equal(rows[2]->logins, 1);
	t.mail_from = SC_STR(""); /* the null path has no domain */
	t.auth_user = SC_STR_NONE;
	add(SC_EVENT_transaction, ADDRESS(203, 0, 113, 1), 6, &t);
	assert_int_equal(rows[0]->recipients, 8);
	assert_int_equal(rows[3]->recipients, 4);
}

static void name_from(uint32_t client, const char *name, const char *from)
{
	struct sc_ev_message x = {.from_name = sc_str_of(name), .from = sc_str_of(from)};
	add(SC_EVENT_message, client, 9, &x);
}

static uint64_t habit_of(const char *client, enum sc_habit habit)
{
	return of("client", client)->habits[habit];
}

static void test_names_in_from(void **state)
{
	static const struct {
		const char *name, *from;
		unsigned due;
	} cases[] = {
		{"boss@example.org", "x@example.com", 1},
		{"Boss <boss@example.org>", "x@example.com", 1},
		{"boss@mail.example.org (office)", "x@mail.example.com", 1},
		{"boss@mail.example.org", "boss@example.org", 0},
		{"BOSS@EXAMPLE.ORG", "boss@example.org", 0},
		{"Boss", "x@example.com", 0},
		{"@boss", "x@example.com", 0},
		{"@boss.example", "x@example.com", 0},
		{"Cafe @ Corner", "x@example.com", 0},
		{"a@b", "x@example.com", 0},
		{"boss@example.org", "", 0},
		{NULL, "x@example.com", 0},
		{"boss@example.org", NULL, 0},
	};
	(void)state;
	for (uint32_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char client[24];
		snprintf(client, sizeof(client), "203.0.113.%u", i);
		name_from(ADDRESS(203, 0, 113, i), cases[i].name, cases[i].from);
		if (habit_of(client, SC_HABIT_named_as_other) != cases[i].due)
			fail_msg("%s <%s>", cases[i].name, cases[i].from);
	}
}

static void mail_of(uint32_t client, uint64_t id, const char *helo, const char *outcome, uint32_t recipients)
{
	static struct sc_ev_recipient list[200];
	for (uint32_t i = 0; i < recipients; i++)
		list[i] = (struct sc_ev_recipient){.rcpt_to = SC_STR("a@example.org"), .outcome = outcome};
	struct sc_ev_head head = {.session = id, .client = {{{(uint8_t)(client >> 24), (uint8_t)(client >> 16), (uint8_t)(client >> 8),
							       (uint8_t)client}, 4}, 40000}};
	struct sc_ev_transaction t = {.helo = sc_str_of(helo), .recipients = {list, recipients}};
	struct sc_event ev = {.kind = SC_EVENT_transaction, .when = SC_SECOND, .head = &head, .body = &t};
	sc_deeds_add(&d, &ev);
}

static void test_habits(void **state)
{
	const struct sc_deed *rows[2];
	(void)state;
	mail_of(ADDRESS(203, 0, 113, 1), 7, "a.example", "withdrawn", 9);
	assert_int_equal(sc_deeds_with(&d, SC_HABIT_withdrawn, rows, 2), 0); /* too few */
	mail_of(ADDRESS(203, 0, 113, 1), 8, "b.example", "withdrawn", 3);    /* another session: no change of name */
	mail_of(ADDRESS(203, 0, 113, 1), 8, "B.example", "accepted", 150);
	mail_of(ADDRESS(203, 0, 113, 1), 8, NULL, "accepted", 20);
	assert_int_equal(habit_of("203.0.113.1", SC_HABIT_helo_changes), 0);
	mail_of(ADDRESS(203, 0, 113, 1), 8, "c.example", "accepted", 20);
	assert_int_equal(habit_of("203.0.113.1", SC_HABIT_helo_changes), 1);
	assert_int_equal(habit_of("203.0.113.1", SC_HABIT_withdrawn), 12);
	assert_int_equal(habit_of("203.0.113.1", SC_HABIT_many_at_once), 150);
	for (uint32_t i = 2; i < 20; i++)
		mail_of(ADDRESS(203, 0, 113, i), i, "x.example", "withdrawn", 10 + i);
	assert_int_equal(sc_deeds_with(&d, SC_HABIT_withdrawn, rows, 2), 2);
	assert_int_equal(rows[0]->habits[SC_HABIT_withdrawn], 29); /* networks are no clients */
	assert_int_equal(rows[1]->habits[SC_HABIT_withdrawn], 28);
	assert_int_equal(rows[1]->habit_sessions[SC_HABIT_withdrawn], 18);
	assert_int_equal(sc_deeds_with(&d, SC_HABIT_many_at_once, rows, 2), 1);
}

/* Who drew a finding outlives a hundred thousand strangers, with all that was counted; strangers that come back say from when on. */
static void test_flood(void **state)
{
	(void)state;
	session(ADDRESS(203, 0, 113, 1), 1, "a.example");
	find("client", "203.0.113.1");
	find("user", "never seen");
	find("session", "00000000000000ab");
	for (unsigned i = 0; i < 100000; i++)
		session(ADDRESS(10, 0, 0, 0) + i * 2654435761U % (1U << 24), 100 + i, "flood.example");
	session(ADDRESS(203, 0, 113, 1), 2, "b.example");
	const struct sc_deed *row = of("client", "203.0.113.1");
	assert_int_equal(row->sessions, 2);
	assert_int_equal(row->since, SC_TIME_NONE);
	assert_true(of("user", "never seen")->suspect);
	assert_true(d.displaced > 90000);
	session(ADDRESS(203, 0, 113, 77), 400000, "late.example");
	assert_int_equal(of("client", "203.0.113.77")->since, 400000 * SC_SECOND);
}

/* Values longer than a row are one with what they begin with, here as there. */
static void test_long_values(void **state)
{
	static char user[400];
	(void)state;
	memset(user, 'u', sizeof(user) - 1);
	struct sc_ev_auth a = {.user = sc_str_of(user), .outcome = "failed"};
	add(SC_EVENT_auth, ADDRESS(203, 0, 113, 1), 5, &a);
	assert_int_equal(of("user", user)->failed_logins, 1);
	assert_int_equal(of("user", user)->value_len, SC_DEED_VALUE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_sessions, fresh, gone),
		cmocka_unit_test_setup_teardown(test_mail, fresh, gone),
		cmocka_unit_test_setup_teardown(test_names_in_from, fresh, gone),
		cmocka_unit_test_setup_teardown(test_habits, fresh, gone),
		cmocka_unit_test_setup_teardown(test_flood, fresh, gone),
		cmocka_unit_test_setup_teardown(test_long_values, fresh, gone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
