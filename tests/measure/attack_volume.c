/* attack_volume.c - masses of mail, and mail that goes astray. */
#include "scene.h"

static void come(const struct actor *a, uint32_t net, uint32_t host, const char *helo)
{
	arrive(outside(a, net, host), our_mx(a), 25, helo);
}

/* ---- many feet ---- */

static void snow(struct actor *a)
{
	a->x = between(11, 200);                                /* addresses, each with a domain */
	place(a, a->x * between(2, 12), wide(3600, DAY_S - 1)); /* below twenty an hour of each */
	if (a->acts / a->x * 3600 / a->span > 12)
		place(a, a->acts, 3600 * (a->acts / a->x / 10 + 1));
}

static void snow_some(struct actor *a, uint32_t i)
{
	uint32_t k = i % a->x;
	come(a, 0, k, text("m.q%uq%u.example", a->number, k));
	mail(text("n@q%uq%u.example", a->number, k), text("user%u@" OURS, draw(400)),
	     chance(90) ? "accepted" : "rejected", "spam_content");
	leave();
}

static void snow_wide(struct actor *a)
{
	take_networks(a, between(14, 60));
	a->x = between(5, 7);
	place(a, a->nets * a->x * between(2, 5), between(20000, 80000));
	a->y = wide(2000, 30000);
}

static void snow_little(struct actor *a, uint32_t i)
{
	uint32_t net = i % a->nets, host = i / a->nets % a->x, k = net * 8 + host;
	come(a, net, host, text("m.q%uq%u.example", a->number, k));
	struct letter l =
		letter(text("n@q%uq%u.example", a->number, k), text("user%u@" OURS, draw(400)), "accepted", NULL);
	l.size = a->y + draw(a->y / 10);
	send_letter(&l);
	facts()->dialect = sc_str_of(text("s:%016x", a->number));
	leave();
}

/* ---- masses for one ---- */

static void bomb(struct actor *a)
{
	shape(a, 100, 600, 1500);
	a->x = between(26, 400); /* sites, each with a network */
	take_networks(a, a->x);
}

static void bomb_mailbox(struct actor *a, uint32_t i)
{
	come(a, i, 0, text("m.site%u.example", i % a->x));
	mail(text("hello@site%u.example", i % a->x), text("victim.q%uq@" OURS, a->number), "accepted", NULL);
	leave();
}

static void bomb_alone(struct actor *a)
{
	shape(a, 50, 3600, 600);
}

static void bomb_by_one(struct actor *a, uint32_t i)
{
	come(a, 0, i % 5, text("m.q%uq.example", a->number));
	mail(text("x@q%uq.example", a->number), text("victim.q%uq@" OURS, a->number), "accepted", NULL);
	leave();
}

/* ---- bounces ---- */

static void scatter(struct actor *a)
{
	take_networks(a, 30);
	shape(a, 20, 600, 500);
}

static void bounce_to_one(struct actor *a, uint32_t i)
{
	arrive(outside(a, i, 0), inside(a, 24), 25, text("mx.site%u.example", i % 30));
	mail("", text("forged.q%uq@" OURS, a->number), "accepted", NULL);
	leave();
}

static void storm(struct actor *a)
{
	take_networks(a, 30);
	shape(a, 50, 600, 900);
	a->acts = a->acts * 4 / 3;
}

static void bounce_to_all(struct actor *a, uint32_t i)
{
	bool null = i % 10 < 8;
	arrive(outside(a, i, 0), inside(a, 24), 25, text("mx.site%u.example", i % 30));
	mail(null ? "" : "ann@site.example", text("r%u.q%uq@" OURS, i, a->number),
	     null && i % 5 == 0 ? "rejected" : "accepted", null && i % 5 == 0 ? "policy" : NULL);
	leave();
}

static void odd_bounce(struct actor *a)
{
	place(a, wide(1, 10), wide(10, 30000));
}

static void bounce_to_several(struct actor *a, uint32_t i)
{
	come(a, 0, 0, text("mx.q%uq.example", a->number));
	struct letter l = letter("", text("user%u@" OURS, draw(400)), "accepted", NULL);
	for (uint32_t k = 0; k < 2 + i % 20; k++)
		add_rcpt(&l, text("user%u@" OURS, 500 + k), "accepted", NULL);
	send_letter(&l);
	leave();
}

/* ---- no way back ---- */

static void vanish(struct actor *a)
{
	uint32_t count = wide(6, 200);
	a->acts = count;
	a->span = wide(20, 7200);
	a->start = draw(DAY_S - a->span);
}

static void never_return(struct actor *a, uint32_t i)
{
	come(a, 0, 0, text("m%u.q%uq.example", i % 3, a->number));
	mail(text("x%u@q%uq.example", i, a->number), text("user%u@" OURS, i), "deferred",
	     i % 2 ? "greylisted" : "rate_limited");
	leave();
}

static void circle(struct actor *a)
{
	shape(a, 5, 600, 80);
	a->x = a->number & 1;
}

static void go_round(struct actor *a, uint32_t i)
{
	come(a, 0, 0, text("mx.q%uq.example", a->number));
	const char *to = text("round.q%uq@" OURS, a->number);
	struct letter l = letter(text("ann@q%uq.example", a->number), to, "accepted", NULL);
	l.message.message_id = sc_str_of(text("<round%u@q%uq.example>", a->x ? 0 : i, a->number));
	l.message.received = a->x ? 3 + i : between(25, 90);
	send_letter(&l);
	leave();
}

static const struct scene scenes[] = {
	{"many feet", "snowshoe", "sender_churn", 12, snow, snow_some},
	{"few feet in many networks", "snowshoe", "", 8, snow_wide, snow_little},
	{"drowns a mailbox", "mail_bomb", "", 12, bomb, bomb_mailbox},
	{"drowns a mailbox alone", "mail_bomb", "connection_flood", 8, bomb_alone, bomb_by_one},
	{"bounces to one", "null_sender_flood", "mail_bomb", 8, scatter, bounce_to_one},
	{"bounces to a server", "null_sender_flood", "", 8, storm, bounce_to_all},
	{"bounces to several", "null_sender_flood", "", 4, odd_bounce, bounce_to_several},
	{"never comes back", "no_retry", "connection_flood", 20, vanish, never_return},
	{"goes round in circles", "mail_loop", "mail_bomb connection_flood", 20, circle, go_round},
};
const struct scenes volume_attacks = SCENES_OF(scenes);
