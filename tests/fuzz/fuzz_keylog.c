/* fuzz_keylog.c - key logs of any kind.
 *
 * Oracles: where the text is cut changes nothing of what is counted; a secret that is found is one that stands in the text; and
 * none is longer than a secret can be. */
#include <stddef.h>
#include <stdint.h>

#include "tls/keys.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct sc_tls_keylog read_all(struct sc_tls_keys *keys, sc_str text, size_t cut)
{
	struct sc_tls_keylog log = { 0 };
	while (text.len) {
		sc_tls_keylog_feed(&log, keys, sc_str_slice(text, 0, cut));
		text = sc_str_from(text, cut);
	}
	sc_tls_keylog_end(&log, keys);
	return log;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	sc_str text = { (const char *)data, size };
	uint8_t random[SC_TLS_RANDOM] = { 0 };
	struct sc_tls_keys *whole = sc_tls_keys_open(1 << 16, 1), *parts = sc_tls_keys_open(1 << 16, 1);
	struct sc_tls_keylog a = read_all(whole, text, SIZE_MAX), b = read_all(parts, text, 1 + size % 37);
	SC_ASSERT(a.kept == b.kept && a.bad == b.bad && a.ignored == b.ignored);
	SC_ASSERT(sc_tls_keys_count(whole) == a.kept && sc_tls_keys_count(parts) == a.kept);
	for (int label = 0; label < SC_TLS_LABELS; label++) {
		sc_str one = sc_tls_keys_find(whole, (enum sc_tls_label)label, random);
		sc_str two = sc_tls_keys_find(parts, (enum sc_tls_label)label, random);
		SC_ASSERT(one.len <= SC_TLS_SECRET_MOST && sc_str_equal(one, two));
		SC_ASSERT(!one.at || one.len * 2 <= size);
	}
	sc_tls_keys_close(whole);
	sc_tls_keys_close(parts);
	return 0;
}
