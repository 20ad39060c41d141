/* image.h - builds captures octet by octet, for tests.  Octets that do not fit end the test. */
#ifndef SC_TESTS_IMAGE_H
#define SC_TESTS_IMAGE_H

#include <stdint.h>
#include <string.h>

#include <smtpscope/base.h>

struct image {
	char  *at;
	size_t size, len;
	bool   big;   /* numbers are put big-endian */
	size_t block; /* where the open pcapng block begins */
};

static inline void put(struct image *m, const void *octets, size_t n)
{
	SC_ASSERT(n <= m->size - m->len);
	if (n)
		memcpy(m->at + m->len, octets, n);
	m->len += n;
}

static inline void put_number(struct image *m, uint64_t value, unsigned octets)
{
	for (unsigned i = 0; i < octets; i++) {
		char octet = (char)(value >> 8 * (m->big ? octets - 1 - i : i));
		put(m, &octet, 1);
	}
}

static inline void put16(struct image *m, unsigned value)
{
	put_number(m, value, 2);
}

static inline void put32(struct image *m, uint32_t value)
{
	put_number(m, value, 4);
}

static inline void put_pcap_header(struct image *m, uint32_t magic, uint32_t snap, uint32_t link)
{
	put32(m, magic);
	put16(m, 2);
	put16(m, 4);
	put_number(m, 0, 8);
	put32(m, snap);
	put32(m, link);
}

static inline void put_pcap_packet(struct image *m, uint32_t seconds, uint32_t fraction, sc_str octets, uint32_t wire)
{
	put32(m, seconds);
	put32(m, fraction);
	put32(m, (uint32_t)octets.len);
	put32(m, wire);
	put(m, octets.at, octets.len);
}

static inline void open_block(struct image *m, uint32_t type)
{
	m->block = m->len;
	put32(m, type);
	put32(m, 0);
}

static inline void close_block(struct image *m)
{
	while ((m->len - m->block) % 4)
		put(m, "", 1);
	uint32_t octets = (uint32_t)(m->len - m->block) + 4;
	put32(m, octets);
	size_t end = m->len;
	m->len = m->block + 4;
	put32(m, octets);
	m->len = end;
}

static inline void put_option(struct image *m, unsigned code, uint64_t value, unsigned octets)
{
	put16(m, code);
	put16(m, octets);
	put_number(m, value, octets);
	while ((m->len - m->block) % 4)
		put(m, "", 1);
}

static inline void put_section(struct image *m, bool big)
{
	m->big = big;
	open_block(m, 0x0a0d0d0a);
	put32(m, 0x1a2b3c4d);
	put16(m, 1);
	put16(m, 0);
	put_number(m, UINT64_MAX, 8);
	close_block(m);
}

/* An interface without options; with some: open_interface(), put_option(), close_block(). */
static inline void open_interface(struct image *m, unsigned link, uint32_t snap)
{
	open_block(m, 1);
	put16(m, link);
	put16(m, 0);
	put32(m, snap);
}

static inline void put_interface(struct image *m, unsigned link)
{
	open_interface(m, link, 0);
	close_block(m);
}

static inline void put_enhanced(struct image *m, uint32_t interface, uint64_t stamp, sc_str octets, uint32_t wire)
{
	open_block(m, 6);
	put32(m, interface);
	put32(m, (uint32_t)(stamp >> 32));
	put32(m, (uint32_t)stamp);
	put32(m, (uint32_t)octets.len);
	put32(m, wire);
	put(m, octets.at, octets.len);
	close_block(m);
}

static inline void put_simple(struct image *m, sc_str octets, uint32_t wire)
{
	open_block(m, 3);
	put32(m, wire);
	put(m, octets.at, octets.len);
	close_block(m);
}

#endif
