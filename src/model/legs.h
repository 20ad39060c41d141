/* legs.h - one message on its way over several servers: each transaction that carried it is a leg, and legs are tied to the
 * one before by queue id, Message-ID, or envelope and size.
 *
 * Takes all its memory when opened; transactions beyond that are counted, not kept.  Texts are copies. */
#ifndef SC_MODEL_LEGS_H
#define SC_MODEL_LEGS_H

#include <smtpscope/event.h>

#define SC_LEGS_WANTS                                                                                              \
	(SC_WANT(SC_EVENT_transaction) | SC_WANT(SC_EVENT_delivery) | SC_WANT(SC_EVENT_message))

#define SC_LEG_RECIPIENTS 8  /* whose names are compared */
#define SC_LEG_HOPS       12 /* Received fields that are looked at, the latest first */

/* What ties a leg to the one before. */
enum sc_leg_tie {
	SC_LEG_FIRST,      /* nothing: it is the first that was seen */
	SC_LEG_QUEUE_ID,   /* its Received field names the queue id that the server before had given */
	SC_LEG_MESSAGE_ID, /* the same Message-ID, from the server that had taken it */
	SC_LEG_ENVELOPE,   /* sender, a recipient and about the size, from the server that had taken it */
};

struct sc_leg {
	uint64_t session, n;
	struct sc_ev_endpoint client, server;
	sc_time  begin, end;
	uint64_t size;            /* SC_NONE: not known */
	const char *outcome;      /* NULL: its transaction has not ended */
	uint32_t recipients, accepted;
	sc_str   helo, host, from, to, queue_id, message_id; /* `to`: the first recipient; any may be none */
	enum sc_leg_tie tie;
	bool     doubtful;        /* another leg would do as well as the one before */
	uint32_t unseen;          /* hops between it and the one before that were not captured */
	struct sc_leg *before, *first, *last, *next; /* the leg before; its own next legs, in order; its sibling */
	/* for the model itself: hashes, 0 for none */
	uint64_t h_from, h_queue, h_message, h_to[SC_LEG_RECIPIENTS], h_hops[SC_LEG_HOPS];
	uint32_t hops;
	struct sc_leg *chain[3];
};

struct sc_legs {
	struct sc_leg *items;     /* once joined, in the order of `begin` */
	uint32_t count, room;
	uint32_t *places;         /* by session and transaction: index + 1 */
	struct sc_leg **buckets;
	uint32_t mask;
	char    *texts;
	size_t   used, size;
	uint64_t lost;            /* transactions for which there was no room */
	bool     joined, placed;
	uint32_t heap, unsorted, tied; /* how far joining has come */
};

bool sc_legs_open(struct sc_legs *l, uint64_t octets); /* false: no memory; close it in any case */
void sc_legs_close(struct sc_legs *l);

void sc_legs_add(struct sc_legs *l, const struct sc_event *ev);

/* Ties the legs; nothing is added after that. */
void sc_legs_join(struct sc_legs *l);
/* A piece of it, some `steps` long.  True: the legs are joined. */
bool sc_legs_join_on(struct sc_legs *l, uint32_t steps);

/* The first leg of the message that the nth transaction of a session carried, once the legs are joined; NULL: nothing is
 * known of it.  sc_legs_walk() goes on from there. */
const struct sc_leg *sc_legs_root(struct sc_legs *l, uint64_t session, uint64_t n);

/* The leg after `leg` in the walk through all legs of its message, each before its next legs; NULL: that was the last.
 * `*depth` goes with it. */
const struct sc_leg *sc_legs_walk(const struct sc_leg *leg, unsigned *depth);

#endif
