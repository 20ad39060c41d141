/* pcapng.c - reads pcapng files block by block (draft-ietf-opsawg-pcapng).
 *
 * A row of `kinds` is a block type that is read; all others are stepped over.  Trusts nothing: a block must have the
 * same length at both ends, and a packet must fit in its block and name an interface that was described; else the
 * reading ends there, since block lengths are all that leads from one block to the next.  Options are only hints:
 * what is wrong with them is passed over.
 *
 * Frame check sequences (if_fcslen) are left in place, as in pcap_file.c. */
#include "input/pcapng.h"

#include "base/cursor.h"
#include "base/memory.h"

#define BLOCK_SECTION     0x0a0d0d0au /* reads the same in both byte orders */
#define BYTE_ORDER_MAGIC  0x1a2b3c4du
#define SECRETS_TLS       0x544c534bu /* "TLSK" */
#define BLOCK_LEAST       12u         /* type, length, length again */
#define INTERFACES_MOST   65536u
#define STEP_WHOLE        (1u << 20)

enum { OPTION_END = 0, OPTION_IF_TSRESOL = 9, OPTION_IF_TSOFFSET = 14, OPTION_ISB_IFDROP = 5, OPTION_ISB_OSDROP = 7 };

enum outcome { GOT_PACKET, GOT_OTHER, GOT_NOTHING };

/* Reads the body of a block: what is between its lengths. */
typedef enum outcome read_fn(struct sc_pcapng *ng, struct sc_stream *in, sc_str body, struct sc_packet *pkt);

struct option {
	uint16_t code;
	sc_str   value;
};

static inline uint16_t load16(const struct sc_pcapng *ng, const char *at)
{
	return ng->big ? sc_load_be16(at) : sc_load_le16(at);
}

static inline uint32_t load32(const struct sc_pcapng *ng, const char *at)
{
	return ng->big ? sc_load_be32(at) : sc_load_le32(at);
}

static uint64_t load64(const struct sc_pcapng *ng, const char *at)
{
	uint64_t first = load32(ng, at), second = load32(ng, at + 4);
	return ng->big ? first << 32 | second : second << 32 | first;
}

/* Packet and statistics blocks give the high half of a time stamp first, in either byte order. */
static inline uint64_t load_stamp(const struct sc_pcapng *ng, const char *at)
{
	return (uint64_t)load32(ng, at) << 32 | load32(ng, at + 4);
}

static enum outcome corrupt(struct sc_stream *in, const char *why, uint32_t number)
{
	sc_stream_corrupt(in, "%s %u", why, number);
	return GOT_NOTHING;
}

static bool next_option(const struct sc_pcapng *ng, sc_str *options, struct option *o)
{
	const size_t head = 4;
	if (options->len < head)
		return false;
	size_t len = load16(ng, options->at + 2);
	o->code = load16(ng, options->at);
	o->value = sc_str_slice(*options, head, len);
	*options = sc_str_from(*options, head + (len + 3) / 4 * 4);
	return o->code != OPTION_END && o->value.len == len;
}

static enum outcome read_section(struct sc_pcapng *ng, struct sc_stream *in, sc_str body, struct sc_packet *pkt)
{
	(void)pkt;
	uint16_t major = load16(ng, body.at + 4);
	if (major != 1)
		return corrupt(in, "a section in the unknown format version", major);
	ng->interface_count = 0;
	return GOT_OTHER;
}

static bool make_room(struct sc_pcapng *ng)
{
	if (ng->interface_count < ng->interface_room)
		return true;
	uint32_t room = ng->interface_room ? 2 * ng->interface_room : 4;
	struct sc_pcapng_interface *larger = sc_memory_take(room * sizeof(*larger));
	if (!larger)
		return false;
	if (ng->interface_count)
		memcpy(larger, ng->interfaces, ng->interface_count * sizeof(*larger));
	sc_memory_give(ng->interfaces);
	ng->interfaces = larger;
	ng->interface_room = room;
	return true;
}

static enum outcome read_interface(struct sc_pcapng *ng, struct sc_stream *in, sc_str body, struct sc_packet *pkt)
{
	(void)pkt;
	if (ng->interface_count == INTERFACES_MOST || !make_room(ng))
		return corrupt(in, "too many interfaces:", ng->interface_count);
	struct sc_pcapng_interface *i = &ng->interfaces[ng->interface_count++];
	*i = (struct sc_pcapng_interface){ .clock = SC_CLOCK_DEFAULT };
	i->link = load16(ng, body.at);
	i->snap = load32(ng, body.at + 4);
	sc_str options = sc_str_from(body, 8);
	for (struct option o; next_option(ng, &options, &o);) {
		if (o.code == OPTION_IF_TSRESOL && o.value.len == 1)
			sc_clock_resolve(&i->clock, (uint8_t)o.value.at[0]);
		else if (o.code == OPTION_IF_TSOFFSET && o.value.len == 8)
			i->clock.offset_s = (int64_t)load64(ng, o.value.at);
	}
	return GOT_OTHER;
}

/* What the enhanced and the obsolete packet block share: after an interface come time stamp, captured and wire
 * length. */
static enum outcome read_timed(struct sc_pcapng *ng, struct sc_stream *in, uint32_t interface, sc_str body,
	struct sc_packet *pkt)
{
	const size_t header = 20;
	if (interface >= ng->interface_count)
		return corrupt(in, "a packet of the undescribed interface", interface);
	const struct sc_pcapng_interface *i = &ng->interfaces[interface];
	uint32_t captured = load32(ng, body.at + 12), wire = load32(ng, body.at + 16);
	if (captured > body.len - header)
		return corrupt(in, "a captured length beyond its block:", captured);
	pkt->when = ng->last = sc_clock_read(&i->clock, load_stamp(ng, body.at + 4));
	pkt->wire_len = wire > captured ? wire : captured;
	pkt->link = i->link;
	pkt->bytes = (sc_str){ body.at + header, captured };
	return GOT_PACKET;
}

static enum outcome read_enhanced(struct sc_pcapng *ng, struct sc_stream *in, sc_str body, struct sc_packet *pkt)
{
	return read_timed(ng, in, load32(ng, body.at), body, pkt);
}

static enum outcome read_obsolete(struct sc_pcapng *ng, struct sc_stream *in, sc_str body, struct sc_packet *pkt)
{
	return read_timed(ng, in, load16(ng, body.at), body, pkt);
}

static enum outcome read_simple(struct sc_pcapng *ng, struct sc_stream *in, sc_str body, struct sc_packet *pkt)
{
	const size_t header = 4;
	if (ng->interface_count == 0)
		return corrupt(in, "a packet of the undescribed interface", 0);
	const struct sc_pcapng_interface *i = &ng->interfaces[0];
	uint32_t wire = load32(ng, body.at);
	uint32_t captured = i->snap && i->snap < wire ? i->snap : wire;
	if (captured > body.len - header)
		return corrupt(in, "a captured length beyond its block:", captured);
	pkt->when = ng->last;
	pkt->wire_len = wire;
	pkt->link = i->link;
	pkt->bytes = (sc_str){ body.at + header, captured };
	return GOT_PACKET;
}

/* The counts of a statistics block run from the start of the capture: a later block of the interface replaces
 * them. */
static enum outcome read_statistics(struct sc_pcapng *ng, struct sc_stream *in, sc_str body, struct sc_packet *pkt)
{
	(void)in;
	(void)pkt;
	uint32_t interface = load32(ng, body.at);
	if (interface >= ng->interface_count)
		return GOT_OTHER;
	uint64_t dropped = 0;
	sc_str options = sc_str_from(body, 12);
	for (struct option o; next_option(ng, &options, &o);)
		if ((o.code == OPTION_ISB_IFDROP || o.code == OPTION_ISB_OSDROP) && o.value.len == 8)
			dropped += load64(ng, o.value.at);
	if (ng->watch)
		ng->watch->dropped += dropped - ng->interfaces[interface].dropped;
	ng->interfaces[interface].dropped = dropped;
	return GOT_OTHER;
}

static enum outcome read_secrets(struct sc_pcapng *ng, struct sc_stream *in, sc_str body, struct sc_packet *pkt)
{
	(void)in;
	(void)pkt;
	struct sc_pcapng_watch *w = ng->watch;
	if (!w)
		return GOT_OTHER;
	w->secrets++;
	if (w->keylog && !ng->known && load32(ng, body.at) == SECRETS_TLS)
		w->keylog(w->ctx, sc_str_slice(body, 8, load32(ng, body.at + 4)));
	return GOT_OTHER;
}

static const struct kind {
	uint32_t type, least_body; /* octets that every block of this type has between its lengths */
	read_fn *read;
} kinds[] = {
	{ 6,             20, read_enhanced },
	{ 3,             4,  read_simple },
	{ 2,             20, read_obsolete },
	{ BLOCK_SECTION, 16, read_section },
	{ 1,             8,  read_interface },
	{ 5,             12, read_statistics },
	{ 10,            8,  read_secrets },
};

static inline const struct kind *find_kind(uint32_t type)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].type == type)
			return &kinds[i];
	return NULL;
}

static enum outcome cut(struct sc_stream *in)
{
	sc_stream_cut(in);
	return GOT_NOTHING;
}

/* A block that nobody reads.  A short one is stepped over only when it is there, so that a file that still grows can
 * be taken up at its beginning. */
static enum outcome step_over(const struct sc_pcapng *ng, struct sc_stream *in, uint32_t octets)
{
	bool whole = octets <= STEP_WHOLE;
	if (whole && !sc_stream_need(in, octets))
		return cut(in);
	const char *end = sc_stream_skip(in, octets - 4) ? sc_stream_need(in, 4) : NULL;
	if (!end && in->ending == SC_ENDING_DRY)
		return corrupt(in, "a block too long to wait for, of", octets);
	if (!end)
		return cut(in);
	if (load32(ng, end) != octets)
		return corrupt(in, "a block with two different lengths:", octets);
	sc_stream_use(in, 4);
	return GOT_OTHER;
}

/* A section may have another byte order than the one before; the magic stands before anything that depends on it. */
static bool learn_byte_order(struct sc_pcapng *ng, const char *magic)
{
	ng->big = sc_load_be32(magic) == BYTE_ORDER_MAGIC;
	return ng->big || sc_load_le32(magic) == BYTE_ORDER_MAGIC;
}

static enum outcome next_block(struct sc_pcapng *ng, struct sc_stream *in, struct sc_packet *pkt)
{
	const char *at = sc_stream_need(in, BLOCK_LEAST);
	if (!at)
		return sc_stream_left(in) ? cut(in) : GOT_NOTHING;
	uint32_t type = load32(ng, at);
	if (type == BLOCK_SECTION && !learn_byte_order(ng, at + 8)) {
		sc_stream_corrupt(in, "a section without its byte-order magic");
		return GOT_NOTHING;
	}
	uint32_t octets = load32(ng, at + 4);
	if (octets < BLOCK_LEAST || octets % 4)
		return corrupt(in, "a block of the impossible length", octets);
	const struct kind *kind = find_kind(type);
	if (!kind)
		return step_over(ng, in, octets);
	if (octets > SC_STREAM_RECORD_MAX || octets - BLOCK_LEAST < kind->least_body)
		return corrupt(in, "a block of the impossible length", octets);
	at = sc_stream_need(in, octets);
	if (!at)
		return cut(in);
	if (load32(ng, at + octets - 4) != octets)
		return corrupt(in, "a block with two different lengths:", octets);
	sc_stream_use(in, octets);
	return kind->read(ng, in, (sc_str){ at + 8, octets - BLOCK_LEAST }, pkt);
}

bool sc_pcapng_is(sc_str head)
{
	struct sc_pcapng order = { 0 };
	if (head.len < 4 || sc_load_be32(head.at) != BLOCK_SECTION)
		return false;
	return head.len < BLOCK_LEAST || learn_byte_order(&order, head.at + 8);
}

bool sc_pcapng_in_packet(const struct sc_pcapng *ng, const struct sc_stream *in)
{
	if (sc_stream_left(in) < 4)
		return false;
	const struct kind *kind = find_kind(load32(ng, in->at));
	return kind && (kind->read == read_enhanced || kind->read == read_simple || kind->read == read_obsolete);
}

bool sc_pcapng_open(struct sc_pcapng *ng, struct sc_stream *in)
{
	struct sc_packet none;
	return next_block(ng, in, &none) == GOT_OTHER;
}

bool sc_pcapng_next(struct sc_pcapng *ng, struct sc_stream *in, struct sc_packet *pkt)
{
	enum outcome got;
	do
		got = next_block(ng, in, pkt);
	while (got == GOT_OTHER);
	return got == GOT_PACKET;
}

void sc_pcapng_close(struct sc_pcapng *ng)
{
	sc_memory_give(ng->interfaces);
	ng->interfaces = NULL;
}
