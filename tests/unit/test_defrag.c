/* test_defrag.c - datagrams from fragments: every order, every lie, every limit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "net/defrag.h"
#include "wrap_fragment.h"

#define CASES(table) (sizeof(table) / sizeof((table)[0]))
#define LEAST        1 /* as little memory as there may be */

struct bench {
	struct sc_defrag defrag;
	struct sc_counters counters;
	struct sc_layers layers; /* of the last packet */
	sc_time when;
	char    *memory;         /* of the last packet, unless a datagram became whole: then nothing is borrowed from it */
	uint16_t cut;            /* octets that the capture leaves of a packet; 0: all */
};

static void open_bench(struct bench *b, uint64_t memory)
{
	*b = (struct bench){ .when = 1000 * SC_SECOND };
	assert_true(sc_defrag_open(&b->defrag, memory, 7, &b->counters));
}

static void close_bench(struct bench *b)
{
	assert_int_equal(b->defrag.pages.taken == 0, b->defrag.datagrams.taken == 0);
	sc_defrag_finish(&b->defrag);
	assert_int_equal(b->defrag.pages.taken + b->defrag.datagrams.taken, 0);
	sc_defrag_close(&b->defrag);
	free(b->memory);
}

static bool feed(struct bench *b, const struct wrap *w)
{
	size_t len = b->cut && b->cut < wrap_len(w) ? b->cut : wrap_len(w);
	uint64_t whole = b->counters.datagrams_reassembled;
	free(b->memory);
	b->memory = malloc(len ? len : 1);
	assert_non_null(b->memory);
	memcpy(b->memory, w->octets + w->from, len);
	struct sc_packet pkt = { .number = 1, .when = b->when, .wire_len = (uint32_t)wrap_len(w), .link = SC_LINK_RAW,
		.bytes = { b->memory, len } };
	bool tcp = sc_defrag_decode(&b->defrag, &pkt, false, &b->layers);
	if (b->counters.datagrams_reassembled != whole) {
		free(b->memory);
		b->memory = NULL;
	}
	return tcp;
}

/* A fragment of TCP from scratch: `octets` is what it says at `offset`. */
static void make(struct wrap *w, bool v6, uint32_t id, unsigned offset, bool more, const void *octets, size_t len)
{
	w->from = w->to = WRAP_FRONT;
	w->back = w->frame = false;
	wrap_add(w, octets, len);
	if (v6) {
		wrap_put(w, 4, id);
		wrap_put(w, 4, 0x06000000u | (offset & 0xfff8) | more);
	}
	wrap_ip(w, v6, v6 ? 44 : 6, 10, 7);
	if (!v6) {
		wrap_be(w->octets + w->from + 4, 2, id);
		wrap_be(w->octets + w->from + 6, 2, offset / 8 | (more ? 0x2000 : 0));
	}
}

/* What a datagram carries: a TCP header, then letters that tell where they stand. */
static void carried(char *at, size_t len)
{
	static const char header[] = "\x9c\x40\x00\x19\1\2\3\4\5\6\7\10\x50\x18\xff\xff\0\0\0";
	for (size_t i = 0; i < len; i++)
		at[i] = i < 20 ? header[i] : (char)('a' + i / 8 * 7 % 26);
}

struct piece {
	unsigned offset;
	size_t   len;
	bool     more;
};

static bool piece_in(struct bench *b, bool v6, uint32_t id, const struct piece *p)
{
	static struct wrap w;
	static char octets[70000];
	carried(octets, p->offset + p->len);
	make(&w, v6, id, p->offset, p->more, octets + p->offset, p->len);
	return feed(b, &w);
}

static bool is_whole(const struct bench *b, size_t total)
{
	static char octets[70000];
	const struct sc_layers *l = &b->layers;
	carried(octets, total);
	return l->status == SC_DECODE_TCP && l->dst_port == 25 && l->wire_payload == total - 20 &&
		sc_str_equal(l->payload, (sc_str){ octets + 20, total - 20 });
}

/* ---- what is right ---- */

static size_t factorial(size_t n)
{
	return n < 2 ? 1 : n * factorial(n - 1);
}

/* The permutation `nth` of `n` indices. */
static void permute(size_t *order, size_t n, size_t nth)
{
	size_t left[8];
	for (size_t i = 0; i < n; i++)
		left[i] = i;
	for (size_t i = 0; i < n; i++) {
		size_t f = factorial(n - 1 - i), k = nth / f;
		nth %= f;
		order[i] = left[k];
		memmove(&left[k], &left[k + 1], (n - i - k - 1) * sizeof(left[0]));
	}
}

static void every_order(void **state)
{
	static const struct piece pieces[] = {
		{ 0, 8, true }, { 8, 16, true }, { 24, 8, true }, { 32, 2400, true }, { 2432, 5, false },
	};
	(void)state;
	for (size_t nth = 0; nth < factorial(CASES(pieces)); nth++) {
		for (int v6 = 0; v6 < 2; v6++) {
			struct bench b;
			size_t order[8];
			open_bench(&b, LEAST);
			permute(order, CASES(pieces), nth);
			for (size_t i = 0; i < CASES(pieces); i++) {
				bool tcp = piece_in(&b, v6, 9, &pieces[order[i]]);
				assert_int_equal(tcp, i + 1 == CASES(pieces));
				assert_true(tcp || b.layers.status == SC_DECODE_FRAGMENT);
			}
			assert_true(is_whole(&b, 2437));
			assert_int_equal(b.counters.datagrams_reassembled, 1);
			assert_int_equal(b.counters.packets_fragment, CASES(pieces));
			assert_int_equal(b.defrag.datagrams.taken, 0);
			close_bench(&b);
		}
	}
}

/* Many at once, their fragments interleaved, some told apart by a single field. */
static void many_at_once(void **state)
{
	struct bench b;
	(void)state;
	open_bench(&b, 2 << 20);
	for (int half = 1; half >= 0; half--)
		for (uint32_t id = 1; id <= 200; id++)
			for (int v6 = 0; v6 < 2; v6++) {
				struct piece p = { half ? 64 : 0, 64, !half };
				assert_int_equal(piece_in(&b, v6, id, &p), !half);
				assert_true(half || is_whole(&b, 128));
			}
	assert_int_equal(b.counters.datagrams_reassembled, 400);
	assert_int_equal(b.counters.datagrams_evicted, 0);
	close_bench(&b);
}

/* Numbers of IPv4 belong to a pair of addresses, a protocol, a network. */
static void numbers_belong(void **state)
{
	static struct wrap w;
	char octets[64] = { 0 };
	struct bench b;
	(void)state;
	open_bench(&b, LEAST);
	carried(octets, 48);
	make(&w, false, 1, 0, true, octets, 24);
	assert_false(feed(&b, &w));
	make(&w, false, 1, 24, false, octets + 24, 24);
	w.octets[w.from + 19]++; /* another destination */
	assert_false(feed(&b, &w));
	make(&w, false, 1, 24, false, octets + 24, 24);
	w.octets[w.from + 9] = 4; /* another protocol */
	assert_false(feed(&b, &w));
	make(&w, false, 1, 24, false, octets + 24, 24);
	wrap_ip(&w, false, 4, 100, 200); /* in a tunnel */
	assert_false(feed(&b, &w));
	assert_int_equal(b.defrag.datagrams.taken, 4);
	make(&w, false, 1, 24, false, octets + 24, 24);
	assert_true(feed(&b, &w));
	assert_true(is_whole(&b, 48));
	close_bench(&b);
}

static void largest(void **state)
{
	(void)state;
	for (int v6 = 0; v6 < 2; v6++) {
		struct bench b;
		size_t most = v6 ? 65535 : 65515;
		open_bench(&b, LEAST);
		for (unsigned at = 0; at < most; at += 1480) {
			size_t len = most - at < 1480 ? most - at : 1480;
			assert_int_equal(piece_in(&b, v6, 3, &(struct piece){ at, len, at + len < most }), at + len == most);
		}
		assert_true(is_whole(&b, most));
		assert_int_equal(b.counters.datagrams_evicted, 0);
		close_bench(&b);
	}
}

/* An atomic fragment is a whole packet, and touches no others of its number (RFC 6946). */
static void atomic(void **state)
{
	struct bench b;
	(void)state;
	open_bench(&b, LEAST);
	assert_false(piece_in(&b, true, 5, &(struct piece){ 0, 24, true }));
	assert_true(piece_in(&b, true, 5, &(struct piece){ 0, 40, false }));
	assert_true(is_whole(&b, 40));
	assert_true(piece_in(&b, true, 5, &(struct piece){ 24, 24, false }));
	assert_true(is_whole(&b, 48));
	close_bench(&b);
}

/* ---- what is wrong ---- */

enum fate { WAITS, WHOLE, LOST };

/* Fragments one after the other; what became of the datagram after the last. */
static void lies(void **state)
{
	static const struct lie {
		const char *name;
		struct piece pieces[6]; /* the last is zero */
		enum fate v4, v6;
		size_t total;
	} cases[] = {
		{ "twice the same", { { 0, 40, true }, { 0, 40, true }, { 40, 8, false } }, WHOLE, WHOLE, 48 },
		{ "all of two that came in the wrong order", { { 24, 16, true }, { 0, 24, true }, { 16, 16, true } },
			LOST, LOST, 0 },
		{ "all of two that came in order", { { 0, 24, true }, { 24, 16, true }, { 16, 16, true }, { 40, 8, false } },
			WHOLE, WHOLE, 48 },
		{ "empty first", { { 24, 8, false }, { 0, 0, true } }, LOST, WAITS, 0 },
		{ "a part again", { { 0, 40, true }, { 8, 16, true }, { 40, 8, false } }, WHOLE, WHOLE, 48 },
		{ "the last twice", { { 40, 8, false }, { 40, 8, false }, { 0, 40, true } }, WHOLE, WHOLE, 48 },
		{ "overlap", { { 0, 40, true }, { 32, 16, true } }, LOST, LOST, 0 },
		{ "overlap from before", { { 24, 24, true }, { 0, 32, true } }, LOST, LOST, 0 },
		{ "around what is there", { { 8, 16, true }, { 0, 40, true } }, LOST, LOST, 0 },
		{ "teardrop", { { 0, 40, true }, { 24, 4, false } }, LOST, LOST, 0 },
		{ "teardrop, end first", { { 24, 4, false }, { 0, 40, true } }, LOST, LOST, 0 },
		{ "two ends", { { 40, 8, false }, { 48, 8, false } }, LOST, LOST, 0 },
		{ "an end before the other", { { 48, 8, false }, { 40, 8, false } }, LOST, LOST, 0 },
		{ "past the end", { { 24, 8, false }, { 32, 8, true } }, LOST, LOST, 0 },
		{ "empty", { { 0, 24, true }, { 24, 0, true } }, LOST, LOST, 0 },
		{ "empty end", { { 0, 24, true }, { 24, 0, false } }, LOST, LOST, 0 },
		{ "ends between units", { { 0, 27, true }, { 24, 8, false } }, WHOLE, WAITS, 32 },
		{ "less than a unit", { { 0, 24, true }, { 24, 7, true } }, LOST, WAITS, 0 },
		{ "a hole", { { 0, 24, true }, { 32, 8, false } }, WAITS, WAITS, 0 },
		{ "begins anew after an overlap", { { 0, 40, true }, { 32, 16, true }, { 0, 24, true }, { 24, 24, false } },
			WHOLE, WHOLE, 48 },
		{ "past 64 KiB", { { 65528, 8, true } }, LOST, LOST, 0 },
		{ "past 64 KiB, the last", { { 65528, 100, false } }, LOST, LOST, 0 },
		{ "the last octet of all", { { 65528, 7, false } }, LOST, WAITS, 0 },
	};
	(void)state;
	for (size_t i = 0; i < CASES(cases); i++) {
		for (int v6 = 0; v6 < 2; v6++) {
			const struct lie *c = &cases[i];
			enum fate expected = v6 ? c->v6 : c->v4;
			struct bench b;
			bool whole = false;
			open_bench(&b, LEAST);
			for (const struct piece *p = c->pieces; p->offset || p->len || p->more; p++)
				whole = piece_in(&b, v6, 1, p);
			enum fate fate = whole ? WHOLE : b.defrag.datagrams.taken ? WAITS : LOST;
			if (fate != expected || (whole && !is_whole(&b, c->total)))
				fail_msg("%s, IPv%d: fate %d", c->name, v6 ? 6 : 4, fate);
			if (fate == LOST && b.counters.datagrams_overlapping != 1)
				fail_msg("%s, IPv%d: not counted", c->name, v6 ? 6 : 4);
			close_bench(&b);
		}
	}
}

/* Of two copies that differ the first counts, as it does for Linux. */
static void first_copy_counts(void **state)
{
	static struct wrap w;
	char octets[64], other[64];
	struct bench b;
	(void)state;
	open_bench(&b, LEAST);
	carried(octets, 48);
	memset(other, 'X', sizeof(other));
	make(&w, false, 1, 24, false, octets + 24, 24);
	assert_false(feed(&b, &w));
	make(&w, false, 1, 32, false, other, 16);
	assert_false(feed(&b, &w));
	assert_int_equal(b.counters.fragments_duplicate, 1);
	make(&w, false, 1, 0, true, octets, 24);
	assert_true(feed(&b, &w));
	assert_true(is_whole(&b, 48));
	close_bench(&b);
}

/* Fragments that the capture cut: a beginning of the payload, and its true length. */
static void cut_by_the_capture(void **state)
{
	(void)state;
	for (size_t missing = 0; missing < 3; missing++) {
		struct bench b;
		open_bench(&b, LEAST);
		for (size_t i = 0; i < 3; i++) {
			b.cut = i == missing ? 20 + 30 : 0;
			bool tcp = piece_in(&b, false, 1, &(struct piece){ (unsigned)i * 80, 80, i < 2 });
			assert_int_equal(tcp, i == 2);
		}
		assert_int_equal(b.layers.wire_payload, 220);
		assert_int_equal(b.layers.payload.len, missing * 80 + 30 - 20);
		close_bench(&b);
	}
}

/* The protocol of the first fragment counts, with IPv6; an extension header may stand before TCP. */
static void first_protocol_counts(void **state)
{
	static struct wrap w;
	char octets[64];
	struct bench b;
	(void)state;
	open_bench(&b, LEAST);
	carried(octets + 8, 40);
	memcpy(octets, "\x06\0\1\4\0\0\0\0", 8);
	make(&w, true, 1, 24, false, octets + 24, 24);
	w.octets[w.from + 40] = 58;
	assert_false(feed(&b, &w));
	make(&w, true, 1, 0, true, octets, 24);
	w.octets[w.from + 40] = 60;
	assert_true(feed(&b, &w));
	assert_int_equal(b.layers.wire_payload, 20);
	assert_int_equal(b.layers.dst_port, 25);
	close_bench(&b);
}

/* ---- limits ---- */

static void time_passes(void **state)
{
	static const struct piece begin = { 0, 24, true }, rest = { 24, 24, false };
	(void)state;
	for (int back = 0; back < 2; back++) {
		for (sc_time after = 29; after < 32; after += 2) {
			struct bench b;
			open_bench(&b, LEAST);
			assert_false(piece_in(&b, false, 1, &begin));
			b.when += (back ? -after : after) * SC_SECOND;
			assert_int_equal(piece_in(&b, false, 1, &rest), after < 30);
			assert_int_equal(b.counters.datagrams_timed_out, after > 30);
			close_bench(&b);
		}
	}
}

/* What is stale goes when anything comes. */
static void stale_goes(void **state)
{
	struct bench b;
	(void)state;
	open_bench(&b, LEAST);
	for (uint32_t id = 1; id <= 10; id++)
		assert_false(piece_in(&b, id & 1, id, &(struct piece){ 0, 24, true }));
	b.when += 31 * SC_SECOND;
	assert_false(piece_in(&b, false, 11, &(struct piece){ 0, 24, true }));
	assert_int_equal(b.counters.datagrams_timed_out, 10);
	assert_int_equal(b.defrag.datagrams.taken, 1);
	close_bench(&b);
}

/* A flood pushes out the oldest; the newest is still put together. */
static void floods(void **state)
{
	(void)state;
	for (size_t len = 8; len <= 1480; len += 736) {
		struct bench b;
		open_bench(&b, 1 << 20);
		for (uint32_t id = 1; id <= 5000; id++)
			for (unsigned at = 0; at < 40000; at += 20000)
				assert_false(piece_in(&b, false, id, &(struct piece){ at, len, true }));
		assert_true(b.counters.datagrams_evicted > 4000);
		assert_true(b.defrag.pages.taken <= b.defrag.pages.count);
		assert_false(piece_in(&b, false, 6000, &(struct piece){ 0, 24, true }));
		assert_true(piece_in(&b, false, 6000, &(struct piece){ 24, 24, false }));
		assert_true(is_whole(&b, 48));
		close_bench(&b);
	}
}

/* One datagram that takes all pages, while others hold some. */
static void all_pages(void **state)
{
	struct bench b;
	(void)state;
	open_bench(&b, LEAST);
	for (uint32_t id = 2; id <= 10; id++)
		assert_false(piece_in(&b, false, id, &(struct piece){ 0, 24, true }));
	for (unsigned at = 0; at < 65488; at += 1488) {
		size_t len = 65488 - at < 1488 ? 65488 - at : 1488;
		assert_int_equal(piece_in(&b, false, 1, &(struct piece){ at, len, at + len < 65488 }), at + len == 65488);
	}
	assert_true(is_whole(&b, 65488));
	assert_true(b.counters.datagrams_evicted > 0);
	close_bench(&b);
}

/* Cuts in two, puts each half in a tunnel, and cuts again, `depth` times. */
static bool cut_in_two(struct bench *b, const struct wrap *w, int depth, uint32_t *id)
{
	struct wrap *part = malloc(sizeof(*part));
	uint32_t mine = ++*id;
	bool tcp = false;
	assert_non_null(part);
	size_t most = ((wrap_len(w) - 20) / 2 + 8) & ~(size_t)7;
	for (size_t nth = 0; nth < 2; nth++) {
		wrap_fragment(part, w, most, nth, mine);
		if (depth > 1)
			wrap_ip(part, false, 4, 100, 200);
		tcp = depth > 1 ? cut_in_two(b, part, depth - 1, id) : feed(b, part);
	}
	free(part);
	return tcp;
}

/* As deep as is looked for, and no deeper. */
static void fragments_in_fragments(void **state)
{
	static struct wrap w;
	(void)state;
	for (int depth = 1; depth <= 6; depth++) {
		char octets[400];
		struct bench b;
		uint32_t id = 0;
		open_bench(&b, 2 << 20);
		carried(octets, sizeof(octets));
		make(&w, false, 0, 0, false, octets, sizeof(octets));
		assert_int_equal(cut_in_two(&b, &w, depth, &id), depth <= 4);
		assert_true(depth > 4 || is_whole(&b, sizeof(octets)));
		close_bench(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_order),
		cmocka_unit_test(many_at_once),
		cmocka_unit_test(numbers_belong),
		cmocka_unit_test(largest),
		cmocka_unit_test(atomic),
		cmocka_unit_test(lies),
		cmocka_unit_test(first_copy_counts),
		cmocka_unit_test(cut_by_the_capture),
		cmocka_unit_test(first_protocol_counts),
		cmocka_unit_test(time_passes),
		cmocka_unit_test(stale_goes),
		cmocka_unit_test(floods),
		cmocka_unit_test(all_pages),
		cmocka_unit_test(fragments_in_fragments),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
