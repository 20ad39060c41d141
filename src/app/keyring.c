/* keyring.c - reads key logs into the store that all engines share; see keyring.h.
 *
 * A regular file is read to its end when the run begins, and again where it has grown; of a pipe what is there is taken
 * without waiting.  The store's owner is the thread that reads packets: engines only look into it, and never while it
 * changes.
 */
#include "app/keyring.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/say.h"

#define MEMORY_SHARE 8u /* of the memory for secrets, at most */
#define STANDARD     (UINT64_C(512) << 20)

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

void sc_keyring_take(struct sc_keyring *k)
{
	while (k->fd >= 0 && read_some(k))
		continue;
}

static sc_err open_log(struct sc_keyring *k, bool grows)
{
	struct stat st;
	k->fd = open(k->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (k->fd < 0 || fstat(k->fd, &st) != 0 || S_ISDIR(st.st_mode)) {
		if (k->fd >= 0 && S_ISDIR(st.st_mode))
			errno = EISDIR;
		sc_say(k->path, "cannot read the key log: %m; give a readable file to -k");
		return SC_EINPUT;
	}
	k->growing = grows || !S_ISREG(st.st_mode);
	sc_tls_keys_expect(k->keys, k->growing);
	sc_keyring_take(k);
	if (!k->growing) /* its last line may lack its end, and no more will come */
		sc_tls_keylog_end(&k->log, k->keys);
	return SC_OK;
}

sc_err sc_keyring_open(struct sc_keyring *k, const struct sc_options *o, bool grows)
{
	uint64_t memory = o->memory ? o->memory : STANDARD;
	*k = (struct sc_keyring){ .fd = -1, .path = o->keylog };
	k->keys = sc_tls_keys_open(memory / MEMORY_SHARE, o->seed);
	if (!k->keys)
		return SC_EFAILED;
	return k->path ? open_log(k, grows) : SC_OK;
}

bool sc_keyring_due(const struct sc_keyring *k)
{
	struct stat st;
	if (k->fd < 0 || !k->growing)
		return false;
	if (fstat(k->fd, &st) == 0 && S_ISREG(st.st_mode))
		return st.st_size > lseek(k->fd, 0, SEEK_CUR);
	struct pollfd p = { .fd = k->fd, .events = POLLIN };
	return poll(&p, 1, 0) > 0 && (p.revents & POLLIN);
}

void sc_keyring_block(struct sc_keyring *k, sc_str text)
{
	struct sc_tls_keylog log = { 0 };
	sc_tls_keys_expect(k->keys, true); /* a capture that has one may have more */
	sc_tls_keylog_feed(&log, k->keys, text);
	sc_tls_keylog_end(&log, k->keys);
	explicit_bzero(&log, sizeof(log));
}

void sc_keyring_finish(struct sc_keyring *k, bool quiet)
{
	if (!k->path || quiet)
		return;
	if (k->log.bad)
		sc_say(k->path, "%llu of %llu lines are not of a key log and were passed over", (unsigned long long)k->log.bad,
			(unsigned long long)(k->log.bad + k->log.kept + k->log.ignored));
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
