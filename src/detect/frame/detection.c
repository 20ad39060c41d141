/* detection.c - runs the global detectors over all events, in order; see detection.h.
 *
 * What detectors need of an event is worked out once: the hashes of the client's address and network, their rows, whose
 * the two ends are.  A detector sees only the kinds of event it asks for, and of those only what meets its needs. */
#include "detect/frame/detection.h"

#include "base/memory.h"
#include "detect/frame/docket.h"
#include "detect/frame/settings.h"

#define BOOK_ENTRIES  4096
#define IDLE_STANDARD 86400
#define GUEST_LISTS   64
#define BODY_OCTETS   512 /* of an event: most of it */
#define KEPT_DOMAIN   64  /* longer ones are looked at each time */
#define CLIENTS       8192
#define CLIENT_IDLE   3600 /* the longest window that clients are counted in */
#define NETWORKS      4096
#define NETWORK_IDLE  86400 /* the same, of networks */
#define WHOLE_TABLES  (UINT64_C(8) << 20) /* of the ledger's memory, with which no table is made smaller */
#define MOST_HALVINGS 5
#define LEAST_SLOTS   64

struct server {
	struct sc_ip ip;
	uint64_t address, network; /* keyed hashes */
	struct sc_place place;
	uint64_t version; /* of the roles that say so */
	uint32_t taken;   /* the second in which it last accepted mail, as the roles were told */
};

/* The domain of the last first recipient: a server takes mail for few. */
struct domain {
	char name[KEPT_DOMAIN]; /* as it was given */
	struct sc_host host;
	uint64_t version; /* of the roles that say so */
};

/* Who looks at a kind of event: a bit for each of them. */
struct audience {
	struct sc_detector *members[64];
	size_t   count;
	uint64_t all, needing[SC_NEEDS]; /* who needs what */
	uint64_t expecting;
	struct {
		unsigned met;
		uint64_t asked;
	} guests[GUEST_LISTS]; /* who is asked when that is met: few combinations come, and again and again */
};

struct detection {
	struct sc_observer_config config;
	const struct sc_detect_settings *settings;
	struct sc_detect_settings *own; /* when nobody gave any */
	struct sc_roles *roles;
	struct sc_docket docket;
	struct server server; /* of the last event; most events have the same few */
	struct domain domain;
	struct sc_rows rows[SC_LEVELS];
	struct sc_detector detectors[SC_DETECTORS_MAX];
	size_t count;
	unsigned halvings; /* of tables, where memory is short */
	uint64_t in_rows; /* kinds that detectors with rows look at */
	struct audience audiences[SC_EVENT_KINDS];
};

static void hear(void *frame, struct sc_detector *d, const struct sc_sight *s, const struct sc_report *r)
{
	struct detection *x = frame;
	if (r->absence && s->lossy)
		return;
	sc_docket_report(&x->docket, d, s, r);
}

/* ---- what is known of an event ---- */

static bool is_lossy(const struct sc_ev_evidence *e)
{
	return e->gap_octets.client || e->gap_octets.server || e->midstream || e->one_sided || e->resyncs ||
	       e->assumed;
}

static bool lossy(const struct sc_event *ev)
{
	if (ev->kind == SC_EVENT_session)
		return is_lossy(&((const struct sc_ev_session *)ev->body)->evidence);
	if (ev->kind == SC_EVENT_transaction)
		return is_lossy(&((const struct sc_ev_transaction *)ev->body)->evidence);
	return false;
}

static void learn(struct detection *x, const struct sc_sight *s)
{
	const struct sc_ev_transaction *t = s->ev->body;
	if (x->server.taken != s->second && sc_is(t->outcome, "accepted")) {
		sc_roles_server(x->roles, s->server, s->second);
		x->server.taken = s->second;
	}
	if (t->auth_user.at || t->mail_from.at == NULL || s->network == s->server_network)
		return;
	const struct sc_ev_recipient *r = t->recipients.items;
	bool guess;
	for (uint32_t i = 0; i < t->recipients.count; i++) {
		if (!sc_is(r[i].outcome, "accepted"))
			continue;
		if (sc_sight_rcpt_name(s, r, i).len && (!sc_sight_rcpt_local(s, r, i, &guess) || guess))
			sc_roles_learn_domain(x->roles, sc_sight_rcpt_domain(s, r, i), s->network, s->second);
		sc_roles_learn_network(x->roles, s->server_network, s->network, s->second);
	}
}

static struct server *meet_server(struct detection *x, const struct sc_ip *ip)
{
	struct server *m = &x->server;
	uint64_t version = sc_roles_version(x->roles);
	bool known = sc_ip_equal(&m->ip, ip);
	if (!known) {
		*m = (struct server){.ip = *ip};
		sc_ip_hashes(x->config.seed, ip, &m->address, &m->network);
	}
	if (!known || m->version != version)
		m->place = sc_roles_place(x->roles, ip, m->address, m->network);
	m->version = version;
	return m;
}

static unsigned met_by_session(const struct sc_sight *s, const struct sc_ev_session *x)
{
	return (sc_helo_of_line(s->helo) ? SC_NEED_LINE : 0u) |
	       (x->helo.name.len ? SC_NEED_HELO : 0u) | (x->quirks ? SC_NEED_QUIRK : 0u) |
	       (x->helo.name.len && x->helo.name.at[0] == '[' ? SC_NEED_LITERAL : 0u) |
	       (sc_is(x->auth.outcome, "ok") ? 0u : SC_NEED_NO_LOGIN);
}

static unsigned met_by_mail(const struct sc_sight *s, const struct sc_ev_transaction *x)
{
	bool taken = sc_is(x->outcome, "accepted") || sc_is(x->outcome, "partial");
	return (s->sender_domain.local && !s->sender_domain.learnt ? SC_NEED_OUR_NAME : 0u) |
	       (x->recipients.count > 1 || !s->rcpt_domain.local ? SC_NEED_FOREIGN : 0u) |
	       (x->mail_from.len ? SC_NEED_SENDER : 0u) | (x->quirks ? SC_NEED_QUIRK : 0u) | (taken ? SC_NEED_TAKEN : 0u) |
	       (x->auth_user.len ? SC_NEED_LOGIN | SC_NEED_OURS : 0u) | (x->auth_user.at ? 0u : SC_NEED_NO_LOGIN);
}

/* Which needs of detectors the event meets. */
static unsigned met(const struct detection *x, const struct sc_sight *s)
{
	unsigned m = x->settings->intel ? SC_NEED_LISTS : 0u;
	m |= sc_is_stranger(s) ? SC_NEED_STRANGER : 0u;
	m |= sc_is_exchange(s) ? SC_NEED_EXCHANGE : 0u;
	m |= sc_is_outbound(s) ? SC_NEED_OUTBOUND : 0u;
	m |= s->from.home ? SC_NEED_OURS : 0u;
	m |= s->rows[SC_LEVEL_CLIENT].at || s->rows[SC_LEVEL_NETWORK].at ? SC_NEED_ROW : 0u;
	if (s->ev->kind == SC_EVENT_session)
		return m | met_by_session(s, s->ev->body);
	return s->ev->kind == SC_EVENT_transaction ? m | met_by_mail(s, s->ev->body) : m | SC_NEED_NO_LOGIN;
}

static void find_rows(struct detection *x, struct sc_sight *s)
{
	const struct sc_ev_transaction *t = s->ev->body;
	bool heavy = s->ev->kind == SC_EVENT_transaction && t->recipients.count > 1;
	s->rows[SC_LEVEL_CLIENT] = sc_rows_touch(&x->rows[SC_LEVEL_CLIENT], s->client, s->second, heavy);
	s->rows[SC_LEVEL_NETWORK] = sc_rows_touch(&x->rows[SC_LEVEL_NETWORK], s->network, s->second, heavy);
}

static struct sc_host host_of(const struct sc_sight *s, sc_str name)
{
	struct sc_host h = {.name = name, .hash = sc_sight_hash_nocase(s, name)};
	h.local = sc_roles_local(s->roles, name, &h.learnt);
	return h;
}

static struct sc_host meet_domain(struct domain *m, const struct sc_sight *s, sc_str name)
{
	uint64_t version = sc_roles_domains_version(s->roles);
	if (m->version == version && name.len && sc_str_equal(m->host.name, name))
		return (struct sc_host){name, m->host.hash, m->host.local, m->host.learnt};
	struct sc_host h = host_of(s, name);
	if (name.len && name.len <= KEPT_DOMAIN) {
		memcpy(m->name, name.at, name.len);
		m->host = h;
		m->host.name.at = m->name;
		m->version = version;
	}
	return h;
}

static void look_at_envelope(struct detection *x, struct sc_sight *s, const struct sc_ev_transaction *t)
{
	const struct sc_ev_recipient *r = t->recipients.items;
	if (t->mail_from.len)
		s->sender_domain = host_of(s, sc_str_domain(t->mail_from));
	if (t->recipients.count == 0)
		return;
	s->rcpt_domain = meet_domain(&x->domain, s, sc_str_domain(r->rcpt_to));
	s->rcpt = sc_sight_hash_nocase(s, r->rcpt_to);
}

/* The members whose needs are met. */
static uint64_t guests(struct audience *a, unsigned met)
{
	unsigned at = (met * 0x9e3779b1u) >> 26, known = met | 1u << 31; /* no needs at all are a combination, too */
	if (a->guests[at].met == known)
		return a->guests[at].asked;
	uint64_t asked = a->all;
	for (unsigned i = 0; i < SC_NEEDS; i++)
		asked &= met >> i & 1 ? UINT64_MAX : ~a->needing[i];
	a->guests[at].met = known;
	a->guests[at].asked = asked;
	return asked;
}

/* Asks for the memory that the detector will need. */
static void expect(const struct sc_detector *d, const struct sc_sight *s)
{
	if (d->cls->expect)
		d->cls->expect(d, s);
	sc_row_expect(s->rows[SC_LEVEL_CLIENT], d->pieces[SC_LEVEL_CLIENT], d->cls->client);
	sc_row_expect(s->rows[SC_LEVEL_NETWORK], d->pieces[SC_LEVEL_NETWORK], d->cls->network);
}

static void ask(struct detection *x, const struct sc_sight *s)
{
	struct audience *a = &x->audiences[s->ev->kind];
	uint64_t asked = guests(a, met(x, s));
	for (uint64_t i = asked & a->expecting; i; i &= i - 1)
		expect(a->members[__builtin_ctzll(i)], s);
	for (; asked; asked &= asked - 1) {
		struct sc_detector *d = a->members[__builtin_ctzll(asked)];
		d->cls->observe(d, s);
	}
}

static void observe(void *self, const struct sc_event *ev)
{
	struct detection *x = self;
	if (!ev->head)
		return;
	if (ev->kind == SC_EVENT_finding) {
		sc_docket_finding(&x->docket, ev);
		return;
	}
#pragma GCC unroll 8
	for (size_t i = 0; i < BODY_OCTETS; i += 64) /* each detector reads it at another place */
		__builtin_prefetch((const char *)ev->body + i);
	const struct sc_ip *client = &ev->head->client.ip;
	const struct server *server = meet_server(x, &ev->head->server.ip);
	struct sc_sight s = {.ev = ev,
			     .head = ev->head,
			     .second = sc_seconds(ev->when),
			     .seed = x->config.seed,
			     .server = server->address,
			     .server_network = server->network,
			     .roles = x->roles,
			     .lossy = lossy(ev)};
	struct sc_helo helo;
	sc_ip_hashes(x->config.seed, client, &s.client, &s.network);
	sc_keyed_expect(&x->rows[SC_LEVEL_CLIENT].holders, s.client);
	sc_keyed_expect(&x->rows[SC_LEVEL_NETWORK].holders, s.network);
	if (ev->kind == SC_EVENT_session) {
		helo = sc_helo_look(((const struct sc_ev_session *)ev->body)->helo.name);
		s.helo = &helo;
	} else if (ev->kind == SC_EVENT_transaction) {
		look_at_envelope(x, &s, ev->body);
	} else if (ev->kind == SC_EVENT_auth) {
		s.user = sc_sight_hash_nocase(&s, ((const struct sc_ev_auth *)ev->body)->user);
	}
	s.from = sc_roles_place(x->roles, client, s.client, s.network);
	s.to = server->place;
	if (x->in_rows & SC_WANT(ev->kind))
		find_rows(x, &s);
	ask(x, &s);
	if (ev->kind == SC_EVENT_transaction)
		learn(x, &s);
}

static void tick(void *self, sc_time now)
{
	sc_docket_tick(&((struct detection *)self)->docket, now);
}

/* ---- opening, closing ---- */

static unsigned halvings_of(uint64_t memory)
{
	unsigned n = 0;
	while (memory && n < MOST_HALVINGS && memory < WHOLE_TABLES >> n)
		n++;
	return n;
}

static uint32_t slots_of(const struct detection *x, uint32_t planned)
{
	uint32_t slots = planned >> x->halvings;
	return slots < LEAST_SLOTS ? LEAST_SLOTS : slots;
}

static bool open_tables(const struct detection *x, struct sc_detector *d)
{
	for (size_t i = 0; i < SC_DETECTOR_TABLES; i++) {
		const struct sc_keyed_plan *plan = &d->cls->tables[i];
		uint64_t idle = plan->idle >= 0 ? d->options[plan->idle] : IDLE_STANDARD;
		if (plan->slots && !sc_keyed_open(&d->tables[i], slots_of(x, plan->slots), plan->octets, (uint32_t)idle))
			return false;
	}
	return true;
}

static void add_member(struct audience *a, struct sc_detector *d)
{
	SC_ASSERT(a->count < 64);
	uint64_t bit = UINT64_C(1) << a->count;
	a->members[a->count++] = d;
	a->all |= bit;
	a->expecting |= d->cls->expect || d->cls->client || d->cls->network ? bit : 0;
	for (unsigned i = 0; i < SC_NEEDS; i++)
		a->needing[i] |= d->cls->needs >> i & 1 ? bit : 0;
}

static bool open_detector(struct detection *x, size_t index)
{
	const struct sc_detector_class *cls = sc_detectors[index];
	struct sc_detector *d = &x->detectors[x->count];
	*d = (struct sc_detector){.cls = cls,
				  .settings = x->settings,
				  .options = &x->settings->values[x->settings->first[index]],
				  .hear = hear,
				  .frame = x,
				  .index = index};
	for (int kind = 0; kind < SC_EVENT_KINDS; kind++)
		if (cls->wants & SC_WANT(kind))
			add_member(&x->audiences[kind], d);
	x->count++;
	x->in_rows |= cls->client || cls->network ? cls->wants : 0;
	d->pieces[SC_LEVEL_CLIENT] = sc_rows_plan(&x->rows[SC_LEVEL_CLIENT], cls->client);
	d->pieces[SC_LEVEL_NETWORK] = sc_rows_plan(&x->rows[SC_LEVEL_NETWORK], cls->network);
	d->state = sc_memory_take(cls->size);
	return d->state && open_tables(x, d);
}

static sc_err detection_open(void *self, const struct sc_observer_config *config)
{
	struct detection *x = self;
	x->config = *config;
	x->settings = config->detect;
	x->halvings = halvings_of(config->memory);
	if (!x->settings) {
		SC_TRY(sc_detect_settings_open(&x->own));
		x->settings = x->own;
	}
	SC_TRY(sc_roles_open(&x->roles, x->settings, config->seed, true));
	if (!sc_docket_open(&x->docket, &x->config, slots_of(x, BOOK_ENTRIES)))
		return SC_EFAILED;
	for (size_t i = 0; sc_detectors[i]; i++)
		if (sc_detectors[i]->scope == SC_SCOPE_GLOBAL && !x->settings->off[i] && !open_detector(x, i))
			return SC_EFAILED;
	bool room = sc_rows_open(&x->rows[SC_LEVEL_CLIENT], slots_of(x, CLIENTS), CLIENT_IDLE) &&
		    sc_rows_open(&x->rows[SC_LEVEL_NETWORK], slots_of(x, NETWORKS), NETWORK_IDLE);
	return room ? SC_OK : SC_EFAILED;
}

static void detection_close(void *self)
{
	struct detection *x = self;
	for (size_t i = 0; i < x->count; i++) {
		for (size_t k = 0; k < SC_DETECTOR_TABLES; k++)
			sc_keyed_close(&x->detectors[i].tables[k]);
		sc_memory_give(x->detectors[i].state);
	}
	for (unsigned i = 0; i < SC_LEVELS; i++)
		sc_rows_close(&x->rows[i]);
	sc_docket_close(&x->docket);
	sc_roles_close(x->roles);
	sc_detect_settings_close(x->own);
}

/* What a detector keeps apart from its pieces of the rows. */
static size_t own_octets(const struct sc_detector *d)
{
	size_t sum = d->cls->size;
	for (size_t k = 0; k < SC_DETECTOR_TABLES; k++)
		sum += d->tables[k].slots ? sc_keyed_octets(&d->tables[k]) : 0;
	return sum;
}

size_t sc_detection_octets(const void *self)
{
	const struct detection *x = self;
	size_t sum = sizeof(*x) + sc_keyed_octets(&x->docket.entries) + sc_rows_octets(&x->rows[SC_LEVEL_CLIENT]) +
		     sc_rows_octets(&x->rows[SC_LEVEL_NETWORK]) + sc_roles_octets(x->roles);
	for (size_t i = 0; i < x->count; i++)
		sum += own_octets(&x->detectors[i]);
	return sum;
}

bool sc_detection_part(const void *self, size_t i, const char **name, size_t *octets)
{
	const struct detection *x = self;
	if (i >= x->count)
		return false;
	const struct sc_detector *d = &x->detectors[i];
	*name = d->cls->name;
	*octets = own_octets(d) + sc_rows_part(&x->rows[SC_LEVEL_CLIENT], d->cls->client) +
		  sc_rows_part(&x->rows[SC_LEVEL_NETWORK], d->cls->network);
	return true;
}

const struct sc_observer_class sc_detection_class = {
	.name = "detection",
	.summary = "suspicious senders: the detectors that need more than one session, and the docket of findings",
	.wants = SC_WANT(SC_EVENT_session) | SC_WANT(SC_EVENT_transaction) | SC_WANT(SC_EVENT_auth) |
		 SC_WANT(SC_EVENT_tls) | SC_WANT(SC_EVENT_message) | SC_WANT(SC_EVENT_failure) |
		 SC_WANT(SC_EVENT_delivery) | SC_WANT(SC_EVENT_finding),
	.tells = SC_WANT(SC_EVENT_finding),
	.share = 4,
	.size = sizeof(struct detection),
	.open = detection_open,
	.observe = observe,
	.tick = tick,
	.close = detection_close,
};
