/* run_stats.c - the way of events to the outputs, and the numbers of a run: in `stats` events, on the screen, on standard error. */
#include "app/run_inside.h"

#include "app/notes.h"
#include "app/say.h"
#include "app/screen.h"

struct sc_fan_sums sc_run_sums(struct sc_run *r)
{
	struct sc_fan_sums sums = { 0 };
	if (r->fan) {
		sc_fan_sum(r->fan, &sums);
		r->packets = sums.facts.packets;
		return sums;
	}
	sc_topology_totals(r->engines, &sums.totals);
	sc_source_facts(r->source, &sums.facts);
	return sums;
}

uint64_t sc_run_dropped(const struct sc_run *r)
{
	return r->engines ? sc_topology_dropped(r->engines) : 0;
}

/* What the engine cannot know of a `stats` event; memory in use is for the talkative, it differs between machines. */
static void complete_stats(const struct sc_run *r, struct sc_ev_stats *stats)
{
	stats->packets.dropped = r->dropped + sc_run_dropped(r);
	stats->findings = sc_ledger_findings(r->ledger);
	stats->memory_octets = r->o->verbose || r->live ? r->memory : 0;
}

void sc_run_event(void *ctx, const struct sc_event *ev)
{
	struct sc_run *r = ctx;
	if (ev->kind != SC_EVENT_stats) {
		bool matches = sc_outputs_event(&r->outputs, ev);
		sc_save_event(&r->save, ev, matches);
		return;
	}
	struct sc_ev_stats body = *(const struct sc_ev_stats *)ev->body;
	struct sc_event stats = *ev;
	complete_stats(r, &body);
	stats.body = &body;
	sc_outputs_event(&r->outputs, &stats);
}

void sc_run_tell_stats(struct sc_run *r)
{
	struct sc_fan_sums sums = sc_run_sums(r);
	struct sc_engine_totals totals = sums.totals;
	r->memory = totals.memory_octets ? totals.memory_octets : r->memory; /* at the end: what it was before */
	r->dropped = sums.facts.dropped;
	if (r->live) {
		totals.first = r->first;
		totals.last = r->now;
	}
	if (r->o->mode == SC_MODE_tui)
		sc_screen_counters(r->outputs.items[0].self, &totals.counters);
	sc_engine_tell_stats(&totals, r->packets, totals.last, sc_run_event, r);
}

static void say_live_stats(const struct sc_run *r, const struct sc_counters *c, const struct sc_source_facts *facts)
{
	sc_say(NULL, "%llu packets, %llu connections, %llu with mail, %llu transactions; dropped %llu by the kernel,"
	       " %llu by the interface, %llu here", (unsigned long long)c->packets, (unsigned long long)c->flows,
	       (unsigned long long)c->mail_flows, (unsigned long long)c->transactions,
	       (unsigned long long)(facts->dropped - facts->missed), (unsigned long long)facts->missed,
	       (unsigned long long)sc_run_dropped(r));
}

void sc_run_say_stats(struct sc_run *r)
{
	struct sc_fan_sums sums = sc_run_sums(r);
	const struct sc_counters *c = &sums.totals.counters;
	uint64_t read, total;
	if (r->live) {
		say_live_stats(r, c, &sums.facts);
		return;
	}
	sc_source_progress(r->source, &read, &total);
	sc_say(NULL, "%llu packets, %llu connections, %llu with mail, %llu transactions; %llu of %llu octets read",
	       (unsigned long long)c->packets, (unsigned long long)c->flows, (unsigned long long)c->mail_flows,
	       (unsigned long long)c->transactions, (unsigned long long)read, (unsigned long long)total);
}

void sc_run_say_notes(struct sc_run *r, const struct sc_fan_sums *sums)
{
	if (r->o->quiet || r->dead || r->o->mode == SC_MODE_doctor)
		return;
	if (!sums->facts.packets || sums->totals.counters.mail_flows)
		sc_selection_explain(&r->selection);
	sc_notes_say(sums, sc_ledger_lost(r->ledger), r->fan != NULL);
	if (r->o->verbose || (r->live && sums->facts.dropped))
		sc_run_say_stats(r);
}
