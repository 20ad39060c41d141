/* misroutes.c - a server denies relaying for a domain to clients that have nothing to do with each other (diagnosis
 * mx_misroute): they found it in the domain's MX record, and it does not know of that.
 *
 * Somebody who tries whether a server relays is one client, or many for one mailbox of his; so it takes three networks and
 * three senders' organisations, and where all wrote to one recipient it is a hint only.  A server that ever took mail for the
 * domain serves it.  Submission is left out: there a login is missing.  Memory: a table of servers and domains; the one
 * unheard of longest makes room.
 */
#include "story/misroutes.h"

#include "base/domain.h"
#include "base/hash.h"
#include "base/text.h"
#include "story/net.h"
#include "story/shelf.h"
#include "story/tell.h"

enum { CLIENTS = 3, SUBMISSION = 587, SUBMISSIONS = 465 };

struct set {
	uint8_t  count;
	uint64_t items[CLIENTS];
};

struct route {
	struct sc_entry entry;
	struct set nets, senders;
	uint64_t recipient;          /* of the first refusal */
	uint64_t refusals, first;    /* and its packet */
	bool     several, taken, told;
};

struct misroutes {
	struct sc_observer_config config;
	struct sc_shelf routes;
};

static void note(struct set *s, uint64_t item)
{
	for (uint8_t i = 0; i < s->count; i++)
		if (s->items[i] == item)
			return;
	if (s->count < CLIENTS)
		s->items[s->count++] = item;
}

static uint64_t name_hash(const struct misroutes *w, sc_str name)
{
	char folded[256];
	return sc_hash(w->config.seed, sc_str_lower(folded, sizeof(folded), name));
}

static void tell(struct misroutes *w, const struct sc_event *ev, struct route *r, sc_str domain)
{
	char room[SC_TELL_OCTETS];
	struct sc_text t = sc_text_into(room, sizeof(room));
	struct sc_ev_head head = *ev->head;
	r->told = true;
	sc_text_ip(&t, &head.server.ip);
	sc_text_adds(&t, " denied relaying for ");
	sc_text_visible(&t, sc_str_slice(domain, 0, 128));
	sc_text_put(&t, ' ');
	sc_text_number(&t, r->refusals);
	sc_text_adds(&t, " times, to clients of three networks with senders of three organisations: the domain's MX record seems to"
			" point there.");
	head.frames.first = r->first && r->first < head.frames.first ? r->first : head.frames.first;
	sc_tell_diagnosis_as(&w->config, &head, SC_DIAGNOSIS_mx_misroute, r->several ? "likely" : "hint", &t);
}

static void refuse(struct misroutes *w, const struct sc_event *ev, struct route *r, sc_str domain)
{
	const struct sc_ev_delivery *d = ev->body;
	struct sc_ip net = sc_net_of(&ev->head->client.ip);
	sc_str from = sc_domain_organisation(sc_str_domain(d->mail_from));
	uint64_t recipient = name_hash(w, d->rcpt_to);
	if (!r->refusals++) {
		r->first = ev->head->frames.first;
		r->recipient = recipient;
	}
	r->several |= recipient != r->recipient;
	note(&r->nets, sc_net_hash(w->config.seed, &net));
	if (from.len)
		note(&r->senders, name_hash(w, from));
	if (r->nets.count == CLIENTS && r->senders.count == CLIENTS && !r->taken && !r->told)
		tell(w, ev, r, domain);
}

static void misroutes_observe(void *self, const struct sc_event *ev)
{
	struct misroutes *w = self;
	const struct sc_ev_delivery *d = ev->body;
	sc_str domain = sc_str_domain(d->rcpt_to);
	bool taken = d->outcome && strcmp(d->outcome, "accepted") == 0, fresh;
	bool denied = d->cause && strcmp(d->cause, "relay_denied") == 0;
	if (!ev->head || !domain.len || (!taken && !denied) || ev->head->server.port == SUBMISSION ||
		ev->head->server.port == SUBMISSIONS)
		return;
	uint64_t ends[] = { sc_net_hash(w->config.seed, &ev->head->server.ip), name_hash(w, domain) };
	uint64_t key = sc_hash(w->config.seed, (sc_str){ (const char *)ends, sizeof(ends) });
	struct route *r = sc_shelf_touch(&w->routes, key, ev->when, &fresh);
	r->taken |= taken;
	if (denied)
		refuse(w, ev, r, domain);
}

static sc_err misroutes_open(void *self, const struct sc_observer_config *config)
{
	struct misroutes *w = self;
	w->config = *config;
	return sc_shelf_open(&w->routes, sizeof(struct route), config->memory) ? SC_OK : SC_EFAILED;
}

static void misroutes_close(void *self)
{
	struct misroutes *w = self;
	sc_shelf_close(&w->routes);
}

const struct sc_observer_class sc_misroutes_class = {
	.name    = "misroutes",
	.summary = "domains whose mail comes to the wrong server",
	.wants   = SC_WANT(SC_EVENT_delivery),
	.tells   = SC_WANT(SC_EVENT_diagnosis),
	.share   = 1,
	.size    = sizeof(struct misroutes),
	.open    = misroutes_open,
	.observe = misroutes_observe,
	.close   = misroutes_close,
};
