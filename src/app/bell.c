/* bell.c - a count of rings, and a condition for who waits for the next one.
 *
 * The sleeper says that it is asleep and then looks at the count; the ringer counts and then looks who is asleep.
 * Both in one order for all threads, so at least one of them sees the other. */
#include "app/bell.h"

#include <time.h>

#include <smtpscope/base.h>

void sc_bell_open(struct sc_bell *b)
{
	atomic_init(&b->rings, 0);
	atomic_init(&b->asleep, false);
	/* Without attributes neither asks the system for anything. */
	SC_ASSERT(pthread_mutex_init(&b->lock, NULL) == 0);
	SC_ASSERT(pthread_cond_init(&b->cond, NULL) == 0);
}

void sc_bell_close(struct sc_bell *b)
{
	pthread_cond_destroy(&b->cond);
	pthread_mutex_destroy(&b->lock);
}

unsigned sc_bell_heard(struct sc_bell *b)
{
	return atomic_load(&b->rings);
}

void sc_bell_ring(struct sc_bell *b)
{
	atomic_fetch_add(&b->rings, 1);
	if (!atomic_load(&b->asleep))
		return;
	pthread_mutex_lock(&b->lock);
	pthread_cond_signal(&b->cond);
	pthread_mutex_unlock(&b->lock);
}

bool sc_bell_asleep(struct sc_bell *b)
{
	return atomic_load(&b->asleep);
}

void sc_bell_wait(struct sc_bell *b, unsigned heard)
{
	pthread_mutex_lock(&b->lock);
	atomic_store(&b->asleep, true);
	while (atomic_load(&b->rings) == heard)
		pthread_cond_wait(&b->cond, &b->lock);
	atomic_store(&b->asleep, false);
	pthread_mutex_unlock(&b->lock);
}

void sc_bell_wait_ms(struct sc_bell *b, unsigned heard, unsigned ms)
{
	struct timespec until;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += (long)(ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	pthread_mutex_lock(&b->lock);
	atomic_store(&b->asleep, true);
	while (atomic_load(&b->rings) == heard)
		if (pthread_cond_timedwait(&b->cond, &b->lock, &until) != 0)
			break;
	atomic_store(&b->asleep, false);
	pthread_mutex_unlock(&b->lock);
}
