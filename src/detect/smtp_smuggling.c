/* smtp_smuggling.c - a second mail hidden behind a look-alike of the first one's end (CVE-2023-51764 to 51766).
 *
 * The look-alike alone says nothing: it is a clumsy client's.  Commands right behind it are the mark, and what the
 * server did tells whether it worked (smtp/smuggle.c). */
#include "detect/frame/inside.h"

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_transaction *x = s->ev->body;
	if (!(x->quirks & SC_QUIRK_BIT(eod_commands)))
		return;
	bool taken = x->quirks & SC_QUIRK_BIT(eod_other);
	sc_detector_note(d, s, taken ? SC_SEVERITY_CRITICAL : SC_SEVERITY_HIGH, taken ? 95 : 80,
			 taken ? "commands stood in the message behind a look-alike of its end, and the server "
				 "read them"
			       : "commands stand in the message behind a look-alike of its end");
}

const struct sc_detector_class sc_detector_smtp_smuggling = {
	.name = "smtp_smuggling",
	.summary = "A message that holds a sequence some servers take for its end, with SMTP commands right behind "
		   "it: a second mail with a forged "
		   "sender is to be smuggled in. Critical when the server read them as commands.",
	.innocent = "A dialogue quoted in a mail ends its lines with CRLF, and has no look-alike.",
	.advice = "Update the server; let it refuse bare line feeds (smtpd_forbid_bare_newline).",
	.scope = SC_SCOPE_GLOBAL,
	.wants = SC_WANT(SC_EVENT_transaction),
	.needs = SC_NEED_QUIRK,
	.observe = observe,
};
