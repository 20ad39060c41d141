/* tui.c - the dashboard's life: views on a stack, keys, drawing when something has changed; see inside.h, and frame.c for what
 * stands around a view. */
#include "tui/inside.h"

#include <signal.h>
#include <time.h>

#include "base/memory.h"

#define DRAW_EVERY 100 /* ms between two drawings while events come; a key is answered at once */
#define LEAST_ROWS 12
#define LEAST_COLUMNS 40

static const struct sc_view_class *const screens[] = { &sc_view_overview, &sc_view_sessions, &sc_view_failures,
	&sc_view_senders, &sc_view_domains, &sc_view_tls, &sc_view_messages, &sc_view_findings, &sc_view_capture };
#define SCREENS (sizeof(screens) / sizeof(screens[0]))

int64_t sc_tui_now(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* ---- the stack ---- */

struct sc_view *sc_tui_top(const struct sc_tui *t)
{
	return t->stack[t->depth - 1];
}

static struct sc_view *new_view(const struct sc_view_class *cls)
{
	struct sc_view *v = sc_memory_take(cls->size);
	if (v)
		v->cls = cls;
	return v;
}

static void free_view(struct sc_tui *t, struct sc_view *v)
{
	sc_job_stop(t, v);
	if (v && v->cls->close)
		v->cls->close(v);
	sc_memory_give(v);
}

struct sc_view *sc_tui_push(struct sc_tui *t, const struct sc_view_class *cls)
{
	struct sc_view *v = t->depth < SC_TUI_LEVELS ? new_view(cls) : NULL;
	if (v)
		t->stack[t->depth++] = v;
	else
		sc_tui_say(t, "no further; Esc goes back");
	return v;
}

void sc_tui_pop(struct sc_tui *t)
{
	if (t->depth > 1)
		free_view(t, t->stack[--t->depth]);
}

void sc_tui_go(struct sc_tui *t, size_t screen)
{
	while (t->depth > 1)
		sc_tui_pop(t);
	if (!t->screens[screen])
		t->screens[screen] = new_view(screens[screen]);
	if (!t->screens[screen])
		return;
	t->screen = screen;
	t->stack[0] = t->screens[screen];
	t->depth = 1;
}

const char *sc_tui_screen(size_t n, bool brief)
{
	return n >= SCREENS ? NULL : brief ? screens[n]->brief : screens[n]->name;
}

void sc_tui_say(struct sc_tui *t, const char *text)
{
	struct sc_text to = sc_text_into(t->message, sizeof(t->message) - 1);
	sc_text_adds(&to, text);
	t->message[to.len] = '\0';
}

bool sc_view_stale(const struct sc_tui *t, const struct sc_view *v)
{
	if (!v->generation || v->rearranged != t->store.rearranged || v->filtered != t->filtered || v->passes != t->pass.passes)
		return true;
	return v->generation != t->store.generation && !t->paused;
}

/* ---- drawing ---- */

/* A view that has not all its rows yet gets another turn. */
static void collect(struct sc_tui *t, struct sc_view *v)
{
	t->gathering = false;
	v->shown = true;
	if (!sc_view_stale(t, v) || !v->cls->collect)
		return;
	uint64_t generation = t->store.generation;
	t->gathering = !v->cls->collect(t, v);
	v->rearranged = t->store.rearranged;
	v->filtered = t->filtered;
	v->passes = t->pass.passes;
	v->generation = t->gathering || sc_tui_passing(t) ? 0 : generation;
}

static void draw(struct sc_tui *t)
{
	struct sc_view *v = sc_tui_top(t);
	sc_term_begin(&t->term);
	collect(t, v);
	if (t->term.rows < LEAST_ROWS || t->term.columns < LEAST_COLUMNS)
		sc_term_put(&t->term, 0, 0, t->term.columns, SC_STR("too small; enlarge the window"), SC_STYLE_PLAIN, false);
	else
		sc_frame_draw(t, v);
	sc_term_end(&t->term);
	if (!t->paused)
		t->drawn = t->store.generation;
	t->drawn_at = sc_tui_now();
	t->dirty = false;
}

/* ---- keys ---- */

static void switch_screen(struct sc_tui *t, bool next)
{
	sc_tui_go(t, (t->screen + (next ? 1 : SCREENS - 1)) % SCREENS);
}

#define WHEEL 3 /* rows of a step of it */

static void take_mouse(struct sc_tui *t, struct sc_view *v, uint32_t key)
{
	int row = t->term.click_row, column = t->term.click_column;
	for (int i = 0; i < WHEEL && key != SC_KEY_CLICK; i++)
		v->cls->key(t, v, key == SC_KEY_WHEEL_UP ? SC_DO_up : SC_DO_down);
	if (key != SC_KEY_CLICK)
		return;
	for (size_t i = 0; row == 1 && i < SCREENS; i++)
		if (column < t->screen_ends[i]) {
			sc_tui_go(t, i);
			return;
		}
	if (v->cls->click)
		v->cls->click(t, v, row, column);
}

static void switch_mouse(struct sc_tui *t)
{
	bool on = !t->term.mouse;
	if (!sc_term_mouse(&t->term, on))
		sc_tui_say(t, "this terminal tells nothing of a mouse");
	else
		sc_tui_say(t, on ? "mouse on: click a row, again to open it; m gives text selection back" : "mouse off");
}

static void go_back(struct sc_tui *t)
{
	if (sc_find_stop(t) || sc_walk_stop(t))
		sc_tui_say(t, "stopped");
	else
		sc_tui_pop(t);
}

static void leave_or_stay(struct sc_tui *t, uint32_t key)
{
	t->over = sc_key_command(key) == SC_DO_quit;
}

/* What is on no disk is gone with the screens. */
static void quit(struct sc_tui *t)
{
	t->over = !t->config.unsaved || t->progress.over;
	if (t->over)
		return;
	t->menu = leave_or_stay;
	sc_tui_say(t, "this capture is written nowhere (-w): q again leaves, any other key stays");
}

static bool everywhere(struct sc_tui *t, enum sc_command_key command)
{
	switch (command) {
	case SC_DO_back:       go_back(t); return true;
	case SC_DO_next_panel: switch_screen(t, true); return true;
	case SC_DO_prev_panel: switch_screen(t, false); return true;
	case SC_DO_filter:     sc_tui_ask_filter(t); return true;
	case SC_DO_clear:      sc_tui_filter(t, SC_STR("")); return true;
	case SC_DO_pane:       t->pane_off = !t->pane_off; return true;
	case SC_DO_pause:      t->paused = !t->paused; return true;
	case SC_DO_report:     sc_hand_report(t); return true;
	case SC_DO_help:       sc_tui_push(t, &sc_view_help); return true;
	case SC_DO_mouse:      switch_mouse(t); return true;
	case SC_DO_redraw:     sc_term_again(&t->term); return true;
	case SC_DO_palette:    sc_palette_open(t); return true;
	case SC_DO_suspend:
		sc_term_pause(); /* first: the guard may stop sooner than this process, and the shell writes as soon as it does */
		kill(0, SIGTSTP);
		return true;
	case SC_DO_quit:       quit(t); return true;
	default:               return sc_find_key(t, command) || sc_window_key(t, command);
	}
}

void sc_tui_do(struct sc_tui *t, enum sc_command_key command)
{
	struct sc_view *v = sc_tui_top(t);
	if (command != SC_DO_nothing && !v->cls->key(t, v, command))
		everywhere(t, command);
}

static void take_key(struct sc_tui *t, uint32_t key)
{
	if (sc_tui_top(t)->rearranged != t->store.rearranged || !sc_tui_top(t)->shown)
		draw(t); /* what its rows point to may be gone; or keys came faster than the first drawing */
	struct sc_view *v = sc_tui_top(t);
	t->dirty = true;
	t->message[0] = '\0';
	if (key == SC_KEY_LOST) {
		t->over = true;
		return;
	}
	if (t->menu) {
		void (*menu)(struct sc_tui *, uint32_t) = t->menu;
		t->menu = NULL;
		menu(t, key);
		return;
	}
	if (t->prompt.open) {
		sc_prompt_key(t, key);
		return;
	}
	if (v->cls->typed && v->cls->typed(t, v, key))
		return;
	if (key >= '1' && key < '1' + SCREENS) {
		sc_tui_go(t, key - '1');
		return;
	}
	if (key >= SC_KEY_CLICK && key <= SC_KEY_WHEEL_DOWN) {
		take_mouse(t, v, key);
		return;
	}
	sc_tui_do(t, sc_key_command(key));
}

bool sc_tui_turn(struct sc_tui *t, int wait_ms)
{
	bool changed = t->store.generation != t->drawn && !t->paused;
	if (!t->walk.word)
		sc_window_glide(t); /* a report is of one window */
	sc_tui_pass(t);
	sc_job_step(t);
	if (t->gathering && !t->dirty) {
		collect(t, sc_tui_top(t));
		t->dirty = !t->gathering;
	}
	if (t->dirty || sc_window_due(t) || ((t->job.job || t->walk.word) && sc_tui_now() - t->drawn_at >= DRAW_EVERY) || (changed && sc_tui_now() - t->drawn_at >= DRAW_EVERY))
		draw(t);
	sc_walk_step(t); /* behind the drawing: what a key did is seen first */
	sc_find_step(t);
	bool busy = t->pass.running || t->gathering || t->job.job || t->walk.word || t->find.runs;
	uint32_t key = sc_term_key(&t->term, busy ? 0 : wait_ms);
	while (key != SC_KEY_NONE && !t->over) {
		take_key(t, key);
		key = sc_term_key(&t->term, 0);
	}
	return !t->over;
}

/* ---- life ---- */

/* The event is gone soon. */
static void keep_others(struct sc_tui *t, const struct sc_tally *from)
{
	t->other_count = 0;
	for (uint32_t i = 0; i < from->count && t->other_count < SC_TUI_OTHERS; i++) {
		struct sc_tui_other *o = &t->others[t->other_count];
		struct sc_text name = sc_text_into(o->name, sizeof(o->name) - 1);
		sc_text_adds(&name, from->items[i].name);
		o->name[name.len] = '\0';
		o->n = from->items[i].count;
		t->others_told[t->other_count++] = (struct sc_count){ .name = o->name, .count = o->n };
	}
	t->stats.non_smtp = (struct sc_tally){ t->others_told, (uint32_t)t->other_count };
}

static void take_rate(struct sc_tui *t, uint64_t packets)
{
	int64_t now = sc_tui_now(), passed = now - t->rate_at;
	if (passed < 1000)
		return;
	t->rate = t->rate_at ? (packets - t->rate_packets) * 1000 / (uint64_t)passed : 0;
	t->rate_at = now;
	t->rate_packets = packets;
}

void sc_tui_event(struct sc_tui *t, const struct sc_event *ev)
{
	sc_failures_add(t->all, ev);
	if (ev->kind != SC_EVENT_stats)
		sc_window_note(t, ev->when);
	if (ev->kind == SC_EVENT_stats) {
		const struct sc_ev_stats *stats = ev->body;
		t->stats = *stats;
		t->stats.causes = (struct sc_tally){ NULL, 0 };
		keep_others(t, &stats->non_smtp);
		t->store.generation++;
	} else {
		sc_store_add(&t->store, ev);
	}
}

void sc_tui_progress(struct sc_tui *t, const struct sc_tui_progress *p)
{
	t->dirty |= p->over != t->progress.over || (p->packets != t->progress.packets && sc_tui_now() - t->drawn_at >= 500);
	t->progress = *p;
	take_rate(t, p->packets);
}

sc_err sc_tui_open(struct sc_tui **out, const struct sc_tui_config *config, const char **why)
{
	struct sc_tui *t = sc_memory_take(sizeof(*t));
	*why = "no memory; give a smaller --mem";
	if (!t)
		return SC_EFAILED;
	*out = t;
	t->config = *config;
	t->dirty = true;
	t->filtered = 1;
	t->oldest = t->newest = SC_TIME_NONE;
	sc_page_clock_open(&t->clock, config->utc);
	SC_TRY(sc_store_open(&t->store, config->memory));
	SC_TRY(sc_failures_open(&t->all));
	SC_TRY(sc_failures_open(&t->none));
	sc_choices_load(t);
	sc_known_load(t);
	SC_TRY(sc_term_open(&t->term, config->ascii, config->theme, why));
	sc_tui_go(t, 0);
	if (config->where)
		sc_tui_filter(t, sc_str_of(config->where));
	return t->depth ? SC_OK : SC_EFAILED;
}

void sc_tui_close(struct sc_tui *t)
{
	if (!t)
		return;
	sc_term_close(&t->term);
	sc_job_stop(t, NULL);
	sc_walk_stop(t);
	sc_choices_save(t);
	while (t->depth > 1)
		sc_tui_pop(t);
	for (size_t i = 0; i < SCREENS; i++)
		free_view(t, t->screens[i]);
	sc_where_close(t->where);
	sc_failures_close(t->all);
	sc_failures_close(t->some);
	sc_failures_close(t->none);
	sc_failures_close(t->pass.model);
	sc_store_close(&t->store);
	sc_memory_give(t);
}
