/* harmless_oddities.c - what looks odd and does no harm: monitors, tarpits, old programs, quoted attacks, servers
 * that change. */
#include "scene.h"

static const char *user(void)
{
	return text("user%u@" OURS, draw(400));
}

static void a_few(struct actor *a)
{
	place(a, wide(1, 12), wide(30, 40000));
	a->x = draw(1000);
	a->y = draw(8);
}

static void come(const struct actor *a, const char *helo)
{
	arrive(outside(a, 0, 0), our_mx(a), 25, helo);
}

static const char *own_name(const struct actor *a)
{
	return text("mx%u-34.q%uq.example", a->x % 90, a->number);
}

/* ---- probes ---- */

static void monitor(struct actor *a)
{
	uint32_t pause = wide(60, 600);
	place(a, (DAY_S - 1) / pause, DAY_S - 1);
	a->steady = true;
	a->x = draw(1000);
}

static void look(struct actor *a, uint32_t i)
{
	come(a, own_name(a));
	leave();
	(void)i;
}

static void named_monitor(struct actor *a)
{
	struct sc_ip ip = outside(a, 0, 0);
	be_peer(&ip, SC_ROLE_MONITOR);
	place(a, wide(200, 3000), wide(3600, DAY_S - 1));
	a->x = draw(1000);
}

static void look_everywhere(struct actor *a, uint32_t i)
{
	struct sc_ip server = our_mx(a);
	server.octets[a->v6 ? 15 : 3] = (uint8_t)(30 + i % 220);
	arrive(outside(a, 0, 0), server, 25, "research.example");
	leave();
}

/* A balancer inside asks each server whether it lives. */
static void balance(struct actor *a)
{
	place(a, 17000, DAY_S - 1);
	a->steady = true;
}

static void ask_health(struct actor *a, uint32_t i)
{
	arrive(inside(a, 9), our_mx(a), 25, NULL);
	facts()->quirks |= QUIRK(no_quit);
	leave();
	(void)i;
}

/* ---- slow ones ---- */

static void tarpit(struct actor *a)
{
	place(a, between(20, 60), between(10, 200));
	a->x = between(100, 900);
}

static void wait_in_tarpit(struct actor *a, uint32_t i)
{
	come(a, own_name(a));
	struct sc_ev_session *x = facts();
	x->timing.total_ms = a->x * SC_SECOND;
	x->start = x->end - x->timing.total_ms;
	x->timing.greeting_ms = between(6, 60) * SC_SECOND;
	x->timing.waited_ms = x->timing.total_ms - between(1, 5) * SC_SECOND; /* it answers at once */
	x->octets.client = 40;
	mail(text("x@q%uq.example", a->number), user(), "accepted", NULL);
	x->octets.client = 60;
	leave();
	(void)i;
}

static void narrow(struct actor *a)
{
	place(a, between(5, 40), between(600, 20000));
	a->x = between(100, 2000);
}

static void send_slowly(struct actor *a, uint32_t i)
{
	come(a, own_name(a));
	mail(text("x@q%uq.example", a->number), user(), "accepted", NULL);
	facts()->timing.total_ms = a->x * SC_SECOND;
	facts()->start = facts()->end - facts()->timing.total_ms;
	facts()->octets.client = wide(4, 900) * a->x;
	leave();
	(void)i;
}

/* ---- programs with ways of their own ---- */

/* Allowed to speak early, behind a balancer, with long parameters, an extension that is not known, one question for a
 * user. */
static void be_odd(struct actor *a, uint32_t i)
{
	static const sc_str early[] = {{"PIPECONNECT", 11}, {"PIPELINING", 10}};
	static char argument[1500];
	memset(argument, 'r', sizeof(argument) - 1);
	come(a, own_name(a));
	switch (a->y) {
	case 0:
		facts()->capabilities = (struct sc_strs){early, 2};
		facts()->quirks |= QUIRK(early_talker);
		break;
	case 1:
		facts()->quirks |= QUIRK(proxy_header);
		break;
	case 2:
		say("RCPT", argument, 250, QUIRK(line_too_long));
		break;
	case 3:
		say("XCLIENT", "NAME=x", 500, QUIRK(unknown_command)), say("XEXTRA", "", 500, QUIRK(unknown_command));
		break;
	case 4:
		say("VRFY", "ann", 252, 0);
		break;
	case 5:
		facts()->quirks |= QUIRK(tcp_bad_reset);
		break;
	case 6:
		say("CONNECT", "", 220, QUIRK(bare_lf)), say("NOOP", "", 250, QUIRK(bare_lf));
		break;
	default:
		facts()->quirks |= QUIRK(tcp_bad_checksum);
		break;
	}
	mail(text("ann@q%uq.example", a->number), user(), "accepted", NULL);
	leave();
	(void)i;
}

/* Names that look like subscribers' lines, and are servers'; private addresses in brackets; desktops with usual
 * names. */
static void be_named(struct actor *a, uint32_t i)
{
	const char *names[] = {text("static-%u-%u-7-9.isp.example", 23, a->x % 250),
			       text("ec2-%u-1-2-3.compute.cloud.example", a->x % 200),
			       text("mx12-%u.q%uq.example", a->x, a->number),
			       text("smtp-out-dsl%u.example", a->x),
			       "[10.0.0.5]",
			       "[192.168.1.20]",
			       text("srv%u.dyndnsprovider.example", a->x % 10),
			       text("node-1-2-%u.q%uq.example", a->x, a->number)};
	come(a, names[a->y == 6 ? 2 : a->y]);
	mail(text("ann@q%uq.example", a->number), user(), "accepted", NULL);
	leave();
	(void)i;
}

static void desktop(struct actor *a, uint32_t i)
{
	const char *names[] = {"WIN-ABCDEFGH123", "DESKTOP-1A2B3C4", "User", "localhost", "MyPC",
			       "[192.168.0.7]",   "laptop.local",    "admin"};
	arrive(outside(a, 0, 0), our_mx(a), 587, names[a->y]);
	login(text("person.q%uq@" OURS, a->number), i && chance(5) ? "failed" : "ok"); /* now and then it is mistyped */
	leave();
}

/* From inside, and by a challenge: nobody reads a password there. */
static void log_in_old_way(struct actor *a, uint32_t i)
{
	bool inner = a->y & 1;
	arrive(inner ? inside(a, 50) : outside(a, 0, 0), our_mx(a), 587, "old");
	login_by(inner ? "LOGIN" : "CRAM-MD5", text("person.q%uq@" OURS, a->number), "ok", true);
	leave();
	(void)i;
}

/* Set to TLS from the first octet on 587, where that is not spoken. */
static void be_misconfigured(struct actor *a, uint32_t i)
{
	arrive(outside(a, 0, 0), our_mx(a), 587, NULL);
	facts()->quirks |= QUIRK(tls_on_plain_port);
	leave();
	(void)i;
}

/* Our server meets itself behind NAT. */
static void turn_round(struct actor *a, uint32_t i)
{
	arrive(our_mx(a), our_mx(a), 25, "mx.example.org");
	leave();
	(void)i;
}

/* A content filter hands on what a known program wrote, in its own way; a new version of a program has ways of its own. */
static void hand_on(struct actor *a, uint32_t i)
{
	come(a, own_name(a));
	struct letter l = letter(text("ann@q%uq.example", a->number), user(), "accepted", NULL);
	l.message.message_id = sc_str_of(text("<%u@q%uq.example>", i, a->number));
	l.message.user_agent = SC_STR("Microsoft Office Outlook 12.0");
	l.message.received = between(1, 4);
	send_letter(&l);
	facts()->dialect = sc_str_of(text("s:%08x%08x", a->number * 2654435761u, 99u));
	leave();
}

static void be_new(struct actor *a, uint32_t i)
{
	come(a, own_name(a));
	struct letter l = letter(text("ann@q%uq.example", a->number), user(), "accepted", NULL);
	l.message.message_id = sc_str_of(text("<%u@q%uq.example>", i, a->number));
	l.message.user_agent = SC_STR("swaks v20290101.0");
	send_letter(&l);
	facts()->dialect = SC_STR("s:0123456789abcdef");
	leave();
}

/* Reports on attacks, odd but honest addresses, a dialogue that is quoted. */
static void write_about(struct actor *a, uint32_t i)
{
	const char *subjects[] = {"Analysis of ${jndi:ldap://x/a}", "shellshock: () { :; }; explained", "minutes",
				  "sale: 3+0 offers; today"};
	const char *senders[] = {"o'hara;x@q%uq.example", "a+b=c@q%uq.example",
				 "bounce+0815=user=example.org@q%uq.example", "\"first last\"@q%uq.example"};
	come(a, own_name(a));
	char from[100];
	snprintf(from, sizeof(from), senders[a->y % 4], a->number);
	struct letter l = letter(from, user(), "accepted", NULL);
	l.message.message_id = sc_str_of(text("<%u@q%uq.example>", i, a->number));
	l.message.subject = sc_str_of(subjects[a->y / 2]);
	l.message.user_agent = SC_STR("Mutt/2.2");
	l.quirks = a->y & 1 ? QUIRK(eod_lookalike) : 0;
	send_letter(&l);
	say("BDAT", "2000 LAST", 250, 0);
	leave();
}

/* Domains that are no likeness of ours. */
static void other_domain(struct actor *a, uint32_t i)
{
	static const char *const domains[] = {
		"samples.org",   "exam.org",      "meadow.net",  "bankmeadow.net",
		"amplitude.org", "river.example", "meadows.org", "examples-and-more.net"};
	come(a, own_name(a));
	mail(text("ann@%s", domains[a->y]), user(), "accepted", NULL);
	leave();
	(void)i;
}

/* ---- TLS ---- */

static void meet(const struct actor *a, bool offered)
{
	static const sc_str with[] = {{"STARTTLS", 8}, {"SIZE 1000000", 12}}, only[] = {{"SIZE 1000000", 12}};
	arrive(outside(a, draw(a->nets), 0), inside(a, 24), 25, text("mx.q%uq.example", a->number));
	facts()->capabilities = offered ? (struct sc_strs){with, 2} : (struct sc_strs){only, 1};
	facts()->starttls = offered ? "established" : "not_offered";
}

/* A server that never had TLS; one that was set up anew, so that it has none from some hour on. */
static void plain_server(struct actor *a)
{
	take_networks(a, between(2, 12));
	all_day(a, wide(20, 300));
	a->steady = true;
	a->x = a->number & 1 ? a->acts / 2 : 0;
}

static void serve_plain(struct actor *a, uint32_t i)
{
	meet(a, i < a->x);
	mail("ann@site.example", user(), "accepted", NULL);
	leave();
}

/* Two machines behind one address, one of which has no TLS. */
static void share_address(struct actor *a, uint32_t i)
{
	meet(a, true);
	facts()->starttls = i % 3 ? "established" : "offered_unused";
	mail("ann@site.example", user(), "accepted", NULL);
	leave();
}

/* TLS as it is between servers: certificates of their own, now and then a handshake that fails, an empty line too
 * many. */
static void common_tls(struct actor *a)
{
	take_networks(a, between(1, 5));
	all_day(a, wide(10, 200));
	a->y = draw(4);
	a->x = draw(1000);
}

static void use_tls(struct actor *a, uint32_t i)
{
	struct sc_ev_tls x = {
		.via = "starttls",
		.version = a->y & 1 ? "TLSv1.3" : "TLSv1.2",
		.cipher = "TLS_AES_256_GCM_SHA384",
		.established = true,
		.certificate = {.subject = SC_STR("CN=mx"),
				.issuer = a->y == 2 ? SC_STR("CN=mx") : SC_STR("CN=ca"),
				.not_before = SC_TIME_NONE,
				.not_after = SC_TIME_NONE,
				.key = SC_STR("RSA 2048"),
				.signature = a->y == 2 ? "sha1WithRSAEncryption" : "sha256WithRSAEncryption"}};
	x.cipher = a->y == 0 ? "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256" : x.cipher;
	x.cipher = a->y == 2 && a->x % 2 ? "TLS_ECDH_anon_WITH_AES_128_CBC_SHA" : x.cipher;
	meet(a, true);
	if (i % 97 == 50) {
		struct sc_ev_tls bad = {.via = "starttls", .alert = {"client", 48, "unknown_ca"}};
		handshake(&bad);
		facts()->starttls = "handshake_failed";
		leave();
		return;
	}
	handshake(&x);
	if (a->x % 50 == 7)
		facts()->glued = (struct sc_ev_glued){2, 0, SC_STR("")};
	mail("ann@site.example", user(), "accepted", NULL);
	leave();
}

static const struct scene scenes[] = {
	{"a monitor", NULL, "", 10, monitor, look},
	{"a monitor that is named", NULL, "", 5, named_monitor, look_everywhere},
	{"a balancer", NULL, "", 1, balance, ask_health},
	{"a client in a tarpit", NULL, "", 8, tarpit, wait_in_tarpit},
	{"a client on a narrow line", NULL, "", 10, narrow, send_slowly},
	{"a program with ways of its own", NULL, "", 40, a_few, be_odd},
	{"a server with an odd name", NULL, "", 40, a_few, be_named},
	{"a desktop", NULL, "", 20, a_few, desktop},
	{"a program that logs in the old way", NULL, "", 12, a_few, log_in_old_way},
	{"a program that is set up wrongly", NULL, "", 10, a_few, be_misconfigured},
	{"our server itself", NULL, "", 2, a_few, turn_round},
	{"a content filter", NULL, "", 12, a_few, hand_on},
	{"a new version of a program", NULL, "", 1, a_few, be_new},
	{"mail about attacks", NULL, "", 20, a_few, write_about},
	{"another domain", NULL, "", 16, a_few, other_domain},
	{"a server that has no TLS", NULL, "starttls_stripped", 12, plain_server, serve_plain},
	{"two behind one address", NULL, "", 1, a_few, share_address},
	{"TLS as it is", NULL, "", 30, common_tls, use_tls},
};
const struct scenes harmless_oddities = SCENES_OF(scenes);
