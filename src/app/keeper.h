/* keeper.h - keeps the events of a session back until one of them matches, then passes all of them on. */
#ifndef SC_APP_KEEPER_H
#define SC_APP_KEEPER_H

#include <smtpscope/engine.h>

struct sc_keeper;

/* `budget`: octets of events that may wait; beyond it the session that waits longest is given up.  SC_EFAILED: no
 * memory. */
sc_err sc_keeper_open(struct sc_keeper **out, uint64_t budget, sc_emit_fn *pass, void *ctx);

/* `matches`: this event is what was asked for.  `wanted`: it is to be passed on; else it only decides. */
void sc_keeper_take(struct sc_keeper *k, const struct sc_event *ev, bool matches, bool wanted);

/* Sessions whose first events were lost because too many waited. */
uint64_t sc_keeper_given_up(const struct sc_keeper *k);

void sc_keeper_close(struct sc_keeper *k); /* NULL is fine; what still waits has not matched */

#endif
