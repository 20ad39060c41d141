/* thresholds.h - the words of --threshold. */
#ifndef SC_APP_THRESHOLDS_H
#define SC_APP_THRESHOLDS_H

#include "app/options.h"
#include "story/watch.h"

/* Reads NAME=VALUE words over the standard values.  SC_EUSAGE: one is wrong, and it was said. */
sc_err sc_thresholds_read(const struct sc_words *words, struct sc_watch_limits *limits);

#endif
