/* notice.h - a delivery report passes where it can be read (diagnosis dsn_seen): who reports what about whom. */
#ifndef SC_STORY_NOTICE_H
#define SC_STORY_NOTICE_H

#include <smtpscope/observer.h>

#define SC_NOTICE_LISTED 3   /* recipients whose fate is spelled out; of the others only the number is told */
#define SC_NOTICE_ITEM   224 /* octets for one of them */
#define SC_NOTICE_HOST   72

struct sc_notice {
	uint64_t session, n;    /* of the transaction that carries it; session 0: there is nothing to tell */
	uint64_t packet;        /* where its message ended */
	uint32_t count;         /* recipients that it speaks of */
	uint16_t host_len;
	char     host[SC_NOTICE_HOST]; /* who reports, escaped */
	struct {
		uint64_t story; /* 0: none is known */
		uint16_t len;
		char     text[SC_NOTICE_ITEM];
	} items[SC_NOTICE_LISTED];
};

/* Of a `message` event: keeps what a delivery report says; anything else empties it. */
void sc_notice_read(struct sc_notice *x, const struct sc_event *ev);
/* Its `nth` recipient is that of a story. */
void sc_notice_tie(struct sc_notice *x, uint32_t nth, uint64_t story);
/* Tells it, once; `d`: the first of its own deliveries, NULL when there was none. */
void sc_notice_tell(struct sc_notice *x, const struct sc_observer_config *to, const struct sc_ev_head *head,
	const struct sc_ev_delivery *d);

#endif
