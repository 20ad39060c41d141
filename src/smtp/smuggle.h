/* smuggle.h - messages with a second end in them: what the server did decides (SMTP smuggling, CVE-2023-51764 to 51766).
 *
 * A sequence that some servers take for the end of a message may be followed by commands, sent as text.  One verdict comes in
 * either case; only the next reply tells whether the server had gone on reading text or commands.  So the octets behind the
 * first such sequence are kept for a while, the verdict waits for that next reply, and if the server took the sequence for the
 * end, the kept octets are read again, as commands.
 */
#ifndef SC_SMTP_SMUGGLE_H
#define SC_SMTP_SMUGGLE_H

#include "smtp/session.h"

/* Message text was read: begins to keep octets behind the first look-alike. */
void sc_smuggle_watch(struct sc_session *s, const struct sc_unit *u);
/* More octets of the client came, before the framer gets them. */
void sc_smuggle_feed(struct sc_session *s, const struct sc_segment *run);
/* The verdict on a message came: true when it has to wait. */
bool sc_smuggle_keep(struct sc_session *s, const struct sc_exchange *x, const struct sc_reply *r);
/* A reply came while a verdict waits: settles the verdict, and makes the client's framer read the kept octets as commands when
 * the server did.  Then the client is to be read on before the reply is paired. */
bool sc_smuggle_judge(struct sc_session *s, const struct sc_reply *r);
/* Right behind the first look-alike stands a command. */
bool sc_smuggle_commands(const struct sc_session *s);
/* The server answered in the middle of the text: true when the client is to be read on from behind the first look-alike. */
bool sc_smuggle_rewind(struct sc_session *s);
/* Nothing more will come: a waiting verdict stands. */
void sc_smuggle_end(struct sc_session *s);
void sc_smuggle_clear(struct sc_session *s);

#endif
