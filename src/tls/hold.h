/* hold.h - runs of a connection that wait for what must be known first: secrets that come late, or the server's word on early
 * data. */
#ifndef SC_TLS_HOLD_H
#define SC_TLS_HOLD_H

#include "base/fifo.h"
#include "base/segment.h"

#define SC_TLS_HOLD_OCTETS (256u << 10) /* of one side: a dialogue with a message of usual size */

struct sc_tls_hold { /* of one side */
	struct sc_fifo fifo;
	uint32_t octets;
	bool     lent;   /* the oldest run is given out */
};

/* Keeps a copy of `run`, which is shortened by what there was room for; `order` tells when it came.  True: all was kept. */
bool sc_tls_hold_add(struct sc_tls_hold *h, uint64_t order, struct sc_segment *run);
/* When the oldest run came; SC_NONE: there is none. */
uint64_t sc_tls_hold_order(struct sc_tls_hold *h);
/* The oldest run, which there is; good until the next call of any of these. */
struct sc_segment sc_tls_hold_take(struct sc_tls_hold *h);
void sc_tls_hold_clear(struct sc_tls_hold *h);

#endif
