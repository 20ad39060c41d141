/* snowshoe.c - a network of many quiet senders, each for domains of its own: load spread over many feet. */
#include "detect/frame/domain.h"
#include "detect/frame/inside.h"
#include "detect/primitives/distinct.h"

enum { ADDRESSES, DOMAINS, RATE, WINDOW, FRESH };
static const struct sc_detector_option options[] = {
	{"addresses", "addresses that send", 8, "offices have one or two"},
	{"domains", "sender domains", 8, "more than half as many as addresses; a first guess"},
	{"rate", "mails an hour of an address on average", 20, "snowshoe senders stay below limits"},
	{"window", "s", 86400, "they take their time"},
	{"fresh", "hours since the network was first seen", 48, "such networks are rented for days"},
};

struct slot {
	struct sc_rate rate;
	struct sc_recent addresses, domains, names;
	uint32_t first;
};

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_transaction *x = s->ev->body;
	struct slot *slot = sc_sight_slot(d, s, SC_LEVEL_NETWORK);
	if (!slot)
		return;
	sc_str domain = sc_domain_of_path(x->mail_from), name = sc_domain_registrable(x->helo);
	if (domain.len == 0)
		return;
	uint32_t window = (uint32_t)d->options[WINDOW];
	slot->first = slot->first ? slot->first : s->second;
	uint32_t mails = sc_rate_hit(&slot->rate, s, 1, window);
	uint64_t addresses = sc_recent_add(&slot->addresses, s->client, s->second, window);
	uint64_t domains = sc_recent_add(&slot->domains, sc_sight_hash_nocase(s, domain), s->second, window);
	uint64_t names = sc_recent_add(&slot->names, sc_sight_hash_nocase(s, name), s->second, window);
	uint32_t age = s->second - slot->first, hours = (age < window ? age : window) / 3600 + 1;
	bool quiet = mails <= d->options[RATE] * addresses * hours;
	if (addresses < d->options[ADDRESSES] || domains < d->options[DOMAINS] || domains * 2 <= addresses ||
	    names * 2 <= addresses || !quiet || age > d->options[FRESH] * 3600)
		return;
	struct sc_text *t = sc_say_begin(d);
	sc_say_part(t, "", addresses, " addresses of one network sent ");
	sc_say_part(t, "", mails, " mails for ");
	sc_say_part(t, "", domains, " domains, with ");
	sc_say_part(t, "", names, " different HELO domains");
	sc_detector_tell(d, s,
			 &(struct sc_report){.severity = SC_SEVERITY_MEDIUM,
					     .confidence = 75,
					     .subject = SC_SUBJECT_NETWORK,
					     .window_s = window,
					     .count = addresses,
					     .threshold = d->options[ADDRESSES],
					     .trail = &slot->rate.trail});
}

const struct sc_detector_class sc_detector_snowshoe = {
	.name = "snowshoe",
	.summary = "A network that is new here, with many addresses that send little each, for many domains and with "
		   "many HELO domains.",
	.innocent = "Mail providers: one HELO domain for all their addresses, and nothing is said.",
	.advice = "Judge the network, not its addresses; block it for some days.",
	.scope = SC_SCOPE_GLOBAL,
	.wants = SC_WANT(SC_EVENT_transaction),
	.needs = SC_NEED_STRANGER | SC_NEED_NO_LOGIN | SC_NEED_ROW | SC_NEED_SENDER,
	.options = SC_OPTIONS_OF(options),
	.network = sizeof(struct slot),
	.observe = observe,
};
