/* helo_invalid.c - HELO names that are none (RFC 5321 2.3.5, 4.1.1.1): no mail server between organisations gives
 * them. */
#include "detect/frame/inside.h"

#define LABEL_OCTETS 63 /* RFC 1035 2.3.4 */

static size_t longest_label(sc_str name)
{
	size_t longest = 0, octets = 0;
	for (size_t i = 0; i < name.len; i++) {
		octets = name.at[i] == '.' ? 0 : octets + 1;
		longest = octets > longest ? octets : longest;
	}
	return longest;
}

/* "[192.0.2.1]", "[IPv6:2001:db8::1]", or of a kind that is still to come, "[tag:...]" (RFC 5321 4.1.3). */
static bool is_literal(sc_str name)
{
	struct sc_ip ip;
	if (name.len < 3 || name.at[name.len - 1] != ']')
		return false;
	sc_str inside = sc_str_slice(name, 1, name.len - 2);
	return sc_ip_read(inside, &ip) || sc_str_find(inside, ':') != SIZE_MAX;
}

/* What is wrong with it; NULL: nothing. */
static const char *flaw(sc_str name, const struct sc_helo *look)
{
	struct sc_ip ip;
	if (name.len > 255)
		return "a HELO name over 255 octets";
	if (name.at[0] == '[') /* whose it is, is another matter */
		return is_literal(name) ? NULL : "an address in brackets that is none, as HELO,";
	if (sc_helo_numeric(look) && sc_ip_read(name, &ip))
		return "a bare address as HELO";
	if (look->marks & SC_HELO_ODD)
		return "a HELO name with characters that names do not have";
	if (look->dots == 0)
		return "a HELO name of one label";
	if (look->marks & SC_HELO_EMPTY)
		return "a HELO name with a label that is empty, or begins or ends with a hyphen";
	if (name.len > LABEL_OCTETS && longest_label(name) > LABEL_OCTETS)
		return "a HELO name with a label over 63 octets";
	static const char *const reserved[] = {".invalid", ".localhost",   ".local",
					       ".lan",     ".localdomain", ".internal"};
	sc_str last = sc_str_from(name, sc_str_rfind(name, '.'));
	char first = last.len >= 4 ? sc_lower(last.at[1]) : 0;
	for (size_t i = 0; (first == 'i' || first == 'l') && i < sizeof(reserved) / sizeof(reserved[0]); i++)
		if (sc_str_equal_nocase(last, sc_str_of(reserved[i])))
			return "a HELO name that exists in no public DNS";
	return NULL;
}

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_session *x = s->ev->body;
	if (sc_is(x->helo.verb, "LHLO"))
		return;
	const char *what = flaw(x->helo.name, s->helo);
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
