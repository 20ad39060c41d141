/* letter.h - the messages that a session's client sends, read as they stream by. */
#ifndef SC_ENGINE_LETTER_H
#define SC_ENGINE_LETTER_H

#include "message/message.h"
#include "smtp/session.h"

#define SC_LETTERS 4 /* at a time: with pipelined chunks the next message begins before the verdict on the first */

/* The first octets of a message, hashed as they come. */
struct sc_opening {
	uint64_t hash, word;
	uint32_t octets;            /* so many of them */
	bool     torn;              /* some are missing */
};

struct sc_letter {
	struct sc_message *message; /* NULL: there was no memory, or all was told */
	bool     used, told;
	uint64_t begin;             /* client stream offset */
	uint64_t first, last;       /* packets */
	struct sc_opening opening;  /* while it has no Message-ID */
};

struct sc_letters {
	struct sc_letter items[SC_LETTERS];
};

/* Message text came. */
void sc_letters_feed(struct sc_letters *l, const struct sc_message_host *host, const struct sc_text_run *run);
/* The message that began at `begin` is to be told; messages that began before it will never be, and are given up.
 * NULL: it was not read.  Good until sc_letters_settle(). */
const struct sc_letter *sc_letters_take(struct sc_letters *l, uint64_t begin);
/* What it is known by; good until sc_letters_settle(). */
struct sc_text_name sc_letter_name(const struct sc_letter *x, uint64_t seed);
/* The transaction is over: the memory of what was told of it is given back. */
void sc_letters_settle(struct sc_letters *l);
void sc_letters_close(struct sc_letters *l);

#endif
