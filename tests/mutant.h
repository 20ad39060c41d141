/* mutant.h - a packet, or the order of packets, changed by chance: what a network, a capture and an attacker may do.
 *
 * All comes from a seed: the same seed and the same packets give the same mutant. */
#ifndef SC_TESTS_MUTANT_H
#define SC_TESTS_MUTANT_H

#include <string.h>

#include <smtpscope/packet.h>

#include "base/str.h"
#include "net/decode.h"

#define WINDOW 16u                               /* packets are moved and doubled within so many */
#define LATEST (INT64_C(4600000000) * SC_SECOND) /* captures end in 2116 */

/* ---- chance (splitmix64) ---- */

struct chance {
	uint64_t state;
};

static uint64_t draw(struct chance *c)
{
	uint64_t z = c->state += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static size_t below(struct chance *c, size_t n)
{
	return n ? (size_t)(draw(c) % n) : 0;
}

/* True once in `rate` times; never when that is 0. */
static bool happens(struct chance *c, unsigned rate)
{
	return rate && below(c, rate) == 0;
}

/* ---- one packet changed ---- */

struct mutant {
	struct sc_packet pkt;
	char  *at;          /* its octets: pkt.bytes may be shorter */
	size_t tcp;         /* where TCP begins; NO_TCP: not found */
	size_t payload;     /* and what it carries */
	size_t payload_len;
	size_t address_len; /* 4, 16 */
};

#define NO_TCP SIZE_MAX

typedef void change_fn(struct mutant *m, struct chance *c);

/* Looks where TCP stands, by the reader that will be tested: a change needs no more than a hint. */
static void locate(struct mutant *m)
{
	struct sc_layers l;
	m->tcp = NO_TCP;
	if (!sc_decode(&m->pkt, false, &l) || (uintptr_t)l.payload.at < (uintptr_t)m->at)
		return;
	m->payload = (size_t)(l.payload.at - m->at);
	m->payload_len = l.payload.len;
	size_t header = 20 + l.options.len;
	if (m->payload > m->pkt.bytes.len || m->payload < header || m->payload_len > m->pkt.bytes.len - m->payload)
		return;
	m->tcp = m->payload - header;
	m->address_len = l.src.version == 4 ? 4 : 16;
}

static void flip(struct mutant *m, struct chance *c, size_t from, size_t len)
{
	if (len)
		m->at[from + below(c, len)] ^= (char)(1u << below(c, 8));
}

static void flip_anywhere(struct mutant *m, struct chance *c)
{
	flip(m, c, 0, m->pkt.bytes.len);
}

static void flip_header(struct mutant *m, struct chance *c)
{
	flip(m, c, 0, m->pkt.bytes.len < 80 ? m->pkt.bytes.len : 80);
}

static void flip_tcp(struct mutant *m, struct chance *c)
{
	if (m->tcp != NO_TCP)
		flip(m, c, m->tcp, m->payload - m->tcp);
}

/* The low octet of a sequence or acknowledgement number: overlaps and small holes. */
static void nudge_sequence(struct mutant *m, struct chance *c)
{
	if (m->tcp != NO_TCP)
		m->at[m->tcp + (happens(c, 2) ? 7 : 11)] += (char)(1 + below(c, 12));
}

static void flip_flags(struct mutant *m, struct chance *c)
{
	if (m->tcp != NO_TCP)
		m->at[m->tcp + 13] ^= (char)(1u << below(c, 6));
}

static void swap(char *a, char *b, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char held = a[i];
		a[i] = b[i];
		b[i] = held;
	}
}

/* The other direction; or ports or addresses alone, which is another connection. */
static void swap_ends(struct mutant *m, struct chance *c)
{
	if (m->tcp == NO_TCP)
		return;
	unsigned what = 1 + (unsigned)below(c, 3);
	if (what & 1)
		swap(m->at + m->tcp, m->at + m->tcp + 2, 2);
	size_t back = m->address_len == 4 ? 8 : 32; /* the addresses of a header without options end where TCP begins */
	if (what & 2 && m->tcp >= back)
		swap(m->at + m->tcp - back, m->at + m->tcp - back / 2, m->address_len);
}

#define WORD(literal) { literal, sizeof(literal) - 1 }

/* What matters to a dialogue, in the place of something that mattered perhaps. */
static void write_word(struct mutant *m, struct chance *c)
{
	static const sc_str words[] = {
		WORD("\r\n"), WORD("\n"), WORD("\r"), WORD("\r\n.\r\n"), WORD("\n.\n"), WORD("\0"),
		WORD("\xff"), WORD("250 "), WORD("250-"), WORD("354 "), WORD("421 "), WORD("550 5.1.1 "),
		WORD("451 "), WORD("2"), WORD("5"), WORD("<>"), WORD("RSET\r\n"), WORD("DATA\r\n"),
		WORD("BDAT 9 LAST\r\n"), WORD("QUIT\r\n"), WORD("MAIL FROM:<a@example.org>\r\n"),
		WORD("RCPT TO:<b@example.org>\r\n"), WORD("AUTH PLAIN "), WORD("STARTTLS\r\n"),
		WORD("\x16\x03\x01"), WORD("EHLO "), WORD("LHLO "), WORD("*\r\n"), WORD("\x1b[2J"),
		WORD("\xe2\x80\xae"), WORD("\xed\xa0\x80"), WORD("SIZE=99999999999999999999"),
	};
	if (m->tcp == NO_TCP || !m->payload_len)
		return;
	sc_str word = words[below(c, sizeof(words) / sizeof(words[0]))];
	size_t at = happens(c, 3) ? 0 : below(c, m->payload_len);
	word = sc_str_slice(word, 0, m->payload_len - at);
	memcpy(m->at + m->payload + at, word.at, word.len);
}

/* As a snap length does; or as a file does that lies of its packet's length. */
static void cut(struct mutant *m, struct chance *c)
{
	m->pkt.bytes.len = below(c, m->pkt.bytes.len + 1);
	if (happens(c, 3))
		m->pkt.wire_len = (uint32_t)m->pkt.bytes.len;
}

static void lie_length(struct mutant *m, struct chance *c)
{
	uint32_t len = (uint32_t)m->pkt.bytes.len;
	uint32_t lies[] = { len, len + 1, len + 1460, 65535, UINT32_MAX, (uint32_t)draw(c) };
	uint32_t lie = lies[below(c, sizeof(lies) / sizeof(lies[0]))];
	m->pkt.wire_len = lie < len ? len : lie;
}

static void lie_link(struct mutant *m, struct chance *c)
{
	m->pkt.link = (uint16_t)below(c, 300);
}

/* Earlier, later: by up to a millisecond, a second, a minute, a day, a century. */
static void lie_time(struct mutant *m, struct chance *c)
{
	static const sc_time spans[] = { SC_MS, SC_SECOND, 60 * SC_SECOND, 86400 * SC_SECOND, LATEST };
	sc_time by = (sc_time)below(c, (size_t)spans[below(c, sizeof(spans) / sizeof(spans[0]))]);
	sc_time when = happens(c, 2) ? m->pkt.when - by : m->pkt.when + by;
	m->pkt.when = when < 0 ? 0 : when > LATEST ? LATEST : when;
}

/* The packet as one of many connections that do the same at the same time and do not end: the client, whose port is
 * most often the higher one, gets the port of that connection. */
static void join_crowd(struct mutant *m, size_t connection)
{
	if (m->tcp == NO_TCP)
		return;
	char *ports = m->at + m->tcp;
	char *client = memcmp(ports, ports + 2, 2) > 0 ? ports : ports + 2;
	client[0] = (char)(0x40 + connection / 256 % 128);
	client[1] = (char)(connection % 256);
	ports[13] &= (char)~(SC_TCP_FIN | SC_TCP_RST);
}

/* ---- what a seed does ---- */

/* The first four concern the order of the packets and are made by arrange(). */
enum { DROP, REPEAT, MOVE, CUT_FILE, ORDERS };

static change_fn *const changes[] = {
	flip_anywhere, flip_header, flip_tcp, nudge_sequence, flip_flags, swap_ends, write_word, cut, lie_length, lie_link,
	lie_time,
};

#define CHANGES (sizeof(changes) / sizeof(changes[0]))
#define KINDS   (ORDERS + CHANGES)

/* How often each kind happens: one in so many packets; 0: never.  A mutant has few kinds, and most of them rarely:
 * little can go wrong in what is not understood at all.  But something happens in a short capture too. */
static void pick_rates(struct chance *c, size_t packets, unsigned rates[KINDS])
{
	unsigned steps = packets < 16 ? 2 : packets < 64 ? 4 : 8;
	memset(rates, 0, KINDS * sizeof(rates[0]));
	for (size_t n = 1 + below(c, 5); n; n--)
		rates[below(c, KINDS)] = 2u << below(c, steps);
}

/* The packets of a mutant as indexes into the capture: at `order`, which has room for twice as many. */
static size_t arrange(struct chance *c, const unsigned rates[KINDS], size_t packets, uint32_t *order)
{
	size_t count = 0;
	for (uint32_t i = 0; i < packets; i++) {
		if (!happens(c, rates[DROP]))
			order[count++] = i;
		if (happens(c, rates[REPEAT]))
			order[count++] = i - (uint32_t)below(c, i < WINDOW ? i + 1 : WINDOW);
	}
	for (size_t i = 0; i < count; i++) {
		size_t other = i + below(c, count - i < WINDOW ? count - i : WINDOW);
		if (!happens(c, rates[MOVE]))
			continue;
		uint32_t held = order[i];
		order[i] = order[other];
		order[other] = held;
	}
	return rates[CUT_FILE] ? below(c, count + 1) : count;
}

static void change(struct chance *c, const unsigned rates[KINDS], struct mutant *m)
{
	for (size_t i = 0; i < CHANGES; i++)
		if (happens(c, rates[ORDERS + i]))
			changes[i](m, c);
	if (m->tcp != NO_TCP && happens(c, 2)) /* zero is a checksum that was not made yet: it is believed */
		memset(m->at + m->tcp + 16, 0, 2);
}

#endif
