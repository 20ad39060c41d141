/* segments.h - the packets of one session as a person reads them: who sent what when, and what is remarkable about it. */
#ifndef SC_TUI_SEGMENTS_H
#define SC_TUI_SEGMENTS_H

#include "base/text.h"
#include "tui/tui.h"

#define SC_SEGMENTS 16384 /* of one session; more are counted */

enum sc_segment_mark {
	SC_MARK_SYN = 1, SC_MARK_FIN = 2, SC_MARK_RST = 4,
	SC_MARK_AGAIN = 8,      /* octets that were sent before */
	SC_MARK_GAP = 16,       /* octets before it are not in the capture, or come later */
	SC_MARK_LATE = 32,      /* fills such a gap */
	SC_MARK_ZERO = 64,      /* lets the other side send nothing */
	SC_MARK_OPEN = 128,     /* again lets it send */
	SC_MARK_KEEPALIVE = 256,
	SC_MARK_UNSEEN = 512,   /* acknowledges octets that the capture does not have */
};

struct sc_packet_line {
	sc_time  when;
	uint64_t number;
	uint32_t seq, ack, octets, missing; /* seq and ack count from the beginning of the connection; missing: octets of a gap */
	uint16_t window, marks;
	uint8_t  flags;
	bool     client;
};

/* What is known of one direction. */
struct sc_packet_side {
	uint32_t first, next;   /* sequence numbers: one before the first octet, behind the highest seen */
	uint32_t holes;         /* gaps that are open */
	bool     known, shut;
};

struct sc_packets {
	struct sc_packet_line *lines;
	size_t   count;
	uint64_t lost;          /* for which there was no room */
	struct sc_ev_endpoint client;
	struct sc_packet_side side[2]; /* client, server */
};

bool sc_packets_open(struct sc_packets *s, const struct sc_ev_endpoint *client); /* false: no memory */
void sc_packets_close(struct sc_packets *s);
void sc_packets_add(void *packets, const struct sc_tui_packet *p);

/* "SYN", "sent again, 1,448 octets", "closes its window" ...; for a packet without a mark its numbers. */
void sc_packets_tell(struct sc_text *to, const struct sc_packet_line *line);

#endif
