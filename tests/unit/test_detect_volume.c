/* test_detect_volume.c - detectors of volume and behaviour: accounts, our own mail, bombs, loops. */
#include "detect_fixture.h"

#define HOME "192.0.2.0/24 example.org"

/* An outside server. */
static void outbound(struct stage *st)
{
	from_ip(st, "192.0.2.77");
	to_ip(st, "198.51.100.25", 25);
}

static void write_to(struct stage *st, unsigned n, unsigned domains, const char *from, unsigned refused_percent)
{
	char room[64];
	static unsigned serial;
	for (unsigned i = 0; i < n; i++) {
		bool bad = i % 100 < refused_percent;
		snprintf(room, sizeof(room), "u%u@d%u.example", serial++, i % domains);
		mail(st, from, room, bad ? "rejected" : "accepted", bad ? "user_unknown" : NULL);
	}
	new_session(st);
}

/* ---- accounts ---- */

static void usual_days(struct stage *st, unsigned days)
{
	st->user = "ann@example.org";
	for (unsigned i = 0; i < days; i++) {
		write_to(st, 10, 5, "ann@example.org", 0);
		pause_s(st, 86400);
	}
}
static void stolen(struct stage *st)
{
	usual_days(st, 30);
	write_to(st, 200, 50, "ann@example.org", 40);
}
static void stolen_foreign(struct stage *st)
{
	usual_days(st, 30);
	write_to(st, 150, 30, "prize@example.com", 0);
}
static void stolen_new_net(struct stage *st)
{
	usual_days(st, 30);
	from_ip(st, "198.51.100.200");
	write_to(st, 150, 30, "ann@example.org", 0);
}
static void stolen_new_net_over_the_hour(struct stage *st) /* where it comes from stays new */
{
	usual_days(st, 30);
	pause_s(st, 3570);
	from_ip(st, "198.51.100.200");
	write_to(st, 60, 20, "ann@example.org", 0);
	pause_s(st, 60);
	write_to(st, 90, 20, "ann@example.org", 0);
}
static void stolen_over_the_hour(struct stage *st) /* half of it before the hour: that is not what was usual */
{
	usual_days(st, 30);
	pause_s(st, 3570);
	write_to(st, 90, 20, "ann@example.org", 40);
	pause_s(st, 60);
	write_to(st, 110, 20, "ann@example.org", 40);
}
static void new_list(struct stage *st)
{
	usual_days(st, 30);
	write_to(st, 150, 30, "ann@example.org", 2);
}
static void below_hundred(struct stage *st)
{
	usual_days(st, 30);
	write_to(st, 99, 30, "ann@example.org", 50);
}
static void newsletter(struct stage *st)
{
	st->user = "news@example.org";
	for (unsigned week = 0; week < 8; week++) {
		if (week == 1)
			st->found_count = 0; /* the first one is new */
		write_to(st, 300, 60, "news@example.org", 2);
		pause_s(st, 7 * 86400);
	}
}
static void infected(struct stage *st)
{
	outbound(st);
	write_to(st, 150, 60, "x@example.com", 50);
}
static void our_relay(struct stage *st)
{
	from_ip(st, "203.0.113.7");
	to_ip(st, "192.0.2.77", 25);
	mail(st, "a@example.net", "b@example.org", "accepted", NULL); /* it accepts mail: a server */
	outbound(st);
	write_to(st, 150, 60, "x@example.org", 50);
}

static void places(struct stage *st, unsigned n, unsigned apart_s)
{
	for (unsigned i = 0; i < n; i++) {
		from_number(st, i * 300);
		login(st, "ann", "ok", false);
		new_session(st);
		pause_s(st, apart_s);
	}
}
static void places_5(struct stage *st) { places(st, 5, 60); }
static void places_4(struct stage *st) { places(st, 4, 60); }
static void places_slow(struct stage *st) { places(st, 20, 3600); }
static void failed_places(struct stage *st)
{
	for (unsigned i = 0; i < 20; i++) {
		from_number(st, i * 300);
		login(st, "ann", "failed", false);
	}
}
static void v6_privacy(struct stage *st)
{
	for (unsigned i = 0; i < 50; i++) {
		char ip[40];
		snprintf(ip, sizeof(ip), "2001:db8:1:%x::%x", i % 16, i + 1);
		from_ip(st, ip);
		login(st, "ann", "ok", false);
	}
}
static void two_new_soon(struct stage *st)
{
	places(st, 1, 2 * 86400);
	from_ip(st, "198.51.100.1");
	login(st, "ann", "ok", false);
	pause_s(st, 200);
	from_ip(st, "203.0.113.1");
	login(st, "ann", "ok", false);
}
static void between_known(struct stage *st)
{
	for (unsigned i = 0; i < 100; i++) {
		from_ip(st, i % 2 ? "198.51.100.1" : "203.0.113.1");
		login(st, "ann", "ok", false);
		pause_s(st, i < 2 ? 43200 : 120);
	}
}
static void login_once(struct stage *st) { login(st, "ann", "ok", false); }
static void others_log_in(struct stage *st)
{
	for (uint32_t i = 0; i < 2000; i++) {
		char user[24];
		snprintf(user, sizeof(user), "user%u", i);
		from_number(st, i);
		login(st, user, "ok", false);
	}
	login_once(st);
}

static void senders(struct stage *st, unsigned n)
{
	char room[64];
	st->user = "ann";
	for (unsigned i = 0; i < n; i++) {
		snprintf(room, sizeof(room), "x@shop%u.example", i);
		mail(st, room, "b@example.com", "accepted", NULL);
	}
}
static void senders_6(struct stage *st) { senders(st, 6); }
static void senders_4(struct stage *st) { senders(st, 4); }
static void sender_hosts(struct stage *st)
{
	char room[64];
	st->user = "ann";
	for (unsigned i = 0; i < 20; i++) {
		snprintf(room, sizeof(room), "x@host%u.example.org", i);
		mail(st, room, "b@example.com", "accepted", NULL);
	}
}
static void senders_no_login(struct stage *st)
{
	senders(st, 0);
	st->user = NULL;
	write_to(st, 1, 1, "a@b.example", 0);
}

/* ---- our own mail ---- */

static void failing(struct stage *st)
{
	outbound(st);
	write_to(st, 300, 10, "a@example.org", 40);
}
static void failing_little(struct stage *st)
{
	outbound(st);
	write_to(st, 900, 10, "a@example.org", 15);
}
static void failing_few(struct stage *st)
{
	outbound(st);
	write_to(st, 99, 10, "a@example.org", 100);
}
static void failing_inbound(struct stage *st) { write_to(st, 300, 10, "a@example.net", 90); }

static void listed(struct stage *st, const char *cause, const char *list, const char *text)
{
	struct sc_ev_delivery x = { .n = 1, .mail_from = SC_STR("a@example.org"), .rcpt_to = SC_STR("b@example.com"),
		.outcome = "rejected", .phase = "rcpt", .cause = cause, .code = 554, .text = sc_str_of(text), .list = sc_str_of(list),
		.size = SC_NONE, .retry_after_s = SC_NONE };
	tell_event(st, SC_EVENT_delivery, &x);
}
static void listed_out(struct stage *st)
{
	outbound(st);
	listed(st, "dnsbl_listed", "Spamhaus ZEN", "5.7.1 [192.0.2.77] blocked using zen.spamhaus.org");
}
static void listed_in(struct stage *st) { listed(st, "dnsbl_listed", "Spamhaus ZEN", "blocked"); }
static void content_out(struct stage *st)
{
	outbound(st);
	listed(st, "spam_content", NULL, "5.7.1 spam, see the block list of spamhaus");
}
static void listed_connect(struct stage *st)
{
	outbound(st);
	struct sc_ev_failure x = { .scope = "session", .phase = "greeting", .cause = "dnsbl_listed", .code = 554,
		.text = SC_STR("go away"), .list = SC_STR("SpamCop"), .retry_after_s = SC_NONE };
	tell_event(st, SC_EVENT_failure, &x);
}

/* ---- strangers ---- */

static void shoes(struct stage *st, unsigned addresses, unsigned each, bool one_name, bool one_domain)
{
	char ip[32], from[48], name[48];
	for (unsigned i = 0; i < addresses * each; i++) {
		unsigned a = i % addresses;
		snprintf(ip, sizeof(ip), "203.0.113.%u", a + 1);
		snprintf(from, sizeof(from), "news@%s%u.example", "deal", one_domain ? 1 : a);
		snprintf(name, sizeof(name), "m.%s%u.example", one_name ? "provider" : "deal", one_name ? 1 : a);
		from_ip(st, ip);
		st->helo = name;
		mail(st, from, "b@example.org", "accepted", NULL);
		new_session(st);
		pause_s(st, 120);
	}
}
static void shoes_30(struct stage *st) { shoes(st, 30, 10, false, false); }
static void shoes_7(struct stage *st) { shoes(st, 7, 10, false, false); }
static void shoes_v6(struct stage *st)
{
	char ip[48], from[48], name[48];
	for (unsigned i = 0; i < 36; i++) { /* each in a /64 of its own */
		snprintf(ip, sizeof(ip), "2001:db8:7:%x::1", i % 12);
		snprintf(from, sizeof(from), "news@deal%u.example", i % 12);
		snprintf(name, sizeof(name), "m.deal%u.example", i % 12);
		from_ip(st, ip);
		st->helo = name;
		mail(st, from, "b@example.org", "accepted", NULL);
		new_session(st);
		pause_s(st, 120);
	}
	st->helo = "mx.example.net";
	assert_string_equal(st->found_count ? st->found[0].subject : "", "2001:db8:7::/48");
}
/* A few addresses in each of twenty networks; with `hands` ways of writing commands. */
static void few_each(struct stage *st, unsigned addresses, unsigned networks, unsigned hands)
{
	char ip[32], from[48], name[48], dialect[24];
	for (unsigned i = 0; i < addresses * networks * 2; i++) {
		unsigned net = i % networks, a = i / networks % addresses;
		snprintf(ip, sizeof(ip), "198.18.%u.%u", net, a + 1);
		snprintf(from, sizeof(from), "news@deal%u-%u.example", net, a);
		snprintf(name, sizeof(name), "m.deal%u-%u.example", net, a);
		snprintf(dialect, sizeof(dialect), "s:%016x", a % hands);
		from_ip(st, ip);
		st->helo = name;
		mail(st, from, "b@example.org", "accepted", NULL);
		struct sc_ev_session x = plain_session(st);
		x.transactions = x.recipients.accepted = 1;
		x.dialect = sc_str_of(dialect);
		end_session(st, &x);
		pause_s(st, 20);
	}
	st->helo = "mx.example.net";
}
static void crew_20x7(struct stage *st) { few_each(st, 7, 20, 1); }
static void crew_9x7(struct stage *st) { few_each(st, 7, 9, 1); }
static void crew_20x4(struct stage *st) { few_each(st, 4, 20, 1); }
static void hosters_20x7(struct stage *st) { few_each(st, 7, 20, 3); }
static void provider_pool(struct stage *st) { shoes(st, 200, 4, true, false); }
static void one_company(struct stage *st) { shoes(st, 30, 4, false, true); }
static void old_network(struct stage *st)
{
	shoes(st, 1, 1, false, false);
	pause_s(st, 3600);
	for (unsigned day = 0; day < 3; day++) {
		shoes(st, 1, 1, false, false);
		pause_s(st, 80000);
	}
	shoes(st, 30, 3, false, false);
}
static void bounces(struct stage *st, unsigned n, unsigned others, const char *rcpt)
{
	char room[64];
	for (unsigned i = 0; i < n + others; i++) {
		snprintf(room, sizeof(room), rcpt, i);
		from_number(st, i);
		mail(st, i < n ? "" : "a@example.net", room, "accepted", NULL);
		pause_s(st, 1);
	}
}
static void storm(struct stage *st) { bounces(st, 60, 10, "u%u@example.org"); }
static void small_storm(struct stage *st) { bounces(st, 49, 0, "u%u@example.org"); }
static void busy_server(struct stage *st)
{
	for (unsigned i = 0; i < 400; i++)
		mail(st, i % 3 ? "a@example.net" : "", i % 7 ? "a@example.org" : "b@example.org", "accepted", NULL);
}
static void one_victim(struct stage *st) { bounces(st, 20, 60, "victim@example.org"); }
static void callouts(struct stage *st)
{
	for (unsigned i = 0; i < 200; i++) {
		struct sc_ev_recipient r = { .rcpt_to = SC_STR("boss@example.org"), .code = 250, .outcome = "withdrawn" };
		struct sc_ev_transaction x = { .n = 1, .helo = SC_STR("v.example.net"), .mail_from = SC_STR(""), .recipients = { &r, 1 },
			.size = SC_NONE, .declared_size = SC_NONE, .wire_size = SC_NONE, .lines = SC_NONE, .long_line_at = SC_NONE, .outcome = "withdrawn" };
		tell_event(st, SC_EVENT_transaction, &x);
	}
}
static void bounce_to_two(struct stage *st)
{
	struct sc_ev_recipient r[2] = { { .rcpt_to = SC_STR("a@example.org"), .outcome = "accepted" },
		{ .rcpt_to = SC_STR("b@example.org"), .outcome = "accepted" } };
	struct sc_ev_transaction x = { .n = 1, .mail_from = SC_STR(""), .recipients = { r, 2 }, .size = 10, .outcome = "accepted" };
	tell_event(st, SC_EVENT_transaction, &x);
}

static void bomb(struct stage *st, unsigned n, unsigned domains, unsigned apart_s)
{
	char from[64];
	for (unsigned i = 0; i < n; i++) {
		snprintf(from, sizeof(from), "welcome%u@list%u.example", i, i % domains);
		from_number(st, i);
		mail(st, from, "victim@example.org", "accepted", NULL);
		new_session(st);
		pause_s(st, apart_s);
	}
}
static void bomb_120(struct stage *st) { bomb(st, 120, 60, 2); }
static void bomb_over_the_hour(struct stage *st)
{
	pause_s(st, 3450);
	bomb(st, 150, 60, 2);
}
static void bomb_90(struct stage *st) { bomb(st, 90, 60, 2); }
static void bomb_one_site(struct stage *st) { bomb(st, 120, 3, 2); }
static void bomb_slow(struct stage *st) { bomb(st, 400, 100, 60); }
static void hammering(struct stage *st)
{
	for (unsigned i = 0; i < 60; i++) {
		mail(st, "ex@example.net", "victim@example.org", "accepted", NULL);
		pause_s(st, 30);
	}
}
static void alerts(struct stage *st)
{
	for (unsigned hour = 0; hour < 240; hour++) {
		for (unsigned i = 0; i < 40; i++)
			mail(st, "nagios@example.net", "alerts@example.org", "accepted", NULL);
		pause_s(st, 3600);
	}
	st->found_count = 0;
	for (unsigned i = 0; i < 100; i++) /* a bad day */
		mail(st, "nagios@example.net", "alerts@example.org", "accepted", NULL);
}
static void bomb_flood(struct stage *st)
{
	char room[64];
	for (uint32_t i = 0; i < FLOOD; i++) {
		snprintf(room, sizeof(room), "u%u@example.org", i);
		from_number(st, i);
		mail(st, "a@example.net", room, "accepted", NULL);
		if (i % 280 == 0)
			pause_s(st, 1);
		if (i % 300 == 0) {
			snprintf(room, sizeof(room), "w@list%u.example", i % 77);
			mail(st, room, "victim@example.org", "accepted", NULL);
		}
	}
}

static void put_off(struct stage *st, unsigned n)
{
	char room[64];
	for (unsigned i = 0; i < n; i++) {
		snprintf(room, sizeof(room), "spam%u@example.net", i);
		mail(st, room, "b@example.org", "deferred", "greylisted");
		pause_s(st, 60);
	}
}
static void later(struct stage *st)
{
	pause_s(st, 5 * 3600);
	from_ip(st, "198.51.100.44");
	mail(st, "x@example.com", "c@example.org", "accepted", NULL);
}
static void never_again(struct stage *st)
{
	put_off(st, 6);
	later(st);
}
static void four_only(struct stage *st)
{
	put_off(st, 4);
	later(st);
}
static void again_after_30(struct stage *st)
{
	put_off(st, 6);
	pause_s(st, 1800);
	mail(st, "spam3@example.net", "b@example.org", "accepted", NULL);
	later(st);
}
static void again_elsewhere(struct stage *st)
{
	put_off(st, 6);
	pause_s(st, 1800);
	from_ip(st, "198.51.100.3");
	for (unsigned i = 0; i < 6; i++) {
		char room[64];
		snprintf(room, sizeof(room), "spam%u@example.net", i);
		mail(st, room, "b@example.org", "accepted", NULL);
	}
	from_ip(st, "203.0.113.7");
	mail(st, "spam1@example.net", "b@example.org", "accepted", NULL);
	later(st);
}
static void again_by_the_pool(struct stage *st) /* and the first address never comes again */
{
	put_off(st, 6);
	pause_s(st, 1800);
	from_ip(st, "203.0.113.8");
	for (unsigned i = 0; i < 6; i++) {
		char room[64];
		snprintf(room, sizeof(room), "spam%u@example.net", i);
		mail(st, room, "b@example.org", "accepted", NULL);
	}
	later(st);
}
static void too_early_to_say(struct stage *st)
{
	put_off(st, 6);
	pause_s(st, 3600);
	from_ip(st, "198.51.100.44");
	mail(st, "x@example.com", "c@example.org", "accepted", NULL);
}
static void put_off_lossy(struct stage *st)
{
	st->evidence.gap_octets.client = 100;
	never_again(st);
}

static void spread_out(struct stage *st, unsigned servers, unsigned apart_s)
{
	from_ip(st, "192.0.2.77");
	for (unsigned i = 0; i < servers; i++) {
		char ip[32];
		snprintf(ip, sizeof(ip), "198.51.100.%u", i + 1);
		to_ip(st, ip, 25);
		plain(st, 1, 0);
		pause_s(st, apart_s);
	}
}
static void rogue_3(struct stage *st) { spread_out(st, 3, 10); }
static void rogue_2(struct stage *st) { spread_out(st, 2, 10); }
static void rogue_slow(struct stage *st) { spread_out(st, 8, 1000); }
static void known_relay(struct stage *st)
{
	struct sc_ip relay = ip_of("192.0.2.77");
	sc_detect_settings_network(st->settings, SC_ROLE_PEER, &relay, 32);
	spread_out(st, 30, 1);
}
static void is_server(struct stage *st)
{
	to_ip(st, "192.0.2.77", 25);
	mail(st, "a@example.net", "b@example.org", "accepted", NULL);
	spread_out(st, 30, 1);
}
static void submitting(struct stage *st)
{
	from_ip(st, "192.0.2.77");
	for (unsigned i = 0; i < 10; i++) {
		char ip[32];
		snprintf(ip, sizeof(ip), "198.51.100.%u", i + 1);
		to_ip(st, ip, 587);
		plain(st, 1, 0);
	}
}
static void rogue_private(struct stage *st)
{
	from_ip(st, "10.1.2.3");
	for (unsigned i = 0; i < 5; i++) {
		char ip[32];
		snprintf(ip, sizeof(ip), "198.51.100.%u", i + 1);
		to_ip(st, ip, 25);
		plain(st, 1, 0);
	}
}

static void upload_by(struct stage *st, const char *server, uint64_t octets, uint16_t port)
{
	from_ip(st, "192.0.2.77");
	to_ip(st, server, port);
	struct sc_ev_session x = plain_session(st);
	x.starttls = "implicit";
	x.octets.client = octets;
	end_session(st, &x);
}
static void upload(struct stage *st, const char *server, uint64_t octets) { upload_by(st, server, octets, 465); }
static void exfiltration(struct stage *st)
{
	upload(st, "198.51.100.1", 5000);
	pause_s(st, 2 * 86400);
	upload(st, "198.51.100.99", 6 << 20);
	upload(st, "198.51.100.99", 6 << 20);
}
static void usual_upload(struct stage *st)
{
	upload(st, "198.51.100.1", 5000);
	pause_s(st, 2 * 86400);
	upload(st, "198.51.100.1", 50 << 20);
}
static void first_day(struct stage *st) { upload(st, "198.51.100.99", 50 << 20); }
static void first_day_exchange(struct stage *st) { upload_by(st, "198.51.100.99", 50 << 20, 25); }
static void small_upload(struct stage *st)
{
	upload(st, "198.51.100.1", 5000);
	pause_s(st, 2 * 86400);
	upload(st, "198.51.100.99", 9 << 20);
}
static void drip(struct stage *st, unsigned n, unsigned apart_s, unsigned jitter_s)
{
	outbound(st);
	for (unsigned i = 0; i < n; i++) {
		mail(st, "pc@example.org", "log@example.com", "accepted", NULL);
		pause_s(st, apart_s + (jitter_s ? i * 7919 % jitter_s : 0));
	}
}
static void keylogger(struct stage *st) { drip(st, 14, 3600, 100); }
static void eleven(struct stage *st) { drip(st, 11, 3600, 0); }
static void person(struct stage *st) { drip(st, 50, 600, 3000); }

static void hops(struct stage *st, uint64_t n)
{
	struct sc_ev_message x = { .n = 1, .message_id = SC_STR("<x@example.net>"), .received = n };
	tell_event(st, SC_EVENT_message, &x);
}
static void hops_26(struct stage *st) { hops(st, 26); }
static void hops_12(struct stage *st) { hops(st, 12); }
static void again(struct stage *st, unsigned n, const char *rcpt)
{
	char room[64];
	for (unsigned i = 0; i < n; i++) {
		snprintf(room, sizeof(room), rcpt, i);
		struct sc_ev_delivery x = { .n = 1, .mail_from = SC_STR("a@example.net"), .rcpt_to = sc_str_of(room),
			.outcome = "accepted", .message_id = SC_STR("<x@example.net>"), .code = 250 };
		tell_event(st, SC_EVENT_delivery, &x);
		pause_s(st, 5);
	}
}
static void loop_5(struct stage *st) { again(st, 5, "a@example.org"); }
static void loop_4(struct stage *st) { again(st, 4, "a@example.org"); }
static void exploder(struct stage *st) { again(st, 200, "reader%u@example.org"); }

static void test_scenes(void **state)
{
	(void)state;
	static const struct scene scenes[] = {
		{ "stolen, refused", "account_fanout", HOME, stolen, "high" },
		{ "stolen, foreign sender", "account_fanout", HOME, stolen_foreign, "high" },
		{ "stolen, new network", "account_fanout", HOME, stolen_new_net, "high" },
		{ "a new list", "account_fanout", HOME, new_list, "medium" },
		{ "99 recipients", "account_fanout", HOME, below_hundred, NULL },
		{ "over the hour", "account_fanout", HOME, stolen_over_the_hour, "high" },
		{ "a newsletter", "account_fanout", HOME, newsletter, NULL },
		{ "an infected machine", "account_fanout", HOME, infected, "high" },
		{ "our relay", "account_fanout", HOME, our_relay, NULL },
		{ "stolen, new network, over the hour", "account_fanout", HOME, stolen_new_net_over_the_hour, "high" },
		{ "five places", "account_many_nets", HOME, places_5, "medium" },
		{ "four places", "account_many_nets", HOME, places_4, NULL },
		{ "one after the other", "account_many_nets", HOME, places_slow, NULL },
		{ "failed", "account_many_nets", HOME, failed_places, NULL },
		{ "IPv6 privacy", "account_many_nets", HOME, v6_privacy, NULL },
		{ "two new ones", "account_many_nets", HOME, two_new_soon, "low" },
		{ "to and fro", "account_many_nets", HOME, between_known, NULL },
		{ "other users", "account_many_nets", HOME, others_log_in, NULL },
		{ "six domains", "account_many_senders", HOME, senders_6, "medium" },
		{ "four domains", "account_many_senders", HOME, senders_4, NULL },
		{ "hosts of one domain", "account_many_senders", HOME, sender_hosts, NULL },
		{ "without login", "account_many_senders", HOME, senders_no_login, NULL },
		{ "40 %", "outbound_failures", HOME, failing, "medium" },
		{ "15 %", "outbound_failures", HOME, failing_little, NULL },
		{ "99 of 99", "outbound_failures", HOME, failing_few, NULL },
		{ "inbound", "outbound_failures", HOME, failing_inbound, NULL },
		{ "outbound", "listed_source", HOME, listed_out, "high" },
		{ "inbound", "listed_source", HOME, listed_in, NULL },
		{ "content", "listed_source", HOME, content_out, NULL },
		{ "at the greeting", "listed_source", HOME, listed_connect, "high" },
		{ "30 x 10", "snowshoe", HOME, shoes_30, "medium" },
		{ "7 x 10", "snowshoe", HOME, shoes_7, NULL },
		{ "a /48", "snowshoe", HOME, shoes_v6, "medium" },
		{ "20 networks x 7, one hand", "snowshoe", HOME, crew_20x7, "medium" },
		{ "9 networks x 7, one hand", "snowshoe", HOME, crew_9x7, NULL },
		{ "20 networks x 4, one hand", "snowshoe", HOME, crew_20x4, NULL },
		{ "20 hosters x 7 customers", "snowshoe", HOME, hosters_20x7, NULL },
		{ "a provider", "snowshoe", HOME, provider_pool, NULL },
		{ "one company", "snowshoe", HOME, one_company, NULL },
		{ "an old network", "snowshoe", HOME, old_network, NULL },
		{ "a storm", "null_sender_flood", HOME, storm, "medium" },
		{ "49", "null_sender_flood", HOME, small_storm, NULL },
		{ "a third", "null_sender_flood", HOME, busy_server, "medium" }, /* b@example.org gets 20: one recipient */
		{ "one victim", "null_sender_flood", HOME, one_victim, "medium" },
		{ "callouts", "null_sender_flood", HOME, callouts, NULL },
		{ "to two", "null_sender_flood", HOME, bounce_to_two, "low" },
		{ "120 mails", "mail_bomb", HOME, bomb_120, "high" },
		{ "over the hour", "mail_bomb", HOME, bomb_over_the_hour, "high" },
		{ "90 mails", "mail_bomb", HOME, bomb_90, NULL },
		{ "three sites", "mail_bomb", HOME, bomb_one_site, NULL },
		{ "slow", "mail_bomb", HOME, bomb_slow, NULL },
		{ "one sender", "mail_bomb", HOME, hammering, "high" },
		{ "alerts", "mail_bomb", HOME, alerts, NULL },
		{ "flood", "mail_bomb", HOME, bomb_flood, "high" },
		{ "never again", "no_retry", HOME, never_again, "low" },
		{ "four", "no_retry", HOME, four_only, NULL },
		{ "after 30 minutes", "no_retry", HOME, again_after_30, NULL },
		{ "from elsewhere", "no_retry", HOME, again_elsewhere, NULL },
		{ "by the pool", "no_retry", HOME, again_by_the_pool, NULL },
		{ "too early", "no_retry", HOME, too_early_to_say, NULL },
		{ "seen in part", "no_retry", HOME, put_off_lossy, NULL },
		{ "three servers", "rogue_mta", HOME, rogue_3, "high" },
		{ "two servers", "rogue_mta", HOME, rogue_2, NULL },
		{ "slow", "rogue_mta", HOME, rogue_slow, NULL },
		{ "a named relay", "rogue_mta", HOME, known_relay, NULL },
		{ "a server", "rogue_mta", HOME, is_server, NULL },
		{ "submission", "rogue_mta", HOME, submitting, NULL },
		{ "private, home not named", "rogue_mta", NULL, rogue_private, "medium" },
		{ "to a new server", "smtp_exfiltration", HOME, exfiltration, "medium" },
		{ "to the usual server", "smtp_exfiltration", HOME, usual_upload, NULL },
		{ "on the first day", "smtp_exfiltration", HOME, first_day, "low" },
		{ "on the first day, between servers", "smtp_exfiltration", HOME, first_day_exchange, NULL },
		{ "9 MiB", "smtp_exfiltration", HOME, small_upload, NULL },
		{ "a keylogger", "smtp_exfiltration", HOME, keylogger, "medium" },
		{ "eleven mails", "smtp_exfiltration", HOME, eleven, NULL },
		{ "a person", "smtp_exfiltration", HOME, person, NULL },
		{ "26 hops", "mail_loop", HOME, hops_26, "medium" },
		{ "12 hops", "mail_loop", HOME, hops_12, NULL },
		{ "five times", "mail_loop", HOME, loop_5, "medium" },
		{ "four times", "mail_loop", HOME, loop_4, NULL },
		{ "a list", "mail_loop", HOME, exploder, NULL },
	};
	PLAY_FIXTURES("volume", scenes);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_scenes) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
