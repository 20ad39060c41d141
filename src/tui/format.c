/* format.c - values as the screens write them. */
#include "tui/inside.h"

#include "base/width.h"
#include "explain/phrase.h"

enum sc_style sc_tui_style(enum sc_outcome outcome)
{
	switch (outcome) {
	case SC_OUTCOME_accepted: return SC_STYLE_GOOD;
	case SC_OUTCOME_deferred: return SC_STYLE_WAIT;
	case SC_OUTCOME_rejected:
	case SC_OUTCOME_aborted:  return SC_STYLE_BAD;
	case SC_OUTCOME_in_doubt: return SC_STYLE_DOUBT;
	case SC_OUTCOME_unknown:  return SC_STYLE_UNSEEN;
	default:                  return SC_STYLE_PLAIN;
	}
}

const char *sc_tui_sign(const struct sc_tui *t, enum sc_outcome outcome)
{
	static const enum sc_sign signs[SC_OUTCOMES] = { [SC_OUTCOME_accepted] = SC_SIGN_ACCEPTED,
		[SC_OUTCOME_deferred] = SC_SIGN_DEFERRED, [SC_OUTCOME_rejected] = SC_SIGN_REJECTED,
		[SC_OUTCOME_in_doubt] = SC_SIGN_IN_DOUBT, [SC_OUTCOME_aborted] = SC_SIGN_ABORTED,
		[SC_OUTCOME_withdrawn] = SC_SIGN_WITHDRAWN, [SC_OUTCOME_unknown] = SC_SIGN_UNKNOWN };
	return outcome < SC_OUTCOMES ? sc_term_sign(&t->term, signs[outcome]) : " ";
}

void sc_tui_clock(struct sc_tui *t, struct sc_text *to, sc_time when, bool date)
{
	char octets[32];
	struct sc_text text = sc_text_into(octets, sizeof(octets));
	if (when == SC_TIME_NONE) {
		sc_text_put(to, '-');
		return;
	}
	sc_page_time(&t->clock, &text, when);
	sc_text_add(to, sc_str_from(sc_text_str(&text), date ? 0 : 11));
	if (date)
		return;
	sc_time ns = when % SC_SECOND;
	sc_text_put(to, '.');
	sc_text_padded(to, (uint64_t)(ns < 0 ? ns + SC_SECOND : ns) / (uint64_t)SC_MS, 3);
}

void sc_tui_octets(struct sc_text *to, uint64_t n)
{
	static const char *const units[] = { " B", " kB", " MB", " GB", " TB" };
	size_t unit = 0;
	uint64_t tenths = n < UINT64_MAX / 10 ? n * 10 : n;
	while (tenths >= 10000 && unit + 1 < sizeof(units) / sizeof(units[0])) {
		tenths /= 1000;
		unit++;
	}
	sc_text_number(to, tenths / 10);
	if (unit && tenths < 100) {
		sc_text_put(to, '.');
		sc_text_number(to, tenths % 10);
	}
	sc_text_adds(to, units[unit]);
}

void sc_tui_bar(struct sc_tui *t, uint64_t part, uint64_t whole, struct sc_area a, enum sc_style style)
{
	SC_CELL(text);
	int cells = whole ? (int)((double)part / (double)whole * a.columns + 0.5) : 0;
	cells = part && !cells ? 1 : cells;
	for (int i = 0; i < cells; i++)
		sc_text_adds(&text, sc_term_sign(&t->term, SC_SIGN_BLOCK));
	sc_term_put(&t->term, a.row, a.column, a.columns, sc_text_str(&text), style, false);
}

size_t sc_tui_break(sc_str line, size_t width)
{
	size_t octets = 0, cells = 0, space = 0;
	while (octets < line.len) {
		uint32_t c = 0;
		size_t n = sc_text_utf8(sc_str_from(line, octets), &c);
		cells += n ? sc_width(c) : 1;
		if (cells > width)
			return space ? space : octets ? octets : n ? n : 1;
		space = line.at[octets] == ' ' && octets ? octets : space;
		octets += n ? n : 1;
	}
	return octets;
}

static int indent_of(sc_str line, int columns)
{
	size_t spaces = 0;
	while (spaces < line.len && line.at[spaces] == ' ')
		spaces++;
	return spaces < (size_t)columns / 2 ? (int)spaces : 0;
}

int sc_tui_wrapped(struct sc_tui *t, sc_str text, struct sc_area area, enum sc_style style)
{
	int row = area.row;
	while (text.len && row < area.row + area.rows && area.columns > 0) {
		sc_str line = sc_str_until(&text, '\n');
		int indent = indent_of(line, area.columns), begin = 0; /* what a line continues in stands under it */
		do {
			size_t fit = sc_tui_break(line, (size_t)(area.columns - begin));
			sc_term_put(&t->term, row++, area.column + begin, area.columns - begin, sc_str_slice(line, 0, fit), style, false);
			line = sc_str_trim(sc_str_from(line, fit));
			begin = indent;
		} while (line.len && row < area.row + area.rows);
	}
	return row;
}

void sc_tui_explained(struct sc_tui *t, sc_str word, struct sc_area area)
{
	char octets[SC_PHRASE_OCTETS];
	struct sc_text text = sc_text_into(octets, sizeof(octets));
	sc_term_line(&t->term, area.row, 0, area.columns);
	if (word.len && sc_phrase_explain(word, &text))
		sc_tui_wrapped(t, sc_text_str(&text), (struct sc_area){ area.row + 1, 1, area.rows - 1, area.columns - 2 }, SC_STYLE_PLAIN);
}
