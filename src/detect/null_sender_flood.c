/* null_sender_flood.c - bounces in masses: backscatter for spam that others sent in our name, or a bounce storm.
 *
 * Sender verification looks alike: the null sender, a recipient, and no message.  It is not counted. */
#include "detect/frame/inside.h"

enum { BOUNCES, WINDOW, SHARE, RECIPIENT };
static const struct sc_detector_option options[] = {
	{"bounces", "mails with the null sender to one server", 50, "a first guess, to be tuned"},
	{"window", "s", 600, "the window of most rate limits in the field"},
	{"share", "percent of the server's mails", 60, "a busy server has some all day"},
	{"recipient", "mails with the null sender to one recipient", 20,
	 "nobody's mail bounces so often by accident"},
};

struct slot {
	struct sc_rate rate;
};

static void judge_server(struct sc_detector *d, const struct sc_sight *s, bool bounce)
{
	uint32_t window = (uint32_t)d->options[WINDOW];
	struct slot *slot = sc_keyed_touch(&d->tables[0], sc_sight_server(s), s->second);
	uint32_t all = sc_rate_all(&slot->rate, s, 1, window);
	if (!bounce)
		return;
	uint32_t n = sc_rate_hit(&slot->rate, s, 1, window);
	if (n < d->options[BOUNCES] || (uint64_t)n * 100 < d->options[SHARE] * all)
		return;
	struct sc_text *t = sc_say_begin(d);
	sc_say_part(t, "", n, " of ");
	sc_say_part(t, "", all, " mails to the server have the null sender");
	sc_detector_tell(d, s,
			 &(struct sc_report){.severity = SC_SEVERITY_MEDIUM,
					     .confidence = 80,
					     .subject = SC_SUBJECT_SERVER,
					     .window_s = window,
					     .count = n,
					     .threshold = d->options[BOUNCES],
					     .trail = &slot->rate.trail});
}

static void judge_recipient(struct sc_detector *d, const struct sc_sight *s, sc_str rcpt_to)
{
	uint32_t window = (uint32_t)d->options[WINDOW];
	struct slot *slot = sc_keyed_touch(&d->tables[1], sc_sight_hash_nocase(s, rcpt_to), s->second);
	uint32_t n = sc_rate_hit(&slot->rate, s, 1, window);
	if (n < d->options[RECIPIENT])
		return;
	struct sc_text *t = sc_say_begin(d);
	sc_say_part(t, "", n, " mails with the null sender to one recipient");
	sc_detector_tell(d, s,
			 &(struct sc_report){.severity = SC_SEVERITY_MEDIUM,
					     .confidence = 80,
					     .subject = SC_SUBJECT_RECIPIENT,
					     .value = rcpt_to,
					     .window_s = window,
					     .count = n,
					     .threshold = d->options[RECIPIENT],
					     .trail = &slot->rate.trail});
}

/* Somebody asked whether the recipient would be taken, and went away before the message. */
static bool is_callout(const struct sc_ev_transaction *x)
{
	bool offered = x->size != SC_NONE || sc_is(x->outcome, "accepted") || sc_is(x->phase, "data") ||
		       sc_is(x->phase, "eom");
	return !offered && (sc_is(x->outcome, "withdrawn") || sc_is(x->outcome, "aborted"));
}

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_transaction *x = s->ev->body;
	const struct sc_ev_recipient *r = x->recipients.items;
	bool null = x->mail_from.len == 0;
	if (!x->mail_from.at || s->from.home || (null && is_callout(x)))
		return;
	judge_server(d, s, null);
	if (!null)
		return;
	if (x->recipients.count > 1)
		sc_detector_note(d, s, SC_SEVERITY_LOW, 70,
				 "a mail with the null sender to several recipients: no bounce is");
	for (uint32_t i = 0; i < x->recipients.count && i < 8; i++)
		if (r[i].rcpt_to.len)
			judge_recipient(d, s, r[i].rcpt_to);
}

const struct sc_detector_class sc_detector_null_sender_flood = {
	.name = "null_sender_flood",
	.summary = "Masses of mail with the null sender to one server or recipient: backscatter, or a bounce storm; "
		   "or one such mail to several "
		   "recipients, which no bounce is.",
	.innocent = "Sender verification ends before the message and is not counted.",
	.advice = "Sign return paths (BATV) and refuse bounces to others; look for spam in your name.",
	.scope = SC_SCOPE_GLOBAL,
	.wants = SC_WANT(SC_EVENT_transaction),
	.options = SC_OPTIONS_OF(options),
	.tables = {{1024, sizeof(struct slot), WINDOW}, {4096, sizeof(struct slot), WINDOW}},
	.observe = observe,
};
