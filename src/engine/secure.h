/* secure.h - the TLS of an engine's sessions. */
#ifndef SC_ENGINE_SECURE_H
#define SC_ENGINE_SECURE_H

#include "engine/inside.h"

/* There are secrets, or may come, to open TLS with. */
bool sc_secure_opens(const struct sc_engine *e);

/* A run of TLS records of a session. */
void sc_secure_take(struct sc_engine *e, struct sc_mail *m, enum sc_side side, const struct sc_segment *run);

/* The connection is over, or given up (`closed` false): a handshake that led nowhere is told. */
void sc_secure_finish(struct sc_mail *m, bool closed);

/* Its keys may still come; and they have. */
bool sc_secure_waits(const struct sc_mail *m);
bool sc_secure_ready(const struct sc_mail *m);
/* What was held is read, when its keys have come, or else, `hurried`, without them: there is no room to wait. */
void sc_secure_resume(struct sc_mail *m, bool hurried);

/* Gives the memory back; the session's facts borrow from it until then. */
void sc_secure_close(struct sc_mail *m);

#endif
