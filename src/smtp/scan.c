/* scan.c - the search for the dot that ends a message.
 *
 * Every sequence that matters holds a dot behind a line end of some sort, and base64 has no dot at all; so dots are searched
 * with memchr and only their neighbourhood is stepped through, octet by octet, by a small state machine.  The machine also
 * knows the sequences that some servers take for the end (SMTP smuggling, CVE-2023-51764 to 51766).
 */
#include "smtp/scan.h"

enum state {
	MID,  /* within a line */
	CR,   /* behind CR */
	BOL,  /* behind CRLF, or at the very beginning */
	LF,   /* behind a LF without CR */
	NUL,  /* behind CRLF NUL */
	DOT,  /* a dot behind BOL, LF, CR, NUL: DOT + the index of what stood before */
	DOTCR = DOT + 4, /* and a CR behind that dot */
};

enum before { AT_BOL, AT_LF, AT_CR, AT_NUL };

#define LINE_OCTETS 1000 /* RFC 5321 4.5.3.1.6 */

void sc_scan_begin(struct sc_scan *s)
{
	*s = (struct sc_scan){ .state = BOL };
}

static uint8_t plain_state(uint8_t state, char c)
{
	if (c == '\r')
		return CR;
	if (c == '\n')
		return state == CR ? BOL : LF;
	if (c == '\0' && state == BOL)
		return NUL;
	return MID;
}

/* The sequence that ends at `total` (exclusive), with `tail` octets behind the line end that opens it. */
static void note_lookalike(struct sc_scan *s, unsigned tail, uint64_t lines)
{
	struct sc_lookalike look = { s->total, s->extent };
	look.before.octets = s->total - tail;
	look.before.lines = lines;
	s->last = look;
	if (s->lookalikes++ == 0)
		s->first = look;
}

/* One octet in a state behind a dot; `lines` counts the line ends up to and with it.  True: the end was found. */
static bool step_dot(struct sc_scan *s, char c, uint64_t lines)
{
	bool behind_cr = s->state >= DOTCR;
	unsigned before = s->state - (behind_cr ? DOTCR : DOT);
	s->total++;
	if (behind_cr && c == '\n') {
		if (before == AT_BOL) {
			s->extent.octets = s->total - 3;
			return true;
		}
		note_lookalike(s, before == AT_NUL ? 4 : 3, lines - 1);
		s->state = BOL;
		return false;
	}
	if (behind_cr) { /* CRLF.CR, LF.CR or CR.CR, and something else */
		s->total--;
		if (before != AT_NUL)
			note_lookalike(s, 2, lines - (c == '\n'));
		s->total++;
		s->extent.stuffed += before == AT_BOL;
		s->state = CR;
	} else if (c == '\r') {
		s->state = (uint8_t)(DOTCR + before);
		return false;
	} else {
		if (c == '\n' && before != AT_NUL)
			note_lookalike(s, 2, lines - 1);
		s->extent.stuffed += before == AT_BOL;
		s->state = MID;
	}
	s->state = c == '.' && s->state == CR ? DOT + AT_CR : plain_state(s->state, c);
	return false;
}

static uint8_t dot_state(uint8_t state)
{
	switch (state) {
	case BOL:
		return DOT + AT_BOL;
	case LF:
		return DOT + AT_LF;
	case CR:
		return DOT + AT_CR;
	case NUL:
		return DOT + AT_NUL;
	default:
		return MID;
	}
}

static bool step(struct sc_scan *s, char c, uint64_t lines)
{
	if (s->state >= DOT)
		return step_dot(s, c, lines);
	s->total++;
	s->state = c == '.' ? dot_state(s->state) : plain_state(s->state, c);
	return false;
}

/* Sixteen octets at a time, which compilers turn into whatever wide registers the machine has for certain: comparing gives
 * -1 in each octet that is LF, and an octet of a count holds 255 of them. */
typedef uint8_t octets16 __attribute__((vector_size(16)));

static uint64_t sum_of(octets16 counts)
{
	const uint64_t evens = UINT64_C(0x00ff00ff00ff00ff);
	uint64_t w[2];
	memcpy(w, &counts, sizeof(w));
	w[0] = (w[0] & evens) + (w[0] >> 8 & evens) + (w[1] & evens) + (w[1] >> 8 & evens);
	return w[0] * UINT64_C(0x0001000100010001) >> 48;
}

uint64_t sc_scan_lines(sc_str run)
{
	const octets16 line_feeds = (octets16){ 0 } + '\n';
	uint64_t n = 0;
	size_t i = 0;
	while (run.len - i >= 16) {
		size_t rounds = (run.len - i) / 16 < 255 ? (run.len - i) / 16 : 255;
		octets16 counts = { 0 }, w;
		for (size_t end = i + rounds * 16; i < end; i += 16) {
			memcpy(&w, run.at + i, 16);
			counts -= (octets16)(w == line_feeds);
		}
		n += sum_of(counts);
	}
	for (; i < run.len; i++)
		n += run.at[i] == '\n';
	return n;
}

/* Looks for a line over LINE_OCTETS: from each line's beginning one step back from the limit, to the last line end before it. */
static void check_lines(struct sc_scan *s, sc_str run, uint64_t begun)
{
	size_t at = 0;
	while (!s->long_line) {
		uint64_t reach = s->line_start + LINE_OCTETS;
		uint64_t from = begun + at;
		size_t span = reach > from ? (size_t)(reach - from) : 0;
		bool whole = span <= run.len - at;
		const char *last = memrchr(run.at + at, '\n', whole ? span : run.len - at);
		if (last) {
			at = (size_t)(last - run.at) + 1;
			s->line_start = begun + at;
		} else if (whole && span < run.len - at) {
			s->long_line = true;
		}
		if (!whole || at >= run.len || (!last && !s->long_line))
			return;
	}
}

static uint8_t state_behind(sc_str run, size_t from)
{
	size_t n = run.len - from;
	const char *end = run.at + run.len;
	if (end[-1] == '\r')
		return CR;
	if (end[-1] == '\n')
		return n >= 2 && end[-2] == '\r' ? BOL : LF;
	if (end[-1] == '\0' && n >= 3 && end[-2] == '\n' && end[-3] == '\r')
		return NUL;
	return MID;
}

/* From state MID at `from`: the index of the next dot behind a line end of some sort, with the state before it; run.len when there is none. */
static size_t next_dot(sc_str run, size_t from, uint8_t *state)
{
	size_t at = from;
	while (at < run.len) {
		const char *hit = memchr(run.at + at, '.', run.len - at);
		if (!hit)
			break;
		size_t dot = (size_t)(hit - run.at);
		char before = dot > from ? run.at[dot - 1] : 'x';
		if (before == '\r' || before == '\n' || before == '\0') {
			*state = state_behind((sc_str){ run.at, dot }, from);
			if (*state != MID)
				return dot;
		}
		at = dot + 1;
	}
	*state = state_behind(run, from);
	return run.len;
}

/* Line ends up to `at`, counted on from where the last question stopped. */
static uint64_t lines_to(sc_str run, size_t at, size_t *counted, uint64_t *lines)
{
	*lines += sc_scan_lines(sc_str_slice(run, *counted, at - *counted));
	*counted = at;
	return *lines;
}

static size_t scan(struct sc_scan *s, sc_str run, bool *ended, bool plain)
{
	size_t at = 0, counted = 0;
	uint64_t lines = s->extent.lines;
	*ended = false;
	while (at < run.len && !*ended) {
		if (s->state == MID && !plain) {
			size_t dot = next_dot(run, at, &s->state);
			s->total += dot - at;
			at = dot;
			if (at == run.len)
				break;
		}
		char c = run.at[at++];
		*ended = step(s, c, s->state >= DOT ? lines_to(run, at, &counted, &lines) : 0);
	}
	s->extent.lines = lines_to(run, at, &counted, &lines) - *ended;
	if (!*ended)
		s->extent.octets = s->total;
	return at;
}

static size_t read_run(struct sc_scan *s, sc_str run, bool *ended, bool plain)
{
	uint64_t begun = s->total;
	if (!run.len) {
		*ended = false;
		return 0;
	}
	size_t n = scan(s, run, ended, plain);
	if (!s->long_line)
		check_lines(s, sc_str_slice(run, 0, n), begun);
	return n;
}

size_t sc_scan_read(struct sc_scan *s, sc_str run, bool *ended)
{
	return read_run(s, run, ended, false);
}

size_t sc_scan_read_plain(struct sc_scan *s, sc_str run, bool *ended)
{
	return read_run(s, run, ended, true);
}

void sc_scan_gap(struct sc_scan *s, uint64_t octets)
{
	s->total += octets;
	s->extent.octets = s->total;
	s->line_start = s->total;
	s->state = MID;
}

bool sc_scan_pending(const struct sc_scan *s, struct sc_lookalike *look)
{
	if (s->state < DOTCR || s->state == DOTCR + AT_NUL)
		return false;
	*look = (struct sc_lookalike){ s->total, s->extent };
	look->before.octets = s->total - 2;
	return true;
}
