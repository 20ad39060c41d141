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

/* One look: the local part holds an octet of those that such forms are made of. */
static bool may_test(sc_str local)
{
	static const uint8_t signs_of[256] = {['%'] = 1, ['!'] = 1, ['"'] = 1, ['@'] = 1};
	unsigned signs = 0;
	for (size_t i = 0; i < local.len; i++)
		signs |= signs_of[(unsigned char)local.at[i]];
	return signs;
}

/* The form of a relay test; NULL: an address like others.  A percent sign or an exclamation mark counts where a host
 * name stands on its other side; "user+tag" and quoted names with spaces do not. */
static const char *test_form(sc_str path, sc_str domain)
{
	sc_str local = domain.at ? sc_str_slice(path, 0, (size_t)(domain.at - path.at) - 1) : SC_STR_NONE;
	struct sc_ip ip;
	if (path.len && path.at[0] == '@')
		return "a source route";
	if (!may_test(local))
		return NULL;
	size_t percent = sc_str_find(local, '%'), bang = sc_str_find(local, '!'), at = sc_str_find(local, '@');
	if (at != SIZE_MAX)
		return local.at[0] == '"' ? "an address in quotes as the local part" : "two @";
	if (percent != SIZE_MAX && sc_str_find(sc_str_from(local, percent), '.') != SIZE_MAX)
		return "a percent sign before another domain";
	if (bang != SIZE_MAX && bang > 0 && sc_str_find(sc_str_slice(local, 0, bang), '.') != SIZE_MAX)
		return "a path with exclamation marks";
	if (domain.len > 2 && domain.at[0] == '[' && sc_ip_read(sc_str_slice(domain, 1, domain.len - 2), &ip) &&
	    local.len && local.at[0] == '"')
		return "an address in quotes at the server's own address";
	return NULL;
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
	for (uint32_t i = 0; i < x->recipients.count; i++) {
		const char *form = test_form(r[i].rcpt_to, sc_sight_rcpt_name(s, r, i));
		if (form)
			tell_form(d, s, form, r[i].rcpt_to);
		else if (sc_is(r[i].cause, "relay_denied"))
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
