/* fuzz_adviser.c - what nDPI makes of connections, a row of runs each; without nDPI there is nothing to do.
 *
 * The input is a row of runs: a head of two octets tells side and length, the octets follow.  Oracles: the same octets give the same
 * answer whatever else was heard before and between; an answer that is final stays with few octets; risks have names; and
 * places are given back. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "input/ndpi.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct heard {
	char protocol[32];
	bool mail, done;
	uint32_t risks;
};

static void note(struct heard *h, const struct sc_advice *a)
{
	if (a->protocol)
		memcpy(h->protocol, a->protocol, sc_str_slice(sc_str_of(a->protocol), 0, sizeof(h->protocol) - 1).len + 1);
	h->mail |= a->mail;
	h->done |= a->done;
	h->risks |= a->risks;
}

/* The next run; in memory of its own, so that a read beyond its end is seen. */
static bool next(const uint8_t **at, size_t *left, bool *server, sc_str *run)
{
	if (*left < 2)
		return false;
	*server = **at & 1;
	size_t n = (size_t)((**at & 0x3e) << 7 | (*at)[1]);
	n = n > *left - 2 ? *left - 2 : n;
	char *copy = malloc(n + 1);
	SC_ASSERT(copy);
	memcpy(copy, *at + 2, n);
	*run = (sc_str){ copy, n };
	*at += 2 + n;
	*left -= 2 + n;
	return true;
}

static void play(const struct sc_adviser_class *cls, void *self, const uint8_t *data, size_t size, uint64_t number, struct heard *out)
{
	uint16_t port = size ? (uint16_t)(data[0] & 4 ? 25 : data[0] & 8 ? 587 : 4025) : 25;
	void *c = cls->begin(self, number, 40000, port);
	size_t names = 0;
	bool server;
	sc_str run;
	SC_ASSERT(c);
	while (cls->risks[names])
		names++;
	while (!out->done && next(&data, &size, &server, &run)) {
		struct sc_advice a = run.len ? cls->hear(self, c, server, run, INT64_C(1700000000) * SC_SECOND) : (struct sc_advice){ 0 };
		note(out, &a);
		free((char *)(uintptr_t)run.at);
	}
	SC_ASSERT(out->risks >> names == 0);
	cls->end(self, c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void *self, *other;
	static uint64_t number;
	const struct sc_adviser_class *cls = sc_ndpi_class();
	struct heard a = { .done = false }, b = a;
	if (!cls)
		return 0;
	if (!self) {
		self = cls->open(1 << 20);
		other = cls->open(1 << 20);
		SC_ASSERT(self && other);
	}
	void *between = cls->begin(self, ++number, 40000, 25);
	play(cls, self, data, size, ++number, &a);
	play(cls, other, data, size, ++number, &b);
	cls->end(self, between);
	SC_ASSERT(memcmp(&a, &b, sizeof(a)) == 0);
	return 0;
}
