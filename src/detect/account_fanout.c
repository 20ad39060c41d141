/* account_fanout.c - a mailbox, or a machine inside, begins to send like a spammer.
 *
 * Measured against its own busiest hour of the last weeks, so that newsletters and mailing lists stay silent. */
#include "detect/frame/domain.h"
#include "detect/frame/inside.h"
#include "detect/primitives/distinct.h"
#include "detect/primitives/sketch.h"
#include "detect/primitives/usual.h"

enum { RECIPIENTS, DOMAINS, WINDOW, TIMES, FAILURES };
static const struct sc_detector_option options[] = {
	{"recipients", "different recipients", 100, "Exim's documentation limits an account to a hundred an hour"},
	{"domains", "different recipient domains", 40, "people write to few domains; a first guess"},
	{"window", "s", 3600, "the window of most limits for accounts"},
	{"times", "times the account's busiest hour", 4, "growth is slower"},
	{"failures", "percent of refused recipients", 25, "lists of spammers are old"},
};

#define KNOWN_PERIOD (30 * 86400u)
#define NEW_FOR      86400u /* a network is new for a day */

struct slot {
	struct sc_rate rate; /* hits: refused recipients */
	struct sc_recent recipients, domains;
	struct sc_usual usual;
	bool foreign; /* a sender that is empty or not ours */
	uint64_t new_net; /* the last one that was new, and since when */
	uint32_t new_at;
};

static void count(struct sc_detector *d, const struct sc_sight *s, struct slot *slot, uint64_t *recipients,
		  uint64_t *domains)
{
	const struct sc_ev_transaction *x = s->ev->body;
	const struct sc_ev_recipient *r = x->recipients.items;
	uint32_t window = (uint32_t)d->options[WINDOW], refused = 0;
	for (uint32_t i = 0; i < x->recipients.count; i++) {
		refused += r[i].code / 100 == 5;
		*recipients =
			sc_recent_add(&slot->recipients, sc_sight_hash_nocase(s, r[i].rcpt_to), s->second, window);
		*domains = sc_recent_add(&slot->domains, sc_sight_hash_nocase(s, sc_str_domain(r[i].rcpt_to)),
					 s->second, window);
	}
	sc_rate_hit(&slot->rate, s, refused, window);
	sc_rate_all(&slot->rate, s, x->recipients.count, window);
	sc_usual_add(&slot->usual, x->recipients.count, s->second);
}

/* The sender is empty, or is in a domain that is not ours. */
static bool is_foreign(const struct sc_sight *s, sc_str mail_from)
{
	bool learnt;
	if (mail_from.at && mail_from.len == 0)
		return true;
	return sc_roles_knows_domains(s->roles, &learnt) && !learnt &&
	       !sc_roles_local(s->roles, sc_str_domain(mail_from), &learnt);
}

static bool is_new_net(const struct sc_sight *s, const struct slot *slot)
{
	return slot->new_net == s->network && s->second - slot->new_at < NEW_FOR;
}

static void tell(struct sc_detector *d, const struct sc_sight *s, const struct slot *slot, uint64_t recipients,
		 uint64_t domains)
{
	const struct sc_ev_transaction *x = s->ev->body;
	uint32_t window = (uint32_t)d->options[WINDOW];
	uint32_t refused = sc_window_count(&slot->rate.hits, s->second, window),
		 all = sc_window_count(&slot->rate.all, s->second, window);
	bool failing = (uint64_t)refused * 100 > d->options[FAILURES] * all;
	bool new_net = is_new_net(s, slot), worse = failing || slot->foreign || new_net;
	struct sc_text *t = sc_say_begin(d);
	sc_say_part(t, "about ", recipients, " different recipients in ");
	sc_say_part(t, "", domains, " domains, usual at most ");
	sc_say_part(t, "", (uint64_t)slot->usual.peak, " recipients an hour");
	if (failing)
		sc_say_part(t, "; ", all ? (uint64_t)refused * 100 / all : 0, "% refused");
	sc_text_adds(t, slot->foreign ? "; senders that are not ours" : "");
	sc_text_adds(t, new_net ? "; from a network it was not seen in before" : "");
	sc_detector_tell(d, s,
			 &(struct sc_report){.severity = worse ? SC_SEVERITY_HIGH : SC_SEVERITY_MEDIUM,
					     .confidence = worse ? 80 : 50,
					     .subject = x->auth_user.len ? SC_SUBJECT_USER : SC_SUBJECT_CLIENT,
					     .value = x->auth_user,
					     .window_s = window,
					     .count = recipients,
					     .threshold = d->options[RECIPIENTS],
					     .error = recipients > SC_DISTINCT_EXACT ? recipients / 11 : 0,
					     .trail = &slot->rate.trail});
}

/* A machine of ours writes to others, itself or through a relay of ours.  What a gateway passes on to our own mailboxes does not
 * count. */
static bool is_outward(const struct sc_sight *s, const struct sc_ev_transaction *x)
{
	const struct sc_ev_recipient *first = x->recipients.items;
	bool learnt;
	return !s->to.home || (x->recipients.count && sc_roles_knows_domains(s->roles, &learnt) && !learnt &&
			       !sc_roles_local(s->roles, sc_str_domain(first->rcpt_to), &learnt));
}

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_transaction *x = s->ev->body;
	bool machine = s->from.home && !s->from.learnt && !s->from.server && is_outward(s, x);
	if ((!x->auth_user.len && !machine) || s->from.peer || x->recipients.count == 0)
		return;
	uint64_t key = x->auth_user.len ? sc_mix(sc_sight_hash_nocase(s, x->auth_user), 3) : s->client;
	struct slot *slot = sc_keyed_touch(&d->tables[0], key, s->second);
	uint64_t recipients = 0, domains = 0;
	sc_usual_turn(&slot->usual, s->second);
	bool known = sc_bloom_add(d->state, sc_mix(key, s->network), s->second, KNOWN_PERIOD);
	if (!known && x->auth_user.len && sc_usual_age_hours(&slot->usual) >= 24) {
		slot->new_net = s->network;
		slot->new_at = s->second;
	}
	slot->foreign = (slot->foreign && slot->usual.count) || is_foreign(s, x->mail_from);
	count(d, s, slot, &recipients, &domains);
	bool much = recipients >= d->options[RECIPIENTS] || domains >= d->options[DOMAINS];
	if (much && sc_usual_exceeded(&slot->usual, recipients, d->options[TIMES]))
		tell(d, s, slot, recipients, domains);
}

const struct sc_detector_class sc_detector_account_fanout = {
	.name = "account_fanout",
	.summary = "An account, or a machine of ours, suddenly writes to many recipients: far more than in its "
		   "busiest hour of the last weeks. "
		   "High when many are refused, when senders are not ours, or when it comes from a new network.",
	.innocent = "The first day of a new mailing list: medium. Newsletters have their usual hour.",
	.advice =
		"Ask the user; lock the account; look what it sent with list recipients --where 'auth_user == ...'.",
	.scope = SC_SCOPE_GLOBAL,
	.wants = SC_WANT(SC_EVENT_transaction),
	.needs = SC_NEED_OURS,
	.options = SC_OPTIONS_OF(options),
	.tables = {{4096, sizeof(struct slot), -1}},
	.size = sizeof(struct sc_bloom),
	.observe = observe,
};
