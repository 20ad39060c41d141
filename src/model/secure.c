/* secure.c - counts handshakes; see secure.h.  Names and prints are octets of the wire, kept as they are. */
#include "model/secure.h"

#include "base/text.h"

sc_err sc_secure_model_open(struct sc_secure *m)
{
	SC_TRY(sc_top_open(&m->ciphers, 64));
	SC_TRY(sc_top_open(&m->groups, 32));
	SC_TRY(sc_top_open(&m->certificates, 512));
	SC_TRY(sc_top_open(&m->programs, 256));
	return sc_top_open(&m->opened, 16);
}

void sc_secure_model_close(struct sc_secure *m)
{
	sc_top_close(&m->ciphers);
	sc_top_close(&m->groups);
	sc_top_close(&m->certificates);
	sc_top_close(&m->programs);
	sc_top_close(&m->opened);
}

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
