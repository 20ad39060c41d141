/* sorting.h - which connections are mail, and what is told of those on its ports that are not. */
#ifndef SC_ENGINE_SORTING_H
#define SC_ENGINE_SORTING_H

#include "engine/inside.h"

/* The session of a connection that has none yet, by this run; NULL: not now, and when `flow->ignored` is set, never.  `*side`
 * is corrected when the ends were guessed the wrong way round. */
struct sc_mail *sc_sorting_open(struct sc_engine *e, struct sc_flow *flow, enum sc_side *side, const struct sc_segment *run);

/* A run that its session was fed: the adviser hears the first ones, and once more those of TLS. */
void sc_sorting_hear(struct sc_engine *e, struct sc_mail *m, enum sc_side side, const struct sc_segment *run);
void sc_sorting_hear_anew(struct sc_engine *e, struct sc_mail *m);

/* A connection that is known not to be mail, and of which nothing is waited for: of its packets only the end is looked for.
 * True: it is over. */
bool sc_sorting_passes(const struct sc_flow *flow);
bool sc_sorting_pass(struct sc_engine *e, struct sc_flow *flow, enum sc_side side, const struct sc_layers *l);

/* The session is about to end: its risks; or, when it was none, the `non_smtp` event.  `sure`: what is there is enough to say
 * that nobody spoke SMTP. */
void sc_sorting_facts(struct sc_engine *e, struct sc_mail *m);
void sc_sorting_tell(struct sc_engine *e, struct sc_mail *m, bool sure);

/* The connection is forgotten. */
void sc_sorting_end(struct sc_engine *e, struct sc_flow *flow);

#endif
