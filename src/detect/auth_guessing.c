/* auth_guessing.c - one source tries passwords.
 *
 * A phone with an old password looks alike: one user, at steady times.  Where more logins work than fail, nobody guesses: that
 * is an office behind one address. */
#include "detect/frame/inside.h"
#include "detect/primitives/distinct.h"
#include "detect/primitives/pace.h"

enum { FAILURES, WINDOW, HIGH };
static const struct sc_detector_option options[] = {
	{"failures", "failed logins", 5, "fail2ban bans after 5 in 10 minutes"},
	{"window", "s", 600, "as fail2ban"},
	{"high", "failed logins", 20, "no person mistypes so often"},
};

#define HALVES 2 /* a login without an answer counts half */

struct slot {
	struct sc_rate rate; /* in halves; all: those that worked, too */
	struct sc_recent users;
	struct sc_pace pace;
};

static void tell(struct sc_detector *d, const struct sc_sight *s, struct slot *slot, uint32_t failures,
		 uint64_t users)
{
	const struct sc_ev_auth *x = s->ev->body;
	uint64_t window = d->options[WINDOW];
	bool phone = users == 1 && sc_pace_steady(&slot->pace, 3);
	bool high = failures >= d->options[HIGH] && !phone;
	struct sc_text *t = sc_say_begin(d);
	sc_say_part(t, "", failures, " failed logins for ");
	sc_text_number(t, users);
	sc_text_adds(t, users == 1 ? " user" : " users");
	if (x->user.len) {
		sc_text_adds(t, ", the last ");
		sc_say_wire(t, x->user);
	}
	sc_text_adds(t, phone ? "; steady, as a device with an old password" : "");
	sc_detector_tell(d, s,
			 &(struct sc_report){.severity = phone  ? SC_SEVERITY_LOW
							 : high ? SC_SEVERITY_HIGH
								: SC_SEVERITY_MEDIUM,
					     .confidence = phone ? 50 : 90,
					     .window_s = window,
					     .count = failures,
					     .threshold = d->options[FAILURES],
					     .trail = &slot->rate.trail});
}

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_auth *x = s->ev->body;
	bool failed = sc_login_refused(x), dropped = sc_is(x->outcome, "unknown"), worked = sc_is(x->outcome, "ok");
	if ((!failed && !dropped && !worked) || s->from.monitor || s->from.peer)
		return;
	uint32_t window = (uint32_t)d->options[WINDOW];
	struct slot *slot = worked ? sc_sight_slot_find(d, s, SC_LEVEL_CLIENT) : sc_sight_slot(d, s, SC_LEVEL_CLIENT);
	if (!slot)
		return;
	uint32_t all = sc_rate_all(&slot->rate, s, dropped ? 1 : HALVES, window);
	if (worked)
		return;
	uint32_t halves = sc_rate_hit(&slot->rate, s, failed ? HALVES : 1, window), failures = halves / HALVES;
	sc_str user = x->user.at ? x->user : SC_STR("");
	uint64_t users = sc_recent_add(&slot->users, sc_sight_hash_nocase(s, user), s->second, window);
	sc_pace_add(&slot->pace, s->second);
	if (failures >= d->options[FAILURES] && 2 * (uint64_t)halves >= all)
		tell(d, s, slot, failures, users);
}

const struct sc_detector_class sc_detector_auth_guessing = {
	.name = "auth_guessing",
	.summary = "A client whose logins fail again and again.",
	.innocent = "One user with an old password in a phone: steady times, one name, and then the severity is low. A gateway that "
		    "many users log in through: name it with --peers.",
	.advice = "Block the client for a time (fail2ban); see that no login of it succeeded.",
	.scope = SC_SCOPE_GLOBAL,
	.wants = SC_WANT(SC_EVENT_auth),
	.needs = SC_NEED_ROW,
	.options = SC_OPTIONS_OF(options),
	.client = sizeof(struct slot),
	.observe = observe,
};
