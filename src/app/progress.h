/* progress.h - how far the reading has come, on standard error. */
#ifndef SC_APP_PROGRESS_H
#define SC_APP_PROGRESS_H

#include <smtpscope/base.h>

struct sc_progress {
	bool    wanted;
	sc_time began, shown; /* by the monotonic clock */
};

/* Shows nothing when standard error is no terminal, when not `wanted`, and in the first second. */
void sc_progress_begin(struct sc_progress *p, bool wanted);
/* `read` of `total` octets (0: not known) and `packets` so far.  Cheap enough for every thousandth packet. */
void sc_progress_show(struct sc_progress *p, uint64_t read, uint64_t total, uint64_t packets);
/* Removes the line. */
void sc_progress_end(struct sc_progress *p);

#endif
