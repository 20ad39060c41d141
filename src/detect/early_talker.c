/* early_talker.c - clients that do not wait for the greeting (RFC 5321 4.3.1), as postscreen's pregreet test has it.
 *
 * Whether the client had seen the greeting is told by its acknowledgements, not by the order of the capture
 * (smtp/asking.c). A PROXY header before the greeting is a balancer's and no talk. */
#include "base/capability.h"
#include "detect/frame/inside.h"

static bool offers_early(const struct sc_ev_session *x)
{
	return sc_capability(&x->capabilities, SC_STR("PIPECONNECT"), NULL) ||
	       sc_capability(&x->capabilities, SC_STR("X_PIPE_CONNECT"), NULL);
}

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_session *x = s->ev->body;
	if (!(x->quirks & SC_QUIRK_BIT(early_talker)) || s->from.monitor)
		return;
	bool usual = offers_early(x) && x->helo.verb && x->helo.verb[0] == 'E';
	enum sc_severity severity = usual ? SC_SEVERITY_INFO : s->from.home ? SC_SEVERITY_LOW : SC_SEVERITY_MEDIUM;
	sc_detector_quote(
		d, s, severity, usual ? 40 : 95,
		usual ? "spoke before the greeting, which this server allows to clients that know it (PIPECONNECT)"
		: x->helo.name.len ? "spoke before the greeting; HELO"
				   : "spoke before the greeting",
		x->helo.name);
}

const struct sc_detector_class sc_detector_early_talker = {
	.name = "early_talker",
	.summary = "A client that sends before it has seen the server's greeting. Mail servers wait; spam programs "
		   "often do not.",
	.innocent =
		"Exim clients that have learnt PIPECONNECT from this server; a balancer that sends its own header.",
	.advice = "Let the server wait a few seconds before it greets (postscreen, greet delay), and refuse who does "
		  "not.",
	.scope = SC_SCOPE_GLOBAL,
	.wants = SC_WANT(SC_EVENT_session),
	.needs = SC_NEED_QUIRK,
	.observe = observe,
};
