/* handshake.h - handshake messages out of the records of one side (RFC 8446 4, RFC 5246 7.4): several in a record, or one
 * over many. */
#ifndef SC_TLS_HANDSHAKE_H
#define SC_TLS_HANDSHAKE_H

#include "tls/record.h"

#define SC_TLS_MESSAGE_MOST (32u << 10) /* a longer message is stepped over */

enum sc_tls_message_type {
	SC_TLS_CLIENT_HELLO = 1, SC_TLS_SERVER_HELLO = 2, SC_TLS_NEW_TICKET = 4, SC_TLS_END_OF_EARLY_DATA = 5,
	SC_TLS_ENCRYPTED_EXTENSIONS = 8, SC_TLS_CERTIFICATE = 11, SC_TLS_SERVER_KEY_EXCHANGE = 12,
	SC_TLS_SERVER_HELLO_DONE = 14, SC_TLS_FINISHED = 20, SC_TLS_KEY_UPDATE = 24,
};

struct sc_tls_message {
	uint8_t  type;
	uint32_t len;
	sc_str   body; /* at NULL: longer than SC_TLS_MESSAGE_MOST, or of a type that nobody reads */
};

struct sc_tls_messages {
	uint8_t  header[4];
	uint8_t  have;  /* octets of the header read */
	bool     open;  /* a header was read, its body is not complete */
	bool     keep;  /* the body is wanted */
	uint32_t left;  /* octets of the body to come */
	struct sc_tls_pile body;
};

/* Reads on in `fragment`, the body of a handshake record.  True: a message is complete; its body borrows from the fragment,
 * or from `room` (SC_TLS_MESSAGE_MOST octets) when it was cut.  False: the fragment is used up. */
bool sc_tls_messages_next(struct sc_tls_messages *m, struct sc_blocks *store, uint8_t *room, sc_str *fragment,
	struct sc_tls_message *message);
/* A message came without its body: the name of what is not known by that; NULL: nothing that anybody tells. */
const char *sc_tls_message_unread(uint8_t type);
/* A message is open, or part of its header was read. */
static inline bool sc_tls_messages_inside(const struct sc_tls_messages *m)
{
	return m->open || m->have;
}
void sc_tls_messages_clear(struct sc_tls_messages *m, struct sc_blocks *store);

#endif
