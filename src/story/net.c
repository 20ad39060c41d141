/* net.c - networks and kinds of addresses; see net.h. */
#include "story/net.h"

#include "base/hash.h"
#include "base/text.h"

struct sc_ip sc_net_of(const struct sc_ip *ip)
{
	struct sc_ip net = { .version = ip->version };
	memcpy(net.octets, ip->octets, ip->version == 4 ? 3 : 8);
	return net;
}

bool sc_net_same(const struct sc_ip *a, const struct sc_ip *b)
{
	struct sc_ip x = sc_net_of(a), y = sc_net_of(b);
	return sc_ip_equal(&x, &y);
}

static bool private4(const uint8_t *o)
{
	return o[0] == 10 || o[0] == 127 || (o[0] == 172 && (o[1] & 0xf0) == 16) || (o[0] == 192 && o[1] == 168) ||
		(o[0] == 169 && o[1] == 254) || (o[0] == 100 && (o[1] & 0xc0) == 64);
}

static bool private6(const uint8_t *o)
{
	static const uint8_t loopback[16] = { [15] = 1 };
	return (o[0] & 0xfe) == 0xfc || (o[0] == 0xfe && (o[1] & 0xc0) == 0x80) || memcmp(o, loopback, 16) == 0;
}

bool sc_net_private(const struct sc_ip *ip)
{
	return ip->version == 4 ? private4(ip->octets) : ip->version == 6 && private6(ip->octets);
}

uint64_t sc_net_hash(uint64_t seed, const struct sc_ip *ip)
{
	char key[17];
	memcpy(key, ip->octets, 16);
	key[16] = (char)ip->version;
	return sc_hash(seed, (sc_str){ key, ip->version == 4 ? 4 : 17 });
}
