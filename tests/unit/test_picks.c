/* What a number of the model counts is found again by its key, as many times as the number says. */
#include "report_fixture.h"

#include "tui/picks.h"

#define LONG "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"

/* Kinds that meet in one row, keys that are none, that are cut, or look like another's. */
static const struct sample deliveries[] = {
	{ "a@example.org", "b@Example.NET", "accepted", NULL, NULL, "ok", NULL, 250, { 2, 0, 0 } },
	{ "a@example.org", "b@example.net", "rejected", "rcpt", "user_unknown", "5.1.1 no such user", NULL, 550, { 5, 1, 1 } },
	{ "a@example.org", "c@EXAMPLE.net", "rejected", "rcpt", "user_unknown", "5.1.1 no such user", NULL, 550, { 5, 1, 1 } },
	{ "a@example.org", "b@example.net", "rejected", "rcpt", NULL, "no", NULL, 550, { 0, 0, 0 } },
	{ "a@example.org", "b@example.net", "in_doubt", "eom", NULL, NULL, NULL, 0, { 0, 0, 0 } },
	{ "a@example.org", "b@example.net", "aborted", "data", "user_unknown", NULL, NULL, 0, { 0, 0, 0 } },
	{ "", "b@example.net", "deferred", "rcpt", "greylisted", "4.7.1 later", NULL, 450, { 4, 7, 1 } },
	{ NULL, "b", "deferred", "rcpt", "a_word_of_tomorrow", "4.7.1 later", NULL, 450, { 4, 7, 1 } },
	{ "-", NULL, "deferred", NULL, NULL, NULL, NULL, 0, { 0, 0, 0 } },
	{ "a@example.org", "b@-", "rejected", "connect", "ip_reputation", "listed", "zen.example.org", 554, { 5, 7, 1 } },
	{ LONG LONG LONG, "b@" LONG LONG LONG "x", "rejected", "mail", "policy", LONG LONG LONG, LONG LONG LONG, 550, { 5, 7, 1 } },
	{ LONG LONG LONG "y", "b@" LONG LONG LONG "y", "unknown", "mail", NULL, NULL, NULL, 0, { 0, 0, 0 } },
	{ "a@example.org", "b@example.net", "withdrawn", "rcpt", NULL, NULL, NULL, 0, { 0, 0, 0 } },
};

static const struct sc_ev_tls handshakes[] = {
	{ .via = "starttls", .version = "TLSv1.2", .alert = { .name = "bad_certificate", .side = "client" } },
	{ .via = "starttls", .version = "TLSv1.2", .alert = { .name = "bad_certificate" } },
	{ .via = "implicit" },
	{ .version = "TLSv1.3" },
	{ .via = "starttls", .version = "TLSv1.2", .established = true },
	{ .via = "starttls", .version = "TLSv1.2", .unfinished = true },
};

static void feed_sessions(take_fn *take, void *to)
{
	static const char *const starttls[] = { "established", "established", "refused", NULL };
	static const char *const versions[] = { "TLSv1.3", NULL, "no TLS", NULL };
	for (uint64_t i = 0; i < 4; i++) {
		struct sc_ev_session s = sample_session();
		s.starttls = starttls[i];
		s.tls.version = versions[i];
		s.greeting.software = i % 2 ? SC_STR_NONE : i ? SC_STR("-") : SC_STR("Postfix");
		feed(take, to, SC_EVENT_session, i + 1, T0, &s);
	}
}

static void feed_others(take_fn *take, void *to)
{
	static const struct sc_ev_auth logins[] = { { .mechanism = SC_STR("PLAIN"), .user = SC_STR("u"), .outcome = "ok" },
		{ .mechanism = SC_STR("PLAIN"), .outcome = "failed" }, { .user = SC_STR("-"), .outcome = "failed" } };
	static const struct sc_ev_diagnosis diagnoses[] = { { .diagnosis = "slow", .severity = "warn" }, { .diagnosis = "slow", .severity = "error" } };
	static const struct sc_ev_failure failures[] = { { .phase = "connect", .code = 554, .list = SC_STR("zen.example.org") },
		{ .phase = "connect", .code = 554 }, { .phase = "helo", .list = SC_STR("zen.example.org"), .scope = "session" } };
	for (size_t i = 0; i < sizeof(handshakes) / sizeof(handshakes[0]); i++)
		feed(take, to, SC_EVENT_tls, i + 1, T0, &handshakes[i]);
	for (size_t i = 0; i < 3; i++) {
		feed(take, to, SC_EVENT_auth, i + 1, T0, &logins[i]);
		feed(take, to, SC_EVENT_failure, i + 1, T0, &failures[i]);
	}
	for (size_t i = 0; i < 2; i++)
		feed(take, to, SC_EVENT_diagnosis, i + 1, T0, &diagnoses[i]);
}

static void feed_all(take_fn *take, void *to)
{
	for (size_t i = 0; i < sizeof(deliveries) / sizeof(deliveries[0]); i++)
		feed_delivery(take, to, i + 1, T0, &deliveries[i]);
	feed_sessions(take, to);
	feed_others(take, to);
}

static void count_all(void *to, const struct sc_event *ev)
{
	sc_failures_add(to, ev);
}

struct tally {
	struct sc_pick pick;
	uint64_t taken;
};

static void count_taken(void *to, const struct sc_event *ev)
{
	struct tally *t = to;
	t->taken += sc_pick_takes(&t->pick, ev);
}

static void must_find(enum sc_pick_by by, sc_str key, bool failed, uint64_t count)
{
	struct tally t = { .taken = 0 };
	sc_pick_set(&t.pick, by, key, failed);
	feed_all(count_taken, &t);
	if (t.taken != count)
		fail_msg("by %d, key \"%.*s\": %llu were counted, %llu are found", (int)by, (int)key.len, key.at, (unsigned long long)count,
			 (unsigned long long)t.taken);
}

static void must_find_rows(const struct sc_top *top, enum sc_pick_by by, bool failed, size_t least)
{
	const struct sc_top_row *rows[64];
	size_t n = sc_top_sorted(top, failed ? SC_TOP_BY_FAILED : SC_TOP_BY_COUNT, rows, 64);
	if (n < least)
		fail_msg("by %d: only %zu rows", (int)by, n);
	for (size_t i = 0; i < n; i++)
		must_find(by, sc_top_key(rows[i]), failed, failed ? rows[i]->failed : rows[i]->count);
}

static void test_rows(void **state)
{
	struct sc_failures *m;
	(void)state;
	assert_int_equal(sc_failures_open(&m), SC_OK);
	feed_all(count_all, m);
	const struct {
		const struct sc_top *top;
		enum sc_pick_by by;
		bool failed;
		size_t least;
	} cases[] = {
		{ &m->templates, SC_PICK_TEMPLATE, true, 4 },       { &m->enhanced, SC_PICK_STATUS, true, 3 },
		{ &m->domains, SC_PICK_DOMAIN, true, 3 },           { &m->domains, SC_PICK_DOMAIN, false, 3 },
		{ &m->servers, SC_PICK_SERVER, true, 1 },           { &m->servers, SC_PICK_SERVER, false, 1 },
		{ &m->senders, SC_PICK_SENDER, true, 4 },           { &m->senders, SC_PICK_SENDER, false, 4 },
		{ &m->clients, SC_PICK_CLIENT, false, 1 },          { &m->lists, SC_PICK_LIST, false, 2 },
		{ &m->starttls, SC_PICK_STARTTLS, false, 2 },       { &m->tls, SC_PICK_VERSION, false, 2 },
		{ &m->handshakes, SC_PICK_HANDSHAKE, false, 4 },    { &m->software, SC_PICK_SOFTWARE, false, 2 },
		{ &m->auth_clients, SC_PICK_LOGIN_CLIENT, false, 1 }, { &m->auth_users, SC_PICK_LOGIN_USER, false, 2 },
		{ &m->diagnoses, SC_PICK_DIAGNOSIS, false, 1 },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		must_find_rows(cases[i].top, cases[i].by, cases[i].failed, cases[i].least);
	sc_failures_close(m);
}

static void test_closed_lists(void **state)
{
	struct sc_failures *m;
	(void)state;
	assert_int_equal(sc_failures_open(&m), SC_OK);
	feed_all(count_all, m);
	for (int i = 0; i < SC_OUTCOMES; i++)
		must_find(SC_PICK_OUTCOME, sc_str_of(sc_outcome_name((enum sc_outcome)i)), false, m->outcomes[i]);
	for (int i = 0; i < SC_CAUSES; i++) {
		const char *name = sc_cause_name((enum sc_cause)i);
		must_find(SC_PICK_CAUSE, name ? sc_str_of(name) : SC_STR("-"), true, m->causes[i][0] + m->causes[i][1]);
	}
	for (int i = 0; i < SC_PHASES; i++) {
		const char *name = sc_phase_name((enum sc_phase)i);
		uint64_t all = 0;
		for (int c = 0; c < SC_CLASSES; c++)
			all += m->phases[i][c];
		must_find(SC_PICK_PHASE, name ? sc_str_of(name) : SC_STR("-"), true, all);
	}
	for (int i = 0; i < SC_CAUSES; i++) {
		const char *name = sc_cause_name((enum sc_cause)i);
		must_find(SC_PICK_REFUSED, name ? sc_str_of(name) : SC_STR("-"), false, m->other_causes[i]);
	}
	for (int i = 0; i < SC_PHASES; i++) {
		const char *name = sc_phase_name((enum sc_phase)i);
		must_find(SC_PICK_BROKEN, name ? sc_str_of(name) : SC_STR("-"), false, m->other_phases[i][2]);
	}
	must_find(SC_PICK_SESSIONS, SC_STR(""), false, m->sessions);
	must_find(SC_PICK_EVIDENCE, SC_STR("encrypted"), false, m->encrypted);
	must_find(SC_PICK_EVIDENCE, SC_STR("one_sided"), false, m->one_sided);
	must_find(SC_PICK_EVIDENCE, SC_STR("midstream"), false, m->midstream);
	sc_failures_close(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_closed_lists),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
