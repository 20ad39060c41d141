/* starttls_unused.c - a client that used TLS with this server sends in plain text now, although TLS is offered. */
#include "detect/frame/inside.h"
#include "detect/primitives/sketch.h"

#define KNOWN_PERIOD (30 * 86400u)

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_session *x = s->ev->body;
	uint64_t pair = sc_mix(s->client, sc_sight_server(s));
	if (sc_is(x->starttls, "established")) {
		sc_bloom_add(d->state, pair, s->second, KNOWN_PERIOD);
		return;
	}
	if (!sc_is(x->starttls, "offered_unused") || !x->transactions || s->lossy ||
	    !sc_bloom_holds(d->state, pair, s->second, KNOWN_PERIOD))
		return;
	sc_detector_note(d, s, SC_SEVERITY_LOW, 70,
			 "began mail in plain text with a server it used TLS with before, though TLS was offered");
}

const struct sc_detector_class sc_detector_starttls_unused = {
	.name = "starttls_unused",
	.summary = "A client that used TLS with a server before sends in plain text, though STARTTLS is offered.",
	.innocent =
		"Clients that fall back to plain text after a failed handshake; several machines behind one address.",
	.advice = "Look at the failed handshakes (report tls); let the client demand TLS.",
	.scope = SC_SCOPE_GLOBAL,
	.wants = SC_WANT(SC_EVENT_session),
	.size = sizeof(struct sc_bloom),
	.observe = observe,
};
