/* unasked_pipelining.c - commands sent before the reply was there although nothing allowed it (RFC 2920 3.1).
 *
 * Text behind DATA counts, too: DATA must end a group.  Worst is who has not even got to MAIL: that client never listened. */
#include "detect/frame/inside.h"

#define ENDS  SC_QUIRK_BIT(bad_pipelining)
#define GROUP SC_QUIRK_BIT(pipelining_not_offered)
#define TEXT  SC_QUIRK_BIT(data_before_354)

struct state {
	uint64_t quirks; /* of this kind */
	bool mail;       /* MAIL was given */
	bool deaf;       /* before that a reply was not waited for */
};

static void note_exchange(struct state *st, const struct sc_ev_exchange *x)
{
	bool other = x->quirks & (SC_QUIRK_BIT(unknown_command) | SC_QUIRK_BIT(empty_line)); /* what is no SMTP follows other rules */
	uint64_t found = other ? 0 : x->quirks & (ENDS | GROUP);
	st->quirks |= found;
	st->deaf |= found && !st->mail;
	st->mail |= sc_str_equal(x->verb, SC_STR("MAIL"));
}

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	struct state *st = s->session;
	if (s->ev->kind == SC_EVENT_exchange) {
		note_exchange(st, s->ev->body);
		return;
	}
	const struct sc_ev_session *x = s->ev->body;
	st->quirks |= x->quirks & TEXT;
	if (!st->quirks || x->quirks & SC_QUIRK_BIT(early_talker) || s->lossy)
		return; /* what the server offered, and which reply came when, is told by what was seen of it */
	struct sc_place from = sc_sight_from(s);
	if (from.monitor)
		return;
	sc_detector_note(d, s, st->deaf ? SC_SEVERITY_MEDIUM : SC_SEVERITY_LOW, from.home ? 50 : 80,
			 st->quirks & ENDS    ? "sent its next command before the reply to one that must end a group"
			 : st->quirks & GROUP ? "sent commands in a group to a server that had not offered PIPELINING"
					      : "sent the text of a message before the server asked for it");
}

const struct sc_detector_class sc_detector_unasked_pipelining = {
	.name = "unasked_pipelining",
	.summary = "A client that does not wait for replies: it pipelines although PIPELINING was not offered, or "
		   "behind EHLO, "
		   "DATA, AUTH or STARTTLS, which must end a group.",
	.innocent = "A client that knows the server from an earlier session; simple scripts.",
	.advice = "Servers may refuse it (reject_unauth_pipelining, smtp_enforce_sync).",
	.scope = SC_SCOPE_SESSION,
	.wants = SC_WANT(SC_EVENT_exchange) | SC_WANT(SC_EVENT_session),
	.size = sizeof(struct state),
	.observe = observe,
};
