/* from_mismatch.c - the sender in the header is of another domain than the sender of the envelope.
 *
 * By itself that is every newsletter; it counts when the header names one of our own domains and the mail comes from
 * outside. The header is known at the end of the message, the envelope when its transaction ends: a slot for each
 * open transaction. */
#include "detect/frame/domain.h"
#include "detect/frame/inside.h"

struct slot {
	uint8_t domain_len;
	bool list;
	char domain[100]; /* of From */
};

static uint64_t key_of(const struct sc_sight *s, uint64_t n)
{
	return sc_mix(s->head->session, n);
}

/* A forwarder rewrote the sender (SRS), or it is signed (BATV): the mail began as one of the sender that the header names. */
static bool is_rewritten(sc_str mail_from)
{
	static const sc_str begins[] = {{"SRS0", 4}, {"SRS1", 4}, {"prvs=", 5}};
	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++)
		if (sc_str_starts_nocase(mail_from, begins[i]))
			return true;
	return false;
}

static void note_message(struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_message *x = s->ev->body;
	sc_str domain = sc_domain_of_from(x->from);
	bool learnt;
	if (domain.len > sizeof(((struct slot *)NULL)->domain) || !sc_roles_local(s->roles, domain, &learnt) || learnt)
		return;
	struct slot *slot = sc_keyed_touch(&d->tables[0], key_of(s, x->n), s->second);
	slot->domain_len = (uint8_t)domain.len;
	memcpy(slot->domain, domain.at, domain.len);
	slot->list = x->list_id.len > 0;
}

static void judge(struct sc_detector *d, const struct sc_sight *s, const struct slot *slot)
{
	const struct sc_ev_transaction *x = s->ev->body;
	if (slot->list || x->auth_user.at || x->mail_from.len == 0 || is_rewritten(x->mail_from))
		return;
	sc_str header = {slot->domain, slot->domain_len}, envelope = sc_domain_of_path(x->mail_from);
	if (sc_domain_same(sc_domain_registrable(header), envelope))
		return;
	struct sc_text *t = sc_say_begin(d);
	sc_text_adds(t, "the header names a sender of ours, in ");
	sc_say_wire(t, header);
	sc_text_adds(t, ", the envelope one in ");
	sc_say_wire(t, envelope);
	sc_detector_tell(d, s,
			 &(struct sc_report){.severity = SC_SEVERITY_MEDIUM,
					     .confidence = 70,
					     .count = 1,
					     .threshold = 1,
					     .learnt = s->from.learnt});
}

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	if (s->ev->kind == SC_EVENT_message) {
		note_message(d, s);
		return;
	}
	const struct sc_ev_transaction *x = s->ev->body;
	const struct slot *kept = sc_keyed_find(&d->tables[0], key_of(s, x->n));
	if (!kept)
		return;
	struct slot slot = *kept;
	sc_keyed_forget(&d->tables[0], key_of(s, x->n));
	judge(d, s, &slot);
}

const struct sc_detector_class sc_detector_from_mismatch = {
	.name = "from_mismatch",
	.summary = "Mail from outside, without login, whose From names one of the domains of --home while the "
		   "envelope has a foreign sender.",
	.innocent =
		"Services that send in our name: name them with --peers. Mailing lists (List-Id) and forwarders that rewrite the "
		"sender (SRS) are not counted.",
	.advice = "Publish DMARC for the domain and let the server judge by it.",
	.scope = SC_SCOPE_GLOBAL,
	.wants = SC_WANT(SC_EVENT_message) | SC_WANT(SC_EVENT_transaction),
	.needs = SC_NEED_STRANGER,
	.tables = {{4096, sizeof(struct slot), -1}},
	.observe = observe,
};
