/* harmless_people.c - people and their telephones. */
#include "scene.h"

static const char *person(const struct actor *a)
{
	return text("person.q%uq@" OURS, a->number);
}

static void write_as(const char *name)
{
	struct letter l = letter(
		name, chance(60) ? text("user%u@" OURS, draw(400)) : text("f%u@d%u.example", draw(40), draw(12)),
		chance(97) ? "accepted" : "rejected", NULL);
	l.causes[0] = l.size == SC_NONE ? "user_unknown" : NULL;
	l.user = name;
	send_letter(&l);
}

static void use_account(const char *name, unsigned mistypes)
{
	if (chance(mistypes))
		login(name, "failed");
	login(name, "ok");
	if (chance(70))
		write_as(name);
	leave();
}

/* Home, office, and a telephone. */
static void live(struct actor *a)
{
	take_networks(a, between(1, 3));
	a->daily = wide(2, 15);
	a->acts = wide(3, 80);
	a->start = 25000;
	a->span = 45000;
	a->x = draw(8); /* percent of mistyped passwords */
}

static void work(struct actor *a, uint32_t i)
{
	arrive(outside(a, draw(a->nets), 0), our_mx(a), chance(70) ? 587 : 465, "laptop");
	use_account(person(a), a->x);
	(void)i;
}

/* Carriers give another address each time, of a few networks. */
static void move(struct actor *a)
{
	take_networks(a, a->v6 ? 2 : between(2, 4));
	a->daily = wide(10, 60);
	a->acts = wide(30, 300);
	a->start = 20000;
	a->span = 60000;
}

static void read_on_the_way(struct actor *a, uint32_t i)
{
	struct sc_ip ip = outside(a, draw(a->nets), draw(250));
	if (a->v6) { /* privacy addresses, and another /64 now and then */
		ip.octets[6] = (uint8_t)draw(4);
		ip.octets[9] = (uint8_t)draw(256);
		ip.octets[12] = (uint8_t)draw(256);
	}
	arrive(ip, our_mx(a), 587, "phone");
	use_account(person(a), 1);
	(void)i;
}

/* A telephone that still has the old password. */
static void old_phone(struct actor *a)
{
	uint32_t pause = wide(70, 1800);
	place(a, (DAY_S - 1) / pause, DAY_S - 1);
	a->steady = true;
}

static void fail_again(struct actor *a, uint32_t i)
{
	arrive(outside(a, 0, 0), our_mx(a), 587, "phone");
	login(person(a), "failed");
	leave();
	(void)i;
}

/* Many behind one address: an office, a school, a hotel. */
static void office(struct actor *a)
{
	a->x = wide(8, 250); /* users */
	a->daily = wide(10, 100);
	a->acts = wide(100, 1500);
	a->start = 28000;
	a->span = 36000;
	a->y = draw(6);
}

static void work_together(struct actor *a, uint32_t i)
{
	uint32_t k = draw(a->x);
	arrive(outside(a, 0, 0), our_mx(a), 587, text("pc%u", k));
	use_account(text("staff%u.q%uq@" OURS, k, a->number), a->y);
	(void)i;
}

/* A gateway, named, that many log in through. */
static void gateway(struct actor *a)
{
	struct sc_ip ip = outside(a, 0, 0);
	be_peer(&ip, SC_ROLE_PEER);
	all_day(a, wide(300, 2000));
	a->x = wide(30, 400);
}

static void pass_through(struct actor *a, uint32_t i)
{
	arrive(outside(a, 0, 0), our_mx(a), 587, "webmail");
	use_account(text("web%u.q%uq@" OURS, draw(a->x), a->number), 15);
	(void)i;
}

/* Tried three times, then it came to mind; a known place. */
static void forget(struct actor *a)
{
	a->daily = between(1, 6);
	place(a, between(4, 9), wide(60, 900));
	a->steady = true;
	a->x = between(1, 4); /* wrong ones; some forget for longer */
}

static void remember(struct actor *a, uint32_t i)
{
	arrive(outside(a, 0, 0), our_mx(a), 587, "laptop");
	login(person(a), !a->past && i < a->x ? "failed" : "ok");
	leave();
}

/* On the road without login: refused once or twice. */
static void roam(struct actor *a)
{
	place(a, between(1, 2), wide(10, 600));
}

static void forget_login(struct actor *a, uint32_t i)
{
	arrive(outside(a, 0, 0), our_mx(a), 25, text("host.q%uq.example", a->number));
	mail(person(a), text("friend%u@d.example", i), "rejected", "relay_denied");
	leave();
}

/* Somebody with two or three addresses of his own. */
static void many_names(struct actor *a)
{
	all_day(a, wide(3, 50));
	a->x = between(2, 3);
}

static void write_with_names(struct actor *a, uint32_t i)
{
	arrive(outside(a, 0, 0), our_mx(a), 587, "laptop");
	login(person(a), "ok");
	struct letter l =
		letter(text("me@own%u-%u.example", a->number, draw(a->x)), "friend@d.example", "accepted", NULL);
	l.user = person(a);
	send_letter(&l);
	leave();
	(void)i;
}

static const struct scene scenes[] = {
	{"a user", NULL, "", 300, live, work},
	{"a user on the way", NULL, "", 40, move, read_on_the_way},
	{"an old telephone", NULL, "", 20, old_phone, fail_again},
	{"an office", NULL, "", 15, office, work_together},
	{"a gateway", NULL, "", 3, gateway, pass_through},
	{"a user who forgets", NULL, "", 30, forget, remember},
	{"a user without login", NULL, "", 20, roam, forget_login},
	{"a user with several names", NULL, "", 15, many_names, write_with_names},
};
const struct scenes harmless_people = SCENES_OF(scenes);
