/* fingerprint.h - JA3 and JA3S (Salesforce) and JA4 (FoxIO, BSD-3-Clause): programs known by their hellos. */
#ifndef SC_TLS_FINGERPRINT_H
#define SC_TLS_FINGERPRINT_H

#include "tls/crypto.h"
#include "tls/hello.h"

#define SC_TLS_JA3_OCTETS  32
#define SC_TLS_JA4_OCTETS  36
#define SC_TLS_SORT_MOST   16384u /* numbers of a list that a message can hold */

/* All give the text in `to`; none when it could not be made.  `sort` is room for SC_TLS_SORT_MOST numbers. */
sc_str sc_tls_ja3(struct sc_tls_crypto *c, const struct sc_tls_client_hello *h, char to[SC_TLS_JA3_OCTETS]);
sc_str sc_tls_ja3s(struct sc_tls_crypto *c, const struct sc_tls_server_hello *h, char to[SC_TLS_JA3_OCTETS]);
sc_str sc_tls_ja4(struct sc_tls_crypto *c, const struct sc_tls_client_hello *h, uint16_t *sort, char to[SC_TLS_JA4_OCTETS]);

#endif
