/* test_legs.c - messages over several hops: what ties a leg to the one before, what does not, and how they are shown. */
#include "model/legs.h"
#include "output_fixture.h"

#define U SC_NONE

/* A transaction: hosts are the last number of 192.0.2.0. */
struct carried {
	uint64_t session;
	int at_ms;
	uint8_t client, server;
	const char *from, *to, *outcome, *message_id, *queue_id, *hop; /* `hop`: ids in Received fields, the latest first */
	uint64_t size;
};

static void add(struct sc_legs *l, const struct carried *c)
{
	struct sc_ev_head head = { .session = c->session, .client = { ip4(192, 0, 2, c->client), 40000 },
		.server = { ip4(192, 0, 2, c->server), 25 } };
	struct sc_event ev = { .kind = SC_EVENT_message, .flow = c->session, .when = NOON + c->at_ms * SC_MS, .head = &head };
	sc_str ids = sc_str_of(c->hop), id = sc_str_word(&ids);
	const struct sc_ev_hop hops[] = { { .id = id }, { .id = sc_str_word(&ids) } };
	struct sc_ev_message message = { .n = 1, .message_id = sc_str_of(c->message_id), .hops = { hops, 2 } };
	struct sc_ev_recipient rcpt = { .rcpt_to = sc_str_of(c->to), .outcome = c->outcome };
	struct sc_ev_transaction tx = { .n = 1, .mail_from = sc_str_of(c->from), .recipients = { &rcpt, 1 }, .size = c->size,
		.outcome = c->outcome, .queue_id = sc_str_of(c->queue_id), .timing.total_ms = 5 * SC_MS };
	ev.body = &message;
	if (c->message_id || c->hop)
		sc_legs_add(l, &ev);
	ev.kind = SC_EVENT_transaction;
	ev.body = &tx;
	sc_legs_add(l, &ev);
}

#define A "a@example.org"
#define B "b@example.net"

static const struct {
	const char *name;
	struct carried legs[3];      /* in the order in which they end */
	enum sc_leg_tie tie[3];      /* in the order in which they began */
	int before[3];               /* 0: none; else which, from 1 */
} cases[] = {
	{ "sender, recipient and size",
	  { { 1, 0, 1, 2, A, B, "accepted", NULL, NULL, NULL, 900 }, { 2, 100, 2, 3, A, B, "accepted", NULL, NULL, NULL, 1100 } },
	  { SC_LEG_FIRST, SC_LEG_ENVELOPE }, { 0, 1 } },
	{ "the domain in other letters",
	  { { 1, 0, 1, 2, A, B, "accepted", NULL, NULL, NULL, 900 }, { 2, 100, 2, 3, A, "b@EXAMPLE.net", "accepted", NULL, NULL, NULL, 900 } },
	  { SC_LEG_FIRST, SC_LEG_ENVELOPE }, { 0, 1 } },
	{ "it shrank",
	  { { 1, 0, 1, 2, A, B, "accepted", NULL, NULL, NULL, 900 }, { 2, 100, 2, 3, A, B, "accepted", NULL, NULL, NULL, 800 } },
	  { SC_LEG_FIRST, SC_LEG_FIRST }, { 0, 0 } },
	{ "from another host",
	  { { 1, 0, 1, 2, A, B, "accepted", NULL, NULL, NULL, 900 }, { 2, 100, 4, 3, A, B, "accepted", NULL, NULL, NULL, 900 } },
	  { SC_LEG_FIRST, SC_LEG_FIRST }, { 0, 0 } },
	{ "nothing was taken",
	  { { 1, 0, 1, 2, A, B, "rejected", NULL, NULL, NULL, 900 }, { 2, 100, 2, 3, A, B, "accepted", NULL, NULL, NULL, 900 } },
	  { SC_LEG_FIRST, SC_LEG_FIRST }, { 0, 0 } },
	{ "two would do: none is named",
	  { { 1, 0, 1, 2, A, B, "accepted", NULL, NULL, NULL, 900 }, { 2, 50, 1, 2, A, B, "accepted", NULL, NULL, NULL, 900 },
	    { 3, 100, 2, 3, A, B, "accepted", NULL, NULL, NULL, 1000 } },
	  { SC_LEG_FIRST, SC_LEG_FIRST, SC_LEG_FIRST }, { 0, 0, 0 } },
	{ "two would do, but one has the name",
	  { { 1, 0, 1, 2, A, B, "accepted", "<1@example.org>", NULL, NULL, 900 }, { 2, 50, 1, 2, A, B, "accepted", "<2@example.org>", NULL, NULL, 900 },
	    { 3, 100, 2, 3, A, B, "accepted", "<1@example.org>", NULL, NULL, 1000 } },
	  { SC_LEG_FIRST, SC_LEG_FIRST, SC_LEG_MESSAGE_ID }, { 0, 0, 1 } },
	{ "another Message-ID is another message",
	  { { 1, 0, 1, 2, A, B, "accepted", "<1@example.org>", NULL, NULL, 900 }, { 2, 100, 2, 3, A, B, "accepted", "<2@example.org>", NULL, NULL, 900 } },
	  { SC_LEG_FIRST, SC_LEG_FIRST }, { 0, 0 } },
	{ "a list writes to others under its own name",
	  { { 1, 0, 1, 2, A, "list@example.net", "accepted", "<1@example.org>", NULL, NULL, 900 },
	    { 2, 100, 2, 3, "list-bounces@example.net", B, "accepted", "<1@example.org>", NULL, NULL, 2900 } },
	  { SC_LEG_FIRST, SC_LEG_MESSAGE_ID }, { 0, 1 } },
	{ "what began before is not tied to what began later",
	  { { 3, 40, 3, 4, A, B, "accepted", "<1@example.org>", NULL, NULL, 1200 }, { 2, 60, 2, 3, A, B, "accepted", "<1@example.org>", NULL, NULL, 1100 },
	    { 1, 5, 1, 2, A, B, "accepted", "<1@example.org>", NULL, NULL, 900 } },
	  { SC_LEG_FIRST, SC_LEG_FIRST, SC_LEG_MESSAGE_ID }, { 0, 0, 1 } },
	{ "the queue id of the server before",
	  { { 1, 0, 1, 2, A, B, "accepted", NULL, "4AB12", NULL, 900 }, { 2, 50, 1, 2, A, B, "accepted", NULL, "4AB13", NULL, 900 },
	    { 3, 100, 7, 8, "x@example.com", "y@example.com", "accepted", NULL, NULL, "4AB12", 9000 } },
	  { SC_LEG_FIRST, SC_LEG_FIRST, SC_LEG_QUEUE_ID }, { 0, 0, 1 } },
	{ "a hop between was not seen",
	  { { 1, 0, 1, 2, A, B, "accepted", "<1@example.org>", "4AB12", NULL, 900 },
	    { 3, 100, 7, 8, A, B, "accepted", "<1@example.org>", NULL, "unseen 4AB12", 990 } },
	  { SC_LEG_FIRST, SC_LEG_QUEUE_ID }, { 0, 1 } },
	{ "a queue id that another message bears",
	  { { 1, 0, 1, 2, A, B, "accepted", "<1@example.org>", "4AB12", NULL, 900 },
	    { 3, 100, 7, 8, A, B, "accepted", "<2@example.org>", NULL, "4AB12", 990 } },
	  { SC_LEG_FIRST, SC_LEG_FIRST }, { 0, 0 } },
	{ "fan-out: two next legs",
	  { { 1, 0, 1, 2, A, B, "accepted", "<1@example.org>", NULL, NULL, 900 }, { 2, 50, 2, 3, A, B, "accepted", "<1@example.org>", NULL, NULL, 990 },
	    { 3, 60, 2, 4, A, B, "accepted", "<1@example.org>", NULL, NULL, 990 } },
	  { SC_LEG_FIRST, SC_LEG_MESSAGE_ID, SC_LEG_MESSAGE_ID }, { 0, 1, 1 } },
};

/* Where several would do. */
static const struct {
	const char *name;
	struct carried legs[4];
	int before[4];
	bool doubtful[4];
} choices[] = {
	{ "one Message-ID, two recipients, by one relay one after the other",
	  { { 1, 0, 1, 2, A, B, "accepted", "<1@example.org>", NULL, NULL, 900 }, { 2, 20, 1, 2, A, "c@example.net", "accepted", "<1@example.org>", NULL, NULL, 900 },
	    { 3, 100, 2, 3, A, B, "accepted", "<1@example.org>", NULL, NULL, 990 }, { 4, 120, 2, 3, A, "c@example.net", "accepted", "<1@example.org>", NULL, NULL, 990 } },
	  { 0, 0, 1, 2 }, { false, false, false, false } },
	{ "the same by two relays",
	  { { 1, 0, 1, 2, A, B, "accepted", "<1@example.org>", NULL, NULL, 900 }, { 2, 20, 1, 4, A, "c@example.net", "accepted", "<1@example.org>", NULL, NULL, 900 },
	    { 3, 100, 4, 3, A, "c@example.net", "accepted", "<1@example.org>", NULL, NULL, 990 }, { 4, 120, 2, 3, A, B, "accepted", "<1@example.org>", NULL, NULL, 990 } },
	  { 0, 0, 2, 1 }, { false, false, false, false } },
	{ "the same message twice, and on twice",
	  { { 1, 0, 1, 2, A, B, "accepted", "<1@example.org>", NULL, NULL, 900 }, { 2, 20, 1, 2, A, B, "accepted", "<1@example.org>", NULL, NULL, 900 },
	    { 3, 100, 2, 3, A, B, "accepted", "<1@example.org>", NULL, NULL, 990 }, { 4, 120, 2, 3, A, B, "accepted", "<1@example.org>", NULL, NULL, 990 } },
	  { 0, 0, 1, 2 }, { false, false, true, false } },
	{ "a list that was written to twice",
	  { { 1, 0, 1, 2, A, "list@example.net", "accepted", "<1@example.org>", NULL, NULL, 900 },
	    { 2, 20, 1, 2, A, "list@example.net", "accepted", "<1@example.org>", NULL, NULL, 900 },
	    { 3, 100, 2, 3, "owner@example.net", B, "accepted", "<1@example.org>", NULL, NULL, 1900 } },
	  { 0, 0, 1 }, { false, false, true } },
	{ "a list writes to two",
	  { { 1, 0, 1, 2, A, "list@example.net", "accepted", "<1@example.org>", "Q1", NULL, 900 },
	    { 2, 100, 2, 3, "owner@example.net", B, "accepted", "<1@example.org>", NULL, "Q1", 1900 },
	    { 3, 110, 2, 4, "owner@example.net", "c@example.com", "accepted", "<1@example.org>", NULL, "Q1", 1900 } },
	  { 0, 1, 1 }, { false, false, false } },
	{ "two servers gave the same queue id: the one that hands on",
	  { { 1, 0, 1, 2, A, B, "accepted", NULL, "4AB12", NULL, 900 }, { 2, 20, 1, 5, A, B, "accepted", NULL, "4AB12", NULL, 900 },
	    { 3, 100, 2, 3, A, B, "accepted", NULL, NULL, "4AB12", 990 } },
	  { 0, 0, 1 }, { false, false, false } },
	{ "the gateway writes another Message-ID",
	  { { 1, 0, 1, 2, A, B, "accepted", "<1@example.org>", "4AB12", NULL, 900 },
	    { 2, 100, 2, 3, A, B, "accepted", "<9@gateway.example>", NULL, "4AB12", 990 } },
	  { 0, 1 }, { false, false } },
	{ "another Message-ID and another recipient: the queue id was used again",
	  { { 1, 0, 1, 2, A, B, "accepted", "<1@example.org>", "4AB12", NULL, 900 },
	    { 2, 100, 2, 3, A, "c@example.net", "accepted", "<9@gateway.example>", NULL, "4AB12", 990 } },
	  { 0, 0 }, { false, false } },
	{ "the relay gives it its first Message-ID",
	  { { 1, 0, 1, 2, A, B, "accepted", NULL, "4AB12", NULL, 900 },
	    { 2, 100, 2, 3, A, B, "accepted", "<9@relay.example>", NULL, "4AB12", 990 } },
	  { 0, 1 }, { false, false } },
};

static void chooses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
		struct sc_legs l;
		uint32_t n = 0;
		assert_true(sc_legs_open(&l, 1 << 20));
		for (; n < 4 && choices[i].legs[n].session; n++)
			add(&l, &choices[i].legs[n]);
		sc_legs_join(&l);
		for (uint32_t k = 0; k < n; k++) {
			const struct sc_leg *leg = &l.items[k], *root = sc_legs_root(&l, leg->session, 1);
			int before = leg->before ? 1 + (int)(leg->before - l.items) : 0;
			if (before != choices[i].before[k] || leg->doubtful != choices[i].doubtful[k])
				fail_msg("%s: leg %u is tied to %d%s", choices[i].name, k + 1, before, leg->doubtful ? ", in doubt" : "");
			if (!root || root->before || (before && root != sc_legs_root(&l, leg->before->session, 1)))
				fail_msg("%s: leg %u has another root", choices[i].name, k + 1);
		}
		assert_null(sc_legs_root(&l, 99, 1));
		assert_null(sc_legs_root(&l, 1, 2));
		sc_legs_close(&l);
	}
}

static void ties(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sc_legs l;
		uint32_t n = 0;
		assert_true(sc_legs_open(&l, 1 << 20));
		for (; n < 3 && cases[i].legs[n].session; n++)
			add(&l, &cases[i].legs[n]);
		sc_legs_join(&l);
		assert_int_equal(l.count, n);
		for (uint32_t k = 0; k < n; k++) {
			const struct sc_leg *leg = &l.items[k];
			int before = leg->before ? 1 + (int)(leg->before - l.items) : 0;
			if (leg->tie != cases[i].tie[k] || before != cases[i].before[k])
				fail_msg("%s: leg %u is tied to %d by %d", cases[i].name, k + 1, before, leg->tie);
		}
		sc_legs_close(&l);
	}
}

/* Each leg once, before those that follow it; a leg that goes round in a ring of hosts ends somewhere. */
static void walk(void **state)
{
	(void)state;
	struct sc_legs l;
	assert_true(sc_legs_open(&l, 1 << 20));
	for (uint64_t i = 0; i < 30; i++) {
		const struct carried c = { i + 1, (int)i, (uint8_t)(1 + i % 3), (uint8_t)(1 + (i + 1) % 3), A, B, "accepted",
			"<1@example.org>", NULL, NULL, 900 + i };
		add(&l, &c);
	}
	sc_legs_join(&l);
	unsigned depth = 0, count = 0;
	for (const struct sc_leg *leg = &l.items[0]; leg; leg = sc_legs_walk(leg, &depth), count++)
		assert_true(!leg->before || leg->before < leg);
	assert_int_equal(count, 30);
	sc_legs_close(&l);
}

/* No room: what is lost is counted, the rest stays right. */
static void scarce(void **state)
{
	(void)state;
	struct sc_legs l;
	assert_true(sc_legs_open(&l, 0));
	for (uint64_t i = 0; i < 100; i++) {
		const struct carried c = { i + 1, (int)i, 1, 2, A, B, "accepted", NULL, NULL, NULL, 900 };
		add(&l, &c);
	}
	assert_int_equal(l.count + l.lost, 100);
	sc_legs_join(&l);
	sc_legs_close(&l);
}

static void shown(void **state)
{
	(void)state;
	struct output *o = output_open(&sc_sink_legs, (struct sc_output_config){ .utc = true });
	assert_int_equal(o->opened, SC_OK);
	const char *page = output_close(o);
	assert_string_equal(page, "0 messages were seen, none of them on more than one leg.\n");
	output_free(o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ties),
		cmocka_unit_test(chooses),
		cmocka_unit_test(walk),
		cmocka_unit_test(scarce),
		cmocka_unit_test(shown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
