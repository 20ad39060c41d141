/* walk.h - a packet on its way from the link header inwards: what decode.c, link.c and tunnel.c hand to each
 * other.
 *
 * A reader takes its header off the front and says what stands next.  It never looks past what was captured, and
 * what it cannot make sense of is SC_NEXT_NONE.  Nobody calls anybody deeper: the loop in decode.c asks for the
 * next reader, and stops after a number of layers, so nesting costs no stack. */
#ifndef SC_NET_WALK_H
#define SC_NET_WALK_H

#include "net/decode.h"

/* What stands next: an Ethernet type, or an answer of our own, which no such type can be. */
enum sc_next {
	SC_NEXT_LAST_LENGTH = 0x05dc, /* 802.3: up to here it is a length, and LLC follows */
	SC_NEXT_IPV4        = 0x0800,
	SC_NEXT_ETHERNET    = 0x6558, /* transparent Ethernet bridging */
	SC_NEXT_VLAN        = 0x8100,
	SC_NEXT_IPV6        = 0x86dd,
	SC_NEXT_PPP         = 0x880b,
	SC_NEXT_MPLS        = 0x8847,
	SC_NEXT_MPLS_MORE   = 0x8848, /* multicast once, labels of the upstream router by RFC 5332 */
	SC_NEXT_PPPOE       = 0x8864, /* the session stage */
	SC_NEXT_QINQ        = 0x88a8,
	SC_NEXT_PBB         = 0x88e7, /* MAC in MAC */
	SC_NEXT_VN_TAG      = 0x8926,
	SC_NEXT_E_TAG       = 0x893f,
	SC_NEXT_NSH         = 0x894f,
	SC_NEXT_QINQ_OLD    = 0x9100, /* before 802.1ad had a number */
	SC_NEXT_NONE        = 0x10000,
	SC_NEXT_IP,                   /* its first octet tells which */
	SC_NEXT_TCP,
};

enum sc_protocol { /* IANA protocol numbers that are looked behind */
	SC_IP_HOP_BY_HOP  = 0,
	SC_IP_ICMP        = 1,
	SC_IP_IPV4        = 4,
	SC_IP_TCP         = 6,
	SC_IP_UDP         = 17,
	SC_IP_IPV6        = 41,
	SC_IP_ROUTING     = 43,
	SC_IP_FRAGMENT    = 44,
	SC_IP_GRE         = 47,
	SC_IP_ESP         = 50,
	SC_IP_AH          = 51,
	SC_IP_ICMP6       = 58,
	SC_IP_DESTINATION = 60,
	SC_IP_ETHERIP     = 97,
	SC_IP_L2TP        = 115,
	SC_IP_MPLS        = 137,
	SC_IP_ETHERNET    = 143,
};

/* Where the walk is: the cursor ends where the packet in work or the capture ends, whichever is first. */
struct sc_walk {
	struct sc_cursor c;
	size_t wire_left; /* octets to the end of the packet on the wire; the cursor never has more */
	bool   check;     /* a TCP checksum covers what stands here: it can be judged */
	bool   guessed;   /* a port or a pattern brought us here: what does not fit is no damage */
	struct sc_layers *l;
};

static inline const char *sc_walk_take(struct sc_walk *w, size_t n)
{
	sc_str s = sc_cursor_take(&w->c, n);
	if (w->c.failed)
		return NULL;
	w->wire_left -= n;
	return s.at;
}

/* `n` octets that begin `at` octets ahead, or NULL when they were not captured. */
static inline const char *sc_walk_peek(const struct sc_walk *w, size_t at, size_t n)
{
	size_t left = sc_cursor_left(&w->c);
	return !w->c.failed && at <= left && n <= left - at ? (const char *)w->c.at + at : NULL;
}

static inline uint16_t sc_walk_be16(struct sc_walk *w)
{
	const char *h = sc_walk_take(w, 2);
	return h ? sc_load_be16(h) : 0;
}

/* `octets` are left on the wire, says IP, and is believed: a mirror may have cut what it wraps. */
static inline void sc_walk_set(struct sc_walk *w, size_t octets)
{
	w->wire_left = octets;
	if (octets < sc_cursor_left(&w->c))
		w->c.end = w->c.at + octets;
}

/* `octets` are left, says a header between; more than there are is a packet that a network card was still to cut. */
static inline void sc_walk_limit(struct sc_walk *w, size_t octets)
{
	if (octets < w->wire_left)
		sc_walk_set(w, octets);
}

/* AH, with both versions of IP; the extension headers of IPv6 (RFC 8200 4). */
static inline bool sc_walk_is_extension(uint8_t protocol, uint8_t version)
{
	if (version != 6)
		return protocol == SC_IP_AH;
	return protocol == SC_IP_HOP_BY_HOP || protocol == SC_IP_ROUTING || protocol == SC_IP_DESTINATION ||
	       protocol == SC_IP_FRAGMENT || protocol == SC_IP_AH;
}

/* Folds `word` into the number of the network; see sc_layers. */
static inline void sc_walk_fold(struct sc_walk *w, uint32_t word)
{
	uint32_t n = (w->l->network ^ word) * UINT32_C(0x9e3779b1) + UINT32_C(0x7f4a7c15);
	w->l->network = n ^ n >> 15;
}

#endif
