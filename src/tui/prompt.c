/* prompt.c - a line that is typed at the foot of the screen. */
#include "tui/inside.h"

#define PROMPT_OCTETS (8 * SC_TUI_INPUT) /* of a line when each of its octets must be made visible */

void sc_history_add(struct sc_history *h, sc_str line)
{
	line = sc_str_slice(line, 0, SC_TUI_INPUT - 1);
	if (!line.len || (h->count && sc_str_equal(sc_str_of(h->lines[h->count - 1]), line)))
		return;
	if (h->count == SC_HISTORY)
		memmove(h->lines[0], h->lines[1], sizeof(h->lines) - sizeof(h->lines[0]));
	h->count -= h->count == SC_HISTORY;
	memcpy(h->lines[h->count], line.at, line.len);
	h->lines[h->count++][line.len] = '\0';
}

void sc_prompt_open(struct sc_tui *t, const char *label, sc_str text, void (*done)(struct sc_tui *, sc_str),
		    void (*changed)(struct sc_tui *, sc_str))
{
	struct sc_prompt *p = &t->prompt;
	*p = (struct sc_prompt){ .open = true, .label = label, .done = done, .changed = changed };
	text = sc_str_slice(text, 0, SC_TUI_INPUT - 1);
	memcpy(p->text, text.at, text.len);
	p->len = p->at = text.len;
}

/* ---- characters: the cursor stands between two of them, never within one ---- */

/* Octets of the character at the beginning; an octet that is part of none stands for itself. */
static size_t character(sc_str s)
{
	size_t n = sc_text_utf8(s, NULL);
	return n ? n : s.len > 0;
}

static size_t character_before(const struct sc_prompt *p)
{
	for (size_t n = 2; n <= 4 && n <= p->at; n++)
		if (sc_text_utf8((sc_str){ p->text + p->at - n, n }, NULL) == n)
			return n;
	return p->at > 0;
}

static size_t character_at(const struct sc_prompt *p)
{
	return character((sc_str){ p->text + p->at, p->len - p->at });
}

/* RFC 3629 3; what is no character is refused by whoever reads it. */
static sc_str encode(uint32_t c, char octets[4])
{
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	for (size_t i = n; i-- > 1; c >>= 6)
		octets[i] = (char)(0x80 | (c & 0x3f));
	octets[0] = (char)(n == 1 ? c : (0xf00 >> n & 0xf0) | c);
	return (sc_str){ octets, n };
}

/* What would have to be made visible is not typed, but by mistake or by a program. */
void sc_prompt_insert(struct sc_prompt *p, uint32_t c)
{
	char octets[4];
	SC_CELL(shown);
	if (c > 0x10ffff)
		return;
	sc_str typed = encode(c, octets);
	sc_text_visible(&shown, typed);
	if (!sc_str_equal(sc_text_str(&shown), typed) || p->len + typed.len >= sizeof(p->text))
		return;
	memmove(p->text + p->at + typed.len, p->text + p->at, p->len - p->at);
	memcpy(p->text + p->at, typed.at, typed.len);
	p->at += typed.len;
	p->len += typed.len;
}

void sc_prompt_erase(struct sc_prompt *p)
{
	size_t n = character_before(p);
	memmove(p->text + p->at - n, p->text + p->at, p->len - p->at);
	p->at -= n;
	p->len -= n;
}

static void recall(struct sc_prompt *p, bool older)
{
	const struct sc_history *h = p->history;
	if (h && older && p->back < h->count)
		p->back++;
	else if (h && !older && p->back)
		p->back--;
	else
		return;
	sc_str text = p->back ? sc_str_of(h->lines[h->count - p->back]) : SC_STR("");
	memcpy(p->text, text.at, text.len);
	p->len = p->at = text.len;
}

void sc_prompt_key(struct sc_tui *t, uint32_t key)
{
	struct sc_prompt *p = &t->prompt;
	sc_str text = { p->text, p->len };
	switch (key) {
	case SC_KEY_ESCAPE:    p->open = false; return;
	case SC_KEY_ENTER:     p->done(t, text); return;
	case SC_KEY_TAB:
		if (p->complete)
			p->complete(t);
		return;
	case SC_KEY_LEFT:      p->at -= character_before(p); break;
	case SC_KEY_RIGHT:     p->at += character_at(p); break;
	case SC_KEY_HOME:      p->at = 0; break;
	case SC_KEY_END:       p->at = p->len; break;
	case SC_KEY_UP:        recall(p, true); break;
	case SC_KEY_DOWN:      recall(p, false); break;
	case SC_KEY_BACKSPACE: sc_prompt_erase(p); break;
	case 21:               p->len = p->at = 0; break; /* ^U */
	default:
		if (t->term.utf8 || key <= '~') /* else its octets come one by one */
			sc_prompt_insert(p, key);
		break;
	}
	if (p->changed)
		p->changed(t, (sc_str){ p->text, p->len });
}

/* A run of the text as it is shown: `=` may have put octets of the wire into it. */
static sc_str shown(const struct sc_prompt *p, size_t from, size_t until, struct sc_text *to)
{
	to->len = 0;
	sc_text_visible(to, (sc_str){ p->text + from, until - from });
	return sc_text_str(to);
}

/* The first character that is shown, so that the cursor is in sight. */
static size_t left_edge(const struct sc_prompt *p, size_t width, struct sc_text *scratch)
{
	size_t from = 0;
	while (from < p->at && sc_text_columns(shown(p, from, p->at, scratch)) + 2 > width)
		from += character((sc_str){ p->text + from, p->at - from });
	return from;
}

static void put_run(struct sc_tui *t, int row, int column, size_t from, size_t at, size_t len, enum sc_style style)
{
	struct sc_prompt *p = &t->prompt;
	char octets[PROMPT_OCTETS];
	struct sc_text to = sc_text_into(octets, sizeof(octets));
	column += (int)sc_text_columns(shown(p, from, at, &to));
	sc_str run = at < p->len ? shown(p, at, at + len < p->len ? at + len : p->len, &to) : SC_STR(" ");
	sc_term_put(&t->term, row, column, (int)sc_text_columns(run), run, style, false);
}

void sc_prompt_draw(struct sc_tui *t, int row)
{
	struct sc_prompt *p = &t->prompt;
	char octets[PROMPT_OCTETS];
	struct sc_text to = sc_text_into(octets, sizeof(octets));
	int label = (int)strlen(p->label) + 2, width = t->term.columns - label - 1;
	size_t from = left_edge(p, (size_t)width, &to);
	sc_term_put(&t->term, row - 1, 1, t->term.columns - 2, sc_str_of(p->note), p->wrong_len ? SC_STYLE_BAD : SC_STYLE_DIM, false);
	sc_term_put(&t->term, row, 0, label, sc_str_of(p->label), SC_STYLE_KEY, false);
	sc_term_put(&t->term, row, label, width, shown(p, from, p->len, &to), SC_STYLE_HEAD, false);
	if (p->wrong_len && p->wrong_at >= from)
		put_run(t, row, label, from, p->wrong_at, p->wrong_len, SC_STYLE_BAD);
	put_run(t, row, label, from, p->at, p->at < p->len ? character_at(p) : 1, SC_STYLE_SELECTED);
}
