/* mutate.c - a capture, changed in a thousand ways, and what the engine must hold to all the same:
 * mutate FILE COUNT [FIRST [WORKERS]]
 *
 * Reads FILE (its first 20,000 packets) and feeds COUNT mutants of it (mutant.h), of the seeds FIRST (1), FIRST + 1,
 * ..., each to an engine of its own.  `mutate FILE 1 SEED` repeats one.  With WORKERS each is read once more by so many
 * engines on threads of their own, and what they write must be the same, octet by octet.  A mutant that is not done
 * after a minute hangs, and ends the program.
 *
 * Every packet is fed from memory of exactly its size that is given back after the call, every event is copied by
 * sc_pack() into memory of exactly its size, and the copy is written as JSON: a sanitizer sees each octet beyond.
 * Then the books must balance; see settle() and the functions named told_. */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <smtpscope/engine.h>

#include "app/topology.h"
#include "base/memory.h"
#include "base/str.h"
#include "engine/pack.h"
#include "input/ndpi.h"
#include "input/source.h"
#include "mutant.h"
#include "output/outputs.h"
#ifdef SC_MEMORY_CHECKED
#include <sanitizer/common_interface_defs.h>
#endif

#define PACKETS       20000u                 /* of a capture: what comes after is like what came before */
#define TICK_PACKETS  64u
#define MEMORY        (UINT64_C(8) << 20)    /* the least that an engine takes: opening more takes longer than mutants do */
#define ADVISER_EVERY 16u                    /* one in so many asks nDPI, whose tables take long to build */
#define CROWD_EVERY   50u                    /* one in so many seeds has to evict: */
#define CROWD         16000u                 /* packets of it: more sessions than there is room for */
#define CROWD_HEAD    16u                    /* each of its connections has at most so many */
#define PATIENCE_S    60u                    /* for one mutant */
#define OUTCOMES      (sizeof(struct sc_ev_outcomes) / sizeof(uint64_t))
#define COMPLAINTS    3u                     /* of one mutant, that are shown */

static void *take(size_t octets)
{
	void *at = calloc(1, octets ? octets : 1);
	if (!at) {
		fputs("mutate: no memory\n", stderr);
		exit(SC_EFAILED);
	}
	return at;
}

/* ---- the capture ---- */

struct capture {
	const char *name;
	struct sc_packet *packets; /* their octets are ours */
	size_t count;
};

static void load(struct capture *cap, struct sc_source *source)
{
	struct sc_packet pkt;
	enum sc_source_got got;
	while (cap->count < PACKETS && (got = sc_source_next(source, &pkt)) != SC_SOURCE_END) {
		if (got != SC_SOURCE_PACKET)
			continue;
		char *own = take(pkt.bytes.len);
		if (pkt.bytes.len)
			memcpy(own, pkt.bytes.at, pkt.bytes.len);
		pkt.bytes.at = own;
		cap->packets[cap->count++] = pkt;
	}
}

static void unload(struct capture *cap)
{
	for (size_t i = 0; i < cap->count; i++)
		free((char *)(uintptr_t)cap->packets[i].bytes.at);
	free(cap->packets);
}

/* ---- JSON is looked at octet by octet ---- */

struct reading {
	unsigned more, low, high; /* octets of UTF-8 that must follow; the range of the next */
	unsigned depth;
	bool     quoted, escaped;
	uint64_t lines;
	uint64_t digest;          /* of all of it */
	const char *wrong;        /* the first that was */
};

static void wrong(struct reading *r, const char *what)
{
	r->wrong = r->wrong ? r->wrong : what;
}

/* RFC 3629 4. */
static void read_utf8(struct reading *r, unsigned char o)
{
	if (r->more) {
		if (o < r->low || o > r->high)
			wrong(r, "ill-formed UTF-8");
		r->more--;
		r->low = 0x80;
		r->high = 0xbf;
		return;
	}
	if (o < 0xc2 || o > 0xf4)
		wrong(r, "an octet that begins no UTF-8");
	r->more = o < 0xe0 ? 1 : o < 0xf0 ? 2 : 3;
	r->low  = o == 0xe0 ? 0xa0 : o == 0xf0 ? 0x90 : 0x80;
	r->high = o == 0xed ? 0x9f : o == 0xf4 ? 0x8f : 0xbf;
}

static void read_plain(struct reading *r, char o)
{
	if (o == '"') {
		r->quoted = true;
	} else if (o == '{' || o == '[') {
		r->depth++;
	} else if (o == '}' || o == ']') {
		if (r->depth-- == 0)
			wrong(r, "a bracket that closes nothing");
	} else if (o == '\n') {
		r->lines++;
		if (r->depth)
			wrong(r, "a line that ends inside an object");
		r->depth = 0;
	}
}

static void read_octet(struct reading *r, char o)
{
	unsigned char u = (unsigned char)o;
	if (u >= 0x80 || r->more) {
		read_utf8(r, u);
		return;
	}
	if ((u < 0x20 && (o != '\n' || r->quoted)) || u == 0x7f)
		wrong(r, "a raw control character");
	if (!r->quoted)
		read_plain(r, o);
	else if (r->escaped)
		r->escaped = false;
	else if (o == '\\')
		r->escaped = true;
	else if (o == '"')
		r->quoted = false;
}

static bool read_json(void *ctx, const char *at, size_t len)
{
	struct reading *r = ctx;
	for (size_t i = 0; i < len; i++) {
		read_octet(r, at[i]);
		r->digest = (r->digest ^ (unsigned char)at[i]) * UINT64_C(0x100000001b3); /* FNV-1a */
	}
	return true;
}

/* ---- the books ---- */

struct book {              /* of one session: a connection has one, and is known by its number */
	uint64_t delivered[OUTCOMES], recipients[OUTCOMES];
	uint64_t transactions;
	bool     open, ended;
};

struct trial {
	const struct capture *capture;
	uint64_t seed;
	unsigned complaints;
	struct book *books;    /* by the number of the connection's first packet */
	size_t   book_count;
	uint64_t events, sessions, transactions;
	uint64_t outcomes[OUTCOMES]; /* as sessions told them */
	void    *json;
	struct reading reading;
};

static void complain(struct trial *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void complain(struct trial *t, const char *format, ...)
{
	va_list list;
	if (t->complaints++ >= COMPLAINTS)
		return;
	printf("FAIL %s seed %llu: ", t->capture->name, (unsigned long long)t->seed);
	va_start(list, format);
	vprintf(format, list);
	va_end(list);
	putchar('\n');
	fflush(stdout);
}

/* The members of struct sc_ev_outcomes by their words; OUTCOMES: it has none of that name. */
static size_t outcome_of(const char *word)
{
	static const char *const words[] = {
		"accepted", "deferred", "rejected", "withdrawn", "aborted", "in_doubt", "unknown",
	};
	_Static_assert(sizeof(words) / sizeof(words[0]) == OUTCOMES, "a word for each outcome");
	size_t i = 0;
	while (i < OUTCOMES && (!word || strcmp(word, words[i]) != 0))
		i++;
	return i;
}

/* Accepted with a code other than 2yz, deferred with other than 4yz, and so on; no code says nothing. */
static bool outcome_fits(size_t outcome, uint16_t code)
{
	static const uint16_t classes[OUTCOMES] = { 2, 4, 5 };
	return !code || !classes[outcome] || code / 100 == classes[outcome];
}

static void told_delivery(struct trial *t, struct book *b, const struct sc_ev_delivery *ev)
{
	size_t outcome = outcome_of(ev->outcome);
	if (outcome == OUTCOMES) {
		complain(t, "a delivery with the outcome %s", ev->outcome ? ev->outcome : "(none)");
		return;
	}
	b->delivered[outcome]++;
	if (!outcome_fits(outcome, ev->code))
		complain(t, "a delivery is %s with code %u", ev->outcome, ev->code);
	if (outcome == 0 && !ev->code)
		complain(t, "a delivery is accepted without a code");
}

/* The code of a recipient is of its RCPT reply: one that this refused stays refused, one that it took may still have
 * any outcome. */
static void told_transaction(struct trial *t, struct book *b, const struct sc_ev_transaction *ev)
{
	b->transactions++;
	t->transactions++;
	if (b->transactions != ev->n)
		complain(t, "transaction %llu comes as number %llu", (unsigned long long)ev->n,
			(unsigned long long)b->transactions);
	const struct sc_ev_recipient *list = ev->recipients.items;
	for (uint32_t i = 0; i < ev->recipients.count; i++) {
		size_t outcome = outcome_of(list[i].outcome);
		if (!list[i].rcpt_to.at) /* known by its reply only: it counts nowhere */
			continue;
		if (outcome == OUTCOMES) {
			complain(t, "a recipient with the outcome %s", list[i].outcome ? list[i].outcome : "(none)");
			continue;
		}
		b->recipients[outcome]++;
		if (outcome == 0 && list[i].code && list[i].code / 100 != 2)
			complain(t, "a recipient is accepted with code %u", list[i].code);
	}
}

static void told_session(struct trial *t, struct book *b, const struct sc_ev_session *ev)
{
	const uint64_t *told = (const uint64_t *)&ev->recipients;
	t->sessions++;
	b->ended = true;
	for (size_t i = 0; i < OUTCOMES; i++) {
		t->outcomes[i] += told[i];
		if (told[i] != b->delivered[i] || told[i] != b->recipients[i])
			complain(t, "outcome %zu: the session tells %llu, its deliveries %llu, its transactions %llu", i,
				(unsigned long long)told[i], (unsigned long long)b->delivered[i],
				(unsigned long long)b->recipients[i]);
	}
}

static void told_stats(struct trial *t, const struct sc_ev_stats *ev)
{
	if (memcmp(&ev->recipients, t->outcomes, sizeof(t->outcomes)) != 0)
		complain(t, "the totals of outcomes are not those of the sessions");
	if (ev->sessions.open || ev->sessions.closed != t->sessions)
		complain(t, "%llu sessions are open, %llu closed; %llu told", (unsigned long long)ev->sessions.open,
			(unsigned long long)ev->sessions.closed, (unsigned long long)t->sessions);
	if (ev->transactions != t->transactions)
		complain(t, "%llu transactions counted, %llu told", (unsigned long long)ev->transactions,
			(unsigned long long)t->transactions);
}

/* What shows a reset to be forged comes behind the end that it made (engine/forged.c). */
static bool comes_later(const struct sc_event *ev)
{
	const struct sc_ev_diagnosis *d = ev->body;
	return ev->kind == SC_EVENT_diagnosis && strcmp(d->diagnosis, "injected_reset") == 0;
}

static void told(struct trial *t, const struct sc_event *ev)
{
	if (!ev->head) {
		if (ev->kind == SC_EVENT_stats)
			told_stats(t, ev->body);
		else
			complain(t, "an event %s of no session", sc_event_shapes[ev->kind]->name);
		return;
	}
	bool loose = ev->kind == SC_EVENT_knock || ev->kind == SC_EVENT_ident || ev->kind == SC_EVENT_non_smtp;
	if (loose || ev->kind == SC_EVENT_finding) /* of no session, or of more than one */
		return;
	if (!ev->flow || ev->flow >= t->book_count) {
		complain(t, "an event of flow %llu", (unsigned long long)ev->flow);
		return;
	}
	struct book *b = &t->books[ev->flow];
	if (b->ended && !comes_later(ev))
		complain(t, "an event %s after its session's end", sc_event_shapes[ev->kind]->name);
	if (ev->head->frames.first > ev->head->frames.last || ev->head->frames.last > ev->packet)
		complain(t, "an event %s of packet %llu rests on %llu to %llu", sc_event_shapes[ev->kind]->name,
			(unsigned long long)ev->packet, (unsigned long long)ev->head->frames.first,
			(unsigned long long)ev->head->frames.last);
	b->open = true;
	if (ev->kind == SC_EVENT_delivery)
		told_delivery(t, b, ev->body);
	else if (ev->kind == SC_EVENT_transaction)
		told_transaction(t, b, ev->body);
	else if (ev->kind == SC_EVENT_session)
		told_session(t, b, ev->body);
}

static void on_event(void *ctx, const struct sc_event *ev)
{
	struct trial *t = ctx;
	void *copy = take(sc_pack_size(ev));
	const struct sc_event *packed = sc_pack(ev, copy);
	t->events++;
	told(t, packed);
	sc_sink_json.write(t->json, packed);
	free(copy);
}

/* ---- one mutant ---- */

/* When all is over: octets and packets are each counted once, what began has ended, and the output can be read. */
static void settle(struct trial *t, struct sc_topology *engines, uint64_t packets)
{
	const struct sc_counters *c = sc_topology_counters(engines);
	struct sc_engine_totals totals;
	if (c->octets_seen != sc_counters_octets_told(c))
		complain(t, "%llu octets were seen, and became of %llu", (unsigned long long)c->octets_seen,
			(unsigned long long)sc_counters_octets_told(c));
	if (c->packets != packets)
		complain(t, "%llu packets were fed, %llu counted", (unsigned long long)packets, (unsigned long long)c->packets);
	for (size_t i = 0; i < t->book_count; i++)
		if (t->books[i].open && !t->books[i].ended)
			complain(t, "the session of flow %zu did not end", i);
	sc_topology_totals(engines, &totals);
	sc_engine_tell_stats(&totals, packets, totals.last == SC_TIME_NONE ? 0 : totals.last, on_event, t);
	if (totals.memory_octets)
		complain(t, "%llu octets are in use when all is over", (unsigned long long)totals.memory_octets);
	sc_sink_json.flush(t->json);
	if (t->reading.lines != t->events)
		wrong(&t->reading, "not a line for each event");
	if (t->reading.wrong || t->reading.more || t->reading.quoted)
		complain(t, "JSON: %s", t->reading.wrong ? t->reading.wrong : "a string without an end");
}

struct feeder {
	struct sc_topology *engines;
	const struct capture *capture;
	struct chance *chance;
	const unsigned *rates;
	uint64_t number;
	sc_time  ticked;      /* the time of the last tick */
	size_t   crowd, head; /* packets of the crowd so far; how many each of its connections has */
};

/* Feeds the packet from memory of exactly its size, and drops that. */
static void feed(struct feeder *f, struct mutant *m)
{
	char *exact = take(m->pkt.bytes.len);
	memcpy(exact, m->at, m->pkt.bytes.len);
	m->pkt.bytes.at = exact;
	m->pkt.number = ++f->number;
	sc_topology_feed(f->engines, &m->pkt);
	free(exact);
	free(m->at);
	if (f->number % TICK_PACKETS == 1 || m->pkt.when - f->ticked >= SC_SECOND)
		sc_topology_tick(f->engines, f->number, f->ticked = m->pkt.when);
}

static struct mutant mutant_of(const struct sc_packet *pkt)
{
	struct mutant m = { .pkt = *pkt, .at = take(pkt->bytes.len) };
	memcpy(m.at, pkt->bytes.at, pkt->bytes.len);
	m.pkt.bytes.at = m.at;
	locate(&m);
	return m;
}

/* The crowd: the first packets of the capture, again and again as other connections. */
static void feed_crowd(struct feeder *f, size_t count, sc_time when)
{
	for (size_t i = 0; i < count; i++, f->crowd++) {
		struct mutant m = mutant_of(&f->capture->packets[f->crowd % f->head]);
		join_crowd(&m, f->crowd / f->head);
		m.pkt.when = when;
		feed(f, &m);
	}
}

static void feed_all(struct feeder *f, const uint32_t *order, size_t count, size_t crowd)
{
	for (size_t i = 0; i < count; i++) {
		struct mutant m = mutant_of(&f->capture->packets[order[i]]);
		change(f->chance, f->rates, &m);
		sc_time when = m.pkt.when;
		feed(f, &m);
		feed_crowd(f, crowd / count, when);
	}
}

/* Two ticks behind the end: a leap of days is taken as one of the clock, so that every age begins again; the second
 * is an hour later, and no connection lingers so long. */
static void finish(struct sc_topology *engines, uint64_t count, sc_time last)
{
	sc_topology_finish(engines);
	for (int days = 0; days < 2; days++)
		sc_topology_tick(engines, count, last + 2 * 86400 * SC_SECOND + days * 3600 * SC_SECOND);
}

static struct sc_topology *open_engines(struct trial *t, struct chance *c, size_t workers)
{
	struct sc_topology *engines;
	struct sc_topology_config config = { .workers = workers, .engine = { .memory = MEMORY, .any_port = happens(c, 2),
		.adviser = t->seed % ADVISER_EVERY ? NULL : sc_ndpi_class(), .ignore_vlan = happens(c, 4), .seed = t->seed, .emit = on_event, .emit_ctx = t } };
	if (sc_topology_open(&engines, &config) != SC_OK) {
		fputs("mutate: no memory for an engine\n", stderr);
		exit(SC_EFAILED);
	}
	return engines;
}

/* What is counted over all mutants. */
struct sum {
	uint64_t passed, events, evicted;
};

/* Reads one mutant; gives what was written of it as a number. */
static uint64_t try_seed(const struct capture *cap, uint64_t seed, size_t workers, struct trial *t, struct sum *sum)
{
	struct chance c = { seed * UINT64_C(0x2545f4914f6cdd1d) };
	unsigned rates[KINDS];
	pick_rates(&c, cap->count, rates);
	uint32_t *order = take(2 * cap->count * sizeof(*order));
	size_t count = arrange(&c, rates, cap->count, order);
	size_t crowd = seed % CROWD_EVERY == 0 ? CROWD : 0;
	*t = (struct trial){ .capture = cap, .seed = seed, .book_count = count + crowd + 1, .complaints = t->complaints,
		.json = take(sc_sink_json.size) };
	const struct sc_output_config config = { .writer = { read_json, &t->reading }, .wants = UINT64_MAX };
	SC_ASSERT(sc_sink_json.open(t->json, &config) == SC_OK);
	t->books = take(t->book_count * sizeof(*t->books));
	size_t head = 1 + below(&c, CROWD_HEAD);
	struct feeder f = { .engines = open_engines(t, &c, workers), .capture = cap, .chance = &c, .rates = rates,
		.head = head < cap->count ? head : cap->count };
	feed_all(&f, order, count, crowd);
	finish(f.engines, f.number, f.ticked);
	settle(t, f.engines, f.number);
	sum->events += t->events;
	sum->evicted += sc_topology_counters(f.engines)->flows_evicted;
	sc_topology_close(f.engines);
	sc_sink_json.close(t->json);
	free(t->json);
	free(t->books);
	free(order);
	return t->reading.digest;
}

/* Once, and with workers once more; when nothing had to be given up, both must tell the same. */
static void try_both(const struct capture *cap, uint64_t seed, size_t workers, struct sum *sum)
{
	struct trial t = { 0 };
	uint64_t evicted = sum->evicted, alone = try_seed(cap, seed, 1, &t, sum);
	uint64_t together = workers > 1 ? try_seed(cap, seed, workers, &t, sum) : alone;
	if (alone != together && sum->evicted == evicted)
		complain(&t, "%zu workers do not write what one does", workers);
	sum->passed += t.complaints == 0;
}

/* ---- the program ---- */

static char now[512]; /* what a report of a sanitizer or a failed assertion must be repeated with */

static void say_now(void)
{
	ssize_t written = write(STDERR_FILENO, now, strlen(now));
	(void)written;
}

static void on_abort(int number)
{
	say_now();
	signal(number, SIG_DFL);
	raise(number);
}

static void on_alarm(int number)
{
	static const char what[] = "mutate: it hangs\n";
	ssize_t written = write(STDERR_FILENO, what, sizeof(what) - 1);
	(void)number;
	(void)written;
	abort();
}

static void say(void *ctx, sc_err kind, const char *message)
{
	(void)ctx;
	if (kind != SC_OK && kind != SC_EDAMAGED)
		fprintf(stderr, "mutate: %s\n", message);
}

static int run(struct capture *cap, uint64_t first, uint64_t count, size_t workers)
{
	struct sum sum = { 0 };
	for (uint64_t seed = first; seed < first + count; seed++) {
		snprintf(now, sizeof(now), "mutate: this was %s 1 %llu %zu\n", cap->name, (unsigned long long)seed, workers);
		alarm(PATIENCE_S);
		try_both(cap, seed, workers, &sum);
	}
	printf("mutate: %s: %zu packets, %llu events, %llu evicted; %llu passed, %llu failed\n", cap->name, cap->count,
		(unsigned long long)sum.events, (unsigned long long)sum.evicted, (unsigned long long)sum.passed,
		(unsigned long long)(count - sum.passed));
	return sum.passed == count ? SC_OK : SC_EFAILED;
}

int main(int argc, char **argv)
{
	size_t workers = argc == 5 ? (size_t)strtoul(argv[4], NULL, 10) : 1;
	if (argc < 3 || argc > 5 || workers < 1 || workers > SC_TOPOLOGY_WORKERS) {
		fputs("mutate: call it with FILE COUNT [FIRST [WORKERS]]\n", stderr);
		return SC_EUSAGE;
	}
	signal(SIGABRT, on_abort);
	signal(SIGALRM, on_alarm);
#ifdef SC_MEMORY_CHECKED
	__sanitizer_set_death_callback(say_now);
#endif
	struct capture cap = { .name = argv[1], .packets = take(PACKETS * sizeof(struct sc_packet)) };
	const char *paths[] = { argv[1] };
	struct sc_source *source;
	sc_err err = sc_source_open(&source, &(struct sc_source_config){ .paths = paths, .path_count = 1, .say = say });
	if (err == SC_OK) {
		load(&cap, source);
		sc_source_close(source);
		err = (sc_err)run(&cap, argc > 3 ? strtoull(argv[3], NULL, 10) : 1, strtoull(argv[2], NULL, 10), workers);
	}
	unload(&cap);
	return (int)err;
}
