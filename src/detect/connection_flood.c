/* connection_flood.c - more new sessions a minute than a client needs. */
#include "detect/frame/inside.h"

enum { SESSIONS, WINDOW, NETWORK };
static const struct sc_detector_option options[] = {
	{"sessions", "sessions of one client", 60, "one a second; Postfix' anvil counts in the same window"},
	{"window", "s", 60, "anvil_rate_time_unit"},
	{"network", "sessions of one network", 240, "a large provider sends from many addresses of a network"},
};

struct slot {
	struct sc_rate rate;
	struct sc_window mails;
};

static void judge(struct sc_detector *d, const struct sc_sight *s, enum sc_level level)
{
	const struct sc_ev_session *x = s->ev->body;
	uint64_t window = d->options[WINDOW];
	uint64_t limit = level == SC_LEVEL_CLIENT ? d->options[SESSIONS] : d->options[NETWORK];
	struct slot *slot = sc_sight_slot(d, s, level);
	if (!slot)
		return;
	sc_window_add(&slot->mails, x->recipients.accepted > 0, s->second, (uint32_t)window);
	uint32_t n = sc_rate_hit(&slot->rate, s, 1, window),
		 mails = sc_window_count(&slot->mails, s->second, (uint32_t)window);
	if (n <= limit || !sc_level_speaks(level, &slot->rate))
		return;
	bool working = mails * 2 >= n;
	struct sc_text *t = sc_say_begin(d);
	sc_say_part(t, "", n, " sessions in ");
	sc_say_part(t, "", window, " s, ");
	sc_say_part(t, "", mails, " of them with an accepted mail");
	sc_detector_tell(d, s,
			 &(struct sc_report){.severity = working ? SC_SEVERITY_LOW : SC_SEVERITY_MEDIUM,
					     .confidence = working ? 60 : 85,
					     .subject = sc_level_subject(level),
					     .window_s = window,
					     .count = n,
					     .threshold = limit + 1,
					     .trail = &slot->rate.trail});
}

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	if (s->from.peer || s->from.monitor || s->from.home)
		return;
	for (enum sc_level level = 0; level < SC_LEVELS; level++)
		judge(d, s, level);
}

const struct sc_detector_class sc_detector_connection_flood = {
	.name = "connection_flood",
	.summary = "A client or network that opens far more sessions a minute than others.",
	.innocent = "A large sender who catches up after an outage: most of his sessions bring mail, and the "
		    "severity is low.",
	.advice = "Limit the rate of connections a client (smtpd_client_connection_rate_limit), or block it.",
	.scope = SC_SCOPE_GLOBAL,
	.wants = SC_WANT(SC_EVENT_session),
	.needs = SC_NEED_ROW,
	.options = SC_OPTIONS_OF(options),
	.client = sizeof(struct slot),
	.network = sizeof(struct slot),
	.observe = observe,
};
