/* wire.c - gathers what packets tell about the path; see wire.h.
 *
 * Runs for every packet of a session, so it keeps a few words a side and looks back at nothing.  Sequence numbers are
 * compared on their circle (RFC 9293 3.4) and trusted no further: a hostile packet can only make a count wrong, and the
 * rules that read the counts want several of them to agree.
 *
 * What counts as sent again: octets that stand before the end of what the side had sent, unless they are a copy that the
 * capture made (the same IP identification a moment later), a keep-alive (RFC 9293 3.8.4), a probe of a closed window
 * (3.8.6.1), or the late filling of a hole, as paths that reorder make it.
 */
#include "engine/wire.h"

#define LARGE         500u              /* octets: below, no path is too narrow for a segment (RFC 9293 3.7.1: 536) */
#define COPY_WITHIN   (5 * SC_MS)       /* a mirror's second copy */
#define REORDERED     (3 * SC_MS)       /* filled by then, a hole was made by the path's order */
#define ANSWERED      (5 * SC_MS)       /* sent so soon after an acknowledgement, it had waited for it */
#define DELACK_LEAST  (35 * SC_MS)      /* Linux delays by 40 ms, others by 200 */
#define DELACK_MOST   (60 * SC_MS)
#define DELACK_LEAST2 (180 * SC_MS)
#define DELACK_MOST2  (220 * SC_MS)

static bool after(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) > 0;
}

static sc_time span_length(const struct sc_wire_span *s)
{
	return s->first ? s->to - s->from : -1;
}

/* ---- what is sent ---- */

static bool is_copy(const struct sc_wire_side *s, const struct sc_layers *l, sc_time when)
{
	for (size_t i = 0; i < sizeof(s->recent) / sizeof(s->recent[0]); i++)
		if (s->recent[i].seq == l->seq && s->recent[i].octets == l->wire_payload && s->recent[i].id == l->ip_id &&
			when - s->recent[i].when <= COPY_WITHIN && when >= s->recent[i].when)
			return true;
	return false;
}

static void remember(struct sc_wire_side *s, const struct sc_layers *l, sc_time when)
{
	s->recent[s->recent_next].seq = l->seq;
	s->recent[s->recent_next].octets = l->wire_payload;
	s->recent[s->recent_next].id = l->ip_id;
	s->recent[s->recent_next].when = when;
	s->recent_next = (uint8_t)((s->recent_next + 1) % 4);
}

/* As large as segments of this side get; where a network card cuts them, what is captured can be larger at first. */
static bool is_full(const struct sc_wire_side *s, const struct sc_wire_side *other, uint32_t octets)
{
	return octets >= LARGE && (octets >= s->largest || (other->mss && octets + 40 >= other->mss));
}

static void stick(struct sc_wire_side *s, const struct sc_wire_side *other, const struct sc_layers *l,
	const struct sc_packet *pkt)
{
	struct sc_wire_stuck *k = &s->stuck;
	if (l->seq != s->acked)
		return; /* what is lost is what comes first */
	bool same = k->times && k->seq == l->seq;
	if (same && l->wire_payload < k->octets && k->full) {
		k->shrunk = true; /* until it is acknowledged, only a try */
		return;
	}
	if (!same)
		*k = (struct sc_wire_stuck){ .span = { pkt->when, pkt->when, pkt->number, pkt->number }, .seq = l->seq,
			.octets = l->wire_payload, .small = s->small_acked, .full = is_full(s, other, l->wire_payload),
			.quiet = k->seq == l->seq ? k->quiet : 0 };
	k->times++;
	k->span.to = pkt->when;
	k->span.last = pkt->number;
}

/* What a device that does not know the scale would take for the end of the window. */
static bool passes_unscaled(const struct sc_wire_side *s, const struct sc_wire_side *other, uint32_t end)
{
	return other->scales && after(end, s->acked + other->window);
}

static void fill_window(struct sc_wire_side *s, const struct sc_wire_side *other, const struct sc_layers *l)
{
	uint32_t end = l->seq + l->wire_payload;
	if (other->scales && end == s->acked + other->window && s->filled < UINT16_MAX)
		s->filled++;
	if (s->beyond_open || !passes_unscaled(s, other, end))
		return;
	s->beyond_open = true;
	s->beyond_seq = l->seq;
}

static void open_hole(struct sc_wire_side *s, uint32_t from, uint32_t to, sc_time when)
{
	s->holes[s->hole_next].from = from;
	s->holes[s->hole_next].to = to;
	s->holes[s->hole_next].at = when;
	s->hole_next = (uint8_t)((s->hole_next + 1) % 4);
}

/* When the hole opened in which these octets stand; SC_TIME_NONE: they are none that were skipped. */
static sc_time fill_hole(struct sc_wire_side *s, uint32_t from, uint32_t to)
{
	for (int i = 0; i < 4; i++) {
		if (s->holes[i].from == s->holes[i].to || after(s->holes[i].from, from) || after(to, s->holes[i].to))
			continue;
		if (s->holes[i].from == from)
			s->holes[i].from = to;
		else
			s->holes[i].to = from;
		return s->holes[i].at;
	}
	return SC_TIME_NONE;
}

/* Octets before the end of what was sent.  What had been acknowledged was not lost. */
static void send_again(struct sc_wire *w, enum sc_side side, const struct sc_layers *l, const struct sc_packet *pkt)
{
	struct sc_wire_side *s = &w->side[side], *other = &w->side[sc_other(side)];
	uint32_t end = l->seq + l->wire_payload;
	bool probe = l->wire_payload == 1 && other->closed, arrived = !after(end, s->acked);
	bool hasty = pkt->when - s->flight_at < w->trip - w->trip / 10; /* no word of a loss can have come back */
	sc_time since = fill_hole(s, l->seq, end);
	if (probe || arrived || hasty || (since != SC_TIME_NONE && pkt->when - since < REORDERED))
		return;
	s->again += l->wire_payload;
	s->repeats++;
	if (other->closed) /* the receiver refuses it, the path does not lose it */
		return;
	if (s->beyond_open && l->seq == s->beyond_seq) {
		s->beyond_open = false;
		s->beyond_lost += s->beyond_lost < UINT16_MAX;
		s->beyond = s->beyond ? s->beyond : pkt->number;
	}
	stick(s, other, l, pkt);
}

static bool is_delay(sc_time gap)
{
	return (gap >= DELACK_LEAST && gap <= DELACK_MOST) || (gap >= DELACK_LEAST2 && gap <= DELACK_MOST2);
}

/* An acknowledgement takes the way there and back anyhow; what it took longer was the receiver's delay.  The
 * whole wait may be one, too, while the way is the smaller part of it: some timers run in steps, and are early. */
static void wait_for_ack(struct sc_wire_side *s, const struct sc_wire_side *other, const struct sc_packet *pkt, bool small,
	sc_time trip)
{
	sc_time whole = pkt->when - s->small_at, gap = whole - trip, since = pkt->when - other->ack_at;
	bool delayed = is_delay(gap) || (is_delay(whole) && trip < gap);
	bool alone = other->ack_at > s->small_at && (!other->data_packet || other->data_at <= s->small_at); /* no answer came */
	if (small && s->small_open && delayed && alone && since >= 0 && since <= ANSWERED) {
		s->nagles++;
		s->nagle_time += gap;
		if (!s->nagle.first)
			s->nagle = (struct sc_wire_span){ .from = s->small_at, .first = s->data_packet };
		s->nagle.to = pkt->when;
		s->nagle.last = pkt->number;
	}
	s->small_open = small;
	s->small_at = pkt->when;
}

/* A pause in message text is the sender's own when the window was open and nothing had to be sent again. */
static void see_pause(struct sc_wire *w, const struct sc_wire_side *s, const struct sc_wire_side *other,
	const struct sc_packet *pkt)
{
	bool own = (s->top == s->acked || !s->stuck.times) && !other->closed && s->data_packet;
	sc_time since = other->data_packet && other->data_at > s->data_at ? other->data_at : s->data_at; /* its turn began */
	since = other->shut.first && other->shut.to > since ? other->shut.to : since; /* the window had been closed until then */
	if (own && pkt->when - since > span_length(&w->stall))
		w->stall = (struct sc_wire_span){ since, pkt->when, s->data_packet, pkt->number };
}

static void send_new(struct sc_wire *w, enum sc_side side, const struct sc_layers *l, const struct sc_packet *pkt, bool text)
{
	struct sc_wire_side *s = &w->side[side], *other = &w->side[sc_other(side)];
	bool small = l->wire_payload < LARGE;
	if (after(l->seq, s->top))
		open_hole(s, s->top, l->seq, pkt->when);
	if (text)
		see_pause(w, s, other, pkt);
	wait_for_ack(s, other, pkt, small, w->trip);
	if (s->top == s->acked) { /* it will stand first, if it is lost */
		s->stuck = (struct sc_wire_stuck){ .seq = l->seq, .quiet = pkt->when - w->last };
		s->flight_at = pkt->when;
	}
	fill_window(s, other, l);
	s->top = l->seq + l->wire_payload;
	s->small += small;
	s->tail = l->wire_payload;
	if (l->wire_payload > s->largest)
		s->largest = l->wire_payload;
}

static void see_payload(struct sc_wire *w, enum sc_side side, const struct sc_layers *l, const struct sc_packet *pkt,
	bool text)
{
	struct sc_wire_side *s = &w->side[side];
	bool again = s->known && !after(l->seq + l->wire_payload, s->top);
	if (again && is_copy(s, l, pkt->when))
		return;
	if (!s->known) {
		s->known = true;
		s->top = s->acked = l->seq;
		s->first_at = pkt->when;
	}
	s->payload += l->wire_payload;
	s->segments++;
	if (again)
		send_again(w, side, l, pkt);
	else
		send_new(w, side, l, pkt, text && side == SC_CLIENT);
	remember(s, l, pkt->when);
	if (text && side == SC_CLIENT && !again)
		w->text_octets += l->wire_payload;
	s->data_at = pkt->when;
	s->data_packet = pkt->number;
}

/* ---- what is acknowledged ---- */

/* The segment that was sent again and again is through: of full size, it was loss; smaller, the path is too narrow. */
static void unstick(struct sc_wire_side *s)
{
	bool tells = s->stuck.times && s->stuck.shrunk && s->stuck.times >= s->worst.times;
	if (tells)
		s->worst = s->stuck;
	s->stuck = (struct sc_wire_stuck){ 0 };
}

static void see_ack(struct sc_wire *w, enum sc_side side, const struct sc_layers *l, const struct sc_packet *pkt)
{
	struct sc_wire_side *s = &w->side[side], *p = &w->side[sc_other(side)];
	if (!l->wire_payload)
		s->ack_at = pkt->when;
	if (!p->known || !after(l->ack, p->acked) || after(l->ack, p->top + 1))
		return;
	p->acked = l->ack == p->top + 1 ? p->top : l->ack; /* one more: its FIN */
	p->flight_at = 0;
	if (p->acked == p->top)
		p->small_acked = p->small;
	if (p->stuck.times && after(p->acked, p->stuck.seq))
		unstick(p);
	if (p->beyond_open && after(p->acked, p->beyond_seq)) {
		p->beyond_open = false;
		p->beyond_passed += p->beyond_passed < UINT16_MAX;
	}
}

static void see_window(struct sc_wire_side *s, const struct sc_layers *l, const struct sc_packet *pkt)
{
	if (l->window == 0 && !s->closed)
		s->shut = (struct sc_wire_span){ .from = pkt->when, .first = pkt->number };
	if (l->window == 0 || s->closed) {
		s->shut.to = pkt->when;
		s->shut.last = pkt->number;
	}
	if (s->closed && span_length(&s->shut) > span_length(&s->longest_shut))
		s->longest_shut = s->shut;
	s->closed = l->window == 0;
	s->window = l->window;
}

/* ---- the packet ---- */

static void see_end(struct sc_wire *w, enum sc_side side, struct sc_wire_end *end, const struct sc_layers *l,
	const struct sc_packet *pkt)
{
	const struct sc_wire_side *other = &w->side[sc_other(side)];
	if (end->packet)
		return;
	*end = (struct sc_wire_end){ .when = pkt->when, .packet = pkt->number, .ack = l->ack, .ttl = l->ttl,
		.quiet = other->data_packet ? pkt->when - other->data_at : SC_TIME_NONE, .data = l->wire_payload != 0 };
}

static void see_ttl(struct sc_wire_side *s, uint8_t ttl)
{
	if (!s->packets || ttl < s->ttl_least)
		s->ttl_least = ttl;
	if (!s->packets || ttl > s->ttl_most)
		s->ttl_most = ttl;
	s->packets++;
}

/* What the handshake told. */
static void take_handshake(struct sc_wire *w, const struct sc_flow *flow)
{
	const struct sc_tcp *t = &flow->tcp;
	if (flow->syn_at != SC_TIME_NONE && flow->established_at != SC_TIME_NONE)
		w->trip = flow->established_at - flow->syn_at;
	bool both = t->side[0].to.offer.scales && t->side[1].to.offer.scales;
	for (int i = 0; i < 2; i++) {
		w->side[i].mss = t->side[i].to.offer.mss;
		w->side[i].scales = both && t->side[i].to.offer.shift;
	}
}

void sc_wire_packet(struct sc_wire *w, const struct sc_flow *flow, enum sc_side side, const struct sc_layers *l,
	const struct sc_packet *pkt, bool text)
{
	struct sc_wire_side *s = &w->side[side];
	if (!w->last_packet)
		take_handshake(w, flow);
	if (l->flags & SC_TCP_RST) {
		see_end(w, side, &s->rst, l, pkt);
	} else {
		see_ttl(s, l->ttl);
		if (l->wire_payload && !(l->flags & SC_TCP_SYN))
			see_payload(w, side, l, pkt, text);
		if (l->flags & SC_TCP_ACK && !(l->flags & SC_TCP_SYN)) {
			see_ack(w, side, l, pkt);
			see_window(s, l, pkt);
		}
		if (l->flags & SC_TCP_FIN)
			see_end(w, side, &s->fin, l, pkt);
	}
	w->last = pkt->when;
	w->last_packet = pkt->number;
}

/* It counts when it quotes what was on its way: what was sent and not acknowledged, or has just been (RFC 5927 4.1).  One
 * that tells of a narrow link is kept in preference to others. */
void sc_wire_error(struct sc_wire *w, enum sc_side side, const struct sc_layers *l, const struct sc_packet *pkt)
{
	const struct sc_wire_side *s = &w->side[side];
	bool sent = s->known && !after(l->seq, s->top) && !after(s->acked - (1u << 16), l->seq);
	if (!sent || (w->icmp.packet && (w->icmp.too_big || !l->icmp.too_big)))
		return;
	w->icmp = (struct sc_wire_icmp){ .packet = pkt->number, .from = l->icmp.from, .type = l->icmp.type, .code = l->icmp.code,
		.too_big = l->icmp.too_big, .forbidden = l->icmp.forbidden, .mtu = l->icmp.mtu, .about = side };
}
