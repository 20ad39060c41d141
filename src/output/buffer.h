/* buffer.h - octets on their way out: one large buffer over a writer that may fail.
 *
 * The first failure is kept: from then on everything is swallowed, and sc_buffer_close() tells.
 */
#ifndef SC_OUTPUT_BUFFER_H
#define SC_OUTPUT_BUFFER_H

#include <smtpscope/sink.h>

#include "base/str.h"

#define SC_BUFFER_OCTETS (256u * 1024)
#define SC_BUFFER_ROOM   (128u * 1024) /* the most that can be asked for in one piece */

struct sc_buffer {
	struct sc_writer writer;
	char  *at;
	size_t len;
	bool   failed;
};

/* SC_EFAILED when there is no memory. */
sc_err sc_buffer_open(struct sc_buffer *b, const struct sc_writer *writer);

/* Hands everything to the writer. */
void   sc_buffer_flush(struct sc_buffer *b);

/* Room for `octets` (at most SC_BUFFER_ROOM): write there, then add what was written to `len`.  May flush. */
static inline char *sc_buffer_room(struct sc_buffer *b, size_t octets)
{
	SC_ASSERT(octets <= SC_BUFFER_ROOM);
	if (octets > SC_BUFFER_OCTETS - b->len)
		sc_buffer_flush(b);
	return b->at + b->len;
}

void   sc_buffer_add(struct sc_buffer *b, sc_str s); /* of any length */
void   sc_buffer_adds(struct sc_buffer *b, const char *s);
void   sc_buffer_number(struct sc_buffer *b, uint64_t n);

/* Flushes and gives the memory back; SC_EFAILED when any write failed.  A buffer that was never opened is fine. */
sc_err sc_buffer_close(struct sc_buffer *b);

#endif
