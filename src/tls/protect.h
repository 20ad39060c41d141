/* protect.h - opens protected records of one side: TLS 1.0 to 1.2 (RFC 5246 6.2.3, 6655, 7366, 7905) and 1.3 (RFC 8446 5.2). */
#ifndef SC_TLS_PROTECT_H
#define SC_TLS_PROTECT_H

#include "tls/crypto.h"
#include "tls/record.h"

struct sc_tls_read {
	const struct sc_tls_cipher *cipher;
	uint16_t version;
	bool     etm;        /* encrypt-then-MAC (RFC 7366) */
	uint8_t  key[32], iv[16], mac[48], secret[48];
	uint64_t seq;        /* of the next record */
	uint64_t serial;     /* tells this key from all others (crypto.h) */
};

/* What a connection up to TLS 1.2 knows when its keys are made. */
struct sc_tls_seeds {
	const struct sc_tls_cipher *cipher;
	uint16_t version;
	bool     etm;
	sc_str   master;
	const uint8_t *client_random, *server_random;
};

/* True when records of this cipher can be opened at all. */
bool sc_tls_read_possible(const struct sc_tls_cipher *cipher);

/* The keys of one side.  False: libcrypto refuses. */
bool sc_tls_read_old(struct sc_tls_crypto *c, struct sc_tls_read *r, const struct sc_tls_seeds *seeds, bool client);
/* TLS 1.3: from a traffic secret; and the next generation (RFC 8446 7.2). */
bool sc_tls_read_new(struct sc_tls_crypto *c, struct sc_tls_read *r, const struct sc_tls_cipher *cipher, sc_str secret);
bool sc_tls_read_update(struct sc_tls_crypto *c, struct sc_tls_read *r);

/* Opens a record as number `seq` of its side.  False: it does not fit, and nothing is known of it.  `*plain` lies in `room`
 * (SC_TLS_RECORD_MOST octets); `*type` is the inner one. */
bool sc_tls_read_open(struct sc_tls_crypto *c, struct sc_tls_read *r, uint64_t seq, const struct sc_tls_record *record,
	uint8_t *room, uint8_t *type, sc_str *plain);

#endif
