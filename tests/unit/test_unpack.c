/* test_unpack.c - packed octets give the same however reads are cut, faults included. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "input/unpack.h"

#define CONTENT 100

struct got {
	char octets[2 * CONTENT];
	size_t len;
	bool fault, complete;
};

/* A frame of zstd (RFC 8878 3.1.1) with one block that is not packed, and a header that says `size`. */
static sc_str frame(char *into, unsigned size)
{
	const char head[] = { 0x28, (char)0xb5, 0x2f, (char)0xfd, 0x20, (char)size, (char)(1 | (CONTENT << 3 & 0xff)), CONTENT >> 5, 0 };
	memcpy(into, head, sizeof(head));
	for (unsigned i = 0; i < CONTENT; i++)
		into[sizeof(head) + i] = (char)(i * 7);
	return (sc_str){ into, sizeof(head) + CONTENT };
}

/* Reads of `piece` octets, room for `room`. */
static struct got unpack(sc_str packed, size_t piece, size_t room)
{
	struct got g = { .len = 0 };
	struct sc_unpack *u;
	assert_int_equal(sc_unpack_open(&u, sc_packing_of(packed)), SC_OK);
	while (packed.len && !sc_unpack_why(u)) {
		sc_str in = sc_str_slice(packed, 0, piece);
		packed = sc_str_from(packed, in.len);
		for (size_t made = 1; made; g.len += made) {
			char out[64];
			made = sc_unpack_run(u, &in, out, room);
			assert_in_range(g.len + made, 0, sizeof(g.octets));
			memcpy(g.octets + g.len, out, made);
		}
	}
	g.fault = sc_unpack_why(u) != NULL;
	g.complete = sc_unpack_complete(u);
	sc_unpack_close(u);
	return g;
}

static void however_it_is_cut(unsigned size, bool fault, size_t len)
{
	char room[128];
	sc_str packed = frame(room, size);
	for (size_t piece = 1; piece <= packed.len; piece++)
		for (size_t out = 1; out <= 64; out *= 4) {
			struct got g = unpack(packed, piece, out);
			if (g.fault != fault || g.len != len || memcmp(g.octets, packed.at + 9, len) != 0)
				fail_msg("size %u, reads of %zu, room %zu: fault %d, %zu octets", size, piece, out, g.fault, g.len);
			assert_int_equal(g.complete, !fault);
		}
}

static void a_true_size(void **state)
{
	(void)state;
	however_it_is_cut(CONTENT, false, CONTENT);
}

static void a_size_that_lies(void **state)
{
	(void)state;
	however_it_is_cut(CONTENT + 20, true, CONTENT - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(a_true_size), cmocka_unit_test(a_size_that_lies) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
