/* slowest.c - keeps the longest waits in order; see slowest.h. */
#include "model/slowest.h"

void sc_slowest_add(struct sc_slowest *s, const struct sc_slow *slow)
{
	if (slow->duration == SC_TIME_NONE || slow->duration < SC_SECOND)
		return;
	size_t at = s->count < SC_SLOWEST_KEPT ? s->count++ : SC_SLOWEST_KEPT - 1;
	if (at == SC_SLOWEST_KEPT - 1 && s->items[at].duration >= slow->duration)
		return;
	for (; at > 0 && s->items[at - 1].duration < slow->duration; at--)
		s->items[at] = s->items[at - 1];
	s->items[at] = *slow;
}
