/* certificate.h - what a server's certificate says of itself (RFC 5280), read by libcrypto.  Nothing is verified. */
#ifndef SC_TLS_CERTIFICATE_H
#define SC_TLS_CERTIFICATE_H

#include <smtpscope/event.h>

#include "base/arena.h"
#include "tls/crypto.h"

/* The first certificate of a Certificate message's body; `with_context`: in the form of TLS 1.3 (RFC 8446 4.4.2).  None
 * when there is none. */
sc_str sc_tls_certificate_first(sc_str body, bool with_context);

/* Fills `to`, all text in `arena`.  `*own`: issuer and subject are the same.  False: it could not be read, and only the
 * hash is known. */
bool sc_tls_certificate_read(struct sc_tls_crypto *c, struct sc_arena *arena, sc_str der, struct sc_ev_certificate *to,
	bool *own);

#endif
