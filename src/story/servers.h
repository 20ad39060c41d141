/* servers.h - what a server offers, and to whom: `keyword_change`. */
#ifndef SC_STORY_SERVERS_H
#define SC_STORY_SERVERS_H

#include <smtpscope/observer.h>

extern const struct sc_observer_class sc_servers_class;

#endif
