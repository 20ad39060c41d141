/* limits.c - the numbers are those that the program itself goes by: plans of engine and ledger, tables of detectors. */
#include "app/limits.h"

#include <stdio.h>
#include <stdlib.h>

#include "app/detecting.h"
#include "app/run.h"
#include "base/memory.h"
#include "base/text.h"
#include "detect/frame/detection.h"
#include "engine/shard.h"

#include <smtpscope/ledger.h>

#define MIB 1048576.0

struct page {
	const struct sc_writer *w;
	bool failed;
};

/* A row; no number where things differ in size. */
static void row(struct page *p, uint64_t octets, uint64_t number, const char *what, const char *then)
{
	char room[256], count[24] = "";
	if (number)
		snprintf(count, sizeof(count), "%llu", (unsigned long long)number);
	int n = snprintf(room, sizeof(room), "%10.1f %10s  %s%s%s\n", (double)octets / MIB, count, what, then[0] ? ": " : "", then);
	p->failed |= n < 0 || (size_t)n >= sizeof(room) || !p->w->write(p->w->ctx, room, (size_t)n);
}

static void title(struct page *p, const char *words)
{
	p->failed |= !p->w->write(p->w->ctx, words, strlen(words));
}

static void engine_rows(struct page *p, uint64_t memory)
{
	struct sc_engine_plan e = sc_engine_plan(memory);
	row(p, e.connection_octets, e.connections, "connections", "half-open ones go first, then the one idle longest");
	row(p, e.session_octets, e.sessions, "mail sessions", "the one idle longest ends, `evicted`");
	row(p, e.store, 0, "what they keep", "what waits for missing octets is given up first");
	row(p, e.fragments, 0, "IP fragments", "the oldest");
}

static uint64_t detection_memory(uint64_t ledger)
{
	const char *name;
	uint64_t octets;
	for (size_t i = 0; (octets = sc_ledger_part(ledger, i, &name)) != 0; i++)
		if (strcmp(name, sc_detection_class.name) == 0)
			break;
	return octets;
}

static void ledger_rows(struct page *p, uint64_t memory)
{
	const char *name;
	uint64_t octets;
	for (size_t i = 0; (octets = sc_ledger_part(memory, i, &name)) != 0; i++)
		if (strcmp(name, sc_detection_class.name) != 0)
			row(p, octets, 0, name, "");
}

struct part {
	const char *name;
	size_t octets;
};

static int by_size(const void *a, const void *b)
{
	const struct part *x = a, *y = b;
	return x->octets != y->octets ? x->octets < y->octets ? 1 : -1 : strcmp(x->name, y->name);
}

static void detector_rows(struct page *p, const void *detection)
{
	struct part parts[128];
	size_t count = 0, sum = 0, all = sc_detection_octets(detection);
	while (count < 128 && sc_detection_part(detection, count, &parts[count].name, &parts[count].octets))
		sum += parts[count++].octets;
	qsort(parts, count, sizeof(parts[0]), by_size);
	for (size_t i = 0; i < count; i++)
		if (parts[i].octets)
			row(p, parts[i].octets, 0, parts[i].name, "");
	row(p, all > sum ? all - sum : 0, 0, "who is who, open findings, keys of clients and networks", "");
	row(p, all, 0, "all detectors", "full tables give up what was seen least");
}

/* The tables are taken as a run would take them: untouched, they cost address space only. */
static sc_err put_detectors(struct page *p, const struct sc_options *o, uint64_t ledger)
{
	struct sc_detect_settings *settings = NULL;
	sc_err err = sc_detecting_open(&settings, o);
	struct sc_observer_config config = { .memory = detection_memory(ledger), .seed = o->seed, .detect = settings };
	void *self = err ? NULL : sc_memory_take(sc_detection_class.size);
	if (!err)
		err = self ? sc_detection_class.open(self, &config) : SC_EFAILED;
	if (!err)
		detector_rows(p, self);
	if (self)
		sc_detection_class.close(self);
	sc_memory_give(self);
	sc_detect_settings_close(settings);
	return err;
}

sc_err sc_limits_write(const struct sc_options *o, const struct sc_writer *w)
{
	struct page p = { w, false };
	uint64_t ledger = sc_run_ledger_memory(o);
	title(&p, "Within --mem, in MiB:\n       MiB    at most  what, and what is given up when there is no more\n");
	engine_rows(&p, o->memory - ledger);
	title(&p, "Of all sessions together, within --mem:\n");
	ledger_rows(&p, ledger);
	title(&p, "Suspicious senders, beside --mem:\n");
	SC_TRY(put_detectors(&p, o, ledger));
	return p.failed ? SC_EFAILED : SC_OK;
}
