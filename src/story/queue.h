/* queue.h - what a story tells of the queues at both ends: greylisting, patience, duplicates. */
#ifndef SC_STORY_QUEUE_H
#define SC_STORY_QUEUE_H

#include <smtpscope/observer.h>

#include "story/book.h"

#define SC_QUEUE_RETRY (4 * 3600 * SC_SECOND) /* who has not tried again by then will not */

/* Whether the verdict of that session came after the client had gone (diagnosis late_accept). */
typedef bool sc_queue_late_fn(void *ctx, uint64_t session);

/* The story has got another attempt, its last.  `before`: the past it was joined to; `head`: of the attempt's session. */
void sc_queue_joined(const struct sc_observer_config *to, const struct sc_ev_head *head, const struct sc_story *s,
	const struct sc_past *before, sc_queue_late_fn *late, void *ctx);

/* No retry came in SC_QUEUE_RETRY. */
void sc_queue_abandoned(const struct sc_observer_config *to, const struct sc_story *s);

#endif
