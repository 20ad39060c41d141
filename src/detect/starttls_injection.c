/* starttls_injection.c - plain text glued to the switch to TLS (CVE-2011-0411, CVE-2021-38371): a careless side takes
 * it for part of the protected dialogue.
 *
 * Whether it was sent before the switch is told by acknowledgements (smtp/asking.c, smtp/answering.c).  An empty line
 * behind STARTTLS is a clumsy client's. */
#include "detect/frame/inside.h"

struct state {
	bool asked, command, empty;
};

static void note_exchange(struct state *st, const struct sc_ev_exchange *x)
{
	if (st->asked) {
		bool empty = x->verb.len == 0;
		st->empty |= empty;
		st->command |= !empty;
	}
	st->asked |= sc_str_equal(x->verb, SC_STR("STARTTLS")) && x->code / 100 == 2;
}

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	struct state *st = s->session;
	if (s->ev->kind == SC_EVENT_exchange) {
		note_exchange(st, s->ev->body);
		return;
	}
	const struct sc_ev_session *x = s->ev->body;
	bool clumsy = st->empty && !st->command;
	if (x->quirks & SC_QUIRK_BIT(starttls_glued_client))
		sc_detector_note(d, s, clumsy ? SC_SEVERITY_LOW : SC_SEVERITY_HIGH, clumsy ? 50 : 90,
				 clumsy ? "an empty line stood behind STARTTLS, before the handshake"
					: "commands in plain text stood behind STARTTLS, before the handshake");
	else if (x->quirks & SC_QUIRK_BIT(starttls_glued_server))
		sc_detector_note(d, s, SC_SEVERITY_HIGH, 85,
				 "the server's answer to STARTTLS was followed by plain text before the handshake");
}

const struct sc_detector_class sc_detector_starttls_injection = {
	.name = "starttls_injection",
	.summary = "Plain text between STARTTLS and the handshake, from either side: somebody on the way tries to "
		   "put words into the protected "
		   "dialogue.",
	.innocent = "A client that ends its command with one line end too many: low.",
	.advice = "See that server and client throw away what came before the handshake; look for who sits between "
		  "them.",
	.scope = SC_SCOPE_SESSION,
	.wants = SC_WANT(SC_EVENT_exchange) | SC_WANT(SC_EVENT_session),
	.size = sizeof(struct state),
	.observe = observe,
};
