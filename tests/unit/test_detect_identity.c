/* test_detect_identity.c - detectors of who a client and a sender claim to be: tables of names, and scenes. */
#include "base/hash.h"
#include "detect/frame/domain.h"
#include "detect/frame/roles.h"
#include "detect_fixture.h"
#include "smtp/dialect.h"

#define HOME "192.0.2.0/24 example.org"

static void helo(struct stage *st, const char *name)
{
	st->helo = name;
	plain(st, 1, 0);
}

static void helo_own(struct stage *st) { helo(st, "MX.example.org"); }
static void helo_own_rooted(struct stage *st) { helo(st, "mx.example.org."); }
static void helo_other(struct stage *st) { helo(st, "mx.example.net"); }
static void helo_domain(struct stage *st) { helo(st, "example.org"); }
static void helo_below_domain(struct stage *st) { helo(st, "branch.example.org"); }
static void helo_literal_own(struct stage *st) { helo(st, "[192.0.2.25]"); }
static void helo_localhost(struct stage *st) { helo(st, "localhost"); }
static void helo_own_inside(struct stage *st)
{
	from_ip(st, "192.0.2.77");
	helo(st, "mx.example.org");
}
static void helo_hairpin(struct stage *st)
{
	from_ip(st, "192.0.2.25");
	helo(st, "mx.example.org");
}
static void helo_own_submission(struct stage *st)
{
	to_ip(st, "192.0.2.25", 587);
	helo(st, "localhost");
}

static void literal_wrong(struct stage *st) { helo(st, "[198.51.100.9]"); }
static void literal_right(struct stage *st) { helo(st, "[203.0.113.7]"); }
static void literal_private(struct stage *st) { helo(st, "[192.168.1.2]"); }
static void literal_v6(struct stage *st)
{
	from_ip(st, "2001:db8::7");
	helo(st, "[IPv6:2001:DB8:0::7]");
}
static void literal_v6_wrong(struct stage *st)
{
	from_ip(st, "2001:db8::7");
	helo(st, "[IPv6:2001:db8::8]");
}

static void bot(struct stage *st, const char *name, const char *outcome)
{
	struct sc_ev_session x = plain_session(st);
	x.helo.name = sc_str_of(name);
	x.auth.outcome = outcome;
	end_session(st, &x);
}
static void bot_ylmf(struct stage *st) { bot(st, "ylmf-pc", NULL); }
static void bot_ylmf_longer(struct stage *st) { bot(st, "ylmf-pc.example.net", NULL); }
static void bot_desktop(struct stage *st) { bot(st, "DESKTOP-4F7K2QX", NULL); }
static void bot_desktop_ok(struct stage *st) { bot(st, "DESKTOP-4F7K2QX", "ok"); }
static void bot_desktop_failed(struct stage *st) { bot(st, "DESKTOP-4F7K2QX", "failed"); }
static void bot_desktop_mistyped(struct stage *st)
{
	bot(st, "DESKTOP-4F7K2QX", "ok");
	pause_s(st, 600);
	bot(st, "DESKTOP-4F7K2QX", "failed");
}
static void bot_win_failed(struct stage *st) { bot(st, "WIN-0123456789A", "failed"); }
static void bot_win_short_failed(struct stage *st) { bot(st, "WIN-7f3a", "failed"); }

static void names(struct stage *st, unsigned n)
{
	char room[32];
	for (unsigned i = 0; i < n; i++) {
		snprintf(room, sizeof(room), "host%u.example.net", i);
		helo(st, room);
		pause_s(st, 60);
	}
}
static void names_5(struct stage *st) { names(st, 5); }
static void names_4(struct stage *st) { names(st, 4); }
static void one_name_often(struct stage *st)
{
	for (unsigned i = 0; i < 60; i++)
		helo(st, i % 2 ? "mx.example.net" : "MX.EXAMPLE.NET");
}
static void names_behind_nat(struct stage *st)
{
	to_ip(st, "192.0.2.25", 587);
	names(st, 50);
}
static void another_name(struct stage *st)
{
	static unsigned i;
	char room[32];
	snprintf(room, sizeof(room), "h%u.example.net", i++);
	helo(st, room);
}
static void names_flood(struct stage *st) { flood(st, another_name, 12); }

static void own_accepted(struct stage *st) { mail(st, "boss@example.org", "a@example.org", "accepted", NULL); }
static void own_refused(struct stage *st) { mail(st, "boss@Example.ORG", "a@example.org", "rejected", "policy"); }
static void own_on_the_road(struct stage *st) { mail(st, "boss@example.org", "friend@example.net", "rejected", "relay_denied"); }
static void foreign(struct stage *st) { mail(st, "boss@example.net", "a@example.org", "accepted", NULL); }
static void null_sender(struct stage *st) { mail(st, "", "a@example.org", "accepted", NULL); }
static void own_inside(struct stage *st)
{
	from_ip(st, "192.0.2.99");
	own_accepted(st);
}
static void own_logged_in(struct stage *st)
{
	st->user = "boss";
	own_accepted(st);
}
static void own_peer(struct stage *st)
{
	struct sc_ip peer = ip_of("203.0.113.0");
	sc_detect_settings_network(st->settings, SC_ROLE_PEER, &peer, 24);
	own_accepted(st);
}

static void headed(struct stage *st, const char *header, const char *list_id, const char *envelope)
{
	struct sc_ev_message x = { .n = 1, .from = sc_str_of(header), .list_id = sc_str_of(list_id) };
	tell_event(st, SC_EVENT_message, &x);
	mail(st, envelope, "a@example.org", "accepted", NULL);
	new_session(st);
}
static void header_ours(struct stage *st) { headed(st, "\"The Boss\" <boss@Example.org>", NULL, "x@example.net"); }
static void header_newsletter(struct stage *st) { headed(st, "News <n@example.com>", NULL, "bounce@example.net"); }
/* Each mail is a key of its own: a day of them may not fill the table. */
static void header_after_many(struct stage *st)
{
	for (uint32_t i = 0; i < FLOOD / 10; i++) {
		from_number(st, i);
		header_newsletter(st);
	}
	header_ours(st);
}
static void header_bare(struct stage *st) { headed(st, "boss@mail.example.org", NULL, "x@example.net"); }
static void header_list(struct stage *st) { headed(st, "ann@example.org", "<l.example.net>", "l-bounces@example.net"); }
static void header_same(struct stage *st) { headed(st, "boss@example.org", NULL, "srv@mail.example.org"); }
static void header_null(struct stage *st) { headed(st, "boss@example.org", NULL, ""); }
static void header_forwarded(struct stage *st) { headed(st, "ann@example.org", NULL, "SRS0=x7=ab=example.org=ann@example.net"); }
static void header_signed(struct stage *st) { headed(st, "ann@example.org", NULL, "prvs=1234567890=ann@example.net"); }
static void header_odd(struct stage *st)
{
	headed(st, "", NULL, "x@example.net");
	headed(st, "<<<>>>", NULL, "x@example.net");
	headed(st, "no address", NULL, "x@example.net");
	headed(st, "a@", NULL, "x@example.net");
	mail(st, "x@example.net", "a@example.org", "accepted", NULL); /* no header was read */
}
static void header_inside(struct stage *st)
{
	from_ip(st, "192.0.2.80");
	header_ours(st);
}

static void alike(struct stage *st) { mail(st, "ceo@examp1e.org", "a@example.org", "accepted", NULL); }
static void alike_in_header(struct stage *st) { headed(st, "\"The Boss\" <ceo@Examp1e.org>", NULL, "x@other.test"); }
static void alike_twice(struct stage *st) { headed(st, "ceo@examp1e.org", NULL, "ceo@examp1e.org"); }
static void unlike_in_header(struct stage *st) { headed(st, "ceo@sample.org", "<l.examp1e.org>", "x@other.test"); }
static void alike_inside(struct stage *st)
{
	from_ip(st, "192.0.2.80");
	alike_twice(st);
}
static void unlike(struct stage *st) { mail(st, "ceo@sample.org", "a@example.org", "accepted", NULL); }

static void domains(struct stage *st, unsigned n, unsigned each, bool many_names)
{
	char room[64], name[64];
	for (unsigned i = 0; i < n * each; i++) {
		snprintf(room, sizeof(room), "u@domain%u.example", i / each);
		snprintf(name, sizeof(name), "h.host%u.example", i);
		st->helo = many_names ? name : "out.example.net";
		mail(st, room, "a@example.org", "accepted", NULL);
		new_session(st);
		pause_s(st, 20);
	}
}
static void domains_20(struct stage *st) { domains(st, 20, 1, true); }
static void domains_19(struct stage *st) { domains(st, 19, 1, true); }
static void domains_forwarder(struct stage *st) { domains(st, 25, 1, false); }
static void domains_provider(struct stage *st) { domains(st, 30, 3, true); }
static void domains_logged_in(struct stage *st)
{
	st->user = "gateway";
	domains(st, 50, 1, true);
}
static void another_domain(struct stage *st)
{
	static unsigned i;
	char room[64];
	snprintf(room, sizeof(room), "u@domain%u.example", i++);
	st->helo = i % 2 ? "a.example.net" : "b.example.com";
	mail(st, room, "a@example.org", "accepted", NULL);
	new_session(st);
}
static void domains_flood(struct stage *st) { flood(st, another_domain, 30); }

static void named(struct stage *st, const char *helo, uint16_t port)
{
	to_ip(st, "192.0.2.25", port);
	st->helo = helo;
	plain(st, 1, 0);
}
static void line_of_subscriber(struct stage *st) { named(st, "203-0-113-7.dsl.example.net", 25); }
static void one_number(struct stage *st) { named(st, "mx7.example.net", 25); }
static void line_of_server(struct stage *st) { named(st, "mail-203-0-113-7.example.net", 25); }
static void one_label(struct stage *st) { named(st, "host", 25); }
static void two_labels(struct stage *st) { named(st, "example.net", 25); }
static void one_label_submits(struct stage *st) { named(st, "host", 587); }

static void test_scenes(void **state)
{
	(void)state;
	static const struct scene scenes[] = {
		{ "a subscriber's line", "helo_dynamic", HOME, line_of_subscriber, "low" },
		{ "one number", "helo_dynamic", HOME, one_number, NULL },
		{ "a mail server's", "helo_dynamic", HOME, line_of_server, NULL },
		{ "one label", "helo_invalid", HOME, one_label, "info" },
		{ "two labels", "helo_invalid", HOME, two_labels, NULL },
		{ "one label on 587", "helo_invalid", HOME, one_label_submits, NULL },
		{ "the server's name", "helo_forged", HOME, helo_own, "medium" },
		{ "the server's name and the root", "helo_forged", HOME, helo_own_rooted, "medium" },
		{ "another name", "helo_forged", HOME, helo_other, NULL },
		{ "a domain of ours", "helo_forged", HOME, helo_domain, "medium" },
		{ "below a domain of ours", "helo_forged", HOME, helo_below_domain, NULL },
		{ "the server's address", "helo_forged", HOME, helo_literal_own, "medium" },
		{ "localhost", "helo_forged", HOME, helo_localhost, "low" },
		{ "from inside", "helo_forged", HOME, helo_own_inside, NULL },
		{ "the server itself", "helo_forged", NULL, helo_hairpin, NULL },
		{ "submission", "helo_forged", HOME, helo_own_submission, NULL },
		{ "wrong", "helo_literal_mismatch", HOME, literal_wrong, "low" },
		{ "right", "helo_literal_mismatch", HOME, literal_right, NULL },
		{ "private", "helo_literal_mismatch", HOME, literal_private, "info" },
		{ "IPv6", "helo_literal_mismatch", HOME, literal_v6, NULL },
		{ "wrong IPv6", "helo_literal_mismatch", HOME, literal_v6_wrong, "low" },
		{ "ylmf-pc", "helo_bot", NULL, bot_ylmf, "high" },
		{ "ylmf-pc and more", "helo_bot", NULL, bot_ylmf_longer, NULL },
		{ "a desktop", "helo_bot", NULL, bot_desktop, NULL },
		{ "a desktop logs in", "helo_bot", NULL, bot_desktop_ok, NULL },
		{ "a desktop fails to log in", "helo_bot", NULL, bot_desktop_failed, "medium" },
		{ "a desktop that gets in otherwise", "helo_bot", NULL, bot_desktop_mistyped, NULL },
		{ "a Windows server fails to log in", "helo_bot", NULL, bot_win_failed, "medium" },
		{ "no Windows name", "helo_bot", NULL, bot_win_short_failed, NULL },
		{ "five names", "helo_churn", HOME, names_5, "medium" },
		{ "four names", "helo_churn", HOME, names_4, NULL },
		{ "one name", "helo_churn", HOME, one_name_often, NULL },
		{ "NAT", "helo_churn", HOME, names_behind_nat, NULL },
		{ "flood", "helo_churn", HOME, names_flood, "medium" },
		{ "accepted", "local_sender_outside", HOME, own_accepted, "high" },
		{ "refused", "local_sender_outside", HOME, own_refused, "medium" },
		{ "on the road, without login", "local_sender_outside", HOME, own_on_the_road, NULL },
		{ "a foreign sender", "local_sender_outside", HOME, foreign, NULL },
		{ "the null path", "local_sender_outside", HOME, null_sender, NULL },
		{ "from inside", "local_sender_outside", HOME, own_inside, NULL },
		{ "logged in", "local_sender_outside", HOME, own_logged_in, NULL },
		{ "a peer", "local_sender_outside", HOME, own_peer, NULL },
		{ "nothing is known", "local_sender_outside", NULL, own_accepted, NULL },
		{ "ours in the header", "from_mismatch", HOME, header_ours, "medium" },
		{ "ours, bare, below the domain", "from_mismatch", HOME, header_bare, "medium" },
		{ "flood", "from_mismatch", HOME, header_after_many, "medium" },
		{ "a mailing list", "from_mismatch", HOME, header_list, NULL },
		{ "a newsletter", "from_mismatch", HOME, header_newsletter, NULL },
		{ "the same organisation", "from_mismatch", HOME, header_same, NULL },
		{ "a bounce", "from_mismatch", HOME, header_null, NULL },
		{ "forwarded", "from_mismatch", HOME, header_forwarded, NULL },
		{ "signed", "from_mismatch", HOME, header_signed, NULL },
		{ "odd headers", "from_mismatch", HOME, header_odd, NULL },
		{ "from inside", "from_mismatch", HOME, header_inside, NULL },
		{ "nothing is known", "from_mismatch", NULL, header_ours, NULL },
		{ "alike", "lookalike_domain", HOME, alike, "medium" },
		{ "alike in From", "lookalike_domain", HOME, alike_in_header, "medium" },
		{ "not alike in From", "lookalike_domain", HOME, unlike_in_header, NULL },
		{ "alike, from inside", "lookalike_domain", HOME, alike_inside, NULL },
		{ "not alike", "lookalike_domain", HOME, unlike, NULL },
		{ "itself", "lookalike_domain", HOME, own_accepted, NULL },
		{ "20 domains", "sender_churn", HOME, domains_20, "medium" },
		{ "19 domains", "sender_churn", HOME, domains_19, NULL },
		{ "a forwarder", "sender_churn", HOME, domains_forwarder, "info" },
		{ "a provider", "sender_churn", HOME, domains_provider, NULL },
		{ "logged in", "sender_churn", HOME, domains_logged_in, NULL },
		{ "flood", "sender_churn", HOME, domains_flood, "medium" },
	};
	PLAY_FIXTURES("identity", scenes);
}

/* One name each on a stage of its own. */
static void judge_names(const char *detector, const char *client, const char *const *names_of, size_t count, bool bad)
{
	struct stage *st = calloc(1, sizeof(*st));
	for (size_t i = 0; i < count; i++) {
		stage_open(st, detector, "192.0.2.0/24 example.org");
		from_ip(st, client);
		helo(st, names_of[i]);
		if ((st->found_count > 0) != bad)
			fail_msg("%s: \"%s\" is %s", detector, names_of[i], bad ? "missed" : "told");
		stage_close(st);
	}
	free(st);
}
#define NAMES(detector, client, list, bad) judge_names(detector, client, list, sizeof(list) / sizeof((list)[0]), bad)

static void test_helo_invalid(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"203.0.113.7", "2001:db8::1", "host", "win-7f3a", "user", "a_b.example.net", "a b.example.net", "a@example.net",
		"x!.example.net", "mail..example.net", ".example.net", "-mail.example.net", "mail.local", "pc.lan",
		"srv.invalid", "x.localhost", "host.internal", "\"quoted\".example.net", "a/b.example.net", "(null)", "%s.example.net",
		"x.localdomain", "mail-.example.net", "mail.-example.net", "mail.example-", "[203.0.113.7", "[300.1.2.3]", "[]",
		"a123456789a123456789a123456789a123456789a123456789a123456789a123.example.net",
	};
	static const char *const good[] = {
		"mail.example.net", "MX1.EXAMPLE.NET", "a.b.c.d.example.net", "mail-out.example.net", "xn--mller-kva.example",
		"m\xc3\xbcller.example", "1.example.net", "example.net", "[203.0.113.7]", "[IPv6:2001:db8::1]", "mail.example.net.",
		"localhost.example.net", "local.example.net", "relay3.mail.example.co.uk", "o1.ptr123.example.com",
	};
	NAMES("helo_invalid", "203.0.113.7", bad, true);
	NAMES("helo_invalid", "203.0.113.7", good, false);
}

static void test_helo_dynamic(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"203-0-113-7.example.net", "203.0.113.7.example.net", "7.113.0.203.example.net", "host-7-113-0-203.example.net",
		"p203-0-113-7.dip.example.net", "cb007107.example.net", "CB007107.dsl.example.net", "dsl-1234.example.net",
		"dhcp-17-22.example.net", "ppp123.example.net", "pool-99-1.example.net", "cable12.example.net",
		"dial-44.example.net", "adsl77-3.example.net", "dyn-12.example.net", "x203x0x113x7.example.net",
		"ip-203-0-113-7.example.net", "h203.0.113.7.broadband9.example", "203-000-113-007.example.net",
		"ec2-203-0-113-7.compute.example.com", "ppp5.example.net", "dialup7.example.net", "dynamic4.example.net",
	};
	static const char *const good[] = {
		"mail.example.net", "mx7.example.net", "static-203-0-113-7.example.net", "smtp-203-0-113-7.example.net",
		"mail203-0-113-7.example.net", "out-7.example.net", "dsl.example.net", "poolside.example.net", "dyn.example.net",
		"203-0-113.example.net", "113-203-7-1.example.net", "h7.example.net", "mta-113-7.example.net",
		"relay203.0.113.7.example.net", "cb0071.example.net", "203.0.113.7", "[203.0.113.7]", "pc",
		"a-203-1-113-8.example.net", "dialog.example.net", "dialog1.example.net", "dynamo1.example.net", "203.0.113.7]",
	};
	NAMES("helo_dynamic", "203.0.113.7", bad, true);
	NAMES("helo_dynamic", "203.0.113.7", good, false);
}

static void test_lookalikes(void **state)
{
	(void)state;
	static const struct { const char *name, *of; bool alike; } pairs[] = {
		{ "examp1e.org", "example.org", true }, { "exarnple.org", "example.org", true },
		{ "exampel.org", "example.org", true }, { "exampple.org", "example.org", true },
		{ "exmple.org", "example.org", true }, { "example.co", "example.org", true },
		{ "example-mail.org", "example.org", true }, { "secure-example.com", "example.org", true },
		{ "exampIe.org", "example.org", true }, { "xn--exmple-cua.org", "example.org", true }, /* exaemple with umlaut */
		{ "xn--xample-2of.org", "example.org", true }, /* Cyrillic e */
		{ "m1crosoft-a.example", "microsoft-a.example", true }, { "paypa1.example", "paypal.example", true },
		{ "vvindows.example", "windows.example", true }, { "clomain.example", "domain.example", true },
		{ "cornpany.example", "company.example", true }, { "longcompanyname.example", "longcompanynome.example", true },
		{ "longcompamynome.example", "longcompanyname.example", true }, { "contoso.example", "cont0so.example", true },
		{ "xn--pypal-4ve.example", "paypal.example", true }, /* Cyrillic a */
		{ "example.org", "example.org", false }, { "EXAMPLE.org", "example.org", false },
		{ "sample.org", "example.org", false }, { "examples-of-art.org", "exampler.net", false },
		{ "bank.example", "tank.example", false }, { "abc.org", "abd.org", false }, { "cat.com", "cat.org", false },
		{ "mail.org", "example.org", false }, { "exam.org", "example.org", false },
		{ "exemplar.org", "example.org", false }, { "gmail.com", "hotmail.com", false },
		{ "apple.example", "maple.example", false }, { "internet.example", "extranet.example", false },
		{ "", "example.org", false }, { "xn--", "example.org", false }, { "xn--99999999999999999999.org", "example.org", false },
		{ "xn--zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz.org", "example.org", false }, { ".", "example.org", false },
		{ "exampleexampleexampleexampleexampleexampleexampleexampleexampleexampleexample.org", "example.org", false },
	};
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		const char *reason = sc_domain_lookalike(sc_str_of(pairs[i].name), sc_str_of(pairs[i].of));
		if ((reason != NULL) != pairs[i].alike)
			fail_msg("%s and %s: %s", pairs[i].name, pairs[i].of, reason ? reason : "nothing");
	}
}

static void test_registrable(void **state)
{
	(void)state;
	static const struct { const char *domain, *registered; } cases[] = {
		{ "example.org", "example.org" }, { "a.b.example.org", "example.org" }, { "mail.example.co.uk", "example.co.uk" },
		{ "example.co.uk", "example.co.uk" }, { "x.example.com.au", "example.com.au" }, { "com.au", "com.au" },
		{ "a.co.example", "co.example" }, { "host", "host" }, { "example.org.", "example.org" }, { "", "" }, { ".", "" },
		{ "[192.0.2.1]", "[192.0.2.1]" }, { "x.de", "x.de" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		sc_str got = sc_domain_registrable(sc_str_of(cases[i].domain));
		if (!sc_str_equal(got, sc_str_of(cases[i].registered)))
			fail_msg("%s: %.*s", cases[i].domain, (int)got.len, got.at);
	}
}

/* A domain that strangers of three networks may send to is ours, for all that can be told; and so is the server's network. */
static void test_learnt_roles(void **state)
{
	(void)state;
	struct sc_detect_settings *settings;
	struct sc_roles *r;
	struct sc_ip server = ip_of("198.51.100.25"), stranger = ip_of("203.0.113.1"), inside = ip_of("10.1.1.1");
	bool learnt;
	assert_int_equal(sc_detect_settings_open(&settings), SC_OK);
	assert_int_equal(sc_roles_open(&r, settings, 7, true), SC_OK);
	assert_true(sc_roles_place(r, &inside, 5, 5).home);
	for (uint64_t net = 1; net <= 3; net++) {
		assert_false(sc_roles_local(r, SC_STR("example.org"), &learnt));
		sc_roles_learn_network(r, 99, net, 1000);
		sc_roles_learn_domain(r, sc_hash_nocase(7, SC_STR("Example.ORG")), net, 1000);
		sc_roles_learn_domain(r, sc_hash_nocase(7, SC_STR("example.org")), net, 1000); /* the same network teaches once */
		sc_roles_learn_domain(r, sc_hash_nocase(7, SC_STR("example.com")), 1, 1000);
	}
	assert_true(sc_roles_local(r, SC_STR("EXAMPLE.org"), &learnt));
	assert_true(learnt);
	assert_false(sc_roles_local(r, SC_STR("example.com"), &learnt));
	assert_true(sc_roles_place(r, &server, 99, 99).home);
	assert_true(sc_roles_place(r, &server, 99, 99).learnt);
	assert_false(sc_roles_place(r, &stranger, 1, 1).home);
	sc_roles_close(r);
	sc_detect_settings_close(settings);
}

/* The envelope of a mail whose From was told is no second one; that of the next mail is. */
static void test_alike_once_a_mail(void **state)
{
	(void)state;
	struct stage *st = calloc(1, sizeof(*st));
	stage_open(st, "lookalike_domain", HOME);
	alike_twice(st);
	assert_int_equal(st->found_count, 1);
	alike(st);
	assert_int_equal(st->found_count, 2);
	assert_int_equal(st->found[1].count, 2);
	stage_close(st);
	free(st);
}

/* While nobody says which domains are ours, no sender of a learnt one is called forged. */
static void test_learnt_senders_are_not_judged(void **state)
{
	(void)state;
	struct stage *st = calloc(1, sizeof(*st));
	stage_open(st, "local_sender_outside", NULL);
	static const char *const clients[] = { "198.51.100.1", "2001:db8::1", "203.0.113.9", "203.0.113.66" };
	for (size_t i = 0; i < 4; i++) {
		from_ip(st, clients[i]);
		mail(st, "x@example.net", "a@example.org", "accepted", NULL);
	}
	own_accepted(st);
	assert_int_equal(st->found_count, 0);
	stage_close(st);
	free(st);
}

/* Forms of eight programs, as captures show them, are eight; and none depends on what became of the mail. */
static sc_str dialect_of(struct sc_dialect *d, const char *const *lines, bool pipelines)
{
	*d = (struct sc_dialect){ .len = 0 };
	for (; *lines; lines++)
		sc_dialect_note(d, sc_str_of(*lines), false);
	return sc_dialect_name(d, pipelines);
}

static void test_dialects(void **state)
{
	(void)state;
	static const struct {
		const char *program;
		bool pipelines;
		const char *lines[12];
	} programs[] = {
		{ "Outlook", false, { "EHLO pc", "AUTH LOGIN", "MAIL FROM: <a@example.org>", "RCPT TO: <b@example.net>", "DATA" } },
		{ "Postfix", true, { "EHLO mx.example.org", "MAIL FROM:<a@example.org> SIZE=400", "RCPT TO:<b@example.net>", "DATA" } },
		{ "sendmail", true, { "EHLO mx.example.org", "MAIL From:<a@example.org> SIZE=400", "RCPT To:<b@example.net>", "DATA" } },
		{ "Exim", false, { "EHLO mx.example.org", "MAIL FROM:<a@example.org> SIZE=4000", "RCPT TO:<b@example.net>", "DATA" } },
		{ "swaks", false, { "EHLO pc.example.org", "MAIL FROM:<a@example.org>", "RCPT TO:<b@example.net>", "DATA" } },
		{ "smtplib", false, { "ehlo pc", "mail FROM:<a@example.org> size=4", "rcpt TO:<b@example.net>", "data" } },
		{ "a bot", true, { "EHLO aSdf", "MAIL FROM: a@example.org", "RCPT TO: b@example.net", "DATA" } },
		{ "a script", false, { "helo pc", "mail from:<a@example.org>", "rcpt to:<b@example.net>", "data" } },
	};
	enum { PROGRAMS = sizeof(programs) / sizeof(programs[0]) };
	struct sc_dialect d[PROGRAMS];
	sc_str names[PROGRAMS];
	for (size_t i = 0; i < PROGRAMS; i++) {
		names[i] = dialect_of(&d[i], programs[i].lines, programs[i].pipelines);
		assert_int_equal(names[i].len, 18);
		for (size_t k = 0; k < i; k++)
			if (sc_str_equal(names[i], names[k]))
				fail_msg("%s speaks like %s", programs[i].program, programs[k].program);
	}
	static const char *const refused[] = { "EHLO other", "MAIL FROM: <>", "RCPT TO: <c@example.net>", "RSET", "MAIL FROM:<x@example.org>",
		"RCPT TO: <d@example.net>", "RCPT TO:<e@example.net>", "DATA", "QUIT", NULL };
	static const char *const unfinished[] = { "EHLO pc", "MAIL FROM:<a@example.org>", "RCPT TO:<b@example.net>", "QUIT", NULL };
	struct sc_dialect one, none;
	assert_true(sc_str_equal(dialect_of(&one, refused, false), names[0]));
	assert_int_equal(dialect_of(&none, unfinished, false).len, 0);
	char endless[300];
	memset(endless, ' ', sizeof(endless));
	memcpy(endless, "MAIL", 4);
	one = (struct sc_dialect){ .len = 0 };
	for (unsigned i = 0; i < 100; i++)
		sc_dialect_note(&one, (sc_str){ endless, i * 3 }, true);
	assert_true(sc_dialect_form(&one, true).len <= SC_DIALECT_FORM);
}

/* A message says who wrote it, and the session how. */
static void say_program(struct stage *st, const char *program, const char *form, uint64_t received)
{
	char name[24];
	struct sc_ev_message m = { .n = 1, .user_agent = sc_str_of(program), .received = received };
	struct sc_ev_session x = plain_session(st);
	struct sc_text t = sc_text_into(name, sizeof(name));
	tell_event(st, SC_EVENT_message, &m);
	sc_text_adds(&t, "s:");
	sc_text_hex(&t, sc_hash(0, sc_str_of(form)), 16);
	x.dialect = sc_text_str(&t);
	end_session(st, &x);
}
static void borrowed_name(struct stage *st) { say_program(st, "Microsoft Office Outlook 12.0", "EuMu1u1-Ru1u1-Dup", 0); }
static void own_name(struct stage *st) { say_program(st, "Microsoft Office Outlook 12.0", "EuMu1u1<Ru1u1<Du", 0); }
static void either_way(struct stage *st)
{
	say_program(st, "swaks v20201014.0", "EuMu1u0<Ru1u0<Du", 0);
	say_program(st, "swaks v20201014.0", "EuMu1u0<Ru1u0<Dup", 0);
}
static void handed_on(struct stage *st) { say_program(st, "Microsoft Office Outlook 12.0", "EuMu1u0<sRu1u0<Dup", 1); }
static void unknown_name(struct stage *st) { say_program(st, "Example Mailer 1.0", "EuMu1u0<sRu1u0<Dup", 0); }
static void name_lossy(struct stage *st)
{
	st->evidence.gap_octets.client = 10;
	borrowed_name(st);
}
static void names_of_many(struct stage *st)
{
	for (uint32_t i = 0; i < FLOOD / 4; i++) {
		from_number(st, i);
		own_name(st);
	}
	from_ip(st, "203.0.113.7");
	borrowed_name(st);
}
static void test_dialect_scenes(void **state)
{
	(void)state;
	static const struct scene scenes[] = {
		{ "a borrowed name", "dialect", HOME, borrowed_name, "low" },
		{ "its own name", "dialect", HOME, own_name, NULL },
		{ "either way", "dialect", HOME, either_way, NULL },
		{ "handed on", "dialect", HOME, handed_on, NULL },
		{ "nobody knows it", "dialect", HOME, unknown_name, NULL },
		{ "seen in part", "dialect", HOME, name_lossy, NULL },
		{ "flood", "dialect", HOME, names_of_many, "low" },
	};
	PLAY_FIXTURES("dialect", scenes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scenes),       cmocka_unit_test(test_dialects),     cmocka_unit_test(test_dialect_scenes),
		cmocka_unit_test(test_helo_invalid), cmocka_unit_test(test_helo_dynamic),
		cmocka_unit_test(test_lookalikes),   cmocka_unit_test(test_registrable),  cmocka_unit_test(test_learnt_roles), cmocka_unit_test(test_alike_once_a_mail),
		cmocka_unit_test(test_learnt_senders_are_not_judged),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
