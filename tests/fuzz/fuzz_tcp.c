/* fuzz_tcp.c - segments in any order, of any kind, as a byte script.
 *
 * What a side says at a sequence number is a function of that number, so whatever is delivered can be checked.  Beyond "no
 * crash": runs of a side follow each other without holes; octets are the right ones as long as no false copy was sent; every
 * captured octet is counted once; every block comes back. */
#include <stdlib.h>
#include <string.h>

#include "net/tcp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct fuzz {
	struct sc_blocks store;
	struct sc_counters counters;
	struct sc_tcp_env env;
	struct sc_tcp tcp;
	uint64_t read[2];
	bool liar;         /* a false copy was sent */
	uint64_t gaps;
};

static char octet_at(enum sc_side side, uint32_t seq)
{
	uint32_t h = (seq ^ (side == SC_CLIENT ? 0u : 0x5bd1e995u)) * 2654435761u;
	return (char)(h >> 24);
}

static void check_run(struct fuzz *f, enum sc_side side, const struct sc_segment *run)
{
	SC_ASSERT(run->bytes.len > 0);
	SC_ASSERT(run->offset == f->read[side]);
	f->read[side] += run->bytes.len;
	if (sc_segment_is_gap(run)) {
		f->gaps += run->bytes.len;
		return;
	}
	for (size_t i = 0; i < run->bytes.len && !f->liar; i++)
		SC_ASSERT(run->bytes.at[i] == octet_at(side, f->tcp.side[side].base + (uint32_t)(run->offset + i)));
}

static void pull(struct fuzz *f)
{
	enum sc_side side;
	struct sc_segment run;
	while (sc_tcp_next(&f->tcp, &f->env, &side, &run))
		check_run(f, side, &run);
}

struct script {
	const uint8_t *at, *end;
};

static uint32_t take(struct script *s, int octets)
{
	uint32_t n = 0;
	for (; octets > 0; octets--)
		n = n << 8 | (s->at < s->end ? *s->at++ : 0);
	return n;
}

/* Sequence numbers near where the streams are, sometimes anywhere. */
static uint32_t number(struct script *s, const struct sc_tcp_side *side, uint32_t isn)
{
	uint32_t how = take(s, 1);
	uint32_t near = side->known ? side->base + (uint32_t)side->next : isn;
	if (how < 100)
		return near + how % 16;
	if (how < 200)
		return near + (how - 150) * 7;
	if (how < 230)
		return near + take(s, 2) * (how - 200);
	return how < 250 ? isn - 1 : take(s, 4);
}

static void feed(struct fuzz *f, struct script *s, sc_time *now)
{
	static const uint8_t flags[] = { SC_TCP_ACK, SC_TCP_ACK, SC_TCP_ACK, SC_TCP_ACK, SC_TCP_SYN, SC_TCP_SYN | SC_TCP_ACK,
		SC_TCP_FIN | SC_TCP_ACK, SC_TCP_RST, SC_TCP_RST | SC_TCP_ACK, 0, SC_TCP_ACK | SC_TCP_URG };
	uint32_t op = take(s, 1), step = take(s, 1), len = take(s, 1);
	enum sc_side side = op & 1 ? SC_SERVER : SC_CLIENT;
	struct sc_tcp_side *mine = &f->tcp.side[side], *other = &f->tcp.side[sc_other(side)];
	struct sc_layers l = { .flags = flags[(op >> 1) % sizeof(flags)] };
	l.seq = number(s, mine, side ? 5000u : 0xfffffff0u);
	l.ack = l.flags & SC_TCP_ACK ? number(s, other, side ? 0xfffffff0u : 5000u) : 0;
	len = len > 240 ? (len - 240) * 300 : len;
	char *payload = malloc(len ? len : 1);
	SC_ASSERT(payload);
	bool lies = op > 250 && len;
	f->liar |= lies || (l.flags & SC_TCP_URG); /* an urgent octet is left out, so octets move up behind it */
	for (uint32_t i = 0; i < len; i++)
		payload[i] = (char)(octet_at(side, l.seq + ((l.flags & SC_TCP_SYN) != 0) + i) + lies);
	l.payload = (sc_str){ payload, len };
	l.wire_payload = len + (step > 240 ? step : 0); /* the snap length cut it */
	*now += step < 200 ? SC_MS * step : step < 230 ? SC_SECOND * (step - 199) : step < 240 ? -SC_SECOND : 0;
	sc_tcp_accept(&f->tcp, &f->env, side, &l, &(struct sc_packet){ .number = 1, .when = *now });
	pull(f);
	free(payload);
}

static void check_counters(const struct sc_counters *c)
{
	SC_ASSERT(c->octets_seen == sc_counters_octets_told(c));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz f = { 0 };
	struct script s = { data, data + size };
	sc_time now = INT64_C(1769860800) * SC_SECOND;
	SC_ASSERT(sc_blocks_open(&f.store, size && data[0] & 1 ? 1 : 4 << 20)); /* sometimes hardly any memory */
	f.env = (struct sc_tcp_env){ .store = &f.store, .counters = &f.counters };
	sc_tcp_open(&f.tcp);
	while (s.at < s.end) {
		if (*s.at == 255) {
			take(&s, 1);
			sc_tcp_tick(&f.tcp, now += SC_SECOND * take(&s, 1));
			pull(&f);
			continue;
		}
		feed(&f, &s, &now);
	}
	sc_tcp_flush(&f.tcp);
	pull(&f);
	SC_ASSERT(!sc_tcp_next(&f.tcp, &f.env, &(enum sc_side){ 0 }, &(struct sc_segment){ 0 }));
	sc_tcp_clear(&f.tcp, &f.env);
	check_counters(&f.counters);
	SC_ASSERT(f.gaps == f.counters.gap_octets);
	SC_ASSERT(f.read[0] + f.read[1] == f.gaps + f.counters.octets_delivered);
	SC_ASSERT(sc_blocks_in_use(&f.store) == 0);
	sc_blocks_close(&f.store);
	return 0;
}
