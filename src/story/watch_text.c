/* watch_text.c - looks for faults of format in the beginning of a message (RFC 5321 2.3.8, 4.5.3.1.6; RFC 6152; RFC 5322 2.3).
 *
 * Each octet of the beginning is looked at once, eight at a time as long as nothing is wrong with them.
 */
#include "story/watch_text.h"

#define ONES UINT64_C(0x0101010101010101)
#define TOPS UINT64_C(0x8080808080808080)

static void open_message(struct sc_watch_text *t, uint64_t begin)
{
	if (t->seen && t->begin == begin)
		return;
	*t = (struct sc_watch_text){ .begin = begin, .last = '\n' };
}

static void look(struct sc_watch_text *t, char c)
{
	uint64_t place = t->seen + 1;
	if ((unsigned char)c > 127 && !t->eight_bit)
		t->eight_bit = place;
	if (c == '\0' && !t->nul)
		t->nul = place;
	if (c == '\n' && t->last != '\r' && !t->bare_lf)
		t->bare_lf = place;
	t->last = c;
	t->seen++;
}

/* Eight octets with none that is above 127, NUL or LF: the usual tests on a word, which may find too much but miss none. */
static bool is_plain(uint64_t w)
{
	uint64_t feeds = w ^ ONES * '\n';
	return !((w | ((w - ONES) & ~w) | ((feeds - ONES) & ~feeds)) & TOPS);
}

void sc_watch_text_read(struct sc_watch_text *t, uint64_t begin, sc_str run)
{
	open_message(t, begin);
	if (t->seen >= SC_WATCH_TEXT_OCTETS)
		return;
	run = sc_str_slice(run, 0, SC_WATCH_TEXT_OCTETS - t->seen);
	for (size_t i = 0; i < run.len;) {
		uint64_t w = 0;
		size_t n = run.len - i < 8 ? run.len - i : 8;
		memcpy(&w, run.at + i, n);
		if (n == 8 && is_plain(w)) {
			t->last = run.at[i + 7];
			t->seen += 8;
			i += 8;
			continue;
		}
		for (size_t end = i + n; i < end; i++)
			look(t, run.at[i]);
	}
}

/* What stood before the next run is not known: it may have been CR. */
void sc_watch_text_skip(struct sc_watch_text *t, uint64_t begin, uint64_t octets)
{
	open_message(t, begin);
	t->seen += octets;
	t->last = '\r';
}
