/* wait.c - the end of waiting for secrets: they have come, or nobody waits any longer.  What was to be done with them then is
 * done, and what was held is read by whoever pulls next.
 */
#include "tls/wait.h"

#include "tls/unlock.h"

bool sc_tls_must_hold(const struct sc_tls *t, enum sc_side side)
{
	return t->waiting || (side == SC_CLIENT && t->early_data && !t->early_known && sc_tls_unlock_given(t));
}

void sc_tls_release(struct sc_tls *t)
{
	t->early_known = t->waited = true;
	if (!t->waiting)
		return;
	t->waiting = false;
	t->host->waiting--;
	if (t->rearm_hello)
		sc_tls_unlock_hello(t);
	for (int i = 0; i < 2; i++)
		if (t->rearm[i])
			sc_tls_unlock_change(t, (enum sc_side)i);
}

void sc_tls_hurry(struct sc_tls *t)
{
	t->hurried |= t->waiting;
	sc_tls_release(t);
}

bool sc_tls_ready(const struct sc_tls *t)
{
	return t->waiting && sc_tls_unlock_ready(t);
}

void sc_tls_resume(struct sc_tls *t)
{
	bool early_known = t->early_known;
	if (!sc_tls_ready(t))
		return;
	sc_tls_release(t);
	t->early_known = early_known;
}
