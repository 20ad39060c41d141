/* test_across.c - diagnoses that need several sessions: what servers offer and to whom, IPv6 against IPv4, loops, storms.
 * Each with a near miss and a look-alike. */
#include "ledger_fixture.h"

#define S    "192.0.2.25"
#define A    "198.51.100.1"
#define A2   "198.51.100.2"
#define B    "203.0.113.1"
#define DAY  86400

static void check(struct ledger *t, const char *scene, const char *diagnosis, const char *confidence, size_t want)
{
	size_t told = ledger_count(t, SC_EVENT_diagnosis, diagnosis);
	if (told != want)
		fail_msg("%s: %s told %zu times", scene, diagnosis, told);
	for (size_t i = 0; confidence && i < t->count; i++) {
		const struct sc_ev_diagnosis *d = t->told[i]->body;
		if (t->told[i]->kind == SC_EVENT_diagnosis && strcmp(d->diagnosis, diagnosis) == 0 && strcmp(d->confidence, confidence) != 0)
			fail_msg("%s: %s", scene, d->confidence);
	}
	ledger_close(t);
}

/* ---- STARTTLS and lists ---- */

struct greeting {
	int at;
	const char *client;
	char tls;                   /* + offered, - not, H: greeted with HELO, D: inside TLS; 0 ends */
	const char *list;           /* NULL: the usual one */
};

static void feed_greeting(struct ledger *t, const struct greeting *g, uint64_t session)
{
	sc_str lines[] = { SC_STR("PIPELINING"), sc_str_of(g->list ? g->list : "SIZE 1000"), SC_STR("STARTTLS") };
	struct sc_ev_session body = { .helo = { g->tls == 'H' ? "HELO" : "EHLO", SC_STR("mx.example.org") },
		.capabilities = { lines, g->tls == '+' ? 3 : g->tls == 'H' ? 0 : 2 }, .decrypted = g->tls == 'D',
		.starttls = g->tls == '+' ? "offered_unused" : g->tls == 'D' ? "established" : "not_offered" };
	ledger_feed(t, SC_EVENT_session, session, g->client, S, 25, NOON + g->at * SC_SECOND, &body);
}

static void lists(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		struct greeting greetings[8];
		size_t told;
	} cases[] = {
		{ "by turns", { { 0, A, '+', 0 }, { 1, B, '+', "XEXCH50" }, { 2, A, '+', 0 } }, 1 },
		{ "near miss: not seen again by the first", { { 0, A, '+', 0 }, { 1, B, '+', "XEXCH50" }, { 2, B, '+', "XEXCH50" } }, 0 },
		{ "look-alike: set up anew", { { 0, A, '+', 0 }, { 1, B, '+', 0 }, { 2, A, '+', "XEXCH50" }, { 3, B, '+', "XEXCH50" } }, 0 },
		{ "look-alike: both lists in one network", { { 0, A, '+', 0 }, { 1, B, '+', "XEXCH50" }, { 2, A, '+', "XEXCH50" }, { 3, A, '+', 0 } }, 0 },
		{ "look-alike: only a value", { { 0, A, '+', "SIZE 1" }, { 1, B, '+', "SIZE 2" }, { 2, A, '+', "SIZE 3" } }, 0 },
		{ "look-alike: only STARTTLS, which is another matter", { { 0, A, '+', 0 }, { 1, B, '-', 0 }, { 2, A, '+', 0 } }, 0 },
		{ "told once", { { 0, A, '+', 0 }, { 1, B, '+', "X" }, { 2, A, '+', 0 }, { 3, B, '+', "X" }, { 4, A, '+', 0 } }, 1 },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ledger t;
		ledger_open(&t, 0, 0);
		for (unsigned k = 0; k < 8 && cases[i].greetings[k].tls; k++)
			feed_greeting(&t, &cases[i].greetings[k], k + 1);
		check(&t, cases[i].name, "keyword_change", "hint", cases[i].told);
	}
}

/* ---- IPv6 against IPv4 ---- */

struct verdict {
	int at;
	uint64_t session;
	const char *client, *server, *host, *helo, *to, *outcome, *cause;
	uint16_t code;               /* 0 ends */
};

#define V6 "2001:db8::1"
#define S6 "2001:db8:25::25"
#define MX "mx.example.net"

static void feed_verdict(struct ledger *t, const struct verdict *v)
{
	struct sc_ev_delivery body = { .n = v->session, .mail_from = SC_STR("a@example.org"), .rcpt_to = sc_str_of(v->to),
		.outcome = v->outcome, .cause = v->cause, .phase = "rcpt", .code = v->code, .size = SC_NONE,
		.declared_size = SC_NONE, .retry_after_s = SC_NONE, .helo = sc_str_of(v->helo), .greeting_host = sc_str_of(v->host) };
	ledger_feed(t, SC_EVENT_delivery, v->session, v->client, v->server, 25, NOON + v->at * SC_SECOND, &body);
}

static void families(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		struct verdict verdicts[3];
		size_t told;
	} cases[] = {
		{ "refused, then taken", { { 0, 1, V6, S6, MX, "a.example.org", "b@example.net", "rejected", "rdns_helo", 550 },
		    { 5, 2, A, S, MX, "b.example.org", "b@Example.NET", "accepted", NULL, 250 } }, 1 },
		{ "taken, then refused", { { 0, 1, A, S, MX, "a.example.org", "b@example.net", "accepted", NULL, 250 },
		    { 5, 2, V6, S6, MX, "b.example.org", "b@example.net", "deferred", "reputation", 450 } }, 1 },
		{ "near miss: another recipient", { { 0, 1, V6, S6, MX, "a.example.org", "c@example.net", "rejected", "rdns_helo", 550 },
		    { 5, 2, A, S, MX, "b.example.org", "b@example.net", "accepted", NULL, 250 } }, 0 },
		{ "near miss: another server", { { 0, 1, V6, S6, "mx2.example.net", "a.example.org", "b@example.net", "rejected", "rdns_helo", 550 },
		    { 5, 2, A, S, MX, "b.example.org", "b@example.net", "accepted", NULL, 250 } }, 0 },
		{ "near miss: two days apart", { { 0, 1, V6, S6, MX, "a.example.org", "b@example.net", "rejected", "rdns_helo", 550 },
		    { 2 * DAY, 2, A, S, MX, "b.example.org", "b@example.net", "accepted", NULL, 250 } }, 0 },
		{ "look-alike: refused for another reason", { { 0, 1, V6, S6, MX, "a.example.org", "b@example.net", "deferred", "greylisted", 450 },
		    { 5, 2, A, S, MX, "b.example.org", "b@example.net", "accepted", NULL, 250 } }, 0 },
		{ "look-alike: the other way round", { { 0, 1, A, S, MX, "a.example.org", "b@example.net", "rejected", "rdns_helo", 550 },
		    { 5, 2, V6, S6, MX, "b.example.org", "b@example.net", "accepted", NULL, 250 } }, 0 },
		{ "look-alike: another client", { { 0, 1, V6, S6, MX, "a.example.com", "b@example.net", "rejected", "rdns_helo", 550 },
		    { 5, 2, A, S, MX, "b.example.org", "b@example.net", "accepted", NULL, 250 } }, 0 },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ledger t;
		ledger_open(&t, 0, 0);
		for (unsigned k = 0; k < 3 && cases[i].verdicts[k].code; k++)
			feed_verdict(&t, &cases[i].verdicts[k]);
		check(&t, cases[i].name, "v6_only_failure", "sure", cases[i].told);
	}
}

/* ---- a domain's mail at the wrong server ---- */

static void misroutes(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		struct {
			const char *client, *from, *to, *cause; /* cause NULL: it was taken */
			uint16_t port;
		} verdicts[5];
		size_t told;
		const char *confidence;
	} cases[] = {
		{ "three networks, three senders", { { A, "a@example.org", "x@example.net", "relay_denied", 25 },
		    { B, "b@example.com", "y@EXAMPLE.net", "relay_denied", 25 }, { "192.0.2.99", "c@sender.example", "x@example.net", "relay_denied", 25 } }, 1, "likely" },
		{ "all to one mailbox", { { A, "a@example.org", "x@example.net", "relay_denied", 25 },
		    { B, "b@example.com", "x@example.net", "relay_denied", 25 }, { "192.0.2.99", "c@sender.example", "x@example.net", "relay_denied", 25 } }, 1, "hint" },
		{ "told once", { { A, "a@example.org", "x@example.net", "relay_denied", 25 }, { B, "b@example.com", "y@example.net", "relay_denied", 25 },
		    { "192.0.2.99", "c@sender.example", "x@example.net", "relay_denied", 25 }, { "192.0.2.99", "c@sender.example", "z@example.net", "relay_denied", 25 } }, 1, "likely" },
		{ "near miss: two networks", { { A, "a@example.org", "x@example.net", "relay_denied", 25 },
		    { B, "b@example.com", "y@example.net", "relay_denied", 25 }, { A2, "c@sender.example", "x@example.net", "relay_denied", 25 } }, 0, NULL },
		{ "near miss: two organisations", { { A, "a@example.org", "x@example.net", "relay_denied", 25 },
		    { B, "b@example.com", "y@example.net", "relay_denied", 25 }, { "192.0.2.99", "c@mx.example.com", "x@example.net", "relay_denied", 25 } }, 0, NULL },
		{ "look-alike: it takes mail for the domain", { { A, "a@example.org", "x@example.net", "relay_denied", 25 }, { A, "a@example.org", "x@example.net", NULL, 25 },
		    { B, "b@example.com", "y@example.net", "relay_denied", 25 }, { "192.0.2.99", "c@sender.example", "x@example.net", "relay_denied", 25 } }, 0, NULL },
		{ "look-alike: one client tries many domains", { { A, "a@example.org", "x@example.net", "relay_denied", 25 },
		    { A, "b@example.com", "y@example.com", "relay_denied", 25 }, { A, "c@sender.example", "x@example.org", "relay_denied", 25 } }, 0, NULL },
		{ "look-alike: logins that are missing", { { A, "a@example.org", "x@example.net", "relay_denied", 587 },
		    { B, "b@example.com", "y@example.net", "relay_denied", 587 }, { "192.0.2.99", "c@sender.example", "x@example.net", "relay_denied", 587 } }, 0, NULL },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ledger t;
		ledger_open(&t, 0, 0);
		for (unsigned k = 0; k < 5 && cases[i].verdicts[k].client; k++) {
			const char *cause = cases[i].verdicts[k].cause;
			struct sc_ev_delivery body = { .n = 1, .mail_from = sc_str_of(cases[i].verdicts[k].from),
				.rcpt_to = sc_str_of(cases[i].verdicts[k].to), .outcome = cause ? "rejected" : "accepted", .cause = cause,
				.phase = "rcpt", .code = cause ? 554 : 250, .size = SC_NONE, .declared_size = SC_NONE, .retry_after_s = SC_NONE };
			ledger_feed(&t, SC_EVENT_delivery, k + 1, cases[i].verdicts[k].client, S, cases[i].verdicts[k].port,
				NOON + k * SC_SECOND, &body);
		}
		check(&t, cases[i].name, "mx_misroute", cases[i].confidence, cases[i].told);
	}
}

/* ---- loops ---- */

static void loops(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		const char *client[4], *server[4];
		uint64_t received[4];        /* fields, plus one; 0 ends */
		bool     several;            /* messages */
		size_t   told;
	} cases[] = {
		{ "to and fro", { A, S, A, S }, { S, A, S, A }, { 2, 3, 4, 5 }, false, 1 },
		{ "round and round", { A, A, A }, { S, S, S }, { 2, 5, 8 }, false, 1 },
		{ "near miss: twice", { A, S }, { S, A }, { 2, 3 }, false, 0 },
		{ "look-alike: to three recipients", { A, A, A }, { S, S, S }, { 2, 2, 2 }, false, 0 },
		{ "look-alike: a chain of hosts", { A, S, B }, { S, B, A2 }, { 2, 3, 4 }, false, 0 },
		{ "look-alike: three messages", { A, A, A }, { S, S, S }, { 2, 3, 4 }, true, 0 },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ledger t;
		ledger_open(&t, 0, 0);
		for (unsigned k = 0; k < 4 && cases[i].received[k]; k++) {
			char name[32];
			snprintf(name, sizeof(name), "<%u@example.org>", cases[i].several ? k : 0);
			struct sc_ev_message body = { .n = 1, .message_id = sc_str_of(name), .received = cases[i].received[k] - 1 };
			ledger_feed(&t, SC_EVENT_message, k + 1, cases[i].client[k], cases[i].server[k], 25, NOON + k * SC_SECOND, &body);
		}
		check(&t, cases[i].name, "mail_loop", "likely", cases[i].told);
	}
}

/* ---- storms ---- */

struct storm {
	const char *name;
	unsigned count;              /* refusals */
	int pause;                   /* seconds between them */
	bool failures;               /* of the connection; else of the same recipient */
	bool other_mail;             /* each of another recipient */
	const char *causes[2];       /* by turns */
	const char *phase;
	unsigned accepted_after;     /* so many, something is taken; 0: never */
	size_t told;
};

static void feed_storm(struct ledger *t, const struct storm *c)
{
	for (unsigned i = 0; i < c->count; i++) {
		char to[64];
		snprintf(to, sizeof(to), "b%u@example.net", c->other_mail ? i : 0);
		const char *cause = c->causes[1] ? c->causes[i % 2] : c->causes[0];
		struct verdict v = { (int)i * c->pause, i + 1, A, S, MX, "mx.example.org", to, "deferred", cause, 450 };
		struct sc_ev_failure f = { .scope = "session", .phase = c->phase, .cause = cause, .code = 421, .retry_after_s = SC_NONE };
		if (c->failures)
			ledger_feed(t, SC_EVENT_failure, i + 1, A, S, 25, NOON + (sc_time)i * c->pause * SC_SECOND, &f);
		else
			feed_verdict(t, &v);
		if (i + 1 != c->accepted_after)
			continue;
		v = (struct verdict){ (int)i * c->pause, 1000 + i, A, S, MX, "mx.example.org", "x@example.net", "accepted", NULL, 250 };
		feed_verdict(t, &v);
	}
}

static void storms(void **state)
{
	(void)state;
	static const struct storm cases[] = {
		{ "five connections refused", 5, 100, true, false, { "too_many_connections" }, "connect", 0, 1 },
		{ "near miss: four", 4, 100, true, false, { "too_many_connections" }, "connect", 0, 0 },
		{ "near miss: in eleven minutes", 5, 165, true, false, { "too_many_connections" }, "connect", 0, 0 },
		{ "near miss: one was taken between", 6, 60, true, false, { "rate_limited" }, "connect", 3, 0 },
		{ "look-alike: two reasons by turns", 8, 30, true, false, { "rate_limited", "server_error" }, "connect", 0, 0 },
		{ "look-alike: wrong passwords", 8, 30, true, false, { "auth_failed" }, "auth", 0, 0 },
		{ "one message, tried again and again", 6, 90, false, false, { "greylisted" }, NULL, 0, 1 },
		{ "look-alike: six messages, each put off once", 6, 90, false, true, { "greylisted" }, NULL, 0, 0 },
		{ "told once an hour", 30, 60, true, false, { "rate_limited" }, "connect", 0, 1 },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ledger t;
		ledger_open(&t, 0, 0);
		feed_storm(&t, &cases[i]);
		check(&t, cases[i].name, "retry_storm", "likely", cases[i].told);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists),
		cmocka_unit_test(families),
		cmocka_unit_test(misroutes),
		cmocka_unit_test(loops),
		cmocka_unit_test(storms),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
