/* save_file.h - the file of -w, or the files that -C, -G and -W make of it, named as tcpdump names them. */
#ifndef SC_APP_SAVE_FILE_H
#define SC_APP_SAVE_FILE_H

#include <limits.h>

#include "app/embed.h"
#include "app/file_writer.h"
#include "app/options.h"
#include "input/pcapng_write.h"

struct sc_save_file {
	const char *path;          /* of -w; borrowed */
	bool     utc;
	uint64_t size, seconds, count; /* of -C in octets, -G, -W; 0: not asked for */
	struct sc_place place;
	struct sc_file_writer writer;
	struct sc_pcapng_write pcapng;
	struct sc_embed embed;
	char     name[NAME_MAX + 1]; /* of the file that is open */
	sc_time  began;            /* its -G */
	uint64_t nth, periods;     /* files of this period by -C, periods by -G */
	bool     open, over, failed;
};

/* Opens the first file, if its name is known before the first packet; `now` is the clock's, or SC_TIME_NONE when the
 * packets are not of now.  Close it in any case.  SC_EFAILED (said). */
sc_err sc_save_file_open(struct sc_save_file *f, const struct sc_options *o, sc_time now);

/* False: no more can be written, and that was said. */
bool   sc_save_file_put(struct sc_save_file *f, const struct sc_packet *pkt);

/* -W periods of -G are full: the program is to end. */
static inline bool sc_save_file_over(const struct sc_save_file *f)
{
	return f->over;
}

/* There will be, or may be, more files, and the process as it is now cannot create them. */
bool   sc_save_file_stuck(const struct sc_save_file *f);

void   sc_save_file_flush(struct sc_save_file *f);
void   sc_save_file_reopen(struct sc_save_file *f); /* after it was moved away */
sc_err sc_save_file_close(struct sc_save_file *f);  /* SC_EFAILED: something was not written (said) */

#endif
