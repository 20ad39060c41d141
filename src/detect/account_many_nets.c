/* account_many_nets.c - one account is used from several places at once. */
#include "detect/frame/inside.h"
#include "detect/primitives/distinct.h"
#include "detect/primitives/sketch.h"

enum { NETWORKS, WINDOW, SOON };
static const struct sc_detector_option options[] = {
	{"networks", "networks with a successful login", 5, "a person has home, office and phone"},
	{"window", "s", 3600, "nobody is in five places within an hour"},
	{"soon", "s", 600, "two new networks within it are worth a word"},
};

#define KNOWN_PERIOD (30 * 86400u)
#define AGED         86400u

struct slot {
	struct sc_recent networks;
	struct sc_trail trail;
	uint64_t new_net; /* the last one that was new */
	uint32_t new_at, first;
};

/* /24, and for IPv6 /48: providers hand out that much, and privacy addresses change below it. */
static uint64_t place_of(const struct sc_sight *s)
{
	const struct sc_ip *ip = &s->head->client.ip;
	return ip->version == 4 ? s->network : sc_sight_hash(s, (sc_str){(const char *)ip->octets, 6});
}

static void tell(struct sc_detector *d, const struct sc_sight *s, const struct slot *slot, uint64_t networks,
		 bool many)
{
	const struct sc_ev_auth *x = s->ev->body;
	struct sc_text *t = sc_say_begin(d);
	if (many)
		sc_say_part(t, "logged in from ", networks, " networks");
	else
		sc_say_part(t, "logged in from two new networks within ", d->options[SOON], " s");
	sc_detector_tell(d, s,
			 &(struct sc_report){.severity = many ? SC_SEVERITY_MEDIUM : SC_SEVERITY_LOW,
					     .confidence = many ? 75 : 40,
					     .subject = SC_SUBJECT_USER,
					     .value = x->user,
					     .window_s = d->options[WINDOW],
					     .count = many ? networks : 1,
					     .threshold = many ? d->options[NETWORKS] : 1,
					     .trail = &slot->trail});
}

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_auth *x = s->ev->body;
	if (!sc_is(x->outcome, "ok") || x->user.len == 0 || s->from.home || s->from.peer || s->from.monitor)
		return;
	uint64_t user = s->user, place = place_of(s);
	struct slot *slot = sc_keyed_touch(&d->tables[0], user, s->second);
	bool known = sc_bloom_add(d->state, sc_mix(user, place), s->second, KNOWN_PERIOD);
	slot->first = slot->first ? slot->first : s->second;
	sc_trail_add(&slot->trail, s);
	uint64_t networks = sc_recent_add(&slot->networks, place, s->second, (uint32_t)d->options[WINDOW]);
	bool pair = !known && s->second - slot->first >= AGED && slot->new_at &&
		    s->second - slot->new_at <= d->options[SOON] && slot->new_net != place;
	if (!known) {
		slot->new_net = place;
		slot->new_at = s->second;
	}
	if (networks >= d->options[NETWORKS] || pair)
		tell(d, s, slot, networks, networks >= d->options[NETWORKS]);
}

const struct sc_detector_class sc_detector_account_many_nets = {
	.name = "account_many_nets",
	.summary = "One account logs in from many networks within an hour; or, low, from two networks it was never "
		   "seen in within minutes.",
	.innocent = "Phones that move between networks, pools of VPN providers: name those with --peers.",
	.advice = "Ask the user; ask for a second factor; change the password.",
	.scope = SC_SCOPE_GLOBAL,
	.wants = SC_WANT(SC_EVENT_auth),
	.options = SC_OPTIONS_OF(options),
	.tables = {{4096, sizeof(struct slot), -1}},
	.size = sizeof(struct sc_bloom),
	.observe = observe,
};
