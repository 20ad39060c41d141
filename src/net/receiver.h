/* receiver.h - what a TCP receiver goes by when it judges a segment (RFC 9293 3.10.7.4, RFC 7323 5, RFC 5961).
 *
 * A struct sc_receiver stands for the receiver of one side's segments, as far as the packets of both sides tell about
 * it.  Offsets are those of the streams, as tcp.h counts them; the caller turns numbers into offsets.
 */
#ifndef SC_NET_RECEIVER_H
#define SC_NET_RECEIVER_H

#include "net/decode.h"

/* Why a receiver has to refuse a segment.  Bits: a segment can have several faults. */
enum sc_refusal {
	SC_REFUSE_SUM     = 1,  /* its checksum is wrong */
	SC_REFUSE_NO_ACK  = 2,  /* neither ACK nor SYN nor RST */
	SC_REFUSE_OLD     = 4,  /* its timestamp is older than one that was taken */
	SC_REFUSE_BEYOND  = 8,  /* it reaches beyond the window: Linux takes it when the reader keeps up, others its front */
	SC_REFUSE_FAR_ACK = 16, /* it acknowledges what was never sent */
	SC_REFUSE_OLD_ACK = 32, /* it acknowledges less than any segment on its way can */
	SC_REFUSE_OUTSIDE = 128, /* it begins beyond the window */
	SC_REFUSE_SYN     = 64, /* data in a SYN, without fast open (RFC 7413) */
};

struct sc_tcp_offer {      /* of a SYN */
	bool    seen;
	bool    scales, stamps, sacks;
	uint8_t shift;         /* of its sender's windows, when both sides scale */
	uint8_t sums;          /* of its sender: see receiver.c */
	uint16_t mss;          /* largest payload that its sender takes in one segment; 0: it does not say */
};
struct sc_tcp_offer sc_tcp_offer(const struct sc_layers *l);

#define SC_MIRROR_COPIES 4

struct sc_receiver {
	sc_time  latest;       /* of the side's packets */
	uint64_t edge;         /* end of the window that the receiver offers */
	uint64_t sent;         /* end of what the side has sent, captured or not */
	uint32_t stamp;        /* latest timestamp that the receiver took */
	uint32_t widest;       /* largest window that the side offered itself */
	struct sc_tcp_offer offer; /* of the side whose segments are judged */
	bool     heard;        /* a segment of that side was taken, so `sent` is known */
	bool     edged;        /* `edge` is known */
	bool     stamped;      /* `stamp` is known */
	uint8_t  copies;       /* where the next fingerprint goes */
	struct { uint32_t print, when_us; } copy[SC_MIRROR_COPIES];
};

/* True when the packet is a copy of one that was just seen, as mirror ports make them. */
bool sc_receiver_mirrored(struct sc_receiver *r, const struct sc_layers *l, sc_time when);

/* The refusals that need no offsets: checksum, flags, timestamp.  `other` is the receiver of the other side. */
unsigned sc_receiver_judge(struct sc_receiver *r, const struct sc_receiver *other, const struct sc_layers *l);

/* Learns from a segment that was taken.  `begins_at_ack`: it begins at or before what the receiver has acknowledged, so
 * its timestamp counts (RFC 7323 4.3).  Gives the window that it offers, -1 when that cannot be known. */
int64_t sc_receiver_learn(struct sc_receiver *r, struct sc_receiver *other, const struct sc_layers *l, bool begins_at_ack);

/* The blocks of a SACK option (RFC 2018), at most four; gives how many. */
int sc_receiver_sacks(const struct sc_layers *l, uint32_t blocks[4][2]);

/* A segment with a wrong checksum was taken: sums of that side prove nothing. */
void sc_receiver_distrust(struct sc_receiver *r);

#endif
