/* tarpits.c - a server that lets a client wait for each refusal, where one session has too few refusals to tell (diagnosis
 * tarpit): a refused recipient now and then, and each time the same seconds.
 *
 * Engines give each session's pace (event `wire`).  One prompt refusal, or one slow reply to a good command, and there is no
 * purpose in it: the pair begins anew.  What one session tells alone is told by its own rule and not again here.  Memory: a
 * table of pairs; the one unheard of longest makes room.
 */
#include "story/tarpits.h"

#include "base/hash.h"
#include "base/text.h"
#include "story/net.h"
#include "story/shelf.h"
#include "story/tell.h"

#define SLOW      SC_SECOND          /* Postfix waits one second, Exchange five */
#define PROMPT    (300 * SC_MS)
#define REFUSALS  3
#define GOOD      2                  /* replies to good commands, to compare with */
#define SESSIONS  2
#define FORGOTTEN (86400 * SC_SECOND)

struct pair {
	struct sc_entry entry;
	uint64_t refused, taken, sessions; /* since it began */
	uint64_t first;                    /* packet of the first refusal */
	sc_time  since;
	sc_time  least, most, good;        /* of refusals; the slowest of the others */
	bool     told;
};

struct tarpits {
	struct sc_observer_config config;
	struct sc_shelf pairs;
};

static struct pair *pair_of(struct tarpits *w, const struct sc_event *ev)
{
	bool fresh;
	uint64_t seed = w->config.seed;
	uint64_t ends[] = { sc_net_hash(seed, &ev->head->client.ip), sc_net_hash(seed, &ev->head->server.ip), ev->head->server.port };
	struct pair *p = sc_shelf_touch(&w->pairs, sc_hash(seed, (sc_str){ (const char *)ends, sizeof(ends) }), ev->when, &fresh);
	return p;
}

static void add(struct pair *p, const struct sc_ev_wire *x, sc_time when)
{
	if (!p->sessions++) {
		p->first = x->first;
		p->since = when;
		p->least = x->refused_least_ms;
	}
	p->refused += x->refused;
	p->taken += x->taken;
	p->least = x->refused_least_ms < p->least ? x->refused_least_ms : p->least;
	p->most = x->refused_most_ms > p->most ? x->refused_most_ms : p->most;
	p->good = x->taken && x->taken_most_ms > p->good ? x->taken_most_ms : p->good;
}

static void add_seconds(struct sc_text *t, sc_time length)
{
	sc_text_number(t, (uint64_t)(length / SC_SECOND));
	sc_text_put(t, '.');
	sc_text_padded(t, (uint64_t)(length / (SC_SECOND / 100)) % 100, 2);
	sc_text_adds(t, " s");
}

static void tell(struct tarpits *w, const struct sc_event *ev, struct pair *p)
{
	char room[SC_TELL_OCTETS];
	struct sc_text t = sc_text_into(room, sizeof(room));
	struct sc_ev_head head = *ev->head;
	p->told = true;
	sc_text_ip(&t, &head.server.ip);
	sc_text_adds(&t, " let ");
	sc_text_ip(&t, &head.client.ip);
	sc_text_adds(&t, " wait for each of ");
	sc_text_number(&t, p->refused);
	sc_text_adds(&t, " refusals in ");
	sc_text_number(&t, p->sessions);
	sc_text_adds(&t, " sessions, ");
	add_seconds(&t, p->least);
	sc_text_adds(&t, " to ");
	add_seconds(&t, p->most);
	sc_text_adds(&t, ", and answered good commands within ");
	add_seconds(&t, p->good);
	sc_text_adds(&t, ": it delays on purpose.");
	head.frames.first = p->first && p->first < head.frames.first ? p->first : head.frames.first;
	sc_tell_diagnosis(&w->config, &head, SC_DIAGNOSIS_tarpit, &t);
}

static void see_pace(struct tarpits *w, const struct sc_event *ev)
{
	const struct sc_ev_wire *x = ev->body;
	if (!x->refused)
		return;
	struct pair *p = pair_of(w, ev);
	bool slow = x->refused_least_ms >= SLOW && (!x->taken || x->taken_most_ms < PROMPT);
	if (!slow || (p->sessions && ev->when - p->since > FORGOTTEN))
		*p = (struct pair){ .entry = p->entry };
	if (!slow)
		return;
	add(p, x, ev->when);
	if (!p->told && p->refused >= REFUSALS && p->taken >= GOOD && p->sessions >= SESSIONS)
		tell(w, ev, p);
}

static void tarpits_observe(void *self, const struct sc_event *ev)
{
	if (!ev->head)
		return;
	if (ev->kind == SC_EVENT_wire)
		see_pace(self, ev);
	else if (strcmp(((const struct sc_ev_diagnosis *)ev->body)->diagnosis, "tarpit") == 0)
		pair_of(self, ev)->told = true;
}

static sc_err tarpits_open(void *self, const struct sc_observer_config *config)
{
	struct tarpits *w = self;
	w->config = *config;
	return sc_shelf_open(&w->pairs, sizeof(struct pair), config->memory) ? SC_OK : SC_EFAILED;
}

static void tarpits_close(void *self)
{
	struct tarpits *w = self;
	sc_shelf_close(&w->pairs);
}

const struct sc_observer_class sc_tarpits_class = {
	.name    = "tarpits",
	.summary = "servers that delay their refusals",
	.wants   = SC_WANT(SC_EVENT_wire) | SC_WANT(SC_EVENT_diagnosis),
	.tells   = SC_WANT(SC_EVENT_diagnosis),
	.share   = 1,
	.size    = sizeof(struct tarpits),
	.open    = tarpits_open,
	.observe = tarpits_observe,
	.close   = tarpits_close,
};
