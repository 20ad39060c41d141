/* watch.h - diagnoses of one session: what went wrong on its way, and what its two ends could do about it.
 *
 * The engine shows it every event of the session, keeps the facts of the wire beside it, and asks for the diagnoses when
 * the session ends.  It keeps counts and the worst case of each kind, no text, so its size is fixed.
 */
#ifndef SC_STORY_WATCH_H
#define SC_STORY_WATCH_H

#include <smtpscope/event.h>

#include "story/watch_text.h"
#include "story/wire.h"

struct sc_watch_limits {
#define SC_WATCH_LIMIT(name, value, why) int64_t name;
#include "story/watch_limits.def"
#undef SC_WATCH_LIMIT
};
extern const struct sc_watch_limits sc_watch_standard;

/* A wait for a reply. */
struct sc_watch_wait {
	sc_time  length;
	uint64_t first, last; /* packets; 0: there was none */
	uint16_t code;
	char     verb[12];    /* padded with NUL */
};

/* Waits for replies of one kind. */
struct sc_watch_pace {
	uint32_t count;
	sc_time  least, most;
	uint64_t first, last;
};

/* Transactions of one kind. */
struct sc_watch_case {
	uint32_t count;
	uint64_t n;           /* number of the first; what follows is about it */
	uint64_t first, last; /* its packets */
	uint64_t part, whole; /* recipients or octets, as the rule knows */
};

struct sc_watch {
	struct sc_watch_wait slow, slow_verdict; /* the longest */
	struct sc_watch_pace refused, taken;     /* replies to commands, without greeting and verdicts */
	struct sc_watch_wait pending;            /* the oldest command that was never answered */
	struct sc_watch_wait verdict;            /* latest verdict on a message */
	struct sc_watch_wait goodbye;            /* 421; its length is the client's silence before */
	struct sc_watch_wait proxy;              /* a PROXY line, refused */
	struct sc_watch_wait masked;             /* a command of X's, refused */
	struct sc_watch_case in_data, in_doubt, partial, none_valid, size, too_large, long_line, no_auth;
	struct sc_watch_case eight_bit, bare_lf, nul;
	struct sc_watch_text text;               /* of the message that is read */
	uint64_t text_of;     /* where the message of the transaction in work begins; pipelined, another may be read by then */
	uint64_t limit;       /* of size, that the server told when a message was too large */
	uint64_t split_first; /* packet of the first end of a message that stood in several segments */
	uint32_t split_answered, split_lost; /* such ends */
	uint32_t unanswered;  /* commands */
	uint16_t replies;     /* after the greeting, up to 2 */
	bool     auth_tried;
};

/* How a connection ended. */
enum sc_watch_end { SC_WATCH_CLIENT, SC_WATCH_SERVER, SC_WATCH_CLIENT_RESET, SC_WATCH_SERVER_RESET, SC_WATCH_OPEN };

/* What a session gave, at its end. */
struct sc_watch_facts {
	const struct sc_watch *watch;
	const struct sc_wire *wire;
	const struct sc_ev_session *session;
	const struct sc_ev_head *head;
	enum sc_watch_end end;
	sc_time until;       /* it was watched so long: its last packet, or later when it was not closed */
};

/* An event of the session, at the time `when`; `at`: the packets it rests on. */
void sc_watch_observe(struct sc_watch *w, const struct sc_wire *wire, const struct sc_ev_frames *at,
	const struct sc_ev_session *session, enum sc_event_kind kind, const void *body, sc_time when);

/* What several sessions together may tell something by; false: there is nothing of that. */
bool sc_watch_wire(const struct sc_watch_facts *facts, struct sc_ev_wire *ev);

/* Tells the diagnoses, the most telling first: `tell` is called for each, with the packets it rests on. */
typedef void sc_watch_tell(void *ctx, const struct sc_ev_diagnosis *ev, uint64_t first, uint64_t last);
void sc_watch_judge(const struct sc_watch_facts *facts, const struct sc_watch_limits *limits, sc_watch_tell *tell, void *ctx);

#endif
