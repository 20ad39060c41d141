/* output_fixture.h - for the tests of outputs: a writer that keeps what it is given, and events to begin with. */
#ifndef SC_TESTS_OUTPUT_FIXTURE_H
#define SC_TESTS_OUTPUT_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "output/outputs.h"

struct page {
	char  *at;
	size_t len;
	int    writes, fail_from; /* the nth write and those after it fail; 0: none */
};

static inline bool page_write(void *ctx, const char *at, size_t len)
{
	struct page *p = ctx;
	p->writes++;
	if (p->fail_from && p->writes >= p->fail_from)
		return false;
	p->at = realloc(p->at, p->len + len + 1);
	memcpy(p->at + p->len, at, len);
	p->len += len;
	p->at[p->len] = 0;
	return true;
}

struct output {
	const struct sc_sink_class *class;
	void *self;
	struct page page;
	sc_err opened;
};

static inline struct output *output_open(const struct sc_sink_class *class, struct sc_output_config config)
{
	struct output *o = calloc(1, sizeof(*o));
	o->class = class;
	o->self = calloc(1, class->size);
	config.writer = (struct sc_writer){ page_write, &o->page };
	o->opened = class->open(o->self, &config);
	return o;
}

static inline void output_event(struct output *o, const struct sc_event *ev)
{
	o->class->write(o->self, ev);
}

/* Closes and gives the text, "" when there is none; output_free() later. */
static inline const char *output_close(struct output *o)
{
	assert_int_equal(o->class->close(o->self), SC_OK);
	return o->page.at ? o->page.at : "";
}

static inline void output_free(struct output *o)
{
	free(o->page.at);
	free(o->self);
	free(o);
}

#define NOON (INT64_C(1769860800) * SC_SECOND) /* 2026-01-31T12:00:00Z */

static inline struct sc_ip ip4(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
	return (struct sc_ip){ { a, b, c, d }, 4 };
}

static inline struct sc_ev_head head_of(uint64_t session)
{
	return (struct sc_ev_head){
		.session = session,
		.community_id = SC_STR("1:abc="),
		.client = { ip4(192, 0, 2, 10), 46640 },
		.server = { ip4(198, 51, 100, 7), 25 },
		.frames = { 20, 47 },
	};
}

static inline struct sc_ev_session session_of(void)
{
	return (struct sc_ev_session){
		.start = NOON,
		.end = NOON + 913 * SC_MS,
		.service = "smtp",
		.greeting = { 220, SC_STR("mx.example.net ESMTP"), SC_STR("mx.example.net"), SC_STR("Postfix") },
		.helo = { "EHLO", SC_STR("mail.example.org") },
		.starttls = "not_offered",
		.timing = { 21 * SC_MS, 23 * SC_MS, SC_TIME_NONE, SC_TIME_NONE, 913 * SC_MS, SC_TIME_NONE },
		.end_by = "quit",
	};
}

static inline struct sc_ev_delivery delivery_of(void)
{
	return (struct sc_ev_delivery){
		.n = 1,
		.mail_from = SC_STR("alice@example.org"),
		.rcpt_to = SC_STR("nobody@example.net"),
		.outcome = "rejected",
		.phase = "rcpt",
		.cause = "unknown_user",
		.rule = SC_STR("text"),
		.code = 550,
		.enhanced = { 5, 1, 1 },
		.text = SC_STR("5.1.1 <nobody@example.net>: User unknown"),
		.permanent = true,
		.retry_after_s = SC_NONE,
		.size = SC_NONE,
		.declared_size = SC_NONE,
	};
}

static inline struct sc_ev_transaction transaction_of(void)
{
	return (struct sc_ev_transaction){
		.n = 1,
		.mail_from = SC_STR("alice@example.org"),
		.via = "DATA",
		.declared_size = SC_NONE,
		.size = 2345,
		.wire_size = 2346,
		.lines = 61,
		.long_line_at = SC_NONE,
		.outcome = "accepted",
		.timing = { SC_TIME_NONE, SC_TIME_NONE, SC_TIME_NONE, SC_TIME_NONE, SC_TIME_NONE, SC_TIME_NONE },
	};
}

static inline struct sc_event event_of(enum sc_event_kind kind, const struct sc_ev_head *head, const void *body)
{
	return (struct sc_event){
		.kind = kind, .packet = 47, .flow = 20, .when = NOON + 123456789, .head = head, .body = body};
}

#endif
