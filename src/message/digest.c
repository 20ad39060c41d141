/* digest.c - SHA-256 by libcrypto's plain functions; see digest.h.
 *
 * They are called deprecated in favour of EVP, whose state is allocated by malloc for each digest; here the state
 * lies in the message's own memory, and nothing is allocated while packets flow.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "message/digest.h"

void sc_digest_begin(struct sc_digest *d)
{
	SHA256_Init(&d->state);
}

void sc_digest_add(struct sc_digest *d, sc_str octets)
{
	if (octets.len)
		SHA256_Update(&d->state, octets.at, octets.len);
}

void sc_digest_end(struct sc_digest *d, char hex[SC_DIGEST_HEX])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char sum[SHA256_DIGEST_LENGTH];
	SHA256_Final(sum, &d->state);
	for (size_t i = 0; i < sizeof(sum); i++) {
		hex[2 * i] = digits[sum[i] >> 4];
		hex[2 * i + 1] = digits[sum[i] & 15];
	}
}
