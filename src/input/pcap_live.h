/* pcap_live.h - packets from network interfaces, several at once, through libpcap. */
#ifndef SC_INPUT_PCAP_LIVE_H
#define SC_INPUT_PCAP_LIVE_H

#include "input/tell.h"

#define SC_LIVE_MOST 64 /* interfaces */

struct sc_live_config {
	const char *const *interfaces; /* "any" is all of them */
	size_t      interface_count;
	uint32_t    snap;          /* octets of each packet; 0: all */
	uint32_t    buffer_mb;     /* in the kernel, for each interface; 0: libpcap's own choice */
	bool        promiscuous;
	int        *fan;           /* a group of sockets for each interface, among which the kernel spreads connections: -1:
	                            * this is the first socket, and the group's number is put here; else it joins.  NULL: none */
	const uint16_t *ports;     /* plain TCP on other ports stays in the kernel; none: every packet is wanted */
	size_t      port_count;
};

/* What the interfaces tell of themselves. */
struct sc_live_facts {
	uint64_t dropped;   /* by the kernel: the buffer was full */
	uint64_t missed;    /* by the interface or its driver */
	uint64_t tagged;    /* packets with a VLAN tag */
	uint64_t large;     /* packets longer than Ethernet frames are: several that the card or kernel has joined */
};

struct sc_live;

/* Opens all interfaces, or none.  What is wrong is told: SC_EINPUT; SC_EFAILED: no memory.  `filter`: a BPF
 * expression that a later sc_filter_pass() judges; the kernel is asked to keep what certainly fails it.  NULL:
 * none. */
sc_err sc_live_open(struct sc_live **out, const struct sc_live_config *config, const char *filter,
	struct sc_tell *tell);

/* All of `pkt` but its number; its octets are borrowed until the next call.  SC_SOURCE_IDLE: nothing is
 * there.  The first time after a packet that is told at once, so that what was found can be shown; then only after
 * a wait of up to 200 ms, or when a signal came.  SC_SOURCE_END: no interface is left; the failures were told. */
enum sc_source_got sc_live_next(struct sc_live *l, struct sc_packet *pkt);

void sc_live_facts(struct sc_live *l, struct sc_live_facts *facts);
void sc_live_close(struct sc_live *l); /* NULL is fine */

/* This process may open packet sockets; false: whoever asks has not the right. */
bool sc_live_allowed(void);

#endif
