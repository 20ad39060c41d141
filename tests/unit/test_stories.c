/* test_stories.c - deliveries in, stories and what queues show out. */
#include <time.h>

#include "ledger_fixture.h"

#define MINUTE 60
#define HOUR   3600
#define GREY   "greylisted"
#define A      "198.51.100.1"
#define POOL   "198.51.101.1"
#define POOL2  "198.51.102.1"
#define S      "192.0.2.25"
#define S2     "192.0.2.26"

/* What one attempt is, and what it is expected to become. */
struct step {
	int at;                  /* seconds after noon */
	uint64_t session;
	const char *client, *server, *helo;
	const char *from;        /* NULL: a@example.org */
	const char *message_id;
	uint64_t declared;       /* 0: not given */
	const char *outcome, *cause, *rule;
	int attempt, story;      /* which story, counted from 1 in the order of their beginnings; 0 ends the steps */
};

struct scene {
	const char *name;
	struct step steps[8];
	int until;               /* the capture goes on so long */
	const char *outcome;     /* of the first `story` event; NULL: none is told */
	const char *confidence;
	const char *diagnosis;   /* NULL: none may be told */
	const char *diagnosis_confidence;
};

static const struct scene scenes[] = {
	{ "greylisted, then taken",
	  { { 0, 1, A, S, "mx.example.org", NULL, NULL, 900, "deferred", GREY, "text:greylist", 1, 1 },
	    { 301, 2, A, S, "mx.example.org", NULL, "<1@example.org>", 900, "accepted", NULL, NULL, 2, 1 } },
	  HOUR, "accepted", "likely", "greylist_pass", "sure" },
	{ "greylisted, taken from the next address of the pool, by another MX",
	  { { 0, 1, A, S, "a.example.org", NULL, NULL, 900, "deferred", GREY, "text:greylist", 1, 1 },
	    { 301, 2, "198.51.100.9", S2, "b.example.org", NULL, "<1@example.org>", 900, "accepted", NULL, NULL, 2, 1 } },
	  HOUR, "accepted", "likely", "greylist_pass", "sure" },
	{ "near miss: another size is another mail",
	  { { 0, 1, A, S, "mx.example.org", NULL, NULL, 900, "deferred", GREY, "text:greylist", 1, 1 },
	    { 301, 2, A, S, "mx.example.org", NULL, "<1@example.org>", 950, "accepted", NULL, NULL, 1, 2 } },
	  HOUR, NULL, NULL, NULL, NULL },
	{ "look-alike: a full mailbox that was emptied",
	  { { 0, 1, A, S, "mx.example.org", NULL, NULL, 900, "deferred", "mailbox_full", "text:full", 1, 1 },
	    { 301, 2, A, S, "mx.example.org", NULL, "<1@example.org>", 900, "accepted", NULL, NULL, 2, 1 } },
	  HOUR, "accepted", "likely", NULL, NULL },
	{ "look-alike: a server in trouble",
	  { { 0, 1, A, S, "mx.example.org", NULL, NULL, 900, "deferred", "server_error", "prior:rcpt:451", 1, 1 },
	    { 301, 2, A, S, "mx.example.org", NULL, "<1@example.org>", 900, "accepted", NULL, NULL, 2, 1 } },
	  HOUR, "accepted", "likely", NULL, NULL },
	{ "greylisted without a word, by a server that takes other mail",
	  { { 0, 9, "203.0.113.9", S, "mx.example.net", "x@example.net", NULL, 0, "accepted", NULL, NULL, 1, 1 },
	    { 60, 1, A, S, "mx.example.org", NULL, NULL, 900, "deferred", "server_error", "prior:rcpt:451", 1, 2 },
	    { 200, 9, "203.0.113.9", S, "mx.example.net", "x@example.net", NULL, 0, "accepted", NULL, NULL, 1, 3 },
	    { 361, 2, A, S, "mx.example.org", NULL, "<1@example.org>", 900, "accepted", NULL, NULL, 2, 2 } },
	  HOUR, "accepted", "likely", "greylist_pass", "likely" },
	{ "greylisted and never tried again",
	  { { 0, 1, A, S, "bot", NULL, NULL, 0, "deferred", GREY, "text:greylist", 1, 1 } },
	  4 * HOUR + 1, "deferred", NULL, "greylist_no_retry", "likely" },
	{ "near miss: the capture was too short",
	  { { 0, 1, A, S, "bot", NULL, NULL, 0, "deferred", GREY, "text:greylist", 1, 1 } },
	  4 * HOUR - 1, NULL, NULL, NULL, NULL },
	{ "look-alike: a call-back asks with the null path",
	  { { 0, 1, A, S, "mx.example.org", "", NULL, 0, "deferred", GREY, "text:greylist", 1, 1 } },
	  5 * HOUR, NULL, NULL, NULL, NULL },
	{ "look-alike: not greylisted by its words",
	  { { 0, 1, A, S, "mx.example.org", NULL, NULL, 0, "deferred", GREY, "prior:rcpt:450", 1, 1 } },
	  5 * HOUR, NULL, NULL, NULL, NULL },
	{ "the pool is greylisted anew each time",
	  { { 0, 1, A, S, "a.example.org", NULL, NULL, 900, "deferred", GREY, "text:greylist", 1, 1 },
	    { 300, 2, POOL, S, "b.example.org", NULL, NULL, 900, "deferred", GREY, "text:greylist", 2, 1 },
	    { 900, 3, POOL2, S, "c.example.org", NULL, NULL, 900, "deferred", GREY, "text:greylist", 3, 1 } },
	  HOUR, "pending", "likely", "greylist_pool", "likely" },
	{ "near miss: one address tries too early",
	  { { 0, 1, A, S, "a.example.org", NULL, NULL, 900, "deferred", GREY, "text:greylist", 1, 1 },
	    { 30, 2, A, S, "a.example.org", NULL, NULL, 900, "deferred", GREY, "text:greylist", 2, 1 },
	    { 90, 3, A, S, "a.example.org", NULL, NULL, 900, "deferred", GREY, "text:greylist", 3, 1 } },
	  HOUR, "pending", "likely", NULL, NULL },
	{ "look-alike: the pool has trouble of another kind",
	  { { 0, 1, A, S, "a.example.org", NULL, NULL, 900, "deferred", "rate_limited", "text:rate", 1, 1 },
	    { 300, 2, POOL, S, "b.example.org", NULL, NULL, 900, "deferred", "rate_limited", "text:rate", 2, 1 },
	    { 900, 3, POOL2, S, "c.example.org", NULL, NULL, 900, "deferred", "rate_limited", "text:rate", 3, 1 } },
	  HOUR, "pending", "likely", NULL, NULL },
	{ "put off, then bounced",
	  { { 0, 1, A, S, "mx.example.org", NULL, "<1@example.org>", 900, "deferred", "mailbox_full", "text:full", 1, 1 },
	    { 3600, 2, A, S, "mx.example.org", NULL, "<1@example.org>", 900, "rejected", "mailbox_full", "text:full", 2, 1 } },
	  2 * HOUR, "rejected", "sure", NULL, NULL },
	{ "in doubt, then sent again",
	  { { 0, 1, A, S, "mx.example.org", NULL, "<1@example.org>", 900, "in_doubt", NULL, NULL, 1, 1 },
	    { 300, 2, A, S, "mx.example.org", NULL, "<1@example.org>", 900, "accepted", NULL, NULL, 2, 1 } },
	  HOUR, "accepted", "sure", "duplicate", "hint" },
	{ "taken twice by one server",
	  { { 0, 1, A, S, "mx.example.org", NULL, "<1@example.org>", 900, "accepted", NULL, NULL, 1, 1 },
	    { 300, 2, A, S, "mx.example.org", NULL, "<1@example.org>", 900, "accepted", NULL, NULL, 2, 1 } },
	  HOUR, "accepted", "sure", "duplicate", "likely" },
	{ "look-alike: two mails of one size",
	  { { 0, 1, A, S, "mx.example.org", NULL, "<1@example.org>", 900, "accepted", NULL, NULL, 1, 1 },
	    { 300, 2, A, S, "mx.example.org", NULL, "<2@example.org>", 900, "accepted", NULL, NULL, 1, 2 } },
	  HOUR, NULL, NULL, NULL, NULL },
	{ "look-alike: the relay hands it on",
	  { { 0, 1, A, S, "host.example.org", NULL, "<1@example.org>", 900, "accepted", NULL, NULL, 1, 1 },
	    { 1, 2, S, "203.0.113.7", "mx.example.org", NULL, "<1@example.org>", 990, "accepted", NULL, NULL, 1, 2 } },
	  HOUR, NULL, NULL, NULL, NULL },
	{ "two of one size, one of them comes back: nobody can tell which",
	  { { 0, 1, A, S, "bot", NULL, NULL, 900, "deferred", GREY, "text:greylist", 1, 1 },
	    { 0, 1, A, S, "bot", NULL, NULL, 900, "deferred", GREY, "text:greylist", 1, 2 },
	    { 301, 2, A, S, "bot", NULL, "<1@example.org>", 900, "accepted", NULL, NULL, 1, 3 } },
	  5 * HOUR, NULL, NULL, NULL, NULL },
	{ "what always has one size is not told apart by it",
	  { { 0, 1, A, S, "mx.example.org", NULL, "<1@example.org>", 900, "accepted", NULL, NULL, 1, 1 },
	    { 300, 2, A, S, "mx.example.org", NULL, NULL, 900, "deferred", GREY, "text:greylist", 1, 2 },
	    { 600, 3, A, S, "mx.example.org", NULL, "<3@example.org>", 900, "accepted", NULL, NULL, 1, 3 } },
	  5 * HOUR, NULL, NULL, NULL, NULL },
};

static void feed_step(struct ledger *t, const struct step *s, unsigned n)
{
	const char *from = s->from ? s->from : "a@example.org";
	struct sc_ev_delivery body = {
		.n = n,
		.mail_from = sc_str_of(from),
		.rcpt_to = SC_STR("b@example.net"),
		.outcome = s->outcome,
		.phase = strcmp(s->outcome, "deferred") == 0 ? "rcpt" : "eom",
		.cause = s->cause,
		.rule = sc_str_of(s->rule),
		.message_id = sc_str_of(s->message_id),
		.size = SC_NONE,
		.retry_after_s = SC_NONE,
		.declared_size = s->declared ? s->declared : SC_NONE,
		.helo = sc_str_of(s->helo),
		.envelope_id = s->message_id && strcmp(s->message_id, "<1@example.org>") == 0 ? SC_STR("QQ+2B1") : SC_STR_NONE,
	};
	ledger_feed(t, SC_EVENT_delivery, s->session, s->client, s->server, 25, NOON + s->at * SC_SECOND, &body);
}

/* The nth event of a kind, NULL. */
static const struct sc_event *nth(const struct ledger *t, enum sc_event_kind kind, unsigned n)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->told[i]->kind == kind && n-- == 0)
			return t->told[i];
	return NULL;
}

static void check_deliveries(const struct ledger *t, const struct scene *c)
{
	uint64_t ids[9] = { 0 };
	for (unsigned i = 0; i < 8 && c->steps[i].story; i++) {
		const struct sc_ev_delivery *d = nth(t, SC_EVENT_delivery, i)->body;
		int story = 1;
		while (ids[story] && ids[story] != d->story)
			story++;
		ids[story] = d->story;
		if (!d->story || d->attempt != (uint64_t)c->steps[i].attempt || story != c->steps[i].story)
			fail_msg("%s: step %u is attempt %d of story %d", c->name, i, (int)d->attempt, story);
	}
}

static void check_told(const struct ledger *t, const struct scene *c)
{
	const struct sc_event *story = nth(t, SC_EVENT_story, 0), *told = nth(t, SC_EVENT_diagnosis, 0);
	const struct sc_ev_story *s = story ? story->body : NULL;
	const struct sc_ev_diagnosis *d = told ? told->body : NULL;
	if (!s != !c->outcome || nth(t, SC_EVENT_story, 1))
		fail_msg("%s: %zu stories", c->name, ledger_count(t, SC_EVENT_story, NULL));
	if (s && strcmp(s->outcome, c->outcome) != 0)
		fail_msg("%s: its outcome is %s", c->name, s->outcome);
	if (s && strcmp(s->confidence ? s->confidence : "", c->confidence ? c->confidence : "") != 0)
		fail_msg("%s: its confidence is %s", c->name, s->confidence);
	if (!d != !c->diagnosis || nth(t, SC_EVENT_diagnosis, 1))
		fail_msg("%s: %zu diagnoses", c->name, ledger_count(t, SC_EVENT_diagnosis, NULL));
	if (d && (strcmp(d->diagnosis, c->diagnosis) != 0 || strcmp(d->confidence, c->diagnosis_confidence) != 0))
		fail_msg("%s: %s, %s", c->name, d->diagnosis, d->confidence);
}

static void play(struct ledger *t, const struct scene *c)
{
	ledger_open(t, 0, 0);
	for (unsigned i = 0; i < 8 && c->steps[i].story; i++)
		feed_step(t, &c->steps[i], i + 1);
	sc_ledger_finish(t->l, 1000, NOON + c->until * SC_SECOND);
}

static void plays(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++) {
		struct ledger t;
		play(&t, &scenes[i]);
		check_deliveries(&t, &scenes[i]);
		check_told(&t, &scenes[i]);
		ledger_close(&t);
	}
}

/* Every list in the order of the attempts, each item once. */
static void lists(void **state)
{
	(void)state;
	struct ledger t;
	play(&t, &scenes[1]);
	const struct sc_ev_story *s = nth(&t, SC_EVENT_story, 0)->body;
	assert_int_equal(s->sessions.count, 2);
	assert_true(sc_str_equal(s->sessions.items[1], SC_STR("0000000000000002")));
	assert_int_equal(s->clients.count, 2);
	assert_true(sc_str_equal(s->clients.items[1], SC_STR("198.51.100.9")));
	assert_int_equal(s->servers.count, 2);
	assert_int_equal(s->causes.count, 1);
	assert_int_equal(s->delay_ms, 301 * SC_SECOND);
	assert_true(sc_str_equal(s->mail_from, SC_STR("a@example.org")));
	assert_true(sc_str_equal(s->rcpt_to, SC_STR("b@example.net")));
	ledger_close(&t);
}

/* A retry may have gone by unseen: nobody says that there was none. */
static void unseen(void **state)
{
	(void)state;
	static const struct {
		const char *name, *client;
		struct sc_ev_session session;
		sc_time jump;
		size_t  told;
	} cases[] = {
		{ "another client's TLS", "203.0.113.1", { .starttls = "established" }, 0, 1 },
		{ "inside TLS", "198.51.100.200", { .starttls = "established" }, 0, 0 },
		{ "TLS that was opened", "198.51.100.200", { .starttls = "established", .decrypted = true }, 0, 1 },
		{ "in a gap", "198.51.100.200", { .evidence = { .gap_octets = { 7, 0 } } }, 0, 0 },
		{ "of one side", "198.51.100.200", { .evidence = { .one_sided = "server" } }, 0, 0 },
		{ "while nothing was captured", "203.0.113.1", { .end_by = "quit" }, 30 * HOUR * SC_SECOND, 0 },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ledger t;
		ledger_open(&t, 0, 0);
		feed_step(&t, &scenes[6].steps[0], 1);
		ledger_feed(&t, SC_EVENT_session, 5, cases[i].client, S, 25, NOON + 600 * SC_SECOND + cases[i].jump, &cases[i].session);
		sc_ledger_finish(t.l, 1000, NOON + 6 * HOUR * SC_SECOND + cases[i].jump);
		if (ledger_count(&t, SC_EVENT_diagnosis, "greylist_no_retry") != cases[i].told)
			fail_msg("%s", cases[i].name);
		ledger_close(&t);
	}
}

struct returned {
	const char *name;
	const char *to, *original_id, *envelope_id, *action, *type; /* of the report */
	const char *bounce_to;
	bool     second;             /* another mail between the same people was taken, too */
	bool     told;
	const char *final;           /* the recipient that was tried */
};

static void feed_report(struct ledger *t, const struct returned *c)
{
	const struct sc_ev_reported item = { .original_recipient = sc_str_of(c->to), .final_recipient = sc_str_of(c->final), .action = sc_str_of(c->action), .status = { 5, 1, 1 } };
	struct sc_ev_message body = { .n = 1, .report = { .type = c->type, .original_message_id = sc_str_of(c->original_id),
		.original_envelope_id = sc_str_of(c->envelope_id) }, .reported = { &item, 1 } };
	struct sc_ev_delivery bounce = { .n = 1, .mail_from = SC_STR(""), .rcpt_to = sc_str_of(c->bounce_to), .outcome = "accepted",
		.phase = "eom", .size = SC_NONE, .declared_size = SC_NONE, .retry_after_s = SC_NONE };
	ledger_feed(t, SC_EVENT_message, 77, S, A, 25, NOON + MINUTE * SC_SECOND, &body);
	ledger_feed(t, SC_EVENT_delivery, 77, S, A, 25, NOON + MINUTE * SC_SECOND, &bounce);
	/* The next mail of that session is no report. */
	body = (struct sc_ev_message){ .n = 2 };
	bounce.n = 2;
	ledger_feed(t, SC_EVENT_message, 77, S, A, 25, NOON + MINUTE * SC_SECOND, &body);
	ledger_feed(t, SC_EVENT_delivery, 77, S, A, 25, NOON + MINUTE * SC_SECOND, &bounce);
}

/* Taken, and brought back by a delivery report. */
static void returns(void **state)
{
	(void)state;
	static const struct step first = { 0, 1, A, S, "mx.example.org", NULL, "<1@example.org>", 900, "accepted", NULL, NULL, 1, 1 };
	static const struct step second = { 1, 2, A, S, "mx.example.org", NULL, "<2@example.org>", 950, "accepted", NULL, NULL, 1, 1 };
	static const struct returned cases[] = {
		{ "by Message-ID", "b@example.net", "<1@example.org>", NULL, "failed", "delivery-status", "a@example.org", true, true, NULL },
		{ "by the people alone", "b@EXAMPLE.net", NULL, NULL, "Failed", "delivery-status", "a@example.org", false, true, NULL },
		{ "near miss: which of two?", "b@example.net", NULL, NULL, "failed", "delivery-status", "a@example.org", true, false, NULL },
		{ "near miss: another message", "b@example.net", "<3@example.org>", NULL, "failed", "delivery-status", "a@example.org", false, false, NULL },
		{ "near miss: delayed is not failed", "b@example.net", "<1@example.org>", NULL, "delayed", "delivery-status", "a@example.org", false, false, NULL },
		{ "by ENVID, which was written as xtext", "b@example.net", NULL, "QQ+1", "failed", "delivery-status", "a@example.org", true, true, NULL },
		{ "by ENVID, xtext that was left in the report", "b@example.net", NULL, "QQ+2B1", "failed", "delivery-status", "a@example.org", true, true, NULL },
		{ "near miss: another ENVID", "b@example.net", NULL, "QQ+3", "failed", "delivery-status", "a@example.org", false, false, NULL },
		{ "behind an alias", "info@example.com", "<1@example.org>", NULL, "failed", "delivery-status", "a@example.org", true, true, "b@example.net" },
		{ "look-alike: a read receipt", "b@example.net", "<1@example.org>", NULL, "failed", "disposition-notification", "a@example.org", false, false, NULL },
		{ "look-alike: sent to somebody else", "b@example.net", "<1@example.org>", NULL, "failed", "delivery-status", "x@example.org", false, false, NULL },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ledger t;
		ledger_open(&t, 0, 0);
		feed_step(&t, &first, 1);
		if (cases[i].second)
			feed_step(&t, &second, 1);
		feed_report(&t, &cases[i]);
		sc_ledger_finish(t.l, 1000, NOON + HOUR * SC_SECOND);
		const struct sc_event *told = nth(&t, SC_EVENT_story, 0);
		if (!told != !cases[i].told || nth(&t, SC_EVENT_story, 1))
			fail_msg("%s: %zu stories", cases[i].name, ledger_count(&t, SC_EVENT_story, NULL));
		const struct sc_ev_story *s = told ? told->body : NULL;
		if (s && (strcmp(s->outcome, "accepted") != 0 || s->returned_ts != NOON + MINUTE * SC_SECOND || s->returned_status.cls != 5))
			fail_msg("%s: told wrongly", cases[i].name);
		if (s && s->story != ((const struct sc_ev_delivery *)nth(&t, SC_EVENT_delivery, 0)->body)->story)
			fail_msg("%s: another story", cases[i].name);
		ledger_close(&t);
	}
}

/* One recipient twice in one transaction is one attempt. */
static void repeated(void **state)
{
	(void)state;
	struct ledger t;
	ledger_open(&t, 0, 0);
	for (int i = 0; i < 2; i++)
		feed_step(&t, &scenes[16].steps[0], 1);
	const struct sc_ev_delivery *first = nth(&t, SC_EVENT_delivery, 0)->body, *second = nth(&t, SC_EVENT_delivery, 1)->body;
	assert_int_equal(first->story, second->story);
	assert_int_equal(second->attempt, 1);
	ledger_close(&t);
}

/* With hardly any memory: everything passes, nothing is joined wrongly, and a story that makes room is told. */
static void scarce(void **state)
{
	(void)state;
	struct ledger t;
	struct step s = scenes[0].steps[0], again = scenes[0].steps[1];
	ledger_open(&t, 1, 0);
	feed_step(&t, &s, 1);
	s.at = 60;
	s.session = 3;
	feed_step(&t, &s, 1);
	for (uint64_t i = 0; i < 1000; i++) {
		char from[64];
		snprintf(from, sizeof(from), "x%llu@example.org", (unsigned long long)i);
		s.from = from;
		s.at = 61;
		s.session = 10 + i;
		feed_step(&t, &s, 1);
	}
	again.session = 2000;
	feed_step(&t, &again, 1);
	assert_int_equal(ledger_count(&t, SC_EVENT_delivery, NULL), 1003);
	assert_int_equal(((const struct sc_ev_delivery *)nth(&t, SC_EVENT_delivery, 1002)->body)->attempt, 1);
	assert_int_equal(ledger_count(&t, SC_EVENT_story, NULL), 1);
	assert_true(sc_ledger_lost(t.l) > 900);
	ledger_close(&t);
}

/* The client had gone when the server accepted, and so it sends again: the duplicate says why. */
static void late(void **state)
{
	(void)state;
	static const struct step first = { 0, 1, A, S, "mx.example.org", NULL, "<1@example.org>", 900, "accepted", NULL, NULL, 1, 1 };
	static const struct step again = { 305, 2, A, S, "mx.example.org", NULL, "<1@example.org>", 900, "accepted", NULL, NULL, 2, 1 };
	for (int late = 0; late < 2; late++) {
		struct ledger t;
		struct sc_ev_diagnosis d = { .diagnosis = late ? "late_accept" : "slow_reply" };
		ledger_open(&t, 0, 0);
		feed_step(&t, &first, 1);
		ledger_feed(&t, SC_EVENT_diagnosis, 1, A, S, 25, NOON + SC_SECOND, &d);
		feed_step(&t, &again, 1);
		const struct sc_ev_diagnosis *told = nth(&t, SC_EVENT_diagnosis, 1)->body;
		assert_string_equal(told->diagnosis, "duplicate");
		assert_true((sc_str_search(told->text, SC_STR("had gone")) != SIZE_MAX) == (late == 1));
		assert_int_equal(sc_ledger_lost(t.l), 0);
		ledger_close(&t);
	}
}

/* Any number of mails between two people: each costs as much as the hundredth did.  What is counted is the time that the
 * second half takes, which would be thrice the first's if the walk grew. */
static void crowded(void **state)
{
	(void)state;
	enum { MAILS = 40000 };
	struct ledger t;
	struct step s = scenes[0].steps[1];
	clock_t spent[2];
	ledger_open(&t, 64 << 20, SC_WANT(SC_EVENT_story));
	for (int half = 0; half < 2; half++) {
		clock_t begin = clock();
		for (uint64_t i = 0; i < MAILS / 2; i++) {
			char name[32];
			snprintf(name, sizeof(name), "<%d.%llu@example.org>", half, (unsigned long long)i);
			s.message_id = name;
			s.session = 1 + (uint64_t)half * MAILS + i;
			feed_step(&t, &s, 1);
		}
		spent[half] = clock() - begin;
	}
	assert_true(spent[1] < 2 * spent[0] + CLOCKS_PER_SEC / 2);
	ledger_close(&t);
}

/* Addresses of any length and octets are kept, or the delivery is in no story. */
static void hostile(void **state)
{
	(void)state;
	static char local[1200];
	memset(local, '\xff', sizeof(local));
	struct ledger t;
	ledger_open(&t, 0, 0);
	for (size_t len = 0; len < sizeof(local); len += 37) {
		struct sc_ev_delivery body = { .n = 1, .mail_from = { local, len }, .rcpt_to = { local, len }, .outcome = "deferred",
			.size = SC_NONE, .declared_size = SC_NONE, .retry_after_s = SC_NONE, .message_id = { local, len },
			.helo = { local, len } };
		for (uint64_t i = 0; i < 2; i++)
			ledger_feed(&t, SC_EVENT_delivery, 2 * len + i + 1, A, S, 25, NOON + (sc_time)i * SC_SECOND, &body);
		const struct sc_ev_delivery *d = t.told[t.count - 1]->body;
		assert_int_equal(d->attempt, len == 0 ? 1 : len <= 1000 ? 2 : 0); /* the null path alone proves nothing */
	}
	sc_ledger_finish(t.l, 1000, NOON + HOUR * SC_SECOND);
	ledger_close(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plays),
		cmocka_unit_test(lists),
		cmocka_unit_test(unseen),
		cmocka_unit_test(returns),
		cmocka_unit_test(repeated),
		cmocka_unit_test(late),
		cmocka_unit_test(scarce),
		cmocka_unit_test(crowded),
		cmocka_unit_test(hostile),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
