/* starttls.c - the diagnoses of TLS that need no look into it: starttls_refused, tls_alert, tls_closed, tls_fallback,
 * wrong_tls_mode, no_tls; and the word `stripped` for a session whose server offered STARTTLS to the same client before.
 *
 * Handshakes are judged by their `tls` event; that one was broken off without a word is known when the session ends, which
 * is the next event of that session.  What is remembered of a client and a server is when STARTTLS was offered and when it
 * failed; the pair unheard of longest makes room.  Nothing is said of a session of which octets are missing.
 */
#include "story/starttls.h"

#include "base/hash.h"
#include "base/text.h"
#include "story/shelf.h"
#include "story/tell.h"

#define FALLBACK_TIME (600 * SC_SECOND)   /* a queue's first retry comes within it */
#define MEMORY_TIME   (86400 * SC_SECOND) /* an offer older than this is forgotten */

struct pair {
	struct sc_entry entry;
	sc_time offered, failed; /* latest; 0: never */
	uint64_t clear;          /* recipients whose mail went in clear */
};

struct starttls {
	struct sc_observer_config config;
	struct sc_shelf pairs;
	uint64_t broken;          /* session whose handshake ended last without an alert; 0: none */
	bool     answered;        /* the server had said its hello */
};

static bool is_word(const char *word, const char *other)
{
	return word && strcmp(word, other) == 0;
}

static bool whole(const struct sc_ev_session *s)
{
	const struct sc_ev_evidence *e = &s->evidence;
	return !e->gap_octets.client && !e->gap_octets.server && !e->midstream && !e->one_sided;
}

static bool offers(const struct sc_ev_session *s)
{
	for (uint32_t i = 0; i < s->capabilities.count; i++)
		if (sc_str_equal(s->capabilities.items[i], SC_STR("STARTTLS")))
			return true;
	return false;
}

static struct pair *pair_of(struct starttls *t, const struct sc_ev_head *head, sc_time now)
{
	uint8_t key[34];
	bool fresh;
	memcpy(key, head->client.ip.octets, 16);
	memcpy(key + 16, head->server.ip.octets, 16);
	key[32] = (uint8_t)(head->server.port >> 8);
	key[33] = (uint8_t)head->server.port;
	return sc_shelf_touch(&t->pairs, sc_hash(t->config.seed, (sc_str){ (const char *)key, sizeof(key) }), now, &fresh);
}

static void add_end(struct sc_text *t, const struct sc_ev_head *head, bool client)
{
	sc_text_adds(t, client ? "client " : "server ");
	sc_text_ip(t, client ? &head->client.ip : &head->server.ip);
}

/* ---- refused ---- */

static void observe_failure(struct starttls *t, const struct sc_event *ev)
{
	const struct sc_ev_failure *f = ev->body;
	char room[SC_TELL_OCTETS];
	struct sc_text text = sc_text_into(room, sizeof(room));
	if (!is_word(f->phase, "starttls") || f->code < 400)
		return;
	pair_of(t, ev->head, ev->when)->failed = ev->when;
	if (!ev->session || !offers(ev->session))
		return;
	sc_text_adds(&text, "The ");
	add_end(&text, ev->head, false);
	sc_text_adds(&text, " offered STARTTLS and answered it with ");
	sc_text_number(&text, f->code);
	sc_text_adds(&text, f->code < 500 ? ": it cannot start TLS now." : ": it cannot start TLS.");
	sc_tell_diagnosis(&t->config, ev->head, SC_DIAGNOSIS_starttls_refused, &text);
}

/* ---- handshakes ---- */

/* What an alert says to whom it was sent. */
static const char *meaning_of(uint16_t code)
{
	static const struct {
		uint16_t code;
		const char *meaning;
	} rows[] = {
		{ 40, "they found no cipher or parameter that both take" },
		{ 71, "they found no cipher or parameter that both take" },
		{ 42, "it does not accept the other's certificate" },
		{ 43, "it does not accept the other's certificate" },
		{ 46, "it does not accept the other's certificate" },
		{ 48, "it does not trust who signed the other's certificate" },
		{ 44, "the other's certificate was revoked" },
		{ 45, "the other's certificate has expired" },
		{ 70, "it does not take the TLS version" },
		{ 80, "something went wrong inside it" },
		{ 86, "the other offered less than it can" },
		{ 112, "it does not know the host name that was asked for" },
		{ 116, "it wants a certificate, and got none" },
		{ 120, "it does not speak the application protocol" },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].code == code)
			return rows[i].meaning;
	return NULL;
}

static void tell_alert(struct starttls *t, const struct sc_event *ev, const struct sc_ev_alert *alert)
{
	char room[SC_TELL_OCTETS];
	struct sc_text text = sc_text_into(room, sizeof(room));
	const char *meaning = meaning_of(alert->code);
	sc_text_adds(&text, "The ");
	add_end(&text, ev->head, is_word(alert->side, "client"));
	sc_text_adds(&text, " ended the TLS handshake with ");
	if (alert->code) {
		sc_text_adds(&text, "alert ");
		sc_text_number(&text, alert->code);
		sc_text_adds(&text, alert->name ? " (" : "");
		sc_text_adds(&text, alert->name ? alert->name : "");
		sc_text_adds(&text, alert->name ? ")" : "");
	} else {
		sc_text_adds(&text, "an alert that is encrypted");
	}
	sc_text_adds(&text, meaning ? ": " : "");
	sc_text_adds(&text, meaning ? meaning : "");
	sc_text_adds(&text, ".");
	sc_tell_diagnosis(&t->config, ev->head, SC_DIAGNOSIS_tls_alert, &text);
}

static void observe_tls(struct starttls *t, const struct sc_event *ev)
{
	const struct sc_ev_tls *tls = ev->body;
	if (tls->established || tls->unfinished)
		return;
	bool closed = !tls->alert.side || is_word(tls->alert.name, "close_notify");
	pair_of(t, ev->head, ev->when)->failed = ev->when;
	t->broken = closed ? ev->head->session : 0;
	t->answered = tls->version != NULL;
	if (!closed)
		tell_alert(t, ev, &tls->alert);
}

/* ---- the session ---- */

static void tell_closed(struct starttls *t, const struct sc_event *ev, const struct sc_ev_session *s)
{
	char room[SC_TELL_OCTETS];
	struct sc_text text = sc_text_into(room, sizeof(room));
	bool client = is_word(s->end_by, "client") || is_word(s->end_by, "client_reset");
	bool server = is_word(s->end_by, "server") || is_word(s->end_by, "server_reset");
	if (t->broken != ev->head->session || !whole(s) || !(client || server))
		return;
	sc_text_adds(&text, "The ");
	add_end(&text, ev->head, client);
	sc_text_adds(&text, " closed the connection in the middle of the TLS handshake, ");
	sc_text_adds(&text, t->answered ? "after the server's hello" : "before the server's hello");
	sc_text_adds(&text, t->answered && client ? ": it may not like the certificate." : ".");
	sc_tell_diagnosis(&t->config, ev->head, SC_DIAGNOSIS_tls_closed, &text);
}

/* Told when it begins, and again each time that it has become ten times as much. */
static void tell_clear(struct starttls *t, const struct sc_event *ev, const struct sc_ev_session *s, struct pair *p)
{
	char room[SC_TELL_OCTETS];
	struct sc_text text = sc_text_into(room, sizeof(room));
	uint64_t before = p->clear, due = 1;
	p->clear += s->recipients.accepted;
	while (due <= before)
		due *= 10;
	if (p->clear < due)
		return;
	sc_text_adds(&text, "Mail for ");
	sc_text_number(&text, p->clear);
	sc_text_adds(&text, p->clear == 1 ? " recipient went in clear from " : " recipients went in clear from ");
	add_end(&text, ev->head, true);
	sc_text_adds(&text, " to ");
	add_end(&text, ev->head, false);
	sc_text_adds(&text, offers(s) ? ", which offers STARTTLS." : ", which does not offer STARTTLS.");
	sc_tell_diagnosis(&t->config, ev->head, SC_DIAGNOSIS_no_tls, &text);
}

/* Mail went in clear, and all of the dialogue was seen; LMTP stays in the house. */
static bool is_clear(const struct sc_ev_session *s)
{
	bool word = is_word(s->starttls, "offered_unused") || is_word(s->starttls, "not_offered") ||
		is_word(s->starttls, "stripped") || is_word(s->starttls, "refused");
	return word && s->recipients.accepted && !is_word(s->service, "lmtp");
}

static bool tell_fallback(struct starttls *t, const struct sc_event *ev, const struct sc_ev_session *s, const struct pair *p)
{
	char room[SC_TELL_OCTETS];
	struct sc_text text = sc_text_into(room, sizeof(room));
	if (!p->failed || s->start - p->failed > FALLBACK_TIME || !is_clear(s))
		return false;
	sc_text_adds(&text, "TLS failed between these two ");
	if (p->failed >= s->start) {
		sc_text_adds(&text, "in this connection");
	} else {
		sc_tell_duration(&text, s->start - p->failed);
		sc_text_adds(&text, " before");
	}
	sc_text_adds(&text, ", and now mail for ");
	sc_text_number(&text, s->recipients.accepted);
	sc_text_adds(&text, s->recipients.accepted == 1 ? " recipient went in clear." : " recipients went in clear.");
	sc_tell_diagnosis(&t->config, ev->head, SC_DIAGNOSIS_tls_fallback, &text);
	return true;
}

static void tell_mode(struct starttls *t, const struct sc_event *ev, const struct sc_ev_session *s)
{
	char room[SC_TELL_OCTETS];
	struct sc_text text = sc_text_into(room, sizeof(room));
	bool tls = s->quirks & SC_QUIRK_BIT(tls_on_plain_port), plain = s->quirks & SC_QUIRK_BIT(plain_on_tls_port);
	bool failed = !is_word(s->starttls, "implicit") || !s->tls.version; /* else both want it so on this port */
	if (!(tls && failed) && !plain)
		return;
	sc_text_adds(&text, tls ? "The client began with TLS on port " : "The server began in clear on port ");
	sc_text_number(&text, ev->head->server.port);
	sc_text_adds(&text, tls ? ", where the server speaks first, in clear." : ", where TLS comes first.");
	sc_tell_diagnosis(&t->config, ev->head, SC_DIAGNOSIS_wrong_tls_mode, &text);
}

/* The same client had the offer from the same server: it is not the server's way to hide it. */
static void amend_session(void *self, const struct sc_event *ev, struct sc_ev_session *s)
{
	struct starttls *t = self;
	bool gone = is_word(s->starttls, "not_offered") && s->capabilities.count && whole(s);
	struct pair *p = pair_of(t, ev->head, ev->when);
	if (gone && p->offered && ev->when - p->offered <= MEMORY_TIME)
		s->starttls = "stripped";
	if (offers(s) || is_word(s->starttls, "established"))
		p->offered = ev->when;
}

static void observe_session(struct starttls *t, const struct sc_event *ev)
{
	const struct sc_ev_session *s = ev->body;
	tell_closed(t, ev, s);
	tell_mode(t, ev, s);
	struct pair *p = pair_of(t, ev->head, ev->when);
	if (!tell_fallback(t, ev, s, p) && is_clear(s) && whole(s))
		tell_clear(t, ev, s, p);
	t->broken = 0;
}

static void starttls_observe(void *self, const struct sc_event *ev)
{
	if (!ev->head)
		return;
	if (ev->kind == SC_EVENT_failure)
		observe_failure(self, ev);
	else if (ev->kind == SC_EVENT_tls)
		observe_tls(self, ev);
	else if (ev->kind == SC_EVENT_session)
		observe_session(self, ev);
}

static sc_err starttls_open(void *self, const struct sc_observer_config *config)
{
	struct starttls *t = self;
	t->config = *config;
	return sc_shelf_open(&t->pairs, sizeof(struct pair), config->memory) ? SC_OK : SC_EFAILED;
}

static void starttls_close(void *self)
{
	struct starttls *t = self;
	sc_shelf_close(&t->pairs);
}

const struct sc_observer_class sc_starttls_class = {
	.name    = "starttls",
	.summary = "TLS refused, broken off, given up or gone between a client and a server",
	.wants   = SC_WANT(SC_EVENT_session),
	.more    = SC_WANT(SC_EVENT_tls) | SC_WANT(SC_EVENT_failure),
	.more_for = SC_WANT(SC_EVENT_diagnosis),
	.tells   = SC_WANT(SC_EVENT_diagnosis) | SC_WANT(SC_EVENT_session),
	.share   = 1,
	.size    = sizeof(struct starttls),
	.open    = starttls_open,
	.amend   = amend_session,
	.observe = starttls_observe,
	.close   = starttls_close,
};
