/* test_held.c - TLS keys that come when the connection is over: opened as if they had been there, given up in time, or for want
 * of room; a bundled capture is played, also many times over from other ports. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <smtpscope/engine.h>

#include "input/source.h"
#include "tls/keys.h"

#define CAPTURE "captures/lab/exim-tls13"
#define SNAP    65536
#define LINKTYPE_ETHERNET_HEADER 14

struct seen {
	unsigned sessions, decrypted, deliveries, accepted, not_waited, no_key;
	char     end_by[16];
	sc_time  told, end;
};

struct scene {
	struct sc_tls_keys *keys;
	struct sc_engine *engine;
	struct seen seen;
	uint64_t packet;
	sc_time  last;
};

static void on_event(void *ctx, const struct sc_event *ev)
{
	struct seen *seen = ctx;
	if (ev->kind == SC_EVENT_delivery) {
		const struct sc_ev_delivery *d = ev->body;
		seen->deliveries++;
		seen->accepted += strcmp(d->outcome, "accepted") == 0;
	}
	if (ev->kind != SC_EVENT_session)
		return;
	const struct sc_ev_session *s = ev->body;
	seen->sessions++;
	seen->decrypted += s->decrypted;
	seen->not_waited += s->tls.unopened && strcmp(s->tls.unopened, "not_waited") == 0;
	seen->no_key += s->tls.unopened && strcmp(s->tls.unopened, "no_key") == 0;
	snprintf(seen->end_by, sizeof(seen->end_by), "%s", s->end_by);
	seen->told = ev->when;
	seen->end = s->end;
}

static void open_scene(struct scene *s, uint64_t memory)
{
	*s = (struct scene){ .keys = sc_tls_keys_open(1 << 20, 1) };
	sc_tls_keys_expect(s->keys, true);
	struct sc_engine_config config = { .memory = memory, .keys = s->keys, .emit = on_event, .emit_ctx = &s->seen };
	assert_int_equal(sc_engine_open(&s->engine, &config), SC_OK);
}

static void close_scene(struct scene *s)
{
	struct sc_engine_totals totals;
	sc_engine_finish(s->engine);
	sc_engine_totals(s->engine, &totals);
	assert_int_equal(totals.sessions_open, 0);
	assert_int_equal(totals.sessions_waiting, 0);
	sc_engine_close(s->engine);
	sc_tls_keys_close(s->keys);
}

static unsigned load16(const char *at)
{
	return (unsigned)(uint8_t)at[0] << 8 | (uint8_t)at[1];
}

static void store16(char *at, unsigned n)
{
	at[0] = (char)(n >> 8);
	at[1] = (char)n;
}

/* Another client port, by `add`; the checksum goes with it (RFC 1624). */
static void move_port(char *tcp, unsigned server, unsigned add)
{
	char *port = load16(tcp) == server ? tcp + 2 : tcp;
	unsigned before = load16(port), after = (before + add) & 0xffff;
	unsigned sum = (~load16(tcp + 16) & 0xffff) + (~before & 0xffff) + after;
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	store16(port, after);
	store16(tcp + 16, ~sum & 0xffff);
}

/* Plays the capture, from ports that are higher by `add` and later by as many seconds. */
static void play(struct scene *s, unsigned add)
{
	static char octets[SNAP];
	const char *paths[] = { CAPTURE ".pcap" };
	struct sc_source *source;
	struct sc_packet pkt;
	assert_int_equal(sc_source_open(&source, &(struct sc_source_config){ .paths = paths, .path_count = 1 }), SC_OK);
	while (sc_source_next(source, &pkt) == SC_SOURCE_PACKET) {
		assert_true(pkt.bytes.len <= sizeof(octets) && pkt.bytes.len >= LINKTYPE_ETHERNET_HEADER + 40);
		memcpy(octets, pkt.bytes.at, pkt.bytes.len);
		char *ip = octets + LINKTYPE_ETHERNET_HEADER;
		assert_int_equal(ip[0], 0x45);
		move_port(ip + 20, 25, add);
		pkt.bytes.at = octets;
		pkt.number = ++s->packet;
		s->last = pkt.when;
		if (s->packet == 1)
			sc_engine_tick(s->engine, 0, s->last);
		sc_engine_feed(s->engine, &pkt);
	}
	sc_source_close(source);
}

static void tick(struct scene *s, int seconds)
{
	sc_engine_tick(s->engine, s->packet, s->last + seconds * SC_SECOND);
}

static void bring_keys(struct scene *s)
{
	char text[4096];
	struct sc_tls_keylog log = { 0 };
	FILE *f = fopen(CAPTURE ".keys", "r");
	assert_non_null(f);
	size_t n = fread(text, 1, sizeof(text), f);
	fclose(f);
	sc_tls_keylog_feed(&log, s->keys, (sc_str){ text, n });
	assert_true(log.kept > 0);
}

/* What is told when the keys are there from the beginning. */
static struct seen early(void)
{
	struct scene s;
	open_scene(&s, 0);
	bring_keys(&s);
	play(&s, 0);
	assert_true(s.seen.sessions == 1 && s.seen.decrypted == 1 && s.seen.accepted > 0);
	struct seen seen = s.seen;
	close_scene(&s);
	return seen;
}

static void test_late(void **state)
{
	(void)state;
	struct seen want = early();
	struct scene s;
	open_scene(&s, 0);
	play(&s, 0);
	tick(&s, 59);
	assert_int_equal(s.seen.sessions, 0);
	bring_keys(&s);
	tick(&s, 59);
	assert_memory_equal(&s.seen, &want, sizeof(want));
	close_scene(&s);
	assert_int_equal(s.seen.sessions, 1);
}

/* The capture ends while they wait, and the last keys have just come. */
static void test_end(void **state)
{
	(void)state;
	struct seen want = early();
	struct scene s;
	open_scene(&s, 0);
	play(&s, 0);
	bring_keys(&s);
	close_scene(&s);
	assert_memory_equal(&s.seen, &want, sizeof(want));
}

static void test_in_vain(void **state)
{
	(void)state;
	struct seen want = early(); /* the same but for what stands inside, a QUIT for one */
	struct scene s;
	open_scene(&s, 0);
	play(&s, 0);
	tick(&s, 62);
	assert_true(s.seen.sessions == 1 && s.seen.no_key == 1 && !s.seen.decrypted && !s.seen.deliveries);
	assert_string_equal(s.seen.end_by, "client_reset");
	assert_true(s.seen.end == want.end && s.seen.told == want.told);
	close_scene(&s);
	open_scene(&s, 0);
	play(&s, 0);
	sc_tls_keys_expect(s.keys, false); /* nobody will bring any */
	tick(&s, 1);
	assert_true(s.seen.sessions == 1 && !s.seen.decrypted && !s.seen.deliveries);
	close_scene(&s);
}

/* The same ports are used again while the first connection waits: it is told, and is not the second. */
static void test_ports_again(void **state)
{
	(void)state;
	struct scene s;
	open_scene(&s, 0);
	play(&s, 0);
	tick(&s, 1);
	play(&s, 1);
	assert_int_equal(s.seen.sessions, 0);
	close_scene(&s);
	assert_int_equal(s.seen.no_key, 2);
}

/* Where room is short, those that wait longest go, and say so; what is open does not make room for them. */
static void test_no_room(void **state)
{
	enum { ALL = 3000 };
	(void)state;
	struct scene s;
	open_scene(&s, 8 << 20);
	for (unsigned i = 0; i < ALL; i++)
		play(&s, i);
	const struct sc_counters *c = sc_engine_counters(s.engine);
	struct sc_engine_totals totals;
	sc_engine_totals(s.engine, &totals);
	assert_true(s.seen.not_waited > 0);
	assert_int_equal(c->sessions_unwaited, s.seen.not_waited);
	assert_int_equal(c->sessions_evicted, 0);
	assert_int_equal(c->flows_evicted, 0);
	assert_true(totals.memory_octets <= 8 << 20);
	assert_true(totals.sessions_waiting > 10);
	assert_int_equal(totals.sessions_waiting + s.seen.sessions, ALL);
	unsigned waiting = (unsigned)totals.sessions_waiting;
	bring_keys(&s); /* all have the same */
	tick(&s, 1);
	assert_int_equal(s.seen.decrypted, waiting);
	close_scene(&s);
	assert_int_equal(s.seen.sessions, ALL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_late),
		cmocka_unit_test(test_end),
		cmocka_unit_test(test_in_vain),
		cmocka_unit_test(test_ports_again),
		cmocka_unit_test(test_no_room),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
