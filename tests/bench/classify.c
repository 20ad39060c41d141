/* classify.c - how many refusals a second get their cause on one core: texts of 200 octets, with our rules alone and
 * with 500 more, and texts ten times as long, which have to take ten times as long. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/text.h"
#include "explain/rulefile.h"

enum { TEXTS = 64, SHORT = 200, LONG = 2000, OWN_RULES = 500, ROUNDS = 5 };

static char texts[TEXTS][LONG];

/* Sentences of refusals, one after the other and each text from another one on; no two texts are the same. */
static void make_texts(void)
{
	static const char *const sentences[] = {
		"<user@example.org>: Recipient address rejected: nobody of this kind is here; ",
		"mail from 192.0.2.7 was looked at with care by mx7.example.org and put aside; ",
		"see https://postmaster.example.net/help?code=A17B for what this means to you; ",
		"the administrator asks for patience while the archive is being moved elsewhere; ",
		"transaction 4bXyZ12345 ended at 12:30:05 and left nothing behind worth telling; ",
	};
	for (unsigned i = 0; i < TEXTS; i++) {
		struct sc_text t = sc_text_into(texts[i], LONG);
		for (unsigned k = i; t.len < LONG; k = k * 5 + 1 + i) {
			char piece[160];
			int n = snprintf(piece, sizeof(piece), "%u %s", k % 1000, sentences[k % 5]);
			sc_text_add(&t, (sc_str){ piece, (size_t)n });
		}
	}
}

static void add_rules(void)
{
	static char file[OWN_RULES * 128];
	struct sc_text t = sc_text_into(file, sizeof(file));
	for (unsigned i = 0; i < OWN_RULES; i++) {
		char row[128];
		int n = snprintf(row, sizeof(row),
				 "SC_RULE(\"own:%u\", policy, \"5\", \"phrase %u of ours|our word %u & !archive %u\")\n", i,
				 i * 7919, i * 104729, i);
		sc_text_add(&t, (sc_str){ row, (size_t)n });
	}
	struct sc_rule_fault fault;
	if (sc_rulefile_load(sc_text_str(&t), &fault) != SC_OK) {
		printf("classify: %u:%u: %s\n", fault.line, fault.column, fault.what);
		exit(1);
	}
}

static double seconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Seconds of processor for one text of that length: the best of some rounds. */
static double measure(size_t octets, unsigned count)
{
	double best = 1e9;
	unsigned causes = 0;
	for (int round = 0; round < ROUNDS; round++) {
		double begin = seconds();
		for (unsigned i = 0; i < count; i++) {
			struct sc_reason r = sc_classify(550, (struct sc_status){ 5, 0, 0 },
							 (sc_str){ texts[i % TEXTS], octets }, SC_PHASE_rcpt);
			causes += r.cause;
		}
		double one = (seconds() - begin) / count;
		best = one < best ? one : best;
	}
	return causes ? best : 0;
}

int main(void)
{
	make_texts();
	sc_classify_open();
	double plain = measure(SHORT, 40000);
	add_rules();
	double more = measure(SHORT, 40000), longer = measure(LONG, 4000);
	printf("causes: %.0f texts of 200 octets a second; with 500 more rules %.0f (bar 100000), %.2f times as long;\n"
	       "        texts of 2000 octets take %.1f times as long\n",
	       1 / plain, 1 / more, more / plain, longer / more);
	return 1 / more < 100000;
}
