/* defrag.h - IP datagrams made whole from their fragments, IPv4 and IPv6, also inside tunnels and around them.
 *
 * Bounded: the octets wait in pages from one pool, a datagram holds 64 KiB at most, and is given up 30 seconds of
 * capture time after its first fragment, or when it is the oldest and others need its pages.  What is given up
 * depends on the packets only, not on a clock.  Nothing is allocated after opening. */
#ifndef SC_NET_DEFRAG_H
#define SC_NET_DEFRAG_H

#include <smtpscope/counters.h>

#include "base/pool.h"
#include "net/decode.h"

#define SC_DEFRAG_PAGE 2048 /* octets of a datagram that share a page: a fragment of 1500 touches two at most */

struct sc_defrag {
	struct sc_pool pages, datagrams;
	struct sc_counters *counters; /* its owner's */
	uint32_t *buckets;            /* index + 1 */
	uint32_t  mask;
	uint32_t  oldest, newest;     /* datagrams by their first fragment: index + 1 */
	uint64_t  seed;
	char     *whole;              /* where a datagram is put together */
};

/* Takes at most `octets`, and at least what one datagram needs (about 140 KiB).  False: there is no memory. */
bool sc_defrag_open(struct sc_defrag *d, uint64_t octets, uint64_t seed, struct sc_counters *counters);
void sc_defrag_close(struct sc_defrag *d); /* a zeroed one is fine */

/* sc_decode(), and where that ends at a fragment, reassembly.  With the fragment that completes a datagram the
 * view is of what the datagram carries, and borrows from `d` until the next call; with the others status is
 * SC_DECODE_FRAGMENT. */
bool sc_defrag_decode(struct sc_defrag *d, const struct sc_packet *pkt, bool check, struct sc_layers *l);

/* Gives up every datagram that is not whole: the capture ends. */
void sc_defrag_finish(struct sc_defrag *d);

#endif
