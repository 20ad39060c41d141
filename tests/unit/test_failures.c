/* test_failures.c - counts of made-up events: totals agree with each other, and stay within bounds however many
 * keys there are. */
#include "report_fixture.h"

static void take(void *to, const struct sc_event *ev)
{
	sc_failures_add(to, ev);
}

static const struct sample samples[] = {
	{"a@example.org", "ok@Example.NET", "accepted", "eom", NULL, "2.0.0 Ok", NULL, 250, {2, 0, 0}},
	{"a@example.org",
	 "x@example.net",
	 "rejected",
	 "rcpt",
	 "user_unknown",
	 "5.1.1 <x@example.net>: no",
	 NULL,
	 550,
	 {5, 1, 1}},
	{"a@example.org",
	 "y@example.net",
	 "rejected",
	 "rcpt",
	 "user_unknown",
	 "5.1.1 <y@example.net>: no",
	 NULL,
	 550,
	 {5, 1, 1}},
	{"", "z@example.com", "deferred", "rcpt", "greylisted", "wait 300 seconds", NULL, 450, {0}},
	{"b@example.org",
	 "q@example.com",
	 "rejected",
	 "rcpt",
	 "dnsbl_listed",
	 "listed",
	 "bl.example.org",
	 554,
	 {5, 7, 1}},
	{"b@example.org", "r@example.com", "in_doubt", "eom", NULL, NULL, NULL, 0, {0}},
	{"b@example.org", "s@example.com", "aborted", "data", NULL, NULL, NULL, 0, {0}},
	{"b@example.org", "t@example.com", "withdrawn", NULL, NULL, NULL, NULL, 0, {0}},
	{NULL, "postmaster", "unknown", NULL, NULL, NULL, NULL, 0, {0}},
};
#define SAMPLES (sizeof(samples) / sizeof(samples[0]))

static struct sc_failures *counted(void)
{
	struct sc_failures *m = NULL;
	assert_int_equal(sc_failures_open(&m), SC_OK);
	for (size_t i = 0; i < SAMPLES; i++)
		feed_delivery(take, m, 100 + i, T0 + (sc_time)i * SC_SECOND, &samples[i]);
	feed_session(take, m, 100);
	return m;
}

/* The row of that key; fails when there is none. */
static const struct sc_top_row *row_of(const struct sc_top *top, const char *key)
{
	const struct sc_top_row *rows[64];
	size_t count = sc_top_sorted(top, SC_TOP_BY_COUNT, rows, 64);
	for (size_t i = 0; i < count; i++)
		if (sc_str_equal(sc_top_key(rows[i]), sc_str_of(key)))
			return rows[i];
	fail_msg("no row \"%s\"", key);
	return NULL;
}

static struct sc_top_row sum_of(const struct sc_top *top)
{
	return sc_top_rest(top, NULL, 0);
}

static void test_counts(void **state)
{
	(void)state;
	struct sc_failures *m = counted();
	assert_int_equal(m->recipients, SAMPLES);
	assert_int_equal(m->outcomes[SC_OUTCOME_rejected], 3);
	assert_int_equal(sc_failures_failed(m), 6);
	assert_int_equal(m->permanent, 3);
	assert_int_equal(m->causes[SC_CAUSE_user_unknown][1], 2);
	assert_int_equal(m->causes[SC_CAUSE_greylisted][0], 1);
	assert_int_equal(m->cause_sessions[SC_CAUSE_user_unknown], 101);
	assert_int_equal(m->phases[SC_PHASE_rcpt][SC_CLASS_rejected], 3);
	assert_int_equal(m->phases[SC_PHASE_rcpt][SC_CLASS_deferred], 1);
	assert_int_equal(m->phases[SC_PHASE_eom][SC_CLASS_in_doubt], 1);
	assert_int_equal(m->phases[SC_PHASE_data][SC_CLASS_aborted], 1);
	assert_int_equal(m->no_enhanced, 1);
	assert_int_equal(m->sessions, 1);
	assert_int_equal(m->quirks[SC_QUIRK_bare_lf], 1);
	assert_int_equal(m->timeline.count, 1);
	assert_int_equal(m->timeline.bins[0].outcomes[SC_OUTCOME_rejected], 3);
	assert_int_equal(m->timeline.bins[0].sessions, 1);
	sc_failures_close(m);
}

static void test_keys(void **state)
{
	(void)state;
	struct sc_failures *m = counted();
	const struct sc_top_row *domain = row_of(&m->domains, "example.net");
	assert_int_equal(domain->count, 3);
	assert_int_equal(domain->failed, 2);
	assert_int_equal(domain->outcomes[SC_OUTCOME_accepted], 1);
	assert_int_equal(domain->last_accepted, T0);
	assert_int_equal(domain->first_failed, T0 + SC_SECOND);
	assert_int_equal(domain->sessions[0], 101);
	assert_int_equal(row_of(&m->domains, "-")->count, 1);
	assert_int_equal(row_of(&m->senders, "<>")->failed, 1);
	assert_int_equal(row_of(&m->senders, "-")->count, 1);
	const struct sc_top_row *template = row_of(&m->templates, "550 5.1.1 <ADDR>: no");
	assert_int_equal(template->count, 2);
	assert_int_equal(template->code, 550);
	assert_int_equal(template->cause, SC_CAUSE_user_unknown);
	assert_int_equal(row_of(&m->templates, "450 wait N seconds")->count, 1);
	assert_int_equal(row_of(&m->enhanced, "5.1.1")->count, 2);
	assert_int_equal(row_of(&m->lists, "bl.example.org")->count, 1);
	assert_int_equal(row_of(&m->silent, "198.51.100.7:25 in_doubt at eom")->count, 1);
	assert_int_equal(row_of(&m->silent, "198.51.100.7:25 aborted at data")->sessions[0], 106);
	const struct sc_top_row *server = row_of(&m->servers, "198.51.100.7:25");
	assert_true(sc_str_equal((sc_str){ server->label, server->label_len }, SC_STR("mx.example.net")));
	sc_failures_close(m);
}

static void test_totals_agree(void **state)
{
	(void)state;
	struct sc_failures *m = counted();
	const struct sc_top *maps[] = { &m->domains, &m->servers, &m->senders, &m->clients };
	for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]); i++) {
		struct sc_top_row sum = sum_of(maps[i]);
		assert_int_equal(sum.count, m->recipients);
		assert_int_equal(sum.failed, sc_failures_failed(m));
		assert_memory_equal(sum.outcomes, m->outcomes, sizeof(m->outcomes));
	}
	uint64_t refused = m->outcomes[SC_OUTCOME_deferred] + m->outcomes[SC_OUTCOME_rejected];
	uint64_t caused = 0, phased = 0;
	for (int i = 0; i < SC_CAUSES; i++)
		caused += m->causes[i][0] + m->causes[i][1];
	for (int i = 0; i < SC_PHASES; i++)
		for (int k = 0; k < SC_CLASSES; k++)
			phased += m->phases[i][k];
	assert_int_equal(caused, refused);
	assert_int_equal(phased, sc_failures_failed(m));
	assert_int_equal(sum_of(&m->enhanced).count + m->no_enhanced, refused);
	assert_int_equal(sum_of(&m->templates).count, refused);
	assert_int_equal(sum_of(&m->silent).count, sc_failures_failed(m) - refused);
	sc_failures_close(m);
}

/* A hundred thousand senders, domains and texts; one of them matters. */
static void test_bounds(void **state)
{
	(void)state;
	enum { MANY = 100000 };
	struct sc_failures *m = NULL;
	assert_int_equal(sc_failures_open(&m), SC_OK);
	for (unsigned i = 0; i < MANY; i++) {
		char from[64], rcpt[64], text[64];
		bool big = i % 10 == 0;
		snprintf(from, sizeof(from), big ? "big@example.org" : "a%u@example.org", i);
		snprintf(rcpt, sizeof(rcpt), big ? "x@big.example" : "x@d%u.example", i);
		snprintf(text, sizeof(text), big ? "no such user" : "no%c%c%c%c", 'a' + i % 26, 'a' + i / 26 % 26,
			 'a' + i / 676 % 26, 'a' + i / 17576 % 26);
		struct sample s = { from, rcpt, "rejected", "rcpt", "user_unknown", text, NULL, 550, { 5, 1, 1 } };
		feed_delivery(take, m, i + 1, T0, &s);
	}
	const struct sc_top *maps[] = { &m->senders, &m->domains, &m->templates };
	for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]); i++) {
		const struct sc_top_row *rows[5];
		assert_true(maps[i]->displaced > 0);
		assert_true(maps[i]->used <= maps[i]->sets * SC_TOP_WAYS);
		assert_int_equal(sc_top_sorted(maps[i], SC_TOP_BY_FAILED, rows, 5), 5);
		assert_int_equal(rows[0]->count, MANY / 10);
		assert_int_equal(sum_of(maps[i]).count, MANY);
		struct sc_top_row rest = sc_top_rest(maps[i], rows, 5);
		assert_int_equal(rest.count + rows[0]->count + rows[1]->count + rows[2]->count + rows[3]->count +
					 rows[4]->count,
				 MANY);
	}
	assert_int_equal(m->recent_count, MANY);
	assert_int_equal(sc_failures_recent(m, 0)->session, MANY);
	assert_non_null(sc_failures_recent(m, SC_RECENT_RECIPIENTS - 1));
	assert_null(sc_failures_recent(m, SC_RECENT_RECIPIENTS));
	sc_failures_close(m);
}

static void test_others(void **state)
{
	(void)state;
	struct sc_failures *m = NULL;
	assert_int_equal(sc_failures_open(&m), SC_OK);
	struct sc_ev_failure refused = { .scope = "session", .phase = "greeting", .cause = "reputation", .code = 554,
					 .retry_after_s = SC_NONE };
	struct sc_ev_failure silent = { .scope = "transaction", .phase = "mail", .retry_after_s = SC_NONE };
	feed(take, m, SC_EVENT_failure, 1, T0, &refused);
	feed(take, m, SC_EVENT_failure, 2, T0, &silent);
	assert_int_equal(m->failures, 2);
	assert_int_equal(m->other_phases[SC_PHASE_greeting][1], 1);
	assert_int_equal(m->other_causes[SC_CAUSE_reputation], 1);
	assert_int_equal(m->other_silent, 1);
	assert_int_equal(row_of(&m->silent, "198.51.100.7:25 broken off at mail")->count, 1);

	static const char *const outcomes[] = { "ok", "failed", "failed", "cancelled", "unknown" };
	for (size_t i = 0; i < 5; i++) {
		struct sc_ev_auth auth = {.mechanism = SC_STR("PLAIN"),
					  .user = SC_STR("alice"),
					  .outcome = outcomes[i],
					  .cleartext = i == 0};
		feed(take, m, SC_EVENT_auth, 10 + i, T0, &auth);
	}
	assert_int_equal(m->auth_ok + m->auth_failed + m->auth_cancelled + m->auth_unknown, 5);
	assert_int_equal(row_of(&m->auth_users, "alice")->failed, 2);
	assert_int_equal(row_of(&m->auth_clients, "192.0.2.10")->sessions[0], 11);
	assert_int_equal(m->auth_cleartext, 1);

	struct sc_ev_transaction tx = sample_transaction("partial", 1000);
	struct sc_ev_recipient unnamed = { .rcpt_to = SC_STR_NONE, .code = 250 };
	tx.recipients = (struct sc_list){ &unnamed, 1 };
	feed(take, m, SC_EVENT_transaction, 20, T0, &tx);
	assert_int_equal(m->messages, 1);
	assert_int_equal(m->message_octets, 1000);
	assert_int_equal(m->unnamed, 1);
	assert_int_equal(m->spreads[SC_SPREAD_eom].count, 1);
	assert_int_equal(m->spreads[SC_SPREAD_eom].most, 5 * SC_SECOND);
	sc_failures_close(m);
}

static void test_spread(void **state)
{
	(void)state;
	struct sc_spread s = { 0 };
	assert_int_equal(sc_spread_percentile(&s, 50), SC_TIME_NONE);
	sc_spread_add(&s, SC_TIME_NONE);
	sc_spread_add(&s, -1);
	assert_int_equal(s.count, 0);
	for (int i = 1; i <= 1000; i++)
		sc_spread_add(&s, i * SC_MS);
	const unsigned percents[] = { 1, 50, 90, 99, 100 };
	for (size_t i = 0; i < 5; i++) {
		sc_time exact = (sc_time)percents[i] * 10 * SC_MS, got = sc_spread_percentile(&s, percents[i]);
		if (got < exact || got > exact + exact / 14)
			fail_msg("%u %%: %lld", percents[i], (long long)got);
	}
	sc_spread_add(&s, INT64_MAX);
	sc_spread_add(&s, 0);
	assert_int_equal(s.most, INT64_MAX);
	assert_int_equal(sc_spread_percentile(&s, 0), 0);
	assert_true(sc_spread_percentile(&s, 100) > 0);
}

static void test_timeline(void **state)
{
	(void)state;
	static struct sc_timeline t;
	const sc_time hour = 3600 * SC_SECOND;
	for (int i = 0; i < 1000; i++)
		sc_timeline_at(&t, T0 + i * hour)->sessions++;
	sc_timeline_at(&t, T0 - 10 * hour)->sessions++;
	uint64_t sum = 0;
	for (size_t i = 0; i < t.count; i++)
		sum += t.bins[i].sessions;
	assert_int_equal(sum, 1001);
	assert_int_equal(t.width_s, 8 * 3600);
	assert_true(sc_timeline_begin(&t, 0) <= T0 - 10 * hour);
	sc_timeline_at(&t, INT64_MAX)->sessions++;
	sc_timeline_at(&t, -INT64_MAX)->sessions++;
	sum = 0;
	for (size_t i = 0; i < t.count; i++)
		sum += t.bins[i].sessions;
	assert_int_equal(sum, 1003);
	assert_true(t.count <= SC_TIMELINE_BINS);
}

static void test_strip(void **state)
{
	(void)state;
	static struct sc_timeline t = { .finest_s = 1 };
	for (int i = 0; i < 100; i++)
		sc_timeline_at(&t, T0 + i * SC_SECOND)->sessions++;
	assert_int_equal(t.width_s, 1);
	assert_int_equal(t.count, 100);
	sc_timeline_at(&t, T0 + 1000 * SC_SECOND)->sessions++;
	assert_int_equal(t.width_s, 8);
	assert_int_equal(t.finest_s, 1);
}

static void test_paces(void **state)
{
	(void)state;
	struct sc_paces p;
	const struct sc_pace *items[4];
	assert_int_equal(sc_paces_open(&p, 8), SC_OK);
	for (int i = 0; i < 10; i++) {
		sc_paces_add(&p, SC_STR("slow"), (i + 1) * SC_SECOND);
		sc_paces_add(&p, SC_STR("fast"), (i + 1) * SC_MS);
	}
	sc_paces_add(&p, SC_STR("slow"), SC_TIME_NONE);
	sc_paces_add(&p, SC_STR_NONE, SC_SECOND);
	assert_int_equal(sc_paces_sorted(&p, items, 4), 2);
	assert_true(sc_str_equal(sc_pace_key(items[0]), SC_STR("slow")));
	assert_int_equal(items[0]->spread.count, 10);
	assert_int_equal(sc_paces_sorted(&p, items, 1), 1);
	assert_true(sc_str_equal(sc_pace_key(items[0]), SC_STR("slow")));
	for (char c = 'a'; c <= 'z'; c++) /* many that come once do not push out who comes often */
		sc_paces_add(&p, (sc_str){ &c, 1 }, SC_MS);
	assert_true(sc_paces_sorted(&p, items, 4) == 4 && items[0]->spread.count == 10);
	sc_paces_close(&p);
}

static uint64_t steps_of(const struct sc_ages_row *row)
{
	uint64_t sum = 0;
	for (int i = 0; i < SC_AGES_STEPS; i++)
		sum += row->steps[i];
	return sum;
}

static void test_ages(void **state)
{
	(void)state;
	struct sc_ages a = { 0 };
	static struct sc_ages_row rows[SC_AGES_ROWS + 1];
	const sc_time minute = 60 * SC_SECOND;
	assert_int_equal(sc_ages_open(&a), SC_OK);
	sc_ages_add(&a, 1, SC_OUTCOME_deferred, SC_STR("Example.NET"), T0);
	sc_ages_add(&a, 1, SC_OUTCOME_deferred, SC_STR("example.net"), T0 + 9 * minute); /* again: since the first */
	sc_ages_add(&a, 2, SC_OUTCOME_in_doubt, SC_STR("example.net"), T0 + 9 * minute);
	sc_ages_add(&a, 3, SC_OUTCOME_deferred, SC_STR("example.org"), T0);
	sc_ages_add(&a, 3, SC_OUTCOME_accepted, SC_STR("example.org"), T0 + minute);
	sc_ages_add(&a, 4, SC_OUTCOME_rejected, SC_STR("example.org"), T0);
	sc_ages_add(&a, 5, SC_OUTCOME_aborted, SC_STR("example.com"), T0 - 1000 * minute);
	sc_ages_add(&a, 0, SC_OUTCOME_deferred, SC_STR("example.com"), T0);
	assert_int_equal(a.count, 3);
	assert_int_equal(sc_ages_rows(&a, T0 + 10 * minute, rows), 2);
	assert_true(sc_str_equal(rows[0].domain, SC_STR("example.net")));
	assert_int_equal(rows[0].count, 2);
	assert_int_equal(rows[0].steps[0], 1);
	assert_int_equal(rows[0].steps[2], 1); /* ten minutes are no longer under ten */
	assert_int_equal(rows[1].steps[SC_AGES_STEPS - 1], 1);
	assert_int_equal(sc_ages_rows(&a, -INT64_MAX, rows), 2); /* a clock that goes back */
	for (uint64_t i = 10; i < 30000; i++) {
		char domain[16];
		struct sc_text t = sc_text_into(domain, sizeof(domain));
		sc_text_number(&t, i % 500);
		sc_ages_add(&a, i, SC_OUTCOME_deferred, sc_text_str(&t), T0);
	}
	uint64_t sum = 0;
	size_t count = sc_ages_rows(&a, INT64_MAX, rows);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(steps_of(&rows[i]), rows[i].count);
		sum += rows[i].count;
	}
	assert_int_equal(count, SC_AGES_ROWS + 1);
	assert_null(rows[count - 1].domain.at);
	assert_int_equal(sum, a.count);
	assert_int_equal(a.count + a.lost, 29990 + 3 + 1); /* one was of no story */
	sc_ages_close(&a);
}

static void test_top(void **state)
{
	(void)state;
	struct sc_top top;
	char long_key[1000];
	memset(long_key, 'k', sizeof(long_key));
	assert_int_equal(sc_top_open(&top, 8), SC_OK);
	struct sc_top_item ok = { .when = T0, .session = 1 }, bad = { .failed = true, .when = T0, .session = 2 };
	sc_top_add(&top, (sc_str){ long_key, sizeof(long_key) }, &ok);
	struct sc_top_row *row = sc_top_add(&top, (sc_str){ long_key, sizeof(long_key) }, &bad);
	assert_int_equal(row->count, 2);
	assert_int_equal(row->key_len, SC_TOP_KEY_OCTETS);
	assert_int_equal(row->sessions[0], 2); /* a failure is the better example */
	assert_int_equal(row->sessions[1], 0);
	sc_top_add(&top, SC_STR_NONE, &ok);
	assert_int_equal(row_of(&top, "-")->count, 1);
	for (int i = 0; i < 100; i++) {
		char key[2] = { (char)i, 0 };
		sc_top_add(&top, (sc_str){ key, 1 }, &ok);
	}
	const struct sc_top_row *rows[8];
	assert_int_equal(sc_top_sorted(&top, SC_TOP_BY_COUNT, rows, 8), 8);
	assert_int_equal(rows[0]->count, 2); /* the row with a failure stayed */
	assert_int_equal(sc_top_sorted(&top, SC_TOP_BY_FAILED, rows, 8), 1);
	assert_int_equal(sc_top_sorted(&top, SC_TOP_BY_COUNT, rows, 0), 0);
	assert_int_equal(sum_of(&top).count, 103);
	sc_top_close(&top);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_totals_agree),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_spread),
		cmocka_unit_test(test_timeline),
		cmocka_unit_test(test_strip),
		cmocka_unit_test(test_paces),
		cmocka_unit_test(test_ages),
		cmocka_unit_test(test_top),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
