/* turns.c - who said what and when; see turns.h.
 *
 * An exchange tells when its reply came and how long that took; from both follows when the command was sent.  Commands
 * that were sent before the reply to the one before them (pipelining, RFC 2920) stand together, in front of their
 * replies.  Message text appears as its size, secrets not at all.
 *
 * Trusts the order of the events.  Everything from the wire is made visible. */
#include "output/turns.h"

#include "output/page.h"

#define CUT_MARK " [...]"

struct turns {
	sc_turn_fn *tell;
	void *ctx;
	struct sc_text text;
	const struct sc_kept *previous; /* exchange before this one */
	const struct sc_kept *from;     /* the event in work */
};

static const struct sc_ev_exchange *exchange_of(const struct sc_kept *k)
{
	return k->ev->body;
}

static bool verb_is(const struct sc_kept *k, const char *verb)
{
	return sc_str_equal(exchange_of(k)->verb, sc_str_of(verb));
}

static struct sc_text *begin(struct turns *turns, const struct sc_kept *from)
{
	turns->text.len = 0;
	turns->text.cut = false;
	turns->from = from;
	return &turns->text;
}

static void end(struct turns *turns, sc_time at, const char *mark, enum sc_turn_side side, uint64_t quirks)
{
	if (turns->text.cut) {
		turns->text.size += sizeof(CUT_MARK);
		turns->text.cut = false;
		sc_text_adds(&turns->text, CUT_MARK);
		turns->text.size -= sizeof(CUT_MARK);
	}
	struct sc_turn turn = { at, side, mark, sc_text_str(&turns->text), quirks, turns->from };
	turns->tell(turns->ctx, &turn);
}

/* ---- what an exchange tells ---- */

/* When the command was sent; not known for one that was never answered. */
static sc_time asked_at(const struct sc_kept *k)
{
	sc_time latency = exchange_of(k)->latency_ms;
	return latency == SC_TIME_NONE ? SC_TIME_NONE : k->ev->when - latency;
}

static bool has_command(const struct sc_kept *k)
{
	return !verb_is(k, "CONNECT") && !verb_is(k, "UNSOLICITED");
}

static const struct sc_kept *next_of_kind(const struct sc_kept *k, enum sc_event_kind kind)
{
	do
		k = k->next;
	while (k && k->ev->kind != kind);
	return k;
}

/* Was `next` sent before the reply to `k` came?  Packet numbers tell it best, then times. */
static bool pipelined(const struct sc_kept *k, const struct sc_kept *next)
{
	if (!exchange_of(k)->code || !has_command(next) || verb_is(next, "EOM") || verb_is(next, "SASL"))
		return false;
	uint64_t replied = k->ev->head->frames.last, asked = next->ev->head->frames.first;
	if (replied && asked)
		return asked < replied;
	return asked_at(next) != SC_TIME_NONE && asked_at(next) < k->ev->when;
}

/* ---- commands ---- */

/* The transaction that the message belongs to: its event follows before the next MAIL.  NULL when there is none. */
static const struct sc_ev_transaction *transaction_of(const struct sc_kept *k)
{
	do
		k = k->next;
	while (k && k->ev->kind != SC_EVENT_transaction && !(k->ev->kind == SC_EVENT_exchange && verb_is(k, "MAIL")));
	return k && k->ev->kind == SC_EVENT_transaction ? k->ev->body : NULL;
}

static void put_message_size(struct sc_text *t, const struct sc_kept *k)
{
	const struct sc_ev_transaction *tx = transaction_of(k);
	uint64_t size = !tx ? SC_NONE : tx->size != SC_NONE ? tx->size : tx->wire_size;
	if (size == SC_NONE) {
		sc_text_adds(t, "[message text]");
		return;
	}
	sc_text_put(t, '[');
	sc_page_grouped(t, size);
	sc_text_adds(t, " octets");
	if (tx->lines != SC_NONE) {
		sc_text_adds(t, ", ");
		sc_page_grouped(t, tx->lines);
		sc_text_adds(t, " lines");
	}
	sc_text_put(t, ']');
}

static void put_command_text(struct sc_text *t, const struct sc_kept *k)
{
	const struct sc_ev_exchange *x = exchange_of(k);
	if (verb_is(k, "EOM")) {
		put_message_size(t, k);
	} else if (verb_is(k, "SASL")) {
		sc_text_adds(t, "[not shown]");
	} else {
		sc_text_visible(t, x->verb);
		sc_text_adds(t, x->argument.len ? " " : "");
		if (verb_is(k, "AUTH"))
			sc_text_adds(t, "[not shown]");
		else
			sc_text_visible(t, x->argument);
	}
}

/* LMTP gives a reply per recipient: the message itself is shown once. */
static bool is_same_message(const struct turns *turns, const struct sc_kept *k)
{
	return verb_is(k, "EOM") && turns->previous && verb_is(turns->previous, "EOM");
}

static void put_command(struct turns *turns, const struct sc_kept *k, const char *mark)
{
	if (has_command(k) && !is_same_message(turns, k)) {
		put_command_text(begin(turns, k), k);
		end(turns, asked_at(k), mark, SC_TURN_CLIENT, 0);
	}
	turns->previous = k;
}

/* ---- replies ---- */

static void put_reply_line(struct turns *turns, const struct sc_kept *k, uint32_t i)
{
	const struct sc_ev_exchange *x = exchange_of(k);
	bool more = i + 1 < x->text.count;
	struct sc_text *t = begin(turns, k);
	sc_text_padded(t, x->code, 3);
	sc_text_put(t, more ? '-' : ' ');
	if (i < x->text.count)
		sc_text_visible(t, x->text.items[i]);
	bool last = !more && !verb_is(k, "UNSOLICITED");
	end(turns, i ? SC_TIME_NONE : k->ev->when, "", SC_TURN_SERVER, last ? x->quirks : 0);
}

static void put_reply(struct turns *turns, const struct sc_kept *k)
{
	const struct sc_ev_exchange *x = exchange_of(k);
	if (!x->code) {
		sc_text_adds(begin(turns, k), "[no reply]");
		end(turns, SC_TIME_NONE, "", SC_TURN_SERVER, x->quirks);
	}
	for (uint32_t i = 0; x->code && i < (x->text.count ? x->text.count : 1); i++)
		put_reply_line(turns, k, i);
	if (verb_is(k, "UNSOLICITED")) {
		sc_text_adds(begin(turns, k), "[answers no command]");
		end(turns, SC_TIME_NONE, "", SC_TURN_NOTE, x->code ? x->quirks : 0);
	}
}

static void put_handshake(struct turns *turns, const struct sc_kept *k)
{
	const struct sc_ev_tls *tls = k->ev->body;
	struct sc_text *t = begin(turns, k);
	sc_text_adds(t, tls->established ? "TLS handshake" :
		tls->unfinished ? "TLS handshake, how it ended was not seen" : "TLS handshake failed");
	const char *const words[] = { tls->version, tls->cipher, tls->group };
	for (size_t i = 0; i < 3; i++) {
		sc_text_adds(t, words[i] ? ", " : "");
		sc_text_adds(t, words[i]);
	}
	if (tls->alert.name) {
		sc_text_adds(t, ", alert from the ");
		sc_text_adds(t, tls->alert.side ? tls->alert.side : "peer");
		sc_text_adds(t, ": ");
		sc_text_adds(t, tls->alert.name);
	}
	if (tls->established)
		sc_text_adds(t, tls->decrypted ? ", opened with keys" : ", not opened");
	end(turns, k->ev->when, "", SC_TURN_TLS, 0);
}

/* ---- groups ---- */

static const struct sc_kept *end_of_group(const struct sc_kept *k)
{
	const struct sc_kept *next = next_of_kind(k, SC_EVENT_exchange);
	while (next && pipelined(k, next)) {
		k = next;
		next = next_of_kind(k, SC_EVENT_exchange);
	}
	return k;
}

static void put_group(struct turns *turns, const struct sc_kept *first, const struct sc_kept *last)
{
	for (const struct sc_kept *k = first; k != last->next; k = k->next)
		if (k->ev->kind == SC_EVENT_exchange)
			put_command(turns, k, first == last ? "" : k == first ? "┌" : k == last ? "└" : "│");
	for (const struct sc_kept *k = first; k != last->next; k = k->next) {
		if (k->ev->kind == SC_EVENT_exchange)
			put_reply(turns, k);
		else if (k->ev->kind == SC_EVENT_tls)
			put_handshake(turns, k);
	}
}

void sc_turns_tell(const struct sc_kept *first, struct sc_text scratch, sc_turn_fn *tell, void *ctx)
{
	struct turns turns = { .tell = tell, .ctx = ctx, .text = scratch };
	SC_ASSERT(scratch.size > sizeof(CUT_MARK));
	turns.text.size -= sizeof(CUT_MARK);
	for (const struct sc_kept *k = first; k; k = k->next) {
		if (k->ev->kind == SC_EVENT_exchange) {
			const struct sc_kept *last = end_of_group(k);
			put_group(&turns, k, last);
			k = last;
		} else if (k->ev->kind == SC_EVENT_tls) {
			put_handshake(&turns, k);
		}
	}
}
