/* run.h - reads captures and shows what they hold: the main loop of every mode that reads packets. */
#ifndef SC_APP_RUN_H
#define SC_APP_RUN_H

#include "app/options.h"

/* The mode is settled.  Gives the exit code. */
int sc_run(const struct sc_options *o);

#endif
