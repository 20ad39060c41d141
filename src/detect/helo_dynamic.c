/* helo_dynamic.c - HELO names that providers give to the addresses of their subscribers. */
#include "detect/frame/inside.h"

/* The address' octets, apart from each other, occur in the name in order or in reverse. */
static bool holds_address(sc_str name, const struct sc_ip *ip)
{
	uint64_t numbers[16];
	size_t n = 0, hits[2] = {0, 0};
	for (size_t i = 0; i < name.len && n < 16;) {
		size_t digits = 0;
		while (i + digits < name.len && sc_is_digit(name.at[i + digits]))
			digits++;
		if (digits && digits <= 3 && sc_str_number(sc_str_slice(name, i, digits), &numbers[n]))
			n++;
		i += digits ? digits : 1;
	}
	for (size_t i = 0; i < n; i++) {
		hits[0] += hits[0] < 4 && numbers[i] == ip->octets[hits[0]];
		hits[1] += hits[1] < 4 && numbers[i] == ip->octets[3 - hits[1]];
	}
	return hits[0] == 4 || hits[1] == 4;
}

static bool holds_hex(sc_str name, const struct sc_ip *ip)
{
	char room[32];
	struct sc_text t = sc_text_into(room, sizeof(room));
	for (size_t i = 0; i < (ip->version == 4 ? 4u : 16u); i++)
		sc_text_hex(&t, ip->octets[i], 2);
	return sc_str_search(name, sc_text_str(&t)) != SIZE_MAX;
}

/* The groups of an IPv6 address that are not zero, three at least, occur in the name in order. */
static bool holds_groups(sc_str name, const struct sc_ip *ip)
{
	unsigned groups[8];
	size_t count = 0, hits = 0;
	for (size_t i = 0; i < 8; i++) {
		unsigned group = (unsigned)ip->octets[2 * i] << 8 | ip->octets[2 * i + 1];
		groups[count] = group;
		count += group != 0;
	}
	for (size_t i = 0; i < name.len && hits < count;) {
		unsigned value = 0;
		size_t digits = 0;
		for (int d; i + digits < name.len && (d = sc_hex_digit(name.at[i + digits])) >= 0; digits++)
			value = value << 4 | (unsigned)d;
		hits += digits && digits <= 4 && value == groups[hits];
		i += digits ? digits : 1;
	}
	return count >= 3 && hits == count;
}

static bool opens(sc_str name, sc_str word, bool apart)
{
	char next = name.len > word.len ? name.at[word.len] : '.';
	return sc_str_starts(name, word) && !(apart && next >= 'a' && next <= 'z');
}

/* One of the words, of small letters all, occurs in the name, which is folded; `apart`: with no letter behind it. */
static bool holds_any(sc_str name, const char *const *words, bool apart)
{
	uint32_t begins = 0; /* with which letters words do */
	for (size_t k = 0; words[k]; k++)
		begins |= UINT32_C(1) << (words[k][0] - 'a');
	for (size_t i = 0; i < name.len; i++) {
		unsigned letter = (unsigned char)name.at[i] - 'a';
		if (letter > 25 || !(begins >> letter & 1))
			continue;
		for (size_t k = 0; words[k]; k++)
			if (words[k][0] == name.at[i] && opens(sc_str_from(name, i), sc_str_of(words[k]), apart))
				return true;
	}
	return false;
}

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	static const char *const dynamic[] = {"dynamic", "dynamicip", "dynip", "dyn",  "dsl",    "dhcp",   "pppoe", "ppp",
					      "pool",    "cable",     "cablemodem", "dial", "dialup", "dialin", "broadband", NULL};
	static const char *const fixed[] = {"static", "mail", "smtp", "mx", "out", "relay", "srv", "server", NULL};
	static const char *const cloud[] = {"compute", "amazonaws", "cloud", "usercontent", "vps", "hosting", NULL};
	const struct sc_ev_session *x = s->ev->body;
	char folded[256];
	const struct sc_helo *look = s->helo;
	const struct sc_ip *ip = &s->head->client.ip;
	bool words = look->marks & SC_HELO_SUBSCRIBER && look->digits, hex = look->marks & SC_HELO_HEX;
	if (x->helo.name.at[0] == '[' || !(look->marks & SC_HELO_LETTER))
		return;
	sc_str said = x->helo.name, name = sc_str_lower(folded, sizeof(folded), said);
	bool numbers = look->numbers >= 4 && (ip->version == 4 ? holds_address(name, ip) : holds_groups(name, ip));
	bool address = numbers || (hex && holds_hex(name, ip));
	bool word = words && holds_any(name, dynamic, true);
	if ((!address && !word) || holds_any(name, fixed, false))
		return;
	bool hosted = holds_any(name, cloud, false);
	sc_detector_quote(d, s, hosted ? SC_SEVERITY_INFO : SC_SEVERITY_LOW, address && word ? 85 : 65,
			  "introduced itself with the name of a subscriber's line", said);
}

const struct sc_detector_class sc_detector_helo_dynamic = {
	.name = "helo_dynamic",
	.summary = "A client on a port for mail between servers whose HELO holds its own address, or words such as "
		   "dsl, dhcp and pool: "
		   "rather a home computer than a mail server.",
	.innocent = "Hosts in a cloud whose names nobody changed: only info.",
	.advice = "Providers publish such ranges (policy block lists); use one.",
	.scope = SC_SCOPE_GLOBAL,
	.wants = SC_WANT(SC_EVENT_session),
	.needs = SC_NEED_STRANGER | SC_NEED_EXCHANGE | SC_NEED_LINE | SC_NEED_NO_LOGIN,
	.observe = observe,
};
