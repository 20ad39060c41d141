/* file_writer.c - a buffer in front of a file descriptor.
 *
 * Promises: each failure is told in one line, when it happens; after it nothing more is written, so what stands in
 * the file is the true beginning of the output.  A closed pipe is a failure like any other (SIGPIPE is ignored). */
#include "app/file_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/say.h"
#include "base/memory.h"

#define BUFFER_OCTETS (64u << 10)

static bool is_regular(int fd)
{
	struct stat st;
	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

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

static int open_now(struct sc_file_writer *w)
{
	if (standard_output(w))
		return STDOUT_FILENO;
	return w->place.directory < 0 ? -1 : sc_place_write(&w->place, NULL, O_TRUNC, w->mode);
}

/* `w->place` is set. */
static sc_err open_it(struct sc_file_writer *w)
{
	w->buffer = sc_memory_take(BUFFER_OCTETS);
	w->fd = w->buffer ? open_now(w) : -1;
	if (w->fd >= 0)
		return SC_OK;
	w->error = w->buffer ? errno : ENOMEM;
	tell(w, "cannot open for writing", w->error, "choose another file");
	return SC_EFAILED;
}

sc_err sc_file_writer_open(struct sc_file_writer *w, const char *path)
{
	*w = (struct sc_file_writer){ .fd = -1, .path = path, .place = { -1, path }, .mode = 0666 };
	if (!standard_output(w))
		sc_place_open(&w->place, path); /* a failure is that of opening the file */
	return open_it(w);
}

sc_err sc_file_writer_open_private(struct sc_file_writer *w, const struct sc_place *place, const char *name)
{
	*w = (struct sc_file_writer){ .fd = -1, .path = name, .place = { place->directory, name }, .mode = 0600 };
	w->borrowed = true;
	return open_it(w);
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
	int fd = sc_place_write(&w->place, NULL, O_APPEND, w->mode);
	if (fd < 0) {
		sc_say(w->path, "cannot reopen: %s; the old file is written on", strerror(errno));
		return;
	}
	if (close(w->fd) != 0)
		fail(w, errno);
	w->fd = fd;
}

bool sc_file_writer_reopens(const struct sc_file_writer *w)
{
	return w->fd < 0 || standard_output(w) || !is_regular(w->fd) || sc_place_writable(&w->place);
}

sc_err sc_file_writer_close(struct sc_file_writer *w)
{
	if (w->fd >= 0) {
		sc_file_writer_flush(w);
		if (!standard_output(w) && close(w->fd) != 0)
			fail(w, errno);
	}
	w->fd = -1;
	if (!w->borrowed)
		sc_place_close(&w->place);
	sc_memory_give(w->buffer);
	w->buffer = NULL;
	return w->error ? SC_EFAILED : SC_OK;
}
