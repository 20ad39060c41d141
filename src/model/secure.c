/* secure.c - counts handshakes; see secure.h.  Names and prints are octets of the wire, kept as they are. */
#include "model/secure.h"

#include "base/text.h"
#include "model/counting.h"

sc_err sc_secure_model_open(struct sc_secure *m)
{
	SC_TRY(sc_top_open(&m->ciphers, 64));
	SC_TRY(sc_top_open(&m->groups, 32));
	SC_TRY(sc_top_open(&m->certificates, 512));
	SC_TRY(sc_top_open(&m->programs, 256));
	SC_TRY(sc_top_open(&m->troubled, 512));
	SC_TRY(sc_top_open(&m->peers, 512));
	SC_TRY(sc_top_open(&m->diagnoses, 32));
	SC_TRY(sc_top_open(&m->findings, 256));
	return sc_top_open(&m->opened, 16);
}

void sc_secure_model_close(struct sc_secure *m)
{
	sc_top_close(&m->ciphers);
	sc_top_close(&m->groups);
	sc_top_close(&m->certificates);
	sc_top_close(&m->programs);
	sc_top_close(&m->troubled);
	sc_top_close(&m->peers);
	sc_top_close(&m->diagnoses);
	sc_top_close(&m->findings);
	sc_top_close(&m->opened);
}

/* ---- servers ---- */

static bool is_word(const char *word, const char *other)
{
	return word && strcmp(word, other) == 0;
}

/* All of it was seen, and its end. */
static bool is_whole(const struct sc_ev_session *s)
{
	const struct sc_ev_evidence *e = &s->evidence;
	bool cut = is_word(s->end_by, "capture_end") || is_word(s->end_by, "timeout") || is_word(s->end_by, "evicted");
	return !cut && !e->midstream && !e->one_sided && !e->gap_octets.client && !e->gap_octets.server;
}

/* TLS came about.  When it is the first thing spoken no word tells so, but what is missing. */
static bool is_up(const struct sc_ev_session *s)
{
	bool failed = s->tls.alert.side || (!s->tls.version && is_whole(s));
	return is_word(s->starttls, "established") || (is_word(s->starttls, "implicit") && !failed);
}

bool sc_secure_is_dark(const struct sc_ev_session *s)
{
	return is_up(s) && !s->decrypted;
}

bool sc_secure_concerns(const char *word)
{
	static const char *const words[] = { "starttls_refused", "tls_alert", "tls_closed", "tls_fallback", "wrong_tls_mode",
		"cert_problem", "no_tls", "cisco_smtp_fixup", "starttls_stripped", "starttls_unused", "starttls_injection", "tls_failed",
		"tls_weak", "auth_in_clear" };
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (is_word(word, words[i]))
			return true;
	return false;
}

static void say_alert(struct sc_text *t, const struct sc_ev_alert *alert)
{
	sc_text_adds(t, alert->side);
	sc_text_adds(t, alert->code ? " sent alert " : " sent an encrypted alert");
	if (alert->code)
		sc_text_number(t, alert->code);
	sc_text_adds(t, alert->name ? " " : "");
	sc_text_adds(t, alert->name ? alert->name : "");
}

/* What is wrong; false: nothing. */
static bool say_trouble(struct sc_text *t, const struct sc_ev_session *s)
{
	static const struct {
		const char *word, *meaning;
	} rows[] = {
		{ "refused", "STARTTLS refused" },
		{ "unanswered", "STARTTLS not answered" },
		{ "stripped", "STARTTLS masked, or offered before and gone" },
		{ "accepted_no_handshake", "STARTTLS accepted, no handshake came" },
		{ "handshake_failed", "handshake broken off" },
		{ "implicit", "TLS from the first octet, no handshake came about" },
	};
	size_t before = t->len;
	if (s->glued.client || s->glued.server)
		sc_text_adds(t, "octets in clear glued to STARTTLS");
	else if (s->tls.alert.side)
		say_alert(t, &s->tls.alert);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && t->len == before && !is_up(s); i++)
		if (is_word(s->starttls, rows[i].word))
			sc_text_adds(t, rows[i].meaning);
	return t->len > before;
}

static void say_use(struct sc_text *t, const struct sc_ev_session *s)
{
	bool offered = is_word(s->starttls, "offered_unused");
	if (is_up(s))
		sc_text_adds(t, s->tls.version ? s->tls.version : "TLS");
	else
		sc_text_adds(t, offered ? "offered, not used" : "not offered");
}

/* "192.0.2.25:25 mx.example.net: client sent alert 48 unknown_ca" */
void sc_secure_model_session(struct sc_secure *m, const struct sc_event *ev)
{
	const struct sc_ev_session *s = ev->body;
	char buffer[SC_TOP_KEY_OCTETS];
	struct sc_text key = sc_text_into(buffer, sizeof(buffer));
	struct sc_top_item item = { .when = ev->when, .session = sc_count_session(ev) };
	if (!ev->head || !s->starttls)
		return;
	sc_count_endpoint(&key, &ev->head->server, true);
	sc_text_adds(&key, s->greeting.host.len ? " " : "");
	sc_text_add(&key, sc_str_slice(s->greeting.host, 0, SC_TOP_KEY_OCTETS / 2));
	sc_text_adds(&key, ": ");
	item.failed = say_trouble(&key, s);
	if (!item.failed)
		say_use(&key, s);
	sc_top_add(item.failed ? &m->troubled : &m->peers, sc_text_str(&key), &item);
	m->up += is_up(s);
	m->down += item.failed;
	m->clear += is_up(s) ? 0 : s->recipients.accepted;
}

/* ---- handshakes ---- */

/* "CN=mx.example.net, until 2027-01-31, self-signed": what a reader looks for first. */
static void add_certificate(struct sc_secure *m, const struct sc_ev_certificate *c, struct sc_top_item *item, sc_time when)
{
	char buffer[SC_TOP_KEY_OCTETS], date[32];
	struct sc_text key = sc_text_into(buffer, sizeof(buffer)), until = sc_text_into(date, sizeof(date));
	bool over = c->not_after != SC_TIME_NONE && c->not_after < when;
	bool early = c->not_before != SC_TIME_NONE && c->not_before > when;
	if (!c->subject.at)
		return;
	sc_text_add(&key, sc_str_slice(c->subject, 0, SC_TOP_KEY_OCTETS / 2));
	if (c->not_after != SC_TIME_NONE) {
		sc_text_time(&until, c->not_after);
		sc_text_adds(&key, over ? ", expired " : ", until ");
		sc_text_add(&key, sc_str_slice(sc_text_str(&until), 0, 10));
	}
	sc_text_adds(&key, early ? ", not yet valid" : "");
	sc_text_adds(&key, sc_str_equal(c->subject, c->issuer) ? ", self-signed" : "");
	item->failed = over || early;
	sc_top_label(sc_top_add(&m->certificates, sc_text_str(&key), item), c->key);
	item->failed = false;
}

void sc_secure_model_add(struct sc_secure *m, const struct sc_event *ev)
{
	const struct sc_ev_tls *t = ev->body;
	struct sc_top_item item = { .when = ev->when, .session = ev->head ? ev->head->session : 0 };
	if (t->ja4.at)
		sc_top_label(sc_top_add(&m->programs, t->ja4, &item), t->sni);
	add_certificate(m, &t->certificate, &item, ev->when);
	if (!t->established)
		return;
	sc_top_add(&m->ciphers, sc_str_of(t->cipher ? t->cipher : "not known"), &item);
	sc_top_add(&m->groups, sc_str_of(t->group ? t->group : t->resumed ? "none: resumed" : "not known"), &item);
	item.failed = !t->decrypted && t->unopened;
	sc_top_add(&m->opened, sc_str_of(t->decrypted ? "opened with keys" : t->unopened ? t->unopened : "no keys given"), &item);
}
