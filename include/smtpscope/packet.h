/* packet.h - what a capture hands to the engine. */
#ifndef SMTPSCOPE_PACKET_H
#define SMTPSCOPE_PACKET_H

#include <smtpscope/base.h>

/* Link types (the numbers of pcap files) that net/decode reads. */
enum sc_link {
	SC_LINK_NULL      = 0,   /* BSD loopback: address family in the writer's byte order */
	SC_LINK_ETHERNET  = 1,
	SC_LINK_PPP       = 9,
	SC_LINK_PPP_HDLC  = 50,
	SC_LINK_PPPOE     = 51,
	SC_LINK_RAW_BSD   = 12,  /* raw IP as some BSDs number it */
	SC_LINK_RAW_OPENBSD = 14,
	SC_LINK_RAW       = 101,
	SC_LINK_CISCO_HDLC = 104,
	SC_LINK_WIFI      = 105, /* 802.11 without anything before it */
	SC_LINK_LOOP      = 108, /* OpenBSD loopback: address family in network order */
	SC_LINK_ENC       = 109, /* BSD: what IPsec was taken from */
	SC_LINK_SLL       = 113, /* Linux cooked capture v1 */
	SC_LINK_PFLOG     = 117, /* BSD: the log of the packet filter */
	SC_LINK_RADIOTAP  = 127, /* 802.11 behind a radiotap header */
	SC_LINK_PPI       = 192, /* per-packet information, before 802.11 */
	SC_LINK_MPLS      = 219,
	SC_LINK_IPV4      = 228,
	SC_LINK_IPV6      = 229,
	SC_LINK_SLL2      = 276, /* Linux cooked capture v2 */
};

struct sc_packet {
	uint64_t number;   /* 1, 2, 3 ... over the whole input as merged */
	sc_time  when;     /* from the capture, never from a clock */
	uint32_t wire_len; /* octets on the wire; more than bytes.len when the capture cut the packet */
	uint16_t link;     /* enum sc_link, or a number the engine does not know */
	sc_str   bytes;    /* from the link header on; borrowed for the call */
};

#endif
