/* wait.h - connections that wait for their secrets: how that ends. */
#ifndef SC_TLS_WAIT_H
#define SC_TLS_WAIT_H

#include "tls/tls.h"

/* What the side says cannot be read yet: a secret is waited for, or the server's word on the client's early data. */
bool sc_tls_must_hold(const struct sc_tls *t, enum sc_side side);

#endif
