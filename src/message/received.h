/* received.h - what a Received field says of a hop (RFC 5321 4.4). */
#ifndef SC_MESSAGE_RECEIVED_H
#define SC_MESSAGE_RECEIVED_H

#include <smtpscope/event.h>

/* Slices of `value`; what a clause does not say is left out. */
struct sc_ev_hop sc_received_read(sc_str value);

#endif
