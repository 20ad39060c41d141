/* detect_fixture.h - a stage for detectors: made-up sessions go through the session detectors and the global ones as in the
 * program, and what is found is kept.  One detector plays at a time, so that a test sees nothing else. */
#ifndef DETECT_FIXTURE_H
#define DETECT_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "detect/frame/detection.h"

#define T0     (INT64_C(1767225600) * SC_SECOND) /* 2026-01-01T00:00:00Z */
#define FOUND  512
#ifdef SC_MEMORY_CHECKED
#define FLOOD  100000u
#else
#define FLOOD  1000000u
#endif

struct found {
	char detector[32], subject[140], severity[12], state[8], text[400];
	unsigned confidence, sessions;
	uint64_t count, threshold;
};

struct stage {
	struct sc_detect_settings *settings;
	struct sc_observer_config config;
	void *self;
	struct sc_sentry *watch;
	uint64_t room[SC_SENTRY_OCTETS / 8];
	struct sc_ev_head head;
	struct sc_ev_evidence evidence; /* of all that follows */
	const char *user;               /* logged in as */
	const char *helo;
	sc_time now;
	struct found found[FOUND];
	size_t found_count;
};

static inline void copy_text(char *to, size_t room, sc_str s)
{
	size_t len = s.len < room - 1 ? s.len : room - 1;
	memcpy(to, s.at ? s.at : "", len);
	to[len] = '\0';
}

static void on_found(void *ctx, const struct sc_event *ev)
{
	struct stage *st = ctx;
	const struct sc_ev_finding *f = ev->body;
	assert_int_equal(ev->kind, SC_EVENT_finding);
	if (st->found_count == FOUND)
		return;
	struct found *to = &st->found[st->found_count++];
	copy_text(to->detector, sizeof(to->detector), sc_str_of(f->detector));
	copy_text(to->subject, sizeof(to->subject), f->subject.value);
	copy_text(to->severity, sizeof(to->severity), sc_str_of(f->severity));
	copy_text(to->state, sizeof(to->state), sc_str_of(f->state));
	copy_text(to->text, sizeof(to->text), f->text);
	to->confidence = (unsigned)f->confidence;
	to->sessions = f->sessions.count;
	to->count = f->count;
	to->threshold = f->threshold;
	assert_true(f->confidence <= 100 && f->sessions.count <= 8 && f->text.len > 0);
}

static void on_watched(void *ctx, const struct sc_event *ev)
{
	struct stage *st = ctx;
	sc_detection_class.observe(st->self, ev);
}

static inline struct sc_ip ip_of(const char *text)
{
	struct sc_ip ip;
	assert_true(sc_ip_read(sc_str_of(text), &ip));
	return ip;
}

static inline void from_ip(struct stage *st, const char *ip)
{
	st->head.client = (struct sc_ev_endpoint){ ip_of(ip), 40000 };
}

/* The i-th of a million clients in as many networks as it takes. */
static inline void from_number(struct stage *st, uint32_t i)
{
	struct sc_ip ip = { .version = 4, .octets = { (uint8_t)(20 + (i >> 16) % 64), (uint8_t)(i >> 8), (uint8_t)i, 9 } };
	st->head.client = (struct sc_ev_endpoint){ ip, 40000 };
}

static inline void to_ip(struct stage *st, const char *ip, uint16_t port)
{
	st->head.server = (struct sc_ev_endpoint){ ip_of(ip), port };
}

static inline void pause_s(struct stage *st, unsigned seconds)
{
	st->now += seconds * SC_SECOND;
	sc_detection_class.tick(st->self, st->now);
}

static inline void new_session(struct stage *st)
{
	st->head.session++;
	memset(st->room, 0, sizeof(st->room));
}

/* `home`: networks and domains, separated by spaces; only the detector `name` plays (NULL: all). */
static void stage_open(struct stage *st, const char *name, const char *home)
{
	*st = (struct stage){ .now = T0, .helo = "mx.example.net" };
	assert_int_equal(sc_detect_settings_open(&st->settings), SC_OK);
	char room[200];
	for (size_t i = 0; name && sc_detectors[i]; i++) {
		struct sc_text why = sc_text_into(room, sizeof(room));
		if (strcmp(sc_detectors[i]->name, name) != 0)
			assert_true(sc_detect_settings_off(st->settings, sc_str_of(sc_detectors[i]->name), &why));
	}
	for (sc_str rest = sc_str_of(home ? home : ""); rest.len;) {
		sc_str word = sc_str_until(&rest, ' '), bits = word;
		struct sc_ip ip;
		uint64_t n = 32;
		sc_str address = sc_str_until(&bits, '/');
		if (!sc_ip_read(address, &ip)) {
			assert_true(sc_detect_settings_domain(st->settings, word));
			continue;
		}
		(void)sc_str_number(bits, &n);
		assert_true(sc_detect_settings_network(st->settings, SC_ROLE_HOME, &ip, (unsigned)n));
	}
	st->config = (struct sc_observer_config){ .seed = 7, .detect = st->settings, .tell = on_found, .tell_ctx = st };
	st->self = calloc(1, sc_detection_class.size);
	assert_non_null(st->self);
	assert_int_equal(sc_detection_class.open(st->self, &st->config), SC_OK);
	assert_int_equal(sc_sentry_open(&st->watch, st->settings, 7, on_watched, st), SC_OK);
	from_ip(st, "203.0.113.7");
	to_ip(st, "192.0.2.25", 25);
	new_session(st);
}

static void stage_close(struct stage *st)
{
	sc_detection_class.close(st->self);
	free(st->self);
	sc_sentry_close(st->watch);
	sc_detect_settings_close(st->settings);
}

static inline void set_option(struct stage *st, const char *setting)
{
	char room[200];
	struct sc_text why = sc_text_into(room, sizeof(room));
	if (!sc_detect_settings_set(st->settings, sc_str_of(setting), &why))
		fail_msg("%s: %.*s", setting, (int)why.len, why.at);
}

/* ---- events ---- */

static void tell_event(struct stage *st, enum sc_event_kind kind, const void *body)
{
	struct sc_ev_session facts = { .evidence = st->evidence };
	struct sc_event ev = { .kind = kind, .when = st->now, .head = &st->head, .session = &facts, .body = body };
	if (kind != SC_EVENT_exchange)
		sc_detection_class.observe(st->self, &ev);
	sc_sentry_event(st->watch, st->room, &ev);
}

static inline struct sc_ev_session plain_session(const struct stage *st)
{
	return (struct sc_ev_session){ .start = st->now - SC_SECOND, .end = st->now, .service = "smtp",
		.greeting = { 220, SC_STR("mx.example.org ESMTP"), SC_STR("mx.example.org"), SC_STR_NONE },
		.helo = { "EHLO", sc_str_of(st->helo) }, .starttls = "not_offered", .end_by = "quit", .exchanges = 6,
		.timing = { 1000000, 2000000, 1000000, SC_TIME_NONE, SC_SECOND }, .octets = { 300, 400 },
		.evidence = st->evidence };
}

/* Ends the session; the next event belongs to another. */
static inline void end_session(struct stage *st, const struct sc_ev_session *x)
{
	tell_event(st, SC_EVENT_session, x);
	new_session(st);
}

static inline void plain(struct stage *st, uint64_t transactions, uint64_t quirks)
{
	struct sc_ev_session x = plain_session(st);
	x.transactions = transactions;
	x.recipients.accepted = transactions;
	x.quirks = quirks;
	end_session(st, &x);
}

static inline void exchange(struct stage *st, const char *verb, const char *argument, uint16_t code, uint64_t quirks)
{
	sc_str line = SC_STR("said");
	struct sc_ev_exchange x = { .n = 1, .verb = sc_str_of(verb), .argument = sc_str_of(argument), .code = code,
		.text = { &line, 1 }, .latency_ms = SC_MS, .quirks = quirks };
	tell_event(st, SC_EVENT_exchange, &x);
}

/* A mail with one recipient; `cause` NULL: no refusal. */
static inline void mail(struct stage *st, const char *from, const char *to, const char *outcome, const char *cause)
{
	uint16_t code = strcmp(outcome, "accepted") == 0 ? 250 : strcmp(outcome, "deferred") == 0 ? 450 : 550;
	struct sc_ev_recipient r = { .rcpt_to = sc_str_of(to), .code = code, .outcome = outcome, .cause = cause };
	struct sc_ev_transaction x = { .n = 1, .helo = sc_str_of(st->helo), .mail_from = sc_str_of(from),
		.recipients = { &r, 1 }, .size = 2000, .declared_size = SC_NONE, .wire_size = 2000, .lines = 40,
		.outcome = outcome, .phase = code == 250 ? "eom" : "rcpt", .cause = cause, .code = code,
		.auth_user = sc_str_of(st->user), .evidence = st->evidence };
	tell_event(st, SC_EVENT_transaction, &x);
}

static inline void login(struct stage *st, const char *user, const char *outcome, bool cleartext)
{
	struct sc_ev_auth x = { .mechanism = SC_STR("PLAIN"), .user = sc_str_of(user), .outcome = outcome,
		.code = strcmp(outcome, "ok") == 0 ? 235 : 535, .cleartext = cleartext, .attempt = 1 };
	tell_event(st, SC_EVENT_auth, &x);
}

/* ---- what was found ---- */

static inline size_t count_found(const struct stage *st, const char *detector, const char *state)
{
	size_t n = 0;
	for (size_t i = 0; i < st->found_count; i++)
		n += strcmp(st->found[i].detector, detector) == 0 && strcmp(st->found[i].state, state) == 0;
	return n;
}

static inline const struct found *first_found(const struct stage *st, const char *detector, const char *subject)
{
	for (size_t i = 0; i < st->found_count; i++)
		if (strcmp(st->found[i].detector, detector) == 0 && (!subject || strcmp(st->found[i].subject, subject) == 0))
			return &st->found[i];
	return NULL;
}

static inline void show_found(const struct stage *st)
{
	for (size_t i = 0; i < st->found_count && i < 20; i++)
		print_message("  %s %s %s %s (%u): %s\n", st->found[i].detector, st->found[i].state, st->found[i].severity,
			      st->found[i].subject, st->found[i].confidence, st->found[i].text);
}

/* A scene: what happens on the stage, and the severity that must be told of it; NULL: silence. */
struct scene {
	const char *name, *detector, *home;
	void (*play)(struct stage *st);
	const char *severity;
};

static inline enum sc_severity severity_rank(const char *name)
{
	int i = SC_SEVERITY_CRITICAL;
	while (i && strcmp(name, sc_severity_name((enum sc_severity)i)) != 0)
		i--;
	return (enum sc_severity)i;
}

/* The worst severity that was told and is not over; NULL: none. */
static inline const char *worst_found(const struct stage *st)
{
	const char *worst = NULL;
	for (size_t i = 0; i < st->found_count; i++)
		if (strcmp(st->found[i].state, "over") != 0 &&
		    (!worst || severity_rank(st->found[i].severity) > severity_rank(worst)))
			worst = st->found[i].severity;
	return worst;
}

/* A crowd of strangers: each has a session, gets rid of a mail, or fails to log in. */
static inline void crowd(struct stage *st)
{
	struct sc_ev_endpoint client = st->head.client;
	const char *helo = st->helo;
	for (uint32_t i = 0; i < FLOOD; i++) {
		char name[48];
		snprintf(name, sizeof(name), "mx.d%u.example.net", i);
		from_number(st, i);
		st->helo = name;
		if (i % 3 == 0)
			plain(st, 1, 0);
		else if (i % 3 == 1)
			mail(st, "x@example.net", "user@example.org", "accepted", NULL);
		else
			login(st, "user", "failed", false);
		if (i % 280 == 279)
			pause_s(st, 1);
	}
	st->head.client = client;
	st->helo = helo;
	st->found_count = 0;
	new_session(st);
}

static inline void play_in(const struct scene *sc, bool crowded)
{
	struct stage *st = calloc(1, sizeof(*st));
	assert_non_null(st);
	stage_open(st, sc->detector, sc->home);
	size_t octets = sc_detection_octets(st->self);
	if (crowded)
		crowd(st);
	sc->play(st);
	const char *worst = worst_found(st);
	bool right = sc->severity ? worst && strcmp(worst, sc->severity) == 0 : !worst;
	if (!right) {
		show_found(st);
		fail_msg("%s: %s%s: %s instead of %s", sc->detector, sc->name, crowded ? " behind a crowd" : "",
			 worst ? worst : "silence", sc->severity ? sc->severity : "silence");
	}
	assert_int_equal(sc_detection_octets(st->self), octets);
	stage_close(st);
	free(st);
}

#define PLAY_ALL(scenes)                                                        \
	do {                                                                    \
		for (size_t i_ = 0; i_ < sizeof(scenes) / sizeof((scenes)[0]); i_++) \
			play_in(&(scenes)[i_], false);                          \
	} while (0)

/* ---- the four fixtures of each detector ---- */

static const struct fixture {
	const char *detector, *table, *above, *below, *alike, *flood;
} fixtures[] = {
#define SC_FIXTURE(detector, table, above, below, alike, flood) { #detector, #table, above, below, alike, flood },
#include "detect_fixtures.def"
#undef SC_FIXTURE
};
#define FIXTURES (sizeof(fixtures) / sizeof(fixtures[0]))

static inline const struct scene *scene_of(const struct scene *scenes, size_t count, const char *detector, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(scenes[i].detector, detector) == 0 && strcmp(scenes[i].name, name) == 0)
			return &scenes[i];
	fail_msg("%s lacks its fixture \"%s\"", detector, name);
	return NULL;
}

/* What stays below, or looks alike, is milder than what is above. */
static inline bool is_milder(const struct scene *a, const struct scene *b)
{
	return !a->severity || severity_rank(a->severity) < severity_rank(b->severity);
}

static inline void check_fixtures(const char *table, const struct scene *scenes, size_t count)
{
	for (size_t i = 0; i < FIXTURES; i++) {
		const struct fixture *f = &fixtures[i];
		if (strcmp(f->table, table) != 0)
			continue;
		const struct scene *above = scene_of(scenes, count, f->detector, f->above);
		assert_non_null(above->severity);
		assert_true(is_milder(scene_of(scenes, count, f->detector, f->below), above));
		assert_true(is_milder(scene_of(scenes, count, f->detector, f->alike), above));
		if (strcmp(f->flood, "crowd") == 0)
			play_in(above, true);
		else if (strcmp(f->flood, "floods") != 0)
			assert_non_null(scene_of(scenes, count, f->detector, f->flood)->severity);
	}
}

/* Plays the table, and sees that it has all fixtures that are said to be in it. */
#define PLAY_FIXTURES(table, scenes)                                            \
	do {                                                                    \
		PLAY_ALL(scenes);                                               \
		check_fixtures(table, scenes, sizeof(scenes) / sizeof((scenes)[0])); \
	} while (0)

/* A million clients, each of whom does a thing once, and one offender among them who does it `times` times, a second apart. */
static inline void flood(struct stage *st, void (*thing)(struct stage *st), unsigned times)
{
	struct sc_ev_endpoint offender = st->head.client;
	unsigned done = 0, per_second = 280;
	for (uint32_t i = 0; i < FLOOD; i++) {
		from_number(st, i);
		thing(st);
		if (i % per_second == per_second - 1)
			pause_s(st, 1);
		if (i > FLOOD / 2 && i % per_second == 7 && done < times) {
			st->head.client = offender;
			thing(st);
			done++;
		}
	}
	assert_int_equal(done, times);
	st->head.client = offender;
}

#endif
