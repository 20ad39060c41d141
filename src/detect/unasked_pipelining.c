/* unasked_pipelining.c - commands sent before the reply was there although nothing allowed it (RFC 2920 3.1). */
#include "detect/frame/inside.h"

#define ORDER (SC_QUIRK_BIT(bad_pipelining) | SC_QUIRK_BIT(pipelining_not_offered))

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_session *x = s->ev->body;
	if (!(x->quirks & ORDER) || x->quirks & SC_QUIRK_BIT(early_talker) || s->from.monitor || s->lossy)
		return; /* what the server offered, and which reply came when, is told by what was seen of it */
	bool bad = x->quirks & SC_QUIRK_BIT(bad_pipelining);
	sc_detector_note(d, s, x->transactions ? SC_SEVERITY_LOW : SC_SEVERITY_MEDIUM, s->from.home ? 50 : 80,
			 bad ? "sent its next command before the reply to one that must end a group"
			     : "sent commands in a group to a server that had not offered PIPELINING");
}

const struct sc_detector_class sc_detector_unasked_pipelining = {
	.name = "unasked_pipelining",
	.summary = "A client that does not wait for replies: it pipelines although PIPELINING was not offered, or "
		   "behind EHLO, "
		   "DATA, AUTH or STARTTLS, which must end a group.",
	.innocent = "A client that knows the server from an earlier session; simple scripts.",
	.advice = "Servers may refuse it (reject_unauth_pipelining, smtp_enforce_sync).",
	.scope = SC_SCOPE_GLOBAL,
	.wants = SC_WANT(SC_EVENT_session),
	.needs = SC_NEED_QUIRK,
	.observe = observe,
};
