/* watch_text.c - looks for faults of format in the beginning of a message (RFC 5321 2.3.8, 4.5.3.1.6; RFC 6152; RFC 5322 2.3).
 *
 * Each octet of the beginning is looked at once, sixty-four at a time as long as nothing is wrong with them.
 */
#include "story/watch_text.h"

#define BLOCK 64

/* Compilers turn these into whatever wide registers the machine has for certain. */
typedef uint8_t octets16 __attribute__((vector_size(16)));

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

/* Nothing is wrong with the octets of a block; the octet before it is looked at, too. */
static bool is_clean(const char *at)
{
	const octets16 zero = { 0 }, tops = zero + 128, cr = zero + '\r', lf = zero + '\n';
	octets16 wrong = { 0 }, now, before;
	uint64_t w[2];
	for (size_t i = 0; i < BLOCK; i += 16) {
		memcpy(&now, at + i, 16);
		memcpy(&before, at + i - 1, 16);
		wrong |= (now & tops) | (octets16)(now == zero) | ((octets16)(now == lf) & ~(octets16)(before == cr));
	}
	memcpy(w, &wrong, sizeof(w));
	return !(w[0] | w[1]);
}

void sc_watch_text_read(struct sc_watch_text *t, uint64_t begin, sc_str run)
{
	size_t i = 0;
	open_message(t, begin);
	if (t->seen >= SC_WATCH_TEXT_OCTETS)
		return;
	run = sc_str_slice(run, 0, SC_WATCH_TEXT_OCTETS - t->seen);
	if (run.len)
		look(t, run.at[i++]);
	while (i < run.len) {
		if (run.len - i >= BLOCK && is_clean(run.at + i)) {
			i += BLOCK;
			t->seen += BLOCK;
			t->last = run.at[i - 1];
			continue;
		}
		for (size_t end = run.len - i < BLOCK ? run.len : i + BLOCK; i < end; i++)
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
