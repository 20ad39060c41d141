/* tarpits.h - servers that delay refusals on purpose, over several sessions: `tarpit`. */
#ifndef SC_STORY_TARPITS_H
#define SC_STORY_TARPITS_H

#include <smtpscope/observer.h>

extern const struct sc_observer_class sc_tarpits_class;

#endif
