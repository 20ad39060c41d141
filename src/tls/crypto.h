/* crypto.h - libcrypto's algorithms, fetched once for all sessions of an engine: nothing is made or fetched for a record. */
#ifndef SC_TLS_CRYPTO_H
#define SC_TLS_CRYPTO_H

#include "base/str.h"
#include "tls/names.h"

#define SC_TLS_DIGEST_MOST 64

struct sc_tls_crypto;

/* NULL: no memory. */
struct sc_tls_crypto *sc_tls_crypto_open(void);
void sc_tls_crypto_close(struct sc_tls_crypto *c); /* NULL is fine */

/* A digest of several pieces, one at a time.  False: libcrypto does not offer it (MD5 where it is forbidden). */
bool   sc_tls_digest_begin(struct sc_tls_crypto *c, enum sc_tls_hash hash);
void   sc_tls_digest_add(struct sc_tls_crypto *c, sc_str octets);
size_t sc_tls_digest_end(struct sc_tls_crypto *c, uint8_t digest[SC_TLS_DIGEST_MOST]); /* octets; 0: it failed */

size_t sc_tls_hash_octets(enum sc_tls_hash hash);

/* HMAC of up to four pieces; false: it failed. */
bool   sc_tls_hmac(struct sc_tls_crypto *c, enum sc_tls_hash hash, sc_str key, const sc_str *pieces, size_t count,
	uint8_t mac[SC_TLS_DIGEST_MOST]);

/* What a kind of cipher needs; key 0: it is not opened here. */
struct sc_tls_lock {
	uint8_t key, tag, block; /* octets; tag 0: CBC, block 0: AEAD */
	bool    explicit_iv;     /* TLS 1.2: eight octets of the nonce stand in the record */
};
const struct sc_tls_lock *sc_tls_lock_of(enum sc_tls_kind kind);

/* Keys are told apart by `serial`, which is never used twice: the one set last needs not be set again. */
uint64_t sc_tls_serial(struct sc_tls_crypto *c);

/* Opens `sealed`, the text and its tag, into `to`; false: the tag does not fit, and `to` holds nothing of worth. */
bool sc_tls_aead_open(struct sc_tls_crypto *c, enum sc_tls_kind kind, uint64_t serial, const uint8_t *key,
	const uint8_t nonce[12], sc_str aad, sc_str sealed, uint8_t *to);
/* Whole blocks only, without a look at padding. */
bool sc_tls_cbc_open(struct sc_tls_crypto *c, enum sc_tls_kind kind, const uint8_t *key, const uint8_t *iv, sc_str sealed,
	uint8_t *to);

#endif
