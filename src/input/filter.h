/* filter.h - the BPF expression, compiled for each link type that is met, and the names of those link types. */
#ifndef SC_INPUT_FILTER_H
#define SC_INPUT_FILTER_H

#include <pcap/pcap.h>

#include "input/tell.h"

#define SC_FILTER_LINKS 32

struct sc_filter_link {
	uint16_t link;
	bool     compiled; /* false: no expression, or it makes no sense on this link type */
	struct bpf_program program;
};

struct sc_filter {
	char *expression; /* NULL: everything passes */
	struct sc_filter_link links[SC_FILTER_LINKS];
	size_t count;
	struct sc_filter_link *current; /* of the last packet */
	struct sc_tell *tell;
	char names[256];
};

/* `expression` may be NULL or empty.  SC_EUSAGE (told): no link type makes sense of it. */
sc_err sc_filter_open(struct sc_filter *f, const char *expression, struct sc_tell *tell);

/* Notes the link type, and tells whether the packet is wanted.  Of link types on which the expression makes no sense
 * (told once) nothing is. */
bool sc_filter_pass(struct sc_filter *f, const struct sc_packet *pkt);
void sc_filter_close(struct sc_filter *f); /* a zeroed one is fine */

#endif
