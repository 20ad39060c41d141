/* mail_loop.c - a mail goes round in circles (RFC 5321 6.3): a hundred Received fields, or again and again through
 * one server.
 *
 * A mailing list hands one message to a server many times, too, but to other recipients each time. */
#include "detect/frame/inside.h"

enum { RECEIVED, REPEATS, WINDOW };
static const struct sc_detector_option options[] = {
	{"received", "Received fields", 25, "servers give up between 25 and 100; honest mail has up to a dozen"},
	{"repeats", "times through one server for one recipient", 5, "a duplicate comes twice"},
	{"window", "s", 600, "loops are fast"},
};

struct slot {
	struct sc_rate rate;
};

static void note_hops(struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_message *x = s->ev->body;
	if (x->received < d->options[RECEIVED])
		return;
	struct sc_text *t = sc_say_begin(d);
	sc_say_part(t, "a message with ", x->received, " Received fields: ");
	sc_say_wire(t, x->message_id);
	sc_detector_tell(
		d, s,
		&(struct sc_report){.severity = SC_SEVERITY_MEDIUM, .confidence = 80, .count = 1, .threshold = 1});
}

static void note_again(struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_delivery *x = s->ev->body;
	if (x->message_id.len == 0 || !sc_is(x->outcome, "accepted"))
		return;
	uint64_t key = sc_mix(sc_mix(sc_sight_hash(s, x->message_id), sc_sight_hash_nocase(s, x->rcpt_to)),
			      sc_sight_server(s));
	struct slot *slot = sc_keyed_touch(&d->tables[0], key, s->second);
	uint32_t window = (uint32_t)d->options[WINDOW], n = sc_rate_hit(&slot->rate, s, 1, window);
	if (n < d->options[REPEATS])
		return;
	struct sc_text *t = sc_say_begin(d);
	sc_say_part(t, "one message was accepted ", n, " times for one recipient: ");
	sc_say_wire(t, x->message_id);
	sc_detector_tell(d, s,
			 &(struct sc_report){.severity = SC_SEVERITY_MEDIUM,
					     .confidence = 85,
					     .subject = SC_SUBJECT_RECIPIENT,
					     .value = x->rcpt_to,
					     .window_s = window,
					     .count = n,
					     .threshold = d->options[REPEATS],
					     .trail = &slot->rate.trail});
}

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	if (s->ev->kind == SC_EVENT_message)
		note_hops(d, s);
	else
		note_again(d, s);
}

const struct sc_detector_class sc_detector_mail_loop = {
	.name = "mail_loop",
	.summary = "A message that went through very many servers, or that one server takes again and again for the "
		   "same recipient.",
	.innocent = "Mailing lists send one message to many recipients: other recipients are another matter.",
	.advice = "Find two systems that forward to each other, or an MX record that points back.",
	.scope = SC_SCOPE_GLOBAL,
	.wants = SC_WANT(SC_EVENT_message) | SC_WANT(SC_EVENT_delivery),
	.options = SC_OPTIONS_OF(options),
	.tables = {{4096, sizeof(struct slot), WINDOW}},
	.observe = observe,
};
