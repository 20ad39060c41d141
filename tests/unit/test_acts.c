/* test_acts.c - the report's sections of suspicious senders: each detector is in one, and the numbers are the scores'. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <smtpscope/detector.h>
#include <stdio.h>

#include "base/str.h"
#include "output/report_parts.h"

static const struct {
	const char *detector, *section;
} acts[] = {
#define SC_ACT(detector, section) { #detector, section },
#include "output/acts.def"
#undef SC_ACT
};

#define ACTS (sizeof(acts) / sizeof(acts[0]))

static void test_all_detectors(void **state)
{
	(void)state;
	for (size_t i = 0; sc_detectors[i]; i++) {
		unsigned n = 0;
		for (size_t k = 0; k < ACTS; k++)
			n += strcmp(acts[k].detector, sc_detectors[i]->name) == 0;
		if (n != 1)
			fail_msg("%s is in %u sections", sc_detectors[i]->name, n);
	}
	assert_int_equal(ACTS, sc_detector_count());
}

static void test_sections_are_together(void **state)
{
	(void)state;
	for (size_t i = 1; i < ACTS; i++)
		for (size_t k = 0; k + 1 < i; k++)
			if (strcmp(acts[i].section, acts[k].section) == 0 && strcmp(acts[i].section, acts[i - 1].section) != 0)
				fail_msg("%s stands apart from its section", acts[i].detector);
}

/* ---- what is shown ---- */

static struct sc_failures m;
static char shown[4096];
static size_t shown_len;

static void begin(void *ctx, const struct sc_part *part)
{
	(void)ctx;
	assert_string_equal(part->name, "acts");
}

static void row(void *ctx, const struct sc_part *part, const struct sc_cell *cells)
{
	(void)ctx;
	(void)part;
	shown_len += (size_t)snprintf(shown + shown_len, sizeof(shown) - shown_len, "%u %.*s %.*s/%.*s %.*s %u>%u %llx\n",
				      (unsigned)cells[0].n, (int)cells[1].s.len, cells[1].s.at, (int)cells[2].s.len,
				      cells[2].s.at, (int)cells[3].s.len, cells[3].s.at, (int)cells[4].s.len, cells[4].s.at,
				      (unsigned)cells[5].n, (unsigned)cells[6].n, (unsigned long long)cells[7].many[0]);
}

static void end(void *ctx, const struct sc_part *part)
{
	(void)ctx;
	(void)part;
}

static void find(const char *detector, const char *severity, const char *who, uint64_t count)
{
	static const sc_str session = { "00000000000000ab", 16 };
	struct sc_ev_finding f = { .detector = detector, .severity = severity, .confidence = 100,
		.subject = { "client", sc_str_of(who) }, .text = SC_STR("seen"), .count = count, .threshold = 5,
		.sessions = { &session, 1 }, .state = "new" };
	struct sc_event ev = { .kind = SC_EVENT_finding, .when = SC_SECOND, .body = &f };
	sc_suspects_add(&m.suspects, &ev);
}

static const char *show(void)
{
	/* one row is enough for the others' tables: sums are over all */
	static const struct sc_part_visitor v = { .rows = 1, .begin = begin, .row = row, .end = end };
	shown_len = 0;
	shown[0] = 0;
	sc_report_show_acts(&m, &v, NULL);
	return shown;
}

static void test_nothing(void **state)
{
	(void)state;
	assert_string_equal(show(), "");
}

static void test_order_and_worst(void **state)
{
	(void)state;
	find("helo_invalid", "info", "203.0.113.1", 1);
	find("auth_guessing", "medium", "203.0.113.1", 7);
	find("auth_guessing", "high", "203.0.113.2", 90);
	find("recipient_harvest", "low", "203.0.113.3", 11);
	assert_string_equal(show(), "1 low recipient probing/recipient_harvest 203.0.113.3 11>5 ab\n"
				    "2 high credential attacks/auth_guessing 203.0.113.2, 203.0.113.1 90>5 ab\n"
				    "1 info identity/helo_invalid 203.0.113.1 1>5 ab\n");
}

static void test_many(void **state)
{
	char who[24];
	(void)state;
	for (unsigned i = 0; i < 700; i++) {
		snprintf(who, sizeof(who), "203.%u.113.%03u", i / 100, i % 100);
		find("scanner", "low", who, i);
	}
	assert_string_equal(show(), "700 low recipient probing/scanner 203.0.113.000, 203.0.113.001, 203.0.113.002 and 697 more "
				    "0>5 ab\n");
}

static int fresh(void **state)
{
	(void)state;
	return sc_suspects_open(&m.suspects) == SC_OK ? 0 : 1;
}

static int gone(void **state)
{
	(void)state;
	sc_suspects_close(&m.suspects);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_detectors),
		cmocka_unit_test(test_sections_are_together),
		cmocka_unit_test_setup_teardown(test_nothing, fresh, gone),
		cmocka_unit_test_setup_teardown(test_order_and_worst, fresh, gone),
		cmocka_unit_test_setup_teardown(test_many, fresh, gone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
