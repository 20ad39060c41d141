/* store.h - what the screens know: sessions with their events, within a bound of memory; what is let go is counted. */
#ifndef SC_TUI_STORE_H
#define SC_TUI_STORE_H

#include <smtpscope/event.h>

#include "model/outcome.h"
#include "output/keep.h"

/* How long a session is kept when room is short: the first are let go first. */
enum sc_weight {
	SC_WEIGHT_PLAIN,   /* nothing went wrong */
	SC_WEIGHT_FAILED,  /* a recipient, a command or a login was refused, or something broke */
	SC_WEIGHT_FINDING, /* a diagnosis of severity error, or a finding */
	SC_WEIGHTS
};

struct sc_seen {
	struct sc_seen *chain;            /* of the hash table */
	struct sc_seen *older, *newer;    /* of its weight's list */
	struct sc_seen *before, *after;   /* all, in the order they came; `after` holds in the grave too */
	bool     gone;                    /* let go, but still in the grave */
	uint64_t id, order;               /* `order` counts sessions as they came */
	size_t   octets;
	enum sc_weight weight;
	struct sc_kept *first, *last;     /* its events */
	struct sc_ev_endpoint client, server;
	struct sc_ev_frames frames;
	sc_time  start, end;
	uint64_t outcomes[SC_OUTCOMES];
	uint64_t size;                    /* octets of its messages */
	uint32_t diagnoses, findings;
	const struct sc_ev_session *session;         /* NULL: it is open */
	const struct sc_event *worst;     /* delivery, failure or auth that tells best what went wrong; NULL */
	const struct sc_ev_transaction *transaction; /* its first */
	const struct sc_ev_tls *tls;
	const struct sc_ev_auth *auth;    /* its last */
	const struct sc_ev_diagnosis *diagnosis; /* its gravest */
	bool     marked;
	bool     shown;                   /* by the filter `judged`, with the events up to `judged_last` */
	uint64_t judged;
	const struct sc_kept *judged_last;
};

struct sc_store_list {
	struct sc_seen *oldest, *newest;
};

struct sc_store {
	struct sc_seen **buckets;
	size_t   bucket_count;
	struct sc_store_list lists[SC_WEIGHTS];
	struct sc_seen *first, *last;             /* of all */
	struct sc_seen *graves;                   /* let go, and not given back yet: rows may point to them */
	struct sc_kept *loose_graves;
	size_t   graves_octets;
	uint64_t sessions, octets, limit;
	struct sc_kept *loose_first, *loose_last; /* findings, diagnoses and stories of no session; the last LOOSE of them */
	uint64_t loose;
	uint64_t next_order;
	uint64_t let_go[SC_WEIGHTS];
	uint64_t generation;              /* changes with every event */
	uint64_t rearranged;              /* changes when the graves are emptied: pointers to what was let go are no longer good */
};

/* SC_EFAILED: no memory. */
sc_err sc_store_open(struct sc_store *s, uint64_t limit_octets);
void   sc_store_close(struct sc_store *s);

/* Keeps a copy.  Gives the session's row; NULL: the event has no session, or there is no room for it. */
struct sc_seen *sc_store_add(struct sc_store *s, const struct sc_event *ev);
struct sc_seen *sc_store_find(const struct sc_store *s, uint64_t session);

/* All rows in the order they came: begin with NULL.  `after` may have been let go, as long as `rearranged` is the same. */
struct sc_seen *sc_store_next(const struct sc_store *s, const struct sc_seen *after);

/* What stands for the session: its worst outcome; `SC_OUTCOMES`: no recipient. */
enum sc_outcome sc_seen_outcome(const struct sc_seen *seen);
/* Its place in the order of what a person must look at first, from 0; the last: no recipient. */
size_t sc_seen_gravity(const struct sc_seen *seen);

#endif
