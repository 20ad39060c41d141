/* bare_newline.c - command lines that end in LF alone (RFC 5321 2.3.8).
 *
 * An exchange's quirks are those of command and reply.  A server that ends its lines so does it from the greeting on,
 * and the greeting answers no line: of such a session nothing is said. */
#include "detect/frame/inside.h"

enum { LINES };
static const struct sc_detector_option options[] = {
	{"lines", "command lines", 1, "postscreen's bare newline test takes one"},
};

struct state {
	uint32_t lines;
	bool server;
};

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_exchange *x = s->ev->body;
	struct state *st = s->session;
	bool bare = x->quirks & SC_QUIRK_BIT(bare_lf);
	bool asked = !sc_str_equal(x->verb, SC_STR("CONNECT")) && !sc_str_equal(x->verb, SC_STR("UNSOLICITED")) &&
		     !sc_str_equal(x->verb, SC_STR("EOM"));
	st->server |= bare && !asked;
	if (!bare || !asked || st->server || ++st->lines != d->options[LINES])
		return;
	sc_detector_quote(d, s, sc_sight_from(s).home ? SC_SEVERITY_INFO : SC_SEVERITY_LOW, 80,
			  "ended a command line with LF alone", x->verb);
}

const struct sc_detector_class sc_detector_bare_newline = {
	.name = "bare_newline",
	.summary = "A client that ends its command lines with LF instead of CRLF. Mail programs do not; typed and "
		   "home-made ones do.",
	.innocent = "Printers, scripts, somebody with netcat.",
	.advice = "Servers may refuse it (smtpd_forbid_bare_newline).",
	.scope = SC_SCOPE_SESSION,
	.wants = SC_WANT(SC_EVENT_exchange),
	.options = SC_OPTIONS_OF(options),
	.size = sizeof(struct state),
	.observe = observe,
};
