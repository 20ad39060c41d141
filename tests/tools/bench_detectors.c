/* bench_detectors.c - how good and how fast the global detectors are: bench_detectors [SEED [EVENTS]]
 *
 * First the made-up day of abuse.h.  Recall is the share of attackers that are told, precision the share of sources told (from
 * severity low on) that are attackers.  Then events of a million sources: nanoseconds an event, memory, and whether the ten
 * offenders are found.  Ends with 1 when recall or precision of a detector is below 0.95, or an offender is missed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "abuse.h"
#include "detect/frame/detection.h"

#define MOST_TOLD 20000
#define LEAST     0.95 /* recall and precision of each detector */

static void *self;
static bool good = true;
static struct { uint64_t told, wrong; } tallies[96];
static struct { char detector[32], subject[80]; } told[MOST_TOLD];
static uint64_t findings;
static size_t told_count;

/* ---- what is told ---- */

static bool same(const char *a, sc_str b)
{
	return strlen(a) == b.len && memcmp(a, b.at, b.len) == 0;
}

/* An attacker draws other findings, too, on its address, network or what it uses. */
static bool is_attacker(sc_str subject)
{
	for (size_t i = 0; i < actor_count; i++) {
		char net[40];
		snprintf(net, sizeof(net), "203.%u.%u.", actors[i].number >> 8 & 255, actors[i].number & 255);
		bool network = sc_str_starts(subject, sc_str_of(net));
		if (actors[i].kind < ATTACKS && (same(actors[i].subject, subject) || network))
			return true;
	}
	return false;
}

static void on_finding(void *ctx, const struct sc_event *ev)
{
	const struct sc_ev_finding *f = ev->body;
	size_t d = sc_detector_find(sc_str_of(f->detector));
	(void)ctx;
	findings++;
	if (strcmp(f->state, "new") != 0)
		return;
	for (size_t i = 0; i < actor_count; i++)
		if (actors[i].kind < ATTACKS && strcmp(kinds[actors[i].kind].detector, f->detector) == 0 &&
		    same(actors[i].subject, f->subject.value))
			actors[i].told = true;
	if (strcmp(f->severity, "info") == 0)
		return;
	bool wrong = actor_count && !is_attacker(f->subject.value);
	tallies[d].told++;
	tallies[d].wrong += wrong;
	if (wrong && getenv("SHOW"))
		printf("  %s %s: %.*s\n", f->detector, f->severity, (int)f->text.len, f->text.at);
	if (told_count < MOST_TOLD) {
		snprintf(told[told_count].detector, sizeof(told[0].detector), "%s", f->detector);
		snprintf(told[told_count].subject, sizeof(told[0].subject), "%.*s", (int)f->subject.value.len, f->subject.value.at);
		told_count++;
	}
}

struct result {
	uint64_t planted, found, told, wrong;
};

static void put_line(const char *name, const struct result *r)
{
	double recall = r->planted ? (double)r->found / (double)r->planted : 1;
	double precision = r->told ? 1 - (double)r->wrong / (double)r->told : 1;
	good &= recall >= LEAST && precision >= LEAST;
	printf("%-28s %8llu %8.3f %8llu %10.3f\n", name, (unsigned long long)r->planted, recall, (unsigned long long)r->told,
	       precision);
}

static struct result result_of(size_t d)
{
	struct result r = { .told = tallies[d].told, .wrong = tallies[d].wrong };
	for (size_t i = 0; i < actor_count; i++) {
		const struct actor *a = &actors[i];
		bool its = a->kind < ATTACKS && strcmp(kinds[a->kind].detector, sc_detectors[d]->name) == 0;
		r.planted += its;
		r.found += its && a->told;
		if (its && !a->told && getenv("SHOW"))
			printf("  missed %s of %s\n", sc_detectors[d]->name, a->subject);
	}
	return r;
}

static void put_result(void)
{
	struct result all = { 0 };
	printf("%-28s %8s %8s %8s %10s\n", "detector", "planted", "recall", "told", "precision");
	for (size_t d = 0; d < sc_detector_count(); d++) {
		struct result r = result_of(d);
		if (r.planted || r.told)
			put_line(sc_detectors[d]->name, &r);
		all.planted += r.planted;
		all.found += r.found;
		all.told += r.told;
		all.wrong += r.wrong;
	}
	put_line("all", &all);
}

/* Events of abuse.h go to the detectors. */
static void hear(const struct sc_event *ev)
{
	sc_detection_class.observe(self, ev);
}

static void open_all(struct sc_detect_settings *settings)
{
	static struct sc_observer_config config;
	config = (struct sc_observer_config){ .seed = 7, .detect = settings, .tell = on_finding };
	self = calloc(1, sc_detection_class.size);
	if (!self || sc_detection_class.open(self, &config) != SC_OK)
		exit(1);
	observe = hear;
	head = (struct sc_ev_head){ .session = 1, .client = { .port = 40000 } };
}

static void close_all(void)
{
	sc_detection_class.close(self);
	free(self);
}

static void play_day(struct sc_detect_settings *settings)
{
	open_all(settings);
	invent();
	qsort(acts, act_count, sizeof(acts[0]), by_time);
	for (size_t i = 0; i < act_count; i++) {
		now = T0 + acts[i].second * SC_SECOND;
		sc_detection_class.tick(self, now);
		perform(&actors[acts[i].actor], acts[i].i);
	}
	put_result();
	close_all();
}

/* ---- a million sources ---- */

static double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

__attribute__((noinline)) static double spend(uint64_t first, size_t count)
{
	double begin = seconds();
	for (size_t k = 0; k < count; k++) {
		if ((first + k) % 300 == 0)
			sc_detection_class.tick(self, batch[k].ev.when);
		sc_detection_class.observe(self, &batch[k].ev);
	}
	return seconds() - begin;
}

static unsigned offenders_told(void)
{
	unsigned found = 0;
	for (unsigned k = 1; k <= 10; k++) {
		char who[24];
		snprintf(who, sizeof(who), "203.0.113.%u", k);
		size_t i = 0;
		while (i < told_count && (strcmp(told[i].subject, who) != 0 || strcmp(told[i].detector, "recipient_harvest") != 0))
			i++;
		found += i < told_count;
	}
	return found;
}

static void play_flood(struct sc_detect_settings *settings, uint64_t count, bool odd)
{
	actor_count = 0;
	told_count = 0;
	findings = 0;
	open_all(settings);
	head.server = (struct sc_ev_endpoint){ ip(192, 0, 2, 25), 25 };
	size_t octets = sc_detection_octets(self);
	double spent = 0;
	for (uint64_t i = 0; i < count; i += BATCH) {
		size_t n = count - i < BATCH ? (size_t)(count - i) : BATCH;
		for (size_t k = 0; k < n; k++)
			make(&batch[k], i + k, odd);
		spent += spend(i, n);
	}
	printf("\n%llu events of a million sources%s: %.0f ns each, %llu findings; %.1f MiB before, %.1f MiB after; "
	       "%u of 10 offenders found\n",
	       (unsigned long long)count, odd ? ", each session a finding" : "", spent * 1e9 / (double)count,
	       (unsigned long long)findings, (double)octets / 1048576, (double)sc_detection_octets(self) / 1048576,
	       offenders_told());
	good &= offenders_told() == 10;
	close_all();
}

int main(int argc, char **argv)
{
	struct sc_detect_settings *settings;
	uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1, count = argc > 2 ? strtoull(argv[2], NULL, 10) : 10000000;
	struct sc_ip home = ip(192, 0, 2, 0);
	dice = (seed + 1) * UINT64_C(0x9e3779b97f4a7c15);
	if (sc_detect_settings_open(&settings) != SC_OK)
		return 1;
	sc_detect_settings_network(settings, SC_ROLE_HOME, &home, 24);
	sc_detect_settings_domain(settings, SC_STR("example.org"));
	play_day(settings);
	if (count)
		play_flood(settings, count, false);
	if (count)
		play_flood(settings, count / 10, true);
	sc_detect_settings_close(settings);
	return good ? 0 : 1;
}
