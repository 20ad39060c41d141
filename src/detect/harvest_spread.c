/* harvest_spread.c - mailboxes of one of our domains are guessed from many networks at once, a few from each.
 *
 * A domain's own hours are its measure: the mean of refused recipients an hour over about two days is kept for each.  The hour
 * before the one at hand does not count yet, or what begins at ten to nine would be its own measure from nine on. */
#include "detect/frame/domain.h"
#include "detect/frame/inside.h"
#include "detect/primitives/distinct.h"

enum { USERS, NETWORKS, WINDOW, TIMES, SHARE };
static const struct sc_detector_option options[] = {
	{"users", "different unknown recipients", 100, "a first guess, to be tuned"},
	{"networks", "networks they are tried from", 10, "fewer are recipient_harvest's"},
	{"window", "s", 3600, "spread guessing is slow"},
	{"times", "times the usual number", 4, "every domain has some dead addresses"},
	{"share", "percent of the domain's recipients", 20, "a busy domain has a hundred dead addresses an hour, too"},
};

#define HOUR        3600
#define USUAL_HOURS 48

struct slot {
	struct sc_recent users, networks;
	struct sc_trail trail;
	struct sc_window refused, others;
	bool begun;  /* there is a last hour */
	float usual; /* an hour */
	uint32_t hour, hours, count, last; /* count: of the hour at hand, last: of the one before */
};

static void keep_usual(struct slot *slot, uint32_t second)
{
	uint32_t hour = second / HOUR, passed = slot->hour ? hour - slot->hour : 0;
	for (uint32_t i = 0; i < passed && i < 200; i++) {
		if (slot->begun) {
			slot->hours += slot->hours < USUAL_HOURS;
			slot->usual += ((float)slot->last - slot->usual) / (float)slot->hours;
		}
		slot->begun = true;
		slot->last = slot->count;
		slot->count = 0;
	}
	slot->hour = hour;
	slot->count++;
}

static void judge(struct sc_detector *d, const struct sc_sight *s, uint32_t i, bool learnt)
{
	const struct sc_ev_transaction *x = s->ev->body;
	const struct sc_ev_recipient *r = x->recipients.items;
	sc_str domain = sc_str_domain(r[i].rcpt_to);
	struct slot *slot = sc_keyed_touch(&d->tables[0], sc_sight_rcpt_domain(s, r, i), s->second);
	uint32_t window = (uint32_t)d->options[WINDOW];
	keep_usual(slot, s->second);
	sc_trail_add(&slot->trail, s);
	bool news = sc_recent_put(&slot->users, sc_sight_rcpt(s, r, i), s->second, window);
	news |= sc_recent_put(&slot->networks, s->network, s->second, window);
	sc_window_add(&slot->refused, 1, s->second, window);
	uint32_t refused = sc_window_count(&slot->refused, s->second, window);
	uint64_t all = refused + (uint64_t)sc_window_count(&slot->others, s->second, window);
	if (!news || refused < d->options[USERS] || (uint64_t)refused * 100 < d->options[SHARE] * all)
		return; /* fewer refusals than that are fewer users */
	uint64_t users = sc_recent_count(&slot->users, s->second, window);
	uint64_t networks = sc_recent_count(&slot->networks, s->second, window);
	if (users < d->options[USERS] || networks < d->options[NETWORKS] ||
	    (float)users < slot->usual * (float)d->options[TIMES])
		return;
	struct sc_text *t = sc_say_begin(d);
	sc_say_part(t, "about ", users, " different unknown recipients were tried from ");
	sc_say_part(t, "", networks, " networks");
	sc_detector_tell(d, s,
			 &(struct sc_report){.severity = SC_SEVERITY_MEDIUM,
					     .confidence = 75,
					     .subject = SC_SUBJECT_DOMAIN,
					     .value = domain,
					     .window_s = window,
					     .count = users,
					     .threshold = d->options[USERS],
					     .error = users / 11,
					     .learnt = learnt,
					     .trail = &slot->trail});
}

/* A recipient who is not unknown makes the share smaller, where one is kept. */
static void note_other(struct sc_detector *d, const struct sc_sight *s, uint64_t domain)
{
	struct slot *slot = sc_keyed_find(&d->tables[0], domain);
	if (slot)
		sc_window_add(&slot->others, 1, s->second, (uint32_t)d->options[WINDOW]);
}

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_transaction *x = s->ev->body;
	const struct sc_ev_recipient *r = x->recipients.items;
	bool learnt;
	if (s->from.home || s->from.peer)
		return;
	for (uint32_t i = 0; i < x->recipients.count; i++) {
		if (!sc_is(r[i].cause, "user_unknown"))
			note_other(d, s, sc_sight_rcpt_domain(s, r, i));
		else if (sc_sight_rcpt_local(s, r, i, &learnt))
			judge(d, s, i, learnt);
	}
}

const struct sc_detector_class sc_detector_harvest_spread = {
	.name = "harvest_spread",
	.summary = "Mailboxes of one of our domains are guessed from many networks at once, each with a few tries.",
	.innocent = "Backscatter to invented senders: bounces, with the null sender, for a domain that spam was sent "
		    "in the name of.",
	.advice = "Blocking single addresses will not help; see that the server does not tell who exists by other "
		  "means.",
	.scope = SC_SCOPE_GLOBAL,
	.wants = SC_WANT(SC_EVENT_transaction),
	.needs = SC_NEED_NO_LOGIN,
	.options = SC_OPTIONS_OF(options),
	.tables = {{1024, sizeof(struct slot), -1}},
	.observe = observe,
};
