/* reader.h - octets in memory as a file that is read in pieces. */
#ifndef SC_TESTS_READER_H
#define SC_TESTS_READER_H

#include "input/stream.h"

struct reader {
	sc_str left;
	size_t piece; /* at most so many octets a read; 0: as many as are asked for */
};

static inline long read_octets(void *ctx, void *at, size_t room)
{
	struct reader *r = ctx;
	size_t n = r->piece && r->piece < room ? r->piece : room;
	sc_str part = sc_str_slice(r->left, 0, n);
	if (part.len)
		memcpy(at, part.at, part.len);
	r->left = sc_str_from(r->left, part.len);
	return (long)part.len;
}

#endif
