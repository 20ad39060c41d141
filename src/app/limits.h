/* limits.h - --limits: what memory is for, and what is given up when there is no more. */
#ifndef SC_APP_LIMITS_H
#define SC_APP_LIMITS_H

#include <smtpscope/sink.h>

#include "app/options.h"

/* SC_EUSAGE: what the command line sets for detectors is wrong (said).  SC_EFAILED: no memory, or not written. */
sc_err sc_limits_write(const struct sc_options *o, const struct sc_writer *w);

#endif
