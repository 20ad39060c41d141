/* test_topology.c - the same packets through 1, 2, 3 and 7 workers give the same JSON, octet for octet.
 *
 * The traffic is made here: dialogues that run into each other, lose, repeat and swap packets, end in every way, or
 * use ports again; a flood of SYNs, packets of no interest, pauses, a clock that jumps; packets and events larger
 * than a ring takes. */
#include "unit/output_fixture.h"

#include <pthread.h>

#include <smtpscope/engine.h>

#include "app/topology.h"
#include "base/text.h"

#define PACKETS 12000u
#define LIVE    48u
#define LARGE   50000u /* more than the rings of these tests take in one piece */

struct traffic {
	struct sc_packet *packets;
	size_t count;
	uint32_t random;
	sc_time now;
	bool live;            /* how it is to be read */
};

struct talk {
	uint32_t address;
	uint16_t port;
	uint32_t next[2];     /* sequence numbers */
	unsigned line;        /* of the script */
	unsigned recipients, text;
	uint8_t  end;         /* how it ends */
};

static uint32_t dice(struct traffic *t, uint32_t sides)
{
	t->random = t->random * 1664525u + 1013904223u;
	return (t->random >> 8) % sides;
}

static void put(char *at, uint32_t value, int octets)
{
	for (int i = 0; i < octets; i++)
		at[i] = (char)(value >> 8 * (octets - 1 - i));
}

enum { FIN = 1, SYN = 2, RST = 4, ACK = 16 };

static void add_packet(struct traffic *t, const struct talk *k, bool client, unsigned flags, sc_str payload)
{
	size_t len = 40 + payload.len;
	char *at = calloc(1, len);
	at[0] = 0x45;
	put(at + 2, (uint32_t)len, 2);
	at[8] = 64;
	at[9] = 6;
	put(at + 12, client ? k->address : 0xc6336407, 4); /* 198.51.100.7 */
	put(at + 16, client ? 0xc6336407 : k->address, 4);
	put(at + 20, client ? k->port : 25, 2);
	put(at + 22, client ? 25 : k->port, 2);
	put(at + 24, k->next[!client], 4);
	put(at + 28, flags & ACK ? k->next[client] : 0, 4);
	at[32] = 0x50;
	at[33] = (char)flags;
	if (payload.len)
		memcpy(at + 40, payload.at, payload.len);
	t->packets[t->count++] = (struct sc_packet){ .when = t->now, .link = 101, .wire_len = (uint32_t)len,
		.bytes = { at, len } };
}

static void send(struct traffic *t, struct talk *k, bool client, unsigned flags, sc_str payload)
{
	if (dice(t, 60)) /* else the capture lost it */
		add_packet(t, k, client, flags, payload);
	if (t->count && dice(t, 50) == 0)
		add_packet(t, k, client, flags, payload);
	k->next[!client] += (uint32_t)payload.len + ((flags & (SYN | FIN)) != 0);
}

static void say(struct traffic *t, struct talk *k, bool client, struct sc_text *text)
{
	send(t, k, client, ACK, sc_text_str(text));
}

static void open_talk(struct traffic *t, struct talk *k)
{
	bool again = k->address && dice(t, 4) == 0; /* the same ports once more */
	*k = (struct talk){ .address = again ? k->address : 0xc0000200 + dice(t, 200),
		.port = again ? k->port : (uint16_t)(1024 + dice(t, 60000)),
		.next = { dice(t, 1u << 24) * 256, dice(t, 1u << 24) * 256 },
		.recipients = dice(t, 100) ? 1 + dice(t, 4) : 700, .end = (uint8_t)dice(t, 12) };
	k->text = dice(t, 40) ? dice(t, 3000) : LARGE;
}

static void add_recipients(struct traffic *t, struct talk *k, struct sc_text *x, bool client)
{
	for (unsigned i = 0; i < k->recipients; i++) {
		if (client) {
			sc_text_adds(x, "RCPT TO:<user");
			sc_text_number(x, i);
			sc_text_adds(x, i % 7 ? "@example.net>\r\n" : "@nowhere.example>\r\n");
		} else {
			sc_text_adds(x, i % 7 ? "250 2.1.5 Ok\r\n" : "550 5.1.1 User unknown\r\n");
		}
	}
	say(t, k, client, x);
}

/* The next packet or two of a dialogue; false: it is over. */
static bool go_on(struct traffic *t, struct talk *k)
{
	static char room[LARGE + 4096];
	struct sc_text x = sc_text_into(room, sizeof(room));
	switch (k->line++) {
	case 0: send(t, k, true, SYN, SC_STR("")); break;
	case 1: send(t, k, false, SYN | ACK, SC_STR("")); break;
	case 2: send(t, k, true, ACK, SC_STR("")); break;
	case 3: send(t, k, false, ACK, SC_STR("220 mx.example.org ESMTP Postfix\r\n")); break;
	case 4: send(t, k, true, ACK, SC_STR("EHLO client.example.net\r\n")); break;
	case 5: send(t, k, false, ACK, SC_STR("250-mx.example.org\r\n250-PIPELINING\r\n250 8BITMIME\r\n")); break;
	case 6: send(t, k, true, ACK, SC_STR("MAIL FROM:<alice@example.org>\r\n")); break;
	case 7: send(t, k, false, ACK, SC_STR("250 2.1.0 Ok\r\n")); break;
	case 8: add_recipients(t, k, &x, true); break;
	case 9: add_recipients(t, k, &x, false); break;
	case 10: send(t, k, true, ACK, SC_STR("DATA\r\n")); break;
	case 11: send(t, k, false, ACK, SC_STR("354 End data with <CR><LF>.<CR><LF>\r\n")); break;
	case 12:
		for (unsigned i = 0; i < k->text; i++)
			sc_text_put(&x, i % 70 == 68 ? '\r' : i % 70 == 69 ? '\n' : 'x');
		sc_text_adds(&x, "\r\n.\r\n");
		say(t, k, true, &x);
		break;
	case 13: send(t, k, false, ACK, k->end % 3 ? SC_STR("250 2.0.0 Ok: queued as 4F2A31C0D\r\n") :
		SC_STR("451 4.7.1 Try again later\r\n")); break;
	case 14:
		if (dice(t, 3) == 0)
			k->line = 6;
		send(t, k, true, ACK, SC_STR(""));
		break;
	case 15: send(t, k, true, ACK, SC_STR("QUIT\r\n")); break;
	case 16: send(t, k, false, ACK, SC_STR("221 2.0.0 Bye\r\n")); break;
	case 17: send(t, k, k->end & 1, FIN | ACK, SC_STR("")); break;
	case 18: send(t, k, !(k->end & 1), FIN | ACK, SC_STR("")); break;
	default: send(t, k, k->end & 1, ACK, SC_STR("")); return false;
	}
	if (k->end == 10 && k->line > 9) {
		send(t, k, true, RST, SC_STR(""));
		return false;
	}
	return !(k->end == 11 && k->line > 12); /* vanishes */
}

static void add_noise(struct traffic *t)
{
	struct talk flood = { .address = 0xcb007100 + dice(t, 256), .port = (uint16_t)dice(t, 65536) };
	add_packet(t, &flood, true, SYN, SC_STR(""));
	if (dice(t, 4) == 0)
		put((char *)(uintptr_t)t->packets[t->count - 1].bytes.at + 22, 80, 2); /* not for mail */
	if (dice(t, 9) == 0)
		t->packets[t->count - 1].bytes.len = dice(t, 40); /* cut short */
}

static void pass_time(struct traffic *t)
{
	t->now += dice(t, 20) * SC_MS;
	if (dice(t, 2000) == 0)
		t->now += dice(t, 2000) * SC_SECOND;
	if (dice(t, 6000) == 0)
		t->now += 40 * INT64_C(86400) * SC_SECOND;
	if (dice(t, 3000) == 0)
		t->now -= 300 * SC_SECOND;
}

static struct traffic make_traffic(uint32_t seed)
{
	struct traffic t = { .packets = calloc(PACKETS + 8, sizeof(struct sc_packet)), .random = seed, .now = NOON };
	struct talk talks[LIVE] = { { 0 } };
	for (size_t i = 0; i < LIVE; i++)
		open_talk(&t, &talks[i]);
	while (t.count < PACKETS) {
		struct talk *k = &talks[dice(&t, LIVE)];
		pass_time(&t);
		if (!go_on(&t, k))
			open_talk(&t, k);
		if (dice(&t, 5) == 0)
			add_noise(&t);
		if (t.count > 2 && dice(&t, 40) == 0) { /* captured in the wrong order */
			struct sc_packet *p = &t.packets[t.count - 2], last = p[1];
			p[1] = p[0];
			p[0] = last;
		}
	}
	for (size_t i = 0; i < t.count; i++)
		t.packets[i].number = i + 1;
	return t;
}

static void free_traffic(struct traffic *t)
{
	for (size_t i = 0; i < t->count; i++)
		free((void *)(uintptr_t)t->packets[i].bytes.at);
	free(t->packets);
}

/* ---- running it ---- */

/* What was written; it grows by halves, as there is much of it. */
struct sheet {
	char  *at;
	size_t len, room;
};

static bool sheet_write(void *ctx, const char *at, size_t len)
{
	struct sheet *s = ctx;
	if (s->room - s->len <= len) {
		s->room = (s->len + len) * 3 / 2 + 65536;
		s->at = realloc(s->at, s->room);
	}
	memcpy(s->at + s->len, at, len);
	s->len += len;
	s->at[s->len] = 0;
	return true;
}

struct run {
	void *sink;
	struct sheet sheet;
	pthread_t thread;
	bool context;
};

static void on_event(void *ctx, const struct sc_event *ev)
{
	struct run *r = ctx;
	assert_true(pthread_equal(r->thread, pthread_self()));
	sc_sink_json.write(r->sink, ev);
	if (ev->kind == SC_EVENT_stats || ev->kind == SC_EVENT_knock || ev->kind == SC_EVENT_ident || !r->context) /* of no session */
		return;
	assert_non_null(ev->session);
	if (ev->session->helo.name.at)
		sheet_write(&r->sheet, ev->session->helo.name.at, ev->session->helo.name.len);
}

static void tell_totals(struct sc_topology *t, struct run *r, uint64_t number)
{
	struct sc_engine_totals totals;
	sc_topology_totals(t, &totals);
	assert_memory_equal(sc_topology_counters(t), &totals.counters, sizeof(totals.counters));
	sc_engine_tell_stats(&totals, number, totals.last, on_event, r);
}

static void feed(struct sc_topology *t, struct run *r, const struct traffic *traffic)
{
	sc_time now = traffic->packets[0].when, ticked = now;
	for (size_t i = 0; i < traffic->count; i++) {
		if (traffic->packets[i].when > now)
			now = traffic->packets[i].when;
		if (i % 256 == 0 || now - ticked >= SC_SECOND) {
			sc_topology_tick(t, i, now);
			ticked = now;
		}
		sc_topology_feed(t, &traffic->packets[i]);
		if (i % 3001 == 3000)
			tell_totals(t, r, i);
		if (i % 500 == 499)
			sc_topology_settle(t);
	}
}

static struct sc_topology_config config_of(struct run *r, size_t workers, uint64_t lead)
{
	return (struct sc_topology_config){ .workers = workers, .lead = lead, .context = r->context ? UINT64_MAX : 0,
		.engine = { .memory = workers << 24, .seed = 7, .emit = on_event, .emit_ctx = r } };
}

static char *json_of(const struct traffic *traffic, size_t workers, uint64_t lead, uint32_t heavy, bool context)
{
	struct run r = { .sink = calloc(1, sc_sink_json.size), .thread = pthread_self(), .context = context };
	struct sc_output_config json = { .writer = { sheet_write, &r.sheet }, .wants = UINT64_MAX };
	assert_int_equal(sc_sink_json.open(r.sink, &json), SC_OK);
	struct sc_topology_config config = config_of(&r, workers, lead);
	struct sc_topology *t = NULL;
	config.heavy = heavy;
	config.live = traffic->live;
	assert_int_equal(sc_topology_open(&t, &config), SC_OK);
	feed(t, &r, traffic);
	sc_topology_finish(t);
	tell_totals(t, &r, traffic->count);
	bool whole = sc_topology_dropped(t) == 0;
	assert_true(whole || traffic->live);
	sc_topology_close(t);
	assert_int_equal(sc_sink_json.close(r.sink), SC_OK);
	free(r.sink);
	if (!whole)
		free(r.sheet.at);
	return whole ? r.sheet.at : NULL;
}

static void compare(const char *name, uint32_t seed, size_t workers, const char *expected, char *got)
{
	size_t at = 0;
	while (expected[at] && expected[at] == got[at])
		at++;
	if (expected[at] || got[at]) {
		size_t from = at > 200 ? at - 200 : 0;
		fail_msg("%s, seed %u, %zu workers: differs at %zu of %zu:\n  expected %.400s\n  got %.400s", name,
			seed, workers, at, strlen(expected), expected + from, got + from);
	}
	free(got);
}

static void test_any_number_of_workers(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		size_t   workers;
		uint64_t lead;
		uint32_t heavy;
		bool     context;
	} cases[] = {
		{ "at once", 2, 0, 0, false },       { "at once", 3, 0, 0, true },
		{ "at once", 7, 0, 0, false },       { "after a lead", 2, 700, 0, true },
		{ "after a lead", 7, 3000, 0, false }, { "never", 3, PACKETS * 2, 0, true },
		{ "too heavy", 3, 500, 1, false },   { "light enough", 2, 500, 100000, true },
	};
	for (uint32_t seed = 1; seed <= 4; seed++) {
		struct traffic t = make_traffic(seed);
		char *plain = json_of(&t, 1, 0, 0, false), *context = json_of(&t, 1, 0, 0, true);
		assert_non_null(strstr(plain, "\"event\":\"delivery\""));
		assert_non_null(strstr(plain, "\"end_by\":\"timeout\""));
		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
			compare(cases[i].name, seed, cases[i].workers, cases[i].context ? context : plain,
				json_of(&t, cases[i].workers, cases[i].lead, cases[i].heavy, cases[i].context));
		free(plain);
		free(context);
		free_traffic(&t);
	}
}

/* Live, what a worker cannot follow is dropped and counted; what is not dropped comes out the same. */
static void test_live(void **state)
{
	(void)state;
	struct traffic t = make_traffic(9);
	t.live = true;
	char *one = json_of(&t, 1, 0, 0, false), *two = json_of(&t, 2, 0, 0, false);
	assert_non_null(one);
	if (two)
		compare("live", 9, 2, one, two);
	free(one);
	free_traffic(&t);
}

static void test_empty(void **state)
{
	(void)state;
	for (size_t workers = 1; workers <= 3; workers++) {
		struct run r = { .thread = pthread_self() };
		struct sc_topology_config config = config_of(&r, workers, 0);
		struct sc_topology *t = NULL;
		struct sc_engine_totals totals;
		assert_int_equal(sc_topology_open(&t, &config), SC_OK);
		sc_topology_finish(t);
		sc_topology_totals(t, &totals);
		assert_int_equal(totals.counters.packets, 0);
		assert_true(totals.first == SC_TIME_NONE);
		sc_topology_close(t);
	}
	sc_topology_close(NULL);
}

static void ignore(void *ctx, const struct sc_event *ev)
{
	(void)ctx;
	(void)ev;
}

/* Closed in the middle: workers that have orders, or wait for someone to take their events, end all the same. */
static void test_closed_early(void **state)
{
	(void)state;
	struct traffic t = make_traffic(5);
	for (size_t stop = 1; stop < t.count; stop = stop * 3 + 11) {
		struct run r = { .thread = pthread_self() };
		struct sc_topology_config config = config_of(&r, 3, 0);
		struct sc_topology *topology = NULL;
		config.engine.emit = ignore;
		assert_int_equal(sc_topology_open(&topology, &config), SC_OK);
		for (size_t i = 0; i < stop; i++)
			sc_topology_feed(topology, &t.packets[i]);
		sc_topology_close(topology);
	}
	free_traffic(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_number_of_workers),
		cmocka_unit_test(test_live),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_closed_early),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
