/* filter.c - which sessions the screens show: an expression as --where takes it, kept as text, so that each key that narrows
 * teaches the language. */
#include "tui/inside.h"

#define COUNT_MS 15 /* of counting while the person types */

/* `before`: octets of the line in front of the expression. */
static void complain(struct sc_tui *t, const struct sc_where_error *error, size_t before)
{
	struct sc_text note = sc_text_into(t->prompt.note, sizeof(t->prompt.note) - 1);
	sc_text_visible(&note, sc_str_of(error->text));
	if (error->hint[0]) {
		sc_text_adds(&note, "; ");
		sc_text_visible(&note, sc_str_of(error->hint));
	}
	note.at[note.len] = '\0';
	t->prompt.wrong_at = before + error->at;
	t->prompt.wrong_len = error->len ? error->len : 1;
}

void sc_tui_filter(struct sc_tui *t, sc_str expression)
{
	struct sc_where *where = NULL;
	struct sc_where_error error;
	expression = sc_str_trim(sc_str_slice(expression, 0, SC_TUI_INPUT - 1));
	if (expression.len && sc_where_open(&where, expression, &error) != SC_OK) {
		complain(t, &error, 0);
		return;
	}
	sc_where_close(t->where);
	t->where = where;
	memmove(t->where_text, expression.at, expression.len);
	t->where_text[expression.len] = '\0';
	sc_tui_narrowed(t);
	t->prompt.open = false;
	sc_history_add(&t->filters, expression);
}

/* A value as the language takes it back. */
static void put_value(struct sc_text *to, sc_str value)
{
	sc_text_put(to, '"');
	for (size_t i = 0; i < value.len; i++) {
		if (value.at[i] == '"' || value.at[i] == '\\')
			sc_text_put(to, '\\');
		sc_text_put(to, value.at[i]);
	}
	sc_text_put(to, '"');
}

void sc_tui_narrow(struct sc_tui *t, const char *field, sc_str value, bool without)
{
	char octets[SC_TUI_INPUT];
	struct sc_text to = sc_text_into(octets, sizeof(octets) - 1);
	if (t->where_text[0]) {
		sc_text_put(&to, '(');
		sc_text_adds(&to, t->where_text);
		sc_text_adds(&to, ") and ");
	}
	if (without)
		sc_text_adds(&to, "not ");
	sc_text_adds(&to, field);
	sc_text_adds(&to, " == ");
	put_value(&to, value);
	if (to.cut)
		sc_tui_say(t, "the filter would be too long");
	else
		sc_tui_filter(t, sc_text_str(&to));
}

/* ---- completion ---- */

/* The word before the cursor, as far as it could be a field. */
static sc_str word_before(const struct sc_prompt *p)
{
	size_t begin = p->at;
	while (begin && (sc_is_digit(p->text[begin - 1]) || p->text[begin - 1] == '_' || p->text[begin - 1] == '.' ||
		       (sc_lower(p->text[begin - 1]) >= 'a' && sc_lower(p->text[begin - 1]) <= 'z')))
		begin--;
	return (sc_str){ p->text + begin, p->at - begin };
}

/* Names that begin with the word: the part all share, and how many there are. */
static size_t candidates(sc_str word, char *common, size_t room, struct sc_text *list)
{
	struct sc_where_walk walk = { 0 };
	struct sc_where_field field;
	size_t found = 0;
	while (sc_where_next_field(&walk, &field)) {
		if (!sc_str_starts_nocase(sc_str_of(field.name), word))
			continue;
		size_t n = strlen(field.name);
		if (!found++) {
			memcpy(common, field.name, n < room ? n + 1 : room);
			common[room - 1] = '\0';
		}
		size_t same = 0;
		while (common[same] && common[same] == field.name[same])
			same++;
		common[same] = '\0';
		sc_text_adds(list, list->len ? "  " : "");
		sc_text_adds(list, field.name);
	}
	return found;
}

void sc_filter_complete(struct sc_tui *t)
{
	struct sc_prompt *p = &t->prompt;
	char common[64];
	struct sc_text list = sc_text_into(p->note, sizeof(p->note) - 1);
	sc_str word = word_before(p);
	size_t found = word.len ? candidates(word, common, sizeof(common), &list) : 0;
	p->note[list.len] = '\0';
	if (!found) {
		memcpy(p->note, "no such field", 14);
		return;
	}
	for (size_t i = word.len; common[i]; i++)
		sc_prompt_insert(p, (unsigned char)common[i]);
	if (found == 1) {
		sc_prompt_insert(p, ' ');
		p->note[0] = '\0';
	}
}

/* Sessions that the expression shows, of those that can be looked at in a moment: a key must be answered at once. */
static uint64_t count_matches(struct sc_tui *t, const struct sc_where *where, uint64_t *looked_at)
{
	uint64_t shown = 0;
	int64_t until = sc_tui_now() + COUNT_MS;
	*looked_at = 0;
	for (struct sc_seen *seen = sc_store_next(&t->store, NULL); seen; seen = sc_store_next(&t->store, seen)) {
		++*looked_at;
		shown += sc_tui_matches(t, where, seen);
		if (*looked_at % 64 == 0 && sc_tui_now() >= until)
			break;
	}
	return shown;
}

void sc_filter_typed(struct sc_tui *t, sc_str text, size_t before)
{
	struct sc_where *where = NULL;
	struct sc_where_error error;
	t->prompt.wrong_len = 0;
	t->prompt.note[0] = '\0';
	if (!sc_str_trim(text).len)
		return;
	if (sc_where_open(&where, text, &error) != SC_OK) {
		complain(t, &error, before);
		return;
	}
	uint64_t looked_at, shown = count_matches(t, where, &looked_at);
	sc_where_close(where);
	struct sc_text note = sc_text_into(t->prompt.note, sizeof(t->prompt.note) - 1);
	sc_page_grouped(&note, shown);
	sc_text_adds(&note, looked_at < t->store.sessions ? " of the first " : " of ");
	sc_page_grouped(&note, looked_at);
	sc_text_adds(&note, " sessions match; Enter takes it, Esc leaves it");
	note.at[note.len] = '\0';
}

static void typed(struct sc_tui *t, sc_str text)
{
	sc_filter_typed(t, text, 0);
}

void sc_tui_ask_filter(struct sc_tui *t)
{
	sc_prompt_open(t, "filter", sc_str_of(t->where_text), sc_tui_filter, typed);
	t->prompt.complete = sc_filter_complete;
	t->prompt.history = &t->filters;
}
