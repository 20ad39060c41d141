/* transcript.c - the turns of a dialogue as lines of a page; see turns.h.
 *
 * A line has the time since the start, the time since the line before, the mark of its group, the side.  Long lines are
 * wrapped. */
#include "output/transcript.h"

#include "output/turns.h"

#define TIME_COLUMNS  8
#define DELTA_COLUMNS 8
#define INDENT        (TIME_COLUMNS + 1 + DELTA_COLUMNS + 1 + 2 + 5)

struct lines {
	struct sc_sheet *sheet;
	sc_time start, last;
};

static void put_delta(struct sc_text *t, sc_time delta)
{
	char buffer[32] = { '+' };
	struct sc_text n = sc_text_into(buffer + 1, sizeof(buffer) - 1);
	sc_page_seconds(&n, delta, 0);
	sc_page_fit(t, (sc_str){ buffer, n.len + 1 }, DELTA_COLUMNS, true);
}

static void put_blank(struct sc_text *t, size_t columns)
{
	sc_page_fit(t, SC_STR(""), columns, false);
}

static void put_line(void *ctx, const struct sc_turn *turn)
{
	static const char *const sides[] = { "→ C:", "← S:", "═══", "" };
	struct lines *lines = ctx;
	char head[128] = { 0 };
	struct sc_text t = sc_text_into(head, sizeof(head) - 1);
	if (turn->at == SC_TIME_NONE)
		put_blank(&t, TIME_COLUMNS);
	else
		sc_page_seconds(&t, turn->at - lines->start, TIME_COLUMNS);
	sc_text_put(&t, ' ');
	if (turn->at != SC_TIME_NONE && lines->last != SC_TIME_NONE && turn->at - lines->last >= SC_MS)
		put_delta(&t, turn->at - lines->last);
	else
		put_blank(&t, DELTA_COLUMNS);
	sc_text_put(&t, ' ');
	sc_page_fit(&t, sc_str_of(turn->mark), 2, false);
	sc_page_fit(&t, sc_str_of(sides[turn->side]), 5, false);
	sc_page_wrap(&lines->sheet->out, sc_text_str(&t), INDENT, turn->text, lines->sheet->width);
	if (turn->at != SC_TIME_NONE)
		lines->last = turn->at;
	sc_sheet_quirks(lines->sheet, turn->quirks, "                    ! ", INDENT);
}

void sc_transcript_print(struct sc_sheet *s, const struct sc_kept *first, sc_time start)
{
	struct lines lines = { .sheet = s, .start = start, .last = SC_TIME_NONE };
	if (start == SC_TIME_NONE && first)
		lines.start = first->ev->when;
	sc_sheet_begin(s);
	sc_turns_tell(first, s->text, put_line, &lines);
}
