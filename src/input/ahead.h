/* ahead.h - reads a file on a thread of its own, a few blocks ahead of whoever uses them.
 *
 * What the kernel copies costs a fifth of the time that a capture of large packets takes; here another processor does it.
 * Blocks are lent, not copied: before each of them SC_AHEAD_ROOM octets are free, for the beginning of a record that ends
 * in it. */
#ifndef SC_INPUT_AHEAD_H
#define SC_INPUT_AHEAD_H

#include "base/str.h"

#define SC_AHEAD_ROOM (64u << 10)

struct sc_ahead;

/* Reads on from where `fd`, a regular file, stands.  NULL: no memory, or the system gives no thread. */
struct sc_ahead *sc_ahead_open(int fd);
void sc_ahead_close(struct sc_ahead *a); /* NULL is fine; `fd` stays open */

/* Lends the next block in *at: its octets, 0 at the end, -1 with errno.  `keep`, at most SC_AHEAD_ROOM octets of the block
 * lent before or of anywhere else, then stands before it, and that block is lent no more; 0 and -1 change nothing. */
long sc_ahead_next(struct sc_ahead *a, sc_str keep, const char **at);

/* A sc_stream_read_fn: copies the next octets.  Behind the first call of it, sc_ahead_next() is not to be called. */
long sc_ahead_read(void *ctx, void *at, size_t room);

#endif
