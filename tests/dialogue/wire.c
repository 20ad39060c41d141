/* wire.c - from the steps of a dialogue to Ethernet, IPv4 and TCP.
 *
 * The client's sequence numbers wrap within its first octets, so that every dialogue tests that too. */
#include "wire.h"

#include <stdlib.h>
#include <string.h>

#include "net/decode.h"

#define CLIENT_ISN 0xffffffc0u
#define SERVER_ISN 0x10203040u
#define WINDOW 32768
#define CLIENT_PORT 40001
#define BEGINNING (INT64_C(1769860800) * SC_SECOND)
#define STEP_TIME (50 * SC_MS)
#define MOST 60000 /* octets of a segment: the length of an IPv4 packet has 16 bits */

struct maker {
	struct plan plan;
	struct cutting cut;
	int64_t sent[2], acked[2]; /* by this side: next offset, and what it had seen of the other */
	bool    fin[2];
	sc_time now;
	size_t  said;              /* octets of groups so far */
	bool    closes;
};

static struct frame *add(struct maker *m, enum sc_side side, uint8_t flags)
{
	struct plan *p = &m->plan;
	if (!(p->count & (p->count - 1))) {
		p->frames = realloc(p->frames, (p->count ? p->count * 2 : 1) * sizeof(*p->frames));
		if (!p->frames)
			abort();
	}
	struct frame *f = &p->frames[p->count++];
	*f = (struct frame){ .side = side, .flags = flags, .seq = m->sent[side], .ack = m->acked[side], .when = m->now };
	return f;
}

static void see_all(struct maker *m, enum sc_side side)
{
	m->acked[side] = m->sent[sc_other(side)];
}

static void shake_hands(struct maker *m, bool captured)
{
	size_t before = m->plan.count;
	add(m, SC_CLIENT, SC_TCP_SYN)->seq = -1;
	m->now += SC_MS;
	add(m, SC_SERVER, SC_TCP_SYN | SC_TCP_ACK)->seq = -1;
	m->now += SC_MS;
	add(m, SC_CLIENT, SC_TCP_ACK);
	for (size_t i = before; i < m->plan.count; i++)
		m->plan.frames[i].handshake = true;
	if (!captured)
		m->plan.count = before;
	m->now += SC_MS;
}

static size_t piece(const struct maker *m, size_t at, size_t left, size_t group)
{
	size_t n = left < MOST ? left : MOST;
	if (m->cut.octets && n > m->cut.octets)
		n = m->cut.octets;
	if (m->cut.halves && group > 1 && left == group)
		n = group / 2;
	if (m->cut.split_at > at && m->cut.split_at - at < n)
		n = m->cut.split_at - at;
	return n;
}

/* The octets of a group, as segments. */
static void say(struct maker *m, const struct step *s, const char *bytes, size_t len)
{
	if (!s->early)
		see_all(m, s->side);
	for (size_t at = 0; at < len;) {
		size_t n = piece(m, m->said + at, len - at, len);
		struct frame *f = add(m, s->side, SC_TCP_ACK | SC_TCP_PSH);
		f->bytes = bytes + at;
		f->len = n;
		f->lost = s->lost;
		m->sent[s->side] += (int64_t)n;
		at += n;
		m->now += SC_US;
		if (at / WINDOW != (at - n) / WINDOW && !s->early) { /* no receiver lets more come unacknowledged */
			see_all(m, sc_other(s->side));
			add(m, sc_other(s->side), SC_TCP_ACK);
		}
	}
	m->said += len;
	m->now += STEP_TIME;
	if (s->lost) {
		see_all(m, sc_other(s->side));
		add(m, sc_other(s->side), SC_TCP_ACK);
		m->now += STEP_TIME;
	}
}

static void end_side(struct maker *m, enum sc_side side, uint8_t flags)
{
	see_all(m, side);
	add(m, side, flags);
	m->sent[side] += flags & SC_TCP_FIN;
	m->now += STEP_TIME;
}

/* Consecutive octets of one side, all lost or none, are a group. */
static size_t group_end(const struct dialogue *d, size_t from)
{
	const struct step *first = &d->steps[from];
	size_t i = from + 1;
	while (i < d->step_count && d->steps[i].kind == STEP_SAY && d->steps[i].side == first->side &&
	       d->steps[i].lost == first->lost && !d->steps[i].early)
		i++;
	return i;
}

static size_t make_step(struct maker *m, const struct dialogue *d, size_t i, char **to)
{
	const struct step *s = &d->steps[i];
	switch (s->kind) {
	case STEP_SAY: {
		size_t end = group_end(d, i);
		char *begin = *to;
		for (; i < end; i++) {
			if (d->steps[i].len)
				memcpy(*to, d->steps[i].bytes, d->steps[i].len);
			*to += d->steps[i].len;
		}
		say(m, s, begin, (size_t)(*to - begin));
		return end;
	}
	case STEP_FIN:
		end_side(m, s->side, SC_TCP_FIN | SC_TCP_ACK);
		m->closes = true;
		break;
	case STEP_RST:
		end_side(m, s->side, SC_TCP_RST | SC_TCP_ACK);
		m->closes = true;
		break;
	case STEP_PAUSE:
		m->now += s->pause_s * SC_SECOND;
		break;
	case STEP_BREAK:
		break;
	}
	return i + 1;
}

static void drop_uncaptured(struct plan *p, int missing)
{
	size_t n = 0;
	for (size_t i = 0; i < p->count; i++)
		if (!p->frames[i].lost && (int)p->frames[i].side != missing)
			p->frames[n++] = p->frames[i];
	p->count = n;
}

struct plan plan_of(const struct dialogue *d, struct cutting cut)
{
	struct maker m = { .cut = cut, .now = BEGINNING };
	size_t octets = 1;
	for (size_t i = 0; i < d->step_count; i++)
		octets += d->steps[i].len;
	m.plan.port = d->port;
	m.plan.text = malloc(octets);
	if (!m.plan.text)
		abort();
	char *to = m.plan.text;
	shake_hands(&m, !d->midstream);
	for (size_t i = 0; i < d->step_count;)
		i = make_step(&m, d, i, &to);
	if (!m.closes && !d->cut) {
		end_side(&m, SC_SERVER, SC_TCP_FIN | SC_TCP_ACK);
		end_side(&m, SC_CLIENT, SC_TCP_FIN | SC_TCP_ACK);
		end_side(&m, SC_SERVER, SC_TCP_ACK);
	}
	drop_uncaptured(&m.plan, d->missing);
	return m.plan;
}

void plan_free(struct plan *p)
{
	free(p->frames);
	free(p->text);
	*p = (struct plan){ 0 };
}

void plan_one_moment(struct plan *p)
{
	for (size_t i = 0; i < p->count; i++)
		if (!p->frames[i].handshake)
			p->frames[i].when = BEGINNING + 10 * SC_MS;
}

static int place_of(const struct frame *f, enum sc_side side)
{
	if (f->handshake)
		return 0;
	if (f->flags & SC_TCP_RST)
		return 3;
	return f->side == side ? 1 : 2;
}

void plan_side_first(struct plan *p, enum sc_side side)
{
	struct frame *sorted = malloc((p->count + 1) * sizeof(*sorted));
	size_t n = 0;
	if (!sorted)
		abort();
	for (int place = 0; place <= 3; place++)
		for (size_t i = 0; i < p->count; i++)
			if (place_of(&p->frames[i], side) == place)
				sorted[n++] = p->frames[i];
	free(p->frames);
	p->frames = sorted;
	plan_one_moment(p);
}

void plan_twice(struct plan *p)
{
	struct frame *twice = malloc((2 * p->count + 1) * sizeof(*twice));
	size_t n = 0;
	if (!twice)
		abort();
	for (size_t i = 0; i < p->count; i++) {
		twice[n++] = p->frames[i];
		if (!p->frames[i].handshake)
			twice[n++] = p->frames[i];
	}
	free(p->frames);
	p->frames = twice;
	p->count = n;
}

/* Without a handshake, the first octets of a side tell where its stream begins: they cannot come late. */
static bool may_be_late(const struct plan *p, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (p->frames[i].side == p->frames[at].side || p->frames[i].handshake)
			return true;
	return p->frames[at].handshake;
}

bool plan_swap(struct plan *p, size_t nth)
{
	for (size_t i = 0; i < p->count; i++) {
		if (!may_be_late(p, i))
			continue;
		size_t j = i + 1;
		while (j < p->count && !(p->frames[j].side == p->frames[i].side && p->frames[j].len))
			j++;
		if (!p->frames[i].len || j == p->count || nth--)
			continue;
		struct frame f = p->frames[i];
		p->frames[i] = p->frames[j];
		p->frames[j] = f;
		return true;
	}
	return false;
}

/* ---- octets ---- */

#define ETHERNET 14
#define IPV4     20
#define TCP      20

static char *be16(char *to, unsigned n)
{
	to[0] = (char)(n >> 8);
	to[1] = (char)n;
	return to + 2;
}

static char *be32(char *to, uint32_t n)
{
	return be16(be16(to, n >> 16), n & 0xffff);
}

static char *addresses(char *to, bool from_client)
{
	static const char ends[2][4] = { { (char)192, 0, 2, 10 }, { (char)198, 51, 100, 7 } };
	memcpy(to, ends[!from_client], 4);
	memcpy(to + 4, ends[from_client], 4);
	return to + 8;
}

char *wire_packet(const struct plan *p, const struct frame *f, size_t *len)
{
	bool client = f->side == SC_CLIENT;
	*len = ETHERNET + IPV4 + TCP + f->len;
	char *packet = calloc(1, *len), *to = packet + 12;
	if (!packet)
		abort();
	to = be16(to, 0x0800);
	to = be16(to, 0x4500);
	to = be16(to, (unsigned)(IPV4 + TCP + f->len));
	to = be32(to, 0x00014000);   /* id, do not fragment */
	to = be32(to, 0x40060000);   /* TTL, TCP, no checksum */
	to = addresses(to, client);
	to = be16(to, client ? CLIENT_PORT : p->port);
	to = be16(to, client ? p->port : CLIENT_PORT);
	to = be32(to, (client ? CLIENT_ISN : SERVER_ISN) + 1 + (uint32_t)f->seq);
	to = be32(to, f->flags & SC_TCP_ACK ? (client ? SERVER_ISN : CLIENT_ISN) + 1 + (uint32_t)f->ack : 0);
	to = be16(to, 5u << 12 | f->flags);
	to = be16(to, 65535);
	to = be32(to, 0);
	if (f->len)
		memcpy(to, f->bytes, f->len);
	return packet;
}
