/* helo_forged.c - a stranger that introduces itself with our own name. */
#include "detect/frame/inside.h"

static bool is_own_literal(sc_str name, const struct sc_helo *look, const struct sc_ip *server)
{
	struct sc_ip ip;
	if (name.at[0] != '[' && !sc_helo_numeric(look))
		return false;
	if (name.len > 2 && name.at[0] == '[' && name.at[name.len - 1] == ']')
		name = sc_str_slice(name, 1, name.len - 2);
	if (sc_str_starts_nocase(name, SC_STR("IPv6:")))
		name = sc_str_from(name, 5);
	return sc_ip_read(name, &ip) && sc_ip_equal(&ip, server);
}

static bool is_localhost(sc_str name)
{
	return sc_str_equal_nocase(name, SC_STR("localhost")) ||
	       sc_str_equal_nocase(name, SC_STR("localhost.localdomain"));
}

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_session *x = s->ev->body;
	sc_str name = x->helo.name;
	if (name.len > 1 && name.at[name.len - 1] == '.') /* the root is written out */
		name.len--;
	bool learnt = s->from.learnt, guess = false;
	if (sc_ip_equal(&s->head->client.ip, &s->head->server.ip))
		return;
	bool server = x->greeting.host.len && sc_str_equal_nocase(name, x->greeting.host);
	bool literal = is_own_literal(name, s->helo, &s->head->server.ip), home = is_localhost(name);
	bool domain = !server && !literal && !home && s->helo->dots &&
		      sc_roles_exact(s->roles, name, &guess);
	if (!server && !literal && !home && !domain)
		return;
	struct sc_text *t = sc_say_begin(d);
	sc_text_adds(t, server    ? "introduced itself with the server's own name: "
			: literal ? "introduced itself with the server's own address: "
			: home    ? "introduced itself as the local host: "
				  : "introduced itself as a domain of ours: ");
	sc_say_wire(t, name);
	sc_detector_tell(d, s,
			 &(struct sc_report){.severity = home ? SC_SEVERITY_LOW : SC_SEVERITY_MEDIUM,
					     .confidence = 85,
					     .count = 1,
					     .threshold = 1,
					     .learnt = learnt || (domain && guess)});
}

const struct sc_detector_class sc_detector_helo_forged = {
	.name = "helo_forged",
	.summary =
		"A client from outside whose HELO is our server's name or address, one of our domains, or localhost.",
	.innocent = "Split DNS, a hairpin through NAT, a server of ours whose network --home does not name.",
	.advice = "Refuse such HELO names from outside; name own networks with --home.",
	.scope = SC_SCOPE_GLOBAL,
	.wants = SC_WANT(SC_EVENT_session),
	.needs = SC_NEED_STRANGER | SC_NEED_EXCHANGE | SC_NEED_HELO | SC_NEED_NO_LOGIN,
	.observe = observe,
};
