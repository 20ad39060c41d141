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

/* Puts a command into the queue; NULL when there is no memory. */
struct sc_exchange *sc_dialogue_ask(struct sc_session *s, const struct sc_command *cmd, sc_str verb, sc_str args,
	const struct sc_unit *u);

#endif
