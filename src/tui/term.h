/* term.h - the terminal: text in cells, styles, keys.  The only file that knows ncurses. */
#ifndef SC_TUI_TERM_H
#define SC_TUI_TERM_H

#include "base/str.h"

/* What a piece of text means; a theme says how that looks.  Colour never is the only sign. */
#define SC_STYLES(X)                                                                    \
	X(PLAIN) X(DIM) X(HEAD) X(TITLE) X(HERE) X(SELECTED) X(FRAME) X(GOOD) X(WAIT) X(BAD) \
	X(DOUBT) X(UNSEEN) X(ALERT) X(CLIENT) X(SERVER) X(KEY)

enum sc_style {
#define SC_STYLE(name) SC_STYLE_##name,
	SC_STYLES(SC_STYLE)
#undef SC_STYLE
	SC_STYLE_COUNT
};

/* Signs that have a twin in ASCII. */
#define SC_SIGNS(X)                                                                                       \
	X(ACCEPTED, "✓", "+") X(DEFERRED, "↻", "~") X(REJECTED, "✗", "x") X(IN_DOUBT, "?", "?")           \
	X(ABORTED, "⊘", "/") X(WITHDRAWN, "·", ".") X(UNKNOWN, "▣", "#") X(FINDING, "!", "!")             \
	X(LINE, "─", "-") X(BAR, "│", "|") X(RIGHT, "▶", ">") X(LEFT, "◀", "<") X(BLOCK, "█", "#")        \
	X(TEE, "┬", "+") X(CROSS, "┼", "+") X(MORE, "…", "~")                                                                \
	X(DOWN, "▼", "v") X(UP, "▲", "^") X(MARK, "◆", "*") X(DOUBLE, "═", "=")

enum sc_sign {
#define SC_SIGN(name, utf8, ascii) SC_SIGN_##name,
	SC_SIGNS(SC_SIGN)
#undef SC_SIGN
	SC_SIGN_COUNT
};

/* Keys that are no character; characters are their code points. */
enum sc_term_key {
	SC_KEY_NONE = 0,
	SC_KEY_UP = 0x110000, SC_KEY_DOWN, SC_KEY_LEFT, SC_KEY_RIGHT, SC_KEY_PAGE_UP, SC_KEY_PAGE_DOWN, SC_KEY_HOME,
	SC_KEY_END, SC_KEY_BACKTAB, SC_KEY_BACKSPACE, SC_KEY_F1, SC_KEY_F3, SC_KEY_RESIZE, SC_KEY_LOST,
	SC_KEY_CLICK, SC_KEY_WHEEL_UP, SC_KEY_WHEEL_DOWN,
	SC_KEY_ENTER = '\n', SC_KEY_TAB = '\t', SC_KEY_ESCAPE = 27,
};

struct sc_term {
	bool open, utf8, colour;
	int  rows, columns;
	bool mouse;
	int  click_row, click_column; /* of SC_KEY_CLICK */
	void *screen; /* SCREEN of ncurses */
	void *in, *out;
	int  attributes[SC_STYLE_COUNT];
	short pairs[SC_STYLE_COUNT];
};

/* Opens the terminal of the process, whatever standard input is.  SC_EUSAGE: it cannot show screens, and `*why` says it.
 * `theme` NULL: the first. */
sc_err sc_term_open(struct sc_term *t, bool ascii, const char *theme, const char **why);
void   sc_term_close(struct sc_term *t);
const char *sc_term_theme(size_t n); /* names of the themes; NULL behind the last */

void sc_term_begin(struct sc_term *t);
void sc_term_again(struct sc_term *t); /* the next drawing draws every cell */
void sc_term_pause(void);               /* the terminal is as it was before, until the next drawing */
void sc_term_end(struct sc_term *t); /* what was put since `begin` is on the screen */

/* Puts `s`, visible already, into exactly `width` cells of a row: cut, with a sign, or filled.  What lies outside of the
 * screen is left out. */
void sc_term_put(struct sc_term *t, int row, int column, int width, sc_str s, enum sc_style style, bool right);
void sc_term_blank(struct sc_term *t, int row, int rows); /* whole rows, empty again */
void sc_term_line(struct sc_term *t, int row, int column, int width); /* a rule */
const char *sc_term_sign(const struct sc_term *t, enum sc_sign sign);

/* The next key, waiting at most so long; SC_KEY_NONE: none came. */
uint32_t sc_term_key(struct sc_term *t, int wait_ms);

/* The mouse tells of clicks and its wheel; meanwhile the terminal does not select text.  False: it has none. */
bool sc_term_mouse(struct sc_term *t, bool on);

/* Octets that the terminal itself takes, such as OSC 52 (copy); they must hold no text of the wire. */
void sc_term_raw(struct sc_term *t, sc_str octets);

/* Puts the terminal back as it was, from a handler of a fatal signal: only what such a handler may call. */
void sc_term_rescue(void);

#endif
