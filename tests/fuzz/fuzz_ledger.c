/* fuzz_ledger.c - events of a small world as a byte script, through the ledger.
 *
 * Beyond "no crash": every event comes out once and in order; attempts of a story count up from one; a story that is told has
 * been given to a delivery, and is told with as many attempts; the key of the hash tables changes nothing. */
#include <stdlib.h>
#include <string.h>

#include <smtpscope/ledger.h>

#include "base/hash.h"
#include "base/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define STEP    10
#define STORIES 4096

struct run {
	struct sc_ledger *l;
	uint64_t log, passed;         /* hash of all that came out; events that were fed */
	const void *fed;              /* the body that went in */
	struct { uint64_t id, attempts; } stories[STORIES];
	size_t count;
};

static const char *const addresses[] = { "", "a@example.org", "A@example.org", "a@EXAMPLE.org.", "\"x@y\"@example.net", "b@example.net",
	"@", "\xff\x00@\xfe" };
static const char *const names[] = { NULL, "", "<1@example.org>", "<2@example.org>" };
static const char *const hosts[] = { NULL, "", "mx.example.org", "mx2.example.org", "[192.0.2.1]", "localhost", "...", "a.b.co.uk" };
static const char *const outcomes[] = { "accepted", "deferred", "deferred", "rejected", "withdrawn", "aborted", "in_doubt", "unknown" };
static const char *const causes[] = { NULL, "greylisted", "server_error", "rdns_helo" };
static const char *const rules[] = { NULL, "text:greylist", "prior:rcpt:450", "" };

static void note(struct run *r, const void *at, size_t len)
{
	r->log = sc_hash(r->log, (sc_str){ at, len });
}

static void note_str(struct run *r, sc_str s)
{
	note(r, s.len ? s.at : "", s.len);
}

static uint64_t *attempts_of(struct run *r, uint64_t id)
{
	size_t i = 0;
	while (i < r->count && r->stories[i].id != id)
		i++;
	SC_ASSERT(i < STORIES);
	if (i == r->count)
		r->stories[r->count++].id = id;
	return &r->stories[i].attempts;
}

static void told_delivery(struct run *r, const struct sc_ev_delivery *d)
{
	if (!d->story) {
		SC_ASSERT(!d->attempt);
		return;
	}
	uint64_t *attempts = attempts_of(r, d->story);
	SC_ASSERT(d->attempt == *attempts || d->attempt == *attempts + 1);
	SC_ASSERT(d->attempt >= 1);
	*attempts = d->attempt;
}

static void told(void *ctx, const struct sc_event *ev)
{
	struct run *r = ctx;
	note(r, &ev->kind, sizeof(ev->kind));
	note(r, &ev->when, sizeof(ev->when));
	note(r, &ev->packet, sizeof(ev->packet));
	if (ev->kind == SC_EVENT_delivery) {
		const struct sc_ev_delivery *d = ev->body;
		told_delivery(r, d);
		note(r, &d->story, sizeof(d->story));
		r->passed++;
	} else if (ev->kind == SC_EVENT_story) {
		const struct sc_ev_story *s = ev->body;
		SC_ASSERT(*attempts_of(r, s->story) == s->attempts);
		SC_ASSERT(s->sessions.count && s->sessions.count <= s->attempts && s->accepted <= s->attempts);
		note_str(r, s->rcpt_to);
		note(r, &s->story, sizeof(s->story));
	} else if (ev->kind == SC_EVENT_diagnosis) {
		note_str(r, ((const struct sc_ev_diagnosis *)ev->body)->text);
	} else {
		SC_ASSERT(ev->body == r->fed);
		r->passed++;
	}
}

static struct sc_ip ip_of(uint8_t n)
{
	struct sc_ip ip = { { 192, 0, (uint8_t)(2 + (n & 1)), n }, 4 };
	if (n & 4)
		ip.version = 6;
	return ip;
}

static void feed(struct run *r, const struct sc_event *ev)
{
	r->fed = ev->body;
	sc_ledger_event(r->l, ev);
}

static void feed_delivery(struct run *r, struct sc_event *ev, const uint8_t *b)
{
	struct sc_ev_delivery body = { .n = 1 + (b[2] >> 6), .mail_from = sc_str_of(addresses[b[3] & 7]), .rcpt_to = sc_str_of(addresses[b[3] >> 3 & 7]),
		.outcome = outcomes[b[4] & 7], .cause = causes[b[4] >> 3 & 3], .rule = sc_str_of(rules[b[4] >> 5 & 3]), .phase = b[4] & 128 ? "eom" : "rcpt",
		.code = b[4] & 7 ? 450 : 250, .retry_after_s = SC_NONE, .message_id = sc_str_of(names[b[5] & 3]), .envelope_id = sc_str_of(names[b[5] >> 2 & 3]),
		.size = b[5] & 16 ? b[6] : SC_NONE, .declared_size = b[5] & 32 ? b[6] : SC_NONE, .helo = sc_str_of(hosts[b[7] & 7]),
		.greeting_host = sc_str_of(hosts[b[7] >> 3 & 7]) };
	ev->kind = SC_EVENT_delivery;
	ev->body = &body;
	feed(r, ev);
}

static void feed_message(struct run *r, struct sc_event *ev, const uint8_t *b)
{
	struct sc_ev_reported items[] = { { .original_recipient = sc_str_of(addresses[b[3] & 7]), .action = SC_STR("failed"), .status = { 5, 1, 1 } },
		{ .final_recipient = sc_str_of(addresses[b[3] >> 3 & 7]), .action = SC_STR("failed") } };
	struct sc_ev_message body = { .n = 1 + (b[2] >> 6), .message_id = sc_str_of(names[b[5] & 3]), .received = b[6] & 7,
		.report = { .type = b[4] & 1 ? "delivery-status" : NULL, .original_message_id = sc_str_of(names[b[5] >> 2 & 3]) },
		.reported = { items, b[4] >> 1 & 1 ? 2 : 1 } };
	ev->kind = SC_EVENT_message;
	ev->body = &body;
	feed(r, ev);
}

static void feed_session(struct run *r, struct sc_event *ev, const uint8_t *b)
{
	sc_str lines[] = { SC_STR("SIZE 1"), sc_str_of(hosts[2 + (b[3] & 3)]) };
	struct sc_ev_session body = { .helo = { b[4] & 1 ? "EHLO" : "HELO", sc_str_of(hosts[b[7] & 7]) }, .capabilities = { lines, b[3] >> 6 > 2 ? 2 : b[3] >> 6 },
		.starttls = b[4] & 2 ? "not_offered" : b[4] & 4 ? "established" : "offered_unused", .decrypted = b[4] & 8 };
	ev->kind = SC_EVENT_session;
	ev->body = &body;
	feed(r, ev);
}

static void feed_failure(struct run *r, struct sc_event *ev, const uint8_t *b)
{
	struct sc_ev_failure body = { .scope = "session", .phase = b[4] & 1 ? "connect" : "auth", .cause = causes[b[4] >> 3 & 3], .code = 421,
		.retry_after_s = SC_NONE };
	ev->kind = SC_EVENT_failure;
	ev->body = &body;
	feed(r, ev);
}

static uint64_t play(const uint8_t *data, size_t size, uint64_t memory, uint64_t seed)
{
	static struct run run;
	run = (struct run){ .log = 0 };
	struct sc_ledger_config config = { .memory = memory, .seed = seed, .emit = told, .emit_ctx = &run };
	sc_time now = INT64_C(1769860800) * SC_SECOND;
	uint64_t fed = 0;
	if (sc_ledger_open(&run.l, &config) != SC_OK)
		abort();
	for (const uint8_t *b = data; (size_t)(b - data) + STEP <= size && fed < STORIES; b += STEP, fed++) {
		struct sc_ev_head head = { .session = 1 + (b[2] & 63), .client = { ip_of(b[1] & 7), 1 }, .server = { ip_of(b[1] >> 3 & 7), 25 } };
		struct sc_event ev = { .packet = fed + 1, .flow = head.session, .head = b[1] & 64 ? NULL : &head };
		now += (sc_time)(int8_t)b[8] * (sc_time)b[9] * b[9] * SC_SECOND; /* to and fro, up to three months */
		ev.when = now;
		switch (b[0] & 7) {
		case 0:  feed_session(&run, &ev, b); break;
		case 1:  feed_message(&run, &ev, b); break;
		case 2:  feed_failure(&run, &ev, b); break;
		default: feed_delivery(&run, &ev, b); break;
		}
		SC_ASSERT(run.passed == fed + 1);
	}
	sc_ledger_finish(run.l, fed, now);
	sc_ledger_close(run.l);
	return run.log;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1)
		return 0;
	if (data[0] & 1) {
		(void)play(data + 1, size - 1, 1, data[0]); /* hardly any memory */
		return 0;
	}
	SC_ASSERT(play(data + 1, size - 1, 8 << 20, 0) == play(data + 1, size - 1, 8 << 20, 7));
	return 0;
}
