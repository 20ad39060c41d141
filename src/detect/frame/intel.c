/* intel.c - the user's list of known evil: addresses, networks, domains, HELO names, TLS fingerprints, hashes of
 * attachments.
 *
 * A line is VALUE and LABEL; what a value is can be seen from its form, but for HELO names, which are written
 * helo:NAME. Look-ups go to an open table; networks are tried by each length that occurs. */
#include "base/hash.h"
#include "base/memory.h"
#include "base/text.h"
#include "detect/frame/settings.h"

#define PLACES (SC_INTEL_ROWS * 2)

static uint64_t row_hash(enum sc_intel_kind kind, unsigned bits, sc_str value)
{
	uint64_t hash = sc_hash(((uint64_t)kind << 8 | bits) + 1, value);
	return hash ? hash : 1;
}

static bool is_hex(sc_str s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = sc_lower(s.at[i]);
		if (!sc_is_digit(c) && !(c >= 'a' && c <= 'f'))
			return false;
	}
	return s.len > 0;
}

static bool read_network(sc_str value, struct sc_ip *ip, unsigned *bits)
{
	sc_str length = value;
	sc_str address = sc_str_until(&length, '/');
	uint64_t n;
	if (!sc_ip_read(address, ip))
		return false;
	*bits = ip->version == 4 ? 32 : 128;
	if (address.len == value.len)
		return true;
	if (!sc_str_number(length, &n) || n > *bits)
		return false;
	*bits = (unsigned)n;
	return true;
}

static void mask(struct sc_ip *ip, unsigned bits)
{
	for (unsigned i = 0; i < 16; i++) {
		unsigned keep = bits > i * 8 ? bits - i * 8 : 0;
		ip->octets[i] &= keep >= 8 ? 0xff : (uint8_t)(0xff00u >> keep);
	}
}

static sc_str ip_octets(const struct sc_ip *ip)
{
	return (sc_str){(const char *)ip->octets, ip->version == 4 ? 4 : 16};
}

static bool open_table(struct sc_detect_settings *s)
{
	if (s->intel)
		return true;
	s->intel = sc_memory_take(PLACES * sizeof(*s->intel));
	s->intel_text = sc_memory_take(SC_INTEL_TEXT);
	s->intel_used = 1;
	return s->intel && s->intel_text;
}

static uint32_t keep_text(struct sc_detect_settings *s, sc_str text)
{
	uint32_t at = s->intel_used;
	memcpy(s->intel_text + at, text.at, text.len);
	s->intel_used += (uint32_t)text.len + 1;
	return at;
}

static bool put_row(struct sc_detect_settings *s, struct sc_intel_row row, sc_str value, sc_str label,
		    struct sc_text *why)
{
	if (!open_table(s)) {
		sc_text_adds(why, "no memory");
		return false;
	}
	if (s->intel_count == SC_INTEL_ROWS || s->intel_used + value.len + label.len + 2 > SC_INTEL_TEXT) {
		sc_text_adds(why, "too many lines; 262,144 and 16 MiB are kept");
		return false;
	}
	size_t at = row.hash % PLACES;
	while (s->intel[at].hash && s->intel[at].hash != row.hash)
		at = (at + 1) % PLACES;
	if (s->intel[at].hash)
		return true; /* the first line of a value counts */
	row.value = keep_text(s, value);
	row.label = keep_text(s, label);
	s->intel[at] = row;
	s->intel_count++;
	s->has_kind[row.kind] = true;
	return true;
}

static enum sc_intel_kind kind_of(sc_str value)
{
	if (value.len == 64 && is_hex(value))
		return SC_INTEL_SHA256;
	if (value.len == 36 && value.at[10] == '_' && value.at[23] == '_')
		return SC_INTEL_JA4;
	return SC_INTEL_DOMAIN;
}

static bool is_domain(sc_str s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.at[i];
		if (!sc_is_digit(c) && !(c >= 'a' && c <= 'z') && c != '-' && c != '.' && c != '_' && !(c & 0x80))
			return false;
	}
	return sc_str_find(s, '.') != SIZE_MAX;
}

static sc_str folded(sc_str value, char *room, size_t size)
{
	size_t len = value.len < size ? value.len : size;
	for (size_t i = 0; i < len; i++)
		room[i] = sc_lower(value.at[i]);
	return (sc_str){room, len};
}

bool sc_detect_settings_intel(struct sc_detect_settings *s, sc_str line, struct sc_text *why)
{
	char room[256];
	struct sc_ip ip;
	unsigned bits = 0;
	sc_str value = sc_str_word(&line), label = sc_str_trim(line);
	if (value.len == 0 || value.at[0] == '#')
		return true;
	if (value.len > sizeof(room)) {
		sc_text_adds(why, "longer than any name or hash");
		return false;
	}
	struct sc_intel_row row = {.kind = SC_INTEL_HELO};
	if (read_network(value, &ip, &bits)) {
		mask(&ip, bits);
		row.kind = SC_INTEL_NETWORK;
		row.bits = (uint8_t)bits;
		row.hash = row_hash(SC_INTEL_NETWORK, bits, ip_octets(&ip));
		s->has_bits[ip.version == 6][bits] = true;
		return put_row(s, row, value, label, why);
	}
	sc_str name = folded(value, room, sizeof(room));
	if (sc_str_starts(name, SC_STR("helo:")))
		name = sc_str_from(name, 5);
	else
		row.kind = (uint8_t)kind_of(name);
	if (name.len == 0 || (row.kind == SC_INTEL_DOMAIN && !is_domain(name))) {
		sc_text_adds(why,
			     "neither address, network, domain, JA4 nor SHA-256; a HELO name is written helo:NAME");
		return false;
	}
	row.hash = row_hash((enum sc_intel_kind)row.kind, 0, name);
	return put_row(s, row, name, label, why);
}

static const char *find_row(const struct sc_detect_settings *s, uint64_t hash)
{
	size_t at = hash % PLACES;
	for (; s->intel[at].hash; at = (at + 1) % PLACES)
		if (s->intel[at].hash == hash)
			return s->intel_text + s->intel[at].label;
	return NULL;
}

const char *sc_intel_find(const struct sc_detect_settings *s, enum sc_intel_kind kind, sc_str value)
{
	char room[256];
	if (!s->has_kind[kind] || value.len == 0 || value.len > sizeof(room))
		return NULL;
	sc_str name = folded(value, room, sizeof(room));
	const char *label = find_row(s, row_hash(kind, 0, name));
	while (!label && kind == SC_INTEL_DOMAIN && sc_str_find(name, '.') != SIZE_MAX) {
		(void)sc_str_until(&name, '.');
		label = name.len ? find_row(s, row_hash(kind, 0, name)) : NULL;
	}
	return label;
}

const char *sc_intel_find_ip(const struct sc_detect_settings *s, const struct sc_ip *ip)
{
	const char *label = NULL;
	if (!s->has_kind[SC_INTEL_NETWORK])
		return NULL;
	for (unsigned bits = ip->version == 4 ? 33 : 129; bits-- > 0 && !label;) {
		if (!s->has_bits[ip->version == 6][bits])
			continue;
		struct sc_ip net = *ip;
		mask(&net, bits);
		label = find_row(s, row_hash(SC_INTEL_NETWORK, bits, ip_octets(&net)));
	}
	return label;
}
