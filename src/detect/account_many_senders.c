/* account_many_senders.c - one account writes in the name of many domains. */
#include "detect/frame/domain.h"
#include "detect/frame/inside.h"
#include "detect/primitives/distinct.h"

enum { DOMAINS, WINDOW };
static const struct sc_detector_option options[] = {
	{"domains", "different sender domains", 5, "people have one or two"},
	{"window", "s", 3600, "as for other limits of accounts"},
};

struct slot {
	struct sc_recent domains;
	struct sc_trail trail;
};

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_transaction *x = s->ev->body;
	sc_str domain = x->auth_user.len ? sc_domain_of_path(x->mail_from) : SC_STR_NONE;
	if (domain.len == 0 || s->from.peer)
		return;
	struct slot *slot = sc_keyed_touch(&d->tables[0], sc_sight_hash_nocase(s, x->auth_user), s->second);
	uint64_t window = d->options[WINDOW];
	sc_trail_add(&slot->trail, s);
	uint64_t n = sc_recent_add(&slot->domains, sc_sight_hash_nocase(s, domain), s->second, (uint32_t)window);
	if (n < d->options[DOMAINS])
		return;
	struct sc_text *t = sc_say_begin(d);
	sc_say_part(t, "sent in the name of ", n, " domains, the last ");
	sc_say_wire(t, domain);
	sc_detector_tell(d, s,
			 &(struct sc_report){.severity = SC_SEVERITY_MEDIUM,
					     .confidence = 75,
					     .subject = SC_SUBJECT_USER,
					     .value = x->auth_user,
					     .window_s = window,
					     .count = n,
					     .threshold = d->options[DOMAINS],
					     .trail = &slot->trail});
}

const struct sc_detector_class sc_detector_account_many_senders = {
	.name = "account_many_senders",
	.summary = "One account sends mail with senders in many different domains.",
	.innocent = "A relay that logs in as one user for many: name it with --peers.",
	.advice = "Let accounts send with their own addresses only (reject_sender_login_mismatch); ask the user.",
	.scope = SC_SCOPE_GLOBAL,
	.wants = SC_WANT(SC_EVENT_transaction),
	.needs = SC_NEED_LOGIN | SC_NEED_SENDER,
	.options = SC_OPTIONS_OF(options),
	.tables = {{4096, sizeof(struct slot), WINDOW}},
	.observe = observe,
};
