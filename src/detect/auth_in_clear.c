/* auth_in_clear.c - passwords that everybody on the way can read (RFC 4954 4 wants TLS for them). */
#include "detect/frame/inside.h"

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_auth *x = s->ev->body;
	bool plain = sc_str_equal_nocase(x->mechanism, SC_STR("PLAIN")) ||
		     sc_str_equal_nocase(x->mechanism, SC_STR("LOGIN"));
	bool inside = s->from.loopback || (s->from.home && s->to.home);
	bool worked = sc_is(x->outcome, "ok");
	/* Refused before a name was given, or given up before the password. */
	bool kept = !worked && (!x->user.len || sc_is(x->outcome, "cancelled"));
	if (!x->cleartext || inside || (plain && kept))
		return;
	struct sc_text *t = sc_say_begin(d);
	sc_text_adds(t, plain    ? worked ? "logged in with a readable password"
					  : "sent a readable password, and was not let in"
			: worked ? "logged in without TLS, by "
				 : "tried to log in without TLS, by ");
	if (!plain)
		sc_say_wire(t, x->mechanism);
	sc_detector_tell(d, s,
			 &(struct sc_report){.severity = !plain   ? SC_SEVERITY_INFO
							 : worked ? SC_SEVERITY_MEDIUM
								  : SC_SEVERITY_LOW,
					     .confidence = 95,
					     .count = 1,
					     .threshold = 1});
}

const struct sc_detector_class sc_detector_auth_in_clear = {
	.name = "auth_in_clear",
	.summary = "A login with PLAIN or LOGIN outside TLS: the password crosses the network readable. It is never "
		   "kept here.",
	.innocent = "Inside one's own network, or through a tunnel: name own networks with --home.",
	.advice = "Offer AUTH only after STARTTLS (smtpd_tls_auth_only); change the password.",
	.scope = SC_SCOPE_GLOBAL,
	.wants = SC_WANT(SC_EVENT_auth),
	.observe = observe,
};
