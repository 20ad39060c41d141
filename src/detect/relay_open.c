/* relay_open.c - a server of ours took a whole mail from a stranger for a domain that is not ours: an open relay.
 *
 * Or --home lacks a domain.  Many write to a domain that is served, so one that strangers of several networks write to
 * is most likely ours; and whoever uses an open relay writes to domain after domain.  Only that is critical. Without
 * --home it is not known which domains are ours: what was learnt says which are served, never which are not, so nothing
 * is said then. */
#include "detect/frame/inside.h"
#include "detect/primitives/distinct.h"

enum { DOMAINS, WINDOW };
static const struct sc_detector_option options[] = {
	{"domains", "foreign domains of one client", 5, "--home may lack a domain or two of ours; spam goes to many"},
	{"window", "s", 3600, "relays are found by trying, and used at once"},
};

struct slot {
	struct sc_recent domains;
	struct sc_trail trail;
};

/* The first recipient that was accepted in a domain that is not ours; NULL: there is none. */
static const struct sc_ev_recipient *foreign(const struct sc_sight *s)
{
	const struct sc_ev_transaction *x = s->ev->body;
	const struct sc_ev_recipient *r = x->recipients.items;
	bool learnt;
	for (uint32_t i = 0; i < x->recipients.count; i++) {
		if (!sc_is(r[i].outcome, "accepted") || sc_sight_rcpt_local(s, r, i, &learnt))
			continue;
		sc_str domain = sc_str_domain(r[i].rcpt_to);
		if (domain.len && domain.at[0] != '[')
			return &r[i];
	}
	return NULL;
}

/* Notes the foreign domains of the mail, but those that many write to; the client's number of them. */
static uint64_t count(struct sc_detector *d, const struct sc_sight *s, struct slot *slot)
{
	const struct sc_ev_transaction *x = s->ev->body;
	const struct sc_ev_recipient *r = x->recipients.items;
	uint32_t window = (uint32_t)d->options[WINDOW];
	bool learnt;
	for (uint32_t i = 0; i < x->recipients.count; i++) {
		sc_str domain = sc_str_domain(r[i].rcpt_to);
		if (sc_is(r[i].outcome, "accepted") && domain.len && !sc_sight_rcpt_local(s, r, i, &learnt) &&
		    !sc_roles_served(s->roles, domain))
			sc_recent_put(&slot->domains, sc_sight_hash_nocase(s, domain), s->second, window);
	}
	sc_trail_add(&slot->trail, s);
	return sc_recent_count(&slot->domains, s->second, window);
}

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_transaction *x = s->ev->body;
	bool learnt;
	if (!sc_roles_knows_domains(s->roles, &learnt) || learnt || s->lossy || !s->to.home || x->size == SC_NONE)
		return;
	const struct sc_ev_recipient *r = foreign(s);
	if (!r)
		return;
	struct slot *slot = sc_sight_slot(d, s, SC_LEVEL_CLIENT);
	bool served = sc_roles_served(s->roles, sc_str_domain(r->rcpt_to));
	bool many = slot && count(d, s, slot) >= d->options[DOMAINS] && !served;
	struct sc_text *t = sc_say_begin(d);
	sc_text_adds(t, many ? "took mail from a stranger for domain after domain that is not ours, the last for "
			     : "took mail from a stranger for a domain that --home does not name: ");
	sc_say_wire(t, r->rcpt_to);
	sc_text_adds(t, served ? "; several networks write to it, so --home may lack it" : "");
	sc_detector_tell(d, s,
			 &(struct sc_report){.severity = many && !s->to.learnt ? SC_SEVERITY_CRITICAL : SC_SEVERITY_MEDIUM,
					     .confidence = many ? 90 : served ? 30 : 60,
					     .subject = SC_SUBJECT_SERVER,
					     .window_s = d->options[WINDOW],
					     .count = 1,
					     .threshold = 1,
					     .learnt = s->to.learnt,
					     .trail = many ? &slot->trail : NULL});
}

const struct sc_detector_class sc_detector_relay_open = {
	.name = "relay_open",
	.summary = "A server of ours accepted a whole mail from outside, without login, for a domain that --home does "
		   "not name. Critical when one client gets rid of mail for several such domains.",
	.innocent =
		"A domain that --home lacks, a smart host for customers, a backup MX: name the customers with --peers, "
		"the domains with --home.",
	.advice = "Name all domains with --home; if it is told again, close the relay at once: spammers find it within "
		  "hours, and block lists soon after.",
	.scope = SC_SCOPE_GLOBAL,
	.wants = SC_WANT(SC_EVENT_transaction),
	.needs = SC_NEED_STRANGER | SC_NEED_NO_LOGIN | SC_NEED_TAKEN | SC_NEED_FOREIGN,
	.options = SC_OPTIONS_OF(options),
	.client = sizeof(struct slot),
	.observe = observe,
};
