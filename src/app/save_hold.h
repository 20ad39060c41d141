/* save_hold.h - -w over what can be read once only: packets wait until their session matches, or ends without. */
#ifndef SC_APP_SAVE_HOLD_H
#define SC_APP_SAVE_HOLD_H

#include "app/save_key.h"

struct sc_hold;

typedef void sc_hold_put_fn(void *ctx, const struct sc_packet *pkt);

/* `budget`: octets that may wait; beyond it the connection that waits longest is given up.  SC_EFAILED: no memory. */
sc_err   sc_hold_open(struct sc_hold **out, uint64_t budget, sc_hold_put_fn *put, void *ctx);

/* A TCP segment or a fragment, before any event that it causes. */
void     sc_hold_packet(struct sc_hold *h, const struct sc_packet *pkt, const struct sc_layers *l);
void     sc_hold_event(struct sc_hold *h, const struct sc_event *ev, bool matches);

uint64_t sc_hold_lost(const struct sc_hold *h);  /* connections that were given up, mail or not */
void     sc_hold_close(struct sc_hold *h);       /* NULL is fine; what waits has not matched */

#endif
