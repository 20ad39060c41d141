/* abuse.h - made-up traffic for the global detectors, as events: a day of honest mail with known attackers laid over it, and a crowd
 * of a million sources with ten offenders among them.
 *
 * The day: ordinary servers, users, telephones with old passwords, monitors and a mail provider; attackers of each kind with random
 * times and sizes above the limits.  Everything comes of `dice`: the same seed makes the same traffic. */
#ifndef SC_TESTS_ABUSE_H
#define SC_TESTS_ABUSE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <smtpscope/detector.h>

#include "base/str.h"

#define T0       (INT64_C(1767225600) * SC_SECOND)
#define DAY_S    86400u
#define EACH     20
#define MOST_ACTS 400000

/* Attackers: KIND(detector, what the finding is about, acts from, acts to, seconds from, seconds to). */
#define KINDS(KIND)                                                  \
	KIND(recipient_harvest, client, 14, 60, 60, 400)             \
	KIND(auth_guessing, client, 7, 40, 30, 400)                  \
	KIND(auth_spray, network, 12, 30, 600, 2400)                 \
	KIND(auth_success_after_failures, user, 8, 20, 60, 900)      \
	KIND(no_mail_sessions, client, 14, 50, 60, 400)              \
	KIND(connection_flood, client, 100, 200, 40, 55)             \
	KIND(helo_churn, client, 7, 20, 300, 2400)                   \
	KIND(helo_bot, client, 1, 5, 60, 600)                        \
	KIND(helo_forged, client, 1, 5, 60, 600)                     \
	KIND(early_talker, client, 1, 5, 60, 600)                    \
	KIND(sender_churn, client, 30, 80, 600, 2400)                \
	KIND(relay_probe, client, 5, 12, 60, 400)                    \
	KIND(local_sender_outside, client, 1, 5, 60, 600)            \
	KIND(scanner, client, 14, 30, 300, 2400)                     \
	KIND(account_fanout, user, 150, 400, 600, 2400)              \
	KIND(account_many_nets, user, 7, 14, 600, 2400)              \
	KIND(account_many_senders, user, 7, 15, 600, 2400)           \
	KIND(snowshoe, network, 60, 200, 6000, 20000)                \
	KIND(mail_bomb, recipient, 150, 300, 200, 500)               \
	KIND(null_sender_flood, recipient, 30, 60, 100, 400)         \
	KIND(rogue_mta, client, 5, 20, 60, 400)

enum kind {
#define KIND(detector, subject, a, b, c, d) K_##detector,
	KINDS(KIND)
#undef KIND
	ATTACKS, SERVER = ATTACKS, USER, TELEPHONE, MONITOR, PROVIDER,
};

static const struct {
	const char *detector, *subject;
	unsigned least, most, short_s, long_s;
} kinds[] = {
#define KIND(detector, subject, a, b, c, d) { #detector, #subject, a, b, c, d },
	KINDS(KIND)
#undef KIND
};

struct actor {
	enum kind kind;
	uint32_t number;     /* addresses and names are made of it */
	unsigned acts;
	char subject[80];    /* of the finding that is due */
	bool told;
};

struct act {
	uint32_t second, actor, i;
};

static struct actor actors[4096];
static struct act acts[MOST_ACTS];
static size_t actor_count, act_count;
static uint64_t dice;

static uint32_t draw(uint32_t below)
{
	dice ^= dice << 13;
	dice ^= dice >> 7;
	dice ^= dice << 17;
	return (uint32_t)(dice >> 20) % below;
}

/* ---- events ---- */

static void (*observe)(const struct sc_event *ev); /* who is told of all that happens */
static struct sc_ev_head head;
static sc_time now;

static struct sc_ip ip(unsigned a, unsigned b, unsigned c, unsigned d)
{
	return (struct sc_ip){ { (uint8_t)a, (uint8_t)b, (uint8_t)c, (uint8_t)d }, 4 };
}

static void from(const struct actor *a, unsigned last)
{
	unsigned first = a->kind < ATTACKS ? 203 : 198;
	head.client.ip = ip(first, a->number >> 8 & 255, a->number & 255, last);
	head.server = (struct sc_ev_endpoint){ ip(192, 0, 2, 25), 25 };
}

static void tell(enum sc_event_kind kind, const void *body)
{
	struct sc_event ev = { .kind = kind, .when = now, .head = &head, .body = body };
	observe(&ev);
}

static void session(const char *helo, uint64_t mails, uint64_t quirks, const char *auth)
{
	struct sc_ev_session x = { .start = now, .end = now, .service = "smtp", .helo = { "EHLO", sc_str_of(helo) },
		.greeting = { 220, SC_STR("mx.example.org"), SC_STR("mx.example.org"), SC_STR_NONE }, .starttls = "offered_unused",
		.end_by = "quit", .transactions = mails, .recipients = { .accepted = mails }, .octets = { 2000, 500 }, .quirks = quirks,
		.auth = { .outcome = auth }, .timing = { 0, 0, 0, SC_TIME_NONE, SC_SECOND } };
	tell(SC_EVENT_session, &x);
	head.session++;
}

static void mail(const char *helo, const char *mail_from, const char *rcpt, const char *outcome, const char *cause, const char *user)
{
	struct sc_ev_recipient r = { .rcpt_to = sc_str_of(rcpt), .outcome = outcome, .cause = cause,
		.code = cause ? outcome[0] == 'd' ? 450 : 550 : 250 };
	struct sc_ev_transaction x = { .n = 1, .helo = sc_str_of(helo), .mail_from = sc_str_of(mail_from), .recipients = { &r, 1 },
		.size = cause ? SC_NONE : 3000, .outcome = outcome, .cause = cause, .auth_user = sc_str_of(user) };
	tell(SC_EVENT_transaction, &x);
}

static void login(const char *user, bool good)
{
	struct sc_ev_auth x = { .mechanism = SC_STR("PLAIN"), .user = sc_str_of(user), .outcome = good ? "ok" : "failed",
		.code = good ? 235 : 535 };
	tell(SC_EVENT_auth, &x);
}

/* ---- what actors do ---- */

static void act_benign(const struct actor *a, uint32_t i)
{
	char name[48], sender[64], rcpt[64];
	from(a, 10);
	snprintf(name, sizeof(name), "mx.s%u.example", a->number);
	snprintf(sender, sizeof(sender), "u%u@s%u.example", draw(20), a->number);
	snprintf(rcpt, sizeof(rcpt), "user%u@example.org", draw(400));
	bool dead = draw(100) < 3, later = draw(100) < 2;
	switch (a->kind) {
	case PROVIDER:
		head.client.ip.octets[3] = (uint8_t)(1 + draw(50));
		snprintf(sender, sizeof(sender), "u@customer%u.example", draw(300));
		snprintf(name, sizeof(name), "out%u.provider.example", head.client.ip.octets[3]);
		mail(name, sender, rcpt, "accepted", NULL, NULL);
		session(name, 1, 0, NULL);
		break;
	case USER:
		head.server.port = 587;
		snprintf(sender, sizeof(sender), "person%u@example.org", a->number);
		if (draw(100) < 4)
			login(sender, false);
		login(sender, true);
		mail("laptop", sender, rcpt, "accepted", NULL, sender);
		session("laptop", 1, 0, "ok");
		break;
	case TELEPHONE:
		snprintf(sender, sizeof(sender), "person%u@example.org", a->number);
		login(sender, false);
		session("phone", 0, 0, "failed");
		break;
	case MONITOR:
		session("monitor.example.org", 0, 0, NULL);
		break;
	default:
		mail(name, sender, rcpt, dead ? "rejected" : later ? "deferred" : "accepted",
		     dead ? "user_unknown" : later ? "greylisted" : NULL, NULL);
		if (later && !dead)
			mail(name, sender, rcpt, "accepted", NULL, NULL);
		session(name, 1, 0, NULL);
		break;
	}
	(void)i;
}

static void act_account(const struct actor *a, uint32_t i)
{
	char text[64];
	head.server.port = 587;
	switch (a->kind) {
	case K_auth_spray:
		snprintf(text, sizeof(text), "user%u@example.org", i);
		login(text, false);
		break;
	case K_auth_success_after_failures:
		login(a->subject, i + 1 == a->acts);
		break;
	case K_account_many_nets:
		from(a, 9);
		head.client.ip.octets[1] ^= (uint8_t)(i * 16); /* other networks of the same attacker's range */
		login(a->subject, true);
		break;
	case K_account_many_senders:
		snprintf(text, sizeof(text), "x@shop%u.example", i);
		mail("pc", text, "friend@example.com", "accepted", NULL, a->subject);
		break;
	case K_account_fanout:
		snprintf(text, sizeof(text), "v%u@d%u.example", i, i % 60);
		mail("pc", a->subject, text, i % 5 < 2 ? "rejected" : "accepted", i % 5 < 2 ? "user_unknown" : NULL, a->subject);
		break;
	default:
		login("root", false);
		session("x", 0, 0, "failed");
		break;
	}
}

static void act_mail(const struct actor *a, uint32_t i)
{
	char text[64], name[64];
	snprintf(text, sizeof(text), "x@d%u-%u.example", a->number, i);
	snprintf(name, sizeof(name), "h%u-%u.example", a->number, i);
	switch (a->kind) {
	case K_recipient_harvest:
		snprintf(name, sizeof(name), "guess%u@example.org", i);
		mail("h.example", "x@y.example", name, "rejected", "user_unknown", NULL);
		break;
	case K_sender_churn:
		mail(name, text, "user1@example.org", "accepted", NULL, NULL);
		break;
	case K_relay_probe:
		mail("h.example", "x@y.example", text, "rejected", "relay_denied", NULL);
		break;
	case K_local_sender_outside:
		mail("h.example", "boss@example.org", "user2@example.org", "accepted", NULL, NULL);
		break;
	case K_snowshoe:
		head.client.ip.octets[3] = (uint8_t)(1 + i % 20);
		snprintf(text, sizeof(text), "n@deal%u-%u.example", a->number, i % 20);
		snprintf(name, sizeof(name), "m.deal%u-%u.example", a->number, i % 20);
		mail(name, text, "user3@example.org", "accepted", NULL, NULL);
		break;
	case K_mail_bomb:
		head.client.ip.octets[3] = (uint8_t)(1 + i % 60);
		mail("l.example", text, a->subject, "accepted", NULL, NULL);
		break;
	default:
		mail("b.example", "", a->subject, "accepted", NULL, NULL);
		break;
	}
}

static void act_session(const struct actor *a, uint32_t i)
{
	char name[64];
	snprintf(name, sizeof(name), "h%u-%u.example", a->number, i);
	switch (a->kind) {
	case K_helo_churn:
		session(name, 1, 0, NULL);
		break;
	case K_helo_bot:
		session("ylmf-pc", 0, 0, NULL);
		break;
	case K_helo_forged:
		session("mx.example.org", 0, 0, NULL);
		break;
	case K_early_talker:
		session("h.example", 0, SC_QUIRK_BIT(early_talker), NULL);
		break;
	case K_scanner:
		head.server.ip.octets[3] = (uint8_t)(1 + i);
		session("scan.example", 0, 0, NULL);
		break;
	case K_rogue_mta:
		head.client.ip = ip(192, 0, 2, 100 + a->number % 100);
		head.server = (struct sc_ev_endpoint){ ip(198, 51, 100, 1 + i), 25 };
		session("pc", 1, 0, NULL);
		break;
	default:
		session("h.example", 0, 0, NULL);
		break;
	}
}

static void perform(struct actor *a, uint32_t i)
{
	if (a->kind >= ATTACKS) {
		act_benign(a, i);
		return;
	}
	from(a, 9);
	switch (a->kind) {
	case K_auth_guessing: case K_auth_spray: case K_auth_success_after_failures: case K_account_fanout:
	case K_account_many_nets: case K_account_many_senders:
		act_account(a, i);
		break;
	case K_recipient_harvest: case K_sender_churn: case K_relay_probe: case K_local_sender_outside: case K_snowshoe:
	case K_mail_bomb: case K_null_sender_flood:
		act_mail(a, i);
		break;
	default:
		act_session(a, i);
		break;
	}
}

/* ---- the day ---- */

static void schedule(struct actor *a, uint32_t start, uint32_t seconds, bool steady)
{
	for (uint32_t i = 0; i < a->acts && act_count < MOST_ACTS; i++) {
		uint32_t at = start + (steady || a->kind == K_auth_success_after_failures ?
			(uint32_t)((uint64_t)seconds * i / a->acts) : draw(seconds));
		acts[act_count++] = (struct act){ at, (uint32_t)(a - actors), i };
	}
}

static struct actor *add_actor(enum kind kind, unsigned count)
{
	struct actor *a = &actors[actor_count];
	*a = (struct actor){ .kind = kind, .number = (uint32_t)actor_count * 37 % 65536, .acts = count };
	actor_count++;
	return a;
}

static void name_subject(struct actor *a)
{
	unsigned b = a->number >> 8 & 255, c = a->number & 255;
	const char *subject = kinds[a->kind].subject;
	if (a->kind == K_rogue_mta)
		snprintf(a->subject, sizeof(a->subject), "192.0.2.%u", 100 + a->number % 100);
	else if (strcmp(subject, "client") == 0)
		snprintf(a->subject, sizeof(a->subject), "203.%u.%u.9", b, c);
	else if (strcmp(subject, "network") == 0)
		snprintf(a->subject, sizeof(a->subject), "203.%u.%u.0/24", b, c);
	else
		snprintf(a->subject, sizeof(a->subject), "victim%u@example.org", a->number);
}

static void invent(void)
{
	for (unsigned i = 0; i < 400; i++)
		schedule(add_actor(SERVER, 20 + draw(200)), 0, DAY_S, false);
	for (unsigned i = 0; i < 200; i++)
		schedule(add_actor(USER, 5 + draw(40)), 25000, 36000, false);
	for (unsigned i = 0; i < 10; i++)
		schedule(add_actor(TELEPHONE, 288), draw(300), DAY_S, true);
	for (unsigned i = 0; i < 5; i++)
		schedule(add_actor(MONITOR, 1440), draw(60), DAY_S, true);
	schedule(add_actor(PROVIDER, 20000), 0, DAY_S, false);
	for (int k = 0; k < ATTACKS; k++)
		for (unsigned i = 0; i < EACH; i++) {
			struct actor *a = add_actor((enum kind)k, kinds[k].least + draw(kinds[k].most - kinds[k].least + 1));
			name_subject(a);
			uint32_t length = kinds[k].short_s + draw(kinds[k].long_s - kinds[k].short_s);
			schedule(a, draw(DAY_S - length), length, false);
		}
}

static int by_time(const void *x, const void *y)
{
	const struct act *a = x, *b = y;
	if (a->second != b->second)
		return a->second < b->second ? -1 : 1;
	return a->actor != b->actor ? a->actor < b->actor ? -1 : 1 : a->i < b->i ? -1 : 1;
}

/* ---- a million sources ---- */

/* Events are made beforehand, a batch at a time, so that only what the detectors do with them is timed. */
#define BATCH 256

static struct made {
	struct sc_event ev;
	struct sc_ev_head head;
	struct sc_ev_recipient rcpt;
	union {
		struct sc_ev_session session;
		struct sc_ev_transaction mail;
		struct sc_ev_auth login;
	} body;
	char who[64], helo[64], to[64];
} batch[BATCH];

static void make_mail(struct made *m, bool refused)
{
	m->rcpt = (struct sc_ev_recipient){ .rcpt_to = sc_str_of(m->to), .outcome = refused ? "rejected" : "accepted",
		.cause = refused ? "user_unknown" : NULL, .code = refused ? 550 : 250 };
	m->body.mail = (struct sc_ev_transaction){ .n = 1, .helo = sc_str_of(m->helo), .mail_from = sc_str_of(m->who),
		.recipients = { &m->rcpt, 1 }, .size = refused ? SC_NONE : 3000, .outcome = m->rcpt.outcome, .cause = m->rcpt.cause };
	m->ev.kind = SC_EVENT_transaction;
}

static void make_session(struct made *m, uint64_t mails)
{
	m->body.session = (struct sc_ev_session){ .start = now, .end = now, .service = "smtp", .helo = { "EHLO", sc_str_of(m->helo) },
		.greeting = { 220, SC_STR("mx.example.org"), SC_STR("mx.example.org"), SC_STR_NONE }, .starttls = "offered_unused",
		.end_by = "quit", .transactions = mails, .recipients = { .accepted = mails }, .octets = { 2000, 500 },
		.timing = { 0, 0, 0, SC_TIME_NONE, SC_SECOND } };
	m->ev.kind = SC_EVENT_session;
}

static void make_login(struct made *m)
{
	m->body.login = (struct sc_ev_auth){ .mechanism = SC_STR("PLAIN"), .user = sc_str_of(m->who), .outcome = "failed", .code = 535 };
	m->ev.kind = SC_EVENT_auth;
}

/* The i-th event: three in three hundred are of the ten offenders, who guess recipients; the others are of strangers, each of
 * whom comes ten times in ten million.  `odd`: their HELO names are none, so that each session is a finding. */
static void make(struct made *m, uint64_t i, bool odd)
{
	uint32_t n = draw(1000000);
	bool offends = i % 300 < 3;
	now = T0 + (sc_time)(i / 300) * SC_SECOND;
	m->head = head;
	m->head.session = i + 1;
	m->head.client.ip = offends ? ip(203, 0, 113, (unsigned)(1 + i / 300 % 10)) : ip(20 + n / 65536, n / 256 % 256, n % 256, 9);
	snprintf(m->who, sizeof(m->who), "u%u@d%u.example", n, n % 5000);
	snprintf(m->helo, sizeof(m->helo), odd ? "u%u@d%u.example" : "m%u.d%u.example", n, n % 5000);
	snprintf(m->to, sizeof(m->to), offends ? "guess%u@example.org" : "user%u@example.org", offends ? (unsigned)i : n % 1000);
	m->ev = (struct sc_event){ .when = now, .head = &m->head, .body = &m->body };
	if (offends || (i % 5 && i % 5 < 3))
		make_mail(m, offends || i % 2);
	else if (i % 5 == 0)
		make_login(m);
	else
		make_session(m, i % 2);
}

#endif
