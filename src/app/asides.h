/* asides.h - what the user said that changes what detectors tell, as reports show it. */
#ifndef SC_APP_ASIDES_H
#define SC_APP_ASIDES_H

#include <smtpscope/sink.h>

#include "app/options.h"

struct sc_asides {
	struct sc_aside *items; /* with the texts of networks behind them */
	size_t count;
};

/* SC_EFAILED: no memory.  Words are borrowed from the options. */
sc_err sc_asides_open(struct sc_asides *a, const struct sc_options *o);
void   sc_asides_close(struct sc_asides *a);

#endif
