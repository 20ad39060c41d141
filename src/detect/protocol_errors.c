/* protocol_errors.c - clients whose commands the server does not know or does not take (500 to 504, 555). */
#include "detect/frame/inside.h"

enum { UNKNOWN, ANY };
static const struct sc_detector_option options[] = {
	{"unknown", "unknown commands in a session", 3, "Exim hangs up after three (smtp_max_unknown_commands)"},
	{"any", "refused commands in a session", 10, "Postfix slows down after ten (smtpd_soft_error_limit)"},
};

struct state {
	uint32_t unknown, any;
};

static bool is_syntax(uint16_t code)
{
	return (code >= 500 && code <= 504) || code == 555;
}

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_exchange *x = s->ev->body;
	struct state *st = s->session;
	if (!is_syntax(x->code))
		return;
	st->any++;
	st->unknown += (x->quirks & SC_QUIRK_BIT(unknown_command)) != 0;
	bool unknown = st->unknown >= d->options[UNKNOWN];
	if (!unknown && st->any < d->options[ANY])
		return;
	struct sc_text *t = sc_say_begin(d);
	sc_say_part(t, "", unknown ? st->unknown : st->any,
		    unknown ? " commands that the server does not know, the last "
			    : " commands refused for their form or order, the last ");
	sc_say_wire(t, x->verb);
	sc_detector_tell(
		d, s, &(struct sc_report){.severity = SC_SEVERITY_LOW, .confidence = 80, .count = 1, .threshold = 1});
}

const struct sc_detector_class sc_detector_protocol_errors = {
	.name = "protocol_errors",
	.summary = "A session with many commands that the server does not know or refuses for their form.",
	.innocent = "Old clients that try XCLIENT or several forms of AUTH.",
	.advice = "Look at the dialogue with show; a scanner tries what the server understands.",
	.scope = SC_SCOPE_SESSION,
	.wants = SC_WANT(SC_EVENT_exchange),
	.options = SC_OPTIONS_OF(options),
	.size = sizeof(struct state),
	.observe = observe,
};
