/* crew.h - workers and the threads that do their orders.
 *
 * There is one worker more than there are threads: the master, who would have to wait for the threads while all
 * rings are full, does orders then.  So no processor has two threads to run while another has none, and it does not
 * matter how unevenly connections are spread.
 *
 * Nobody waits for ever.  A thread stands still only in a worker whose events cannot be taken yet, because another
 * worker has to come so far first; the threads and the master are as many as the workers, so that one is claimed, or
 * somebody is free to claim it.  For that, whoever leaves orders behind wakes one that sleeps. */
#ifndef SC_APP_CREW_H
#define SC_APP_CREW_H

#include "app/merge.h"

struct sc_crew {
	struct sc_worker *workers;     /* the caller's, as long as there are threads */
	size_t count;
	struct sc_bell *master;        /* wakes the master */
	const struct sc_merge *merge;  /* what the master takes events with */
};

/* Starts threads for `count` workers, or for fewer when the system does not give as many, and gives the number of
 * workers that may have orders; 0: there are no threads, and nothing has changed.  `full`: each gets a thread, for a
 * master that has no time. */
size_t sc_crew_start(struct sc_crew *c, struct sc_worker *workers, size_t count, bool full);
void sc_crew_stop(struct sc_crew *c);

/* The master's.  Shows the worker's orders, and has somebody look at them. */
void sc_crew_publish(struct sc_crew *c, struct sc_worker *w);
/* Does some orders of the worker that is most behind.  False: there are none that nobody does. */
bool sc_crew_help(struct sc_crew *c);

#endif
