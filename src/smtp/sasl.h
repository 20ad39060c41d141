/* sasl.h - reads the user name out of AUTH dialogues (RFC 4954), never the secret.
 *
 * The caller passes each client line as it came; nothing of it is kept but the name.  Decoded octets live in a buffer on
 * the stack that is wiped before return. */
#ifndef SC_SMTP_SASL_H
#define SC_SMTP_SASL_H

#include "base/str.h"

#define SC_SASL_USER_OCTETS 256 /* a longer name is cut at a UTF-8 boundary */

struct sc_sasl {
	uint8_t  mechanism;   /* row of the table of mechanisms; 0: not one we know */
	uint8_t  lines;       /* client responses seen so far, the initial one included */
	bool     asked_user;  /* LOGIN: the last challenge asked for the user name */
	bool     asked_secret;
	uint16_t user_len;
	bool     user_known;  /* false and user_len 0: not seen (yet); name "?" when base64 was bad */
	char     user[SC_SASL_USER_OCTETS];
};

/* Begins a dialogue; `mechanism` as the client wrote it ("plain", "SCRAM-SHA-256", "X-EXPS"-style names too). */
void sc_sasl_begin(struct sc_sasl *s, sc_str mechanism);
/* The server's 334 text (base64, or plain words of odd servers). */
void sc_sasl_challenge(struct sc_sasl *s, sc_str text);
/* A client response, or the initial response of the AUTH command ("=" is an empty one, "*" cancels). */
void sc_sasl_response(struct sc_sasl *s, sc_str line);

static inline sc_str sc_sasl_user(const struct sc_sasl *s)
{
	return s->user_known ? (sc_str){ s->user, s->user_len } : SC_STR_NONE;
}

#endif
