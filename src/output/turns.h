/* turns.h - the turns of a dialogue, both sides, in the order a person reads them; for pages and for screens. */
#ifndef SC_OUTPUT_TURNS_H
#define SC_OUTPUT_TURNS_H

#include "base/text.h"
#include "output/keep.h"

enum sc_turn_side {
	SC_TURN_CLIENT,
	SC_TURN_SERVER,
	SC_TURN_TLS,   /* a handshake */
	SC_TURN_NOTE,  /* a remark on the turn before */
};

struct sc_turn {
	sc_time  at;       /* SC_TIME_NONE: not known, or that of the line before */
	enum sc_turn_side side;
	const char *mark;  /* "┌", "│", "└" of a group of commands that were sent together; else "" */
	sc_str   text;     /* visible text; good for the call */
	uint64_t quirks;   /* of the exchange; with its last line */
	const struct sc_kept *from; /* the event it comes from */
};

typedef void sc_turn_fn(void *ctx, const struct sc_turn *turn);

/* Tells the exchanges and TLS handshakes among the events from `first` on.  `scratch` takes a turn's text at a time. */
void sc_turns_tell(const struct sc_kept *first, struct sc_text scratch, sc_turn_fn *tell, void *ctx);

#endif
