/* rogue_mta.c - a machine inside that is no mail server delivers mail to the outside by itself. */
#include "detect/frame/inside.h"
#include "detect/primitives/distinct.h"

enum { SERVERS, WINDOW };
static const struct sc_detector_option options[] = {
	{"servers", "foreign servers", 3, "printers and scripts know one relay"},
	{"window", "s", 600, "spam bots are in a hurry"},
};

struct slot {
	struct sc_recent servers;
	struct sc_trail trail;
};

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	if (s->head->server.port != 25 || s->from.server || s->from.peer || s->from.monitor)
		return;
	struct slot *slot = sc_keyed_touch(&d->tables[0], s->client, s->second);
	uint64_t window = d->options[WINDOW];
	sc_trail_add(&slot->trail, s);
	uint64_t n =
		sc_recent_add(&slot->servers, s->server, s->second, (uint32_t)window);
	if (n < d->options[SERVERS])
		return;
	sc_say_part(sc_say_begin(d), "a machine of ours that is not known as a mail server spoke SMTP to ", n,
		    " foreign servers");
	sc_detector_tell(d, s,
			 &(struct sc_report){.severity = s->from.learnt ? SC_SEVERITY_MEDIUM : SC_SEVERITY_HIGH,
					     .confidence = 75,
					     .window_s = window,
					     .count = n,
					     .threshold = d->options[SERVERS],
					     .learnt = s->from.learnt,
					     .trail = &slot->trail});
}

const struct sc_detector_class sc_detector_rogue_mta = {
	.name = "rogue_mta",
	.summary = "A machine inside, which has not accepted mail itself and is no named relay, speaks SMTP to "
		   "several servers outside on "
		   "port 25: most likely a bot.",
	.innocent =
		"Outgoing relays, printers and application servers that send by themselves: name them with --peers.",
	.advice = "Look what runs on it; let only relays reach port 25 outside.",
	.scope = SC_SCOPE_GLOBAL,
	.wants = SC_WANT(SC_EVENT_session),
	.needs = SC_NEED_OUTBOUND | SC_NEED_NO_LOGIN,
	.options = SC_OPTIONS_OF(options),
	.tables = {{4096, sizeof(struct slot), WINDOW}},
	.observe = observe,
};
