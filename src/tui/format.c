/* format.c - values as the screens write them. */
#include "tui/inside.h"

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
