/* helo_bot.c - HELO names that malware and scanners are known to give (helo_bots.def). */
#include "detect/frame/inside.h"

#define NAME_OCTETS 20

static const struct bot {
	char name[NAME_OCTETS]; /* two octets at least, in small letters */
	uint8_t octets;
	bool whole, strong;
	uint8_t digits; /* letters and digits that must follow; 0: anything */
	const char *whose;
} bots[] = {
#define SC_HELO_BOT(name, whole, strong, follow, whose) {name, sizeof(name) - 1, whole, strong, follow, whose},
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

/* Some name of the table may begin as this one: its first two octets have bits among those of the table's.  Nearly none have. */
static bool may_be_bot(sc_str name)
{
	const uint32_t firsts = 0
#define SC_HELO_BOT(name, whole, strong, follow, whose) | 1u << (name[0] & 31)
#include "detect/frame/helo_bots.def"
#undef SC_HELO_BOT
		;
	const uint32_t seconds = 0
#define SC_HELO_BOT(name, whole, strong, follow, whose) | 1u << (name[1] & 31)
#include "detect/frame/helo_bots.def"
#undef SC_HELO_BOT
		;
	bool letters = name.len > 1 && name.at[0] & name.at[1] & 0x40; /* or what else has that bit; no digits */
	return letters && firsts >> (name.at[0] & 31) & seconds >> (name.at[1] & 31) & 1;
}

static bool fits(const struct bot *bot, sc_str name)
{
	sc_str begin = {bot->name, bot->octets};
	if (!sc_str_starts_nocase(name, begin))
		return false;
	sc_str rest = sc_str_from(name, begin.len);
	return bot->whole ? rest.len == 0 : !bot->digits || (rest.len == bot->digits && all_alphanumeric(rest));
}

static void tell(struct sc_detector *d, const struct sc_sight *s, const struct bot *bot)
{
	const struct sc_ev_session *x = s->ev->body;
	struct sc_text *t = sc_say_begin(d);
	sc_text_adds(t, "HELO ");
	sc_say_wire(t, x->helo.name);
	sc_text_adds(t, " is ");
	sc_text_adds(t, bot->whose);
	sc_text_adds(t, bot->strong ? "" : ", and its login failed");
	sc_detector_tell(d, s,
			 &(struct sc_report){.severity = bot->strong ? SC_SEVERITY_HIGH : SC_SEVERITY_MEDIUM,
					     .confidence = bot->strong ? 90 : 60,
					     .count = 1,
					     .threshold = 1});
}

/* Of a client. */
struct slot {
	bool worked; /* a login has: whoever fails there now and then mistypes */
};

/* A login failed that was no slip of somebody who gets in otherwise. */
static bool has_failed(const struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_session *x = s->ev->body;
	const struct slot *slot = sc_sight_slot_find(d, s, SC_LEVEL_CLIENT);
	return sc_is(x->auth.outcome, "failed") && !(slot && slot->worked);
}

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_session *x = s->ev->body;
	if (!may_be_bot(x->helo.name))
		return;
	struct slot *slot = sc_is(x->auth.outcome, "ok") ? sc_sight_slot(d, s, SC_LEVEL_CLIENT) : NULL;
	if (slot)
		slot->worked = true;
	bool failed = has_failed(d, s);
	for (size_t i = 0; i < sizeof(bots) / sizeof(bots[0]); i++) {
		if (!fits(&bots[i], x->helo.name) || (!bots[i].strong && !failed))
			continue;
		tell(d, s, &bots[i]);
		return;
	}
}

const struct sc_detector_class sc_detector_helo_bot = {
	.name = "helo_bot",
	.summary = "A HELO name that only known malware or scanners give; common names of desktops count when a "
		   "login failed, too.",
	.innocent = "Desktops with the name that the system gave them: they count only with a failed login, and not where "
		    "one has worked lately.",
	.advice = "Block the address; if it is inside, the machine is infected.",
	.scope = SC_SCOPE_GLOBAL,
	.wants = SC_WANT(SC_EVENT_session),
	.needs = SC_NEED_HELO,
	.client = sizeof(struct slot),
	.observe = observe,
};
