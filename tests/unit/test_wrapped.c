/* test_wrapped.c - one dialogue in every encapsulation, and two deep, and in fragments: the events are the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <smtpscope/engine.h>

#include "input/filter.h"
#include "output/outputs.h"
#include "wrap_fragment.h"

#define MEMORY (UINT64_C(8) << 20)
#define BEGIN  (INT64_C(1769860800) * SC_SECOND)
#define ALL    4000 /* more than any packet here: one fragment, so none */

/* ---- the dialogue ---- */

struct turn {
	bool back;
	unsigned flags;
	const char *text; /* "@": a piece of message text */
};

static const struct turn turns[] = {
	{ false, 0x02, "" },
	{ true,  0x12, "" },
	{ false, 0x10, "" },
	{ true,  0x18, "220 mx.example.org ESMTP\r\n" },
	{ false, 0x18, "EHLO a.example.net\r\n" },
	{ true,  0x18, "250-mx.example.org\r\n250 PIPELINING\r\n" },
	{ false, 0x18, "MAIL FROM:<a@example.net>\r\nRCPT TO:<b@example.org>\r\nRCPT TO:<c@example.org>\r\nDATA\r\n" },
	{ true,  0x18, "250 ok\r\n250 ok\r\n550 5.1.1 no such user\r\n354 go on\r\n" },
	{ false, 0x18, "@" },
	{ false, 0x18, "@" },
	{ false, 0x18, ".\r\nQUIT\r\n" },
	{ true,  0x18, "250 2.0.0 Ok: queued as 4Bxyz12345\r\n221 bye\r\n" },
	{ true,  0x11, "" },
	{ false, 0x11, "" },
	{ true,  0x10, "" },
};
#define TURNS (sizeof(turns) / sizeof(turns[0]))

static size_t text_of(const struct turn *t, char *text, size_t size)
{
	if (t->text[0] != '@')
		return (size_t)snprintf(text, size, "%s", t->text);
	size_t n = 0;
	for (int i = 0; i < 20; i++)
		n += (size_t)snprintf(text + n, size - n, "line %d of a message that takes some octets\r\n", i);
	return n;
}

/* The turn as a TCP segment in IP. */
static void put_turn(struct wrap *w, size_t nth, bool v6)
{
	static const uint32_t isn[2] = { 0xfffffff0, 0x10203040 };
	char text[2000];
	uint32_t sent[2] = { isn[0], isn[1] };
	for (size_t i = 0; i < nth; i++)
		sent[turns[i].back] += (uint32_t)text_of(&turns[i], text, sizeof(text)) + (turns[i].flags & 3 ? 1 : 0);
	const struct turn *t = &turns[nth];
	size_t n = text_of(t, text, sizeof(text));
	w->from = w->to = WRAP_FRONT;
	wrap_add(w, text, n);
	w->back = t->back;
	wrap_put(w, 4, 0);
	wrap_put(w, 4, (uint64_t)(5u << 12 | t->flags) << 16 | 0xffff);
	wrap_put(w, 4, t->flags & 0x10 ? sent[!t->back] : 0);
	wrap_put(w, 4, sent[t->back]);
	wrap_put(w, 2, t->back ? 40000 : 25);
	wrap_put(w, 2, t->back ? 25 : 40000);
	wrap_ip(w, v6, 6, 10, 7);
}

/* ---- what comes of it ---- */

struct heard {
	char   text[32768];
	size_t len;
};

struct player {
	struct sc_engine *engine;
	void *json;
	struct heard *heard;
};

static bool hear(void *ctx, const char *at, size_t len)
{
	struct heard *h = ctx;
	assert_true(len < sizeof(h->text) - h->len);
	memcpy(h->text + h->len, at, len);
	h->len += len;
	h->text[h->len] = '\0';
	return true;
}

static void on_event(void *ctx, const struct sc_event *ev)
{
	struct player *p = ctx;
	sc_sink_json.write(p->json, ev);
}

static void begin(struct player *p, struct heard *h, bool ignore_vlan)
{
	struct sc_output_config output = { .writer = { hear, h }, .wants = UINT64_MAX, .utc = true };
	*p = (struct player){ .heard = h, .json = calloc(1, sc_sink_json.size) };
	h->len = 0;
	h->text[0] = '\0';
	assert_non_null(p->json);
	assert_int_equal(sc_sink_json.open(p->json, &output), SC_OK);
	struct sc_engine_config config = { .memory = MEMORY, .emit = on_event, .emit_ctx = p, .ignore_vlan = ignore_vlan };
	assert_int_equal(sc_engine_open(&p->engine, &config), SC_OK);
}

static struct sc_counters end(struct player *p)
{
	sc_engine_finish(p->engine);
	struct sc_counters c = *sc_engine_counters(p->engine);
	sc_engine_close(p->engine);
	(void)sc_sink_json.close(p->json);
	free(p->json);
	return c;
}

static void feed(struct player *p, const struct wrap *w, size_t nth)
{
	struct sc_packet pkt = wrap_packet(w, nth + 1, BEGIN + (sc_time)nth * SC_MS);
	char *memory = malloc(pkt.bytes.len); /* of its very size, for the sanitizer */
	assert_non_null(memory);
	memcpy(memory, pkt.bytes.at, pkt.bytes.len);
	pkt.bytes.at = memory;
	sc_engine_feed(p->engine, &pkt);
	free(memory);
}

/* ---- ways ---- */

/* Inner packets in fragments, one wrapper or none, fragments again, another or none. */
struct way {
	size_t inner_most, outer_most;
	const struct wrapper *first, *second;
	bool v6, outer6;
	uint32_t number;
};

static uint32_t dice;

static uint32_t roll(uint32_t below)
{
	dice = dice * 1664525 + 1013904223;
	return (dice >> 8) % below;
}

/* Some order of `n` fragments. */
static void shuffle(size_t *order, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t j = roll((uint32_t)i + 1);
		order[i] = order[j];
		order[j] = i;
	}
}

static bool send_outer(struct player *p, const struct way *way, const struct wrap *w, size_t nth)
{
	static struct wrap part;
	static uint32_t id;
	size_t order[1024], n = way->outer_most == ALL || w->frame ? 1 : wrap_fragments(w, way->outer_most);
	assert_true(n <= 1024);
	shuffle(order, n);
	id++;
	for (size_t i = 0; i < n; i++) {
		if (n == 1)
			part = *w;
		else
			wrap_fragment(&part, w, way->outer_most, order[i], id);
		if (way->second && !wrap_in(&part, way->second))
			return false;
		feed(p, &part, nth);
	}
	return true;
}

/* False: one of the wrappers cannot take what it is given. */
static bool say(struct player *p, const struct way *way, size_t nth)
{
	static struct wrap whole, part;
	size_t order[1024];
	put_turn(&whole, nth, way->v6);
	size_t n = way->inner_most == ALL ? 1 : wrap_fragments(&whole, way->inner_most);
	assert_true(n <= 1024);
	shuffle(order, n);
	for (size_t i = 0; i < n; i++) {
		if (n == 1)
			part = whole;
		else
			wrap_fragment(&part, &whole, way->inner_most, order[i], (uint32_t)nth);
		part.outer6 = way->outer6;
		part.number = way->number;
		if (way->first && !wrap_in(&part, way->first))
			return false;
		if (!send_outer(p, way, &part, nth))
			return false;
	}
	return true;
}

static bool play(const struct way *way, bool ignore_vlan, struct heard *h, struct sc_counters *c)
{
	struct player p;
	bool fits = true;
	begin(&p, h, ignore_vlan);
	for (size_t i = 0; fits && i < TURNS; i++)
		fits = say(&p, way, i);
	*c = end(&p);
	return fits;
}

static const char *name_of(const struct wrapper *how)
{
	return how ? how->name : "nothing";
}

/* What the plain dialogue gives, by version of IP. */
static struct heard plain[2];

static int play_plain(void **state)
{
	struct sc_counters c;
	(void)state;
	for (int v6 = 0; v6 < 2; v6++) {
		assert_true(play(&(struct way){ ALL, ALL, NULL, NULL, v6, false, 0 }, false, &plain[v6], &c));
		assert_non_null(strstr(plain[v6].text, "\"rcpt_to\":\"b@example.org\""));
		assert_non_null(strstr(plain[v6].text, "\"outcome\":\"accepted\""));
		assert_non_null(strstr(plain[v6].text, "\"cause\":\"user_unknown\""));
		assert_int_equal(c.packets, TURNS);
	}
	return 0;
}

/* False: not possible. */
static bool check(const struct way *way)
{
	static struct heard h;
	struct sc_counters c;
	if (!play(way, false, &h, &c))
		return false;
	if (strcmp(h.text, plain[way->v6].text) != 0)
		fail_msg("%s in %s, IPv%d in IPv%d, fragments of %zu and %zu: not TCP %llu, broken %llu, not IP %llu,"
			" overlap %llu, timed out %llu:\n%s", name_of(way->first), name_of(way->second), way->v6 ? 6 : 4,
			way->outer6 ? 6 : 4, way->inner_most, way->outer_most, (unsigned long long)c.packets_not_tcp,
			(unsigned long long)c.packets_broken, (unsigned long long)c.packets_not_ip,
			(unsigned long long)c.datagrams_overlapping, (unsigned long long)c.datagrams_timed_out, h.text);
	assert_int_equal(c.datagrams_timed_out + c.datagrams_evicted + c.datagrams_overlapping + c.fragments_duplicate, 0);
	return true;
}

static void each_wrapper(void **state)
{
	(void)state;
	for (size_t i = 0; i < WRAPPERS; i++) {
		int possible = 0;
		for (unsigned versions = 0; versions < 4; versions++)
			possible += check(&(struct way){ ALL, ALL, &wrappers[i], NULL, versions & 1, versions & 2, 5 });
		if (!possible)
			fail_msg("%s: never tried", wrappers[i].name);
	}
}

static void two_deep(void **state)
{
	size_t tried = 0;
	(void)state;
	for (size_t i = 0; i < WRAPPERS; i++)
		for (size_t j = 0; j < WRAPPERS; j++)
			tried += check(&(struct way){ ALL, ALL, &wrappers[i], &wrappers[j], (i + j) & 1, j & 1, 5 });
	assert_true(tried > WRAPPERS * WRAPPERS / 2);
}

static void fragments_without_tunnel(void **state)
{
	static const size_t sizes[] = { 8, 16, 24, 64, 536, 1000 };
	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		for (int v6 = 0; v6 < 2; v6++)
			for (int again = 0; again < 5; again++)
				assert_true(check(&(struct way){ sizes[i], ALL, NULL, NULL, v6, false, 0 }));
}

/* Inside a tunnel, around it, and both. */
static void fragments_and_tunnels(void **state)
{
	static const size_t sizes[] = { 8, 64, 560 };
	size_t tried = 0;
	(void)state;
	for (size_t i = 0; i < WRAPPERS; i++) {
		for (size_t j = 0; j < 3; j++) {
			struct way way = { sizes[j], ALL, &wrappers[i], NULL, (i + j) & 1, j & 1, 5 };
			tried += check(&way);
			way.inner_most = ALL;
			way.outer_most = sizes[j];
			tried += check(&way);
			way.inner_most = sizes[2];
			tried += check(&way);
			way.second = &wrappers[roll(WRAPPERS)];
			tried += check(&way);
		}
	}
	assert_true(tried > WRAPPERS * 6);
}

/* ---- networks ---- */

/* Two dialogues between equal addresses at one time. */
static size_t play_both(const struct way *a, const struct way *b, bool ignore_vlan)
{
	static struct heard h;
	struct player p;
	size_t sessions = 0;
	begin(&p, &h, ignore_vlan);
	for (size_t i = 0; i < TURNS; i++) {
		assert_true(say(&p, a, i));
		assert_true(say(&p, b, i));
	}
	(void)end(&p);
	for (const char *at = h.text; (at = strstr(at, "\"outcome\":\"accepted\"")); at++)
		sessions++;
	return sessions;
}

static void networks_do_not_mix(void **state)
{
	struct way bare = { ALL, ALL, NULL, NULL, false, false, 0 };
	(void)state;
	for (size_t i = 0; i < WRAPPERS; i++) {
		struct way a = { ALL, ALL, &wrappers[i], NULL, wrappers[i].takes == WRAP_IPV6, false, 5 }, b = a;
		b.number = 6;
		bare.v6 = a.v6;
		size_t alone = play_both(&bare, &bare, false), two = play_both(&a, &b, false);
		if ((two == 2 * alone) != wrappers[i].numbered)
			fail_msg("%s: %zu, alone %zu", wrappers[i].name, two, alone);
		if (play_both(&a, &b, true) != alone)
			fail_msg("%s: ignored, and yet apart", wrappers[i].name);
	}
}

/* A mirror that tags one direction only. */
static void one_direction_tagged(void **state)
{
	struct way bare = { ALL, ALL, NULL, NULL, false, false, 0 }, tagged = { ALL, ALL, &wrappers[0], NULL, false, false, 5 };
	static struct heard h;
	(void)state;
	for (int ignore = 0; ignore < 2; ignore++) {
		struct player p;
		begin(&p, &h, ignore);
		for (size_t i = 0; i < TURNS; i++)
			assert_true(say(&p, turns[i].back ? &tagged : &bare, i));
		(void)end(&p);
		assert_int_equal(strcmp(h.text, plain[0].text) == 0, ignore);
	}
}

/* ---- the BPF filter ---- */

static bool passes(struct sc_filter *f, const struct wrap *w)
{
	struct sc_packet pkt = wrap_packet(w, 1, BEGIN);
	return sc_filter_pass(f, &pkt);
}

static void check_filter(struct sc_filter *f, const struct wrapper *first, const struct wrapper *second, bool expected)
{
	static struct wrap w;
	for (size_t i = 0; i < TURNS; i++) {
		put_turn(&w, i, i & 1);
		w.outer6 = i & 2;
		w.number = 5;
		if ((first && !wrap_in(&w, first)) || (second && !wrap_in(&w, second)))
			return;
		if (passes(f, &w) != expected)
			fail_msg("\"%s\" on %s in %s, turn %zu: not %d", f->expression, name_of(first), name_of(second), i, expected);
	}
}

static void filter_looks_inside(void **state)
{
	static const struct {
		const char *words;
		bool exact, expected;
	} cases[] = {
		{ "port 25", false, true }, { "tcp port 25 and (host 192.0.2.10 or host 2001:db8::a)", false, true },
		{ "src or dst port 40000", false, true }, { "port 26", false, false }, { "port 26", true, false },
		{ "tcp[tcpflags] & tcp-syn != 0 or tcp[tcpflags] & tcp-ack != 0 or ip6", false, true },
		{ "host 192.0.2.11", false, false },
	};
	struct sc_tell tell = { 0 };
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sc_filter f;
		assert_int_equal(sc_filter_open(&f, cases[i].words, cases[i].exact, &tell), SC_OK);
		check_filter(&f, NULL, NULL, cases[i].expected);
		for (size_t j = 0; j < WRAPPERS; j++)
			for (size_t k = 0; k <= WRAPPERS; k++)
				check_filter(&f, &wrappers[j], k ? &wrappers[k - 1] : NULL, cases[i].expected);
		sc_filter_close(&f);
	}
}

static void exact_filter_does_not(void **state)
{
	struct sc_tell tell = { 0 };
	struct sc_filter f;
	(void)state;
	assert_int_equal(sc_filter_open(&f, "port 25", true, &tell), SC_OK);
	check_filter(&f, NULL, NULL, true);
	for (size_t i = 0; i < WRAPPERS; i++)
		check_filter(&f, &wrappers[i], NULL, false);
	sc_filter_close(&f);
}

/* Words for Ethernet mean nothing on raw IP, but behind a tag they do. */
static void filter_looks_behind_tags(void **state)
{
	static const struct {
		const char *words;
		bool exact, plain, one, two;
	} cases[] = {
		{ "ether[6:4] = 0x00004e00 and port 25", false, true, true, true },
		{ "ether src 00:00:4e:00:00:01 and port 25", false, true, true, true },
		{ "ether src 00:00:4e:00:00:01 and port 25", true, true, false, false },
		{ "vlan and port 25", false, false, true, true },
		{ "vlan 5 and port 25", true, false, true, false },
		{ "vlan 6 and port 25", false, false, false, false },
		{ "ether src 00:00:4e:00:00:07 and port 25", false, false, false, false },
	};
	struct sc_tell tell = { 0 };
	static struct wrap w;
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sc_filter f;
		assert_int_equal(sc_filter_open(&f, cases[i].words, cases[i].exact, &tell), SC_OK);
		for (size_t tags = 0; tags < 3; tags++) {
			put_turn(&w, 0, false);
			w.number = 5;
			wrap_ether(&w);
			for (size_t j = 0; j < tags; j++)
				wrap_vlan(&w);
			bool expected = tags == 0 ? cases[i].plain : tags == 1 ? cases[i].one : cases[i].two;
			if (passes(&f, &w) != expected)
				fail_msg("\"%s\", %zu tags: not %d", cases[i].words, tags, expected);
		}
		sc_filter_close(&f);
	}
}

/* The first fragment decides, the others pass. */
static void filter_and_fragments(void **state)
{
	struct sc_tell tell = { 0 };
	static struct wrap w, part;
	struct sc_filter mine, other, exact;
	(void)state;
	assert_int_equal(sc_filter_open(&mine, "port 25", false, &tell), SC_OK);
	assert_int_equal(sc_filter_open(&other, "port 26", false, &tell), SC_OK);
	assert_int_equal(sc_filter_open(&exact, "port 25", true, &tell), SC_OK);
	for (int v6 = 0; v6 < 2; v6++) {
		put_turn(&w, 8, v6);
		for (size_t i = 0; i < wrap_fragments(&w, 400); i++) {
			wrap_fragment(&part, &w, 400, i, 1);
			assert_true(passes(&mine, &part));
			assert_int_equal(passes(&other, &part), i > 0);
			if (i > 0)
				assert_false(passes(&exact, &part));
		}
	}
	sc_filter_close(&mine);
	sc_filter_close(&other);
	sc_filter_close(&exact);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_wrapper),
		cmocka_unit_test(two_deep),
		cmocka_unit_test(fragments_without_tunnel),
		cmocka_unit_test(fragments_and_tunnels),
		cmocka_unit_test(networks_do_not_mix),
		cmocka_unit_test(one_direction_tagged),
		cmocka_unit_test(filter_looks_inside),
		cmocka_unit_test(exact_filter_does_not),
		cmocka_unit_test(filter_looks_behind_tags),
		cmocka_unit_test(filter_and_fragments),
	};
	return cmocka_run_group_tests(tests, play_plain, NULL);
}
