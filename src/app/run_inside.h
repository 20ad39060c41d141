/* run_inside.h - one run and what its parts share; for run.c, run_open.c and run_stats.c alone. */
#ifndef SC_APP_RUN_INSIDE_H
#define SC_APP_RUN_INSIDE_H

#include <smtpscope/ledger.h>

#include "app/become.h"
#include "app/detecting.h"
#include "app/fan.h"
#include "app/keyring.h"
#include "app/outputs.h"
#include "app/progress.h"
#include "app/save.h"
#include "app/thresholds.h"
#include "app/topology.h"

struct sc_run {
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

sc_time sc_run_clock(void); /* by the clock of the system */

/* Opens what the options ask for, inputs before outputs.  What is refused is said; close in any case. */
sc_err sc_run_open(struct sc_run *r);
void   sc_run_close(struct sc_run *r);

/* Sums over the engines and sources, whoever has made them. */
struct sc_fan_sums sc_run_sums(struct sc_run *r);
/* Packets dropped because a thread could not follow: a fan lets the kernel drop them. */
uint64_t sc_run_dropped(const struct sc_run *r);

void sc_run_event(void *run, const struct sc_event *ev); /* what the ledger tells; `run` is the struct sc_run */
void sc_run_tell_stats(struct sc_run *r);                /* as an event */
void sc_run_say_stats(struct sc_run *r);                 /* as a line on standard error */
/* What a user should know who reads only the output: on standard error, unless he wants to be left alone. */
void sc_run_say_notes(struct sc_run *r, const struct sc_fan_sums *sums);

#endif
