/* link.c - link headers, tags, labels, LLC, PPP and 802.11; see link.h.
 *
 * Trusts nothing.  Where a header does not say what it carries (an MPLS label, a pseudowire) the octets behind it
 * decide: an Ethernet frame whose type and payload agree, else the version of IP.
 *
 * IEEE 802.3, 802.1Q, 802.1ah (MAC in MAC), 802.1BR (E-tag), 802.11; RFC 1042 (SNAP), 1661 and 1662 (PPP), 2516
 * (PPPoE), 3032 and 4448 (MPLS, Ethernet in it), 8300 (NSH); radiotap.org. */
#include "net/link.h"

#define MOST_LABELS 16

/* ---- Ethernet and what its types lead to ---- */

static enum sc_next type_of(uint16_t type)
{
	return (enum sc_next)type;
}

static enum sc_next read_ethernet(struct sc_walk *w)
{
	const char *h = sc_walk_take(w, 14);
	return h ? type_of(sc_load_be16(h + 12)) : SC_NEXT_NONE;
}

/* A tag of `octets` with the Ethernet type of what follows behind it. */
static enum sc_next read_tag(struct sc_walk *w, size_t octets)
{
	const char *h = sc_walk_take(w, octets + 2);
	return h ? type_of(sc_load_be16(h + octets)) : SC_NEXT_NONE;
}

/* Priority tags (VLAN 0) name no network. */
static enum sc_next read_vlan(struct sc_walk *w)
{
	const char *h = sc_walk_take(w, 4);
	if (!h)
		return SC_NEXT_NONE;
	w->l->vlan = sc_load_be16(h) & 0xfff;
	if (w->l->vlan)
		sc_walk_fold(w, (uint32_t)SC_NEXT_VLAN << 16 | w->l->vlan);
	return type_of(sc_load_be16(h + 2));
}

/* 802.1ah 9.7: priority and flags, then the number of the service instance, then the customer's frame. */
static enum sc_next read_pbb(struct sc_walk *w)
{
	const char *h = sc_walk_take(w, 4);
	if (!h)
		return SC_NEXT_NONE;
	sc_walk_fold(w, SC_NEXT_PBB);
	sc_walk_fold(w, sc_load_be32(h) & 0xffffff);
	return SC_NEXT_ETHERNET;
}

/* LLC with SNAP (RFC 1042): the Ethernet type stands behind an organisation of zeros, or behind the one that 802.1H
 * has for frames that were bridged. */
static enum sc_next read_llc(struct sc_walk *w)
{
	static const char snap[] = { (char)0xaa, (char)0xaa, 3, 0, 0 };
	const char *h = sc_walk_take(w, sizeof(snap) + 1);
	if (!h || memcmp(h, snap, sizeof(snap)) != 0 || (h[5] != 0 && (uint8_t)h[5] != 0xf8))
		return SC_NEXT_NONE;
	uint16_t type = sc_walk_be16(w);
	return type > SC_NEXT_LAST_LENGTH ? type_of(type) : SC_NEXT_NONE;
}

enum sc_next sc_link_service(uint8_t protocol)
{
	static const enum sc_next follows[] = {
		SC_NEXT_NONE, SC_NEXT_IPV4, SC_NEXT_IPV6, SC_NEXT_ETHERNET, SC_NEXT_NSH, SC_NEXT_MPLS,
	};
	return protocol < sizeof(follows) / sizeof(follows[0]) ? follows[protocol] : SC_NEXT_NONE;
}

/* Network service header (RFC 8300 2): its length in words, and one octet for what follows. */
static enum sc_next read_nsh(struct sc_walk *w)
{
	const char *h = sc_walk_take(w, 4);
	size_t octets = h ? (h[1] & 0x3f) * 4u : 0;
	if (octets < 8 || !sc_walk_take(w, octets - 4))
		return SC_NEXT_NONE;
	return sc_link_service((uint8_t)h[3]);
}

/* The tags of customers can stand before the type that counts. */
bool sc_link_is_frame(const struct sc_walk *w, size_t at)
{
	for (int tags = 0; tags < 4; tags++, at += 4) {
		const char *h = sc_walk_peek(w, at + 12, 3);
		switch (h ? sc_load_be16(h) : 0) {
		case SC_NEXT_VLAN: case SC_NEXT_QINQ: case SC_NEXT_QINQ_OLD:
			break;
		case SC_NEXT_IPV4:
			return (uint8_t)h[2] >> 4 == 4;
		case SC_NEXT_IPV6:
			return (uint8_t)h[2] >> 4 == 6;
		case SC_NEXT_PPPOE:
			return h[2] == 0x11;
		case SC_NEXT_MPLS: case SC_NEXT_MPLS_MORE: case SC_NEXT_PBB: case SC_NEXT_VN_TAG: case SC_NEXT_E_TAG:
			return true;
		default:
			return false;
		}
	}
	return false;
}

enum sc_next sc_link_version(const struct sc_walk *w)
{
	const char *h = sc_walk_peek(w, 0, 1);
	unsigned version = h ? (uint8_t)*h >> 4 : 0;
	return version == 4 ? SC_NEXT_IPV4 : version == 6 ? SC_NEXT_IPV6 : SC_NEXT_NONE;
}

/* Labels (RFC 3032 2.1), then IP or an Ethernet frame, perhaps behind a control word (RFC 4448 4.6).  Labels differ
 * between the two directions of a connection, so they name no network.  0x45 opens nearly every IPv4 packet and, a
 * group's address, no frame to a single host. */
static enum sc_next read_mpls(struct sc_walk *w)
{
	const char *h = NULL;
	for (int i = 0; i < MOST_LABELS && !(h && h[2] & 1); i++)
		if (!(h = sc_walk_take(w, 4)))
			return SC_NEXT_NONE;
	const char *first = sc_walk_peek(w, 0, 20); /* less is neither */
	if (!first)
		w->c.failed = true;
	if (!(h[2] & 1) || !first)
		return SC_NEXT_NONE;
	if (*first == 0x45)
		return SC_NEXT_IPV4;
	if (sc_link_is_frame(w, 0))
		return SC_NEXT_ETHERNET;
	if ((uint8_t)*first >> 4 != 0 || !sc_link_is_frame(w, 4))
		return sc_link_version(w);
	return sc_walk_take(w, 4) ? SC_NEXT_ETHERNET : SC_NEXT_NONE;
}

/* ---- PPP ---- */

/* PPP protocol field (RFC 1661 2): two octets, or one odd one where the peers agreed to compress it (6.5). */
static enum sc_next read_ppp_protocol(struct sc_walk *w)
{
	const char *h = sc_walk_take(w, 1);
	unsigned protocol = h ? (uint8_t)*h : 0;
	if (h && !(protocol & 1)) {
		h = sc_walk_take(w, 1);
		protocol = h ? protocol << 8 | (uint8_t)*h : 0;
	}
	switch (protocol) {
	case 0x21:
		return SC_NEXT_IPV4;
	case 0x57:
		return SC_NEXT_IPV6;
	case 0x281: case 0x283:
		return SC_NEXT_MPLS;
	default:
		return SC_NEXT_NONE;
	}
}

/* RFC 2516 4: version and type 1; code 0 is the session stage; session id and length follow. */
static enum sc_next read_pppoe(struct sc_walk *w)
{
	const char *h = sc_walk_take(w, 6);
	if (!h || h[0] != 0x11 || h[1] != 0)
		return SC_NEXT_NONE;
	return read_ppp_protocol(w);
}

/* With or without HDLC framing (RFC 1662 3.1: address 0xff, control 3, left out where the peers agreed to), or
 * Cisco's HDLC: address 0x0f or 0x8f, control 0, an Ethernet type. */
enum sc_next sc_link_ppp(struct sc_walk *w)
{
	const char *h = sc_walk_peek(w, 0, 2);
	uint16_t opening = h ? sc_load_be16(h) : 0;
	if (opening == 0x0f00 || opening == 0x8f00)
		return read_tag(w, 2);
	if (opening == 0xff03 || !h)
		sc_walk_take(w, 2);
	return read_ppp_protocol(w);
}

/* ---- 802.11 ---- */

/* Octets of the header of a data frame (802.11 9.3.2): three addresses, a fourth between access points, QoS
 * control, HT control.  0: no data, or encrypted. */
static size_t wifi_header(unsigned kind, unsigned flags)
{
	if ((kind & 0x0f) != 0x08 || kind & 0x70 || flags & 0x40)
		return 0;
	bool quality = kind & 0x80;
	return 24u + ((flags & 3) == 3 ? 6 : 0) + (quality ? 2 : 0) + (quality && flags & 0x80 ? 4 : 0);
}

/* Of frames that were joined to one (A-MSDU: a bit of QoS control tells) each has a header of its own; the first
 * is read. */
enum sc_next sc_link_wifi(struct sc_walk *w, unsigned how)
{
	const char *h = sc_walk_peek(w, 0, 2);
	if (!h)
		w->c.failed = true;
	if (!h)
		return SC_NEXT_NONE;
	unsigned kind = (uint8_t)h[0], flags = (uint8_t)h[1];
	if (how & SC_WIFI_SWAPPED && (kind & 0x0f) != 0x08 && (flags & 0x0f) == 0x08) {
		flags = kind;
		kind = (uint8_t)h[1];
	}
	size_t octets = wifi_header(kind, flags);
	if (!octets)
		return SC_NEXT_NONE;
	h = sc_walk_take(w, how & SC_WIFI_PADDED ? (octets + 3) & ~(size_t)3 : octets);
	if (!h)
		return SC_NEXT_NONE;
	if (kind & 0x80 && h[(flags & 3) == 3 ? 30 : 24] & 0x80)
		sc_walk_take(w, 14);
	return read_llc(w);
}

/* The flags of a radiotap header of `octets`: they stand behind all words that tell what is present, and behind a
 * clock when the first of these says so. */
static unsigned radiotap_flags(const char *h, size_t octets)
{
	uint32_t present = sc_load_le32(h + 4);
	size_t at = 4;
	while (at + 8 <= octets && sc_load_le32(h + at) >> 31)
		at += 4;
	at += 4;
	if (present & 1)
		at = (at + 15) & ~(size_t)7;
	return present & 2 && at < octets ? (uint8_t)h[at] : 0;
}

static enum sc_next read_radiotap(struct sc_walk *w)
{
	const char *h = sc_walk_peek(w, 0, 8);
	size_t octets = h ? sc_load_le16(h + 2) : 8;
	h = sc_walk_take(w, octets);
	if (!h || octets < 8 || h[0] != 0)
		return SC_NEXT_NONE;
	return sc_link_wifi(w, radiotap_flags(h, octets) & 0x20 ? SC_WIFI_PADDED : 0);
}

/* Per-packet information: a header of its own length, and the link type of what follows; only 802.11 is met. */
static enum sc_next read_ppi(struct sc_walk *w)
{
	const char *h = sc_walk_peek(w, 0, 8);
	size_t octets = h ? sc_load_le16(h + 2) : 8;
	h = sc_walk_take(w, octets);
	bool wifi = h && octets >= 8 && sc_load_le32(h + 4) == SC_LINK_WIFI;
	return wifi ? sc_link_wifi(w, 0) : SC_NEXT_NONE;
}

/* ---- loopback and its like ---- */

/* The address family of a BSD, by a machine of either byte order.  AF_INET is 2 everywhere; AF_INET6 is 24 on
 * NetBSD and OpenBSD, 28 on FreeBSD, 30 on Darwin, 10 on Linux. */
static enum sc_next family_of(uint32_t family)
{
	switch (family) {
	case 2:
		return SC_NEXT_IPV4;
	case 10: case 24: case 28: case 30:
		return SC_NEXT_IPV6;
	default:
		return SC_NEXT_NONE;
	}
}

/* A header of `octets` that opens with the family. */
static enum sc_next read_family(struct sc_walk *w, size_t octets)
{
	const char *h = sc_walk_take(w, octets);
	if (!h)
		return SC_NEXT_NONE;
	return family_of(sc_load_be32(h) > 0xffff ? sc_load_le32(h) : sc_load_be32(h));
}

/* The log of a BSD's packet filter: length, without what fills it up to four, and family are its first octets. */
static enum sc_next read_pflog(struct sc_walk *w)
{
	const char *h = sc_walk_peek(w, 0, 2);
	size_t octets = h ? ((uint8_t)h[0] + 3u) & ~3u : 4;
	h = sc_walk_take(w, octets);
	return h && octets >= 4 ? family_of((uint8_t)h[1]) : SC_NEXT_NONE;
}

/* Linux cooked capture: the protocol field stands at `at` of a header of `octets`, and 4 in it means LLC. */
static enum sc_next read_cooked(struct sc_walk *w, size_t octets, size_t at)
{
	const char *h = sc_walk_take(w, octets);
	return h ? type_of(sc_load_be16(h + at)) : SC_NEXT_NONE;
}

static enum sc_next read_version(struct sc_walk *w)
{
	if (!sc_walk_peek(w, 0, 1))
		w->c.failed = true;
	return sc_link_version(w);
}

/* ---- the two ways in ---- */

static enum sc_next begin(struct sc_walk *w, enum sc_link link, bool *known)
{
	*known = true;
	switch (link) {
	case SC_LINK_ETHERNET:
		return read_ethernet(w);
	case SC_LINK_SLL:
		return read_cooked(w, 16, 14);
	case SC_LINK_SLL2:
		return read_cooked(w, 20, 0);
	case SC_LINK_NULL: case SC_LINK_LOOP:
		return read_family(w, 4);
	case SC_LINK_ENC: /* family, security association, flags */
		return read_family(w, 12);
	case SC_LINK_PFLOG:
		return read_pflog(w);
	case SC_LINK_PPP: case SC_LINK_PPP_HDLC: case SC_LINK_CISCO_HDLC:
		return sc_link_ppp(w);
	case SC_LINK_PPPOE:
		return read_pppoe(w);
	case SC_LINK_MPLS:
		return read_mpls(w);
	case SC_LINK_WIFI:
		return sc_link_wifi(w, 0);
	case SC_LINK_RADIOTAP:
		return read_radiotap(w);
	case SC_LINK_PPI:
		return read_ppi(w);
	case SC_LINK_RAW: case SC_LINK_RAW_BSD: case SC_LINK_RAW_OPENBSD:
		return read_version(w);
	case SC_LINK_IPV4:
		return SC_NEXT_IPV4;
	case SC_LINK_IPV6:
		return SC_NEXT_IPV6;
	}
	*known = false;
	return SC_NEXT_NONE;
}

bool sc_link_begin(struct sc_walk *w, uint16_t link, enum sc_next *next)
{
	bool known;
	*next = begin(w, (enum sc_link)link, &known);
	return known;
}

enum sc_next sc_link_follow(struct sc_walk *w, enum sc_next next)
{
	switch (next) {
	case SC_NEXT_VLAN: case SC_NEXT_QINQ: case SC_NEXT_QINQ_OLD:
		return read_vlan(w);
	case SC_NEXT_VN_TAG:
		return read_tag(w, 4);
	case SC_NEXT_E_TAG:
		return read_tag(w, 6);
	case SC_NEXT_ETHERNET:
		return read_ethernet(w);
	case SC_NEXT_MPLS: case SC_NEXT_MPLS_MORE:
		return read_mpls(w);
	case SC_NEXT_PPPOE:
		return read_pppoe(w);
	case SC_NEXT_PPP:
		return sc_link_ppp(w);
	case SC_NEXT_PBB:
		return read_pbb(w);
	case SC_NEXT_NSH:
		return read_nsh(w);
	case SC_NEXT_IP:
		return read_version(w);
	default:
		return next <= SC_NEXT_LAST_LENGTH ? read_llc(w) : SC_NEXT_NONE;
	}
}
