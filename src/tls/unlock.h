/* unlock.h - which keys open the records of a side, and when they change. */
#ifndef SC_TLS_UNLOCK_H
#define SC_TLS_UNLOCK_H

#include "tls/tls.h"

/* Secrets are there to be used, if not of this connection. */
bool sc_tls_unlock_given(const struct sc_tls *t);
/* The secrets that a connection waits for have come. */
bool sc_tls_unlock_ready(const struct sc_tls *t);

/* TLS 1.3: ServerHello is read; from here on both sides' records are protected. */
void sc_tls_unlock_hello(struct sc_tls *t);
/* Up to TLS 1.2: the side's next records are protected. */
void sc_tls_unlock_change(struct sc_tls *t, enum sc_side side);
/* TLS 1.3: the side's Finished was read, its EndOfEarlyData, its KeyUpdate: other keys follow. */
void sc_tls_unlock_finished(struct sc_tls *t, enum sc_side side);
void sc_tls_unlock_early_end(struct sc_tls *t);
void sc_tls_unlock_update(struct sc_tls *t, enum sc_side side);

/* Opens a protected record.  False: it stays shut, and `t->unopened` tells why when that is for good.  `*plain` borrows from
 * the host until the next record. */
bool sc_tls_unlock_record(struct sc_tls *t, enum sc_side side, const struct sc_tls_record *r, uint8_t *type, sc_str *plain);
/* So many octets of the side are missing, records among them whose number is not known. */
void sc_tls_unlock_gap(struct sc_tls *t, enum sc_side side, uint64_t octets);

#endif
