/* tls_failed.c - STARTTLS was accepted, but the handshake does not come about, again and again between the same two.
 */
#include "detect/frame/inside.h"

enum { FAILURES, WINDOW };
static const struct sc_detector_option options[] = {
	{"failures", "failed handshakes of a client with a server", 3, "one may be a cut line"},
	{"window", "s", 600, "retries come within minutes"},
};

struct slot {
	struct sc_rate rate;
	char alert[32];
};

static void note_alert(struct sc_detector *d, const struct sc_sight *s, uint64_t pair)
{
	const struct sc_ev_tls *x = s->ev->body;
	if (!x->alert.name || x->established)
		return;
	struct slot *slot = sc_keyed_touch(&d->tables[0], pair, s->second);
	struct sc_text t = sc_text_into(slot->alert, sizeof(slot->alert) - 1);
	sc_text_adds(&t, x->alert.name);
	slot->alert[t.len] = '\0';
}

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	uint64_t pair = sc_mix(s->client, sc_sight_server(s)), window = d->options[WINDOW];
	if (s->ev->kind == SC_EVENT_tls) {
		note_alert(d, s, pair);
		return;
	}
	const struct sc_ev_session *x = s->ev->body;
	if (!sc_is(x->starttls, "handshake_failed") && !sc_is(x->starttls, "accepted_no_handshake"))
		return;
	struct slot *slot = sc_keyed_touch(&d->tables[0], pair, s->second);
	uint32_t n = sc_rate_hit(&slot->rate, s, 1, window);
	if (n < d->options[FAILURES])
		return;
	struct sc_text *t = sc_say_begin(d);
	sc_say_part(t, "", n, " handshakes with one server failed after STARTTLS");
	if (slot->alert[0]) {
		sc_text_adds(t, ", the last with the alert ");
		sc_text_adds(t, slot->alert);
	}
	sc_detector_tell(d, s,
			 &(struct sc_report){.severity = SC_SEVERITY_LOW,
					     .confidence = 80,
					     .window_s = window,
					     .count = n,
					     .threshold = d->options[FAILURES],
					     .absence = true,
					     .trail = &slot->rate.trail});
}

const struct sc_detector_class sc_detector_tls_failed = {
	.name = "tls_failed",
	.summary = "Between a client and a server handshakes fail again and again after STARTTLS was accepted.",
	.innocent = "Old software without a common version or cipher; a certificate that the client does not trust.",
	.advice = "The alert tells the reason: explain it, and mend the certificate or the versions.",
	.scope = SC_SCOPE_GLOBAL,
	.wants = SC_WANT(SC_EVENT_session) | SC_WANT(SC_EVENT_tls),
	.options = SC_OPTIONS_OF(options),
	.tables = {{4096, sizeof(struct slot), WINDOW}},
	.observe = observe,
};
