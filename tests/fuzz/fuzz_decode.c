/* fuzz_decode.c - any octets under any link type.
 *
 * The first two octets choose the link type, the third how the capture lies about the length, the rest is the packet.
 * Beyond "no crash": the payload lies in the packet, and is never longer than on the wire; a copy that ends at
 * unreadable memory gives the same; a packet cut anywhere gives a beginning of the same payload or none.  (Where the
 * capture says that the cut packet is all there was, ESP may end elsewhere, and that is no cut any more.) */
#include <stdlib.h>

#include "net/decode.h"

#define MAX_OCTETS 2048

static const uint16_t links[] = {
	SC_LINK_ETHERNET, SC_LINK_NULL, SC_LINK_PPP, SC_LINK_PPP_HDLC, SC_LINK_PPPOE, SC_LINK_RAW_BSD,
	SC_LINK_RAW_OPENBSD, SC_LINK_RAW, SC_LINK_LOOP, SC_LINK_SLL, SC_LINK_IPV4, SC_LINK_IPV6, SC_LINK_SLL2,
	SC_LINK_CISCO_HDLC, SC_LINK_WIFI, SC_LINK_ENC, SC_LINK_PFLOG, SC_LINK_RADIOTAP, SC_LINK_PPI, SC_LINK_MPLS,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t offset_of(sc_str part, sc_str whole)
{
	SC_ASSERT(part.at >= whole.at && part.at <= whole.at + whole.len);
	return (size_t)(part.at - whole.at);
}

static struct sc_layers decode(const struct sc_packet *pkt)
{
	struct sc_layers l;
	bool tcp = sc_decode(pkt, true, &l);
	SC_ASSERT(tcp == (l.status == SC_DECODE_TCP));
	if (l.status == SC_DECODE_FRAGMENT) {
		SC_ASSERT(l.payload.len <= pkt->bytes.len - offset_of(l.payload, pkt->bytes));
		SC_ASSERT(l.payload.len <= l.wire_payload && l.fragment.offset % 8 == 0);
		SC_ASSERT(l.fragment.offset || l.fragment.more);
		return l;
	}
	if (!tcp) {
		SC_ASSERT(l.payload.len == 0 && l.options.len == 0 && !l.checksum_bad);
		return l;
	}
	SC_ASSERT(l.src.version == l.dst.version && (l.src.version == 4 || l.src.version == 6));
	SC_ASSERT(l.payload.len <= pkt->bytes.len - offset_of(l.payload, pkt->bytes));
	SC_ASSERT(l.options.len <= 40 && l.options.len % 4 == 0);
	SC_ASSERT(offset_of(l.options, pkt->bytes) + l.options.len == offset_of(l.payload, pkt->bytes));
	SC_ASSERT(l.payload.len <= l.wire_payload);
	SC_ASSERT(!l.checksum_bad || l.payload.len == l.wire_payload);
	return l;
}

static bool same_headers(const struct sc_layers *a, const struct sc_layers *b)
{
	return memcmp(&a->src, &b->src, sizeof(a->src)) == 0 && memcmp(&a->dst, &b->dst, sizeof(a->dst)) == 0 &&
	       a->src_port == b->src_port && a->dst_port == b->dst_port && a->vlan == b->vlan && a->network == b->network && a->ttl == b->ttl &&
	       a->seq == b->seq && a->ack == b->ack && a->flags == b->flags && a->window == b->window &&
	       a->urgent == b->urgent && sc_str_equal(a->options, b->options);
}

/* The first `cut` octets of `pkt`, which gave `whole`, in memory of just that size. */
static void check_cut(const struct sc_packet *pkt, const struct sc_layers *whole, size_t cut, uint32_t wire_len)
{
	char *memory = malloc(cut ? cut : 1);
	SC_ASSERT(memory);
	if (cut)
		memcpy(memory, pkt->bytes.at, cut);
	struct sc_packet part = *pkt;
	part.bytes = (sc_str){ memory, cut };
	part.wire_len = wire_len;
	struct sc_layers l = decode(&part);
	if (l.status == SC_DECODE_TCP && whole->status == SC_DECODE_TCP) {
		SC_ASSERT(same_headers(&l, whole));
		SC_ASSERT(offset_of(l.payload, part.bytes) == offset_of(whole->payload, pkt->bytes));
		SC_ASSERT(l.payload.len <= whole->payload.len);
		SC_ASSERT(wire_len != pkt->wire_len || l.wire_payload == whole->wire_payload);
	} else {
		SC_ASSERT(l.status != SC_DECODE_TCP || wire_len != pkt->wire_len);
	}
	if (cut == pkt->bytes.len && wire_len == pkt->wire_len) {
		SC_ASSERT(l.status == whole->status && same_headers(&l, whole));
		SC_ASSERT(sc_str_equal(l.payload, whole->payload));
		SC_ASSERT(l.wire_payload == whole->wire_payload && l.checksum_bad == whole->checksum_bad);
	}
	free(memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 3 || size > MAX_OCTETS)
		return 0;
	unsigned choice = sc_load_be16(data);
	struct sc_packet pkt = { .number = 1, .bytes = { (const char *)data + 3, size - 3 } };
	pkt.link = choice < sizeof(links) / sizeof(links[0]) ? links[choice] : (uint16_t)choice;
	pkt.wire_len = data[2] == 0xff ? UINT32_MAX : (uint32_t)pkt.bytes.len + data[2];
	struct sc_layers l = decode(&pkt);
	for (size_t cut = 0; cut <= pkt.bytes.len; cut++) {
		check_cut(&pkt, &l, cut, pkt.wire_len);
		check_cut(&pkt, &l, cut, (uint32_t)cut);
	}
	return 0;
}
