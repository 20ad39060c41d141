/* What the screens keep: rows of sessions, and who is let go first when memory is short. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "tui/store.h"

static void add_delivery(struct sc_store *s, uint64_t session, const char *outcome, const char *text)
{
	struct sc_ev_head head = { .session = session, .frames = { session, session + 1 } };
	struct sc_ev_delivery d = { .n = 1, .outcome = outcome, .phase = "rcpt", .text = { text, strlen(text) },
		.retry_after_s = SC_NONE, .size = SC_NONE };
	struct sc_event ev = { .kind = SC_EVENT_delivery, .when = (sc_time)session * SC_SECOND, .head = &head, .body = &d };
	sc_store_add(s, &ev);
}

static void add_finding(struct sc_store *s, uint64_t session)
{
	struct sc_ev_head head = { .session = session };
	struct sc_ev_finding f = { .detector = "harvest", .severity = "high" };
	struct sc_event ev = { .kind = SC_EVENT_finding, .when = SC_SECOND, .head = session ? &head : NULL, .body = &f };
	sc_store_add(s, &ev);
}

static void test_rows(void **state)
{
	static const struct {
		const char *outcomes[4];
		enum sc_outcome stands;
	} cases[] = {
		{ { "accepted" }, SC_OUTCOME_accepted },
		{ { "accepted", "deferred" }, SC_OUTCOME_deferred },
		{ { "deferred", "rejected", "accepted" }, SC_OUTCOME_rejected },
		{ { "rejected", "in_doubt" }, SC_OUTCOME_in_doubt },
		{ { "withdrawn", "unknown" }, SC_OUTCOME_unknown },
		{ { NULL }, SC_OUTCOMES },
	};
	struct sc_store s;
	(void)state;
	assert_int_equal(sc_store_open(&s, 1 << 20), SC_OK);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (size_t k = 0; k < 4 && cases[i].outcomes[k]; k++)
			add_delivery(&s, i + 1, cases[i].outcomes[k], "x");
		const struct sc_seen *seen = sc_store_find(&s, i + 1);
		if (!cases[i].outcomes[0]) {
			assert_null(seen);
			continue;
		}
		if (!seen || sc_seen_outcome(seen) != cases[i].stands)
			fail_msg("case %zu: wrong outcome", i);
		assert_int_equal(seen->frames.first, i + 1);
	}
	sc_store_close(&s);
}

/* What went well goes first, what failed later, what has findings last; each from its oldest on. */
static void test_let_go(void **state)
{
	char text[2000];
	struct sc_store s;
	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(sc_store_open(&s, 100000), SC_OK);
	add_finding(&s, 1);
	add_delivery(&s, 2, "rejected", text);
	for (uint64_t id = 10; id < 200; id++)
		add_delivery(&s, id, "accepted", text);
	assert_non_null(sc_store_find(&s, 1));
	assert_non_null(sc_store_find(&s, 2));
	assert_null(sc_store_find(&s, 10));
	assert_non_null(sc_store_find(&s, 199));
	assert_true(s.octets <= s.limit);
	assert_true(s.let_go[SC_WEIGHT_PLAIN] > 100);
	assert_int_equal(s.let_go[SC_WEIGHT_FAILED], 0);
	for (uint64_t id = 1000; id < 1200; id++)
		add_delivery(&s, id, "rejected", text);
	assert_null(sc_store_find(&s, 2));
	assert_null(sc_store_find(&s, 199));
	assert_non_null(sc_store_find(&s, 1));
	uint64_t rows = 0;
	for (const struct sc_seen *seen = sc_store_next(&s, NULL); seen; seen = sc_store_next(&s, seen))
		rows++;
	assert_int_equal(rows, s.sessions);
	sc_store_close(&s);
	assert_int_equal(s.sessions, 0);
}

/* An event larger than everything is not kept, and nothing is let go for it but what had to be tried. */
static void test_too_large(void **state)
{
	static char text[200000];
	struct sc_store s;
	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	assert_int_equal(sc_store_open(&s, 50000), SC_OK);
	add_delivery(&s, 1, "rejected", text);
	assert_true(s.octets <= s.limit);
	sc_store_close(&s);
}

/* Findings of no session are kept beside them, the last of them. */
static void test_loose(void **state)
{
	struct sc_store s;
	(void)state;
	assert_int_equal(sc_store_open(&s, 1 << 20), SC_OK);
	for (int i = 0; i < 20000; i++)
		add_finding(&s, 0);
	assert_true(s.loose <= 16384);
	assert_non_null(s.loose_first);
	assert_int_equal(s.sessions, 0);
	sc_store_close(&s);
	assert_null(s.loose_first);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_let_go),
		cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_loose),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
