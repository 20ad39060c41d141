/* starttls_injection.c - plain text glued to the switch to TLS (CVE-2011-0411, CVE-2021-38371): a careless side takes
 * it for part of the protected dialogue.
 *
 * Whether it was sent before the switch is told by acknowledgements (smtp/switch.c).  An empty line behind STARTTLS is a clumsy
 * client's. */
#include "detect/frame/inside.h"

static void say(struct sc_text *t, const struct sc_ev_glued *g)
{
	uint64_t octets = g->client ? g->client : g->server;
	sc_say_part(t, "", octets, octets == 1 ? " octet in plain text stood behind " : " octets in plain text stood behind ");
	sc_text_adds(t, g->client ? "STARTTLS, sent before it was answered" : "the server's answer to STARTTLS, before the handshake");
	if (g->words.len) {
		sc_text_adds(t, ", beginning with ");
		sc_say_wire(t, g->words);
	} else {
		sc_text_adds(t, g->words.at ? ": an empty line" : ", none of it text");
	}
}

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_session *x = s->ev->body;
	bool blank = x->glued.words.at && !x->glued.words.len;
	if (!x->glued.client && !x->glued.server)
		return;
	say(sc_say_begin(d), &x->glued);
	sc_detector_tell(d, s,
			 &(struct sc_report){.severity = blank ? SC_SEVERITY_LOW : SC_SEVERITY_HIGH,
					     .confidence = blank ? 50 : x->glued.client ? 90 : 85,
					     .count = 1,
					     .threshold = 1});
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
	.wants = SC_WANT(SC_EVENT_session),
	.observe = observe,
};
