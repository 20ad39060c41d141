/* vrfy_expn.c - clients that ask for users by VRFY and EXPN (RFC 5321 3.5). */
#include "detect/frame/inside.h"

enum { NAMES };
static const struct sc_detector_option options[] = {
	{"names", "VRFY commands in a session", 3,
	 "one may check an address; sensors in the field alert on names such as root"},
};

struct state {
	uint32_t asked;
	bool answered;
};

static bool is_tell_tale(sc_str name)
{
	static const char *const names[] = {"root",   "decode", "uudecode", "admin",  "administrator", "postmaster",
					    "test",   "guest",  "www-data", "oracle", "bin",
					    "daemon", "sync",   "lp",       "nobody"};
	if (name.len && name.at[0] == '<')
		name = sc_str_slice(name, 1, name.len - 2);
	sc_str local = sc_str_find(name, '@') == SIZE_MAX ? name : sc_str_local(name);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (sc_str_equal_nocase(local, sc_str_of(names[i])))
			return true;
	return local.len == 1 && local.at[0] == '*';
}

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_exchange *x = s->ev->body;
	struct state *st = s->session;
	bool expn = sc_str_equal(x->verb, SC_STR("EXPN"));
	if (!expn && !sc_str_equal(x->verb, SC_STR("VRFY")))
		return;
	st->asked++;
	st->answered |= x->code == 250 || x->code == 251;
	if (!expn && st->asked < d->options[NAMES] && !is_tell_tale(sc_str_trim(x->argument)))
		return;
	sc_detector_quote(d, s, st->answered ? SC_SEVERITY_MEDIUM : SC_SEVERITY_LOW, 80,
			  st->answered ? "asked for users, and the server answered"
			  : expn       ? "asked for the members of a list"
				       : "asked for users",
			  x->argument);
}

const struct sc_detector_class sc_detector_vrfy_expn = {
	.name = "vrfy_expn",
	.summary = "A client that asks with VRFY or EXPN which users and lists there are.",
	.innocent = "Some programs check one address before they send.",
	.advice = "Switch VRFY and EXPN off, or let them answer 252 to everything.",
	.scope = SC_SCOPE_SESSION,
	.wants = SC_WANT(SC_EVENT_exchange),
	.options = SC_OPTIONS_OF(options),
	.size = sizeof(struct state),
	.observe = observe,
};
