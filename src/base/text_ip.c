/* text_ip.c - addresses as text and back; see text.h.
 *
 * Writes dotted quads and the canonical form of RFC 5952: lower case, no leading zeros, the longest run of two or
 * more zero groups shortened (the first of equals), IPv4-mapped addresses with a dotted tail.  Reads what RFC 4291
 * 2.2 allows, without zone; numbers of a dotted quad have no leading zeros, for some software takes those as
 * octal. */
#include "base/text.h"

#define GROUPS 8
#define ADDRESS_OCTETS sizeof("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255")

static void put_quad(struct sc_text *t, const uint8_t *octets)
{
	for (int i = 0; i < 4; i++) {
		if (i)
			sc_text_put(t, '.');
		sc_text_number(t, octets[i]);
	}
}

static void put_group(struct sc_text *t, const uint8_t *octets)
{
	unsigned group = (unsigned)octets[0] << 8 | octets[1];
	sc_text_hex(t, group, group > 0xfff ? 4 : group > 0xff ? 3 : group > 0xf ? 2 : 1);
}

/* The groups that "::" stands for: `*count` of them, 0 when there is no run of two. */
static int longest_zeros(const uint8_t *octets, int *count)
{
	int best = 0, run = 0;
	*count = 0;
	for (int i = 0; i < GROUPS; i++) {
		run = octets[2 * i] | octets[2 * i + 1] ? 0 : run + 1;
		if (run > *count) {
			*count = run;
			best = i + 1 - run;
		}
	}
	if (*count < 2)
		*count = 0;
	return best;
}

static void put_groups(struct sc_text *t, const uint8_t *octets)
{
	int count, zeros = longest_zeros(octets, &count);
	for (int i = 0; i < GROUPS; i++) {
		if (count && i == zeros) {
			sc_text_add(t, SC_STR("::"));
			i += count - 1;
			continue;
		}
		if (i && !(count && i == zeros + count))
			sc_text_put(t, ':');
		put_group(t, octets + 2 * i);
	}
}

static bool is_mapped(const uint8_t *octets)
{
	static const uint8_t prefix[12] = { [10] = 0xff, [11] = 0xff };
	return memcmp(octets, prefix, sizeof(prefix)) == 0;
}

static bool read_quad(sc_str s, uint8_t *octets)
{
	for (int i = 0; i < 4; i++) {
		bool last = i == 3;
		size_t dot = sc_str_find(s, '.');
		uint64_t n;
		if ((dot == SIZE_MAX) != last)
			return false;
		sc_str word = sc_str_until(&s, '.');
		if (word.len > 3 || (word.len > 1 && word.at[0] == '0') || !sc_str_number(word, &n) || n > 255)
			return false;
		octets[i] = (uint8_t)n;
	}
	return true;
}

static int hex_value(char c)
{
	c = sc_lower(c);
	return sc_is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_group(sc_str s, uint8_t *octets)
{
	unsigned group = 0;
	if (s.len == 0 || s.len > 4)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		int digit = hex_value(s.at[i]);
		if (digit < 0)
			return false;
		group = group << 4 | (unsigned)digit;
	}
	octets[0] = (uint8_t)(group >> 8);
	octets[1] = (uint8_t)group;
	return true;
}

/* Groups with ":" between them, at most `most` octets; `tail`: the last two may be a dotted quad.  Gives the count of
 * octets, or -1. */
static int read_groups(sc_str s, bool tail, uint8_t *octets, int most)
{
	int n = 0;
	while (s.len) {
		size_t colon = sc_str_find(s, ':');
		sc_str word = sc_str_until(&s, ':');
		bool last = colon == SIZE_MAX, quad = last && tail && sc_str_find(word, '.') != SIZE_MAX;
		int size = quad ? 4 : 2;
		if ((!last && s.len == 0) || size > most - n)
			return -1;
		if (quad ? !read_quad(word, octets + n) : !read_group(word, octets + n))
			return -1;
		n += size;
	}
	return n;
}

static bool read_v6(sc_str s, uint8_t *octets)
{
	size_t gap = sc_str_search(s, SC_STR("::"));
	if (gap == SIZE_MAX)
		return read_groups(s, true, octets, 16) == 16;
	uint8_t tail[14];
	int head_len = read_groups(sc_str_slice(s, 0, gap), false, octets, 14);
	int tail_len = head_len < 0 ? -1 : read_groups(sc_str_from(s, gap + 2), true, tail, 14 - head_len);
	if (tail_len < 0)
		return false;
	memset(octets + head_len, 0, 16 - (size_t)head_len);
	memcpy(octets + 16 - tail_len, tail, (size_t)tail_len);
	return true;
}

void sc_text_ip(struct sc_text *t, const struct sc_ip *ip)
{
	char form[ADDRESS_OCTETS];
	struct sc_text whole = sc_text_into(form, sizeof(form));
	if (ip->version == 4) {
		put_quad(&whole, ip->octets);
	} else if (ip->version == 6 && is_mapped(ip->octets)) {
		sc_text_add(&whole, SC_STR("::ffff:"));
		put_quad(&whole, ip->octets + 12);
	} else if (ip->version == 6) {
		put_groups(&whole, ip->octets);
	}
	if (whole.len > t->size - t->len)
		t->cut = true;
	else
		sc_text_add(t, sc_text_str(&whole));
}

bool sc_ip_read(sc_str s, struct sc_ip *out)
{
	struct sc_ip ip = { .version = sc_str_find(s, ':') == SIZE_MAX ? 4 : 6 };
	if (s.len == 0 || (ip.version == 4 && !sc_is_digit(s.at[s.len - 1])))
		return false; /* most names that are asked about end here */
	if (s.len > ADDRESS_OCTETS || (ip.version == 4 ? !read_quad(s, ip.octets) : !read_v6(s, ip.octets)))
		return false;
	*out = ip;
	return true;
}

struct sc_ip sc_network_of(const struct sc_ip *ip)
{
	struct sc_ip net = {.version = ip->version};
	memcpy(net.octets, ip->octets, 8);
	if (ip->version == 4)
		memset(net.octets + 3, 0, 5);
	return net;
}

void sc_network_text(struct sc_text *t, const struct sc_ip *ip)
{
	struct sc_ip net = sc_network_of(ip);
	sc_text_ip(t, &net);
	sc_text_adds(t, ip->version == 4 ? "/24" : "/64");
}
