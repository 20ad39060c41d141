/* helo_invalid.c - HELO names that are none (RFC 5321 2.3.5, 4.1.1.1): no mail server between organisations gives
 * them. */
#include "detect/frame/inside.h"

/* Letters, digits, hyphen and point; and octets beyond ASCII, which SMTPUTF8 names have (RFC 6531 3.3). */
static bool has_odd_octets(sc_str name)
{
	unsigned odd = 0;
	for (size_t i = 0; i < name.len; i++) {
		unsigned char c = (unsigned char)name.at[i];
		bool letter = (unsigned)((c | 0x20) - 'a') < 26, digit = (unsigned)(c - '0') < 10;
		odd |= !(letter | digit | (c == '-') | (c == '.') | (c >> 7));
	}
	return odd;
}

/* What is wrong with it; NULL: nothing. */
static const char *flaw(sc_str name)
{
	struct sc_ip ip;
	if (name.len > 255)
		return "a HELO name over 255 octets";
	if (name.at[0] == '[')
		return NULL; /* a literal is another matter */
	if (sc_ip_read(name, &ip))
		return "a bare address as HELO";
	if (has_odd_octets(name))
		return "a HELO name with characters that names do not have";
	if (sc_str_find(name, '.') == SIZE_MAX)
		return "a HELO name of one label";
	if (name.at[0] == '.' || name.at[0] == '-' || sc_str_search(name, SC_STR("..")) != SIZE_MAX)
		return "a HELO name with an empty label";
	static const char *const reserved[] = {".invalid", ".localhost",   ".local",
					       ".lan",     ".localdomain", ".internal"};
	sc_str last = sc_str_from(name, sc_str_rfind(name, '.'));
	for (size_t i = 0; last.len >= 4 && i < sizeof(reserved) / sizeof(reserved[0]); i++)
		if (sc_lower(last.at[1]) == reserved[i][1] && sc_str_equal_nocase(last, sc_str_of(reserved[i])))
			return "a HELO name that exists in no public DNS";
	return NULL;
}

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_session *x = s->ev->body;
	if (sc_is(x->helo.verb, "LHLO"))
		return;
	const char *what = flaw(x->helo.name);
	if (what)
		sc_detector_quote(d, s, SC_SEVERITY_INFO, 80, what, x->helo.name);
}

const struct sc_detector_class sc_detector_helo_invalid = {
	.name = "helo_invalid",
	.summary = "A client from outside, on a port for mail between servers, whose HELO cannot be the name of a "
		   "mail server.",
	.innocent = "Mail programs of users say anything; on 587 and 465 nothing is said.",
	.advice = "A sign among others; servers may refuse it (reject_invalid_helo_hostname).",
	.scope = SC_SCOPE_GLOBAL,
	.wants = SC_WANT(SC_EVENT_session),
	.needs = SC_NEED_STRANGER | SC_NEED_EXCHANGE | SC_NEED_HELO | SC_NEED_NO_LOGIN,
	.observe = observe,
};
