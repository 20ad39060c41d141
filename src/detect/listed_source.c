/* listed_source.c - others tell us that an address of ours stands on a block list, or on their own one.
 *
 * Only replies count, and only those whose text the rules for causes recognise (explain/lists.def), so that a list
 * named in a bounce's body says nothing.  Where no list is named, the address must be. */
#include "detect/frame/inside.h"

static void judge(struct sc_detector *d, const struct sc_sight *s, const char *cause, sc_str list, sc_str text)
{
	bool listed = sc_is(cause, "dnsbl_listed") || list.len;
	if (!sc_is_outbound(s) || !(sc_is(cause, "dnsbl_listed") || sc_is(cause, "reputation")))
		return;
	char room[64];
	struct sc_text ip = sc_text_into(room, sizeof(room));
	sc_text_ip(&ip, &s->head->client.ip);
	bool named = sc_str_search(text, sc_text_str(&ip)) != SIZE_MAX;
	if (!listed && !named)
		return;
	struct sc_text *t = sc_say_begin(d);
	sc_text_adds(t, listed ? "is on a block list" : "has a bad reputation");
	sc_text_adds(t, ", says a server we send to");
	sc_text_adds(t, list.len ? ": " : "");
	sc_say_wire(t, list);
	sc_text_adds(t, named ? "; it names the address" : "");
	sc_detector_tell(d, s,
			 &(struct sc_report){.severity = s->from.learnt ? SC_SEVERITY_MEDIUM : SC_SEVERITY_HIGH,
					     .confidence = listed ? named ? 95 : 80 : 70,
					     .count = 1,
					     .threshold = 1,
					     .learnt = s->from.learnt});
}

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	if (s->ev->kind == SC_EVENT_delivery) {
		const struct sc_ev_delivery *x = s->ev->body;
		judge(d, s, x->cause, x->list, x->text);
	} else {
		const struct sc_ev_failure *x = s->ev->body;
		judge(d, s, x->cause, x->list, x->text);
	}
}

const struct sc_detector_class sc_detector_listed_source = {
	.name = "listed_source",
	.summary = "A server we send to refuses our mail because an address of ours stands on a block list, or on its own one.",
	.innocent = "Lists of dynamic addresses, when a machine sends itself instead of through the relay.",
	.advice = "Find what sent spam, end it, then ask the list for removal.",
	.scope = SC_SCOPE_GLOBAL,
	.wants = SC_WANT(SC_EVENT_delivery) | SC_WANT(SC_EVENT_failure),
	.observe = observe,
};
