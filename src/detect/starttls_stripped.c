/* starttls_stripped.c - somebody on the way takes STARTTLS away (RFC 3207 6).
 *
 * Masked words in the list of extensions are the mark of inspecting firewalls.  Otherwise the server is its own
 * witness: it offers STARTTLS to everybody, but not to one network; or it refuses to some what it grants to others.
 * With 4yz it says itself that its TLS is out of order (RFC 3207 4), which a diagnosis tells (starttls_refused); 5yz to
 * what it has just offered is what somebody on the way would answer.  When it offers it to nobody any more, it was
 * reconfigured. */
#include "base/capability.h"
#include "detect/frame/inside.h"
#include "detect/primitives/distinct.h"

enum { OFFERS, WINDOW, OTHERS };
static const struct sc_detector_option options[] = {
	{"offers", "sessions in which the server offered it", 5, "fewer tell little about a server"},
	{"window", "s", 86400, "a day"},
	{"others", "networks without offer", 3, "that many are no attack on one client: the server has changed"},
};

#define REFUSALS 4 /* of sessions that are not over */

/* A client that got no offer.  It is left out, once others are offered STARTTLS again; else the server has changed. */
struct left_out {
	struct sc_ip ip;
	uint64_t network; /* a keyed hash; 0: nobody */
	uint64_t session;
};

struct slot {
	struct sc_rate rate;      /* hits: sessions with an offer */
	struct sc_recent without; /* networks that got none since the last offer */
	struct left_out last;     /* since the last offer */
	struct sc_window granted; /* sessions that went on inside TLS */
	struct {
		uint64_t session;
		uint16_t code;
	} refusals[REFUSALS];
	uint32_t turn;
};

/* Behind one address several hosts may answer, each with ways of its own. */
static uint64_t host_of(const struct sc_sight *s, const struct sc_ev_session *x)
{
	uint64_t server = sc_sight_server(s);
	return x->greeting.host.len ? sc_mix(server, sc_sight_hash(s, x->greeting.host)) : server;
}

static void tell(struct sc_detector *d, const struct sc_sight *s, enum sc_severity severity, unsigned confidence,
		 const struct sc_trail *trail)
{
	sc_detector_tell(d, s,
			 &(struct sc_report){.severity = severity,
					     .confidence = confidence,
					     .subject = SC_SUBJECT_SERVER,
					     .window_s = d->options[WINDOW],
					     .count = 1,
					     .threshold = 1,
					     .absence = trail != NULL,
					     .trail = trail});
}

static void note_without(struct sc_detector *d, const struct sc_sight *s, struct slot *slot)
{
	uint32_t window = (uint32_t)d->options[WINDOW];
	uint32_t offers = sc_window_count(&slot->rate.hits, s->second, window);
	if (offers < d->options[OFFERS])
		return;
	uint64_t networks = sc_recent_add(&slot->without, s->network, s->second, window);
	bool changed = networks >= d->options[OTHERS];
	slot->last = (struct left_out){s->head->client.ip, networks == 1 ? s->network : 0, s->head->session};
	struct sc_text *t = sc_say_begin(d);
	sc_say_part(t, "offered STARTTLS in ", offers, " sessions of the last day, ");
	if (changed) {
		sc_text_adds(t, "and now to nobody: it was changed, or it is cut off from everybody");
	} else {
		sc_text_adds(t, "but not to ");
		sc_text_ip(t, &s->head->client.ip);
		sc_text_adds(t, "; whether others still get it is not known yet");
	}
	tell(d, s, SC_SEVERITY_MEDIUM, 60, &slot->rate.trail);
}

/* The server offers it to somebody else: whoever got none is the only one. */
static void note_left_out(struct sc_detector *d, const struct sc_sight *s, const struct slot *slot)
{
	struct sc_trail trail = {.sessions = {slot->last.session}, .count = 1};
	struct sc_text *t = sc_say_begin(d);
	sc_text_adds(t, "offers STARTTLS to others, before and since, but not to ");
	sc_text_ip(t, &slot->last.ip);
	tell(d, s, SC_SEVERITY_HIGH, 75, &trail);
}

static void note_offer(struct sc_detector *d, const struct sc_sight *s, struct slot *slot)
{
	if (slot->last.network && slot->last.network != s->network)
		note_left_out(d, s, slot);
	slot->last.network = 0;
	slot->without = (struct sc_recent){.slot = 0};
	sc_rate_hit(&slot->rate, s, 1, d->options[WINDOW]);
}

/* The code comes before the end of its session, and is kept by address: who answers there is not asked. */
static void note_code(struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_failure *x = s->ev->body;
	if (!sc_is(x->phase, "starttls") || x->code < 400)
		return;
	struct slot *slot = sc_keyed_touch(&d->tables[0], sc_sight_server(s), s->second);
	uint32_t i = slot->turn++ % REFUSALS;
	slot->refusals[i].session = s->head->session;
	slot->refusals[i].code = x->code;
}

/* What STARTTLS was refused with in this session, the last time; 0: it was not kept. */
static uint16_t code_of(const struct slot *slot, uint64_t session)
{
	for (uint32_t n = 1; n <= REFUSALS && n <= slot->turn; n++)
		if (slot->refusals[(slot->turn - n) % REFUSALS].session == session)
			return slot->refusals[(slot->turn - n) % REFUSALS].code;
	return 0;
}

/* Offered, and refused when it was asked for. */
static void note_refused(struct sc_detector *d, const struct sc_sight *s, const struct slot *slot, uint16_t code)
{
	uint32_t granted = sc_window_count(&slot->granted, s->second, (uint32_t)d->options[WINDOW]);
	bool others = granted >= d->options[OFFERS];
	if (code / 100 == 4)
		return;
	struct sc_text *t = sc_say_begin(d);
	sc_text_adds(t, "offered STARTTLS and refused it");
	if (code)
		sc_say_part(t, " with ", code, ", for good");
	if (others)
		sc_say_part(t, ", while ", granted, " sessions of the last day went on inside TLS");
	enum sc_severity severity = !code ? SC_SEVERITY_LOW : others ? SC_SEVERITY_HIGH : SC_SEVERITY_MEDIUM;
	tell(d, s, severity, others ? 75 : 60, NULL);
}

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_session *x = s->ev->body;
	if (s->ev->kind == SC_EVENT_failure) {
		note_code(d, s);
		return;
	}
	bool tls = sc_is(x->starttls, "stripped"), greeting = sc_str_starts(x->greeting.text, SC_STR("*"));
	if (x->quirks & SC_QUIRK_BIT(masked_keyword) && (tls || !greeting)) { /* a masked greeting is a diagnosis (cisco_smtp_fixup) */
		bool lacks = !sc_capability(&x->capabilities, SC_STR("STARTTLS"), NULL);
		sc_text_adds(sc_say_begin(d),
			     tls ? "STARTTLS was masked with X" : "words were masked with X or *: a firewall rewrites the dialogue");
		tell(d, s, tls || lacks ? SC_SEVERITY_HIGH : SC_SEVERITY_MEDIUM, 90, NULL);
		return;
	}
	if (!sc_is(x->helo.verb, "EHLO") || !x->starttls || sc_is(x->starttls, "implicit") ||
	    x->capabilities.count == 0)
		return;
	bool refused = sc_is(x->starttls, "refused") && sc_capability(&x->capabilities, SC_STR("STARTTLS"), NULL);
	uint16_t code = refused ? code_of(sc_keyed_touch(&d->tables[0], sc_sight_server(s), s->second), s->head->session) : 0;
	struct slot *slot = sc_keyed_touch(&d->tables[0], host_of(s, x), s->second);
	/* Without a masked word "stripped" says that this client was offered it before: that alone may be the server's
	 * doing. */
	bool lacks = sc_is(x->starttls, "not_offered") || tls;
	bool offered = !lacks && !(x->auth.mechanism.at && sc_is(x->starttls, "offered_unused")); /* a login may have brought it */
	sc_window_add(&slot->granted, sc_is(x->starttls, "established"), s->second, (uint32_t)d->options[WINDOW]);
	if (refused)
		note_refused(d, s, slot, code);
	if (offered)
		note_offer(d, s, slot);
	else if (lacks && !s->lossy)
		note_without(d, s, slot);
}

const struct sc_detector_class sc_detector_starttls_stripped = {
	.name = "starttls_stripped",
	.summary = "STARTTLS is taken away on the way: masked in the list of extensions, offered to everybody but one "
		   "network (medium until others are offered it again), or offered and refused for good (medium; "
		   "while others went on inside TLS, high).",
	.innocent = "A server that was reconfigured offers it to nobody: medium. Servers that offer it to some "
		    "networks only.",
	.advice = "Switch off SMTP inspection (fixup, inspect esmtp) in firewalls; demand TLS from partners "
		  "(MTA-STS, DANE).",
	.scope = SC_SCOPE_GLOBAL,
	.wants = SC_WANT(SC_EVENT_session) | SC_WANT(SC_EVENT_failure),
	.options = SC_OPTIONS_OF(options),
	.tables = {{4096, sizeof(struct slot), WINDOW}},
	.observe = observe,
};
