/* test_detect_floods.c - a million keys, each seen once, and behind them an offender who must still be seen; memory stays as it is.
 *
 * Floods of clients stand beside the detectors' other scenes.  These are of other keys: accounts, recipients, messages, machines
 * and sender domains of ours, networks.  Where the table is full of keys that live, an offender's first act may be missed, so
 * each offends once more than its limit asks. */
#include "detect_fixture.h"

#define HOME "10.0.0.0/8 192.0.2.0/24 example.org"

/* A name that nobody else has. */
static const char *another(const char *form)
{
	static char room[80];
	static uint32_t n;
	snprintf(room, sizeof(room), form, n++);
	return room;
}

/* From a machine of ours to a server of others. */
static void outward(struct stage *st, unsigned server)
{
	char ip[32];
	st->head.client.ip.octets[0] = 10;
	snprintf(ip, sizeof(ip), "198.51.100.%u", server);
	to_ip(st, ip, 25);
}

/* ---- what each of many does once ---- */

static void account(struct stage *st)
{
	st->user = another("user%u@example.org");
	mail(st, "x@example.org", "b@example.net", "accepted", NULL);
	st->user = NULL;
}
static void traveller(struct stage *st) { login(st, another("user%u@example.org"), "ok", false); }
static void network(struct stage *st) { mail(st, another("x@d%u.example"), "b@example.org", "accepted", NULL); }
static void bounced_at(struct stage *st) { mail(st, "", another("b%u@example.org"), "accepted", NULL); }
static void deferred(struct stage *st) { mail(st, another("x@d%u.example"), "b@example.org", "deferred", "greylisted"); }
static void refused(struct stage *st)
{
	outward(st, 1);
	mail(st, another("x@d%u.example"), "b@example.net", "rejected", "user_unknown");
}
static void machine(struct stage *st)
{
	outward(st, 1);
	plain(st, 1, 0);
}
static void reported(struct stage *st)
{
	outward(st, 1);
	mail(st, "x@example.org", another("b%u@example.net"), "accepted", NULL);
}
static void message(struct stage *st, const char *id)
{
	struct sc_ev_delivery x = { .n = 1, .mail_from = SC_STR("a@example.net"), .rcpt_to = SC_STR("b@example.org"),
		.outcome = "accepted", .message_id = sc_str_of(id), .code = 250 };
	tell_event(st, SC_EVENT_delivery, &x);
}
static void mistyped(struct stage *st) { login(st, another("user%u"), "failed", false); }
static void once(struct stage *st) { message(st, another("<%u@example.net>")); }

/* ---- what the offender does ---- */

static void spread(struct stage *st, unsigned i)
{
	st->user = "ann@example.org";
	mail(st, "prize@example.com", another("v%u@example.net"), i % 3 ? "accepted" : "rejected", i % 3 ? NULL : "user_unknown");
	st->user = NULL;
}
static void move(struct stage *st, unsigned i)
{
	st->head.client.ip.octets[2] = (uint8_t)i;
	login(st, "ann@example.org", "ok", false);
}
static void forge(struct stage *st, unsigned i)
{
	(void)i;
	st->user = "ann@example.org";
	mail(st, another("x@forged%u.example"), "b@example.net", "accepted", NULL);
	st->user = NULL;
}
static void step(struct stage *st, unsigned i)
{
	char helo[64];
	st->head.client.ip.octets[3] = (uint8_t)(i % 30);
	snprintf(helo, sizeof(helo), "m.deal%u.example", i % 30);
	st->helo = helo;
	mail(st, another("n@deal%u.example"), "b@example.org", "accepted", NULL);
	st->helo = "mx.example.net";
}
static void bounce(struct stage *st, unsigned i)
{
	(void)i;
	mail(st, "", "victim@example.org", "accepted", NULL);
}
static void leave(struct stage *st, unsigned i) /* and hours later somebody else comes by */
{
	if (i < 8)
		mail(st, another("spam%u@example.net"), "b@example.org", "deferred", "greylisted");
	else if (i == 8)
		pause_s(st, 5 * 3600);
	else
		network(st);
}
static void annoy(struct stage *st, unsigned i)
{
	(void)i;
	outward(st, 1);
	mail(st, "spam@ours.example", "b@example.net", "rejected", "spam_content");
}
static void deliver(struct stage *st, unsigned i)
{
	outward(st, 1 + i);
	plain(st, 1, 0);
}
static void drip(struct stage *st, unsigned i)
{
	(void)i;
	outward(st, 1);
	mail(st, "pc@example.org", "log@example.com", "accepted", NULL);
	pause_s(st, 3600);
}
static void guess(struct stage *st, unsigned i)
{
	login(st, "ann", i < 8 ? "failed" : "ok", false);
	new_session(st);
}
static void loop(struct stage *st, unsigned i)
{
	(void)i;
	message(st, "<round@example.net>");
}

static void play(struct stage *st, void (*thing)(struct stage *st), void (*offend)(struct stage *st, unsigned i), unsigned times)
{
	for (uint32_t i = 0; i < FLOOD; i++) {
		to_ip(st, "192.0.2.25", 25);
		from_number(st, i);
		thing(st);
		if (i % 280 == 0)
			pause_s(st, 1);
	}
	st->found_count = 0;
	to_ip(st, "192.0.2.25", 25);
	from_ip(st, "203.0.113.7");
	for (unsigned i = 0; i < times; i++)
		offend(st, i);
}

static const struct {
	const char *detector;
	void (*thing)(struct stage *st);
	void (*offend)(struct stage *st, unsigned i);
	unsigned times;
} floods[] = {
	{ "account_fanout", account, spread, 120 },
	{ "account_many_nets", traveller, move, 6 },
	{ "account_many_senders", account, forge, 6 },
	{ "auth_success_after_failures", mistyped, guess, 9 },
	{ "snowshoe", network, step, 60 },
	{ "null_sender_flood", bounced_at, bounce, 21 },
	{ "no_retry", deferred, leave, 10 },
	{ "outbound_failures", refused, annoy, 101 },
	{ "rogue_mta", machine, deliver, 4 },
	{ "smtp_exfiltration", reported, drip, 14 },
	{ "mail_loop", once, loop, 6 },
};

/* Every detector has its row of fixtures, in a table that is played; and those that say they flood do it here. */
static void test_each_has_fixtures(void **state)
{
	static const char *const tables[] = { "conduct", "dialect", "identity", "probing", "transport", "volume" };
	(void)state;
	for (size_t i = 0; sc_detectors[i]; i++) {
		const struct fixture *row = NULL;
		bool played = false, floods_here = false;
		for (size_t k = 0; k < FIXTURES; k++)
			row = strcmp(fixtures[k].detector, sc_detectors[i]->name) == 0 ? &fixtures[k] : row;
		if (!row)
			fail_msg("%s has no fixtures", sc_detectors[i]->name);
		for (size_t k = 0; k < sizeof(tables) / sizeof(tables[0]); k++)
			played |= strcmp(tables[k], row->table) == 0;
		for (size_t k = 0; k < sizeof(floods) / sizeof(floods[0]); k++)
			floods_here |= strcmp(floods[k].detector, row->detector) == 0;
		if (!played || floods_here != (strcmp(row->flood, "floods") == 0))
			fail_msg("%s: nobody plays its fixtures", row->detector);
	}
	assert_int_equal(FIXTURES, sc_detector_count());
}

static void test_floods(void **state)
{
	(void)state;
	for (size_t f = 0; f < sizeof(floods) / sizeof(floods[0]); f++) {
		struct stage *st = calloc(1, sizeof(*st));
		stage_open(st, floods[f].detector, HOME);
		size_t octets = sc_detection_octets(st->self);
		play(st, floods[f].thing, floods[f].offend, floods[f].times);
		if (count_found(st, floods[f].detector, "new") == 0)
			fail_msg("%s: lost in the flood", floods[f].detector);
		assert_int_equal(sc_detection_octets(st->self), octets);
		stage_close(st);
		free(st);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_each_has_fixtures), cmocka_unit_test(test_floods) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
