/* forged.h - resets in the name of a side that knows nothing of them. */
#ifndef SC_ENGINE_FORGED_H
#define SC_ENGINE_FORGED_H

#include "engine/inside.h"

/* A segment of a connection that was over before it: tells when it shows that another sent the reset (injected_reset), once
 * a connection. */
void sc_forged_see(struct sc_engine *e, struct sc_flow *flow, enum sc_side side, const struct sc_layers *l);

#endif
