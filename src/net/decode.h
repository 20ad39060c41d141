/* decode.h - from a link header to the innermost TCP segment: Ethernet with its tags and labels, cooked, loopback,
 * PPP, PPPoE, 802.11, raw IP; IPv4 with options, IPv6 with extension headers; the tunnels of tunnel.c, nested;
 * TCP.  Walks with a cursor, keeps nothing, never fails: what cannot be read is named by `status`. */
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
	SC_DECODE_ICMP,         /* an error message about a TCP packet: see icmp.h */
	SC_DECODE_FRAGMENT,     /* an IP fragment behind which TCP may stand: see defrag.h */
	SC_DECODE_BROKEN,       /* a header lies or is cut */
	SC_DECODE_UNKNOWN_LINK, /* a link type not known */
};

/* Of a fragment: its payload is what IP carries, behind all headers that each fragment has. */
struct sc_fragment {
	uint32_t id;
	uint16_t offset;      /* octets, a multiple of 8 */
	uint8_t  protocol;    /* of what the whole carries; with IPv6 only that of the first fragment counts */
	bool     more;        /* another follows */
};

/* What an ICMP error says of the packet that it quotes. */
struct sc_icmp {
	struct sc_ip from;
	uint8_t  type, code;
	bool     too_big;     /* for the next link, whose MTU is `mtu` (0: it does not say) */
	bool     unreachable; /* nobody takes it there */
	bool     forbidden;   /* a filter does not let it there */
	uint32_t mtu;
};

/* A view; borrowed from the packet. */
struct sc_layers {
	enum sc_decode_status status;
	struct sc_ip src, dst; /* of the innermost IP packet */
	union {
		struct sc_fragment fragment; /* of status SC_DECODE_FRAGMENT; payload and wire_payload are its octets */
		struct sc_icmp icmp; /* of status SC_DECODE_ICMP; addresses, ports and seq are those of the packet it quotes */
	};
	uint32_t network;     /* tells networks apart that may use the same addresses: folded from the VLANs and the
	                       * tunnels, the same for both directions; 0: none */
	uint8_t  layers;      /* headers walked besides a bare link header, IP and TCP: 0 for what most packets are */
	uint16_t src_port, dst_port;
	uint16_t vlan;        /* innermost VLAN id, 0 when untagged */
	uint8_t  ttl;
	uint32_t seq, ack;
	uint8_t  flags;       /* enum sc_tcp_flag */
	uint16_t window;
	uint16_t urgent;
	sc_str   options;     /* TCP options */
	sc_str   payload;     /* as captured: shorter than wire_payload when the capture cut the packet */
	uint32_t wire_payload; /* octets of payload on the wire, by the IP total length (or, when that is 0 as with
	                        * TCP segmentation offload, by what the packet's wire_len leaves) */
	uint16_t ip_id;       /* IPv4 identification; 0 with IPv6 */
	uint16_t checksum;    /* of TCP, as it stands */
	bool     checkable;   /* the whole segment was captured, and its checksum covers what stands here */
	uint64_t sum;         /* of the first 20 octets of the TCP header, as checksum.h adds them */
	bool     checksum_bad; /* TCP checksum wrong, and neither zero nor a bare pseudo-header sum (offload);
	                        * only judged on whole packets when `check` was asked for */
};

/* Reads `pkt` into `*l`; true when status is SC_DECODE_TCP.  `check`: verify the TCP checksum too. */
bool sc_decode(const struct sc_packet *pkt, bool check, struct sc_layers *l);

enum sc_sum { SC_SUM_NONE, SC_SUM_RIGHT, SC_SUM_WRONG };

/* The TCP checksum of a segment that was read; costs a look at every octet of it.  NONE: it cannot be judged, or the network
 * card was to make it: it is zero or the sum of the pseudo-header alone. */
enum sc_sum sc_decode_sum(const struct sc_layers *l);

/* Reads on in `bytes`, what the packet of the fragment in `*l` carries now that it is whole: `wire` octets, of which the
 * first were captured.  The new view borrows from `bytes`. */
bool sc_decode_whole(sc_str bytes, size_t wire, bool check, struct sc_layers *l);

#endif
