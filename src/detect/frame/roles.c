/* roles.c - who is who; see roles.h.
 *
 * Learning trusts nothing: a domain or network needs clients of three networks, so one client that makes a careless
 * server accept foreign mail teaches nothing, and all is kept in tables of fixed size. */
#include "detect/frame/roles.h"

#include "base/hash.h"
#include "base/memory.h"
#include "base/text.h"
#include "detect/frame/settings.h"
#include "detect/primitives/keyed.h"

#define LEARNT_SLOTS 4096
#define LEARNT_NETS  3
#define LEARNT_IDLE  (7 * 86400)

struct learnt {
	uint64_t nets[LEARNT_NETS];
	uint32_t count;
};

struct sc_roles {
	const struct sc_detect_settings *settings;
	uint64_t seed;
	bool has_home, learns;
	uint64_t learnt_domains, learnt_networks; /* how often one was */
	struct sc_keyed domains, networks, servers;
};

uint64_t sc_ip_hash(uint64_t seed, const struct sc_ip *ip)
{
	return sc_hash(seed, (sc_str){(const char *)ip->octets, ip->version == 4 ? 4 : 16});
}

/* The last of four octets is stirred in (Vigna's splitmix64) rather than hashed anew: the rest is keyed, and of a network there are
 * but 256 addresses. */
void sc_ip_hashes(uint64_t seed, const struct sc_ip *ip, uint64_t *address, uint64_t *network)
{
	if (ip->version == 6) {
		struct sc_ip net = sc_network_of(ip);
		*network = sc_ip_hash(seed, &net);
		*address = sc_ip_hash(seed, ip);
		return;
	}
	uint64_t first = 0;
	memcpy(&first, ip->octets, 3);
	uint64_t x = *network = sc_hash_short(seed, first, 3);
	x += (ip->octets[3] + UINT64_C(1)) * UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	*address = x ^ x >> 31;
}

bool sc_ip_loopback(const struct sc_ip *ip)
{
	static const uint8_t one[16] = {[15] = 1};
	return ip->version == 4 ? ip->octets[0] == 127 : memcmp(ip->octets, one, sizeof(one)) == 0;
}

/* RFC 1918, 3927, 6598, 4193, 4291, and loopback. */
bool sc_ip_private(const struct sc_ip *ip)
{
	const uint8_t *o = ip->octets;
	if (sc_ip_loopback(ip))
		return true;
	if (ip->version == 6)
		return (o[0] & 0xfe) == 0xfc || (o[0] == 0xfe && (o[1] & 0xc0) == 0x80);
	return o[0] == 10 || (o[0] == 172 && (o[1] & 0xf0) == 16) || (o[0] == 192 && o[1] == 168) ||
	       (o[0] == 169 && o[1] == 254) || (o[0] == 100 && (o[1] & 0xc0) == 64);
}

static bool is_learnt(const struct sc_keyed *t, uint64_t hash)
{
	const struct learnt *l = sc_keyed_find(t, hash);
	return l && l->count == LEARNT_NETS;
}

struct sc_place sc_roles_place(const struct sc_roles *r, const struct sc_ip *ip, uint64_t address, uint64_t network)
{
	struct sc_place p = {.loopback = sc_ip_loopback(ip), .learnt = !r->has_home};
	uint64_t words[2];
	memcpy(words, ip->octets, sizeof(words));
	for (size_t i = 0; i < r->settings->network_count; i++) {
		const struct sc_role_network *a = &r->settings->networks[i];
		uint64_t other = ((words[0] & a->mask[0]) ^ a->network[0]) | ((words[1] & a->mask[1]) ^ a->network[1]);
		if (other || a->version != ip->version)
			continue;
		p.home |= a->role == SC_ROLE_HOME;
		p.peer |= a->role == SC_ROLE_PEER;
		p.monitor |= a->role == SC_ROLE_MONITOR;
	}
	if (!r->has_home)
		p.home = sc_ip_private(ip) || (r->learns && is_learnt(&r->networks, network));
	p.server = r->learns && p.home && sc_keyed_find(&r->servers, address);
	return p;
}

uint64_t sc_roles_version(const struct sc_roles *r)
{
	return r->learnt_networks + r->networks.evicted + r->servers.used + r->servers.evicted;
}

uint64_t sc_roles_domains_version(const struct sc_roles *r)
{
	return r->settings->domain_count ? 0 : r->learnt_domains + r->domains.evicted;
}

void sc_roles_server(struct sc_roles *r, uint64_t address, uint32_t second)
{
	if (r->learns)
		(void)sc_keyed_touch(&r->servers, address, second);
}

static bool below(sc_str domain, sc_str parent)
{
	return domain.len >= parent.len && sc_lower(domain.at[domain.len - 1]) == parent.at[parent.len - 1] &&
	       sc_str_ends_nocase(domain, parent) &&
	       (domain.len == parent.len || domain.at[domain.len - parent.len - 1] == '.');
}

bool sc_roles_local(const struct sc_roles *r, sc_str domain, bool *learnt)
{
	*learnt = r->settings->domain_count == 0;
	if (domain.len == 0)
		return false;
	for (size_t i = 0; i < r->settings->domain_count; i++)
		if (below(domain, sc_str_of(r->settings->domains[i])))
			return true;
	return *learnt && r->learns && is_learnt(&r->domains, sc_hash_nocase(r->seed, domain));
}

bool sc_roles_served(const struct sc_roles *r, sc_str domain)
{
	return r->learns && is_learnt(&r->domains, sc_hash_nocase(r->seed, domain));
}

bool sc_roles_exact(const struct sc_roles *r, sc_str domain, bool *learnt)
{
	if (!sc_roles_local(r, domain, learnt))
		return false;
	for (size_t i = 0; i < r->settings->domain_count; i++)
		if (sc_str_equal_nocase(domain, sc_str_of(r->settings->domains[i])))
			return true;
	return *learnt;
}

bool sc_roles_knows_domains(const struct sc_roles *r, bool *learnt)
{
	*learnt = r->settings->domain_count == 0;
	return !*learnt || r->learnt_domains > 0;
}

sc_str sc_roles_domain(const struct sc_roles *r, size_t i)
{
	return i < r->settings->domain_count ? sc_str_of(r->settings->domains[i]) : SC_STR_NONE;
}

static bool note_net(struct learnt *l, uint64_t net)
{
	for (uint32_t i = 0; i < l->count; i++)
		if (l->nets[i] == net)
			return false;
	if (l->count == LEARNT_NETS)
		return false;
	l->nets[l->count++] = net;
	return l->count == LEARNT_NETS;
}

void sc_roles_learn_domain(struct sc_roles *r, uint64_t domain, uint64_t client, uint32_t second)
{
	if (r->learns)
		r->learnt_domains += note_net(sc_keyed_touch(&r->domains, domain, second), client);
}

void sc_roles_learn_network(struct sc_roles *r, uint64_t server, uint64_t client, uint32_t second)
{
	if (r->learns && !r->has_home)
		r->learnt_networks += note_net(sc_keyed_touch(&r->networks, server, second), client);
}

sc_err sc_roles_open(struct sc_roles **out, const struct sc_detect_settings *settings, uint64_t seed, bool learns)
{
	struct sc_roles *r = sc_memory_take(sizeof(*r));
	*out = r;
	if (!r)
		return SC_EFAILED;
	r->settings = settings;
	r->seed = seed;
	r->learns = learns;
	for (size_t i = 0; i < settings->network_count; i++)
		r->has_home |= settings->networks[i].role == SC_ROLE_HOME;
	if (!learns)
		return SC_OK;
	bool room = sc_keyed_open(&r->domains, LEARNT_SLOTS, sizeof(struct learnt), LEARNT_IDLE) &&
		    sc_keyed_open(&r->networks, LEARNT_SLOTS, sizeof(struct learnt), LEARNT_IDLE) &&
		    sc_keyed_open(&r->servers, LEARNT_SLOTS, 1, LEARNT_IDLE);
	return room ? SC_OK : SC_EFAILED;
}

size_t sc_roles_octets(const struct sc_roles *r)
{
	size_t sum = sizeof(*r);
	return r->learns ? sum + sc_keyed_octets(&r->domains) + sc_keyed_octets(&r->networks) + sc_keyed_octets(&r->servers) : sum;
}

void sc_roles_close(struct sc_roles *r)
{
	if (!r)
		return;
	sc_keyed_close(&r->domains);
	sc_keyed_close(&r->networks);
	sc_keyed_close(&r->servers);
	sc_memory_give(r);
}
