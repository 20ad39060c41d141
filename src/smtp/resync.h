/* resync.h - bringing commands and replies back into step when octets are missing (SMTP-REFERENCE section 3, rule 11).
 *
 * Nothing is guessed by position.  A reply that only one command can have (354, 334, 221, 220, a list of keywords) settles that
 * command; a single waiting command has the only reply; what cannot be told is told as unsolicited.
 */
#ifndef SC_SMTP_RESYNC_H
#define SC_SMTP_RESYNC_H

#include "smtp/session.h"

/* Whom this reply answers, while the oldest waiting command is in doubt; NULL when that cannot be told.  Commands before it are
 * given up; what an unseen command must have been is noted in the session. */
struct sc_exchange *sc_resync_match(struct sc_session *s, const struct sc_reply *r);

#endif
