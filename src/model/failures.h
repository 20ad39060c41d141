/* failures.h - what a report and a screen count: who was refused where and why, what was silent, how long
 * things took.
 *
 * Events go in one by one; all numbers can be read at any time.  Memory is taken once.  Counts of recipients
 * are those of `delivery` events: each has one verdict, so outcomes, causes, domains, servers, senders and
 * hours all sum up to the same totals. */
#ifndef SC_MODEL_FAILURES_H
#define SC_MODEL_FAILURES_H

#include <smtpscope/event.h>
#include <smtpscope/sink.h>

#include "base/text.h"
#include "explain/causes.h"
#include "model/ages.h"
#include "model/bounces.h"
#include "model/deeds.h"
#include "model/earlier.h"
#include "model/paces.h"
#include "model/prints.h"
#include "model/secure.h"
#include "model/slowest.h"
#include "model/spread.h"
#include "model/stories.h"
#include "model/suspects.h"
#include "model/timeline.h"
#include "model/top.h"

/* Where time goes: SC_SPREAD(name, what is measured). */
#define SC_SPREADS(SC_SPREAD)                                                        \
	SC_SPREAD(connect, "opening the connection")                                 \
	SC_SPREAD(greeting, "connection to greeting")                                \
	SC_SPREAD(helo, "HELO or EHLO to its reply")                                 \
	SC_SPREAD(tls, "STARTTLS and handshake")                                     \
	SC_SPREAD(mail, "MAIL to its reply")                                         \
	SC_SPREAD(rcpt, "first RCPT to the last reply")                              \
	SC_SPREAD(data, "DATA to its reply")                                         \
	SC_SPREAD(transfer, "sending the message")                                   \
	SC_SPREAD(eom, "end of the message to the verdict")                          \
	SC_SPREAD(session, "whole session")                                          \
	SC_SPREAD(retry, "first attempt to acceptance, where more were needed")

enum sc_spread_id {
#define SC_SPREAD(name, meaning) SC_SPREAD_##name,
	SC_SPREADS(SC_SPREAD)
#undef SC_SPREAD
	SC_SPREAD_COUNT
};

struct sc_spread_row {
	const char *name, *meaning;
};
extern const struct sc_spread_row sc_spread_rows[SC_SPREAD_COUNT];

/* Columns of the table of phases. */
enum sc_failure_class {
	SC_CLASS_deferred, /* 4yz */
	SC_CLASS_rejected, /* 5yz */
	SC_CLASS_in_doubt, /* message complete, verdict never given */
	SC_CLASS_aborted,  /* connection ended before the message was complete */
	SC_CLASSES
};

#define SC_RECENT_RECIPIENTS 256
#define SC_RECENT_TEXT       200

/* A recipient that failed; longer values are cut. */
struct sc_failed_recipient {
	sc_time  when;
	uint64_t session;
	enum sc_outcome outcome;
	enum sc_cause cause;
	enum sc_phase phase;
	uint16_t code;
	struct sc_status enhanced;
	uint16_t rcpt_len, from_len, text_len;
	bool     has_from;
	char     rcpt[SC_RECENT_TEXT], from[SC_RECENT_TEXT], text[SC_RECENT_TEXT];
};

/* The first recipient that a cause struck, to see it again; longer addresses are left out. */
struct sc_cause_example {
	struct sc_ev_endpoint server;
	enum sc_phase phase;
	uint16_t rcpt_len, from_len;
	char     rcpt[SC_RECENT_TEXT], from[SC_RECENT_TEXT];
};

struct sc_failures {
	struct sc_suspects suspects;
	struct sc_deeds deeds;                       /* of all sources, suspicious or not; counted when its owner opens it */
	struct sc_prints prints;                     /* how clients speak */
	const struct sc_aside *asides;               /* what the user said: borrowed from the output's config, for reports */
	size_t   aside_count;
	const struct sc_earlier *earlier;            /* to compare with: likewise; NULL: nothing */
	sc_time  first, last;                        /* first and last packet of all sessions; SC_TIME_NONE: none */
	/* sessions */
	uint64_t sessions, encrypted, one_sided, midstream, truncated_packets, gap_octets, gapped; /* gapped: sessions with gaps */
	/* transactions */
	uint64_t transactions, messages, message_octets; /* messages: taken for all or some recipients */
	uint64_t messages_read;                      /* whose text was seen */
	uint64_t unnamed;                            /* recipients known only by their reply: in no other count */
	/* recipients */
	uint64_t recipients, outcomes[SC_OUTCOMES], permanent;
	uint64_t causes[SC_CAUSES][2]; /* deferred, rejected; row 0: a refusal whose cause is not told */
	uint64_t cause_sessions[SC_CAUSES];          /* a session that shows it, the first one; 0: none */
	struct sc_cause_example examples[SC_CAUSES]; /* phase none: there is none */
	uint64_t phases[SC_PHASES][SC_CLASSES];
	uint64_t no_enhanced;                        /* refusals without an enhanced code */
	/* refusals and breaks that have no recipient */
	uint64_t failures, other_phases[SC_PHASES][3], other_silent; /* 4yz, 5yz, no reply */
	uint64_t other_causes[SC_CAUSES];
	/* logins */
	uint64_t auth_ok, auth_failed, auth_cancelled, auth_unknown, auth_cleartext;
	/* by key */
	struct sc_top enhanced, templates, domains, servers, senders, clients, lists, silent, auth_clients,
		auth_users, starttls, handshakes, diagnoses, findings, services, ends, tls, software,
		bounces, non_smtp, attachments,                /* of these, by name; the label is what is odd about it */
		disguises;                                     /* links by what they show and where they lead; messages */
	struct sc_secure secure;
	uint64_t quirks[64];                         /* sessions and transactions that showed it */
	struct sc_spread spreads[SC_SPREAD_COUNT];
	struct sc_slowest slowest;
	struct sc_paces domain_paces, server_paces;  /* from MAIL to the reply that decided */
	struct sc_timeline timeline;
	struct sc_timeline strip;                    /* in finer steps: of recipients, no sessions */
	struct sc_ages ages;                         /* recipients that wait */
	struct sc_stories stories;
	struct sc_bounces reported;
	struct sc_failed_recipient *recent;          /* a ring; see sc_failures_recent() */
	uint64_t recent_count;                       /* of all failed recipients */
	/* from the last `stats` event */
	bool     has_stats;
	uint64_t packets_seen, packets_dropped, packets_truncated;
};

/* SC_EFAILED: no memory. */
sc_err sc_failures_open(struct sc_failures **out);
void   sc_failures_close(struct sc_failures *m); /* NULL is fine */

/* The kinds of event that are counted. */
#define SC_FAILURES_WANTS                                                                                        \
	(SC_WANT(SC_EVENT_session) | SC_WANT(SC_EVENT_transaction) | SC_WANT(SC_EVENT_delivery) |                \
	 SC_WANT(SC_EVENT_failure) | SC_WANT(SC_EVENT_auth) | SC_WANT(SC_EVENT_diagnosis) |                      \
	 SC_WANT(SC_EVENT_story) | SC_WANT(SC_EVENT_tls) | SC_WANT(SC_EVENT_finding) | SC_WANT(SC_EVENT_message) | \
	 SC_WANT(SC_EVENT_non_smtp) | SC_WANT(SC_EVENT_stats))
void sc_failures_add(struct sc_failures *m, const struct sc_event *ev);

/* The nth failed recipient, the newest first; NULL when it is not kept. */
const struct sc_failed_recipient *sc_failures_recent(const struct sc_failures *m, size_t n);

/* The key of a refusal among `templates`: "550 5.1.1 <ADDR>: Recipient address rejected". */
void sc_failures_template(struct sc_text *t, const struct sc_ev_delivery *d);

/* The key of a handshake that failed among `handshakes`: "starttls TLSv1.2, alert of client: bad_certificate".  False: it did not
 * fail, or the capture does not tell. */
bool sc_failures_handshake(struct sc_text *key, const struct sc_ev_tls *t);

/* Recipients that failed: deferred, rejected, in doubt, aborted. */
uint64_t sc_failures_failed(const struct sc_failures *m);

#endif
