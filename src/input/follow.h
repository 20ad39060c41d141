/* follow.h - captures that are still being written: files that grow, directories that get new ones. */
#ifndef SC_INPUT_FOLLOW_H
#define SC_INPUT_FOLLOW_H

#include "input/capture.h"
#include "input/paths.h"

struct sc_follow;

struct sc_follow_config {
	const char *const *paths;   /* files and directories; borrowed */
	size_t      path_count;
	struct sc_pcapng_watch *watch;
	uint64_t   *tally;          /* octets read */
};

/* SC_EINPUT (told): a path that is no plain file or directory, or a file that is no capture.  A file that is empty so
 * far is waited for. */
sc_err sc_follow_open(struct sc_follow **out, const struct sc_follow_config *config, struct sc_tell *tell);

/* As sc_live_next(); it ends only when nothing is left that could grow. */
enum sc_source_got sc_follow_next(struct sc_follow *f, struct sc_packet *pkt);

size_t sc_follow_files(const struct sc_follow *f); /* taken up so far */
void   sc_follow_close(struct sc_follow *f);       /* NULL is fine */

#endif
