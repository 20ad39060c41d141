/* identify.h - the id of a session: the same for the same packets on any machine. */
#ifndef SC_ENGINE_IDENTIFY_H
#define SC_ENGINE_IDENTIFY_H

#include <smtpscope/event.h>

#include "net/flow.h"

/* From its ends in `head`, where the client's stream begins (the number of its SYN, plus one) and when its first packet was
 * captured, to the microsecond.  A connection that never spoke has one, too.  Never 0. */
uint64_t sc_identify(const struct sc_ev_head *head, uint32_t base, sc_time first);

/* Ends, packets so far and id of a connection; the Community ID is left out. */
struct sc_ev_head sc_identify_flow(const struct sc_flow *flow);

#endif
