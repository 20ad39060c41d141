/* test_detect_probing.c - detectors of looking around: harvests, relay tests, guessed passwords, scans. */
#include "detect_fixture.h"

#define HOME "192.0.2.0/24 example.org"

/* ---- recipients ---- */

static void unknown_users(struct stage *st, unsigned unknown, unsigned good, const char *pattern)
{
	char room[64];
	for (unsigned i = 0; i < unknown + good; i++) {
		snprintf(room, sizeof(room), pattern, i);
		bool bad = i < unknown;
		mail(st, "a@example.net", room, bad ? "rejected" : "accepted", bad ? "user_unknown" : NULL);
		pause_s(st, 5);
	}
}
static void harvest_11(struct stage *st) { unknown_users(st, 11, 1, "user%u@example.org"); }
static void harvest_9(struct stage *st) { unknown_users(st, 9, 0, "user%u@example.org"); }
static void harvest_120(struct stage *st) { unknown_users(st, 130, 0, "user%u@example.org"); }
static void one_dead_address(struct stage *st) { unknown_users(st, 60, 0, "nobody@example.org"); }
static void stale_list(struct stage *st)
{
	for (unsigned i = 0; i < 20; i++) { /* one in four is dead */
		char room[64];
		snprintf(room, sizeof(room), "dead%u@example.org", i);
		mail(st, "list@example.net", room, "rejected", "user_unknown");
		unknown_users(st, 0, 3, "reader%u@example.org");
	}
}
/* A third is dead, and by chance most of those come first. */
static void stale_by_chance(struct stage *st)
{
	unknown_users(st, 1, 9, "reader%u@example.org");
	unknown_users(st, 9, 0, "former%u@example.org");
	unknown_users(st, 0, 20, "subscriber%u@example.org");
}
static void harvest_peer(struct stage *st)
{
	struct sc_ip peer = ip_of("203.0.113.0");
	sc_detect_settings_network(st->settings, SC_ROLE_PEER, &peer, 24);
	harvest_120(st);
}
static void harvest_network(struct stage *st)
{
	for (unsigned i = 0; i < 12; i++) {
		char ip[32], room[64];
		snprintf(ip, sizeof(ip), "203.0.113.%u", i + 1);
		snprintf(room, sizeof(room), "user%u@example.org", i);
		from_ip(st, ip);
		mail(st, "a@example.net", room, "rejected", "user_unknown");
	}
}
static void full_mailboxes(struct stage *st)
{
	for (unsigned i = 0; i < 40; i++) {
		char room[64];
		snprintf(room, sizeof(room), "user%u@example.org", i);
		mail(st, "a@example.net", room, "deferred", "mailbox_full");
	}
}
static void another_user(struct stage *st)
{
	static unsigned i;
	char room[64];
	snprintf(room, sizeof(room), "user%u@example.org", i++);
	mail(st, "a@example.net", room, "rejected", "user_unknown");
	new_session(st);
}
static void harvest_flood(struct stage *st) { flood(st, another_user, 20); }

static void spread(struct stage *st, unsigned sources, unsigned each, unsigned apart_s)
{
	for (unsigned i = 0; i < sources; i++) {
		from_number(st, i * 7);
		for (unsigned k = 0; k < each; k++)
			another_user(st);
		pause_s(st, apart_s);
	}
}
static void spread_20x6(struct stage *st) { spread(st, 20, 6, 60); }
static void spread_over_the_hour(struct stage *st)
{
	pause_s(st, 3000);
	spread(st, 20, 6, 60);
}
static void spread_20x4(struct stage *st) { spread(st, 20, 4, 60); }
static void spread_few(struct stage *st) { spread(st, 5, 30, 60); }
static void spread_always(struct stage *st) { spread(st, 2000, 3, 180); } /* 60 an hour, for days */
static void spread_busy(struct stage *st) /* six of a hundred recipients are unknown, all day */
{
	for (unsigned i = 0; i < 4000; i++) {
		char room[64];
		from_number(st, i * 256);
		snprintf(room, sizeof(room), "%s%u@example.org", i % 17 ? "user" : "gone", i);
		mail(st, "a@example.net", room, i % 17 ? "accepted" : "rejected", i % 17 ? NULL : "user_unknown");
		if (i % 2)
			pause_s(st, 1);
	}
}
static void spread_foreign(struct stage *st)
{
	for (unsigned i = 0; i < 300; i++) {
		char room[64];
		snprintf(room, sizeof(room), "user%u@example.com", i);
		from_number(st, i);
		mail(st, "a@example.net", room, "rejected", "user_unknown");
	}
}

/* ---- VRFY, relays ---- */

static void vrfy_3(struct stage *st)
{
	exchange(st, "VRFY", "ann", 252, 0);
	exchange(st, "VRFY", "bob", 252, 0);
	exchange(st, "VRFY", "eve", 252, 0);
}
static void vrfy_2(struct stage *st)
{
	exchange(st, "VRFY", "ann", 250, 0);
	exchange(st, "VRFY", "bob", 250, 0);
}
static void vrfy_root(struct stage *st) { exchange(st, "VRFY", "root", 252, 0); }
static void vrfy_root_path(struct stage *st) { exchange(st, "VRFY", "<root@example.org>", 252, 0); }
static void vrfy_postmaster(struct stage *st) { exchange(st, "VRFY", "postmaster", 252, 0); }
static void vrfy_rooter(struct stage *st) { exchange(st, "VRFY", "rooter", 252, 0); }
static void vrfy_empty(struct stage *st) { exchange(st, "VRFY", NULL, 501, 0); }
static void expn(struct stage *st) { exchange(st, "EXPN", "staff", 502, 0); }
static void expn_answered(struct stage *st) { exchange(st, "EXPN", "staff", 250, 0); }

static void relay(struct stage *st, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		char room[64];
		snprintf(room, sizeof(room), "user%u@example.com", i);
		mail(st, "a@example.net", room, "rejected", "relay_denied");
	}
}
static void relay_3(struct stage *st) { relay(st, 3); }
static void relay_2(struct stage *st) { relay(st, 2); }
static void relay_once(struct stage *st)
{
	static unsigned n;
	char room[64];
	snprintf(room, sizeof(room), "v%u@example.com", n++);
	mail(st, "x@example.net", room, "rejected", "relay_denied");
}
static void relay_flood(struct stage *st) { flood(st, relay_once, 5); }
static void relay_inside(struct stage *st)
{
	from_ip(st, "192.0.2.9");
	relay(st, 9);
}
static void roaming(struct stage *st)
{
	for (unsigned i = 0; i < 20; i++)
		mail(st, "boss@example.org", "friend@example.com", "rejected", "relay_denied");
}

static void open_relay(struct stage *st) { mail(st, "a@example.net", "b@example.com", "accepted", NULL); }
static void spam_run(struct stage *st)
{
	const char *const victims[] = { "a@example.com", "b@two.example", "c@three.example", "d@four.example", "e@five.example" };
	for (unsigned i = 0; i < 5; i++)
		mail(st, "a@example.net", victims[i], "accepted", NULL);
}
/* --home lacks a domain of ours: many networks write to it. */
static void domain_forgotten(struct stage *st)
{
	for (unsigned i = 0; i < 30; i++) {
		from_number(st, i * 256);
		mail(st, "a@example.net", i % 2 ? "b@forgotten.example" : "c@second.example", "accepted", NULL);
		mail(st, "a@example.net", "d@third.example", "accepted", NULL);
	}
}
static void learnt_network(struct stage *st)
{
	to_ip(st, "10.0.0.25", 25);
	spam_run(st);
}
static void closed_relay(struct stage *st) { mail(st, "a@example.net", "b@example.com", "rejected", "relay_denied"); }
static void own_domain(struct stage *st) { mail(st, "a@example.net", "b@sub.example.org", "accepted", NULL); }
static void relay_login(struct stage *st)
{
	st->user = "ann";
	open_relay(st);
}
static void relay_from_home(struct stage *st)
{
	from_ip(st, "192.0.2.50");
	open_relay(st);
}
static void other_server(struct stage *st)
{
	to_ip(st, "198.51.100.25", 25);
	open_relay(st);
}
static void relay_lossy(struct stage *st)
{
	st->evidence.midstream = true;
	open_relay(st);
}

/* ---- logins ---- */

static void logins(struct stage *st, unsigned n, const char *user, unsigned apart_s)
{
	for (unsigned i = 0; i < n; i++) {
		login(st, user, "failed", false);
		new_session(st);
		pause_s(st, apart_s);
	}
}
static void guess_5(struct stage *st) { logins(st, 5, "ann", 3); }
static void guess_4(struct stage *st) { logins(st, 4, "ann", 3); }
static void guess_25(struct stage *st) { logins(st, 25, "ann", 3); }
static void phone(struct stage *st) { logins(st, 288, "ann", 300); }
static void phone_fast(struct stage *st) { logins(st, 700, "ann", 62); }
static void dropped(struct stage *st)
{
	for (unsigned i = 0; i < 10; i++)
		login(st, "ann", "unknown", false);
}
static void dropped_9(struct stage *st)
{
	for (unsigned i = 0; i < 9; i++)
		login(st, "ann", "unknown", false);
}
static void server_down(struct stage *st)
{
	for (unsigned i = 0; i < 50; i++) {
		struct sc_ev_auth x = { .mechanism = SC_STR("PLAIN"), .user = SC_STR("ann"), .outcome = "failed", .code = 454 };
		tell_event(st, SC_EVENT_auth, &x);
	}
}
static void good_logins(struct stage *st)
{
	for (unsigned i = 0; i < 100; i++)
		login(st, "ann", "ok", false);
}
static void guess_once(struct stage *st)
{
	login(st, "ann", "failed", false);
	new_session(st);
}
static void guess_flood(struct stage *st) { flood(st, guess_once, 12); }

static void spray(struct stage *st, unsigned users, unsigned each)
{
	for (unsigned i = 0; i < users * each; i++) {
		char user[32];
		snprintf(user, sizeof(user), "user%u", i % users);
		login(st, user, "failed", false);
		new_session(st);
		pause_s(st, 30);
	}
}
static void spray_10x2(struct stage *st) { spray(st, 10, 2); }
static void spray_9x3(struct stage *st) { spray(st, 9, 3); }
static void stuffed(struct stage *st, unsigned networks)
{
	for (unsigned i = 0; i < networks; i++) {
		from_number(st, i);
		login(st, "ann@example.org", "failed", false);
	}
}
static void stuffed_10(struct stage *st) { stuffed(st, 10); }
static void stuffed_9(struct stage *st) { stuffed(st, 9); }
static void gateway(struct stage *st)
{
	struct sc_ip peer = ip_of("203.0.113.0");
	sc_detect_settings_network(st->settings, SC_ROLE_PEER, &peer, 24);
	spray(st, 20, 1);
}
/* Nine users mistype in one hour, one more late in the next: that is no ten within an hour. */
static void office_two_hours(struct stage *st)
{
	pause_s(st, 60);
	spray(st, 9, 1);
	pause_s(st, 6600);
	login(st, "late", "failed", false);
}
/* Two hundred log in, and twelve of them mistype first. */
static void busy_office(struct stage *st)
{
	char user[32];
	for (unsigned i = 0; i < 200; i++) {
		snprintf(user, sizeof(user), "staff%u", i);
		if (i % 16 == 5)
			login(st, user, "failed", false);
		login(st, user, "ok", false);
		new_session(st);
		pause_s(st, i % 40 < 20 ? 5 : 10);
	}
}
static void mistyped(struct stage *st) { logins(st, 30, "ann", 10); }
/* One try for one user from each of many networks, a try every ten seconds, beside ordinary logins. */
static void botnet(struct stage *st, unsigned networks, unsigned good, bool known)
{
	char user[32];
	for (unsigned i = 0; i < networks && known; i++) {
		from_number(st, i);
		login(st, "somebody", "ok", false);
	}
	pause_s(st, known ? 7200 : 1);
	for (unsigned i = 0; i < networks; i++) {
		from_ip(st, "198.51.100.200");
		for (unsigned k = 0; k < good; k++)
			login(st, "ann", "ok", false);
		from_number(st, i);
		snprintf(user, sizeof(user), "user%u", i);
		login(st, user, "failed", false);
		new_session(st);
		pause_s(st, 10);
	}
}
static void botnet_300(struct stage *st) { login(st, "ann", "ok", false); botnet(st, 300, 0, false); }
static void botnet_all_fail(struct stage *st) { botnet(st, 300, 0, false); }
static void botnet_80(struct stage *st) { login(st, "ann", "ok", false); botnet(st, 80, 0, false); }
static void busy_server(struct stage *st) { botnet(st, 300, 4, false); }
static void directory_down(struct stage *st) { botnet(st, 300, 0, true); }
static void slow_botnet(struct stage *st, unsigned networks)
{
	for (unsigned i = 0; i < networks; i++) {
		from_number(st, i);
		login(st, "ann@example.org", "failed", false);
		pause_s(st, 900); /* four an hour: below the limit of an hour */
	}
}
static void slow_90(struct stage *st) { slow_botnet(st, 90); }
static void slow_25(struct stage *st) { slow_botnet(st, 25); }
static void spray_once(struct stage *st)
{
	static unsigned i;
	char user[32];
	snprintf(user, sizeof(user), "user%u", i++);
	login(st, user, "failed", false);
	new_session(st);
}
static void spray_flood(struct stage *st) { flood(st, spray_once, 20); }

static void found_password(struct stage *st)
{
	guess_5(st);
	login(st, "ann", "ok", false);
}
static void found_after_4(struct stage *st)
{
	guess_4(st);
	login(st, "ann", "ok", false);
}
static void found_by_spray(struct stage *st)
{
	spray(st, 11, 1);
	login(st, "zoe", "ok", false);
}
static void found_from_elsewhere(struct stage *st)
{
	stuffed(st, 12);
	from_ip(st, "198.51.100.200");
	login(st, "ann@example.org", "ok", false);
}
static void known_mistyped(struct stage *st)
{
	login(st, "ann", "ok", false);
	pause_s(st, 86400);
	found_password(st);
}
/* A busy user with a flaky device, everywhere: logins fail, and more of them work. */
static void busy_user(struct stage *st)
{
	for (unsigned i = 0; i < 60; i++) {
		from_number(st, i * 256);
		login(st, "ann@example.org", i % 5 == 1 || i % 7 == 3 ? "failed" : "ok", false);
		pause_s(st, 20);
	}
}
/* An office behind one address, where each day some mistype. */
static void office(struct stage *st)
{
	char room[64];
	for (unsigned i = 0; i < 200; i++) {
		snprintf(room, sizeof(room), "user%u@example.org", i);
		login(st, room, i % 6 ? "ok" : "failed", false);
		pause_s(st, 10);
	}
}
static void others_guess(struct stage *st)
{
	guess_25(st);
	from_ip(st, "198.51.100.7");
	login(st, "bob", "ok", false);
}
static void long_ago(struct stage *st)
{
	guess_25(st);
	pause_s(st, 3 * 3600);
	login(st, "ann", "ok", false);
}

static void clear_ok(struct stage *st) { login(st, "ann", "ok", true); }
static void clear_failed(struct stage *st) { login(st, "ann", "failed", true); }
static void in_tls(struct stage *st) { login(st, "ann", "ok", false); }
static void clear_cram(struct stage *st)
{
	struct sc_ev_auth x = { .mechanism = SC_STR("CRAM-MD5"), .user = SC_STR("ann"), .outcome = "ok", .code = 235, .cleartext = true };
	tell_event(st, SC_EVENT_auth, &x);
}
static void clear_inside(struct stage *st)
{
	from_ip(st, "192.0.2.30");
	clear_ok(st);
}

/* ---- scans ---- */

static void sweep(struct stage *st, unsigned servers, uint64_t mails)
{
	for (unsigned i = 0; i < servers; i++) {
		char ip[32];
		snprintf(ip, sizeof(ip), "192.0.2.%u", i + 1);
		to_ip(st, ip, 25);
		plain(st, mails, 0);
	}
}
static void sweep_10(struct stage *st) { sweep(st, 10, 0); }
static void sweep_9(struct stage *st) { sweep(st, 9, 0); }
static void sweep_sender(struct stage *st) { sweep(st, 40, 1); }
static void grab(struct stage *st)
{
	static const uint16_t ports[] = { 25, 465, 587 };
	for (unsigned i = 0; i < 3; i++) {
		to_ip(st, "192.0.2.25", ports[i]);
		plain(st, 0, 0);
	}
}
static void sweep_flood(struct stage *st)
{
	unsigned n = 0;
	for (uint32_t i = 0; i < FLOOD; i++) {
		from_number(st, i);
		to_ip(st, "192.0.2.1", 25);
		plain(st, 0, 0);
		if (i % 280 == 0) {
			char ip[32];
			snprintf(ip, sizeof(ip), "192.0.2.%u", n++ % 40 + 1);
			pause_s(st, 1);
			from_ip(st, "203.0.113.7");
			to_ip(st, ip, 25);
			plain(st, 0, 0);
		}
	}
}

static void test_scenes(void **state)
{
	(void)state;
	static const struct scene scenes[] = {
		{ "11 of 12 refused", "recipient_harvest", HOME, harvest_11, "medium" },
		{ "9 refused", "recipient_harvest", HOME, harvest_9, NULL },
		{ "120 refused", "recipient_harvest", HOME, harvest_120, "high" },
		{ "one dead address", "recipient_harvest", HOME, one_dead_address, NULL },
		{ "a stale list", "recipient_harvest", HOME, stale_list, NULL },
		{ "a stale list by chance", "recipient_harvest", HOME, stale_by_chance, NULL },
		{ "a peer", "recipient_harvest", HOME, harvest_peer, NULL },
		{ "a network", "recipient_harvest", HOME, harvest_network, "medium" },
		{ "full mailboxes", "recipient_harvest", HOME, full_mailboxes, NULL },
		{ "flood", "recipient_harvest", HOME, harvest_flood, "medium" },
		{ "20 sources x 6", "harvest_spread", HOME, spread_20x6, "medium" },
		{ "over the hour", "harvest_spread", HOME, spread_over_the_hour, "medium" },
		{ "20 sources x 4", "harvest_spread", HOME, spread_20x4, NULL },
		{ "5 sources x 30", "harvest_spread", HOME, spread_few, NULL },
		{ "a busy domain", "harvest_spread", HOME, spread_busy, NULL },
		{ "as always", "harvest_spread", HOME, spread_always, NULL },
		{ "another domain", "harvest_spread", HOME, spread_foreign, NULL },
		{ "three", "vrfy_expn", NULL, vrfy_3, "low" },
		{ "two", "vrfy_expn", NULL, vrfy_2, NULL },
		{ "root", "vrfy_expn", NULL, vrfy_root, "low" },
		{ "root as a path", "vrfy_expn", NULL, vrfy_root_path, "low" },
		{ "postmaster", "vrfy_expn", NULL, vrfy_postmaster, "low" },
		{ "rooter", "vrfy_expn", NULL, vrfy_rooter, NULL },
		{ "no argument", "vrfy_expn", NULL, vrfy_empty, NULL },
		{ "EXPN", "vrfy_expn", NULL, expn, "low" },
		{ "EXPN answered", "vrfy_expn", NULL, expn_answered, "medium" },
		{ "three recipients", "relay_probe", HOME, relay_3, "low" },
		{ "two recipients", "relay_probe", HOME, relay_2, NULL },
		{ "flood", "relay_probe", HOME, relay_flood, "low" },
		{ "from inside", "relay_probe", HOME, relay_inside, NULL },
		{ "a user on the road", "relay_probe", HOME, roaming, NULL },
		{ "one domain", "relay_open", HOME, open_relay, "medium" },
		{ "five domains", "relay_open", HOME, spam_run, "critical" },
		{ "a domain is missing", "relay_open", HOME, domain_forgotten, "medium" },
		{ "no network is named", "relay_open", "example.org", learnt_network, "medium" },
		{ "refused", "relay_open", HOME, closed_relay, NULL },
		{ "below our domain", "relay_open", HOME, own_domain, NULL },
		{ "logged in", "relay_open", HOME, relay_login, NULL },
		{ "from home", "relay_open", HOME, relay_from_home, NULL },
		{ "a server of others", "relay_open", HOME, other_server, NULL },
		{ "seen in part", "relay_open", HOME, relay_lossy, NULL },
		{ "domains are not known", "relay_open", "192.0.2.0/24", open_relay, NULL },
		{ "five", "auth_guessing", NULL, guess_5, "medium" },
		{ "four", "auth_guessing", NULL, guess_4, NULL },
		{ "25", "auth_guessing", NULL, guess_25, "high" },
		{ "a phone every five minutes", "auth_guessing", NULL, phone, NULL },
		{ "a phone every minute", "auth_guessing", NULL, phone_fast, "low" },
		{ "ten dropped", "auth_guessing", NULL, dropped, "medium" },
		{ "nine dropped", "auth_guessing", NULL, dropped_9, NULL },
		{ "the server's fault", "auth_guessing", NULL, server_down, NULL },
		{ "good logins", "auth_guessing", NULL, good_logins, NULL },
		{ "a gateway", "auth_guessing", NULL, gateway, NULL },
		{ "an office where most get in", "auth_guessing", NULL, busy_office, NULL },
		{ "flood", "auth_guessing", NULL, guess_flood, "medium" },
		{ "10 users x 2", "auth_spray", NULL, spray_10x2, "high" },
		{ "9 users x 3", "auth_spray", NULL, spray_9x3, NULL },
		{ "10 networks", "auth_spray", NULL, stuffed_10, "high" },
		{ "9 networks", "auth_spray", NULL, stuffed_9, NULL },
		{ "300 networks, a user each", "auth_spray", NULL, botnet_300, "high" },
		{ "the same, where nothing works", "auth_spray", NULL, botnet_all_fail, "medium" },
		{ "80 networks", "auth_spray", NULL, botnet_80, NULL },
		{ "a busy server whose users mistype", "auth_spray", NULL, busy_server, NULL },
		{ "its directory is down", "auth_spray", NULL, directory_down, NULL },
		{ "one user, four networks an hour", "auth_spray", NULL, slow_90, "high" },
		{ "one user on the road for six hours", "auth_spray", NULL, slow_25, NULL },
		{ "a gateway", "auth_spray", NULL, gateway, NULL },
		{ "an office where most get in", "auth_spray", NULL, busy_office, NULL },
		{ "an office in two hours", "auth_spray", NULL, office_two_hours, NULL },
		{ "one user mistypes", "auth_spray", NULL, mistyped, NULL },
		{ "flood", "auth_spray", NULL, spray_flood, "high" },
		{ "found", "auth_success_after_failures", NULL, found_password, "critical" },
		{ "after four", "auth_success_after_failures", NULL, found_after_4, NULL },
		{ "found by spraying", "auth_success_after_failures", NULL, found_by_spray, "critical" },
		{ "found from elsewhere", "auth_success_after_failures", NULL, found_from_elsewhere, "critical" },
		{ "known there", "auth_success_after_failures", NULL, known_mistyped, "low" },
		{ "a busy user", "auth_success_after_failures", NULL, busy_user, NULL },
		{ "an office", "auth_success_after_failures", NULL, office, NULL },
		{ "others guess", "auth_success_after_failures", NULL, others_guess, NULL },
		{ "long ago", "auth_success_after_failures", NULL, long_ago, NULL },
		{ "worked", "auth_in_clear", HOME, clear_ok, "medium" },
		{ "failed", "auth_in_clear", HOME, clear_failed, "low" },
		{ "CRAM-MD5", "auth_in_clear", HOME, clear_cram, "info" },
		{ "inside TLS", "auth_in_clear", HOME, in_tls, NULL },
		{ "inside", "auth_in_clear", HOME, clear_inside, NULL },
		{ "10 servers", "scanner", HOME, sweep_10, "info" },
		{ "9 servers", "scanner", HOME, sweep_9, NULL },
		{ "a sender", "scanner", HOME, sweep_sender, NULL },
		{ "each port", "scanner", HOME, grab, "info" },
		{ "flood", "scanner", HOME, sweep_flood, "info" },
	};
	PLAY_FIXTURES("probing", scenes);
}

static void test_relay_forms(void **state)
{
	(void)state;
	static const struct { const char *path; bool test; } paths[] = {
		{ "user%example.com@example.org", true }, { "user%example.com", true }, { "user%", false }, { "\"user@example.com\"", true }, { "example.com!user", true }, { "\"user@example.com\"@example.org", true },
		{ "user@example.com@example.org", true }, { "@example.org:user@example.com", true },
		{ "example.com!user@example.org", true }, { "example.org!example.com!user@example.org", true },
		{ "user%example.com@[192.0.2.25]", true }, { "\"user%example.com\"@example.org", true },
		{ "user@example.com%example.net@example.org", true }, { "\"user\"@[192.0.2.25]", true },
		{ "user+tag@example.org", false }, { "user@[192.0.2.25]", true }, { "postmaster@[192.0.2.25]", false }, { "user@[192.0.2.26]", false }, { "100%sure@example.org", false },
		{ "wow!@example.org", false }, { "\"john doe\"@example.org", false }, { "a!b@example.org", false },
		{ "!@example.org", false }, { "@", true }, { "", false }, { "user", false }, { "user@", false },
	};
	struct stage *st = calloc(1, sizeof(*st));
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		stage_open(st, "relay_probe", HOME);
		mail(st, "a@example.net", paths[i].path, "rejected", "policy");
		if ((st->found_count > 0) != paths[i].test)
			fail_msg("%s is %s", paths[i].path, paths[i].test ? "missed" : "told");
		stage_close(st);
	}
	free(st);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_scenes), cmocka_unit_test(test_relay_forms) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
