/* tcp.c - reassembly of one TCP connection as its receivers read it; see tcp.h.
 *
 * Trusts nothing: sequence and acknowledgement numbers are unwrapped against what was seen and bounded.  What arrives first
 * counts when octets come twice.  Nothing is allocated but blocks of the engine's store, and only for octets that
 * cannot be delivered at once.
 */
#include "net/tcp.h"

#define GRACE         (250 * SC_MS)     /* acknowledged octets may be captured that much late */
#define GRACE_ALONE   (3 * SC_SECOND)   /* the other side is not captured, so nothing tells what arrived */
#define GRACE_UNACKED (60 * SC_SECOND)  /* a retransmission is due and has not come */
#define EARLY_OCTETS  (8u << 20)        /* a side; as much as a large window can hold before a retransmission */
#define EARLY_PIECES  3500              /* give up waiting before the queue's own limit */
#define WINDOW        (64 << 20)        /* farther ahead is no part of this connection */
#define DAY           (86400 * SC_SECOND)

void sc_tcp_open(struct sc_tcp *t)
{
	*t = (struct sc_tcp){ .clock = SC_TIME_NONE };
	t->side[0].stuck_since = t->side[1].stuck_since = SC_TIME_NONE;
}

/* Clocks of captures jump (wireshark's smtp-ssl goes over decades): a jump of a day restarts the waiting. */
static void set_clock(struct sc_tcp *t, sc_time when)
{
	sc_time step = t->clock == SC_TIME_NONE ? 0 : when - t->clock;
	if (step > DAY || step < -DAY)
		for (int i = 0; i < 2; i++)
			if (t->side[i].stuck_since != SC_TIME_NONE)
				t->side[i].stuck_since = when;
	if (t->clock == SC_TIME_NONE || step > 0 || step < -DAY)
		t->clock = when;
}

/* Stream offset of a sequence number, the one nearest to what was delivered. */
static int64_t offset_of(const struct sc_tcp_side *s, uint32_t seq)
{
	return (int64_t)s->next + (int32_t)(seq - (s->base + (uint32_t)s->next));
}

static uint64_t clip(int64_t offset)
{
	return offset < 0 ? 0 : (uint64_t)offset;
}

static uint64_t end_of(const struct sc_tcp_side *s, uint64_t offset)
{
	return s->fin && offset > s->fin_at ? s->fin_at : offset;
}

static void learn_base(struct sc_tcp_side *s, const struct sc_layers *l)
{
	bool syn = l->flags & SC_TCP_SYN;
	if (!s->known) {
		s->base = l->seq + syn;
		s->known = true;
	}
	if (syn && s->base == l->seq + 1)
		s->start = true;
}

/* Gives the offset in the other side's stream that this segment acknowledges. */
static uint64_t learn_ack(struct sc_tcp *t, enum sc_side side, const struct sc_layers *l)
{
	const struct sc_tcp_side *s = &t->side[side];
	struct sc_tcp_side *p = &t->side[sc_other(side)];
	if (!(l->flags & SC_TCP_ACK))
		return 0;
	if (!p->known) {
		p->base = l->ack;
		p->known = true;
		p->start = s->start;
	} else if ((l->flags & SC_TCP_SYN) && p->base == l->ack) {
		p->start = true;
	}
	uint64_t acked = end_of(p, clip(offset_of(p, l->ack)));
	uint64_t expected = p->top > p->acked ? p->top : p->acked;
	if (acked > expected + WINDOW) {
		t->quirks |= SC_QUIRK_BIT(tcp_bad_ack);
		return p->next;
	}
	if (acked > p->acked)
		p->acked = acked;
	return acked;
}

static bool reset_fits(const struct sc_tcp_side *s, const struct sc_layers *l)
{
	if (!s->known)
		return true;
	int64_t offset = offset_of(s, l->seq);
	uint64_t top = s->top > s->acked ? s->top : s->acked;
	return offset + 1 >= (int64_t)s->next && offset <= (int64_t)top + (1 << 20);
}

static void accept_reset(struct sc_tcp *t, const struct sc_tcp_env *env, enum sc_side side, const struct sc_layers *l)
{
	env->counters->octets_after_close += l->payload.len; /* a reset's payload is words for people, not stream */
	if (!reset_fits(&t->side[side], l)) {
		t->quirks |= SC_QUIRK_BIT(tcp_bad_reset);
		return;
	}
	(void)learn_ack(t, side, l);
	struct sc_tcp_side *s = &t->side[side];
	uint64_t sent = s->known ? end_of(s, clip(offset_of(s, l->seq))) : 0;
	if (sent > s->acked)
		s->acked = sent; /* its sequence number tells what the side had sent: it may be captured late */
	t->reset = true;
	t->reset_by = side;
}

/* Cuts from the front of the packet's run what lies before `offset`; gives the captured octets cut. */
static uint64_t cut_front(struct sc_tcp *t, int64_t from, uint64_t offset)
{
	uint64_t n = (uint64_t)((int64_t)offset - from);
	uint64_t data = n < t->now.bytes.len ? n : t->now.bytes.len;
	uint64_t cut = n - data < t->now_cut.bytes.len ? n - data : t->now_cut.bytes.len;
	t->now.bytes = sc_str_from(t->now.bytes, data);
	t->now_cut.bytes.len -= cut;
	t->now.offset = offset;
	t->now_cut.offset = offset + t->now.bytes.len;
	return data;
}

/* Cuts off what lies behind the stream's end. */
static void cut_back(struct sc_tcp *t, const struct sc_tcp_env *env, const struct sc_tcp_side *s)
{
	uint64_t end = t->now.offset + t->now.bytes.len;
	if (s->fin && end > s->fin_at) {
		uint64_t n = end - s->fin_at < t->now.bytes.len ? end - s->fin_at : t->now.bytes.len;
		t->now.bytes.len -= n;
		env->counters->octets_after_close += n;
		t->quirks |= n ? SC_QUIRK_BIT(tcp_after_close) : 0;
	}
	if (s->fin && t->now_cut.offset + t->now_cut.bytes.len > s->fin_at)
		t->now_cut.bytes.len = s->fin_at > t->now_cut.offset ? s->fin_at - t->now_cut.offset : 0;
}

/* Puts the packet's payload up as the run that may be delivered now. */
static void place(struct sc_tcp *t, const struct sc_tcp_env *env, enum sc_side side, const struct sc_layers *l,
	const struct sc_packet *pkt, uint64_t acked)
{
	struct sc_tcp_side *s = &t->side[side];
	struct sc_counters *c = env->counters;
	int64_t offset = offset_of(s, l->seq + ((l->flags & SC_TCP_SYN) != 0));
	if (offset > (int64_t)s->next + WINDOW || offset + WINDOW < (int64_t)s->next) {
		c->octets_out_of_window += l->payload.len;
		return;
	}
	int64_t end_offset = offset + (int64_t)l->wire_payload;
	if (s->fin_assumed && end_offset > (int64_t)s->fin_at) { /* the stream goes on: it was an octet after all */
		s->fin = s->fin_assumed = s->over = false;
		s->acked = s->next + 1;
	}
	if ((l->flags & SC_TCP_FIN) && !s->fin && offset + (int64_t)l->wire_payload >= (int64_t)s->next) {
		const struct sc_tcp_side *p = &t->side[sc_other(side)];
		s->fin = true;
		s->fin_at = clip(offset + (int64_t)l->wire_payload);
		s->fin_seen = l->flags & SC_TCP_ACK ? clip(offset_of(p, l->ack)) : 0;
		s->acked = end_of(s, s->acked);
	}
	t->now_side = side;
	t->now = (struct sc_segment){ clip(offset), l->payload, acked, pkt->when, pkt->number };
	t->now_cut = t->now;
	t->now_cut.offset += l->payload.len;
	t->now_cut.bytes = (sc_str){ NULL, l->wire_payload - l->payload.len };
	if (offset < 0 && !s->start)
		c->octets_before_start += cut_front(t, offset, 0);
	if (offset < (int64_t)s->next)
		c->octets_duplicate += cut_front(t, offset < 0 && !s->start ? 0 : offset, s->next);
	cut_back(t, env, s);
	uint64_t end = t->now_cut.offset + t->now_cut.bytes.len;
	if (end > s->top)
		s->top = end;
}

static void see_end(struct sc_tcp_side *s)
{
	if (s->fin && s->next >= s->fin_at)
		s->over = true;
}

void sc_tcp_accept(struct sc_tcp *t, const struct sc_tcp_env *env, enum sc_side side, const struct sc_layers *l,
	const struct sc_packet *pkt)
{
	struct sc_tcp_side *s = &t->side[side];
	set_clock(t, pkt->when);
	s->seen = true;
	s->packets++;
	s->truncated += l->payload.len < l->wire_payload;
	s->octets += l->payload.len;
	env->counters->octets_seen += l->payload.len;
	if (l->flags & SC_TCP_RST) {
		accept_reset(t, env, side, l);
		return;
	}
	if ((l->flags & SC_TCP_SYN) && l->wire_payload)
		t->quirks |= SC_QUIRK_BIT(tcp_syn_data);
	if (l->flags & SC_TCP_URG)
		t->quirks |= SC_QUIRK_BIT(tcp_urgent);
	learn_base(s, l);
	uint64_t acked = learn_ack(t, side, l);
	place(t, env, side, l, pkt, acked);
	see_end(s);
}

/* True when the run is next in its stream and the other side's octets that its sender had seen were given out. */
static bool ready(const struct sc_tcp *t, enum sc_side side, const struct sc_segment *seg)
{
	const struct sc_tcp_side *s = &t->side[side], *p = &t->side[sc_other(side)];
	return seg->offset <= s->next && (end_of(p, seg->acked) <= p->next || !p->known);
}

static void give(struct sc_tcp *t, const struct sc_tcp_env *env, enum sc_side side, const struct sc_segment *run)
{
	struct sc_tcp_side *s = &t->side[side];
	s->next += run->bytes.len;
	s->stuck_since = SC_TIME_NONE;
	if (sc_segment_is_gap(run)) {
		s->gap_octets += run->bytes.len;
		env->counters->gap_octets += run->bytes.len;
	} else {
		env->counters->octets_delivered += run->bytes.len;
	}
	see_end(s);
}

/* The common case: the packet's own payload, next in order, nothing waiting before it. */
static bool next_now(struct sc_tcp *t, const struct sc_tcp_env *env, enum sc_side *side, struct sc_segment *run)
{
	struct sc_segment *seg = t->now.bytes.len ? &t->now : &t->now_cut;
	if (!seg->bytes.len || t->side[t->now_side].early.first || !ready(t, t->now_side, seg))
		return false;
	*side = t->now_side;
	*run = *seg;
	seg->bytes.len = 0;
	give(t, env, *side, run);
	return true;
}

static void take_head(struct sc_tcp *t, const struct sc_tcp_env *env, enum sc_side side, struct sc_segment *run)
{
	struct sc_piece *piece = sc_pieces_take(&t->side[side].early);
	*run = piece->seg;
	t->spent = piece->block;
	give(t, env, side, run);
}

static bool next_kept(struct sc_tcp *t, const struct sc_tcp_env *env, enum sc_side *side, struct sc_segment *run)
{
	for (int i = 0; i < 2; i++) {
		const struct sc_piece *head = t->side[i].early.first;
		if (!head || !ready(t, (enum sc_side)i, &head->seg))
			continue;
		*side = (enum sc_side)i;
		take_head(t, env, *side, run);
		return true;
	}
	return false;
}

static bool waited(const struct sc_tcp *t, const struct sc_tcp_side *s, sc_time grace)
{
	return t->flushing || (s->stuck_since != SC_TIME_NONE && t->clock - s->stuck_since >= grace);
}

/* Octets of this side are missing and will not come any more. */
static bool lost(const struct sc_tcp *t, enum sc_side side)
{
	const struct sc_tcp_side *s = &t->side[side], *p = &t->side[sc_other(side)];
	if (s->given_up && !s->seen)
		return true; /* a capture of one side: waiting once was enough */
	if (s->early.octets >= EARLY_OCTETS || s->early.count >= EARLY_PIECES)
		return true;
	return waited(t, s, s->acked > s->next ? GRACE : p->seen ? GRACE_UNACKED : GRACE_ALONE);
}

/* How far this side is known to have sent, by acknowledgements and its FIN; not less than what was delivered. */
static uint64_t sent_end(const struct sc_tcp_side *s)
{
	uint64_t end = s->acked > s->next ? s->acked : s->next;
	return s->fin && s->fin_at > end ? s->fin_at : end;
}

/* Where the missing octets of this side end; s->next when none are missing.  Not beyond what the other side's waiting run
 * had acknowledged, so that the gap and that run come in the order in which they were sent. */
static uint64_t missing_until(const struct sc_tcp *t, enum sc_side side)
{
	const struct sc_tcp_side *s = &t->side[side], *p = &t->side[sc_other(side)];
	uint64_t end = sent_end(s);
	if (s->early.first && (s->early.first->seg.offset < end || end == s->next))
		end = s->early.first->seg.offset;
	if (p->early.first) {
		uint64_t seen = end_of(s, p->early.first->seg.acked);
		if (p->early.first->seg.offset == p->next && seen > s->next && seen < end)
			end = seen;
	}
	return end;
}

static bool next_gap(struct sc_tcp *t, const struct sc_tcp_env *env, enum sc_side *side, struct sc_segment *run)
{
	for (int i = 0; i < 2; i++) {
		struct sc_tcp_side *s = &t->side[i];
		uint64_t end = missing_until(t, (enum sc_side)i);
		if (end <= s->next || !lost(t, (enum sc_side)i))
			continue;
		s->given_up = true;
		bool closing = t->flushing || t->side[1 - i].fin;
		if (closing && !s->fin && end == s->next + 1 && end == s->top + 1 && !s->early.first) {
			s->fin = s->fin_assumed = true; /* one octet behind all data: the FIN was lost, not an octet */
			s->fin_at = s->acked = s->next;
			s->over = true;
			i = -1;
			continue;
		}
		*side = (enum sc_side)i;
		*run = (struct sc_segment){ .offset = s->next, .bytes = { NULL, end - s->next }, .when = t->clock,
			.acked = t->side[1 - i].next };
		give(t, env, *side, run);
		return true;
	}
	return false;
}

/* Two runs that wait for each other, as only forged numbers can: the client's goes first. */
static bool next_forced(struct sc_tcp *t, const struct sc_tcp_env *env, enum sc_side *side, struct sc_segment *run)
{
	for (int i = 0; i < 2; i++)
		if (missing_until(t, (enum sc_side)i) > t->side[i].next)
			return false; /* that is what the other waits for, and it will be given up in time */
	for (int i = 0; i < 2; i++) {
		struct sc_tcp_side *s = &t->side[i];
		if (!s->early.first || s->early.first->seg.offset != s->next || !waited(t, s, GRACE))
			continue;
		*side = (enum sc_side)i;
		take_head(t, env, *side, run);
		return true;
	}
	return false;
}

static bool stuck(const struct sc_tcp_side *s)
{
	return s->early.first || sent_end(s) > s->next;
}

bool sc_tcp_over(const struct sc_tcp *t)
{
	bool ended = t->reset || (t->side[0].over && t->side[1].over);
	return ended && !stuck(&t->side[0]) && !stuck(&t->side[1]);
}

static void give_spent(struct sc_tcp *t, const struct sc_tcp_env *env)
{
	if (t->spent)
		sc_blocks_give(env->store, t->spent);
	t->spent = NULL;
}

bool sc_tcp_next(struct sc_tcp *t, const struct sc_tcp_env *env, enum sc_side *side, struct sc_segment *run)
{
	give_spent(t, env);
	if (next_now(t, env, side, run))
		return true;
	if (!stuck(&t->side[0]) && !stuck(&t->side[1]) && !t->now.bytes.len && !t->now_cut.bytes.len)
		return false;
	sc_tcp_keep(t, env);
	if (next_kept(t, env, side, run) || next_gap(t, env, side, run) || next_forced(t, env, side, run))
		return true;
	for (int i = 0; i < 2; i++) {
		struct sc_tcp_side *s = &t->side[i];
		if (!stuck(s))
			s->stuck_since = SC_TIME_NONE;
		else if (s->stuck_since == SC_TIME_NONE)
			s->stuck_since = t->clock;
	}
	return false;
}

void sc_tcp_keep(struct sc_tcp *t, const struct sc_tcp_env *env)
{
	bool conflict = false;
	struct sc_pieces *early = &t->side[t->now_side].early;
	if (t->now.bytes.len) {
		uint32_t had = early->octets;
		size_t taken = sc_pieces_add(early, env->store, &t->now, EARLY_OCTETS, &conflict);
		SC_ASSERT(early->octets - had == taken);
		/* What was not taken is held already, or there was no room for it. */
		bool full = sc_blocks_short(env->store) || early->octets >= EARLY_OCTETS || early->count >= EARLY_PIECES;
		*(full ? &env->counters->octets_dropped : &env->counters->octets_duplicate) += t->now.bytes.len - taken;
	}
	if (t->now_cut.bytes.len)
		(void)sc_pieces_add(early, env->store, &t->now_cut, EARLY_OCTETS, &conflict);
	if (conflict)
		t->quirks |= SC_QUIRK_BIT(tcp_overlap_conflict);
	t->now.bytes.len = t->now_cut.bytes.len = 0;
}

bool sc_tcp_waits(const struct sc_tcp *t)
{
	return t->side[0].stuck_since != SC_TIME_NONE || t->side[1].stuck_since != SC_TIME_NONE;
}

void sc_tcp_tick(struct sc_tcp *t, sc_time now)
{
	set_clock(t, now);
}

void sc_tcp_flush(struct sc_tcp *t)
{
	t->flushing = true;
}

void sc_tcp_clear(struct sc_tcp *t, const struct sc_tcp_env *env)
{
	give_spent(t, env);
	for (int i = 0; i < 2; i++) {
		env->counters->octets_dropped += t->side[i].early.octets;
		sc_pieces_clear(&t->side[i].early, env->store);
	}
}
