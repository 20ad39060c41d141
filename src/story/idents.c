/* idents.c - servers that ask port 113 of their client who it is (RFC 1413) before they greet, and wait for an answer that a
 * filter drops: explains a slow greeting (diagnosis slow_banner).
 *
 * Engines tell of the questions and answers they see; each pair keeps the latest questions, since several connections may wait
 * at the same time.  A question explains a wait when it was asked during it and not answered.  A filter that the capture sits
 * behind may hide the questions; then nothing is said.  Memory: a table of pairs; the one unheard of longest makes room.
 */
#include "story/idents.h"

#include "base/hash.h"
#include "base/text.h"
#include "story/net.h"
#include "story/shelf.h"
#include "story/tell.h"

#define QUESTIONS 4

struct question {
	uint16_t port;               /* of who asks */
	bool     answered;
	uint32_t syns;
	uint64_t first, last;        /* packets; first 0: free */
	sc_time  asked;
};

struct pair {
	struct sc_entry entry;
	struct question questions[QUESTIONS]; /* in a ring */
	uint32_t count;
};

struct idents {
	struct sc_observer_config config;
	struct sc_shelf pairs;
	uint64_t session;            /* the one whose greeting is in work, when it was established, and how long that took */
	sc_time  from, length;
	struct sc_text words;
	char     room[SC_TELL_OCTETS * 2];
};

/* `asks` is the server of the session, `asked` its client. */
static uint64_t key_of(const struct idents *w, const struct sc_ip *asks, const struct sc_ip *asked)
{
	uint64_t ends[] = { sc_net_hash(w->config.seed, asks), sc_net_hash(w->config.seed, asked) };
	return sc_hash(w->config.seed, (sc_str){ (const char *)ends, sizeof(ends) });
}

static struct question *find_question(struct pair *p, uint16_t port)
{
	for (size_t i = 0; i < QUESTIONS; i++)
		if (p->questions[i].first && p->questions[i].port == port)
			return &p->questions[i];
	return NULL;
}

static void see_question(struct idents *w, const struct sc_event *ev)
{
	const struct sc_ev_ident *x = ev->body;
	uint64_t packet = ev->head->frames.first, key = key_of(w, &ev->head->client.ip, &ev->head->server.ip);
	uint16_t port = ev->head->client.port;
	bool fresh;
	struct pair *p = x->answered ? sc_shelf_find(&w->pairs, key) : sc_shelf_touch(&w->pairs, key, ev->when, &fresh);
	struct question *q = p ? find_question(p, port) : NULL;
	if (x->answered) {
		if (q)
			q->answered = true;
		return;
	}
	if (!q || q->answered) {
		q = &p->questions[p->count++ % QUESTIONS];
		*q = (struct question){ .port = port, .first = packet, .asked = ev->when };
	}
	q->syns++;
	q->last = packet;
}

/* It comes just before the diagnoses of its session. */
static void idents_observe(void *self, const struct sc_event *ev)
{
	struct idents *w = self;
	const struct sc_ev_wire *x = ev->body;
	if (ev->kind == SC_EVENT_ident) {
		see_question(w, ev);
		return;
	}
	w->session = ev->head->session;
	w->from = x->established;
	w->length = x->greeting_ms;
}

/* Asked in the first half of the wait, or most of it was over by then. */
static const struct question *question_of(const struct idents *w, const struct pair *p)
{
	for (size_t i = 0; i < QUESTIONS; i++) {
		const struct question *q = &p->questions[i];
		if (q->first && !q->answered && q->asked >= w->from - SC_SECOND && q->asked <= w->from + w->length / 2)
			return q;
	}
	return NULL;
}

static void idents_remark(void *self, const struct sc_event *ev, struct sc_ev_diagnosis *d)
{
	struct idents *w = self;
	bool slow = d->diagnosis && strcmp(d->diagnosis, sc_diagnoses[SC_DIAGNOSIS_slow_banner].name) == 0;
	if (!slow || !ev->head || ev->head->session != w->session || w->length == SC_TIME_NONE)
		return;
	const struct pair *p = sc_shelf_find(&w->pairs, key_of(w, &ev->head->server.ip, &ev->head->client.ip));
	const struct question *q = p ? question_of(w, p) : NULL;
	if (!q)
		return;
	w->words = sc_text_into(w->room, sizeof(w->room));
	sc_text_add(&w->words, d->text);
	sc_text_adds(&w->words, " Meanwhile it asked port 113 of the client who that is (ident), and got no answer");
	sc_text_adds(&w->words, q->syns > 1 ? " (packets " : " (packet ");
	sc_text_number(&w->words, q->first);
	if (q->syns > 1) {
		sc_text_adds(&w->words, " to ");
		sc_text_number(&w->words, q->last);
	}
	sc_text_adds(&w->words, "): that explains the wait.");
	d->text = sc_text_str(&w->words);
	d->advice = SC_STR("Switch ident look-ups off in the server, or let the client's filter refuse port 113 instead of dropping it.");
}

static sc_err idents_open(void *self, const struct sc_observer_config *config)
{
	struct idents *w = self;
	w->config = *config;
	return sc_shelf_open(&w->pairs, sizeof(struct pair), config->memory) ? SC_OK : SC_EFAILED;
}

static void idents_close(void *self)
{
	struct idents *w = self;
	sc_shelf_close(&w->pairs);
}

const struct sc_observer_class sc_idents_class = {
	.name    = "idents",
	.summary = "servers that ask who their client is",
	.wants   = SC_WANT(SC_EVENT_ident) | SC_WANT(SC_EVENT_wire),
	.tells   = SC_WANT(SC_EVENT_diagnosis),
	.share   = 1,
	.size    = sizeof(struct idents),
	.open    = idents_open,
	.remark  = idents_remark,
	.observe = idents_observe,
	.close   = idents_close,
};
