/* flood.c - what the global detectors cost, and whether they see ten offenders among a million sources; see flood.h.
 *
 * Events are made beforehand, a batch at a time, so that only what the detectors do with them is timed. */
#include "flood.h"

#include <time.h>

#include "detect/frame/detection.h"
#include "scene.h"

#define BATCH     256
#define OFFENDERS 10
#define MOST (64u << 20) /* octets of all detectors */

static struct made {
	struct sc_event ev;
	struct sc_ev_head head;
	struct sc_ev_recipient rcpt;
	union {
		struct sc_ev_session session;
		struct sc_ev_transaction mail;
		struct sc_ev_auth login;
	} body;
	char who[64], helo[64], to[64];
} batch[BATCH];
static uint64_t findings;
static bool told[OFFENDERS];

static struct sc_ip ip(unsigned a, unsigned b, unsigned c, unsigned d)
{
	return (struct sc_ip){{(uint8_t)a, (uint8_t)b, (uint8_t)c, (uint8_t)d}, 4};
}

static void make_mail(struct made *m, bool refused)
{
	m->rcpt = (struct sc_ev_recipient){.rcpt_to = sc_str_of(m->to),
					   .outcome = refused ? "rejected" : "accepted",
					   .cause = refused ? "user_unknown" : NULL,
					   .code = refused ? 550 : 250};
	m->body.mail = (struct sc_ev_transaction){.n = 1,
						  .helo = sc_str_of(m->helo),
						  .mail_from = sc_str_of(m->who),
						  .recipients = {&m->rcpt, 1},
						  .size = refused ? SC_NONE : 3000,
						  .outcome = m->rcpt.outcome,
						  .cause = m->rcpt.cause};
	m->ev.kind = SC_EVENT_transaction;
}

static void make_session(struct made *m, uint64_t mails)
{
	m->body.session = (struct sc_ev_session){
		.start = m->ev.when,
		.end = m->ev.when,
		.service = "smtp",
		.helo = {"EHLO", sc_str_of(m->helo)},
		.greeting = {220, SC_STR("mx.example.org"), SC_STR("mx.example.org"), SC_STR_NONE},
		.starttls = "offered_unused",
		.end_by = "quit",
		.transactions = mails,
		.recipients = {.accepted = mails},
		.octets = {2000, 500},
		.timing = {0, 0, 0, SC_TIME_NONE, SC_SECOND}};
	m->ev.kind = SC_EVENT_session;
}

static void make_login(struct made *m)
{
	m->body.login = (struct sc_ev_auth){
		.mechanism = SC_STR("PLAIN"), .user = sc_str_of(m->who), .outcome = "failed", .code = 535};
	m->ev.kind = SC_EVENT_auth;
}

/* The i-th event: three in three hundred are of the ten offenders, who guess recipients; the others are of strangers,
 * each of whom comes ten times in ten million.  `odd`: their HELO names are none, so that each session is a finding.
 */
static void make(struct made *m, uint64_t i, bool odd)
{
	uint32_t n = draw(1000000);
	bool offends = i % 300 < 3;
	m->head = (struct sc_ev_head){.session = i + 1, .server = {ip(192, 0, 2, 25), 25}};
	m->head.client.ip = offends ? ip(203, 0, 113, (unsigned)(1 + i / 300 % OFFENDERS))
				    : ip(20 + n / 65536, n / 256 % 256, n % 256, 9);
	m->head.client.port = 40000;
	snprintf(m->who, sizeof(m->who), "u%u@d%u.example", n, n % 5000);
	snprintf(m->helo, sizeof(m->helo), odd ? "u%u@d%u.example" : "m%u.d%u.example", n, n % 5000);
	snprintf(m->to, sizeof(m->to), offends ? "guess%u@" OURS : "user%u@" OURS, offends ? (unsigned)i : n % 1000);
	m->ev = (struct sc_event){.when = T0 + (sc_time)(i / 300) * SC_SECOND, .head = &m->head, .body = &m->body};
	if (offends || (i % 5 && i % 5 < 3))
		make_mail(m, offends || i % 2);
	else if (i % 5 == 0)
		make_login(m);
	else
		make_session(m, i % 2);
}

static void on_finding(void *ctx, const struct sc_event *ev)
{
	const struct sc_ev_finding *f = ev->body;
	(void)ctx;
	findings++;
	sc_str last = f->subject.value;
	uint64_t n;
	if (strcmp(f->detector, "recipient_harvest") != 0 || !sc_str_starts(last, SC_STR("203.0.113.")))
		return;
	if (sc_str_number(sc_str_from(last, 10), &n) && n && n <= OFFENDERS)
		told[n - 1] = true;
}

static double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

__attribute__((noinline)) static double spend(void *self, uint64_t first, size_t count)
{
	double begin = seconds();
	for (size_t k = 0; k < count; k++) {
		if ((first + k) % 300 == 0)
			sc_detection_class.tick(self, batch[k].ev.when);
		sc_detection_class.observe(self, &batch[k].ev);
	}
	return seconds() - begin;
}

static bool play(struct sc_detect_settings *settings, uint64_t count, bool odd)
{
	struct sc_observer_config config = {.seed = 7, .detect = settings, .tell = on_finding};
	void *self = calloc(1, sc_detection_class.size);
	findings = 0;
	memset(told, 0, sizeof(told));
	if (!self || sc_detection_class.open(self, &config) != SC_OK)
		exit(1);
	size_t octets = sc_detection_octets(self);
	double spent = 0;
	for (uint64_t i = 0; i < count; i += BATCH) {
		size_t n = count - i < BATCH ? (size_t)(count - i) : BATCH;
		for (size_t k = 0; k < n; k++)
			make(&batch[k], i + k, odd);
		spent += spend(self, i, n);
	}
	unsigned found = 0;
	for (unsigned k = 0; k < OFFENDERS; k++)
		found += told[k];
	printf("\n%llu events of a million sources%s: %.0f ns each, %llu findings; %.2f MiB before, %.2f MiB after; "
	       "%u of %u offenders found\n",
	       (unsigned long long)count, odd ? ", each session a finding" : "", spent * 1e9 / (double)count,
	       (unsigned long long)findings, (double)octets / 1048576, (double)sc_detection_octets(self) / 1048576,
	       found, OFFENDERS);
	sc_detection_class.close(self);
	free(self);
	return found == OFFENDERS && octets < MOST;
}

bool flood_events(uint64_t count)
{
	struct sc_detect_settings *settings;
	struct sc_ip home = ip(192, 0, 2, 0);
	if (sc_detect_settings_open(&settings) != SC_OK)
		return false;
	sc_detect_settings_network(settings, SC_ROLE_HOME, &home, 24);
	sc_detect_settings_domain(settings, SC_STR(OURS));
	roll(1);
	bool good = play(settings, count, false);
	good &= play(settings, count / 10, true);
	sc_detect_settings_close(settings);
	return good;
}
