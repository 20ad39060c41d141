/* slow_session.c - one client keeps many sessions open and says almost nothing (as Slowloris does to web servers).
 *
 * Who is slow matters: while the client waits for a reply, it is the server who drags the session out (a tarpit), and
 * that time is not counted.  Sessions are known when they end, so overlap is looked for among the last ones of a
 * client. */
#include "detect/frame/inside.h"

enum { SESSIONS, AGE };
static const struct sc_detector_option options[] = {
	{"sessions", "open at once, at most 32", 20, "well below Postfix's 50 connections a client"},
	{"age", "s", 60, "longer than any pause of a working client; Postfix under stress waits 10 s"},
};

#define KEPT 32

struct span {
	uint32_t from, to;
};
struct slot {
	struct span spans[KEPT];
	uint32_t next;
	struct sc_trail trail;
};

static bool is_slow(const struct sc_ev_session *x, uint64_t age_s)
{
	sc_time age = x->timing.total_ms, waited = x->timing.waited_ms;
	if (age == SC_TIME_NONE || waited == SC_TIME_NONE || age - waited < (sc_time)age_s * SC_SECOND)
		return false;
	return (sc_time)x->octets.client * SC_SECOND < age - waited;
}

static uint32_t overlapping(const struct slot *slot, struct span at)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < KEPT; i++)
		n += slot->spans[i].to && slot->spans[i].from <= at.to && slot->spans[i].to >= at.from;
	return n;
}

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_session *x = s->ev->body;
	if (!is_slow(x, d->options[AGE]) || s->from.monitor)
		return;
	struct slot *slot = sc_keyed_touch(&d->tables[0], s->client, s->second);
	struct span at = {sc_seconds(x->start), sc_seconds(x->end)};
	slot->spans[slot->next++ % KEPT] = at;
	sc_trail_add(&slot->trail, s);
	uint32_t n = overlapping(slot, at);
	if (n < d->options[SESSIONS])
		return;
	struct sc_text *t = sc_say_begin(d);
	sc_say_part(t, "", n, " sessions open at once, each for more than ");
	sc_say_part(t, "", d->options[AGE], " s with less than an octet a second from the client");
	sc_detector_tell(d, s,
			 &(struct sc_report){.severity = SC_SEVERITY_MEDIUM,
					     .confidence = 75,
					     .window_s = 600,
					     .count = n,
					     .threshold = d->options[SESSIONS],
					     .absence = true,
					     .trail = &slot->trail});
}

const struct sc_detector_class sc_detector_slow_session = {
	.name = "slow_session",
	.summary = "Many sessions of one client at once that stay open while the client says almost nothing: they "
		   "use up the server's "
		   "connections.",
	.innocent = "Clients that a tarpit holds: there the server is the slow one, and nothing is said.",
	.advice = "Limit connections a client, and shorten time-outs under load.",
	.scope = SC_SCOPE_GLOBAL,
	.wants = SC_WANT(SC_EVENT_session),
	.options = SC_OPTIONS_OF(options),
	.tables = {{1024, sizeof(struct slot), -1}},
	.observe = observe,
};
