/* knocks.c - connections that never became a dialogue.
 *
 * Engines tell of each attempt (`knock`); here those of a client and a server are put together.  Unanswered SYNs become one
 * failure a pair, from the third on, and a dialogue of the pair ends that; what was refused, forbidden or ended by the
 * server before its greeting is a failure each time, and diagnosed once a pair.  Clients that only look whether the port
 * is open (balancers, monitors) are no failure.
 *
 * A server that answers SYNs and hears no more is told likewise, from its third answer on; but whoever forges SYNs makes it
 * answer to any number of addresses, so for one server a few clients are told, then all of them in one sentence.
 *
 * A capture may lack one direction: then a client goes on after its SYN, which the engine takes for an answer, so silence is
 * told only of clients that themselves got none.  Memory: a table of pairs, one of clients and one of servers; the one unheard of longest
 * makes room.
 */
#include "story/knocks.h"

#include "base/hash.h"
#include "story/net.h"
#include "story/shelf.h"
#include "story/tell.h"

#define LEAST_SYNS    3
#define LEAST_ECN     2
#define PROBE         SC_SECOND /* who leaves sooner did not want to speak */
#define IMPLICIT_TLS  465       /* RFC 8314 3.3 */
#define WRONG_MODE    (10 * SC_SECOND)
#define SILENCE       (10 * SC_SECOND) /* when nobody closed: a server greets sooner */
#define LEAST_SERVERS 3         /* that are silent alike: it is the way out that is blocked */
#define LEAST_ANSWERS 3         /* SYN-ACKs: two of them may be lost on any path */
#define HALF_TOLD     5         /* clients of one server that do not go on, each told alone */

struct pair {
	struct sc_entry entry;
	uint64_t syns, attempts;    /* unanswered, since the last dialogue */
	uint64_t first, last;       /* their packets */
	sc_time  first_ts, last_ts;
	uint64_t ecn;               /* SYNs that asked for ECN and got no answer */
	bool     silent_told, refused_told, ecn_told, left_told, half_told;
};

struct client {
	struct sc_entry entry;
	uint32_t silent;            /* servers that never answered it */
};

struct server {
	struct sc_entry entry;
	uint32_t half;              /* clients that it answered and that did not go on */
};

#define HEARD_BITS 65536u

struct knocks {
	struct sc_observer_config config;
	struct sc_shelf pairs, clients, servers;
	bool    any;                /* an attempt failed: before, dialogues end nothing */
	uint8_t heard[HEARD_BITS / 8]; /* a bit for clients that a server spoke with, by their hash; shared bits only silence us */
};

static bool is_word(const char *word, const char *other)
{
	return word && strcmp(word, other) == 0;
}

static uint64_t pair_key(const struct knocks *k, const struct sc_ev_head *head)
{
	struct {
		uint64_t client, server;
		uint64_t port;
	} key = { sc_net_hash(k->config.seed, &head->client.ip), sc_net_hash(k->config.seed, &head->server.ip),
		head->server.port };
	return sc_hash(k->config.seed, (sc_str){ (const char *)&key, sizeof(key) });
}

static struct pair *pair_of(struct knocks *k, const struct sc_ev_head *head, sc_time now)
{
	bool fresh;
	k->any = true;
	return sc_shelf_touch(&k->pairs, pair_key(k, head), now, &fresh);
}

static uint32_t heard_bit(const struct knocks *k, const struct sc_ev_head *head)
{
	return (uint32_t)(sc_net_hash(k->config.seed, &head->client.ip) % HEARD_BITS);
}

static void hear(struct knocks *k, const struct sc_ev_head *head)
{
	uint32_t bit = heard_bit(k, head);
	k->heard[bit / 8] |= (uint8_t)(1u << bit % 8);
}

static bool is_heard(const struct knocks *k, const struct sc_ev_head *head)
{
	uint32_t bit = heard_bit(k, head);
	return k->heard[bit / 8] >> bit % 8 & 1;
}

static struct client *client_of(struct knocks *k, const struct sc_ev_head *head, sc_time now)
{
	bool fresh;
	return sc_shelf_touch(&k->clients, sc_net_hash(k->config.seed, &head->client.ip), now, &fresh);
}

static struct server *server_of(struct knocks *k, const struct sc_ev_head *head, sc_time now)
{
	bool fresh;
	uint64_t key[] = { sc_net_hash(k->config.seed, &head->server.ip), head->server.port };
	return sc_shelf_touch(&k->servers, sc_hash(k->config.seed, (sc_str){ (const char *)key, sizeof(key) }), now, &fresh);
}

/* ---- what is said ---- */

static void fail(struct knocks *k, const struct sc_ev_head *head, const char *broke, const struct sc_ev_knock *x)
{
	struct sc_ev_failure body = { .scope = "session", .phase = "connect", .retry_after_s = SC_NONE, .broke = broke,
		.broke_by = x->by, .syns = x->syns, .first_ts = x->first_ts, .waited_ms = x->waited_ms };
	struct sc_event ev = { .kind = SC_EVENT_failure, .head = head, .body = &body };
	k->config.tell(k->config.tell_ctx, &ev);
}

static void add_server(struct sc_text *t, const struct sc_ev_head *head)
{
	sc_text_adds(t, head->server.ip.version == 6 ? "[" : "");
	sc_text_ip(t, &head->server.ip);
	sc_text_adds(t, head->server.ip.version == 6 ? "]:" : ":");
	sc_text_number(t, head->server.port);
}

static void add_packets(struct sc_text *t, const struct sc_ev_head *head)
{
	sc_text_adds(t, head->frames.last > head->frames.first ? " (packets " : " (packet ");
	sc_text_number(t, head->frames.first);
	if (head->frames.last > head->frames.first) {
		sc_text_adds(t, " to ");
		sc_text_number(t, head->frames.last);
	}
	sc_text_adds(t, ")");
}

static void tell_silence(struct knocks *k, const struct sc_ev_head *head, const struct pair *p, const struct client *c)
{
	char room[SC_TELL_OCTETS];
	struct sc_text t = sc_text_into(room, sizeof(room));
	sc_text_adds(&t, "No answer from ");
	add_server(&t, head);
	sc_text_adds(&t, " to ");
	sc_text_number(&t, p->syns);
	sc_text_adds(&t, " SYNs of ");
	sc_text_ip(&t, &head->client.ip);
	sc_text_adds(&t, " over ");
	sc_tell_duration(&t, p->last_ts - p->first_ts);
	add_packets(&t, head);
	sc_text_adds(&t, ".");
	if (c->silent >= LEAST_SERVERS && !is_heard(k, head)) {
		sc_text_adds(&t, " ");
		sc_text_number(&t, c->silent);
		sc_text_adds(&t, " servers are silent alike and none answers: outgoing port ");
		sc_text_number(&t, head->server.port);
		sc_text_adds(&t, " is blocked by the provider or a firewall.");
	}
	sc_tell_diagnosis(&k->config, head, SC_DIAGNOSIS_connect_timeout, &t);
}

/* Which of the two is silent depends on where the capture was made, which it does not tell. */
static void tell_half(struct knocks *k, const struct sc_ev_head *head, const struct sc_ev_knock *x)
{
	char room[SC_TELL_OCTETS];
	struct sc_text t = sc_text_into(room, sizeof(room));
	add_server(&t, head);
	sc_text_adds(&t, " answered ");
	sc_text_ip(&t, &head->client.ip);
	sc_text_put(&t, ' ');
	sc_text_number(&t, x->answers);
	sc_text_adds(&t, " times over ");
	sc_tell_duration(&t, x->last_ts - x->first_ts);
	add_packets(&t, head);
	sc_text_adds(&t, ", and the client did not go on. Captured near the server, this means that its answers, or the"
		" client's next packets, are lost on the way; near the client, that the client does not take them: a filter of"
		" its own, or it never sent the SYN.");
	sc_tell_diagnosis(&k->config, head, SC_DIAGNOSIS_half_open, &t);
}

static void tell_many_half(struct knocks *k, const struct sc_ev_head *head)
{
	char room[SC_TELL_OCTETS];
	struct sc_text t = sc_text_into(room, sizeof(room));
	add_server(&t, head);
	sc_text_adds(&t, " answers, and more than ");
	sc_text_number(&t, HALF_TOLD);
	sc_text_adds(&t, " clients do not go on; further ones are not told. Either what it sends is lost on the way, or the SYNs"
		" are forged (a flood).");
	sc_tell_diagnosis(&k->config, head, SC_DIAGNOSIS_half_open, &t);
}

/* What ICMP says in words, as far as it says more than that something is unreachable (RFC 792, 1122 3.2.2.1, 1812 5.2.7.1;
 * RFC 4443 3.1). */
static const char *kind_of(const struct sc_ev_knock *x, uint8_t version)
{
	static const char *const v4[] = { "the network", "the host", "the protocol", "the port", NULL, NULL, "the network", "the host",
		"the host", "the network", "the host", "the network", "the host" };
	static const char *const v6[] = { "the network", NULL, "the host", "the host", "the port" };
	uint64_t count = version == 6 ? sizeof(v6) / sizeof(v6[0]) : sizeof(v4) / sizeof(v4[0]);
	const char *kind = x->icmp_code < count ? (version == 6 ? v6 : v4)[x->icmp_code] : NULL;
	return kind ? kind : "it";
}

static void add_reporter(struct sc_text *t, const struct sc_ev_knock *x)
{
	sc_text_ip(t, &x->reporter);
	if (x->forbidden) {
		sc_text_adds(t, " forbids it");
	} else {
		sc_text_adds(t, " says that ");
		sc_text_adds(t, kind_of(x, x->reporter.version));
		sc_text_adds(t, " cannot be reached");
	}
	sc_text_adds(t, x->reporter.version == 6 ? " (ICMPv6 type " : " (ICMP type ");
	sc_text_number(t, x->icmp_type);
	sc_text_adds(t, " code ");
	sc_text_number(t, x->icmp_code);
	sc_text_adds(t, ", packet ");
	sc_text_number(t, x->icmp_packet);
	sc_text_adds(t, ")");
}

static void tell_refusal(struct knocks *k, const struct sc_ev_head *head, const struct sc_ev_knock *x)
{
	char room[SC_TELL_OCTETS];
	struct sc_text t = sc_text_into(room, sizeof(room));
	if (is_word(x->how, "unreachable")) {
		sc_text_adds(&t, "No connection to ");
		add_server(&t, head);
		sc_text_adds(&t, ": ");
		add_reporter(&t, x);
	} else {
		add_server(&t, head);
		sc_text_adds(&t, " answered the SYN with a reset");
		add_packets(&t, head);
		sc_text_adds(&t, ": nothing listens there, or a filter refuses");
	}
	sc_text_adds(&t, ".");
	sc_tell_diagnosis(&k->config, head, SC_DIAGNOSIS_connect_refused, &t);
}

static void tell_ecn(struct knocks *k, const struct sc_ev_head *head, const struct pair *p)
{
	char room[SC_TELL_OCTETS];
	struct sc_text t = sc_text_into(room, sizeof(room));
	add_server(&t, head);
	sc_text_adds(&t, " left ");
	sc_text_number(&t, p->ecn);
	sc_text_adds(&t, " SYNs of ");
	sc_text_ip(&t, &head->client.ip);
	sc_text_adds(&t, " unanswered that asked for ECN, and answered the one that did not");
	add_packets(&t, head);
	sc_text_adds(&t, ".");
	sc_tell_diagnosis(&k->config, head, SC_DIAGNOSIS_ecn_blackhole, &t);
}

/* Where TLS comes first, the server waits for the client as the client for the server. */
static void tell_wrong_mode(struct knocks *k, const struct sc_ev_head *head, const struct sc_ev_knock *x)
{
	char room[SC_TELL_OCTETS];
	struct sc_text t = sc_text_into(room, sizeof(room));
	sc_text_adds(&t, "The client ");
	sc_text_ip(&t, &head->client.ip);
	sc_text_adds(&t, " waited ");
	sc_tell_duration(&t, x->waited_ms);
	sc_text_adds(&t, " for a greeting on port ");
	sc_text_number(&t, head->server.port);
	add_packets(&t, head);
	sc_text_adds(&t, ", where TLS comes first: it seems to expect STARTTLS there.");
	sc_tell_diagnosis_as(&k->config, head, SC_DIAGNOSIS_wrong_tls_mode, "likely", &t);
}

static void tell_unheard(struct knocks *k, const struct sc_ev_head *head, const struct sc_ev_knock *x)
{
	char room[SC_TELL_OCTETS];
	struct sc_text t = sc_text_into(room, sizeof(room));
	sc_text_adds(&t, "The client ");
	sc_text_ip(&t, &head->client.ip);
	sc_text_adds(&t, x->by ? " left after " : " was connected for ");
	sc_tell_duration(&t, x->waited_ms);
	sc_text_adds(&t, " without a word from ");
	add_server(&t, head);
	add_packets(&t, head);
	sc_text_adds(&t, x->by ? "." : ", and nobody had closed.");
	sc_tell_diagnosis(&k->config, head, SC_DIAGNOSIS_no_banner, &t);
	if (head->server.port == IMPLICIT_TLS && x->waited_ms >= WRONG_MODE)
		tell_wrong_mode(k, head, x);
}

/* ---- what is seen ---- */

static void see_silence(struct knocks *k, const struct sc_event *ev, struct pair *p, const struct sc_ev_knock *x)
{
	struct sc_ev_head head = *ev->head;
	struct client *c = client_of(k, &head, ev->when);
	if (!p->attempts++) {
		p->first = head.frames.first;
		p->first_ts = x->first_ts;
	}
	p->last = head.frames.last;
	p->last_ts = x->last_ts;
	p->syns += x->syns;
	p->ecn += x->ecn_syns;
	if (p->syns < LEAST_SYNS || p->silent_told)
		return;
	p->silent_told = true;
	c->silent++;
	head.frames = (struct sc_ev_frames){ p->first, p->last };
	const struct sc_ev_knock all = { .syns = p->syns, .first_ts = p->first_ts, .waited_ms = p->last_ts - p->first_ts };
	fail(k, &head, "timeout", &all);
	tell_silence(k, &head, p, c);
}

static void see_half(struct knocks *k, const struct sc_event *ev, struct pair *p, const struct sc_ev_knock *x)
{
	hear(k, ev->head);
	if (x->answers < LEAST_ANSWERS || p->half_told)
		return;
	struct server *v = server_of(k, ev->head, ev->when);
	p->half_told = true;
	if (v->half > HALF_TOLD)
		return;
	if (v->half++ == HALF_TOLD) {
		tell_many_half(k, ev->head);
		return;
	}
	fail(k, ev->head, "half_open", x);
	tell_half(k, ev->head, x);
}

static void see_refusal(struct knocks *k, const struct sc_event *ev, struct pair *p, const struct sc_ev_knock *x)
{
	if (is_word(x->how, "refused"))
		hear(k, ev->head);
	fail(k, ev->head, x->how, x);
	if (p->refused_told)
		return;
	p->refused_told = true;
	tell_refusal(k, ev->head, x);
}

/* The connection stood, and nothing was said. */
static void see_end(struct knocks *k, const struct sc_event *ev, struct pair *p, const struct sc_ev_knock *x)
{
	hear(k, ev->head);
	if (!is_word(x->by, "server") && x->waited_ms < (x->by ? PROBE : SILENCE))
		return;
	fail(k, ev->head, x->how, x);
	if (is_word(x->by, "server") || p->left_told)
		return;
	p->left_told = true;
	tell_unheard(k, ev->head, x);
}

static void see_answer(struct knocks *k, const struct sc_event *ev, struct pair *p, const struct sc_ev_knock *x)
{
	p->ecn += x->ecn_syns;
	if (p->ecn < LEAST_ECN || p->ecn_told)
		return;
	p->ecn_told = true;
	tell_ecn(k, ev->head, p);
}

/* They speak: what was before is over. */
static void see_dialogue(struct knocks *k, const struct sc_event *ev)
{
	hear(k, ev->head);
	struct pair *p = k->any ? sc_shelf_find(&k->pairs, pair_key(k, ev->head)) : NULL;
	if (!p)
		return;
	p->syns = p->attempts = 0;
	p->silent_told = p->refused_told = p->left_told = p->half_told = false;
}

static void knocks_observe(void *self, const struct sc_event *ev)
{
	struct knocks *k = self;
	const struct sc_ev_knock *x = ev->body;
	if (!ev->head)
		return;
	if (ev->kind == SC_EVENT_session) {
		see_dialogue(k, ev);
		return;
	}
	struct pair *p = pair_of(k, ev->head, ev->when);
	if (is_word(x->how, "timeout"))
		see_silence(k, ev, p, x);
	else if (is_word(x->how, "half_open"))
		see_half(k, ev, p, x);
	else if (is_word(x->how, "ecn"))
		see_answer(k, ev, p, x);
	else if (is_word(x->how, "refused") || is_word(x->how, "unreachable"))
		see_refusal(k, ev, p, x);
	else
		see_end(k, ev, p, x);
}

static sc_err knocks_open(void *self, const struct sc_observer_config *config)
{
	struct knocks *k = self;
	k->config = *config;
	bool pairs = sc_shelf_open(&k->pairs, sizeof(struct pair), config->memory / 8 * 5);
	bool clients = sc_shelf_open(&k->clients, sizeof(struct client), config->memory / 4);
	return pairs && clients && sc_shelf_open(&k->servers, sizeof(struct server), config->memory / 8) ? SC_OK : SC_EFAILED;
}

static void knocks_close(void *self)
{
	struct knocks *k = self;
	sc_shelf_close(&k->pairs);
	sc_shelf_close(&k->clients);
	sc_shelf_close(&k->servers);
}

const struct sc_observer_class sc_knocks_class = {
	.name    = "knocks",
	.summary = "connections that never became a dialogue",
	.wants   = SC_WANT(SC_EVENT_knock) | SC_WANT(SC_EVENT_session),
	.tells   = SC_WANT(SC_EVENT_failure) | SC_WANT(SC_EVENT_diagnosis),
	.share   = 2,
	.size    = sizeof(struct knocks),
	.open    = knocks_open,
	.observe = knocks_observe,
	.close   = knocks_close,
};
