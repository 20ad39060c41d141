/* eml.c - finds message texts in a client's stream; see eml.h.
 *
 * The dialogue was understood already: the exchanges tell which lines the client sent and which server's answer let a message
 * follow.  This walks the same stream along them, and a text counts only when its size is, to the octet, what the engine had
 * measured, when every octet of it was captured, and when none was sent twice with other contents.  Anything else is refused
 * with the reason: half a message, or a wrong one, looks like a whole one in a mail reader.  RFC 5321 4.5.2, RFC 3030. */
#include "tui/eml.h"

#include <string.h>

#include "base/memory.h"
#include "base/str.h"

#define SYN 2

/* ---- the stream ---- */

static bool grow(struct sc_eml_stream *s, size_t end)
{
	size_t room = s->room ? s->room : 1u << 16;
	while (room < end)
		room *= 2;
	if (end > SC_EML_STREAM)
		return false;
	if (room == s->room)
		return true;
	char *octets = sc_memory_take(room);
	uint8_t *have = sc_memory_take(room);
	if (!octets || !have) {
		sc_memory_give(octets);
		sc_memory_give(have);
		return false;
	}
	if (s->len) {
		memcpy(octets, s->octets, s->len);
		memcpy(have, s->have, s->len);
	}
	sc_memory_give(s->octets);
	sc_memory_give(s->have);
	s->octets = octets;
	s->have = have;
	s->room = room;
	return true;
}

static void put(struct sc_eml_stream *s, size_t at, sc_str text)
{
	for (size_t i = 0; i < text.len; i++) {
		s->differs |= s->have[at + i] && s->octets[at + i] != text.at[i];
		s->octets[at + i] = text.at[i];
		s->have[at + i] = 1;
	}
}

void sc_eml_add(struct sc_eml_stream *s, const struct sc_tui_packet *p)
{
	if (p->src_port != s->client.port || memcmp(&p->src, &s->client.ip, sizeof(p->src)) != 0)
		return;
	if (p->flags & SYN || (!s->known && p->octets)) {
		s->first = s->known ? s->first : p->seq + (p->flags & SYN ? 1 : 0);
		s->known = true;
	}
	uint32_t at = p->seq + (p->flags & SYN ? 1 : 0) - s->first;
	if (!p->octets || at >= UINT32_MAX - SC_EML_STREAM) /* nothing, or before the first */
		return;
	if (!grow(s, (size_t)at + p->octets)) {
		s->cut = true;
		return;
	}
	s->len = (size_t)at + p->octets > s->len ? (size_t)at + p->octets : s->len;
	put(s, at, sc_str_slice(p->payload, 0, p->octets));
}

void sc_eml_close(struct sc_eml_stream *s)
{
	sc_memory_give(s->octets);
	sc_memory_give(s->have);
	*s = (struct sc_eml_stream){ .octets = NULL };
}

/* ---- the walk ---- */

struct walk {
	struct sc_eml_stream *s;
	const struct sc_kept *next;  /* of the transactions */
	size_t at;
	size_t begin, out;           /* of the message in work: where its chunks are put together */
	bool   open, chunked;        /* a message follows; it comes in chunks */
	const char *why;             /* nothing more can be found, and why */
	sc_eml_fn *tell;
	void  *ctx;
};

static size_t line_end(const struct sc_eml_stream *s, size_t at)
{
	const char *lf = at < s->len ? memchr(s->octets + at, '\n', s->len - at) : NULL;
	return lf ? (size_t)(lf - s->octets) + 1 : s->len;
}

static bool captured(const struct sc_eml_stream *s, size_t from, size_t to)
{
	return from >= to || !memchr(s->have + from, 0, to - from);
}

/* The next transaction of which the engine measured a message. */
static const struct sc_ev_transaction *next_transaction(struct walk *w)
{
	for (; w->next; w->next = w->next->next) {
		const struct sc_ev_transaction *x = w->next->ev->kind == SC_EVENT_transaction ? w->next->ev->body : NULL;
		if (!x || x->size == SC_NONE || !x->via)
			continue;
		w->next = w->next->next;
		return x;
	}
	return NULL;
}

static void give(struct walk *w, size_t from, size_t to, const char *why)
{
	const struct sc_ev_transaction *x = next_transaction(w);
	sc_str text = { w->s->octets + from, to - from };
	if (!x)
		return;
	if (!why && x->size != text.len)
		why = "what is found is not as long as what was measured";
	w->tell(w->ctx, x->n, why ? SC_STR_NONE : text, why);
}

/* Takes the dots away in place; gives the end of what is left. */
static size_t unstuff(struct sc_eml_stream *s, size_t from, size_t to)
{
	size_t out = from;
	for (size_t at = from; at < to;) {
		size_t end = line_end(s, at);
		end = end < to ? end : to;
		at += s->octets[at] == '.';
		memmove(s->octets + out, s->octets + at, end - at);
		out += end - at;
		at = end;
	}
	return out;
}

static void end_of_text(struct walk *w)
{
	struct sc_eml_stream *s = w->s;
	size_t begin = w->at, at = begin, end = line_end(s, at);
	w->open = false;
	while (at < s->len && !(end - at == 3 && memcmp(s->octets + at, ".\r\n", 3) == 0)) {
		at = end;
		end = line_end(s, at);
	}
	if (at >= s->len || !captured(s, begin, end)) {
		w->why = "not every octet of it was captured";
		give(w, begin, begin, w->why);
		return;
	}
	w->at = end;
	give(w, begin, unstuff(s, begin, at), NULL);
}

static void chunk(struct walk *w, const struct sc_ev_exchange *x)
{
	struct sc_eml_stream *s = w->s;
	sc_str rest = x->argument;
	size_t octets = 0, from = line_end(s, w->at);
	for (size_t i = 0; i < rest.len && sc_is_digit(rest.at[i]) && octets < SC_EML_STREAM; i++)
		octets = octets * 10 + (size_t)(rest.at[i] - '0');
	bool last = sc_str_search_nocase(rest, SC_STR("LAST")) != SIZE_MAX;
	if (!w->open)
		w->begin = w->out = from;
	if (octets > s->len - from || !captured(s, w->at, from + octets)) {
		w->why = "not every octet of it was captured";
		give(w, from, from, w->why);
		return;
	}
	memmove(s->octets + w->out, s->octets + from, octets);
	w->out += octets;
	w->at = from + octets;
	w->open = !last;
	if (last)
		give(w, w->begin, w->out, NULL);
}

static void take_exchange(struct walk *w, const struct sc_ev_exchange *x)
{
	if (sc_str_equal(x->verb, SC_STR("CONNECT")) || sc_str_equal(x->verb, SC_STR("UNSOLICITED")))
		return;
	if (sc_str_equal(x->verb, SC_STR("EOM"))) {
		if (w->open)
			end_of_text(w);
		return;
	}
	if (sc_str_equal(x->verb, SC_STR("BDAT"))) {
		chunk(w, x);
		return;
	}
	w->open = sc_str_equal(x->verb, SC_STR("DATA")) && x->code == 354;
	w->at = line_end(w->s, w->at);
	if (sc_str_equal(x->verb, SC_STR("STARTTLS")) && x->code == 220)
		w->why = "it went through TLS, and the packets hold only that";
}

void sc_eml_tell(struct sc_eml_stream *s, const struct sc_kept *events, sc_eml_fn *tell, void *ctx)
{
	struct walk w = { .s = s, .next = events, .tell = tell, .ctx = ctx };
	w.why = s->cut ? "the session is too long" : s->differs ? "octets were sent twice with other contents" :
		!s->len ? "none of it was captured" : NULL;
	for (const struct sc_kept *k = events; k && !w.why; k = k->next)
		if (k->ev->kind == SC_EVENT_exchange)
			take_exchange(&w, k->ev->body);
	const struct sc_ev_transaction *x;
	while ((x = next_transaction(&w)))
		tell(ctx, x->n, SC_STR_NONE, w.why ? w.why : "its end was not found");
}
