/* settings.c - thresholds, roles and what is switched off, as the user gives them; see detector.h.
 *
 * Text comes from the command line and from files; every value is checked here, so that detectors need not. */
#include "detect/frame/settings.h"

#include "base/memory.h"
#include "base/text.h"

#define VALUE_MOST UINT64_C(1000000000000) /* far above any sensible limit, far below an overflow */

sc_err sc_detect_settings_open(struct sc_detect_settings **out)
{
	struct sc_detect_settings *s = sc_memory_take(sizeof(*s));
	size_t next = 0;
	*out = s;
	if (!s)
		return SC_EFAILED;
	SC_ASSERT(sc_detector_count() <= SC_DETECTORS_MAX);
	for (size_t i = 0; sc_detectors[i]; i++) {
		const struct sc_detector_class *cls = sc_detectors[i];
		SC_ASSERT(next + cls->option_count <= SC_SETTING_VALUES);
		s->first[i] = (uint16_t)next;
		for (size_t k = 0; k < cls->option_count; k++)
			s->values[next++] = cls->options[k].standard;
	}
	return SC_OK;
}

void sc_detect_settings_close(struct sc_detect_settings *s)
{
	if (!s)
		return;
	sc_memory_give(s->domains);
	sc_memory_give(s->intel);
	sc_memory_give(s->intel_text);
	sc_memory_give(s);
}

static unsigned difference(sc_str a, const char *b)
{
	unsigned same = 0, len = (unsigned)strlen(b);
	while (same < a.len && same < len && sc_lower(a.at[same]) == b[same])
		same++;
	unsigned tail = 0;
	while (tail + same < a.len && tail + same < len && sc_lower(a.at[a.len - 1 - tail]) == b[len - 1 - tail])
		tail++;
	return (unsigned)(a.len > len ? a.len : len) - same - tail;
}

static void say_unknown(struct sc_text *why, const char *what, sc_str name)
{
	sc_text_adds(why, "there is no ");
	sc_text_adds(why, what);
	sc_text_adds(why, " \"");
	sc_text_visible(why, sc_str_slice(name, 0, 40));
	sc_text_adds(why, "\"; ");
}

static size_t detector_of(sc_str name, struct sc_text *why)
{
	size_t i = sc_detector_find(name), near = SIZE_MAX;
	unsigned least = 4;
	if (i != SIZE_MAX)
		return i;
	for (size_t k = 0; sc_detectors[k]; k++)
		if (difference(name, sc_detectors[k]->name) < least) {
			least = difference(name, sc_detectors[k]->name);
			near = k;
		}
	say_unknown(why, "detector", name);
	sc_text_adds(why, near == SIZE_MAX ? "docs/DETECTORS.md lists them" : "did you mean ");
	sc_text_adds(why, near == SIZE_MAX ? "" : sc_detectors[near]->name);
	sc_text_adds(why, near == SIZE_MAX ? "" : "?");
	return SIZE_MAX;
}

static size_t option_of(const struct sc_detector_class *cls, sc_str name, struct sc_text *why)
{
	for (size_t k = 0; k < cls->option_count; k++)
		if (sc_str_equal_nocase(name, sc_str_of(cls->options[k].name)))
			return k;
	say_unknown(why, "option", name);
	sc_text_adds(why, cls->name);
	sc_text_adds(why, cls->option_count ? " has " : " has no options");
	for (size_t k = 0; k < cls->option_count; k++) {
		sc_text_adds(why, k ? ", " : "");
		sc_text_adds(why, cls->options[k].name);
	}
	return SIZE_MAX;
}

bool sc_detect_settings_set(struct sc_detect_settings *s, sc_str setting, struct sc_text *why)
{
	sc_str rest = setting, name = sc_str_trim(sc_str_until(&rest, '='));
	uint64_t value;
	sc_str option = name, detector = sc_str_until(&option, '.');
	size_t i = detector_of(detector, why);
	if (i == SIZE_MAX)
		return false;
	size_t k = option_of(sc_detectors[i], option, why);
	if (k == SIZE_MAX)
		return false;
	if (!sc_str_number(sc_str_trim(rest), &value) || value == 0 || value > VALUE_MOST) {
		sc_text_adds(why, "give a whole number from 1 on: ");
		sc_text_visible(why, sc_str_slice(name, 0, 60));
		sc_text_put(why, '=');
		sc_text_number(why, sc_detectors[i]->options[k].standard);
		return false;
	}
	s->values[s->first[i] + k] = value;
	return true;
}

bool sc_detect_settings_off(struct sc_detect_settings *s, sc_str name, struct sc_text *why)
{
	size_t i = detector_of(name, why);
	if (i == SIZE_MAX)
		return false;
	s->off[i] = true;
	return true;
}

static struct sc_role_network role_network(enum sc_role role, const struct sc_ip *ip, unsigned bits)
{
	struct sc_role_network n = {.version = ip->version, .role = (uint8_t)role};
	unsigned char mask[16];
	for (unsigned i = 0; i < 16; i++) {
		unsigned keep = bits > i * 8 ? bits - i * 8 : 0;
		mask[i] = keep >= 8 ? 0xff : (unsigned char)(0xff00u >> keep);
	}
	memcpy(n.mask, mask, sizeof(n.mask));
	memcpy(n.network, ip->octets, sizeof(n.network));
	for (unsigned i = 0; i < 2; i++)
		n.network[i] &= n.mask[i];
	return n;
}

bool sc_detect_settings_network(struct sc_detect_settings *s, enum sc_role role, const struct sc_ip *ip,
				unsigned bits)
{
	if (s->network_count == SC_ROLE_NETWORKS)
		return false;
	s->networks[s->network_count++] = role_network(role, ip, bits);
	return true;
}

bool sc_detect_settings_domain(struct sc_detect_settings *s, sc_str domain)
{
	if (!s->domains)
		s->domains = sc_memory_take(SC_ROLE_DOMAINS * sizeof(*s->domains));
	if (!s->domains || s->domain_count == SC_ROLE_DOMAINS || domain.len >= sizeof(s->domains[0]))
		return false;
	char *to = s->domains[s->domain_count++];
	for (size_t i = 0; i < domain.len; i++)
		to[i] = sc_lower(domain.at[i]);
	return true;
}
