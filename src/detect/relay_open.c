/* relay_open.c - a server of ours took a whole mail from a stranger for a domain that is not ours: an open relay.
 *
 * Without --home it is not known which domains are ours: what was learnt says which domains are served, never which
 * are not, so nothing is said then. */
#include "detect/frame/inside.h"

static bool foreign(const struct sc_sight *s, const struct sc_ev_recipient *r, bool *learnt)
{
	sc_str domain = sc_str_domain(r->rcpt_to);
	return sc_is(r->outcome, "accepted") && domain.len && domain.at[0] != '[' &&
	       !sc_roles_local(s->roles, domain, learnt);
}

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_transaction *x = s->ev->body;
	const struct sc_ev_recipient *r = x->recipients.items;
	bool learnt;
	if (!sc_roles_knows_domains(s->roles, &learnt) || learnt || s->lossy || !s->to.home || s->to.learnt || x->size == SC_NONE)
		return;
	for (uint32_t i = 0; i < x->recipients.count; i++) {
		if (!foreign(s, &r[i], &learnt))
			continue;
		struct sc_text *t = sc_say_begin(d);
		sc_text_adds(t, "took mail from a stranger for a domain that is not ours: ");
		sc_say_wire(t, r[i].rcpt_to);
		sc_detector_tell(d, s,
				 &(struct sc_report){.severity = SC_SEVERITY_CRITICAL,
						     .confidence = 90,
						     .subject = SC_SUBJECT_SERVER,
						     .count = 1,
						     .threshold = 1});
		return;
	}
}

const struct sc_detector_class sc_detector_relay_open = {
	.name = "relay_open",
	.summary = "A server inside --home accepted a whole mail from outside, without login, for a domain that "
		   "--home does not name.",
	.innocent =
		"A smart host for customers, a backup MX: name the customers with --peers, the domains with --home.",
	.advice = "Close the relay at once: spammers find it within hours, and block lists soon after.",
	.scope = SC_SCOPE_GLOBAL,
	.wants = SC_WANT(SC_EVENT_transaction),
	.needs = SC_NEED_STRANGER | SC_NEED_NO_LOGIN,
	.observe = observe,
};
