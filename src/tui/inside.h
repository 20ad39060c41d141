/* inside.h - what the files of the dashboard share: its state, and the class of a view.
 *
 * A view is a table, a ladder or a text; views lie on a stack, Enter lays one on top and Esc takes it off, so the one below is as
 * it was left.  A view asks for its rows again when what is known has changed. */
#ifndef SC_TUI_INSIDE_H
#define SC_TUI_INSIDE_H

#include "base/text.h"
#include "engine/where.h"
#include "model/failures.h"
#include "output/page.h"
#include "tui/acks.h"
#include "tui/keys.h"
#include "tui/picks.h"
#include "tui/store.h"
#include "tui/term.h"
#include "tui/tui.h"

#define SC_TUI_LEVELS 12
#define SC_TUI_CELL   1024 /* octets of a cell's text */
#define SC_TUI_INPUT  512  /* octets of a line that is typed */

#define SC_TUI_OTHERS 12   /* kinds of connections that were no mail */

struct sc_tui;
struct sc_view;
struct sc_grid;

struct sc_area {
	int row, column, rows, columns;
};

/* What can be searched of a view: its rows or lines. */
struct sc_lines_class {
	size_t (*count)(const struct sc_view *v, size_t *at);  /* how many, and which is the cursor's */
	void (*tell)(struct sc_tui *t, const struct sc_view *v, size_t n, struct sc_text *to); /* the text of one */
	void (*go)(struct sc_view *v, size_t n);               /* the cursor goes there */
};

struct sc_view_class {
	const char *name, *brief;        /* as the second line of the screen shows it; on a narrow one */
	size_t   size;                   /* of its state, which begins with struct sc_view */
	uint64_t keys;                   /* SC_DO(command) | ...: what the footer offers besides what every view has */
	bool (*collect)(struct sc_tui *t, struct sc_view *v);  /* its rows, after a change; NULL: it has none that change.
	                                                        * False: not all yet, to be called again */
	void (*draw)(struct sc_tui *t, struct sc_view *v, struct sc_area area);
	bool (*key)(struct sc_tui *t, struct sc_view *v, enum sc_command_key command);
	void (*close)(struct sc_view *v); /* may be NULL */
	bool (*typed)(struct sc_tui *t, struct sc_view *v, uint32_t key); /* sees keys before their meaning; may be NULL */
	void (*click)(struct sc_tui *t, struct sc_view *v, int row, int column); /* of the screen; may be NULL */
	const struct sc_lines_class *lines; /* NULL: nothing is searched */
};

struct sc_view {
	const struct sc_view_class *cls;
	uint64_t generation;             /* of the store when its rows were collected */
	uint64_t rearranged, filtered, passes;
	bool     shown;                  /* it was drawn, so it has what its keys work on */
	char     title[160];             /* what it shows, for the third line; visible text */
};

#define SC_HISTORY 16

/* Lines that were typed, the oldest first. */
struct sc_history {
	char   lines[SC_HISTORY][SC_TUI_INPUT];
	size_t count;
};

struct sc_prompt {
	bool   open;
	const char *label;
	char   text[SC_TUI_INPUT];
	size_t len, at;
	void (*done)(struct sc_tui *t, sc_str text); /* Enter */
	void (*changed)(struct sc_tui *t, sc_str text); /* each key; may be NULL */
	void (*complete)(struct sc_tui *t);             /* Tab; may be NULL */
	const struct sc_history *history;               /* NULL: none */
	char   note[160];                /* above the line: what is wrong, or what fits */
	size_t wrong_at, wrong_len;      /* octets of the text that are wrong; 0: none */
	size_t back;                     /* lines of the history, from the newest */
};

/* What of the time is shown. */
struct sc_window {
	bool    set, glides;             /* glides: its end stays with the newest event */
	sc_time from, to;                /* from on, before `to` */
};

#define SC_STRIP_BINS 60

/* When there were sessions, over all of the time. */
struct sc_strip {
	uint64_t generation;             /* of the store when it was counted */
	int64_t  made_at;
	int      bins;
	uint32_t sessions[SC_STRIP_BINS], failed[SC_STRIP_BINS];
};

/* A walk through all sessions, a piece at a time: which are shown, and what they add up to. */
struct sc_pass {
	bool     running;
	struct sc_seen *at;              /* the last one looked at */
	uint64_t looked_at, filtered, generation, rearranged;
	uint64_t done_filtered, done_generation; /* of the walk that ended; 0: none */
	uint64_t passes;                 /* that have ended */
	int64_t  ended_at;
	struct sc_failures *model;       /* in work */
	uint64_t before[SC_OUTCOMES];    /* recipients in the same time before the window, in work */
};

#define SC_CHOICES       12
#define SC_CHOICE_NAME   16
#define SC_CHOICE_HIDDEN 12

/* How the table of a screen was left. */
struct sc_choice {
	char   screen[SC_CHOICE_NAME], sort[SC_CHOICE_NAME];
	char   hidden[SC_CHOICE_HIDDEN][SC_CHOICE_NAME];
	size_t hidden_count;
	bool   reverse;
};

/* The capture is read again. */
struct sc_job {
	void *job;                       /* NULL: it is not */
	void *owner;                     /* the view that asked, or a file */
	uint64_t count;                  /* sessions asked for */
	char  path[SC_TUI_INPUT];        /* of the file that is written; empty: none */
	/* It is over; `whole`: everything was read and written. */
	void (*done)(struct sc_tui *t, struct sc_job *job, bool whole, uint64_t packets);
};

/* All sessions are looked at, for what a key asked. */
struct sc_walk {
	const char *word;                /* what is being made; NULL: nothing is */
	void *ctx;
	void (*each)(struct sc_tui *t, void *ctx, struct sc_seen *seen);
	bool (*after)(void *ctx);        /* a piece of the work behind the last session; true: that was all.  NULL: there is none */
	void (*done)(struct sc_tui *t, void *ctx, bool whole); /* gives `ctx` back in any case */
	struct sc_seen *at;
	uint64_t next, end, rearranged;  /* orders of sessions */
	bool over;                       /* the last session was looked at */
};

/* A text that is looked for in the rows of the view on top. */
struct sc_find {
	char   text[128];
	size_t len;
	bool   runs, back;
	size_t from, at, left;           /* the row it began behind, the one looked at last, and how many are left */
};

struct sc_tui {
	struct sc_term term;
	struct sc_store store;
	struct sc_failures *all;         /* of every event */
	struct sc_failures *some;        /* of what filter and window show; NULL: nothing was counted */
	struct sc_failures *none;        /* of nothing */
	struct sc_tui_config config;
	struct sc_tui_progress progress;
	struct sc_ev_stats stats;        /* the latest */
	struct sc_count others_told[SC_TUI_OTHERS]; /* its tally of what was no mail; names in `others` */
	struct sc_tui_other {
		char     name[24];
		uint64_t n;
	} others[SC_TUI_OTHERS];
	size_t other_count;
	uint64_t rate, rate_packets;     /* packets a second, and how many there were at */
	int64_t rate_at;                 /* that ms of the monotonic clock */
	struct sc_page_clock clock;
	struct sc_view *stack[SC_TUI_LEVELS];
	size_t depth;
	int    screen_ends[10];          /* columns behind their names, of the last drawing */
	struct sc_view *screens[10];     /* as they were left; by number */
	size_t screen;
	struct sc_where *where;
	char   where_text[SC_TUI_INPUT];
	uint64_t filtered;               /* changes with the filter and the window */
	struct sc_window window;
	struct sc_strip strip;
	struct sc_pass pass;
	uint64_t before[SC_OUTCOMES];    /* of the walk that ended */
	bool     compares;               /* all of that time was captured and is kept */
	struct sc_job job;
	struct sc_walk walk;
	sc_time oldest, newest;          /* of the events; SC_TIME_NONE: there were none */
	struct sc_choice choices[SC_CHOICES];
	size_t choice_count;
	bool   chosen;                   /* they have changed */
	struct sc_acks acks;
	struct sc_prompt prompt;
	struct sc_history filters, commands;
	struct sc_find find;
	void (*menu)(struct sc_tui *t, uint32_t key); /* takes the next key; NULL: none */
	char   cell[256];                /* under the cursor, as it was drawn last; visible text */
	uint64_t save_session;           /* what is saved when nothing is marked */
	bool     save_marked;            /* something is */
	char   message[200];             /* until the next key */
	bool   paused, dirty, over, pane_off;
	bool   gathering;                /* the view on top has not all its rows yet */
	uint64_t drawn;                  /* generation of the store on the screen */
	int64_t  drawn_at;               /* ms of the monotonic clock */
};

/* ---- tui.c ---- */
struct sc_view *sc_tui_push(struct sc_tui *t, const struct sc_view_class *cls); /* NULL: no room */
void sc_tui_pop(struct sc_tui *t);
void sc_tui_say(struct sc_tui *t, const char *text);
/* True when the view's rows are of an older time. */
bool sc_view_stale(const struct sc_tui *t, const struct sc_view *v);
const struct sc_failures *sc_tui_model(struct sc_tui *t); /* what the filter shows */
struct sc_view *sc_tui_top(const struct sc_tui *t);
void sc_tui_do(struct sc_tui *t, enum sc_command_key command); /* what its key would do */
const char *sc_tui_screen(size_t n, bool brief); /* the name of a screen; NULL behind the last */
void sc_tui_go(struct sc_tui *t, size_t screen);
int64_t sc_tui_now(void); /* ms of the monotonic clock */

/* ---- frame.c ---- */
void sc_frame_draw(struct sc_tui *t, struct sc_view *v);   /* the view, and what stands around it */

/* ---- narrow.c, window.c: what is shown ---- */
bool sc_tui_shows(struct sc_tui *t, struct sc_seen *seen); /* filter and window take it */
bool sc_tui_inside(const struct sc_tui *t, sc_time when);  /* the window */
bool sc_tui_matches(const struct sc_tui *t, const struct sc_where *w, const struct sc_seen *seen);
bool sc_tui_narrow_set(const struct sc_tui *t);            /* there is a filter or a window */
void sc_tui_narrowed(struct sc_tui *t);                    /* one of them has changed */
void sc_tui_pass(struct sc_tui *t);                        /* a piece of the walk */
bool sc_tui_passing(const struct sc_tui *t);               /* what is shown is not all yet */
/* Recipients by outcome in as much time before the window as the window holds; NULL: there is no window, or not all of that time
 * was captured and is kept. */
const uint64_t *sc_tui_before(const struct sc_tui *t);
bool sc_window_key(struct sc_tui *t, enum sc_command_key command);
void sc_window_set(struct sc_tui *t, sc_time from, sc_time to);
void sc_window_since(struct sc_tui *t, sc_str moment, bool until); /* a moment as --since takes it */
void sc_window_all(struct sc_tui *t);
void sc_window_zoom_in(struct sc_tui *t, sc_time around);  /* SC_TIME_NONE: the middle */
void sc_window_note(struct sc_tui *t, sc_time when);       /* an event of that time has come */
void sc_window_glide(struct sc_tui *t);
bool sc_window_due(const struct sc_tui *t);                /* the strip on the screen is of an older time */
void sc_window_tell(struct sc_tui *t, struct sc_text *to);
void sc_window_strip(struct sc_tui *t, int row, int column, int width);

/* ---- job.c ---- */
bool sc_job_begin(struct sc_tui *t, const struct sc_tui_ask *ask, struct sc_job job); /* false: it was said why not */
void sc_job_step(struct sc_tui *t);
void sc_job_stop(struct sc_tui *t, const void *owner); /* NULL: whoever's */
void sc_job_tell(struct sc_tui *t, struct sc_text *to);
struct sc_tui_asked sc_seen_asked(const struct sc_seen *seen);

/* ---- walk.c ---- */
bool sc_walk_busy(struct sc_tui *t);                       /* one is going on, and it was said so */
void sc_walk_begin(struct sc_tui *t, struct sc_walk walk); /* not when one is */
void sc_walk_step(struct sc_tui *t);
bool sc_walk_stop(struct sc_tui *t);                       /* false: there was none */
void sc_walk_tell(struct sc_tui *t, struct sc_text *to);

/* ---- choices.c ---- */
struct sc_choice *sc_choice_of(struct sc_tui *t, const char *screen, bool make); /* NULL: none, or no room */
bool sc_choice_hides(const struct sc_choice *c, const char *column);
void sc_choice_hide(struct sc_choice *c, const char *column);
void sc_choice_sort(struct sc_choice *c, const char *column, bool reverse);
void sc_choices_load(struct sc_tui *t);
void sc_choices_read(struct sc_tui *t, sc_str text);       /* what a file holds; it may be anything */
void sc_choices_write(const struct sc_tui *t, struct sc_text *to);
void sc_choices_save(const struct sc_tui *t);
void sc_columns_open(struct sc_tui *t, struct sc_grid *table);

/* ---- tui.c again ---- */
void sc_tui_filter(struct sc_tui *t, sc_str expression);   /* sets it; empty: none */
void sc_tui_narrow(struct sc_tui *t, const char *field, sc_str value, bool without);

/* ---- find.c ---- */
bool sc_find_key(struct sc_tui *t, enum sc_command_key command);
void sc_find_text(struct sc_tui *t, sc_str text);          /* the next row that has it; empty: as before */
void sc_find_step(struct sc_tui *t);
bool sc_find_stop(struct sc_tui *t);                       /* false: nothing was looked for */

/* ---- palette.c ---- */
void sc_palette_open(struct sc_tui *t);

/* ---- filter.c, prompt.c ---- */
void sc_tui_ask_filter(struct sc_tui *t);
void sc_filter_typed(struct sc_tui *t, sc_str text, size_t before); /* the note of an expression behind so many octets */
void sc_filter_complete(struct sc_tui *t);
void sc_history_add(struct sc_history *h, sc_str line);
void sc_prompt_open(struct sc_tui *t, const char *label, sc_str text, void (*done)(struct sc_tui *, sc_str),
		    void (*changed)(struct sc_tui *, sc_str));
void sc_prompt_insert(struct sc_prompt *p, uint32_t c);
void sc_prompt_erase(struct sc_prompt *p);                 /* the character before the cursor */
void sc_prompt_key(struct sc_tui *t, uint32_t key);
void sc_prompt_draw(struct sc_tui *t, int row);

/* ---- hand.c ---- */
bool sc_hand_key(struct sc_tui *t, struct sc_seen *seen, enum sc_command_key command); /* copy, save, legs, Wireshark */

/* ---- known.c ---- */
void sc_known_load(struct sc_tui *t);
void sc_known_finding(struct sc_tui *t, const struct sc_ev_finding *f); /* known from now on, or no longer; it is said */
void sc_known_suspect(struct sc_tui *t, const struct sc_suspect *s);

/* ---- files.c ---- */
void sc_hand_save(struct sc_tui *t, const struct sc_seen *seen); /* asks where to */
void sc_hand_report(struct sc_tui *t);

/* ---- beside.c ---- */
void sc_legs_view(struct sc_tui *t, uint64_t session); /* the legs of its message */
void sc_diff_view(struct sc_tui *t, uint64_t left, uint64_t right);

/* ---- drawing ---- */
#define SC_CELL(text) \
	char text##_octets[SC_TUI_CELL]; \
	struct sc_text text = sc_text_into(text##_octets, sizeof(text##_octets))

enum sc_style sc_tui_style(enum sc_outcome outcome);
const char *sc_tui_sign(const struct sc_tui *t, enum sc_outcome outcome);
void sc_tui_clock(struct sc_tui *t, struct sc_text *to, sc_time when, bool date); /* 12:00:00.123 */
void sc_tui_octets(struct sc_text *to, uint64_t n);   /* 12 kB */
/* A part of a whole in blocks; what is not nothing has one. */
void sc_tui_bar(struct sc_tui *t, uint64_t part, uint64_t whole, struct sc_area area, enum sc_style style);
size_t sc_tui_break(sc_str line, size_t width);       /* octets of visible text that fit, up to a space where there is one */
/* Visible text in lines; gives the row behind the last. */
int  sc_tui_wrapped(struct sc_tui *t, sc_str text, struct sc_area area, enum sc_style style);
void sc_tui_explained(struct sc_tui *t, sc_str word, struct sc_area area); /* a rule, and below it what the word means */

/* ---- views ---- */
extern const struct sc_view_class sc_view_overview, sc_view_sessions, sc_view_failures, sc_view_senders, sc_view_domains,
	sc_view_tls, sc_view_messages, sc_view_findings, sc_view_capture, sc_view_help, sc_view_ladder, sc_view_text,
	sc_view_recipients;

void sc_ladder_open(struct sc_tui *t, uint64_t session);
/* The octets of a session, from what that side sent at that time. */
void sc_raw_open(struct sc_tui *t, const struct sc_seen *seen, sc_time when, bool client);
/* A page of text; `word` is explained when `explain`. */
void sc_explain_open(struct sc_tui *t, sc_str word);

/* What a message is: header, recipients, parts, the way it came. */
void sc_message_page_open(struct sc_tui *t, const struct sc_event *message);
/* Every field of an event. */
void sc_event_open(struct sc_tui *t, const struct sc_event *ev);

void sc_recipients_open(struct sc_tui *t, enum sc_pick_by by, sc_str key, bool failed);
/* Sessions that have such an event; `events` says what is counted when it is not sessions (NULL). */
void sc_sessions_open(struct sc_tui *t, enum sc_pick_by by, sc_str key, const char *events);
void sc_findings_open(struct sc_tui *t, enum sc_pick_by by, sc_str key);

#endif
