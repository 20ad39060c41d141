/* attack_probing.c - attackers that look around, guess, and relay. */
#include "scene.h"

static void come(const struct actor *a, uint32_t net, uint32_t host)
{
	arrive(outside(a, net, host), our_mx(a), 25, text("h%u.q%uq.example", host, a->number));
}

/* ---- mailboxes ---- */

static void harvest_one(struct actor *a)
{
	shape(a, 10, 600, 500);
	a->x = 1;
	a->y = between(0, 30); /* percent that exist */
}

static void harvest_net(struct actor *a)
{
	harvest_one(a);
	a->x = between(3, 30);
}

static void guess_mailbox(struct actor *a, uint32_t i)
{
	bool exists = chance(a->y);
	come(a, 0, i % a->x);
	mail("x@y.example", exists ? text("user%u@" OURS, draw(400)) : text("guess%u.q%uq@" OURS, i, a->number),
	     exists ? "withdrawn" : "rejected", exists ? NULL : "user_unknown");
	leave();
}

static void harvest_wide(struct actor *a)
{
	take_networks(a, between(18, 90));
	shape(a, 100, 3600, 600);
	if (a->acts < 4 * a->nets / 3)
		a->acts = 4 * a->nets / 3;
}

static void guess_together(struct actor *a, uint32_t i)
{
	come(a, i, i / a->nets % 3);
	mail(text("b%u@y.example", i % 50), text("g%u@q%uq." OURS, i, a->number), "rejected", "user_unknown");
	leave();
}

static void ask(struct actor *a)
{
	place(a, wide(1, 6), wide(10, 20000));
	a->x = draw(4);
}

static void ask_for_users(struct actor *a, uint32_t i)
{
	static const char *const names[] = {"root", "<postmaster>", "admin@" OURS, "decode"};
	come(a, 0, 0);
	if (a->x == 0)
		say("EXPN", "staff", 502, 0);
	else if (a->x == 1)
		say("VRFY", names[a->number % 4], chance(50) ? 252 : 250, 0);
	for (uint32_t k = 0; a->x > 1 && k < 3 + a->x * 2; k++)
		say("VRFY", text("user%u", k), 252, 0);
	leave();
	(void)i;
}

/* ---- relays ---- */

static void probe(struct actor *a)
{
	shape(a, 3, 600, 60);
	a->x = a->number & 1;
}

static void probe_relay(struct actor *a, uint32_t i)
{
	const char *forms[] = {text("u%%d%u.example@" OURS, i), text("\"u@d%u.example\"@" OURS, i),
			       text("u@d%u.example@" OURS, i),  text("@mx." OURS ",u@d%u.example", i),
			       text("d%u.example!u@" OURS, i),  text("\"u%u@d.example\"@[192.0.2.25]", i)};
	come(a, 0, 0);
	mail("x@y.example", a->x ? text("t%u@d%u.example", i, i) : forms[i % 6], "rejected", "relay_denied");
	leave();
}

static void relay(struct actor *a)
{
	shape(a, 5, 3600, 300);
}

static void use_relay(struct actor *a, uint32_t i)
{
	arrive(outside(a, 0, 0), inside(a, 24), 25, text("h.q%uq.example", a->number));
	mail(text("x@q%uq.example", a->number), text("v%u@d%u-%u.example", i, a->number, i), "accepted", NULL);
	leave();
}

/* ---- passwords ---- */

static void submit(const struct actor *a, uint32_t net, uint32_t host)
{
	arrive(outside(a, net, host), our_mx(a), 587, "pc");
}

static void guess(struct actor *a)
{
	shape(a, 5, 600, 400);
	a->x = wide(1, 50); /* users */
}

static void guess_password(struct actor *a, uint32_t i)
{
	submit(a, 0, 0);
	login(text("person%u.q%uq@" OURS, i % a->x, a->number), "failed");
	leave();
}

static void spray(struct actor *a)
{
	uint32_t users = wide(13, 300);
	place(a, users * between(1, 3), wide(120, users < 20 ? 1500 : 3600));
	a->x = users;
	a->y = wide(1, 60); /* hosts */
}

static void spray_network(struct actor *a, uint32_t i)
{
	submit(a, 0, i % a->y);
	login(text("person%u.q%uq@" OURS, i % a->x, a->number), "failed");
	leave();
}

static void spray_one(struct actor *a)
{
	take_networks(a, wide(13, 100));
	place(a, a->nets * between(1, 3), wide(120, 1500));
}

static void spray_slowly(struct actor *a)
{
	take_networks(a, between(45, 200));
	place(a, a->nets, DAY_S - 1);
}

static void spray_user(struct actor *a, uint32_t i)
{
	arrive(outside(a, i, 0), inside(a, 24), 587, "pc");
	login(text("victim.q%uq@" OURS, a->number), "failed");
	leave();
}

static void spray_wide(struct actor *a)
{
	take_networks(a, between(180, 900));
	place(a, a->nets, wide(600, 3000));
}

/* One user for each network: only their server sees them together. */
static void spray_server(struct actor *a, uint32_t i)
{
	arrive(outside(a, i, 0), inside(a, 24), 587, "pc");
	login(text("person%u.q%uq@" OURS, i, a->number), "failed");
	leave();
}

static void find(struct actor *a)
{
	a->x = a->number % 3; /* one user; users of one client; users of a network, who are counted */
	shape(a, a->x == 2 ? 12 : 6, 3600, 300);
	a->steady = true;
}

static void find_password(struct actor *a, uint32_t i)
{
	bool last = i + 1 == a->acts;
	submit(a, 0, a->x == 2 ? i % 3 : 0);
	login(text("person%u.q%uq@" OURS, a->x ? (last ? 999 : i % 40) : 0, a->number), last ? "ok" : "failed");
	leave();
}

static void read_along(struct actor *a)
{
	place(a, wide(1, 8), wide(30, 40000));
	a->x = draw(2);
}

static void log_in_clear(struct actor *a, uint32_t i)
{
	submit(a, 0, i);
	login_by(i & 1 ? "LOGIN" : "PLAIN", text("old.q%uq@" OURS, a->number), a->x ? "ok" : "failed", true);
	leave();
}

/* ---- servers ---- */

static void sweep(struct actor *a)
{
	shape(a, 10, 3600, 250);
	if (chance(30)) {
		place(a, 3, wide(3, 3000));
		a->x = 1;
	}
}

static void look_at_servers(struct actor *a, uint32_t i)
{
	static const uint16_t ports[] = {25, 465, 587};
	struct sc_ip server = our_mx(a);
	if (!a->x)
		server.octets[a->v6 ? 15 : 3] = (uint8_t)(30 + i % 220);
	arrive(outside(a, 0, 0), server, a->x ? ports[i % 3] : 25, "probe.example");
	leave();
}

static const struct scene scenes[] = {
	{"guesses mailboxes", "recipient_harvest", "harvest_spread connection_flood", 12, harvest_one, guess_mailbox},
	{"guesses mailboxes from a network", "recipient_harvest", "harvest_spread connection_flood", 8, harvest_net,
	 guess_mailbox},
	{"guess mailboxes together", "harvest_spread", "recipient_harvest", 20, harvest_wide, guess_together},
	{"asks for users", "vrfy_expn", "", 20, ask, ask_for_users},
	{"tries to relay", "relay_probe", "connection_flood", 20, probe, probe_relay},
	{"uses an open relay", "relay_open", "connection_flood", 20, relay, use_relay},
	{"guesses passwords", "auth_guessing", "auth_spray connection_flood", 20, guess, guess_password},
	{"sprays from a network", "auth_spray", "auth_guessing connection_flood", 5, spray, spray_network},
	{"sprays one user", "auth_spray", "auth_guessing", 5, spray_one, spray_user},
	{"sprays one user slowly", "auth_spray", "auth_guessing", 5, spray_slowly, spray_user},
	{"sprays a server", "auth_spray", "auth_guessing", 5, spray_wide, spray_server},
	{"finds a password", "auth_success_after_failures", "auth_guessing auth_spray connection_flood", 20, find,
	 find_password},
	{"shows a password", "auth_in_clear", "auth_guessing", 20, read_along, log_in_clear},
	{"looks at servers", "scanner", "no_mail_sessions connection_flood", 20, sweep, look_at_servers},
};
const struct scenes probing_attacks = SCENES_OF(scenes);
