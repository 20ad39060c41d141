/* walk.c - what a key asked of all sessions, a piece at a time between other keys: a report, the legs of a message.  One at a
 * time.  Sessions that come after the key are not looked at; those that are let go meanwhile are missed, as they would be a
 * moment later. */
#include "tui/inside.h"

#define SLICE 12 /* ms at a turn */
#define LOOKS 64 /* sessions between two looks at the clock */

static void end(struct sc_tui *t, bool whole)
{
	struct sc_walk w = t->walk;
	t->walk = (struct sc_walk){ .word = NULL };
	w.done(t, w.ctx, whole);
	t->dirty = true;
}

/* Finds its place again, when what it stood at is gone. */
static void come_back(struct sc_tui *t, struct sc_walk *w)
{
	w->at = NULL;
	w->rearranged = t->store.rearranged;
	struct sc_seen *seen = sc_store_next(&t->store, NULL);
	for (; seen && seen->order < w->next; seen = sc_store_next(&t->store, seen))
		w->at = seen;
}

/* False: that was the last. */
static bool look(struct sc_tui *t, struct sc_walk *w)
{
	for (int i = 0; i < LOOKS; i++) {
		struct sc_seen *seen = sc_store_next(&t->store, w->at);
		if (!seen || seen->order >= w->end)
			return false;
		w->at = seen;
		w->next = seen->order + 1;
		w->each(t, w->ctx, seen);
	}
	return true;
}

void sc_walk_step(struct sc_tui *t)
{
	struct sc_walk *w = &t->walk;
	int64_t until = sc_tui_now() + SLICE;
	if (w->word && w->rearranged != t->store.rearranged)
		come_back(t, w);
	while (w->word) {
		w->over = w->over || !look(t, w);
		if (w->over && (!w->after || w->after(w->ctx)))
			end(t, true);
		if (sc_tui_now() >= until)
			return;
	}
}

bool sc_walk_busy(struct sc_tui *t)
{
	if (t->walk.word)
		sc_tui_say(t, "a moment; all sessions are being looked at already");
	return t->walk.word != NULL;
}

void sc_walk_begin(struct sc_tui *t, struct sc_walk walk)
{
	SC_ASSERT(!t->walk.word);
	t->walk = walk;
	t->walk.end = t->store.next_order;
	t->walk.rearranged = t->store.rearranged;
	sc_walk_step(t); /* few sessions are looked at at once */
}

bool sc_walk_stop(struct sc_tui *t)
{
	bool runs = t->walk.word != NULL;
	if (runs)
		end(t, false);
	return runs;
}

void sc_walk_tell(struct sc_tui *t, struct sc_text *to)
{
	const struct sc_walk *w = &t->walk;
	if (!w->word)
		return;
	uint64_t first = t->store.first ? t->store.first->order : 0, all = w->end > first ? w->end - first : 1;
	sc_text_put(to, ' ');
	sc_text_adds(to, w->word);
	sc_text_adds(to, ", ");
	sc_text_number(to, w->over ? 99 : w->next > first ? (w->next - first) * 99 / all : 0);
	sc_text_adds(to, " %; Esc stops it ");
}
