/* decode.h - from a link header to a TCP segment: Ethernet, VLAN and QinQ, cooked, loopback, PPP, PPPoE, raw IP; IPv4
 * with options, IPv6 with extension headers; TCP.  Walks with a cursor, keeps nothing, never fails: what cannot be
 * read is named by `status`. */
#ifndef SC_NET_DECODE_H
#define SC_NET_DECODE_H

#include <smtpscope/packet.h>

#include "base/cursor.h"

enum sc_tcp_flag {
	SC_TCP_FIN = 1, SC_TCP_SYN = 2, SC_TCP_RST = 4, SC_TCP_PSH = 8, SC_TCP_ACK = 16, SC_TCP_URG = 32,
	SC_TCP_ECE = 64, SC_TCP_CWR = 128,
};

enum sc_decode_status {
	SC_DECODE_TCP,          /* everything below is set */
	SC_DECODE_NOT_IP,
	SC_DECODE_NOT_TCP,
	SC_DECODE_FRAGMENT,     /* an IP fragment: to be reassembled before TCP can be read */
	SC_DECODE_BROKEN,       /* a header lies or is cut */
	SC_DECODE_UNKNOWN_LINK, /* a link type not known */
};

/* A view; borrowed from the packet. */
struct sc_layers {
	enum sc_decode_status status;
	struct sc_ip src, dst;
	uint16_t src_port, dst_port;
	uint16_t vlan;        /* innermost VLAN id, 0 when untagged (kept for keys that tell networks apart) */
	uint8_t  ttl;
	uint32_t seq, ack;
	uint8_t  flags;       /* enum sc_tcp_flag */
	uint16_t window;
	uint16_t urgent;
	sc_str   options;     /* TCP options */
	sc_str   payload;     /* as captured: shorter than wire_payload when the capture cut the packet */
	uint32_t wire_payload; /* octets of payload on the wire, by the IP total length (or, when that is 0 as with
	                        * TCP segmentation offload, by what the packet's wire_len leaves) */
	bool     checksum_bad; /* TCP checksum wrong, and neither zero nor a bare pseudo-header sum (offload);
	                        * only judged on whole packets when `check` was asked for */
};

/* Reads `pkt` into `*l`; true when status is SC_DECODE_TCP.  `check`: verify the TCP checksum too. */
bool sc_decode(const struct sc_packet *pkt, bool check, struct sc_layers *l);

#endif
