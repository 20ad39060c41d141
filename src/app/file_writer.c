/* file_writer.c - a buffer in front of a file descriptor.
 *
 * Promises: each failure is told in one line, when it happens; after it nothing more is written, so what stands in
 * the file is the true beginning of the output.  A closed pipe is a failure like any other (SIGPIPE is ignored). */
#include "app/file_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "app/say.h"
#include "base/memory.h"

#define BUFFER_OCTETS (64u << 10)

static bool standard_output(const struct sc_file_writer *w)
{
	return strcmp(w->path, "-") == 0;
}

static const char *what_to_do(int error)
{
	switch (error) {
	case EPIPE:  return "the reader has gone, what it took is complete";
	case ENOSPC:
	case EDQUOT: return "make room and run again; what was written is complete up to there";
	case EBADF:  return "it is closed, give -o FILE";
	default:     return "what was written is complete up to there";
	}
}

static void tell(const struct sc_file_writer *w, const char *what, int error, const char *then)
{
	sc_say(standard_output(w) ? "standard output" : w->path, "%s: %s; %s", what, strerror(error), then);
}

static bool fail(struct sc_file_writer *w, int error)
{
	if (!w->error)
		tell(w, "cannot write", error, what_to_do(error));
	w->error = error;
	errno = error;
	return false;
}

/* A terminal or socket shared with others may have been made non-blocking: wait. */
static bool try_again(int fd)
{
	if (errno == EINTR)
		return true;
	if (errno != EAGAIN && errno != EWOULDBLOCK)
		return false;
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	return poll(&p, 1, -1) >= 0 || errno == EINTR;
}

static bool write_all(struct sc_file_writer *w, const char *at, size_t len)
{
	while (len) {
		ssize_t n = write(w->fd, at, len);
		if (n < 0 && !try_again(w->fd))
			return fail(w, errno);
		if (n > 0) {
			at += n;
			len -= (size_t)n;
		}
	}
	return true;
}

bool sc_file_writer_flush(struct sc_file_writer *w)
{
	if (w->error) {
		errno = w->error;
		return false;
	}
	size_t used = w->used;
	w->used = 0;
	return write_all(w, w->buffer, used);
}

static bool take(void *ctx, const char *at, size_t len)
{
	struct sc_file_writer *w = ctx;
	if (len > BUFFER_OCTETS - w->used && !sc_file_writer_flush(w))
		return false;
	if (w->error) {
		errno = w->error;
		return false;
	}
	if (len > BUFFER_OCTETS)
		return write_all(w, at, len);
	memcpy(w->buffer + w->used, at, len);
	w->used += len;
	return true;
}

static int open_file(const char *path, int flags)
{
	return open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | flags, 0666);
}

sc_err sc_file_writer_open(struct sc_file_writer *w, const char *path)
{
	*w = (struct sc_file_writer){ .fd = -1, .path = path };
	w->buffer = sc_memory_take(BUFFER_OCTETS);
	if (w->buffer)
		w->fd = standard_output(w) ? STDOUT_FILENO : open_file(path, O_TRUNC);
	if (w->fd >= 0)
		return SC_OK;
	w->error = w->buffer ? errno : ENOMEM;
	tell(w, "cannot open for writing", w->error, "choose another file");
	return SC_EFAILED;
}

struct sc_writer sc_file_writer_face(struct sc_file_writer *w)
{
	return (struct sc_writer){ take, w };
}

void sc_file_writer_reopen(struct sc_file_writer *w)
{
	if (w->fd < 0 || standard_output(w))
		return;
	sc_file_writer_flush(w);
	int fd = open_file(w->path, O_APPEND);
	if (fd < 0) {
		sc_say(w->path, "cannot reopen: %s; the old file is written on", strerror(errno));
		return;
	}
	if (close(w->fd) != 0)
		fail(w, errno);
	w->fd = fd;
}

sc_err sc_file_writer_close(struct sc_file_writer *w)
{
	if (w->fd >= 0) {
		sc_file_writer_flush(w);
		if (!standard_output(w) && close(w->fd) != 0)
			fail(w, errno);
	}
	w->fd = -1;
	sc_memory_give(w->buffer);
	w->buffer = NULL;
	return w->error ? SC_EFAILED : SC_OK;
}
