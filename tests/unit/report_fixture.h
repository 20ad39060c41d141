/* report_fixture.h - for the tests of counts and reports: a delivery of one's own making, fed to whatever takes
 * events. */
#ifndef SC_TESTS_REPORT_FIXTURE_H
#define SC_TESTS_REPORT_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "model/failures.h"

#define T0 (INT64_C(1769860800) * SC_SECOND) /* 2026-01-31T12:00:00Z */

struct sample {
	const char *from, *rcpt, *outcome, *phase, *cause, *text, *list;
	uint16_t code;
	struct sc_status enhanced;
};

typedef void take_fn(void *to, const struct sc_event *ev);

static inline struct sc_ev_head sample_head(uint64_t session)
{
	return (struct sc_ev_head){
		.session = session,
		.client = { { { 192, 0, 2, 10 }, 4 }, 40000 },
		.server = { { { 198, 51, 100, 7 }, 4 }, 25 },
	};
}

static inline struct sc_ev_session sample_session(void)
{
	return (struct sc_ev_session){
		.start = T0,
		.end = T0 + 900 * SC_MS,
		.service = "smtp",
		.greeting = { 220, SC_STR("mx.example.net ESMTP"), SC_STR("mx.example.net"), SC_STR_NONE },
		.helo = { "EHLO", SC_STR("mail.example.org") },
		.starttls = "not_offered",
		.timing = { 20 * SC_MS, 30 * SC_MS, 5 * SC_MS, SC_TIME_NONE, 900 * SC_MS },
		.end_by = "quit",
		.quirks = SC_QUIRK_BIT(bare_lf),
	};
}

static inline void feed(take_fn *take, void *to, enum sc_event_kind kind, uint64_t session, sc_time when,
			const void *body)
{
	struct sc_ev_head head = sample_head(session);
	struct sc_ev_session facts = sample_session();
	struct sc_event ev = {
		.kind = kind, .packet = 1, .flow = 1, .when = when, .head = &head, .session = &facts, .body = body};
	take(to, &ev);
}

static inline void feed_delivery(take_fn *take, void *to, uint64_t session, sc_time when, const struct sample *s)
{
	struct sc_ev_delivery d = {
		.n = 1,
		.mail_from = sc_str_of(s->from),
		.rcpt_to = sc_str_of(s->rcpt),
		.outcome = s->outcome,
		.phase = s->phase,
		.cause = s->cause,
		.code = s->code,
		.enhanced = s->enhanced,
		.text = sc_str_of(s->text),
		.list = sc_str_of(s->list),
		.permanent = s->code >= 500,
		.retry_after_s = SC_NONE,
		.size = SC_NONE,
		.declared_size = SC_NONE,
	};
	feed(take, to, SC_EVENT_delivery, session, when, &d);
}

static inline void feed_session(take_fn *take, void *to, uint64_t session)
{
	struct sc_ev_session s = sample_session();
	feed(take, to, SC_EVENT_session, session, T0 + SC_SECOND, &s);
}

static inline struct sc_ev_transaction sample_transaction(const char *outcome, uint64_t size)
{
	return (struct sc_ev_transaction){
		.n = 1,
		.mail_from = SC_STR("a@example.org"),
		.declared_size = SC_NONE,
		.size = size,
		.wire_size = size,
		.lines = SC_NONE,
		.long_line_at = SC_NONE,
		.outcome = outcome,
		.timing = {SC_MS, 2 * SC_MS, 3 * SC_MS, 400 * SC_MS, 5 * SC_SECOND, 6 * SC_SECOND},
	};
}

#endif
