/* buffer.c - the buffer under every output; see buffer.h.
 *
 * Trusts its callers to escape what came from the wire.  Promises that a writer which failed once is not called
 * again. */
#include "output/buffer.h"

#include "base/memory.h"
#include "base/text.h"

sc_err sc_buffer_open(struct sc_buffer *b, const struct sc_writer *writer)
{
	SC_ASSERT(writer->write);
	*b = (struct sc_buffer){ .writer = *writer, .at = sc_memory_take(SC_BUFFER_OCTETS) };
	return b->at ? SC_OK : SC_EFAILED;
}

void sc_buffer_flush(struct sc_buffer *b)
{
	if (b->len && !b->failed)
		b->failed = !b->writer.write(b->writer.ctx, b->at, b->len);
	b->len = 0;
}

void sc_buffer_add(struct sc_buffer *b, sc_str s)
{
	while (s.len) {
		sc_str piece = sc_str_slice(s, 0, SC_BUFFER_ROOM);
		memcpy(sc_buffer_room(b, piece.len), piece.at, piece.len);
		b->len += piece.len;
		s = sc_str_from(s, piece.len);
	}
}

void sc_buffer_adds(struct sc_buffer *b, const char *s)
{
	sc_buffer_add(b, sc_str_of(s));
}

void sc_buffer_number(struct sc_buffer *b, uint64_t n)
{
	struct sc_text t = sc_text_into(sc_buffer_room(b, 20), 20);
	sc_text_number(&t, n);
	b->len += t.len;
}

sc_err sc_buffer_close(struct sc_buffer *b)
{
	if (!b->at)
		return SC_OK;
	sc_buffer_flush(b);
	sc_memory_give(b->at);
	b->at = NULL;
	return b->failed ? SC_EFAILED : SC_OK;
}
