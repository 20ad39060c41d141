/* scene.h - a made-up day for the detectors: attackers of known kinds laid over traffic that does no harm.
 *
 * A scene is a way to behave, harmful or not; an actor plays one, with times, counts and addresses drawn within wide
 * limits. Everything comes of one row of dice: the same seed makes the same day.  What an actor uses (addresses,
 * domains, users) bears its number, so that a finding tells whose it is. */
#ifndef SC_TESTS_SCENE_H
#define SC_TESTS_SCENE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <smtpscope/detector.h>

#include "base/str.h"

#define T0        (INT64_C(1767225600) * SC_SECOND) /* 2026-01-01T00:00:00Z */
#define DAY_S     86400u
#define WEEK_S    (7 * DAY_S) /* before the day that counts: what is usual is learnt */
#define EVENING_S (6 * 3600u) /* behind it: what is awaited may still come */
#define OURS      "example.org"
#define BANK      "meadowbank.net" /* another domain of ours */

struct actor;

struct scene {
	const char *name;
	const char *detector; /* that has to tell of it; NULL: no harm is done */
	const char *also;     /* others that may, for what they say holds, too; separated by spaces.  Where no harm is
				 done: up to medium */
	unsigned count;       /* actors */
	void (*invent)(struct actor *a);
	void (*act)(struct actor *a, uint32_t i);
};

struct actor {
	const struct scene *scene;
	uint32_t number;    /* from 1 on */
	uint32_t net, nets; /* its networks outside */
	bool v6;
	uint32_t acts, start, span; /* on the day; seconds */
	uint32_t daily;             /* acts on each day of the week before */
	bool steady;                /* at even times */
	uint32_t x, y, z;           /* as its scene likes */
	const char *alias;          /* a name that does not bear its number; NULL: none */
	bool past;                  /* the act in work is of the week before */
	bool told;                  /* by the detector that has to */
	const char *told_by;        /* the last detector that was right about it */
};

struct scenes {
	const struct scene *at;
	size_t count;
};

/* ---- chance (play.c) ---- */

void roll(uint64_t seed);
uint32_t draw(uint32_t below);
uint32_t between(uint32_t least, uint32_t most);
uint32_t wide(uint32_t least, uint32_t most); /* small ones are as likely as large ones */
bool chance(unsigned percent);
/* A text that holds until a good many calls later. */
const char *text(const char *form, ...) __attribute__((format(printf, 1, 2)));

/* ---- actors (cast.c) ---- */

extern struct actor *actors;
extern size_t actor_count;

/* The actors of a day, and what the program is told before: networks and domains of ours, and so on. */
void cast_day(struct sc_detect_settings *settings);
void send_home(void);
/* Plays the day, and the week before; `passed` is told the second, from 0 on, before each act. */
void play_day(void (*passed)(uint32_t second));
/* Whose name or address that is; NULL: nobody's. */
struct actor *owner_of(sc_str value);

/* More than `limit` acts within `window` seconds, by little or by much: at most `most` of them, slowly or at once. */
void shape(struct actor *a, unsigned limit, unsigned window, unsigned most);
/* `acts` of them within `span` seconds, somewhere on the day. */
void place(struct actor *a, uint32_t acts, uint32_t span);
void all_day(struct actor *a, uint32_t acts);
void take_networks(struct actor *a, uint32_t count);
void be_peer(const struct sc_ip *ip, enum sc_role role);
void put_on_list(const char *line);

struct sc_ip outside(const struct actor *a, uint32_t net, uint32_t host); /* in its net-th network */
struct sc_ip inside(const struct actor *a, uint32_t host);                /* a machine or server of ours */
struct sc_ip strangers_server(uint32_t which);
struct sc_ip our_mx(const struct actor *a);

/* ---- sessions (play.c) ---- */

struct sensor {
	void *detection;
	struct sc_sentry *sentry;
};

struct letter {
	const char *from; /* NULL: not seen */
	const char *to[64];
	const char *outcomes[64], *causes[64];
	unsigned count;
	uint64_t size; /* SC_NONE: none was sent */
	const char *phase, *user;
	uint64_t quirks;
	const char *list;             /* a block list that the reply names */
	struct sc_ev_message message; /* told when `size` is known and message_id is there */
};

/* Session events go to sensors[hash of the session % count]. */
void connect_sensors(struct sensor *sensors, size_t count);
void set_clock(uint32_t second); /* of the week and day */
sc_time clock_now(void);
void on_watched(void *sensor, const struct sc_event *ev); /* what a sentry says */

void arrive(struct sc_ip client, struct sc_ip server, uint16_t port, const char *helo);
struct sc_ev_session *facts(void); /* of the session in work */
void say(const char *verb, const char *argument, uint16_t code, uint64_t quirks);
void answer(const char *verb, const char *const *lines, uint32_t count);
void login(const char *user, const char *outcome);
void login_by(const char *mechanism, const char *user, const char *outcome, bool cleartext);
void handshake(const struct sc_ev_tls *x);
void refusal(const char *phase, uint16_t code, const char *cause);
struct letter letter(const char *from, const char *to, const char *outcome, const char *cause);
void add_rcpt(struct letter *l, const char *to, const char *outcome, const char *cause);
void send_letter(const struct letter *l);
void mail(const char *from, const char *to, const char *outcome, const char *cause);
void leave(void);

#define QUIRK(name) SC_QUIRK_BIT(name)
#define SCENES_OF(rows)                                \
	{                                              \
		rows, sizeof(rows) / sizeof((rows)[0]) \
	}

#endif
