/* inside.h - what the files of the engine share: its state, and the mail session with what the engine keeps beside it. */
#ifndef SC_ENGINE_INSIDE_H
#define SC_ENGINE_INSIDE_H

#include <smtpscope/engine.h>

#include "detect/frame/detection.h"
#include "engine/community.h"
#include "engine/letter.h"
#include "engine/shard.h"
#include "explain/causes.h"
#include "net/flow.h"
#include "net/tcp.h"
#include "smtp/session.h"
#include "story/watch.h"
#include "tls/tls.h"

struct sc_mail {               /* a session and what the engine keeps beside it */
	struct sc_session session; /* first, so that one can be had from the other */
	struct sc_tls *tls;        /* from the first record on */
	const char *other; /* another protocol that it began like; NULL: none */
	bool by_adviser;   /* who named it */
	uint32_t risks;    /* bits of the adviser's */
	bool tls_due;              /* its event waits until it is known that this is mail */
	struct sc_flow *flow;
	struct sc_letters letters;
	uint64_t server_octets;
	struct sc_wire wire;
	struct sc_watch watch;
	enum sc_session_end how; /* at its end: how that came */
	bool text;               /* behind the latest packet the client was inside a message */
	char community[SC_COMMUNITY_OCTETS];
	uint64_t guarded[SC_SENTRY_OCTETS / 8]; /* what detectors remember of the session */
};

struct sc_engine {
	struct sc_engine_config config;
	struct sc_counters counters;
	struct sc_front front;
	struct sc_flows flows;
	struct sc_pool sessions;
	struct sc_blocks store;
	struct sc_tcp_env env;
	struct sc_session_host host;
	struct sc_tls_host tls;
	struct sc_session_scratch *scratch;
	struct sc_message_host message_host;
	struct sc_message_scratch *message_room;
	struct sc_community *community;
	struct sc_sentry *sentry; /* detectors of single sessions; NULL: nobody asks for findings */
	uint64_t packet;          /* number of the packet in work */
	sc_time when, first, last; /* its time, or the tick's; the first packet's; the latest packet's */
	sc_time clock;            /* of the last tick: goes back by whole days only */
	bool   watches;           /* somebody wants diagnoses */
	uint64_t keys_seen;       /* secrets that there were at the last tick */
	struct sc_flow *flow;     /* in work */
	uint32_t seq;
	void  *adviser;           /* NULL: nobody is asked */
	struct sc_engine_named others[SC_ENGINE_OTHERS];
	struct sc_ev_outcomes outcomes;
	uint64_t causes[SC_CAUSES];
};

/* A connection that nobody closed was watched so long: to the tick or packet in work, unless the clock jumped since. */
static inline sc_time sc_engine_until(const struct sc_engine *e, const struct sc_flow *flow)
{
	bool watched = e->when > flow->last && e->when - flow->last <= 86400 * SC_SECOND;
	return watched ? e->when : flow->last;
}

#endif
