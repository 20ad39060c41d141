/* run.h - reads captures and shows what they hold: the main loop of every mode that reads packets. */
#ifndef SC_APP_RUN_H
#define SC_APP_RUN_H

#include "app/options.h"

/* Exit codes beyond those of sc_err. */
enum {
	SC_EXIT_DROPS   = 5,  /* the capture lost more than --max-drop */
	SC_EXIT_MATCHED = 10, /* an event matched --fail-on */
};

/* The mode is settled.  Gives the exit code. */
int sc_run(const struct sc_options *o);

#endif
