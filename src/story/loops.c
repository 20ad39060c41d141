/* loops.c - the same message between the same two hosts, each time with more Received fields: they hand it to each other
 * (diagnosis mail_loop).
 *
 * A Message-ID alone proves nothing: a message for many recipients passes many times, and so does a retry.  But these have
 * as many Received fields as before, while in a loop each round adds some (RFC 5321 6.3).  Memory: a table of messages and
 * pairs of hosts; the one unheard of longest makes room.
 */
#include "story/loops.h"

#include "base/hash.h"
#include "base/text.h"
#include "story/net.h"
#include "story/shelf.h"
#include "story/tell.h"

#define ROUNDS 3

struct message {
	struct sc_entry entry;
	uint64_t received;      /* fields, when it passed last */
	uint64_t first;         /* when it passed first */
	uint32_t rounds;
	bool     told;
};

struct loops {
	struct sc_observer_config config;
	struct sc_shelf messages;
};

/* The same for both directions. */
static uint64_t key_of(const struct loops *w, const struct sc_event *ev, sc_str message_id)
{
	uint64_t a = sc_net_hash(w->config.seed, &ev->head->client.ip), b = sc_net_hash(w->config.seed, &ev->head->server.ip);
	uint64_t name[] = { sc_hash(w->config.seed, message_id), a < b ? a : b, a < b ? b : a };
	return sc_hash(w->config.seed, (sc_str){ (const char *)name, sizeof(name) });
}

static void tell(struct loops *w, const struct sc_event *ev, const struct message *m)
{
	char room[SC_TELL_OCTETS];
	struct sc_text t = sc_text_into(room, sizeof(room));
	sc_text_adds(&t, "The same message passed ");
	sc_text_number(&t, m->rounds);
	sc_text_adds(&t, " times between ");
	sc_text_ip(&t, &ev->head->client.ip);
	sc_text_adds(&t, " and ");
	sc_text_ip(&t, &ev->head->server.ip);
	sc_text_adds(&t, "; its Received fields grew from ");
	sc_text_number(&t, m->first);
	sc_text_adds(&t, " to ");
	sc_text_number(&t, m->received);
	sc_text_put(&t, '.');
	sc_tell_diagnosis(&w->config, ev->head, SC_DIAGNOSIS_mail_loop, &t);
}

static void loops_observe(void *self, const struct sc_event *ev)
{
	struct loops *w = self;
	const struct sc_ev_message *body = ev->body;
	bool fresh;
	if (!ev->head || !body->message_id.len)
		return;
	struct message *m = sc_shelf_touch(&w->messages, key_of(w, ev, body->message_id), ev->when, &fresh);
	if (fresh)
		m->first = body->received;
	if (!fresh && body->received <= m->received)
		return;
	m->received = body->received;
	m->rounds++;
	if (m->rounds < ROUNDS || m->told)
		return;
	m->told = true;
	tell(w, ev, m);
}

static sc_err loops_open(void *self, const struct sc_observer_config *config)
{
	struct loops *w = self;
	w->config = *config;
	return sc_shelf_open(&w->messages, sizeof(struct message), config->memory) ? SC_OK : SC_EFAILED;
}

static void loops_close(void *self)
{
	struct loops *w = self;
	sc_shelf_close(&w->messages);
}

const struct sc_observer_class sc_loops_class = {
	.name    = "loops",
	.summary = "messages that come round again",
	.wants   = SC_WANT(SC_EVENT_message),
	.tells   = SC_WANT(SC_EVENT_diagnosis),
	.share   = 1,
	.size    = sizeof(struct loops),
	.open    = loops_open,
	.observe = loops_observe,
	.close   = loops_close,
};
