/* test_flow.c - the table of connections and of waiting SYNs, against what a list of names would hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"
#include "net/flow.h"

#define SEED 7

static struct sc_layers packet(unsigned client, unsigned port, bool back)
{
	struct sc_ip c = { { 192, 0, 2, (uint8_t)client }, 4 }, s = { { 198, 51, 100, 7 }, 4 };
	struct sc_layers l = { .src = c, .dst = s, .src_port = (uint16_t)port, .dst_port = 25 };
	if (back)
		l = (struct sc_layers){ .src = s, .dst = c, .src_port = 25, .dst_port = (uint16_t)port };
	return l;
}

static struct sc_flow_ref ref_of(unsigned client, unsigned port, bool back)
{
	struct sc_layers l = packet(client, port, back);
	return sc_flow_ref(SEED, &l);
}

static struct sc_flow *add(struct sc_flows *f, unsigned client, unsigned port, sc_time now)
{
	struct sc_flow_ref ref = ref_of(client, port, false);
	struct sc_flow *flow = sc_flow_add(f, &ref, SC_FLOW_OPEN, now);
	if (flow) {
		flow->id = port;
		flow->client_is_a = ref.from_a;
	}
	return flow;
}

static struct sc_flow *find(const struct sc_flows *f, unsigned client, unsigned port, bool back)
{
	struct sc_flow_ref ref = ref_of(client, port, back);
	return sc_flow_find(f, &ref);
}

static void test_both_directions(void **state)
{
	(void)state;
	struct sc_flows f;
	struct sc_ip ip;
	uint16_t port;
	assert_true(sc_flows_open(&f, 100, SEED));
	struct sc_flow *flow = add(&f, 1, 40000, 0);
	assert_ptr_equal(find(&f, 1, 40000, false), flow);
	assert_ptr_equal(find(&f, 1, 40000, true), flow);
	assert_null(find(&f, 1, 40001, false));
	assert_null(find(&f, 2, 40000, false));
	struct sc_flow_ref there = ref_of(1, 40000, false), back = ref_of(1, 40000, true);
	assert_int_equal(sc_flow_side(flow, &there), SC_CLIENT);
	assert_int_equal(sc_flow_side(flow, &back), SC_SERVER);
	sc_flow_end(flow, SC_CLIENT, &ip, &port);
	assert_int_equal(ip.octets[3], 1);
	assert_int_equal(port, 40000);
	sc_flow_end(flow, SC_SERVER, &ip, &port);
	assert_int_equal(ip.octets[3], 7);
	assert_int_equal(port, 25);
	sc_flow_remove(&f, flow);
	assert_null(find(&f, 1, 40000, false));
	sc_flows_close(&f);
}

/* The same address on both ends, IPv6 with the same first octets: still one connection each. */
static void test_keys(void **state)
{
	(void)state;
	struct sc_ip v6 = { { 192, 0, 2, 1 }, 6 }, v4 = { { 192, 0, 2, 1 }, 4 };
	struct sc_layers self = { .src = v4, .dst = v4, .src_port = 25, .dst_port = 40000 };
	struct sc_layers self_back = { .src = v4, .dst = v4, .src_port = 40000, .dst_port = 25 };
	struct sc_layers six = { .src = v6, .dst = v6, .src_port = 25, .dst_port = 40000 };
	struct sc_flow_ref a = sc_flow_ref(SEED, &self), b = sc_flow_ref(SEED, &self_back), c = sc_flow_ref(SEED, &six);
	assert_memory_equal(&a.key, &b.key, sizeof(a.key));
	assert_int_equal(a.hash, b.hash);
	assert_true(a.from_a != b.from_a);
	assert_memory_not_equal(&a.key, &c.key, sizeof(a.key));
	struct sc_flow_ref other = sc_flow_ref(SEED + 1, &self);
	assert_int_not_equal(a.hash, other.hash);
}

static void test_full(void **state)
{
	(void)state;
	struct sc_flows f;
	assert_true(sc_flows_open(&f, 3000, SEED));
	for (unsigned i = 0; i < 3000; i++)
		assert_non_null(add(&f, 1, 10000 + i, 0));
	assert_null(add(&f, 1, 50000, 0));
	for (unsigned i = 0; i < 3000; i++)
		assert_int_equal(find(&f, 1, 10000 + i, i & 1)->id, 10000 + i);
	for (unsigned i = 0; i < 3000; i += 2)
		sc_flow_remove(&f, find(&f, 1, 10000 + i, false));
	for (unsigned i = 0; i < 3000; i++)
		assert_int_equal(find(&f, 1, 10000 + i, false) != NULL, i & 1);
	assert_int_equal(f.lists[SC_FLOW_OPEN].count, 1500);
	assert_int_equal(f.pool.taken, 1500);
	sc_flows_close(&f);
}

static void test_ages(void **state)
{
	(void)state;
	struct sc_flows f;
	assert_true(sc_flows_open(&f, 10, SEED));
	struct sc_flow *one = add(&f, 1, 1, 0), *two = add(&f, 1, 2, 0), *three = add(&f, 1, 3, 0);
	assert_ptr_equal(sc_flow_oldest(&f, SC_FLOW_OPEN), one);
	sc_flow_touch(&f, one, 10 * SC_SECOND, 10 * SC_SECOND);
	assert_ptr_equal(sc_flow_oldest(&f, SC_FLOW_OPEN), two);
	assert_ptr_equal(sc_flow_newer(&f, two), three);
	assert_ptr_equal(sc_flow_newer(&f, three), one);
	assert_null(sc_flow_newer(&f, one));
	sc_flow_touch(&f, two, 10 * SC_SECOND + 1, 10 * SC_SECOND + 1);
	sc_flow_touch(&f, two, 5 * SC_SECOND, 10 * SC_SECOND + 2); /* a packet out of its time */
	assert_int_equal(two->last, 5 * SC_SECOND);
	assert_ptr_equal(sc_flow_oldest(&f, SC_FLOW_OPEN), three);
	sc_flow_move(&f, three, SC_FLOW_CLOSED, 11 * SC_SECOND);
	assert_true(three->state == SC_FLOW_CLOSED);
	assert_ptr_equal(sc_flow_oldest(&f, SC_FLOW_CLOSED), three);
	assert_ptr_equal(find(&f, 1, 3, false), three);
	assert_int_equal(f.lists[SC_FLOW_OPEN].count, 2);
	sc_flow_remove(&f, three);
	assert_null(sc_flow_oldest(&f, SC_FLOW_CLOSED));
	sc_flow_remove(&f, one);
	sc_flow_remove(&f, two);
	assert_int_equal(f.pool.taken, 0);
	sc_flows_close(&f);
}

static void test_waiting(void **state)
{
	(void)state;
	struct sc_flows f;
	assert_true(sc_flows_open(&f, 10, SEED));
	struct sc_flow *one = add(&f, 1, 1, 0), *two = add(&f, 1, 2, 0), *three = add(&f, 1, 3, 0);
	assert_null(sc_flow_waiting_first(&f));
	sc_flow_wait(&f, two, true);
	sc_flow_wait(&f, two, true);
	sc_flow_wait(&f, one, true);
	sc_flow_wait(&f, three, true);
	assert_int_equal(f.waiting.count, 3);
	assert_ptr_equal(sc_flow_waiting_first(&f), two);
	assert_ptr_equal(sc_flow_waiting_next(&f, two), one);
	sc_flow_wait(&f, one, false);
	assert_ptr_equal(sc_flow_waiting_next(&f, two), three);
	sc_flow_move(&f, two, SC_FLOW_CLOSED, 0); /* what is closed waits no more */
	assert_ptr_equal(sc_flow_waiting_first(&f), three);
	sc_flow_remove(&f, three);
	assert_null(sc_flow_waiting_first(&f));
	assert_int_equal(f.waiting.count, 0);
	sc_flows_close(&f);
}

static void test_sort(void **state)
{
	(void)state;
	static struct sc_flow flows[1000];
	struct sc_flow *list = NULL;
	for (uint64_t i = 0; i < 1000; i++) {
		flows[i].id = i * 7919 % 1000;
		flows[i].due = list;
		list = &flows[i];
	}
	list = sc_flow_sort(list);
	for (uint64_t i = 0; i < 1000; i++, list = list->due)
		assert_int_equal(list->id, i);
	assert_null(list);
	assert_null(sc_flow_sort(NULL));
}

static void note(struct sc_flows *f, unsigned client, unsigned port, uint32_t seq, uint64_t number)
{
	struct sc_layers l = packet(client, port, false);
	struct sc_flow_ref ref = sc_flow_ref(SEED, &l);
	l.seq = seq;
	sc_syn_note(f, &ref, &l, &(struct sc_packet){ .number = number, .when = (sc_time)number }, 0);
}

static void test_syns(void **state)
{
	(void)state;
	struct sc_flows f;
	struct sc_syn syn;
	assert_true(sc_flows_open(&f, 10, SEED));
	struct sc_flow_ref back = ref_of(1, 40000, true);
	assert_false(sc_syn_take(&f, &back, &syn));
	note(&f, 1, 40000, 100, 1);
	note(&f, 1, 40000, 100, 2); /* sent again: the first counts */
	assert_true(sc_syn_take(&f, &back, &syn));
	assert_int_equal(syn.packet, 1);
	assert_int_equal(syn.seq, 100);
	assert_false(sc_syn_take(&f, &back, &syn)); /* it is forgotten */
	note(&f, 1, 40000, 100, 3);
	note(&f, 1, 40000, 900, 4); /* a new try with other numbers */
	assert_true(sc_syn_take(&f, &back, &syn));
	assert_int_equal(syn.packet, 4);
	sc_flows_close(&f);
}

/* A flood pushes out older SYNs and takes no flow; the newest is there. */
static void test_flood(void **state)
{
	(void)state;
	struct sc_flows f;
	struct sc_syn syn;
	assert_true(sc_flows_open(&f, 10, SEED));
	for (unsigned i = 0; i < 200000; i++)
		note(&f, i & 255, 1024 + i / 256, i, i + 1);
	struct sc_flow_ref newest = ref_of(199999 & 255, 1024 + 199999 / 256, true);
	assert_true(sc_syn_take(&f, &newest, &syn));
	assert_int_equal(syn.packet, 200000);
	assert_int_equal(f.pool.taken, 0);
	sc_flows_close(&f);
}

/* Attempts stand apart from what was gone on with, each in order. */
static void test_half(void **state)
{
	(void)state;
	struct sc_flows f;
	assert_true(sc_flows_open(&f, 10, SEED));
	struct sc_flow *flow[3];
	for (unsigned i = 0; i < 3; i++) {
		struct sc_flow_ref ref = ref_of(i, 2000, false);
		flow[i] = sc_flow_add(&f, &ref, SC_FLOW_HALF, i * SC_SECOND);
	}
	sc_flow_touch(&f, flow[0], 5 * SC_SECOND, 5 * SC_SECOND);
	assert_ptr_equal(sc_flow_oldest(&f, SC_FLOW_HALF), flow[1]);
	sc_flow_move(&f, flow[1], SC_FLOW_OPEN, 6 * SC_SECOND);
	assert_ptr_equal(sc_flow_oldest(&f, SC_FLOW_HALF), flow[2]);
	assert_ptr_equal(sc_flow_oldest(&f, SC_FLOW_OPEN), flow[1]);
	sc_flow_move(&f, flow[2], SC_FLOW_CLOSED, 7 * SC_SECOND);
	sc_flow_remove(&f, flow[0]);
	assert_null(sc_flow_oldest(&f, SC_FLOW_HALF));
	assert_int_equal(f.lists[SC_FLOW_OPEN].count, 1);
	assert_int_equal(f.lists[SC_FLOW_CLOSED].count, 1);
	sc_flows_close(&f);
}

/* The way of IPv4 keys gives what hashing their octets gives; octets of a tunnel behind an address do not count. */
static void test_hash(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		uint64_t words[2] = { i * UINT64_C(0x9e3779b97f4a7c15), i * i };
		assert_int_equal(sc_hash_pair(i, words), sc_hash(i, (sc_str){ (const char *)words, sizeof(words) }));
	}
	struct sc_layers l = packet(1, 40000, false);
	struct sc_flow_ref plain = sc_flow_ref(SEED, &l);
	memset(l.src.octets + 4, 0x20, 12);
	memset(l.dst.octets + 4, 0xfe, 12);
	struct sc_flow_ref inner = sc_flow_ref(SEED, &l);
	assert_memory_equal(&plain.key, &inner.key, sizeof(plain.key));
	assert_int_equal(plain.hash, inner.hash);
	assert_int_equal(plain.from_a, inner.from_a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_directions),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_half),
		cmocka_unit_test(test_hash),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_ages),
		cmocka_unit_test(test_waiting),
		cmocka_unit_test(test_sort),
		cmocka_unit_test(test_syns),
		cmocka_unit_test(test_flood),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
