/* helo_literal_mismatch.c - an address literal as HELO that is not the client's address (RFC 5321 4.1.3). */
#include "detect/frame/inside.h"

static bool read_literal(sc_str name, struct sc_ip *ip)
{
	if (name.len < 3 || name.at[0] != '[' || name.at[name.len - 1] != ']')
		return false;
	name = sc_str_slice(name, 1, name.len - 2);
	if (sc_str_starts_nocase(name, SC_STR("IPv6:")))
		name = sc_str_from(name, 5);
	return sc_ip_read(name, ip);
}

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_session *x = s->ev->body;
	struct sc_ip ip;
	if (!read_literal(x->helo.name, &ip) || sc_ip_equal(&ip, &s->head->client.ip))
		return;
	bool hidden = sc_ip_private(&ip) || ip.version != s->head->client.ip.version || s->from.home;
	sc_detector_quote(d, s, hidden ? SC_SEVERITY_INFO : SC_SEVERITY_LOW, hidden ? 40 : 75,
			  "introduced itself with an address that is not its own", x->helo.name);
}

const struct sc_detector_class sc_detector_helo_literal_mismatch = {
	.name = "helo_literal_mismatch",
	.summary = "A client whose HELO is an address in brackets, but not the address it connects from.",
	.innocent = "Clients behind NAT give their private address, or IPv4 over IPv6: only info.",
	.advice = "A sign among others; mail servers give names.",
	.scope = SC_SCOPE_GLOBAL,
	.wants = SC_WANT(SC_EVENT_session),
	.needs = SC_NEED_EXCHANGE | SC_NEED_LITERAL | SC_NEED_NO_LOGIN,
	.observe = observe,
};
