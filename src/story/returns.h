/* returns.h - mail that was taken and came back: what a delivery report (RFC 3464) says of other stories. */
#ifndef SC_STORY_RETURNS_H
#define SC_STORY_RETURNS_H

#include "story/book.h"

#define SC_RETURNS_LISTED 16   /* recipients of one report */
#define SC_RETURNS_OCTETS 4096 /* of their addresses */

/* The report whose own deliveries come next. */
struct sc_report {
	uint64_t session, n;      /* of the transaction that carries it; session 0: none */
	uint64_t message_id;      /* of the message that came back, 0: not said */
	uint64_t envelope_id[2];  /* likewise, as it stands there and with xtext undone */
	uint32_t count;
	struct sc_returned {
		sc_str original, final; /* the address that the sender had given, and the one that was tried */
		struct sc_status status;
		uint32_t nth;     /* in the report */
		bool     failed;  /* the others are late, or were taken */
	} items[SC_RETURNS_LISTED];
	char     room[SC_RETURNS_OCTETS];
};

/* Of a `message` event: keeps what a delivery report says; anything else empties `r`. */
void sc_report_read(struct sc_report *r, const struct sc_event *ev, uint64_t seed);

/* The story of item `i`, whose sender was `from`, the one who gets the report; NULL: none, or it cannot be told which. */
struct sc_story *sc_report_story(const struct sc_report *r, uint32_t i, struct sc_book *b, sc_str from, uint64_t seed);

#endif
