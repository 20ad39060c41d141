/* harmless_servers.c - mail servers of others, and our own: what most traffic is. */
#include "scene.h"

static const char *user(void)
{
	return text("user%u@" OURS, draw(400));
}

static const char *ghost(void)
{
	return text("former%u@" OURS, draw(90));
}

static void come(const struct actor *a, uint32_t net, uint32_t host, const char *helo)
{
	arrive(outside(a, net, host), our_mx(a), 25, helo);
}

/* ---- an organisation's server ---- */

static void serve(struct actor *a)
{
	a->daily = wide(1, 12);
	all_day(a, wide(10, 400));
	a->x = between(1, 3); /* hosts */
	a->y = draw(5);       /* percent of dead addresses */
}

static void send_mail(struct actor *a, uint32_t i)
{
	uint32_t host = draw(a->x);
	bool dead = chance(a->y), put_off = chance(2);
	const char *from = text("p%u@q%uq.example", draw(20), a->number), *to = dead ? ghost() : user();
	come(a, 0, host, text("mx%u.q%uq.example", host, a->number));
	mail(from, to,
	     dead      ? "rejected"
	     : put_off ? "deferred"
		       : "accepted",
	     dead      ? "user_unknown"
	     : put_off ? "greylisted"
		       : NULL);
	if (put_off && !dead)
		mail(from, to, "accepted", NULL);
	leave();
	(void)i;
}

/* Greylisted at first, and tried again later, from the same network or another one of its pool. */
static void grey(struct actor *a)
{
	take_networks(a, between(1, 4));
	place(a, 2 * wide(3, 30), 2 * wide(600, 7200));
	a->steady = true;
}

static void try_again(struct actor *a, uint32_t i)
{
	uint32_t n = a->acts / 2; /* first all, then all once more */
	come(a, i / n * draw(a->nets), draw(4), text("out%u.q%uq.example", draw(4), a->number));
	mail(text("p%u@q%uq.example", i % n, a->number), text("user%u@" OURS, i % n), i < n ? "deferred" : "accepted",
	     i < n ? "greylisted" : NULL);
	leave();
}

/* Sends a few that are never taken, beside others that are. */
static void sloppy(struct actor *a)
{
	all_day(a, wide(8, 200));
}

static void give_up(struct actor *a, uint32_t i)
{
	come(a, 0, 0, text("mx.q%uq.example", a->number));
	mail(text("p%u@q%uq.example", i, a->number), user(), i % 4 ? "accepted" : "deferred",
	     i % 4 ? NULL : "rate_limited");
	leave();
}

/* ---- those who send for many ---- */

static void provide(struct actor *a)
{
	take_networks(a, between(1, 6));
	all_day(a, wide(1500, 9000));
	a->daily = 40;
	a->x = between(20, 200); /* addresses of a network */
	a->y = wide(50, 900);    /* customers */
}

static void send_for_customers(struct actor *a, uint32_t i)
{
	uint32_t host = draw(a->x), net = draw(a->nets), customer = draw(a->y);
	bool dead = chance(2);
	come(a, net, host, text("out%u-%u.q%uq.example", net, host, a->number));
	mail(text("bounce-%u@c%u-%u.example", i, a->number, customer), dead ? ghost() : user(),
	     dead ? "rejected" : "accepted", dead ? "user_unknown" : NULL);
	leave();
}

/* Customers of a hoster are neighbours, each with a domain and name of its own. */
static void neighbour(struct actor *a)
{
	a->x = between(2, 20);
	all_day(a, wide(10, 300));
	a->daily = between(1, 8);
}

static void send_as_neighbour(struct actor *a, uint32_t i)
{
	uint32_t k = draw(a->x);
	come(a, 0, k, text("mail.q%uq%u.example", a->number, k));
	mail(text("shop@q%uq%u.example", a->number, k), user(), "accepted", NULL);
	facts()->dialect = sc_str_of(text("s:%016x", k % 3));
	leave();
	(void)i;
}

static void forward(struct actor *a)
{
	place(a, wide(20, 600), wide(3600, DAY_S - 1));
	a->x = wide(10, 200); /* whose mail it is */
	a->y = a->number & 1; /* rewrites senders */
}

static void send_on(struct actor *a, uint32_t i)
{
	come(a, 0, 0, text("fwd%u.q%uq.example", draw(3), a->number));
	const char *site = text("site%u.example", draw(a->x));
	struct letter l =
		letter(a->y ? text("SRS0=ab%u=%s=ann@q%uq.example", i, site, a->number) : text("ann@%s", site),
		       user(), "accepted", NULL);
	l.message.message_id = sc_str_of(text("<%u.%u@%s>", i, a->number, site));
	l.message.from = sc_str_of(a->y && chance(20) ? text("user%u@" OURS, draw(400)) : text("ann@%s", site));
	l.message.received = between(2, 9);
	send_letter(&l);
	leave();
}

/* After an outage everything comes at once. */
static void catch_up(struct actor *a)
{
	uint32_t minutes = between(1, 8);
	place(a, minutes * between(20, 130), minutes * 60);
}

static void deliver_queue(struct actor *a, uint32_t i)
{
	come(a, 0, 0, text("mx.q%uq.example", a->number));
	mail(text("p%u@q%uq.example", draw(40), a->number), chance(3) ? ghost() : user(), "accepted", NULL);
	leave();
	(void)i;
}

/* Before we sent them mail, is the sender there?  MAIL with the null sender, RCPT, and away. */
static void verify(struct actor *a)
{
	all_day(a, wide(5, 400));
}

static void call_out(struct actor *a, uint32_t i)
{
	come(a, 0, 0, text("mx.q%uq.example", a->number));
	mail("", user(), "withdrawn", NULL);
	leave();
	(void)i;
}

/* Bounces of what our users sent. */
static void bounce(struct actor *a)
{
	all_day(a, wide(2, 40));
}

static void send_bounce(struct actor *a, uint32_t i)
{
	come(a, 0, 0, text("mx.q%uq.example", a->number));
	mail("", user(), "accepted", NULL);
	leave();
	(void)i;
}

/* The same name below another top-level domain, and somebody else's since long ago. */
static void namesake(struct actor *a)
{
	serve(a);
	a->alias = a->number & 1 ? "meadowbank.info" : "example.info";
}

static void send_as_namesake(struct actor *a, uint32_t i)
{
	come(a, 0, 0, text("mx.%s", a->alias));
	mail(text("p%u@%s", i % 9, a->alias), user(), "accepted", NULL);
	leave();
}

/* Many write to a domain that --home lacks, at a server of ours. */
static void forgotten(struct actor *a)
{
	take_networks(a, between(5, 40));
	a->daily = between(5, 30);
	all_day(a, wide(30, 400));
}

static void send_to_forgotten(struct actor *a, uint32_t i)
{
	uint32_t net = draw(a->nets);
	arrive(outside(a, net, 0), inside(a, 24), 25, text("mx.q%uq%u.example", a->number, net));
	mail(text("p%u@q%uq%u.example", i % 9, a->number, net), text("member%u@club%u.example", draw(50), i % 3), "accepted", NULL);
	leave();
}

/* ---- our own ---- */

static void back_up(struct actor *a)
{
	struct sc_ip ip = outside(a, 0, 0);
	be_peer(&ip, SC_ROLE_PEER);
	all_day(a, wide(100, 1500));
}

/* A second MX hands on what others guess. */
static void hand_in(struct actor *a, uint32_t i)
{
	bool guess = chance(60);
	come(a, 0, 0, "mx2." OURS);
	mail(text("p@site%u.example", draw(300)), guess ? text("guess%u@" OURS, i) : user(),
	     guess ? "rejected" : "accepted", guess ? "user_unknown" : NULL);
	leave();
}

/* Our relay: it takes our users' mail and sends it out; some is refused. */
static void relay(struct actor *a)
{
	a->daily = 40;
	all_day(a, wide(800, 4000));
	a->x = between(1, 12);
}

static void send_out(struct actor *a, uint32_t i)
{
	const char *to = text("friend%u@d%u.example", draw(900), draw(200));
	if (chance(40)) {
		arrive(inside(a, 90), inside(a, 24), 587, "laptop");
		login(text("user%u@" OURS, draw(400)), "ok");
		struct letter l = letter(text("user%u@" OURS, draw(400)), to, "accepted", NULL);
		l.user = "relay-test@" OURS;
		l.from = l.user;
		send_letter(&l);
		leave();
		return;
	}
	bool bad = chance(a->x);
	arrive(inside(a, 24), strangers_server(draw(200)), 25, text("relay.q%uq." OURS, a->number));
	mail(text("user%u@" OURS, draw(400)), to, bad ? "rejected" : "accepted", bad ? "user_unknown" : NULL);
	leave();
	(void)i;
}

static const struct scene scenes[] = {
	{"a mail server", NULL, "", 400, serve, send_mail},
	{"a greylisted server", NULL, "", 30, grey, try_again},
	{"a server that gives up some", NULL, "", 15, sloppy, give_up},
	{"a mail provider", NULL, "", 8, provide, send_for_customers},
	{"a hoster's customers", NULL, "", 20, neighbour, send_as_neighbour},
	{"a forwarder", NULL, "", 15, forward, send_on},
	{"a server after an outage", NULL, "", 10, catch_up, deliver_queue},
	{"a verifier of senders", NULL, "", 12, verify, call_out},
	{"a sender of bounces", NULL, "", 20, bounce, send_bounce},
	{"a namesake", NULL, "", 1, namesake, send_as_namesake},
	{"a domain that --home lacks", NULL, "", 4, forgotten, send_to_forgotten},
	{"a second MX", NULL, "", 2, back_up, hand_in},
	{"a relay of ours", NULL, "", 2, relay, send_out},
};
const struct scenes harmless_servers = SCENES_OF(scenes);
