/* window.c - the window of time that the screens show, and the strip that tells where it lies.
 *
 * An event belongs to the moment it is told, as with --since and --until: from the beginning of the window on, before its
 * end.  A window whose end is the newest event glides with it. */
#include "tui/inside.h"

#define LEAST       SC_SECOND /* of a window's width */
#define STRIP_EVERY 1000      /* ms between two counts of the strip while events come, */
#define STRIP_LAST  100       /* and when all were read and the last are taken */

bool sc_tui_inside(const struct sc_tui *t, sc_time when)
{
	return !t->window.set || (when >= t->window.from && when < t->window.to);
}

/* Windows begin and end with a second, so that what is written of them is all there is to know. */
static sc_time whole(sc_time when, bool up)
{
	sc_time over = when % SC_SECOND;
	return over ? when - over + (up ? SC_SECOND : 0) : when;
}

/* What the window can be part of: the first event and just behind the last. */
static sc_time end_of_all(const struct sc_tui *t)
{
	return t->newest + 1;
}

void sc_window_set(struct sc_tui *t, sc_time from, sc_time to)
{
	struct sc_window *w = &t->window;
	sc_time width = whole(to - from, true);
	if (t->oldest == SC_TIME_NONE)
		return;
	from = whole(from < t->oldest ? t->oldest : from, false);
	*w = (struct sc_window){ .from = from, .to = from + width };
	if (w->to >= end_of_all(t)) {
		w->to = whole(end_of_all(t), true);
		w->from = w->to - width;
		w->glides = t->config.live;
	}
	w->set = w->from > t->oldest || w->to < end_of_all(t) || w->glides;
	sc_tui_narrowed(t);
}

void sc_window_zoom_in(struct sc_tui *t, sc_time around)
{
	struct sc_window *w = &t->window;
	sc_time from = w->set ? w->from : t->oldest, to = w->set ? w->to : end_of_all(t);
	sc_time width = (to - from) / 2;
	if (t->oldest == SC_TIME_NONE || width < LEAST) {
		sc_tui_say(t, "no closer: the window is about a second wide");
		return;
	}
	if (around == SC_TIME_NONE || around < from || around >= to)
		around = t->config.live && (!w->set || w->glides) ? to : from + width;
	sc_time begin = whole(around - width / 2, false);
	if (around >= begin + whole(width, true))
		begin = whole(around, false);
	sc_window_set(t, begin, begin + width);
}

void sc_window_all(struct sc_tui *t)
{
	t->window.set = false;
	sc_tui_narrowed(t);
}

/* The other end stays where it is, as long as it lies on the other side. */
void sc_window_since(struct sc_tui *t, sc_str moment, bool until)
{
	const struct sc_window *w = &t->window;
	sc_time at;
	SC_CELL(why);
	if (t->oldest == SC_TIME_NONE || !t->config.moment) {
		sc_tui_say(t, "nothing was read yet");
		return;
	}
	if (!t->config.moment(moment, t->config.utc, t->oldest, t->newest, &at, &why)) {
		SC_CELL(shown);
		sc_text_visible(&shown, sc_text_str(&why));
		sc_text_put(&shown, '\0');
		sc_tui_say(t, shown.cut ? "no time" : shown.at);
		return;
	}
	sc_time from = until ? w->set && w->from < at ? w->from : t->oldest : at;
	sc_time to = until ? at : w->set && w->to > at && !w->glides ? w->to : end_of_all(t);
	if (from >= to)
		sc_tui_say(t, until ? "nothing was read that came before" : "nothing was read that came later");
	else
		sc_window_set(t, from, to);
}

static void zoom_out(struct sc_tui *t)
{
	struct sc_window *w = &t->window;
	sc_time width = w->to - w->from;
	if (!w->set || width >= (end_of_all(t) - t->oldest) / 2) {
		sc_window_all(t);
		return;
	}
	sc_window_set(t, w->from - width / 2, w->from - width / 2 + 2 * width);
}

static void shift(struct sc_tui *t, bool later)
{
	const struct sc_window *w = &t->window;
	sc_time by = (w->to - w->from) / 2;
	if (!w->set)
		sc_tui_say(t, "all of the time is shown; { makes a window of it");
	else
		sc_window_set(t, later ? w->from + by : w->from - by, later ? w->to + by : w->to - by);
}

bool sc_window_key(struct sc_tui *t, enum sc_command_key command)
{
	switch (command) {
	case SC_DO_earlier:  shift(t, false); return true;
	case SC_DO_later:    shift(t, true); return true;
	case SC_DO_zoom_in:  sc_window_zoom_in(t, SC_TIME_NONE); return true;
	case SC_DO_zoom_out: zoom_out(t); return true;
	default:             return false;
	}
}

void sc_window_note(struct sc_tui *t, sc_time when)
{
	t->oldest = t->oldest == SC_TIME_NONE || when < t->oldest ? when : t->oldest;
	t->newest = t->oldest == when || when > t->newest ? when : t->newest;
}

/* A window that glides goes on when the newest event has left it by a hundredth: every step counts all rows anew. */
void sc_window_glide(struct sc_tui *t)
{
	struct sc_window *w = &t->window;
	sc_time width = w->to - w->from, step = width / 100 > SC_SECOND ? width / 100 : SC_SECOND;
	if (w->set && w->glides && !t->paused && end_of_all(t) - w->to >= step)
		sc_window_set(t, end_of_all(t) - width, end_of_all(t));
}

static bool same_day(sc_str a, sc_str b)
{
	return sc_str_equal(sc_str_slice(a, 0, 10), sc_str_slice(b, 0, 10));
}

/* Days are named where there is more than one. */
void sc_window_tell(struct sc_tui *t, struct sc_text *to)
{
	SC_CELL(from);
	SC_CELL(end);
	SC_CELL(oldest);
	SC_CELL(newest);
	if (!t->window.set)
		return;
	sc_tui_clock(t, &from, t->window.from, true);
	sc_tui_clock(t, &end, t->window.to, true);
	sc_tui_clock(t, &oldest, t->oldest, true);
	sc_tui_clock(t, &newest, t->newest, true);
	bool day = same_day(sc_text_str(&from), sc_text_str(&end));
	bool only = day && same_day(sc_text_str(&oldest), sc_text_str(&newest)) && same_day(sc_text_str(&oldest), sc_text_str(&from));
	sc_text_adds(to, "window ");
	sc_text_add(to, sc_str_from(sc_text_str(&from), only ? 11 : 0));
	sc_text_adds(to, " - ");
	sc_text_add(to, sc_str_from(sc_text_str(&end), day ? 11 : 0));
	sc_text_adds(to, t->window.glides ? ", the newest" : "");
}

/* ---- the strip ---- */

static size_t bin_of(const struct sc_tui *t, sc_time when, int bins)
{
	double all = (double)(end_of_all(t) - t->oldest), at = (double)(when - t->oldest);
	size_t bin = all > 0 && at > 0 ? (size_t)(at / all * bins) : 0;
	return bin < (size_t)bins ? bin : (size_t)bins - 1;
}

static void count(struct sc_tui *t, int bins)
{
	struct sc_strip *s = &t->strip;
	*s = (struct sc_strip){ .generation = t->store.generation, .bins = bins, .made_at = sc_tui_now() };
	for (const struct sc_seen *seen = sc_store_next(&t->store, NULL); seen; seen = sc_store_next(&t->store, seen)) {
		size_t bin = bin_of(t, seen->start, bins);
		s->sessions[bin]++;
		s->failed[bin] += seen->weight > SC_WEIGHT_PLAIN;
	}
}

static void put_step(struct sc_tui *t, uint64_t n, uint64_t most, struct sc_text *to)
{
	static const char *const steps[] = { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
	static const char plain[] = ".:-=+*#%";
	size_t step = most ? (size_t)((n * 7 + most - 1) / most) : 0;
	if (!n)
		sc_text_put(to, ' ');
	else if (t->term.utf8)
		sc_text_adds(to, steps[step]);
	else
		sc_text_put(to, plain[step]);
}

bool sc_window_due(const struct sc_tui *t)
{
	const struct sc_strip *s = &t->strip;
	return s->bins && s->generation != t->store.generation && !t->paused &&
		sc_tui_now() - s->made_at >= (t->progress.over ? STRIP_LAST : STRIP_EVERY);
}

void sc_window_strip(struct sc_tui *t, int row, int column, int width)
{
	struct sc_strip *s = &t->strip;
	int bins = width < SC_STRIP_BINS ? width : SC_STRIP_BINS;
	uint64_t most = 0;
	if (bins < 8 || t->oldest == SC_TIME_NONE || t->newest == t->oldest)
		return;
	if (s->bins != bins || sc_window_due(t))
		count(t, bins);
	for (int i = 0; i < bins; i++)
		most = s->sessions[i] > most ? s->sessions[i] : most;
	size_t from = t->window.set ? bin_of(t, t->window.from, bins) : 0;
	size_t to = t->window.set ? bin_of(t, t->window.to - 1, bins) : (size_t)bins - 1;
	for (int i = 0; i < bins; i++) {
		SC_CELL(text);
		bool inside = (size_t)i >= from && (size_t)i <= to;
		put_step(t, s->sessions[i], most, &text);
		enum sc_style style = !inside ? SC_STYLE_DIM : s->failed[i] * 2 >= s->sessions[i] ? SC_STYLE_BAD : SC_STYLE_CLIENT;
		sc_term_put(&t->term, row, column + i, 1, sc_text_str(&text), style, false);
	}
}
