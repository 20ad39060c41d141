/* split.c - cuts text at the boundaries of the multiparts that are open; see split.h.
 *
 * Without an open multipart the text passes untouched.  Else hyphens are searched, since base64 has none; only a
 * line that opens with one is looked at.  A boundary must be all of its line but for blanks (RFC 2046 5.1.1); the
 * innermost multipart is asked first, and a boundary of an outer one ends what is open within.
 */
#include "message/split.h"

enum end { NO_END, CR, LF, CRLF };

static sc_str end_text(uint8_t end)
{
	static const char *const texts[] = { "", "\r", "\n", "\r\n" };
	return sc_str_of(texts[end]);
}

/* The line end, or the CR that may become one, at the end of `s`. */
static uint8_t end_of(sc_str s)
{
	if (!s.len)
		return NO_END;
	if (s.at[s.len - 1] == '\r')
		return CR;
	if (s.at[s.len - 1] != '\n')
		return NO_END;
	return s.len > 1 && s.at[s.len - 2] == '\r' ? CRLF : LF;
}

static bool give(struct sc_split_unit *u, enum sc_split_kind kind, unsigned level, sc_str text)
{
	*u = (struct sc_split_unit){ kind, level, text };
	return true;
}

static bool is_boundary(const struct sc_split *s, struct sc_split_unit *u)
{
	sc_str line = { s->line, s->held };
	line.len -= line.len && line.at[line.len - 1] == '\n';
	line.len -= line.len && line.at[line.len - 1] == '\r';
	while (line.len && sc_is_space(line.at[line.len - 1]))
		line.len--;
	if (!sc_str_starts(line, SC_STR("--")))
		return false;
	line = sc_str_from(line, 2);
	for (unsigned level = s->depth; level-- > 0;) {
		sc_str b = s->boundary[level];
		if (!sc_str_starts(line, b))
			continue;
		if (line.len == b.len)
			return give(u, SC_SPLIT_BOUNDARY, level, SC_STR(""));
		if (sc_str_equal(sc_str_from(line, b.len), SC_STR("--")))
			return give(u, SC_SPLIT_CLOSE, level, SC_STR(""));
	}
	return false;
}

/* The line in `s->line` is complete, or too long. */
static bool judge(struct sc_split *s, bool lines, struct sc_split_unit *u)
{
	bool ended = s->line[s->held - 1] == '\n';
	s->middle = !ended;
	if (is_boundary(s, u)) {
		s->held = 0;
		s->end = NO_END;
		return true;
	}
	s->flush = true;
	s->next_end = NO_END;
	if (!lines) {
		s->next_end = end_of((sc_str){ s->line, s->held });
		s->held -= (uint16_t)end_text(s->next_end).len;
	}
	return false;
}

/* Reads on in a line that may be a boundary. */
static bool read_line(struct sc_split *s, sc_str *run, bool lines, struct sc_split_unit *u)
{
	size_t room = sizeof(s->line) - s->held;
	size_t end = sc_str_find(sc_str_slice(*run, 0, room), '\n');
	size_t n = end != SIZE_MAX ? end + 1 : run->len < room ? run->len : room;
	memcpy(s->line + s->held, run->at, n);
	s->held += (uint16_t)n;
	*run = sc_str_from(*run, n);
	if (end == SIZE_MAX && s->held < sizeof(s->line))
		return false;
	return judge(s, lines, u);
}

/* What waited and is text after all: a line end, then the line. */
static bool give_waiting(struct sc_split *s, struct sc_split_unit *u)
{
	if (s->end) {
		(void)give(u, SC_SPLIT_TEXT, 0, end_text(s->end));
		s->end = NO_END;
		return true;
	}
	bool some = s->held != 0;
	(void)give(u, SC_SPLIT_TEXT, 0, (sc_str){ s->line, s->held });
	s->held = 0;
	s->end = s->next_end;
	s->flush = false;
	return some;
}

/* Index of the next hyphen that opens a line; run.len when there is none. */
static size_t next_hyphen(sc_str run)
{
	for (size_t at = 1; at < run.len;) {
		const char *hit = memchr(run.at + at, '-', run.len - at);
		if (!hit)
			break;
		at = (size_t)(hit - run.at);
		if (run.at[at - 1] == '\n')
			return at;
		at++;
	}
	return run.len;
}

/* Text up to the next line that may be a boundary; its last line end waits. */
static bool read_text(struct sc_split *s, sc_str *run, struct sc_split_unit *u)
{
	sc_str text = sc_str_slice(*run, 0, next_hyphen(*run));
	*run = sc_str_from(*run, text.len);
	s->end = end_of(text);
	s->middle = s->end < LF;
	text.len -= end_text(s->end).len;
	return give(u, SC_SPLIT_TEXT, 0, text) && text.len;
}

static bool read_header_line(struct sc_split *s, sc_str *run, struct sc_split_unit *u)
{
	size_t end = sc_str_find(*run, '\n');
	sc_str text = sc_str_slice(*run, 0, end == SIZE_MAX ? run->len : end + 1);
	*run = sc_str_from(*run, text.len);
	s->middle = end == SIZE_MAX;
	return give(u, SC_SPLIT_TEXT, 0, text);
}

bool sc_split_next(struct sc_split *s, sc_str *run, bool lines, struct sc_split_unit *u)
{
	for (;;) {
		if (s->flush) {
			if (give_waiting(s, u))
				return true;
			continue;
		}
		if (!run->len)
			return false;
		if (s->end == CR && run->at[0] == '\n' && !s->held) {
			s->end = CRLF;
			s->middle = false;
			*run = sc_str_from(*run, 1);
			continue;
		}
		if (s->depth && (s->held || (!s->middle && run->at[0] == '-'))) {
			if (read_line(s, run, lines, u))
				return true;
			continue;
		}
		if (s->end) {
			(void)give(u, SC_SPLIT_TEXT, 0, end_text(s->end));
			s->end = NO_END;
			return true;
		}
		if (lines)
			return read_header_line(s, run, u);
		if (!s->depth) {
			(void)give(u, SC_SPLIT_TEXT, 0, *run);
			*run = SC_STR("");
			return true;
		}
		if (read_text(s, run, u))
			return true;
	}
}

bool sc_split_end(struct sc_split *s, struct sc_split_unit *u)
{
	if (s->held && !s->flush && is_boundary(s, u)) {
		s->held = 0;
		s->end = NO_END;
		return true;
	}
	if (s->held || s->end) {
		s->flush = true;
		s->next_end = NO_END;
		return give_waiting(s, u);
	}
	return false;
}

void sc_split_rest(struct sc_split *s, sc_str *text)
{
	s->end = end_of(*text);
	s->middle = s->end < LF;
	text->len -= end_text(s->end).len;
}

void sc_split_gap(struct sc_split *s)
{
	s->held = 0;
	s->end = NO_END;
	s->flush = false;
	s->middle = true;
}
