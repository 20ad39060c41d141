/* switch.h - the moment between an accepted STARTTLS and the first octet of TLS, in which octets in clear may stand that belong to
 * neither dialogue (RFC 3207 6, CVE-2011-0411, CVE-2021-38371). */
#ifndef SC_SMTP_SWITCH_H
#define SC_SMTP_SWITCH_H

#include "smtp/session.h"

/* STARTTLS, which ended at client stream offset `client`, was accepted: both sides may begin TLS. */
void sc_switch_open(struct sc_session *s, uint64_t client);

/* A line of the client where TLS may begin.  True: it was sent before the answer to STARTTLS was seen, so it is told as a command
 * that nobody answers, and TLS may still come. */
bool sc_switch_client(struct sc_session *s, const struct sc_unit *u);
/* The same of the server: a line behind its answer, sent before the client's hello.  It may be a reply all the same. */
bool sc_switch_server(struct sc_session *s, const struct sc_unit *u);

/* Octets of a side are missing where TLS may begin. */
void sc_switch_gap(struct sc_session *s, enum sc_side side);

/* What became of the handshake behind an accepted STARTTLS, a word of `starttls`; NULL: the capture lacks what decides. */
const char *sc_switch_word(const struct sc_session *s);

#endif
