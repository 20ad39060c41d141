/* frame.c - what stands around every view: how the capture is, the screens, the place and the time; below, the keys that do
 * something here, or what was said. */
#include "tui/inside.h"

/* What every view offers in the footer. */
#define ALWAYS (SC_DO(open) | SC_DO(back) | SC_DO(filter) | SC_DO(report) | SC_DO(help) | SC_DO(quit))

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
	sc_text_adds(&tls, "unread "); /* inside TLS, without keys */
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
	for (size_t i = 0; sc_tui_screen(i, false); i++) {
		SC_CELL(text);
		bool here = i == t->screen;
		sc_text_put(&text, here ? '[' : ' ');
		sc_text_number(&text, i + 1);
		sc_text_put(&text, ' ');
		sc_text_adds(&text, sc_tui_screen(i, narrow && !here));
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
		sc_term_put(&t->term, row, 1, t->term.columns - 2, sc_str_of(t->message), SC_STYLE_HEAD, false);
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

void sc_frame_draw(struct sc_tui *t, struct sc_view *v)
{
	int foot = t->prompt.open ? 2 : 1;
	put_health(t);
	put_screens(t);
	put_place(t);
	v->cls->draw(t, v, (struct sc_area){ 4, 0, t->term.rows - 4 - foot, t->term.columns });
	put_foot(t);
}
