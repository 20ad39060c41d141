/* test_icmp.c - ICMP errors that quote TCP packets: what is read of them, and what is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../image.h"
#include "base/text.h"
#include "net/decode.h"

struct error {
	const char *name;
	uint8_t version, type, code, quoted; /* protocol that the quotation names */
	uint32_t mtu;                        /* as it stands in the message */
	bool     read, too_big, unreachable, forbidden;
};

static const struct error errors[] = {
	{ "port unreachable", 4, 3, 3, 6, 0, true, false, true, false },
	{ "host unreachable", 4, 3, 1, 6, 0, true, false, true, false },
	{ "administratively prohibited", 4, 3, 13, 6, 0, true, false, true, true },
	{ "fragmentation needed", 4, 3, 4, 6, 1300, true, true, false, false },
	{ "time exceeded", 4, 11, 0, 6, 0, true, false, false, false },
	{ "echo reply", 4, 0, 0, 6, 0, false, false, false, false },
	{ "redirect", 4, 5, 1, 6, 0, false, false, false, false },
	{ "about UDP", 4, 3, 3, 17, 0, false, false, false, false },
	{ "packet too big, IPv6", 6, 2, 0, 6, 1280, true, true, false, false },
	{ "no route, IPv6", 6, 1, 0, 6, 0, true, false, true, false },
	{ "prohibited, IPv6", 6, 1, 1, 6, 0, true, false, true, true },
	{ "port unreachable, IPv6", 6, 1, 4, 6, 0, true, false, true, false },
	{ "echo request, IPv6", 6, 128, 0, 6, 0, false, false, false, false },
	{ "neighbour, IPv6", 6, 135, 0, 6, 0, false, false, false, false },
	{ "about UDP, IPv6", 6, 1, 4, 17, 0, false, false, false, false },
};

static void put_address(struct image *m, uint8_t version, uint8_t last)
{
	put(m, version == 4 ? "\xc0\x00\x02" : "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0", version == 4 ? 3 : 15);
	put_number(m, last, 1);
}

static void put_ip(struct image *m, uint8_t version, uint8_t protocol, unsigned octets, uint8_t from, uint8_t to)
{
	if (version == 4) {
		put16(m, 0x4500);
		put16(m, 20 + octets);
		put32(m, 0);
		put_number(m, 64, 1);
		put_number(m, protocol, 1);
		put16(m, 0);
	} else {
		put32(m, 0x60000000);
		put16(m, octets);
		put_number(m, protocol, 1);
		put_number(m, 64, 1);
	}
	put_address(m, version, from);
	put_address(m, version, to);
}

/* The router .1 tells .10 about a packet from its port 40000 to .25, port 25. */
static void build(struct image *m, const struct error *x)
{
	unsigned header = x->version == 4 ? 20 : 40;
	put(m, "\x02\x00\x00\x00\x00\x01\x02\x00\x00\x00\x00\x02", 12);
	put16(m, x->version == 4 ? 0x0800 : 0x86dd);
	put_ip(m, x->version, x->version == 4 ? 1 : 58, 8 + header + 8, 1, 10);
	put_number(m, x->type, 1);
	put_number(m, x->code, 1);
	put16(m, 0);
	put32(m, x->mtu);
	put_ip(m, x->version, x->quoted, 1460, 10, 25);
	put16(m, 40000);
	put16(m, 25);
	put32(m, 0x12345678);
}

static bool decode(const char *at, size_t len, size_t wire, struct sc_layers *l)
{
	char *exact = malloc(len ? len : 1);
	assert_non_null(exact);
	if (len)
		memcpy(exact, at, len);
	bool tcp = sc_decode(&(struct sc_packet){ .number = 1, .wire_len = (uint32_t)wire, .link = SC_LINK_ETHERNET,
		.bytes = { exact, len } }, true, l);
	free(exact);
	return tcp;
}

static void errors_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		const struct error *x = &errors[i];
		char room[256];
		struct image m = { .at = room, .size = sizeof(room), .big = true };
		struct sc_layers l;
		build(&m, x);
		assert_false(decode(m.at, m.len, m.len, &l));
		if ((l.status == SC_DECODE_ICMP) != x->read)
			fail_msg("%s: status %d", x->name, l.status);
		if (!x->read)
			continue;
		uint8_t last = x->version == 4 ? 3 : 15;
		bool quoted = l.src.octets[last] == 10 && l.dst.octets[last] == 25 && l.src_port == 40000 && l.dst_port == 25 &&
			l.seq == 0x12345678 && l.src.version == x->version;
		bool said = l.icmp.from.octets[last] == 1 && l.icmp.type == x->type && l.icmp.code == x->code &&
			l.icmp.too_big == x->too_big && l.icmp.unreachable == x->unreachable &&
			l.icmp.forbidden == x->forbidden && l.icmp.mtu == (x->too_big ? x->mtu : 0);
		if (!quoted || !said)
			fail_msg("%s: not as it was said", x->name);
	}
}

/* Cut anywhere, nothing is read beyond, and nothing is made up. */
static void cut_errors_are_none(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		char room[256];
		struct image m = { .at = room, .size = sizeof(room), .big = true };
		struct sc_layers l;
		build(&m, &errors[i]);
		for (size_t len = 0; len < m.len; len++) {
			assert_false(decode(m.at, len, m.len, &l));
			if (l.status == SC_DECODE_ICMP)
				fail_msg("%s: read from %zu of %zu octets", errors[i].name, len, m.len);
		}
	}
}

/* The quotation of a later fragment holds no ports. */
static void fragments_are_not_quoted(void **state)
{
	(void)state;
	char room[256];
	struct image m = { .at = room, .size = sizeof(room), .big = true };
	struct sc_layers l;
	build(&m, &errors[0]);
	m.at[14 + 20 + 8 + 7] = 9; /* its offset */
	assert_false(decode(m.at, m.len, m.len, &l));
	assert_int_equal(l.status, SC_DECODE_NOT_TCP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errors_are_read),
		cmocka_unit_test(cut_errors_are_none),
		cmocka_unit_test(fragments_are_not_quoted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
