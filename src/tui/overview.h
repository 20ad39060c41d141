/* overview.h - what the first screen counts, panel by panel: rows that a cursor goes over. */
#ifndef SC_TUI_OVERVIEW_H
#define SC_TUI_OVERVIEW_H

#include "tui/inside.h"

#define OVERVIEW_ROWS  12 /* of a panel */
#define OVERVIEW_NOTES 6  /* of a lower panel */

enum panel { PANEL_OUTCOMES, PANEL_SUSPECTS, PANEL_CAUSES, PANEL_WHERE, PANEL_NOTES, PANELS }; /* in the order of Tab */

struct delay {
	const char *what;
	sc_time half, nearly_all, all; /* 50 and 95 percent, and all, took no longer */
};

struct entry {
	enum sc_pick_by by;
	bool   failed;
	char   key[SC_TOP_KEY_OCTETS];
	size_t key_len;
	uint64_t count;           /* of a suspect: the score */
	uint64_t of;              /* what the share is of; of a suspect: rules that held */
	uint64_t outcomes[SC_OUTCOMES];
	uint64_t others;          /* refusals and breaks without a recipient */
	const char *rule;         /* of a suspect: the one with the most points */
	enum sc_style style;
	const char *sign;
};

struct overview {
	struct sc_view view;
	struct entry entries[PANELS][OVERVIEW_ROWS];
	size_t count[PANELS];
	size_t panel, at[PANELS];
	size_t drawn[PANELS];     /* rows for which there was room; in a panel without any there is no cursor */
	bool   touched;           /* the person has moved the cursor */
	uint64_t recipients, messages, failed;
	bool     compares;        /* with the same time before the window */
	uint64_t recipients_before, before[SC_OUTCOMES];
	uint64_t known;           /* suspects that are acknowledged, and in no row */
	struct delay delays[OVERVIEW_NOTES];
	size_t delay_count;
};

/* panels.c: the rows of all panels, from the model. */
void sc_overview_fill(struct sc_tui *t, struct overview *o, const struct sc_failures *m);

#endif
