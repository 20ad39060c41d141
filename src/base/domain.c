/* domain.c - guesses the organisation in a host name.
 *
 * Names are wire data and may hold anything; they are only cut.  There is no public suffix list here: it is large, it
 * ages, and what is asked is only whether two names belong together.  Too long an answer then keeps two hosts of one
 * organisation apart, which is the lesser harm; so what might be a registry's label counts as one. */
#include "base/domain.h"

/* Second level labels that registries of countries hand names out below. */
static const sc_str registry[] = {
	{ "ac", 2 }, { "co", 2 }, { "com", 3 }, { "edu", 3 }, { "gov", 3 }, { "ltd", 3 }, { "mil", 3 }, { "net", 3 },
	{ "ne", 2 }, { "or", 2 }, { "org", 3 }, { "go", 2 }, { "gob", 3 }, { "gv", 2 }, { "asso", 4 }, { "nom", 3 },
	{ "plc", 3 }, { "sch", 3 },
};

static bool is_registry(sc_str label)
{
	for (size_t i = 0; i < sizeof(registry) / sizeof(registry[0]); i++)
		if (sc_str_equal_nocase(label, registry[i]))
			return true;
	return label.len <= 2;
}

static bool is_number(sc_str label)
{
	for (size_t i = 0; i < label.len; i++)
		if (!sc_is_digit(label.at[i]))
			return false;
	return true;
}

/* Where the label before `end` begins. */
static size_t label_before(sc_str host, size_t end)
{
	size_t dot = sc_str_rfind(sc_str_slice(host, 0, end), '.');
	return dot == SIZE_MAX ? 0 : dot + 1;
}

sc_str sc_domain_organisation(sc_str host)
{
	if (host.len && host.at[host.len - 1] == '.')
		host.len--;
	size_t top = label_before(host, host.len);
	if (top < 2 || is_number(sc_str_from(host, top)) || sc_str_find(host, '[') != SIZE_MAX ||
		sc_str_find(host, ':') != SIZE_MAX)
		return SC_STR_NONE;
	size_t second = label_before(host, top - 1);
	sc_str label = sc_str_slice(host, second, top - 1 - second);
	bool country = host.len - top == 2;
	if (second >= 2 && country && is_registry(label))
		second = label_before(host, second - 1);
	return sc_str_from(host, second);
}
