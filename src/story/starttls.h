/* starttls.h - what becomes of TLS between a client and a server: refused, broken off, given up, mistaken, gone. */
#ifndef SC_STORY_STARTTLS_H
#define SC_STORY_STARTTLS_H

#include <smtpscope/observer.h>

extern const struct sc_observer_class sc_starttls_class;

#endif
