/* mail.h - the sessions of an engine. */
#ifndef SC_ENGINE_MAIL_H
#define SC_ENGINE_MAIL_H

#include "engine/inside.h"

/* What sessions need of the engine; once, when it is opened. */
void sc_mail_host(struct sc_engine *e);

/* A session for this connection; `strict`: not on a mail port, so only what surely is SMTP counts.  NULL: there is no room. */
struct sc_mail *sc_mail_open(struct sc_engine *e, struct sc_flow *flow, bool strict);

/* A packet of its connection, once the stream has taken it. */
void sc_mail_packet(struct sc_mail *m, enum sc_side side, const struct sc_layers *l, const struct sc_packet *pkt);

/* An ICMP error about a packet that `side` had sent. */
void sc_mail_error(struct sc_mail *m, enum sc_side side, const struct sc_layers *l, const struct sc_packet *pkt);

/* Ends it: what waits is told as it stands, then its `session` event; nothing when it turned out to be no mail. */
void sc_mail_close(struct sc_engine *e, struct sc_mail *m, enum sc_session_end how);

/* Forgets it without a word: what its client sent along with its SYN was never taken. */
void sc_mail_drop(struct sc_engine *e, struct sc_mail *m);

#endif
