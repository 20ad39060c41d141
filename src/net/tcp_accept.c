/* tcp_accept.c - takes a segment in as its receiver does: judges it, learns from it, and puts its octets up.
 *
 * In the order of Linux's receiver: checksum, flags, timestamp (PAWS), window, RST, SYN, acknowledgement, data, FIN.  A
 * segment that fails is kept in doubt (tcp_doubt.c).  RFC 9293 3.10.7.4; RFC 5961: a RST counts only when it stands
 * exactly where the next octet is due, and a SYN inside a connection is nothing.
 */
#include "net/tcp_inside.h"

#define DAY   (86400 * SC_SECOND)
#define SACKS 4 /* blocks that a receiver remembers */
#define SHORT 512 /* octets: no command is longer (RFC 5321 4.5.3.1.4), and no reply line */

/* Clocks of captures jump (wireshark's smtp-ssl goes over decades): a jump of a day restarts the waiting. */
void sc_tcp_set_clock(struct sc_tcp *t, sc_time when)
{
	sc_time step = t->clock == SC_TIME_NONE ? 0 : when - t->clock;
	if (step > DAY || step < -DAY)
		for (int i = 0; i < 2; i++)
			if (t->side[i].stuck_since != SC_TIME_NONE)
				t->side[i].stuck_since = when;
	if (t->clock == SC_TIME_NONE || step > 0 || step < -DAY)
		t->clock = when;
}

/* Forgets what waits from `limit` on. */
static void forget(struct sc_tcp *t, const struct sc_tcp_env *env, struct sc_tcp_side *s, uint64_t limit)
{
	struct sc_pieces old = s->early;
	struct sc_piece *piece;
	if (!old.last || old.last->seg.offset + old.last->seg.bytes.len <= limit)
		return;
	s->early = (struct sc_pieces){ 0 };
	while ((piece = sc_pieces_take(&old))) {
		struct sc_segment *seg = &piece->seg;
		uint64_t keep = seg->offset >= limit ? 0 : limit - seg->offset;
		uint64_t cut = keep < seg->bytes.len ? seg->bytes.len - keep : 0;
		seg->bytes.len -= cut;
		env->counters->octets_after_close += sc_segment_is_gap(seg) ? 0 : cut;
		if (seg->bytes.len)
			sc_pieces_append(&s->early, piece);
		else if (piece->block == t->lent)
			t->spent = t->lent;
		else
			sc_blocks_give(env->store, piece->block);
	}
}

void sc_tcp_see_end(struct sc_tcp *t, const struct sc_tcp_env *env, enum sc_side side)
{
	struct sc_tcp_side *s = &t->side[side];
	if (!s->fin || s->next < s->fin_at)
		return;
	s->over = true;
	if (s->early.first) {
		forget(t, env, s, s->fin_at);
		t->quirks |= SC_QUIRK_BIT(tcp_after_close);
	}
}

/* The FIN that was waited for does not count; another may. */
static void drop_fin(struct sc_tcp_side *s)
{
	s->fin = s->fin_later > s->fin_at;
	s->fin_at = s->fin_later;
	s->fin_from = s->fin_later_from;
	s->fin_later = 0;
}

/* An acknowledgement beyond a FIN's octet shows that the FIN was not taken, one of it that it was. */
static void prove_fin(struct sc_tcp_side *s, uint64_t acked)
{
	if (!s->fin || s->over || acked <= s->fin_at)
		return;
	if (acked > s->fin_at + 1)
		drop_fin(s);
	s->fin_sure = s->fin && acked == s->fin_at + 1;
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
	uint64_t acked = sc_tcp_clip(sc_tcp_offset(p, l->ack));
	uint64_t expected = p->top > p->acked ? p->top : p->acked;
	if (acked > expected + SC_TCP_WINDOW) {
		t->quirks |= SC_QUIRK_BIT(tcp_bad_ack);
		return p->next;
	}
	prove_fin(p, acked);
	acked = sc_tcp_within(p, acked);
	if (acked > p->acked)
		p->acked = acked;
	return acked;
}

/* A segment offers a window that begins at `acked` of the stream of `p`; -1: how large is not known. */
static void learn_window(struct sc_tcp_side *p, const struct sc_layers *l, uint64_t acked, int64_t window)
{
	if (window < 0 || !(l->flags & SC_TCP_ACK))
		return;
	uint64_t edge = acked + (uint64_t)window;
	if (edge > p->to.edge || !p->to.edged)
		p->to.edge = edge;
	p->to.edged = true;
}

/* Which of more runs than it remembers the receiver of `p` reported last. */
static void learn_report(struct sc_tcp_side *p, const struct sc_layers *l)
{
	uint32_t blocks[4][2];
	int n = sc_receiver_sacks(l, blocks);
	p->reported = 0;
	for (int i = 0; i < n; i++) {
		uint64_t end = sc_tcp_clip(sc_tcp_offset(p, blocks[i][1]));
		p->reported = end > p->reported ? end : p->reported;
	}
}

/* What the other side learns from a segment that it takes; gives the offset that the segment acknowledges. */
static uint64_t learn(struct sc_tcp *t, enum sc_side side, const struct sc_layers *l)
{
	struct sc_tcp_side *s = &t->side[side], *p = &t->side[sc_other(side)];
	if (!s->known) {
		s->base = l->seq + ((l->flags & SC_TCP_SYN) != 0);
		s->known = true;
	}
	if (l->flags & SC_TCP_SYN)
		s->start = true;
	int64_t begin = sc_tcp_offset(s, l->seq + ((l->flags & SC_TCP_SYN) != 0));
	sc_tcp_see_sent(s, l);
	uint64_t acked = learn_ack(t, side, l);
	int64_t window = sc_receiver_learn(&s->to, &p->to, l, begin <= (int64_t)s->acked);
	learn_window(p, l, sc_tcp_clip(sc_tcp_offset(p, l->ack)), window);
	return acked;
}

/* A bare FIN where a closed window begins is taken, but not when octets before it are missing; nor behind octets that were
 * had before. */
static unsigned judge_window(const struct sc_tcp_side *s, const struct sc_layers *l)
{
	int64_t begin = sc_tcp_offset(s, l->seq), edge = (int64_t)s->to.edge, end = begin + (int64_t)l->wire_payload;
	if (l->wire_payload && end > edge)
		return begin <= edge ? SC_REFUSE_BEYOND : SC_REFUSE_OUTSIDE;
	if (!(l->flags & SC_TCP_FIN) || end < edge)
		return 0;
	int64_t due = (int64_t)sc_tcp_held(s).due;
	return (!l->wire_payload && begin > due) || (l->wire_payload && end == due) ? SC_REFUSE_OUTSIDE : 0;
}

/* The refusals by numbers: window and acknowledgement. */
static unsigned judge_numbers(const struct sc_tcp *t, enum sc_side side, const struct sc_layers *l)
{
	const struct sc_tcp_side *s = &t->side[side], *p = &t->side[sc_other(side)];
	unsigned refusals = s->to.edged ? judge_window(s, l) : 0;
	if (!(l->flags & SC_TCP_ACK) || !p->to.heard)
		return refusals;
	int64_t acked = sc_tcp_offset(p, l->ack), least = (int64_t)p->acked - (int64_t)s->to.widest;
	if (acked > (int64_t)p->to.sent)
		refusals |= SC_REFUSE_FAR_ACK;
	else if (p->start && s->to.widest && acked < (least > 0 ? least : 0))
		refusals |= SC_REFUSE_OLD_ACK; /* RFC 5961 5.2 */
	return refusals;
}

enum fit { FIT_NOT, FIT_MAYBE, FIT_LIKELY, FIT_EXACT };

/* Linux takes a reset also at the end of the last block that it reported in a SACK option; and one whose octets reach beyond
 * the window when nothing waits for its reader, which no packet tells. */
static enum fit reset_fit(const struct sc_tcp *t, enum sc_side side, uint32_t seq, uint32_t octets)
{
	const struct sc_tcp_side *s = &t->side[side], *p = &t->side[sc_other(side)];
	if (!s->known)
		return FIT_EXACT;
	struct sc_tcp_held held = sc_tcp_held(s);
	int64_t offset = sc_tcp_offset(s, seq), next = (int64_t)held.due, top = (int64_t)s->top;
	if (top < (int64_t)s->to.sent)
		top = (int64_t)s->to.sent;
	if (!p->seen)
		return offset + 1 >= next && offset <= top + (1 << 20) ? FIT_EXACT : FIT_NOT;
	bool beyond = octets && s->to.edged && offset + (int64_t)octets > (int64_t)s->to.edge;
	if (offset == next || (s->over && offset == next + 1))
		return beyond ? FIT_MAYBE : FIT_EXACT;
	int64_t last = (int64_t)held.top + (s->fin && s->fin_at == held.top);
	if (held.runs && s->to.offer.sacks && p->to.offer.sacks && offset == last)
		return held.runs > SACKS && s->reported != held.top && s->newest != held.top ? FIT_MAYBE : beyond ? FIT_LIKELY : FIT_EXACT;
	return offset + 1 >= (int64_t)s->acked && offset <= top + (1 << 20) ? FIT_MAYBE : FIT_NOT;
}

/* Its sequence number tells what the side had sent: that may be captured late; unless it stands behind a hole, of which
 * the receiver had told.  Where the receiver is not captured nobody can tell of one. */
static void reset_at(struct sc_tcp *t, const struct sc_tcp_env *env, enum sc_side side, uint32_t seq)
{
	struct sc_tcp_side *s = &t->side[side];
	uint64_t sent = s->known ? sc_tcp_within(s, sc_tcp_clip(sc_tcp_offset(s, seq))) : 0;
	if (sent > s->acked && (!s->early.first || !t->side[sc_other(side)].seen))
		s->acked = sent;
	if (!t->reset)
		t->reset_by = side;
	t->reset = s->reset = true;
	t->reset_when = t->clock;
	s->limit = s->acked > s->next ? s->acked : s->next;
	forget(t, env, s, s->limit);
	s->fin_later = 0;
	if (s->fin && s->fin_at > s->limit) /* it was not reached any more */
		s->fin = s->fin_sure = false;
}

static void take_reset(struct sc_tcp *t, const struct sc_tcp_env *env, enum sc_side side, uint32_t seq)
{
	reset_at(t, env, side, seq);
	t->reset_waits = false;
}

static void accept_reset(struct sc_tcp *t, const struct sc_tcp_env *env, enum sc_side side, const struct sc_layers *l)
{
	enum fit fit = reset_fit(t, side, l->seq, l->wire_payload);
	if (t->side[side].reset)
		return;
	if (fit == FIT_NOT) {
		t->quirks |= SC_QUIRK_BIT(tcp_bad_reset);
	} else if (fit != FIT_EXACT) {
		if (t->reset_waits && t->reset_likely && fit == FIT_MAYBE)
			return; /* the likelier one is waited for */
		t->reset_waits = true;
		t->reset_likely = fit == FIT_LIKELY;
		t->reset_by = side;
		t->reset_seq = l->seq;
		t->reset_octets = l->wire_payload;
		t->reset_when = t->clock;
	} else {
		if (!(judge_numbers(t, side, l) & SC_REFUSE_FAR_ACK))
			(void)learn_ack(t, side, l);
		take_reset(t, env, side, l->seq);
	}
}

void sc_tcp_decide_reset(struct sc_tcp *t, const struct sc_tcp_env *env)
{
	bool late = t->clock - t->reset_when <= SC_TCP_SLACK;
	if (!t->flushing && (!late || reset_fit(t, t->reset_by, t->reset_seq, t->reset_octets) != FIT_EXACT))
		return;
	if (t->reset)
		t->reset_waits = false;
	else
		take_reset(t, env, t->reset_by, t->reset_seq);
}

/* A side that was reset reads no more: what comes later than a capture's disorder counts no more. */
static void close_reset(struct sc_tcp *t, const struct sc_tcp_env *env, enum sc_side side)
{
	struct sc_tcp_side *s = &t->side[side];
	if (!t->side[sc_other(side)].reset || s->reset || t->clock - t->reset_when <= SC_TCP_SLACK)
		return;
	s->reset = true;
	s->limit = sc_tcp_held(s).due;
	forget(t, env, s, s->limit);
}

/* A reset that may or may not have fitted did not when its receiver goes on. */
static void see_resets(struct sc_tcp *t, enum sc_side side, const struct sc_layers *l)
{
	if (!t->reset_waits || side == t->reset_by || (l->wire_payload && t->clock - t->reset_when <= SC_TCP_SLACK))
		return;
	t->reset_waits = false;
	t->quirks |= SC_QUIRK_BIT(tcp_bad_reset);
}

/* Farther from what is due than any window is. */
static bool far_away(const struct sc_tcp_side *s, const struct sc_layers *l)
{
	int64_t offset = sc_tcp_offset(s, l->seq);
	return offset > (int64_t)s->next + SC_TCP_WINDOW || offset + SC_TCP_WINDOW < (int64_t)s->next;
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
static void cut_back(struct sc_tcp *t, const struct sc_tcp_env *env, enum sc_side side)
{
	const struct sc_tcp_side *s = &t->side[side];
	if (!s->over && !s->fin_sure && !s->reset)
		return;
	uint64_t limit = s->reset ? s->limit : s->fin_at;
	uint64_t end = t->now.offset + t->now.bytes.len;
	if (end > limit) {
		uint64_t n = end - limit < t->now.bytes.len ? end - limit : t->now.bytes.len;
		t->now.bytes.len -= n;
		env->counters->octets_after_close += n;
		t->quirks |= n ? SC_QUIRK_BIT(tcp_after_close) : 0;
	}
	if (t->now_cut.offset + t->now_cut.bytes.len > limit)
		t->now_cut.bytes.len = limit > t->now_cut.offset ? limit - t->now_cut.offset : 0;
}

/* A segment covers the place of a FIN that waits behind a hole: whose word counts is as with any octet. */
static void contest_fin(struct sc_tcp_side *s, struct sc_claim claim)
{
	if (s->over || s->fin_sure || sc_tcp_held(s).due >= s->fin_at)
		return;
	uint64_t begin = claim.from;
	claim.apart = sc_tcp_fin_before(s, begin);
	claim.from = sc_pieces_join(&s->early, &claim);
	if (begin <= s->fin_later && claim.to > s->fin_later && sc_claim_beats(&claim, s->fin_later_from, s->fin_later + 1))
		s->fin_later = 0;
	if (begin <= s->fin_at && claim.to > s->fin_at && sc_claim_beats(&claim, s->fin_from, s->fin_at + 1))
		drop_fin(s);
}

static bool see_fin(struct sc_tcp *t, const struct sc_tcp_env *env, enum sc_side side, const struct sc_layers *l, int64_t offset)
{
	struct sc_tcp_side *s = &t->side[side];
	const struct sc_tcp_side *p = &t->side[sc_other(side)];
	int64_t end = offset + (int64_t)l->wire_payload;
	if (s->over || s->reset || s->fin_sure || end < (int64_t)s->next || (s->fin && end == (int64_t)s->fin_at))
		return false;
	struct sc_claim claim = { .rule = env->rule, .weak = t->now_weak != 0, .from = sc_tcp_clip(offset),
		.to = sc_tcp_clip(end) + 1 };
	uint64_t from = claim.from = sc_pieces_join(&s->early, &claim);
	if (offset > (int64_t)s->next && sc_pieces_keep(&s->early, sc_tcp_clip(end), &claim))
		return false;
	if (s->fin && end > (int64_t)s->fin_at) {
		bool nearer = !s->fin_later || end < (int64_t)s->fin_later;
		s->fin_later = nearer ? sc_tcp_clip(end) : s->fin_later;
		s->fin_later_from = nearer ? from : s->fin_later_from;
		return false;
	}
	if (s->fin) {
		s->fin_later = s->fin_at;
		s->fin_later_from = s->fin_from;
	}
	s->fin = true;
	s->fin_at = sc_tcp_clip(end);
	s->fin_from = from;
	s->fin_seen = l->flags & SC_TCP_ACK ? sc_tcp_clip(sc_tcp_offset(p, l->ack)) : 0;
	s->acked = sc_tcp_within(s, s->acked);
	return true;
}

/* Marks the octet before the urgent pointer, as Linux and BSD do (RFC 6093 3.1); a later mark takes the place of one that
 * was not reached. */
static void see_urgent(struct sc_tcp *t, enum sc_side side, const struct sc_layers *l, int64_t offset)
{
	struct sc_tcp_side *s = &t->side[side];
	int64_t at = offset + (l->urgent ? l->urgent - 1 : 0);
	t->quirks |= SC_QUIRK_BIT(tcp_urgent);
	if (at < (int64_t)s->next || (s->urgent && at <= (int64_t)s->urgent_at))
		return;
	s->urgent = true;
	s->urgent_at = (uint64_t)at;
}

/* Octets in a word: not keyed, and no more than a hint. */
static uint32_t sum_of(sc_str s)
{
	const uint64_t factor = UINT64_C(0x9e3779b97f4a7c15);
	uint64_t sum = s.len, word = 0;
	size_t i = 0;
	for (; i + sizeof(word) <= s.len; i += sizeof(word)) {
		memcpy(&word, s.at + i, sizeof(word));
		sum = (sum ^ word) * factor;
		sum ^= sum >> 32;
	}
	for (word = 0; i < s.len; i++)
		word = word << 8 | (unsigned char)s.at[i];
	sum = (sum ^ word) * factor;
	return (uint32_t)(sum >> 32);
}

/* What is delivered is not kept.  But of the last segment of the size of commands and replies it is known what it said. */
static void note_short(struct sc_tcp_side *s, const struct sc_layers *l)
{
	if (l->payload.len <= 1 || l->payload.len > SHORT) /* one octet may be a keepalive's */
		return;
	s->short_len = (uint16_t)l->payload.len;
	s->short_seq = l->seq;
	s->short_sum = sum_of(l->payload);
}

/* Other octets than those of the last short segment stand in its place: whoever took these read something else. */
static void see_other_text(struct sc_tcp *t, enum sc_side side, const struct sc_layers *l)
{
	const struct sc_tcp_side *s = &t->side[side];
	uint32_t from = s->short_seq - l->seq;
	if (s->short_len && l->payload.len > 1 && from < l->payload.len && l->payload.len - from >= s->short_len &&
	    sum_of(sc_str_slice(l->payload, from, s->short_len)) != s->short_sum)
		t->quirks |= SC_QUIRK_BIT(tcp_overlap_conflict);
}

/* Puts the packet's payload up as the run that may be delivered now. */
static void place(struct sc_tcp *t, const struct sc_tcp_env *env, enum sc_side side, const struct sc_layers *l,
	const struct sc_packet *pkt, uint64_t acked)
{
	struct sc_tcp_side *s = &t->side[side];
	struct sc_counters *c = env->counters;
	int64_t offset = sc_tcp_offset(s, l->seq), end = offset + (int64_t)l->wire_payload;
	if (s->fin_assumed && end > (int64_t)s->fin_at) { /* the stream goes on: it was an octet after all */
		s->fin = s->fin_assumed = s->over = false;
		s->acked = s->next + 1;
	}
	if (s->fin && l->wire_payload && !t->now_weak)
		contest_fin(s, (struct sc_claim){ .rule = env->rule, .from = sc_tcp_clip(offset),
			.to = sc_tcp_clip(end) + ((l->flags & SC_TCP_FIN) != 0) });
	t->now_fin = (l->flags & SC_TCP_FIN) && !(t->now_weak & SC_REFUSE_OUTSIDE) && see_fin(t, env, side, l, offset);
	if ((l->flags & SC_TCP_URG) && end >= (int64_t)s->acked && !t->now_weak) /* older ones are not looked at */
		see_urgent(t, side, l, offset);
	t->now_side = side;
	t->now = (struct sc_segment){ sc_tcp_clip(offset), l->payload, acked, pkt->when, pkt->number };
	t->now_cut = t->now;
	t->now_cut.offset += l->payload.len;
	t->now_cut.bytes = (sc_str){ NULL, l->wire_payload - l->payload.len };
	if (offset < 0 && !s->start)
		c->octets_before_start += cut_front(t, offset, 0);
	if (offset < (int64_t)s->next && !t->now_weak)
		see_other_text(t, side, l);
	else if (offset == (int64_t)s->next && !t->now_weak && l->payload.len == l->wire_payload)
		note_short(s, l);
	if (offset < (int64_t)s->next)
		c->octets_duplicate += cut_front(t, offset < 0 && !s->start ? 0 : offset, s->next);
	cut_back(t, env, side);
	uint64_t top = t->now_cut.offset + t->now_cut.bytes.len;
	if (top > s->top)
		s->top = top;
	if (t->now.offset > s->next)
		s->newest = top;
}

static void count(const struct sc_tcp_env *env, struct sc_tcp_side *s, const struct sc_layers *l, sc_time when)
{
	s->seen = true;
	s->packets++;
	s->truncated += l->payload.len < l->wire_payload;
	s->octets += l->payload.len;
	env->counters->octets_seen += l->payload.len;
	env->counters->packets_mirrored += sc_receiver_mirrored(&s->to, l, when);
}

/* A SYN opens; one inside a connection, or the same again, is ignored (RFC 5961 4).  Its data wait for an acknowledgement
 * that shows that they were taken (RFC 7413). */
static void accept_syn(struct sc_tcp *t, const struct sc_tcp_env *env, enum sc_side side, const struct sc_layers *l,
	const struct sc_packet *pkt)
{
	struct sc_tcp_side *s = &t->side[side];
	bool other = s->known && s->base != l->seq + 1;
	if (other)
		t->quirks |= SC_QUIRK_BIT(tcp_syn_inside);
	if (other || (s->start && s->to.heard)) {
		env->counters->octets_refused += l->payload.len;
		return;
	}
	s->to.offer = sc_tcp_offer(l);
	(void)learn(t, side, l);
	if (l->wire_payload)
		sc_tcp_refuse(t, env, side, l, pkt, SC_REFUSE_SYN);
}

/* Nearly every segment of a plain connection: it stands where the next octet is due, inside the window, and
 * acknowledges what was delivered, so that it is given out at once and leaves the connection as plain as it was.  What
 * this does is what the long way comes to then.  False: nothing was done. */
static bool accept_plain(struct sc_tcp *t, enum sc_side side, const struct sc_layers *l, const struct sc_packet *pkt)
{
	struct sc_tcp_side *s = &t->side[side], *p = &t->side[sc_other(side)];
	int64_t acked = sc_tcp_offset(p, l->ack);
	uint64_t end = s->next + l->payload.len;
	if ((l->flags & ~(unsigned)(SC_TCP_PSH | SC_TCP_ECE | SC_TCP_CWR)) != SC_TCP_ACK || l->payload.len < l->wire_payload ||
		l->seq != s->base + (uint32_t)s->next || (l->payload.len && s->to.edged && end > s->to.edge))
		return false;
	if (acked < (int64_t)p->acked || acked > (int64_t)p->next || acked > (int64_t)p->to.sent)
		return false;
	if (end > s->to.sent)
		s->to.sent = end;
	p->acked = (uint64_t)acked;
	learn_window(p, l, p->acked, sc_receiver_learn(&s->to, &p->to, l, s->next <= s->acked));
	t->now_fin = false;
	t->now_weak = 0;
	t->now_side = side;
	t->now = (struct sc_segment){ s->next, l->payload, p->acked, pkt->when, pkt->number };
	if (end > s->top)
		s->top = end;
	note_short(s, l);
	return true;
}

/* A reset without ACK answers a segment of a connection that its sender does not know (RFC 9293 3.10.7.1): when that may
 * have been reset before, it was.  Octets behind a FIN are answered so too (RFC 1122 4.2.2.13). */
static bool knows_nothing(const struct sc_tcp *t, enum sc_side side, const struct sc_layers *l)
{
	bool answer = (l->flags & (SC_TCP_RST | SC_TCP_ACK)) == SC_TCP_RST;
	return answer && t->reset_waits && side != t->reset_by && !t->side[t->reset_by].over;
}

/* A segment with SYN or RST. */
static void accept_control(struct sc_tcp *t, const struct sc_tcp_env *env, enum sc_side side, const struct sc_layers *l,
	const struct sc_packet *pkt, unsigned refusals)
{
	if (l->flags & SC_TCP_RST)
		env->counters->octets_after_close += l->payload.len; /* words for people, not stream */
	else if (refusals)
		env->counters->octets_refused += l->payload.len;
	if (refusals)
		t->quirks |= SC_QUIRK_BIT(tcp_bad_checksum);
	else if (knows_nothing(t, side, l))
		take_reset(t, env, t->reset_by, t->reset_seq);
	else if (l->flags & SC_TCP_RST)
		accept_reset(t, env, side, l);
	else
		accept_syn(t, env, side, l, pkt);
}

static void accept_odd(struct sc_tcp *t, const struct sc_tcp_env *env, enum sc_side side, const struct sc_layers *l,
	const struct sc_packet *pkt, unsigned refusals)
{
	struct sc_tcp_side *s = &t->side[side], *p = &t->side[sc_other(side)];
	t->plain = false;
	if (l->flags & (SC_TCP_RST | SC_TCP_SYN)) {
		accept_control(t, env, side, l, pkt, refusals);
		return;
	}
	if (s->known && far_away(s, l)) {
		env->counters->octets_out_of_window += l->payload.len;
		return;
	}
	if (s->known)
		refusals |= judge_numbers(t, side, l);
	if (t->reset)
		close_reset(t, env, side);
	bool weak = refusals && !(refusals & ~(unsigned)(SC_REFUSE_FAR_ACK | SC_REFUSE_OUTSIDE));
	t->now_weak = weak ? refusals : 0;
	if (weak) {
		if (refusals & SC_REFUSE_FAR_ACK)
			sc_tcp_claim(t, side, l);
		sc_tcp_see_sent(s, l);
		place(t, env, side, l, pkt, sc_tcp_clip(sc_tcp_offset(p, l->ack)));
	} else if (refusals) {
		sc_tcp_refuse(t, env, side, l, pkt, refusals);
		return;
	} else {
		see_resets(t, side, l);
		place(t, env, side, l, pkt, learn(t, side, l));
		if (p->early.count > SACKS)
			learn_report(p, l);
		if (p->doubt.first)
			sc_tcp_see_answer(t, env, side, l);
	}
	sc_tcp_see_end(t, env, side);
}

void sc_tcp_accept(struct sc_tcp *t, const struct sc_tcp_env *env, enum sc_side side, const struct sc_layers *l,
	const struct sc_packet *pkt)
{
	struct sc_tcp_side *s = &t->side[side];
	sc_tcp_set_clock(t, pkt->when);
	count(env, s, l, pkt->when);
	if (!t->plain && sc_tcp_doubts(t))
		(void)sc_tcp_settle(t, env, false);
	unsigned refusals = sc_receiver_judge(&s->to, &t->side[sc_other(side)].to, l);
	s->to.latest = pkt->when;
	if (!t->plain || refusals || !accept_plain(t, side, l, pkt))
		accept_odd(t, env, side, l, pkt, refusals);
}
