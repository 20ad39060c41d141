/* connection_flood.c - more new sessions a minute than a client needs, or more at once.
 *
 * Sessions are known when they end, so how many were open at once is found among the last ones of a client.  Only those that
 * went on for a while are kept: so many short ones at once are too many a minute, too. */
#include "detect/frame/inside.h"

enum { SESSIONS, WINDOW, NETWORK, OPEN };
static const struct sc_detector_option options[] = {
	{"sessions", "sessions of one client", 60, "one a second; Postfix' anvil counts in the same window"},
	{"window", "s", 60, "anvil_rate_time_unit"},
	{"network", "sessions of one network", 240, "a large provider sends from many addresses of a network"},
	{"open", "sessions of one client at once, at most 64", 50, "Postfix' smtpd_client_connection_count_limit"},
};

#define KEPT 64
#define LONG 40 /* seconds that a session goes on to be kept */

struct span { /* seconds; the mail was accepted */
	uint32_t from, lasted : 31, mail : 1;
};

/* The long sessions of a client. */
struct stay {
	struct span spans[KEPT];
	uint32_t next;
	struct sc_trail trail;
};

struct slot {
	struct sc_rate rate;
	struct sc_window mails;
};

static void judge(struct sc_detector *d, const struct sc_sight *s, enum sc_level level)
{
	const struct sc_ev_session *x = s->ev->body;
	uint64_t window = d->options[WINDOW];
	uint64_t limit = level == SC_LEVEL_CLIENT ? d->options[SESSIONS] : d->options[NETWORK];
	struct slot *slot = sc_sight_slot(d, s, level);
	if (!slot)
		return;
	sc_window_add(&slot->mails, x->recipients.accepted > 0, s->second, (uint32_t)window);
	uint32_t n = sc_rate_hit(&slot->rate, s, 1, window),
		 mails = sc_window_count(&slot->mails, s->second, (uint32_t)window);
	if (n <= limit || !sc_level_speaks(level, &slot->rate))
		return;
	bool working = mails * 2 >= n;
	struct sc_text *t = sc_say_begin(d);
	sc_say_part(t, "", n, " sessions in ");
	sc_say_part(t, "", window, " s, ");
	sc_say_part(t, "", mails, " of them with an accepted mail");
	sc_detector_tell(d, s,
			 &(struct sc_report){.severity = working ? SC_SEVERITY_LOW : SC_SEVERITY_MEDIUM,
					     .confidence = working ? 60 : 85,
					     .subject = sc_level_subject(level),
					     .window_s = window,
					     .count = n,
					     .threshold = limit + 1,
					     .trail = &slot->rate.trail});
}

/* How many were open at that second; `mails` of them with an accepted mail. */
static uint32_t open_at(const struct stay *st, uint32_t second, uint32_t *mails)
{
	uint32_t n = 0;
	*mails = 0;
	for (uint32_t i = 0; i < KEPT; i++) {
		bool open = st->spans[i].from <= second && second - st->spans[i].from < st->spans[i].lasted;
		n += open;
		*mails += open && st->spans[i].mail;
	}
	return n;
}

/* The most that were open at once while `at` was: when one of them began. */
static uint32_t most_open(const struct stay *st, const struct span *at, uint32_t *mails)
{
	uint32_t most = 0, some;
	for (uint32_t i = 0; i < KEPT; i++) {
		uint32_t begun = st->spans[i].from;
		uint32_t n = begun >= at->from && begun - at->from < at->lasted ? open_at(st, begun, &some) : 0;
		*mails = n > most ? some : *mails;
		most = n > most ? n : most;
	}
	return most;
}

static void judge_stay(struct sc_detector *d, const struct sc_sight *s)
{
	const struct sc_ev_session *x = s->ev->body;
	uint32_t from = sc_seconds(x->start), to = sc_seconds(x->end);
	if (to < from || to - from < LONG)
		return;
	struct span at = {from, (to - from) & INT32_MAX, x->recipients.accepted > 0};
	struct stay *st = sc_keyed_touch(&d->tables[0], s->client, s->second);
	st->spans[st->next++ % KEPT] = at;
	sc_trail_add(&st->trail, s);
	uint32_t mails = 0, n = st->next < d->options[OPEN] ? 0 : most_open(st, &at, &mails);
	if (n < d->options[OPEN])
		return;
	bool working = mails * 2 >= n;
	struct sc_text *t = sc_say_begin(d);
	sc_say_part(t, "", n, " sessions open at once, ");
	sc_say_part(t, "", mails, " of them with an accepted mail");
	sc_detector_tell(d, s,
			 &(struct sc_report){.severity = working ? SC_SEVERITY_LOW : SC_SEVERITY_MEDIUM,
					     .confidence = working ? 60 : 85,
					     .window_s = d->options[WINDOW],
					     .count = n,
					     .threshold = d->options[OPEN],
					     .trail = &st->trail});
}

static void observe(struct sc_detector *d, const struct sc_sight *s)
{
	if (s->from.peer || s->from.monitor || s->from.home)
		return;
	for (enum sc_level level = 0; level < SC_LEVELS; level++)
		judge(d, s, level);
	judge_stay(d, s);
}

const struct sc_detector_class sc_detector_connection_flood = {
	.name = "connection_flood",
	.summary = "A client or network that opens far more sessions a minute than others, or has more open at once.",
	.innocent = "A large sender who catches up after an outage: most of his sessions bring mail, and the "
		    "severity is low.",
	.advice = "Limit the rate of connections a client (smtpd_client_connection_rate_limit), or block it.",
	.scope = SC_SCOPE_GLOBAL,
	.wants = SC_WANT(SC_EVENT_session),
	.needs = SC_NEED_ROW,
	.options = SC_OPTIONS_OF(options),
	.client = sizeof(struct slot),
	.network = sizeof(struct slot),
	.tables = {{64, sizeof(struct stay), -1}},
	.observe = observe,
};
