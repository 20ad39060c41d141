/* tunnel.h - what IP carries besides TCP: tunnels by their protocol number, or by a well-known UDP port. */
#ifndef SC_NET_TUNNEL_H
#define SC_NET_TUNNEL_H

#include "net/walk.h"

/* Takes the tunnel's headers off what IP carries, and gives what stands inside; SC_NEXT_NONE: nothing that is
 * known. */
enum sc_next sc_tunnel_enter(struct sc_walk *w, uint8_t protocol);

/* TCP may stand, perhaps behind more headers, in a packet of IP's `version` of which this is a fragment.  `begin`:
 * what the first fragment holds; none: a later one, of which with IPv6 the protocol need not be true (RFC 8200
 * 4.5). */
bool sc_tunnel_possible(uint8_t protocol, uint8_t version, sc_str begin);

#endif
