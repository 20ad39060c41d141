/* knock.h - attempts to connect that led to no dialogue, as events for those who see all connections. */
#ifndef SC_ENGINE_KNOCK_H
#define SC_ENGINE_KNOCK_H

#include "engine/inside.h"

/* SYNs that were never answered, and are not awaited any more. */
void sc_knock_unanswered(struct sc_engine *e, const struct sc_syn *syn);

/* The SYN was answered with a reset. */
void sc_knock_refused(struct sc_engine *e, const struct sc_syn *syn);

/* The SYN was answered: of interest when earlier ones asked for ECN and it did not. */
void sc_knock_answered(struct sc_engine *e, const struct sc_syn *syn);

/* A connection ended before anything was said. */
void sc_knock_silent(struct sc_engine *e, const struct sc_flow *flow, enum sc_session_end how);

#endif
