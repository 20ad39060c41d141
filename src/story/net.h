/* net.h - whose address it is: the networks that mail is sent from. */
#ifndef SC_STORY_NET_H
#define SC_STORY_NET_H

#include "base/str.h"

/* The network that a pool of clients shares: /24, for IPv6 /64. */
struct sc_ip sc_net_of(const struct sc_ip *ip);
bool sc_net_same(const struct sc_ip *a, const struct sc_ip *b);
/* Private, loopback or link-local (RFC 1918, 6598, 3927, 4193, 4291). */
bool sc_net_private(const struct sc_ip *ip);
/* A keyed hash of the address. */
uint64_t sc_net_hash(uint64_t seed, const struct sc_ip *ip);

#endif
