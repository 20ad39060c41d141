/* screen.h - the dashboard on a thread of its own, behind a ring: a slow terminal never stops the reading of an interface. */
#ifndef SC_APP_SCREEN_H
#define SC_APP_SCREEN_H

#include <smtpscope/counters.h>
#include <smtpscope/sink.h>

#include "app/options.h"

struct sc_screen;

/* Its place among the outputs.  `self` is a struct sc_screen. */
extern const struct sc_sink_class sc_sink_screen;

/* Before it is opened. */
void sc_screen_prepare(struct sc_screen *s, const struct sc_options *o, bool live);

/* What became of the packets so far. */
void sc_screen_counters(struct sc_screen *s, const struct sc_counters *counters);

/* How far the reading is; cheap. */
void sc_screen_progress(struct sc_screen *s, uint64_t read, uint64_t total, uint64_t packets, uint64_t dropped);

#endif
