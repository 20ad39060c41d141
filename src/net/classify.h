/* classify.h - what the first octets of a side tell of the protocol.  Ports are for others to judge. */
#ifndef SC_NET_CLASSIFY_H
#define SC_NET_CLASSIFY_H

#include "base/segment.h"

/* They can open a dialogue of SMTP or LMTP, as far as they go: a greeting, a HELO, a PROXY header; with `later`, where the
 * beginning was not captured, also what stands in the middle of one. */
bool sc_classify_mail(enum sc_side side, sc_str octets, bool later);
/* They are a ClientHello, as far as they go. */
bool sc_classify_hello(sc_str octets);
/* Another protocol that surely begins so; NULL: none is known. */
const char *sc_classify_other(enum sc_side side, sc_str octets);

#endif
