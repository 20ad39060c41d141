/* own_rules.h - the file of --rules. */
#ifndef SC_APP_OWN_RULES_H
#define SC_APP_OWN_RULES_H

#include <smtpscope/base.h>

/* Reads users' rules for causes; NULL: there are none.  To be called before anything is classified.  SC_EUSAGE: the
 * file cannot be read or is wrong, and it was said. */
sc_err sc_own_rules_read(const char *path);

#endif
