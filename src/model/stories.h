/* stories.h - counts of stories: mail that was tried more than once, or that still waits. */
#ifndef SC_MODEL_STORIES_H
#define SC_MODEL_STORIES_H

#include <smtpscope/event.h>

#include "model/outcome.h"

enum {
	SC_STORY_PENDING = SC_OUTCOMES, /* behind the outcomes of a recipient */
	SC_STORY_OUTCOMES,
	SC_WAITING_KEPT = 64,
	SC_WAITING_TEXT = 200,
};

struct sc_story_count {
	uint64_t count, attempts;
	uint64_t session; /* of the last attempt of the first such story; 0: none */
};

/* A story that waits; longer values are cut. */
struct sc_waiting {
	sc_time  first, last;
	uint64_t attempts, session;
	uint16_t rcpt_len, from_len, cause_len;
	bool     has_from;
	char     rcpt[SC_WAITING_TEXT], from[SC_WAITING_TEXT], cause[32];
};

struct sc_stories {
	struct sc_story_count outcomes[SC_STORY_OUTCOMES];
	struct sc_waiting oldest[SC_WAITING_KEPT]; /* by their first attempt, the oldest first */
	size_t kept;
};

/* A story of one attempt that did not wait is what `delivery` tells already, and is not counted. */
void sc_stories_add(struct sc_stories *s, const struct sc_ev_story *story);

#endif
