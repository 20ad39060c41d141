/* where_events.h - a few events, made by hand, that filters are tried on. */
#ifndef SC_TESTS_WHERE_EVENTS_H
#define SC_TESTS_WHERE_EVENTS_H

#include <smtpscope/event.h>

#define SAMPLE_TIME (INT64_C(1769860800) * SC_SECOND + 123456789) /* 2026-01-31T12:00:00.123456Z */

static const struct sc_ev_head sample_head = {
	.session = UINT64_C(0x0123456789abcdef),
	.community_id = { "1:abc=", 6 },
	.client = { { { 192, 0, 2, 1 }, 4 }, 40000 },
	.server = { { { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 }, 6 }, 25 },
	.frames = { 3, 9 },
};

static const sc_str sample_capabilities[] = {
	{ "SIZE 10240000", 13 }, { "STARTTLS", 8 }, { "AUTH PLAIN LOGIN", 16 },
};

static const struct sc_ev_session sample_session = {
	.start = SAMPLE_TIME, .end = SC_TIME_NONE, .service = "smtp",
	.greeting = { 220, { "mx.example.org ESMTP", 20 }, { "mx.example.org", 14 }, { NULL, 0 } },
	.helo = { "EHLO", { "Client.Example.NET", 18 } },
	.capabilities = { sample_capabilities, 3 },
	.starttls = "established", .tls = { .version = "TLSv1.2", .cipher = "TLS_AES_128_GCM_SHA256" },
	.transactions = 1, .exchanges = 0, .recipients = { .accepted = 1, .rejected = 2 },
	.octets = { 1000, 2000 },
	.timing = { SC_TIME_NONE, 12345678, 250 * SC_MS, SC_TIME_NONE, SC_TIME_NONE, SC_TIME_NONE },
	.evidence = { .gap_octets = { 0, 77 }, .midstream = true },
	.quirks = SC_QUIRK_BIT(bare_lf) | SC_QUIRK_BIT(tcp_urgent),
};

static const struct sc_ev_delivery sample_delivery = {
	.n = 1, .mail_from = { "", 0 }, .rcpt_to = { "Bob.Smith@Example.ORG", 21 },
	.outcome = "rejected", .phase = "rcpt", .cause = "user_unknown", .rule = { "esc:5.1.1", 9 },
	.code = 550, .enhanced = { 5, 1, 10 }, .text = { "No such user\nBlocked by 192.0.2.9", 33 },
	.permanent = true, .retry_after_s = 300, .queue_id = { "4bXyZ", 5 }, .size = SC_NONE, .declared_size = SC_NONE, .attempt = 0,
	.story = UINT64_C(0xfedcba9876543210),
};

static const struct sc_ev_delivery sample_accepted = {
	.n = 2, .mail_from = { "alice@example.net", 17 }, .rcpt_to = { "postmaster", 10 }, .outcome = "accepted",
	.retry_after_s = SC_NONE, .size = 1500000, .declared_size = SC_NONE,
};

static const struct sc_pair sample_params[] = {
	{ { "SIZE", 4 }, { "1500", 4 } }, { { "BODY", 4 }, { "8BITMIME", 8 } }, { { "SMTPUTF8", 8 }, { "", 0 } },
};
static const struct sc_pair sample_notify[] = { { { "NOTIFY", 6 }, { "NEVER", 5 } } };

static const struct sc_ev_recipient sample_recipients[] = {
	{ .rcpt_to = { "bob@example.org", 15 }, .params = { sample_notify, 1 }, .code = 250, .outcome = "accepted" },
	{ .rcpt_to = { "eve@example.com", 15 }, .code = 550, .enhanced = { 5, 1, 1 }, .outcome = "rejected",
	  .cause = "user_unknown" },
	{ .code = 450, .outcome = "deferred" },
};

static const struct sc_ev_transaction sample_transaction = {
	.n = 1, .helo = { "client.example.net", 18 }, .mail_from = { "alice@example.net", 17 },
	.mail_params = { sample_params, 3 }, .recipients = { sample_recipients, 3 }, .via = "DATA",
	.declared_size = 1500, .size = 0, .wire_size = SC_NONE, .lines = 3, .outcome = "partial", .encrypted = true,
	.timing = { SC_TIME_NONE, SC_TIME_NONE, SC_TIME_NONE, SC_TIME_NONE, 90 * SC_SECOND, SC_TIME_NONE },
};

static const sc_str sample_reply[] = { { "2.0.0 first line", 16 }, { "second \x1b line", 13 } };
static const struct sc_ev_exchange sample_exchange = {
	.n = 4, .verb = { "MAIL", 4 }, .argument = { "FROM:<a@example.net>", 20 }, .code = 250,
	.text = { sample_reply, 2 }, .latency_ms = -1500,
};

static const struct sc_ev_diagnosis sample_diagnosis = {
	.diagnosis = "pmtu_blackhole", .severity = "warn", .confidence = "likely", .text = { "stalled", 7 },
	.evidence = { .one_sided = "server" },
};

static const struct sc_pair sample_observed[] = { { { "rcpt_rate", 9 }, { "120", 3 } } };
static const struct sc_ev_finding sample_finding = {
	.detector = "password_guessing", .severity = "high", .confidence = 80,
	.subject = { "client", { "192.0.2.1", 9 } }, .observed = { sample_observed, 1 }, .state = "new",
};

static const struct sc_count sample_causes[] = { { "spam", 7 }, { "greylisted", 2 } };
static const struct sc_ev_stats sample_stats = {
	.packets = { 100, 0, 0 }, .octets = 5000, .causes = { sample_causes, 2 }, .gap_octets = 0,
};

static const struct sc_ev_tls sample_tls = {
	.via = "starttls", .version = "TLSv1.3", .established = false, .alert = { "client", 48, "unknown_ca" },
};

static const struct sc_ev_part sample_parts[] = {
	{ .type = { "text/plain", 10 }, .size = 10 },
	{ .type = { "application/zip", 15 }, .name = { "a.zip", 5 }, .size = 6000000 },
};
static const struct sc_ev_message sample_message = {
	.n = 1, .subject = { "Hello", 5 }, .parts = { sample_parts, 2 },
};

/* When and of which session; `session` is what is known of it so far. */
#define SAMPLE_OF_SESSION(kind, so_far, event_body) \
	{ SC_EVENT_##kind, 0, 9, 3, SAMPLE_TIME, &sample_head, so_far, event_body }

static const struct sc_event sample_events[] = {
	SAMPLE_OF_SESSION(delivery, &sample_session, &sample_delivery),
	SAMPLE_OF_SESSION(delivery, NULL, &sample_accepted),
	SAMPLE_OF_SESSION(transaction, &sample_session, &sample_transaction),
	SAMPLE_OF_SESSION(session, &sample_session, &sample_session),
	SAMPLE_OF_SESSION(exchange, &sample_session, &sample_exchange),
	SAMPLE_OF_SESSION(diagnosis, &sample_session, &sample_diagnosis),
	{ SC_EVENT_finding, 0, 9, 0, SAMPLE_TIME, NULL, NULL, &sample_finding },
	{ SC_EVENT_stats, 0, 9, 0, SAMPLE_TIME, NULL, NULL, &sample_stats },
	SAMPLE_OF_SESSION(tls, &sample_session, &sample_tls),
	SAMPLE_OF_SESSION(message, &sample_session, &sample_message),
};

/* Places in sample_events, and as bits of a set of them. */
enum sample { REJECTED, ACCEPTED, TRANSACTION, SESSION, EXCHANGE, DIAGNOSIS, FINDING, STATS, TLS, MESSAGE, SAMPLES };

#endif
