/* attempt.h - one try to deliver a message to one recipient: what a `delivery` event tells of whose mail it was. */
#ifndef SC_STORY_ATTEMPT_H
#define SC_STORY_ATTEMPT_H

#include <smtpscope/event.h>

#include "base/str.h"

#define SC_ATTEMPT_ADDRESS 1000 /* octets of a longer address are no address: such a delivery is in no story */

enum sc_fate {
	SC_FATE_accepted, SC_FATE_deferred, SC_FATE_rejected, SC_FATE_withdrawn, SC_FATE_aborted, SC_FATE_in_doubt,
	SC_FATE_unknown,
	SC_FATES
};
const char *sc_fate_name(enum sc_fate fate);

/* When, where and with what result. */
struct sc_try {
	uint64_t session;
	uint64_t n;              /* of the transaction in the session */
	sc_time  when;
	struct sc_ip client, server;
	uint16_t client_port, server_port;
	const char *cause;       /* static; NULL: none */
	enum sc_fate fate;
	bool greylisted;         /* the server's words say so */
	bool envelope;           /* decided at MAIL, RCPT or DATA: no message was judged */
};

/* Whose mail it was.  Hashes are keyed; 0 means that something is not known, SC_NONE for sizes. */
struct sc_identity {
	uint64_t message_id, envelope_id;
	uint64_t opening;        /* of a message with a Date and without Message-ID: how it begins */
	uint64_t declared, size; /* octets; `size` of a message that was seen to its end */
	uint64_t helo;           /* the client's organisation, or its whole name */
};

struct sc_attempt {
	sc_str from, to;         /* borrowed from the event */
	uint64_t key;            /* of both, local parts as they are, domains in lower case */
	struct sc_identity who;
	struct sc_try act;
};

/* False: sender or recipient is not known, or is too long. */
bool sc_attempt_read(struct sc_attempt *a, const struct sc_event *ev, uint64_t seed);

/* The key of a sender and a recipient; neither longer than SC_ATTEMPT_ADDRESS. */
uint64_t sc_attempt_key(sc_str from, sc_str to, uint64_t seed);

/* A keyed hash of an address, and of a host's organisation or whole name, the same for all spellings; 0: none. */
uint64_t sc_attempt_address(sc_str address, uint64_t seed);
uint64_t sc_attempt_host(sc_str name, uint64_t seed);

/* A keyed hash of an ENVID as it was before it was written as xtext (RFC 3461 4), "+2B" for "+"; 0: none. */
uint64_t sc_attempt_xtext(sc_str value, uint64_t seed);

/* Two spellings of one address: the local part as it is, the domain without case or a final dot. */
bool sc_attempt_same_address(sc_str a, sc_str b);

#endif
