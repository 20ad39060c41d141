/* screen.c - events go through a ring to the thread of the dashboard; see screen.h.
 *
 * The terminal is opened before the thread is started, so that what is wrong with it is said before anything is read.  From a
 * file a full ring waits for the screen; live, the event is left out and counted.  Leaving the dashboard ends the reading as
 * SIGINT does. */
#include "app/screen.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app/again.h"
#include "app/ring.h"
#include "app/say.h"
#include "app/signals.h"
#include "app/values.h"
#include "base/memory.h"
#include "engine/pack.h"
#include "tui/tui.h"

#define RING_OCTETS (16u << 20)
#define WAIT_KEY    40    /* ms that the thread waits for a key while events may come */
#define WAIT_IDLE   150   /* ms when nothing has come */
#define BURST       20000 /* events taken between two looks at the keys */

#define COUNTERS (sizeof(struct sc_counters) / sizeof(uint64_t))

struct sc_screen {
	const struct sc_options *options;
	bool live, started;
	struct sc_tui *tui;
	struct sc_ring ring;
	pthread_t thread;
	_Atomic uint64_t read, total, packets, dropped, lost;
	_Atomic uint64_t counters[COUNTERS]; /* as they lie in struct sc_counters */
	atomic_bool over;   /* the reading's: nothing more comes */
	atomic_bool left;   /* the thread's: the person has left */
};

void sc_screen_prepare(struct sc_screen *s, const struct sc_options *o, bool live)
{
	s->options = o;
	s->live = live;
}

void sc_screen_progress(struct sc_screen *s, uint64_t read, uint64_t total, uint64_t packets, uint64_t dropped)
{
	atomic_store_explicit(&s->read, read, memory_order_relaxed);
	atomic_store_explicit(&s->total, total, memory_order_relaxed);
	atomic_store_explicit(&s->packets, packets, memory_order_relaxed);
	atomic_store_explicit(&s->dropped, dropped, memory_order_relaxed);
}

void sc_screen_counters(struct sc_screen *s, const struct sc_counters *counters)
{
	uint64_t values[COUNTERS];
	memcpy(values, counters, sizeof(values));
	for (size_t i = 0; i < COUNTERS; i++)
		atomic_store_explicit(&s->counters[i], values[i], memory_order_relaxed);
}

/* ---- the thread ---- */

static bool take_events(struct sc_screen *s)
{
	size_t n = 0;
	const struct sc_event **record;
	while (n < BURST && (record = sc_ring_peek(&s->ring))) {
		sc_tui_event(s->tui, *record);
		sc_ring_pop(&s->ring);
		if (++n % 256 == 0)
			sc_ring_release(&s->ring);
	}
	sc_ring_release(&s->ring);
	return n > 0;
}

static void take_progress(struct sc_screen *s)
{
	struct sc_tui_progress p = { .over = atomic_load(&s->over),
		.read = atomic_load_explicit(&s->read, memory_order_relaxed),
		.total = atomic_load_explicit(&s->total, memory_order_relaxed),
		.packets = atomic_load_explicit(&s->packets, memory_order_relaxed),
		.dropped = atomic_load_explicit(&s->dropped, memory_order_relaxed),
		.lost_events = atomic_load_explicit(&s->lost, memory_order_relaxed) };
	uint64_t values[COUNTERS];
	for (size_t i = 0; i < COUNTERS; i++)
		values[i] = atomic_load_explicit(&s->counters[i], memory_order_relaxed);
	memcpy(&p.counters, values, sizeof(values));
	sc_tui_progress(s->tui, &p);
}

/* The thread that draws is the one that is stopped by SIGTSTP: the library of the terminal puts it back in a handler. */
static void take_stops(int how)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGTSTP);
	pthread_sigmask(how, &set, NULL);
}

static void *show(void *ctx)
{
	struct sc_screen *s = ctx;
	bool stays = true;
	take_stops(SIG_UNBLOCK);
	while (stays && !sc_signals.stop) {
		take_progress(s);
		bool busy = take_events(s);
		stays = sc_tui_turn(s->tui, busy ? 0 : atomic_load(&s->over) ? WAIT_IDLE : WAIT_KEY);
	}
	atomic_store(&s->left, true);
	if (!atomic_load(&s->over) && !sc_signals.stop)
		kill(getpid(), SIGINT);
	return NULL;
}

/* ---- the sink ---- */

static bool read_moment(sc_str text, bool utc, sc_time first, sc_time last, sc_time *out, struct sc_text *why)
{
	struct sc_moment m;
	if (!sc_value_moment(text, utc, last, &m, why))
		return false;
	*out = sc_moment_at(&m, utc, first);
	return true;
}

static sc_err open_screen(void *self, const struct sc_output_config *config)
{
	struct sc_screen *s = self;
	const char *why = "no memory; give a smaller --mem";
	const struct sc_options *o = s->options;
	struct sc_tui_config tui = { .source = config->source, .asides = config->asides, .aside_count = config->aside_count,
		.theme = o->theme, .where = o->where, .memory = o->memory / 2,
		.live = s->live, .ascii = o->ascii, .utc = o->utc, .again = sc_again_class(o), .moment = read_moment, .unsaved = s->live && !o->write };
	sc_err err = sc_ring_open(&s->ring, RING_OCTETS) ? sc_tui_open(&s->tui, &tui, &why) : SC_EFAILED;
	if (err) {
		sc_tui_close(s->tui);
		s->tui = NULL;
		sc_ring_close(&s->ring);
		sc_say("tui", "%s; use report, list or show", why);
		return err;
	}
	take_stops(SIG_BLOCK);
	s->started = pthread_create(&s->thread, NULL, show, s) == 0;
	return s->started ? SC_OK : SC_EFAILED;
}

static void *room_for(struct sc_screen *s, size_t octets)
{
	static const struct timespec moment = { 0, 1000000 };
	void *room;
	while (!(room = sc_ring_room(&s->ring, octets)) && !s->live && !atomic_load(&s->left)) {
		sc_ring_publish(&s->ring);
		nanosleep(&moment, NULL);
	}
	return room;
}

/* The session beside a verdict names its hosts; other events go without it. */
static bool needs_session(const struct sc_event *ev)
{
	return ev->session && (ev->kind == SC_EVENT_delivery || ev->kind == SC_EVENT_failure);
}

static void write_event(void *self, const struct sc_event *ev)
{
	struct sc_screen *s = self;
	struct sc_event session = { .kind = SC_EVENT_session, .body = ev->session };
	size_t body = sizeof(void *) + sc_pack_size(ev), octets = body;
	octets += needs_session(ev) ? sc_pack_size(&session) : 0;
	char *room = octets <= sc_ring_most(&s->ring) ? room_for(s, octets) : NULL;
	if (!room) {
		atomic_fetch_add_explicit(&s->lost, 1, memory_order_relaxed);
		return;
	}
	struct sc_event *packed = (struct sc_event *)(uintptr_t)sc_pack(ev, room + sizeof(void *));
	if (needs_session(ev))
		packed->session = sc_pack(&session, room + body)->body;
	memcpy(room, &packed, sizeof(packed));
	sc_ring_push(&s->ring, octets);
	if (sc_ring_hidden(&s->ring) > 8192)
		sc_ring_publish(&s->ring);
}

static void flush_events(void *self)
{
	sc_ring_publish(&((struct sc_screen *)self)->ring);
}

/* Everything was read: the person stays as long as they like. */
static sc_err close_screen(void *self)
{
	struct sc_screen *s = self;
	if (s->started) {
		flush_events(self);
		atomic_store(&s->over, true);
		pthread_join(s->thread, NULL);
	}
	sc_tui_close(s->tui);
	sc_ring_close(&s->ring);
	return SC_OK;
}

const struct sc_sink_class sc_sink_screen = { .name = "tui", .summary = "the dashboard", .size = sizeof(struct sc_screen),
	.open = open_screen, .write = write_event, .close = close_screen, .flush = flush_events };
