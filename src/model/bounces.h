/* bounces.h - what messages told of other mail: failed and delayed deliveries (RFC 3464), complaints (RFC 5965). */
#ifndef SC_MODEL_BOUNCES_H
#define SC_MODEL_BOUNCES_H

#include <smtpscope/event.h>

#include "explain/causes.h"

enum {
	SC_BOUNCES_KEPT = 64,
	SC_BOUNCE_TEXT = 200,
	SC_BOUNCE_WORD = 24,
};

/* A recipient that a report spoke of; longer values are cut. */
struct sc_bounce {
	sc_time  when;
	uint64_t session;
	struct sc_status status;
	enum sc_cause cause;        /* of the diagnostic text; none where there is none, or nothing failed */
	uint16_t action_len, rcpt_len, text_len;
	char     action[SC_BOUNCE_WORD], rcpt[SC_BOUNCE_TEXT], text[SC_BOUNCE_TEXT];
};

struct sc_bounces {
	uint64_t messages, recipients;            /* reports, and the recipients they spoke of */
	struct sc_bounce newest[SC_BOUNCES_KEPT]; /* a ring; see sc_bounces_newest() */
};

/* Takes what a message reported; a message that is no report is left alone.  `take` (NULL: nobody) is shown each
 * recipient as it is kept. */
void sc_bounces_add(struct sc_bounces *b, const struct sc_event *ev, void (*take)(void *ctx, const struct sc_bounce *),
		    void *ctx);

/* The nth, the newest first; NULL when it is not kept. */
const struct sc_bounce *sc_bounces_newest(const struct sc_bounces *b, size_t n);

#endif
