/* smtp_exfiltration.c - data leaves by mail: much of it to a server this machine never used, or little by little,
 * like clockwork.
 *
 * The first works inside TLS, too, for it counts octets of sessions.  Where the capture begins everything is new: then it is low,
 * and only told of ports where users hand in their mail. */
#include "detect/frame/inside.h"
#include "detect/primitives/pace.h"
#include "detect/primitives/sketch.h"

enum { OCTETS, WINDOW, MAILS };
static const struct sc_detector_option options[] = {
	{"octets", "octets to a new server", 10485760, "above what a person attaches by habit"},
	{"window", "s", 3600, "an upload takes minutes"},
	{"mails", "mails of equal size at a steady pace", 12,
	 "keyloggers report hourly or more often; a first guess"},
};

#define KNOWN_PERIOD (30 * 86400u)
#define AGED         86400u

struct upload {                  /* from a machine to a server */
	struct sc_window octets; /* in KiB */
	struct sc_trail trail;
	uint32_t begun; /* second of the first contact; 0: nobody knows */
	bool guess;     /* the machine itself was new then, so all of its servers were */
};

struct machine {
	uint32_t first;
};

struct drip { /* from a machine to a recipient */
	struct sc_pace pace;
	struct sc_trail trail;
	double mean, spread; /* of sizes */
	uint32_t count;
};

static void note_upload(struct sc_detector *d, const struct sc_sight *s, const struct machine *m)
{
	const struct sc_ev_session *x = s->ev->body;
	uint32_t window = (uint32_t)d->options[WINDOW];
	uint64_t pair = sc_mix(s->client, sc_sight_server(s));
	bool known = sc_bloom_add(d->state, pair, s->second, KNOWN_PERIOD);
	struct upload *u = sc_keyed_touch(&d->tables[1], pair, s->second);
	if (!known) {
		u->guess = s->second - m->first < AGED;
		u->begun = u->guess && sc_is_exchange(s) ? 0 : s->second;
	}
	if (!u->begun || s->second - u->begun > AGED)
		return;
	sc_window_add(&u->octets, (uint32_t)(x->octets.client >> 10), s->second, window);
	sc_trail_add(&u->trail, s);
	uint64_t octets = (uint64_t)sc_window_count(&u->octets, s->second, window) << 10;
	if (octets < d->options[OCTETS])
		return;
	struct sc_text *t = sc_say_begin(d);
	sc_say_part(t, "sent ", octets >> 20, " MiB to a mail server that it had never used before");
	sc_text_adds(t, u->guess ? "; but the machine was not seen for a day before either" : "");
	sc_detector_tell(d, s,
			 &(struct sc_report){.severity = u->guess ? SC_SEVERITY_LOW : SC_SEVERITY_MEDIUM,
					     .confidence = u->guess ? 40 : 65,
					     .window_s = window,
					     .count = octets,
					     .threshold = d->options[OCTETS],
					     .learnt = s->from.learnt,
					     .trail = &u->trail});
}

static void note_drip(struct sc_detector *d, const struct sc_sight *s, sc_str rcpt_to)
{
	const struct sc_ev_transaction *x = s->ev->body;
	struct drip *p =
		sc_keyed_touch(&d->tables[2], sc_mix(s->client, sc_sight_hash_nocase(s, rcpt_to)), s->second);
	double size = (double)x->size, off = size - p->mean;
	p->count++;
	p->mean += off / p->count;
	p->spread += off * (size - p->mean);
	sc_pace_add(&p->pace, s->second);
	sc_trail_add(&p->trail, s);
	bool equal = p->spread * 100 < p->mean * p->mean * p->count;
	if (p->count < d->options[MAILS] || !equal || !sc_pace_steady(&p->pace, (uint32_t)d->options[MAILS] - 1))
		return;
	struct sc_text *t = sc_say_begin(d);
	sc_say_part(t, "", p->count, " mails of nearly equal size to one recipient, every ");
	sc_say_part(t, "", (uint64_t)p->pace.mean, " s: ");
	sc_say_wire(t, rcpt_to);
	sc_detector_tell(d, s,
			 &(struct sc_report){.severity = SC_SEVERITY_MEDIUM,
					     .confidence = 50,
					     .window_s = 86400,
					     .count = p->count,
					     .threshold = d->options[MAILS],
					     .learnt = s->from.learnt,
					     .trail = &p->trail});
}

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	if (!s->from.home || s->from.server || s->from.peer)
		return;
	struct machine *m = sc_keyed_touch(&d->tables[0], s->client, s->second);
	m->first = m->first ? m->first : s->second;
	if (!sc_is_outbound(s))
		return;
	if (s->ev->kind == SC_EVENT_session) {
		note_upload(d, s, m);
		return;
	}
	const struct sc_ev_transaction *x = s->ev->body;
	const struct sc_ev_recipient *r = x->recipients.items;
	if (x->recipients.count == 1 && r[0].rcpt_to.len && sc_is(x->outcome, "accepted") && x->size != SC_NONE)
		note_drip(d, s, r[0].rcpt_to);
}

const struct sc_detector_class sc_detector_smtp_exfiltration = {
	.name = "smtp_exfiltration",
	.summary = "A machine inside sends much data to a mail server outside that it never used, or mails of equal "
		   "size at a steady pace to one "
		   "recipient outside, as keyloggers do.",
	.innocent = "Alert mails of devices are steady, too: send them through an own relay, or name the device with "
		    "--peers.",
	.advice = "Look at the mails with show; look what runs on the machine.",
	.scope = SC_SCOPE_GLOBAL,
	.wants = SC_WANT(SC_EVENT_session) | SC_WANT(SC_EVENT_transaction),
	.needs = SC_NEED_OURS,
	.options = SC_OPTIONS_OF(options),
	.tables = {{4096, sizeof(struct machine), -1},
		   {4096, sizeof(struct upload), WINDOW},
		   {4096, sizeof(struct drip), -1}},
	.size = sizeof(struct sc_bloom),
	.observe = observe,
};
