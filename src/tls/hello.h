/* hello.h - the two messages in which client and server say what they can and what they choose (RFC 8446 4.1, RFC 5246
 * 7.4.1). */
#ifndef SC_TLS_HELLO_H
#define SC_TLS_HELLO_H

#include "base/str.h"

/* A view of a message: everything borrows from its body.  Lists are as on the wire, without their lengths. */
struct sc_tls_client_hello {
	bool     good;        /* all of it could be read */
	uint16_t version;     /* of the message: 0x0303 when the list below decides */
	uint16_t highest;     /* offered: of the list of versions, or `version` */
	sc_str   random, session_id;
	sc_str   ciphers;     /* 16 bits each */
	sc_str   extensions;  /* as on the wire */
	sc_str   groups, versions, signatures; /* 16 bits each; at NULL: no such extension */
	sc_str   point_formats;
	sc_str   sni, alpn;   /* host name; the first protocol.  at NULL: none */
	bool     has_sni;     /* the extension is there, whatever it holds */
	bool     early_data, psk;
};

struct sc_tls_server_hello {
	bool     good;
	uint16_t legacy;      /* version of the message */
	uint16_t version;     /* chosen */
	uint16_t cipher, group; /* group 0: not said here */
	sc_str   random, session_id, extensions, alpn;
	bool     retry;       /* HelloRetryRequest (RFC 8446 4.1.4) */
	bool     psk;         /* a key of an earlier connection was taken */
	bool     encrypt_then_mac, ticket;
	bool     compressed;  /* records are (RFC 3749) */
};

struct sc_tls_client_hello sc_tls_client_hello_read(sc_str body);
struct sc_tls_server_hello sc_tls_server_hello_read(sc_str body);

/* The protocol chosen, in EncryptedExtensions; `*early_data`: the server reads it.  at NULL: none. */
sc_str sc_tls_encrypted_extensions_read(sc_str body, bool *early_data);
/* The named curve of a ServerKeyExchange with ECDHE (RFC 8422 5.4); 0: another kind. */
uint16_t sc_tls_key_exchange_group(sc_str body);

/* What binds all that a client offers to old ways: "version" (below TLS 1.2), "weak_cipher" (RC4, 3DES and worse),
 * "rsa_key_exchange" (no forward secrecy); NULL: something it offers is bound to none, or is not known here. */
const char *sc_tls_old_offer(const struct sc_tls_client_hello *h);

/* Takes the next extension off the front of a list. */
struct sc_tls_extension {
	uint16_t type;
	sc_str   data;
};
bool sc_tls_extension_next(sc_str *list, struct sc_tls_extension *e);
/* Takes the next 16 bits off the front of a list. */
bool sc_tls_number_next(sc_str *list, uint16_t *number);

#endif
