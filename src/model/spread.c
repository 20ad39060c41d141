/* spread.c - the histogram of spread.h.  Below 16 microseconds every microsecond has a step of its own; above,
 * each doubling is cut in sixteen. */
#include "model/spread.h"

static unsigned step_of(uint64_t us)
{
	unsigned doublings = 0;
	while (us >> doublings >= 32)
		doublings++;
	unsigned step = us < 16 ? (unsigned)us : doublings * 16 + (unsigned)(us >> doublings);
	return step < SC_SPREAD_STEPS ? step : SC_SPREAD_STEPS - 1;
}

/* The largest duration of a step. */
static uint64_t end_of(unsigned step)
{
	if (step < 32)
		return step;
	unsigned doublings = step / 16 - 1;
	return ((uint64_t)(step % 16 + 17) << doublings) - 1;
}

void sc_spread_add(struct sc_spread *s, sc_time duration)
{
	if (duration < 0)
		return;
	if (s->count == 0 || duration < s->least)
		s->least = duration;
	if (s->count == 0 || duration > s->most)
		s->most = duration;
	s->count++;
	s->steps[step_of((uint64_t)duration / (uint64_t)SC_US)]++;
}

sc_time sc_spread_percentile(const struct sc_spread *s, unsigned percent)
{
	if (s->count == 0)
		return SC_TIME_NONE;
	uint64_t wanted = s->count / 100 * percent + (s->count % 100 * percent + 99) / 100, seen = 0;
	unsigned step = 0;
	for (; step < SC_SPREAD_STEPS - 1; step++) {
		seen += s->steps[step];
		if (seen >= wanted)
			break;
	}
	sc_time end = (sc_time)end_of(step) * SC_US;
	return end > s->most ? s->most : end < s->least ? s->least : end;
}
