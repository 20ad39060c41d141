/* relay_probe.c - clients that try whether a server passes on foreign mail.
 *
 * The classic tests write the foreign address in another form, which a careless server unwraps after it has checked
 * it. */
#include "detect/frame/inside.h"
#include "detect/primitives/distinct.h"

enum { RECIPIENTS, WINDOW };
static const struct sc_detector_option options[] = {
	{"recipients", "different foreign recipients", 3, "one may be a mistake; a first guess, to be tuned"},
	{"window", "s", 600, "the window of most rate limits in the field"},
};

struct slot {
	struct sc_recent tried;
	struct sc_trail trail;
};

/* One look at the local part: it holds an octet of those that such forms are made of.  Or the domain is odd: it lacks, is a
 * literal, or stands in quotes. */
static bool may_test(sc_str path, sc_str domain)
{
	static const uint8_t signs_of[256] = {['%'] = 1, ['!'] = 1, ['"'] = 1, ['@'] = 1};
	if (!domain.len || domain.at[0] == '[' || domain.at[domain.len - 1] == '"')
		return true;
	unsigned signs = 0;
	for (const char *c = path.at; c < domain.at - 1; c++)
		signs |= signs_of[(unsigned char)*c];
	return signs;
}

/* "[192.0.2.25]" of that server. */
static bool is_literal_of(sc_str domain, const struct sc_ip *server)
{
	struct sc_ip ip;
	return domain.len > 2 && domain.at[0] == '[' && sc_ip_read(sc_str_slice(domain, 1, domain.len - 2), &ip) &&
	       sc_ip_equal(&ip, server);
}

/* The form of a relay test in the local part, or in an address without a domain; NULL: there is none.  A percent sign
 * or an exclamation mark counts where a host name stands on its other side; "user+tag" and quoted names with spaces do
 * not. */
static const char *form_of_local(sc_str local)
{
	size_t percent = sc_str_find(local, '%'), bang = sc_str_find(local, '!'), at = sc_str_find(local, '@');
	if (at != SIZE_MAX)
		return local.at[0] == '"' ? "an address in quotes" : "two @";
	if (percent != SIZE_MAX && sc_str_find(sc_str_from(local, percent), '.') != SIZE_MAX)
		return "a percent sign before another domain";
	if (bang != SIZE_MAX && bang > 0 && sc_str_find(sc_str_slice(local, 0, bang), '.') != SIZE_MAX)
		return "a path with exclamation marks";
	return NULL;
}

/* Of the i-th recipient.  Everybody may write to the postmaster at an address (RFC 5321 4.5.1). */
static const char *test_form(const struct sc_sight *s, uint32_t i, bool local_domain)
{
	const struct sc_ev_transaction *x = s->ev->body;
	const struct sc_ev_recipient *r = x->recipients.items;
	sc_str path = r[i].rcpt_to, domain = sc_sight_rcpt_name(s, r, i);
	if (path.len && path.at[0] == '@')
		return "a source route";
	if (!(x->quirks & SC_QUIRK_BIT(source_route)) && !may_test(path, domain))
		return NULL;
	bool whole = !domain.at || (path.len && path.at[path.len - 1] == '"'); /* no domain: the @ stands in quotes */
	sc_str local = whole ? path : sc_str_slice(path, 0, (size_t)(domain.at - path.at) - 1);
	const char *form = form_of_local(local);
	if (form)
		return form;
	if (x->quirks & SC_QUIRK_BIT(source_route) && !local_domain)
		return "a source route to another domain";
	if (!whole && is_literal_of(domain, &s->head->server.ip) && !sc_str_equal_nocase(local, SC_STR("postmaster")))
		return "the server's own address as the domain";
	return NULL;
}

/* Refused for being foreign: the server says so, or refuses by policy what surely is not ours. */
static bool is_refused_relay(const struct sc_ev_recipient *r, bool foreign)
{
	bool policy = r->code >= 400 && r->enhanced.subject == 7 && r->enhanced.detail == 1;
	return sc_is(r->cause, "relay_denied") || (foreign && policy);
}

static void tell_form(struct sc_detector *d, const struct sc_sight *s, const char *form, sc_str path)
{
	struct sc_text *t = sc_say_begin(d);
	sc_text_adds(t, "a recipient in the form of a relay test, ");
	sc_text_adds(t, form);
	sc_text_adds(t, ": ");
	sc_say_wire(t, path);
	sc_detector_tell(
		d, s, &(struct sc_report){.severity = SC_SEVERITY_LOW, .confidence = 80, .count = 1, .threshold = 1});
}

static void note_refusal(struct sc_detector *d, const struct sc_sight *s, sc_str path)
{
	uint32_t window = (uint32_t)d->options[WINDOW];
	struct slot *slot = sc_sight_slot(d, s, SC_LEVEL_CLIENT);
	if (!slot)
		return;
	sc_trail_add(&slot->trail, s);
	uint64_t n = sc_recent_add(&slot->tried, sc_sight_hash_nocase(s, path), s->second, window);
	if (n < d->options[RECIPIENTS])
		return;
	struct sc_text *t = sc_say_begin(d);
	sc_say_part(t, "tried to relay to ", n, " different recipients, the last ");
	sc_say_wire(t, path);
	sc_detector_tell(d, s,
			 &(struct sc_report){.severity = SC_SEVERITY_LOW,
					     .confidence = 75,
					     .window_s = window,
					     .count = n,
					     .threshold = d->options[RECIPIENTS],
					     .trail = &slot->trail});
}

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_transaction *x = s->ev->body;
	const struct sc_ev_recipient *r = x->recipients.items;
	if (s->from.home || s->from.peer)
		return;
	bool guess, learnt;
	bool known = sc_roles_knows_domains(s->roles, &guess) && !guess && s->to.home && !s->to.learnt;
	for (uint32_t i = 0; i < x->recipients.count; i++) {
		bool local = sc_sight_rcpt_local(s, r, i, &learnt);
		bool foreign = known && !local && sc_sight_rcpt_name(s, r, i).len && r[i].rcpt_to.at[r[i].rcpt_to.len - 1] != ']';
		const char *form = test_form(s, i, local);
		if (!form && foreign && x->mail_from.at && !x->mail_from.len)
			form = "no sender, to another domain";
		if (form)
			tell_form(d, s, form, r[i].rcpt_to);
		else if (is_refused_relay(&r[i], foreign))
			note_refusal(d, s, r[i].rcpt_to);
	}
}

const struct sc_detector_class sc_detector_relay_probe = {
	.name = "relay_probe",
	.summary = "A client that tries to send foreign mail through the server: refused relaying to several "
		   "recipients, or one recipient "
		   "in the form of a relay test.",
	.innocent = "A user on the road who forgot to log in.",
	.advice = "Nothing, while the server refuses; see relay_open for the case that it does not.",
	.scope = SC_SCOPE_GLOBAL,
	.wants = SC_WANT(SC_EVENT_transaction),
	.needs = SC_NEED_NO_LOGIN,
	.options = SC_OPTIONS_OF(options),
	.client = sizeof(struct slot),
	.observe = observe,
};
