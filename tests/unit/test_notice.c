/* test_notice.c - delivery reports that pass (diagnosis dsn_seen): what is said of whom, and what is no report. */
#include "ledger_fixture.h"

#define MTA    "192.0.2.25"
#define SENDER "198.51.100.1"

struct notice {
	const char *name;
	const char *type, *host;
	struct sc_ev_reported items[5];
	uint32_t count;
	const char *from, *to;       /* of its own delivery; `to` NULL: there is none */
	const char *confidence;      /* NULL: nothing may be told */
	const char *text;            /* what it says */
};

#define GONE { .final_recipient = { "gone@example.com", 16 }, .action = { "failed", 6 }, .status = { 5, 1, 1 }, \
	.cause = "user_unknown", .diagnostic_code = { "smtp; 550 5.1.1 no such user", 28 } }
#define LATE { .original_recipient = { "late@example.com", 16 }, .action = { "delayed", 7 }, .status = { 4, 4, 1 } }

static const struct notice notices[] = {
	{ "one recipient", "delivery-status", "mx.example.net", { GONE }, 1, "", "a@example.org", "sure",
	  "mx.example.net reports to a@example.org (packet 1): gone@example.com failed, 5.1.1, user_unknown (smtp; 550 5.1.1 no such user)." },
	{ "one is late", "delivery-status", NULL, { GONE, LATE }, 2, "", "a@example.org", "sure",
	  "A system that does not name itself reports to a@example.org (packet 1): gone@example.com failed, 5.1.1, user_unknown"
	  " (smtp; 550 5.1.1 no such user); late@example.com delayed, 4.4.1." },
	{ "a group that says nothing", "delivery-status", "mx.example.net", { { .action = { NULL, 0 } } }, 1, "", "a@example.org", "sure",
	  "mx.example.net reports to a@example.org (packet 1): a recipient that it does not name (no action is given)." },
	{ "five of them", "delivery-status", "mx.example.net", { LATE, LATE, LATE, LATE, LATE }, 5, "", "a@example.org", "sure",
	  "mx.example.net reports to a@example.org (packet 1): late@example.com delayed, 4.4.1; late@example.com delayed, 4.4.1;"
	  " late@example.com delayed, 4.4.1; and of 2 more." },
	{ "of nobody", "delivery-status", "mx.example.net", { { .action = { NULL, 0 } } }, 0, "", "a@example.org", "sure",
	  "mx.example.net reports to a@example.org (packet 1): no recipient." },
	{ "near miss: a sender who wants no reports would not sign it", "delivery-status", "mx.example.net", { LATE }, 1, "b@example.net",
	  "a@example.org", "likely", "mx.example.net reports to a@example.org (packet 1): late@example.com delayed, 4.4.1." },
	{ "its own recipient was not seen", "delivery-status", "mx.example.net", { LATE }, 1, NULL, NULL, "likely",
	  "mx.example.net reports (packet 1): late@example.com delayed, 4.4.1." },
	{ "controls of a liar", "delivery-status", "mx\x1b[2J", { { .final_recipient = { "a\r\nb", 4 }, .action = { "fail\0d", 6 } } }, 1, "",
	  "a@example.org", "sure", NULL },
	{ "near miss: a complaint", "feedback-report", "mx.example.net", { { .original_recipient = { "b@example.net", 13 } } }, 1, "",
	  "a@example.org", NULL, NULL },
	{ "look-alike: a read receipt", "disposition-notification", "mx.example.net", { GONE }, 1, "", "a@example.org", NULL, NULL },
	{ "look-alike: a message that quotes one, or a bounce in prose", NULL, NULL, { GONE }, 0, "", "a@example.org", NULL, NULL },
};

static void feed(struct ledger *t, const struct notice *c)
{
	struct sc_ev_message m = { .n = 1, .report = { .type = c->type, .reporting_mta = sc_str_of(c->host) },
		.reported = { c->items, c->count } };
	struct sc_ev_delivery d = { .n = 1, .mail_from = sc_str_of(c->from), .rcpt_to = sc_str_of(c->to), .outcome = "accepted",
		.phase = "eom", .size = SC_NONE, .declared_size = SC_NONE, .retry_after_s = SC_NONE };
	struct sc_ev_session s = { .end_by = "quit" };
	ledger_feed(t, SC_EVENT_message, 7, MTA, SENDER, 25, NOON, &m);
	for (int i = 0; c->to && i < 2; i++) /* each report is told once, however many get it */
		ledger_feed(t, SC_EVENT_delivery, 7, MTA, SENDER, 25, NOON, &d);
	ledger_feed(t, SC_EVENT_session, 7, MTA, SENDER, 25, NOON + SC_SECOND, &s);
	sc_ledger_finish(t->l, 1000, NOON + 60 * SC_SECOND);
}

static const struct sc_ev_diagnosis *told(const struct ledger *t)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->told[i]->kind == SC_EVENT_diagnosis && t->told[i]->head && t->told[i]->head->session == 7)
			return t->told[i]->body;
	return NULL;
}

static void all(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(notices) / sizeof(notices[0]); i++) {
		const struct notice *c = &notices[i];
		struct ledger t;
		ledger_open(&t, 0, SC_WANT(SC_EVENT_diagnosis));
		feed(&t, c);
		const struct sc_ev_diagnosis *d = told(&t);
		if (ledger_count(&t, SC_EVENT_diagnosis, "dsn_seen") != (c->confidence != NULL))
			fail_msg("%s: told %zu times", c->name, ledger_count(&t, SC_EVENT_diagnosis, "dsn_seen"));
		if (d && (strcmp(d->diagnosis, "dsn_seen") != 0 || strcmp(d->severity, "info") != 0 || strcmp(d->confidence, c->confidence) != 0))
			fail_msg("%s: %s, %s, %s", c->name, d->diagnosis, d->severity, d->confidence);
		if (d && c->text && !sc_str_equal(d->text, sc_str_of(c->text)))
			fail_msg("%s: %.*s", c->name, (int)d->text.len, d->text.at);
		for (size_t k = 0; d && k < d->text.len; k++)
			if ((unsigned char)d->text.at[k] < ' ')
				fail_msg("%s: a control octet", c->name);
		ledger_close(&t);
	}
}

/* Values as long as they come. */
static void endless(void **state)
{
	(void)state;
	static char wide[5000];
	memset(wide, '\x01', sizeof(wide));
	struct notice c = { .type = "delivery-status", .from = "", .to = "a@example.org", .count = 5 };
	for (int i = 0; i < 5; i++)
		c.items[i] = (struct sc_ev_reported){ .final_recipient = { wide, sizeof(wide) }, .action = { wide, sizeof(wide) },
			.status = { 5, 999, 999 }, .cause = "server_error", .diagnostic_code = { wide, sizeof(wide) } };
	struct ledger t;
	ledger_open(&t, 0, SC_WANT(SC_EVENT_diagnosis));
	feed(&t, &c);
	assert_int_equal(ledger_count(&t, SC_EVENT_diagnosis, "dsn_seen"), 1);
	assert_true(told(&t)->text.len < 1200);
	assert_true(sc_str_ends_nocase(told(&t)->text, SC_STR("and of 2 more.")));
	ledger_close(&t);
}

/* The mail that it is about passed before, and is named. */
static void tied(void **state)
{
	(void)state;
	struct sc_ev_delivery first = { .n = 1, .mail_from = SC_STR("a@example.org"), .rcpt_to = SC_STR("late@example.com"), .outcome = "accepted",
		.phase = "eom", .size = 900, .declared_size = SC_NONE, .retry_after_s = SC_NONE };
	struct ledger t;
	ledger_open(&t, 0, SC_WANT(SC_EVENT_diagnosis) | SC_WANT(SC_EVENT_delivery));
	ledger_feed(&t, SC_EVENT_delivery, 3, SENDER, MTA, 25, NOON - SC_SECOND, &first);
	feed(&t, &notices[1]);
	char story[40];
	snprintf(story, sizeof(story), "delayed, 4.4.1, story %016llx.",
		(unsigned long long)((const struct sc_ev_delivery *)t.told[0]->body)->story);
	assert_true(sc_str_ends_nocase(told(&t)->text, sc_str_of(story)));
	assert_int_equal(ledger_count(&t, SC_EVENT_story, NULL), 0);
	ledger_close(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all), cmocka_unit_test(endless), cmocka_unit_test(tied),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
