/* mode.h - which mode runs, and whether what was asked fits it. */
#ifndef SC_APP_MODE_H
#define SC_APP_MODE_H

#include <smtpscope/engine.h>

#include "app/options.h"

/* Fills in the mode when none was named (`terminal`: standard output is one) and checks words, format and source
 * against it.  SC_EUSAGE: wrong, and said so. */
sc_err sc_mode_settle(struct sc_options *o, bool terminal);

/* What --tcp-policy says; the words were checked. */
enum sc_tcp_policy sc_mode_tcp_policy(const struct sc_options *o);

#endif
