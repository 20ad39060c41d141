/* inside.h - what detectors and the frame that runs them share. */
#ifndef SC_DETECT_FRAME_INSIDE_H
#define SC_DETECT_FRAME_INSIDE_H

#include <smtpscope/detector.h>

#include "base/hash.h"
#include "base/text.h"
#include "detect/frame/helo.h"
#include "detect/frame/roles.h"
#include "detect/frame/rows.h"
#include "detect/primitives/keyed.h"
#include "detect/primitives/window.h"

#define SC_REPORT_TEXT     320 /* octets of a finding's sentence */
#define SC_REPORT_OBSERVED 4
#define SC_TRAIL_SESSIONS  8
#define SC_LEARNT_CAP      70 /* no finding that rests on learnt roles is surer than this */

/* The last sessions that a count rests on, and how many of all were seen incompletely. */
struct sc_trail {
	uint64_t sessions[SC_TRAIL_SESSIONS];
	uint32_t count, lossy;
};

/* The domain of an address in the envelope. */
struct sc_host {
	sc_str   name;          /* as given; may be empty */
	uint64_t hash;          /* keyed, without regard to case */
	bool     local, learnt; /* it is one of ours; that is a guess */
};

/* An event as detectors see it. */
struct sc_sight {
	const struct sc_event *ev;
	const struct sc_ev_head *head; /* never NULL */
	uint32_t second;               /* of the event, since 1970 */
	uint64_t seed;
	/* Keyed hashes of the client's address and of its network, and of the server's; global scope only. */
	uint64_t client, network, server, server_network;
	/* Global scope only: of a session with HELO; of a transaction the sender's domain, the first recipient's, and
	 * the first recipient's hash; of a login the user's hash. */
	const struct sc_helo *helo;
	struct sc_host sender_domain, rcpt_domain;
	uint64_t rcpt, user;
	struct sc_row rows[2];    /* theirs, if a detector of this kind of event keeps any */
	struct sc_place from, to; /* whose the client and the server are */
	struct sc_roles *roles;   /* session scope: only what is configured */
	bool lossy;               /* the capture lacks something of what the event tells */
	void *session;            /* session scope: the detector's state of this session */
};

struct sc_report {
	enum sc_severity severity;
	unsigned confidence; /* 0 to 100, if nothing is missing */
	enum sc_subject subject;
	sc_str value; /* of user, domain, recipient; the others stand in the event's head, but for a larger network */
	uint64_t window_s, count, threshold, error;
	bool learnt;  /* rests on roles that may be learnt */
	bool apart;   /* of others than the session in work; of client and network, too, `value` tells */
	bool absence; /* rests on something that was not seen: never said of what was seen in part */
	const struct sc_trail *trail; /* NULL: the session in work alone */
	struct sc_pair observed[SC_REPORT_OBSERVED];
	uint32_t observed_count;
};

struct sc_detector {
	const struct sc_detector_class *cls;
	const struct sc_detect_settings *settings;
	const uint64_t *options; /* values, in the order of the class */
	void *state;             /* global scope: of `size` octets */
	struct sc_keyed tables[SC_DETECTOR_TABLES];
	struct sc_text text; /* the sentence of the report in work; sc_say() begins it */
	char words[SC_REPORT_TEXT];
	void (*hear)(void *frame, struct sc_detector *d, const struct sc_sight *s, const struct sc_report *r);
	void *frame;
	size_t index; /* in sc_detectors */
	size_t pieces[2]; /* where its pieces begin in the rows of clients and networks */
};

/* Begins the sentence of a report. */
static inline struct sc_text *sc_say_begin(struct sc_detector *d)
{
	d->text = sc_text_into(d->words, sizeof(d->words));
	return &d->text;
}

static inline void sc_detector_tell(struct sc_detector *d, const struct sc_sight *s, const struct sc_report *r)
{
	d->hear(d->frame, d, s, r);
}

/* A report of the detector's session, or of its client, with a fixed sentence. */
void sc_detector_note(struct sc_detector *d, const struct sc_sight *s, enum sc_severity severity, unsigned confidence,
		      const char *sentence);
/* The same; behind the sentence, after ": ", stands what was seen on the wire. */
void sc_detector_quote(struct sc_detector *d, const struct sc_sight *s, enum sc_severity severity,
		       unsigned confidence, const char *sentence, sc_str seen);

/* Sentences: the words as they are, numbers, and octets of the wire made visible. */
void sc_say_part(struct sc_text *t, const char *before, uint64_t n, const char *behind);
void sc_say_wire(struct sc_text *t, sc_str seen);

/* Session scope: whose the client is, as far as it is configured. */
static inline struct sc_place sc_sight_from(const struct sc_sight *s)
{
	return sc_roles_place(s->roles, &s->head->client.ip, 0, 0);
}

static inline uint64_t sc_sight_hash(const struct sc_sight *s, sc_str octets)
{
	return sc_hash(s->seed, octets);
}
static inline uint64_t sc_sight_hash_nocase(const struct sc_sight *s, sc_str octets)
{
	return sc_hash_nocase(s->seed, octets);
}

/* The domain of a transaction's i-th recipient; keyed hashes of the recipient, and of its domain. */
static inline sc_str sc_sight_rcpt_name(const struct sc_sight *s, const struct sc_ev_recipient *r, uint32_t i)
{
	return i ? sc_str_domain(r[i].rcpt_to) : s->rcpt_domain.name;
}
static inline uint64_t sc_sight_rcpt(const struct sc_sight *s, const struct sc_ev_recipient *r, uint32_t i)
{
	return i ? sc_sight_hash_nocase(s, r[i].rcpt_to) : s->rcpt;
}
static inline uint64_t sc_sight_rcpt_domain(const struct sc_sight *s, const struct sc_ev_recipient *r, uint32_t i)
{
	return i ? sc_sight_hash_nocase(s, sc_sight_rcpt_name(s, r, i)) : s->rcpt_domain.hash;
}
/* Is the i-th recipient's domain one of ours?  `*learnt`: that is a guess. */
static inline bool sc_sight_rcpt_local(const struct sc_sight *s, const struct sc_ev_recipient *r, uint32_t i, bool *learnt)
{
	*learnt = s->rcpt_domain.learnt;
	return i ? sc_roles_local(s->roles, sc_sight_rcpt_name(s, r, i), learnt) : s->rcpt_domain.local;
}

static inline uint64_t sc_mix(uint64_t a, uint64_t b)
{
	return (a ^ (b << 32 | b >> 32)) * UINT64_C(0x9e3779b97f4a7c15);
}

/* Of the server's address and port; global scope only. */
static inline uint64_t sc_sight_server(const struct sc_sight *s)
{
	return sc_mix(s->server, s->head->server.port);
}

void sc_trail_add(struct sc_trail *t, const struct sc_sight *s);

/* A rate per key: what counts, out of how many, and in which sessions. */
struct sc_rate {
	struct sc_window hits, all;
	struct sc_trail trail;
	uint64_t client; /* of the first hit */
	bool several;    /* clients had hits */
};

static inline uint32_t sc_rate_hit(struct sc_rate *r, const struct sc_sight *s, uint32_t n, uint64_t window_s)
{
	sc_trail_add(&r->trail, s);
	r->several |= r->client && r->client != s->client;
	r->client = r->client ? r->client : s->client;
	return sc_window_put(&r->hits, n, s->second, (uint32_t)window_s);
}

static inline uint32_t sc_rate_all(struct sc_rate *r, const struct sc_sight *s, uint32_t n, uint64_t window_s)
{
	return sc_window_put(&r->all, n, s->second, (uint32_t)window_s);
}

/* A word of the contract.  Equal words are mostly one constant of the program. */
static inline bool sc_is(const char *name, const char *word)
{
	return name == word || (name && name[0] == word[0] && strcmp(name, word) == 0);
}

/* Mail between servers: where names and senders of strangers are to be judged. */
static inline bool sc_is_exchange(const struct sc_sight *s)
{
	return s->head->server.port != 587 && s->head->server.port != 465;
}

/* Our own mail on its way to others. */
static inline bool sc_is_outbound(const struct sc_sight *s)
{
	return s->from.home && !s->to.home;
}

/* Somebody unknown from outside. */
static inline bool sc_is_stranger(const struct sc_sight *s)
{
	return !s->from.home && !s->from.peer && !s->from.monitor && !s->from.loopback;
}

/* The server said that name and password do not fit (RFC 4954 6): 535, 5.7.8, or the codes of servers that have none of their
 * own for it.  That it wants TLS (530, 538), another mechanism (504, 534) or nothing now (454) is no wrong password. */
static inline bool sc_login_refused(const struct sc_ev_auth *x)
{
	bool wrong = x->enhanced.subject == 7 && x->enhanced.detail == 8;
	return sc_is(x->outcome, "failed") && x->code >= 500 && (wrong || x->code == 535 || x->code / 10 == 55);
}

/* The subjects that a client's conduct is counted for: its address, and the network around it. */
enum sc_level { SC_LEVEL_CLIENT, SC_LEVEL_NETWORK, SC_LEVELS };

static inline enum sc_subject sc_level_subject(enum sc_level level)
{
	return level == SC_LEVEL_CLIENT ? SC_SUBJECT_CLIENT : SC_SUBJECT_NETWORK;
}

/* What the detector keeps of the client or its network, zeroed when it is new; NULL: a visitor of whom nothing is. */
static inline void *sc_sight_slot(const struct sc_detector *d, const struct sc_sight *s, enum sc_level level)
{
	return sc_row_piece(s->rows[level], d->pieces[level],
			    level == SC_LEVEL_CLIENT ? d->cls->client : d->cls->network);
}

/* The same; NULL, too, when nothing was kept so far. */
static inline void *sc_sight_slot_find(const struct sc_detector *d, const struct sc_sight *s, enum sc_level level)
{
	return sc_row_find(s->rows[level], d->pieces[level]);
}

/* Of a network nothing is said while one client alone makes its count: that is told of the client. */
static inline bool sc_level_speaks(enum sc_level level, const struct sc_rate *rate)
{
	return level == SC_LEVEL_CLIENT || rate->several;
}

#define SC_OPTIONS_OF(rows) rows, sizeof(rows) / sizeof((rows)[0])

#endif
