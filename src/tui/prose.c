/* prose.c - lines of text, scrolled and searched; see prose.h. */
#include "tui/prose.h"

#include "base/memory.h"

#define PROSE_OCTETS (64u << 10)

struct sc_text sc_prose_text(struct prose *p)
{
	if (!p->octets)
		p->octets = sc_memory_take(PROSE_OCTETS);
	return sc_text_into(p->octets, p->octets ? PROSE_OCTETS : 0);
}

void sc_prose_done(struct prose *p, const struct sc_text *text)
{
	p->len = text->len;
}

void sc_prose_title(struct prose *p, sc_str title)
{
	struct sc_text to = sc_text_into(p->view.title, sizeof(p->view.title) - 1);
	sc_text_visible(&to, title);
	p->view.title[to.len] = '\0';
}

void sc_prose_name(struct sc_text *to, const char *name, size_t depth)
{
	for (size_t i = 0; i <= depth; i++)
		sc_text_adds(to, "  ");
	sc_page_fit(to, sc_str_of(name), PROSE_NAME_COLUMNS - 2 * depth, false);
}

static bool heading(sc_str line)
{
	return line.len > 1 && line.at[0] >= 'A' && line.at[0] <= 'Z' && line.at[1] >= 'A' && line.at[1] <= 'Z';
}

/* Where the lines that continue a line begin: under its value, or under its first word. */
static size_t indent_of(const struct prose *p, sc_str line)
{
	size_t spaces = 0;
	while (spaces < line.len && line.at[spaces] == ' ')
		spaces++;
	return spaces && p->fields ? 2 + PROSE_NAME_COLUMNS : spaces;
}

/* A line in as many rows as it takes, those from `top` on shown; gives how many. */
static size_t put_line(struct sc_tui *t, const struct prose *p, sc_str line, size_t n, bool found, struct sc_area area)
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
static size_t put_lines(struct sc_tui *t, struct prose *p, struct sc_area area, size_t *found)
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

void sc_prose_draw(struct sc_tui *t, struct sc_view *v, struct sc_area area)
{
	struct prose *p = (struct prose *)v;
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

bool sc_prose_key(struct sc_tui *t, struct sc_view *v, enum sc_command_key command)
{
	struct prose *p = (struct prose *)v;
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
	const struct prose *p = (const struct prose *)v;
	sc_str rest = { p->octets, p->len };
	size_t n = 0;
	for (; rest.len; n++)
		sc_str_until(&rest, '\n');
	*at = p->found ? p->found - 1 : p->top ? p->first : SIZE_MAX; /* on the first page the first line counts, too */
	return n;
}

static void tell_line(struct sc_tui *t, const struct sc_view *v, size_t n, struct sc_text *to)
{
	const struct prose *p = (const struct prose *)v;
	sc_str rest = { p->octets, p->len };
	(void)t;
	while (n-- && rest.len)
		sc_str_until(&rest, '\n');
	sc_text_add(to, sc_str_until(&rest, '\n'));
}

static void go_to_line(struct sc_view *v, size_t n)
{
	struct prose *p = (struct prose *)v;
	p->found = n + 1;
	p->seeks = true;
}

const struct sc_lines_class sc_prose_lines = { count_lines, tell_line, go_to_line };

void sc_prose_close(struct sc_view *v)
{
	sc_memory_give(((struct prose *)v)->octets);
}
