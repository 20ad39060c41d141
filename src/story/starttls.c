/* starttls.c - the diagnoses of TLS that need no look into it: starttls_refused, tls_alert, tls_closed, tls_fallback,
 * wrong_tls_mode, no_tls; and the word `stripped` for a session whose server offered STARTTLS to the same client before.
 *
 * Handshakes are judged when the session ends; that one was broken off without a word tells its `tls` event just before.  What is remembered of a client and a server is when STARTTLS was offered and when it
 * failed; the pair unheard of longest makes room.  Nothing is said of a session of which octets are missing.
 */
#include "story/starttls.h"

#include "base/capability.h"
#include "base/hash.h"
#include "base/text.h"
#include "story/shelf.h"
#include "story/tell.h"

#define FALLBACK_TIME (600 * SC_SECOND)   /* a queue's first retry comes within it */
#define MEMORY_TIME   (86400 * SC_SECOND) /* an offer older than this is forgotten */

struct pair {
	struct sc_entry entry;
	sc_time offered, failed; /* latest; 0: never */
	uint64_t offered_by;     /* hash of the host in the greeting: another may answer at the same address */
	uint64_t clear;          /* recipients whose mail went in clear */
};

struct starttls {
	struct sc_observer_config config;
	struct sc_shelf pairs;
	uint64_t broken;          /* session whose handshake ended last without an alert; 0: none */
	uint64_t black_hole;      /* session told last to lose its large packets */
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
	return sc_capability(&s->capabilities, SC_STR("STARTTLS"), NULL);
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
	if (f->code >= 500 || !ev->session || !offers(ev->session)) /* refused for good: a finding tells (starttls_stripped) */
		return;
	sc_text_adds(&text, "The ");
	add_end(&text, ev->head, false);
	sc_text_adds(&text, " offered STARTTLS and answered it with ");
	sc_text_number(&text, f->code);
	sc_text_adds(&text, ": it cannot start TLS now.");
	sc_tell_diagnosis(&t->config, ev->head, SC_DIAGNOSIS_starttls_refused, &text);
}

/* ---- handshakes ---- */

/* What an alert says to whom it was sent, and what to do about it. */
static const char *meaning_of(uint16_t code)
{
	static const struct {
		uint16_t code;
		const char *meaning;
	} rows[] = {
		{ 40, "they found no cipher or parameter that both take; compare what both allow" },
		{ 71, "they found no cipher or parameter that both take; compare what both allow" },
		{ 42, "it does not accept the other's certificate; look whether it is sent whole, with its chain" },
		{ 43, "it does not accept the other's kind of certificate; look at its key and signature" },
		{ 44, "the other's certificate was revoked; it needs a new one" },
		{ 45, "the other's certificate has expired; renew it, and look at both clocks" },
		{ 46, "it does not accept the other's certificate; look at its names and its chain" },
		{ 48, "it does not trust who signed the other's certificate; send the whole chain, or make the issuer known there" },
		{ 70, "it does not take the TLS version; allow TLS 1.2 and 1.3 on both sides" },
		{ 80, "something went wrong inside it; its log tells what" },
		{ 86, "the other offered less than it can; look for a device in between that breaks handshakes" },
		{ 112, "it does not know the host name that was asked for; look at the server's names and at what the client asks" },
		{ 116, "it wants a certificate, and got none; give the client one, or do not demand it" },
		{ 120, "it does not speak the application protocol that was asked for" },
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

/* An alert that ends a handshake; close_notify is but a way to close. */
static bool is_alert(const struct sc_ev_alert *alert)
{
	return alert->side && !is_word(alert->name, "close_notify");
}

static void observe_tls(struct starttls *t, const struct sc_event *ev)
{
	const struct sc_ev_tls *tls = ev->body;
	if (tls->established || tls->unfinished)
		return;
	pair_of(t, ev->head, ev->when)->failed = ev->when;
	t->broken = is_alert(&tls->alert) ? 0 : ev->head->session;
}

/* ---- the session ---- */

static bool ended_by(const struct sc_ev_session *s, bool client)
{
	return is_word(s->end_by, client ? "client" : "server") || is_word(s->end_by, client ? "client_reset" : "server_reset");
}

/* Why, as far as packets tell: who saw the certificate may not like it, and who saw nothing at all may have lost packets. */
static const char *why_closed(const struct sc_ev_session *s, bool client)
{
	bool answered = s->tls.version != NULL;
	if (!client)
		return answered ? ", after its own hello." : ", before the server's hello.";
	return answered ? ", after the server's hello: it may not like the certificate, or a policy (DANE, MTA-STS) failed."
			: ", before the server's hello: none of the server's answer, whose packets are large, was there.";
}

static void tell_closed(struct starttls *t, const struct sc_event *ev, const struct sc_ev_session *s)
{
	char room[SC_TELL_OCTETS];
	struct sc_text text = sc_text_into(room, sizeof(room));
	bool client = ended_by(s, true), known = t->black_hole == ev->head->session;
	if (t->broken != ev->head->session || known || !whole(s) || !(client || ended_by(s, false)))
		return;
	sc_text_adds(&text, "The ");
	add_end(&text, ev->head, client);
	sc_text_adds(&text, " closed the connection in the middle of the TLS handshake");
	sc_text_adds(&text, why_closed(s, client));
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
		is_word(s->starttls, "stripped") || is_word(s->starttls, "refused") || is_word(s->starttls, "accepted_no_handshake");
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

/* ---- implicit TLS and STARTTLS mixed up ---- */

/* TLS on a port where clear text comes first, and the server speaks none.  What it does instead tells how sure that is. */
static bool say_tls_first(struct sc_text *t, const struct sc_event *ev, const struct sc_ev_session *s, const char **confidence)
{
	bool plain = s->quirks & SC_QUIRK_BIT(tls_on_plain_port), answered = s->tls.version || is_word(s->tls.alert.side, "server");
	if (!plain || answered)
		return false;
	*confidence = s->greeting.code ? "sure" : "likely";
	sc_text_adds(t, "The client began with TLS on port ");
	sc_text_number(t, ev->head->server.port);
	sc_text_adds(t, s->greeting.code ? ", where the server speaks first, in clear." : ", and the server had no word of TLS for it.");
	return true;
}

/* Clear text, or the silence that waits for it, where TLS comes first. */
static bool say_clear_first(struct sc_text *t, const struct sc_event *ev, const struct sc_ev_session *s, const char **confidence)
{
	bool clear = s->quirks & SC_QUIRK_BIT(plain_on_tls_port) && !s->tls.version;
	bool silent = ev->head->server.port == 465 && is_word(s->tls.alert.side, "server") && !s->octets.client;
	if (!clear && !silent)
		return false;
	*confidence = "sure";
	sc_text_adds(t, silent ? "The client said nothing" : s->greeting.code ? "The server began in clear" : "The client began in clear");
	sc_text_adds(t, " on port ");
	sc_text_number(t, ev->head->server.port);
	sc_text_adds(t, silent ? ", as if it waited for a greeting, where TLS comes first" : ", where TLS comes first");
	sc_text_adds(t, is_word(s->tls.alert.side, "server") ? "; the server answered with an alert of TLS." : ".");
	return true;
}

static bool tell_mode(struct starttls *t, const struct sc_event *ev, const struct sc_ev_session *s)
{
	char room[SC_TELL_OCTETS];
	const char *confidence;
	struct sc_text text = sc_text_into(room, sizeof(room));
	if (!whole(s) || !(say_tls_first(&text, ev, s, &confidence) || say_clear_first(&text, ev, s, &confidence)))
		return false;
	sc_tell_diagnosis_as(&t->config, ev->head, SC_DIAGNOSIS_wrong_tls_mode, confidence, &text);
	return true;
}

/* ---- what is gone ---- */

/* The same client had the offer from the same server: it is not the server's way to hide it.  What was offered in a session with a
 * login may have been offered because of that login. */
static void amend_session(void *self, const struct sc_event *ev, struct sc_ev_session *s)
{
	struct starttls *t = self;
	bool gone = is_word(s->starttls, "not_offered") && s->capabilities.count && whole(s);
	bool offered = is_word(s->starttls, "established") || (offers(s) && !s->auth.mechanism.at);
	uint64_t host = sc_hash(t->config.seed, s->greeting.host);
	struct pair *p = pair_of(t, ev->head, ev->when);
	if (gone && p->offered && p->offered_by == host && ev->when - p->offered <= MEMORY_TIME)
		s->starttls = "stripped";
	if (offered) {
		p->offered = ev->when;
		p->offered_by = host;
	}
}

static void observe_session(struct starttls *t, const struct sc_event *ev)
{
	const struct sc_ev_session *s = ev->body;
	if (!tell_mode(t, ev, s)) {
		tell_closed(t, ev, s);
		if (is_alert(&s->tls.alert) && !s->evidence.one_sided)
			tell_alert(t, ev, &s->tls.alert);
	}
	struct pair *p = pair_of(t, ev->head, ev->when);
	if (!tell_fallback(t, ev, s, p) && is_clear(s) && whole(s))
		tell_clear(t, ev, s, p);
	t->broken = 0;
}

static void observe_diagnosis(struct starttls *t, const struct sc_event *ev)
{
	const struct sc_ev_diagnosis *d = ev->body;
	if (is_word(d->diagnosis, sc_diagnoses[SC_DIAGNOSIS_pmtu_blackhole].name))
		t->black_hole = ev->head->session;
}

static void starttls_observe(void *self, const struct sc_event *ev)
{
	if (!ev->head)
		return;
	if (ev->kind == SC_EVENT_failure)
		observe_failure(self, ev);
	else if (ev->kind == SC_EVENT_tls)
		observe_tls(self, ev);
	else if (ev->kind == SC_EVENT_diagnosis)
		observe_diagnosis(self, ev);
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
	.more    = SC_WANT(SC_EVENT_tls) | SC_WANT(SC_EVENT_failure) | SC_WANT(SC_EVENT_diagnosis),
	.more_for = SC_WANT(SC_EVENT_diagnosis),
	.tells   = SC_WANT(SC_EVENT_diagnosis) | SC_WANT(SC_EVENT_session),
	.share   = 1,
	.size    = sizeof(struct starttls),
	.open    = starttls_open,
	.amend   = amend_session,
	.observe = starttls_observe,
	.close   = starttls_close,
};
