/* tls.c - follows both sides' records, reads hellos and certificates, judges whether the handshake came to its end, and gives
 * out what unlock.c opens.
 *
 * What can be known without keys: up to TLS 1.2 a handshake is over when both sides have sent a handshake record behind
 * their ChangeCipherSpec (RFC 5246 7.3).  In TLS 1.3 all that follows ServerHello looks like application data; the client's
 * first such record holds its Finished, and one that is only as long as an alert is an alert (RFC 8446 4.4, 6).  Where no
 * ServerHello was captured, application data of both sides are taken for proof.  With keys, the messages themselves tell.
 *
 * The text inside has offsets of its own: it begins where the side's first record does, and each acknowledgement is given
 * as that of the text whose records it covers.
 */
#include "tls/tls.h"

#include <openssl/crypto.h>

#include "base/memory.h"
#include "tls/certificate.h"
#include "tls/fingerprint.h"
#include "tls/hello.h"
#include "tls/unlock.h"
#include "tls/wait.h"

_Static_assert(sizeof(struct sc_tls) <= SC_BLOCK_LARGE, "a connection's TLS lies in one block");

bool sc_tls_host_open(struct sc_tls_host *host, struct sc_blocks *store)
{
	host->store = store;
	host->crypto = sc_tls_crypto_open();
	host->sort = sc_memory_take(SC_TLS_SORT_MOST * sizeof(*host->sort));
	host->record = sc_memory_take(SC_TLS_RECORD_MOST);
	host->plain = sc_memory_take(SC_TLS_RECORD_MOST);
	host->message = sc_memory_take(SC_TLS_MESSAGE_MOST);
	return host->crypto && host->sort && host->record && host->plain && host->message;
}

void sc_tls_host_close(struct sc_tls_host *host)
{
	sc_tls_crypto_close(host->crypto);
	sc_memory_give(host->sort);
	sc_memory_give(host->record);
	sc_memory_give(host->plain);
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
	for (int i = 0; i < 2; i++) {
		t->side[i].records.skip = true;
		t->side[i].text_end = SC_NONE;
		t->side[i].hold.fifo.store = host->store;
	}
	return t;
}

void sc_tls_close(struct sc_tls *t)
{
	if (!t)
		return;
	t->host->waiting -= t->waiting;
	for (int i = 0; i < 2; i++) {
		sc_tls_records_clear(&t->side[i].records, t->host->store);
		sc_tls_messages_clear(&t->side[i].messages, t->host->store);
		sc_tls_acks_clear(&t->side[i].acks, t->host->store);
		sc_tls_hold_clear(&t->side[i].hold);
		OPENSSL_cleanse(&t->side[i].read, sizeof(t->side[i].read));
	}
	sc_arena_reset(&t->arena);
	sc_blocks_give(t->host->store, t->block);
}

/* ---- messages ---- */

static void take_client_hello(struct sc_tls *t, sc_str body)
{
	struct sc_tls_client_hello h = sc_tls_client_hello_read(body);
	struct sc_tls_crypto *c = t->host->crypto;
	if (h.random.len)
		memcpy(t->client_random, h.random.at, h.random.len);
	if (t->side[SC_CLIENT].hello || !h.random.len) /* the second one, after a retry, says the same */
		return;
	t->side[SC_CLIENT].hello = true;
	t->early_data = t->ev.early_data = h.early_data;
	t->ev.sni = sc_arena_copy(&t->arena, h.sni);
	t->ev.alpn = sc_arena_copy(&t->arena, h.alpn);
	t->ev.old_offer = sc_tls_old_offer(&h);
	t->ev.ja3 = sc_tls_ja3(c, &h, t->ja3);
	t->ev.ja4 = sc_tls_ja4(c, &h, t->host->sort, t->ja4);
}

/* What both sides go by from here on; a later handshake of the same connection agrees anew. */
static void take_terms(struct sc_tls *t, const struct sc_tls_server_hello *h)
{
	memcpy(t->server_random, h->random.at, h->random.len);
	t->version = h->version;
	t->cipher = sc_tls_cipher(h->cipher);
	t->etm = h->encrypt_then_mac;
	t->compressed = h->compressed;
}

static void take_server_hello(struct sc_tls *t, sc_str body)
{
	struct sc_tls_server_hello h = sc_tls_server_hello_read(body);
	if (h.random.len == 0)
		return;
	if (!h.retry)
		take_terms(t, &h);
	if (t->side[SC_SERVER].hello)
		return;
	if (h.group)
		t->ev.group = sc_tls_group_name(h.group);
	if (h.retry) {
		t->ev.retried = t->early_known = true;
		t->early_data = false; /* the server does not take it, and the client may not send it again */
		return;
	}
	t->side[SC_SERVER].hello = true;
	t->ev.version = sc_tls_version_name(h.version);
	t->ev.cipher = t->cipher ? t->cipher->name : NULL;
	t->ev.resumed = h.psk;
	t->ev.ja3s = sc_tls_ja3s(t->host->crypto, &h, t->ja3s);
	if (h.alpn.at || h.version < SC_TLS_1_3)
		t->ev.alpn = sc_arena_copy(&t->arena, h.alpn);
	if (t->version == SC_TLS_1_3)
		sc_tls_unlock_hello(t);
	t->early_known |= !t->waiting && !t->side[SC_SERVER].keyed;
}

static void take_extensions(struct sc_tls *t, sc_str body)
{
	sc_str alpn = sc_tls_encrypted_extensions_read(body, &t->early_taken);
	t->early_known = true;
	t->ev.alpn = sc_arena_copy(&t->arena, alpn);
}

static void take_certificate(struct sc_tls *t, sc_str body)
{
	sc_str der = sc_tls_certificate_first(body, t->version == SC_TLS_1_3);
	if (der.at && t->host->certificates && !t->ev.certificate.sha256.at)
		(void)sc_tls_certificate_read(t->host->crypto, &t->arena, der, &t->ev.certificate, &t->own_certificate);
}

static void take_client_message(struct sc_tls *t, const struct sc_tls_message *m)
{
	if (m->type == SC_TLS_CLIENT_HELLO && m->body.at)
		take_client_hello(t, m->body);
	else if (m->type == SC_TLS_END_OF_EARLY_DATA)
		sc_tls_unlock_early_end(t);
}

static void take_server_message(struct sc_tls *t, const struct sc_tls_message *m)
{
	t->done |= m->type == SC_TLS_CERTIFICATE || m->type == SC_TLS_SERVER_HELLO_DONE;
	if (!m->body.at)
		return;
	if (m->type == SC_TLS_SERVER_HELLO)
		take_server_hello(t, m->body);
	else if (m->type == SC_TLS_ENCRYPTED_EXTENSIONS)
		take_extensions(t, m->body);
	else if (m->type == SC_TLS_CERTIFICATE)
		take_certificate(t, m->body);
	else if (m->type == SC_TLS_SERVER_KEY_EXCHANGE && !t->ev.group)
		t->ev.group = sc_tls_group_name(sc_tls_key_exchange_group(m->body));
}

static void take_message(struct sc_tls *t, enum sc_side side, const struct sc_tls_message *m)
{
	if (!t->ev.unread && !m->body.at && m->len)
		t->ev.unread = sc_tls_message_unread(m->type);
	if (m->type == SC_TLS_FINISHED) {
		t->side[side].finished = true;
		sc_tls_unlock_finished(t, side);
	} else if (m->type == SC_TLS_KEY_UPDATE && t->side[side].keyed) {
		sc_tls_unlock_update(t, side);
	} else if (side == SC_CLIENT) {
		take_client_message(t, m);
	} else {
		take_server_message(t, m);
	}
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

static unsigned take_alert(struct sc_tls *t, enum sc_side side, uint8_t level, uint8_t code)
{
	enum { FATAL = 2, CLOSE_NOTIFY = 0, USER_CANCELED = 90 };
	struct sc_ev_alert alert = { .side = side_word(side), .code = code, .name = sc_tls_alert_name(code) };
	bool fatal = level == FATAL || (t->version == SC_TLS_1_3 && code != CLOSE_NOTIFY && code != USER_CANCELED);
	if (!fatal)
		t->warning = alert;
	if (!fatal || t->failed || t->ev.established)
		return 0;
	t->ev.alert = alert;
	t->failed = true;
	return SC_TLS_FAILED;
}

/* Up to TLS 1.2 a record may hold several alerts, or a part of one (RFC 5246 6.2.1). */
static unsigned take_alerts(struct sc_tls *t, enum sc_side side, sc_str body)
{
	struct sc_tls_side *s = &t->side[side];
	unsigned news = 0;
	for (size_t i = 0; i < body.len; i++) {
		uint8_t octet = (uint8_t)body.at[i];
		if (s->half_alert)
			news |= take_alert(t, side, s->alert_level, octet);
		s->alert_level = octet;
		s->half_alert = !s->half_alert;
	}
	return news;
}

/* A short handshake goes from ServerHello straight to ChangeCipherSpec (RFC 5246 7.3). */
static void change_cipher(struct sc_tls *t, enum sc_side side)
{
	struct sc_tls_side *s = &t->side[side];
	s->ciphered = true;
	if (t->version == SC_TLS_1_3 || !t->version)
		return;
	if (side == SC_SERVER && s->hello && !t->done && !s->torn && !t->ev.established)
		t->ev.resumed = true;
	sc_tls_unlock_change(t, side);
}

/* A record whose text cannot be read.  In TLS 1.3 the client's first one behind ServerHello is its Finished, or an alert: two
 * octets, the inner type, the tag. */
static void take_shut(struct sc_tls *t, enum sc_side side, const struct sc_tls_record *r)
{
	struct sc_tls_side *s = &t->side[side];
	size_t tag = t->cipher ? sc_tls_lock_of((enum sc_tls_kind)t->cipher->kind)->tag : 16;
	bool short_alert = side == SC_CLIENT && !s->data && !t->early_data && r->len == 2u + 1u + tag;
	bool alert = t->version == SC_TLS_1_3 ? short_alert : r->type == SC_TLS_ALERT;
	s->alerted |= alert;
	s->data |= r->type == SC_TLS_DATA && !alert;
	s->finished |= t->version == SC_TLS_1_3 ? !alert : r->type == SC_TLS_HANDSHAKE;
}

static unsigned give_text(struct sc_tls *t, enum sc_side side, const struct sc_segment *mark, sc_str text)
{
	struct sc_tls_side *s = &t->side[side];
	if (!text.len)
		return 0;
	t->text = *mark;
	t->text.offset = s->text_end;
	t->text.bytes = text;
	t->text.acked = sc_tls_acks_text(&t->side[sc_other(side)].acks, mark->acked);
	s->gap_told = !text.at;
	t->began |= text.at != NULL;
	s->text_end += text.len;
	sc_tls_acks_note(&s->acks, t->host->store, mark->offset, s->text_end);
	return SC_TLS_TEXT;
}

/* Text of a record.  When records before it never came, which may have held text, there is a gap before it; what they held is
 * not known, so the gap has one octet. */
static unsigned take_text(struct sc_tls *t, enum sc_side side, const struct sc_tls_record *r, sc_str text, bool lost)
{
	if (!lost || t->side[side].gap_told || !text.len)
		return give_text(t, side, &r->last, text);
	t->behind = r->last;
	t->behind.bytes = text;
	struct sc_segment before = r->last;
	before.offset = r->begin;
	return give_text(t, side, &before, (sc_str){ NULL, 1 });
}

/* What a record says, in clear or opened. */
static unsigned take_content(struct sc_tls *t, enum sc_side side, const struct sc_tls_record *r, uint8_t type, sc_str text)
{
	struct sc_tls_side *s = &t->side[side];
	switch (type) {
	case SC_TLS_CHANGE_CIPHER:
		change_cipher(t, side);
		return 0;
	case SC_TLS_ALERT:
		return text.at ? take_alerts(t, side, text) : 0;
	case SC_TLS_HANDSHAKE:
		if (text.at)
			take_messages(t, side, text);
		else
			sc_tls_messages_clear(&s->messages, t->host->store);
		return 0;
	case SC_TLS_DATA:
		s->data = true;
		break;
	default:
		return 0;
	}
	bool refused = t->version == SC_TLS_1_3 && s->epoch == SC_TLS_EARLY && !t->early_taken;
	bool finished_lost = t->version < SC_TLS_1_3 && !s->finished; /* it has a number, too */
	s->finished |= s->keyed && s->epoch == SC_TLS_IN_TRAFFIC;
	return s->keyed && !refused ? take_text(t, side, r, text, t->skipped > finished_lost) : 0;
}

static unsigned take_protected(struct sc_tls *t, enum sc_side side, const struct sc_tls_record *r)
{
	struct sc_tls_side *s = &t->side[side];
	bool keyed = s->keyed, known = s->opened;
	uint8_t type;
	sc_str text;
	if (sc_tls_unlock_record(t, side, r, &type, &text)) {
		t->opened = true;
		return take_content(t, side, r, type, text);
	}
	take_shut(t, side, r);
	unsigned news = keyed && known && r->body.at ? SC_TLS_BAD_RECORD : 0;
	if (t->began && r->type == SC_TLS_DATA && r->body.at)
		news |= give_text(t, side, &r->last, (sc_str){ NULL, r->len });
	return news;
}

static unsigned take_record(struct sc_tls *t, enum sc_side side, const struct sc_tls_record *r)
{
	struct sc_tls_side *s = &t->side[side];
	bool new_way = t->version == SC_TLS_1_3 && r->type == SC_TLS_DATA;
	s->torn |= r->broken;
	if (s->torn && !s->ciphered && r->type == SC_TLS_DATA && t->version && t->version < SC_TLS_1_3)
		change_cipher(t, side); /* application data are protected, so its ChangeCipherSpec is among what is missing */
	bool old_way = t->version != SC_TLS_1_3 && s->ciphered;
	if (s->text_end == SC_NONE) {
		s->text_end = r->begin;
		sc_tls_acks_begin(&s->acks, r->begin);
	}
	return new_way || old_way ? take_protected(t, side, r) : take_content(t, side, r, r->type, r->body);
}

static bool established(const struct sc_tls *t)
{
	const struct sc_tls_side *c = &t->side[SC_CLIENT], *s = &t->side[SC_SERVER];
	if (t->version && c->finished && s->finished)
		return true;
	bool data = c->data && s->data && !(t->version == SC_TLS_1_3 && c->keyed && !c->finished);
	return data || (!t->version && c->ciphered && s->ciphered && (c->data || s->data));
}

/* ---- runs ---- */

static void begin_run(struct sc_tls *t, enum sc_side side, const struct sc_segment *run)
{
	t->run = *run;
	t->from = side;
	t->gap_due = sc_segment_is_gap(run);
	if (!t->gap_due)
		return;
	t->side[side].torn = true;
	sc_tls_unlock_gap(t, side, run->bytes.len);
}

void sc_tls_push(struct sc_tls *t, enum sc_side side, const struct sc_segment *run)
{
	SC_ASSERT(!t->run.bytes.len && !t->after.bytes.len);
	t->order++;
	sc_tls_resume(t);
	t->after = *run;
	t->after_from = side;
	if (sc_tls_must_hold(t, side) && !sc_tls_hold_add(&t->side[side].hold, t->order, &t->after))
		sc_tls_hurry(t);
}

/* What was held comes first, in the order it came in. */
static bool next_run(struct sc_tls *t)
{
	uint64_t order[2];
	if (t->run.bytes.len || t->gap_due)
		return true;
	for (int i = 0; i < 2; i++)
		order[i] = sc_tls_must_hold(t, (enum sc_side)i) ? SC_NONE : sc_tls_hold_order(&t->side[i].hold);
	enum sc_side side = order[SC_CLIENT] <= order[SC_SERVER] ? SC_CLIENT : SC_SERVER;
	if (order[side] != SC_NONE) {
		struct sc_segment run = sc_tls_hold_take(&t->side[side].hold);
		begin_run(t, side, &run);
		return true;
	}
	if (!t->after.bytes.len)
		return false;
	begin_run(t, t->after_from, &t->after);
	t->after = (struct sc_segment){ 0 };
	return true;
}

/* Bodies are kept, and headers looked for behind a loss, where keys can tell what they are: those that are set, or those that
 * a ChangeCipherSpec would have set which is among what is missing. */
static void heed_keys(struct sc_tls *t)
{
	struct sc_tls_side *s = &t->side[t->from];
	bool unset = s->torn && !s->ciphered && t->version && t->version < SC_TLS_1_3 && !t->unopened && sc_tls_unlock_given(t);
	s->records.seek = s->keyed || unset;
	s->records.skip = !s->records.seek;
}

static unsigned read_record(struct sc_tls *t, const struct sc_tls_record *r)
{
	unsigned news = take_record(t, t->from, r);
	heed_keys(t);
	if (!t->ev.established && !t->failed && established(t)) {
		t->ev.established = true;
		news |= SC_TLS_ESTABLISHED;
	}
	if (news & (SC_TLS_ESTABLISHED | SC_TLS_FAILED)) {
		t->ev.decrypted = t->opened && (t->failed || (t->side[SC_CLIENT].keyed && t->side[SC_SERVER].keyed));
		t->ev.unopened = t->ev.decrypted ? NULL : t->unopened;
	}
	return news;
}

/* What the side says is text already, although none of either was seen yet: its Finished was opened, and both have keys. */
static bool is_within(const struct sc_tls *t, enum sc_side side)
{
	const struct sc_tls_side *s = &t->side[side], *other = &t->side[sc_other(side)];
	bool proven = s->opened || t->version == SC_TLS_1_3; /* there the keys before opened it */
	return s->keyed && proven && s->epoch == SC_TLS_IN_TRAFFIC && s->finished && other->keyed && !s->trial;
}

/* Reads on in the run, until something is to be told or what follows must wait. */
static unsigned read_run(struct sc_tls *t)
{
	struct sc_tls_side *s = &t->side[t->from];
	struct sc_segment mark = t->run;
	struct sc_tls_record r;
	unsigned news = 0;
	if (t->gap_due && (t->began || is_within(t, t->from)))
		news = give_text(t, t->from, &mark, mark.bytes);
	t->gap_due = false;
	heed_keys(t);
	while (!news && sc_tls_records_next(&s->records, t->host->store, t->host->record, &t->run, &r)) {
		news = read_record(t, &r);
		bool first = !sc_fifo_front(&s->hold.fifo) || s->hold.lent;
		if (!t->run.bytes.len || !sc_tls_must_hold(t, t->from))
			continue;
		if (!first || !sc_tls_hold_add(&s->hold, t->order, &t->run))
			sc_tls_hurry(t);
	}
	return news;
}

bool sc_tls_next(struct sc_tls *t, unsigned *news)
{
	*news = 0;
	if (t->behind.bytes.at) {
		struct sc_segment mark = t->behind;
		t->behind = (struct sc_segment){ 0 };
		*news = give_text(t, t->from, &mark, mark.bytes);
	}
	while (!*news && next_run(t))
		*news = read_run(t);
	return *news != 0;
}

bool sc_tls_finish(struct sc_tls *t, bool closed)
{
	if (t->ev.established || t->failed)
		return false;
	t->failed = true;
	t->ev.alert = t->warning;
	t->ev.decrypted = t->opened;
	t->ev.unopened = t->opened ? NULL : t->unopened;
	t->ev.unfinished = !closed || t->side[SC_CLIENT].torn || t->side[SC_SERVER].torn;
	for (int i = 0; i < 2; i++)
		if (t->side[i].alerted)
			t->ev.alert = (struct sc_ev_alert){ .side = side_word((enum sc_side)i) };
	return t->side[SC_CLIENT].hello || t->side[SC_SERVER].hello;
}
