/* helo_churn.c - one address that introduces itself with ever other names. */
#include "detect/frame/inside.h"
#include "detect/primitives/distinct.h"

enum { NAMES, WINDOW };
static const struct sc_detector_option options[] = {
	{"names", "different HELO names", 5, "a mail server has one, a pair behind one address two or three"},
	{"window", "s", 3600, "long enough for slow spam runs"},
};

struct slot {
	struct sc_recent names;
	struct sc_trail trail;
};

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_session *x = s->ev->body;
	struct slot *slot = sc_sight_slot(d, s, SC_LEVEL_CLIENT);
	if (!slot)
		return;
	uint64_t window = d->options[WINDOW];
	sc_trail_add(&slot->trail, s);
	bool news = sc_recent_put(&slot->names, sc_sight_hash_nocase(s, x->helo.name), s->second, (uint32_t)window);
	uint64_t n = news ? sc_recent_count(&slot->names, s->second, (uint32_t)window) : 0;
	if (n < d->options[NAMES])
		return;
	struct sc_text *t = sc_say_begin(d);
	sc_say_part(t, "introduced itself with ", n, " different names, the last ");
	sc_say_wire(t, x->helo.name);
	sc_detector_tell(d, s,
			 &(struct sc_report){.severity = SC_SEVERITY_MEDIUM,
					     .confidence = 80,
					     .window_s = window,
					     .count = n,
					     .threshold = d->options[NAMES],
					     .trail = &slot->trail});
}

const struct sc_detector_class sc_detector_helo_churn = {
	.name = "helo_churn",
	.summary = "One address, on a port for mail between servers, with many different HELO names: spam programs "
		   "take a new one each time.",
	.innocent = "Many mail programs behind one NAT: those log in, and are not counted.",
	.advice = "Look at the names with list sessions; block the address.",
	.scope = SC_SCOPE_GLOBAL,
	.wants = SC_WANT(SC_EVENT_session),
	.needs = SC_NEED_STRANGER | SC_NEED_EXCHANGE | SC_NEED_HELO | SC_NEED_NO_LOGIN | SC_NEED_ROW,
	.options = SC_OPTIONS_OF(options),
	.client = sizeof(struct slot),
	.observe = observe,
};
