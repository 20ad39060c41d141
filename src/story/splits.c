/* splits.c - messages whose end gets lost because its dot and its line ends travel in several segments (diagnosis
 * eod_split), as old firewalls do it that look for the end in each segment alone.
 *
 * One such message in doubt is chance: the server may have stopped for any reason.  Several, with the same server and none
 * between them that was answered, are not.  Memory: a table of servers; the one unheard of longest makes room.
 */
#include "story/splits.h"

#include "base/hash.h"
#include "base/text.h"
#include "story/net.h"
#include "story/shelf.h"
#include "story/tell.h"

#define LOST 2

struct server {
	struct sc_entry entry;
	uint64_t lost;               /* since one was answered */
	uint64_t first;              /* packet where the first of them ends */
	bool     told;
};

struct splits {
	struct sc_observer_config config;
	struct sc_shelf servers;
};

static void tell(struct splits *w, const struct sc_event *ev, struct server *v)
{
	char room[SC_TELL_OCTETS];
	struct sc_text t = sc_text_into(room, sizeof(room));
	struct sc_ev_head head = *ev->head;
	v->told = true;
	sc_text_adds(&t, "The last ");
	sc_text_number(&t, v->lost);
	sc_text_adds(&t, " messages for ");
	sc_text_ip(&t, &head.server.ip);
	sc_text_adds(&t, " whose final dot and line end travelled in several segments got no verdict: something on the way does"
			" not see that they end.");
	head.frames.first = v->first && v->first < head.frames.first ? v->first : head.frames.first;
	sc_tell_diagnosis(&w->config, &head, SC_DIAGNOSIS_eod_split, &t);
}

static void splits_observe(void *self, const struct sc_event *ev)
{
	struct splits *w = self;
	const struct sc_ev_wire *x = ev->body;
	bool fresh;
	if (!ev->head || (!x->split_answered && !x->split_lost))
		return;
	uint64_t end[] = { sc_net_hash(w->config.seed, &ev->head->server.ip), ev->head->server.port };
	uint64_t key = sc_hash(w->config.seed, (sc_str){ (const char *)end, sizeof(end) });
	struct server *v = sc_shelf_touch(&w->servers, key, ev->when, &fresh);
	if (x->split_answered) /* those before it were lost for another reason */
		v->lost = 0;
	if (x->split_lost && !v->lost)
		v->first = x->first;
	v->lost += x->split_lost;
	if (v->lost >= LOST && !v->told)
		tell(w, ev, v);
}

static sc_err splits_open(void *self, const struct sc_observer_config *config)
{
	struct splits *w = self;
	w->config = *config;
	return sc_shelf_open(&w->servers, sizeof(struct server), config->memory) ? SC_OK : SC_EFAILED;
}

static void splits_close(void *self)
{
	struct splits *w = self;
	sc_shelf_close(&w->servers);
}

const struct sc_observer_class sc_splits_class = {
	.name    = "splits",
	.summary = "ends of messages that get lost in pieces",
	.wants   = SC_WANT(SC_EVENT_wire),
	.tells   = SC_WANT(SC_EVENT_diagnosis),
	.share   = 1,
	.size    = sizeof(struct splits),
	.open    = splits_open,
	.observe = splits_observe,
	.close   = splits_close,
};
