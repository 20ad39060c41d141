/* wire_fixture.h - packets of one connection, put before an engine one by one, and the diagnoses that come of them. */
#ifndef SC_TESTS_WIRE_FIXTURE_H
#define SC_TESTS_WIRE_FIXTURE_H

#include <smtpscope/engine.h>
#include <smtpscope/event.h>

#include "../image.h"
#include "base/segment.h"
#include "base/str.h"
#include "net/decode.h"

#define TOLD_MAX 24

struct told {
	char word[40], severity[8], confidence[8], text[700];
	bool headline;
};

struct talk {
	struct sc_engine *engine;
	uint64_t number;
	sc_time  now;
	uint32_t seq[2];           /* next to be sent */
	uint32_t acked[2];         /* of the other side, acknowledged by this one */
	uint16_t window[2], id[2], mss[2];
	uint16_t port, to;         /* of the client and of the server */
	uint8_t  ttl[2];
	uint8_t  client, server;   /* last octet of their addresses */
	int      scale[2];         /* -1: no option */
	bool     same_id;          /* packets are copies: the identification stays */
	struct told told[TOLD_MAX];
	size_t   count;
	uint64_t wants;
};

static inline void copy_word(char *to, size_t size, sc_str from)
{
	size_t n = from.len < size - 1 ? from.len : size - 1;
	if (n)
		memcpy(to, from.at, n);
	to[n] = 0;
}

static inline void on_told(void *ctx, const struct sc_event *ev)
{
	struct talk *t = ctx;
	const struct sc_ev_diagnosis *x = ev->body;
	if (ev->kind != SC_EVENT_diagnosis || t->count == TOLD_MAX)
		return;
	struct told *to = &t->told[t->count++];
	copy_word(to->word, sizeof(to->word), sc_str_of(x->diagnosis));
	copy_word(to->severity, sizeof(to->severity), sc_str_of(x->severity));
	copy_word(to->confidence, sizeof(to->confidence), sc_str_of(x->confidence));
	copy_word(to->text, sizeof(to->text), x->text);
	to->headline = x->headline;
}

static inline void put_end(struct image *m, const struct talk *t, enum sc_side side)
{
	put(m, side == SC_CLIENT ? "\xc0\x00\x02" : "\xc6\x33\x64", 3);
	put_number(m, side == SC_CLIENT ? t->client : t->server, 1); /* 192.0.2.10, 198.51.100.25 and their neighbours */
}

static inline void put_ipv4(struct image *m, const struct talk *t, enum sc_side from, uint8_t protocol,
	size_t octets, uint8_t ttl, uint16_t id)
{
	put16(m, 0x4500);
	put16(m, (unsigned)(20 + octets));
	put16(m, id);
	put16(m, 0x4000);
	put_number(m, ttl, 1);
	put_number(m, protocol, 1);
	put16(m, 0);
	put_end(m, t, from);
	put_end(m, t, sc_other(from));
}

static inline void put_tcp(struct image *m, const struct talk *t, enum sc_side from, uint8_t flags, uint32_t seq, uint32_t ack,
	sc_str options)
{
	put16(m, from == SC_CLIENT ? t->port : t->to);
	put16(m, from == SC_CLIENT ? t->to : t->port);
	put32(m, seq);
	put32(m, ack);
	put_number(m, (20 + options.len) / 4 << 4, 1);
	put_number(m, flags, 1);
	put16(m, t->window[from]);
	put32(m, 0);
	put(m, options.at, options.len);
}

static inline void feed(struct talk *t, const struct image *m)
{
	char *exact = malloc(m->len);
	assert_non_null(exact);
	memcpy(exact, m->at, m->len);
	sc_engine_feed(t->engine, &(struct sc_packet){ .number = ++t->number, .when = t->now, .wire_len = (uint32_t)m->len,
		.link = SC_LINK_ETHERNET, .bytes = { exact, m->len } });
	free(exact);
}

/* A segment as it stands: nothing is remembered of it. */
static inline void segment(struct talk *t, enum sc_side from, uint8_t flags, uint32_t seq, uint32_t ack,
	sc_str data, sc_str options)
{
	static char room[4096];
	struct image m = { .at = room, .size = sizeof(room), .big = true };
	put(&m, "\x02\x00\x00\x00\x00\x01\x02\x00\x00\x00\x00\x02\x08\x00", 14);
	t->id[from] = (uint16_t)(t->id[from] + !t->same_id);
	put_ipv4(&m, t, from, 6, 20 + options.len + data.len, t->ttl[from], t->id[from]);
	put_tcp(&m, t, from, flags, seq, ack, options);
	put(&m, data.at, data.len);
	feed(t, &m);
}

/* An ICMP error of a router about a segment of `about`. */
static inline void icmp(struct talk *t, enum sc_side about, uint8_t type, uint8_t code, uint16_t mtu, uint32_t seq)
{
	char room[256];
	struct image m = { .at = room, .size = sizeof(room), .big = true };
	put(&m, "\x02\x00\x00\x00\x00\x01\x02\x00\x00\x00\x00\x02\x08\x00", 14);
	put_ipv4(&m, t, sc_other(about), 1, 8 + 20 + 8, 64, 1);
	memcpy(m.at + 14 + 12, "\xcb\x00\x71\x01", 4); /* the router: 203.0.113.1 */
	put_number(&m, type, 1);
	put_number(&m, code, 1);
	put32(&m, 0);
	put16(&m, mtu);
	put_ipv4(&m, t, about, 6, 1480, 60, 7);
	put16(&m, about == SC_CLIENT ? t->port : t->to);
	put16(&m, about == SC_CLIENT ? t->to : t->port);
	put32(&m, seq);
	feed(t, &m);
}

static inline void later(struct talk *t, sc_time by)
{
	t->now += by;
}

static inline void say_octets(struct talk *t, enum sc_side from, sc_str data)
{
	segment(t, from, SC_TCP_ACK | SC_TCP_PSH, t->seq[from], t->acked[from], data, SC_STR(""));
	t->seq[from] += (uint32_t)data.len;
}

static inline void ack(struct talk *t, enum sc_side from)
{
	t->acked[from] = t->seq[sc_other(from)];
	segment(t, from, SC_TCP_ACK, t->seq[from], t->acked[from], SC_STR(""), SC_STR(""));
}

/* Says it after a millisecond, having seen all that the other side said. */
static inline void say(struct talk *t, enum sc_side from, const char *text)
{
	later(t, SC_MS);
	t->acked[from] = t->seq[sc_other(from)];
	say_octets(t, from, sc_str_of(text));
}

/* The same octets again, as they were sent `back` octets ago. */
static inline void again(struct talk *t, enum sc_side from, uint32_t back, uint32_t octets)
{
	static char text[2000];
	memset(text, 'x', sizeof(text));
	segment(t, from, SC_TCP_ACK | SC_TCP_PSH, t->seq[from] - back, t->acked[from], (sc_str){ text, octets }, SC_STR(""));
}

static inline void say_large(struct talk *t, enum sc_side from, uint32_t octets)
{
	static char text[2000];
	memset(text, 'x', sizeof(text));
	say_octets(t, from, (sc_str){ text, octets });
}

static inline sc_str options_of(const struct talk *t, enum sc_side side, char room[8])
{
	size_t n = 4;
	memcpy(room, "\x02\x04", 2);
	room[2] = (char)(t->mss[side] >> 8);
	room[3] = (char)(t->mss[side] & 255);
	if (t->scale[side] >= 0) {
		memcpy(room + 4, "\x01\x03\x03", 3);
		room[7] = (char)t->scale[side];
		n = 8;
	}
	return (sc_str){ room, n };
}

static inline void syn(struct talk *t, uint8_t more)
{
	char room[8];
	segment(t, SC_CLIENT, (uint8_t)(SC_TCP_SYN | more), t->seq[SC_CLIENT], 0, SC_STR(""), options_of(t, SC_CLIENT, room));
}

static inline void syn_ack(struct talk *t)
{
	char room[8];
	segment(t, SC_SERVER, SC_TCP_SYN | SC_TCP_ACK, t->seq[SC_SERVER], t->seq[SC_CLIENT] + 1, SC_STR(""),
		options_of(t, SC_SERVER, room));
	t->seq[SC_CLIENT]++;
	t->seq[SC_SERVER]++;
	t->acked[SC_SERVER] = t->seq[SC_CLIENT];
}

static inline void handshake(struct talk *t)
{
	syn(t, 0);
	later(t, SC_MS);
	syn_ack(t);
	later(t, SC_MS);
	ack(t, SC_CLIENT);
}

static inline void fin(struct talk *t, enum sc_side from)
{
	later(t, SC_MS);
	t->acked[from] = t->seq[sc_other(from)];
	segment(t, from, SC_TCP_FIN | SC_TCP_ACK, t->seq[from]++, t->acked[from], SC_STR(""), SC_STR(""));
}

/* Greeting to 354. */
static inline void envelope(struct talk *t)
{
	say(t, SC_SERVER, "220 mx.example.org ESMTP\r\n");
	say(t, SC_CLIENT, "EHLO a.example.net\r\n");
	say(t, SC_SERVER, "250 mx.example.org\r\n");
	say(t, SC_CLIENT, "MAIL FROM:<a@example.net>\r\n");
	say(t, SC_SERVER, "250 ok\r\n");
	say(t, SC_CLIENT, "RCPT TO:<b@example.org>\r\n");
	say(t, SC_SERVER, "250 ok\r\n");
	say(t, SC_CLIENT, "DATA\r\n");
	say(t, SC_SERVER, "354 go\r\n");
	later(t, SC_MS);
	ack(t, SC_CLIENT);
}

static inline void open_message(struct talk *t)
{
	handshake(t);
	envelope(t);
}

static inline void bye(struct talk *t)
{
	say(t, SC_CLIENT, "QUIT\r\n");
	say(t, SC_SERVER, "221 bye\r\n");
	fin(t, SC_SERVER);
	fin(t, SC_CLIENT);
	ack(t, SC_SERVER);
}

/* The message is whole, taken, and all say goodbye. */
static inline void end_message(struct talk *t)
{
	say(t, SC_CLIENT, "\r\n.\r\n");
	say(t, SC_SERVER, "250 ok\r\n");
	bye(t);
}

static inline struct talk *talk_open(void)
{
	struct talk *t = calloc(1, sizeof(*t));
	assert_non_null(t);
	*t = (struct talk){ .now = 1000 * SC_SECOND, .seq = { 1000, 70000 }, .window = { 65000, 65000 }, .port = 40000, .to = 25, .client = 10, .server = 25,
		.ttl = { 64, 52 }, .mss = { 1460, 1460 }, .scale = { -1, -1 } };
	struct sc_engine_config config = { .memory = UINT64_C(16) << 20, .seed = 1, .emit = on_told, .emit_ctx = t };
	assert_int_equal(sc_engine_open(&t->engine, &config), SC_OK);
	return t;
}

/* Ends the capture. */
static inline void talk_finish(struct talk *t)
{
	sc_engine_finish(t->engine);
	sc_engine_close(t->engine);
	t->engine = NULL;
}

static inline const struct told *find_told(const struct talk *t, const char *word)
{
	for (size_t i = 0; i < t->count; i++)
		if (strcmp(t->told[i].word, word) == 0)
			return &t->told[i];
	return NULL;
}

#endif
