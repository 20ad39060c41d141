/* test_ledger.c - the ledger passes everything on, in order, and places its own events; same_source_all. */
#include "ledger_fixture.h"

static struct sc_ev_session session_of(const char *helo)
{
	return (struct sc_ev_session){ .start = NOON, .end = NOON, .helo = { "EHLO", sc_str_of(helo) } };
}

/* `sessions` sessions of one server; their clients and names go round. */
struct sources_case {
	const char *name;
	unsigned sessions, clients, organisations;
	const char *network; /* of the clients, without the last number */
	uint16_t port;
	size_t   told;
};

static void feed_sources(struct ledger *t, const struct sources_case *c)
{
	for (unsigned i = 0; i < c->sessions; i++) {
		char client[64], helo[64];
		snprintf(client, sizeof(client), "%s%u", c->network, 1 + i % c->clients);
		snprintf(helo, sizeof(helo), "mx%u.example%u.com", i, i % c->organisations);
		struct sc_ev_session body = session_of(helo);
		ledger_feed(t, SC_EVENT_session, i + 1, client, "192.0.2.25", c->port, NOON + i * SC_SECOND, &body);
	}
}

static void sources(void **state)
{
	(void)state;
	static const struct sources_case cases[] = {
		{ "a proxy hides all",                  40, 1, 20, "10.0.0.",   25, 1 },
		{ "too few sessions",                    5, 1,  5, "10.0.0.",   25, 0 },
		{ "enough when the capture ends",        6, 1,  5, "10.0.0.",   25, 1 },
		{ "enough at once",                     20, 1,  5, "10.0.0.",   25, 1 },
		{ "four organisations",                 40, 1,  4, "10.0.0.",   25, 0 },
		{ "look-alike: a relay of many names",  40, 1,  1, "10.0.0.",   25, 0 },
		{ "two clients",                        40, 2, 20, "10.0.0.",   25, 0 },
		{ "a public address",                   40, 1, 20, "203.0.113.", 25, 0 },
		{ "look-alike: an office submits",      40, 1, 20, "10.0.0.",  587, 0 },
		{ "IPv6",                               40, 1, 20, "fd00::",    25, 1 },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ledger t;
		ledger_open(&t, 0, 0);
		feed_sources(&t, &cases[i]);
		sc_ledger_finish(t.l, 1000, NOON + 86400 * SC_SECOND);
		size_t told = ledger_count(&t, SC_EVENT_diagnosis, "same_source_all");
		if (told != cases[i].told)
			fail_msg("%s: told %zu times", cases[i].name, told);
		if (ledger_count(&t, SC_EVENT_session, NULL) != cases[i].sessions)
			fail_msg("%s: a session is missing", cases[i].name);
		ledger_close(&t);
	}
}

/* What is told of a session stands before its end, at its packet and time, and names it. */
static void place(void **state)
{
	(void)state;
	static const struct sources_case proxy = { "", 20, 1, 20, "10.0.0.", 25, 1 };
	struct ledger t;
	ledger_open(&t, 0, 0);
	feed_sources(&t, &proxy);
	const struct sc_event *own = NULL, *after = t.told[t.count - 1];
	for (size_t i = 0; i < t.count; i++) /* others may have something to say, too */
		if (t.told[i]->kind == SC_EVENT_diagnosis)
			own = t.told[i];
	assert_non_null(own);
	assert_int_equal(after->kind, SC_EVENT_session);
	assert_int_equal(own->packet, after->packet);
	assert_int_equal(own->when, after->when);
	assert_int_equal(own->flow, after->flow);
	assert_int_equal(own->head->session, after->head->session);
	const struct sc_ev_diagnosis *body = own->body;
	assert_string_equal(body->severity, "warn");
	assert_string_equal(body->confidence, "likely");
	assert_true(sc_str_search(body->text, SC_STR("10.0.0.1")) != SIZE_MAX);
	ledger_close(&t);
}

/* Nobody looks at what it could tell: it asks for nothing and adds nothing. */
static void wants(void **state)
{
	(void)state;
	uint64_t session = SC_WANT(SC_EVENT_session), exchange = SC_WANT(SC_EVENT_exchange);
	uint64_t diagnosis = SC_WANT(SC_EVENT_diagnosis);
	assert_int_equal(sc_ledger_wants(0), 0);
	assert_int_equal(sc_ledger_wants(exchange), exchange);
	assert_int_equal(sc_ledger_wants(diagnosis | exchange) & (session | exchange), session | exchange);
	static const struct sources_case proxy = { "", 40, 1, 20, "10.0.0.", 25, 1 };
	struct ledger t;
	ledger_open(&t, 0, session);
	feed_sources(&t, &proxy);
	assert_int_equal(t.count, 40);
	ledger_close(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sources),
		cmocka_unit_test(place),
		cmocka_unit_test(wants),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
