/* load.h - takes a small file into memory whole. */
#ifndef SC_APP_LOAD_H
#define SC_APP_LOAD_H

#include <stddef.h>

/* Gives the octets of the file, one more than `most` when it is longer; `to` has room for so many.  SIZE_MAX: it cannot be read, which
 * is said: `what` it is, and the `option` that named it. */
size_t sc_load(const char *path, char *to, size_t most, const char *what, const char *option);

#endif
