/* helo_bot.c - HELO names that malware and scanners are known to give (helo_bots.def). */
#include "detect/frame/inside.h"

static const struct {
	sc_str name;
	bool whole, strong;
	uint8_t digits; /* letters and digits that must follow; 0: anything */
	const char *whose;
} bots[] = {
#define SC_HELO_BOT(name, whole, strong, follow, whose) {{name, sizeof(name) - 1}, whole, strong, follow, whose},
#include "detect/frame/helo_bots.def"
#undef SC_HELO_BOT
};

static bool all_alphanumeric(sc_str s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = sc_lower(s.at[i]);
		if (!sc_is_digit(c) && !(c >= 'a' && c <= 'z'))
			return false;
	}
	return true;
}

static bool fits(sc_str name, size_t i)
{
	if (sc_lower(name.at[0]) != bots[i].name.at[0])
		return false;
	if (bots[i].whole)
		return sc_str_equal_nocase(name, bots[i].name);
	if (!sc_str_starts_nocase(name, bots[i].name))
		return false;
	sc_str rest = sc_str_from(name, bots[i].name.len);
	return !bots[i].digits || (rest.len == bots[i].digits && all_alphanumeric(rest));
}

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_session *x = s->ev->body;
	bool failed = sc_is(x->auth.outcome, "failed");
	for (size_t i = 0; i < sizeof(bots) / sizeof(bots[0]); i++) {
		if (!fits(x->helo.name, i) || (!bots[i].strong && !failed))
			continue;
		struct sc_text *t = sc_say_begin(d);
		sc_text_adds(t, "HELO ");
		sc_say_wire(t, x->helo.name);
		sc_text_adds(t, " is ");
		sc_text_adds(t, bots[i].whose);
		sc_text_adds(t, bots[i].strong ? "" : ", and its login failed");
		sc_detector_tell(
			d, s,
			&(struct sc_report){.severity = bots[i].strong ? SC_SEVERITY_HIGH : SC_SEVERITY_MEDIUM,
					    .confidence = bots[i].strong ? 90 : 60,
					    .count = 1,
					    .threshold = 1});
		return;
	}
}

const struct sc_detector_class sc_detector_helo_bot = {
	.name = "helo_bot",
	.summary = "A HELO name that only known malware or scanners give; common names of desktops count when a "
		   "login failed, too.",
	.innocent = "Desktops with the name that the system gave them: they count only with a failed login.",
	.advice = "Block the address; if it is inside, the machine is infected.",
	.scope = SC_SCOPE_GLOBAL,
	.wants = SC_WANT(SC_EVENT_session),
	.needs = SC_NEED_HELO,
	.observe = observe,
};
