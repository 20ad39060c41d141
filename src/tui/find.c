/* find.c - looks for a text in the rows or lines of the view on top: the next that has it, around the end if need be.
 *
 * Letters count the same in either case.  However many rows there are, a key is answered at once: the search goes on some
 * milliseconds at a turn, and any key stops it. */
#include "tui/inside.h"

#define SLICE 12           /* ms at a turn */
#define LOOKS 32           /* rows between two looks at the clock */
#define LINE_OCTETS 8192   /* of a row's text; what is longer is not looked at */

static void over(struct sc_tui *t, const char *why)
{
	t->find.runs = false;
	t->dirty = true;
	if (why)
		sc_tui_say(t, why);
}

/* The row before or behind, and around the end. */
static size_t next_row(const struct sc_find *f, size_t count)
{
	if (f->back)
		return f->at && f->at <= count ? f->at - 1 : count - 1;
	return f->at + 1 < count ? f->at + 1 : 0;
}

/* False: that was all. */
static bool look(struct sc_tui *t, struct sc_view *v, size_t count)
{
	struct sc_find *f = &t->find;
	char octets[LINE_OCTETS];
	struct sc_text line = sc_text_into(octets, sizeof(octets));
	if (!f->left || !count) {
		over(t, "no row here has that text; f looks for another");
		return false;
	}
	f->left--;
	f->at = next_row(f, count);
	v->cls->lines->tell(t, v, f->at, &line);
	if (sc_str_search_nocase(sc_text_str(&line), (sc_str){ f->text, f->len }) == SIZE_MAX)
		return true;
	bool around = f->from != SIZE_MAX && (f->back ? f->at > f->from : f->at < f->from);
	v->cls->lines->go(v, f->at);
	over(t, f->at == f->from ? "no other row has that text" : around ? "found around the end" : NULL);
	return false;
}

void sc_find_step(struct sc_tui *t)
{
	struct sc_find *f = &t->find;
	struct sc_view *v = sc_tui_top(t);
	int64_t until = sc_tui_now() + SLICE;
	if (!f->runs)
		return;
	if (!v->cls->lines || !v->shown || v->rearranged != t->store.rearranged) {
		over(t, "stopped: the rows have changed");
		return;
	}
	size_t at, count = v->cls->lines->count(v, &at);
	do {
		for (int i = 0; i < LOOKS; i++)
			if (!look(t, v, count))
				return;
	} while (sc_tui_now() < until);
}

bool sc_find_stop(struct sc_tui *t)
{
	bool runs = t->find.runs;
	t->find.runs = false;
	if (runs)
		sc_tui_say(t, "stopped");
	return runs;
}

static void begin(struct sc_tui *t, bool back)
{
	struct sc_view *v = sc_tui_top(t);
	struct sc_find *f = &t->find;
	if (!v->cls->lines) {
		sc_tui_say(t, "there are no rows here to look at");
		return;
	}
	f->left = v->cls->lines->count(v, &f->at);
	f->from = f->at;
	f->back = back;
	f->runs = true;
	sc_find_step(t);
}

void sc_find_text(struct sc_tui *t, sc_str text)
{
	struct sc_find *f = &t->find;
	text = sc_str_slice(sc_str_trim(text), 0, sizeof(f->text));
	t->prompt.open = false;
	if (text.len)
		memmove(f->text, text.at, text.len);
	f->len = text.len ? text.len : f->len;
	if (f->len)
		begin(t, false);
}

bool sc_find_key(struct sc_tui *t, enum sc_command_key command)
{
	bool again = command == SC_DO_next_match || command == SC_DO_prev_match;
	if (!again && command != SC_DO_find)
		return false;
	if (again && t->find.len)
		begin(t, command == SC_DO_prev_match);
	else
		sc_prompt_open(t, "find", SC_STR(""), sc_find_text, NULL);
	return true;
}
