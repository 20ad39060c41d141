/* intel.c - what the user's lists of known evil name (--intel): clients, networks, domains (of HELO, senders, recipients and links),
 * HELO names, TLS fingerprints, hashes. */
#include "detect/frame/domain.h"
#include "detect/frame/inside.h"
#include "detect/frame/settings.h"

static void tell(struct sc_detector *d, const struct sc_sight *s, const char *what, sc_str value, const char *label)
{
	struct sc_text *t = sc_say_begin(d);
	sc_text_adds(t, what);
	sc_text_adds(t, " on your list: ");
	sc_say_wire(t, value);
	sc_text_adds(t, label[0] ? ", " : "");
	sc_text_visible(t, sc_str_slice(sc_str_of(label), 0, 80));
	sc_detector_tell(
		d, s,
		&(struct sc_report){.severity = SC_SEVERITY_MEDIUM, .confidence = 80, .count = 1, .threshold = 1});
}

static void look_up(struct sc_detector *d, const struct sc_sight *s, enum sc_intel_kind kind, const char *what,
		    sc_str value)
{
	const char *label = sc_intel_find(d->settings, kind, value);
	if (label)
		tell(d, s, what, value, label);
}

static void look_at_session(struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_session *x = s->ev->body;
	const char *label = sc_intel_find_ip(d->settings, &s->head->client.ip);
	char room[64];
	struct sc_text ip = sc_text_into(room, sizeof(room));
	sc_text_ip(&ip, &s->head->client.ip);
	if (label)
		tell(d, s, "the client's address is", sc_text_str(&ip), label);
	look_up(d, s, SC_INTEL_HELO, "the HELO name is", x->helo.name);
	look_up(d, s, SC_INTEL_DOMAIN, "the domain of the HELO name is", x->helo.name);
	look_up(d, s, SC_INTEL_JA4, "the client's TLS fingerprint is", x->tls.ja4);
}

static void look_at_mail(struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_transaction *x = s->ev->body;
	const struct sc_ev_recipient *r = x->recipients.items;
	look_up(d, s, SC_INTEL_DOMAIN, "the sender's domain is", sc_str_domain(x->mail_from));
	for (uint32_t i = 0; i < x->recipients.count; i++)
		look_up(d, s, SC_INTEL_DOMAIN, "the recipient's domain is", sc_str_domain(r[i].rcpt_to));
}

/* RFC 3986 3.2: "//user@host:port", and behind it a path, a query or a fragment. */
static sc_str host_of(sc_str url)
{
	size_t begin = sc_str_search(url, SC_STR("//"));
	sc_str host = sc_str_from(url, begin == SIZE_MAX ? url.len : begin + 2);
	for (const char *end = "/?#"; *end; end++)
		host = sc_str_slice(host, 0, sc_str_find(host, *end));
	size_t user = sc_str_rfind(host, '@');
	host = user == SIZE_MAX ? host : sc_str_from(host, user + 1);
	return sc_str_slice(host, 0, sc_str_find(host, ':'));
}

static void look_at_message(struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_message *x = s->ev->body;
	const struct sc_ev_part *part = x->parts.items;
	look_up(d, s, SC_INTEL_DOMAIN, "the domain in From is", sc_domain_of_from(x->from));
	look_up(d, s, SC_INTEL_DOMAIN, "the domain in Reply-To is", sc_domain_of_from(x->reply_to));
	for (uint32_t i = 0; i < x->urls.count; i++)
		look_up(d, s, SC_INTEL_DOMAIN, "the host of a link is", host_of(x->urls.items[i]));
	for (uint32_t i = 0; i < x->parts.count; i++)
		look_up(d, s, SC_INTEL_SHA256, "an attachment is", part[i].sha256);
}

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	if (s->ev->kind == SC_EVENT_session)
		look_at_session(d, s);
	else if (s->ev->kind == SC_EVENT_transaction)
		look_at_mail(d, s);
	else
		look_at_message(d, s);
}

const struct sc_detector_class sc_detector_intel = {
	.name = "intel",
	.summary = "Something stands on a list given with --intel: an address or network, a domain (of senders, recipients and "
		   "links), a HELO name, a TLS fingerprint (JA4), the SHA-256 of an attachment.",
	.innocent = "Lists age; shared addresses and cloud networks change their users.",
	.advice = "See the list's label; look at the session with show.",
	.scope = SC_SCOPE_GLOBAL,
	.needs = SC_NEED_LISTS,
	.wants = SC_WANT(SC_EVENT_session) | SC_WANT(SC_EVENT_transaction) | SC_WANT(SC_EVENT_message),
	.observe = observe,
};
