/* grid.c - rows and columns; see grid.h.
 *
 * Sorting merges runs from the bottom up: equal rows stay in the order they came.  Many rows are gathered and sorted in pieces,
 * and meanwhile the ones of before stay on the screen: a key is answered at once. */
#include "tui/grid.h"

#include "base/memory.h"

#define SLICE 12  /* ms of gathering at a time */
#define STEP  256 /* rows between two looks at the clock */
#define SURE  16  /* such steps are made in any case: few rows are there at once, however busy the machine is */

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

static void give_work(struct sc_grid_work *w)
{
	sc_memory_give(w->rows);
	sc_memory_give(w->spare);
	*w = (struct sc_grid_work){ .rows = NULL };
}

void sc_grid_begin(struct sc_grid *table)
{
	give_work(&table->work);
	table->work.walks = true;
	table->work.sort = table->sort;
	table->work.reverse = table->reverse;
}

void sc_grid_add(struct sc_grid *table, const void *item, uint64_t id)
{
	struct sc_grid_work *w = &table->work;
	if (w->count == w->room) {
		size_t room = w->room ? w->room * 2 : 256;
		struct sc_grid_row *rows = sc_memory_take(room * sizeof(*rows));
		if (!rows)
			return;
		if (w->count)
			memcpy(rows, w->rows, w->count * sizeof(*rows));
		sc_memory_give(w->rows);
		w->rows = rows;
		w->room = room;
	}
	w->rows[w->count++] = (struct sc_grid_row){ item, id };
}

/* ---- sorting ---- */

static bool before(const struct sc_grid *table, const struct sc_grid_row *a, const struct sc_grid_row *b)
{
	int order = table->columns[table->work.sort].order(a->item, b->item);
	return table->work.reverse ? order > 0 : order < 0;
}

static void next_pair(struct sc_grid_work *w)
{
	w->middle = w->low + w->width < w->count ? w->low + w->width : w->count;
	w->high = w->low + 2 * w->width < w->count ? w->low + 2 * w->width : w->count;
	w->a = w->out = w->low;
	w->b = w->middle;
}

static void begin_sort(struct sc_grid *table)
{
	struct sc_grid_work *w = &table->work;
	bool sortable = w->sort < table->column_count && table->columns[w->sort].order && w->count > 1;
	w->walks = false;
	w->spare = sortable ? sc_memory_take(w->room * sizeof(*w->spare)) : NULL;
	w->sorts = w->spare != NULL;
	w->width = 1;
	w->low = 0;
	if (w->sorts)
		next_pair(w);
}

/* Merges up to `rows` rows of two runs; at the end of a pass the runs are twice as wide.  False: all is sorted. */
static bool sort_on(const struct sc_grid *table, struct sc_grid_work *w, size_t rows)
{
	for (; rows && w->out < w->high; rows--) {
		bool second = w->a >= w->middle || (w->b < w->high && before(table, &w->rows[w->b], &w->rows[w->a]));
		w->spare[w->out++] = w->rows[second ? w->b++ : w->a++];
	}
	if (w->out < w->high)
		return true;
	w->low += 2 * w->width;
	if (w->low >= w->count) {
		struct sc_grid_row *sorted = w->spare;
		w->spare = w->rows;
		w->rows = sorted;
		w->width *= 2;
		w->low = 0;
	}
	next_pair(w);
	return w->width < w->count;
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

/* The rows in work are those that are shown from now on. */
static void show_work(struct sc_tui *t, struct sc_grid *table)
{
	struct sc_grid_work *w = &table->work;
	uint64_t kept = table->at < table->count ? table->rows[table->at].id : 0;
	sc_memory_give(table->rows);
	table->rows = w->rows;
	table->count = w->count;
	table->sum = w->sum;
	table->epoch = t->store.rearranged;
	w->rows = NULL;
	give_work(w);
	find_again(table, kept);
}

void sc_grid_end(struct sc_tui *t, struct sc_grid *table)
{
	begin_sort(table);
	while (table->work.sorts)
		table->work.sorts = sort_on(table, &table->work, SIZE_MAX);
	show_work(t, table);
}

/* ---- gathering ---- */

static bool outdated(const struct sc_tui *t, const struct sc_grid *table)
{
	const struct sc_grid_work *w = &table->work;
	return w->filtered != t->filtered || w->rearranged != t->store.rearranged || w->passes != t->pass.passes ||
		w->sort != table->sort || w->reverse != table->reverse;
}

static void begin_work(struct sc_tui *t, struct sc_grid *table)
{
	struct sc_grid_work *w = &table->work;
	sc_grid_begin(table);
	w->generation = t->store.generation;
	w->filtered = t->filtered;
	w->rearranged = t->store.rearranged;
	w->passes = t->pass.passes;
}

static void walk_on(struct sc_tui *t, struct sc_grid *table, sc_grid_each_fn *each, size_t sessions)
{
	struct sc_grid_work *w = &table->work;
	while (sessions--) {
		struct sc_seen *seen = sc_store_next(&t->store, w->at);
		if (!seen) {
			each(t, table, NULL);
			begin_sort(table);
			return;
		}
		w->at = seen;
		w->done++;
		if (sc_tui_shows(t, seen))
			each(t, table, seen);
	}
}

bool sc_grid_gather(struct sc_tui *t, struct sc_grid *table, sc_grid_each_fn *each)
{
	struct sc_grid_work *w = &table->work;
	int64_t until = sc_tui_now() + SLICE;
	if (table->epoch != t->store.rearranged)
		table->count = table->top = 0; /* what the rows point to is gone */
	table->epoch = t->store.rearranged;
	if (!(w->walks || w->sorts) || outdated(t, table))
		begin_work(t, table);
	int steps = 0;
	do {
		if (w->walks)
			walk_on(t, table, each, STEP);
		else
			w->sorts = sort_on(table, w, STEP);
	} while ((w->walks || w->sorts) && (++steps < SURE || sc_tui_now() < until));
	if (w->walks || w->sorts)
		return false;
	table->view.generation = w->generation;
	show_work(t, table);
	return true;
}

const void *sc_grid_item(const struct sc_grid *table)
{
	return table->at < table->count ? table->rows[table->at].item : NULL;
}

void sc_grid_close(struct sc_view *v)
{
	sc_memory_give(((struct sc_grid *)v)->rows);
	give_work(&((struct sc_grid *)v)->work);
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

static void keep_cell(struct sc_tui *t, sc_str text)
{
	text = sc_str_slice(text, 0, sizeof(t->cell) - 1);
	memcpy(t->cell, text.at, text.len);
	t->cell[text.len] = '\0';
}

static void put_cell(struct line *l, size_t i, int width, const void *item, bool selected)
{
	const struct sc_column *c = &l->table->columns[i];
	char octets[SC_TUI_CELL];
	struct sc_cell cell = { sc_text_into(octets, sizeof(octets)), SC_STYLE_PLAIN };
	c->put(l->t, item, &cell);
	if (selected && i == l->table->column)
		keep_cell(l->t, sc_text_str(&cell.text));
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

static void note_ends(const struct line *l, struct sc_grid *table, int column)
{
	for (size_t i = 0; i < table->column_count; i++) {
		bool shown = l->shown >> i & 1;
		column += shown ? table->columns[i].width + (table->columns[i].grow ? l->spare : 0) + 1 : 0;
		table->ends[i] = shown ? column : 0;
	}
}

void sc_grid_draw(struct sc_tui *t, struct sc_grid *table, struct sc_area area)
{
	struct line l = { .t = t, .table = table, .shown = columns_for(table, area.columns - 1) };
	l.spare = spare_of(table, l.shown, area.columns - 1);
	table->shown = area.rows - 1;
	table->first_row = area.row + 1;
	scroll_to_cursor(table, table->shown);
	while (table->column && !(l.shown >> table->column & 1))
		table->column--;
	note_ends(&l, table, area.column + 1);
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

void sc_grid_click(struct sc_tui *t, struct sc_view *v, int row, int column)
{
	struct sc_grid *table = (struct sc_grid *)v;
	int n = row - table->first_row;
	if (n < 0 || n >= table->shown || table->top + (size_t)n >= table->count)
		return;
	bool again = table->at == table->top + (size_t)n;
	table->at = table->top + (size_t)n;
	table->follow = false;
	for (size_t i = table->column_count; i-- > 0;)
		if (table->ends[i] && column < table->ends[i])
			table->column = i;
	if (again)
		v->cls->key(t, v, SC_DO_open);
}

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
	if (!c->order) {
		sc_tui_say(t, "not sorted by this column; move with the arrows to another");
		return;
	}
	table->sort = table->column;
	table->view.generation = 0;
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

/* ---- what can be searched ---- */

static size_t count_rows(const struct sc_view *v, size_t *at)
{
	const struct sc_grid *table = (const struct sc_grid *)v;
	*at = table->at;
	return table->count;
}

/* All columns, also those for which there is no room. */
static void tell_row(struct sc_tui *t, const struct sc_view *v, size_t n, struct sc_text *to)
{
	const struct sc_grid *table = (const struct sc_grid *)v;
	for (size_t i = 0; i < table->column_count; i++) {
		char octets[SC_TUI_CELL];
		struct sc_cell cell = { sc_text_into(octets, sizeof(octets)), SC_STYLE_PLAIN };
		table->columns[i].put(t, table->rows[n].item, &cell);
		sc_text_add(to, sc_text_str(&cell.text));
		sc_text_put(to, '\n');
	}
}

static void go_to_row(struct sc_view *v, size_t n)
{
	struct sc_grid *table = (struct sc_grid *)v;
	table->at = n;
	table->follow = false;
}

const struct sc_lines_class sc_grid_lines = { count_rows, tell_row, go_to_row };
