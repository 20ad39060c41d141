/* lookalike_domain.c - sender domains that may be mistaken for one of ours.
 *
 * Comparing costs, so each domain is compared once a day; the verdict of domains lately compared is remembered, by the name
 * as it was given. */
#include "detect/frame/domain.h"
#include "detect/frame/inside.h"

struct slot {
	const char *reason; /* NULL: like none */
	uint16_t of;        /* which of ours */
	bool judged;
};

static void judge(struct slot *slot, const struct sc_sight *s, sc_str domain)
{
	bool learnt;
	slot->judged = true;
	if (sc_roles_local(s->roles, domain, &learnt))
		return;
	for (size_t i = 0; sc_roles_domain(s->roles, i).len; i++) {
		const char *reason = sc_domain_lookalike(domain, sc_domain_registrable(sc_roles_domain(s->roles, i)));
		if (!reason)
			continue;
		slot->reason = reason;
		slot->of = (uint16_t)i;
		return;
	}
}

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_transaction *x = s->ev->body;
	sc_str given = sc_str_domain(x->mail_from);
	if (given.len == 0 || sc_roles_domain(s->roles, 0).len == 0 || s->from.home || s->from.peer)
		return;
	struct slot *slot = sc_keyed_touch(&d->tables[0], sc_sight_hash_nocase(s, given), s->second);
	if (!slot->judged)
		judge(slot, s, sc_domain_registrable(given));
	if (!slot->reason)
		return;
	sc_str domain = sc_domain_registrable(given);
	struct sc_text *t = sc_say_begin(d);
	sc_say_wire(t, domain);
	sc_text_adds(t, " resembles ");
	sc_text_visible(t, sc_roles_domain(s->roles, slot->of));
	sc_text_adds(t, ": ");
	sc_text_adds(t, slot->reason);
	sc_detector_tell(d, s,
			 &(struct sc_report){.severity = SC_SEVERITY_MEDIUM,
					     .confidence = 75,
					     .subject = SC_SUBJECT_DOMAIN,
					     .value = domain,
					     .count = 1,
					     .threshold = 1});
}

const struct sc_detector_class sc_detector_lookalike_domain = {
	.name = "lookalike_domain",
	.summary = "A sender whose domain resembles one of ours: letters exchanged, doubled or swapped, characters "
		   "that look alike, "
		   "another top-level domain, a word added.",
	.innocent = "Real neighbours in the alphabet. Only domains that --home names are compared.",
	.advice = "Warn the recipients; ask the registrar to take the domain down.",
	.scope = SC_SCOPE_GLOBAL,
	.wants = SC_WANT(SC_EVENT_transaction),
	.needs = SC_NEED_SENDER,
	.tables = {{8192, sizeof(struct slot), -1}},
	.observe = observe,
};
