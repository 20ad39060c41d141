/* grid.h - rows and columns: selection, scrolling, sorting, and dropping of columns when the screen is narrow. */
#ifndef SC_TUI_GRID_H
#define SC_TUI_GRID_H

#include "tui/inside.h"

/* A cell's text, visible already, and its style. */
struct sc_cell {
	struct sc_text text;
	enum sc_style  style;
};

struct sc_column {
	const char *title, *name; /* as the screen and as the file of choices call it */
	int     width;      /* cells; the one that grows takes what is left */
	uint8_t drop;       /* 0: never; else the higher, the sooner it goes when there is no room */
	bool    grow, right;
	void  (*put)(struct sc_tui *t, const void *row, struct sc_cell *cell);
	int   (*order)(const void *a, const void *b); /* NULL: not sorted by it */
	const char *field;  /* of the filter language, whose value `value` gives; NULL: none */
	sc_str (*value)(const void *row);
};

struct sc_grid_row {
	const void *item;
	uint64_t id;        /* the same for the same row after the rows were collected again */
};

/* Rows that are being gathered and sorted, a piece at a time. */
struct sc_grid_work {
	struct sc_grid_row *rows, *spare;
	size_t   count, room;
	bool     walks, sorts;      /* in one of the two */
	struct sc_seen *at;         /* the last session that was looked at */
	size_t   done;              /* sessions looked at */
	uint64_t sum;               /* of what the rows count; whoever adds them adds to it */
	uint64_t generation, filtered, rearranged, passes; /* of what it gathers from */
	size_t   sort;
	bool     reverse;
	size_t   width, low, middle, high, a, b, out; /* merging runs of `width` */
};

struct sc_grid {
	struct sc_view view;
	const struct sc_column *columns;
	size_t column_count;
	struct sc_grid_row *rows;
	size_t count;
	uint64_t sum;       /* of what the rows count */
	uint64_t epoch;     /* of the store, as `rearranged`, that the rows point into */
	struct sc_grid_work work;
	size_t top, at;     /* first row shown, row of the cursor */
	size_t column;      /* of the cursor */
	size_t sort;        /* column; SIZE_MAX: as collected */
	bool   reverse;
	bool   follow;      /* stays with the last row */
	uint32_t hidden;    /* columns that the person does not want: a bit each */
	sc_time (*moment)(const void *row); /* what a zoom goes to; NULL: rows have no time */
	int    shown;       /* rows that fit, of the last drawing */
	int    first_row;   /* of the screen, where they began */
	int    ends[32];    /* columns of the screen behind each column; 0: not shown */
};

/* Takes its columns, the first time: sorted by `sort` (SIZE_MAX: as collected) or as the person chose once. */
void sc_grid_use(struct sc_tui *t, struct sc_grid *table, const struct sc_column *columns, size_t count, size_t sort);

/* Adds the rows of a session, or with NULL those of no session. */
typedef void sc_grid_each_fn(struct sc_tui *t, struct sc_grid *table, struct sc_seen *seen);

/* Gathers the rows of all sessions that are shown, and sorts them: some milliseconds of it.  True: the rows are complete; until
 * then those of before stay, where they are still good.  The cursor stays with its row. */
bool sc_grid_gather(struct sc_tui *t, struct sc_grid *table, sc_grid_each_fn *each);

/* The same at once, for few rows. */
void sc_grid_begin(struct sc_grid *table);
void sc_grid_add(struct sc_grid *table, const void *item, uint64_t id);
void sc_grid_end(struct sc_tui *t, struct sc_grid *table);

void sc_grid_draw(struct sc_tui *t, struct sc_grid *table, struct sc_area area);
/* Moves, sorts, narrows.  False: not a key of tables. */
bool sc_grid_key(struct sc_tui *t, struct sc_grid *table, enum sc_command_key command);
void sc_grid_hide(struct sc_tui *t, struct sc_grid *table, size_t column, bool hide); /* one column always stays */
void sc_grid_click(struct sc_tui *t, struct sc_view *v, int row, int column); /* a second one on a row opens it */
const void *sc_grid_item(const struct sc_grid *table); /* under the cursor; NULL: there is none */
void sc_grid_close(struct sc_view *v);
extern const struct sc_lines_class sc_grid_lines;

#endif
