/* sources.h - from where a server's clients come: `same_source_all`. */
#ifndef SC_STORY_SOURCES_H
#define SC_STORY_SOURCES_H

#include <smtpscope/observer.h>

extern const struct sc_observer_class sc_sources_class;

#endif
