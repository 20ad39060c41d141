/* attack_identity.c - attackers that say they are somebody else. */
#include "base/text.h"
#include "scene.h"

static void a_few(struct actor *a)
{
	place(a, wide(1, 15), wide(30, 40000));
	a->x = draw(1000);
}

static const char *ip_text(const struct sc_ip *ip)
{
	char room[64];
	struct sc_text t = sc_text_into(room, sizeof(room) - 1);
	sc_text_ip(&t, ip);
	room[t.len] = '\0';
	return text("%s", room);
}

static void visit(const struct actor *a, const char *helo)
{
	arrive(outside(a, 0, a->x), our_mx(a), 25, helo);
	if (chance(50))
		mail(text("x@q%uq.example", a->number), text("user%u@" OURS, draw(400)), "accepted", NULL);
	leave();
}

/* ---- HELO ---- */

static void forge_helo(struct actor *a, uint32_t i)
{
	struct sc_ip mx = our_mx(a);
	const char *names[] = {"mx.example.org",
			       OURS,
			       text(a->v6 ? "[IPv6:%s]" : "[%s]", ip_text(&mx)),
			       ip_text(&mx),
			       "localhost",
			       BANK,
			       "MX.Example.ORG",
			       "localhost.localdomain"};
	visit(a, names[a->x % 8]);
	(void)i;
}

static void lie_in_brackets(struct actor *a, uint32_t i)
{
	visit(a, a->v6 ? text("[IPv6:2606:4700:%x::%x]", a->x + 1, i + 1)
		       : text("[%u.%u.7.9]", 60 + a->x % 40, a->x % 250));
}

static void name_nothing(struct actor *a, uint32_t i)
{
	static char huge[300];
	memset(huge, 'h', sizeof(huge) - 9);
	memcpy(huge + sizeof(huge) - 9, ".example", 9);
	const char *names[] = {"mail",
			       text("%u.%u.3.4", 61 + a->x % 30, a->x % 200),
			       "bad name.example",
			       "host_%!.example",
			       text("pc%u.local", a->x),
			       "box.lan",
			       huge,
			       "a..example",
			       "-x.example",
			       "server.invalid",
			       "(none)"};
	visit(a, names[a->x % 11]);
	(void)i;
}

static void be_bot(struct actor *a, uint32_t i)
{
	const char *names[] = {"ylmf-pc",
			       "masscan",
			       "zgrab",
			       "nmap.scanme.org",
			       "openrelaytest.example",
			       "masscan/1.3",
			       "User",
			       "ADMIN",
			       "windows",
			       text("WIN-%06uABCDE", a->x),
			       text("DESKTOP-%04uXYZ", a->x)};
	uint32_t which = a->x % 11;
	arrive(outside(a, 0, 0), our_mx(a), which > 5 && chance(50) ? 587 : 25, names[which]);
	if (which > 5)
		login(text("user%u@" OURS, i), "failed");
	leave();
}

static void subscriber(struct actor *a)
{
	a_few(a);
	a->v6 = false;
}

static void be_subscriber(struct actor *a, uint32_t i)
{
	struct sc_ip ip = outside(a, 0, a->x);
	const uint8_t *o = ip.octets;
	unsigned p = o[0], q = o[1], r = o[2], s = o[3];
	const char *names[] = {text("%u-%u-%u-%u.q%uq.example", p, q, r, s, a->number),
			       text("host%u.%u.%u.%u.isp.example", s, r, q, p),
			       text("adsl-%u-%u.q%uq.example", r, s, a->number),
			       text("dhcp%u.cable.isp.example", s),
			       text("ip%02x%02x%02x%02x.isp.example", p, q, r, s),
			       text("pool-%u-%u-%u-%u.isp.example", p, q, r, s),
			       text("p%u.dial12.isp.example", s),
			       text("ppp-%u-%u.isp.example", r, s)};
	visit(a, names[a->x % 8]);
	(void)i;
}

static void churn(struct actor *a)
{
	shape(a, 5, 3600, 120);
}

static void change_names(struct actor *a, uint32_t i)
{
	visit(a, text("h%u.q%uq%u.example", i, a->number, i));
}

/* ---- senders ---- */

static void send_as_us(struct actor *a, uint32_t i)
{
	bool taken = a->x & 1;
	arrive(outside(a, 0, i), our_mx(a), 25, text("h.q%uq.example", a->number));
	mail(a->x & 2 ? "chief@" OURS : "clerk@sales." BANK, text("user%u@" OURS, draw(400)),
	     taken ? "accepted" : "rejected", taken ? NULL : "policy");
	leave();
}

static void head_as_us(struct actor *a, uint32_t i)
{
	arrive(outside(a, 0, i), our_mx(a), 25, text("h.q%uq.example", a->number));
	struct letter l =
		letter(text("b%u@q%uq.example", i, a->number), text("user%u@" OURS, draw(400)), "accepted", NULL);
	l.message.message_id = sc_str_of(text("<%u@q%uq.example>", draw(1000000), a->number));
	l.message.from = sc_str_of(a->x & 1 ? "chief@" OURS : "desk@pay." BANK);
	send_letter(&l);
	leave();
}

static const char *const alikes[] = {
	"exarnple.org",    "examp1e.org",     "exmaple.org",     "eexample.org",       "example.com",
	"exampl.org",      "examplee.org",    "example-pay.org", "secure-example.org", "exanple.org",
	"meadowbanc.net",  "mead0wbank.net",  "meadowbank.org",  "meadovvbank.net",    "meadowbank-login.com",
	"rneadowbank.net", "meadow-bank.net", "meadowbnak.net",  "xn--exmple-cua.org", "meadowbakn.net",
};

static void take_alike(struct actor *a)
{
	static uint32_t turn;
	a_few(a);
	a->alias = alikes[turn++ % 20];
}

/* In the envelope, or in From alone. */
static void be_alike(struct actor *a, uint32_t i)
{
	const char *from = text("pay%u@%s", i, a->alias);
	bool header = a->x & 1;
	arrive(outside(a, 0, i), our_mx(a), 25, text("h.q%uq.example", a->number));
	struct letter l = letter(header ? text("b@q%uq.example", a->number) : from, text("user%u@" OURS, draw(400)),
				 "accepted", NULL);
	l.message.message_id = sc_str_of(text("<%u@q%uq.example>", draw(1000000), a->number));
	l.message.from = sc_str_of(from);
	send_letter(&l);
	leave();
}

static void churn_senders(struct actor *a)
{
	shape(a, 20, 3600, 400);
	a->x = 1;
}

static void churn_network(struct actor *a)
{
	shape(a, 20, 3600, 400);
	a->x = between(2, 7);
}

static void change_senders(struct actor *a, uint32_t i)
{
	uint32_t k = i % a->x; /* each host has one HELO, of a domain of its own */
	arrive(outside(a, 0, k), our_mx(a), 25, text("m.q%uq%u.example", a->number, a->x == 1 ? i % 4 : k));
	mail(text("x@q%uq%u.example", a->number, i), text("user%u@" OURS, draw(400)),
	     chance(80) ? "accepted" : "rejected", "spam_content");
	leave();
}

static const struct scene scenes[] = {
	{"takes our name", "helo_forged", "helo_invalid helo_literal_mismatch no_mail_sessions", 20, a_few,
	 forge_helo},
	{"lies in brackets", "helo_literal_mismatch", "helo_churn no_mail_sessions", 20, a_few, lie_in_brackets},
	{"names nothing", "helo_invalid", "no_mail_sessions", 20, a_few, name_nothing},
	{"names a bot", "helo_bot", "helo_invalid auth_guessing auth_spray no_mail_sessions", 20, a_few, be_bot},
	{"names a subscriber's line", "helo_dynamic", "no_mail_sessions", 20, subscriber, be_subscriber},
	{"changes names", "helo_churn", "connection_flood no_mail_sessions", 20, churn, change_names},
	{"sends as one of us", "local_sender_outside", "", 20, a_few, send_as_us},
	{"is one of us in From", "from_mismatch", "", 20, a_few, head_as_us},
	{"has a domain like ours", "lookalike_domain", "", 20, take_alike, be_alike},
	{"changes senders", "sender_churn", "helo_churn connection_flood", 10, churn_senders, change_senders},
	{"changes senders in a network", "sender_churn", "snowshoe connection_flood", 10, churn_network,
	 change_senders},
};
const struct scenes identity_attacks = SCENES_OF(scenes);
