/* fuzz_engine.c - a capture file's packets into an engine.
 *
 * The input is read as a pcap file whose header may say anything.  Beyond "no crash": every captured octet of a followed
 * connection is counted once; whatever opened was closed; the same packets give the same events again. */
#include <stdlib.h>
#include <string.h>

#include <smtpscope/engine.h>

#include "base/cursor.h"
#include "same.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct play {
	struct same same;
	uint64_t sessions, events;
};

static void on_event(void *ctx, const struct sc_event *ev)
{
	struct play *p = ctx;
	SC_ASSERT(ev->body && ev->kind < SC_EVENT_KINDS);
	SC_ASSERT(ev->head ? ev->head->frames.first <= ev->head->frames.last : ev->kind == SC_EVENT_stats);
	p->events++;
	p->sessions += ev->kind == SC_EVENT_session;
	same_event(&p->same, ev->kind, ev->body);
}

static void feed_all(struct sc_engine *e, sc_str file)
{
	struct sc_cursor c = sc_cursor_of(file);
	sc_str header = sc_cursor_take(&c, 24);
	uint16_t link = header.len ? sc_load_le16(header.at + 20) : 1;
	for (uint64_t number = 1; !c.failed && sc_cursor_left(&c); number++) {
		sc_time when = sc_cursor_le32(&c) * SC_SECOND;
		when += sc_cursor_le32(&c) % 1000000 * SC_US;
		uint32_t len = sc_cursor_le32(&c), wire = sc_cursor_le32(&c);
		if (len > sc_cursor_left(&c))
			len = (uint32_t)sc_cursor_left(&c);
		char *copy = malloc(len ? len : 1);
		SC_ASSERT(copy);
		sc_str bytes = sc_cursor_take(&c, len);
		if (bytes.len)
			memcpy(copy, bytes.at, bytes.len);
		struct sc_packet pkt = { number, when, wire < len ? len : wire, link, { copy, bytes.len } };
		sc_engine_feed(e, &pkt);
		free(copy);
	}
}

static void play(sc_str file, struct play *p)
{
	struct sc_engine *e;
	struct sc_engine_config config = { .memory = 1, .any_port = file.len & 1, .seed = 1, .emit = on_event, .emit_ctx = p };
	SC_ASSERT(sc_engine_open(&e, &config) == SC_OK);
	feed_all(e, file);
	sc_engine_finish(e);
	const struct sc_counters *c = sc_engine_counters(e);
	SC_ASSERT(c->octets_seen == sc_counters_octets_told(c));
	SC_ASSERT(c->sessions_closed == p->sessions && c->mail_flows == p->sessions && c->mail_flows <= c->flows);
	sc_engine_close(e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct play first = { 0 }, again = { 0 };
	sc_str file = { (const char *)data, size };
	play(file, &first);
	play(file, &again);
	SC_ASSERT(first.events == again.events);
	if (first.events)
		same_or_stop(&first.same, &again.same);
	free(first.same.at);
	free(again.same.at);
	return 0;
}
