/* ledger.h - what only all events together can tell: events of engines go in, in their final order, and come out completed,
 * with events of its own between them (stories, diagnoses over several sessions, findings).
 *
 *	sc_ledger_open(&l, &(struct sc_ledger_config){ .emit = on_event });
 *	sc_engine_open(&e, &(struct sc_engine_config){ .emit = sc_ledger_event, .emit_ctx = l });
 *	while (my_next_packet(&pkt))
 *		sc_engine_feed(e, &pkt);
 *	sc_engine_finish(e);
 *	sc_ledger_finish(l, packets, last_time);
 *
 * The same events give the same output: nothing here depends on how they were made, and time is theirs.
 */
#ifndef SMTPSCOPE_LEDGER_H
#define SMTPSCOPE_LEDGER_H

#include <smtpscope/engine.h>

#ifdef __cplusplus
extern "C" {
#endif

struct sc_ledger;

struct sc_ledger_config {
	uint64_t memory;  /* octets for what it remembers; 0: 64 MiB */
	uint64_t seed;    /* key of its hash tables */
	const struct sc_detect_settings *detect; /* detector.h; NULL: the standards */
	uint64_t wants;   /* kinds that someone looks at behind it; 0: every kind */
	sc_emit_fn *emit; /* called inside event, tick and finish */
	void *emit_ctx;
};

/* Kinds that the engines must build for a ledger behind which `wants` is looked at; those included.  0: every kind. */
uint64_t sc_ledger_wants(uint64_t wants);

/* What of `memory` the i-th observer gets; 0: there is no i-th. */
uint64_t sc_ledger_part(uint64_t memory, size_t i, const char **name);

/* SC_EFAILED when there is no memory. */
sc_err sc_ledger_open(struct sc_ledger **out, const struct sc_ledger_config *config);

/* The next event; an sc_emit_fn, `ledger` is the struct sc_ledger. */
void   sc_ledger_event(void *ledger, const struct sc_event *ev);

/* Live, when all is quiet: capture time has come to `now`, `number` packets were read. */
void   sc_ledger_tick(struct sc_ledger *l, uint64_t number, sc_time now);

/* The capture ended at `now`, with `number` packets: what waits is told. */
void   sc_ledger_finish(struct sc_ledger *l, uint64_t number, sc_time now);

/* Findings told so far. */
uint64_t sc_ledger_findings(const struct sc_ledger *l);

/* Stories and the like that had to be forgotten for want of memory before they were over: retries may be missed. */
uint64_t sc_ledger_lost(const struct sc_ledger *l);

void   sc_ledger_close(struct sc_ledger *l); /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
