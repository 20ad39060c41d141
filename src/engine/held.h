/* held.h - connections that are over and whose TLS keys may still come. */
#ifndef SC_ENGINE_HELD_H
#define SC_ENGINE_HELD_H

#include "engine/inside.h"

/* The connection is over, and all its octets are read: true when it waits for keys; then it is told later.  `how`: as its
 * session is to end. */
bool sc_held_take(struct sc_engine *e, struct sc_flow *flow, enum sc_session_end how);

/* Puts those before `list`, linked by `due`, that are to be told at `now`: their keys have come, none can come any more, or
 * they have waited a minute. */
struct sc_flow *sc_held_due(struct sc_engine *e, sc_time now, struct sc_flow *list);

/* Tells of it as of the moment when it was over; it is closed from here on.  `hurried`: without waiting for its keys. */
void sc_held_end(struct sc_engine *e, struct sc_flow *flow, bool hurried);

#endif
