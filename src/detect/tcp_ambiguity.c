/* tcp_ambiguity.c - segments that two TCP stacks may read differently, to show a sensor something else than the
 * server sees. */
#include "detect/frame/inside.h"

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_session *x = s->ev->body;
	bool overlap = x->quirks & SC_QUIRK_BIT(tcp_overlap_conflict);
	bool tricks = x->quirks & SC_QUIRK_BIT(tcp_bad_reset) && x->quirks & SC_QUIRK_BIT(tcp_bad_checksum);
	bool rewritten = x->quirks & SC_QUIRK_BIT(masked_keyword) || sc_is(x->starttls, "stripped");
	if (overlap && rewritten)
		sc_detector_note(d, s, SC_SEVERITY_LOW, 60,
				 "the same octets of the stream came twice with different content, where a firewall masks words");
	else if (overlap)
		sc_detector_note(d, s, SC_SEVERITY_MEDIUM, 75,
				 "the same octets of the stream came twice with different content");
	else if (tricks)
		sc_detector_note(d, s, SC_SEVERITY_LOW, 60,
				 "resets outside the window and segments with wrong checksums in one session");
}

const struct sc_detector_class sc_detector_tcp_ambiguity = {
	.name = "tcp_ambiguity",
	.summary = "TCP segments whose meaning depends on who reads them: overlaps with other content, resets and "
		   "checksums that only a "
		   "careless reader believes.",
	.innocent = "A firewall that rewrote the text (a masked STARTTLS) and then let the original through when it "
		    "was sent again.",
	.advice = "Look at the packets (-w); compare with the server's log.",
	.scope = SC_SCOPE_GLOBAL,
	.wants = SC_WANT(SC_EVENT_session),
	.needs = SC_NEED_QUIRK,
	.observe = observe,
};
