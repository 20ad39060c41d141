/* run.c - source -> engines -> selection -> outputs; only the engines may have threads of their own (topology.c).
 *
 * Everything that can be refused is refused before the first packet, and inputs are opened before outputs, so a
 * misspelt file name empties no file.  Whatever ends the reading, all that is known is written.  Of several
 * reasons for an exit code the contract's order holds: 1, 2, 3, then 4, 5, 10. */
#include "app/mode.h"
#include "app/run.h"

#include <stdio.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include <smtpscope/ledger.h>

#include "app/become.h"
#include "app/detecting.h"
#include "app/doctor.h"
#include "app/fan.h"
#include "app/input.h"
#include "app/keyring.h"
#include "app/notes.h"
#include "app/outputs.h"
#include "app/progress.h"
#include "app/save.h"
#include "app/say.h"
#include "app/screen.h"
#include "app/signals.h"
#include "app/thresholds.h"
#include "app/topology.h"
#include "input/ndpi.h"
#include "input/pcap_live.h"

#define TICK_PACKETS 1024u
#define LAG          SC_SECOND /* live: what was on the wire so long ago has certainly been read */
#define LAST_WORDS   (300 * SC_MS) /* live: what the kernel may still hold when the end is asked for */
#define DOCTOR_TIME  (5 * SC_SECOND)
#define STATS_LIVE   60u
#define LEAD_PACKETS 2000u /* of mail: before that threads cost more than they save */
#define LEDGER_SHARE 8u    /* of the memory, for what only all events together can tell */
#define HEAVY_OCTETS 800u  /* of their payload on average: message text, which is read as fast as it is handed over */

struct run {
	const struct sc_options *o;
	struct sc_selection selection;
	struct sc_keyring   keys;
	struct sc_source   *source;
	struct sc_source   *again;  /* the same once more, for -w; NULL: not needed */
	struct sc_outputs   outputs;
	struct sc_save      save;
	struct sc_become    become;
	struct sc_detect_settings *detect;
	struct sc_watch_limits limits; /* of diagnoses */
	struct sc_topology *engines; /* NULL: `fan` reads and analyses */
	struct sc_fan      *fan;
	struct sc_source   *sources[SC_FAN_MOST]; /* of the fan; the first is `source` */
	struct sc_ledger   *ledger;  /* between the engines and the outputs */
	struct sc_progress  progress;
	uint64_t packets;         /* fed */
	uint64_t memory, dropped; /* octets in use, packets lost by the capture, when last asked */
	bool     live;
	bool     begun;
	sc_time  first;           /* when it began */
	sc_time  now;             /* the latest time of a packet, or live, when all is quiet, of the clock */
	sc_time  ticked;          /* capture time of the last tick */
	sc_time  next_stats;      /* SC_TIME_NONE: none is due */
	bool     dead;            /* no output can be written any more */
	bool     over;            /* there is enough */
};

static sc_time clock_now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	return (sc_time)t.tv_sec * SC_SECOND + t.tv_nsec;
}

/* Secrets have come: no engine may be at work while the store changes.  Connections that waited for them are told at once. */
static void take_keys(struct run *r)
{
	sc_topology_still(r->engines);
	sc_keyring_take(&r->keys);
	if (r->begun)
		sc_topology_tick(r->engines, r->packets, r->now);
}

static void on_secrets(void *ctx, sc_str text)
{
	struct run *r = ctx;
	if (r->engines)
		sc_topology_still(r->engines);
	sc_keyring_block(&r->keys, text);
}

/* ---- sums, whoever made them ---- */

static struct sc_fan_sums sums_of(struct run *r)
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

/* Packets dropped because a thread could not follow: a fan lets the kernel drop them. */
static uint64_t dropped_here(const struct run *r)
{
	return r->engines ? sc_topology_dropped(r->engines) : 0;
}

/* ---- events ---- */

/* What the engine cannot know of a `stats` event; memory in use is for the talkative, it differs between machines. */
static void complete_stats(const struct run *r, struct sc_ev_stats *stats)
{
	stats->packets.dropped = r->dropped + dropped_here(r);
	stats->findings = sc_ledger_findings(r->ledger);
	stats->memory_octets = r->o->verbose || r->live ? r->memory : 0;
}

static void on_event(void *ctx, const struct sc_event *ev)
{
	struct run *r = ctx;
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

static uint64_t wants_of(const struct run *r)
{
	return sc_outputs_wants(&r->outputs) | sc_save_wants(&r->save);
}

/* As asked, else one a processor; but what trickles in from a pipe is treated on the spot: while nothing comes from
 * it nobody would look what the workers have told. */
static size_t workers_of(const struct run *r)
{
	uint64_t read, total;
	if (sc_options_given(r->o, SC_OPT_workers))
		return (size_t)r->o->workers;
	sc_source_progress(r->source, &read, &total);
	return total || r->live ? sc_topology_processors() : 1;
}

/* Whoever sends mail past a live capture shall not be able to choose what meets in one bucket. */
static uint64_t seed_of(const struct run *r)
{
	uint64_t seed = r->o->seed;
	if (r->live && !sc_options_given(r->o, SC_OPT_seed) && getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		seed = (uint64_t)clock_now();
	return seed;
}

static sc_err open_ledger(struct run *r, uint64_t memory)
{
	struct sc_ledger_config config = { .memory = memory, .seed = seed_of(r), .detect = r->detect,
		.wants = wants_of(r), .emit = on_event, .emit_ctx = r };
	return sc_ledger_open(&r->ledger, &config);
}

static bool asks_for_senders(const struct sc_options *o)
{
	size_t i = 0;
	while (i < o->words.count && strcmp(o->words.items[i], "senders") != 0)
		i++;
	return o->mode == SC_MODE_report && i < o->words.count;
}

/* A report needs no more of a message than what it reports of others; only that of senders, and lists of hashes, look at
 * attachments. */
static bool brief_messages(const struct run *r)
{
	const struct sc_options *o = r->o;
	bool report = o->mode == SC_MODE_report && !o->json && !o->where && !o->fail_on;
	if (o->intel.count || asks_for_senders(o))
		return false;
	return report || !(wants_of(r) & SC_WANT(SC_EVENT_message));
}

static sc_err open_engines(struct run *r)
{
	const struct sc_options *o = r->o;
	uint64_t ledger = o->memory / LEDGER_SHARE;
	struct sc_topology_config config = { .workers = workers_of(r), .live = r->live };
	config.engine = (struct sc_engine_config){
		.memory = o->memory - ledger,
		.ports = o->ports.items,
		.port_count = o->ports.count,
		.any_port = o->any_port,
		.adviser = o->any_port ? sc_ndpi_class() : NULL,
		.ignore_vlan = o->ignore_vlan,
		.tcp_policy = sc_mode_tcp_policy(o),
		.keys = r->keys.keys,
		.seed = seed_of(r),
		.detect = r->detect,
		.wants = sc_ledger_wants(wants_of(r)),
		.brief_messages = brief_messages(r),
		.limits = &r->limits,
		.emit = sc_ledger_event,
	};
	/* Reports name the hosts of failures by their session; expressions ask for any of its fields; whether a server that
	 * refuses STARTTLS had offered it stands there, too. */
	bool any = o->where || o->fail_on || o->mode == SC_MODE_report || o->mode == SC_MODE_tui;
	config.context = any ? UINT64_MAX : SC_WANT(SC_EVENT_failure);
	config.lead = sc_options_given(o, SC_OPT_workers) ? 0 : LEAD_PACKETS;
	config.heavy = sc_options_given(o, SC_OPT_workers) ? 0 : HEAVY_OCTETS;
	sc_err err = open_ledger(r, ledger);
	config.engine.emit_ctx = r->ledger;
	struct sc_fan_config fan = { config.engine, r->sources, (size_t)o->fanout, config.context };
	if (!err)
		err = o->fanout ? sc_fan_open(&r->fan, &fan) : sc_topology_open(&r->engines, &config);
	if (err)
		sc_say("--mem", "cannot take %llu MiB of memory; give less", (unsigned long long)(o->memory >> 20));
	return err;
}

/* From here on files are opened as the new user; that this can be done is seen now, not when the first is due. */
static sc_err give_up_rights(struct run *r)
{
	SC_TRY(sc_become_drop(&r->become));
	if (!r->become.user)
		return SC_OK;
	sc_outputs_check(&r->outputs, r->become.user);
	return sc_save_check(&r->save);
}

static sc_err open_input(struct run *r)
{
	int groups[SC_LIVE_MOST];
	if (!r->o->fanout)
		return sc_input_open(&r->source, r->o, false);
	for (size_t i = 0; i < SC_LIVE_MOST; i++)
		groups[i] = -1;
	for (size_t i = 0; i < r->o->fanout; i++) {
		SC_TRY(sc_input_open_fan(&r->sources[i], r->o, groups));
		r->source = r->sources[0];
	}
	return SC_OK;
}

static sc_err open_all(struct run *r)
{
	sc_time now = clock_now();
	SC_TRY(sc_thresholds_read(&r->o->thresholds, &r->limits));
	SC_TRY(sc_selection_open(&r->selection, r->o, now));
	SC_TRY(sc_become_choose(&r->become, r->o));
	SC_TRY(sc_keyring_open(&r->keys, r->o, &sc_signals.stop));
	SC_TRY(open_input(r));
	sc_keyring_begin(&r->keys, !r->live && !r->o->follow && !sc_input_pipes(r->o));
	sc_source_on_secrets(r->source, on_secrets, r);
	SC_TRY(sc_detecting_open(&r->detect, r->o));
	SC_TRY(sc_outputs_open(&r->outputs, r->o, &r->selection));
	SC_TRY(sc_save_open(&r->save, r->o, &r->selection, sc_input_repeats(r->o), r->live ? now : SC_TIME_NONE));
	if (r->o->embed_keys)
		sc_save_embed(&r->save, r->keys.keys);
	if (r->save.way == SC_SAVE_TWICE)
		SC_TRY(sc_input_open(&r->again, r->o, true));
	SC_TRY(give_up_rights(r));
	return open_engines(r);
}

static void tell_stats(struct run *r)
{
	struct sc_fan_sums sums = sums_of(r);
	struct sc_engine_totals totals = sums.totals;
	r->memory = totals.memory_octets ? totals.memory_octets : r->memory; /* at the end: what it was before */
	r->dropped = sums.facts.dropped;
	if (r->live) {
		totals.first = r->first;
		totals.last = r->now;
	}
	if (r->o->mode == SC_MODE_tui)
		sc_screen_counters(r->outputs.items[0].self, &totals.counters);
	sc_engine_tell_stats(&totals, r->packets, totals.last, on_event, r);
}

static void say_live_stats(const struct run *r, const struct sc_counters *c, const struct sc_source_facts *facts)
{
	sc_say(NULL, "%llu packets, %llu connections, %llu with mail, %llu transactions; dropped %llu by the kernel,"
	       " %llu by the interface, %llu here", (unsigned long long)c->packets, (unsigned long long)c->flows,
	       (unsigned long long)c->mail_flows, (unsigned long long)c->transactions,
	       (unsigned long long)(facts->dropped - facts->missed), (unsigned long long)facts->missed,
	       (unsigned long long)dropped_here(r));
}

static void say_stats(struct run *r)
{
	struct sc_fan_sums sums = sums_of(r);
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

/* Takes the flags that signals have set.  True: go on. */
static bool heed_signals(struct run *r)
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
		tell_stats(r);
		say_stats(r);
		sc_outputs_flush(&r->outputs);
	}
	return !sc_signals.stop;
}

static sc_time interval_of(const struct run *r)
{
	uint64_t standard = r->live ? STATS_LIVE : 0;
	return (sc_time)(r->o->stats_interval ? r->o->stats_interval : standard) * SC_SECOND;
}

static void begin(struct run *r, sc_time first)
{
	sc_selection_begin(&r->selection, first);
	r->begun = true;
	r->first = r->now = r->ticked = first;
	r->next_stats = interval_of(r) ? first + interval_of(r) : SC_TIME_NONE;
}

/* Capture time moves on, whatever flows the packets belong to. */
static void pass_time(struct run *r, sc_time when)
{
	if (!r->begun)
		begin(r, when);
	if (when > r->now)
		r->now = when;
	if (r->next_stats != SC_TIME_NONE && r->now >= r->next_stats) {
		tell_stats(r);
		r->next_stats = r->now + interval_of(r);
	}
	if (r->engines && (r->packets % TICK_PACKETS == 0 || r->now - r->ticked >= SC_SECOND)) {
		if (sc_keyring_due(&r->keys))
			take_keys(r);
		sc_topology_tick(r->engines, r->packets, r->now);
		r->ticked = r->now;
	}
}

static void tell_screen(struct run *r, uint64_t read, uint64_t total)
{
	struct sc_source_facts facts;
	if (r->o->mode != SC_MODE_tui)
		return;
	facts.dropped = r->dropped; /* of a fan's sources nobody asks in passing */
	if (!r->fan)
		sc_source_facts(r->source, &facts);
	sc_screen_progress(r->outputs.items[0].self, read, total, r->packets, facts.dropped + dropped_here(r));
	sc_outputs_flush(&r->outputs);
}

static void look_around(struct run *r)
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
		(r->live && r->o->mode == SC_MODE_doctor && clock_now() - r->first >= DOCTOR_TIME);
	if (r->live)
		sc_outputs_flush(&r->outputs);
}

static void take(struct run *r, const struct sc_packet *pkt)
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
static void rest(struct run *r)
{
	if (r->engines)
		sc_topology_settle(r->engines);
	if (r->live) {
		pass_time(r, clock_now() - LAG);
		sc_ledger_tick(r->ledger, r->packets, r->now);
	}
	sc_save_flush(&r->save);
	sc_outputs_flush(&r->outputs);
	look_around(r);
}

/* False: the source has ended. */
static bool step(struct run *r)
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
static void hear_last_words(struct run *r)
{
	sc_time until = clock_now() + LAST_WORDS;
	while (!r->dead && clock_now() < until && step(r))
		continue;
}

static void read_packets(struct run *r)
{
	if (r->live)
		begin(r, clock_now());
	while (!r->dead && !r->over && heed_signals(r) && step(r))
		continue;
	if (r->engines && r->live && sc_signals.stop)
		hear_last_words(r);
}

/* The second reading, of as much as the first has seen. */
static void read_again(struct run *r)
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

/* What a user should know who reads only the output: on standard error, unless he wants to be left alone. */
static void say_notes(struct run *r, const struct sc_fan_sums *sums)
{
	if (r->o->quiet || r->dead || r->o->mode == SC_MODE_doctor)
		return;
	if (!sums->facts.packets || sums->totals.counters.mail_flows)
		sc_selection_explain(&r->selection);
	sc_notes_say(sums, sc_ledger_lost(r->ledger), r->fan != NULL);
	if (r->o->verbose || (r->live && sums->facts.dropped))
		say_stats(r);
}

/* No progress line among lines that appear on the same terminal. */
static bool shows_progress(const struct sc_options *o)
{
	bool at_the_end = o->mode == SC_MODE_report || o->mode == SC_MODE_doctor;
	return !o->quiet && o->mode != SC_MODE_tui && (at_the_end || !isatty(STDOUT_FILENO));
}

/* At the end nothing is in use any more; what tells is what was before. */
static void note_memory(struct run *r)
{
	r->memory = sums_of(r).totals.memory_octets;
}

static void tell_doctor(struct run *r, const struct sc_fan_sums *sums, sc_err input)
{
	tell_screen(r, 0, 0);
	if (r->o->mode == SC_MODE_doctor)
		sc_doctor_tell(r->outputs.items[0].self, &sums->facts, &sums->totals.counters, input, r->now - r->first);
}

static void finish(struct run *r)
{
	if (r->fan)
		sc_fan_finish(r->fan);
	else
		sc_topology_finish(r->engines);
}

static sc_err worst_input(const struct run *r)
{
	sc_err worst = sc_source_result(r->source);
	for (size_t i = 1; i < r->o->fanout && !worst; i++)
		worst = sc_source_result(r->sources[i]);
	return worst;
}

/* Connections wait for keys.  Until the next call into the engines none of them is at work. */
static bool keys_wanted(struct run *r)
{
	struct sc_engine_totals totals;
	sc_topology_totals(r->engines, &totals);
	return totals.sessions_waiting > 0;
}

/* No packet will come any more; of the key log there may be a rest, which is waited for when somebody needs it. */
static void take_last_keys(struct run *r)
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
static int work(struct run *r)
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
		r->now = clock_now();
	tell_stats(r);
	struct sc_fan_sums sums = sums_of(r);
	sc_err input = worst_input(r);
	tell_doctor(r, &sums, input);
	sc_keyring_finish(&r->keys);
	sc_err output = sc_outputs_close(&r->outputs);
	if (sc_save_close(&r->save) != SC_OK)
		output = SC_EFAILED;
	say_notes(r, &sums);
	return sc_notes_worst(output, input, sc_notes_drops(&sums.facts, r->o->max_drop), r->selection.failed);
}

int sc_run(const struct sc_options *o)
{
	struct run r = { .o = o, .live = sc_input_live(o) };
	sc_signals_catch();
	sc_err err = open_all(&r);
	int code = err ? (int)err : work(&r);
	sc_outputs_close(&r.outputs);
	sc_save_close(&r.save);
	sc_topology_close(r.engines);
	sc_fan_close(r.fan);
	for (size_t i = 1; i < o->fanout; i++)
		sc_source_close(r.sources[i]);
	sc_ledger_close(r.ledger);
	sc_detect_settings_close(r.detect);
	sc_keyring_close(&r.keys);
	sc_source_close(r.source);
	sc_source_close(r.again);
	sc_selection_close(&r.selection);
	return code;
}
