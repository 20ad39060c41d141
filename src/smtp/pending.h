/* pending.h - commands that wait for their replies, in the order in which they were asked (SMTP-REFERENCE section 3). */
#ifndef SC_SMTP_PENDING_H
#define SC_SMTP_PENDING_H

#include "smtp/session.h"

/* Puts a command into the queue; NULL when there is no memory. */
struct sc_exchange *sc_pending_ask(struct sc_session *s, const struct sc_command *cmd, sc_str verb, sc_str args,
	const struct sc_unit *u);

/* Tells the exchange; `r` NULL: it was not answered. */
void sc_pending_tell(struct sc_session *s, const struct sc_exchange *x, const struct sc_reply *r, uint64_t quirks);

void sc_pending_pop(struct sc_session *s);           /* the oldest leaves */
void sc_pending_give_up_head(struct sc_session *s);  /* the oldest ends without an answer */
/* All before `x` end without an answer; NULL: all. */
void sc_pending_give_up(struct sc_session *s, const struct sc_exchange *x);
void sc_pending_drop(struct sc_session *s);          /* all leave without a word */

#endif
