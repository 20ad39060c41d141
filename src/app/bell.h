/* bell.h - how one thread sleeps until another has something for it.
 *
 *	unsigned heard = sc_bell_heard(bell);
 *	if (there is nothing to do)
 *		sc_bell_wait(bell, heard);
 *
 * What was done before a ring is seen by whoever heard it, and no ring between sc_bell_heard() and sc_bell_wait() is
 * lost.  Ringing takes a lock only when somebody sleeps.
 */
#ifndef SC_APP_BELL_H
#define SC_APP_BELL_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct sc_bell {
	atomic_uint rings;
	atomic_bool asleep;
	pthread_mutex_t lock;
	pthread_cond_t  cond;
};

void     sc_bell_open(struct sc_bell *b);
void     sc_bell_close(struct sc_bell *b); /* nobody sleeps */
unsigned sc_bell_heard(struct sc_bell *b);
void     sc_bell_ring(struct sc_bell *b);  /* from any thread */
bool     sc_bell_asleep(struct sc_bell *b); /* from any thread: somebody waits, or is about to */
void     sc_bell_wait(struct sc_bell *b, unsigned heard); /* one sleeper at a time */
void     sc_bell_wait_ms(struct sc_bell *b, unsigned heard, unsigned ms); /* no longer than that */

#endif
