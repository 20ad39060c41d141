/* test_tunnel.c - what is around IP and what IP carries: headers that lie, are cut or only look like a tunnel;
 * link headers of radio and of the BSDs; how networks are told apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "net/decode.h"
#include "wrap.h"

#define CASES(table) (sizeof(table) / sizeof((table)[0]))
#define PAYLOAD      "EHLO a.example.org\r\n"

static struct wrap w;

static void segment(bool v6)
{
	w = (struct wrap){ .from = WRAP_FRONT, .to = WRAP_FRONT, .number = 5 };
	wrap_add(&w, PAYLOAD, sizeof(PAYLOAD) - 1);
	wrap_put(&w, 8, 0x501880000000abcd);
	wrap_put(&w, 8, 0x0102030405060708);
	wrap_put(&w, 4, 40000u << 16 | 25);
	wrap_ip(&w, v6, 6, 10, 7);
}

/* Decodes a copy of the first `len` octets that ends where the sanitizer looks. */
static struct sc_layers decode(uint16_t link, size_t len, bool *right)
{
	struct sc_layers l;
	char *memory = malloc(len ? len : 1);
	assert_non_null(memory);
	memcpy(memory, w.octets + w.from, len);
	struct sc_packet pkt = { .wire_len = (uint32_t)wrap_len(&w), .link = link, .bytes = { memory, len } };
	(void)sc_decode(&pkt, false, &l);
	*right = l.status == SC_DECODE_TCP && l.dst_port == 25 && l.src_port == 40000 && l.seq == 0x01020304 &&
		l.wire_payload == sizeof(PAYLOAD) - 1 && l.payload.len <= l.wire_payload &&
		memcmp(l.payload.at, PAYLOAD, l.payload.len) == 0;
	free(memory);
	return l;
}

static uint16_t link_now(void)
{
	return w.frame ? SC_LINK_ETHERNET : SC_LINK_RAW;
}

/* Whatever is cut, what comes out is a beginning of the same or nothing.  An ESP packet that lacks its end cannot
 * be told from an encrypted one. */
static void cut_everywhere(void **state)
{
	(void)state;
	for (size_t i = 0; i < WRAPPERS; i++) {
		segment(wrappers[i].takes == WRAP_IPV6);
		assert_true(wrap_in(&w, &wrappers[i]));
		bool esp = strncmp(wrappers[i].name, "esp", 3) == 0, right;
		for (size_t len = 0; len <= wrap_len(&w); len++) {
			struct sc_layers l = decode(link_now(), len, &right);
			if (len == wrap_len(&w) && (!right || l.payload.len != sizeof(PAYLOAD) - 1))
				fail_msg("%s: status %d", wrappers[i].name, l.status);
			if (l.status == SC_DECODE_TCP && !right)
				fail_msg("%s cut to %zu: something else", wrappers[i].name, len);
			if (!esp && len >= wrap_len(&w) - sizeof(PAYLOAD) + 1 && !right)
				fail_msg("%s cut to %zu: status %d", wrappers[i].name, len, l.status);
			if (l.status == SC_DECODE_FRAGMENT)
				fail_msg("%s cut to %zu: a fragment", wrappers[i].name, len);
		}
	}
}

/* Any octet wrong: never a crash, and what says TCP stays within the packet (the sanitizer looks). */
static void any_octet_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < WRAPPERS; i++) {
		segment(wrappers[i].takes == WRAP_IPV6);
		assert_true(wrap_in(&w, &wrappers[i]));
		for (size_t at = 0; at < wrap_len(&w); at++) {
			uint8_t *octet = w.octets + w.from + at, old = *octet;
			for (unsigned value = 0; value < 256; value += value < 16 || value > 239 ? 1 : 13) {
				bool right;
				*octet = (uint8_t)value;
				struct sc_layers l = decode(link_now(), wrap_len(&w), &right);
				assert_true(l.status != SC_DECODE_TCP || l.payload.len <= wrap_len(&w));
			}
			*octet = old;
		}
	}
}

/* What a mirror cut before it wrapped it has the length that it had. */
static void cut_before_wrapping(void **state)
{
	(void)state;
	for (size_t i = 0; i < WRAPPERS; i++) {
		segment(false);
		if (!(wrappers[i].takes & WRAP_FRAME))
			continue;
		wrap_ether(&w);
		w.to -= 10;
		assert_true(wrap_in(&w, &wrappers[i]));
		bool right;
		struct sc_layers l = decode(link_now(), wrap_len(&w), &right);
		if (!right || l.payload.len != sizeof(PAYLOAD) - 1 - 10)
			fail_msg("%s: status %d, payload of %zu of %u", wrappers[i].name, l.status, l.payload.len, l.wire_payload);
	}
}

/* However deep the nesting, the walk ends. */
static void nesting_ends(void **state)
{
	(void)state;
	for (size_t i = 0; i < WRAPPERS; i++) {
		bool was_right = true;
		segment(wrappers[i].takes == WRAP_IPV6);
		w.outer6 = wrappers[i].takes == WRAP_IPV6;
		for (int depth = 1; depth < 30 && w.from > 100 && wrap_in(&w, &wrappers[i]); depth++) {
			bool right;
			(void)decode(link_now(), wrap_len(&w), &right);
			if (right && !was_right)
				fail_msg("%s: too deep, and yet read at %d", wrappers[i].name, depth);
			if (!right && depth <= 3)
				fail_msg("%s: not read at %d", wrappers[i].name, depth);
			was_right = right;
		}
	}
}

static uint32_t network_of(const struct wrapper *how, bool back, uint32_t number)
{
	bool right;
	segment(how->takes == WRAP_IPV6);
	w.back = back;
	w.number = number;
	assert_true(wrap_in(&w, how));
	struct sc_layers l = decode(link_now(), wrap_len(&w), &right);
	assert_int_equal(l.status, SC_DECODE_TCP);
	return l.network;
}

static void networks(void **state)
{
	(void)state;
	for (size_t i = 0; i < WRAPPERS; i++) {
		uint32_t there = network_of(&wrappers[i], false, 5), back = network_of(&wrappers[i], true, 5);
		uint32_t other = network_of(&wrappers[i], false, 6);
		if (there != back)
			fail_msg("%s: the directions differ", wrappers[i].name);
		if ((there != other) != wrappers[i].numbered)
			fail_msg("%s: numbers are mistaken", wrappers[i].name);
	}
}

/* Packets to the port of a tunnel that are something else, and tunnels that carry something else: just not TCP. */
static void not_tunnels(void **state)
{
	static const uint16_t ports[] = { 1701, 2152, 3544, 4341, 4500, 4754, 4789, 4790, 5247, 6081, 6635, 8472 };
	(void)state;
	for (size_t i = 0; i < CASES(ports); i++) {
		for (unsigned fill = 0; fill < 256; fill++) {
			for (size_t len = 0; len < 60; len += len < 12 ? 1 : 7) {
				char octets[64];
				bool right;
				memset(octets, (int)fill, sizeof(octets));
				w = (struct wrap){ .from = WRAP_FRONT, .to = WRAP_FRONT };
				wrap_add(&w, octets, len);
				wrap_udp(&w, 50000, ports[i]);
				struct sc_layers l = decode(SC_LINK_RAW, wrap_len(&w), &right);
				if (l.status != SC_DECODE_NOT_TCP && l.status != SC_DECODE_FRAGMENT)
					fail_msg("port %u, %zu octets of %02x: status %d", ports[i], len, fill, l.status);
			}
		}
	}
}

/* Headers that say what cannot be. */
static void lies(void **state)
{
	static const struct {
		const char *name, *wrapper;
		size_t at; /* behind an outer IPv4 header */
		size_t n;
		uint64_t octets;
		bool tcp;
	} cases[] = {
		{ "GRE of version 2", "gre", 0, 2, 0x0002, false },
		{ "GRE with a checksum that is not there", "gre", 0, 2, 0x8000, false },
		{ "GRE of ARP", "gre", 2, 2, 0x0806, false },
		{ "GRE of a length", "gre", 2, 2, 0x0100, false },
		{ "PPTP without a key", "pptp", 0, 2, 0x1081, false },
		{ "PPTP with a length of 10", "pptp", 4, 2, 10, false },
		{ "PPTP, control protocol", "pptp", 18, 2, 0xc021, false },
		{ "ERSPAN of version 0", "erspan2", 8, 1, 0x00, false },
		{ "ERSPAN III of version 1", "erspan3", 8, 1, 0x10, false },
		{ "EtherIP of version 4", "etherip", 0, 1, 0x40, false },
		{ "VXLAN without a number", "vxlan", 8, 1, 0x00, false },
		{ "VXLAN with a policy", "vxlan", 8, 1, 0x88, true },
		{ "GENEVE of version 1", "geneve", 8, 1, 0x42, false },
		{ "GENEVE, options past the end", "geneve", 8, 1, 0x3f, false },
		{ "GTP of version 2", "gtp", 8, 1, 0x50, false },
		{ "GTP, echo", "gtp", 9, 1, 1, false },
		{ "GTP, length of 10", "gtp", 10, 2, 10, false },
		{ "GTP, length past the end", "gtp", 10, 2, 10000, true },
		{ "GTP, extension of no length", "gtp_extended", 20, 1, 0, false },
		{ "GTP, extension past the end", "gtp_extended", 20, 1, 255, false },
		{ "L2TP, control", "l2tp", 8, 1, 0xca, false },
		{ "L2TP, offset past the end", "l2tp", 20, 2, 60000, false },
		{ "L2TP, length of 2", "l2tp", 10, 2, 2, false },
		{ "L2TPv3, control", "l2tp_in_ip", 0, 4, 0, false },
		{ "CAPWAP, encrypted", "capwap", 8, 1, 1, false },
		{ "CAPWAP, a fragment", "capwap", 11, 1, 0x80, false },
		{ "CAPWAP, a sign of life", "capwap", 11, 1, 0x08, false },
		{ "CAPWAP, header of 4", "capwap", 9, 1, 0x08, false },
		{ "NSH of 4", "gpe_nsh", 17, 1, 0xc1, false },
		{ "NSH past the end", "gpe_nsh", 17, 1, 0xff, false },
		{ "UDP length of 9", "vxlan", 4, 2, 9, false },
		{ "UDP length 0", "vxlan", 4, 2, 0, true },
		{ "UDP length past the end", "vxlan", 4, 2, 60000, true },
		{ "AH past the end", "ah", 1, 1, 255, false },
	};
	(void)state;
	for (size_t i = 0; i < CASES(cases); i++) {
		size_t j = 0;
		bool right;
		while (strcmp(wrappers[j].name, cases[i].wrapper) != 0)
			assert_true(++j < WRAPPERS);
		segment(false);
		assert_true(wrap_in(&w, &wrappers[j]));
		wrap_be(w.octets + w.from + 20 + cases[i].at, cases[i].n, cases[i].octets);
		struct sc_layers l = decode(SC_LINK_RAW, wrap_len(&w), &right);
		if (right != cases[i].tcp || (!right && l.status == SC_DECODE_TCP))
			fail_msg("%s: status %d", cases[i].name, l.status);
	}
}

/* ---- link headers ---- */

static void link_plain_enc(void)
{
	unsigned family = wrap_is6(&w) ? 24 : 2;
	wrap_put(&w, 8, 0x0000123400000c00);
	wrap_put(&w, 4, family);
}

static void link_enc_little(void)
{
	unsigned family = wrap_is6(&w) ? 0x18000000 : 0x02000000;
	wrap_put(&w, 8, 0x0000123400000c00);
	wrap_put(&w, 4, family);
}

static void link_pflog(void)
{
	unsigned family = wrap_is6(&w) ? 24 : 2;
	memset(wrap_push(&w, 64), 0, 64);
	w.octets[w.from] = 61;
	w.octets[w.from + 1] = (uint8_t)family;
}

static void link_cisco(void)
{
	wrap_put(&w, 2, wrap_type(&w));
	wrap_put(&w, 2, 0x0f00);
}

static void link_mpls(void)
{
	wrap_labels(&w);
}

static void link_wifi(void)
{
	wrap_wifi(&w);
}

/* Between access points: four addresses, and HT control behind QoS control. */
static void link_wifi_long(void)
{
	wrap_put(&w, 2, wrap_type(&w));
	wrap_put(&w, 6, 0xaaaa03000000);
	memset(wrap_push(&w, 36), 0, 36);
	wrap_be(w.octets + w.from, 2, 0x8883);
}

static void link_wifi_joined(void)
{
	size_t len = wrap_len(&w) + 8;
	wrap_put(&w, 2, wrap_type(&w));
	wrap_put(&w, 6, 0xaaaa03000000);
	wrap_put(&w, 2, len);
	memset(wrap_push(&w, 12), 2, 12);
	memset(wrap_push(&w, 26), 0, 26);
	wrap_be(w.octets + w.from, 2, 0x8801);
	w.octets[w.from + 24] = 0x80;
}

static void link_wifi_encrypted(void)
{
	wrap_wifi(&w);
	w.octets[w.from + 1] |= 0x40;
}

static void link_wifi_beacon(void)
{
	wrap_wifi(&w);
	w.octets[w.from] = 0x80;
}

static void link_radiotap(void)
{
	wrap_wifi(&w);
	wrap_put(&w, 1, 0x10);
	wrap_put(&w, 8, 0x0000090002000000);
}

static void link_radiotap_bare(void)
{
	wrap_wifi(&w);
	wrap_put(&w, 8, 0x0000080000000000);
}

static void link_radiotap_short(void)
{
	wrap_wifi(&w);
	wrap_put(&w, 8, 0x0000070000000000);
}

/* Two words of what is present, a clock at a multiple of eight, flags: the header of 26 is filled up to 28. */
static void link_radiotap_padded(void)
{
	wrap_put(&w, 2, wrap_type(&w));
	wrap_put(&w, 6, 0xaaaa03000000);
	memset(wrap_push(&w, 28), 0, 28);
	wrap_be(w.octets + w.from, 2, 0x8801);
	wrap_put(&w, 1, 0x20);
	wrap_put(&w, 8, 0x1122334455667788);
	wrap_put(&w, 4, 0);
	wrap_put(&w, 4, 0);
	wrap_put(&w, 4, 0x03000080);
	wrap_put(&w, 4, 0x00001900);
}

static void link_ppi(void)
{
	wrap_wifi(&w);
	wrap_put(&w, 8, 0x0000080069000000);
}

static void links(void **state)
{
	static const struct {
		const char *name;
		uint16_t link;
		void (*put)(void);
		bool tcp;
	} cases[] = {
		{ "enc", SC_LINK_ENC, link_plain_enc, true },
		{ "enc, little end first", SC_LINK_ENC, link_enc_little, true },
		{ "pflog", SC_LINK_PFLOG, link_pflog, true },
		{ "Cisco's HDLC", SC_LINK_CISCO_HDLC, link_cisco, true },
		{ "MPLS", SC_LINK_MPLS, link_mpls, true },
		{ "802.11", SC_LINK_WIFI, link_wifi, true },
		{ "802.11, long header", SC_LINK_WIFI, link_wifi_long, true },
		{ "802.11, joined frames", SC_LINK_WIFI, link_wifi_joined, true },
		{ "802.11, encrypted", SC_LINK_WIFI, link_wifi_encrypted, false },
		{ "802.11, a beacon", SC_LINK_WIFI, link_wifi_beacon, false },
		{ "radiotap", SC_LINK_RADIOTAP, link_radiotap, true },
		{ "radiotap, bare", SC_LINK_RADIOTAP, link_radiotap_bare, true },
		{ "radiotap, header of 7", SC_LINK_RADIOTAP, link_radiotap_short, false },
		{ "radiotap, padded", SC_LINK_RADIOTAP, link_radiotap_padded, true },
		{ "PPI", SC_LINK_PPI, link_ppi, true },
	};
	(void)state;
	for (size_t i = 0; i < CASES(cases); i++) {
		for (int v6 = 0; v6 < 2; v6++) {
			bool right;
			segment(v6);
			cases[i].put();
			struct sc_layers l = decode(cases[i].link, wrap_len(&w), &right);
			if (right != cases[i].tcp)
				fail_msg("%s, IPv%d: status %d", cases[i].name, v6 ? 6 : 4, l.status);
			for (size_t len = 0; len < wrap_len(&w); len++) {
				l = decode(cases[i].link, len, &right);
				if (l.status == SC_DECODE_TCP && !right)
					fail_msg("%s cut to %zu: something else", cases[i].name, len);
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cut_everywhere),
		cmocka_unit_test(any_octet_wrong),
		cmocka_unit_test(cut_before_wrapping),
		cmocka_unit_test(nesting_ends),
		cmocka_unit_test(networks),
		cmocka_unit_test(not_tunnels),
		cmocka_unit_test(lies),
		cmocka_unit_test(links),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
