/* scanner.c - one source looks at many servers, or at each mail port of one, and sends nothing. */
#include "detect/frame/inside.h"
#include "detect/primitives/distinct.h"

enum { SERVERS, WINDOW };
static const struct sc_detector_option options[] = {
	{"servers", "different servers or ports", 10, "a sender without mail for any of ten servers is no sender"},
	{"window", "s", 3600, "slow scans take hours"},
};

struct slot {
	struct sc_recent servers;
	struct sc_trail trail;
	uint32_t ports; /* of one server: a bit for 25, 465, 587, 2525 */
	uint64_t server;
	bool told_mail; /* it has sent mail */
};

static uint32_t port_bit(uint16_t port)
{
	return port == 25 ? 1 : port == 465 ? 2 : port == 587 ? 4 : port == 2525 ? 8 : 0;
}

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_session *x = s->ev->body;
	if (s->from.home || s->from.peer || s->from.monitor)
		return;
	struct slot *slot = sc_sight_slot(d, s, SC_LEVEL_CLIENT);
	if (!slot)
		return;
	slot->told_mail |= x->transactions || x->auth.outcome || x->octets.client > 5000;
	if (slot->told_mail)
		return;
	uint64_t host = s->server, window = d->options[WINDOW];
	slot->ports =
		slot->server == host ? slot->ports | port_bit(s->head->server.port) : port_bit(s->head->server.port);
	slot->server = host;
	sc_trail_add(&slot->trail, s);
	uint64_t n = sc_recent_add(&slot->servers, sc_sight_server(s), s->second, (uint32_t)window);
	bool grab = (slot->ports & 7) == 7;
	if (n < d->options[SERVERS] && !grab)
		return;
	struct sc_text *t = sc_say_begin(d);
	if (n >= d->options[SERVERS])
		sc_say_part(t, "looked at ", n, " servers and ports without sending a mail");
	else
		sc_text_adds(t, "looked at ports 25, 465 and 587 of one server without sending a mail");
	sc_detector_tell(d, s,
			 &(struct sc_report){.severity = SC_SEVERITY_INFO,
					     .confidence = 75,
					     .window_s = window,
					     .count = n >= d->options[SERVERS] ? n : 1,
					     .threshold = n >= d->options[SERVERS] ? d->options[SERVERS] : 1,
					     .absence = true,
					     .trail = &slot->trail});
}

const struct sc_detector_class sc_detector_scanner = {
	.name = "scanner",
	.summary = "A client that looks at many mail servers, or at all mail ports of one, and sends nothing.",
	.innocent = "Research scanners, monitors: name those with --monitors.",
	.advice = "Usually nothing; look for other findings of the same client.",
	.scope = SC_SCOPE_GLOBAL,
	.wants = SC_WANT(SC_EVENT_session),
	.needs = SC_NEED_ROW,
	.options = SC_OPTIONS_OF(options),
	.client = sizeof(struct slot),
	.observe = observe,
};
