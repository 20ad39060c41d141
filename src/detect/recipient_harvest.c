/* recipient_harvest.c - one source tries which mailboxes exist.
 *
 * Counted are recipients that the server calls unknown, each address once: a client that tries a dead address again
 * is stale, not curious. */
#include "detect/frame/inside.h"
#include "detect/primitives/distinct.h"

enum { REFUSED, WINDOW, SHARE, HIGH };
static const struct sc_detector_option options[] = {
	{"refused", "different unknown recipients", 10,
	 "harvest filters in the field take ten; Postfix hangs up after 20 errors"},
	{"window", "s", 600, "the window of most rate limits in the field"},
	{"share", "percent of the source's recipients, and by more than chance", 50,
	 "a stale list has more good addresses than dead ones"},
	{"high", "different unknown recipients", 100, "nobody mistypes so many"},
};

struct slot {
	struct sc_rate rate;
	struct sc_recent users;
};

/* The share is reached, and not by chance: a list whose dead addresses are fewer gets there now and then while few of it were
 * tried.  By one standard deviation, sqrt(all share (1 - share)). */
static bool is_share(uint64_t hits, uint64_t all, uint64_t percent)
{
	uint64_t due = percent * all, got = hits * 100;
	return got >= due && (got - due) * (got - due) >= all * percent * (100 - (percent < 100 ? percent : 100));
}

static void judge(struct sc_detector *d, const struct sc_sight *s, enum sc_level level)
{
	const struct sc_ev_transaction *x = s->ev->body;
	const struct sc_ev_recipient *r = x->recipients.items;
	uint64_t window = d->options[WINDOW];
	uint32_t refused = 0;
	bool news = false;
	for (uint32_t i = 0; i < x->recipients.count; i++)
		refused += sc_is(r[i].cause, "user_unknown");
	struct slot *slot = refused ? sc_sight_slot(d, s, level) : sc_sight_slot_find(d, s, level);
	if (!slot)
		return; /* a visitor, or one that was never refused: his good recipients only make the share smaller */
	uint32_t all = sc_rate_all(&slot->rate, s, x->recipients.count, window);
	for (uint32_t i = 0; refused && i < x->recipients.count; i++)
		if (sc_is(r[i].cause, "user_unknown"))
			news |= sc_recent_put(&slot->users, sc_sight_rcpt(s, r, i), s->second, (uint32_t)window);
	uint32_t hits = refused ? sc_rate_hit(&slot->rate, s, refused, window) : 0;
	if (!news || !sc_level_speaks(level, &slot->rate) || hits < d->options[REFUSED] ||
	    !is_share(hits, all, d->options[SHARE]))
		return; /* fewer refusals than that are fewer users */
	uint64_t users = sc_recent_count(&slot->users, s->second, (uint32_t)window); /* of up to two windows */
	users = users < hits ? users : hits;
	if (users < d->options[REFUSED])
		return;
	struct sc_text *t = sc_say_begin(d);
	sc_say_part(t, "", users, " different recipients were unknown, of ");
	sc_say_part(t, "", all, " tried; the last ");
	sc_say_wire(t, r[x->recipients.count - 1].rcpt_to);
	bool high = users >= d->options[HIGH] && !s->from.home;
	sc_detector_tell(d, s,
			 &(struct sc_report){.severity = high ? SC_SEVERITY_HIGH : SC_SEVERITY_MEDIUM,
					     .confidence = 85,
					     .subject = sc_level_subject(level),
					     .window_s = window,
					     .count = users,
					     .threshold = d->options[REFUSED],
					     .error = users > SC_DISTINCT_EXACT ? users / 11 : 0,
					     .trail = &slot->rate.trail});
}

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_transaction *x = s->ev->body;
	if (s->from.peer || x->recipients.count == 0)
		return;
	for (enum sc_level level = 0; level < SC_LEVELS; level++)
		judge(d, s, level);
}

const struct sc_detector_class sc_detector_recipient_harvest = {
	.name = "recipient_harvest",
	.summary = "A client or network that is told of many different recipients that they do not exist: it guesses "
		   "mailboxes.",
	.innocent = "A stale mailing list, or a backup MX that passes on what others guess: name it with --peers.",
	.advice = "Slow down or block clients after some unknown recipients; refuse nothing differently for existing "
		  "users.",
	.scope = SC_SCOPE_GLOBAL,
	.wants = SC_WANT(SC_EVENT_transaction),
	.needs = SC_NEED_NO_LOGIN | SC_NEED_ROW,
	.options = SC_OPTIONS_OF(options),
	.client = sizeof(struct slot),
	.network = sizeof(struct slot),
	.observe = observe,
};
