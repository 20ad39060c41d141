/* auth.h - AUTH dialogues (RFC 4954): who logged in, how, and whether it worked; secrets are never kept. */
#ifndef SC_SMTP_AUTH_H
#define SC_SMTP_AUTH_H

#include "smtp/session.h"

/* An AUTH command was read; `args` is "MECHANISM [initial response]". */
void sc_auth_ask(struct sc_session *s, sc_str args);
/* The initial response in the arguments; empty when there is none. */
sc_str sc_auth_initial(sc_str args);
/* AUTH or a SASL line got 334. */
void sc_auth_proceed(struct sc_session *s, struct sc_exchange *x, const struct sc_reply *r);
/* AUTH or a SASL line got its final reply; `r` NULL: none was seen. */
void sc_auth_settle(struct sc_session *s, struct sc_exchange *x, const struct sc_reply *r);
/* The session ends: a dialogue that waits for the client had no outcome. */
void sc_auth_end(struct sc_session *s);
void sc_auth_lost(struct sc_session *s, struct sc_exchange *x);

#endif
