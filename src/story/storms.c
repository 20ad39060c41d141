/* storms.c - a client that connects to a server again and again within minutes and is put off each time for the same reason
 * (diagnosis retry_storm): each try may prolong the block.
 *
 * A busy client with many new messages is no storm, nor is a server in trouble that meets it.  So refusals of a recipient
 * count only when the message had been tried before; refusals of the whole connection always do, since a client that was
 * told to come back later knows.  One message that is taken ends the count.  Memory: a table of pairs; the one unheard of
 * longest makes room.
 */
#include "story/storms.h"

#include "base/hash.h"
#include "base/text.h"
#include "story/net.h"
#include "story/shelf.h"
#include "story/tell.h"

#define TRIES  5
#define WITHIN (600 * SC_SECOND)

struct pair {
	struct sc_entry entry;
	const char *cause;            /* of the refusals below */
	uint64_t sessions[TRIES];     /* the latest TRIES that were put off, in a ring */
	sc_time  when[TRIES];
	uint32_t count;
	sc_time  told;                /* 0: not yet */
};

struct storms {
	struct sc_observer_config config;
	struct sc_shelf pairs;
};

static struct pair *pair_of(struct storms *w, const struct sc_event *ev)
{
	bool fresh;
	uint64_t seed = w->config.seed;
	uint64_t ends[] = { sc_net_hash(seed, &ev->head->client.ip), sc_net_hash(seed, &ev->head->server.ip) };
	uint64_t key = sc_hash(seed, (sc_str){ (const char *)ends, sizeof(ends) });
	return sc_shelf_touch(&w->pairs, key, ev->when, &fresh);
}

static void tell(struct storms *w, const struct sc_event *ev, struct pair *p, sc_time first)
{
	char room[SC_TELL_OCTETS];
	struct sc_text t = sc_text_into(room, sizeof(room));
	p->told = ev->when;
	sc_text_ip(&t, &ev->head->client.ip);
	sc_text_adds(&t, " was put off by ");
	sc_text_ip(&t, &ev->head->server.ip);
	sc_text_adds(&t, " in ");
	sc_text_number(&t, TRIES);
	sc_text_adds(&t, " connections within ");
	sc_tell_duration(&t, ev->when - first);
	sc_text_adds(&t, ", each time with ");
	sc_text_adds(&t, p->cause);
	sc_text_adds(&t, ": it tries again too soon.");
	sc_tell_diagnosis(&w->config, ev->head, SC_DIAGNOSIS_retry_storm, &t);
}

static void put_off(struct storms *w, const struct sc_event *ev, const char *cause)
{
	struct pair *p = pair_of(w, ev);
	if (!p->cause || strcmp(p->cause, cause) != 0)
		p->count = 0;
	p->cause = cause;
	for (uint32_t i = 0; i < TRIES && i < p->count; i++)
		if (p->sessions[i] == ev->head->session)
			return;
	p->sessions[p->count % TRIES] = ev->head->session;
	p->when[p->count % TRIES] = ev->when;
	p->count++;
	sc_time first = p->when[p->count % TRIES]; /* the oldest, once there are enough */
	bool again = p->told && ev->when - p->told < 6 * WITHIN;
	if (p->count >= TRIES && ev->when - first <= WITHIN && !again)
		tell(w, ev, p, first);
}

static void see_delivery(struct storms *w, const struct sc_event *ev)
{
	const struct sc_ev_delivery *d = ev->body;
	if (d->outcome && strcmp(d->outcome, "accepted") == 0)
		pair_of(w, ev)->count = 0;
	else if (d->code / 100 == 4 && d->attempt > 1 && d->cause)
		put_off(w, ev, d->cause);
}

static void see_failure(struct storms *w, const struct sc_event *ev)
{
	const struct sc_ev_failure *f = ev->body;
	bool asked = f->phase && (strcmp(f->phase, "auth") == 0 || strcmp(f->phase, "starttls") == 0);
	if (f->code / 100 == 4 && f->cause && !asked) /* a wrong password is another matter */
		put_off(w, ev, f->cause);
}

static void storms_observe(void *self, const struct sc_event *ev)
{
	if (!ev->head)
		return;
	if (ev->kind == SC_EVENT_delivery)
		see_delivery(self, ev);
	else
		see_failure(self, ev);
}

static sc_err storms_open(void *self, const struct sc_observer_config *config)
{
	struct storms *w = self;
	w->config = *config;
	return sc_shelf_open(&w->pairs, sizeof(struct pair), config->memory) ? SC_OK : SC_EFAILED;
}

static void storms_close(void *self)
{
	struct storms *w = self;
	sc_shelf_close(&w->pairs);
}

const struct sc_observer_class sc_storms_class = {
	.name    = "storms",
	.summary = "clients that try again too soon",
	.wants   = SC_WANT(SC_EVENT_delivery) | SC_WANT(SC_EVENT_failure),
	.tells   = SC_WANT(SC_EVENT_diagnosis),
	.share   = 1,
	.size    = sizeof(struct storms),
	.open    = storms_open,
	.observe = storms_observe,
	.close   = storms_close,
};
