/* choices.c - how the person left the tables: sorting and columns of each screen, kept in a file from one time to the next.
 *
 * The file is $XDG_CONFIG_HOME/smtpscope/screens, a line a screen: `sessions sort=time reverse=no hide=tls,auth`.  It may hold
 * anything: a line that is not of this form is passed over, names are letters and hyphens, sizes are bounded, and a name that
 * no table has changes nothing. */
#include "tui/grid.h"

#include "tui/home.h"

#define FILE_OCTETS 8192

static bool name_of(sc_str s, char *name)
{
	if (!s.len || s.len >= SC_CHOICE_NAME)
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] != '-' && (s.at[i] < 'a' || s.at[i] > 'z'))
			return false;
	memcpy(name, s.at, s.len);
	name[s.len] = '\0';
	return true;
}

struct sc_choice *sc_choice_of(struct sc_tui *t, const char *screen, bool make)
{
	char name[SC_CHOICE_NAME] = { 0 };
	for (size_t i = 0; screen[i] && i + 1 < sizeof(name); i++)
		name[i] = sc_lower(screen[i]);
	for (size_t i = 0; i < t->choice_count; i++)
		if (strcmp(t->choices[i].screen, name) == 0)
			return &t->choices[i];
	if (!make || t->choice_count == SC_CHOICES)
		return NULL;
	struct sc_choice *c = &t->choices[t->choice_count++];
	*c = (struct sc_choice){ .hidden_count = 0 };
	memcpy(c->screen, name, sizeof(name));
	return c;
}

bool sc_choice_hides(const struct sc_choice *c, const char *column)
{
	for (size_t i = 0; i < c->hidden_count; i++)
		if (strcmp(c->hidden[i], column) == 0)
			return true;
	return false;
}

void sc_choice_hide(struct sc_choice *c, const char *column)
{
	if (c->hidden_count < SC_CHOICE_HIDDEN && name_of(sc_str_of(column), c->hidden[c->hidden_count]))
		c->hidden_count++;
}

void sc_choice_sort(struct sc_choice *c, const char *column, bool reverse)
{
	c->reverse = reverse;
	if (!name_of(sc_str_of(column), c->sort))
		c->sort[0] = '\0';
}

/* ---- the file ---- */

/* Where it is: false when the environment names no place for it. */
static void read_hidden(struct sc_choice *c, sc_str names)
{
	while (names.len) {
		char name[SC_CHOICE_NAME];
		if (name_of(sc_str_until(&names, ','), name))
			sc_choice_hide(c, name);
	}
}

static void read_word(struct sc_choice *c, sc_str word)
{
	sc_str key = sc_str_until(&word, '=');
	char name[SC_CHOICE_NAME];
	if (sc_str_equal(key, SC_STR("sort")) && name_of(word, name))
		memcpy(c->sort, name, sizeof(name));
	else if (sc_str_equal(key, SC_STR("reverse")))
		c->reverse = sc_str_equal(word, SC_STR("yes"));
	else if (sc_str_equal(key, SC_STR("hide")))
		read_hidden(c, word);
}

void sc_choices_read(struct sc_tui *t, sc_str text)
{
	while (text.len) {
		sc_str line = sc_str_until(&text, '\n');
		char screen[SC_CHOICE_NAME];
		if (!name_of(sc_str_until(&line, ' '), screen))
			continue;
		struct sc_choice *c = sc_choice_of(t, screen, true);
		while (c && line.len)
			read_word(c, sc_str_until(&line, ' '));
	}
}

void sc_choices_write(const struct sc_tui *t, struct sc_text *to)
{
	for (size_t i = 0; i < t->choice_count; i++) {
		const struct sc_choice *c = &t->choices[i];
		sc_text_adds(to, c->screen);
		sc_text_adds(to, c->sort[0] ? " sort=" : "");
		sc_text_adds(to, c->sort);
		sc_text_adds(to, c->reverse ? " reverse=yes" : " reverse=no");
		for (size_t k = 0; k < c->hidden_count; k++) {
			sc_text_adds(to, k ? "," : " hide=");
			sc_text_adds(to, c->hidden[k]);
		}
		sc_text_put(to, '\n');
	}
}

void sc_choices_load(struct sc_tui *t)
{
	char octets[FILE_OCTETS];
	sc_choices_read(t, (sc_str){ octets, sc_home_read("screens", octets, sizeof(octets)) });
}

/* What cannot be remembered is not worth a message: nothing of the capture depends on it. */
void sc_choices_save(const struct sc_tui *t)
{
	char octets[FILE_OCTETS];
	struct sc_text text = sc_text_into(octets, sizeof(octets));
	if (!t->chosen)
		return;
	sc_choices_write(t, &text);
	if (!text.cut)
		sc_home_write("screens", sc_text_str(&text));
}

/* ---- which columns ---- */

struct columns {
	struct sc_view view;
	struct sc_grid *of;  /* the view below */
	size_t at;
};

static void draw(struct sc_tui *t, struct sc_view *v, struct sc_area area)
{
	const struct columns *c = (const struct columns *)v;
	for (size_t i = 0; i < c->of->column_count && (int)i < area.rows; i++) {
		SC_CELL(text);
		bool hidden = c->of->hidden >> i & 1;
		sc_text_adds(&text, hidden ? "[ ] " : "[x] ");
		sc_text_adds(&text, c->of->columns[i].name);
		sc_text_adds(&text, i ? "" : "  always");
		sc_term_put(&t->term, area.row + (int)i, 2, area.columns - 4, sc_text_str(&text),
			    i == c->at ? SC_STYLE_SELECTED : hidden ? SC_STYLE_DIM : SC_STYLE_PLAIN, false);
	}
}

static bool key(struct sc_tui *t, struct sc_view *v, enum sc_command_key command)
{
	struct columns *c = (struct columns *)v;
	switch (command) {
	case SC_DO_up:    c->at -= c->at > 0; return true;
	case SC_DO_down:  c->at += c->at + 1 < c->of->column_count; return true;
	case SC_DO_first: c->at = 0; return true;
	case SC_DO_last:  c->at = c->of->column_count - 1; return true;
	case SC_DO_mark:  sc_grid_hide(t, c->of, c->at, !(c->of->hidden >> c->at & 1)); return true;
	case SC_DO_open:
	case SC_DO_columns: sc_tui_pop(t); return true;
	default:          return false;
	}
}

static const struct sc_view_class view_columns = { .name = "Columns", .size = sizeof(struct columns), .keys = SC_DO(mark),
	.draw = draw, .key = key };

void sc_columns_open(struct sc_tui *t, struct sc_grid *table)
{
	struct columns *c = (struct columns *)sc_tui_push(t, &view_columns);
	if (c)
		c->of = table;
}
