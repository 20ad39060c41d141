/* fuzz_tls.c - records and handshakes of both sides, with and without secrets, whole and cut.
 *
 * The input is a key log, a NUL, and a row of runs: a head of two octets tells side, kind and length, the octets follow.  Oracles: cutting the runs
 * changes nothing of what is told; without a fitting secret no text comes out; what is told of names and prints keeps its
 * bounds; and all memory is given back. */
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "tls/tls.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct told {
	uint64_t sum;
	unsigned established, failed, texts, bad;
	bool     decrypted;
};

static struct sc_blocks store;
static struct sc_tls_host host;

static void mix(struct told *t, sc_str s)
{
	if (s.at)
		t->sum = sc_hash(t->sum, s);
}

static void note(struct told *told, const struct sc_tls *t)
{
	const struct sc_ev_tls *ev = &t->ev;
	SC_ASSERT(!ev->ja3.at || ev->ja3.len == 32);
	SC_ASSERT(!ev->ja4.at || ev->ja4.len == 36);
	SC_ASSERT(ev->certificate.names.count <= 64);
	SC_ASSERT(!ev->decrypted || t->opened);
	mix(told, ev->sni);
	mix(told, ev->alpn);
	mix(told, ev->ja3);
	mix(told, ev->ja4);
	mix(told, ev->certificate.subject);
	told->decrypted |= ev->decrypted;
}

static void feed(struct sc_tls *t, struct told *told, enum sc_side side, struct sc_segment *run)
{
	unsigned news;
	sc_tls_push(t, side, run);
	while (sc_tls_next(t, &news)) {
		told->established += (news & SC_TLS_ESTABLISHED) != 0;
		told->failed += (news & SC_TLS_FAILED) != 0;
		told->texts += (news & SC_TLS_TEXT) != 0;
		told->bad += (news & SC_TLS_BAD_RECORD) != 0;
		if ((news & SC_TLS_TEXT) && t->text.bytes.at)
			mix(told, t->text.bytes);
	}
}

static struct told play(const uint8_t *data, size_t size, size_t cut)
{
	struct told told = { .sum = 1 };
	struct sc_tls *t = sc_tls_open(&host, 1);
	uint64_t offset[2] = { 0 };
	for (size_t at = 0; at + 2 <= size;) {
		enum sc_side side = data[at] & 1 ? SC_SERVER : SC_CLIENT;
		bool gap = (data[at] & 6) == 6;
		size_t n = (size_t)(data[at] >> 3) << 8 | data[at + 1];
		at += 2;
		n = n < size - at ? n : size - at;
		for (size_t done = 0, part; done < n; done += part) {
			part = gap || !cut || n - done < cut ? n - done : cut;
			struct sc_segment run = { .offset = offset[side], .packet = at,
				.bytes = { gap ? NULL : (const char *)data + at + done, part } };
			feed(t, &told, side, &run);
			offset[side] += part;
		}
		at += gap ? 0 : n;
	}
	sc_tls_finish(t, true);
	note(&told, t);
	sc_tls_close(t);
	SC_ASSERT(sc_blocks_in_use(&store) == 0 && host.waiting == 0);
	return told;
}

static void open_host(void)
{
	SC_ASSERT(sc_blocks_open(&store, 1 << 20) && sc_tls_host_open(&host, &store));
	host.certificates = true;
}

/* Gives where the runs begin. */
static size_t read_keys(struct sc_tls_keys *keys, const uint8_t *data, size_t size)
{
	struct sc_tls_keylog log = { 0 };
	size_t n = sc_str_find((sc_str){ (const char *)data, size }, '\0');
	n = n < size ? n : size;
	sc_tls_keylog_feed(&log, keys, (sc_str){ (const char *)data, n });
	sc_tls_keylog_end(&log, keys);
	return n < size ? n + 1 : size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!host.store)
		open_host();
	struct sc_tls_keys *keys = sc_tls_keys_open(1 << 16, 1);
	size_t runs = read_keys(keys, data, size);
	data += runs;
	size -= runs;
	host.keys = size && !data[0] ? NULL : keys; /* nobody gave any */
	sc_tls_keys_expect(keys, size % 3 == 0);
	struct told whole = play(data, size, 0);
	for (size_t cut = 1; cut < 300; cut = cut * 5 + 2) {
		struct told parts = play(data, size, cut);
		SC_ASSERT(parts.established == whole.established && parts.failed == whole.failed);
		SC_ASSERT(parts.sum == whole.sum && parts.bad == whole.bad && parts.decrypted == whole.decrypted);
	}
	host.keys = NULL;
	struct told blind = play(data, size, 0);
	SC_ASSERT(blind.texts == 0 && !blind.decrypted);
	sc_tls_keys_close(keys);
	return 0;
}
