/* dialogue.h - pairs the client's commands with the server's replies (SMTP-REFERENCE section 3; RFC 2920).
 *
 * A reply answers the oldest waiting command, if its segment acknowledges that command; else it is unsolicited.  After a gap
 * nothing is guessed by position: replies that only one command can have (354, 334, 221, 220, a list of keywords) and commands
 * that show that the client saw an answer bring the two back into step.
 */
#ifndef SC_SMTP_DIALOGUE_H
#define SC_SMTP_DIALOGUE_H

#include "smtp/session.h"

void sc_dialogue_begin(struct sc_session *s);
void sc_dialogue_client(struct sc_session *s, const struct sc_unit *u);
void sc_dialogue_server(struct sc_session *s, const struct sc_unit *u);
/* True when the client's next unit may be read: it is not held, or the answer it is held for was lost. */
bool sc_dialogue_may_read(struct sc_session *s);
/* Everything that waits ends unanswered; `closed`: the connection's end was seen. */
void sc_dialogue_end(struct sc_session *s, bool closed);
/* The reply to `x` was owed since it was asked for, or since the reply before it, until then. */
void sc_dialogue_waited(struct sc_session *s, const struct sc_exchange *x, sc_time until);

/* ---- between asking.c, answering.c and resync.c ---- */

/* The message's end was seen, or must have come: the server owes a verdict.  NULL when there is no memory. */
struct sc_exchange *sc_dialogue_ask_end(struct sc_session *s, const struct sc_unit *u);
/* A last command without its line end, such as QUIT before the connection was closed. */
void sc_dialogue_ask_unfinished(struct sc_session *s);
/* A reply whose rest is missing counts with what was seen of it. */
void sc_dialogue_finish_torn(struct sc_session *s);
void sc_dialogue_drop_reply(struct sc_session *s);

/* The end of a message that is known by its answer only. */
static inline struct sc_unit sc_dialogue_end_unit(const struct sc_reply *r, uint64_t end)
{
	return (struct sc_unit){ .kind = SC_UNIT_END, .end = end, .first = r->first, .last = r->first };
}

#endif
