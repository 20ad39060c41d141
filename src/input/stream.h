/* stream.h - the octets of one capture file, in order, as runs that can be borrowed.
 *
 * Plain, gzip or zstd, told by their first octets.  sc_stream_need() gives the next n octets in one piece without
 * using them up, sc_stream_use() steps over them; what was given holds until the next sc_stream_need().
 *
 * Files are read, not mapped: a file that shrinks under a mapping would stop the program with SIGBUS. */
#ifndef SC_INPUT_STREAM_H
#define SC_INPUT_STREAM_H

#include <signal.h>

#include "input/ahead.h"
#include "input/unpack.h"

#define SC_STREAM_RECORD_MAX (64u << 20) /* the longest run that can be needed in one piece */

/* Reads up to `room` (never 0) octets to `at`: how many, 0 at the end, or -1 with errno; EAGAIN: none have come
 * yet. */
typedef long sc_stream_read_fn(void *ctx, void *at, size_t room);

/* How a stream ended.  The formats' readers sharpen "clean" to "cut" when they are in the middle of something. */
enum sc_ending {
	SC_ENDING_NONE,       /* it has not */
	SC_ENDING_DRY,        /* there is no more yet: what was needed can be asked for again */
	SC_ENDING_CLEAN,
	SC_ENDING_STOPPED,    /* `stop` was set while waiting for octets */
	SC_ENDING_CUT,
	SC_ENDING_CORRUPT,    /* `why` tells */
	SC_ENDING_UNREADABLE, /* `why` tells */
};

struct sc_stream_config {
	sc_stream_read_fn *read;
	void     *ctx;
	size_t    buffer_octets; /* to begin with; 0: 256 KiB */
	uint64_t *tally;         /* counts the octets read, as they are in the file; NULL: nobody wants to know */
	const volatile sig_atomic_t *stop; /* when not 0, an interrupted read is the end; NULL: never */
};

struct sc_stream {
	const char *at, *end;    /* read and not used yet */
	char       *buffer;
	size_t      size;
	struct sc_ahead *ahead;  /* NULL: none */
	bool        borrows;     /* `at` stands in a block of it, not in `buffer` */
	struct sc_stream_config config;
	struct sc_unpack *unpack; /* NULL: plain */
	char       *packed;       /* what was read and not unpacked yet: */
	sc_str      packed_left;
	enum sc_packing packing;
	enum sc_ending  ending;
	char        why[120];
};

/* Reads the first octets.  SC_EFAILED: no memory; a file that cannot be read is told by `ending`. */
sc_err sc_stream_open(struct sc_stream *s, const struct sc_stream_config *config);
void   sc_stream_close(struct sc_stream *s); /* a zeroed one is fine */

/* `fd`, a regular file of which `config->read` reads, is read on a thread of its own from now on, if it is not packed. */
void sc_stream_read_ahead(struct sc_stream *s, int fd);

const char *sc_stream_refill(struct sc_stream *s, size_t n);

static inline size_t sc_stream_left(const struct sc_stream *s)
{
	return (size_t)(s->end - s->at);
}

/* The next `n` octets (at most SC_STREAM_RECORD_MAX), or NULL when the stream ends before; then `ending` is set and
 * what is left is still there. */
static inline const char *sc_stream_need(struct sc_stream *s, size_t n)
{
	return sc_stream_left(s) >= n ? s->at : sc_stream_refill(s, n);
}

static inline void sc_stream_use(struct sc_stream *s, size_t n)
{
	s->at += n;
}

/* Steps over `n` octets that need not fit in the buffer; false when the stream ends before. */
bool sc_stream_skip(struct sc_stream *s, uint64_t n);

/* The reader was in the middle of something when sc_stream_need() gave NULL.  False, so that it can be returned. */
bool sc_stream_cut(struct sc_stream *s);

/* The octets make no sense, and the rest is given up.  False. */
bool sc_stream_corrupt(struct sc_stream *s, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A sc_stream_read_fn over read(2); `ctx` is the file descriptor, (void *)(intptr_t)fd. */
sc_stream_read_fn sc_stream_read_fd;

#endif
