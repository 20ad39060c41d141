/* judge.c - recall and precision of each detector; see judge.h. */
#include "judge.h"

#include "scene.h"

#define LEAST  0.95
#define PLACES (1u << 17)

/* Where what is mild is said of look-alikes. */
static const struct {
	const char *detector;
	enum sc_severity bar;
} bars[] = {
	{"scanner", SC_SEVERITY_INFO},
	{"helo_invalid", SC_SEVERITY_INFO},
	{"account_fanout", SC_SEVERITY_HIGH},                /* medium: a new list, maybe */
	{"account_many_nets", SC_SEVERITY_MEDIUM},           /* low: two new places */
	{"auth_guessing", SC_SEVERITY_MEDIUM},               /* low: a telephone with an old password */
	{"auth_success_after_failures", SC_SEVERITY_MEDIUM}, /* low: a known place */
	{"connection_flood", SC_SEVERITY_MEDIUM},            /* low: it brings mail */
	{"exploit", SC_SEVERITY_MEDIUM},                     /* low: in a header */
	{"relay_open", SC_SEVERITY_HIGH},                    /* medium: --home may lack a domain */
	{"starttls_injection", SC_SEVERITY_MEDIUM},          /* low: an empty line */
};

static struct told {
	struct actor *actor;
	const char *text;
	char detector[32], subject[140];
	enum sc_severity worst;
} * table;
static uint64_t early; /* of the week before */

static enum sc_severity bar_of(const char *detector)
{
	for (size_t i = 0; i < sizeof(bars) / sizeof(bars[0]); i++)
		if (strcmp(bars[i].detector, detector) == 0)
			return bars[i].bar;
	return SC_SEVERITY_LOW;
}

static enum sc_severity rank(const char *name)
{
	int i = SC_SEVERITY_CRITICAL;
	while (i && strcmp(name, sc_severity_name((enum sc_severity)i)) != 0)
		i--;
	return (enum sc_severity)i;
}

void judge_begin(void)
{
	free(table);
	table = calloc(PLACES, sizeof(*table));
	early = 0;
	if (!table)
		exit(1);
}

static struct told *find(const char *detector, sc_str subject)
{
	uint64_t h = 1469598103934665603u;
	for (const char *c = detector; *c; c++)
		h = (h ^ (unsigned char)*c) * 1099511628211u;
	for (size_t i = 0; i < subject.len; i++)
		h = (h ^ (unsigned char)subject.at[i]) * 1099511628211u;
	size_t at = (h ^ h >> 29) & (PLACES - 1);
	for (; table[at].detector[0]; at = (at + 1) & (PLACES - 1))
		if (strcmp(table[at].detector, detector) == 0 && strlen(table[at].subject) == subject.len &&
		    memcmp(table[at].subject, subject.at, subject.len) == 0)
			break;
	return &table[at];
}

void judge_finding(const struct sc_ev_finding *f, bool past)
{
	early += past && rank(f->severity) >= bar_of(f->detector) && strcmp(f->state, "new") == 0;
	if (past || strcmp(f->state, "over") == 0)
		return;
	struct told *t = find(f->detector, f->subject.value);
	if (!t->detector[0]) {
		snprintf(t->detector, sizeof(t->detector), "%s", f->detector);
		snprintf(t->subject, sizeof(t->subject), "%.*s", (int)f->subject.value.len, f->subject.value.at);
		t->actor = owner_of(f->subject.value);
	}
	if (!t->text || rank(f->severity) > t->worst) {
		free((char *)(uintptr_t)t->text);
		char *copy = malloc(f->text.len + 1);
		memcpy(copy, f->text.at, f->text.len);
		copy[f->text.len] = '\0';
		t->text = copy;
	}
	t->worst = rank(f->severity) > t->worst ? rank(f->severity) : t->worst;
}

/* One of the words is `word`. */
static bool lists(const char *words, const char *word)
{
	sc_str rest = sc_str_of(words), one;
	while ((one = sc_str_word(&rest)).len)
		if (sc_str_equal(one, sc_str_of(word)))
			return true;
	return false;
}

static bool holds(const struct told *t)
{
	const struct scene *s = t->actor ? t->actor->scene : NULL;
	return s && s->detector && (strcmp(s->detector, t->detector) == 0 || lists(s->also, t->detector));
}

/* It reaches the detector's bar, and is no more than what has to be said of one that does no harm. */
static bool is_grave(const struct told *t)
{
	const struct scene *s = t->actor ? t->actor->scene : NULL;
	bool mild = s && !s->detector && lists(s->also, t->detector) && t->worst <= SC_SEVERITY_MEDIUM;
	return t->worst >= bar_of(t->detector) && !mild;
}

/* Of one detector. */
struct sums {
	unsigned planted, found, told, wrong, mild;
	double recall, precision; /* the worst of a day */
};

static struct sums sums[128];

static double share(unsigned part, unsigned whole)
{
	return whole ? (double)part / whole : 0;
}

static void count_told(const char *detector, struct sums *n, bool show)
{
	for (size_t i = 0; i < PLACES; i++) {
		struct told *t = &table[i];
		if (strcmp(t->detector, detector) != 0)
			continue;
		bool right = holds(t), grave = is_grave(t);
		n->mild += !grave && !right;
		n->wrong += grave && !right;
		n->told += grave && !(right && t->actor->told_by == detector); /* an attacker counts once */
		if (grave && right) {
			t->actor->told_by = detector;
			t->actor->told |= strcmp(t->actor->scene->detector, detector) == 0;
		}
		if (grave && !right && show)
			printf("  false: %s %s, %s (%s%u): %s\n", detector, sc_severity_name(t->worst), t->subject,
			       t->actor ? t->actor->scene->name : "nobody", t->actor ? t->actor->number : 0, t->text);
	}
}

static void count_planted(const char *detector, struct sums *n, bool show)
{
	for (size_t i = 0; i < actor_count; i++) {
		const struct actor *a = &actors[i];
		if (!a->scene->detector || strcmp(a->scene->detector, detector) != 0)
			continue;
		n->planted++;
		n->found += a->told;
		if (!a->told && show)
			printf("  missed: %s, %s%u, IPv%c: %u acts in %u s from %u on; %u %u %u\n", detector,
			       a->scene->name, a->number, a->v6 ? '6' : '4', a->acts, a->span, a->start, a->x, a->y,
			       a->z);
	}
}

double judge_day(uint64_t seed, bool show)
{
	struct sums all = {0};
	for (size_t d = 0; d < sc_detector_count(); d++) {
		const char *name = sc_detectors[d]->name;
		struct sums n = {0}, *sum = &sums[d];
		count_told(name, &n, show);
		count_planted(name, &n, show);
		double recall = share(n.found, n.planted), precision = 1 - share(n.wrong, n.told);
		bool first = sum->planted == 0;
		sum->recall = first || recall < sum->recall ? recall : sum->recall;
		sum->precision = first || precision < sum->precision ? precision : sum->precision;
		sum->planted += n.planted;
		sum->found += n.found;
		sum->told += n.told;
		sum->wrong += n.wrong;
		sum->mild += n.mild;
		all.planted += n.planted;
		all.found += n.found;
		all.told += n.told;
		all.wrong += n.wrong;
	}
	printf("seed %llu: recall %.4f of %u, precision %.4f of %u; in the week before, with nothing known yet, %llu "
	       "findings\n",
	       (unsigned long long)seed, share(all.found, all.planted), all.planted, 1 - share(all.wrong, all.told),
	       all.told, (unsigned long long)early);
	return share(all.found, all.planted);
}

double judge_recall(void)
{
	struct sums n = {0};
	for (size_t d = 0; d < sc_detector_count(); d++) {
		count_told(sc_detectors[d]->name, &n, false);
		count_planted(sc_detectors[d]->name, &n, false);
	}
	return share(n.found, n.planted);
}

bool judge_end(void)
{
	bool good = true;
	printf("\n%-28s %8s %8s %8s %8s %8s %10s %8s %8s\n", "detector", "from", "planted", "recall", "(worst)",
	       "told", "precision", "(worst)", "milder");
	for (size_t d = 0; d < sc_detector_count(); d++) {
		const char *name = sc_detectors[d]->name;
		const struct sums *n = &sums[d];
		double recall = share(n->found, n->planted), precision = n->told ? 1 - share(n->wrong, n->told) : 0;
		bool enough = recall >= LEAST && precision >= LEAST;
		printf("%-28s %8s %8u %8.3f %8.3f %8u %10.3f %8.3f %8u%s\n", name, sc_severity_name(bar_of(name)),
		       n->planted, recall, n->recall, n->told, precision, n->precision, n->mild,
		       enough ? "" : "  LOW");
		good &= enough;
	}
	return good;
}
