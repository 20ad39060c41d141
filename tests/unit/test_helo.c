/* One look at a HELO name, and comparing without case eight octets at a time, against plain twins that go octet by octet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>

#include "base/str.h"
#include "detect/frame/helo.h"
#include "detect/frame/roles.h"

static uint32_t dice = 1;

static uint32_t draw(uint32_t below)
{
	dice = dice * 1664525u + 1013904223u;
	return (dice >> 8) % below;
}

static bool is_letter(char c)
{
	return sc_lower(c) >= 'a' && sc_lower(c) <= 'z';
}

static bool is_odd(char c)
{
	return (unsigned char)c < 0x80 && !is_letter(c) && !sc_is_digit(c) && c != '-' && c != '.';
}

static bool begins_word(sc_str name, size_t i)
{
	static const char *const words[] = {"br", "ca", "dy", "ds", "dh", "di", "pp", "po"};
	for (size_t k = 0; k < sizeof(words) / sizeof(words[0]); k++)
		if (sc_lower(name.at[i]) == words[k][0] && i + 1 < name.len && sc_lower(name.at[i + 1]) == words[k][1])
			return true;
	return false;
}

static unsigned hex_run(sc_str name)
{
	unsigned run = 0, longest = 0;
	for (size_t i = 0; i < name.len; i++) {
		run = sc_hex_digit(name.at[i]) >= 0 ? run + 1 : 0;
		longest = run > longest ? run : longest;
	}
	return longest;
}

static struct sc_helo plain_look(sc_str name)
{
	struct sc_helo h = {.marks = hex_run(name) >= 8 ? SC_HELO_HEX : 0};
	for (size_t i = 0; i < name.len; i++) {
		char c = name.at[i], before = i ? name.at[i - 1] : '.';
		bool empty = before == '.' ? c == '.' || c == '-' : before == '-' && c == '.';
		h.digits += sc_is_digit(c);
		h.numbers += sc_is_digit(c) && !sc_is_digit(before);
		h.dots += c == '.';
		h.marks |= is_odd(c) ? SC_HELO_ODD : 0u;
		h.marks |= c == ':' ? SC_HELO_COLON : 0u;
		h.marks |= is_letter(c) && sc_hex_digit(c) < 0 ? SC_HELO_LETTER : 0u;
		h.marks |= begins_word(name, i) ? SC_HELO_SUBSCRIBER : 0u;
		h.marks |= empty || (c == '-' && i + 1 == name.len) ? SC_HELO_EMPTY : 0u;
	}
	return h;
}

static void test_look(void **state)
{
	static const char octets[] = "abcdefghijklmnopqrstuvwxyzABCDPYSHIOR0123456789....--:_[]\xc3\0 d";
	char room[256];
	(void)state;
	for (unsigned n = 0; n < 200000; n++) {
		sc_str name = {room, draw(n % 50 ? 40 : 257)};
		uint32_t kinds = 1 + draw(sizeof(octets) - 1), shift = draw(sizeof(octets));
		for (size_t i = 0; i < name.len; i++)
			room[i] = octets[(draw(kinds) + shift) % (sizeof(octets) - 1)];
		struct sc_helo fast = sc_helo_look(name), plain = plain_look(name);
		if (fast.marks != plain.marks || fast.dots != plain.dots || fast.digits != plain.digits ||
		    fast.numbers != plain.numbers)
			fail_msg("%.*s: marks %x %x, dots %u %u, digits %u %u, numbers %u %u", (int)name.len, name.at,
				 fast.marks, plain.marks, fast.dots, plain.dots, fast.digits, plain.digits, fast.numbers,
				 plain.numbers);
	}
}

/* Nothing but digits, or nothing but points, up to the longest name: no count runs over into another. */
static void test_look_at_extremes(void **state)
{
	char room[300];
	(void)state;
	for (int c = 0; c < 256; c++) {
		memset(room, c, sizeof(room));
		struct sc_helo fast = sc_helo_look((sc_str){room, sizeof(room)}), plain = plain_look((sc_str){room, 256});
		assert_int_equal(fast.marks, plain.marks);
		assert_int_equal(fast.dots, plain.dots);
		assert_int_equal(fast.digits, plain.digits);
		assert_int_equal(fast.numbers, plain.numbers);
	}
}

static bool plain_starts(sc_str s, sc_str prefix)
{
	bool same = s.len >= prefix.len;
	for (size_t i = 0; same && i < prefix.len; i++)
		same = sc_lower(s.at[i]) == sc_lower(prefix.at[i]);
	return same;
}

/* Strings of their own memory, so that a sanitizer sees what is read beyond them. */
static void test_comparing_without_case(void **state)
{
	static const char octets[] = "aA@`zZ[{\x80\xc1\xe1";
	(void)state;
	for (unsigned n = 0; n < 200000; n++) {
		size_t len = draw(30), other = draw(4) ? len : draw(30);
		char *a = malloc(len + !len), *b = malloc(other + !other);
		for (size_t i = 0; i < len; i++)
			a[i] = octets[draw(sizeof(octets) - 1)];
		for (size_t i = 0; i < other; i++)
			b[i] = i < len && draw(30) ? (draw(2) ? sc_upper(a[i]) : sc_lower(a[i])) : octets[draw(sizeof(octets) - 1)];
		sc_str s = {a, len}, prefix = {b, other};
		assert_int_equal(sc_str_starts_nocase(s, prefix), plain_starts(s, prefix));
		free(a);
		free(b);
	}
}

/* Every address of a network has a hash of its own, spread over the sets of tables; the network is that of all of them, and
 * another key gives others. */
static void test_hashes_of_addresses(void **state)
{
	uint64_t address, network, first_network = 0, seen[256], other;
	unsigned sets[64] = {0};
	(void)state;
	for (unsigned i = 0; i < 256; i++) {
		struct sc_ip ip = {{203, 0, 113, (uint8_t)i}, 4};
		sc_ip_hashes(7, &ip, &address, &network);
		first_network = i ? first_network : network;
		assert_int_equal(network, first_network);
		for (unsigned k = 0; k < i; k++)
			assert_true(seen[k] != address);
		seen[i] = address;
		sets[address >> 20 & 63]++;
		sc_ip_hashes(8, &ip, &other, &network);
		assert_true(other != address);
	}
	for (unsigned i = 0; i < 64; i++)
		assert_in_range(sets[i], 0, 14); /* four on average */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_look),
		cmocka_unit_test(test_look_at_extremes),
		cmocka_unit_test(test_comparing_without_case),
		cmocka_unit_test(test_hashes_of_addresses),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
