/* pcapng_write.c - writes pcapng (draft-ietf-opsawg-pcapng): a section, an interface for each link type, and
 * enhanced packet blocks.
 *
 * Numbers are little-endian on every machine, so that the same packets give the same octets.  Times count
 * nanoseconds (if_tsresol 9), as everywhere here.  Snap lengths are not claimed: the packets of one link type may
 * come from captures that had several. */
#include "input/pcapng_write.h"

#include <string.h>

#define BLOCK_SECTION    0x0a0d0d0au
#define BLOCK_INTERFACE  1u
#define BLOCK_PACKET     6u
#define BLOCK_SECRETS    10u
#define SECRETS_TLS      0x544c534bu /* "TLSK" */
#define BYTE_ORDER_MAGIC 0x1a2b3c4du
#define APPLICATION_MOST 200u

enum { OPTION_END = 0, OPTION_SHB_USERAPPL = 4, OPTION_IF_TSRESOL = 9 };

/* The head of a block, or a whole small one. */
struct block {
	uint8_t octets[320];
	size_t  len;
};

static void put16(struct block *b, unsigned value)
{
	SC_ASSERT(b->len + 2 <= sizeof(b->octets));
	b->octets[b->len++] = (uint8_t)value;
	b->octets[b->len++] = (uint8_t)(value >> 8);
}

static void put32(struct block *b, uint32_t value)
{
	put16(b, value & 0xffff);
	put16(b, value >> 16);
}

static size_t padding(size_t octets)
{
	return (4 - octets % 4) % 4;
}

static void put_option(struct block *b, unsigned code, sc_str value)
{
	size_t whole = value.len + padding(value.len);
	put16(b, code);
	put16(b, (unsigned)value.len);
	SC_ASSERT(b->len + whole <= sizeof(b->octets));
	memset(b->octets + b->len, 0, whole);
	memcpy(b->octets + b->len, value.at, value.len);
	b->len += whole;
}

static bool write_out(struct sc_pcapng_write *w, const void *at, size_t len)
{
	w->octets += len;
	return w->writer.write(w->writer.ctx, at, len);
}

/* A block that lies in `b` whole, but for its last length; its first stands behind the type. */
static bool write_block(struct sc_pcapng_write *w, struct block *b)
{
	struct block length = { .len = 0 };
	put32(&length, (uint32_t)b->len + 4);
	memcpy(b->octets + 4, length.octets, 4);
	put32(b, (uint32_t)b->len + 4);
	return write_out(w, b->octets, b->len);
}

static bool write_section(struct sc_pcapng_write *w, sc_str application)
{
	struct block b = { .len = 0 };
	put32(&b, BLOCK_SECTION);
	put32(&b, 0);
	put32(&b, BYTE_ORDER_MAGIC);
	put16(&b, 1); /* version 1.0 */
	put16(&b, 0);
	put32(&b, UINT32_MAX); /* the section's length is not known */
	put32(&b, UINT32_MAX);
	if (application.len) {
		size_t len = application.len < APPLICATION_MOST ? application.len : APPLICATION_MOST;
		put_option(&b, OPTION_SHB_USERAPPL, (sc_str){ application.at, len });
		put32(&b, OPTION_END);
	}
	w->count = 0;
	return write_block(w, &b);
}

static bool write_interface(struct sc_pcapng_write *w, uint16_t link)
{
	struct block b = { .len = 0 };
	put32(&b, BLOCK_INTERFACE);
	put32(&b, 0);
	put16(&b, link);
	put16(&b, 0);
	put32(&b, 0); /* no snap length */
	put_option(&b, OPTION_IF_TSRESOL, SC_STR("\x09"));
	put32(&b, OPTION_END);
	return write_block(w, &b);
}

/* The interface of a link type, described if it was not yet.  When all places are taken, as only a made-up input can
 * have it, a new section begins. */
static bool touch_interface(struct sc_pcapng_write *w, uint16_t link, uint32_t *interface)
{
	for (*interface = 0; *interface < w->count; ++*interface)
		if (w->links[*interface] == link)
			return true;
	if (w->count == SC_PCAPNG_LINKS && !write_section(w, SC_STR_NONE))
		return false;
	*interface = w->count;
	w->links[w->count++] = link;
	return write_interface(w, link);
}

bool sc_pcapng_write_begin(struct sc_pcapng_write *w, struct sc_writer writer, sc_str application)
{
	*w = (struct sc_pcapng_write){ .writer = writer };
	return write_section(w, application);
}

bool sc_pcapng_write_packet(struct sc_pcapng_write *w, const struct sc_packet *pkt)
{
	const size_t around = 32; /* all of the block but the packet */
	SC_ASSERT(pkt->bytes.len <= UINT32_MAX - around - 3 && pkt->when >= 0);
	struct block head = { .len = 0 }, tail = { .len = padding(pkt->bytes.len) };
	uint32_t interface, octets = (uint32_t)(around + pkt->bytes.len + tail.len);
	if (!touch_interface(w, pkt->link, &interface))
		return false;
	put32(&head, BLOCK_PACKET);
	put32(&head, octets);
	put32(&head, interface);
	put32(&head, (uint32_t)((uint64_t)pkt->when >> 32));
	put32(&head, (uint32_t)pkt->when);
	put32(&head, (uint32_t)pkt->bytes.len);
	put32(&head, pkt->wire_len > pkt->bytes.len ? pkt->wire_len : (uint32_t)pkt->bytes.len);
	put32(&tail, octets);
	return write_out(w, head.octets, head.len) && write_out(w, pkt->bytes.at, pkt->bytes.len) &&
		write_out(w, tail.octets, tail.len);
}

bool sc_pcapng_write_secrets(struct sc_pcapng_write *w, sc_str keylog)
{
	const size_t around = 20;
	struct block head = { .len = 0 }, tail = { .len = padding(keylog.len) };
	uint32_t octets = (uint32_t)(around + keylog.len + tail.len);
	put32(&head, BLOCK_SECRETS);
	put32(&head, octets);
	put32(&head, SECRETS_TLS);
	put32(&head, (uint32_t)keylog.len);
	put32(&tail, octets);
	return write_out(w, head.octets, head.len) && write_out(w, keylog.at, keylog.len) && write_out(w, tail.octets, tail.len);
}
