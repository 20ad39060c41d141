/* run.c - plays the prose dialogues and compares what they give.
 *
 *	dialogue [-v] [-d] [-1] [-t WORDS] FILE.md...
 *
 * Every dialogue is played as it stands and checked against its expectations; then at every cut, in other orders and
 * with copies, which must not change what is told.  -t: only titles with these words; -1: only the plain run; -d: show
 * its events; -v: name each dialogue.  Exit 0 when all hold. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "play.h"

static struct {
	bool verbose, show, plain;
	const char *title;
	unsigned long dialogues, runs, failed;
} run;

struct test {
	const char *path;
	const struct dialogue *d;
	struct log whole;
	unsigned faults;
};

static void fault(struct test *t, int line, const char *what, const char *more)
{
	if (t->faults++ == 0)
		printf("FAIL %s:%d: %s\n", t->path, t->d->line, t->d->title);
	if (t->faults <= 6)
		printf("  line %d: %s%s%s\n", line, what, more ? ": " : "", more ? more : "");
}

/* ---- expectations ---- */

/* Takes the next term, which may hold quoted spaces. */
static char *next_term(char **rest)
{
	char *p = *rest + strspn(*rest, " "), *begin = p;
	bool quoted = false;
	if (!*p)
		return NULL;
	for (; *p && (quoted || *p != ' '); p++)
		quoted ^= *p == '"';
	*rest = p + (*p != 0);
	*p = 0;
	return begin;
}

static void strip_quotes(char *s)
{
	size_t n = strlen(s);
	if (n >= 2 && s[0] == '"' && s[n - 1] == '"') {
		memmove(s, s + 1, n - 2);
		s[n - 2] = 0;
	}
}

/* key=value, key=- (absent), key~part, key!~part. */
static bool term_holds(const struct told *t, const char *term)
{
	size_t key = strcspn(term, "=~!");
	const char *op = term + key;
	char *value = told_value(t, term, key);
	bool part = op[0] == '~' || strncmp(op, "!~", 2) == 0, negated = op[0] == '!', holds;
	char *wanted = strdup(op + 1 + negated);
	if (!wanted)
		abort();
	strip_quotes(wanted);
	if (part)
		holds = (value && strstr(value, wanted)) != negated;
	else if (strcmp(op, "=-") == 0)
		holds = !value;
	else
		holds = value && op[0] == '=' && strcmp(value, wanted) == 0;
	free(value);
	free(wanted);
	return holds;
}

/* The first term that does not hold, or NULL; to be freed. */
static char *broken_term(const struct told *t, const char *terms)
{
	char *copy = strdup(terms), *rest = copy, *term, *broken = NULL;
	if (!copy)
		abort();
	while (!broken && (term = next_term(&rest)))
		if (!term_holds(t, term))
			broken = strdup(term);
	free(copy);
	return broken;
}

static void show(const struct told *t)
{
	printf("    %s", t->kind);
	for (const char *p = t->facts; *p;) {
		const char *end = strchr(p, '\n');
		bool dull = strstr(p, "_ms=") && strstr(p, "_ms=") < end;
		if (!dull)
			printf(" %.*s", (int)(end - p), p);
		p = end + 1;
	}
	putchar('\n');
}

static void show_kind(const struct log *log, const char *kind)
{
	for (size_t i = 0; i < log->count; i++)
		if (!kind || strcmp(log->events[i].kind, kind) == 0)
			show(&log->events[i]);
}

static size_t count_kind(const struct log *log, const char *kind)
{
	size_t n = 0;
	for (size_t i = 0; i < log->count; i++)
		n += strcmp(log->events[i].kind, kind) == 0;
	return n;
}

/* Index behind the event that fits, from `from` on; exchanges may be skipped, of other kinds the next one must fit. */
static size_t find_event(struct test *t, const struct expect *x, size_t from)
{
	const struct log *log = &t->whole;
	bool may_skip = strcmp(x->word, "exchange") == 0;
	for (size_t i = from; i < log->count; i++) {
		if (strcmp(log->events[i].kind, x->word) != 0)
			continue;
		char *broken = broken_term(&log->events[i], x->terms);
		if (!broken)
			return i + 1;
		if (!may_skip) {
			fault(t, x->line, "does not hold", broken);
			show(&log->events[i]);
			free(broken);
			return i + 1;
		}
		free(broken);
	}
	fault(t, x->line, "no such event", x->word);
	show_kind(log, x->word);
	return log->count;
}

static void expect_kind(struct test *t, const char *kind, bool exactly)
{
	size_t at = 0, lines = 0;
	for (size_t i = 0; i < t->d->expect_count; i++) {
		const struct expect *x = &t->d->expects[i];
		if (x->kind != EXPECT_EVENT || strcmp(x->word, kind) != 0)
			continue;
		at = find_event(t, x, at);
		lines++;
	}
	if ((exactly || strcmp(kind, "exchange") != 0) && lines != count_kind(&t->whole, kind)) {
		fault(t, t->d->line, "not as many events as lines", kind);
		show_kind(&t->whole, kind);
	}
}

static bool first_of_kind(const struct dialogue *d, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (d->expects[i].kind == EXPECT_EVENT && strcmp(d->expects[i].word, d->expects[at].word) == 0)
			return false;
	return true;
}

static void check_expectations(struct test *t)
{
	for (size_t i = 0; i < t->d->expect_count; i++) {
		const struct expect *x = &t->d->expects[i];
		if (x->kind == EXPECT_EVENT && first_of_kind(t->d, i))
			expect_kind(t, x->word, false);
		else if (x->kind == EXPECT_EXACTLY)
			expect_kind(t, x->word, true);
		else if (x->kind == EXPECT_NONE && count_kind(&t->whole, x->word)) {
			fault(t, x->line, "an event that should not be", x->word);
			show_kind(&t->whole, x->word);
		} else if (x->kind == EXPECT_NEVER && (strstr(t->whole.json, x->word) || strstr(t->whole.same, x->word))) {
			fault(t, x->line, "a word that no event may hold", x->word);
		}
	}
}

/* ---- runs that must tell the same ---- */

static void tell_difference(struct test *t, const char *how, const char *a, const char *b)
{
	const char *kind = a;
	size_t i = 0;
	while (a[i] && a[i] == b[i])
		i++;
	while (i && a[i - 1] != '\n')
		i--;
	for (size_t k = 0; k < i; k++)
		if (a[k] == '#' && (k == 0 || a[k - 1] == '\n'))
			kind = a + k;
	fault(t, t->d->line, "differs", how);
	if (t->faults <= 6)
		printf("    in %.*s\n    whole: %.*s\n    here:  %.*s\n", (int)strcspn(kind, "\n"), kind,
		       (int)strcspn(a + i, "\n"), a + i, (int)strcspn(b + i, "\n"), b + i);
}

/* The log of the plain run, with only what must not change when `varied`. */
static void play_plain(const struct test *t, struct log *log)
{
	struct plan plain = plan_of(t->d, (struct cutting){ .split_at = SIZE_MAX });
	play(&plain, log);
	plan_free(&plain);
}

static void compare(struct test *t, struct plan *p, const char *how, size_t n, enum varied varied)
{
	struct log log = { .varied = varied }, whole = { .varied = varied };
	char name[80];
	play(p, &log);
	run.runs++;
	snprintf(name, sizeof(name), how, n);
	if (counters_fault(&log.counters))
		fault(t, t->d->line, counters_fault(&log.counters), name);
	if (varied == VARIED_CUTS && strcmp(t->whole.same, log.same) != 0) {
		tell_difference(t, name, t->whole.same, log.same);
	} else if (varied != VARIED_CUTS) {
		play_plain(t, &whole);
		if (strcmp(whole.same, log.same) != 0)
			tell_difference(t, name, whole.same, log.same);
	}
	log_free(&whole);
	log_free(&log);
	plan_free(p);
}

static size_t octets_of(const struct dialogue *d)
{
	size_t n = 0;
	for (size_t i = 0; i < d->step_count; i++)
		n += d->steps[i].len;
	return n;
}

static void try_cuts(struct test *t)
{
	static const size_t sizes[] = { 1, 2, 3, 5, 7, 13, 29, 61, 127, 509, 1448 };
	size_t total = octets_of(t->d), stride = total > 1500 ? total / 600 : 1;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct plan p = plan_of(t->d, (struct cutting){ .octets = sizes[i], .split_at = SIZE_MAX });
		compare(t, &p, "cut into segments of %zu", sizes[i], VARIED_CUTS);
	}
	for (size_t at = 1; at < total; at += stride) {
		struct plan p = plan_of(t->d, (struct cutting){ .split_at = at });
		compare(t, &p, "cut at octet %zu", at, VARIED_CUTS);
	}
}

/* More pieces than a side may hold early are given up: that is no difference to complain of. */
#define EARLY_PIECES 3000

static void try_orders(struct test *t)
{
	static const size_t sizes[] = { 0, 1, 7, 100 };
	/* Without a handshake, the first packet captured is where the streams begin: that one cannot come late. */
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]) && !t->d->midstream; i++)
		for (int side = 0; side < 2; side++) {
			struct cutting cut = { .octets = sizes[i], .split_at = SIZE_MAX };
			if (sizes[i] && octets_of(t->d) / sizes[i] > EARLY_PIECES)
				continue;
			struct plan p = plan_of(t->d, cut);
			plan_side_first(&p, (enum sc_side)side);
			compare(t, &p, side == SC_CLIENT ? "client first, segments of %zu" :
				"server first, segments of %zu", sizes[i], VARIED_ORDER);
		}
	struct plan p = plan_of(t->d, (struct cutting){ .split_at = SIZE_MAX });
	plan_one_moment(&p);
	compare(t, &p, "all at one moment", 0, VARIED_ORDER);
	for (size_t n = 0; n < 200; n++) {
		p = plan_of(t->d, (struct cutting){ .split_at = SIZE_MAX, .halves = n & 1 });
		plan_one_moment(&p);
		if (!plan_swap(&p, n / 2)) {
			plan_free(&p);
			break;
		}
		compare(t, &p, n & 1 ? "halves exchanged, pair %zu" : "segments exchanged, pair %zu", n / 2, VARIED_ORDER);
	}
}

static void try_copies(struct test *t)
{
	static const size_t sizes[] = { 0, 1, 7 };
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct plan p = plan_of(t->d, (struct cutting){ .octets = sizes[i], .split_at = SIZE_MAX });
		plan_twice(&p);
		compare(t, &p, "twice, segments of %zu", sizes[i], VARIED_COPIES);
	}
}

static void play_dialogue(const char *path, const struct dialogue *d)
{
	struct test t = { .path = path, .d = d, .whole = { .detailed = true } };
	struct plan p = plan_of(d, (struct cutting){ .split_at = SIZE_MAX });
	run.dialogues++;
	run.runs++;
	if (run.verbose)
		printf("%s:%d: %s\n", path, d->line, d->title);
	play(&p, &t.whole);
	plan_free(&p);
	if (run.show)
		show_kind(&t.whole, NULL);
	if (counters_fault(&t.whole.counters))
		fault(&t, d->line, counters_fault(&t.whole.counters), NULL);
	check_expectations(&t);
	if (!run.plain && !d->whole_only) {
		try_cuts(&t);
		try_orders(&t);
		try_copies(&t);
	}
	if (t.faults > 6)
		printf("  and %u more\n", t.faults - 6);
	run.failed += t.faults != 0;
	log_free(&t.whole);
}

static void play_file(const char *path)
{
	struct script s = script_read(path);
	for (size_t i = 0; i < s.count; i++)
		if (!run.title || strstr(s.dialogues[i].title, run.title))
			play_dialogue(path, &s.dialogues[i]);
	script_free(&s);
}

int main(int argc, char **argv)
{
	int c;
	setvbuf(stdout, NULL, _IOLBF, 0);
	while ((c = getopt(argc, argv, "vd1t:")) != -1) {
		if (c == '?')
			return 2;
		run.verbose |= c == 'v';
		run.show |= c == 'd';
		run.plain |= c == '1';
		if (c == 't')
			run.title = optarg;
	}
	for (int i = optind; i < argc; i++)
		play_file(argv[i]);
	printf("%lu dialogues, %lu runs, %lu failed\n", run.dialogues, run.runs, run.failed);
	return run.failed != 0;
}
