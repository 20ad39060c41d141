/* grid.c - rows and columns; see grid.h.
 *
 * Sorting merges runs from the bottom up: equal rows stay in the order they came. */
#include "tui/grid.h"

#include "base/memory.h"

void sc_grid_use(struct sc_tui *t, struct sc_grid *table, const struct sc_column *columns, size_t count, size_t sort)
{
	if (table->columns)
		return;
	table->columns = columns;
	table->column_count = count;
	table->sort = sort;
	const struct sc_choice *c = sc_choice_of(t, table->view.cls->name, false);
	if (!c)
		return;
	for (size_t i = 0; i < count; i++) {
		if (columns[i].order && strcmp(columns[i].name, c->sort) == 0)
			table->sort = i;
		if (i && sc_choice_hides(c, columns[i].name))
			table->hidden |= 1u << i;
	}
	table->reverse = c->reverse;
}

static void remember(struct sc_tui *t, const struct sc_grid *table)
{
	struct sc_choice *c = sc_choice_of(t, table->view.cls->name, true);
	if (!c)
		return;
	sc_choice_sort(c, table->sort < table->column_count ? table->columns[table->sort].name : "", table->reverse);
	c->hidden_count = 0;
	for (size_t i = 0; i < table->column_count; i++)
		if (table->hidden >> i & 1)
			sc_choice_hide(c, table->columns[i].name);
	t->chosen = true;
}

void sc_grid_hide(struct sc_tui *t, struct sc_grid *table, size_t column, bool hide)
{
	if (column == 0 || column >= table->column_count)
		return;
	table->hidden = hide ? table->hidden | 1u << column : table->hidden & ~(1u << column);
	remember(t, table);
}

void sc_grid_begin(struct sc_grid *table)
{
	table->kept = table->at < table->count ? table->rows[table->at].id : 0;
	table->count = 0;
}

void sc_grid_add(struct sc_grid *table, const void *item, uint64_t id)
{
	if (table->count == table->room) {
		size_t room = table->room ? table->room * 2 : 256;
		struct sc_grid_row *rows = sc_memory_take(room * sizeof(*rows));
		if (!rows)
			return;
		if (table->count)
			memcpy(rows, table->rows, table->count * sizeof(*rows));
		sc_memory_give(table->rows);
		table->rows = rows;
		table->room = room;
	}
	table->rows[table->count++] = (struct sc_grid_row){ item, id };
}

static bool before(const struct sc_grid *table, const struct sc_grid_row *a, const struct sc_grid_row *b)
{
	int order = table->columns[table->sort].order(a->item, b->item);
	return table->reverse ? order > 0 : order < 0;
}

static void merge(const struct sc_grid *table, const struct sc_grid_row *from, size_t low, size_t middle, size_t high,
		  struct sc_grid_row *to)
{
	size_t a = low, b = middle;
	for (size_t i = low; i < high; i++) {
		bool second = a >= middle || (b < high && before(table, &from[b], &from[a]));
		to[i] = from[second ? b++ : a++];
	}
}

static void sort(struct sc_grid *table)
{
	size_t n = table->count;
	struct sc_grid_row *spare = n > 1 ? sc_memory_take(table->room * sizeof(*spare)) : NULL;
	if (!spare)
		return;
	for (size_t width = 1; width < n; width *= 2) {
		for (size_t low = 0; low < n; low += 2 * width) {
			size_t middle = low + width < n ? low + width : n, high = low + 2 * width < n ? low + 2 * width : n;
			merge(table, table->rows, low, middle, high, spare);
		}
		struct sc_grid_row *rows = table->rows;
		table->rows = spare;
		spare = rows;
	}
	sc_memory_give(spare);
}

static void find_again(struct sc_grid *table, uint64_t id)
{
	for (size_t i = 0; i < table->count; i++)
		if (table->rows[i].id == id) {
			table->at = i;
			return;
		}
	table->at = table->at < table->count ? table->at : table->count ? table->count - 1 : 0;
}

void sc_grid_end(struct sc_grid *table)
{
	if (table->sort < table->column_count && table->columns[table->sort].order)
		sort(table);
	find_again(table, table->kept);
}

const void *sc_grid_item(const struct sc_grid *table)
{
	return table->at < table->count ? table->rows[table->at].item : NULL;
}

void sc_grid_close(struct sc_view *v)
{
	sc_memory_give(((struct sc_grid *)v)->rows);
}

/* ---- drawing ---- */

/* Which columns fit: those that go first are left out until the rest does. */
static uint32_t columns_for(const struct sc_grid *table, int width)
{
	uint32_t shown = 0;
	int need = 0;
	for (size_t i = 0; i < table->column_count; i++)
		if (!(table->hidden >> i & 1)) {
			shown |= 1u << i;
			need += table->columns[i].width + 1;
		}
	for (unsigned drop = 9; drop > 0 && need > width; drop--)
		for (size_t i = table->column_count; i-- > 0 && need > width;)
			if (table->columns[i].drop == drop && shown >> i & 1) {
				shown &= ~(1u << i);
				need -= table->columns[i].width + 1;
			}
	return shown;
}

static int spare_of(const struct sc_grid *table, uint32_t shown, int width)
{
	for (size_t i = 0; i < table->column_count; i++)
		width -= shown >> i & 1 ? table->columns[i].width + 1 : 0;
	return width > 0 ? width : 0;
}

struct line {
	struct sc_tui *t;
	const struct sc_grid *table;
	uint32_t shown;
	int row, column, spare;
};

static void put_title(struct line *l, size_t i, int width)
{
	const struct sc_column *c = &l->table->columns[i];
	SC_CELL(text);
	sc_text_adds(&text, c->title);
	if (l->table->sort == i)
		sc_text_adds(&text, sc_term_sign(&l->t->term, l->table->reverse ? SC_SIGN_UP : SC_SIGN_DOWN));
	sc_term_put(&l->t->term, l->row, l->column, width, sc_text_str(&text), SC_STYLE_TITLE, c->right);
}

static void put_cell(struct line *l, size_t i, int width, const void *item, bool selected)
{
	const struct sc_column *c = &l->table->columns[i];
	char octets[SC_TUI_CELL];
	struct sc_cell cell = { sc_text_into(octets, sizeof(octets)), SC_STYLE_PLAIN };
	c->put(l->t, item, &cell);
	enum sc_style style = !selected ? cell.style : i == l->table->column ? SC_STYLE_SELECTED : SC_STYLE_HEAD;
	sc_term_put(&l->t->term, l->row, l->column, width, sc_text_str(&cell.text), style, c->right);
}

static void put_line(struct line *l, const void *item, bool selected)
{
	for (size_t i = 0; i < l->table->column_count; i++) {
		if (!(l->shown >> i & 1))
			continue;
		int width = l->table->columns[i].width + (l->table->columns[i].grow ? l->spare : 0);
		if (item)
			put_cell(l, i, width, item, selected);
		else
			put_title(l, i, width);
		l->column += width + 1;
	}
}

static void scroll_to_cursor(struct sc_grid *table, int rows)
{
	size_t fit = rows > 0 ? (size_t)rows : 1;
	if (table->follow && table->count)
		table->at = table->count - 1;
	if (table->at < table->top)
		table->top = table->at;
	if (table->at >= table->top + fit)
		table->top = table->at - fit + 1;
	if (table->top + fit > table->count)
		table->top = table->count > fit ? table->count - fit : 0;
}

void sc_grid_draw(struct sc_tui *t, struct sc_grid *table, struct sc_area area)
{
	struct line l = { .t = t, .table = table, .shown = columns_for(table, area.columns - 1) };
	l.spare = spare_of(table, l.shown, area.columns - 1);
	table->shown = area.rows - 1;
	scroll_to_cursor(table, table->shown);
	while (table->column && !(l.shown >> table->column & 1))
		table->column--;
	l.row = area.row;
	l.column = area.column + 1;
	put_line(&l, NULL, false);
	for (int i = 0; i < table->shown && table->top + (size_t)i < table->count; i++) {
		size_t n = table->top + (size_t)i;
		l.row = area.row + 1 + i;
		l.column = area.column + 1;
		if (n == table->at)
			sc_term_put(&t->term, l.row, area.column, 1, sc_str_of(sc_term_sign(&t->term, SC_SIGN_RIGHT)), SC_STYLE_KEY,
				    false);
		put_line(&l, table->rows[n].item, n == table->at);
	}
}

/* ---- keys ---- */

static void move(struct sc_grid *table, int64_t by)
{
	int64_t to = (int64_t)table->at + by, last = table->count ? (int64_t)table->count - 1 : 0;
	table->follow = false;
	table->at = (size_t)(to < 0 ? 0 : to > last ? last : to);
}

static void move_column(struct sc_grid *table, bool right)
{
	size_t to = table->column;
	do {
		if (right ? to + 1 >= table->column_count : to == 0)
			return;
		to += right ? 1 : (size_t)-1;
	} while (table->hidden >> to & 1);
	table->column = to;
}

static void sort_by(struct sc_tui *t, struct sc_grid *table)
{
	const struct sc_column *c = &table->columns[table->column];
	uint64_t id = table->at < table->count ? table->rows[table->at].id : 0;
	if (!c->order) {
		sc_tui_say(t, "not sorted by this column; move with the arrows to another");
		return;
	}
	table->sort = table->column;
	sort(table);
	find_again(table, id);
	remember(t, table);
}

static void narrow(struct sc_tui *t, struct sc_grid *table, bool without)
{
	const struct sc_column *c = &table->columns[table->column];
	const void *item = sc_grid_item(table);
	sc_str value = item && c->field && c->value ? c->value(item) : SC_STR_NONE;
	if (!value.at)
		sc_tui_say(t, "this cell cannot be filtered by; move with the arrows to another");
	else
		sc_tui_narrow(t, c->field, value, without);
}

/* To the half around the row under the cursor. */
static void zoom_in(struct sc_tui *t, const struct sc_grid *table)
{
	const void *item = sc_grid_item(table);
	sc_window_zoom_in(t, item && table->moment ? table->moment(item) : SC_TIME_NONE);
}

bool sc_grid_key(struct sc_tui *t, struct sc_grid *table, enum sc_command_key command)
{
	int64_t page = table->shown > 1 ? table->shown - 1 : 1;
	switch (command) {
	case SC_DO_up:        move(table, -1); return true;
	case SC_DO_down:      move(table, 1); return true;
	case SC_DO_page_up:   move(table, -page); return true;
	case SC_DO_page_down: move(table, page); return true;
	case SC_DO_first:     move(table, -(int64_t)table->count); return true;
	case SC_DO_last:      move(table, (int64_t)table->count); return true;
	case SC_DO_left:      move_column(table, false); return true;
	case SC_DO_right:     move_column(table, true); return true;
	case SC_DO_follow:    table->follow = !table->follow; return true;
	case SC_DO_sort:      sort_by(t, table); return true;
	case SC_DO_reverse:
		table->reverse = !table->reverse;
		table->view.generation = 0;
		remember(t, table);
		return true;
	case SC_DO_only:      narrow(t, table, false); return true;
	case SC_DO_without:   narrow(t, table, true); return true;
	case SC_DO_columns:   sc_columns_open(t, table); return true;
	case SC_DO_zoom_in:   zoom_in(t, table); return true;
	default:              return false;
	}
}
