/* idents.h - servers that ask port 113 who their client is, and let it wait: adds to `slow_banner`. */
#ifndef SC_STORY_IDENTS_H
#define SC_STORY_IDENTS_H

#include <smtpscope/observer.h>

extern const struct sc_observer_class sc_idents_class;

#endif
