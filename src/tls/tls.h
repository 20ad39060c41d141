/* tls.h - the TLS of one connection: what both sides say of themselves before it becomes unreadable, and what becomes of the
 * handshake (RFC 8446, RFC 5246 and older).
 *
 * Push a run of one side with sc_tls_push(), pull what it brings with sc_tls_next() until it gives false.  A connection's
 * state lies in one block of the store; the host is shared by all connections of an engine.
 */
#ifndef SC_TLS_TLS_H
#define SC_TLS_TLS_H

#include <smtpscope/event.h>

#include "base/arena.h"
#include "tls/crypto.h"
#include "tls/handshake.h"
#include "tls/record.h"

struct sc_tls_host {
	struct sc_blocks     *store;
	struct sc_tls_crypto *crypto;
	bool      certificates; /* worth decoding */
	uint16_t *sort;
	uint8_t  *record, *message;
};

/* Zeroed before; false: no memory.  Close it in any case. */
bool sc_tls_host_open(struct sc_tls_host *host, struct sc_blocks *store);
void sc_tls_host_close(struct sc_tls_host *host);

struct sc_tls_side {
	struct sc_tls_records  records;
	struct sc_tls_messages messages;
	bool hello;     /* its hello was read */
	bool ciphered;  /* ChangeCipherSpec came; up to TLS 1.2 all that follows is protected */
	bool finished;  /* its last message of the handshake came, as far as can be seen */
	bool data;      /* application data came; in TLS 1.3 these may be handshake messages */
	bool alerted;   /* an alert came whose words cannot be read */
	bool torn;      /* octets of its handshake are missing */
};

enum sc_tls_news {
	SC_TLS_NOTHING,
	SC_TLS_ESTABLISHED, /* the handshake is over, and well */
	SC_TLS_FAILED,      /* an alert ended it */
};

struct sc_tls {
	struct sc_tls_host *host;
	struct sc_block *block;   /* this lies in it */
	struct sc_arena arena;
	uint64_t first_packet;
	struct sc_ev_tls ev;      /* `via` is the engine's */
	struct sc_tls_side side[2];
	struct sc_segment run;    /* in work, of side `from` */
	enum sc_side from;
	uint16_t version;         /* chosen; 0: not known */
	const struct sc_tls_cipher *cipher;
	bool own_certificate;     /* issuer and subject are the same */
	bool early_data;          /* the client announced it */
	bool done;                /* ServerHelloDone, or a certificate: no short handshake */
	bool failed;
	struct sc_ev_alert warning; /* the last one that need not end the handshake */
	char ja3[32], ja3s[32], ja4[36];
};

/* NULL: no memory. */
struct sc_tls *sc_tls_open(struct sc_tls_host *host, uint64_t first_packet);
void sc_tls_close(struct sc_tls *t); /* NULL is fine */

void sc_tls_push(struct sc_tls *t, enum sc_side side, const struct sc_segment *run);
/* What comes next in the run; false: it is used up. */
bool sc_tls_next(struct sc_tls *t, enum sc_tls_news *news);

/* The connection is over: the facts of a handshake that did not end well are completed.  True: there was a handshake of
 * which nothing has been told yet. */
bool sc_tls_finish(struct sc_tls *t);

#endif
