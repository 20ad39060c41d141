/* keep.h - copies of events, kept by session until the session ends, within a bound of memory. */
#ifndef SC_OUTPUT_KEEP_H
#define SC_OUTPUT_KEEP_H

#include <smtpscope/event.h>

#define SC_KEEP_OCTETS (UINT64_C(64) * 1024 * 1024)

struct sc_kept {
	struct sc_kept *next;
	const struct sc_event *ev; /* lies in `storage` */
	uint64_t storage[];
};

/* What is kept of one session, in the order it came. */
struct sc_dialogue {
	struct sc_dialogue *chain, *older, *newer;
	uint64_t session;
	uint64_t octets;
	struct sc_kept *first, *last;
};

struct sc_keep {
	struct sc_dialogue **buckets;
	struct sc_dialogue *oldest, *newest;
	uint64_t octets, limit;
};

/* SC_EFAILED when there is no memory. */
sc_err sc_keep_open(struct sc_keep *k, uint64_t limit_octets);

/* Copies the event, which has a head.  At the limit, and when memory is short, whole dialogues are let go, the oldest
 * first; an event larger than all of the room is not kept. */
void   sc_keep_add(struct sc_keep *k, const struct sc_event *ev);

/* Takes a session's dialogue out; NULL when nothing of it is kept.  The caller gives it back. */
struct sc_dialogue *sc_keep_take(struct sc_keep *k, uint64_t session);
struct sc_dialogue *sc_keep_take_oldest(struct sc_keep *k);
void   sc_keep_give(struct sc_dialogue *d); /* NULL is fine */

void   sc_keep_close(struct sc_keep *k); /* one that was never opened is fine */

#endif
