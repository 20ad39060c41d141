/* dots.c - removes the dots that RFC 5321 4.5.2 doubles, however the text is cut into runs; see dots.h.
 *
 * Only a dot behind CRLF counts, as for the server.  Dots are searched with memchr, since most text has few and
 * base64 none. A CR behind a dot that opens a line is held back until it is known whether the text ends there.
 */
#include "message/dots.h"

enum state { BOL, MID, CR, DOT, DOTCR, ENDED };

static enum state state_behind(sc_str run, enum state before)
{
	char last = run.at[run.len - 1];
	char second = run.len > 1 ? run.at[run.len - 2] : before == CR ? '\r' : 'x';
	if (last == '\r')
		return CR;
	return last == '\n' && second == '\r' ? BOL : MID;
}

/* Index of the next dot that opens a line; run.len when there is none. */
static size_t next_dot(sc_str run, enum state before)
{
	for (size_t at = 0; at < run.len;) {
		const char *hit = memchr(run.at + at, '.', run.len - at);
		if (!hit)
			break;
		size_t dot = (size_t)(hit - run.at);
		if (dot == 0 ? before == BOL : run.at[dot - 1] == '\n' &&
			state_behind((sc_str){ run.at, dot }, before) == BOL)
			return dot;
		at = dot + 1;
	}
	return run.len;
}

static void advance(sc_str *s, size_t n)
{
	*s = sc_str_from(*s, n);
}

/* One octet behind a dot that opens a line; true: `*text` is to be given. */
static bool behind_dot(struct sc_dots *d, sc_str *wire, sc_str *text)
{
	char c = wire->at[0];
	if (d->state == DOT) {
		d->state = c == '\r' ? DOTCR : MID;
		advance(wire, c == '\r');
		return false;
	}
	d->state = c == '\n' ? ENDED : CR;
	*text = SC_STR("\r");
	return c != '\n';
}

bool sc_dots_next(struct sc_dots *d, sc_str *wire, sc_str *text)
{
	while (wire->len && d->state != ENDED) {
		if (d->state >= DOT) {
			if (behind_dot(d, wire, text))
				return true;
			continue;
		}
		size_t n = next_dot(*wire, (enum state)d->state);
		bool found = n < wire->len;
		*text = sc_str_slice(*wire, 0, n);
		if (n)
			d->state = (uint8_t)state_behind(*text, (enum state)d->state);
		if (found)
			d->state = DOT;
		advance(wire, n + found);
		if (n)
			return true;
	}
	return false;
}

void sc_dots_gap(struct sc_dots *d)
{
	d->state = MID;
}
