/* place.c - openat(2) and its kin. */
#include "app/place.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

bool sc_place_open(struct sc_place *p, const char *path)
{
	char directory[PATH_MAX] = ".";
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) + 1 : 0; /* with the slash: of "/x" it is the directory */
	*p = (struct sc_place){ .directory = -1, .name = path + len };
	if (len >= sizeof(directory)) {
		errno = ENAMETOOLONG;
		return false;
	}
	if (slash) {
		memcpy(directory, path, len);
		directory[len] = '\0';
	}
	p->directory = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return p->directory >= 0;
}

int sc_place_write(const struct sc_place *p, const char *name, int flags, mode_t mode)
{
	return openat(p->directory, name ? name : p->name, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | flags, mode);
}

bool sc_place_writable(const struct sc_place *p)
{
	return faccessat(p->directory, ".", W_OK | X_OK, AT_EACCESS) == 0;
}

void sc_place_close(struct sc_place *p)
{
	if (p->directory >= 0)
		close(p->directory);
	p->directory = -1;
}
