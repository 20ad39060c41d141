/* wire.h - the packets of a dialogue: cut, ordered and repeated as a test wants them. */
#ifndef SC_TESTS_WIRE_H
#define SC_TESTS_WIRE_H

#include <smtpscope/packet.h>

#include "script.h"

/* A TCP packet before it is octets.  Numbers are stream offsets; the SYN stands before offset 0. */
struct frame {
	enum sc_side side;
	uint8_t  flags;
	int64_t  seq, ack;    /* offsets; -1: the SYN */
	const char *bytes;    /* borrowed from the script, or from the owner of the plan */
	size_t   len;
	sc_time  when;
	bool     handshake, lost;
};

struct plan {
	struct frame *frames;
	size_t count;
	char  *text;          /* owned: the octets of all groups */
	uint16_t port;
};

/* How the groups of octets become segments. */
struct cutting {
	size_t octets;   /* at most so many a segment; 0: whole groups */
	size_t split_at; /* also cut here, counted over all octets said; SIZE_MAX: nowhere */
	bool   halves;   /* every group in two */
};

struct plan plan_of(const struct dialogue *d, struct cutting cut);
void plan_free(struct plan *p);

/* All packets behind the handshake at the same time. */
void plan_one_moment(struct plan *p);
/* One side's packets captured before the other's (resets stay last). */
void plan_side_first(struct plan *p, enum sc_side side);
/* Every packet behind the handshake twice. */
void plan_twice(struct plan *p);
/* Exchanges the nth pair of successive data packets of one side; false when there are not so many. */
bool plan_swap(struct plan *p, size_t nth);

/* The frame as an Ethernet packet, in memory of exactly its size: give it to free(). */
char *wire_packet(const struct plan *p, const struct frame *f, size_t *len);

#endif
