/* tui.c - the dashboard's life: views on a stack, keys, drawing when something has changed; see inside.h. */
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

/* What every view offers in the footer. */
#define ALWAYS (SC_DO(open) | SC_DO(back) | SC_DO(filter) | SC_DO(report) | SC_DO(help) | SC_DO(quit))

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

const char *sc_tui_screen(size_t n)
{
	return n < SCREENS ? screens[n]->name : NULL;
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

/* ---- head and foot ---- */

/* A part of the first line, where it fits whole. */
static void put_part(struct sc_tui *t, struct sc_text *line, const struct sc_text *part)
{
	size_t room = (size_t)t->term.columns - 2;
	if (sc_text_columns(sc_text_str(line)) + sc_text_columns(sc_text_str(part)) + 2 > room)
		return;
	sc_text_adds(line, line->len ? "  " : "");
	sc_text_add(line, sc_text_str(part));
}

static void put_number(struct sc_tui *t, struct sc_text *line, const char *before, uint64_t n, const char *behind)
{
	SC_CELL(part);
	sc_text_adds(&part, before);
	sc_page_grouped(&part, n);
	sc_text_adds(&part, behind);
	put_part(t, line, &part);
}

/* The end of a path tells most, and of several words the first. */
static void put_brief_source(struct sc_tui *t, struct sc_text *part)
{
	sc_str source = sc_str_of(t->config.source), rest = source, word = sc_str_until(&rest, ' ');
	part->len = 0;
	sc_text_visible(part, sc_str_from(word, sc_str_rfind(word, '/') + 1));
	if (word.len < source.len) {
		sc_text_put(part, ' ');
		sc_text_adds(part, sc_term_sign(&t->term, SC_SIGN_MORE));
	}
}

static void put_source(struct sc_tui *t, struct sc_text *line)
{
	const struct sc_tui_progress *p = &t->progress;
	SC_CELL(part);
	sc_text_visible(&part, sc_str_of(t->config.source));
	if (part.len > (size_t)t->term.columns / 3)
		put_brief_source(t, &part);
	if (t->config.live)
		sc_text_adds(&part, "  LIVE");
	else if (p->over)
		sc_text_adds(&part, "  100 %");
	else if (p->total) {
		sc_text_adds(&part, "  ");
		sc_text_number(&part, p->read * 100 / p->total);
		sc_text_adds(&part, " %");
	}
	put_part(t, line, &part);
}

/* What matters most comes first; what does not fit is on the screen of the capture. */
static void put_health(struct sc_tui *t)
{
	SC_CELL(line);
	SC_CELL(gaps);
	SC_CELL(tls);
	SC_CELL(kept);
	const struct sc_tui_progress *p = &t->progress;
	const struct sc_store *s = &t->store;
	put_source(t, &line);
	put_number(t, &line, "", p->packets, " packets");
	put_number(t, &line, "dropped ", p->dropped, "");
	sc_text_adds(&gaps, "gaps ");
	sc_tui_octets(&gaps, t->all->gap_octets);
	put_part(t, &line, &gaps);
	sc_text_adds(&tls, "TLS ");
	sc_page_share(&tls, t->all->encrypted, t->all->sessions);
	put_part(t, &line, &tls);
	if (s->let_go[0] + s->let_go[1] + s->let_go[2])
		put_number(t, &line, "let go ", s->let_go[0] + s->let_go[1] + s->let_go[2], "");
	if (p->lost_events)
		put_number(t, &line, "not shown ", p->lost_events, "");
	sc_text_adds(&kept, "kept ");
	sc_tui_octets(&kept, s->octets);
	put_part(t, &line, &kept);
	sc_term_put(&t->term, 0, 1, t->term.columns - 2, sc_text_str(&line), p->dropped ? SC_STYLE_ALERT : SC_STYLE_HEAD, false);
}

/* A screen's brackets stand where the spaces between the others are. */
static void put_screens(struct sc_tui *t)
{
	int column = 0;
	bool narrow = t->term.columns < 93;
	for (size_t i = 0; i < SCREENS; i++) {
		SC_CELL(text);
		bool here = i == t->screen;
		sc_text_put(&text, here ? '[' : ' ');
		sc_text_number(&text, i + 1);
		sc_text_put(&text, ' ');
		sc_text_adds(&text, narrow && !here ? screens[i]->brief : screens[i]->name);
		sc_text_put(&text, here ? ']' : ' ');
		sc_term_put(&t->term, 1, column + !here, (int)text.len - !here, sc_str_from(sc_text_str(&text), !here),
			    here ? SC_STYLE_HERE : SC_STYLE_DIM, false);
		column += (int)text.len - 1;
		t->screen_ends[i] = column + 1;
	}
}

/* Numbers behind a filter are of what is kept and was looked at; that is said where it is not everything. */
static void put_caution(struct sc_tui *t, struct sc_text *to)
{
	const struct sc_store *s = &t->store;
	if (t->gathering && !sc_tui_passing(t)) {
		sc_text_adds(to, "   gathering");
	} else if (sc_tui_passing(t)) {
		sc_text_adds(to, "   looked at ");
		sc_page_share(to, t->pass.looked_at, s->sessions);
	} else if ((sc_tui_narrow_set(t) || (t->depth > 1 && sc_tui_top(t)->cls->collect)) && s->let_go[0] + s->let_go[1] + s->let_go[2]) {
		sc_text_adds(to, "   (of what is kept)");
	}
}

/* The views from the nth on, down to the one on top. */
static void put_path(struct sc_tui *t, struct sc_text *text, size_t from)
{
	for (size_t i = from; i < t->depth; i++) {
		sc_text_adds(text, i > from ? " > " : "");
		sc_text_adds(text, t->stack[i]->title[0] ? t->stack[i]->title : t->stack[i]->cls->name);
	}
	if (t->depth == 1)
		sc_text_adds(text, sc_tui_top(t)->title);
}

static void put_place(struct sc_tui *t)
{
	SC_CELL(text);
	put_path(t, &text, 1);
	if ((int)sc_text_columns(sc_text_str(&text)) > t->term.columns * 2 / 3 && t->depth > 2) {
		text.len = 0; /* the last of it tells most */
		sc_text_adds(&text, sc_term_sign(&t->term, SC_SIGN_MORE));
		sc_text_adds(&text, " > ");
		put_path(t, &text, t->depth - 1);
	}
	if (t->window.set) {
		sc_text_adds(&text, text.len ? "   " : "");
		sc_window_tell(t, &text);
	}
	if (t->where_text[0]) {
		sc_text_adds(&text, text.len ? "   " : "");
		sc_text_adds(&text, "where ");
		sc_text_visible(&text, sc_str_of(t->where_text));
	}
	put_caution(t, &text);
	int words = (int)sc_text_columns(sc_text_str(&text)), room = t->term.columns - 3;
	int strip = t->term.columns / 3 < SC_STRIP_BINS ? t->term.columns / 3 : SC_STRIP_BINS;
	strip = words + 2 + strip <= room ? strip : 0; /* its place is the same on each screen, or it is not there */
	sc_term_put(&t->term, 2, 1, room + 1, sc_text_str(&text), sc_tui_narrow_set(t) ? SC_STYLE_ALERT : SC_STYLE_PLAIN, false);
	sc_window_strip(t, 2, t->term.columns - 1 - strip, strip);
	sc_term_line(&t->term, 3, 0, t->term.columns);
}

/* The first of the ways in which a key is written. */
static sc_str shown_key(const struct sc_key_row *k)
{
	sc_str all = sc_str_of(k->shown);
	return sc_str_until(&all, ' ');
}

static int put_key(struct sc_tui *t, const struct sc_key_row *k, int row, int column)
{
	int shown = (int)sc_text_columns(shown_key(k)), word = (int)strlen(k->word);
	sc_term_put(&t->term, row, column, shown, shown_key(k), SC_STYLE_KEY, false);
	sc_term_put(&t->term, row, column + shown + 1, word, sc_str_of(k->word), SC_STYLE_PLAIN, false);
	return shown + word + 3;
}

/* Those that do something here, as many as fit; help is always there, at the right. */
static void put_keys(struct sc_tui *t, int row)
{
	int column = 1, end = t->term.columns - 8; /* where those on the left must have ended */
	uint64_t keys = ALWAYS | sc_tui_top(t)->cls->keys;
	const struct sc_key_row *k;
	for (size_t i = 0; (k = sc_key_row(i)); i++) {
		if (!k->word || !(keys >> k->command & 1))
			continue;
		int need = (int)(sc_text_columns(shown_key(k)) + strlen(k->word)) + 3;
		if (k->command == SC_DO_help)
			put_key(t, k, row, t->term.columns - 7);
		else if (column + need <= end + 1)
			column += put_key(t, k, row, column);
		else
			end = column; /* the order is that of the table, without holes */
	}
}

static void put_foot(struct sc_tui *t)
{
	int row = t->term.rows - 1;
	if (t->prompt.open)
		sc_prompt_draw(t, row);
	else if (t->message[0])
		sc_term_put(&t->term, row, 1, t->term.columns - 2, sc_str_of(t->message), SC_STYLE_ALERT, false);
	else
		put_keys(t, row);
	SC_CELL(text);
	sc_job_tell(t, &text);
	sc_walk_tell(t, &text);
	if (t->paused) {
		sc_text_adds(&text, " paused, ");
		sc_page_grouped(&text, t->store.generation - t->drawn);
		sc_text_adds(&text, " new ");
	}
	if (text.len && !t->prompt.open)
		sc_term_put(&t->term, row, t->term.columns - (int)text.len - 1, (int)text.len, sc_text_str(&text), SC_STYLE_SELECTED, false);
}

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

static void draw_all(struct sc_tui *t, struct sc_view *v)
{
	int foot = t->prompt.open ? 2 : 1;
	put_health(t);
	put_screens(t);
	put_place(t);
	v->cls->draw(t, v, (struct sc_area){ 4, 0, t->term.rows - 4 - foot, t->term.columns });
	put_foot(t);
}

static void draw(struct sc_tui *t)
{
	struct sc_view *v = sc_tui_top(t);
	sc_term_begin(&t->term);
	collect(t, v);
	if (t->term.rows < LEAST_ROWS || t->term.columns < LEAST_COLUMNS)
		sc_term_put(&t->term, 0, 0, t->term.columns, SC_STR("too small; enlarge the window"), SC_STYLE_PLAIN, false);
	else
		draw_all(t, v);
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
	case SC_DO_suspend:    kill(0, SIGTSTP); return true;
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
