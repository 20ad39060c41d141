/* pcapng.h - the pcapng format: sections of either byte order, several interfaces, statistics and secrets. */
#ifndef SC_INPUT_PCAPNG_H
#define SC_INPUT_PCAPNG_H

#include <smtpscope/packet.h>

#include "input/clock.h"
#include "input/stream.h"

/* What else than packets the blocks tell, added up; shared by all files of an input. */
struct sc_pcapng_watch {
	uint64_t dropped; /* isb_ifdrop and isb_osdrop, the last of each interface */
	uint64_t secrets; /* Decryption Secrets Blocks */
	void   (*keylog)(void *ctx, sc_str text); /* TLS key logs, borrowed for the call; NULL: not wanted */
	void    *ctx;
};

struct sc_pcapng_interface {
	struct sc_clock clock;
	uint64_t dropped;
	uint32_t snap; /* 0: no limit */
	uint16_t link;
};

struct sc_pcapng {
	bool     big; /* numbers of this section are big-endian */
	struct sc_pcapng_interface *interfaces; /* of this section */
	uint32_t interface_count, interface_room;
	sc_time  last; /* of the last packet with a time; Simple Packet Blocks have none and get this one */
	struct sc_pcapng_watch *watch; /* NULL: nobody wants to know */
	bool     known; /* the key logs of this file were handed out before */
};

/* The first octets (12 tell for certain) are those of a pcapng file. */
bool sc_pcapng_is(sc_str head);

/* Reads the first section header; false as for sc_pcapng_next().  Zeroed but for `watch` before. */
bool sc_pcapng_open(struct sc_pcapng *ng, struct sc_stream *in);

/* Sets all of `pkt` but its number; `bytes` borrows from the stream.  False: no more, and `in->ending` tells why. */
bool sc_pcapng_next(struct sc_pcapng *ng, struct sc_stream *in, struct sc_packet *pkt);

/* The stream was cut: within a packet's block, or in another place? */
bool sc_pcapng_in_packet(const struct sc_pcapng *ng, const struct sc_stream *in);

void sc_pcapng_close(struct sc_pcapng *ng); /* a zeroed one is fine */

#endif
