/* keyring.c - reads key logs into the store that all engines share; see keyring.h.
 *
 * A regular file is read to its end when the run begins, and again where it has grown, or from its start when it was cut
 * short; of a pipe what is there is taken without waiting.  Only where all packets are there already, a pipe is waited for
 * until its writers close it: nothing is lost by that, and nobody waits for ever.  The store's owner is the thread that reads
 * packets: engines only look into it, and never while it changes.
 */
#include "app/keyring.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "app/say.h"

#define MEMORY_SHARE 8u /* of the memory for secrets, at most */
#define STANDARD     (UINT64_C(512) << 20)
#define QUIET_S      10 /* a pipe from which nothing comes is waited for so long */
#define WAIT_S       60 /* and one that gives no end, in all */

static bool read_some(struct sc_keyring *k)
{
	char room[16384];
	ssize_t n = read(k->fd, room, sizeof(room));
	if (n <= 0)
		return n < 0 && errno == EINTR;
	sc_tls_keylog_feed(&k->log, k->keys, (sc_str){ room, (size_t)n });
	explicit_bzero(room, (size_t)n);
	return true;
}

/* Who writes a key log anew begins at its start. */
static void heed_cut(struct sc_keyring *k)
{
	struct stat st;
	if (!k->pipe && fstat(k->fd, &st) == 0 && st.st_size < lseek(k->fd, 0, SEEK_CUR)) {
		lseek(k->fd, 0, SEEK_SET);
		sc_tls_keylog_end(&k->log, k->keys);
	}
}

void sc_keyring_take(struct sc_keyring *k)
{
	if (k->fd < 0)
		return;
	heed_cut(k);
	while (read_some(k))
		continue;
}

sc_err sc_keyring_open(struct sc_keyring *k, const struct sc_options *o, const volatile sig_atomic_t *stop)
{
	struct stat st;
	uint64_t memory = o->memory ? o->memory : STANDARD;
	*k = (struct sc_keyring){ .fd = -1, .path = o->keylog, .quiet = o->quiet, .stop = stop };
	k->keys = sc_tls_keys_open(memory / MEMORY_SHARE, o->seed);
	if (!k->keys)
		return SC_EFAILED;
	if (!k->path)
		return SC_OK;
	k->fd = open(k->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (k->fd < 0 || fstat(k->fd, &st) != 0 || S_ISDIR(st.st_mode)) {
		if (k->fd >= 0 && S_ISDIR(st.st_mode))
			errno = EISDIR;
		sc_say(k->path, "cannot read the key log: %m; give a readable file to -k");
		return SC_EINPUT;
	}
	k->pipe = !S_ISREG(st.st_mode);
	return SC_OK;
}

static void expect(struct sc_keyring *k, bool more)
{
	k->growing = more;
	sc_tls_keys_expect(k->keys, more);
}

void sc_keyring_begin(struct sc_keyring *k, bool whole)
{
	k->whole = whole;
	if (k->fd < 0)
		return;
	expect(k, k->pipe || !whole);
	while (whole && sc_keyring_hear(k))
		continue;
	sc_keyring_take(k);
	if (!k->growing) /* its last line may lack its end, and no more will come */
		sc_tls_keylog_end(&k->log, k->keys);
}

static time_t seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

/* Octets have come, or the last writer has gone; false: neither, for as long as is waited. */
static bool pipe_moves(const struct sc_keyring *k, bool *closed)
{
	struct pollfd p = { .fd = k->fd, .events = POLLIN };
	int ready = poll(&p, 1, QUIET_S * 1000);
	*closed = ready > 0 && !(p.revents & POLLIN);
	return ready > 0 || (ready < 0 && errno == EINTR);
}

bool sc_keyring_hear(struct sc_keyring *k)
{
	bool closed = false;
	if (!k->growing || !k->pipe || *k->stop)
		return false;
	k->until = k->until ? k->until : seconds() + WAIT_S;
	if (seconds() < k->until && pipe_moves(k, &closed)) {
		sc_keyring_take(k);
		if (closed)
			expect(k, false);
		return !closed;
	}
	if (!k->quiet)
		sc_say(k->path, "the writer of the key log has not closed it; went on with the %llu secrets that it gave",
			(unsigned long long)k->log.kept);
	return false;
}

void sc_keyring_end(struct sc_keyring *k)
{
	sc_keyring_take(k);
	sc_tls_keylog_end(&k->log, k->keys);
}

bool sc_keyring_due(const struct sc_keyring *k)
{
	struct stat st;
	if (k->fd < 0 || !k->growing)
		return false;
	if (!k->pipe)
		return fstat(k->fd, &st) == 0 && st.st_size != lseek(k->fd, 0, SEEK_CUR);
	struct pollfd p = { .fd = k->fd, .events = POLLIN };
	return poll(&p, 1, 0) > 0 && (p.revents & POLLIN);
}

void sc_keyring_block(struct sc_keyring *k, sc_str text)
{
	struct sc_tls_keylog log = { 0 };
	if (!k->whole) /* a capture that has one may have more */
		sc_tls_keys_expect(k->keys, true);
	sc_tls_keylog_feed(&log, k->keys, text);
	sc_tls_keylog_end(&log, k->keys);
	explicit_bzero(&log, sizeof(log));
}

void sc_keyring_finish(struct sc_keyring *k)
{
	unsigned long long bad = k->log.bad, all = k->log.bad + k->log.kept + k->log.ignored;
	if (!k->path || k->quiet)
		return;
	if (bad)
		sc_say(k->path, "line %llu is no line of a key log; of %llu lines %llu were passed over",
			(unsigned long long)k->log.first_bad, all, bad);
	else if (!k->log.kept)
		sc_say(k->path, "the key log holds no secrets; have the mail server or client write it (SSLKEYLOGFILE)");
}

void sc_keyring_close(struct sc_keyring *k)
{
	if (k->keys && k->fd >= 0)
		close(k->fd);
	sc_tls_keys_close(k->keys);
	k->keys = NULL;
	k->fd = -1;
	explicit_bzero(&k->log, sizeof(k->log));
}
