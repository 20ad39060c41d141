/* wanted.h - the sessions that `show` is asked for, by the first digits of their ids. */
#ifndef SC_OUTPUT_WANTED_H
#define SC_OUTPUT_WANTED_H

#include "output/sheet.h"

#define SC_WANTED_MAX 64

struct sc_wanted {
	struct {
		uint64_t low, high; /* ids from `low` to `high` begin with the digits asked for */
		sc_str   word;
		bool     found;
	} items[SC_WANTED_MAX];
	size_t count;               /* 0: every session */
};

/* The words of `config`; SC_EUSAGE when there are too many, or one names no session. */
sc_err sc_wanted_read(struct sc_wanted *w, const struct sc_output_config *config);

/* `found`: it is shown; what was never found is told in the end. */
bool   sc_wanted_is(struct sc_wanted *w, uint64_t session, bool found);
void   sc_wanted_missing(const struct sc_wanted *w, struct sc_sheet *sheet);

#endif
