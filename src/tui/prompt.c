/* prompt.c - a line that is typed at the foot of the screen. */
#include "tui/inside.h"

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

void sc_prompt_insert(struct sc_prompt *p, uint32_t c)
{
	if (c < ' ' || c > '~' || p->len + 1 >= sizeof(p->text)) /* the language is ASCII; addresses may be typed as patterns */
		return;
	memmove(p->text + p->at + 1, p->text + p->at, p->len - p->at);
	p->text[p->at++] = (char)c;
	p->len++;
}

void sc_prompt_erase(struct sc_prompt *p)
{
	if (!p->at)
		return;
	memmove(p->text + p->at - 1, p->text + p->at, p->len - p->at);
	p->at--;
	p->len--;
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
	case SC_KEY_LEFT:      p->at -= p->at > 0; break;
	case SC_KEY_RIGHT:     p->at += p->at < p->len; break;
	case SC_KEY_HOME:      p->at = 0; break;
	case SC_KEY_END:       p->at = p->len; break;
	case SC_KEY_UP:        recall(p, true); break;
	case SC_KEY_DOWN:      recall(p, false); break;
	case SC_KEY_BACKSPACE: sc_prompt_erase(p); break;
	case 21:               p->len = p->at = 0; break; /* ^U */
	default:               sc_prompt_insert(p, key); break;
	}
	if (p->changed)
		p->changed(t, (sc_str){ p->text, p->len });
}

void sc_prompt_draw(struct sc_tui *t, int row)
{
	struct sc_prompt *p = &t->prompt;
	int label = (int)strlen(p->label) + 2, width = t->term.columns - label - 1;
	size_t from = p->at > (size_t)width ? p->at - (size_t)width : 0;
	sc_term_put(&t->term, row - 1, 1, t->term.columns - 2, sc_str_of(p->note), p->wrong_len ? SC_STYLE_BAD : SC_STYLE_DIM, false);
	sc_term_put(&t->term, row, 0, label, sc_str_of(p->label), SC_STYLE_KEY, false);
	sc_str shown = sc_str_slice((sc_str){ p->text, p->len }, from, (size_t)width);
	sc_term_put(&t->term, row, label, width, shown, SC_STYLE_HEAD, false);
	if (p->wrong_len && p->wrong_at >= from)
		sc_term_put(&t->term, row, label + (int)(p->wrong_at - from), (int)p->wrong_len,
			    sc_str_slice((sc_str){ p->text, p->len }, p->wrong_at, p->wrong_len), SC_STYLE_BAD, false);
	sc_str under = p->at < p->len ? (sc_str){ p->text + p->at, 1 } : SC_STR(" ");
	sc_term_put(&t->term, row, label + (int)(p->at - from), 1, under, SC_STYLE_SELECTED, false);
}
