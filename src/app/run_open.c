/* run_open.c - opens all that a run needs: everything that can be refused is refused before the first packet, and inputs are
 * opened before outputs, so a misspelt file name empties no file. */
#include "app/run_inside.h"

#include <sys/random.h>

#include "app/input.h"
#include "app/mode.h"
#include "app/run.h"
#include "app/say.h"
#include "app/signals.h"
#include "input/ndpi.h"
#include "input/pcap_live.h"

#define LEAD_PACKETS 2000u /* of mail: before that threads cost more than they save */
#define LEDGER_SHARE 8u    /* of the memory, for what only all events together can tell */
#define HEAVY_OCTETS 800u  /* of their payload on average: message text, which is read as fast as it is handed over */

static void on_secrets(void *ctx, sc_str text)
{
	struct sc_run *r = ctx;
	if (r->engines)
		sc_topology_still(r->engines);
	sc_keyring_block(&r->keys, text);
}

static uint64_t wants_of(const struct sc_run *r)
{
	return sc_outputs_wants(&r->outputs) | sc_save_wants(&r->save);
}

/* As asked, else one a processor; but what trickles in from a pipe is treated on the spot: while nothing comes from
 * it nobody would look what the workers have told. */
static size_t workers_of(const struct sc_run *r)
{
	uint64_t read, total;
	if (sc_options_given(r->o, SC_OPT_workers))
		return (size_t)r->o->workers;
	sc_source_progress(r->source, &read, &total);
	return total || r->live ? sc_topology_processors() : 1;
}

/* Whoever sends mail past a live capture shall not be able to choose what meets in one bucket. */
static uint64_t seed_of(const struct sc_run *r)
{
	uint64_t seed = r->o->seed;
	if (r->live && !sc_options_given(r->o, SC_OPT_seed) && getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		seed = (uint64_t)sc_run_clock();
	return seed;
}

static sc_err open_ledger(struct sc_run *r, uint64_t memory)
{
	struct sc_ledger_config config = { .memory = memory, .seed = seed_of(r), .detect = r->detect,
		.wants = wants_of(r), .emit = sc_run_event, .emit_ctx = r };
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
static bool brief_messages(const struct sc_run *r)
{
	const struct sc_options *o = r->o;
	bool report = o->mode == SC_MODE_report && !o->json && !o->where && !o->fail_on;
	if (o->intel.count || asks_for_senders(o))
		return false;
	return report || !(wants_of(r) & SC_WANT(SC_EVENT_message));
}

uint64_t sc_run_ledger_memory(const struct sc_options *o)
{
	return o->memory / LEDGER_SHARE;
}

static sc_err open_engines(struct sc_run *r)
{
	const struct sc_options *o = r->o;
	uint64_t ledger = sc_run_ledger_memory(o);
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
static sc_err give_up_rights(struct sc_run *r)
{
	SC_TRY(sc_become_drop(&r->become));
	if (!r->become.user)
		return SC_OK;
	sc_outputs_check(&r->outputs, r->become.user);
	return sc_save_check(&r->save);
}

static sc_err open_input(struct sc_run *r)
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

sc_err sc_run_open(struct sc_run *r)
{
	sc_time now = sc_run_clock();
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

void sc_run_close(struct sc_run *r)
{
	sc_outputs_close(&r->outputs);
	sc_save_close(&r->save);
	sc_topology_close(r->engines);
	sc_fan_close(r->fan);
	for (size_t i = 1; i < r->o->fanout; i++)
		sc_source_close(r->sources[i]);
	sc_ledger_close(r->ledger);
	sc_detect_settings_close(r->detect);
	sc_keyring_close(&r->keys);
	sc_source_close(r->source);
	sc_source_close(r->again);
	sc_selection_close(&r->selection);
}
