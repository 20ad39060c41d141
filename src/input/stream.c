/* stream.c - one buffer that is refilled from the file, directly or through sc_unpack, or the blocks that sc_ahead lends
 * instead of it; see stream.h.
 *
 * When a record does not lie in the buffer whole, its beginning is moved to the front and the rest is read behind
 * it, so a record is always one piece and is copied at most once.  The buffer starts as configured and doubles for a
 * longer record, but only as octets arrive: a length that merely claims to be large costs nothing. */
#include "input/stream.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/memory.h"

#define BUFFER_OCTETS ((size_t)256 << 10) /* stays in a cache while it is read */
#define PACKED_OCTETS ((size_t)1 << 16)

/* False, and 0 for those that count octets. */
static bool end_with(struct sc_stream *s, enum sc_ending ending, const char *why)
{
	if (s->ending <= SC_ENDING_CLEAN) {
		s->ending = ending;
		snprintf(s->why, sizeof(s->why), "%s", why);
	}
	return false;
}

static void count(struct sc_stream *s, size_t octets)
{
	if (s->config.tally) /* written here only; a progress display may read it from another thread */
		__atomic_store_n(s->config.tally, *s->config.tally + octets, __ATOMIC_RELAXED);
}

/* What a reading has given: octets, or an ending; or neither, when it is to be tried again. */
static size_t judge(struct sc_stream *s, long got)
{
	if (got > 0)
		count(s, (size_t)got);
	else if (got == 0)
		end_with(s, SC_ENDING_CLEAN, "");
	else if (errno == EAGAIN || errno == EWOULDBLOCK)
		end_with(s, SC_ENDING_DRY, "");
	else if (errno != EINTR)
		end_with(s, SC_ENDING_UNREADABLE, strerror(errno));
	else if (s->config.stop && *s->config.stop)
		end_with(s, SC_ENDING_STOPPED, "");
	return got > 0 ? (size_t)got : 0;
}

/* Octets as they are in the file; 0: it has ended. */
static size_t read_raw(struct sc_stream *s, char *at, size_t room)
{
	size_t got = 0;
	while (!got && s->ending == SC_ENDING_NONE)
		got = judge(s, s->config.read(s->config.ctx, at, room));
	SC_ASSERT(got <= room);
	return got;
}

static size_t read_packed(struct sc_stream *s, char *at, size_t room)
{
	for (;;) {
		size_t made = sc_unpack_run(s->unpack, &s->packed_left, at, room);
		if (made)
			return made;
		const char *why = sc_unpack_why(s->unpack);
		if (why) {
			char text[sizeof(s->why)];
			snprintf(text, sizeof(text), "the %s data does not unpack (%s)", sc_packing_name(s->packing),
				why);
			return end_with(s, SC_ENDING_CORRUPT, text);
		}
		size_t got = read_raw(s, s->packed, PACKED_OCTETS);
		s->packed_left = (sc_str){ s->packed, got };
		if (got == 0) {
			if (!sc_unpack_complete(s->unpack))
				sc_stream_cut(s);
			return 0;
		}
	}
}

/* Reads more behind what is there. */
static bool fill(struct sc_stream *s)
{
	char  *at   = s->buffer + (s->end - s->buffer);
	size_t room = s->size - (size_t)(s->end - s->buffer);
	SC_ASSERT(room > 0);
	if (s->ending == SC_ENDING_DRY)
		s->ending = SC_ENDING_NONE;
	if (s->ending != SC_ENDING_NONE)
		return false;
	size_t got = s->unpack ? read_packed(s, at, room) : read_raw(s, at, room);
	s->end += got;
	return got > 0;
}

static void move_to_front(struct sc_stream *s)
{
	size_t left = sc_stream_left(s);
	if (s->at == s->buffer)
		return;
	memmove(s->buffer, s->at, left);
	s->at  = s->buffer;
	s->end = s->buffer + left;
}

/* Puts what is left at the front of a buffer of `size` octets, not less than now.  This is the one place of the reading path
 * that takes memory; it can happen about twenty times in the life of a stream. */
static bool resize(struct sc_stream *s, size_t size)
{
	size_t left = sc_stream_left(s);
	char *buffer = size > s->size ? sc_memory_take(size) : s->buffer;
	if (!buffer)
		return end_with(s, SC_ENDING_UNREADABLE, "no memory for a record");
	memmove(buffer, s->at, left);
	if (buffer != s->buffer)
		sc_memory_give(s->buffer);
	s->buffer = buffer;
	s->size   = size;
	s->at     = buffer;
	s->end    = buffer + left;
	return true;
}

/* A record longer than fits before a block: from here on octets are copied, into a buffer that grows as it has to. */
static bool stop_borrowing(struct sc_stream *s)
{
	size_t size = s->size;
	while (size < sc_stream_left(s))
		size *= 2;
	s->borrows = false;
	s->config.read = sc_ahead_read;
	s->config.ctx = s->ahead;
	return resize(s, size);
}

/* Goes on in the next block, with what is left standing before it. */
static bool borrow(struct sc_stream *s)
{
	const char *at;
	size_t left = sc_stream_left(s);
	if (left > SC_AHEAD_ROOM)
		return stop_borrowing(s);
	size_t got = s->ending == SC_ENDING_NONE ? judge(s, sc_ahead_next(s->ahead, (sc_str){ s->at, left }, &at)) : 0;
	if (!got)
		return false;
	s->at = at - left;
	s->end = at + got;
	return true;
}

const char *sc_stream_refill(struct sc_stream *s, size_t n)
{
	SC_ASSERT(n <= SC_STREAM_RECORD_MAX);
	while (s->borrows && sc_stream_left(s) < n)
		if (!borrow(s))
			return NULL;
	if (s->borrows)
		return s->at;
	move_to_front(s);
	while (sc_stream_left(s) < n) {
		if (sc_stream_left(s) == s->size && !resize(s, 2 * s->size))
			return NULL;
		if (!fill(s))
			return NULL;
	}
	return s->at;
}

bool sc_stream_skip(struct sc_stream *s, uint64_t n)
{
	while (n > sc_stream_left(s)) {
		n -= sc_stream_left(s);
		s->at = s->end;
		if (!sc_stream_refill(s, 1))
			return false;
	}
	sc_stream_use(s, (size_t)n);
	return true;
}

bool sc_stream_cut(struct sc_stream *s)
{
	if (s->ending == SC_ENDING_CLEAN)
		s->ending = SC_ENDING_CUT;
	return false;
}

bool sc_stream_corrupt(struct sc_stream *s, const char *format, ...)
{
	char why[sizeof(s->why)];
	va_list args;
	va_start(args, format);
	vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	s->at = s->end; /* nothing that follows can be believed */
	return end_with(s, SC_ENDING_CORRUPT, why);
}

long sc_stream_read_fd(void *ctx, void *at, size_t room)
{
	return read((int)(intptr_t)ctx, at, room);
}

/* The first octets are read as if they were plain; when they turn out to be packed they change places. */
static sc_err begin_unpacking(struct sc_stream *s)
{
	s->packing = sc_packing_of((sc_str){ s->at, sc_stream_left(s) });
	if (s->packing == SC_PACKING_NONE)
		return SC_OK;
	size_t octets = sc_stream_left(s) > PACKED_OCTETS ? sc_stream_left(s) : PACKED_OCTETS;
	s->packed = sc_memory_take(octets);
	if (!s->packed)
		return SC_EFAILED;
	SC_TRY(sc_unpack_open(&s->unpack, s->packing));
	s->packed_left = (sc_str){ s->packed, sc_stream_left(s) };
	memcpy(s->packed, s->at, s->packed_left.len);
	s->at = s->end = s->buffer;
	if (s->ending == SC_ENDING_CLEAN) /* that was the end of the packed octets, not of what is in them */
		s->ending = SC_ENDING_NONE;
	return SC_OK;
}

sc_err sc_stream_open(struct sc_stream *s, const struct sc_stream_config *config)
{
	SC_ASSERT(s && config->read);
	const size_t magic_octets = 4;
	*s = (struct sc_stream){ .config = *config };
	s->size = config->buffer_octets ? config->buffer_octets : BUFFER_OCTETS;
	s->buffer = sc_memory_take(s->size);
	if (!s->buffer)
		return SC_EFAILED;
	s->at = s->end = s->buffer;
	sc_stream_need(s, magic_octets);
	sc_err err = begin_unpacking(s);
	if (err)
		sc_stream_close(s);
	return err;
}

void sc_stream_read_ahead(struct sc_stream *s, int fd)
{
	if (s->ahead || s->unpack || s->ending != SC_ENDING_NONE)
		return;
	s->ahead = sc_ahead_open(fd);
	s->borrows = s->ahead != NULL;
}

void sc_stream_close(struct sc_stream *s)
{
	sc_ahead_close(s->ahead);
	sc_unpack_close(s->unpack);
	sc_memory_give(s->packed);
	sc_memory_give(s->buffer);
	*s = (struct sc_stream){ .ending = s->ending };
}
