/* tui.h - the dashboard: screens over what the events tell.  No threads here: one caller gives it events and turns. */
#ifndef SC_TUI_TUI_H
#define SC_TUI_TUI_H

#include <smtpscope/event.h>

struct sc_tui;

struct sc_tui_config {
	const char *source;   /* what is read, for the first line */
	const char *theme;    /* NULL: the standard one */
	const char *where;    /* the filter to begin with; NULL: none */
	uint64_t memory;      /* octets for what is kept */
	bool live, ascii, utc;
};

/* How far the reading is. */
struct sc_tui_progress {
	uint64_t read, total;   /* octets; total 0: not known */
	uint64_t packets, dropped;
	uint64_t lost_events;   /* the screen could not take them in time */
	bool     over;          /* everything was read */
};

/* Opens the terminal.  SC_EUSAGE: it cannot show screens, and `*why` says it; SC_EFAILED: no memory. */
sc_err sc_tui_open(struct sc_tui **out, const struct sc_tui_config *config, const char **why);
void   sc_tui_close(struct sc_tui *t); /* NULL is fine; the terminal is as it was before */

void   sc_tui_event(struct sc_tui *t, const struct sc_event *ev);
void   sc_tui_progress(struct sc_tui *t, const struct sc_tui_progress *p);

/* Draws what has changed, and waits at most so long for a key.  False: the person has left. */
bool   sc_tui_turn(struct sc_tui *t, int wait_ms);

#endif
