/* names.h - what the numbers of TLS are called; the rows are ciphers.def and words.def. */
#ifndef SC_TLS_NAMES_H
#define SC_TLS_NAMES_H

#include <smtpscope/base.h>

#define SC_TLS_1_0 0x0301
#define SC_TLS_1_1 0x0302
#define SC_TLS_1_2 0x0303
#define SC_TLS_1_3 0x0304

enum sc_tls_exchange { SC_TLS_ANY, SC_TLS_FRESH, SC_TLS_RSA, SC_TLS_FIXED };

enum sc_tls_kind {
	SC_TLS_OTHER, SC_TLS_WEAK, SC_TLS_AES_128_GCM, SC_TLS_AES_256_GCM, SC_TLS_AES_128_CCM, SC_TLS_AES_256_CCM,
	SC_TLS_AES_128_CCM_8, SC_TLS_AES_256_CCM_8, SC_TLS_CHACHA20, SC_TLS_AES_128_CBC, SC_TLS_AES_256_CBC,
	SC_TLS_CAMELLIA_128_CBC, SC_TLS_CAMELLIA_256_CBC, SC_TLS_TRIPLE_DES,
	SC_TLS_KINDS
};

enum sc_tls_hash { SC_TLS_MD5, SC_TLS_SHA1, SC_TLS_SHA256, SC_TLS_SHA384, SC_TLS_HASHES };

struct sc_tls_cipher {
	uint16_t number;
	uint8_t  exchange, kind, hash; /* the enums above; see ciphers.def */
	const char *name;
};

/* NULL: not assigned. */
const struct sc_tls_cipher *sc_tls_cipher(uint16_t number);
const char *sc_tls_version_name(uint16_t number);
const char *sc_tls_group_name(uint16_t number);
const char *sc_tls_alert_name(uint8_t number);

/* Values that clients strew in so that servers keep ignoring what they do not know (RFC 8701). */
static inline bool sc_tls_grease(uint16_t number)
{
	return (number & 0x0f0f) == 0x0a0a && number >> 8 == (number & 0xff);
}

#endif
