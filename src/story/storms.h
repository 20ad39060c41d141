/* storms.h - clients that try again too soon, again and again: `retry_storm`. */
#ifndef SC_STORY_STORMS_H
#define SC_STORY_STORMS_H

#include <smtpscope/observer.h>

extern const struct sc_observer_class sc_storms_class;

#endif
