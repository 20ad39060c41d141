/* icmp.h - what routers and hosts say of TCP packets that did not arrive: ICMP and ICMPv6 errors. */
#ifndef SC_NET_ICMP_H
#define SC_NET_ICMP_H

#include "net/walk.h"

/* Reads an error message behind its IP header.  SC_DECODE_ICMP: it quotes a TCP packet, whose addresses, ports and sequence
 * number are set in the view, and what it says in `icmp`.  Else SC_DECODE_NOT_TCP or SC_DECODE_BROKEN. */
enum sc_decode_status sc_icmp_read(struct sc_walk *w);

#endif
