/* engine.h - packets in, events out.  One engine is one shard: no locks, no I/O; two engines share nothing.
 *
 *	sc_engine_open(&e, &(struct sc_engine_config){ .emit = on_event });
 *	while (my_next_packet(&pkt))
 *		sc_engine_feed(e, &pkt);
 *	sc_engine_finish(e);
 *	sc_engine_close(e);
 */
#ifndef SMTPSCOPE_ENGINE_H
#define SMTPSCOPE_ENGINE_H

#include <smtpscope/adviser.h>
#include <smtpscope/counters.h>
#include <smtpscope/event.h>
#include <smtpscope/packet.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SC_ENGINE_CAUSES 40 /* room for every cause of refusal */
#define SC_ENGINE_OTHERS 32 /* other protocols that are told apart */

struct sc_engine;
struct sc_tls_keys;
struct sc_detect_settings;
struct sc_watch_limits;

/* Whose choice counts between two copies of the same octets that differ, where the wire does not tell: Linux takes the
 * segment that begins first, and of two that begin together the longer; BSD the same, but then the older; Windows, since
 * Vista, what came first. */
enum sc_tcp_policy { SC_TCP_LINUX, SC_TCP_BSD, SC_TCP_WINDOWS, SC_TCP_FIRST, SC_TCP_LAST };

typedef void sc_emit_fn(void *ctx, const struct sc_event *ev);

struct sc_engine_config {
	uint64_t memory;            /* octets for all state; 0: 512 MiB */
	const uint16_t *ports;      /* read as mail from the first octet; NULL: 25, 465, 587, 2525 */
	size_t port_count;
	bool any_port;              /* also find SMTP by content on other ports */
	bool ignore_vlan;           /* do not tell connections apart by the VLAN and the tunnel they are in */
	enum sc_tcp_policy tcp_policy;
	const struct sc_tls_keys *keys; /* secrets to open TLS with (tls/keys.h), changed only while no packet is fed; NULL: none */
	const struct sc_adviser_class *adviser; /* a second opinion on what connections carry; NULL: none */
	uint64_t seed;              /* key of the hash tables; the same seed, the same output */
	const struct sc_detect_settings *detect; /* detector.h: for the detectors of single sessions; NULL: the standards */
	uint64_t wants;             /* SC_WANT(kind) | ...: kinds worth building; 0 = every kind */
	bool brief_messages;        /* `message` events with header fields and reports only: parts, hashes and links cost most */
	const struct sc_watch_limits *limits; /* thresholds of diagnoses (story/watch.h); NULL: the usual ones */
	sc_emit_fn *emit;           /* called on the feeding thread, inside feed, tick or finish */
	void *emit_ctx;
};

/* SC_EFAILED when there is no memory. */
sc_err sc_engine_open(struct sc_engine **out, const struct sc_engine_config *config);
void   sc_engine_feed(struct sc_engine *e, const struct sc_packet *pkt);

/* Capture time has come to `now`, `number` packets were read: what only time can settle is settled here.  Flows are treated in
 * the order of their numbers, so the same packets and ticks give the same events however flows are spread over engines. */
void   sc_engine_tick(struct sc_engine *e, uint64_t number, sc_time now);

/* End of the capture: every open session ends with end_by "capture_end". */
void   sc_engine_finish(struct sc_engine *e);

/* Connections on ports of mail that carried another protocol, by its name. */
struct sc_engine_named {
	char     name[24];
	uint64_t count; /* 0: the place is empty */
};
/* Counts `count` more.  Places are in the order of names, but for the last, "others", which counts what finds none. */
void   sc_engine_name(struct sc_engine_named others[SC_ENGINE_OTHERS], const char *name, uint64_t count);
void   sc_engine_names_add(struct sc_engine_named to[SC_ENGINE_OTHERS], const struct sc_engine_named from[SC_ENGINE_OTHERS]);

/* What a `stats` event tells; sums of several engines are made by adding. */
struct sc_engine_totals {
	struct sc_counters counters;
	uint64_t sessions_open;
	uint64_t sessions_waiting; /* of these, for TLS keys */
	struct sc_ev_outcomes recipients;
	uint64_t causes[SC_ENGINE_CAUSES]; /* by enum sc_cause */
	struct sc_engine_named others[SC_ENGINE_OTHERS];
	sc_time first, last;               /* times of the first and the latest packet; SC_TIME_NONE */
	uint64_t memory_octets;            /* in use */
};
void   sc_engine_totals(const struct sc_engine *e, struct sc_engine_totals *totals);

/* Emits the `stats` event of these totals through `tell`; `number` and `when` are its packet and time. */
void   sc_engine_tell_stats(const struct sc_engine_totals *totals, uint64_t number, sc_time when, sc_emit_fn *tell, void *ctx);

const struct sc_counters *sc_engine_counters(const struct sc_engine *e);
void   sc_engine_close(struct sc_engine *e); /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
