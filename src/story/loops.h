/* loops.h - messages that come round again: `mail_loop`. */
#ifndef SC_STORY_LOOPS_H
#define SC_STORY_LOOPS_H

#include <smtpscope/observer.h>

extern const struct sc_observer_class sc_loops_class;

#endif
