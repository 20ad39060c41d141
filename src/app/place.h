/* place.h - a file by a directory that was opened before and a name in it, so that it is found again whatever
 * rights the program has given up since. */
#ifndef SC_APP_PLACE_H
#define SC_APP_PLACE_H

#include <sys/types.h>

#include <smtpscope/base.h>

struct sc_place {
	int         directory; /* -1: not open */
	const char *name;      /* behind the last slash; borrowed */
};

/* Opens the directory of `path`; false with errno. */
bool sc_place_open(struct sc_place *p, const char *path);

/* open(2) for writing, creating what is not there.  `name`: in that directory; NULL: the path's own. */
int  sc_place_write(const struct sc_place *p, const char *name, int flags, mode_t mode);

/* The process, as it is now, may create files there. */
bool sc_place_writable(const struct sc_place *p);
void sc_place_close(struct sc_place *p);

#endif
