/* transcript.c - who said what and when.
 *
 * An exchange tells when its reply came and how long that took; from both follows when the command was sent. Commands
 * that were sent before the reply to the one before them (pipelining, RFC 2920) stand together, in front of their
 * replies. Message text appears as its size, secrets not at all.
 *
 * Trusts the order of the events.  Everything from the wire is made visible; long lines are wrapped. */
#include "output/transcript.h"

#include "output/value.h"

#define TIME_COLUMNS  8
#define DELTA_COLUMNS 8
#define INDENT        (TIME_COLUMNS + 1 + DELTA_COLUMNS + 1 + 2 + 5)

struct turns {
	struct sc_sheet *sheet;
	sc_time start, last;
	const struct sc_kept *previous; /* exchange before this one */
};

static const struct sc_ev_exchange *exchange_of(const struct sc_kept *k)
{
	return k->ev->body;
}

static bool verb_is(const struct sc_kept *k, const char *verb)
{
	return sc_str_equal(exchange_of(k)->verb, sc_str_of(verb));
}

/* ---- lines ---- */

static void put_delta(struct sc_text *t, sc_time delta)
{
	char buffer[32] = { '+' };
	struct sc_text n = sc_text_into(buffer + 1, sizeof(buffer) - 1);
	sc_page_seconds(&n, delta, 0);
	sc_page_fit(t, (sc_str){ buffer, n.len + 1 }, DELTA_COLUMNS, true);
}

static void put_blank(struct sc_text *t, size_t columns)
{
	sc_page_fit(t, SC_STR(""), columns, false);
}

/* Ends the paragraph of the sheet as a line of the dialogue: time, time since the line before, mark of the group,
 * side. */
static void end_line(struct turns *turns, sc_time at, const char *mark, const char *side)
{
	char head[128] = { 0 };
	struct sc_text t = sc_text_into(head, sizeof(head) - 1);
	if (at == SC_TIME_NONE)
		put_blank(&t, TIME_COLUMNS);
	else
		sc_page_seconds(&t, at - turns->start, TIME_COLUMNS);
	sc_text_put(&t, ' ');
	if (at != SC_TIME_NONE && turns->last != SC_TIME_NONE && at - turns->last >= SC_MS)
		put_delta(&t, at - turns->last);
	else
		put_blank(&t, DELTA_COLUMNS);
	sc_text_put(&t, ' ');
	sc_page_fit(&t, sc_str_of(mark), 2, false);
	sc_page_fit(&t, sc_str_of(side), 5, false);
	sc_sheet_end(turns->sheet, head, INDENT);
	if (at != SC_TIME_NONE)
		turns->last = at;
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
		put_command_text(sc_sheet_begin(turns->sheet), k);
		end_line(turns, asked_at(k), mark, "→ C:");
	}
	turns->previous = k;
}

/* ---- replies ---- */

static void put_reply(struct turns *turns, const struct sc_kept *k)
{
	const struct sc_ev_exchange *x = exchange_of(k);
	struct sc_text *t = sc_sheet_begin(turns->sheet);
	if (!x->code) {
		sc_text_adds(t, "[no reply]");
		end_line(turns, SC_TIME_NONE, "", "← S:");
	}
	for (uint32_t i = 0; x->code && i < (x->text.count ? x->text.count : 1); i++) {
		t = sc_sheet_begin(turns->sheet);
		sc_text_padded(t, x->code, 3);
		sc_text_put(t, i + 1 < x->text.count ? '-' : ' ');
		if (i < x->text.count)
			sc_text_visible(t, x->text.items[i]);
		end_line(turns, i ? SC_TIME_NONE : k->ev->when, "", "← S:");
	}
	if (verb_is(k, "UNSOLICITED")) {
		sc_text_adds(sc_sheet_begin(turns->sheet), "[answers no command]");
		end_line(turns, SC_TIME_NONE, "", "");
	}
	sc_sheet_quirks(turns->sheet, x->quirks, "                    ! ", INDENT);
}

static void put_handshake(struct turns *turns, const struct sc_kept *k)
{
	const struct sc_ev_tls *tls = k->ev->body;
	struct sc_text *t = sc_sheet_begin(turns->sheet);
	sc_text_adds(t, tls->established ? "TLS handshake" : "TLS handshake failed");
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
	end_line(turns, k->ev->when, "", "═══");
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

void sc_transcript_print(struct sc_sheet *s, const struct sc_kept *first, sc_time start)
{
	struct turns turns = { .sheet = s, .start = start, .last = SC_TIME_NONE };
	if (start == SC_TIME_NONE && first)
		turns.start = first->ev->when;
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
