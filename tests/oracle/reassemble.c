/* reassemble.c - what the clients of a capture said, as the reassembly delivers it: reassemble CAPTURE [LETTER+PACKET]...
 *
 * One line a connection, in the order of their first packets: the client's port and the octets in hexadecimal, with [n] for
 * a gap of n.  A connection begins with the SYN of its client.  Time goes on for a while behind the last packet, so
 * that what waits for time alone is decided; but nothing is flushed, for a receiver does not get past a hole either.
 *
 * Packets may be read otherwise than we would, in the ways in which Linux may read them: j12 makes packet 12 a part of its
 * left neighbour exactly where we would not make it one, t12 has it taken whatever it acknowledges and however far it
 * reaches, d12 drops it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "input/source.h"
#include "net/flow.h"

#define FLOWS  65536
#define MEMORY (UINT64_C(256) << 20)

static struct sc_counters counters;
static struct sc_blocks store;
static struct sc_flows flows;
static struct sc_tcp_env env = { .store = &store, .counters = &counters };
static struct text { char *at; size_t len, room; } said[FLOWS]; /* by the client's port */
static uint16_t order[FLOWS];
static size_t count;
static uint32_t syn[FLOWS]; /* sequence number behind the latest SYN, by the client's port */
static char **otherwise;

static char *more(struct text *t, size_t n)
{
	if (t->room - t->len < n) {
		t->room = (t->room + n) * 2;
		t->at = realloc(t->at, t->room);
		if (!t->at)
			abort();
	}
	char *to = t->at + t->len;
	t->len += n;
	return to;
}

static void write_down(struct text *t, const struct sc_segment *run)
{
	static const char digits[] = "0123456789abcdef";
	if (sc_segment_is_gap(run)) {
		char gap[24];
		int n = snprintf(gap, sizeof(gap), "[%zu]", run->bytes.len);
		memcpy(more(t, (size_t)n), gap, (size_t)n);
		return;
	}
	char *to = more(t, run->bytes.len * 2);
	for (size_t i = 0; i < run->bytes.len; i++) {
		*to++ = digits[(uint8_t)run->bytes.at[i] >> 4];
		*to++ = digits[run->bytes.at[i] & 15];
	}
}

static uint16_t port_of(const struct sc_flow *flow)
{
	struct sc_ip ip;
	uint16_t port;
	sc_flow_end(flow, SC_CLIENT, &ip, &port);
	return port;
}

static void pull(struct sc_flow *flow)
{
	enum sc_side side;
	struct sc_segment run;
	while (sc_tcp_next(&flow->tcp, &env, &side, &run))
		if (side == SC_CLIENT)
			write_down(&said[port_of(flow)], &run);
}

/* Whether packet `number` is to be read otherwise, in the way of `letter`. */
static bool is_asked(char letter, uint64_t number)
{
	for (char **o = otherwise; o && *o; o++)
		if (**o == letter && strtoull(*o + 1, NULL, 10) == number)
			return true;
	return false;
}

/* Makes a segment of the client one that its receiver takes: with an acknowledgement and a window that allow it. */
static void allow(struct sc_flow *flow, struct sc_layers *l)
{
	struct sc_tcp_side *client = &flow->tcp.side[SC_CLIENT];
	const struct sc_tcp_side *server = &flow->tcp.side[SC_SERVER];
	uint64_t end = client->next + (uint32_t)(l->seq + l->wire_payload - client->base - (uint32_t)client->next);
	l->ack = server->base + (uint32_t)server->acked;
	if (end > client->to.edge)
		client->to.edge = end;
}

/* A new connection on the same ports, of which no case tells: the old one is over, or the server takes another SYN. */
static bool begins_anew(const struct sc_flow *flow, enum sc_side side, const struct sc_layers *l)
{
	if (!(l->flags & SC_TCP_SYN))
		return false;
	if (side == SC_CLIENT)
		syn[l->src_port] = l->seq + 1;
	const struct sc_tcp_side *server = &flow->tcp.side[SC_SERVER];
	bool differs = side == SC_SERVER && server->known && server->base != l->seq + 1;
	return sc_tcp_over(&flow->tcp) || (differs && l->ack == syn[l->dst_port]);
}

static void feed(const struct sc_packet *pkt)
{
	struct sc_layers l;
	env.rule = is_asked('j', pkt->number) ? SC_OVERLAP_LINUX_OTHER : SC_OVERLAP_LINUX;
	if (!sc_decode(pkt, false, &l))
		return;
	struct sc_flow_ref ref = sc_flow_ref(1, &l);
	struct sc_flow *flow = sc_flow_find(&flows, &ref);
	if (!flow) {
		if ((l.flags & (SC_TCP_SYN | SC_TCP_ACK)) != SC_TCP_SYN || !(flow = sc_flow_add(&flows, &ref, SC_FLOW_OPEN, pkt->when)))
			return;
		flow->client_is_a = ref.from_a;
		order[count++] = l.src_port;
	}
	enum sc_side side = sc_flow_side(flow, &ref);
	flow->ignored |= begins_anew(flow, side, &l);
	if (flow->ignored || is_asked('d', pkt->number))
		return;
	if (is_asked('t', pkt->number))
		allow(flow, &l);
	sc_tcp_accept(&flow->tcp, &env, side, &l, pkt);
	pull(flow);
	flow->last = pkt->when;
}

static void say(void *ctx, sc_err kind, const char *message)
{
	(void)ctx;
	(void)kind;
	fprintf(stderr, "reassemble: %s\n", message);
}

int main(int argc, char **argv)
{
	struct sc_source *source;
	struct sc_packet pkt;
	const char *path = argc > 1 ? argv[1] : "-";
	struct sc_source_config config = { .paths = &path, .path_count = 1, .say = say };
	otherwise = argc > 2 ? argv + 2 : NULL;
	if (!sc_blocks_open(&store, MEMORY) || !sc_flows_open(&flows, FLOWS, 1) || sc_source_open(&source, &config) != SC_OK)
		return 1;
	while (sc_source_next(source, &pkt))
		feed(&pkt);
	sc_source_close(source);
	for (struct sc_flow *f = sc_flow_oldest(&flows, SC_FLOW_OPEN); f; f = sc_flow_newer(&flows, f)) {
		sc_tcp_tick(&f->tcp, f->last + 300 * SC_MS);
		pull(f);
		sc_tcp_clear(&f->tcp, &env);
	}
	for (size_t i = 0; i < count; i++)
		printf("%u %.*s\n", order[i], (int)said[order[i]].len, said[order[i]].at ? said[order[i]].at : "");
	return 0;
}
