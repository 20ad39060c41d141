/* run.h - reads captures and shows what they hold: the main loop of every mode that reads packets. */
#ifndef SC_APP_RUN_H
#define SC_APP_RUN_H

#include "app/options.h"

/* What of --mem is for what only all sessions together can tell. */
uint64_t sc_run_ledger_memory(const struct sc_options *o);

/* The mode is settled.  Gives the exit code. */
int sc_run(const struct sc_options *o);

#endif
