/* commands.h - SMTP as a table: a row per command, with what it does when it is asked and when it is answered. */
#ifndef SC_SMTP_COMMANDS_H
#define SC_SMTP_COMMANDS_H

#include "smtp/session.h"

enum sc_command_trait {
	SC_CMD_HOLDS    = 1,    /* what the client sends next is understood only after the answer */
	SC_CMD_SECRET   = 2,    /* the arguments may hold a secret */
	SC_CMD_GROUP    = 4,    /* may stand inside a pipelined group (RFC 2920 3.1); others must be last */
	SC_CMD_SILENT   = 8,    /* not a command of the client's: CONNECT, EOM, SASL, LOST */
	SC_CMD_354      = 16,   /* answered by 354 */
	SC_CMD_334      = 32,   /* answered by 334 or 235 */
	SC_CMD_220      = 64,   /* answered by 220 */
	SC_CMD_221      = 128,  /* answered by 221 */
	SC_CMD_LIST     = 256,  /* answered by a 250 of several lines with keywords */
	SC_CMD_ANYWHERE = 512,  /* legal in every state */
	SC_CMD_TX       = 1024, /* legal only inside a transaction */
	SC_CMD_READY    = 2048, /* legal only outside of one */
	SC_CMD_UTF8     = 4096, /* may carry octets above 127 */
	SC_CMD_CHUNK    = 8192, /* octets follow the line at once, as many as it says */
};

struct sc_command {
	sc_str   verb;                  /* upper case */
	uint32_t traits;
	enum sc_phase phase;            /* where a refusal of it is counted */
	uint32_t line_octets;           /* longest legal line with CRLF (RFC 5321 4.5.3.1.4 and the extensions) */
	uint64_t (*judge)(struct sc_session *s, const struct sc_reply *r); /* quirks of this answer; may be NULL */
	void (*ask)(struct sc_session *s, struct sc_exchange *x);  /* the line was read; may be NULL */
	void (*proceed)(struct sc_session *s, struct sc_exchange *x, const struct sc_reply *r); /* a 3yz reply; may be NULL */
	void (*settle)(struct sc_session *s, struct sc_exchange *x, const struct sc_reply *r);  /* the final reply; may be NULL */
	void (*lost)(struct sc_session *s, struct sc_exchange *x); /* no reply was seen; may be NULL */
	const char *ref;
};

/* The row of a verb, in any case; the row of unknown verbs when there is none. */
const struct sc_command *sc_command_find(sc_str verb);

extern const struct sc_command sc_cmd_connect, sc_cmd_eom, sc_cmd_sasl, sc_cmd_lost, sc_cmd_unknown;

#endif
