/* counting.h - what the files share that count events for failures.h. */
#ifndef SC_MODEL_COUNTING_H
#define SC_MODEL_COUNTING_H

#include "model/failures.h"

static inline uint64_t sc_count_session(const struct sc_event *ev)
{
	return ev->head ? ev->head->session : 0;
}

/* "192.0.2.1:25", "[2001:db8::1]:25"; without `port` the bare address. */
void sc_count_endpoint(struct sc_text *t, const struct sc_ev_endpoint *e, bool port);

/* The session shows the item's cause, if none did before. */
void sc_count_cause_shown(struct sc_failures *m, const struct sc_top_item *item);

/* "192.0.2.1:25 aborted eom": a failure that no reply told of. */
void sc_count_silent(struct sc_failures *m, const struct sc_event *ev, const char *what, const char *phase,
	const struct sc_top_item *item);

void sc_count_delivery(struct sc_failures *m, const struct sc_event *ev); /* recipients.c */

#endif
