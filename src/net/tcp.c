/* tcp.c - reassembly of one TCP connection as its receivers read it; see tcp.h.
 *
 * Trusts nothing: sequence and acknowledgement numbers are unwrapped against what was seen and bounded.  Which copy counts
 * when octets come twice is the receiver's choice.  Nothing is allocated but blocks of the engine's store, and only for octets that
 * cannot be delivered at once.
 */
#include "net/tcp_inside.h"


void sc_tcp_open(struct sc_tcp *t)
{
	*t = (struct sc_tcp){ .clock = SC_TIME_NONE };
	for (int i = 0; i < 2; i++)
		t->side[i].stuck_since = t->side[i].proven_since = t->side[i].to.latest = SC_TIME_NONE;
}

static bool waited(const struct sc_tcp *t, const struct sc_tcp_side *s, sc_time grace)
{
	return t->flushing || (s->stuck_since != SC_TIME_NONE && t->clock - s->stuck_since >= grace);
}

/* True when the run is next in its stream and the other side's octets that its sender had seen were given out.  Octets of
 * which a refused copy may well have been taken wait a little for the acknowledgement that tells. */
static bool ready(const struct sc_tcp *t, enum sc_side side, const struct sc_segment *seg)
{
	const struct sc_tcp_side *s = &t->side[side], *p = &t->side[sc_other(side)];
	bool behind_reset = t->reset_waits && t->reset_likely && side == t->reset_by && seg->when > t->reset_when;
	if ((behind_reset || (s->doubt.first && sc_tcp_contested(s, seg))) && !waited(t, s, SC_TCP_GRACE))
		return false;
	return seg->offset <= s->next && (sc_tcp_within(p, seg->acked) <= p->next || !p->known);
}

/* Nothing shows yet that the head of what waits was taken.  That what it acknowledges was sent does, if it was captured a
 * moment later; after that the other side's word counts. */
static bool weak(const struct sc_tcp *t, enum sc_side side, const struct sc_piece *head)
{
	const struct sc_tcp_side *s = &t->side[side], *p = &t->side[sc_other(side)];
	if (!head->weak || head->seg.offset < s->acked || sc_tcp_silent(t, p, head->seg.when))
		return false;
	return head->why & SC_REFUSE_OUTSIDE || p->to.sent < head->seg.acked || p->to.latest - head->seg.when > SC_TCP_SLACK;
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
	sc_tcp_see_end(t, env, side);
}

/* An octet is read beside the stream: what stands behind it moves up by one, as if it had not been sent. */
static void close_up(struct sc_tcp *t, enum sc_side side)
{
	struct sc_tcp_side *s = &t->side[side], *p = &t->side[sc_other(side)];
	uint64_t *own[] = { &s->top, &s->acked, &s->fin_at, &s->fin_from, &s->to.edge, &s->to.sent, &s->claim, &s->limit, &s->fin_later,
		&s->fin_later_from, &s->reported, &s->newest, &p->fin_seen };
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		*own[i] -= *own[i] > s->next;
	struct sc_piece *queues[] = { s->early.first, s->doubt.first, p->early.first, p->doubt.first };
	for (int i = 0; i < 4; i++) {
		for (struct sc_piece *piece = queues[i]; piece; piece = piece->next) {
			uint64_t *offset = i < 2 ? &piece->seg.offset : &piece->seg.acked;
			*offset -= *offset > s->next;
			piece->from -= i < 2 && piece->from > s->next;
		}
	}
	s->base++;
	s->urgent = false;
}

/* How much of `run` comes before the urgent octet. */
static size_t before_urgent(const struct sc_tcp_side *s, const struct sc_segment *run)
{
	if (!s->urgent || sc_segment_is_gap(run) || s->urgent_at < run->offset ||
		s->urgent_at - run->offset >= run->bytes.len)
		return run->bytes.len;
	return (size_t)(s->urgent_at - run->offset);
}

/* The common case: the packet's own payload, next in order, nothing waiting before it. */
static bool next_now(struct sc_tcp *t, const struct sc_tcp_env *env, enum sc_side *side, struct sc_segment *run)
{
	struct sc_segment *seg = t->now.bytes.len ? &t->now : &t->now_cut;
	const struct sc_tcp_side *s = &t->side[t->now_side];
	if (!seg->bytes.len || s->early.first || s->urgent || t->now_weak || !ready(t, t->now_side, seg))
		return false;
	*side = t->now_side;
	*run = *seg;
	seg->bytes.len = 0;
	give(t, env, *side, run);
	return true;
}

static void take_head(struct sc_tcp *t, const struct sc_tcp_env *env, enum sc_side side, struct sc_segment *run)
{
	struct sc_pieces *early = &t->side[side].early;
	*run = early->first->seg;
	run->bytes.len = before_urgent(&t->side[side], run);
	if (run->bytes.len < early->first->seg.bytes.len) {
		t->lent = early->first->block; /* whoever drops the rest leaves the block to the run */
		sc_pieces_trim(early, run->bytes.len);
	} else {
		t->spent = sc_pieces_take(early)->block;
	}
	give(t, env, side, run);
	t->lent = NULL;
}

/* Takes the urgent octet off what comes next; false: that does not begin with it. */
static bool skip_urgent(struct sc_tcp *t, const struct sc_tcp_env *env, enum sc_side side)
{
	struct sc_tcp_side *s = &t->side[side];
	struct sc_piece *head = s->early.first;
	if (!s->urgent || s->urgent_at != s->next || head->seg.offset != s->next || sc_segment_is_gap(&head->seg))
		return false;
	env->counters->octets_urgent++;
	if (head->seg.bytes.len == 1)
		sc_blocks_give(env->store, sc_pieces_take(&s->early)->block);
	else
		sc_pieces_trim(&s->early, 1);
	close_up(t, side);
	sc_tcp_see_end(t, env, side);
	return true;
}

static bool next_kept(struct sc_tcp *t, const struct sc_tcp_env *env, enum sc_side *side, struct sc_segment *run)
{
	for (int i = 0; i < 2; i++) {
		const struct sc_piece *head = t->side[i].early.first;
		if (!head || weak(t, (enum sc_side)i, head) || !ready(t, (enum sc_side)i, &head->seg))
			continue;
		if (skip_urgent(t, env, (enum sc_side)i)) {
			i--;
			continue;
		}
		*side = (enum sc_side)i;
		take_head(t, env, *side, run);
		return true;
	}
	return false;
}

/* Octets of this side are missing and will not come any more. */
static bool lost(const struct sc_tcp *t, enum sc_side side)
{
	const struct sc_tcp_side *s = &t->side[side], *p = &t->side[sc_other(side)];
	if (s->given_up && !s->seen)
		return true; /* a capture of one side: waiting once was enough */
	if (s->early.octets >= SC_TCP_EARLY_OCTETS || s->early.count >= SC_TCP_EARLY_PIECES)
		return true;
	return waited(t, s, s->acked > s->next ? SC_TCP_GRACE : p->seen ? SC_TCP_GRACE_UNACKED : SC_TCP_GRACE_ALONE);
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
		uint64_t seen = sc_tcp_within(s, p->early.first->seg.acked);
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
		if (s->doubt.first && sc_tcp_settle(t, env, true)) {
			if (next_kept(t, env, side, run))
				return true;
			i = -1;
			continue;
		}
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
		const struct sc_piece *head = s->early.first;
		if (!head || head->seg.offset != s->next || !waited(t, s, SC_TCP_GRACE))
			continue;
		if (weak(t, (enum sc_side)i, head))
			continue;
		if (skip_urgent(t, env, (enum sc_side)i)) {
			run->bytes.len = 0; /* no run, but the next may be free */
			return true;
		}
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

bool sc_tcp_odd_over(const struct sc_tcp *t)
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

static bool next_run(struct sc_tcp *t, const struct sc_tcp_env *env, enum sc_side *side, struct sc_segment *run)
{
	give_spent(t, env);
	if (next_now(t, env, side, run))
		return true;
	bool doubts = sc_tcp_doubts(t) || t->reset_waits;
	if (!stuck(&t->side[0]) && !stuck(&t->side[1]) && !t->now.bytes.len && !t->now_cut.bytes.len && !doubts)
		return false;
	sc_tcp_keep(t, env);
	if (t->reset_waits && t->flushing)
		sc_tcp_decide_reset(t, env);
	if (doubts)
		(void)sc_tcp_settle(t, env, false);
	if (next_kept(t, env, side, run) || next_gap(t, env, side, run) || next_forced(t, env, side, run))
		return true;
	for (int i = 0; i < 2; i++) {
		struct sc_tcp_side *s = &t->side[i];
		if (!stuck(s))
			s->stuck_since = SC_TIME_NONE;
		else if (s->stuck_since == SC_TIME_NONE)
			s->stuck_since = t->clock;
	}
	if (t->reset_waits)
		sc_tcp_decide_reset(t, env);
	return false;
}

static bool plain_side(const struct sc_tcp_side *s)
{
	bool ends = s->fin || s->fin_sure || s->fin_assumed || s->over || s->reset;
	bool waits = stuck(s) || s->stuck_since != SC_TIME_NONE || s->doubt.first || s->claim || s->urgent;
	return s->known && s->to.heard && !ends && !waits;
}

static bool plain(const struct sc_tcp *t)
{
	return plain_side(&t->side[0]) && plain_side(&t->side[1]) && !t->reset && !t->reset_waits && !t->flushing && !t->spent &&
		!t->lent;
}

bool sc_tcp_odd_next(struct sc_tcp *t, const struct sc_tcp_env *env, enum sc_side *side, struct sc_segment *run)
{
	while (next_run(t, env, side, run))
		if (run->bytes.len) /* a held segment of which nothing was left is nobody's news */
			return true;
	t->plain = !env->slow && plain(t);
	return false;
}

void sc_tcp_keep(struct sc_tcp *t, const struct sc_tcp_env *env)
{
	if (t->now.bytes.len)
		sc_tcp_hold(t, env, t->now_side, &t->now, t->now_fin, t->now_weak);
	if (t->now_cut.bytes.len)
		sc_tcp_hold(t, env, t->now_side, &t->now_cut, t->now_fin, t->now_weak);
	t->now.bytes.len = t->now_cut.bytes.len = 0;
}

bool sc_tcp_odd_waits(const struct sc_tcp *t)
{
	return t->side[0].stuck_since != SC_TIME_NONE || t->side[1].stuck_since != SC_TIME_NONE || sc_tcp_doubts(t);
}

void sc_tcp_tick(struct sc_tcp *t, sc_time now)
{
	sc_tcp_set_clock(t, now);
}

void sc_tcp_flush(struct sc_tcp *t)
{
	t->flushing = true;
	t->plain = false;
}

void sc_tcp_clear(struct sc_tcp *t, const struct sc_tcp_env *env)
{
	give_spent(t, env);
	for (int i = 0; i < 2; i++) {
		env->counters->octets_dropped += t->side[i].early.octets;
		env->counters->octets_refused += t->side[i].doubt.octets;
		sc_pieces_clear(&t->side[i].early, env->store);
		sc_pieces_clear(&t->side[i].doubt, env->store);
	}
}
