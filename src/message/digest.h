/* digest.h - SHA-256 of a part as it streams by; the one place here that asks libcrypto. */
#ifndef SC_MESSAGE_DIGEST_H
#define SC_MESSAGE_DIGEST_H

#include <openssl/sha.h>

#include "base/str.h"

#define SC_DIGEST_HEX 64 /* octets of the digest, in hexadecimal */

struct sc_digest {
	SHA256_CTX state;
};

void sc_digest_begin(struct sc_digest *d);
void sc_digest_add(struct sc_digest *d, sc_str octets);
void sc_digest_end(struct sc_digest *d, char hex[SC_DIGEST_HEX]);

#endif
