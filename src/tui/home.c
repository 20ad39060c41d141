/* home.c - small files of the person; see home.h.  They are written beside and moved into place, and never through a link. */
#include "tui/home.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of the directory when `name` is empty. */
static bool place_of(char *path, const char *name)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME"), *slash = name[0] ? "/" : "";
	int n = config && config[0] == '/' ? snprintf(path, PATH_MAX, "%s/smtpscope%s%s", config, slash, name) :
		home && home[0] == '/' ? snprintf(path, PATH_MAX, "%s/.config/smtpscope%s%s", home, slash, name) : -1;
	return n > 0 && n < PATH_MAX;
}

static bool make_place(void)
{
	char path[PATH_MAX];
	if (!place_of(path, ""))
		return false;
	char *parent = strrchr(path, '/');
	*parent = '\0';
	(void)mkdir(path, 0700); /* there already, or the next one fails */
	*parent = '/';
	return mkdir(path, 0700) == 0 || errno == EEXIST;
}

size_t sc_home_read(const char *name, char *octets, size_t room)
{
	char path[PATH_MAX];
	struct stat st;
	int fd = place_of(path, name) ? open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY) : -1;
	if (fd < 0)
		return 0;
	ssize_t n = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? read(fd, octets, room) : -1;
	close(fd);
	return n > 0 ? (size_t)n : 0;
}

bool sc_home_write(const char *name, sc_str text)
{
	char path[PATH_MAX], beside[PATH_MAX], end[64];
	snprintf(end, sizeof(end), "%s.%ld", name, (long)getpid());
	if (!make_place() || !place_of(path, name) || !place_of(beside, end))
		return false;
	int fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	bool whole = write(fd, text.at, text.len) == (ssize_t)text.len;
	bool done = close(fd) == 0 && whole && rename(beside, path) == 0;
	if (!done)
		unlink(beside);
	return done;
}
