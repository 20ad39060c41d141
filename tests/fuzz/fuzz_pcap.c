/* fuzz_pcap.c - any octets as a capture file: pcap and pcapng, plain or packed.
 *
 * Beyond "no crash": how the file is cut into reads, and how large the buffer is at first, changes neither packets
 * nor secrets nor verdict; a shorter file gives a prefix of the packets; every packet keeps to the contract of packet.h; a real
 * file's secrets are handed out before its packets, once. */
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/hash.h"
#include "input/capture.h"
#include "input/source.h"
#include "reader.h"

#define PACKETS_MOST 2048 /* a packed file may hold more than anyone wants to wait for */

struct log {
	uint64_t packets[PACKETS_MOST];
	size_t   count;
	uint64_t secrets, keylogs; /* blocks; a sum over those that were handed out */
	bool     opened;
	struct sc_verdict verdict;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t digest(const struct sc_packet *pkt)
{
	SC_ASSERT(pkt->bytes.at && pkt->bytes.len <= pkt->wire_len);
	SC_ASSERT(pkt->when >= 0 && pkt->when <= SC_CLOCK_LAST);
	uint64_t h = sc_hash(pkt->link, pkt->bytes);
	return h ^ (uint64_t)pkt->when * 3 ^ (uint64_t)pkt->wire_len << 32;
}

static void hear(void *ctx, sc_str text)
{
	*(uint64_t *)ctx += sc_hash(2, text) | 1;
}

static void play(sc_str octets, size_t buffer, size_t piece, struct log *l)
{
	struct reader r = { octets, piece };
	struct sc_stream_config config = { .read = read_octets, .ctx = &r, .buffer_octets = buffer };
	struct sc_pcapng_watch watch = { .keylog = hear, .ctx = &l->keylogs };
	struct sc_capture c;
	struct sc_packet pkt;
	l->count = 0;
	l->keylogs = l->secrets = 0;
	l->opened = sc_capture_open(&c, &config, &watch, &l->verdict);
	if (!l->opened) {
		SC_ASSERT(l->verdict.err != SC_OK && l->verdict.why[0]);
		return;
	}
	while (l->count < PACKETS_MOST && sc_capture_next(&c, &pkt)) {
		SC_ASSERT(c.stream.unpack || pkt.bytes.len <= octets.len);
		l->packets[l->count++] = digest(&pkt);
		SC_ASSERT(c.packets == l->count);
	}
	if (l->count < PACKETS_MOST) {
		SC_ASSERT(!sc_capture_next(&c, &pkt) && c.stream.ending != SC_ENDING_NONE);
		sc_capture_judge(&c, &l->verdict);
		SC_ASSERT((l->verdict.err != SC_OK) == (l->verdict.why[0] != 0));
	}
	l->secrets = watch.secrets;
	sc_capture_close(&c);
}

static bool begins_with(const struct log *whole, const struct log *part)
{
	size_t octets = part->count * sizeof(part->packets[0]);
	return part->count <= whole->count && memcmp(whole->packets, part->packets, octets) == 0;
}

static bool same(const struct log *a, const struct log *b)
{
	const struct sc_verdict *v = &a->verdict, *w = &b->verdict;
	return a->opened == b->opened && a->count == b->count && a->keylogs == b->keylogs && begins_with(a, b) && v->err == w->err &&
	       v->foreign == w->foreign && strcmp(v->why, w->why) == 0;
}

/* The same octets as a real file, twice beside each other: merged, every packet comes twice. */
static void play_merged(sc_str octets, const struct log *alone)
{
	char path[64];
	int fd = memfd_create("capture", 0);
	if (fd < 0 || write(fd, octets.at, octets.len) != (ssize_t)octets.len)
		return;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	const char *const paths[] = { path, path };
	struct sc_source *s;
	struct sc_packet pkt;
	struct sc_source_facts facts;
	uint64_t number = 0, keylogs = 0;
	if (sc_source_open(&s, &(struct sc_source_config){ .paths = paths, .path_count = 2 }) == SC_OK) {
		sc_source_on_secrets(s, hear, &keylogs);
		SC_ASSERT(alone->count == PACKETS_MOST || keylogs == 2 * alone->keylogs);
		uint64_t before = keylogs;
		while (number < PACKETS_MOST && sc_source_next(s, &pkt))
			SC_ASSERT(pkt.number == ++number && digest(&pkt) != 1);
		SC_ASSERT(number == (2 * alone->count < PACKETS_MOST ? 2 * alone->count : PACKETS_MOST));
		SC_ASSERT(number == PACKETS_MOST || sc_source_result(s) == alone->verdict.err);
		sc_source_facts(s, &facts);
		SC_ASSERT(keylogs == before && (number == PACKETS_MOST || facts.secrets == 2 * alone->secrets));
		sc_source_close(s);
	} else {
		SC_ASSERT(!alone->opened);
	}
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct log whole, pieces, part;
	sc_str octets = { (const char *)data, size };
	uint64_t choice = sc_hash(1, octets);
	play(octets, 0, 0, &whole);
	play(octets, 1 + choice % 61, choice >> 8 & 15, &pieces);
	SC_ASSERT(same(&whole, &pieces));
	play(sc_str_slice(octets, 0, size ? (choice >> 16) % size : 0), 64, 0, &part);
	SC_ASSERT(begins_with(&whole, &part));
	if ((choice >> 60) == 0)
		play_merged(octets, &whole);
	return 0;
}
