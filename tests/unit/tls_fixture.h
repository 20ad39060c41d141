/* tls_fixture.h - builds hellos, handshake messages and records for tests. */
#ifndef TESTS_TLS_FIXTURE_H
#define TESTS_TLS_FIXTURE_H

#include "base/str.h"

struct bytes {
	uint8_t at[70000];
	size_t  len;
};

static inline void put8(struct bytes *b, unsigned n)
{
	b->at[b->len++] = (uint8_t)n;
}

static inline void put16(struct bytes *b, unsigned n)
{
	put8(b, n >> 8);
	put8(b, n);
}

static inline void put_octets(struct bytes *b, const void *octets, size_t len)
{
	memcpy(b->at + b->len, octets, len);
	b->len += len;
}

/* Remembers where a length of `octets` octets stands; close_length() fills it in. */
static inline size_t open_length(struct bytes *b, size_t octets)
{
	for (size_t i = 0; i < octets; i++)
		put8(b, 0);
	return b->len;
}

static inline void close_length(struct bytes *b, size_t from, size_t octets)
{
	size_t n = b->len - from;
	for (size_t i = 0; i < octets; i++)
		b->at[from - 1 - i] = (uint8_t)(n >> 8 * i);
}

static inline sc_str text_of(const struct bytes *b)
{
	return (sc_str){ (const char *)b->at, b->len };
}

/* Wraps `body` into a handshake message, or a record. */
static inline void put_message(struct bytes *to, unsigned type, const struct bytes *body)
{
	put8(to, type);
	put8(to, (unsigned)(body->len >> 16));
	put16(to, (unsigned)body->len & 0xffff);
	put_octets(to, body->at, body->len);
}

static inline void put_record(struct bytes *to, unsigned type, unsigned version, sc_str body)
{
	put8(to, type);
	put16(to, version);
	put16(to, (unsigned)body.len);
	put_octets(to, body.at, body.len);
}

#endif
