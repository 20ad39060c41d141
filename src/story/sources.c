/* sources.c - a server all of whose clients have one private address, although they are of many organisations: a proxy
 * or NAT in front of it hides who they are (diagnosis same_source_all).
 *
 * Looks at what clients of port 25 call themselves.  Many names from one address are no proof: a relay that serves many
 * domains may greet as each of them.  So the names must be of several organisations, all sessions must come from that one
 * address, and it must be a private one; what a few sessions suggest is told when the capture is over.  Submission is left out: behind the one address of an office stand many hosts.
 * Memory: a table of servers; the one unheard of longest makes room.
 */
#include "story/sources.h"

#include "base/domain.h"
#include "base/hash.h"
#include "base/text.h"
#include "story/net.h"
#include "story/shelf.h"
#include "story/tell.h"

#define LEAST_SESSIONS      20 /* are told at once */
#define LEAST_AT_END        6  /* when nothing else comes, fewer will do */
#define LEAST_ORGANISATIONS 5

struct server {
	struct sc_entry entry;
	struct sc_ev_head head;                     /* of the latest session */
	struct sc_ip client;
	bool     several, told;
	uint8_t  count;                             /* organisations seen */
	uint32_t sessions;
	uint64_t organisations[LEAST_ORGANISATIONS];
};

struct sources {
	struct sc_observer_config config;
	struct sc_shelf servers;
};

static void note_name(struct sources *s, struct server *v, sc_str name)
{
	char folded[256];
	sc_str organisation = sc_domain_organisation(name);
	if (!organisation.len || organisation.len > sizeof(folded) || v->count == LEAST_ORGANISATIONS)
		return;
	for (size_t i = 0; i < organisation.len; i++)
		folded[i] = sc_lower(organisation.at[i]);
	uint64_t hash = sc_hash(s->config.seed, (sc_str){ folded, organisation.len });
	for (size_t i = 0; i < v->count; i++)
		if (v->organisations[i] == hash)
			return;
	v->organisations[v->count++] = hash;
}

static void tell(struct sources *s, struct server *v)
{
	const struct sc_ev_head *head = &v->head;
	char room[SC_TELL_OCTETS];
	struct sc_text t = sc_text_into(room, sizeof(room));
	v->told = true;
	sc_text_adds(&t, "All ");
	sc_text_number(&t, v->sessions);
	sc_text_adds(&t, " sessions of ");
	sc_text_ip(&t, &head->server.ip);
	sc_text_adds(&t, " come from ");
	sc_text_ip(&t, &v->client);
	sc_text_adds(&t, ", but call themselves hosts of at least ");
	sc_text_number(&t, v->count);
	sc_text_adds(&t, " organisations: a proxy or NAT hides them.");
	sc_tell_diagnosis(&s->config, head, SC_DIAGNOSIS_same_source_all, &t);
}

static void sources_observe(void *self, const struct sc_event *ev)
{
	struct sources *s = self;
	const struct sc_ev_session *body = ev->body;
	bool fresh;
	if (!ev->head || ev->head->server.port != 25 || !body->helo.name.at)
		return;
	struct server *v = sc_shelf_touch(&s->servers, sc_net_hash(s->config.seed, &ev->head->server.ip), ev->when, &fresh);
	if (fresh)
		v->client = ev->head->client.ip;
	v->several |= !sc_ip_equal(&v->client, &ev->head->client.ip);
	if (v->several || v->told || !sc_net_private(&v->client))
		return;
	v->sessions++;
	v->head = *ev->head;
	v->head.community_id = SC_STR_NONE; /* borrowed */
	note_name(s, v, body->helo.name);
	if (v->sessions >= LEAST_SESSIONS && v->count == LEAST_ORGANISATIONS)
		tell(s, v);
}

static void sources_finish(void *self, sc_time now)
{
	struct sources *s = self;
	(void)now;
	for (uint32_t i = 0; i < sc_shelf_places(&s->servers); i++) {
		struct server *v = sc_shelf_at(&s->servers, i);
		if (v && !v->several && !v->told && v->sessions >= LEAST_AT_END && v->count == LEAST_ORGANISATIONS)
			tell(s, v);
	}
}

static sc_err sources_open(void *self, const struct sc_observer_config *config)
{
	struct sources *s = self;
	s->config = *config;
	return sc_shelf_open(&s->servers, sizeof(struct server), config->memory) ? SC_OK : SC_EFAILED;
}

static void sources_close(void *self)
{
	struct sources *s = self;
	sc_shelf_close(&s->servers);
}

const struct sc_observer_class sc_sources_class = {
	.name    = "sources",
	.summary = "servers whose clients are hidden behind one address",
	.wants   = SC_WANT(SC_EVENT_session),
	.tells   = SC_WANT(SC_EVENT_diagnosis),
	.share   = 1,
	.size    = sizeof(struct sources),
	.open    = sources_open,
	.observe = sources_observe,
	.finish  = sources_finish,
	.close   = sources_close,
};
