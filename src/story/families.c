/* families.c - a server refuses over IPv6, for want of a PTR record, SPF or reputation, what it takes from the same client
 * over IPv4 (diagnosis v6_only_failure).
 *
 * The same: the client's organisation by its HELO, the server by the name it greets with, the recipient; within a day.
 * Memory: a table of these; the one unheard of longest makes room.
 */
#include "story/families.h"

#include "base/hash.h"
#include "base/text.h"
#include "story/attempt.h"
#include "story/shelf.h"
#include "story/tell.h"

#define DAY (86400 * SC_SECOND)

struct route {
	struct sc_entry entry;
	sc_time refused, taken;     /* over IPv6, over IPv4; 0: not yet */
	uint64_t session;           /* that was refused */
	struct sc_ip client, server;
	const char *cause;
	bool    told;
};

struct families {
	struct sc_observer_config config;
	struct sc_shelf routes;
};

static bool is_identity(const char *cause)
{
	static const char *const causes[] = { "rdns_helo", "spf_fail", "dmarc_fail", "reputation" };
	for (size_t i = 0; cause && i < sizeof(causes) / sizeof(causes[0]); i++)
		if (strcmp(cause, causes[i]) == 0)
			return true;
	return false;
}

static void tell(struct families *w, const struct sc_event *ev, struct route *r)
{
	char room[SC_TELL_OCTETS];
	struct sc_text t = sc_text_into(room, sizeof(room));
	r->told = true;
	sc_text_adds(&t, "Over IPv6 ");
	sc_text_ip(&t, &r->client);
	sc_text_adds(&t, " was refused by ");
	sc_text_ip(&t, &r->server);
	sc_text_adds(&t, " (");
	sc_text_adds(&t, r->cause);
	sc_text_adds(&t, ", session ");
	sc_text_hex(&t, r->session, 16);
	sc_text_adds(&t, "); over IPv4 the same server takes mail of the same client for the same recipient.");
	sc_tell_diagnosis(&w->config, ev->head, SC_DIAGNOSIS_v6_only_failure, &t);
}

static void note(struct families *w, const struct sc_event *ev, struct route *r, const char *cause)
{
	if (cause) {
		r->refused = ev->when;
		r->session = ev->head->session;
		r->client = ev->head->client.ip;
		r->server = ev->head->server.ip;
		r->cause = cause;
	} else {
		r->taken = ev->when;
	}
	sc_time apart = r->refused > r->taken ? r->refused - r->taken : r->taken - r->refused;
	if (r->refused && r->taken && apart <= DAY && !r->told)
		tell(w, ev, r);
}

static void families_observe(void *self, const struct sc_event *ev)
{
	struct families *w = self;
	const struct sc_ev_delivery *d = ev->body;
	bool fresh, v6 = ev->head && ev->head->client.ip.version == 6;
	if (!ev->head || !d->outcome || !d->helo.len || !d->greeting_host.len || !d->rcpt_to.len)
		return;
	bool refused = v6 && d->code >= 400 && is_identity(d->cause), taken = !v6 && strcmp(d->outcome, "accepted") == 0;
	if (!refused && !taken)
		return;
	uint64_t seed = w->config.seed;
	uint64_t name[] = { sc_attempt_host(d->helo, seed), sc_attempt_address(d->rcpt_to, seed),
		sc_attempt_address(d->greeting_host, seed) };
	uint64_t key = sc_hash(seed, (sc_str){ (const char *)name, sizeof(name) });
	note(w, ev, sc_shelf_touch(&w->routes, key, ev->when, &fresh), refused ? d->cause : NULL);
}

static sc_err families_open(void *self, const struct sc_observer_config *config)
{
	struct families *w = self;
	w->config = *config;
	return sc_shelf_open(&w->routes, sizeof(struct route), config->memory) ? SC_OK : SC_EFAILED;
}

static void families_close(void *self)
{
	struct families *w = self;
	sc_shelf_close(&w->routes);
}

const struct sc_observer_class sc_families_class = {
	.name    = "families",
	.summary = "what is taken over IPv4 and refused over IPv6",
	.wants   = SC_WANT(SC_EVENT_delivery),
	.tells   = SC_WANT(SC_EVENT_diagnosis),
	.share   = 1,
	.size    = sizeof(struct families),
	.open    = families_open,
	.observe = families_observe,
	.close   = families_close,
};
