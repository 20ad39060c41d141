/* test_tcp_plain.c - the short way of segments in order against the long way of all others: whatever comes, both give the
 * same runs, count the same and learn the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"
#include "net/tcp.h"

#define ROUNDS   400
#define SEGMENTS 400
#define MOST     3000
#define START    (INT64_C(1769860800) * SC_SECOND)

struct way {
	struct sc_blocks store;
	struct sc_counters counters;
	struct sc_tcp_env env;
	struct sc_tcp tcp;
	uint64_t plain;      /* segments that found the connection plain */
	uint64_t digest;     /* of every run given out */
};

struct wire {
	struct way ways[2];  /* the second is slow */
	uint64_t random, number;
	sc_time  now;
	uint32_t base[2], sent[2], stamp;
	unsigned odds;       /* one segment in so many is odd */
	bool     stamps;
};

static const char text[MOST];

static uint32_t below(struct wire *w, uint32_t n)
{
	w->random = w->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)((w->random >> 33) % n);
}

static void pull(struct way *way)
{
	enum sc_side side;
	struct sc_segment run;
	while (sc_tcp_next(&way->tcp, &way->env, &side, &run)) {
		uint64_t words[] = { way->digest, (uint64_t)side, run.offset, run.bytes.len, run.acked, (uint64_t)run.when,
			run.packet, sc_segment_is_gap(&run) };
		way->digest = sc_hash(1, (sc_str){ (const char *)words, sizeof(words) });
	}
}

static void same(const struct wire *w, unsigned round)
{
	const struct way *x = &w->ways[0], *y = &w->ways[1];
	bool alike = x->digest == y->digest && memcmp(&x->counters, &y->counters, sizeof(x->counters)) == 0 &&
		x->tcp.quirks == y->tcp.quirks && x->tcp.clock == y->tcp.clock &&
		sc_tcp_waits(&x->tcp) == sc_tcp_waits(&y->tcp) && sc_tcp_over(&x->tcp) == sc_tcp_over(&y->tcp);
	for (int i = 0; i < 2; i++) {
		const struct sc_tcp_side *a = &x->tcp.side[i], *b = &y->tcp.side[i];
		alike = alike && a->next == b->next && a->top == b->top && a->acked == b->acked && a->octets == b->octets &&
			a->packets == b->packets && a->early.octets == b->early.octets && a->doubt.count == b->doubt.count &&
			a->stuck_since == b->stuck_since && memcmp(&a->to, &b->to, sizeof(a->to)) == 0;
	}
	if (!alike)
		fail_msg("round %u, packet %u", round, (unsigned)w->number);
}

static void feed(struct wire *w, enum sc_side side, const struct sc_layers *l)
{
	struct sc_packet pkt = { .number = ++w->number, .when = w->now };
	for (int i = 0; i < 2; i++) {
		w->ways[i].plain += w->ways[i].tcp.plain;
		sc_tcp_accept(&w->ways[i].tcp, &w->ways[i].env, side, l, &pkt);
		pull(&w->ways[i]);
	}
}

/* What the side would send next, with its timestamp when the wire has them. */
static struct sc_layers usual(struct wire *w, enum sc_side side, char options[12])
{
	static const char head[4] = { 1, 1, 8, 10 };
	struct sc_layers l = { .flags = SC_TCP_ACK, .seq = w->base[side] + w->sent[side], .window = 512, .ip_id = (uint16_t)w->number,
		.ack = w->base[sc_other(side)] + w->sent[sc_other(side)] };
	l.payload = (sc_str){ text, below(w, 3) ? below(w, 200) : 0 };
	l.wire_payload = (uint32_t)l.payload.len;
	if (w->stamps) {
		uint32_t words[2] = { w->stamp, w->stamp };
		memcpy(options, head, 4);
		for (int i = 0; i < 8; i++)
			options[4 + i] = (char)(words[i / 4] >> (24 - i % 4 * 8));
		l.options = (sc_str){ options, 12 };
	}
	return l;
}

static void spoil(struct wire *w, struct sc_layers *l)
{
	switch (below(w, 14)) {
	case 0: l->seq += below(w, 300); break;
	case 1: l->seq -= below(w, 300); break;
	case 2: l->ack += below(w, 300); break;
	case 3: l->ack -= below(w, 300); break;
	case 4: l->flags |= SC_TCP_FIN; break;
	case 5: l->flags |= below(w, 4) ? SC_TCP_PSH : SC_TCP_RST; break;
	case 6: l->flags |= below(w, 4) ? SC_TCP_CWR : SC_TCP_SYN; break;
	case 7: l->flags |= SC_TCP_URG; l->urgent = (uint16_t)below(w, 50); break;
	case 8: l->flags &= (uint8_t)~SC_TCP_ACK; break;
	case 9: l->window = (uint16_t)below(w, 4); break;
	case 10: l->wire_payload += below(w, 100); break;
	case 11: w->stamp += below(w, 2) ? 1u : -2u; break;
	case 12: l->payload.len = l->wire_payload = below(w, MOST); break;
	default: w->now += (int64_t)below(w, 3) * (below(w, 20) ? 200 * SC_MS : -86400 * SC_SECOND); break;
	}
}

static void segment(struct wire *w)
{
	char options[12];
	enum sc_side side = below(w, 2) ? SC_CLIENT : SC_SERVER;
	struct sc_layers l = usual(w, side, options);
	bool odd = below(w, w->odds) == 0;
	w->now += below(w, 2000) * SC_US;
	w->stamp += below(w, 2);
	if (odd)
		spoil(w, &l);
	if (!odd || below(w, 2))
		w->sent[side] += (uint32_t)l.payload.len;
	if (!odd || below(w, 3)) /* else the capture lacks it */
		feed(w, side, &l);
}

static void handshake(struct wire *w)
{
	static const char offer[] = "\x02\x04\x05\xb4\x04\x02\x08\x0a\0\0\0\1\0\0\0\0\x01\x03\x03\x02";
	struct sc_layers l = { .flags = SC_TCP_SYN, .window = 60000, .seq = w->base[SC_CLIENT] - 1 };
	l.options = w->stamps ? (sc_str){ offer, sizeof(offer) - 1 } : SC_STR("");
	feed(w, SC_CLIENT, &l);
	l.flags |= SC_TCP_ACK;
	l.seq = w->base[SC_SERVER] - 1;
	l.ack = w->base[SC_CLIENT];
	feed(w, SC_SERVER, &l);
}

static void play(struct wire *w, unsigned round)
{
	w->now = START;
	w->random = round * 77777u + 1;
	w->odds = round % 8 ? 1u << round % 8 : 1000;
	w->base[SC_CLIENT] = round % 3 ? below(w, 1u << 30) * 4 : 0u - 100;
	w->base[SC_SERVER] = round % 5 ? below(w, 1u << 30) * 4 : 0x7fffff00;
	w->stamps = round % 2;
	if (round % 7)
		handshake(w);
	for (int i = 0; i < SEGMENTS; i++) {
		segment(w);
		same(w, round);
	}
	for (int i = 0; i < 2; i++) {
		sc_tcp_flush(&w->ways[i].tcp);
		pull(&w->ways[i]);
		sc_tcp_clear(&w->ways[i].tcp, &w->ways[i].env);
	}
	same(w, round);
}

static void test_twins(void **state)
{
	(void)state;
	static struct wire w;
	uint64_t plain = 0;
	for (unsigned round = 0; round < ROUNDS; round++) {
		w = (struct wire){ .number = 0 };
		for (int i = 0; i < 2; i++) {
			struct way *way = &w.ways[i];
			way->env = (struct sc_tcp_env){ .store = &way->store, .counters = &way->counters, .slow = i == 1 };
			assert_true(sc_blocks_open(&way->store, 1 << 20));
			sc_tcp_open(&way->tcp);
		}
		play(&w, round);
		plain += w.ways[0].plain;
		assert_int_equal(w.ways[1].plain, 0);
		for (int i = 0; i < 2; i++) {
			assert_int_equal(sc_blocks_in_use(&w.ways[i].store), 0);
			sc_blocks_close(&w.ways[i].store);
		}
	}
	assert_true(plain > ROUNDS * SEGMENTS / 8); /* else nothing was compared */
	assert_true(plain < ROUNDS * SEGMENTS);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_twins) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
