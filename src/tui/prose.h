/* prose.h - a view that is lines of text, longer ones in several rows: scrolling and search; who opens one fills it. */
#ifndef SC_TUI_PROSE_H
#define SC_TUI_PROSE_H

#include "tui/inside.h"

#define PROSE_NAME_COLUMNS 24

struct prose {
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

/* Room for the text, empty; what is put there counts with sc_prose_done(). */
struct sc_text sc_prose_text(struct prose *p);
void sc_prose_done(struct prose *p, const struct sc_text *text);
void sc_prose_title(struct prose *p, sc_str title);

/* A name in its column, `depth` levels deep; the value follows. */
void sc_prose_name(struct sc_text *to, const char *name, size_t depth);

/* Members of its class. */
void sc_prose_draw(struct sc_tui *t, struct sc_view *v, struct sc_area area);
bool sc_prose_key(struct sc_tui *t, struct sc_view *v, enum sc_command_key command);
void sc_prose_close(struct sc_view *v);
extern const struct sc_lines_class sc_prose_lines;

#endif
