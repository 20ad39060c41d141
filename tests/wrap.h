/* wrap.h - packets from the inside out: each step puts headers before what is there, for tests of everything that
 * is taken off again.  Between two networks the outer addresses, and the numbers that each end chooses for itself,
 * change places with the direction. */
#ifndef SC_TESTS_WRAP_H
#define SC_TESTS_WRAP_H

#include <stdint.h>
#include <string.h>

#include <smtpscope/packet.h>

#define WRAP_FRONT 1024
#define WRAP_ROOM  (WRAP_FRONT + 70000)

struct wrap {
	uint8_t  octets[WRAP_ROOM];
	size_t   from, to;
	bool     frame;  /* an Ethernet frame stands at the front, else an IP packet */
	bool     back;   /* from the server to the client */
	bool     outer6; /* outer IP headers are of version 6 */
	uint32_t number; /* of the network, where the tunnel has one: 24 bits */
	uint16_t id;     /* of IPv4 packets */
};

static inline uint8_t *wrap_push(struct wrap *w, size_t n)
{
	SC_ASSERT(n <= w->from);
	w->from -= n;
	return w->octets + w->from;
}

static inline void wrap_be(uint8_t *to, size_t n, uint64_t value)
{
	while (n--) {
		to[n] = (uint8_t)value;
		value >>= 8;
	}
}

/* Puts a number of `n` octets before what is there. */
static inline void wrap_put(struct wrap *w, size_t n, uint64_t value)
{
	wrap_be(wrap_push(w, n), n, value);
}

static inline size_t wrap_len(const struct wrap *w)
{
	return w->to - w->from;
}

static inline bool wrap_is6(const struct wrap *w)
{
	return w->octets[w->from] >> 4 == 6;
}

static inline void wrap_add(struct wrap *w, const void *octets, size_t n)
{
	SC_ASSERT(n <= WRAP_ROOM - w->to);
	if (n)
		memcpy(w->octets + w->to, octets, n);
	w->to += n;
}

/* An IP header; `low` is the last octet of the client's address, its network 192.0.2.0 or 2001:db8::. */
static inline void wrap_ip(struct wrap *w, bool v6, unsigned protocol, unsigned client, unsigned server)
{
	size_t len = wrap_len(w);
	unsigned from = w->back ? server : client, to = w->back ? client : server;
	uint8_t *h = wrap_push(w, v6 ? 40 : 20);
	memset(h, 0, v6 ? 40 : 20);
	if (v6) {
		h[0] = 0x60;
		wrap_be(h + 4, 2, len);
		h[6] = (uint8_t)protocol;
		h[7] = 64;
		wrap_be(h + 8, 4, 0x20010db8);
		wrap_be(h + 24, 4, 0x20010db8);
		h[23] = (uint8_t)from;
		h[39] = (uint8_t)to;
	} else {
		h[0] = 0x45;
		wrap_be(h + 2, 2, len + 20);
		wrap_be(h + 4, 2, ++w->id);
		h[8] = 64;
		h[9] = (uint8_t)protocol;
		wrap_be(h + 12, 4, 0xc0000200u + from);
		wrap_be(h + 16, 4, 0xc0000200u + to);
	}
	w->frame = false;
}

static inline void wrap_outer(struct wrap *w, unsigned protocol)
{
	wrap_ip(w, w->outer6, protocol, 100, 200);
}

static inline void wrap_udp(struct wrap *w, unsigned from, unsigned to)
{
	uint8_t *h = wrap_push(w, 8);
	wrap_be(h, 2, from);
	wrap_be(h + 2, 2, to);
	wrap_be(h + 4, 2, wrap_len(w));
	wrap_be(h + 6, 2, 0);
	wrap_outer(w, 17);
}

static inline unsigned wrap_type(const struct wrap *w)
{
	return w->frame ? 0x6558 : wrap_is6(w) ? 0x86dd : 0x0800;
}

static inline void wrap_ether_type(struct wrap *w, unsigned type)
{
	wrap_put(w, 2, type);
	wrap_put(w, 6, 0x00004e000001 + w->back);
	wrap_put(w, 6, 0x00004e000002 - w->back);
	w->frame = true;
}

static inline void wrap_ether(struct wrap *w)
{
	wrap_ether_type(w, wrap_type(w));
}

/* ---- tags and labels ---- */

/* Between the addresses of the frame and its type. */
static inline void wrap_tag(struct wrap *w, unsigned type, size_t n, uint64_t value)
{
	uint8_t *h = wrap_push(w, n + 2);
	memmove(h, h + n + 2, 12);
	wrap_be(h + 12, 2, type);
	wrap_be(h + 14, n, value);
}

static inline void wrap_vlan(struct wrap *w)
{
	wrap_tag(w, 0x8100, 2, 0x2000 | (w->number & 0xfff));
}

static inline void wrap_qinq(struct wrap *w)
{
	wrap_vlan(w);
	wrap_tag(w, 0x88a8, 2, 7);
}

static inline void wrap_vn_tag(struct wrap *w)
{
	wrap_tag(w, 0x8926, 4, 0x80010002);
}

static inline void wrap_pbb(struct wrap *w)
{
	wrap_put(w, 4, w->number);
	wrap_ether_type(w, 0x88e7);
	wrap_tag(w, 0x88a8, 2, 9);
}

static inline void wrap_labels(struct wrap *w)
{
	wrap_put(w, 4, (uint64_t)(w->back ? 3000 : 2000) << 12 | 0x140);
	wrap_put(w, 4, (uint64_t)(w->back ? 18 : 17) << 12 | 0x40);
}

static inline void wrap_mpls(struct wrap *w)
{
	wrap_labels(w);
	wrap_ether_type(w, 0x8847);
}

static inline void wrap_pseudowire(struct wrap *w)
{
	wrap_put(w, 4, 0x00000011);
	wrap_mpls(w);
}

static inline void wrap_ppp(struct wrap *w)
{
	wrap_put(w, 2, wrap_is6(w) ? 0x57 : 0x21);
}

static inline void wrap_pppoe(struct wrap *w)
{
	wrap_ppp(w);
	size_t len = wrap_len(w);
	wrap_put(w, 2, len);
	wrap_put(w, 4, 0x11000042);
	wrap_ether_type(w, 0x8864);
}

/* ---- by protocol number ---- */

static inline void wrap_ip_in_ip(struct wrap *w)
{
	wrap_outer(w, wrap_is6(w) ? 41 : 4);
}

static inline void wrap_gre(struct wrap *w)
{
	wrap_put(w, 4, wrap_type(w));
	wrap_outer(w, 47);
}

static inline void wrap_gre_full(struct wrap *w)
{
	unsigned type = wrap_type(w);
	wrap_put(w, 4, 77);
	wrap_put(w, 4, w->number);
	wrap_put(w, 4, 0);
	wrap_put(w, 4, 0xb0000000 | type);
	wrap_outer(w, 47);
}

static inline void wrap_gre_routed(struct wrap *w)
{
	unsigned type = wrap_type(w);
	wrap_put(w, 4, 0);
	wrap_put(w, 8, 0x0800000401020304);
	wrap_put(w, 4, 0);
	wrap_put(w, 4, 0x40000000 | type);
	wrap_outer(w, 47);
}

static inline void wrap_gre_mpls(struct wrap *w)
{
	wrap_labels(w);
	wrap_put(w, 4, 0x8847);
	wrap_outer(w, 47);
}

static inline void wrap_pptp(struct wrap *w)
{
	wrap_ppp(w);
	wrap_put(w, 2, 0xff03);
	size_t len = wrap_len(w);
	wrap_put(w, 4, 6);
	wrap_put(w, 4, 5);
	wrap_put(w, 2, w->back ? 11 : 12);
	wrap_put(w, 2, len);
	wrap_put(w, 4, 0x3081880b);
	wrap_outer(w, 47);
}

static inline void wrap_nvgre(struct wrap *w)
{
	wrap_put(w, 4, (0x100000 + w->number) << 8 | (w->back ? 9 : 3));
	wrap_put(w, 4, 0x20006558);
	wrap_outer(w, 47);
}

static inline void wrap_erspan1(struct wrap *w)
{
	wrap_put(w, 4, 0x88be);
	wrap_outer(w, 47);
}

static inline void wrap_erspan2(struct wrap *w)
{
	wrap_put(w, 4, 5);
	wrap_put(w, 4, 0x10000000 | (w->number & 0xfff) << 16 | (w->back ? 1 : 2));
	wrap_put(w, 4, 99);
	wrap_put(w, 4, 0x100088be);
	wrap_outer(w, 47);
}

static inline void wrap_erspan3(struct wrap *w)
{
	wrap_put(w, 8, 0x1234);
	wrap_put(w, 8, 0x1234567800000001);
	wrap_put(w, 4, 0x20000000 | (w->number & 0xfff) << 16 | (w->back ? 1 : 2));
	wrap_put(w, 4, 99);
	wrap_put(w, 4, 0x100022eb);
	wrap_outer(w, 47);
}

static inline void wrap_etherip(struct wrap *w)
{
	wrap_put(w, 2, 0x3000);
	wrap_outer(w, 97);
}

static inline void wrap_mpls_in_ip(struct wrap *w)
{
	wrap_labels(w);
	wrap_outer(w, 137);
}

static inline void wrap_ethernet_in_ip(struct wrap *w)
{
	wrap_outer(w, 143);
}

static inline void wrap_l2tp_in_ip(struct wrap *w)
{
	wrap_put(w, 4, 0);
	wrap_put(w, 4, w->back ? 11 : 12);
	wrap_outer(w, 115);
}

/* Puts `n` octets behind the IP header at the front, which then carries `protocol`; gives what it carried. */
static inline unsigned wrap_insert(struct wrap *w, size_t n, unsigned protocol)
{
	bool v6 = wrap_is6(w);
	size_t header = v6 ? 40 : 20;
	uint8_t *h = wrap_push(w, n);
	memmove(h, h + n, header);
	unsigned carried = h[v6 ? 6 : 9];
	h[v6 ? 6 : 9] = (uint8_t)protocol;
	wrap_be(h + (v6 ? 4 : 2), 2, wrap_len(w) - (v6 ? 40 : 0));
	return carried;
}

static inline void wrap_ah(struct wrap *w)
{
	size_t header = wrap_is6(w) ? 40 : 20;
	unsigned carried = wrap_insert(w, 24, 51);
	uint8_t *h = w->octets + w->from + header;
	memset(h, 0xa5, 24);
	h[0] = (uint8_t)carried;
	h[1] = 4;
}

/* Padding to a multiple of four octets, and a check value. */
static inline void wrap_esp_trailer(struct wrap *w, unsigned protocol, size_t payload, size_t check)
{
	static const uint8_t padding[] = { 1, 2, 3 };
	uint8_t end[2] = { (uint8_t)(-(payload + 2) & 3), (uint8_t)protocol }, value[32];
	memset(value, 0x5a, sizeof(value));
	wrap_add(w, padding, end[0]);
	wrap_add(w, end, 2);
	wrap_add(w, value, check);
}

static inline void wrap_esp_tunnel(struct wrap *w)
{
	wrap_esp_trailer(w, wrap_is6(w) ? 41 : 4, wrap_len(w), 16);
	wrap_put(w, 8, w->back ? 0x0011223300000001 : 0x0011223400000001);
	wrap_outer(w, 50);
}

/* AES-GMAC: eight octets stand before what is protected. */
static inline void wrap_esp_in_udp(struct wrap *w)
{
	wrap_esp_trailer(w, wrap_is6(w) ? 41 : 4, wrap_len(w), 16);
	wrap_put(w, 8, 0xdeadbeefdeadbeef);
	wrap_put(w, 8, 0x0011223300000001);
	wrap_udp(w, 4500, 4500);
}

/* Right only where the IP packet carries TCP. */
static inline void wrap_esp_transport(struct wrap *w)
{
	size_t header = wrap_is6(w) ? 40 : 20;
	wrap_esp_trailer(w, 6, wrap_len(w) - header, 12);
	wrap_insert(w, 8, 50);
	wrap_be(w->octets + w->from + header, 8, 0x0011223300000001);
}

/* ---- by UDP port ---- */

static inline void wrap_vxlan_to(struct wrap *w, unsigned port)
{
	wrap_put(w, 8, 0x0800000000000000 | (uint64_t)w->number << 8);
	wrap_udp(w, w->back ? 50000 : 50001, port);
}

static inline void wrap_vxlan(struct wrap *w)
{
	wrap_vxlan_to(w, 4789);
}

static inline void wrap_vxlan_linux(struct wrap *w)
{
	wrap_vxlan_to(w, 8472);
}

static inline unsigned wrap_service(const struct wrap *w)
{
	return w->frame ? 3 : wrap_is6(w) ? 2 : 1;
}

static inline void wrap_gpe(struct wrap *w)
{
	unsigned kind = wrap_service(w);
	wrap_put(w, 8, (uint64_t)(0x0c000000u | kind) << 32 | w->number << 8);
	wrap_udp(w, 50000, 4790);
}

static inline void wrap_gpe_nsh(struct wrap *w)
{
	unsigned kind = wrap_service(w);
	wrap_put(w, 8, 0x01000104aabbccdd);
	wrap_put(w, 8, (uint64_t)(0x0fc40200u | kind) << 32 | 0x000001ff);
	wrap_put(w, 8, (uint64_t)0x0c000004 << 32 | w->number << 8);
	wrap_udp(w, 50000, 4790);
}

static inline void wrap_geneve(struct wrap *w)
{
	unsigned type = wrap_type(w);
	wrap_put(w, 8, 0x0102800112345678);
	wrap_put(w, 4, w->number << 8);
	wrap_put(w, 4, 0x02000000 | type);
	wrap_udp(w, w->back ? 50000 : 50001, 6081);
}

static inline void wrap_gtp(struct wrap *w)
{
	size_t len = wrap_len(w);
	wrap_put(w, 4, w->back ? 0x1001 : 0x2002);
	wrap_put(w, 2, len);
	wrap_put(w, 2, 0x30ff);
	wrap_udp(w, 2152, 2152);
}

/* With a number and two extension headers. */
static inline void wrap_gtp_extended(struct wrap *w)
{
	wrap_put(w, 8, 0x0200000000000000);
	wrap_put(w, 4, 0x01010985);
	wrap_put(w, 4, 0x00010085);
	size_t len = wrap_len(w);
	wrap_put(w, 4, w->back ? 0x1001 : 0x2002);
	wrap_put(w, 2, len);
	wrap_put(w, 2, 0x36ff);
	wrap_udp(w, 2152, 2152);
}

static inline void wrap_teredo(struct wrap *w)
{
	wrap_put(w, 8, 0x0000123456789abc);
	wrap_put(w, 5, 0);
	wrap_put(w, 8, 0x0001000012345678);
	wrap_udp(w, w->back ? 3544 : 50000, w->back ? 50000 : 3544);
}

static inline void wrap_l2tp(struct wrap *w)
{
	wrap_ppp(w);
	wrap_put(w, 2, 0xff03);
	wrap_put(w, 5, 0x0003000000); /* an offset of 3, and what it skips */
	wrap_put(w, 4, 0x00010002);
	wrap_put(w, 4, w->back ? 0x00050006 : 0x00070008);
	size_t len = wrap_len(w) + 4;
	wrap_put(w, 2, len);
	wrap_put(w, 2, 0x4a02);
	wrap_udp(w, 1701, 1701);
}

static inline void wrap_l2tp3(struct wrap *w)
{
	wrap_put(w, 8, 0x1122334455667788);
	wrap_put(w, 4, w->back ? 11 : 12);
	wrap_put(w, 4, 0x00030000);
	wrap_udp(w, 1701, 1701);
}

static inline void wrap_lisp(struct wrap *w)
{
	wrap_put(w, 8, 0x0800000000000000 | (uint64_t)w->number << 8);
	wrap_udp(w, 50000, 4341);
}

static inline void wrap_gre_in_udp(struct wrap *w)
{
	wrap_put(w, 4, wrap_type(w));
	wrap_udp(w, 50000, 4754);
}

static inline void wrap_mpls_in_udp(struct wrap *w)
{
	wrap_labels(w);
	wrap_udp(w, 50000, 6635);
}

static inline void wrap_capwap(struct wrap *w)
{
	wrap_put(w, 8, 0x0010020000000000);
	wrap_udp(w, w->back ? 5247 : 50000, w->back ? 50000 : 5247);
}

/* A data frame of 802.11 with QoS control, and LLC. */
static inline void wrap_wifi(struct wrap *w)
{
	wrap_put(w, 2, wrap_type(w));
	wrap_put(w, 6, 0xaaaa03000000);
	memset(wrap_push(w, 24), 2, 24);
	wrap_put(w, 2, w->back ? 0x8802 : 0x8801);
	w->octets[w->from + 24] = 0;
}

static inline void wrap_capwap_wifi(struct wrap *w)
{
	wrap_wifi(w);
	uint8_t *h = w->octets + w->from, kind = h[0];
	h[0] = h[1];
	h[1] = kind;
	wrap_put(w, 8, 0x0010030000000000);
	wrap_udp(w, w->back ? 5247 : 50000, w->back ? 50000 : 5247);
}

/* ---- all of them ---- */

enum wrap_takes {
	WRAP_IP      = 1,
	WRAP_FRAME   = 2,
	WRAP_IPV6    = 4,
	WRAP_WHOLE   = 8,  /* IP, no fragment */
	WRAP_SEGMENT = 16, /* IP with TCP next, no fragment */
};

static const struct wrapper {
	const char *name;
	void (*put)(struct wrap *w);
	unsigned takes;
	bool numbered; /* keeps networks of different numbers apart */
} wrappers[] = {
	{ "vlan",            wrap_vlan,            WRAP_FRAME,             true },
	{ "qinq",            wrap_qinq,            WRAP_FRAME,             true },
	{ "vn_tag",          wrap_vn_tag,          WRAP_FRAME,             false },
	{ "pbb",             wrap_pbb,             WRAP_FRAME,             true },
	{ "mpls",            wrap_mpls,            WRAP_IP | WRAP_FRAME,   false },
	{ "pseudowire",      wrap_pseudowire,      WRAP_FRAME,             false },
	{ "pppoe",           wrap_pppoe,           WRAP_IP,                false },
	{ "ip_in_ip",        wrap_ip_in_ip,        WRAP_IP,                false },
	{ "gre",             wrap_gre,             WRAP_IP | WRAP_FRAME,   false },
	{ "gre_full",        wrap_gre_full,        WRAP_IP | WRAP_FRAME,   true },
	{ "gre_routed",      wrap_gre_routed,      WRAP_IP,                false },
	{ "gre_mpls",        wrap_gre_mpls,        WRAP_IP | WRAP_FRAME,   false },
	{ "pptp",            wrap_pptp,            WRAP_IP,                false },
	{ "nvgre",           wrap_nvgre,           WRAP_FRAME,             true },
	{ "erspan1",         wrap_erspan1,         WRAP_FRAME,             false },
	{ "erspan2",         wrap_erspan2,         WRAP_FRAME,             true },
	{ "erspan3",         wrap_erspan3,         WRAP_FRAME,             true },
	{ "etherip",         wrap_etherip,         WRAP_FRAME,             false },
	{ "mpls_in_ip",      wrap_mpls_in_ip,      WRAP_IP | WRAP_FRAME,   false },
	{ "ethernet_in_ip",  wrap_ethernet_in_ip,  WRAP_FRAME,             false },
	{ "l2tp_in_ip",      wrap_l2tp_in_ip,      WRAP_FRAME,             false },
	{ "ah",              wrap_ah,              WRAP_WHOLE,             false },
	{ "esp_tunnel",      wrap_esp_tunnel,      WRAP_IP,                false },
	{ "esp_transport",   wrap_esp_transport,   WRAP_SEGMENT,           false },
	{ "esp_in_udp",      wrap_esp_in_udp,      WRAP_IP,                false },
	{ "vxlan",           wrap_vxlan,           WRAP_FRAME,             true },
	{ "vxlan_linux",     wrap_vxlan_linux,     WRAP_FRAME,             true },
	{ "gpe",             wrap_gpe,             WRAP_IP | WRAP_FRAME,   true },
	{ "gpe_nsh",         wrap_gpe_nsh,         WRAP_IP | WRAP_FRAME,   true },
	{ "geneve",          wrap_geneve,          WRAP_IP | WRAP_FRAME,   true },
	{ "gtp",             wrap_gtp,             WRAP_IP,                false },
	{ "gtp_extended",    wrap_gtp_extended,    WRAP_IP,                false },
	{ "teredo",          wrap_teredo,          WRAP_IPV6,              false },
	{ "l2tp",            wrap_l2tp,            WRAP_IP,                false },
	{ "l2tp3",           wrap_l2tp3,           WRAP_FRAME,             false },
	{ "lisp",            wrap_lisp,            WRAP_IP,                true },
	{ "gre_in_udp",      wrap_gre_in_udp,      WRAP_IP | WRAP_FRAME,   false },
	{ "mpls_in_udp",     wrap_mpls_in_udp,     WRAP_IP | WRAP_FRAME,   false },
	{ "capwap",          wrap_capwap,          WRAP_FRAME,             false },
	{ "capwap_wifi",     wrap_capwap_wifi,     WRAP_IP,                false },
};
#define WRAPPERS (sizeof(wrappers) / sizeof(wrappers[0]))

/* Wraps, as a frame where only that will do.  False: that cannot be wrapped so. */
static inline bool wrap_in(struct wrap *w, const struct wrapper *how)
{
	const uint8_t *h = w->octets + w->from;
	unsigned kinds = WRAP_FRAME;
	if (!w->frame && wrap_is6(w))
		kinds = WRAP_IP | WRAP_IPV6 | (h[6] != 44 ? WRAP_WHOLE : 0u) | (h[6] == 6 ? WRAP_SEGMENT : 0u);
	else if (!w->frame)
		kinds = WRAP_IP | ((h[6] & 0x3f) || h[7] ? 0u : WRAP_WHOLE | (h[9] == 6 ? WRAP_SEGMENT : 0u));
	bool fits = how->takes & kinds;
	if (!fits && !w->frame && how->takes & WRAP_FRAME) {
		wrap_ether(w);
		fits = true;
	}
	if (fits)
		how->put(w);
	return fits;
}

static inline struct sc_packet wrap_packet(const struct wrap *w, uint64_t number, sc_time when)
{
	return (struct sc_packet){ .number = number, .when = when, .wire_len = (uint32_t)wrap_len(w),
		.link = w->frame ? SC_LINK_ETHERNET : SC_LINK_RAW,
		.bytes = { (const char *)w->octets + w->from, wrap_len(w) } };
}

#endif
