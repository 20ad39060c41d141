/* ahead.c - a ring of blocks between a thread that reads and one that uses; see ahead.h.
 *
 * Blocks have numbers.  The reader has filled those below `filled`, the user has taken those below `taken` and given back
 * those below `freed`: all but the one that is lent.  A block of no octets is the last. */
#include "input/ahead.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "base/memory.h"

#define BLOCKS       4u
#define BLOCK_OCTETS (512u << 10)

struct sc_ahead {
	int fd;
	pthread_t thread;
	pthread_mutex_t lock;    /* for what follows */
	pthread_cond_t news, room;
	unsigned filled, taken, freed;
	bool quit;
	struct { long octets; int error; } ends[BLOCKS]; /* of whom `filled` tells */
	sc_str rest;             /* of the block that is lent, for sc_ahead_read() */
	char blocks[BLOCKS][SC_AHEAD_ROOM + BLOCK_OCTETS];
};

/* Fills as much of a block as there is. */
static long read_block(int fd, char *at)
{
	size_t n = 0;
	while (n < BLOCK_OCTETS) {
		ssize_t got = read(fd, at + n, BLOCK_OCTETS - n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && n == 0)
			return -1;
		if (got <= 0)
			break; /* an error comes again with the next block */
		n += (size_t)got;
	}
	return (long)n;
}

/* True: block `n` is free.  False: nobody wants it any more. */
static bool wait_for_room(struct sc_ahead *a, unsigned n)
{
	pthread_mutex_lock(&a->lock);
	while (n - a->freed == BLOCKS && !a->quit)
		pthread_cond_wait(&a->room, &a->lock);
	bool quit = a->quit;
	pthread_mutex_unlock(&a->lock);
	return !quit;
}

static void *read_on(void *ctx)
{
	struct sc_ahead *a = ctx;
	long got = 1;
	for (unsigned n = 0; got > 0 && wait_for_room(a, n); n++) {
		got = read_block(a->fd, a->blocks[n % BLOCKS] + SC_AHEAD_ROOM);
		pthread_mutex_lock(&a->lock);
		a->ends[n % BLOCKS].octets = got;
		a->ends[n % BLOCKS].error = errno;
		a->filled = n + 1;
		pthread_cond_signal(&a->news);
		pthread_mutex_unlock(&a->lock);
	}
	return NULL;
}

/* Signals are for the thread that uses what is read. */
static bool start(struct sc_ahead *a)
{
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	bool started = pthread_create(&a->thread, NULL, read_on, a) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return started;
}

static void release(struct sc_ahead *a)
{
	pthread_cond_destroy(&a->room);
	pthread_cond_destroy(&a->news);
	pthread_mutex_destroy(&a->lock);
	sc_memory_give(a);
}

struct sc_ahead *sc_ahead_open(int fd)
{
	struct sc_ahead *a = sc_memory_take(sizeof(*a));
	if (!a)
		return NULL;
	a->fd = fd;
	pthread_mutex_init(&a->lock, NULL);
	pthread_cond_init(&a->news, NULL);
	pthread_cond_init(&a->room, NULL);
	if (start(a))
		return a;
	release(a);
	return NULL;
}

void sc_ahead_close(struct sc_ahead *a)
{
	if (!a)
		return;
	pthread_mutex_lock(&a->lock);
	a->quit = true;
	pthread_cond_signal(&a->room);
	pthread_mutex_unlock(&a->lock);
	pthread_join(a->thread, NULL);
	release(a);
}

long sc_ahead_next(struct sc_ahead *a, sc_str keep, const char **at)
{
	SC_ASSERT(keep.len <= SC_AHEAD_ROOM);
	unsigned n = a->taken;
	pthread_mutex_lock(&a->lock);
	while (a->filled == n)
		pthread_cond_wait(&a->news, &a->lock);
	pthread_mutex_unlock(&a->lock);
	long got = a->ends[n % BLOCKS].octets;
	errno = a->ends[n % BLOCKS].error;
	if (got <= 0)
		return got;
	char *block = a->blocks[n % BLOCKS] + SC_AHEAD_ROOM;
	if (keep.len)
		memcpy(block - keep.len, keep.at, keep.len);
	a->taken = n + 1;
	pthread_mutex_lock(&a->lock);
	a->freed = n;
	pthread_cond_signal(&a->room);
	pthread_mutex_unlock(&a->lock);
	*at = block;
	return got;
}

long sc_ahead_read(void *ctx, void *at, size_t room)
{
	struct sc_ahead *a = ctx;
	if (!a->rest.len) {
		const char *block;
		long got = sc_ahead_next(a, SC_STR_NONE, &block);
		if (got <= 0)
			return got;
		a->rest = (sc_str){ block, (size_t)got };
	}
	size_t n = a->rest.len < room ? a->rest.len : room;
	memcpy(at, a->rest.at, n);
	a->rest = sc_str_from(a->rest, n);
	return (long)n;
}
