/* misroutes.h - domains whose mail comes to a server that does not serve them: `mx_misroute`. */
#ifndef SC_STORY_MISROUTES_H
#define SC_STORY_MISROUTES_H

#include <smtpscope/observer.h>

extern const struct sc_observer_class sc_misroutes_class;

#endif
