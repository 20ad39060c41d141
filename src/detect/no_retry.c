/* no_retry.c - clients that are put off and never come back: real servers try again (RFC 5321 4.5.4.1).
 *
 * A triplet of network, sender and recipient is waited for; a retry from another network counts, too, for providers
 * send from pools.  Sources are looked through every ten minutes of capture time. */
#include "detect/frame/inside.h"
#include "detect/primitives/sketch.h"

enum { TRIPLETS, PATIENCE };
static const struct sc_detector_option options[] = {
	{"triplets", "mails put off and not tried again", 5, "one may be given up by its sender"},
	{"patience", "s", 14400, "spamd waits four hours for a retry"},
};

#define LOOK_S 600
#define LISTED 16 /* recipients of a mail that are looked at */

#define SAMPLE 2 /* of a client's mails, to see whether others tried them again */

struct slot {
	struct sc_ip ip;
	struct sc_trail trail;
	uint64_t sample[SAMPLE];
	uint32_t deferred, last; /* mails put off; second of the last one */
	bool good;               /* has tried again, or sent something that was accepted */
};

struct state {
	struct sc_bloom seen; /* sender and recipient: put off; with another key, tried again */
	uint32_t looked;
	uint32_t last; /* second in which something was put off */
};

static uint64_t again_of(uint64_t triplet)
{
	return sc_mix(triplet, 11);
}

/* How long the filter remembers: until the patience behind the last retry is over. */
static uint32_t kept_s(const struct sc_detector *d)
{
	return 2 * (uint32_t)d->options[PATIENCE];
}

static bool came_back(const struct sc_detector *d, const struct sc_sight *s, const struct slot *slot)
{
	const struct state *st = d->state;
	for (uint32_t i = 0; i < slot->deferred && i < SAMPLE; i++)
		if (sc_bloom_holds(&st->seen, again_of(slot->sample[i]), s->second, kept_s(d)))
			return true;
	return slot->good;
}

static void look_through(struct sc_detector *d, const struct sc_sight *s)
{
	struct state *st = d->state;
	struct sc_keyed *table = &d->tables[0];
	if (s->second - st->looked < LOOK_S)
		return;
	st->looked = s->second;
	for (size_t i = 0; i < (size_t)table->sets * SC_KEYED_WAYS; i++) {
		struct slot *slot = (struct slot *)(void *)(table->slots + i * table->slot_octets);
		bool ripe = table->tags[i] && slot->deferred >= d->options[TRIPLETS] && s->second > slot->last &&
			    s->second - slot->last >= d->options[PATIENCE];
		if (!ripe)
			continue;
		char room[64];
		struct sc_text ip = sc_text_into(room, sizeof(room));
		sc_text_ip(&ip, &slot->ip);
		sc_say_part(sc_say_begin(d), "", slot->deferred, " mails were put off and never tried again");
		if (!came_back(d, s, slot) && !slot->trail.lossy)
			sc_detector_tell(d, s,
					 &(struct sc_report){.severity = SC_SEVERITY_LOW,
							     .confidence = 70,
							     .value = sc_text_str(&ip),
							     .apart = true,
							     .window_s = d->options[PATIENCE],
							     .count = slot->deferred,
							     .threshold = d->options[TRIPLETS],
							     .trail = &slot->trail});
		sc_keyed_drop(table, i);
	}
}

static void note(struct sc_detector *d, const struct sc_sight *s, uint64_t sender, const struct sc_ev_recipient *r, uint64_t rcpt)
{
	struct state *st = d->state;
	bool deferred = sc_is(r->outcome, "deferred");
	struct slot *slot = deferred ? sc_keyed_enter(&d->tables[0], s->client, s->second)
				     : sc_keyed_find(&d->tables[0], s->client);
	uint64_t triplet = sc_mix(sender, rcpt);
	bool again = sc_bloom_holds(&st->seen, triplet, s->second, kept_s(d));
	if (again)
		sc_bloom_add(&st->seen, again_of(triplet), s->second, kept_s(d));
	if (!slot)
		return; /* a flood of strangers would fill the filter, and everything would seem to be tried again */
	slot->good |= again || sc_is(r->outcome, "accepted");
	if (!deferred || again)
		return;
	sc_bloom_add(&st->seen, triplet, s->second, kept_s(d));
	slot->ip = s->head->client.ip;
	slot->sample[slot->deferred % SAMPLE] = triplet;
	slot->deferred++;
	slot->last = st->last = s->second;
	sc_trail_add(&slot->trail, s);
}

/* Somebody was put off lately, or is now; else nothing is awaited. */
static bool awaited(const struct sc_detector *d, const struct sc_sight *s, const struct sc_ev_transaction *x)
{
	const struct state *st = d->state;
	const struct sc_ev_recipient *r = x->recipients.items;
	if (st->last && s->second < sc_add_capped(st->last, 2 * kept_s(d))) /* the filter knows no longer */
		return true;
	uint32_t i = 0;
	while (i < x->recipients.count && i < LISTED && !sc_is(r[i].outcome, "deferred"))
		i++;
	return i < x->recipients.count && i < LISTED;
}

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_transaction *x = s->ev->body;
	const struct sc_ev_recipient *r = x->recipients.items;
	look_through(d, s);
	if (!x->mail_from.at || !awaited(d, s, x))
		return;
	uint64_t sender = sc_sight_hash_nocase(s, x->mail_from);
	for (uint32_t i = 0; i < x->recipients.count && i < LISTED; i++)
		note(d, s, sender, &r[i], sc_sight_rcpt(s, r, i));
}

const struct sc_detector_class sc_detector_no_retry = {
	.name = "no_retry",
	.summary = "A client whose mails were put off with 4yz and that never tried one of them again, nor had any "
		   "accepted.",
	.innocent = "Providers that try again from another network: the same sender and recipient from there count "
		    "as a retry.",
	.advice = "Nothing: this is what greylisting is for.",
	.scope = SC_SCOPE_GLOBAL,
	.wants = SC_WANT(SC_EVENT_transaction),
	.needs = SC_NEED_STRANGER | SC_NEED_EXCHANGE | SC_NEED_NO_LOGIN,
	.options = SC_OPTIONS_OF(options),
	.tables = {{2048, sizeof(struct slot), -1}},
	.size = sizeof(struct state),
	.observe = observe,
};
