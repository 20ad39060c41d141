/* sender_churn.c - many sender domains from one source that nobody logged in at. */
#include "detect/frame/domain.h"
#include "detect/frame/inside.h"
#include "detect/primitives/distinct.h"

enum { DOMAINS, WINDOW, SHARE };
static const struct sc_detector_option options[] = {
	{"domains", "different sender domains", 20, "companies send for a few; a first guess, to be tuned"},
	{"window", "s", 3600, "a spam run lasts hours"},
	{"share", "domains in percent of its mails", 50, "forwarders and providers send many mails for each domain"},
};

struct slot {
	struct sc_rate rate;
	struct sc_recent domains;
	uint64_t helo; /* whose HELO names are; of its last mail */
	bool one_helo, begun;
};

static void judge(struct sc_detector *d, const struct sc_sight *s, enum sc_level level, uint64_t domain,
		  uint64_t helo)
{
	struct slot *slot = sc_sight_slot(d, s, level);
	if (!slot)
		return;
	uint64_t window = d->options[WINDOW];
	slot->one_helo = slot->begun ? slot->one_helo && helo == slot->helo : true;
	slot->helo = helo;
	slot->begun = true;
	uint32_t mails = sc_rate_hit(&slot->rate, s, 1, window);
	if (!sc_recent_put(&slot->domains, domain, s->second, (uint32_t)window) || !sc_level_speaks(level, &slot->rate) ||
	    mails < d->options[DOMAINS])
		return; /* no other domain than before; and fewer mails are fewer domains */
	uint64_t n = sc_recent_count(&slot->domains, s->second, (uint32_t)window);
	if (n < d->options[DOMAINS] || n * 100 <= d->options[SHARE] * mails)
		return;
	struct sc_text *t = sc_say_begin(d);
	sc_say_part(t, "", n, " different sender domains in ");
	sc_say_part(t, "", mails, slot->one_helo ? " mails, always with HELO names of one organisation" : " mails");
	sc_detector_tell(d, s,
			 &(struct sc_report){.severity = slot->one_helo ? SC_SEVERITY_INFO : SC_SEVERITY_MEDIUM,
					     .confidence = slot->one_helo ? 40 : 80,
					     .subject = sc_level_subject(level),
					     .window_s = window,
					     .count = n,
					     .threshold = d->options[DOMAINS],
					     .trail = &slot->rate.trail});
}

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_transaction *x = s->ev->body;
	sc_str domain = sc_domain_of_path(x->mail_from);
	if (domain.len == 0)
		return;
	uint64_t from = sc_sight_hash_nocase(s, domain);
	uint64_t helo = sc_sight_hash_nocase(s, sc_domain_registrable(x->helo));
	for (enum sc_level level = 0; level < SC_LEVELS; level++)
		judge(d, s, level, from, helo);
}

const struct sc_detector_class sc_detector_sender_churn = {
	.name = "sender_churn",
	.summary = "One address or network, without login, that sends for many domains with few mails each.",
	.innocent = "Forwarders and mail providers: their HELO names are of one organisation, and then it is info.",
	.advice = "Look at the senders with list transactions; block the address or network.",
	.scope = SC_SCOPE_GLOBAL,
	.wants = SC_WANT(SC_EVENT_transaction),
	.needs = SC_NEED_STRANGER | SC_NEED_NO_LOGIN | SC_NEED_ROW | SC_NEED_SENDER,
	.options = SC_OPTIONS_OF(options),
	.client = sizeof(struct slot),
	.network = sizeof(struct slot),
	.observe = observe,
};
