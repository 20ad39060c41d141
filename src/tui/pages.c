/* pages.c - screens that are text: explanations, every field of an event, help. */
#include "tui/inside.h"

#include "base/memory.h"
#include "explain/phrase.h"
#include "output/value.h"

#define PAGE_OCTETS  (64u << 10)
#define NAME_COLUMNS 24

struct page {
	struct sc_view view;
	char  *octets;
	size_t len, top, lines; /* top and lines count rows as they are shown */
	size_t first;        /* the line at the top */
	size_t found;        /* the line that was looked for, from 1; 0: none */
	bool   seeks;        /* it is to come into sight */
	int    shown;
	bool   fields;       /* names and values */
	char   search[64];   /* help: only lines with this */
	size_t search_len;
};

static struct sc_text page_text(struct page *p)
{
	if (!p->octets)
		p->octets = sc_memory_take(PAGE_OCTETS);
	return sc_text_into(p->octets, p->octets ? PAGE_OCTETS : 0);
}

static bool heading(sc_str line)
{
	return line.len > 1 && line.at[0] >= 'A' && line.at[0] <= 'Z' && line.at[1] >= 'A' && line.at[1] <= 'Z';
}

/* Where the lines that continue a line begin: under its value, or under its first word. */
static size_t indent_of(const struct page *p, sc_str line)
{
	size_t spaces = 0;
	while (spaces < line.len && line.at[spaces] == ' ')
		spaces++;
	return spaces && p->fields ? 2 + NAME_COLUMNS : spaces;
}

/* A line in as many rows as it takes, those from `top` on shown; gives how many. */
static size_t put_line(struct sc_tui *t, const struct page *p, sc_str line, size_t n, bool found, struct sc_area area)
{
	size_t indent = 0, width = (size_t)area.columns - 2, rows = 0;
	enum sc_style style = found ? SC_STYLE_SELECTED : heading(line) ? SC_STYLE_TITLE : SC_STYLE_PLAIN;
	do {
		size_t fit = sc_tui_break(line, width - indent);
		if (n + rows >= p->top && n + rows < p->top + (size_t)area.rows)
			sc_term_put(&t->term, area.row + (int)(n + rows - p->top), 1 + (int)indent, (int)(width - indent),
				    sc_str_slice(line, 0, fit), style, false);
		if (!rows)
			indent = indent_of(p, line) < width / 2 ? indent_of(p, line) : 0;
		line = sc_str_from(line, fit);
		line = line.len ? sc_str_trim(line) : line;
		rows++;
	} while (line.len);
	return rows;
}

/* The row of a line that was looked for; gives how many rows there are. */
static size_t put_lines(struct sc_tui *t, struct page *p, struct sc_area area, size_t *found)
{
	sc_str rest = { p->octets, p->len };
	size_t n = 0;
	for (size_t i = 0; rest.len; i++) {
		sc_str line = sc_str_until(&rest, '\n');
		*found = i + 1 == p->found ? n : *found;
		size_t rows = put_line(t, p, line, n, i + 1 == p->found, area);
		p->first = n <= p->top && p->top < n + rows ? i : p->first;
		n += rows;
	}
	return n;
}

static void draw(struct sc_tui *t, struct sc_view *v, struct sc_area area)
{
	struct page *p = (struct page *)v;
	p->shown = area.rows;
	for (int turn = 0; turn < 2; turn++) {
		size_t top = p->top, found = 0, rows = (size_t)area.rows;
		size_t n = p->lines = put_lines(t, p, area, &found);
		if (p->seeks && (found < top || found >= top + rows))
			p->top = found > rows / 3 ? found - rows / 3 : 0;
		p->seeks = false;
		if (p->top + rows > n)
			p->top = n > rows ? n - rows : 0;
		if (p->top == top)
			return;
		sc_term_blank(&t->term, area.row, area.rows);
	}
}

static bool key(struct sc_tui *t, struct sc_view *v, enum sc_command_key command)
{
	struct page *p = (struct page *)v;
	size_t page = p->shown > 1 ? (size_t)p->shown - 1 : 1;
	(void)t;
	switch (command) {
	case SC_DO_up:        p->top -= p->top > 0; p->found = 0; return true;
	case SC_DO_down:      p->top++; p->found = 0; return true;
	case SC_DO_page_up:   p->top -= p->top < page ? p->top : page; p->found = 0; return true;
	case SC_DO_page_down: p->top += page; p->found = 0; return true;
	case SC_DO_first:     p->top = 0; p->found = 0; return true;
	case SC_DO_last:      p->top = p->lines; p->found = 0; return true;
	default:              return false;
	}
}

static size_t count_lines(const struct sc_view *v, size_t *at)
{
	const struct page *p = (const struct page *)v;
	sc_str rest = { p->octets, p->len };
	size_t n = 0;
	for (; rest.len; n++)
		sc_str_until(&rest, '\n');
	*at = p->found ? p->found - 1 : p->top ? p->first : SIZE_MAX; /* on the first page the first line counts, too */
	return n;
}

static void tell_line(struct sc_tui *t, const struct sc_view *v, size_t n, struct sc_text *to)
{
	const struct page *p = (const struct page *)v;
	sc_str rest = { p->octets, p->len };
	(void)t;
	while (n-- && rest.len)
		sc_str_until(&rest, '\n');
	sc_text_add(to, sc_str_until(&rest, '\n'));
}

static void go_to_line(struct sc_view *v, size_t n)
{
	struct page *p = (struct page *)v;
	p->found = n + 1;
	p->seeks = true;
}

static const struct sc_lines_class page_lines = { count_lines, tell_line, go_to_line };

static void close_page(struct sc_view *v)
{
	sc_memory_give(((struct page *)v)->octets);
}

/* ---- explanations ---- */

const struct sc_view_class sc_view_text = { .name = "Explained", .size = sizeof(struct page), .draw = draw,
	.key = key, .close = close_page, .lines = &page_lines };

void sc_explain_open(struct sc_tui *t, sc_str word)
{
	char octets[SC_PHRASE_OCTETS];
	struct sc_text text = sc_text_into(octets, sizeof(octets));
	if (!word.len || !sc_phrase_explain(word, &text)) {
		sc_tui_say(t, "nothing to explain here");
		return;
	}
	struct page *p = (struct page *)sc_tui_push(t, &sc_view_text);
	if (!p)
		return;
	struct sc_text page = page_text(p);
	sc_text_add(&page, sc_text_str(&text));
	sc_text_put(&page, '\n');
	p->len = page.len;
	struct sc_text title = sc_text_into(p->view.title, sizeof(p->view.title) - 1);
	sc_text_visible(&title, word);
	p->view.title[title.len] = '\0';
}

/* ---- every field of an event ---- */

struct fields {
	struct sc_text *to;
	size_t depth;
};

static void put_name(struct fields *f, const char *name)
{
	for (size_t i = 0; i <= f->depth; i++)
		sc_text_adds(f->to, "  ");
	sc_page_fit(f->to, sc_str_of(name), NAME_COLUMNS - 2 * f->depth, false);
}

static void put_strings(struct fields *f, const char *name, const struct sc_strs *list)
{
	for (uint32_t i = 0; i < list->count; i++) {
		put_name(f, i ? "" : name);
		sc_text_visible(f->to, list->items[i]);
		sc_text_put(f->to, '\n');
	}
}

static void put_shape(struct fields *f, const struct sc_shape *shape, const void *base);

static void put_list(struct fields *f, const struct sc_field *field, const struct sc_list *list)
{
	for (uint32_t i = 0; i < list->count; i++) {
		put_name(f, field->name);
		sc_text_put(f->to, '\n');
		f->depth++;
		put_shape(f, field->shape, (const char *)list->items + i * field->shape->size);
		f->depth--;
	}
}

static void put_field(struct fields *f, const struct sc_field *field, const void *base)
{
	const void *at = (const char *)base + field->offset;
	if (!sc_field_present(field, base))
		return;
	if (field->type == SC_TYPE_strs) {
		put_strings(f, field->name, at);
	} else if (field->type == SC_TYPE_list) {
		put_list(f, field, at);
	} else if (field->type == SC_TYPE_object) {
		put_name(f, field->name);
		sc_text_put(f->to, '\n');
		f->depth++;
		put_shape(f, field->shape, at);
		f->depth--;
	} else {
		put_name(f, field->name);
		sc_value_put(f->to, field, base, SC_LOOK_TEXT);
		sc_text_put(f->to, '\n');
	}
}

/* Goes as deep as the schema does. */
static void put_shape(struct fields *f, const struct sc_shape *shape, const void *base)
{
	for (size_t i = 0; i < shape->count; i++)
		put_field(f, &shape->fields[i], base);
}

void sc_event_open(struct sc_tui *t, const struct sc_event *ev)
{
	const struct sc_shape *shape = sc_event_shapes[ev->kind];
	struct page *p = (struct page *)sc_tui_push(t, &sc_view_text);
	if (!p)
		return;
	struct sc_text page = page_text(p);
	struct fields f = { &page, 0 };
	p->fields = true;
	for (const char *c = shape->name; *c; c++)
		sc_text_put(&page, sc_upper(*c));
	sc_text_put(&page, '\n');
	put_shape(&f, shape, ev->body);
	if (ev->head) {
		sc_text_adds(&page, "\nSESSION\n");
		put_shape(&f, sc_head_shape, ev->head);
	}
	p->len = page.len;
	struct sc_text title = sc_text_into(p->view.title, sizeof(p->view.title) - 1);
	sc_text_adds(&title, shape->name);
	p->view.title[title.len] = '\0';
}

/* ---- help ---- */

static void put_fitted(struct sc_text *to, const char *s, size_t width)
{
	sc_page_fit(to, sc_str_of(s), width, false);
}

static void put_group(struct page *p, struct sc_text *to, const char *group, const char *title)
{
	const struct sc_key_row *k;
	size_t before = to->len;
	for (const char *c = title; *c; c++)
		sc_text_put(to, sc_upper(*c));
	sc_text_put(to, '\n');
	size_t head = to->len;
	for (size_t i = 0; (k = sc_key_row(i)); i++) {
		sc_str sought = { p->search, p->search_len };
		if (strcmp(k->group, group) != 0)
			continue;
		if (sought.len && sc_str_search_nocase(sc_str_of(k->help), sought) == SIZE_MAX &&
		    sc_str_search_nocase(sc_str_of(k->name), sought) == SIZE_MAX)
			continue;
		sc_text_adds(to, "  ");
		put_fitted(to, k->shown, 12);
		sc_text_adds(to, k->help);
		sc_text_put(to, '\n');
	}
	if (to->len == head)
		to->len = before;
	else
		sc_text_put(to, '\n');
}

static bool collect_help(struct sc_tui *t, struct sc_view *v)
{
	struct page *p = (struct page *)v;
	struct sc_text to = page_text(p);
	(void)t;
#define GROUP(name, title) put_group(p, &to, #name, title);
	SC_KEY_GROUPS(GROUP)
#undef GROUP
	if (!p->search_len)
		sc_text_adds(&to, "SCREENS\n  1 ... 9     the screen of that number\n\n"
			     "FILTERS\n  outcome == \"rejected\" and rcpt_to.domain == \"example.org\"\n"
			     "  client.ip in 192.0.2.0/24    code in {450, 451}    size > 1M\n"
			     "  Tab completes the name of a field; smtpscope explain FIELD tells what it means.\n\n"
			     "SIGNS\n");
	for (int i = 0; !p->search_len && i < SC_OUTCOMES; i++) {
		sc_text_adds(&to, "  ");
		sc_text_adds(&to, sc_tui_sign(t, (enum sc_outcome)i));
		sc_text_adds(&to, "  ");
		sc_text_adds(&to, sc_outcome_name((enum sc_outcome)i));
		sc_text_put(&to, '\n');
	}
	p->len = to.len;
	struct sc_text title = sc_text_into(v->title, sizeof(v->title) - 1);
	sc_text_adds(&title, "Help; type to search: ");
	sc_text_add(&title, (sc_str){ p->search, p->search_len });
	sc_text_put(&title, '_');
	v->title[title.len] = '\0';
	return true;
}

/* Letters search; Escape leaves, other keys keep their meaning. */
static bool typed_help(struct sc_tui *t, struct sc_view *v, uint32_t c)
{
	struct page *p = (struct page *)v;
	(void)t;
	if (c == SC_KEY_BACKSPACE && p->search_len)
		p->search_len--;
	else if (c > ' ' && c < 127 && p->search_len < sizeof(p->search))
		p->search[p->search_len++] = (char)c;
	else
		return false;
	v->generation = 0;
	return true;
}

const struct sc_view_class sc_view_help = { .name = "Help", .size = sizeof(struct page), .collect = collect_help, .draw = draw,
	.key = key, .close = close_page, .typed = typed_help };
