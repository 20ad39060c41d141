/* story_day.c - how well retries are joined: story_day [DELIVERIES [SEED [MEBIBYTES [-v]]]], a synthetic day of 200,000
 * deliveries when nothing is said.
 *
 * A retry is joined rightly, or missed.  A delivery may also be joined to another message: wrong, when Message-ID or size told
 * them apart; else "alike": the earlier one left neither, or the same size.  Exit 1 when less than 99 % are joined
 * rightly, any wrongly, or more than one in two thousand to one that looks alike. */
#include <time.h>

#include "day.h"

static double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

struct plan {
	uint64_t deliveries, seed, memory;
	bool     verbose;
};

static bool play(const char *name, struct day_rates rates, const struct plan *p)
{
	struct day d = { .rates = rates, .verbose = p->verbose };
	double begin = seconds();
	day_play(&d, p->deliveries, p->seed, p->memory << 20);
	double spent = seconds() - begin;
	printf("%-20s %llu deliveries, %llu retries: %.2f %% joined, %llu missed, %llu wrong, %llu alike; %.0f a second\n", name,
	       (unsigned long long)d.deliveries, (unsigned long long)d.retries, 100.0 * (double)d.right / (double)d.retries,
	       (unsigned long long)d.missed, (unsigned long long)d.wrong, (unsigned long long)d.alike,
	       (double)d.deliveries / spent);
	return d.wrong == 0 && d.alike * 2000 <= d.retries && d.right * 100 >= d.retries * 99;
}

int main(int argc, char **argv)
{
	struct day_rates usual = DAY_USUAL, mixed = DAY_MIXED, nameless = DAY_USUAL, sizeless = DAY_USUAL;
	struct plan p = { 200000, 1, 64, argc > 4 };
	if (argc > 1)
		p.deliveries = strtoull(argv[1], NULL, 10);
	if (argc > 2)
		p.seed = strtoull(argv[2], NULL, 10);
	if (argc > 3)
		p.memory = strtoull(argv[3], NULL, 10);
	nameless.named = 0;
	sizeless.no_size = 100000;
	bool good = play("a usual day", usual, &p);
	good &= play("lists and programs", mixed, &p);
	play("no Message-ID seen", nameless, &p);
	play("no size declared", sizeless, &p);
	return good ? 0 : 1;
}
