/* outbound_failures.c - others refuse much of the mail that we send: spam leaves our network, or our reputation is
 * gone. */
#include "detect/frame/domain.h"
#include "detect/frame/inside.h"

enum { REFUSED, WINDOW, SHARE };
static const struct sc_detector_option options[] = {
	{"refused", "refused recipients", 100, "a provider's rule for its customers"},
	{"window", "s", 3600, "as the provider's rule"},
	{"share", "percent of all recipients", 20, "a clean list has fewer than five"},
};

enum { UNKNOWN_USER, POLICY, REPUTATION, CONTENT, CLASSES };
static const char *const class_names[CLASSES] = {"unknown users", "policy", "reputation", "content"};

struct slot {
	struct sc_rate rate;
	struct sc_window classes[CLASSES];
};

static int class_of(const char *cause)
{
	static const struct {
		const char *cause;
		int cls;
	} rows[] = {
		{"user_unknown", UNKNOWN_USER},
		{"mailbox_disabled", UNKNOWN_USER},
		{"domain_unknown", UNKNOWN_USER},
		{"dnsbl_listed", REPUTATION},
		{"reputation", REPUTATION},
		{"spam_content", CONTENT},
		{"virus", CONTENT},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (sc_is(cause, rows[i].cause))
			return rows[i].cls;
	return POLICY;
}

static int worst_class(const struct slot *slot, uint32_t second, uint32_t window)
{
	int worst = 0;
	for (int i = 1; i < CLASSES; i++)
		if (sc_window_count(&slot->classes[i], second, window) >
		    sc_window_count(&slot->classes[worst], second, window))
			worst = i;
	return worst;
}

static void judge(struct sc_detector *d, const struct sc_sight *s, uint64_t key, enum sc_subject subject,
		  sc_str value)
{
	const struct sc_ev_transaction *x = s->ev->body;
	const struct sc_ev_recipient *r = x->recipients.items;
	uint32_t window = (uint32_t)d->options[WINDOW], refused = 0;
	struct slot *slot = sc_keyed_touch(&d->tables[0], key, s->second);
	for (uint32_t i = 0; i < x->recipients.count; i++) {
		if (!sc_is(r[i].outcome, "rejected"))
			continue;
		refused++;
		sc_window_add(&slot->classes[class_of(r[i].cause)], 1, s->second, window);
	}
	uint32_t all = sc_rate_all(&slot->rate, s, x->recipients.count, window);
	if (!refused)
		return;
	uint32_t n = sc_rate_hit(&slot->rate, s, refused, window);
	if (n < d->options[REFUSED] || (uint64_t)n * 100 <= d->options[SHARE] * all)
		return;
	struct sc_text *t = sc_say_begin(d);
	sc_say_part(t, "", n, " of ");
	sc_say_part(t, "", all, " recipients of our mail were refused by others, mostly for ");
	sc_text_adds(t, class_names[worst_class(slot, s->second, window)]);
	sc_detector_tell(d, s,
			 &(struct sc_report){.severity = SC_SEVERITY_MEDIUM,
					     .confidence = 85,
					     .subject = subject,
					     .value = value,
					     .window_s = window,
					     .count = n,
					     .threshold = d->options[REFUSED],
					     .learnt = s->from.learnt,
					     .trail = &slot->rate.trail});
}

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_transaction *x = s->ev->body;
	if (x->recipients.count == 0)
		return;
	judge(d, s, s->client, SC_SUBJECT_CLIENT, SC_STR_NONE);
	sc_str domain = sc_domain_of_path(x->mail_from);
	if (domain.len)
		judge(d, s, sc_mix(sc_sight_hash_nocase(s, domain), 5), SC_SUBJECT_DOMAIN, domain);
}

const struct sc_detector_class sc_detector_outbound_failures = {
	.name = "outbound_failures",
	.summary = "Other servers refuse a large share of the mail that a machine or sender domain of ours sends.",
	.innocent = "An old customer list written to for the first time.",
	.advice = "Look at the causes with report failures; find out what sends.",
	.scope = SC_SCOPE_GLOBAL,
	.wants = SC_WANT(SC_EVENT_transaction),
	.needs = SC_NEED_OUTBOUND,
	.options = SC_OPTIONS_OF(options),
	.tables = {{4096, sizeof(struct slot), WINDOW}},
	.observe = observe,
};
