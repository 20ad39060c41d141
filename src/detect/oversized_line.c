/* oversized_line.c - lines far over any limit, as they overflow buffers of careless servers.
 *
 * RFC 5321 4.5.3.1.4 gives a command line 512 octets, extensions add to it; an answer to AUTH may have 12288 (RFC
 * 4954 4), a line of a header 998 (RFC 5322 2.1.1). */
#include "detect/frame/inside.h"

enum { COMMAND, HEADER };
static const struct sc_detector_option options[] = {
	{"command", "octets", 2048, "line_length_limit of Postfix, and what intrusion sensors alert on"},
	{"header", "octets of a header line", 32768, "the standard allows 998; nobody folds that badly"},
};

static void tell(struct sc_detector *d, const struct sc_sight *s)
{
	sc_detector_tell(
		d, s,
		&(struct sc_report){.severity = SC_SEVERITY_MEDIUM, .confidence = 85, .count = 1, .threshold = 1});
}

static void judge_header(struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_message *x = s->ev->body;
	if (x->header_line <= d->options[HEADER])
		return;
	sc_say_part(sc_say_begin(d), "a line of a message's header with ", x->header_line, " octets");
	tell(d, s);
}

static void judge_command(struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_exchange *x = s->ev->body;
	bool secret = sc_str_equal(x->verb, SC_STR("AUTH")) || sc_str_equal(x->verb, SC_STR("SASL"));
	uint64_t octets = x->verb.len + x->argument.len;
	bool cut = x->quirks & SC_QUIRK_BIT(line_cut) && octets > 1024;
	bool long_secret = secret && x->quirks & SC_QUIRK_BIT(line_too_long);
	if (!long_secret && (secret || (octets <= d->options[COMMAND] && !cut)))
		return;
	struct sc_text *t = sc_say_begin(d);
	sc_text_adds(t, "a line far over the limit: ");
	sc_say_wire(t, sc_str_slice(x->verb, 0, 24));
	if (octets > d->options[COMMAND])
		sc_say_part(t, cut ? " with more than " : " with ", octets, " octets");
	tell(d, s);
}

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	if (s->ev->kind == SC_EVENT_message)
		judge_header(d, s);
	else
		judge_command(d, s);
}

const struct sc_detector_class sc_detector_oversized_line = {
	.name = "oversized_line",
	.summary = "A command line, answer to AUTH or header line that is far longer than the standard allows: an attempt "
		   "to overflow a buffer, or another protocol.",
	.innocent = "Very long ORCPT parameters or internationalized addresses stay below the limit.",
	.advice = "Look at the line with show; see that the server is up to date.",
	.scope = SC_SCOPE_SESSION,
	.wants = SC_WANT(SC_EVENT_exchange) | SC_WANT(SC_EVENT_message),
	.options = SC_OPTIONS_OF(options),
	.size = 1,
	.observe = observe,
};
