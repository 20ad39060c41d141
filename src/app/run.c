/* run.c - source -> engines -> selection -> outputs; only the engines may have threads of their own (topology.c).
 *
 * Whatever ends the reading, all that is known is written.  Of several reasons for an exit code the contract's order holds:
 * 1, 2, 3, then 4, 5, 10. */
#include "app/run.h"
#include "app/run_inside.h"

#include <time.h>
#include <unistd.h>

#include "app/doctor.h"
#include "app/input.h"
#include "app/notes.h"
#include "app/screen.h"
#include "app/signals.h"

#define TICK_PACKETS 1024u
#define LAG          SC_SECOND /* live: what was on the wire so long ago has certainly been read */
#define LAST_WORDS   (300 * SC_MS) /* live: what the kernel may still hold when the end is asked for */
#define DOCTOR_TIME  (5 * SC_SECOND)
#define STATS_LIVE   60u

sc_time sc_run_clock(void)
{
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	return (sc_time)t.tv_sec * SC_SECOND + t.tv_nsec;
}

/* Secrets have come: no engine may be at work while the store changes.  Connections that waited for them are told at once. */
static void take_keys(struct sc_run *r)
{
	sc_topology_still(r->engines);
	sc_keyring_take(&r->keys);
	if (r->begun)
		sc_topology_tick(r->engines, r->packets, r->now);
}

/* Takes the flags that signals have set.  True: go on. */
static bool heed_signals(struct sc_run *r)
{
	if (!sc_signals.any)
		return true;
	sc_signals.any = sc_signals.stop;
	if (sc_signals.reopen) {
		sc_signals.reopen = 0;
		sc_outputs_reopen(&r->outputs);
		sc_save_reopen(&r->save);
	}
	if (sc_signals.stats) {
		sc_signals.stats = 0;
		sc_run_tell_stats(r);
		sc_run_say_stats(r);
		sc_outputs_flush(&r->outputs);
	}
	return !sc_signals.stop;
}

static sc_time interval_of(const struct sc_run *r)
{
	uint64_t standard = r->live ? STATS_LIVE : 0;
	return (sc_time)(r->o->stats_interval ? r->o->stats_interval : standard) * SC_SECOND;
}

static void begin(struct sc_run *r, sc_time first)
{
	sc_selection_begin(&r->selection, first);
	r->begun = true;
	r->first = r->now = r->ticked = first;
	r->next_stats = interval_of(r) ? first + interval_of(r) : SC_TIME_NONE;
}

/* Capture time moves on, whatever flows the packets belong to. */
static void pass_time(struct sc_run *r, sc_time when)
{
	if (!r->begun)
		begin(r, when);
	if (when > r->now)
		r->now = when;
	if (r->next_stats != SC_TIME_NONE && r->now >= r->next_stats) {
		sc_run_tell_stats(r);
		r->next_stats = r->now + interval_of(r);
	}
	if (r->engines && (r->packets % TICK_PACKETS == 0 || r->now - r->ticked >= SC_SECOND)) {
		if (sc_keyring_due(&r->keys))
			take_keys(r);
		sc_topology_tick(r->engines, r->packets, r->now);
		r->ticked = r->now;
	}
}

static void tell_screen(struct sc_run *r, uint64_t read, uint64_t total)
{
	struct sc_source_facts facts;
	if (r->o->mode != SC_MODE_tui)
		return;
	facts.dropped = r->dropped; /* of a fan's sources nobody asks in passing */
	if (!r->fan)
		sc_source_facts(r->source, &facts);
	sc_screen_progress(r->outputs.items[0].self, read, total, r->packets, facts.dropped + sc_run_dropped(r));
	sc_outputs_flush(&r->outputs);
}

static void look_around(struct sc_run *r)
{
	uint64_t read, total;
	sc_source_progress(r->source, &read, &total);
	sc_progress_show(&r->progress, read, total, r->packets);
	tell_screen(r, read, total);
	if (r->engines && sc_topology_alone(r->engines) && sc_topology_processors() > 1)
		sc_source_read_ahead(r->source);
	r->dead = sc_outputs_dead(&r->outputs) && (!r->save.way || sc_save_failed(&r->save));
	if (sc_keyring_due(&r->keys))
		take_keys(r);
	r->over = sc_save_over(&r->save) ||
		(r->live && r->o->mode == SC_MODE_doctor && sc_run_clock() - r->first >= DOCTOR_TIME);
	if (r->live)
		sc_outputs_flush(&r->outputs);
}

static void take(struct sc_run *r, const struct sc_packet *pkt)
{
	pass_time(r, pkt->when);
	if (r->save.way)
		sc_save_packet(&r->save, pkt);
	sc_topology_feed(r->engines, pkt);
	r->packets++;
	sc_outputs_settle(&r->outputs);
	if (r->packets % TICK_PACKETS == 0)
		look_around(r);
}

/* Nothing comes: what is known is shown, and live, time goes on by the clock. */
static void rest(struct sc_run *r)
{
	if (r->engines)
		sc_topology_settle(r->engines);
	if (r->live) {
		pass_time(r, sc_run_clock() - LAG);
		sc_ledger_tick(r->ledger, r->packets, r->now);
	}
	sc_save_flush(&r->save);
	sc_outputs_flush(&r->outputs);
	look_around(r);
}

/* False: the source has ended. */
static bool step(struct sc_run *r)
{
	if (r->fan) {
		bool more = sc_fan_step(r->fan);
		sc_outputs_settle(&r->outputs);
		rest(r);
		return more;
	}
	struct sc_packet pkt;
	switch (sc_source_next(r->source, &pkt)) {
	case SC_SOURCE_PACKET:
		take(r, &pkt);
		return true;
	case SC_SOURCE_IDLE:
		rest(r);
		return true;
	case SC_SOURCE_END:
		break;
	}
	return false;
}

/* What was on the wire when the end was asked for may not have left the kernel. */
static void hear_last_words(struct sc_run *r)
{
	sc_time until = sc_run_clock() + LAST_WORDS;
	while (!r->dead && sc_run_clock() < until && step(r))
		continue;
}

static void read_packets(struct sc_run *r)
{
	if (r->live)
		begin(r, sc_run_clock());
	while (!r->dead && !r->over && heed_signals(r) && step(r))
		continue;
	if (r->engines && r->live && sc_signals.stop)
		hear_last_words(r);
}

/* The second reading, of as much as the first has seen. */
static void read_again(struct sc_run *r)
{
	struct sc_source_facts facts;
	struct sc_packet pkt;
	sc_source_facts(r->source, &facts);
	sc_outputs_flush(&r->outputs);
	sc_save_turn(&r->save);
	while (sc_source_next(r->again, &pkt) == SC_SOURCE_PACKET && pkt.number <= facts.packets)
		if (!sc_save_packet_again(&r->save, &pkt))
			break;
}

/* No progress line among lines that appear on the same terminal. */
static bool shows_progress(const struct sc_options *o)
{
	bool at_the_end = o->mode == SC_MODE_report || o->mode == SC_MODE_doctor;
	return !o->quiet && o->mode != SC_MODE_tui && (at_the_end || !isatty(STDOUT_FILENO));
}

/* At the end nothing is in use any more; what tells is what was before. */
static void note_memory(struct sc_run *r)
{
	r->memory = sc_run_sums(r).totals.memory_octets;
}

static void tell_doctor(struct sc_run *r, const struct sc_fan_sums *sums, sc_err input)
{
	tell_screen(r, 0, 0);
	if (r->o->mode == SC_MODE_doctor)
		sc_doctor_tell(r->outputs.items[0].self, &sums->facts, &sums->totals.counters, input, r->now - r->first);
}

static void finish(struct sc_run *r)
{
	if (r->fan)
		sc_fan_finish(r->fan);
	else
		sc_topology_finish(r->engines);
}

static sc_err worst_input(const struct sc_run *r)
{
	sc_err worst = sc_source_result(r->source);
	for (size_t i = 1; i < r->o->fanout && !worst; i++)
		worst = sc_source_result(r->sources[i]);
	return worst;
}

/* Connections wait for keys.  Until the next call into the engines none of them is at work. */
static bool keys_wanted(struct sc_run *r)
{
	struct sc_engine_totals totals;
	sc_topology_totals(r->engines, &totals);
	return totals.sessions_waiting > 0;
}

/* No packet will come any more; of the key log there may be a rest, which is waited for when somebody needs it. */
static void take_last_keys(struct sc_run *r)
{
	if (!r->engines)
		return;
	bool last = r->live || r->o->follow || r->keys.whole; /* nothing is left to wait for */
	while (!last && keys_wanted(r) && sc_keyring_hear(&r->keys))
		sc_topology_tick(r->engines, r->packets, r->now);
	sc_topology_still(r->engines);
	sc_keyring_end(&r->keys);
}

/* Reads to the end and writes everything. */
static int work(struct sc_run *r)
{
	sc_progress_begin(&r->progress, shows_progress(r->o));
	read_packets(r);
	sc_progress_end(&r->progress);
	note_memory(r);
	take_last_keys(r);
	finish(r);
	sc_ledger_finish(r->ledger, r->packets, r->now);
	if (r->again)
		read_again(r);
	if (r->live)
		r->now = sc_run_clock();
	sc_run_tell_stats(r);
	struct sc_fan_sums sums = sc_run_sums(r);
	sc_err input = worst_input(r);
	tell_doctor(r, &sums, input);
	sc_keyring_finish(&r->keys);
	sc_err output = sc_outputs_close(&r->outputs);
	if (sc_save_close(&r->save) != SC_OK)
		output = SC_EFAILED;
	sc_run_say_notes(r, &sums);
	return sc_notes_worst(output, input, sc_notes_drops(&sums.facts, r->o->max_drop), r->selection.failed);
}

int sc_run(const struct sc_options *o)
{
	struct sc_run r = { .o = o, .live = sc_input_live(o) };
	sc_signals_catch();
	sc_err err = sc_run_open(&r);
	int code = err ? (int)err : work(&r);
	sc_run_close(&r);
	return code;
}
