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
	struct sc_top troubled;        /* servers with which TLS did not come about, or oddly, and how; by session */
	struct sc_top peers;           /* all other servers, and what they and their clients agreed on */
	struct sc_top diagnoses, findings; /* those about TLS, as in struct sc_failures */
	uint64_t up, down;             /* sessions inside TLS; in which it failed or was odd */
	uint64_t clear;                /* recipients whose mail was accepted in clear */
};

sc_err sc_secure_model_open(struct sc_secure *m); /* SC_EFAILED: no memory; close it in any case */
void   sc_secure_model_close(struct sc_secure *m);
/* What went on in a session is hidden: TLS came about, and was not opened. */
bool   sc_secure_is_dark(const struct sc_ev_session *s);
/* A diagnosis, or a finding by its detector, is about TLS or the lack of it. */
bool   sc_secure_concerns(const char *word);
/* The end of a session. */
void   sc_secure_model_session(struct sc_secure *m, const struct sc_event *ev);
/* A `tls` event. */
void   sc_secure_model_add(struct sc_secure *m, const struct sc_event *ev);

#endif
