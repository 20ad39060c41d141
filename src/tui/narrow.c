/* narrow.c - which sessions are shown, and what the shown ones add up to.
 *
 * A session is shown when one of its events lies in the window of time and matches the filter, with what is known of the
 * session beside it.  A change of either begins a pass over all sessions, some milliseconds at a turn, so that a key is
 * answered at once however many are kept; what was looked at so far is shown meanwhile.  The answer is kept with the session
 * until filter, window or its events change. */
#include "tui/inside.h"

#define SLICE 15   /* ms of a pass at a turn */
#define LOOKS 64   /* sessions between two looks at the clock */
#define AGAIN 1000 /* ms between two counts of the same filter while events come */

typedef bool inside_fn(const struct sc_tui *t, sc_time when);

static bool matches(const struct sc_tui *t, const struct sc_where *w, const struct sc_seen *seen, inside_fn *inside)
{
	for (const struct sc_kept *k = seen->first; k; k = k->next) {
		struct sc_event ev = *k->ev;
		ev.session = seen->session;
		if (inside(t, ev.when) && (!w || sc_where_match(w, &ev)))
			return true;
	}
	return false;
}

bool sc_tui_matches(const struct sc_tui *t, const struct sc_where *w, const struct sc_seen *seen)
{
	return matches(t, w, seen, sc_tui_inside);
}

bool sc_tui_narrow_set(const struct sc_tui *t)
{
	return t->where || t->window.set;
}

static void judge(struct sc_tui *t, struct sc_seen *seen)
{
	seen->judged = t->filtered;
	seen->judged_last = seen->last;
	seen->shown = matches(t, t->where, seen, sc_tui_inside);
}

bool sc_tui_shows(struct sc_tui *t, struct sc_seen *seen)
{
	if (!sc_tui_narrow_set(t))
		return true;
	if (seen->judged != t->filtered && t->pass.running)
		return false; /* its turn comes */
	if (seen->judged != t->filtered || seen->judged_last != seen->last)
		judge(t, seen);
	return seen->shown;
}

void sc_tui_narrowed(struct sc_tui *t)
{
	t->filtered++;
	t->pass.running = false;
	t->pass.done_filtered = 0;
	t->dirty = true;
}

/* ---- a pass ---- */

static void begin(struct sc_tui *t)
{
	struct sc_pass *p = &t->pass;
	sc_failures_close(p->model);
	p->model = NULL;
	if (sc_failures_open(&p->model) != SC_OK)
		return;
	p->running = true;
	p->at = NULL;
	p->looked_at = 0;
	memset(p->before, 0, sizeof(p->before));
	p->filtered = t->filtered;
	p->generation = t->store.generation;
	p->rearranged = t->store.rearranged;
}

static void count(struct sc_tui *t, struct sc_seen *seen)
{
	for (const struct sc_kept *k = seen->first; k; k = k->next) {
		struct sc_event ev = *k->ev;
		ev.session = seen->session;
		if (sc_tui_inside(t, ev.when))
			sc_failures_add(t->pass.model, &ev);
	}
}

/* As much time as the window holds, before it. */
static bool before_window(const struct sc_tui *t, sc_time when)
{
	return when < t->window.from && when >= t->window.from - (t->window.to - t->window.from);
}

static void count_before(struct sc_tui *t, const struct sc_seen *seen)
{
	if (!t->window.set || !matches(t, t->where, seen, before_window))
		return;
	for (const struct sc_kept *k = seen->first; k; k = k->next)
		if (k->ev->kind == SC_EVENT_delivery && before_window(t, k->ev->when))
			t->pass.before[sc_outcome_of(((const struct sc_ev_delivery *)k->ev->body)->outcome)]++;
}

static bool before_is_whole(const struct sc_tui *t)
{
	const struct sc_store *s = &t->store;
	return t->window.set && t->oldest != SC_TIME_NONE && t->window.from - (t->window.to - t->window.from) >= t->oldest &&
	       !(s->let_go[0] + s->let_go[1] + s->let_go[2]) && !t->progress.lost_events;
}

/* Findings of no session: a window holds them, a filter of sessions does not. */
static void count_loose(struct sc_tui *t)
{
	for (const struct sc_kept *k = t->where ? NULL : t->store.loose_first; k; k = k->next)
		if (sc_tui_inside(t, k->ev->when))
			sc_failures_add(t->pass.model, k->ev);
}

static void end(struct sc_tui *t)
{
	struct sc_pass *p = &t->pass;
	count_loose(t);
	p->running = false;
	p->done_filtered = p->filtered;
	p->done_generation = p->generation;
	p->ended_at = sc_tui_now();
	p->passes++;
	memcpy(t->before, p->before, sizeof(t->before));
	t->compares = before_is_whole(t);
	sc_failures_close(t->some);
	t->some = p->model;
	p->model = NULL;
	t->dirty = true;
}

static void go_on(struct sc_tui *t)
{
	struct sc_pass *p = &t->pass;
	int64_t until = sc_tui_now() + SLICE;
	do {
		for (int i = 0; i < LOOKS; i++) {
			struct sc_seen *seen = sc_store_next(&t->store, p->at);
			if (!seen) {
				end(t);
				return;
			}
			p->at = seen;
			p->looked_at++;
			if (seen->judged != t->filtered || seen->judged_last != seen->last)
				judge(t, seen);
			if (seen->shown)
				count(t, seen);
			count_before(t, seen);
		}
	} while (sc_tui_now() < until);
}

void sc_tui_pass(struct sc_tui *t)
{
	struct sc_pass *p = &t->pass;
	if (!sc_tui_narrow_set(t))
		return;
	bool other = p->done_filtered != t->filtered;
	bool newer = p->done_generation != t->store.generation && !t->paused && sc_tui_now() - p->ended_at >= AGAIN;
	if (p->running && p->rearranged != t->store.rearranged)
		p->running = false; /* the session it stood at may be gone */
	if (p->running)
		go_on(t);
	else if (other || newer)
		begin(t);
}

bool sc_tui_passing(const struct sc_tui *t)
{
	return t->pass.running && t->pass.done_filtered != t->filtered;
}

const struct sc_failures *sc_tui_model(struct sc_tui *t)
{
	if (!sc_tui_narrow_set(t))
		return t->all;
	if (t->some && t->pass.done_filtered == t->filtered)
		return t->some;
	return t->pass.model ? t->pass.model : t->none;
}

const uint64_t *sc_tui_before(const struct sc_tui *t)
{
	return t->window.set && t->compares && t->some && t->pass.done_filtered == t->filtered ? t->before : NULL;
}
