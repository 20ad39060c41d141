/* observers.h - the observers there are, in the order in which they see an event. */
#ifndef SC_ENGINE_OBSERVERS_H
#define SC_ENGINE_OBSERVERS_H

#include <smtpscope/observer.h>

#define SC_OBSERVERS_MAX 16

extern const struct sc_observer_class *const sc_observers[]; /* NULL ends it */

#endif
