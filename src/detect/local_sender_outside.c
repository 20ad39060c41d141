/* local_sender_outside.c - strangers that give a sender of ours.
 *
 * Only domains that the user names count.  A learnt domain is one whose mail is received here; where its own mail is
 * sent from, nobody has said, and every sender of it would look forged.
 *
 * Where relaying was refused, nobody of ours was written to: mostly it is one of us on the road who did not log in. */
#include "detect/frame/inside.h"

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_transaction *x = s->ev->body;
	bool accepted = sc_is(x->outcome, "accepted") || sc_is(x->outcome, "partial");
	bool guess = s->from.learnt;
	if (sc_is(x->cause, "relay_denied"))
		return; /* relay_probe's, when it comes again */
	struct sc_text *t = sc_say_begin(d);
	sc_text_adds(t, accepted ? "mail from outside with a sender of ours was accepted: "
				 : "mail from outside with a sender of ours: ");
	sc_say_wire(t, x->mail_from);
	sc_detector_tell(d, s,
			 &(struct sc_report){.severity = accepted && !guess   ? SC_SEVERITY_HIGH
							 : guess && !accepted ? SC_SEVERITY_LOW
									      : SC_SEVERITY_MEDIUM,
					     .confidence = 80,
					     .count = 1,
					     .threshold = 1,
					     .learnt = guess});
}

const struct sc_detector_class sc_detector_local_sender_outside = {
	.name = "local_sender_outside",
	.summary =
		"Mail from outside, without login, whose sender address is in one of the domains that --home names.",
	.innocent =
		"Forwarders and lists that keep the sender, services that send in our name: name them with --peers. "
		"A user on the road who forgot to log in is refused relaying, and not counted.",
	.advice = "Refuse own senders from outside; publish SPF and DMARC and let the server judge by them.",
	.scope = SC_SCOPE_GLOBAL,
	.wants = SC_WANT(SC_EVENT_transaction),
	.needs = SC_NEED_STRANGER | SC_NEED_EXCHANGE | SC_NEED_NO_LOGIN | SC_NEED_OUR_NAME,
	.observe = observe,
};
