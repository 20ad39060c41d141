/* servers.c - what a server offers, remembered: lists of extensions that differ by the client's network (keyword_change).
 *
 * A server may be set up anew between two sessions: then all see the new list from there on.  Only what others are offered
 * before and after tells a difference by path from a difference by time; two lists that two networks saw once each are told when
 * nothing more can come.  Clients that greet with HELO get no list.  Inside TLS other lists hold.  STARTTLS that is gone on one
 * path is a finding (starttls_stripped).
 * Memory: a table of servers; the one unheard of longest makes room.
 */
#include "story/servers.h"

#include "base/hash.h"
#include "base/text.h"
#include "story/net.h"
#include "story/shelf.h"
#include "story/tell.h"

struct server {
	struct sc_entry entry;
	uint64_t list[2];            /* two that differ; 0: not seen */
	struct sc_ip net[2];         /* to which each is shown */
	struct sc_ev_head head;      /* of the session that saw the second */
	uint8_t  last;               /* which of them was seen last */
	bool     turned;             /* the first was seen again after the second */
	bool     mixed, told;        /* one network has seen both; told */
};

struct servers {
	struct sc_observer_config config;
	struct sc_shelf shelf;
};

/* ---- lists ---- */

/* The same for every order; without STARTTLS, and without values, which may change with the free space. */
static uint64_t list_of(const struct servers *w, const struct sc_strs *capabilities)
{
	uint64_t sum = 1;
	for (uint32_t i = 0; i < capabilities->count; i++) {
		sc_str line = capabilities->items[i], word = sc_str_word(&line);
		if (!sc_str_equal(word, SC_STR("STARTTLS")))
			sum += sc_hash(w->config.seed, word);
	}
	return sum ? sum : 1;
}

static void tell_change(struct servers *w, struct server *v)
{
	char room[SC_TELL_OCTETS];
	struct sc_text t = sc_text_into(room, sizeof(room));
	v->told = true;
	sc_text_ip(&t, &v->head.server.ip);
	sc_text_adds(&t, " lists other extensions for the network of ");
	sc_text_ip(&t, &v->net[0]);
	sc_text_adds(&t, " than for that of ");
	sc_text_ip(&t, &v->net[1]);
	sc_text_adds(&t, v->turned ? ", by turns." : "; it may have been changed in between.");
	sc_tell_diagnosis(&w->config, &v->head, SC_DIAGNOSIS_keyword_change, &t);
}

/* Which of the two lists it is; a first or second one is noted.  2: another. */
static unsigned which_list(struct server *v, uint64_t list, const struct sc_ip *client)
{
	for (unsigned i = 0; i < 2; i++) {
		if (!v->list[i]) {
			v->list[i] = list;
			v->net[i] = sc_net_of(client);
			v->last = (uint8_t)i;
		}
		if (v->list[i] == list)
			return i;
	}
	return 2;
}

static void see_list(struct servers *w, const struct sc_event *ev, struct server *v, uint64_t list)
{
	const struct sc_ip *client = &ev->head->client.ip;
	unsigned which = which_list(v, list, client);
	if (which == 2 || v->told)
		return;
	v->mixed |= v->list[1] && sc_net_same(client, &v->net[1 - which]);
	v->turned |= which != v->last && sc_net_same(client, &v->net[which]);
	v->last = (uint8_t)which;
	if (which == 1) {
		v->head = *ev->head;
		v->head.community_id = SC_STR_NONE; /* borrowed */
	}
	if (v->list[1] && !v->mixed && v->turned)
		tell_change(w, v);
}

/* ---- class ---- */

static bool is_word(const char *word, const char *other)
{
	return word && strcmp(word, other) == 0;
}

static void servers_observe(void *self, const struct sc_event *ev)
{
	struct servers *w = self;
	const struct sc_ev_session *body = ev->body;
	const struct sc_ev_evidence *e = &body->evidence;
	bool fresh;
	if (!ev->head || !is_word(body->helo.verb, "EHLO") || !body->capabilities.count || body->decrypted ||
		is_word(body->starttls, "implicit") || e->one_sided || e->midstream || e->gap_octets.server)
		return;
	uint64_t end[] = { sc_net_hash(w->config.seed, &ev->head->server.ip), ev->head->server.port };
	uint64_t key = sc_hash(w->config.seed, (sc_str){ (const char *)end, sizeof(end) });
	struct server *v = sc_shelf_touch(&w->shelf, key, ev->when, &fresh);
	see_list(w, ev, v, list_of(w, &body->capabilities));
}

/* Two lists that nothing put side by side in time: told when nothing more can come. */
static void servers_finish(void *self, sc_time now)
{
	struct servers *w = self;
	(void)now;
	for (uint32_t i = 0; i < sc_shelf_places(&w->shelf); i++) {
		struct server *v = sc_shelf_at(&w->shelf, i);
		if (v && v->list[1] && !v->mixed && !v->told)
			tell_change(w, v);
	}
}

static sc_err servers_open(void *self, const struct sc_observer_config *config)
{
	struct servers *w = self;
	w->config = *config;
	return sc_shelf_open(&w->shelf, sizeof(struct server), config->memory) ? SC_OK : SC_EFAILED;
}

static void servers_close(void *self)
{
	struct servers *w = self;
	sc_shelf_close(&w->shelf);
}

const struct sc_observer_class sc_servers_class = {
	.name    = "servers",
	.summary = "what servers offer, and to whom",
	.wants   = SC_WANT(SC_EVENT_session),
	.tells   = SC_WANT(SC_EVENT_diagnosis),
	.share   = 1,
	.size    = sizeof(struct servers),
	.open    = servers_open,
	.observe = servers_observe,
	.finish  = servers_finish,
	.close   = servers_close,
};
