/* non_smtp_protocol.c - another protocol spoken to a mail port.
 *
 * The first words tell which (non_smtp.def).  When commands of a mail dialogue follow in the same stream and the
 * server takes them, a browser or proxy was made to send mail: cross-protocol request forgery. */
#include "detect/frame/inside.h"

static const struct {
	sc_str verb; /* begins the line; upper case */
	const char *protocol;
	bool whole; /* it is the whole verb */
} openings[] = {
#define SC_OPENING(verb, whole, protocol) {{verb, sizeof(verb) - 1}, protocol, whole},
#include "detect/frame/non_smtp.def"
#undef SC_OPENING
};

struct state {
	const char *protocol;
	uint32_t before, after; /* commands of mail that the server took */
};

static const char *protocol_of(const struct sc_ev_exchange *x)
{
	if (x->quirks & SC_QUIRK_BIT(http_on_smtp))
		return "HTTP";
	for (size_t i = 0; i < sizeof(openings) / sizeof(openings[0]); i++)
		if (openings[i].whole ? sc_str_equal(x->verb, openings[i].verb)
				      : sc_str_starts(x->verb, openings[i].verb))
			return openings[i].protocol;
	return NULL;
}

static void note_exchange(struct state *st, const struct sc_ev_exchange *x)
{
	bool unknown = x->quirks & SC_QUIRK_BIT(unknown_command);
	bool taken = !unknown && x->code >= 200 && x->code < 400 &&
		     (sc_str_equal(x->verb, SC_STR("MAIL")) || sc_str_equal(x->verb, SC_STR("RCPT")) ||
		      sc_str_equal(x->verb, SC_STR("DATA")));
	if (!st->protocol && unknown)
		st->protocol = protocol_of(x);
	*(st->protocol ? &st->after : &st->before) += taken;
}

static void tell(struct sc_detector *d, const struct sc_sight *s, const struct state *st)
{
	bool forged = st->after && !st->before;
	struct sc_text *t = sc_say_begin(d);
	sc_text_adds(t, "spoke ");
	sc_text_adds(t, st->protocol);
	sc_text_adds(t, forged ? " and then, in the same stream, commands of a mail that the server took"
			       : " to a mail port");
	sc_detector_tell(d, s,
			 &(struct sc_report){.severity = forged ? SC_SEVERITY_HIGH : SC_SEVERITY_MEDIUM,
					     .confidence = forged ? 90 : 85,
					     .count = 1,
					     .threshold = 1});
}

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	struct state *st = s->session;
	if (s->ev->kind == SC_EVENT_exchange) {
		note_exchange(st, s->ev->body);
		return;
	}
	const struct sc_ev_session *x = s->ev->body;
	if (st->protocol)
		tell(d, s, st);
	else if (x->quirks & SC_QUIRK_BIT(tls_on_plain_port))
		sc_detector_note(d, s, s->head->server.port == 587 ? SC_SEVERITY_INFO : SC_SEVERITY_MEDIUM, 70,
				 "began with a TLS handshake on a port that is for plain text until STARTTLS");
}

const struct sc_detector_class sc_detector_non_smtp_protocol = {
	.name = "non_smtp_protocol",
	.summary = "Another protocol on a mail port: HTTP, SSH, SIP, proxies, header lines as commands, TLS where "
		   "plain text is "
		   "expected.",
	.innocent = "A mail program set to TLS on port 587; a monitor that tries every protocol.",
	.advice = "Let the server hang up (Postfix smtpd_forbidden_commands). Severity high: look at what sent the "
		  "request.",
	.scope = SC_SCOPE_SESSION,
	.wants = SC_WANT(SC_EVENT_exchange) | SC_WANT(SC_EVENT_session),
	.size = sizeof(struct state),
	.observe = observe,
};
