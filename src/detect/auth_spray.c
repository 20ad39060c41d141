/* auth_spray.c - many users with few tries each from one network, or one user from many networks: password spraying
 * and credential stuffing, which stay below a limit for each. */
#include "detect/frame/inside.h"
#include "detect/primitives/distinct.h"

enum { USERS, TRIES, NETWORKS, WINDOW };
static const struct sc_detector_option options[] = {
	{"users", "users that one network fails for", 10,
	 "a household or office has fewer wrong passwords; a first guess"},
	{"tries", "tries a user on average", 3, "more is guessing, which auth_guessing tells"},
	{"networks", "networks that one user fails from", 10, "nobody travels so fast"},
	{"window", "s", 3600, "sprayers go slowly"},
};

struct slot {
	struct sc_rate rate;
	struct sc_recent things; /* users of a network, networks of a user */
};

static uint64_t note(struct sc_detector *d, const struct sc_sight *s, struct slot *slot, uint64_t thing, uint32_t *tries)
{
	uint32_t window = (uint32_t)d->options[WINDOW];
	*tries = sc_rate_hit(&slot->rate, s, 1, window);
	return sc_recent_add(&slot->things, thing, s->second, window);
}

static void judge_network(struct sc_detector *d, const struct sc_sight *s, uint64_t user)
{
	uint32_t tries;
	struct slot *slot = sc_sight_slot(d, s, SC_LEVEL_NETWORK);
	if (!slot)
		return;
	uint64_t users = note(d, s, slot, user, &tries);
	if (users < d->options[USERS] || tries > users * d->options[TRIES])
		return;
	struct sc_text *t = sc_say_begin(d);
	sc_say_part(t, "", tries, " failed logins for ");
	sc_say_part(t, "", users, " different users from one network");
	sc_detector_tell(d, s,
			 &(struct sc_report){.severity = SC_SEVERITY_HIGH,
					     .confidence = 85,
					     .subject = SC_SUBJECT_NETWORK,
					     .window_s = d->options[WINDOW],
					     .count = users,
					     .threshold = d->options[USERS],
					     .trail = &slot->rate.trail});
}

static void judge_user(struct sc_detector *d, const struct sc_sight *s, sc_str name, uint64_t user)
{
	uint32_t tries;
	struct slot *slot = sc_keyed_enter(&d->tables[0], user, s->second);
	if (!slot)
		return;
	uint64_t networks = note(d, s, slot, s->network, &tries);
	if (networks < d->options[NETWORKS])
		return;
	struct sc_text *t = sc_say_begin(d);
	sc_say_part(t, "", tries, " failed logins for one user from ");
	sc_say_part(t, "", networks, " networks");
	sc_detector_tell(d, s,
			 &(struct sc_report){.severity = SC_SEVERITY_HIGH,
					     .confidence = 85,
					     .subject = SC_SUBJECT_USER,
					     .value = name,
					     .window_s = d->options[WINDOW],
					     .count = networks,
					     .threshold = d->options[NETWORKS],
					     .trail = &slot->rate.trail});
}

static void expect(const struct sc_detector *d, const struct sc_sight *s)
{
	sc_keyed_expect(&d->tables[0], s->user);
}

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_auth *x = s->ev->body;
	if (!sc_is(x->outcome, "failed") || x->user.len == 0 || x->code / 100 != 5 || s->from.monitor)
		return;
	uint64_t user = s->user;
	if (!s->from.peer)
		judge_network(d, s, user);
	judge_user(d, s, x->user, user);
}

const struct sc_detector_class sc_detector_auth_spray = {
	.name = "auth_spray",
	.summary = "Failed logins for many users from one network with few tries each, or for one user from many "
		   "networks.",
	.innocent = "A gateway that many users log in through: name it with --peers.",
	.advice = "Ask for second factors; block the network; change the password of a user whose login succeeded.",
	.scope = SC_SCOPE_GLOBAL,
	.wants = SC_WANT(SC_EVENT_auth),
	.options = SC_OPTIONS_OF(options),
	.network = sizeof(struct slot),
	.tables = {{4096, sizeof(struct slot), WINDOW}},
	.expect = expect,
	.observe = observe,
};
