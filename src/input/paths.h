/* paths.h - the files that the words of the command line mean. */
#ifndef SC_INPUT_PATHS_H
#define SC_INPUT_PATHS_H

#include "input/tell.h"

#define SC_PATHS_MOST (1u << 20)

struct sc_path {
	char  *name;
	size_t word;  /* index of the command line's word that led here */
	bool   named; /* that word itself; false: found in a directory, where not everything is a capture */
};

struct sc_paths {
	struct sc_path *list;
	size_t count, room;
};

/* Adds what `word` means: itself, or all regular files below when it is a directory, sorted by name.  Links to
 * directories are not followed.  SC_EFAILED: no memory; what cannot be read is told. */
sc_err sc_paths_add(struct sc_paths *p, const char *word, size_t index, struct sc_tell *tell);
void   sc_paths_close(struct sc_paths *p);

#endif
