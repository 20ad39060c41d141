/* wire.h - what the packets of one session tell about the path between its two ends.
 *
 * The engine fills this in from the packets (engine/wire.c), and the rules of the diagnoses read it.  "Sent again"
 * leaves out copies that a mirror port makes, keep-alives and probes of a closed window.
 */
#ifndef SC_STORY_WIRE_H
#define SC_STORY_WIRE_H

#include <smtpscope/base.h>

#include "base/segment.h"

/* A stretch of time, and the packets at its ends.  packets 0: there was none. */
struct sc_wire_span {
	sc_time  from, to;
	uint64_t first, last;
};

/* Octets that one side sends again and again, since the other does not acknowledge them. */
struct sc_wire_stuck {
	struct sc_wire_span span; /* of the repetitions */
	uint32_t seq, octets;     /* of the segment */
	uint32_t times;           /* sent again so often, in that size */
	uint32_t small;           /* smaller segments of this side that had been acknowledged by then */
	sc_time  quiet;           /* the connection had been silent so long before the segment was sent */
	bool     full;            /* as large as segments of this side get */
	bool     shrunk;          /* a smaller copy was acknowledged where the full one was not */
};

/* A FIN or RST; packet 0: none was seen. */
struct sc_wire_end {
	sc_time  when;
	uint64_t packet;
	uint32_t ack;    /* what it acknowledged */
	sc_time  quiet;  /* the other side had sent no payload for so long; SC_TIME_NONE: it never had */
	uint8_t  ttl;
	bool     data;   /* payload came with it */
};

struct sc_wire_side {
	uint64_t payload, again;     /* octets sent, and those of them that were sent again before they were acknowledged */
	uint32_t segments, repeats;  /* the same in segments with payload */
	uint32_t packets;
	uint32_t largest;            /* payload of its largest segment */
	uint32_t top, acked;         /* sequence numbers: end of what it sent, and of what was acknowledged */
	uint32_t small, small_acked; /* segments under the size that `stuck` counts as large */
	bool     known;              /* top and acked are set */
	bool     closed;             /* it lets the other side send nothing */
	bool     small_open;         /* its last segment was small */
	uint8_t  ttl_least, ttl_most;
	uint8_t  recent_next;
	uint16_t mss;                /* announced in its SYN; 0: none */
	uint16_t nagles;             /* waits of a small segment for a delayed acknowledgement */
	sc_time  nagle_time;         /* all of them together */
	struct sc_wire_span nagle;   /* first and last of them */
	sc_time  flight_at;          /* what is on its way began to be sent then; 0: part of it was acknowledged */
	sc_time  data_at, ack_at, small_at; /* last segment with payload, pure acknowledgement, small segment */
	uint64_t data_packet;
	uint32_t tail;               /* payload of its last segment that was not sent again */
	sc_time  first_at;           /* when its first segment with payload came, if it is known */
	struct { uint32_t from, to; sc_time at; } holes[4]; /* sequence numbers that were skipped, and when */
	uint8_t  hole_next;
	struct sc_wire_span shut;    /* the window is closed, since then */
	struct sc_wire_span longest_shut;
	struct sc_wire_stuck stuck, worst; /* in work; the one that tells most */
	struct sc_wire_end fin, rst;
	uint16_t window;             /* latest that it offered, as it stands in the header */
	bool     scales;             /* both sides agreed on scaling it */
	bool     beyond_open;        /* a segment that begins at beyond_seq is on its way */
	uint16_t filled;             /* times that it filled the other's unscaled window to the octet */
	uint16_t beyond_lost, beyond_passed; /* segments that reach beyond that window: sent again, or not */
	uint32_t beyond_seq;
	uint64_t beyond;             /* packet of the first that was lost there */
	struct { uint32_t seq, octets; uint16_t id; sc_time when; } recent[4];
};

/* An ICMP error about a packet of this connection; packet 0: none was seen. */
struct sc_wire_icmp {
	uint64_t packet;
	struct sc_ip from;
	uint8_t  type, code;
	bool     too_big;       /* fragmentation needed, packet too big */
	bool     forbidden;     /* a filter says so */
	uint32_t mtu;
	enum sc_side about;     /* who had sent the packet */
};

struct sc_wire {
	struct sc_wire_side side[2];
	struct sc_wire_icmp icmp;
	struct sc_wire_span stall; /* the longest pause inside message text that is the sender's own */
	uint64_t text_octets;      /* of the message in work */
	sc_time  trip;             /* there and back, as the handshake took; 0: not known */
	sc_time  last;             /* of its packets */
	uint64_t last_packet;
};

#endif
