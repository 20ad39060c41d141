/* totals.c - what an engine has counted, and the `stats` event that is made of it. */
#include <smtpscope/engine.h>

#include "engine/inside.h"

_Static_assert(SC_CAUSES <= SC_ENGINE_CAUSES, "totals hold every cause");

const struct sc_counters *sc_engine_counters(const struct sc_engine *e)
{
	return &e->counters;
}

void sc_engine_totals(const struct sc_engine *e, struct sc_engine_totals *totals)
{
	*totals = (struct sc_engine_totals){ .counters = e->counters, .sessions_open = e->sessions.taken,
		.sessions_waiting = e->tls.waiting, .recipients = e->outcomes, .first = e->first, .last = e->last };
	memcpy(totals->causes, e->causes, sizeof(e->causes));
	memcpy(totals->others, e->others, sizeof(e->others));
	totals->memory_octets = sc_blocks_in_use(&e->store) + (uint64_t)e->sessions.taken * e->sessions.size +
		(uint64_t)e->flows.pool.taken * e->flows.pool.size;
}

void sc_engine_tell_stats(const struct sc_engine_totals *totals, uint64_t number, sc_time when, sc_emit_fn *tell, void *ctx)
{
	struct sc_count causes[SC_CAUSES];
	uint32_t n = 0;
	for (int i = 1; i < SC_CAUSES; i++)
		if (totals->causes[i])
			causes[n++] = (struct sc_count){ sc_cause_name((enum sc_cause)i), totals->causes[i] };
	struct sc_count others[SC_ENGINE_OTHERS];
	uint32_t other_count = 0;
	for (size_t i = 0; i < SC_ENGINE_OTHERS; i++)
		if (totals->others[i].count)
			others[other_count++] = (struct sc_count){ totals->others[i].name, totals->others[i].count };
	const struct sc_counters *c = &totals->counters;
	struct sc_ev_stats ev = {
		.packets = { c->packets, 0, c->packets_truncated, c->packets_mirrored },
		.octets = c->octets_seen,
		.flows = c->flows,
		.mail_flows = c->mail_flows,
		.sessions = { totals->sessions_open, c->sessions_closed, c->sessions_evicted },
		.transactions = c->transactions,
		.recipients = totals->recipients,
		.causes = { causes, n },
		.non_smtp = { others, other_count },
		.encrypted_sessions = c->sessions_encrypted,
		.gap_octets = c->gap_octets,
		.elapsed_ms = totals->first == SC_TIME_NONE ? SC_TIME_NONE : totals->last - totals->first,
	};
	/* Every event has a time; where no packet gave one it is the beginning of time. */
	struct sc_event event = { .kind = SC_EVENT_stats, .packet = number, .when = when == SC_TIME_NONE ? 0 : when, .body = &ev };
	tell(ctx, &event);
}
