/* harmless_bulk.c - mail in masses that does no harm: newsletters, lists, alerts. */
#include "scene.h"

static const char *user(void)
{
	return text("user%u@" OURS, draw(400));
}

/* An account of ours that writes to many, each day or once a week at the same hour. */
static void newsletter(struct actor *a)
{
	a->x = wide(110, 1500); /* readers */
	a->y = between(0, 12);  /* percent refused */
	a->daily = a->x;
	place(a, a->x, wide(300, 5000));
}

static void send_newsletter(struct actor *a, uint32_t i)
{
	bool bad = chance(a->y);
	arrive(outside(a, 0, 0), our_mx(a), 587, "news");
	login(text("news.q%uq@" OURS, a->number), "ok");
	struct letter l =
		letter(text("news.q%uq@" OURS, a->number), text("reader%u@d%u.example", draw(a->x), draw(300)),
		       bad ? "rejected" : "accepted", bad ? "user_unknown" : NULL);
	l.user = text("news.q%uq@" OURS, a->number);
	send_letter(&l);
	leave();
	(void)i;
}

/* An account that writes to a list for the first time; from its own place, and few are refused. */
static void new_list(struct actor *a)
{
	a->daily = between(2, 20);
	place(a, wide(120, 700), wide(300, 3000));
	a->x = between(0, 15);
}

static void send_first_issue(struct actor *a, uint32_t i)
{
	bool bad = !a->past && chance(a->x);
	const char *name = text("club.q%uq@" OURS, a->number);
	arrive(outside(a, 0, 0), our_mx(a), 587, "club");
	login(name, "ok");
	struct letter l = letter(name, a->past ? user() : text("reader%u@d%u.example", i, i % 50), bad ? "rejected" : "accepted",
				 bad ? "user_unknown" : NULL);
	l.user = name;
	send_letter(&l);
	leave();
}

/* A sender from outside with a list that has not been looked after. */
static void stale(struct actor *a)
{
	place(a, wide(40, 900), wide(300, 40000));
	a->x = between(3, 35); /* percent of dead addresses */
}

static void send_stale(struct actor *a, uint32_t i)
{
	bool dead = chance(a->x);
	arrive(outside(a, 0, i % 3), our_mx(a), 25, text("bulk.q%uq.example", a->number));
	mail(text("list-%u@q%uq.example", i, a->number), dead ? text("former%u@" OURS, draw(300)) : user(),
	     dead ? "rejected" : "accepted", dead ? "user_unknown" : NULL);
	leave();
}

/* Discussion lists: From is one of us, the envelope is the list's; one message for many. */
static void list(struct actor *a)
{
	all_day(a, wide(5, 80));
	a->x = wide(3, 60); /* members here */
}

static void explode(struct actor *a, uint32_t i)
{
	arrive(outside(a, 0, 0), our_mx(a), 25, text("lists.q%uq.example", a->number));
	for (uint32_t k = 0; k < a->x; k++) {
		struct letter l = letter(text("talk-bounces@q%uq.example", a->number), text("user%u@" OURS, k),
					 "accepted", NULL);
		l.message.message_id = sc_str_of(text("<talk%u@q%uq.example>", i, a->number));
		l.message.from = sc_str_of(user());
		l.message.list_id = SC_STR("talk.list.example");
		l.message.received = between(3, 12);
		send_letter(&l);
	}
	leave();
}

/* A mailbox for alerts of a service outside: quiet on most days, and never still. */
static void alerts(struct actor *a)
{
	a->daily = wide(200, 2500);
	all_day(a, a->daily + draw(a->daily));
}

static void alert(struct actor *a, uint32_t i)
{
	arrive(outside(a, 0, i % 4), our_mx(a), 25, text("watch.q%uq.example", a->number));
	mail(text("alarm@q%uq.example", a->number), text("alerts.q%uq@" OURS, a->number), "accepted", NULL);
	leave();
}

/* The mailbox for complaints: many senders, all week. */
static void complaints(struct actor *a)
{
	take_networks(a, 200);
	a->daily = wide(300, 3000);
	all_day(a, a->daily);
}

static void complain(struct actor *a, uint32_t i)
{
	uint32_t site = draw(200);
	arrive(outside(a, site, 0), our_mx(a), 25, text("mx.site%u.example", site));
	mail(text("desk@site%u.example", site), text("abuse.q%uq@" OURS, a->number), "accepted", NULL);
	leave();
	(void)i;
}

/* The same mail comes twice or three times: a reply was lost. */
static void repeat(struct actor *a)
{
	place(a, between(2, 3), wide(30, 600));
}

static void send_again(struct actor *a, uint32_t i)
{
	arrive(outside(a, 0, 0), our_mx(a), 25, text("mx.q%uq.example", a->number));
	struct letter l = letter(text("ann@q%uq.example", a->number), "user7@" OURS, "accepted", NULL);
	l.message.message_id = sc_str_of(text("<once@q%uq.example>", a->number));
	l.message.received = between(1, 14);
	send_letter(&l);
	leave();
	(void)i;
}

/* A machine inside that reports to us, or through our relay, at even times. */
static void device(struct actor *a)
{
	all_day(a, wide(20, 700));
	a->steady = true;
}

static void report(struct actor *a, uint32_t i)
{
	arrive(inside(a, 40), our_mx(a), 25, "printer");
	struct letter l = letter(text("printer@" OURS), "staff@" OURS, "accepted", NULL);
	l.size = 1800 + draw(40);
	say("NOOP", "", 250, chance(50) ? QUIRK(bare_lf) : 0);
	send_letter(&l);
	leave();
	(void)i;
}

/* A machine that is allowed to: its alarms go outside, and it is named. */
static void named_device(struct actor *a)
{
	struct sc_ip ip = inside(a, 40);
	be_peer(&ip, SC_ROLE_PEER);
	device(a);
}

static void report_outside(struct actor *a, uint32_t i)
{
	arrive(inside(a, 40), strangers_server(77), 25, "alarm");
	struct letter l = letter("alarm@" OURS, "oncall@pager.example", "accepted", NULL);
	l.size = 900;
	send_letter(&l);
	leave();
	(void)i;
}

/* Somebody inside who writes to one friend outside, by the friend's provider; and large files to the usual one. */
static void writer(struct actor *a)
{
	a->daily = between(2, 12);
	all_day(a, wide(5, 60));
}

static void write_friend(struct actor *a, uint32_t i)
{
	arrive(inside(a, 60), strangers_server(100 + a->number % 40), 587, "laptop");
	login(text("me%u@mail.example", a->number), "ok");
	struct letter l = letter(text("me%u@mail.example", a->number), "friend@mail.example", "accepted", NULL);
	l.size = wide(800, 9000000);
	l.user = text("me%u@mail.example", a->number);
	send_letter(&l);
	leave();
	(void)i;
}

/* A service of ours outside, that sends in our name and is named. */
static void service(struct actor *a)
{
	struct sc_ip ip = outside(a, 0, 0);
	be_peer(&ip, SC_ROLE_PEER);
	all_day(a, wide(20, 300));
}

static void send_in_our_name(struct actor *a, uint32_t i)
{
	arrive(outside(a, 0, i % 9), our_mx(a), 25, text("saas%u.q%uq.example", i % 9, a->number));
	struct letter l = letter("tickets@" OURS, user(), "accepted", NULL);
	l.message.message_id = sc_str_of(text("<%u@q%uq.example>", i, a->number));
	l.message.from = SC_STR("tickets@" OURS);
	send_letter(&l);
	leave();
}

static const struct scene scenes[] = {
	{"a newsletter of ours", NULL, "", 8, newsletter, send_newsletter},
	{"a new list of ours", NULL, "", 6, new_list, send_first_issue},
	{"a stale list", NULL, "", 15, stale, send_stale},
	{"a discussion list", NULL, "", 12, list, explode},
	{"a mailbox for alerts", NULL, "", 6, alerts, alert},
	{"a mailbox for complaints", NULL, "", 3, complaints, complain},
	{"a mail that comes twice", NULL, "", 20, repeat, send_again},
	{"a device inside", NULL, "", 15, device, report},
	{"a device that is named", NULL, "", 4, named_device, report_outside},
	{"a writer of letters", NULL, "", 30, writer, write_friend},
	{"a service of ours", NULL, "", 4, service, send_in_our_name},
};
const struct scenes harmless_bulk = SCENES_OF(scenes);
