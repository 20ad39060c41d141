/* join.h - whether an attempt belongs to a story. */
#ifndef SC_STORY_JOIN_H
#define SC_STORY_JOIN_H

#include "story/attempt.h"

/* What is known of a story; `who` is the sum of what its attempts told. */
struct sc_past {
	struct sc_identity who;
	struct sc_try first, last;
};

enum sc_join {
	SC_JOIN_NO,     /* something speaks against it, or too little for it */
	SC_JOIN_MAYBE,  /* sender, recipient, client and time fit, and nothing else is known */
	SC_JOIN_LIKELY, /* the size fits, too */
	SC_JOIN_YES,    /* the message or its envelope is named the same */
};

/* Sender and recipient are the same (the caller's part). */
enum sc_join sc_join_judge(const struct sc_past *p, const struct sc_attempt *a);

/* The server may still get this message from this client. */
bool sc_join_open(const struct sc_past *p);

#endif
