/* mail_bomb.c - one mailbox is drowned: by subscriptions at hundreds of sites, or by one sender.
 *
 * There are far more recipients than slots: a count-min sketch, emptied every window, lets only those in that get
 * more than a few mails.  Mailboxes that always get much have their usual hour. */
#include "detect/frame/domain.h"
#include "detect/frame/inside.h"
#include "detect/primitives/distinct.h"
#include "detect/primitives/sketch.h"
#include "detect/primitives/usual.h"

enum { MAILS, DOMAINS, WINDOW, SENDER, SENDER_WINDOW, TIMES };
static const struct sc_detector_option options[] = {
	{"mails", "mails to one recipient", 100, "nobody reads ten a minute"},
	{"domains", "different sender domains among them", 20, "a bomb of subscriptions comes from many sites"},
	{"window", "s", 600, "bombs are to hide one mail, now"},
	{"sender", "mails of one sender to one recipient", 50, "a provider's rule"},
	{"sender_window", "s", 3600, "as the provider's rule"},
	{"times", "times the recipient's busiest hour", 4, "monitoring mailboxes get much every day"},
};

#define ENTRY 8 /* mails in a window before a recipient gets a slot */

struct state {
	struct sc_count_min sketch;
	uint32_t turn;
};

struct slot {
	struct sc_rate rate;
	struct sc_recent domains;
	struct sc_usual usual;
	struct sc_window sender;
	uint64_t sender_hash; /* the one that writes most, by majority vote */
	uint32_t votes;
};

/* The number of mails in this turn, about; cheap for the many who get few. */
static uint32_t sketched(struct sc_detector *d, const struct sc_sight *s, uint64_t key)
{
	struct state *st = d->state;
	uint32_t turn = s->second / (uint32_t)d->options[SENDER_WINDOW];
	if (turn != st->turn)
		*st = (struct state){.turn = turn};
	return sc_count_min_add(&st->sketch, key, 1);
}

/* Boyer and Moore's vote: whoever sends more than half of the mails stays. */
static uint32_t note_sender(struct sc_detector *d, const struct sc_sight *s, struct slot *slot, sc_str from)
{
	uint64_t hash = sc_sight_hash_nocase(s, from);
	uint32_t window = (uint32_t)d->options[SENDER_WINDOW];
	if (slot->votes == 0) {
		slot->sender_hash = hash;
		slot->sender = (struct sc_window){.now = 0};
	}
	if (hash != slot->sender_hash) {
		slot->votes -= slot->votes > 0;
		return 0;
	}
	slot->votes++;
	sc_window_add(&slot->sender, slot->rate.hits.slot ? 1 : ENTRY, s->second, window);
	return sc_window_count(&slot->sender, s->second, window);
}

static void judge(struct sc_detector *d, const struct sc_sight *s, sc_str rcpt_to, uint64_t key)
{
	const struct sc_ev_transaction *x = s->ev->body;
	uint32_t window = (uint32_t)d->options[WINDOW];
	struct slot *slot = sc_keyed_meet(&d->tables[0], key, s->second);
	if (!slot && sketched(d, s, key) < ENTRY)
		return;
	slot = slot ? slot : sc_keyed_touch(&d->tables[0], key, s->second);
	uint32_t one = note_sender(d, s, slot, x->mail_from);
	uint32_t n = sc_rate_hit(&slot->rate, s, slot->rate.hits.slot ? 1 : ENTRY, window);
	sc_recent_put(&slot->domains, sc_sight_hash_nocase(s, sc_domain_of_path(x->mail_from)), s->second, window);
	uint64_t domains = n >= d->options[MAILS] ? sc_recent_count(&slot->domains, s->second, window) : 0;
	sc_usual_add(&slot->usual, 1, s->second);
	bool bomb = n >= d->options[MAILS] && domains >= d->options[DOMAINS], single = one >= d->options[SENDER];
	if ((!bomb && !single) || !sc_usual_exceeded(&slot->usual, bomb ? n : one, d->options[TIMES]))
		return;
	struct sc_text *t = sc_say_begin(d);
	sc_say_part(t, "", bomb ? n : one, " mails to one recipient");
	if (bomb)
		sc_say_part(t, ", from ", domains, " sender domains");
	else
		sc_text_adds(t, " from one sender");
	sc_detector_tell(d, s,
			 &(struct sc_report){.severity = SC_SEVERITY_HIGH,
					     .confidence = bomb ? 80 : 65,
					     .subject = SC_SUBJECT_RECIPIENT,
					     .value = rcpt_to,
					     .window_s = d->options[bomb ? WINDOW : SENDER_WINDOW],
					     .count = bomb ? n : one,
					     .threshold = d->options[bomb ? MAILS : SENDER],
					     .trail = &slot->rate.trail});
}

static void expect(const struct sc_detector *d, const struct sc_sight *s)
{
	const struct state *st = d->state;
	sc_count_min_expect(&st->sketch, s->rcpt);
	sc_keyed_expect(&d->tables[0], s->rcpt);
}

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_transaction *x = s->ev->body;
	const struct sc_ev_recipient *r = x->recipients.items;
	if (s->from.home || s->from.monitor)
		return;
	for (uint32_t i = 0; i < x->recipients.count; i++)
		if (r[i].rcpt_to.len && sc_is(r[i].outcome, "accepted"))
			judge(d, s, r[i].rcpt_to, sc_sight_rcpt(s, r, i));
}

const struct sc_detector_class sc_detector_mail_bomb = {
	.name = "mail_bomb",
	.summary = "One recipient gets masses of mail within minutes, from many sender domains (a bomb of "
		   "subscriptions) or from one sender.",
	.innocent = "Mailboxes for alerts and abuse reports get much every day: their busiest hour is known after "
		    "some days.",
	.advice = "Look for the one mail that the bomb hides: a purchase, a changed password.",
	.scope = SC_SCOPE_GLOBAL,
	.wants = SC_WANT(SC_EVENT_transaction),
	.needs = SC_NEED_NO_LOGIN | SC_NEED_TAKEN,
	.options = SC_OPTIONS_OF(options),
	.tables = {{2048, sizeof(struct slot), -1}},
	.size = sizeof(struct state),
	.expect = expect,
	.observe = observe,
};
