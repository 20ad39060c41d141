/* day.h - a synthetic day of deliveries with known retries, fed to a ledger, and how many of them it joined rightly.
 *
 * Organisations send from one address, from a pool in one network, or from several; most declare sizes, some do not.
 * Servers greylist, run out of order, have full mailboxes, leave verdicts in doubt.  Some mail is relayed: the next leg has
 * the same sender, recipient and Message-ID.  Some senders write to one recipient again and again, in messages that often
 * have one size.  Each retry knows which message it is of; the ledger is told only what the wire would show. */
#ifndef SC_TESTS_DAY_H
#define SC_TESTS_DAY_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <smtpscope/ledger.h>

#include "base/str.h"

#define DAY_BEGIN (INT64_C(1769817600) * SC_SECOND) /* 2026-01-31T00:00:00Z */
#define DAY_ORGANISATIONS 400u
#define DAY_DOMAINS       300u
#define DAY_TRIES         12u

struct day_rates {              /* of a hundred thousand */
	uint32_t no_size;       /* organisations that declare no sizes */
	uint32_t greylist;      /* domains */
	uint32_t silent;        /* greylisting ones that give no reason */
	uint32_t relayed, flaky, full, in_doubt, rejected, at_the_end;
	uint32_t gives_up;      /* messages never tried again */
	uint32_t chatty;        /* mail of the pairs that write all day */
	uint32_t named;         /* messages whose Message-ID is seen when they are sent */
	uint32_t list;          /* mail of a list: one text and name to thousands of recipients */
	uint32_t monitor;       /* mail of programs that write the same to the same recipient every few minutes */
	uint32_t bounce;        /* mail of the null path */
	uint32_t disorder;      /* deliveries that come up to a minute late, with the time that they had */
};

#define DAY_USUAL { 12000, 15000, 30000, 8000, 3000, 1000, 300, 7000, 1000, 2000, 8000, 100000, 0, 0, 0, 0 }
/* A day of other mail. */
#define DAY_MIXED { 12000, 15000, 30000, 8000, 3000, 1000, 300, 7000, 1000, 2000, 2000, 100000, 30000, 400, 3000, 5000 }

struct day_mail {               /* one message for one recipient, and the next try of it */
	uint64_t id;
	sc_time  when;
	uint32_t organisation, domain, sender, recipient;
	uint32_t size, tries;
	bool     relay, gives_up, chatty;
	enum { DAY_PERSON, DAY_LIST, DAY_MONITOR, DAY_BOUNCE } kind;
	uint64_t story;         /* that its first attempt was given */
};

struct day_owner {              /* of a story */
	uint64_t story, mail;   /* its first message */
	uint64_t size;          /* that was declared for that; SC_NONE */
	bool     named;         /* its Message-ID was seen */
};

struct day {
	struct day_rates rates;
	uint64_t random, sessions, packet, mails;
	uint64_t deliveries, retries, right, missed;
	uint64_t wrong;         /* joined to another message, although the wire told them apart */
	uint64_t alike;         /* joined to another, and nothing on the wire told them apart */
	struct sc_ledger *ledger;
	struct day_mail *heap;  /* by time */
	size_t   count, room;
	struct day_mail *now;   /* whose delivery is in work */
	struct day_owner *owners;
	uint64_t *passed;       /* greylisting: hash of sender, recipient and network, and when they were first seen */
	size_t   mask;          /* of both tables */
	bool     verbose;
};

static inline uint64_t day_random(struct day *d)
{
	uint64_t x = d->random += UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

static inline uint32_t day_below(struct day *d, uint32_t n)
{
	return (uint32_t)(day_random(d) % n);
}

static inline bool day_chance(struct day *d, uint32_t of_100000)
{
	return day_below(d, 100000) < of_100000;
}

/* A property of a number, the same each time it is asked. */
static inline uint32_t day_trait(uint64_t number, uint32_t which)
{
	struct day d = { .random = number * 1000003 + which };
	return day_below(&d, 100000);
}

/* ---- what is to come, by time ---- */

static inline void day_swap(struct day *d, size_t i, size_t j)
{
	struct day_mail m = d->heap[i];
	d->heap[i] = d->heap[j];
	d->heap[j] = m;
}

static inline void day_push(struct day *d, const struct day_mail *m)
{
	size_t i = d->count++;
	if (i == d->room) {
		d->room = d->room ? 2 * d->room : 1024;
		d->heap = realloc(d->heap, d->room * sizeof(*d->heap));
	}
	d->heap[i] = *m;
	for (; i && d->heap[(i - 1) / 2].when > d->heap[i].when; i = (i - 1) / 2)
		day_swap(d, i, (i - 1) / 2);
}

static inline struct day_mail day_pop(struct day *d)
{
	struct day_mail first = d->heap[0];
	d->heap[0] = d->heap[--d->count];
	for (size_t i = 0, next; (next = 2 * i + 1) < d->count; i = next) {
		next += next + 1 < d->count && d->heap[next + 1].when < d->heap[next].when;
		if (d->heap[i].when <= d->heap[next].when)
			break;
		day_swap(d, i, next);
	}
	return first;
}

/* ---- mails ---- */

/* Mail that is no person's.  Issues of a list have one size for all recipients, monitors one for all of theirs. */
static inline void day_other(struct day *d, struct day_mail *m)
{
	bool any = d->rates.list + d->rates.monitor + d->rates.bounce;
	uint32_t dice = m->chatty || !any ? 100000 : day_below(d, 100000);
	if (dice < d->rates.list) {
		uint32_t issue = (uint32_t)(m->id / 20000);
		*m = (struct day_mail){ .id = m->id, .when = m->when, .kind = DAY_LIST, .organisation = 7 + issue % 20,
			.domain = (uint32_t)(m->id % DAY_DOMAINS), .sender = 2000, .recipient = 2000 + (uint32_t)(m->id % 20000),
			.size = 9000 + issue };
	} else if (dice < d->rates.list + d->rates.monitor) {
		uint32_t pair = day_below(d, 3);
		*m = (struct day_mail){ .id = m->id, .when = m->when, .kind = DAY_MONITOR, .organisation = 20 + pair,
			.domain = 30 + pair, .sender = 3000, .recipient = 3000, .size = 640 };
	} else if (dice < d->rates.list + d->rates.monitor + d->rates.bounce) {
		m->kind = DAY_BOUNCE;
		m->size = 3000 + day_below(d, 3000);
	}
}

static inline struct day_mail day_make(struct day *d, sc_time when)
{
	struct day_mail m = { .id = ++d->mails, .when = when };
	m.chatty = day_chance(d, d->rates.chatty);
	uint32_t pair = m.chatty ? day_below(d, 60) : 0;
	m.organisation = m.chatty ? pair * 7 % DAY_ORGANISATIONS : day_below(d, DAY_ORGANISATIONS);
	m.domain = m.chatty ? pair * 11 % DAY_DOMAINS : day_below(d, DAY_DOMAINS);
	m.sender = m.chatty ? 1000 + pair : day_below(d, 40);
	m.recipient = m.chatty ? 1000 + pair : day_below(d, 60);
	m.size = m.chatty && day_chance(d, 50000) ? 1500 : 700 + day_below(d, 60000);
	day_other(d, &m);
	m.relay = day_chance(d, d->rates.relayed);
	m.gives_up = day_chance(d, d->rates.gives_up);
	return m;
}

/* Pause before the next try, as usual servers make it. */
static inline sc_time day_pause(struct day *d, const struct day_mail *m)
{
	static const uint32_t first[] = { 300, 900, 1800, 600 };
	uint64_t pause = first[m->organisation % 4];
	for (uint32_t i = 1; i < m->tries && pause < 4000; i++)
		pause *= 2;
	pause = pause > 4000 ? 4000 : pause;
	return (sc_time)(pause * 1000 + day_below(d, (uint32_t)pause * 200)) * SC_MS;
}

static inline struct sc_ip day_client(struct day *d, const struct day_mail *m)
{
	uint32_t kind = m->organisation % 10, net = kind == 9 ? day_below(d, 5) : 0;
	uint8_t host = kind >= 7 ? (uint8_t)(1 + day_below(d, 8)) : 1;
	return (struct sc_ip){ { 10, (uint8_t)(m->organisation / 50), (uint8_t)(m->organisation % 50 * 5 + net), host }, 4 };
}

static inline struct sc_ip day_server(struct day *d, const struct day_mail *m)
{
	uint8_t host = (uint8_t)(1 + m->domain / 256 * 8 + day_below(d, 1 + m->domain % 3));
	return (struct sc_ip){ { 172, 16, (uint8_t)(m->domain % 256), host }, 4 };
}

/* True once this network has waited long enough; the first time its clock begins. */
static inline bool day_may_pass(struct day *d, const struct day_mail *m, const struct sc_ip *client)
{
	uint64_t triple = (uint64_t)m->organisation << 40 | (uint64_t)m->domain << 24 | (uint64_t)m->sender << 12 | m->recipient;
	struct day key = { .random = triple * 31 + client->octets[2] };
	uint64_t hash = day_random(&key) | 1;
	size_t i = hash & d->mask;
	while (d->passed[2 * i] && d->passed[2 * i] != hash)
		i = (i + 1) & d->mask;
	if (!d->passed[2 * i]) {
		d->passed[2 * i] = hash;
		d->passed[2 * i + 1] = (uint64_t)m->when;
	}
	return (uint64_t)m->when - d->passed[2 * i + 1] >= (uint64_t)(300 * SC_SECOND);
}

/* ---- one delivery ---- */

static const char *const day_kinds[] = { "person", "list", "monitor", "bounce" };

struct day_verdict {
	const char *outcome, *phase, *cause, *rule;
};

static inline struct day_verdict day_judge(struct day *d, const struct day_mail *m, const struct sc_ip *client)
{
	static const struct day_verdict trouble = { "deferred", "rcpt", "server_error", "text:trouble" };
	static const struct day_verdict silent = { "deferred", "rcpt", "server_error", "prior:rcpt:451" };
	static const struct day_verdict greylisted = { "deferred", "rcpt", "greylisted", "text:greylist" };
	bool greylists = day_trait(m->domain, 1) < d->rates.greylist;
	if (greylists && !day_may_pass(d, m, client))
		return day_trait(m->domain, 2) < d->rates.silent ? silent : greylisted;
	if (day_trait(m->domain * 5000 + m->recipient, 3) < d->rates.full)
		return (struct day_verdict){ "deferred", "rcpt", "mailbox_full", "text:full" };
	if (day_chance(d, d->rates.flaky))
		return trouble;
	if (day_chance(d, d->rates.in_doubt))
		return (struct day_verdict){ "in_doubt", "eom", NULL, NULL };
	if (day_chance(d, d->rates.at_the_end))
		return (struct day_verdict){ "deferred", "eom", "server_error", "text:trouble" };
	if (day_chance(d, d->rates.rejected))
		return (struct day_verdict){ "rejected", "rcpt", "user_unknown", "text:unknown" };
	return (struct day_verdict){ "accepted", "eom", NULL, NULL };
}

static inline void day_feed(struct day *d, struct day_mail *m, const struct sc_ip *client, const struct sc_ip *server,
	const char *helo, const struct day_verdict *v)
{
	char from[64], to[64], name[64];
	bool whole = strcmp(v->phase, "eom") == 0;
	bool sized = day_trait(m->organisation, 4) >= d->rates.no_size;
	snprintf(from, sizeof(from), "u%u@org%u.example", m->sender, m->organisation);
	if (m->kind == DAY_BOUNCE)
		from[0] = 0;
	snprintf(to, sizeof(to), "r%u@domain%u.example", m->recipient, m->domain);
	unsigned long long named = m->kind == DAY_LIST ? m->size : m->id;
	snprintf(name, sizeof(name), "<%llu@org%u.example>", named, m->organisation);
	sc_time late = d->rates.disorder && day_chance(d, d->rates.disorder) ? (sc_time)day_below(d, 60000) * SC_MS : 0;
	struct sc_ev_delivery body = { .n = 1, .mail_from = sc_str_of(from), .rcpt_to = sc_str_of(to), .outcome = v->outcome,
		.phase = v->phase, .cause = v->cause, .rule = sc_str_of(v->rule), .retry_after_s = SC_NONE,
		.size = whole ? m->size : SC_NONE, .declared_size = sized ? m->size : SC_NONE, .helo = sc_str_of(helo) };
	if (whole && day_trait(m->id, 5) < d->rates.named)
		body.message_id = sc_str_of(name);
	struct sc_ev_head head = { .session = ++d->sessions, .client = { *client, 40000 }, .server = { *server, 25 } };
	struct sc_event ev = { .kind = SC_EVENT_delivery, .packet = ++d->packet, .flow = d->packet, .when = m->when - late, .head = &head,
		.body = &body };
	d->now = m;
	d->deliveries++;
	sc_ledger_event(d->ledger, &ev);
}

static inline struct day_owner *day_owner_of(struct day *d, const struct sc_ev_delivery *body)
{
	size_t i = body->story & d->mask;
	while (d->owners[i].story && d->owners[i].story != body->story)
		i = (i + 1) & d->mask;
	struct day_owner *o = &d->owners[i];
	if (!o->story)
		*o = (struct day_owner){ body->story, d->now->id, body->declared_size, false };
	o->named |= o->mail == d->now->id && body->message_id.at;
	return o;
}

static inline void day_misjoined(struct day *d, const struct day_owner *o, const struct sc_ev_delivery *body)
{
	bool sized = o->size != SC_NONE && body->declared_size != SC_NONE, apart = sized && o->size != body->declared_size;
	bool alike = !apart && !(o->named && body->message_id.at);
	d->wrong += !alike;
	d->alike += alike;
	if (d->verbose)
		printf("%s: %s, attempt %u, %s %s, %s\n", alike ? "alike" : "wrong", body->outcome, d->now->tries,
		       d->now->chatty ? "chatty" : "a", day_kinds[d->now->kind], sized ? "sized" : "no size");
}

/* The ledger's word on the delivery in work. */
static inline void day_told(void *ctx, const struct sc_event *ev)
{
	struct day *d = ctx;
	const struct sc_ev_delivery *body = ev->body;
	if (ev->kind != SC_EVENT_delivery)
		return;
	const struct day_owner *o = day_owner_of(d, body);
	if (o->mail != d->now->id)
		day_misjoined(d, o, body);
	if (d->now->tries == 1) {
		d->now->story = body->story;
		return;
	}
	d->retries++;
	d->right += body->story == d->now->story && o->mail == d->now->id;
	d->missed += body->story != d->now->story;
	if (d->verbose && body->story != d->now->story)
		printf("missed: attempt %u, %s %s, %s, %s\n", d->now->tries, d->now->chatty ? "chatty" : "a", day_kinds[d->now->kind],
		       body->declared_size == SC_NONE ? "no size" : "sized", body->message_id.at ? "named" : "nameless");
}

/* The relay that took it hands it on: another leg, no retry. */
static inline void day_hand_on(struct day *d, const struct day_mail *m, const struct sc_ip *relay)
{
	static const struct day_verdict taken = { "accepted", "eom", NULL, NULL };
	struct day_mail leg = *m;
	struct sc_ip next = { { 192, 168, (uint8_t)(m->domain % 256), 1 }, 4 };
	char helo[64];
	leg.tries = 1;
	leg.when += SC_SECOND;
	snprintf(helo, sizeof(helo), "relay.domain%u.example", m->domain);
	leg.id = ++d->mails; /* as far as stories go, a mail of its own */
	day_feed(d, &leg, relay, &next, helo, &taken);
}

static inline void day_try(struct day *d, struct day_mail *m)
{
	char helo[64];
	struct sc_ip client = day_client(d, m), server = day_server(d, m);
	struct day_verdict v = day_judge(d, m, &client);
	m->tries++;
	snprintf(helo, sizeof(helo), "mx%u.org%u.example", client.octets[3], m->organisation);
	day_feed(d, m, &client, &server, helo, &v);
	if (m->relay && strcmp(v.outcome, "accepted") == 0)
		day_hand_on(d, m, &server);
	bool open = strcmp(v.outcome, "deferred") == 0 || strcmp(v.outcome, "in_doubt") == 0;
	if (!open || m->gives_up || m->tries == DAY_TRIES)
		return;
	struct day_mail next = *m;
	next.when += day_pause(d, m);
	day_push(d, &next);
}

static inline void day_play(struct day *d, uint64_t deliveries, uint64_t seed, uint64_t memory)
{
	struct sc_ledger_config config = { .memory = memory, .emit = day_told, .emit_ctx = d };
	size_t size = 1;
	while (size < 4 * deliveries)
		size *= 2;
	d->random = seed;
	d->owners = calloc(size, sizeof(*d->owners));
	d->passed = calloc(size, 2 * sizeof(*d->passed));
	d->mask = size - 1;
	if (sc_ledger_open(&d->ledger, &config) != SC_OK)
		abort();
	sc_time now = DAY_BEGIN, pause = 86400 * SC_SECOND / (sc_time)(deliveries + 1);
	while (d->deliveries < deliveries) {
		struct day_mail m;
		if (d->count && d->heap[0].when <= now) {
			m = day_pop(d);
		} else {
			m = day_make(d, now);
			now += 1 + (sc_time)(day_random(d) % (uint64_t)(2 * pause));
		}
		day_try(d, &m);
	}
	sc_ledger_finish(d->ledger, d->packet, now);
	sc_ledger_close(d->ledger);
	free(d->heap);
	free(d->owners);
	free(d->passed);
}

#endif
