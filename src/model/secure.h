/* secure.h - what is known of TLS over all sessions: ciphers, key exchange, certificates, programs, and what was opened. */
#ifndef SC_MODEL_SECURE_H
#define SC_MODEL_SECURE_H

#include <smtpscope/event.h>

#include "model/top.h"

struct sc_secure {
	struct sc_top ciphers, groups; /* of handshakes that ended well */
	struct sc_top certificates;    /* of servers, with what is wrong with them at the time */
	struct sc_top programs;        /* of clients: JA4; the label is a name they asked for */
	struct sc_top opened;          /* with keys, or why not */
};

sc_err sc_secure_model_open(struct sc_secure *m); /* SC_EFAILED: no memory; close it in any case */
void   sc_secure_model_close(struct sc_secure *m);
/* A `tls` event. */
void   sc_secure_model_add(struct sc_secure *m, const struct sc_event *ev);

#endif
