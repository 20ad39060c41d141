/* families.h - what a server takes over IPv4 and refuses over IPv6: `v6_only_failure`. */
#ifndef SC_STORY_FAMILIES_H
#define SC_STORY_FAMILIES_H

#include <smtpscope/observer.h>

extern const struct sc_observer_class sc_families_class;

#endif
