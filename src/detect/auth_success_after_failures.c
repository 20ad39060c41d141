/* auth_success_after_failures.c - a login that works after many that did not: a password was found.
 *
 * A user who mistyped comes from a network that he has logged in from before.  And where more logins work than fail, nobody
 * guesses: so it is with a busy user, and with an office behind one address. */
#include "detect/frame/inside.h"
#include "detect/primitives/distinct.h"
#include "detect/primitives/sketch.h"

enum { FAILURES, USERS, WINDOW };
static const struct sc_detector_option options[] = {
	{"failures", "failed logins of the client or the user", 5, "as auth_guessing"},
	{"users", "users the client or its network failed for", 10, "as auth_spray"},
	{"window", "s", 3600, "guessers pause, and use what they found later"},
};

#define KNOWN_PERIOD (30 * 86400u)

struct slot {
	struct sc_rate rate;
	struct sc_recent users;
};

enum { CLIENT = SC_LEVEL_CLIENT, NETWORK = SC_LEVEL_NETWORK, USER, WHOSE };

static void note_failure(struct sc_detector *d, const struct sc_sight *s, uint64_t user)
{
	uint32_t window = (uint32_t)d->options[WINDOW];
	struct slot *slots[WHOSE] = {sc_sight_slot(d, s, SC_LEVEL_CLIENT), sc_sight_slot(d, s, SC_LEVEL_NETWORK),
				     sc_keyed_enter(&d->tables[0], user, s->second)};
	for (unsigned i = 0; i < WHOSE; i++) {
		if (!slots[i])
			continue;
		sc_rate_hit(&slots[i]->rate, s, 1, window);
		sc_rate_all(&slots[i]->rate, s, 1, window);
		sc_recent_put(&slots[i]->users, user, s->second, window);
	}
}

/* What makes this success suspicious, as far as client, network or user tell. */
static struct slot *suspicious(struct sc_detector *d, const struct sc_sight *s, unsigned i, uint64_t user)
{
	uint32_t window = (uint32_t)d->options[WINDOW];
	struct slot *slot = i == USER ? sc_keyed_find(&d->tables[0], user)
				      : sc_sight_slot_find(d, s, (enum sc_level)i);
	if (!slot)
		return NULL;
	uint32_t failures = sc_window_count(&slot->rate.hits, s->second, window);
	if (sc_rate_all(&slot->rate, s, 1, window) >= 2 * failures)
		return NULL;
	bool many = i != NETWORK && failures >= d->options[FAILURES];
	bool spread = i != USER && sc_recent_count(&slot->users, s->second, window) >= d->options[USERS];
	return many || spread ? slot : NULL;
}

static void note_success(struct sc_detector *d, const struct sc_sight *s, uint64_t user)
{
	static const char *const whose[] = {" of this client", " from its network", " for this user"};
	const struct sc_ev_auth *x = s->ev->body;
	bool known = sc_bloom_add(d->state, sc_mix(user, s->network), s->second, KNOWN_PERIOD);
	unsigned i = 0;
	struct slot *slot = NULL;
	while (i < WHOSE && !(slot = suspicious(d, s, i, user)))
		i++;
	if (!slot)
		return;
	uint32_t failures = sc_window_count(&slot->rate.hits, s->second, (uint32_t)d->options[WINDOW]);
	sc_trail_add(&slot->rate.trail, s);
	struct sc_text *t = sc_say_begin(d);
	sc_text_adds(t, "login of ");
	sc_say_wire(t, x->user);
	sc_say_part(t, " succeeded after ", failures, " failed logins");
	sc_text_adds(t, whose[i]);
	sc_text_adds(t, known ? "; the user has logged in from there before" : "");
	sc_detector_tell(d, s,
			 &(struct sc_report){.severity = known ? SC_SEVERITY_LOW : SC_SEVERITY_CRITICAL,
					     .confidence = known ? 40 : 85,
					     .subject = SC_SUBJECT_USER,
					     .value = x->user,
					     .window_s = d->options[WINDOW],
					     .count = 1,
					     .threshold = 1,
					     .trail = &slot->rate.trail});
}

static void expect(const struct sc_detector *d, const struct sc_sight *s)
{
	sc_keyed_expect(&d->tables[0], s->user);
}

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_auth *x = s->ev->body;
	if (x->user.len == 0 || s->from.monitor)
		return;
	uint64_t user = s->user;
	if (sc_is(x->outcome, "ok"))
		note_success(d, s, user);
	else if (sc_login_refused(x))
		note_failure(d, s, user);
}

const struct sc_detector_class sc_detector_auth_success_after_failures = {
	.name = "auth_success_after_failures",
	.summary = "A login that succeeds after many failed ones of the same client, network or user, from a network "
		   "where this user was "
		   "not seen before: the password was found.",
	.innocent = "A user who mistyped: known network, severity low. A new phone set up with some trouble.",
	.advice = "Ask the user; change the password at once; look what was sent since.",
	.scope = SC_SCOPE_GLOBAL,
	.wants = SC_WANT(SC_EVENT_auth),
	.options = SC_OPTIONS_OF(options),
	.client = sizeof(struct slot),
	.network = sizeof(struct slot),
	.tables = {{4096, sizeof(struct slot), WINDOW}},
	.size = sizeof(struct sc_bloom),
	.expect = expect,
	.observe = observe,
};
