/* filter.h - the BPF expression, compiled for each link type that is met, and the names of those link types.
 *
 * Its words are widened: "port 25" also means what is inside VLAN tags, tunnels and IP fragments, where libpcap's own
 * program does not look.  Nothing that the expression takes as it stands is refused for it. */
#ifndef SC_INPUT_FILTER_H
#define SC_INPUT_FILTER_H

#include <pcap/pcap.h>

#include "input/tell.h"
#include "net/decode.h"

#define SC_FILTER_LINKS 32
#define SC_FILTER_TAGS  2 /* VLAN tags that are looked behind */

struct sc_filter_link {
	uint16_t link;
	bool     compiled; /* false: no expression, or it makes no sense on this link type */
	struct bpf_program program;
	struct bpf_program behind[SC_FILTER_TAGS]; /* the expression as it is behind one VLAN tag, behind two */
	size_t   behind_count;
};

struct sc_filter {
	char *expression; /* NULL: everything passes */
	bool  exact;      /* not widened */
	bool  widened;    /* `inner` is there */
	struct bpf_program inner; /* for raw IP */
	struct sc_filter_link links[SC_FILTER_LINKS];
	size_t count;
	struct sc_filter_link *current; /* of the last packet */
	struct sc_tell *tell;
	char names[256];
};

/* `expression` may be NULL or empty; `exact`: take it as tcpdump does.  SC_EUSAGE (told): no link type makes sense
 * of it. */
sc_err sc_filter_open(struct sc_filter *f, const char *expression, bool exact, struct sc_tell *tell);

/* Notes the link type, and tells whether the packet is wanted.  Of link types on which the expression makes no sense
 * (told once) only what it takes as raw IP is. */
bool sc_filter_pass(struct sc_filter *f, const struct sc_packet *pkt);
void sc_filter_close(struct sc_filter *f); /* a zeroed one is fine */

#endif
