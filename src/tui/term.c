/* term.c - ncurses, and nothing else of the program knows it; see term.h.
 *
 * The terminal is the one that controls the process, not standard input and output: a capture may come in and events may go
 * out there.  Text has passed sc_text_visible() before, so that no control reaches the screen; here it is only fitted to
 * cells, by the same widths as everywhere.  Every cell run is placed anew: a terminal that disagrees about a width cannot
 * push the next column aside. */
#include "tui/term.h"

#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#define NCURSES_WIDECHAR 1
#include <curses.h>

#include "base/text.h"
#include "base/width.h"

#define ESCAPE_WAIT 25  /* ms: behind ESC comes the rest of a key's sequence, or nothing */
#define CELLS       512 /* columns that a run of text can have */

struct look {
	enum sc_style style;
	short colour;
	int attributes;
};

#define SC_THEME(name) static const struct look look_##name[] = {
#define SC_LOOK(style, colour, attributes) { SC_STYLE_##style, colour, (int)(attributes) },
#define SC_THEME_END };
#include "tui/themes.def"
#undef SC_THEME
#undef SC_LOOK
#undef SC_THEME_END

static const struct {
	const char *name;
	const struct look *looks;
	size_t count;
} themes[] = {
#define SC_THEME(name) { #name, look_##name, sizeof(look_##name) / sizeof(look_##name[0]) },
#define SC_LOOK(style, colour, attributes)
#define SC_THEME_END
#include "tui/themes.def"
#undef SC_THEME
#undef SC_LOOK
#undef SC_THEME_END
};
#define THEMES (sizeof(themes) / sizeof(themes[0]))

static const char *const signs[SC_SIGN_COUNT][2] = {
#define SC_SIGN(name, utf8, ascii) { utf8, ascii },
	SC_SIGNS(SC_SIGN)
#undef SC_SIGN
};

/* What a handler of a fatal signal needs. */
static struct {
	int fd;
	bool set;
	struct termios before;
	char leave[64];
	size_t leave_len;
	bool mouse;
} rescue = { .fd = -1 };

const char *sc_term_theme(size_t n)
{
	return n < THEMES ? themes[n].name : NULL;
}

const char *sc_term_sign(const struct sc_term *t, enum sc_sign sign)
{
	return signs[sign][t->utf8 ? 0 : 1];
}

static size_t theme_of(const char *name, bool colour)
{
	for (size_t i = 0; i < THEMES; i++)
		if (sc_str_equal(sc_str_of(colour ? name : "mono"), sc_str_of(themes[i].name)))
			return i;
	return 0;
}

static void take_theme(struct sc_term *t, const char *name)
{
	size_t theme = theme_of(name, t->colour);
	for (size_t i = 0; i < themes[theme].count; i++) {
		const struct look *look = &themes[theme].looks[i];
		short pair = (short)(look->style + 1);
		t->attributes[look->style] = look->attributes;
		if (t->colour && look->colour != -1 && init_pair(pair, look->colour, -1) == OK)
			t->pairs[look->style] = pair;
	}
}

static void note_rescue(int fd)
{
	static const char *const ends[] = { "rmcup", "cnorm", "sgr0" };
	rescue.fd = fd;
	rescue.set = tcgetattr(fd, &rescue.before) == 0;
	rescue.leave_len = 0;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		const char *s = tigetstr(ends[i]);
		size_t n = s && s != (char *)-1 ? strlen(s) : 0;
		if (n && rescue.leave_len + n <= sizeof(rescue.leave)) {
			memcpy(rescue.leave + rescue.leave_len, s, n);
			rescue.leave_len += n;
		}
	}
}

void sc_term_rescue(void)
{
	if (rescue.fd < 0)
		return;
	ssize_t done = write(rescue.fd, rescue.leave, rescue.leave_len);
	static const char no_mouse[] = "\033[?1000l\033[?1006l";
	if (rescue.mouse)
		done = write(rescue.fd, no_mouse, sizeof(no_mouse) - 1);
	(void)done;
	if (rescue.set)
		tcsetattr(rescue.fd, TCSANOW, &rescue.before);
}

static bool wants_colour(void)
{
	const char *no = getenv("NO_COLOR");
	return !(no && *no);
}

static const char *refusal_of(const char *term)
{
	if (!term || !*term)
		return "TERM is not set";
	if (strcmp(term, "dumb") == 0)
		return "the terminal is dumb (TERM=dumb)";
	return NULL;
}

sc_err sc_term_open(struct sc_term *t, bool ascii, const char *theme, const char **why)
{
	*t = (struct sc_term){ .open = false };
	if ((*why = refusal_of(getenv("TERM"))))
		return SC_EUSAGE;
	setlocale(LC_CTYPE, "");
	t->utf8 = !ascii && strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	t->in = fopen("/dev/tty", "r");
	t->out = fopen("/dev/tty", "w");
	if (t->in && t->out)
		note_rescue(fileno(t->out));
	if (t->in && t->out)
		t->screen = newterm(NULL, t->out, t->in);
	if (!t->screen) {
		*why = t->in && t->out ? "this kind of terminal is not known (TERM)" : "there is no terminal";
		sc_term_close(t);
		return SC_EUSAGE;
	}
	struct termios before = rescue.before;
	note_rescue(fileno(t->out));
	rescue.before = before;
	t->open = true;
	raw();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	set_escdelay(ESCAPE_WAIT);
	curs_set(0);
	t->colour = wants_colour() && has_colors() && start_color() == OK && use_default_colors() == OK;
	take_theme(t, theme);
	getmaxyx(stdscr, t->rows, t->columns);
	return SC_OK;
}

void sc_term_close(struct sc_term *t)
{
	if (t->open)
		endwin();
	if (t->screen)
		delscreen(t->screen);
	if (t->in)
		fclose(t->in);
	if (t->out)
		fclose(t->out);
	rescue.fd = -1;
	*t = (struct sc_term){ .open = false };
}

void sc_term_begin(struct sc_term *t)
{
	getmaxyx(stdscr, t->rows, t->columns);
	erase();
}

void sc_term_pause(void)
{
	endwin();
}

void sc_term_again(struct sc_term *t)
{
	(void)t;
	clearok(stdscr, TRUE);
}

void sc_term_end(struct sc_term *t)
{
	(void)t;
	refresh();
}

/* Copies of `s` what fits into `width` cells; gives the cells used.  Without UTF-8 other characters show as '?'. */
static size_t fit(const struct sc_term *t, sc_str s, size_t width, struct sc_text *to)
{
	size_t used = 0;
	while (s.len) {
		uint32_t c = 0;
		size_t n = sc_text_utf8(s, &c);
		size_t cells = n ? sc_width(c) : 1;
		if (used + cells > width)
			break;
		if (n == 1 && s.at[0] >= ' ' && s.at[0] != 127)
			sc_text_put(to, s.at[0]);
		else if (n > 1 && t->utf8 && c > 0x9f)
			sc_text_add(to, sc_str_slice(s, 0, n));
		else if (cells)
			sc_text_put(to, '?');
		used += n > 1 && !t->utf8 && cells ? 1 : cells;
		s = sc_str_from(s, n ? n : 1);
	}
	return used;
}

static size_t cells_of(sc_str s)
{
	size_t cells = 0;
	while (s.len) {
		uint32_t c = 0;
		size_t n = sc_text_utf8(s, &c);
		cells += n ? sc_width(c) : 1;
		s = sc_str_from(s, n ? n : 1);
	}
	return cells;
}

static void pad(struct sc_text *to, size_t n)
{
	while (n--)
		sc_text_put(to, ' ');
}

void sc_term_put(struct sc_term *t, int row, int column, int width, sc_str s, enum sc_style style, bool right)
{
	char cells[CELLS * 4];
	struct sc_text to = sc_text_into(cells, sizeof(cells));
	if (row < 0 || row >= t->rows || column < 0 || column >= t->columns)
		return;
	size_t room = (size_t)(width > t->columns - column ? t->columns - column : width < 0 ? 0 : width);
	room = room > CELLS ? CELLS : room;
	size_t all = cells_of(s), used;
	if (all <= room && right)
		pad(&to, room - all);
	if (all > room && room > 1) {
		used = fit(t, s, room - 1, &to);
		sc_text_adds(&to, sc_term_sign(t, SC_SIGN_MORE));
		pad(&to, room - 1 - used);
	} else {
		used = fit(t, s, room, &to);
		pad(&to, right && all <= room ? 0 : room - used);
	}
	attr_set((attr_t)t->attributes[style], t->pairs[style], NULL);
	mvaddnstr(row, column, cells, (int)to.len);
	attr_set(A_NORMAL, 0, NULL);
}

void sc_term_blank(struct sc_term *t, int row, int rows)
{
	for (int i = row < 0 ? 0 : row; i < row + rows && i < t->rows; i++) {
		move(i, 0);
		clrtoeol();
	}
}

void sc_term_line(struct sc_term *t, int row, int column, int width)
{
	char line[CELLS * 4];
	struct sc_text to = sc_text_into(line, sizeof(line));
	for (int i = 0; i < width && i < CELLS; i++)
		sc_text_adds(&to, sc_term_sign(t, SC_SIGN_LINE));
	sc_term_put(t, row, column, width, sc_text_str(&to), SC_STYLE_FRAME, false);
}

static uint32_t key_of(int code)
{
	static const struct {
		int curses;
		uint32_t key;
	} rows[] = { { KEY_UP, SC_KEY_UP }, { KEY_DOWN, SC_KEY_DOWN }, { KEY_LEFT, SC_KEY_LEFT }, { KEY_RIGHT, SC_KEY_RIGHT },
		{ KEY_PPAGE, SC_KEY_PAGE_UP }, { KEY_NPAGE, SC_KEY_PAGE_DOWN }, { KEY_HOME, SC_KEY_HOME },
		{ KEY_END, SC_KEY_END }, { KEY_BTAB, SC_KEY_BACKTAB }, { KEY_BACKSPACE, SC_KEY_BACKSPACE },
		{ KEY_F(1), SC_KEY_F1 }, { KEY_F(3), SC_KEY_F3 }, { KEY_ENTER, SC_KEY_ENTER },
		{ KEY_RESIZE, SC_KEY_RESIZE } };
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].curses == code)
			return rows[i].key;
	return SC_KEY_NONE;
}

#define CLICK (BUTTON1_PRESSED | BUTTON1_CLICKED | BUTTON1_DOUBLE_CLICKED)

static uint32_t mouse_key(struct sc_term *t)
{
	MEVENT e;
	if (getmouse(&e) != OK)
		return SC_KEY_NONE;
	t->click_row = e.y;
	t->click_column = e.x;
	if (e.bstate & BUTTON4_PRESSED)
		return SC_KEY_WHEEL_UP;
	if (e.bstate & BUTTON5_PRESSED)
		return SC_KEY_WHEEL_DOWN;
	return e.bstate & CLICK ? SC_KEY_CLICK : SC_KEY_NONE;
}

bool sc_term_mouse(struct sc_term *t, bool on)
{
	mousemask(on ? CLICK | BUTTON4_PRESSED | BUTTON5_PRESSED : 0, NULL);
	mouseinterval(0); /* a click is told when the button goes down */
	t->mouse = on && has_mouse();
	rescue.mouse = t->mouse;
	return t->mouse == on;
}

/* The terminal was closed: nobody is there any more. */
static bool lost(const struct sc_term *t)
{
	struct pollfd fd = { .fd = fileno((FILE *)t->in), .events = POLLIN };
	return poll(&fd, 1, 0) > 0 && (fd.revents & (POLLHUP | POLLERR | POLLNVAL));
}

uint32_t sc_term_key(struct sc_term *t, int wait_ms)
{
	wint_t c;
	timeout(wait_ms);
	int kind = get_wch(&c);
	if (kind == ERR)
		return lost(t) ? SC_KEY_LOST : SC_KEY_NONE;
	if (kind == KEY_CODE_YES)
		return c == KEY_MOUSE ? mouse_key(t) : key_of((int)c);
	if (c == '\r')
		return SC_KEY_ENTER;
	if (c == 127 || c == 8)
		return SC_KEY_BACKSPACE;
	return (uint32_t)c;
}

void sc_term_raw(struct sc_term *t, sc_str octets)
{
	fwrite(octets.at, 1, octets.len, (FILE *)t->out);
	fflush((FILE *)t->out);
}
