/* values.c - numbers, sizes, shares and lists of the command line and the configuration file; see values.h.
 *
 * The text is the user's own, but it may hold anything: what is quoted in `why` is shown by app/say, which escapes
 * it. */
#include "app/values.h"

#include "app/suggest.h"

static bool refuse(struct sc_text *why, const char *what, sc_str s, const char *then)
{
	sc_text_adds(why, what);
	if (s.at) {
		sc_text_adds(why, " \"");
		sc_text_add(why, sc_str_slice(s, 0, 80));
		sc_text_adds(why, "\"");
	}
	sc_text_adds(why, "; ");
	sc_text_adds(why, then);
	return false;
}

static bool out_of_range(struct sc_text *why, sc_str s, uint64_t low, uint64_t high)
{
	refuse(why, "cannot use", s, "give a number from ");
	sc_text_number(why, low);
	sc_text_adds(why, " to ");
	sc_text_number(why, high);
	return false;
}

bool sc_value_number(sc_str s, uint64_t low, uint64_t high, uint64_t *out, struct sc_text *why)
{
	uint64_t n;
	if (!sc_str_number(s, &n) || n < low || n > high)
		return out_of_range(why, s, low, high);
	*out = n;
	return true;
}

/* The power of two that a suffix stands for; -1 when it is none. */
static int size_shift(sc_str suffix)
{
	static const char letters[] = "kmgt";
	if (suffix.len == 0 || sc_str_equal_nocase(suffix, SC_STR("B")))
		return 0;
	sc_str unit = sc_str_from(suffix, 1);
	if (unit.len && !sc_str_equal_nocase(unit, SC_STR("B")) && !sc_str_equal_nocase(unit, SC_STR("iB")))
		return -1;
	size_t power = sc_str_find(SC_STR(letters), sc_lower(suffix.at[0]));
	return power < 4 ? 10 * (int)(power + 1) : -1;
}

bool sc_value_size(sc_str s, uint64_t low, uint64_t high, uint64_t *out, struct sc_text *why)
{
	size_t digits = 0;
	while (digits < s.len && sc_is_digit(s.at[digits]))
		digits++;
	uint64_t n;
	int shift = size_shift(sc_str_from(s, digits));
	if (!sc_str_number(sc_str_slice(s, 0, digits), &n) || shift < 0)
		return refuse(why, "no size:", s, "give octets with k, M or G behind, such as 512M");
	if (n > UINT64_MAX >> shift || n << shift < low || n << shift > high)
		return out_of_range(why, s, low, high);
	*out = n << shift;
	return true;
}

/* A decimal fraction such as 12, 0.5 or .25; at most nine digits behind the point count. */
static bool read_decimal(sc_str s, double *out)
{
	sc_str rest = s;
	sc_str whole = sc_str_until(&rest, '.');
	uint64_t units = 0, parts = 0;
	double scale = 1;
	if (whole.len + rest.len == 0 || whole.len > 9 || rest.len > 9)
		return false;
	if (whole.len && !sc_str_number(whole, &units))
		return false;
	if (rest.len && !sc_str_number(rest, &parts))
		return false;
	for (size_t i = 0; i < rest.len; i++)
		scale *= 10;
	*out = (double)units + (double)parts / scale;
	return true;
}

bool sc_value_share(sc_str s, double *out, struct sc_text *why)
{
	bool percent = s.len && s.at[s.len - 1] == '%';
	double share;
	if (!read_decimal(sc_str_slice(s, 0, s.len - percent), &share) || (share /= percent ? 100 : 1) > 1)
		return refuse(why, "no share:", s, "give a number from 0 to 1, or a percentage such as 1%");
	*out = share;
	return true;
}

static bool add_ports(struct sc_ports *p, sc_str item, struct sc_text *why)
{
	uint64_t first, last;
	sc_str rest = item;
	bool range = sc_str_find(item, '-') != SIZE_MAX;
	sc_str low = sc_str_until(&rest, '-');
	sc_str high = range ? rest : low;
	if (!sc_str_number(low, &first) || !sc_str_number(high, &last) || first < 1 || last > 65535 || first > last)
		return refuse(why, "no port:", item, "give numbers from 1 to 65535, separated by commas");
	if (last - first >= SC_PORTS_MAX - p->count)
		return refuse(why, "too many ports at", item, "use --any-port to find SMTP on every port");
	for (uint64_t port = first; port <= last; port++)
		p->items[p->count++] = (uint16_t)port;
	return true;
}

bool sc_value_ports(sc_str s, struct sc_ports *out, struct sc_text *why)
{
	struct sc_ports ports = { .count = 0 };
	do {
		if (!add_ports(&ports, sc_str_trim(sc_str_until(&s, ',')), why))
			return false;
	} while (s.len);
	*out = ports;
	return true;
}

uint64_t sc_kinds_standard(void)
{
	return SC_KINDS_SHOWN & ~SC_WANT(SC_EVENT_exchange);
}

static bool unknown_kind(sc_str name, struct sc_text *why)
{
	struct sc_suggest near = sc_suggest_for(name);
	for (int kind = 0; kind < SC_EVENT_KINDS; kind++)
		if (!sc_event_inside((enum sc_event_kind)kind))
			sc_suggest_offer(&near, sc_event_shapes[kind]->name);
	refuse(why, "unknown event kind", name, near.best ? "did you mean \"" : "known are all");
	if (near.best) {
		sc_text_adds(why, near.best);
		sc_text_adds(why, "\"?");
		return false;
	}
	for (int kind = 0; kind < SC_EVENT_KINDS; kind++) {
		if (sc_event_inside((enum sc_event_kind)kind))
			continue;
		sc_text_adds(why, ", ");
		sc_text_adds(why, sc_event_shapes[kind]->name);
	}
	return false;
}

bool sc_value_kinds(sc_str s, uint64_t *out, struct sc_text *why)
{
	sc_str first = sc_str_trim(s);
	bool changes = first.len && (first.at[0] == '+' || first.at[0] == '-');
	uint64_t kinds = changes ? sc_kinds_standard() : 0;
	do {
		sc_str item = sc_str_trim(sc_str_until(&s, ','));
		char sign = item.len && (item.at[0] == '+' || item.at[0] == '-') ? item.at[0] : '\0';
		sc_str name = sc_str_from(item, sign != '\0');
		enum sc_event_kind kind = sc_event_kind_of(name);
		bool all = sc_str_equal(name, SC_STR("all"));
		if (!all && (kind == SC_EVENT_KINDS || sc_event_inside(kind)))
			return unknown_kind(name, why);
		uint64_t bits = all ? SC_KINDS_SHOWN : SC_WANT(kind);
		kinds = sign == '-' ? kinds & ~bits : kinds | bits;
	} while (s.len);
	if (kinds == 0)
		return refuse(why, "no kind of event is left", SC_STR_NONE, "leave -j out for no JSON");
	*out = kinds;
	return true;
}

/* Letters, digits, hyphen, dot and octets above 127 (a domain in UTF-8), with a dot in it or not. */
static bool domain_like(sc_str s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = sc_lower(s.at[i]);
		if (!(c >= 'a' && c <= 'z') && !sc_is_digit(c) && c != '-' && c != '.' && c != '_' && !(c & 0x80))
			return false;
	}
	return s.len && s.len <= 255 && s.at[0] != '.' && s.at[0] != '-';
}

static bool read_network(sc_str item, struct sc_network *n)
{
	sc_str bits = item;
	sc_str ip = sc_str_until(&bits, '/');
	if (!sc_ip_read(ip, &n->ip))
		return false;
	uint64_t most = n->ip.version == 4 ? 32 : 128, given = most;
	if (ip.len < item.len && (!sc_str_number(bits, &given) || given > most))
		return false;
	n->bits = (uint8_t)given;
	return true;
}

bool sc_value_home(sc_str s, struct sc_home *out, struct sc_text *why)
{
	struct sc_home home = { .network_count = 0 };
	do {
		sc_str item = sc_str_trim(sc_str_until(&s, ','));
		if (home.network_count == SC_HOME_MAX || home.domain_count == SC_HOME_MAX)
			return refuse(why, "too many networks or domains at", item, "give larger networks");
		if (read_network(item, &home.networks[home.network_count]))
			home.network_count++;
		else if (domain_like(item) && sc_str_find(item, '/') == SIZE_MAX)
			home.domains[home.domain_count++] = item;
		else
			return refuse(why, "neither network nor domain:", item, "give 192.0.2.0/24 or example.org");
	} while (s.len);
	*out = home;
	return true;
}
