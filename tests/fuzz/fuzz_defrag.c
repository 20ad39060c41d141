/* fuzz_defrag.c - fragments of a few datagrams, in any order and with any lies.
 *
 * Each fragment is six octets of the input: which datagram, offset, length, flags, seconds that pass.  What a
 * fragment says at a place is a function of datagram and place, so whatever becomes whole must say the same.
 * Beyond "no crash": that, the length that was promised, no datagram older than the limit, everything given back
 * at the end; and a plain twin that keeps a map of octets agrees about what is whole. */
#include <stdlib.h>

#include "net/defrag.h"

#define DATAGRAMS 4
#define MOST      65536u
#define LIFE      (30 * SC_SECOND)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The plain twin: Linux's rules in the plainest way. */
struct twin {
	uint8_t have[MOST / 8]; /* 1: there, 2: and begins a run */
	uint32_t end, reach, captured;
	sc_time first;
	bool used, ended;
};

static struct twin twins[DATAGRAMS];

static char octet_of(unsigned datagram, size_t at)
{
	static const char header[] = "\x9c\x40\x00\x19\1\2\3\4\5\6\7\10\x50\x18\xff\xff\0\0\0";
	return at < 20 ? header[at] : (char)(at * 7 + at / 256 + datagram * 31);
}

/* True: whole, and forgotten. */
static bool twin_take(unsigned which, bool v6, uint32_t from, uint32_t len, uint32_t captured, bool more, sc_time when)
{
	struct twin *t = &twins[which];
	uint32_t to = from + len, there = 0;
	if (t->used && (when - t->first > LIFE || t->first - when > LIFE))
		t->used = false;
	if (!t->used)
		*t = (struct twin){ .used = true, .first = when, .captured = UINT32_MAX };
	if (more && (to % 8 || to == 0) && v6) {
		t->used = t->reach > 0;
		return false;
	}
	to -= more ? to % 8 : 0;
	bool wrong = to <= from || to > (v6 ? 65535u : 65515u) || (t->ended && to > t->end) ||
		(!more && (to < t->reach || (t->ended && to != t->end)));
	bool apart = false, begins = from != t->reach;
	for (uint32_t i = from / 8; !wrong && i < (to + 7) / 8; i++) {
		there += t->have[i] != 0;
		apart = apart || (i > from / 8 && t->have[i] == 2);
	}
	if (wrong || (there && apart) || (there && there != (to + 7) / 8 - from / 8)) {
		t->used = false;
		return false;
	}
	if (!more) {
		t->ended = true;
		t->end = to;
	}
	t->reach = to > t->reach ? to : t->reach;
	if (!there && captured < to - from && from + captured < t->captured)
		t->captured = from + captured;
	for (uint32_t i = from / 8; !there && i < (to + 7) / 8; i++)
		t->have[i] = begins && i == from / 8 ? 2 : 1;
	for (uint32_t i = 0; i < (t->end + 7) / 8; i++)
		if (!t->have[i])
			return false;
	t->used = !t->ended;
	return t->ended;
}

/* An IPv4 or IPv6 packet with the fragment; gives its length. */
static size_t make(char *at, unsigned which, uint32_t from, uint32_t len, bool more)
{
	bool v6 = which & 1;
	size_t header = v6 ? 48 : 20;
	memset(at, 0, header);
	at[v6 ? 7 : 8] = 64;
	if (v6) {
		at[0] = 0x60;
		at[4] = (char)((len + 8) >> 8);
		at[5] = (char)(len + 8);
		at[6] = 44;
		at[40] = 6;
		at[42] = (char)(from >> 8);
		at[43] = (char)(from | more);
		at[47] = (char)which;
	} else {
		at[0] = 0x45;
		at[2] = (char)((len + 20) >> 8);
		at[3] = (char)(len + 20);
		at[5] = (char)which;
		at[6] = (char)(from >> 11 | (more ? 0x20 : 0));
		at[7] = (char)(from >> 3);
		at[9] = 6;
	}
	for (uint32_t i = 0; i < len; i++)
		at[header + i] = octet_of(which, from + i);
	return header + len;
}

static void check_whole(unsigned which, const struct sc_layers *l, const struct twin *t)
{
	uint32_t captured = t->captured < t->end ? t->captured : t->end;
	if (captured < 20) {
		SC_ASSERT(l->status == SC_DECODE_BROKEN);
		return;
	}
	SC_ASSERT(l->status == SC_DECODE_TCP && l->dst_port == 25);
	SC_ASSERT(l->wire_payload == t->end - 20 && l->payload.len == captured - 20);
	for (size_t i = 0; i < l->payload.len; i++)
		SC_ASSERT(l->payload.at[i] == octet_of(which, i + 20));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char packet[MOST + 100];
	struct sc_counters counters = { 0 };
	struct sc_defrag d;
	uint64_t whole = 0;
	sc_time now = 0;
	memset(twins, 0, sizeof(twins));
	SC_ASSERT(sc_defrag_open(&d, 1 << 20, 1, &counters)); /* room for all: the twins know no want */
	for (; size >= 6; data += 6, size -= 6) {
		unsigned which = data[0] % DATAGRAMS;
		bool more = data[5] & 1, cut = data[5] & 2, far = data[0] & 0x80;
		uint32_t from = far ? sc_load_be16(data + 1) & 0xfff8u : data[2] * 8u, len = far ? data[3] * 257u : data[3];
		if (len > 65000)
			len = 65000;
		if (from == 0 && !more)
			continue; /* no fragment */
		now += data[4] > 250 ? (data[4] - 250) * 10 * SC_SECOND : data[4] == 250 ? -LIFE : 0;
		size_t wire = make(packet, which, from, len, more), header = wire - len, left = cut ? len / 2 : len;
		struct sc_packet pkt = { .number = 1, .when = now, .wire_len = (uint32_t)wire, .link = SC_LINK_RAW };
		pkt.bytes = (sc_str){ malloc(header + left), header + left };
		SC_ASSERT(pkt.bytes.at);
		memcpy((char *)pkt.bytes.at, packet, pkt.bytes.len);
		struct sc_layers l;
		(void)sc_defrag_decode(&d, &pkt, false, &l);
		bool expected = twin_take(which, which & 1, from, len, (uint32_t)left, more, now);
		whole += expected;
		SC_ASSERT(counters.datagrams_reassembled == whole);
		free((char *)pkt.bytes.at);
		if (expected)
			check_whole(which, &l, &twins[which]);
	}
	sc_defrag_finish(&d);
	SC_ASSERT(d.pages.taken == 0 && d.datagrams.taken == 0 && counters.datagrams_evicted == 0);
	sc_defrag_close(&d);
	return 0;
}
