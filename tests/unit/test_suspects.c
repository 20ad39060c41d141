/* test_suspects.c - scores: each rule once at its worst, never above 100, and bounded under a flood of sources. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>

#include "base/str.h"
#include "model/suspects.h"

static struct sc_suspects s;
static uint64_t second; /* of the next finding */

static void find(const char *detector, const char *severity, unsigned confidence, const char *kind, const char *who, const char *state)
{
	static const sc_str session = { "00000000000000ab", 16 };
	struct sc_ev_finding f = { .detector = detector, .severity = severity, .confidence = confidence,
		.subject = { kind, sc_str_of(who) }, .text = SC_STR("seen"), .count = 7, .threshold = 5, .sessions = { &session, 1 },
		.state = state };
	struct sc_ev_head head = { .frames = { 10 * second, 10 * second + 5 } };
	struct sc_event ev = { .kind = SC_EVENT_finding, .when = (sc_time)second++ * SC_SECOND, .head = &head, .body = &f };
	sc_suspects_add(&s, &ev);
}

static const struct sc_suspect *row_of(const char *kind, const char *who)
{
	const struct sc_suspect *rows[SC_SUSPECTS];
	size_t n = sc_suspects_sorted(&s, rows, SC_SUSPECTS);
	for (size_t i = 0; i < n; i++)
		if (strcmp(rows[i]->kind, kind) == 0 && sc_str_equal(sc_str_of(who), (sc_str){ rows[i]->value, rows[i]->value_len }))
			return rows[i];
	fail_msg("no row for %s", who);
	return NULL;
}

static int fresh(void **state)
{
	(void)state;
	second = 1;
	return sc_suspects_open(&s) == SC_OK ? 0 : 1;
}

static int gone(void **state)
{
	(void)state;
	sc_suspects_close(&s);
	return 0;
}

static void test_sum(void **state)
{
	(void)state;
	find("a", "medium", 100, "client", "203.0.113.7", "new");
	find("b", "low", 50, "client", "203.0.113.7", "new");
	assert_int_equal(row_of("client", "203.0.113.7")->score, 35);
	find("b", "info", 100, "client", "203.0.113.7", "more"); /* milder: the worst stays */
	assert_int_equal(row_of("client", "203.0.113.7")->score, 35);
	find("b", "high", 100, "client", "203.0.113.7", "more");
	const struct sc_suspect *row = row_of("client", "203.0.113.7");
	assert_int_equal(row->score, 90);
	assert_int_equal(row->rule_count, 2);
	assert_string_equal(row->rules[0].detector, "b");
	assert_int_equal(row->rules[0].sessions[0], 0xab);
	assert_int_equal(row->findings, 4);
	find("c", "critical", 100, "client", "203.0.113.7", "new");
	assert_int_equal(row_of("client", "203.0.113.7")->score, 100);
	find("d", "critical", 100, "client", "203.0.113.7", "over");
	assert_int_equal(row_of("client", "203.0.113.7")->rule_count, 3);
	assert_int_equal(sc_suspects_above(&s, SC_SUSPECT_BAD), 1);
}

/* Who sends his password readably runs a risk; that makes no suspect of him, and the gravest of it is kept. */
static void test_risk(void **state)
{
	(void)state;
	find("auth_in_clear", "medium", 100, "client", "203.0.113.9", "new");
	find("auth_in_clear", "low", 100, "client", "203.0.113.9", "more");
	const struct sc_suspect *row = row_of("client", "203.0.113.9");
	assert_int_equal(row->score, SC_EXPOSURE_POINTS);
	assert_string_equal(row->rules[0].severity, "medium");
	find("auth_guessing", "medium", 100, "client", "203.0.113.9", "new");
	assert_int_equal(row_of("client", "203.0.113.9")->score, 30 + SC_EXPOSURE_POINTS);
}

/* A rule's span goes from its first finding to its last, milder or graver, and with it its packets. */
static void test_spans(void **state)
{
	(void)state;
	find("a", "low", 100, "client", "c", "new");    /* second 1 */
	find("b", "medium", 100, "client", "c", "new");
	find("a", "high", 100, "client", "c", "more");
	find("b", "low", 100, "client", "c", "more");   /* second 4 */
	find("b", "low", 100, "client", "c", "over");
	const struct sc_suspect_rule *a = &row_of("client", "c")->rules[0], *b = a + 1;
	assert_string_equal(a->detector, "a");
	assert_int_equal(a->first, SC_SECOND);
	assert_int_equal(a->last, 3 * SC_SECOND);
	assert_int_equal(a->first_frame, 10);
	assert_int_equal(a->last_frame, 35);
	assert_string_equal(b->severity, "medium");
	assert_int_equal(b->first, 2 * SC_SECOND);
	assert_int_equal(b->last, 4 * SC_SECOND);
	assert_int_equal(b->first_frame, 20);
	assert_int_equal(b->last_frame, 45);
	assert_int_equal(sc_suspects_findings(&s), 4);
}

/* A user and a client of one name are two; a finding without the words of the contract is none. */
static void test_kinds(void **state)
{
	(void)state;
	find("a", "low", 100, "user", "x", "new");
	find("a", "low", 100, "domain", "x", "new");
	find(NULL, "low", 100, "user", "y", "new");
	find("a", NULL, 100, "user", "y", "new");
	find("a", "low", 100, NULL, "y", "new");
	find("a", "unheard", 100, "user", "x", "new");
	find("a", "low", 100, "user", NULL, "new");
	assert_int_equal(s.count, 3);
	assert_int_equal(row_of("user", "x")->score, 10);
}

static void test_more_rules_than_room(void **state)
{
	(void)state;
	static char names[40][8];
	for (unsigned i = 0; i < 40; i++) {
		snprintf(names[i], sizeof(names[i]), "r%u", i);
		find(names[i], i % 4 ? "info" : "low", 100, "client", "c", "new");
	}
	const struct sc_suspect *row = row_of("client", "c");
	assert_int_equal(row->rule_count, SC_SUSPECT_RULES);
	for (unsigned i = 0; i < 10; i++)
		assert_string_equal(row->rules[i].severity, "low");
}

static void test_flood(void **state)
{
	(void)state;
	char who[24];
	find("a", "high", 100, "client", "203.0.113.7", "new");
	for (unsigned i = 0; i < 20000; i++) {
		snprintf(who, sizeof(who), "host%u", i);
		find("e", "low", 90, "client", who, "new");
	}
	assert_int_equal(s.count, SC_SUSPECTS);
	assert_int_equal(s.left_out, 20001 - SC_SUSPECTS);
	const struct sc_suspect *rows[3];
	assert_int_equal(sc_suspects_sorted(&s, rows, 3), 3);
	assert_int_equal(rows[0]->score, 60);
	assert_int_equal(rows[1]->score, 9);
	assert_int_equal(sc_suspects_sorted(&s, rows, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_risk, fresh, gone),
		cmocka_unit_test_setup_teardown(test_sum, fresh, gone),
		cmocka_unit_test_setup_teardown(test_spans, fresh, gone),
		cmocka_unit_test_setup_teardown(test_kinds, fresh, gone),
		cmocka_unit_test_setup_teardown(test_more_rules_than_room, fresh, gone),
		cmocka_unit_test_setup_teardown(test_flood, fresh, gone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
