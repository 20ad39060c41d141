/* pcap_file.c - reads classic pcap files (draft-ietf-opsawg-pcap).
 *
 * Trusts nothing: a captured length that no capture program writes ends the reading, since what follows could only
 * be found by guessing.  Every packet that is whole is given, and its octets lie in the stream's buffer.
 *
 * The frame check sequence that a file header may announce is left in place: files lie about it, and the lengths of
 * IP tell where a packet ends. */
#include "input/pcap_file.h"

#include "base/cursor.h"
#include "input/clock.h"

#define FILE_HEADER_OCTETS 24
#define SNAP_SLACK         (256u << 10) /* writers pass their own snap length, by this much at most */
#define SNAP_MOST          (16u << 20)

static const struct dialect {
	uint32_t magic;
	uint32_t fraction_ns, header_octets;
} dialects[] = {
	{ 0xa1b2c3d4, 1000, 16 },
	{ 0xa1b23c4d, 1,    16 },
	{ 0xa1b2cd34, 1000, 24 }, /* Kuznetzov's: interface, protocol and direction follow the lengths */
};

static const struct dialect *find_dialect(uint32_t magic)
{
	for (size_t i = 0; i < sizeof(dialects) / sizeof(dialects[0]); i++)
		if (dialects[i].magic == magic)
			return &dialects[i];
	return NULL;
}

static inline uint32_t load32(bool big, const char *at)
{
	return big ? sc_load_be32(at) : sc_load_le32(at);
}

uint16_t sc_pcap_file_link(uint32_t field)
{
	uint32_t link = field & 0x03ffffff; /* above: whether and how long a frame check sequence is */
	return link > UINT16_MAX ? UINT16_MAX : (uint16_t)link;
}

bool sc_pcap_file_is(sc_str head)
{
	return head.len >= 4 && (find_dialect(sc_load_le32(head.at)) || find_dialect(sc_load_be32(head.at)));
}

bool sc_pcap_file_open(struct sc_pcap_file *f, struct sc_stream *in)
{
	const char *at = sc_stream_need(in, FILE_HEADER_OCTETS);
	if (!at)
		return sc_stream_cut(in);
	const struct dialect *d = find_dialect(sc_load_le32(at));
	f->big = d == NULL;
	if (f->big)
		d = find_dialect(sc_load_be32(at));
	SC_ASSERT(d); /* the caller asked sc_pcap_file_is() */
	f->fraction_ns = d->fraction_ns;
	f->header_octets = d->header_octets;
	uint32_t snap = load32(f->big, at + 16);
	f->longest = (snap < SNAP_MOST ? snap : SNAP_MOST) + SNAP_SLACK;
	f->link = sc_pcap_file_link(load32(f->big, at + 20));
	sc_stream_use(in, FILE_HEADER_OCTETS);
	return true;
}

bool sc_pcap_file_next(const struct sc_pcap_file *f, struct sc_stream *in, struct sc_packet *pkt)
{
	const char *at = sc_stream_need(in, f->header_octets);
	if (!at)
		return sc_stream_left(in) ? sc_stream_cut(in) : false;
	uint32_t captured = load32(f->big, at + 8);
	if (captured > f->longest)
		return sc_stream_corrupt(in, "a captured length of %u octets", captured);
	at = sc_stream_need(in, f->header_octets + captured);
	if (!at)
		return sc_stream_cut(in);
	uint32_t wire = load32(f->big, at + 12);
	pkt->when = (sc_time)load32(f->big, at) * SC_SECOND + (sc_time)load32(f->big, at + 4) * f->fraction_ns;
	pkt->wire_len = wire > captured ? wire : captured;
	pkt->link = f->link;
	pkt->bytes = (sc_str){ at + f->header_octets, captured };
	sc_stream_use(in, f->header_octets + captured);
	return true;
}
