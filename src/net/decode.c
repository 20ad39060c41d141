/* decode.c - from a link header to a TCP segment; see decode.h.
 *
 * Trusts nothing in the packet: every header is taken whole from a cursor, and one that is cut or lies about its
 * length ends the walk.  What the capture says about itself (`wire_len`) is believed, but never below what it
 * holds.  No octet past the IP total length becomes payload, so Ethernet padding and trailers never do; a total
 * length past what was captured is a packet that the capture cut.  Tags and extension headers are counted and
 * bounded.
 *
 * IEEE 802.3, 802.1Q; RFC 1042 (SNAP), 1661 and 1662 (PPP), 2516 (PPPoE), 791 (IPv4), 8200 (IPv6), 4302 (AH), 9293
 * (TCP), 1071 (checksum). */
#include "net/decode.h"

#include "net/checksum.h"

#define MAX_TAGS       4  /* VLAN tags, PPPoE and LLC headers in a row; QinQ needs two */
#define MAX_EXTENSIONS 16 /* RFC 8200 4.1 knows seven headers at most in a row that makes sense */

/* What the link says comes next: Ethernet types, and two answers of our own that are lengths as Ethernet types. */
enum network {
	NET_UNKNOWN     = 0,
	NET_EITHER      = 1,      /* IP; its first octet tells which */
	NET_LAST_LENGTH = 0x05dc, /* 802.3: up to here it is a length, and LLC follows */
	NET_IPV4        = 0x0800,
	NET_VLAN        = 0x8100,
	NET_IPV6        = 0x86dd,
	NET_PPPOE       = 0x8864, /* the session stage */
	NET_QINQ        = 0x88a8,
	NET_QINQ_OLD    = 0x9100, /* before 802.1ad had a number */
};

enum protocol { /* IANA protocol numbers */
	IP_HOP_BY_HOP  = 0,
	IP_TCP         = 6,
	IP_ROUTING     = 43,
	IP_FRAGMENT    = 44,
	IP_AH          = 51,
	IP_DESTINATION = 60,
};

/* Where the walk is: the cursor ends where the IP packet or the capture ends, whichever is first. */
struct walk {
	struct sc_cursor c;
	size_t wire_left; /* octets to the end of the packet on the wire; the cursor never has more */
	bool   check;     /* judge the TCP checksum */
	struct sc_layers *l;
};

static const char *take(struct walk *w, size_t n)
{
	sc_str s = sc_cursor_take(&w->c, n);
	if (w->c.failed)
		return NULL;
	w->wire_left -= n;
	return s.at;
}

static uint16_t read_be16(struct walk *w)
{
	const char *h = take(w, 2);
	return h ? sc_load_be16(h) : 0;
}

/* `octets` are left on the wire, says IP.  0: more than the field can hold, as in a jumbogram (RFC 2675) or a packet
 * caught before the network card cut it into segments; then the frame tells, and no checksum was made yet. */
static void set_length(struct walk *w, size_t octets)
{
	if (octets == 0) {
		w->check = false;
		return;
	}
	w->wire_left = octets;
	if (octets < sc_cursor_left(&w->c))
		w->c.end = w->c.at + octets;
}

/* PPP protocol field (RFC 1661 2): two octets, or one odd one where the peers agreed to compress it (6.5). */
static enum network read_ppp_protocol(struct walk *w)
{
	const char *h = take(w, 1);
	unsigned protocol = h ? (uint8_t)*h : 0;
	if (h && !(protocol & 1)) {
		h = take(w, 1);
		protocol = h ? protocol << 8 | (uint8_t)*h : 0;
	}
	return protocol == 0x21 ? NET_IPV4 : protocol == 0x57 ? NET_IPV6 : NET_UNKNOWN;
}

/* RFC 2516 4: version and type 1; code 0 is the session stage; session id and length follow. */
static enum network read_pppoe(struct walk *w)
{
	const char *h = take(w, 6);
	if (!h || h[0] != 0x11 || h[1] != 0)
		return NET_UNKNOWN;
	return read_ppp_protocol(w);
}

/* LLC with SNAP (RFC 1042): the Ethernet type stands behind an organisation of zeros. */
static enum network read_llc(struct walk *w)
{
	static const char snap[] = { (char)0xaa, (char)0xaa, 3, 0, 0, 0 };
	const char *h = take(w, sizeof(snap));
	if (!h || memcmp(h, snap, sizeof(snap)) != 0)
		return NET_UNKNOWN;
	uint16_t type = read_be16(w);
	return type > NET_LAST_LENGTH ? (enum network)type : NET_UNKNOWN;
}

static enum network read_vlan(struct walk *w)
{
	const char *h = take(w, 4);
	if (!h)
		return NET_UNKNOWN;
	w->l->vlan = sc_load_be16(h) & 0xfff;
	return (enum network)sc_load_be16(h + 2);
}

/* Follows an Ethernet type through tags to IP, or to something that is not. */
static enum network follow_type(struct walk *w, enum network type)
{
	for (int i = 0; i < MAX_TAGS; i++) {
		if (type == NET_IPV4 || type == NET_IPV6)
			return type;
		if (type == NET_VLAN || type == NET_QINQ || type == NET_QINQ_OLD)
			type = read_vlan(w);
		else if (type == NET_PPPOE)
			return read_pppoe(w);
		else if (type > NET_LAST_LENGTH || (type = read_llc(w)) == NET_UNKNOWN)
			return NET_UNKNOWN;
		if (w->c.failed)
			return NET_UNKNOWN;
	}
	return type == NET_IPV4 || type == NET_IPV6 ? type : NET_UNKNOWN;
}

static enum network read_ethernet(struct walk *w)
{
	const char *h = take(w, 14);
	return h ? follow_type(w, (enum network)sc_load_be16(h + 12)) : NET_UNKNOWN;
}

/* Linux cooked capture: the protocol field stands at `at` of a header of `size`, and 4 in it means LLC. */
static enum network read_cooked(struct walk *w, size_t size, size_t at)
{
	const char *h = take(w, size);
	return h ? follow_type(w, (enum network)sc_load_be16(h + at)) : NET_UNKNOWN;
}

/* The address family of a BSD loopback, by a machine of either byte order.  AF_INET is 2 everywhere; AF_INET6 is 24
 * on NetBSD and OpenBSD, 28 on FreeBSD, 30 on Darwin, 10 on Linux. */
static enum network read_family(struct walk *w)
{
	const char *h = take(w, 4);
	if (!h)
		return NET_UNKNOWN;
	uint32_t family = sc_load_be32(h) > 0xffff ? sc_load_le32(h) : sc_load_be32(h);
	switch (family) {
	case 2:
		return NET_IPV4;
	case 10: case 24: case 28: case 30:
		return NET_IPV6;
	default:
		return NET_UNKNOWN;
	}
}

/* PPP with or without HDLC framing (RFC 1662 3.1: address 0xff, control 3, left out where the peers agreed to), or
 * Cisco's HDLC: address 0x0f or 0x8f, control 0, an Ethernet type. */
static enum network read_ppp(struct walk *w)
{
	struct walk ahead = *w;
	uint16_t opening = read_be16(&ahead);
	if (ahead.c.failed || opening == 0x0f00 || opening == 0x8f00 || opening == 0xff03)
		*w = ahead;
	if (opening == 0x0f00 || opening == 0x8f00)
		return follow_type(w, (enum network)read_be16(w));
	return read_ppp_protocol(w);
}

/* Judges the segment of `w->l`, whose header begins at `tcp`.  A stack that leaves the checksum to the network card
 * shows zero in its own captures, or the sum of the pseudo-header alone, not inverted; some leave the length out of
 * that. */
static bool checksum_is_bad(const struct walk *w, const char *tcp, size_t octets)
{
	const struct sc_layers *l = w->l;
	uint64_t addresses = sc_checksum_ip(sc_checksum_ip(0, &l->src), &l->dst);
	uint64_t pseudo = sc_checksum_word(addresses, IP_TCP);
	uint16_t bare = sc_checksum_fold(pseudo);
	pseudo = sc_checksum_word(pseudo, (uint32_t)octets);
	uint16_t field;
	memcpy(&field, tcp + 16, sizeof(field));
	if (field == 0 || sc_checksum_fold(sc_checksum_add(pseudo, (sc_str){ tcp, octets })) == 0xffff)
		return false;
	return field != bare && field != sc_checksum_fold(pseudo);
}

static enum sc_decode_status read_tcp(struct walk *w)          /* RFC 9293 3.1 */
{
	struct sc_layers *l = w->l;
	size_t octets = w->wire_left;
	const char *h = take(w, 20);
	if (!h)
		return SC_DECODE_BROKEN;
	l->src_port = sc_load_be16(h);
	l->dst_port = sc_load_be16(h + 2);
	l->seq      = sc_load_be32(h + 4);
	l->ack      = sc_load_be32(h + 8);
	l->flags    = (uint8_t)h[13];
	l->window   = sc_load_be16(h + 14);
	l->urgent   = sc_load_be16(h + 18);
	size_t header = ((uint8_t)h[12] >> 4) * 4u;
	if (header < 20 || !take(w, header - 20))
		return SC_DECODE_BROKEN;
	l->options = (sc_str){ h + 20, header - 20 };
	l->wire_payload = (uint32_t)w->wire_left;
	l->payload = sc_cursor_rest(&w->c);
	if (w->check && l->payload.len == l->wire_payload)
		l->checksum_bad = checksum_is_bad(w, h, octets);
	return SC_DECODE_TCP;
}

static enum sc_decode_status read_ipv4(struct walk *w)         /* RFC 791 3.1 */
{
	struct sc_layers *l = w->l;
	if (sc_cursor_left(&w->c) < 20)
		return SC_DECODE_BROKEN;
	const char *h = (const char *)w->c.at;
	size_t header = (h[0] & 15) * 4u, total = sc_load_be16(h + 2);
	if ((uint8_t)h[0] >> 4 != 4 || header < 20)
		return SC_DECODE_BROKEN;
	set_length(w, total);
	if (!take(w, header))
		return SC_DECODE_BROKEN;
	l->ttl = (uint8_t)h[8];
	l->src.version = l->dst.version = 4;
	memcpy(l->src.octets, h + 12, 4);
	memcpy(l->dst.octets, h + 16, 4);
	if (h[9] != IP_TCP)
		return SC_DECODE_NOT_TCP;
	if (sc_load_be16(h + 6) & 0x3fff) /* more fragments, or an offset */
		return SC_DECODE_FRAGMENT;
	return read_tcp(w);
}

static bool is_extension(uint8_t next)
{
	return next == IP_HOP_BY_HOP || next == IP_ROUTING || next == IP_DESTINATION || next == IP_FRAGMENT ||
	       next == IP_AH;
}

/* Walks one extension header of kind `*next` and sets `*next` to what follows (RFC 8200 4, RFC 4302 2.2).  False: it
 * is cut, or says it is longer than the packet. */
static bool read_extension(struct walk *w, uint8_t *next, bool *fragment)
{
	const char *h = take(w, 8);
	if (!h)
		return false;
	size_t more = 0; /* beyond the 8 octets that all of them have */
	switch ((enum protocol)*next) {
	case IP_FRAGMENT:
		/* Offset 0 and no more to come is a whole packet (RFC 6946), as translators from IPv4 make them. */
		*fragment = (sc_load_be16(h + 2) & 0xfff9) != 0;
		break;
	case IP_AH:
		more = (uint8_t)h[1] * 4u;
		break;
	default:
		more = (uint8_t)h[1] * 8u;
		if (*next == IP_ROUTING && h[3]) /* segments left: the checksum covers a destination yet to come */
			w->check = false;
	}
	*next = (uint8_t)h[0];
	return take(w, more) != NULL;
}

static enum sc_decode_status read_ipv6(struct walk *w)         /* RFC 8200 3 */
{
	struct sc_layers *l = w->l;
	const char *h = take(w, 40);
	if (!h || (uint8_t)h[0] >> 4 != 6)
		return SC_DECODE_BROKEN;
	set_length(w, sc_load_be16(h + 4));
	l->ttl = (uint8_t)h[7];
	l->src.version = l->dst.version = 6;
	memcpy(l->src.octets, h + 8, 16);
	memcpy(l->dst.octets, h + 24, 16);
	uint8_t next = (uint8_t)h[6];
	bool fragment = false;
	for (int i = 0; next != IP_TCP && is_extension(next) && !fragment; i++)
		if (i == MAX_EXTENSIONS || !read_extension(w, &next, &fragment))
			return SC_DECODE_BROKEN;
	if (fragment) /* what a header behind the fragment's own hides is known once the packet is whole */
		return next == IP_TCP || is_extension(next) ? SC_DECODE_FRAGMENT : SC_DECODE_NOT_TCP;
	return next == IP_TCP ? read_tcp(w) : SC_DECODE_NOT_TCP;
}

static enum sc_decode_status read_network(struct walk *w, enum network network)
{
	if (w->c.failed || (network == NET_EITHER && sc_cursor_left(&w->c) == 0))
		return SC_DECODE_BROKEN;
	if (network == NET_EITHER)
		network = *w->c.at >> 4 == 4 ? NET_IPV4 : *w->c.at >> 4 == 6 ? NET_IPV6 : NET_UNKNOWN;
	if (network == NET_IPV4)
		return read_ipv4(w);
	return network == NET_IPV6 ? read_ipv6(w) : SC_DECODE_NOT_IP;
}

static enum sc_decode_status read_link(struct walk *w, enum sc_link link)
{
	switch (link) {
	case SC_LINK_ETHERNET:
		return read_network(w, read_ethernet(w));
	case SC_LINK_SLL:
		return read_network(w, read_cooked(w, 16, 14));
	case SC_LINK_SLL2:
		return read_network(w, read_cooked(w, 20, 0));
	case SC_LINK_NULL:
	case SC_LINK_LOOP:
		return read_network(w, read_family(w));
	case SC_LINK_PPP:
	case SC_LINK_PPP_HDLC:
		return read_network(w, read_ppp(w));
	case SC_LINK_PPPOE:
		return read_network(w, read_pppoe(w));
	case SC_LINK_RAW:
	case SC_LINK_RAW_BSD:
	case SC_LINK_RAW_OPENBSD:
		return read_network(w, NET_EITHER);
	case SC_LINK_IPV4:
		return read_network(w, NET_IPV4);
	case SC_LINK_IPV6:
		return read_network(w, NET_IPV6);
	}
	return SC_DECODE_UNKNOWN_LINK;
}

bool sc_decode(const struct sc_packet *pkt, bool check, struct sc_layers *l)
{
	SC_ASSERT(pkt && l);
	sc_str bytes = pkt->bytes.len ? pkt->bytes : SC_STR("");
	*l = (struct sc_layers){ 0 };
	struct walk w = {
		.c = sc_cursor_of(bytes),
		.wire_left = pkt->wire_len > bytes.len ? pkt->wire_len : bytes.len,
		.check = check,
		.l = l,
	};
	l->status = read_link(&w, (enum sc_link)pkt->link);
	return l->status == SC_DECODE_TCP;
}
