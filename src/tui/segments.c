/* segments.c - reads marks out of TCP headers; see segments.h.
 *
 * Looks at one connection in the order of its capture and trusts nothing in it: sequence numbers are compared modulo 2^32
 * (RFC 9293 3.4), and what is said is what the headers show, not what a host may have meant.  The diagnoses judge
 * (story/watch_path.c); this only shows. */
#include "tui/segments.h"

#include "base/memory.h"
#include "output/page.h"

enum { FIN = 1, SYN = 2, RST = 4, ACK = 16 };

bool sc_packets_open(struct sc_packets *s, const struct sc_ev_endpoint *client)
{
	*s = (struct sc_packets){ .client = *client };
	s->lines = sc_memory_take(SC_SEGMENTS * sizeof(*s->lines));
	return s->lines != NULL;
}

void sc_packets_close(struct sc_packets *s)
{
	sc_memory_give(s->lines);
	*s = (struct sc_packets){ .lines = NULL };
}

static bool by_client(const struct sc_packets *s, const struct sc_tui_packet *p)
{
	return p->src_port == s->client.port && memcmp(&p->src, &s->client.ip, sizeof(p->src)) == 0;
}

static uint16_t ends_of(uint8_t flags)
{
	return (uint16_t)((flags & SYN ? SC_MARK_SYN : 0) | (flags & FIN ? SC_MARK_FIN : 0) | (flags & RST ? SC_MARK_RST : 0));
}

/* Where the segment lies in what its sender sent. */
static uint16_t place(struct sc_packet_side *me, const struct sc_tui_packet *p, uint32_t *missing)
{
	uint32_t span = p->octets + (p->flags & SYN ? 1 : 0) + (p->flags & FIN ? 1 : 0), end = p->seq + span;
	if (p->flags & RST)
		return 0; /* its number need not be the next one */
	if (!me->known) {
		*me = (struct sc_packet_side){ .known = true, .first = p->seq - (p->flags & SYN ? 0 : 1), .next = end };
		return 0;
	}
	int32_t ahead = (int32_t)(p->seq - me->next);
	if (ahead == -1 && p->octets <= 1 && !(p->flags & (SYN | FIN)))
		return SC_MARK_KEEPALIVE;
	if (!span)
		return 0;
	bool further = (int32_t)(end - me->next) > 0;
	me->next = further ? end : me->next;
	if (ahead > 0) {
		me->holes++;
		*missing = (uint32_t)ahead;
		return SC_MARK_GAP;
	}
	if (ahead == 0)
		return 0;
	if (me->holes && !further) {
		me->holes--;
		return SC_MARK_LATE;
	}
	return SC_MARK_AGAIN;
}

static uint16_t window_of(struct sc_packet_side *me, const struct sc_tui_packet *p)
{
	if (p->flags & (RST | SYN) || !(p->flags & ACK))
		return 0;
	bool shut = p->window == 0;
	uint16_t mark = shut && !me->shut ? SC_MARK_ZERO : !shut && me->shut ? SC_MARK_OPEN : 0;
	me->shut = shut;
	return mark;
}

static uint16_t unseen(struct sc_packet_side *other, const struct sc_tui_packet *p, uint32_t *missing)
{
	if (!(p->flags & ACK) || p->flags & RST || !other->known || (int32_t)(p->ack - other->next) <= 0)
		return 0;
	*missing = *missing ? *missing : p->ack - other->next;
	other->next = p->ack;
	return SC_MARK_UNSEEN;
}

void sc_packets_add(void *packets, const struct sc_tui_packet *p)
{
	struct sc_packets *s = packets;
	bool client = by_client(s, p);
	struct sc_packet_side *me = &s->side[client ? 0 : 1], *other = &s->side[client ? 1 : 0];
	struct sc_packet_line line = { .when = p->when, .number = p->number, .octets = p->octets, .window = p->window,
		.flags = p->flags, .client = client };
	line.marks = (uint16_t)(ends_of(p->flags) | place(me, p, &line.missing));
	line.marks |= window_of(me, p);
	line.marks |= unseen(other, p, &line.missing);
	line.seq = me->known ? p->seq - me->first : 0;
	line.ack = other->known && p->flags & ACK ? p->ack - other->first : 0;
	if (s->count < SC_SEGMENTS)
		s->lines[s->count++] = line;
	else
		s->lost++;
}

/* ---- words ---- */

static void put_words(struct sc_text *to, const char *words)
{
	sc_text_adds(to, to->len ? ", " : "");
	sc_text_adds(to, words);
}

static void put_count(struct sc_text *to, uint64_t n, const char *words)
{
	sc_text_adds(to, to->len ? ", " : "");
	sc_page_grouped(to, n);
	sc_text_adds(to, words);
}

void sc_packets_tell(struct sc_text *to, const struct sc_packet_line *line)
{
	static const struct {
		uint16_t mark;
		const char *words;
	} rows[] = { { SC_MARK_SYN, "SYN" }, { SC_MARK_FIN, "FIN" }, { SC_MARK_RST, "RST" }, { SC_MARK_AGAIN, "sent again" },
		{ SC_MARK_LATE, "fills a gap" }, { SC_MARK_ZERO, "window closed" }, { SC_MARK_OPEN, "window open again" },
		{ SC_MARK_KEEPALIVE, "keep-alive" } };
	size_t before = to->len;
	struct sc_text words = sc_text_into(to->at + to->len, to->size - to->len);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (line->marks & rows[i].mark)
			put_words(&words, rows[i].words);
	if (line->marks & SC_MARK_SYN && line->flags & ACK)
		put_words(&words, "ACK");
	if (line->marks & SC_MARK_GAP)
		put_count(&words, line->missing, " octets before it are missing");
	if (line->marks & SC_MARK_UNSEEN)
		put_count(&words, line->missing, " octets acknowledged that the capture lacks");
	if (line->octets)
		put_count(&words, line->octets, line->octets == 1 ? " octet" : " octets");
	if (!words.len)
		put_words(&words, line->flags & ACK ? "ACK" : "empty segment");
	to->len = before + words.len;
	sc_text_adds(to, "  seq ");
	sc_text_number(to, line->seq);
	if (line->flags & ACK) {
		sc_text_adds(to, " ack ");
		sc_text_number(to, line->ack);
	}
	sc_text_adds(to, " win ");
	sc_text_number(to, line->window);
	sc_text_adds(to, "  packet ");
	sc_text_number(to, line->number);
}
