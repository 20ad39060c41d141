/* test_paces.c - diagnoses that need the pace of several sessions or packets beside them: refusals delayed on purpose, ends of
 * messages that get lost in pieces, greetings that wait for an answer of port 113.  Each with a near miss and a look-alike. */
#include "ledger_fixture.h"

#define CLIENT "192.0.2.10"
#define SERVER "198.51.100.25"
#define DAY    86400

/* ---- tarpit ---- */

struct pace {
	int at;                      /* seconds */
	unsigned refused, least, taken, good; /* milliseconds; refused 0 ends */
	const char *client;
};

static void feed_pace(struct ledger *t, const struct pace *p, uint64_t session)
{
	struct sc_ev_wire body = { .refused = p->refused, .refused_least_ms = p->least * SC_MS,
		.refused_most_ms = (p->least + 100) * SC_MS, .taken = p->taken,
		.taken_most_ms = p->taken ? p->good * SC_MS : SC_TIME_NONE, .first = 1 };
	ledger_feed(t, SC_EVENT_wire, session, p->client ? p->client : CLIENT, SERVER, 25, NOON + p->at * SC_SECOND, &body);
}

static void tarpits(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		struct pace paces[5];
		size_t told;
	} cases[] = {
		{ "one slow refusal in each of three sessions", { { 0, 1, 5000, 2, 20, 0 }, { 60, 1, 5000, 2, 30, 0 }, { 120, 1, 5010, 2, 20, 0 } }, 1 },
		{ "told once", { { 0, 2, 5000, 2, 20, 0 }, { 60, 2, 5000, 2, 30, 0 }, { 120, 2, 5010, 2, 20, 0 }, { 180, 3, 5010, 2, 20, 0 } }, 1 },
		{ "near miss: two refusals", { { 0, 1, 5000, 2, 20, 0 }, { 60, 1, 5000, 2, 30, 0 } }, 0 },
		{ "near miss: under a second", { { 0, 1, 900, 2, 20, 0 }, { 60, 1, 900, 2, 30, 0 }, { 120, 1, 900, 2, 20, 0 } }, 0 },
		{ "near miss: nothing to compare with", { { 0, 1, 5000, 1, 20, 0 }, { 60, 1, 5000, 0, 0, 0 }, { 120, 1, 5000, 0, 0, 0 } }, 0 },
		{ "near miss: two days between", { { 0, 1, 5000, 2, 20, 0 }, { 60, 1, 5000, 2, 20, 0 }, { 2 * DAY, 1, 5000, 2, 20, 0 } }, 0 },
		{ "look-alike: one of the refusals came at once", { { 0, 1, 5000, 2, 20, 0 }, { 60, 1, 10, 2, 30, 0 }, { 120, 1, 5010, 2, 20, 0 }, { 180, 1, 5010, 2, 20, 0 } }, 0 },
		{ "look-alike: good commands are slow, too", { { 0, 1, 5000, 2, 20, 0 }, { 60, 1, 5000, 2, 4000, 0 }, { 120, 1, 5010, 2, 20, 0 } }, 0 },
		{ "look-alike: three clients", { { 0, 1, 5000, 2, 20, 0 }, { 60, 1, 5000, 2, 20, "192.0.2.11" }, { 120, 1, 5010, 2, 20, "192.0.2.12" } }, 0 },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ledger t;
		ledger_open(&t, 0, 0);
		for (unsigned k = 0; k < 5 && cases[i].paces[k].refused; k++)
			feed_pace(&t, &cases[i].paces[k], k + 1);
		if (ledger_count(&t, SC_EVENT_diagnosis, "tarpit") != cases[i].told)
			fail_msg("%s", cases[i].name);
		ledger_close(&t);
	}
}

/* What a session told alone is not told again. */
static void told_alone(void **state)
{
	(void)state;
	struct ledger t;
	const struct pace p = { 0, 3, 5000, 2, 20, 0 };
	ledger_open(&t, 0, 0);
	for (uint64_t i = 1; i <= 3; i++) {
		struct sc_ev_diagnosis body = { .diagnosis = "tarpit", .severity = "warn", .confidence = "hint" };
		feed_pace(&t, &p, i);
		ledger_feed(&t, SC_EVENT_diagnosis, i, CLIENT, SERVER, 25, NOON, &body);
	}
	assert_int_equal(ledger_count(&t, SC_EVENT_diagnosis, "tarpit"), 3);
	ledger_close(&t);
}

/* ---- the end in pieces ---- */

static void splits(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		const char *ends;        /* of a session each: l lost, a answered, b another server's that is lost */
		size_t told;
	} cases[] = {
		{ "lost twice", "ll", 1 },
		{ "told once", "llll", 1 },
		{ "near miss: lost once", "l", 0 },
		{ "near miss: two servers", "lb", 0 },
		{ "look-alike: answered between", "lal", 0 },
		{ "answered, and lost from then on", "aall", 1 },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ledger t;
		ledger_open(&t, 0, 0);
		for (uint64_t k = 0; cases[i].ends[k]; k++) {
			char how = cases[i].ends[k];
			struct sc_ev_wire body = { .split_answered = how == 'a', .split_lost = how != 'a', .first = 3 };
			ledger_feed(&t, SC_EVENT_wire, k + 1, CLIENT, how == 'b' ? "198.51.100.26" : SERVER, 25, NOON + (sc_time)k * SC_SECOND,
				&body);
		}
		if (ledger_count(&t, SC_EVENT_diagnosis, "eod_split") != cases[i].told)
			fail_msg("%s", cases[i].name);
		ledger_close(&t);
	}
}

/* ---- port 113 ---- */

struct question {
	int at;                      /* seconds after the session began */
	char what;                   /* ?: asked, !: answered, o: asked of another client; 0 ends */
};

static void feed_question(struct ledger *t, const struct question *q)
{
	struct sc_ev_ident body = { .answered = q->what == '!' };
	struct sc_ev_head head = { .client = { ip_of(SERVER), 4711 },
		.server = { ip_of(q->what == 'o' ? "192.0.2.11" : CLIENT), 113 } };
	struct sc_event ev = { .kind = SC_EVENT_ident, .packet = ++t->packet, .flow = t->packet, .when = NOON + q->at * SC_SECOND,
		.head = &head, .body = &body };
	head.frames.first = head.frames.last = t->packet;
	sc_ledger_event(t->l, &ev);
}

static void feed_slow(struct ledger *t)
{
	struct sc_ev_wire wire = { .refused_least_ms = SC_TIME_NONE, .taken_most_ms = SC_TIME_NONE, .established = NOON,
		.greeting_ms = 10 * SC_SECOND };
	struct sc_ev_diagnosis body = { .diagnosis = "slow_banner", .severity = "warn", .confidence = "sure", .text = SC_STR("Slow.") };
	struct sc_ev_head head = { .session = 1, .client = { ip_of(CLIENT), 40000 }, .server = { ip_of(SERVER), 25 } };
	struct sc_event ev = { .kind = SC_EVENT_diagnosis, .packet = ++t->packet, .flow = 1, .when = NOON + 20 * SC_SECOND,
		.head = &head, .body = &body };
	ledger_feed(t, SC_EVENT_wire, 1, CLIENT, SERVER, 25, ev.when, &wire);
	sc_ledger_event(t->l, &ev);
}

static void idents(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		struct question questions[4];
		const char *text;        /* NULL: as it was */
	} cases[] = {
		{ "asked and not answered", { { 0, '?' }, { 1, '?' }, { 3, '?' } }, "(packets 1 to 3): that explains the wait." },
		{ "asked once", { { 0, '?' } }, "(packet 1)" },
		{ "near miss: answered", { { 0, '?' }, { 1, '!' } }, NULL },
		{ "near miss: asked when the wait was nearly over", { { 9, '?' } }, NULL },
		{ "near miss: asked before", { { -60, '?' } }, NULL },
		{ "look-alike: asked of another client", { { 0, 'o' } }, NULL },
		{ "look-alike: not asked", { { 0, 0 } }, NULL },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ledger t;
		ledger_open(&t, 0, 0);
		for (unsigned k = 0; k < 4 && cases[i].questions[k].what; k++)
			feed_question(&t, &cases[i].questions[k]);
		feed_slow(&t);
		const struct sc_ev_diagnosis *d = t.count == 1 ? t.told[0]->body : NULL;
		if (!d)
			fail_msg("%s: %zu events", cases[i].name, t.count);
		char room[600] = { 0 };
		struct sc_text copy = sc_text_into(room, sizeof(room) - 1);
		sc_text_add(&copy, d->text);
		if (cases[i].text ? !strstr(room, cases[i].text) : strcmp(room, "Slow.") != 0)
			fail_msg("%s: %s", cases[i].name, room);
		ledger_close(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tarpits),
		cmocka_unit_test(told_alone),
		cmocka_unit_test(splits),
		cmocka_unit_test(idents),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
