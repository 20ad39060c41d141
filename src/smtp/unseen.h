/* unseen.h - commands that the capture lacks, by the words of their answers. */
#ifndef SC_SMTP_UNSEEN_H
#define SC_SMTP_UNSEEN_H

#include "smtp/session.h"

/* `r` answers a command that was not captured.  Gives its verb when servers say this to no other, and does for the session
 * what settling it would do; SC_STR_NONE: it cannot be told.  `room`: what is missing may hold a RCPT. */
sc_str sc_unseen_settle(struct sc_session *s, const struct sc_reply *r, bool room);

#endif
