/* tunnel.c - what IP carries besides TCP; see tunnel.h.
 *
 * A protocol number is believed.  A UDP port is a guess, and so is ESP without encryption, which nothing
 * announces: what is found there must look like what the tunnel carries, and when it turns out not to, the packet
 * is just not TCP.
 *
 * What a tunnel says of its network is folded into sc_layers' `network`, so that equal addresses in two networks
 * stay apart.  Both directions of a connection must give the same: numbers that each end chooses for itself (GTP's
 * and L2TP's tunnel numbers, PPTP's calls, MPLS labels, ESP's) are left out.  Where a number names a whole network
 * (VXLAN, GENEVE, LISP) it alone counts, for the two directions may well pass different outer ends there; else the
 * outer ends count, whichever of them sends.
 *
 * RFC 2003 and 4213 (IP in IP), 2784, 2890 and 1701 (GRE), 2637 (PPTP), 7637 (NVGRE), 3378 (EtherIP), 4023 (MPLS),
 * 8986 (Ethernet), 4303 and 2410 (ESP, none encrypted), 3948 (ESP in UDP), 7348 (VXLAN), 8926 (GENEVE), 3GPP TS
 * 29.281 (GTP-U), 4380 (Teredo), 2661 and 3931 (L2TP), 9300 (LISP), 5415 (CAPWAP), 7510 (MPLS in UDP), 8086 (GRE
 * in UDP); draft-ietf-nvo3-vxlan-gpe, draft-foschiano-erspan. */
#include "net/tunnel.h"

#include "net/link.h"

#define MOST_EXTENSIONS 8 /* of GTP, and routes of GRE */
#define GENEVE_PORT     6081
#define VXLAN_PORT      4789

static uint32_t end_number(const struct sc_ip *ip)
{
	uint32_t n = 0;
	for (size_t i = 0; i < (ip->version == 4 ? 4u : 16u); i += 4) {
		n = (n ^ sc_load_be32(ip->octets + i)) * UINT32_C(0x85ebca6b);
		n ^= n >> 13;
	}
	return n;
}

/* Names the network: the kind of tunnel, its number, and when that says too little the outer ends. */
static void fold(struct sc_walk *w, uint32_t kind, uint32_t number, bool ends)
{
	sc_walk_fold(w, kind);
	sc_walk_fold(w, number);
	if (ends)
		sc_walk_fold(w, end_number(&w->l->src) + end_number(&w->l->dst));
}

/* ---- by protocol number ---- */

static enum sc_next read_ipv4_in_ip(struct sc_walk *w)
{
	fold(w, SC_IP_IPV4, 0, true);
	return SC_NEXT_IPV4;
}

static enum sc_next read_ipv6_in_ip(struct sc_walk *w)
{
	fold(w, SC_IP_IPV6, 0, true);
	return SC_NEXT_IPV6;
}

static enum sc_next read_mpls_in_ip(struct sc_walk *w)
{
	fold(w, SC_IP_MPLS, 0, true);
	return SC_NEXT_MPLS;
}

static enum sc_next read_ethernet_in_ip(struct sc_walk *w)
{
	fold(w, SC_IP_ETHERNET, 0, true);
	return SC_NEXT_ETHERNET;
}

static enum sc_next read_etherip(struct sc_walk *w)            /* RFC 3378 3: version 3 */
{
	const char *h = sc_walk_take(w, 2);
	fold(w, SC_IP_ETHERIP, 0, true);
	return h && (uint8_t)h[0] >> 4 == 3 ? SC_NEXT_ETHERNET : SC_NEXT_NONE;
}

/* ---- GRE and what is found in it only ---- */

/* The mirror's header, of 8 octets (type II: version 1) or 12 (type III: version 2), with the VLAN that the frame
 * was in. The session's number tells mirrors apart, not networks, and two directions may come by two mirrors. */
static enum sc_next read_erspan(struct sc_walk *w, bool third)
{
	const char *h = sc_walk_take(w, third ? 12 : 8);
	if (!h || (uint8_t)h[0] >> 4 != (third ? 2 : 1))
		return SC_NEXT_NONE;
	uint16_t vlan = sc_load_be16(h) & 0xfff, kinds = third ? sc_load_be16(h + 10) : 0;
	w->l->vlan = vlan;
	if (vlan)
		sc_walk_fold(w, (uint32_t)SC_NEXT_VLAN << 16 | vlan);
	if (kinds & 1 && !sc_walk_take(w, 8)) /* what the platform adds */
		return SC_NEXT_NONE;
	return (kinds >> 10 & 0x1f) == 2 ? SC_NEXT_IP : SC_NEXT_ETHERNET;
}

/* Source routes (RFC 1701): address family, offset, length; zeros end them. */
static bool skip_routes(struct sc_walk *w)
{
	for (int i = 0; i < MOST_EXTENSIONS; i++) {
		const char *h = sc_walk_take(w, 4);
		if (!h)
			return false;
		if (sc_load_be16(h) == 0 && h[3] == 0)
			return true;
		if (!sc_walk_take(w, (uint8_t)h[3]))
			return false;
	}
	return false;
}

/* The enhanced GRE of PPTP (RFC 2637 4.1): the key is a length and the number of the call, which each end chooses. */
static enum sc_next read_pptp(struct sc_walk *w, uint16_t flags)
{
	const char *key = sc_walk_take(w, 4);
	if (!key || !(flags & 0x2000))
		return SC_NEXT_NONE;
	if ((flags & 0x1000 && !sc_walk_take(w, 4)) || (flags & 0x0080 && !sc_walk_take(w, 4)))
		return SC_NEXT_NONE;
	sc_walk_limit(w, sc_load_be16(key));
	return SC_NEXT_PPP;
}

/* A key names a network between these ends.  NVGRE has 24 bits of it, which begin at 4096, and 8 that may differ by
 * direction; it carries Ethernet. */
static void fold_gre(struct sc_walk *w, uint16_t type, uint32_t key)
{
	bool virtual_network = type == SC_NEXT_ETHERNET && key >> 8 >= 0x1000;
	fold(w, SC_IP_GRE, virtual_network ? key >> 8 : key, !virtual_network);
}

static enum sc_next read_gre(struct sc_walk *w)                /* RFC 2784 2.1, 2890 2 */
{
	const char *h = sc_walk_take(w, 4);
	if (!h)
		return SC_NEXT_NONE;
	uint16_t flags = sc_load_be16(h), type = sc_load_be16(h + 2);
	bool mirror = type == 0x88be || type == 0x22eb;
	uint32_t key = 0;
	if ((flags & 7) == 1 && type == SC_NEXT_PPP) {
		fold(w, SC_IP_GRE, 0, true);
		return read_pptp(w, flags);
	}
	if ((flags & 7) || (flags & 0xc000 && !sc_walk_take(w, 4)))
		return SC_NEXT_NONE;
	if (flags & 0x2000) {
		h = sc_walk_take(w, 4);
		key = h ? sc_load_be32(h) : 0;
	}
	if ((flags & 0x1000 && !sc_walk_take(w, 4)) || (flags & 0x4000 && !skip_routes(w)))
		return SC_NEXT_NONE;
	if (!mirror)
		fold_gre(w, type, key);
	if (type == 0x22eb || (mirror && flags & 0x1000))
		return read_erspan(w, type == 0x22eb);
	return mirror ? SC_NEXT_ETHERNET : type > SC_NEXT_LAST_LENGTH ? (enum sc_next)type : SC_NEXT_NONE;
}

/* ---- ESP that does not encrypt ---- */

/* Of `inner` only a plausible IP packet or TCP segment passes: nothing else tells it from encrypted octets. */
static bool is_plain(uint8_t protocol, sc_str inner)
{
	size_t least = protocol == SC_IP_IPV6 ? 40 : 20;
	if (inner.len < least)
		return false;
	const uint8_t *h = (const uint8_t *)inner.at;
	switch (protocol) {
	case SC_IP_TCP:
		return h[12] >> 4 >= 5 && (h[12] >> 4) * 4u <= inner.len && (h[12] & 0x0e) == 0;
	case SC_IP_IPV4:
		return h[0] >> 4 == 4 && (h[0] & 15) >= 5 && sc_load_be16(h + 2) == inner.len;
	case SC_IP_IPV6:
		return h[0] >> 4 == 6 && sc_load_be16(h + 4) + 40u == inner.len;
	default:
		return false;
	}
}

/* `body` is what is protected: payload, padding of 1, 2, 3 ..., its length, the protocol of the payload (RFC 4303
 * 2.4). */
static bool read_trailer(sc_str body, uint8_t *protocol, sc_str *inner)
{
	if (body.len < 22 || body.len % 4)
		return false;
	size_t padding = (uint8_t)body.at[body.len - 2];
	*protocol = (uint8_t)body.at[body.len - 1];
	if (padding > body.len - 2)
		return false;
	*inner = sc_str_slice(body, 0, body.len - 2 - padding);
	for (size_t i = 0; i < padding; i++)
		if ((uint8_t)inner->at[inner->len + i] != i + 1)
			return false;
	return is_plain(*protocol, *inner);
}

/* The packet does not say how long its check value is, nor that it is not encrypted (RFC 2410): every usual length
 * is tried. The trailer must have been captured. */
static enum sc_next read_esp(struct sc_walk *w)
{
	static const struct { uint8_t before, check; } forms[] = {
		{ 0, 12 }, { 0, 16 }, { 8, 16 }, { 0, 24 }, { 0, 32 }, { 0, 0 }, /* 8: AES-GMAC (RFC 4543) */
	};
	size_t octets = sc_cursor_left(&w->c);
	const char *h = sc_walk_peek(w, 0, octets);
	if (!h || octets != w->wire_left)
		return SC_NEXT_NONE;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		size_t front = 8u + forms[i].before, both = front + forms[i].check;
		uint8_t protocol;
		sc_str inner;
		if (octets <= both || !read_trailer((sc_str){ h + front, octets - both }, &protocol, &inner))
			continue;
		sc_walk_take(w, front);
		sc_walk_set(w, inner.len);
		w->guessed = true;
		if (protocol == SC_IP_TCP)
			return SC_NEXT_TCP;
		fold(w, SC_IP_ESP, 0, true);
		return protocol == SC_IP_IPV4 ? SC_NEXT_IPV4 : SC_NEXT_IPV6;
	}
	return SC_NEXT_NONE;
}

/* ---- L2TP ---- */

/* Version 3 (RFC 3931 4.1): the length of the cookie, and whether a word for the order stands behind it, was
 * agreed upon elsewhere.  `from` is where the number of the session ends. */
static enum sc_next find_frame(struct sc_walk *w, size_t from)
{
	for (size_t at = from; at <= from + 12; at += 4)
		if (sc_link_is_frame(w, at))
			return sc_walk_take(w, at) ? SC_NEXT_ETHERNET : SC_NEXT_NONE;
	return SC_NEXT_NONE;
}

static enum sc_next read_l2tp_in_ip(struct sc_walk *w)         /* RFC 3931 4.1.1: session 0 is control */
{
	const char *h = sc_walk_peek(w, 0, 4);
	fold(w, SC_IP_L2TP, 0, true);
	return h && sc_load_be32(h) ? find_frame(w, 4) : SC_NEXT_NONE;
}

static enum sc_next read_l2tp(struct sc_walk *w)               /* RFC 2661 3.1 */
{
	const char *h = sc_walk_peek(w, 0, 2);
	unsigned flags = h ? sc_load_be16(h) : 0x8000;
	fold(w, SC_IP_L2TP, 0, true);
	if (flags & 0x8000) /* control */
		return SC_NEXT_NONE;
	if ((flags & 15) == 3)
		return find_frame(w, 8);
	if ((flags & 15) != 2)
		return SC_NEXT_NONE;
	sc_walk_take(w, 2);
	if (flags & 0x4000) {
		uint16_t octets = sc_walk_be16(w);
		sc_walk_limit(w, octets < 4 ? 0 : octets - 4u);
	}
	sc_walk_take(w, flags & 0x0800 ? 8 : 4); /* tunnel, session; numbers of the packets */
	if (flags & 0x0200) {
		uint16_t offset = sc_walk_be16(w);
		sc_walk_take(w, offset);
	}
	return w->c.failed ? SC_NEXT_NONE : SC_NEXT_PPP;
}

/* ---- by UDP port ---- */

static enum sc_next read_vxlan(struct sc_walk *w)              /* RFC 7348 5: flag 8, the number is valid */
{
	const char *h = sc_walk_take(w, 8);
	if (!h || !(h[0] & 8))
		return SC_NEXT_NONE;
	uint32_t network = sc_load_be32(h + 4) >> 8;
	fold(w, VXLAN_PORT, network, network == 0);
	return SC_NEXT_ETHERNET;
}

/* Flag 4: the last of the reserved octets tells what follows. */
static enum sc_next read_vxlan_gpe(struct sc_walk *w)
{
	const char *h = sc_walk_peek(w, 0, 8);
	enum sc_next next = h && h[0] & 4 ? sc_link_service((uint8_t)h[3]) : SC_NEXT_ETHERNET;
	return read_vxlan(w) == SC_NEXT_NONE ? SC_NEXT_NONE : next;
}

static enum sc_next read_geneve(struct sc_walk *w)             /* RFC 8926 3.4: version 0, options in words */
{
	const char *h = sc_walk_take(w, 8);
	if (!h || (uint8_t)h[0] >> 6 || !sc_walk_take(w, (h[0] & 0x3f) * 4u))
		return SC_NEXT_NONE;
	uint32_t network = sc_load_be32(h + 4) >> 8;
	uint16_t type = sc_load_be16(h + 2);
	fold(w, GENEVE_PORT, network, network == 0);
	return type > SC_NEXT_LAST_LENGTH ? (enum sc_next)type : SC_NEXT_NONE;
}

/* TS 29.281 5.1: version 1, GTP; 255 is a user's packet.  Flags tell of four octets more, of which the last is the
 * kind of an extension header; these give their length in words, and end with the kind of the next. */
static enum sc_next read_gtp(struct sc_walk *w)
{
	const char *h = sc_walk_take(w, 8);
	if (!h || (uint8_t)h[0] >> 4 != 3 || (uint8_t)h[1] != 255)
		return SC_NEXT_NONE;
	sc_walk_limit(w, sc_load_be16(h + 2));
	fold(w, 2152, 0, true);
	if (!(h[0] & 7))
		return SC_NEXT_IP;
	const char *more = sc_walk_take(w, 4);
	bool extended = more && h[0] & 4 && more[3];
	for (int i = 0; extended && i < MOST_EXTENSIONS; i++) {
		h = sc_walk_peek(w, 0, 1);
		size_t octets = h ? (uint8_t)*h * 4u : 0;
		h = octets ? sc_walk_take(w, octets) : NULL;
		if (!h)
			return SC_NEXT_NONE;
		extended = h[octets - 1] != 0;
	}
	return more && !extended ? SC_NEXT_IP : SC_NEXT_NONE;
}

/* RFC 4380 5.1.1: authentication and the client's own address may stand before IPv6.  Its addresses are worldwide,
 * and its two directions may pass different relays. */
static enum sc_next read_teredo(struct sc_walk *w)
{
	for (int i = 0; i < 2; i++) {
		const char *h = sc_walk_peek(w, 0, 4);
		uint16_t kind = h ? sc_load_be16(h) : 0xffff;
		size_t octets = kind == 0 ? 8 : kind == 1 ? 13u + (uint8_t)h[2] + (uint8_t)h[3] : 0;
		if (octets && !sc_walk_take(w, octets))
			return SC_NEXT_NONE;
	}
	sc_walk_fold(w, 3544);
	return sc_link_version(w) == SC_NEXT_IPV6 ? SC_NEXT_IPV6 : SC_NEXT_NONE;
}

/* RFC 9300 5.1, with the instance of RFC 8060 where its flag is set. */
static enum sc_next read_lisp(struct sc_walk *w)
{
	const char *h = sc_walk_take(w, 8);
	if (!h)
		return SC_NEXT_NONE;
	fold(w, 4341, h[0] & 8 ? sc_load_be32(h + 4) >> 8 : 0, false);
	return SC_NEXT_IP;
}

/* RFC 5415 4.3: no DTLS, its length in words; a bit tells that the frame is 802.11 and not Ethernet.  Its
 * fragments and signs of life are left. */
static enum sc_next read_capwap(struct sc_walk *w)
{
	const char *h = sc_walk_peek(w, 0, 8);
	size_t octets = h ? ((uint8_t)h[1] >> 3) * 4u : 8;
	h = sc_walk_take(w, octets);
	if (!h || octets < 8 || h[0] != 0 || h[3] & 0x88)
		return SC_NEXT_NONE;
	fold(w, 5247, 0, true);
	return h[2] & 1 ? sc_link_wifi(w, SC_WIFI_SWAPPED) : SC_NEXT_ETHERNET;
}

/* RFC 3948 2.1: four octets of zero are for the key exchange.  Translated addresses leave the checksum wrong. */
static enum sc_next read_esp_in_udp(struct sc_walk *w)
{
	const char *h = sc_walk_peek(w, 0, 4);
	if (!h || sc_load_be32(h) == 0)
		return SC_NEXT_NONE;
	w->check = false;
	return read_esp(w);
}

/* ROW(port, reader, where it is said) */
#define UDP_TUNNELS(ROW)                                         \
	ROW(1701, read_l2tp,       "RFC 2661, 3931")             \
	ROW(2152, read_gtp,        "3GPP TS 29.281")             \
	ROW(3544, read_teredo,     "RFC 4380")                   \
	ROW(4341, read_lisp,       "RFC 9300")                   \
	ROW(4500, read_esp_in_udp, "RFC 3948")                   \
	ROW(4754, read_gre,        "RFC 8086")                   \
	ROW(4789, read_vxlan,      "RFC 7348")                   \
	ROW(4790, read_vxlan_gpe,  "draft-ietf-nvo3-vxlan-gpe")  \
	ROW(5247, read_capwap,     "RFC 5415")                   \
	ROW(6081, read_geneve,     "RFC 8926")                   \
	ROW(6635, read_mpls_in_ip, "RFC 7510")                   \
	ROW(8472, read_vxlan,      "Linux before the port was given")

static bool is_tunnel_port(uint16_t port)
{
	switch (port) {
#define ROW(number, reader, ref) case number:
	UDP_TUNNELS(ROW)
#undef ROW
		return true;
	default:
		return false;
	}
}

static enum sc_next read_port(struct sc_walk *w, uint16_t port)
{
	switch (port) {
#define ROW(number, reader, ref) case number: return reader(w);
	UDP_TUNNELS(ROW)
#undef ROW
	default:
		return SC_NEXT_NONE;
	}
}

/* The port that tells, of both; 0: none. */
static uint16_t tunnel_port(const char *h)
{
	uint16_t from = sc_load_be16(h), to = sc_load_be16(h + 2);
	return is_tunnel_port(to) ? to : is_tunnel_port(from) ? from : 0;
}

static enum sc_next read_udp(struct sc_walk *w)                /* RFC 768 */
{
	const char *h = sc_walk_peek(w, 0, 8);
	uint16_t port = h ? tunnel_port(h) : 0;
	if (!port)
		return SC_NEXT_NONE;
	w->guessed = true;
	uint16_t octets = sc_load_be16(h + 4);
	sc_walk_take(w, 8);
	if (octets >= 8)
		sc_walk_limit(w, octets - 8u);
	return read_port(w, port);
}

/* ---- the ways in ---- */

enum sc_next sc_tunnel_enter(struct sc_walk *w, uint8_t protocol)
{
	switch ((enum sc_protocol)protocol) {
	case SC_IP_UDP:
		return read_udp(w);
	case SC_IP_IPV4:
		return read_ipv4_in_ip(w);
	case SC_IP_IPV6:
		return read_ipv6_in_ip(w);
	case SC_IP_GRE:
		return read_gre(w);
	case SC_IP_ESP:
		return read_esp(w);
	case SC_IP_ETHERIP:
		return read_etherip(w);
	case SC_IP_L2TP:
		return read_l2tp_in_ip(w);
	case SC_IP_MPLS:
		return read_mpls_in_ip(w);
	case SC_IP_ETHERNET:
		return read_ethernet_in_ip(w);
	default:
		return SC_NEXT_NONE;
	}
}

bool sc_tunnel_possible(uint8_t protocol, uint8_t version, sc_str begin)
{
	if ((!begin.at && version == 6) || sc_walk_is_extension(protocol, version))
		return true;
	switch ((enum sc_protocol)protocol) {
	case SC_IP_UDP:
		return begin.len < 4 || tunnel_port(begin.at) != 0;
	case SC_IP_TCP: case SC_IP_IPV4: case SC_IP_IPV6: case SC_IP_GRE: case SC_IP_ESP: case SC_IP_ETHERIP:
	case SC_IP_L2TP: case SC_IP_MPLS: case SC_IP_ETHERNET:
		return true;
	default:
		return false;
	}
}
