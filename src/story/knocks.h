/* knocks.h - connections that never became a dialogue: `failure` events of phase connect and the diagnoses beside them. */
#ifndef SC_STORY_KNOCKS_H
#define SC_STORY_KNOCKS_H

#include <smtpscope/observer.h>

extern const struct sc_observer_class sc_knocks_class;

#endif
