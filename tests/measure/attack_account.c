/* attack_account.c - accounts and machines of ours that somebody else has in his hands. */
#include "scene.h"

static const char *person(const struct actor *a)
{
	return text("person.q%uq@" OURS, a->number);
}

static void log_in(const struct actor *a, uint32_t net, uint32_t host)
{
	arrive(outside(a, net, host), our_mx(a), 587, "laptop");
	login(person(a), "ok");
}

static void write_mail(const struct actor *a, const char *from, const char *to, bool refused)
{
	struct letter l = letter(from, to, refused ? "rejected" : "accepted", refused ? "user_unknown" : NULL);
	l.user = person(a);
	send_letter(&l);
}

/* As he does on other days. */
static void usual_mail(const struct actor *a)
{
	log_in(a, 0, draw(3));
	write_mail(a, person(a), text("friend%u@d%u.example", draw(12), draw(4)), false);
	leave();
}

static void stolen(struct actor *a)
{
	take_networks(a, 2);
	a->daily = between(2, 25);
	shape(a, 100, 3600, 900);
	a->x = a->number % 3;   /* many refused; senders that are not his; a new network */
	a->y = between(30, 80); /* percent refused */
	a->z = wide(1, 200);    /* recipient domains */
}

static void send_spam(struct actor *a, uint32_t i)
{
	if (a->past) {
		usual_mail(a);
		return;
	}
	log_in(a, a->x == 2 ? 1 : 0, 1);
	write_mail(a, a->x == 1 ? text("prize%u@win.example", i % 3) : person(a),
		   text("v%u@d%u.example", i, i % a->z), a->x == 0 && chance(a->y));
	leave();
}

static void infected(struct actor *a)
{
	shape(a, 100, 3600, 600);
	a->y = between(30, 80);
	a->z = between(2, 90);
}

static void send_from_inside(struct actor *a, uint32_t i)
{
	bool refused = chance(a->y);
	arrive(inside(a, 70), strangers_server(i % a->z), 25, "pc");
	mail(text("x@q%uq.example", a->number), text("v%u@d%u.example", i, i % a->z),
	     refused ? "rejected" : "accepted", refused ? "user_unknown" : NULL);
	leave();
}

static void travel(struct actor *a)
{
	take_networks(a, wide(7, 60));
	shape(a, 5, 3600, a->nets);
	a->acts = a->acts < 7 ? 7 : a->acts;
	a->daily = 0;
}

static void log_in_everywhere(struct actor *a, uint32_t i)
{
	log_in(a, i, i);
	leave();
}

static void many_senders(struct actor *a)
{
	shape(a, 5, 3600, 100);
}

static void send_as_many(struct actor *a, uint32_t i)
{
	log_in(a, 0, 0);
	write_mail(a, text("x@shop%u-%u.example", a->number, i), text("v%u@d.example", i % 30), false);
	leave();
}

/* ---- our own mail ---- */

static void refused(struct actor *a)
{
	uint32_t share = between(28, 95);
	shape(a, 100, 3600, 900);
	a->acts = a->acts * 100 / share;
	a->x = share;
	a->y = draw(4);
}

static void send_refused(struct actor *a, uint32_t i)
{
	static const char *const causes[] = {"user_unknown", "policy", "reputation", "spam_content"};
	bool bad = chance(a->x);
	arrive(inside(a, 1), strangers_server(i % 40), 25, text("relay.q%uq." OURS, a->number));
	mail(text("news@q%uq.example", a->number), text("v%u@d%u.example", i, i % 40), bad ? "rejected" : "accepted",
	     bad ? causes[a->y] : NULL);
	leave();
}

static void listed(struct actor *a)
{
	place(a, wide(1, 40), wide(30, 40000));
	a->x = draw(3);
}

static void send_listed(struct actor *a, uint32_t i)
{
	arrive(inside(a, 1), strangers_server(3), 25, text("relay.q%uq." OURS, a->number));
	struct letter l = letter(text("ann@q%uq.example", a->number), text("v%u@d.example", i),
				 a->x ? "rejected" : "deferred", a->x == 2 ? "reputation" : "dnsbl_listed");
	l.list = a->x == 2 || chance(60) ? "zen.spamhaus.org" : NULL;
	send_letter(&l);
	leave();
}

static void bot(struct actor *a)
{
	shape(a, 3, 600, 200);
}

static void deliver_itself(struct actor *a, uint32_t i)
{
	arrive(inside(a, 70), strangers_server(i), 25, "pc");
	if (chance(60))
		mail(text("x@q%uq.example", a->number), text("v@d%u.example", i),
		     chance(50) ? "accepted" : "rejected", "spam_content");
	leave();
}

/* ---- data that leaves ---- */

static void upload(struct actor *a)
{
	a->daily = between(1, 10);
	place(a, between(1, 12), wide(20, 1500));
	a->x = wide(14, 400) * 1024 / a->acts; /* KiB of a session */
}

static void send_much(struct actor *a, uint32_t i)
{
	arrive(inside(a, 70), strangers_server(a->past ? 5 : 1000 + a->number), 465, "pc");
	facts()->starttls = "implicit";
	facts()->octets.client = a->past ? 4000 : (uint64_t)a->x << 10;
	leave();
	(void)i;
}

static void drip(struct actor *a)
{
	uint32_t pause = wide(70, 3000);
	uint32_t count = between(16, 60);
	count = count * pause > DAY_S - 100 ? (DAY_S - 100) / pause : count;
	place(a, count, count * pause);
	a->steady = true;
	a->x = wide(2000, 400000);
	a->y = pause / 25; /* how late it may be */
}

static void send_drip(struct actor *a, uint32_t i)
{
	arrive(inside(a, 70), strangers_server(2000 + a->number), 587, "pc");
	struct letter l =
		letter(text("log@q%uq.example", a->number), text("drop@q%uq.example", a->number), "accepted", NULL);
	l.size = a->x + draw(a->x / 20 + 1);
	send_letter(&l);
	leave();
	(void)i;
}

static const struct scene scenes[] = {
	{"a stolen account", "account_fanout", "account_many_senders connection_flood", 12, stolen, send_spam},
	{"an infected machine", "account_fanout", "rogue_mta outbound_failures recipient_harvest", 8, infected,
	 send_from_inside},
	{"an account in many places", "account_many_nets", "", 20, travel, log_in_everywhere},
	{"an account with many senders", "account_many_senders", "account_fanout", 20, many_senders, send_as_many},
	{"mail that others refuse", "outbound_failures", "account_fanout rogue_mta recipient_harvest", 20, refused,
	 send_refused},
	{"a listed relay", "listed_source", "outbound_failures", 20, listed, send_listed},
	{"delivers by itself", "rogue_mta", "account_fanout outbound_failures", 20, bot, deliver_itself},
	{"sends much to a new server", "smtp_exfiltration", "", 10, upload, send_much},
	{"sends little by little", "smtp_exfiltration", "", 10, drip, send_drip},
};
const struct scenes account_attacks = SCENES_OF(scenes);
