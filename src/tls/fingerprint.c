/* fingerprint.c - the two fingerprints' texts go straight into their digests; see fingerprint.h.
 *
 * JA3 keeps the order of the wire, JA4 sorts, and both leave GREASE (RFC 8701) out.  A hello that could not be read to its
 * end gets none: half a list would be another program's fingerprint.
 */
#include "tls/fingerprint.h"

#include "base/text.h"

enum { EXT_SERVER_NAME = 0, EXT_ALPN = 16 };

static sc_str hex(const uint8_t *octets, size_t count, char *to)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < count; i++) {
		to[2 * i] = digits[octets[i] >> 4];
		to[2 * i + 1] = digits[octets[i] & 15];
	}
	return (sc_str){ to, 2 * count };
}

/* ---- JA3 ---- */

static void add_decimal(struct sc_tls_crypto *c, uint16_t number, bool *first)
{
	char room[8];
	struct sc_text t = sc_text_into(room, sizeof(room));
	if (!*first)
		sc_text_put(&t, '-');
	*first = false;
	sc_text_number(&t, number);
	sc_tls_digest_add(c, sc_text_str(&t));
}

static void add_list(struct sc_tls_crypto *c, sc_str list)
{
	bool first = true;
	for (uint16_t n; sc_tls_number_next(&list, &n);)
		if (!sc_tls_grease(n))
			add_decimal(c, n, &first);
}

static void add_extensions(struct sc_tls_crypto *c, sc_str list)
{
	struct sc_tls_extension e;
	bool first = true;
	while (list.len && sc_tls_extension_next(&list, &e))
		if (!sc_tls_grease(e.type))
			add_decimal(c, e.type, &first);
}

static void add_octets(struct sc_tls_crypto *c, sc_str list)
{
	bool first = true;
	for (size_t i = 0; i < list.len; i++)
		add_decimal(c, (uint8_t)list.at[i], &first);
}

static void add_comma(struct sc_tls_crypto *c)
{
	sc_tls_digest_add(c, SC_STR(","));
}

static void begin_with(struct sc_tls_crypto *c, uint16_t version)
{
	bool first = true;
	add_decimal(c, version, &first);
	add_comma(c);
}

static sc_str end_ja3(struct sc_tls_crypto *c, char *to)
{
	uint8_t digest[SC_TLS_DIGEST_MOST];
	size_t n = sc_tls_digest_end(c, digest);
	return n ? hex(digest, n, to) : SC_STR_NONE;
}

sc_str sc_tls_ja3(struct sc_tls_crypto *c, const struct sc_tls_client_hello *h, char to[SC_TLS_JA3_OCTETS])
{
	if (!h->good || !sc_tls_digest_begin(c, SC_TLS_MD5))
		return SC_STR_NONE;
	begin_with(c, h->version);
	add_list(c, h->ciphers);
	add_comma(c);
	add_extensions(c, h->extensions);
	add_comma(c);
	add_list(c, h->groups);
	add_comma(c);
	add_octets(c, h->point_formats);
	return end_ja3(c, to);
}

sc_str sc_tls_ja3s(struct sc_tls_crypto *c, const struct sc_tls_server_hello *h, char to[SC_TLS_JA3_OCTETS])
{
	bool first = true;
	if (!h->good || !sc_tls_digest_begin(c, SC_TLS_MD5))
		return SC_STR_NONE;
	begin_with(c, h->legacy);
	add_decimal(c, h->cipher, &first);
	add_comma(c);
	add_extensions(c, h->extensions);
	return end_ja3(c, to);
}

/* ---- JA4 ---- */

static void sift(uint16_t *heap, size_t at, size_t count)
{
	for (size_t child; (child = 2 * at + 1) < count; at = child) {
		if (child + 1 < count && heap[child + 1] > heap[child])
			child++;
		if (heap[at] >= heap[child])
			return;
		uint16_t n = heap[at];
		heap[at] = heap[child];
		heap[child] = n;
	}
}

static void sort_numbers(uint16_t *numbers, size_t count)
{
	for (size_t i = count / 2; i-- > 0;)
		sift(numbers, i, count);
	for (size_t last = count; last-- > 1;) {
		uint16_t n = numbers[0];
		numbers[0] = numbers[last];
		numbers[last] = n;
		sift(numbers, 0, last);
	}
}

static void add_hex(struct sc_tls_crypto *c, uint16_t number, bool first)
{
	char room[8];
	struct sc_text t = sc_text_into(room, sizeof(room));
	if (!first)
		sc_text_put(&t, ',');
	sc_text_hex(&t, number, 4);
	sc_tls_digest_add(c, sc_text_str(&t));
}

static void add_sorted(struct sc_tls_crypto *c, uint16_t *numbers, size_t count)
{
	sort_numbers(numbers, count);
	for (size_t i = 0; i < count; i++)
		add_hex(c, numbers[i], i == 0);
}

static void add_signatures(struct sc_tls_crypto *c, sc_str list)
{
	bool first = true;
	for (uint16_t n; sc_tls_number_next(&list, &n);) {
		if (sc_tls_grease(n))
			continue;
		if (first)
			sc_tls_digest_add(c, SC_STR("_"));
		add_hex(c, n, first);
		first = false;
	}
}

static size_t collect_ciphers(sc_str list, uint16_t *numbers)
{
	size_t count = 0;
	for (uint16_t n; count < SC_TLS_SORT_MOST && sc_tls_number_next(&list, &n);)
		if (!sc_tls_grease(n))
			numbers[count++] = n;
	return count;
}

/* `*all` counts the two that are not collected, too. */
static size_t collect_extensions(sc_str list, uint16_t *numbers, size_t *all)
{
	struct sc_tls_extension e;
	size_t count = 0;
	*all = 0;
	while (list.len && count < SC_TLS_SORT_MOST && sc_tls_extension_next(&list, &e)) {
		*all += !sc_tls_grease(e.type);
		if (!sc_tls_grease(e.type) && e.type != EXT_SERVER_NAME && e.type != EXT_ALPN)
			numbers[count++] = e.type;
	}
	return count;
}

/* Twelve hexadecimal digits of the digest in work. */
static void end_part(struct sc_tls_crypto *c, struct sc_text *t, bool empty)
{
	uint8_t digest[SC_TLS_DIGEST_MOST] = { 0 };
	char room[12];
	(void)sc_tls_digest_end(c, digest);
	sc_text_put(t, '_');
	sc_text_add(t, empty ? SC_STR("000000000000") : hex(digest, 6, room));
}

static bool alphanumeric(char c)
{
	return sc_is_digit(c) || (sc_lower(c) >= 'a' && sc_lower(c) <= 'z');
}

/* First and last character of the first protocol; digits of their numbers where these are no letters. */
static void add_protocol(struct sc_text *t, sc_str alpn)
{
	char room[4];
	if (!alpn.len) {
		sc_text_adds(t, "00");
		return;
	}
	char first = alpn.at[0], last = alpn.at[alpn.len - 1];
	if (!alphanumeric(first) || !alphanumeric(last)) {
		uint8_t octets[2] = { (uint8_t)first, (uint8_t)last };
		hex(octets, 2, room);
		first = room[0];
		last = room[3];
	}
	sc_text_put(t, first);
	sc_text_put(t, last);
}

static const char *version_word(uint16_t version)
{
	static const struct {
		uint16_t number;
		const char *word;
	} words[] = { { 0x0304, "13" }, { 0x0303, "12" }, { 0x0302, "11" }, { 0x0301, "10" }, { 0x0300, "s3" }, { 0x0002, "s2" } };
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (words[i].number == version)
			return words[i].word;
	return "00";
}

sc_str sc_tls_ja4(struct sc_tls_crypto *c, const struct sc_tls_client_hello *h, uint16_t *sort, char to[SC_TLS_JA4_OCTETS])
{
	struct sc_text t = sc_text_into(to, SC_TLS_JA4_OCTETS);
	size_t all, ciphers, extensions = collect_extensions(h->extensions, sort, &all);
	ciphers = collect_ciphers(h->ciphers, sort);
	if (!h->good || !sc_tls_digest_begin(c, SC_TLS_SHA256))
		return SC_STR_NONE;
	sc_text_put(&t, 't');
	sc_text_adds(&t, version_word(h->highest));
	sc_text_put(&t, h->has_sni ? 'd' : 'i');
	sc_text_padded(&t, ciphers < 99 ? ciphers : 99, 2);
	sc_text_padded(&t, all < 99 ? all : 99, 2);
	add_protocol(&t, h->alpn);
	add_sorted(c, sort, ciphers);
	end_part(c, &t, ciphers == 0);
	extensions = collect_extensions(h->extensions, sort, &all);
	if (!sc_tls_digest_begin(c, SC_TLS_SHA256))
		return SC_STR_NONE;
	add_sorted(c, sort, extensions);
	add_signatures(c, h->signatures);
	end_part(c, &t, extensions == 0);
	return sc_text_str(&t);
}
