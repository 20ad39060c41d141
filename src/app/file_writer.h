/* file_writer.h - writes to a file or to standard output, buffered; the first failure is told once and kept. */
#ifndef SC_APP_FILE_WRITER_H
#define SC_APP_FILE_WRITER_H

#include <smtpscope/sink.h>

#include "app/place.h"

struct sc_file_writer {
	int         fd;     /* -1: not open */
	const char *path;   /* "-": standard output; borrowed */
	struct sc_place place; /* where it is opened anew */
	bool        borrowed; /* the directory of it belongs to someone else */
	mode_t      mode;   /* of a file that is created */
	char       *buffer;
	size_t      used;
	int         error;  /* errno of the first failure; 0: none */
};

/* Opens `path` for writing, from the start.  Failures are said.  SC_EFAILED: cannot be opened. */
sc_err sc_file_writer_open(struct sc_file_writer *w, const char *path);

/* The same for the file `name` of `place`'s directory, both borrowed; a new file is for its owner only. */
sc_err sc_file_writer_open_private(struct sc_file_writer *w, const struct sc_place *place, const char *name);

/* For sinks: takes everything or fails with errno. */
struct sc_writer sc_file_writer_face(struct sc_file_writer *w);

bool   sc_file_writer_flush(struct sc_file_writer *w);

/* After the file was moved away (logrotate): goes on in a new file of the same name. */
void   sc_file_writer_reopen(struct sc_file_writer *w);

/* The process, as it is now, could do that. */
bool   sc_file_writer_reopens(const struct sc_file_writer *w);

/* Flushes and closes.  SC_EFAILED: something was not written. */
sc_err sc_file_writer_close(struct sc_file_writer *w);

#endif
