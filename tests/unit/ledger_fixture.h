/* ledger_fixture.h - for the tests of what looks at all events: a ledger, events to feed it with, and copies of what it
 * tells. */
#ifndef SC_TESTS_LEDGER_FIXTURE_H
#define SC_TESTS_LEDGER_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <smtpscope/ledger.h>

#include "base/str.h"
#include "base/text.h"
#include "engine/pack.h"

#define NOON (INT64_C(1769860800) * SC_SECOND) /* 2026-01-31T12:00:00Z */

struct ledger {
	struct sc_ledger *l;
	const struct sc_event **told; /* packed copies, in order */
	size_t   count, room;
	uint64_t packet;
};

static inline void ledger_told(void *ctx, const struct sc_event *ev)
{
	struct ledger *t = ctx;
	if (t->count == t->room) {
		t->room = t->room ? 2 * t->room : 64;
		t->told = realloc(t->told, t->room * sizeof(*t->told));
	}
	t->told[t->count++] = sc_pack(ev, malloc(sc_pack_size(ev)));
}

static inline void ledger_open(struct ledger *t, uint64_t memory, uint64_t wants)
{
	*t = (struct ledger){ 0 };
	struct sc_ledger_config config = { .memory = memory, .wants = wants, .emit = ledger_told, .emit_ctx = t };
	assert_int_equal(sc_ledger_open(&t->l, &config), SC_OK);
}

static inline void ledger_close(struct ledger *t)
{
	sc_ledger_close(t->l);
	for (size_t i = 0; i < t->count; i++)
		free((void *)(uintptr_t)t->told[i]);
	free(t->told);
}

static inline struct sc_ip ip_of(const char *text)
{
	struct sc_ip ip = { .version = 0 };
	assert_true(sc_ip_read(sc_str_of(text), &ip));
	return ip;
}

/* Feeds an event of the session `session` (any number but 0). */
static inline void ledger_feed(struct ledger *t, enum sc_event_kind kind, uint64_t session, const char *client,
	const char *server, uint16_t port, sc_time when, const void *body)
{
	struct sc_ev_head head = { .session = session, .client = { ip_of(client), 40000 }, .server = { ip_of(server), port } };
	struct sc_event ev = { .kind = kind, .packet = ++t->packet, .flow = session, .when = when, .head = &head, .body = body };
	head.frames.first = head.frames.last = t->packet;
	sc_ledger_event(t->l, &ev);
}

/* How many events of that kind it told; for diagnoses, of that name (NULL: any). */
static inline size_t ledger_count(const struct ledger *t, enum sc_event_kind kind, const char *name)
{
	size_t n = 0;
	for (size_t i = 0; i < t->count; i++) {
		const struct sc_event *ev = t->told[i];
		bool named = ev->kind != SC_EVENT_diagnosis || !name ||
			strcmp(((const struct sc_ev_diagnosis *)ev->body)->diagnosis, name) == 0;
		n += ev->kind == kind && named;
	}
	return n;
}

#endif
