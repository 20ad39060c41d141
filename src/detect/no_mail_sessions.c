/* no_mail_sessions.c - clients that connect again and again and send no mail.
 *
 * Sessions inside TLS that was not opened may have held anything and are not counted; nor are those at port 587 that
 * began with TLS, of a program that is set up wrongly and does not give up (non_smtp_protocol tells them).  A client that comes like a
 * clock and does nothing else is a monitor. */
#include "detect/frame/inside.h"
#include "detect/primitives/pace.h"

enum { SESSIONS, WINDOW, SHARE };
static const struct sc_detector_option options[] = {
	{"sessions", "sessions without MAIL", 10,
	 "Exim stops at ten commands that are no mail (smtp_accept_max_nonmail)"},
	{"window", "s", 600, "the window of most rate limits in the field"},
	{"share", "percent of the client's sessions", 90, "who also sends mail is no scanner"},
};

struct slot {
	struct sc_rate rate;
	struct sc_pace pace;
};

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_session *x = s->ev->body;
	bool hidden = sc_is(x->starttls, "established") || sc_is(x->starttls, "implicit");
	bool wrong = x->quirks & SC_QUIRK_BIT(tls_on_plain_port) && s->head->server.port == 587;
	if (s->from.monitor || s->from.loopback || (hidden && !x->decrypted) || wrong || x->evidence.midstream ||
	    x->evidence.one_sided)
		return;
	struct slot *slot = sc_sight_slot(d, s, SC_LEVEL_CLIENT);
	if (!slot)
		return;
	uint64_t window = d->options[WINDOW];
	uint32_t all = sc_rate_all(&slot->rate, s, 1, window);
	sc_pace_add(&slot->pace, s->second);
	if (x->transactions || x->auth.outcome)
		return;
	uint32_t hits = sc_rate_hit(&slot->rate, s, 1, window);
	if (hits < d->options[SESSIONS] || (uint64_t)hits * 100 < d->options[SHARE] * all)
		return;
	bool steady = sc_pace_steady(&slot->pace, (uint32_t)d->options[SESSIONS] - 1);
	struct sc_text *t = sc_say_begin(d);
	sc_say_part(t, "", hits, " sessions without a mail, of ");
	sc_text_number(t, all);
	sc_text_adds(t, steady ? ", as regular as a monitor" : "");
	sc_detector_tell(d, s,
			 &(struct sc_report){.severity = steady || s->from.home ? SC_SEVERITY_INFO : SC_SEVERITY_LOW,
					     .confidence = 75,
					     .window_s = window,
					     .count = hits,
					     .threshold = d->options[SESSIONS],
					     .absence = true,
					     .trail = &slot->rate.trail});
}

const struct sc_detector_class sc_detector_no_mail_sessions = {
	.name = "no_mail_sessions",
	.summary = "A client that opens session after session without giving a MAIL command.",
	.innocent = "Monitors and balancers: regular, and mostly from inside.",
	.advice = "Name monitors with --monitors; otherwise look for probing or guessing by the same client.",
	.scope = SC_SCOPE_GLOBAL,
	.wants = SC_WANT(SC_EVENT_session),
	.needs = SC_NEED_ROW,
	.options = SC_OPTIONS_OF(options),
	.client = sizeof(struct slot),
	.observe = observe,
};
