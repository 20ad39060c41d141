/* tls.c - follows both sides' records, reads hellos and certificates, and judges whether the handshake came to its end.
 *
 * What can be known without keys: up to TLS 1.2 a handshake is over when both sides have sent a handshake record behind
 * their ChangeCipherSpec (RFC 5246 7.3).  In TLS 1.3 all that follows ServerHello looks like application data; the client's
 * first such record holds its Finished, and one that is only as long as an alert is an alert (RFC 8446 4.4, 6).  Where no
 * ServerHello was captured, application data of both sides are taken for proof.
 */
#include "tls/tls.h"

#include "base/memory.h"
#include "tls/certificate.h"
#include "tls/fingerprint.h"
#include "tls/hello.h"

_Static_assert(sizeof(struct sc_tls) <= SC_BLOCK_LARGE, "a connection's TLS lies in one block");

bool sc_tls_host_open(struct sc_tls_host *host, struct sc_blocks *store)
{
	host->store = store;
	host->crypto = sc_tls_crypto_open();
	host->sort = sc_memory_take(SC_TLS_SORT_MOST * sizeof(*host->sort));
	host->record = sc_memory_take(SC_TLS_RECORD_MOST);
	host->message = sc_memory_take(SC_TLS_MESSAGE_MOST);
	return host->crypto && host->sort && host->record && host->message;
}

void sc_tls_host_close(struct sc_tls_host *host)
{
	sc_tls_crypto_close(host->crypto);
	sc_memory_give(host->sort);
	sc_memory_give(host->record);
	sc_memory_give(host->message);
	*host = (struct sc_tls_host){ 0 };
}

struct sc_tls *sc_tls_open(struct sc_tls_host *host, uint64_t first_packet)
{
	struct sc_block *block = sc_blocks_take(host->store, sizeof(struct sc_tls));
	if (!block)
		return NULL;
	struct sc_tls *t = (struct sc_tls *)(void *)block->data;
	*t = (struct sc_tls){ .host = host, .block = block, .arena.store = host->store,
		.first_packet = first_packet };
	t->ev.certificate.not_before = t->ev.certificate.not_after = SC_TIME_NONE;
	t->side[SC_CLIENT].records.skip = t->side[SC_SERVER].records.skip = true;
	return t;
}

void sc_tls_close(struct sc_tls *t)
{
	if (!t)
		return;
	for (int i = 0; i < 2; i++) {
		sc_tls_records_clear(&t->side[i].records, t->host->store);
		sc_tls_messages_clear(&t->side[i].messages, t->host->store);
	}
	sc_arena_reset(&t->arena);
	sc_blocks_give(t->host->store, t->block);
}

/* ---- messages ---- */

static void take_client_hello(struct sc_tls *t, sc_str body)
{
	struct sc_tls_client_hello h = sc_tls_client_hello_read(body);
	struct sc_tls_crypto *c = t->host->crypto;
	if (t->side[SC_CLIENT].hello) /* the second one, after a retry, says the same */
		return;
	t->side[SC_CLIENT].hello = true;
	t->early_data = t->ev.early_data = h.early_data;
	t->ev.sni = sc_arena_copy(&t->arena, h.sni);
	t->ev.alpn = sc_arena_copy(&t->arena, h.alpn);
	t->ev.ja3 = sc_tls_ja3(c, &h, t->ja3);
	t->ev.ja4 = sc_tls_ja4(c, &h, t->host->sort, t->ja4);
}

static void take_server_hello(struct sc_tls *t, sc_str body)
{
	struct sc_tls_server_hello h = sc_tls_server_hello_read(body);
	if (t->side[SC_SERVER].hello || h.random.len == 0)
		return;
	if (h.group)
		t->ev.group = sc_tls_group_name(h.group);
	if (h.retry) {
		t->ev.retried = true;
		t->early_data = false; /* the server does not take it, and the client may not send it again */
		return;
	}
	t->side[SC_SERVER].hello = true;
	t->version = h.version;
	t->cipher = sc_tls_cipher(h.cipher);
	t->ev.version = sc_tls_version_name(h.version);
	t->ev.cipher = t->cipher ? t->cipher->name : NULL;
	t->ev.resumed = h.psk;
	t->ev.ja3s = sc_tls_ja3s(t->host->crypto, &h, t->ja3s);
	if (h.alpn.at || h.version < SC_TLS_1_3)
		t->ev.alpn = sc_arena_copy(&t->arena, h.alpn);
}

static void take_certificate(struct sc_tls *t, sc_str body)
{
	sc_str der = sc_tls_certificate_first(body, t->version == SC_TLS_1_3);
	if (der.at && t->host->certificates && !t->ev.certificate.sha256.at)
		(void)sc_tls_certificate_read(t->host->crypto, &t->arena, der, &t->ev.certificate, &t->own_certificate);
}

static void take_message(struct sc_tls *t, enum sc_side side, const struct sc_tls_message *m)
{
	bool server = side == SC_SERVER;
	t->done |= server && (m->type == SC_TLS_CERTIFICATE || m->type == SC_TLS_SERVER_HELLO_DONE);
	if (!m->body.at)
		return;
	if (m->type == SC_TLS_CLIENT_HELLO && !server)
		take_client_hello(t, m->body);
	else if (m->type == SC_TLS_SERVER_HELLO && server)
		take_server_hello(t, m->body);
	else if (m->type == SC_TLS_CERTIFICATE && server)
		take_certificate(t, m->body);
	else if (m->type == SC_TLS_SERVER_KEY_EXCHANGE && server && !t->ev.group)
		t->ev.group = sc_tls_group_name(sc_tls_key_exchange_group(m->body));
}

static void take_messages(struct sc_tls *t, enum sc_side side, sc_str fragment)
{
	struct sc_tls_message m;
	struct sc_tls_messages *from = &t->side[side].messages;
	while (sc_tls_messages_next(from, t->host->store, t->host->message, &fragment, &m))
		take_message(t, side, &m);
}

/* ---- records ---- */

static const char *side_word(enum sc_side side)
{
	return side == SC_CLIENT ? "client" : "server";
}

static enum sc_tls_news take_alert(struct sc_tls *t, enum sc_side side, sc_str body)
{
	enum { FATAL = 2, CLOSE_NOTIFY = 0, USER_CANCELED = 90 };
	if (body.len != 2)
		return SC_TLS_NOTHING;
	uint8_t level = (uint8_t)body.at[0], code = (uint8_t)body.at[1];
	struct sc_ev_alert alert = { .side = side_word(side), .code = code,
		.name = sc_tls_alert_name(code) };
	bool fatal = level == FATAL || (t->version == SC_TLS_1_3 && code != CLOSE_NOTIFY && code != USER_CANCELED);
	if (!fatal)
		t->warning = alert;
	if (!fatal || t->failed || t->ev.established)
		return SC_TLS_NOTHING;
	t->ev.alert = alert;
	t->failed = true;
	return SC_TLS_FAILED;
}

/* A short handshake goes from ServerHello straight to ChangeCipherSpec (RFC 5246 7.3). */
static void change_cipher(struct sc_tls *t, enum sc_side side)
{
	struct sc_tls_side *s = &t->side[side];
	s->ciphered = true;
	if (side == SC_SERVER && s->hello && t->version < SC_TLS_1_3 && !t->done && !s->torn)
		t->ev.resumed = true;
}

/* The client's first record behind ServerHello is its Finished, or an alert: two octets, the inner type, the tag. */
static void take_veiled(struct sc_tls *t, enum sc_side side, const struct sc_tls_record *r)
{
	struct sc_tls_side *s = &t->side[side];
	size_t tag = t->cipher ? sc_tls_lock_of(t->cipher->kind)->tag : 16;
	bool alert = side == SC_CLIENT && !s->data && !t->early_data && r->len == 2u + 1u + tag;
	s->alerted |= alert;
	s->data |= !alert;
	s->finished |= !alert;
}

static enum sc_tls_news take_record(struct sc_tls *t, enum sc_side side, const struct sc_tls_record *r)
{
	struct sc_tls_side *s = &t->side[side];
	bool hidden = s->ciphered && t->version != SC_TLS_1_3;
	s->torn |= r->broken;
	switch (r->type) {
	case SC_TLS_CHANGE_CIPHER:
		change_cipher(t, side);
		break;
	case SC_TLS_ALERT:
		s->alerted |= hidden;
		return hidden || !r->body.at ? SC_TLS_NOTHING : take_alert(t, side, r->body);
	case SC_TLS_HANDSHAKE:
		s->finished |= hidden;
		if (!hidden && r->body.at)
			take_messages(t, side, r->body);
		else if (!hidden)
			sc_tls_messages_clear(&s->messages, t->host->store);
		break;
	case SC_TLS_DATA:
		if (t->version == SC_TLS_1_3)
			take_veiled(t, side, r);
		s->data |= t->version != SC_TLS_1_3;
		break;
	default:
		break;
	}
	return SC_TLS_NOTHING;
}

static bool established(const struct sc_tls *t)
{
	const struct sc_tls_side *c = &t->side[SC_CLIENT], *s = &t->side[SC_SERVER];
	if (t->version && t->version < SC_TLS_1_3 && c->finished && s->finished)
		return true;
	return (c->data && s->data) || (!t->version && c->ciphered && s->ciphered && (c->data || s->data));
}

void sc_tls_push(struct sc_tls *t, enum sc_side side, const struct sc_segment *run)
{
	SC_ASSERT(!t->run.bytes.len);
	t->run = *run;
	t->from = side;
	if (sc_segment_is_gap(run))
		t->side[side].torn = true;
}

bool sc_tls_next(struct sc_tls *t, enum sc_tls_news *news)
{
	struct sc_tls_record r;
	struct sc_tls_side *s = &t->side[t->from];
	while (sc_tls_records_next(&s->records, t->host->store, t->host->record, &t->run, &r)) {
		*news = take_record(t, t->from, &r);
		if (!t->ev.established && !t->failed && established(t)) {
			t->ev.established = true;
			*news = SC_TLS_ESTABLISHED;
		}
		if (*news != SC_TLS_NOTHING)
			return true;
	}
	return false;
}

bool sc_tls_finish(struct sc_tls *t)
{
	if (t->ev.established || t->failed)
		return false;
	t->failed = true;
	t->ev.alert = t->warning;
	for (int i = 0; i < 2; i++)
		if (t->side[i].alerted)
			t->ev.alert = (struct sc_ev_alert){ .side = side_word((enum sc_side)i) };
	return t->side[SC_CLIENT].hello || t->side[SC_SERVER].hello;
}
