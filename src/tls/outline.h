/* outline.h - follows TLS records by their headers alone, and tells when a handshake was completed (RFC 8446 5.1). */
#ifndef SC_TLS_OUTLINE_H
#define SC_TLS_OUTLINE_H

#include "base/str.h"

struct sc_tls_outline_side {
	uint8_t  header[5];
	uint8_t  have;      /* octets of the header read */
	uint32_t left;      /* octets of the record's body to come */
	bool     lost;      /* the records cannot be followed any more */
	bool     cipher;    /* ChangeCipherSpec was sent */
	bool     data;      /* application data were sent */
	bool     alert;     /* a readable alert was sent */
};

struct sc_tls_outline {
	struct sc_tls_outline_side client, server;
	bool established; /* both sides have sent protected records, or both switched ciphers */
};

void sc_tls_outline_feed(struct sc_tls_outline *t, bool from_client, sc_str octets);

#endif
