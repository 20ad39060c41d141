/* acks.h - findings that the person knows of already: a detector and whom it speaks about.
 *
 * They are marked, not forgotten: the model and the report count them as before, and the screens say how many they leave out. */
#ifndef SC_TUI_ACKS_H
#define SC_TUI_ACKS_H

#include <smtpscope/event.h>

#include "base/text.h"
#include "model/suspects.h"

#define SC_ACKS       512
#define SC_ACK_PLACES (2 * SC_ACKS)
#define SC_ACK_OCTETS (SC_ACKS * (32 + SC_SUSPECT_VALUE + 2)) /* of the file */

struct sc_acks {
	struct sc_ack {
		char   detector[32];
		char   value[SC_SUSPECT_VALUE];
		size_t value_len;
	} rows[SC_ACKS];
	size_t   count;
	uint16_t places[SC_ACK_PLACES]; /* by hash: 1 + index in rows; 0: free */
};

bool sc_acks_has(const struct sc_acks *a, const char *detector, sc_str value);
bool sc_acks_finding(const struct sc_acks *a, const struct sc_ev_finding *f);
/* All that the suspect drew upon himself is known. */
bool sc_acks_suspect(const struct sc_acks *a, const struct sc_suspect *s);

/* False: there is no room, or the value holds what does not go into a line of text. */
bool sc_acks_add(struct sc_acks *a, const char *detector, sc_str value);
void sc_acks_drop(struct sc_acks *a, const char *detector, sc_str value);

/* A line each: `auth_guessing 203.0.113.66`.  What is read may be anything; lines of another form are passed over. */
void sc_acks_read(struct sc_acks *a, sc_str text);
void sc_acks_write(const struct sc_acks *a, struct sc_text *to);

#endif
