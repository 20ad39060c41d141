/* decode.c - from a link header to a TCP segment; see decode.h.
 *
 * Trusts nothing in the packet: every header is taken whole from a cursor, and one that is cut or lies about its
 * length ends the walk.  What the capture says about itself (`wire_len`) is believed, but never below what it
 * holds.  No octet past the IP total length becomes payload, so Ethernet padding and trailers never do; a total
 * length past what was captured is a packet that the capture cut, or the mirror that wrapped it.  Headers are counted
 * and bounded, whatever they nest in.
 *
 * Most packets are Ethernet, IP and TCP and nothing else: their walk does not leave this file.
 *
 * RFC 791 (IPv4), 8200 (IPv6), 6946 (atomic fragments), 4302 (AH), 9293 (TCP), 1071 (checksum). */
#include "net/decode.h"

#include "net/checksum.h"
#include "net/icmp.h"
#include "net/link.h"
#include "net/tunnel.h"

#define MOST_LAYERS     24 /* tags, labels, tunnels, IP headers; a mirrored tunnel in a tunnel has a dozen */
#define MOST_EXTENSIONS 16 /* RFC 8200 4.1 knows seven headers at most in a row that makes sense */

static enum sc_decode_status read_tcp(struct sc_walk *w)          /* RFC 9293 3.1 */
{
	struct sc_layers *l = w->l;
	const char *h = sc_walk_take(w, 20);
	if (!h)
		return SC_DECODE_BROKEN;
	l->src_port = sc_load_be16(h);
	l->dst_port = sc_load_be16(h + 2);
	l->seq      = sc_load_be32(h + 4);
	l->ack      = sc_load_be32(h + 8);
	l->flags    = (uint8_t)h[13];
	l->window   = sc_load_be16(h + 14);
	l->checksum = sc_load_be16(h + 16);
	l->urgent   = sc_load_be16(h + 18);
	l->sum      = sc_checksum_add(0, (sc_str){ h, 20 });
	size_t header = ((uint8_t)h[12] >> 4) * 4u;
	if (header < 20 || !sc_walk_take(w, header - 20))
		return SC_DECODE_BROKEN;
	l->options = (sc_str){ h + 20, header - 20 };
	l->wire_payload = (uint32_t)w->wire_left;
	l->payload = sc_cursor_rest(&w->c);
	l->checkable = w->check && l->payload.len == l->wire_payload;
	return SC_DECODE_TCP;
}

/* Of a fragment nothing is read: what it begins with may come in another.  One that can lead to TCP is handed out. */
static enum sc_decode_status read_fragment(struct sc_walk *w, const struct sc_fragment *f)
{
	struct sc_layers *l = w->l;
	sc_str octets = sc_cursor_rest(&w->c);
	if (!sc_tunnel_possible(f->protocol, l->src.version, f->offset ? SC_STR_NONE : octets))
		return SC_DECODE_NOT_TCP;
	l->fragment = *f;
	l->payload = octets;
	l->wire_payload = (uint32_t)w->wire_left;
	return SC_DECODE_FRAGMENT;
}

/* Walks one extension header of kind `*protocol` and sets that to what follows (RFC 8200 4, RFC 4302 2.2).  False:
 * it is cut, or says it is longer than the packet. */
static bool read_extension(struct sc_walk *w, uint8_t *protocol, struct sc_fragment *f)
{
	const char *h = sc_walk_take(w, 8);
	if (!h)
		return false;
	size_t more = 0; /* beyond the 8 octets that all of them have */
	switch ((enum sc_protocol)*protocol) {
	case SC_IP_FRAGMENT:
		/* Offset 0 and no more to come is a whole packet (RFC 6946), as translators from IPv4 make them. */
		*f = (struct sc_fragment){ .id = sc_load_be32(h + 4), .offset = sc_load_be16(h + 2) & 0xfff8,
			.protocol = (uint8_t)h[0], .more = h[3] & 1 };
		break;
	case SC_IP_AH:
		more = (uint8_t)h[1] * 4u;
		break;
	default:
		more = (uint8_t)h[1] * 8u;
		if (*protocol == SC_IP_ROUTING && h[3])
			w->check = false; /* segments left: the checksum covers a destination yet to come */
	}
	*protocol = (uint8_t)h[0];
	return sc_walk_take(w, more) != NULL;
}

/* What IP carries: TCP, or a tunnel, of which `*next` tells what stands inside. */
static enum sc_decode_status read_payload(struct sc_walk *w, uint8_t protocol, enum sc_next *next)
{
	for (int i = 0; sc_walk_is_extension(protocol, w->l->src.version); i++) {
		struct sc_fragment f = { 0 };
		w->l->layers++;
		if (i == MOST_EXTENSIONS || !read_extension(w, &protocol, &f))
			return SC_DECODE_BROKEN;
		if (f.offset || f.more)
			return read_fragment(w, &f);
	}
	if (protocol == SC_IP_TCP)
		return read_tcp(w);
	if (protocol == (w->l->src.version == 4 ? SC_IP_ICMP : SC_IP_ICMP6))
		return sc_icmp_read(w);
	*next = sc_tunnel_enter(w, protocol);
	return w->c.failed ? SC_DECODE_BROKEN : SC_DECODE_NOT_TCP;
}

/* `octets` are left on the wire, says IP.  0: more than the field can hold, as in a jumbogram (RFC 2675) or a packet
 * caught before the network card cut it into segments; then the frame tells, and no checksum was made yet. */
static void set_length(struct sc_walk *w, size_t octets)
{
	if (octets == 0)
		w->check = false;
	else
		sc_walk_set(w, octets);
}

static enum sc_decode_status read_ipv4(struct sc_walk *w, enum sc_next *next)         /* RFC 791 3.1 */
{
	struct sc_layers *l = w->l;
	if (sc_cursor_left(&w->c) < 20)
		return SC_DECODE_BROKEN;
	const char *h = (const char *)w->c.at;
	size_t header = (h[0] & 15) * 4u, total = sc_load_be16(h + 2);
	if ((uint8_t)h[0] >> 4 != 4 || header < 20)
		return SC_DECODE_BROKEN;
	set_length(w, total);
	if (!sc_walk_take(w, header))
		return SC_DECODE_BROKEN;
	l->ttl = (uint8_t)h[8];
	l->ip_id = sc_load_be16(h + 4);
	l->src.version = l->dst.version = 4;
	memcpy(l->src.octets, h + 12, 4);
	memcpy(l->dst.octets, h + 16, 4);
	uint16_t place = sc_load_be16(h + 6);
	if (place & 0x3fff) /* more fragments, or an offset */
		return read_fragment(w, &(struct sc_fragment){ .id = sc_load_be16(h + 4), .offset = (uint16_t)(place << 3),
			.protocol = (uint8_t)h[9], .more = place & 0x2000 });
	return h[9] == SC_IP_TCP ? read_tcp(w) : read_payload(w, (uint8_t)h[9], next);
}

static enum sc_decode_status read_ipv6(struct sc_walk *w, enum sc_next *next)         /* RFC 8200 3 */
{
	struct sc_layers *l = w->l;
	const char *h = sc_walk_take(w, 40);
	if (!h || (uint8_t)h[0] >> 4 != 6)
		return SC_DECODE_BROKEN;
	set_length(w, sc_load_be16(h + 4));
	l->ttl = (uint8_t)h[7];
	l->src.version = l->dst.version = 6;
	memcpy(l->src.octets, h + 8, 16);
	memcpy(l->dst.octets, h + 24, 16);
	return h[6] == SC_IP_TCP ? read_tcp(w) : read_payload(w, (uint8_t)h[6], next);
}

/* From layer to layer, until one is TCP or leads nowhere. */
static enum sc_decode_status walk_on(struct sc_walk *w, enum sc_next next)
{
	enum sc_decode_status nothing = w->l->src.version ? SC_DECODE_NOT_TCP : SC_DECODE_NOT_IP;
	for (; !w->c.failed && w->l->layers < MOST_LAYERS; w->l->layers++) {
		enum sc_next layer = next;
		switch (layer) {
		case SC_NEXT_IPV4: case SC_NEXT_IPV6:
			next = SC_NEXT_NONE;
			nothing = layer == SC_NEXT_IPV4 ? read_ipv4(w, &next) : read_ipv6(w, &next);
			if (next == SC_NEXT_NONE)
				return nothing;
			break;
		case SC_NEXT_TCP:
			return read_tcp(w);
		case SC_NEXT_NONE:
			return nothing;
		default:
			next = sc_link_follow(w, layer);
		}
	}
	return w->c.failed ? SC_DECODE_BROKEN : nothing;
}

static uint64_t sum_of_addresses(const struct sc_layers *l)
{
	uint32_t src, dst;
	if (l->src.version != 4)
		return sc_checksum_ip(sc_checksum_ip(0, &l->src), &l->dst);
	memcpy(&src, l->src.octets, 4);
	memcpy(&dst, l->dst.octets, 4);
	return (uint64_t)src + dst;
}

/* Options and payload lie behind each other in what was captured; their lengths are even but for the last. */
static uint64_t sum_of_segment(const struct sc_layers *l)
{
	sc_str octets = l->options;
	if (l->payload.len && l->payload.at != l->options.at + l->options.len)
		return sc_checksum_add(sc_checksum_add(l->sum, l->options), l->payload);
	octets.len += l->payload.len;
	return sc_checksum_add(l->sum, octets);
}

/* A stack that leaves the checksum to the network card shows zero in its own captures, or the sum of the pseudo-header
 * alone, not inverted; some leave the length out of that. */
enum sc_sum sc_decode_sum(const struct sc_layers *l)
{
	if (!l->checkable)
		return SC_SUM_NONE;
	uint64_t octets = 20 + l->options.len + l->payload.len;
	uint64_t addresses = sum_of_addresses(l);
	uint64_t full = addresses + sc_checksum_order(SC_IP_TCP) + sc_checksum_order((uint16_t)octets) +
		sc_checksum_order((uint16_t)(octets >> 16));
	uint64_t sum = sum_of_segment(l);
	if (sc_checksum_fold((sum >> 32) + (uint32_t)sum + (full >> 32) + (uint32_t)full) == 0xffff)
		return SC_SUM_RIGHT;
	uint16_t field = sc_checksum_order(l->checksum);
	bool bare = field == sc_checksum_fold(addresses + sc_checksum_order(SC_IP_TCP)) || field == sc_checksum_fold(full);
	return !field || bare ? SC_SUM_NONE : SC_SUM_WRONG;
}

/* What a guess led to is not broken, it was no tunnel. */
static bool settle(const struct sc_walk *w, enum sc_decode_status status, bool check)
{
	bool wrong_guess = w->guessed && status == SC_DECODE_BROKEN, tcp = status == SC_DECODE_TCP;
	w->l->status = wrong_guess ? SC_DECODE_NOT_TCP : status;
	w->l->checksum_bad = tcp && check && sc_decode_sum(w->l) == SC_SUM_WRONG;
	return tcp;
}

bool sc_decode(const struct sc_packet *pkt, bool check, struct sc_layers *l)
{
	SC_ASSERT(pkt && l);
	sc_str bytes = pkt->bytes.len ? pkt->bytes : SC_STR("");
	*l = (struct sc_layers){ 0 };
	struct sc_walk w = {
		.c = sc_cursor_of(bytes),
		.wire_left = pkt->wire_len > bytes.len ? pkt->wire_len : bytes.len,
		.check = true,
		.l = l,
	};
	enum sc_next next;
	const char *h = pkt->link == SC_LINK_ETHERNET ? sc_walk_take(&w, 14) : NULL;
	if (h)
		next = (enum sc_next)sc_load_be16(h + 12);
	else if (!sc_link_begin(&w, pkt->link, &next))
		return settle(&w, SC_DECODE_UNKNOWN_LINK, check);
	return settle(&w, walk_on(&w, next), check);
}

bool sc_decode_whole(sc_str bytes, size_t wire, bool check, struct sc_layers *l)
{
	SC_ASSERT(l->status == SC_DECODE_FRAGMENT && bytes.at && bytes.len <= wire);
	uint8_t protocol = l->fragment.protocol;
	*l = (struct sc_layers){ .src = l->src, .dst = l->dst, .network = l->network, .layers = (uint8_t)(l->layers + 1),
		.vlan = l->vlan, .ttl = l->ttl };
	struct sc_walk w = { .c = sc_cursor_of(bytes), .wire_left = wire, .check = true, .l = l };
	enum sc_next next = SC_NEXT_NONE;
	enum sc_decode_status status = read_payload(&w, protocol, &next);
	return settle(&w, next == SC_NEXT_NONE ? status : walk_on(&w, next), check);
}
