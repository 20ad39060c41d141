/* splits.h - ends of messages that get lost since they travel in pieces: `eod_split`. */
#ifndef SC_STORY_SPLITS_H
#define SC_STORY_SPLITS_H

#include <smtpscope/observer.h>

extern const struct sc_observer_class sc_splits_class;

#endif
