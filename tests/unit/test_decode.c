/* test_decode.c - every way to TCP, and every way to lie on it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/text.h"
#include "net/decode.h"

#define CASES(table) (sizeof(table) / sizeof((table)[0]))
#define PAYLOAD      "HELO a\r\n"

/* 192.0.2.1:40000 to 198.51.100.2:25, PSH and ACK, no options; both checksums are right. */
#define IP4(total, fragment, protocol) "\x45\x00" total "\x00\x01" fragment "\x40" protocol "\x00\x00" \
	"\xc0\x00\x02\x01" "\xc6\x33\x64\x02"
#define IPV4 IP4("\x00\x30", "\x40\x00", "\x06")
/* The same from 2001:db8::1 to 2001:db8::2. */
#define IPV6(next, len) "\x60\x00\x00\x00\x00" len next "\x3f" \
	"\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01" \
	"\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02"
#define TCP_OF(offset, sum) "\x9c\x40\x00\x19" "\x01\x02\x03\x04" "\x05\x06\x07\x08" offset "\x18\xff\xfe" \
	sum "\x00\x07"
#define TCP(sum) TCP_OF("\x50", sum)
#define SUM4     "\x55\x1a"
#define SUM6     "\xe5\xdc"
#define WHOLE4   IPV4 TCP(SUM4) PAYLOAD
#define WHOLE6   IPV6("\x06", "\x1c") TCP(SUM6) PAYLOAD
#define MACS     "\x02\x00\x00\x00\x00\x02\x02\x00\x00\x00\x00\x01"

/* Decodes a copy that ends where the sanitizer looks. */
static struct sc_layers decode(uint16_t link, sc_str bytes, uint32_t wire_len, bool check, char **memory)
{
	struct sc_layers l;
	*memory = malloc(bytes.len ? bytes.len : 1);
	assert_non_null(*memory);
	memcpy(*memory, bytes.at, bytes.len);
	struct sc_packet pkt = { .wire_len = wire_len, .link = link, .bytes = { *memory, bytes.len } };
	bool tcp = sc_decode(&pkt, check, &l);
	assert_int_equal(tcp, l.status == SC_DECODE_TCP);
	return l;
}

struct link_case {
	const char *name;
	uint16_t link;
	sc_str bytes;
	enum sc_decode_status status;
	uint16_t vlan;
};

static const struct link_case links[] = {
	{ "Ethernet, IPv4", 1, SC_STR(MACS "\x08\x00" WHOLE4), SC_DECODE_TCP, 0 },
	{ "Ethernet, IPv6", 1, SC_STR(MACS "\x86\xdd" WHOLE6), SC_DECODE_TCP, 0 },
	{ "VLAN", 1, SC_STR(MACS "\x81\x00\xe1\x23\x08\x00" WHOLE4), SC_DECODE_TCP, 0x123 },
	{ "priority tag", 1, SC_STR(MACS "\x81\x00\xe0\x00\x86\xdd" WHOLE6), SC_DECODE_TCP, 0 },
	{ "QinQ", 1, SC_STR(MACS "\x88\xa8\x00\x05\x81\x00\x00\x06\x08\x00" WHOLE4), SC_DECODE_TCP, 6 },
	{ "old QinQ", 1, SC_STR(MACS "\x91\x00\x00\x05\x91\x00\x00\x07\x08\x00" WHOLE4), SC_DECODE_TCP, 7 },
	{ "four tags", 1, SC_STR(MACS "\x81\x00\x00\x01\x81\x00\x00\x02\x81\x00\x00\x03\x81\x00\x00\x04\x08\x00"
		WHOLE4),
		SC_DECODE_TCP, 4 },
	{ "five tags", 1, SC_STR(MACS
		"\x81\x00\x00\x01\x81\x00\x00\x02\x81\x00\x00\x03\x81\x00\x00\x04\x81\x00\x00\x05"
		"\x08\x00" WHOLE4), SC_DECODE_TCP, 5 },
	{ "SNAP", 1, SC_STR(MACS "\x00\x38\xaa\xaa\x03\x00\x00\x00\x08\x00" WHOLE4), SC_DECODE_TCP, 0 },
	{ "SNAP behind a VLAN tag", 1, SC_STR(MACS "\x81\x00\x00\x09\x00\x38\xaa\xaa\x03\x00\x00\x00\x08\x00" WHOLE4),
		SC_DECODE_TCP, 9 },
	{ "SNAP of another organisation", 1, SC_STR(MACS "\x00\x38\xaa\xaa\x03\x00\x00\x0c\x08\x00" WHOLE4),
		SC_DECODE_NOT_IP, 0 },
	{ "SNAP in SNAP", 1, SC_STR(MACS "\x00\x38\xaa\xaa\x03\x00\x00\x00\x00\x08\xaa\xaa\x03\x00\x00\x00\x08\x00"
		WHOLE4),
		SC_DECODE_NOT_IP, 0 },
	{ "spanning tree", 1, SC_STR(MACS "\x00\x26\x42\x42\x03\x00\x00\x00\x00\x00"), SC_DECODE_NOT_IP, 0 },
	{ "a length that is the type of our own", 1, SC_STR(MACS "\x00\x01" WHOLE4), SC_DECODE_NOT_IP, 0 },
	{ "neither length nor type", 1, SC_STR(MACS "\x05\xff" WHOLE4), SC_DECODE_NOT_IP, 0 },
	{ "ARP", 1, SC_STR(MACS "\x08\x06\x00\x01\x08\x00\x06\x04\x00\x01"), SC_DECODE_NOT_IP, 0 },
	{ "cut in the addresses", 1, SC_STR("\x02\x00\x00"), SC_DECODE_BROKEN, 0 },
	{ "cut in a tag", 1, SC_STR(MACS "\x81\x00\x00\x01\x08"), SC_DECODE_BROKEN, 0 },
	{ "nothing", 1, SC_STR(""), SC_DECODE_BROKEN, 0 },
	{ "IPv6 under the type of IPv4", 1, SC_STR(MACS "\x08\x00" WHOLE6), SC_DECODE_BROKEN, 0 },
	{ "IPv4 under the type of IPv6", 1, SC_STR(MACS "\x86\xdd" WHOLE4), SC_DECODE_BROKEN, 0 },
	{ "PPPoE on Ethernet", 1, SC_STR(MACS "\x88\x64\x11\x00\x00\x01\x00\x32\x00\x21" WHOLE4), SC_DECODE_TCP, 0 },
	{ "PPPoE in a VLAN", 1, SC_STR(MACS "\x81\x00\x00\x07\x88\x64\x11\x00\x00\x01\x00\x32\x00\x57" WHOLE6),
		SC_DECODE_TCP, 7 },
	{ "PPPoE, control protocol", 1, SC_STR(MACS "\x88\x64\x11\x00\x00\x01\x00\x32\xc0\x21" WHOLE4),
		SC_DECODE_NOT_IP, 0 },
	{ "PPPoE of another version", 1, SC_STR(MACS "\x88\x64\x21\x00\x00\x01\x00\x32\x00\x21" WHOLE4),
		SC_DECODE_NOT_IP, 0 },
	{ "PPPoE", SC_LINK_PPPOE, SC_STR("\x11\x00\x00\x01\x00\x32\x00\x21" WHOLE4), SC_DECODE_TCP, 0 },
	{ "PPPoE discovery", SC_LINK_PPPOE, SC_STR("\x11\x09\x00\x00\x00\x04\x01\x01\x00\x00"), SC_DECODE_NOT_IP, 0 },
	{ "PPPoE, cut", SC_LINK_PPPOE, SC_STR("\x11\x00\x00\x01\x00\x32\x00"), SC_DECODE_BROKEN, 0 },
	{ "PPP", SC_LINK_PPP, SC_STR("\x00\x21" WHOLE4), SC_DECODE_TCP, 0 },
	{ "PPP with address", SC_LINK_PPP, SC_STR("\xff\x03\x00\x57" WHOLE6), SC_DECODE_TCP, 0 },
	{ "PPP, short protocol", SC_LINK_PPP, SC_STR("\x21" WHOLE4), SC_DECODE_TCP, 0 },
	{ "PPP-HDLC", SC_LINK_PPP_HDLC, SC_STR("\xff\x03\x00\x21" WHOLE4), SC_DECODE_TCP, 0 },
	{ "PPP-HDLC, short protocol", SC_LINK_PPP_HDLC, SC_STR("\xff\x03\x57" WHOLE6), SC_DECODE_TCP, 0 },
	{ "HDLC of Cisco", SC_LINK_PPP_HDLC, SC_STR("\x0f\x00\x08\x00" WHOLE4), SC_DECODE_TCP, 0 },
	{ "PPP, one octet", SC_LINK_PPP, SC_STR("\x00"), SC_DECODE_BROKEN, 0 },
	{ "PPP, nothing", SC_LINK_PPP, SC_STR(""), SC_DECODE_BROKEN, 0 },
	{ "raw, IPv4", SC_LINK_RAW, SC_STR(WHOLE4), SC_DECODE_TCP, 0 },
	{ "raw, IPv6", SC_LINK_RAW, SC_STR(WHOLE6), SC_DECODE_TCP, 0 },
	{ "raw, of a BSD", SC_LINK_RAW_BSD, SC_STR(WHOLE4), SC_DECODE_TCP, 0 },
	{ "raw, of OpenBSD", SC_LINK_RAW_OPENBSD, SC_STR(WHOLE6), SC_DECODE_TCP, 0 },
	{ "raw, version 5", SC_LINK_RAW, SC_STR("\x55\x00\x00\x30"), SC_DECODE_NOT_IP, 0 },
	{ "raw, nothing", SC_LINK_RAW, SC_STR(""), SC_DECODE_BROKEN, 0 },
	{ "IPv4 link", SC_LINK_IPV4, SC_STR(WHOLE4), SC_DECODE_TCP, 0 },
	{ "IPv6 link", SC_LINK_IPV6, SC_STR(WHOLE6), SC_DECODE_TCP, 0 },
	{ "IPv4 link with IPv6", SC_LINK_IPV4, SC_STR(WHOLE6), SC_DECODE_BROKEN, 0 },
	{ "loopback, little end first", SC_LINK_NULL, SC_STR("\x02\x00\x00\x00" WHOLE4), SC_DECODE_TCP, 0 },
	{ "loopback, big end first", SC_LINK_NULL, SC_STR("\x00\x00\x00\x02" WHOLE4), SC_DECODE_TCP, 0 },
	{ "loopback, NetBSD", SC_LINK_NULL, SC_STR("\x18\x00\x00\x00" WHOLE6), SC_DECODE_TCP, 0 },
	{ "loopback, FreeBSD", SC_LINK_NULL, SC_STR("\x1c\x00\x00\x00" WHOLE6), SC_DECODE_TCP, 0 },
	{ "loopback, Darwin", SC_LINK_NULL, SC_STR("\x1e\x00\x00\x00" WHOLE6), SC_DECODE_TCP, 0 },
	{ "loopback, Linux", SC_LINK_NULL, SC_STR("\x00\x00\x00\x0a" WHOLE6), SC_DECODE_TCP, 0 },
	{ "loopback, OpenBSD", SC_LINK_LOOP, SC_STR("\x00\x00\x00\x18" WHOLE6), SC_DECODE_TCP, 0 },
	{ "loopback, no IP", SC_LINK_NULL, SC_STR("\x07\x00\x00\x00" WHOLE4), SC_DECODE_NOT_IP, 0 },
	{ "loopback, cut", SC_LINK_NULL, SC_STR("\x02\x00\x00"), SC_DECODE_BROKEN, 0 },
	{ "cooked", SC_LINK_SLL, SC_STR("\x00\x00\x00\x01\x00\x06\x02\x00\x00\x00\x00\x01\x00\x00\x08\x00" WHOLE4),
		SC_DECODE_TCP, 0 },
	{ "cooked, VLAN", SC_LINK_SLL, SC_STR("\x00\x00\x00\x01\x00\x06\x02\x00\x00\x00\x00\x01\x00\x00\x81\x00"
		"\x00\x11\x08\x00" WHOLE4), SC_DECODE_TCP, 0x11 },
	{ "cooked, LLC", SC_LINK_SLL, SC_STR("\x00\x00\x00\x01\x00\x06\x02\x00\x00\x00\x00\x01\x00\x00\x00\x04"
		"\xaa\xaa\x03\x00\x00\x00\x86\xdd" WHOLE6), SC_DECODE_TCP, 0 },
	{ "cooked, cut", SC_LINK_SLL, SC_STR("\x00\x00\x00\x01\x00\x06\x02\x00\x00\x00\x00\x01\x00\x00\x08"),
		SC_DECODE_BROKEN, 0 },
	{ "cooked, second", SC_LINK_SLL2, SC_STR("\x86\xdd\x00\x00\x00\x00\x00\x02\x00\x01\x04\x06"
		"\x02\x00\x00\x00\x00\x01\x00\x00" WHOLE6), SC_DECODE_TCP, 0 },
	{ "Bluetooth", 201, SC_STR(WHOLE4), SC_DECODE_UNKNOWN_LINK, 0 },
	{ "no link type", 65535, SC_STR(""), SC_DECODE_UNKNOWN_LINK, 0 },
};

static bool fields_are_right(const struct sc_layers *l)
{
	bool v4 = l->src.version == 4;
	struct sc_ip src, dst;
	bool read = sc_ip_read(sc_str_of(v4 ? "192.0.2.1" : "2001:db8::1"), &src) &&
		    sc_ip_read(sc_str_of(v4 ? "198.51.100.2" : "2001:db8::2"), &dst);
	return read && sc_ip_equal(&l->src, &src) && sc_ip_equal(&l->dst, &dst) && l->src_port == 40000 &&
	       l->dst_port == 25 && l->ttl == (v4 ? 64 : 63) && l->seq == 0x01020304 && l->ack == 0x05060708 &&
	       l->flags == (SC_TCP_PSH | SC_TCP_ACK) && l->window == 0xfffe && l->urgent == 7;
}

static void check_link(const struct link_case *c, sc_str bytes)
{
	char *memory;
	struct sc_layers l = decode(c->link, bytes, (uint32_t)bytes.len, true, &memory);
	if (l.status != c->status || l.vlan != c->vlan)
		fail_msg("%s: status %d, vlan %u", c->name, l.status, l.vlan);
	if (c->status == SC_DECODE_TCP) {
		if (!fields_are_right(&l) || l.options.len)
			fail_msg("%s: fields", c->name);
		if (!sc_str_equal(l.payload, SC_STR(PAYLOAD)) || l.wire_payload != sizeof(PAYLOAD) - 1)
			fail_msg("%s: payload of %zu", c->name, l.payload.len);
		if (l.checksum_bad)
			fail_msg("%s: checksum", c->name);
	}
	free(memory);
}

static void links_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < CASES(links); i++)
		check_link(&links[i], links[i].bytes);
}

/* What Ethernet adds behind a packet is nobody's payload. */
static void trailers_are_left(void **state)
{
	(void)state;
	for (size_t i = 0; i < CASES(links); i++) {
		char longer[256] = { 0 };
		size_t len = links[i].bytes.len;
		if (links[i].status != SC_DECODE_TCP)
			continue;
		memcpy(longer, links[i].bytes.at, len);
		memset(longer + len, 'x', 40);
		check_link(&links[i], (sc_str){ longer, len + 40 });
	}
}

/* A packet that the capture cut gives a beginning of its payload, or is broken where a header is cut. */
static void cuts_give_beginnings(void **state)
{
	(void)state;
	for (size_t i = 0; i < CASES(links); i++) {
		const struct link_case *c = &links[i];
		size_t head = c->bytes.len - (sizeof(PAYLOAD) - 1);
		if (c->status != SC_DECODE_TCP)
			continue;
		for (size_t cut = 0; cut < c->bytes.len; cut++) {
			char *memory;
			sc_str bytes = sc_str_slice(c->bytes, 0, cut);
			struct sc_layers l = decode(c->link, bytes, (uint32_t)c->bytes.len, true, &memory);
			if (l.status != (cut < head ? SC_DECODE_BROKEN : SC_DECODE_TCP))
				fail_msg("%s cut to %zu: status %d", c->name, cut, l.status);
			if (cut >= head && (l.payload.len != cut - head || l.wire_payload != sizeof(PAYLOAD) - 1 ||
				memcmp(l.payload.at, PAYLOAD, l.payload.len) != 0 || l.checksum_bad))
				fail_msg("%s cut to %zu: payload of %zu", c->name, cut, l.payload.len);
			free(memory);
		}
	}
}

/* IP and TCP headers, as raw IP; `payload` is what should come out, `wire` its length on the wire. */
static const struct header_case {
	const char *name;
	sc_str bytes;
	enum sc_decode_status status;
	sc_str payload;
	uint32_t wire;
	sc_str options;
} headers[] = {
	{ "IPv4 options", SC_STR("\x46\x00\x00\x34\x00\x01\x40\x00\x40\x06\x00\x00\xc0\x00\x02\x01\xc6\x33\x64\x02"
		"\x94\x04\x00\x00" TCP(SUM4) PAYLOAD), SC_DECODE_TCP, SC_STR(PAYLOAD), 8, SC_STR("") },
	{ "header length 4", SC_STR("\x44\x00\x00\x30\x00\x01\x40\x00\x40\x06\x00\x00\xc0\x00\x02\x01\xc6\x33\x64\x02"
		TCP(SUM4) PAYLOAD), SC_DECODE_BROKEN, SC_STR(""), 0, SC_STR("") },
	{ "header length past the end", SC_STR("\x4f\x00\x00\x30\x00\x01\x40\x00\x40\x06\x00\x00\xc0\x00\x02\x01"
		"\xc6\x33\x64\x02" TCP(SUM4) PAYLOAD), SC_DECODE_BROKEN, SC_STR(""), 0, SC_STR("") },
	{ "total length below the header", SC_STR(IP4("\x00\x13", "\x40\x00", "\x06") TCP(SUM4) PAYLOAD),
		SC_DECODE_BROKEN, SC_STR(""), 0, SC_STR("") },
	{ "total length inside the TCP header", SC_STR(IP4("\x00\x27", "\x40\x00", "\x06") TCP(SUM4) PAYLOAD),
		SC_DECODE_BROKEN, SC_STR(""), 0, SC_STR("") },
	{ "total length at its end", SC_STR(IP4("\x00\x28", "\x40\x00", "\x06") TCP("\x00\x00") PAYLOAD),
		SC_DECODE_TCP, SC_STR(""), 0, SC_STR("") },
	{ "total length 0", SC_STR(IP4("\x00\x00", "\x40\x00", "\x06") TCP("\x11\x11") PAYLOAD), SC_DECODE_TCP,
		SC_STR(PAYLOAD), 8, SC_STR("") },
	{ "total length past the frame", SC_STR(IP4("\x05\xdc", "\x40\x00", "\x06") TCP(SUM4) PAYLOAD), SC_DECODE_TCP,
		SC_STR(PAYLOAD), 1460, SC_STR("") },
	{ "UDP", SC_STR(IP4("\x00\x30", "\x40\x00", "\x11") TCP(SUM4) PAYLOAD), SC_DECODE_NOT_TCP, SC_STR(""), 0,
		SC_STR("") },
	{ "first fragment", SC_STR(IP4("\x00\x30", "\x20\x00", "\x06") TCP(SUM4) PAYLOAD), SC_DECODE_FRAGMENT,
		SC_STR(TCP(SUM4) PAYLOAD), 28, SC_STR("") },
	{ "last fragment", SC_STR(IP4("\x00\x30", "\x00\x01", "\x06") TCP(SUM4) PAYLOAD), SC_DECODE_FRAGMENT,
		SC_STR(TCP(SUM4) PAYLOAD), 28, SC_STR("") },
	{ "fragment of UDP", SC_STR(IP4("\x00\x30", "\x20\x00", "\x11") TCP(SUM4) PAYLOAD), SC_DECODE_NOT_TCP,
		SC_STR(""), 0, SC_STR("") },
	{ "reserved flag", SC_STR(IP4("\x00\x30", "\x80\x00", "\x06") TCP(SUM4) PAYLOAD), SC_DECODE_TCP,
		SC_STR(PAYLOAD), 8, SC_STR("") },
	{ "TCP options", SC_STR(IPV4 TCP_OF("\x60", "\x00\x00")
		"\x02\x04\x05\xb4" "HELO"), SC_DECODE_TCP, SC_STR("HELO"), 4, SC_STR("\x02\x04\x05\xb4") },
	{ "data offset 4", SC_STR(IPV4 TCP_OF("\x40", "\x00\x00")
		PAYLOAD), SC_DECODE_BROKEN, SC_STR(""), 0, SC_STR("") },
	{ "data offset to the end", SC_STR(IPV4 TCP_OF("\x70", "\x00\x00") PAYLOAD), SC_DECODE_TCP, SC_STR(""), 0,
		SC_STR(PAYLOAD) },
	{ "data offset past the end", SC_STR(IPV4 TCP_OF("\x80", "\x00\x00") PAYLOAD "padding"), SC_DECODE_BROKEN,
		SC_STR(""), 0, SC_STR("") },
	{ "hop by hop", SC_STR(IPV6("\x00", "\x24") "\x06\x00\x05\x02\x00\x00\x01\x00" TCP(SUM6) PAYLOAD),
		SC_DECODE_TCP, SC_STR(PAYLOAD), 8, SC_STR("") },
	{ "destination options of 16", SC_STR(IPV6("\x3c", "\x2c") "\x06\x01\x01\x0c\0\0\0\0\0\0\0\0\0\0\0\0"
		TCP(SUM6) PAYLOAD), SC_DECODE_TCP, SC_STR(PAYLOAD), 8, SC_STR("") },
	{ "routing, nothing left", SC_STR(IPV6("\x2b", "\x24") "\x06\x00\x04\x00\0\0\0\0" TCP(SUM6) PAYLOAD),
		SC_DECODE_TCP, SC_STR(PAYLOAD), 8, SC_STR("") },
	{ "routing, one left", SC_STR(IPV6("\x2b", "\x24") "\x06\x00\x04\x01\0\0\0\0" TCP("\x11\x11") PAYLOAD),
		SC_DECODE_TCP, SC_STR(PAYLOAD), 8, SC_STR("") },
	{ "authentication", SC_STR(IPV6("\x33", "\x34") "\x06\x04\0\0\0\0\0\1\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0"
		TCP(SUM6) PAYLOAD), SC_DECODE_TCP, SC_STR(PAYLOAD), 8, SC_STR("") },
	{ "atomic fragment", SC_STR(IPV6("\x2c", "\x24") "\x06\x00\x00\x06\0\0\0\1" TCP(SUM6) PAYLOAD),
		SC_DECODE_TCP, SC_STR(PAYLOAD), 8, SC_STR("") },
	{ "first fragment of IPv6", SC_STR(IPV6("\x2c", "\x24") "\x06\x00\x00\x01\0\0\0\1" TCP(SUM6) PAYLOAD),
		SC_DECODE_FRAGMENT,
		SC_STR(TCP(SUM6) PAYLOAD), 28, SC_STR("") },
	{ "later fragment of IPv6", SC_STR(IPV6("\x2c", "\x24") "\x06\x00\x00\x08\0\0\0\1" TCP(SUM6) PAYLOAD),
		SC_DECODE_FRAGMENT,
		SC_STR(TCP(SUM6) PAYLOAD), 28, SC_STR("") },
	{ "fragment of what hides", SC_STR(IPV6("\x2c", "\x24") "\x3c\x00\x00\x01\0\0\0\1" TCP(SUM6) PAYLOAD),
		SC_DECODE_FRAGMENT,
		SC_STR(TCP(SUM6) PAYLOAD), 28, SC_STR("") },
	{ "fragment of ICMPv6", SC_STR(IPV6("\x2c", "\x24") "\x3a\x00\x00\x01\0\0\0\1" TCP(SUM6) PAYLOAD),
		SC_DECODE_NOT_TCP, SC_STR(""), 0, SC_STR("") },
	{ "chain of four", SC_STR(IPV6("\x00", "\x3c") "\x2b\x00\1\4\0\0\0\0" "\x3c\x00\4\0\0\0\0\0"
		"\x2c\x00\1\4\0\0\0\0"
		"\x06\x00\0\0\0\0\0\1" TCP(SUM6) PAYLOAD), SC_DECODE_TCP, SC_STR(PAYLOAD), 8, SC_STR("") },
	{ "extension past the end", SC_STR(IPV6("\x3c", "\x24") "\x06\x04\x01\x04\0\0\0\0" TCP(SUM6) PAYLOAD),
		SC_DECODE_BROKEN, SC_STR(""), 0, SC_STR("") },
	{ "encrypted", SC_STR(IPV6("\x32", "\x1c") TCP(SUM6) PAYLOAD), SC_DECODE_NOT_TCP, SC_STR(""), 0, SC_STR("") },
	{ "no next header", SC_STR(IPV6("\x3b", "\x00") PAYLOAD), SC_DECODE_NOT_TCP, SC_STR(""), 0, SC_STR("") },
	{ "payload length 0", SC_STR(IPV6("\x06", "\x00") TCP("\x11\x11") PAYLOAD), SC_DECODE_TCP, SC_STR(PAYLOAD), 8,
		SC_STR("") },
	{ "payload length inside the TCP header", SC_STR(IPV6("\x06", "\x13") TCP(SUM6) PAYLOAD), SC_DECODE_BROKEN,
		SC_STR(""), 0, SC_STR("") },
	{ "payload length past the frame", SC_STR(IPV6("\x06", "\xff") TCP(SUM6) PAYLOAD), SC_DECODE_TCP,
		SC_STR(PAYLOAD),
		235, SC_STR("") },
};

static void headers_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < CASES(headers); i++) {
		const struct header_case *c = &headers[i];
		char *memory;
		struct sc_layers l = decode(SC_LINK_RAW, c->bytes, (uint32_t)c->bytes.len, true, &memory);
		if (l.status != c->status)
			fail_msg("%s: status %d", c->name, l.status);
		if (!sc_str_equal(l.payload, c->payload) || l.wire_payload != c->wire)
			fail_msg("%s: payload of %zu, %u on the wire", c->name, l.payload.len, l.wire_payload);
		if (!sc_str_equal(l.options, c->options) || l.checksum_bad)
			fail_msg("%s: options of %zu, checksum bad %d", c->name, l.options.len, l.checksum_bad);
		if (l.status == SC_DECODE_TCP && !fields_are_right(&l))
			fail_msg("%s: fields", c->name);
		if (l.status == SC_DECODE_FRAGMENT && (l.src.version == 0 || l.dst.version == 0))
			fail_msg("%s: no addresses", c->name);
		free(memory);
	}
}

/* Extension headers without end stop the walk, a sensible number does not. */
static void extensions_are_bounded(void **state)
{
	(void)state;
	for (size_t count = 1; count <= 40; count++) {
		char packet[512], *memory;
		size_t at = 40;
		memcpy(packet, IPV6("\x3c", "\x00"), 40);
		for (size_t i = 0; i < count; i++, at += 8)
			memcpy(packet + at, i + 1 < count ? "\x3c\0\1\4\0\0\0\0" : "\x06\0\1\4\0\0\0\0", 8);
		memcpy(packet + at, TCP(SUM6) PAYLOAD, 28);
		at += 28;
		struct sc_layers l = decode(SC_LINK_RAW, (sc_str){ packet, at }, (uint32_t)at, false, &memory);
		if (l.status != (count <= 16 ? SC_DECODE_TCP : SC_DECODE_BROKEN))
			fail_msg("%zu extension headers: status %d", count, l.status);
		free(memory);
	}
}

/* The checksum in the plainest way, over the pseudo-header of RFC 9293 3.1 and the segment. */
static unsigned plain_sum(const uint8_t *octets, size_t len)
{
	unsigned long sum = 0;
	for (size_t i = 0; i < len; i++)
		sum += i % 2 ? octets[i] : (unsigned long)octets[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (unsigned)sum;
}

static void put_be16(char *at, unsigned n)
{
	at[0] = (char)(n >> 8);
	at[1] = (char)n;
}

/* An IPv4 packet with `len` octets of payload and no checksum; gives its length. */
static size_t make(char *packet, size_t len)
{
	memcpy(packet, IPV4 TCP("\x00\x00"), 40);
	put_be16(packet + 2, (unsigned)(40 + len));
	for (size_t i = 0; i < len; i++)
		packet[40 + i] = (char)(i * 151 + 255);
	return 40 + len;
}

static unsigned pseudo_sum(const char *packet, size_t segment)
{
	uint8_t pseudo[12] = { 0 };
	memcpy(pseudo, packet + 12, 8);
	pseudo[9] = 6;
	put_be16((char *)pseudo + 10, (unsigned)segment);
	return plain_sum(pseudo, sizeof(pseudo));
}

static bool is_bad(const char *packet, size_t len, uint32_t wire_len, bool check)
{
	char *memory;
	struct sc_layers l = decode(SC_LINK_RAW, (sc_str){ packet, len }, wire_len, check, &memory);
	assert_int_equal(l.status, SC_DECODE_TCP);
	free(memory);
	return l.checksum_bad;
}

static void check_sums(size_t payload)
{
	char packet[256];
	size_t len = make(packet, payload);
	unsigned pseudo = pseudo_sum(packet, len - 20);
	unsigned segment = plain_sum((const uint8_t *)packet + 20, len - 20);
	unsigned sum = pseudo + segment;
	unsigned right = ~(sum + (sum >> 16)) & 0xffff;
	const struct {
		const char *name;
		unsigned field;
		bool bad;
	} sums[] = {
		{ "right", right, false }, { "off by one", right ^ 1, true }, { "top bit", right ^ 0x8000, true },
		{ "zero", 0, false }, { "pseudo-header", pseudo, false }, { "pseudo-header, inverted", ~pseudo,
		true },
		{ "pseudo-header without length", pseudo_sum(packet, 0), false },
	};
	for (size_t i = 0; i < CASES(sums); i++) {
		put_be16(packet + 36, sums[i].field);
		if (is_bad(packet, len, (uint32_t)len, true) != sums[i].bad)
			fail_msg("%s, %zu octets: bad is not %d", sums[i].name, payload, sums[i].bad);
		if (is_bad(packet, len, (uint32_t)len, false))
			fail_msg("%s, %zu octets: judged unasked", sums[i].name, payload);
		if (payload && is_bad(packet, len - 1, (uint32_t)len, true))
			fail_msg("%s, %zu octets: judged though cut", sums[i].name, payload);
	}
}

static void checksums(void **state)
{
	(void)state;
	for (size_t payload = 0; payload < 80; payload++)
		check_sums(payload);
	char packet[] = WHOLE6;
	assert_false(is_bad(packet, sizeof(packet) - 1, sizeof(packet) - 1, true));
	packet[8]++;
	assert_true(is_bad(packet, sizeof(packet) - 1, sizeof(packet) - 1, true));
}

/* A capture that says less about a packet than it holds, and no packet at all. */
static void odd_captures(void **state)
{
	char *memory;
	(void)state;
	struct sc_layers l = decode(SC_LINK_RAW, SC_STR(IPV6("\x06", "\x00") TCP(SUM6) PAYLOAD), 3, true, &memory);
	assert_int_equal(l.status, SC_DECODE_TCP);
	assert_int_equal(l.wire_payload, 8);
	free(memory);
	l = decode(SC_LINK_RAW, SC_STR(IPV6("\x06", "\x00") TCP(SUM6) PAYLOAD), 100000, true, &memory);
	assert_int_equal(l.payload.len, 8);
	assert_int_equal(l.wire_payload, 100000 - 60);
	free(memory);
	struct sc_packet none = { .link = SC_LINK_ETHERNET, .wire_len = UINT32_MAX };
	assert_false(sc_decode(&none, true, &l));
	assert_int_equal(l.status, SC_DECODE_BROKEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(links_are_read),
		cmocka_unit_test(trailers_are_left),
		cmocka_unit_test(cuts_give_beginnings),
		cmocka_unit_test(headers_are_read),
		cmocka_unit_test(extensions_are_bounded),
		cmocka_unit_test(checksums),
		cmocka_unit_test(odd_captures),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
