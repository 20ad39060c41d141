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

#include <smtpscope/counters.h>
#include <smtpscope/event.h>
#include <smtpscope/packet.h>

#ifdef __cplusplus
extern "C" {
#endif

struct sc_engine;

typedef void sc_emit_fn(void *ctx, const struct sc_event *ev);

struct sc_engine_config {
	uint64_t memory;            /* octets for all state; 0: 512 MiB */
	const uint16_t *ports;      /* read as mail from the first octet; NULL: 25, 465, 587, 2525 */
	size_t port_count;
	bool any_port;              /* also find SMTP by content on other ports */
	uint64_t seed;              /* key of the hash tables; the same seed, the same output */
	uint64_t wants;             /* SC_WANT(kind) | ...: kinds worth building; 0 = every kind */
	sc_emit_fn *emit;           /* called on the feeding thread, inside feed, tick or finish */
	void *emit_ctx;
};

/* SC_EFAILED when there is no memory. */
sc_err sc_engine_open(struct sc_engine **out, const struct sc_engine_config *config);
void   sc_engine_feed(struct sc_engine *e, const struct sc_packet *pkt);

/* Capture time has come to `now`: idle connections expire here and in sc_engine_feed(). */
void   sc_engine_tick(struct sc_engine *e, sc_time now);

/* End of the capture: every open session ends with end_by "capture_end", then one `stats` event. */
void   sc_engine_finish(struct sc_engine *e);

/* Emits one `stats` event now. */
void   sc_engine_stats(struct sc_engine *e);

const struct sc_counters *sc_engine_counters(const struct sc_engine *e);
void   sc_engine_close(struct sc_engine *e); /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
