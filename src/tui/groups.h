/* groups.h - rows that count by key, as screens of counts and of suspects share them. */
#ifndef SC_TUI_GROUPS_H
#define SC_TUI_GROUPS_H

#include "tui/grid.h"

#define GROUPS_SHOWN 512

/* A row, copied from the model: its tables move. */
struct group {
	sc_str key;              /* in `octets` */
	sc_str label;
	char   octets[SC_TOP_KEY_OCTETS + SC_TOP_LABEL_OCTETS];
	uint64_t count, failed, outcomes[SC_OUTCOMES];
	uint64_t of;             /* the sum of all rows' counts */
	sc_time first, last, first_failed;
	uint16_t code;
	enum sc_cause cause;
	const char *kind;        /* of a suspect */
	bool known;              /* all of it is acknowledged */
	enum sc_pick_by pick;    /* what it opens, when rows differ in that; SC_PICK_ALL: what all do */
};

struct groups {
	struct sc_grid table;
	struct group *items;
	size_t used;
	size_t by;
	bool   chosen;                   /* the person has, what it is grouped by */
	const struct sc_column *columns; /* of the grouping; NULL: those of the screen */
};

/* A new row; NULL: there is no room. */
struct group *sc_group_add(struct groups *g, sc_str key, sc_str label);

/* ---- suspects.c: who drew findings upon himself ---- */
extern const struct sc_column sc_suspect_columns[];
extern const size_t sc_suspect_column_count;
enum sc_style sc_suspect_style(uint64_t score);
void sc_suspects_fill(const struct sc_failures *m, struct groups *g);
const struct sc_suspect *sc_suspect_of(const struct sc_failures *m, const struct group *row); /* NULL: no longer in the model */
void sc_suspects_pane(struct sc_tui *t, const struct group *row, struct sc_area area);

#endif
