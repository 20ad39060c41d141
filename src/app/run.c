/* run.c - source -> engine -> selection -> outputs, on one thread.
 *
 * Everything that can be refused is refused before the first packet, and inputs are opened before outputs, so a
 * misspelt file name empties no file.  Whatever ends the reading, all that is known is written.  Of several
 * reasons for an exit code the contract's order holds: 1, 2, 3, then 4, 5, 10. */
#include "app/run.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include <smtpscope/engine.h>

#include "app/doctor.h"
#include "app/outputs.h"
#include "app/progress.h"
#include "app/say.h"
#include "app/signals.h"
#include "base/memory.h"
#include "input/source.h"

#define TICK_PACKETS 1024u

struct run {
	const struct sc_options *o;
	struct sc_selection selection;
	struct sc_source   *source;
	struct sc_outputs   outputs;
	struct sc_engine   *engine;
	struct sc_progress  progress;
	uint64_t packets;         /* fed */
	sc_time  now;             /* the latest time of a packet */
	sc_time  ticked;          /* capture time of the last tick */
	sc_time  next_stats;      /* SC_TIME_NONE: none is due */
	bool     dead;            /* no output can be written any more */
};

static sc_time clock_now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	return (sc_time)t.tv_sec * SC_SECOND + t.tv_nsec;
}

static void say_source(void *ctx, sc_err kind, const char *message)
{
	const struct run *r = ctx;
	if (kind != SC_OK || !r->o->quiet) /* sc_source_result() tells the worst */
		sc_say(NULL, "%s", message);
}

/* -r a.pcap b.pcap: the shell's habit.  The second would be read as a BPF filter, with a riddle for a message. */
static sc_err check_filter_words(const struct sc_options *o)
{
	size_t files = 0;
	while (files < o->filter.count && access(o->filter.items[files], F_OK) == 0)
		files++;
	if (files == 0 || files < o->filter.count)
		return SC_OK;
	sc_say(o->filter.items[0], "a file without -r; give each capture its own -r");
	return SC_EUSAGE;
}

static sc_err check_keylog(const struct sc_options *o)
{
	if (!o->keylog)
		return SC_OK;
	if (access(o->keylog, R_OK) != 0) {
		sc_say(o->keylog, "cannot read the key log: %m; give a readable file to -k");
		return SC_EINPUT;
	}
	if (!o->quiet)
		sc_say("--keylog", "decryption is not built yet; encrypted sessions stay unread");
	return SC_OK;
}

/* The words of the filter, joined by spaces, in memory of the caller's to give back. */
static char *join_filter(const struct sc_words *w)
{
	size_t octets = 1;
	for (size_t i = 0; i < w->count; i++)
		octets += strlen(w->items[i]) + 1;
	char *filter = sc_memory_take(octets);
	struct sc_text t = sc_text_into(filter, filter ? octets - 1 : 0);
	for (size_t i = 0; i < w->count; i++) {
		sc_text_adds(&t, i ? " " : "");
		sc_text_adds(&t, w->items[i]);
	}
	return filter;
}

static sc_err open_source(struct run *r)
{
	char *filter = join_filter(&r->o->filter);
	struct sc_source_config config = {
		.paths = r->o->reads.items,
		.path_count = r->o->reads.count,
		.filter = filter,
		.snap = (uint32_t)r->o->snap,
		.say = say_source,
		.say_ctx = r,
		.stop = &sc_signals.stop,
	};
	sc_err err = sc_source_open(&r->source, &config);
	sc_memory_give(filter);
	return err;
}

/* What the engine cannot know of a `stats` event; memory in use is for the talkative, it differs between machines. */
static void complete_stats(const struct run *r, struct sc_ev_stats *stats)
{
	struct sc_source_facts facts = { 0 };
	sc_source_facts(r->source, &facts);
	stats->packets.dropped = facts.dropped;
	if (!r->o->verbose)
		stats->memory_octets = 0;
}

static void on_event(void *ctx, const struct sc_event *ev)
{
	struct run *r = ctx;
	if (ev->kind != SC_EVENT_stats) {
		sc_outputs_event(&r->outputs, ev);
		return;
	}
	struct sc_ev_stats body = *(const struct sc_ev_stats *)ev->body;
	struct sc_event stats = *ev;
	complete_stats(r, &body);
	stats.body = &body;
	sc_outputs_event(&r->outputs, &stats);
}

static sc_err open_engine(struct run *r)
{
	const struct sc_options *o = r->o;
	struct sc_engine_config config = {
		.memory = o->memory,
		.ports = o->ports.items,
		.port_count = o->ports.count,
		.any_port = o->any_port,
		.seed = o->seed,
		.wants = sc_outputs_wants(&r->outputs),
		.emit = on_event,
		.emit_ctx = r,
	};
	sc_err err = sc_engine_open(&r->engine, &config);
	if (err)
		sc_say("--mem", "cannot take %llu MiB of memory; give less", (unsigned long long)(o->memory >> 20));
	return err;
}

static sc_err open_all(struct run *r)
{
	SC_TRY(sc_selection_open(&r->selection, r->o, clock_now()));
	SC_TRY(check_filter_words(r->o));
	SC_TRY(check_keylog(r->o));
	SC_TRY(open_source(r));
	SC_TRY(sc_outputs_open(&r->outputs, r->o, &r->selection));
	return open_engine(r);
}

static void tell_stats(struct run *r)
{
	struct sc_engine_totals totals;
	sc_engine_totals(r->engine, &totals);
	sc_engine_tell_stats(&totals, r->packets, totals.last, on_event, r);
}

static void say_stats(struct run *r)
{
	const struct sc_counters *c = sc_engine_counters(r->engine);
	uint64_t read, total;
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
	}
	if (sc_signals.stats) {
		sc_signals.stats = 0;
		tell_stats(r);
		say_stats(r);
	}
	return !sc_signals.stop;
}

static void begin(struct run *r, sc_time first)
{
	sc_selection_begin(&r->selection, first);
	r->now = r->ticked = first;
	r->next_stats = r->o->stats_interval ? first + (sc_time)r->o->stats_interval * SC_SECOND : SC_TIME_NONE;
}

/* Capture time moves on, whatever flows the packets belong to. */
static void pass_time(struct run *r, sc_time when)
{
	if (r->packets == 0)
		begin(r, when);
	if (when > r->now)
		r->now = when;
	if (r->next_stats != SC_TIME_NONE && r->now >= r->next_stats) {
		tell_stats(r);
		r->next_stats = r->now + (sc_time)r->o->stats_interval * SC_SECOND;
	}
	if (r->packets % TICK_PACKETS == 0 || r->now - r->ticked >= SC_SECOND) {
		sc_engine_tick(r->engine, r->packets, r->now);
		r->ticked = r->now;
	}
}

static void look_around(struct run *r)
{
	uint64_t read, total;
	sc_source_progress(r->source, &read, &total);
	sc_progress_show(&r->progress, read, total, r->packets);
	r->dead = sc_outputs_dead(&r->outputs);
}

static void read_packets(struct run *r)
{
	struct sc_packet pkt;
	while (!r->dead && heed_signals(r) && sc_source_next(r->source, &pkt)) {
		pass_time(r, pkt.when);
		sc_engine_feed(r->engine, &pkt);
		r->packets++;
		sc_outputs_settle(&r->outputs);
		if (r->packets % TICK_PACKETS == 0)
			look_around(r);
	}
}

static bool lost_too_many(const struct run *r, const struct sc_source_facts *facts)
{
	double share = r->o->max_drop, all = (double)facts->packets + (double)facts->dropped;
	if (share < 0 || all == 0 || (double)facts->dropped / all <= share)
		return false;
	sc_say("--max-drop", "the capture lost %llu of %.0f packets; give it more buffer or a BPF filter",
	       (unsigned long long)facts->dropped, all);
	return true;
}

static void say_notes(const struct run *r, const struct sc_source_facts *facts)
{
	const struct sc_counters *c = sc_engine_counters(r->engine);
	if (r->o->quiet || r->dead || r->o->mode == SC_MODE_doctor)
		return;
	if (facts->packets && c->mail_flows == 0)
		sc_say(NULL, "no SMTP in %llu packets; smtpscope doctor with the same options tells why",
		       (unsigned long long)facts->packets);
	else
		sc_selection_explain(&r->selection);
	if (r->o->verbose)
		say_stats((struct run *)r);
}

static int worst_of(sc_err output, sc_err input, bool drops, bool matched)
{
	int reasons[] = { output, input, drops ? SC_EXIT_DROPS : 0, matched ? SC_EXIT_MATCHED : 0 };
	int worst = 0;
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i] && (worst == 0 || reasons[i] < worst))
			worst = reasons[i];
	return worst;
}

/* No progress line among lines that appear on the same terminal. */
static bool shows_progress(const struct sc_options *o)
{
	bool at_the_end = o->mode == SC_MODE_report || o->mode == SC_MODE_doctor;
	return !o->quiet && (at_the_end || !isatty(STDOUT_FILENO));
}

/* Reads to the end and writes everything. */
static int work(struct run *r)
{
	struct sc_source_facts facts = { 0 };
	sc_progress_begin(&r->progress, shows_progress(r->o));
	read_packets(r);
	sc_progress_end(&r->progress);
	sc_engine_finish(r->engine);
	tell_stats(r);
	sc_source_facts(r->source, &facts);
	sc_err input = sc_source_result(r->source);
	if (r->o->mode == SC_MODE_doctor)
		sc_doctor_tell(r->outputs.items[0].self, &facts, sc_engine_counters(r->engine), input);
	sc_err output = sc_outputs_close(&r->outputs);
	say_notes(r, &facts);
	return worst_of(output, input, lost_too_many(r, &facts), r->selection.failed);
}

int sc_run(const struct sc_options *o)
{
	struct run r = { .o = o };
	sc_signals_catch();
	sc_err err = open_all(&r);
	int code = err ? (int)err : work(&r);
	sc_outputs_close(&r.outputs);
	sc_engine_close(r.engine);
	sc_source_close(r.source);
	sc_selection_close(&r.selection);
	return code;
}
