/* tcp_doubt.c - octets that wait for those before them, and octets that their receiver has to refuse; see tcp_inside.h.
 *
 * What a rule says is not what a receiver did: its rules may differ, the capture may lack what it went by, or hold a
 * checksum that was right on the wire.  So refused octets are kept for a while, and taken when the other side
 * acknowledges them before a better copy was seen (by number or by SACK block, RFC 2018); or when it has been silent ever
 * since, so that the capture does not show what it did.
 */
#include "net/tcp_inside.h"

enum sc_overlap sc_tcp_rule(enum sc_tcp_policy policy)
{
	static const enum sc_overlap rules[] = {
		[SC_TCP_LINUX] = SC_OVERLAP_LINUX, [SC_TCP_BSD] = SC_OVERLAP_BSD, [SC_TCP_WINDOWS] = SC_OVERLAP_FIRST,
		[SC_TCP_FIRST] = SC_OVERLAP_FIRST, [SC_TCP_LAST] = SC_OVERLAP_LAST,
	};
	return rules[policy];
}

struct sc_tcp_held sc_tcp_held(const struct sc_tcp_side *s)
{
	struct sc_tcp_held held = { .due = s->next };
	uint64_t end = s->next;
	for (const struct sc_piece *p = s->early.first; p; p = p->next) {
		if (p->weak && p->seg.offset >= s->acked)
			continue;
		held.runs += p->seg.offset > end;
		end = p->seg.offset + p->seg.bytes.len;
		if (p->weak && end > s->acked)
			end = s->acked; /* more of it was not taken */
		held.top = end;
		if (!held.runs)
			held.due = end;
	}
	if (held.due < s->acked)
		held.due = s->acked;
	return held;
}

static bool no_room(const struct sc_tcp_env *env, const struct sc_pieces *q)
{
	return sc_blocks_short(env->store) || q->octets >= SC_TCP_EARLY_OCTETS || q->count >= SC_TCP_EARLY_PIECES;
}

static void hold_part(struct sc_tcp *t, const struct sc_tcp_env *env, enum sc_side side, const struct sc_segment *seg,
	const struct sc_claim *claim)
{
	struct sc_pieces *early = &t->side[side].early;
	bool conflict = false;
	size_t replaced = 0;
	size_t taken = sc_pieces_merge(early, env->store, seg, claim, SC_TCP_EARLY_OCTETS, &conflict, &replaced);
	if (conflict)
		t->quirks |= SC_QUIRK_BIT(tcp_overlap_conflict);
	env->counters->octets_duplicate += replaced;
	if (sc_segment_is_gap(seg))
		return;
	/* What was not taken is held already, or there was no room for it. */
	*(no_room(env, early) ? &env->counters->octets_dropped : &env->counters->octets_duplicate) += seg->bytes.len - taken;
}

void sc_tcp_hold(struct sc_tcp *t, const struct sc_tcp_env *env, enum sc_side side, const struct sc_segment *seg, bool fin,
	unsigned weak)
{
	const struct sc_tcp_side *s = &t->side[side];
	struct sc_claim claim = { .rule = SC_OVERLAP_FIXED, .apart = sc_tcp_fin_before(s, seg->offset), .weak = weak != 0, .from = seg->offset,
		.why = weak, .to = seg->offset + seg->bytes.len + fin };
	struct sc_segment rest = *seg;
	if (s->fin && !fin && s->fin_from == claim.from)
		claim.to--; /* so that it is compared with octets and FIN of the segment that began there too */
	const struct sc_piece *last = s->early.last;
	bool inside = seg->offset < s->acked || (last && seg->offset < last->seg.offset + last->seg.bytes.len);
	uint64_t due = inside ? sc_tcp_held(s).due : seg->offset; /* behind all others there is nothing to look for */
	if (due > seg->offset) {
		struct sc_segment sure = *seg;
		sure.bytes.len = due - seg->offset < seg->bytes.len ? (size_t)(due - seg->offset) : seg->bytes.len;
		hold_part(t, env, side, &sure, &claim);
		sc_segment_advance(&rest, sure.bytes.len);
	}
	if (!rest.bytes.len)
		return;
	claim.rule = env->rule;
	hold_part(t, env, side, &rest, &claim);
}

#define DENIED   0x2000u /* its receiver has answered since, and not as if it had taken it */
#define WITH_FIN 0x1000u /* the segment ends with a FIN */
#define DOUBT_PIECES 64
#define PROVEN_TRIES 64
#define SOFT (unsigned)(SC_REFUSE_BEYOND | WITH_FIN) /* could well be taken */
#define OPEN (unsigned)SC_TCP_OPEN

static void note_quirks(struct sc_tcp *t, unsigned refusals)
{
	static const struct { unsigned refusal; uint64_t quirk; } rows[] = {
		{ SC_REFUSE_SUM,     SC_QUIRK_BIT(tcp_bad_checksum) },
		{ SC_REFUSE_NO_ACK,  SC_QUIRK_BIT(tcp_no_ack) },
		{ SC_REFUSE_OLD,     SC_QUIRK_BIT(tcp_old_stamp) },
		{ SC_REFUSE_OUTSIDE, SC_QUIRK_BIT(tcp_beyond_window) },
		{ SC_REFUSE_BEYOND,  SC_QUIRK_BIT(tcp_beyond_window) },
		{ SC_REFUSE_FAR_ACK, SC_QUIRK_BIT(tcp_bad_ack) },
		{ SC_REFUSE_OLD_ACK, SC_QUIRK_BIT(tcp_bad_ack) },
		{ SC_REFUSE_SYN,     SC_QUIRK_BIT(tcp_syn_data) },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (refusals & rows[i].refusal)
			t->quirks |= rows[i].quirk;
}

void sc_tcp_claim(struct sc_tcp *t, enum sc_side side, const struct sc_layers *l)
{
	struct sc_tcp_side *p = &t->side[sc_other(side)];
	uint64_t claim = sc_tcp_clip(sc_tcp_offset(p, l->ack));
	if (claim > p->to.sent + SC_TCP_WINDOW) {
		t->quirks |= SC_QUIRK_BIT(tcp_bad_ack);
		return;
	}
	if (claim > p->claim) {
		p->claim = claim;
		p->claimed = t->clock;
	}
}

/* What of the segment may still be wanted; len 0: nothing. */
static struct sc_segment wanted(const struct sc_tcp *t, enum sc_side side, const struct sc_layers *l,
	const struct sc_packet *pkt)
{
	const struct sc_tcp_side *s = &t->side[side], *p = &t->side[sc_other(side)];
	struct sc_segment seg = { .when = pkt->when, .packet = pkt->number, .acked = p->next, .bytes = l->payload };
	int64_t offset = s->known ? sc_tcp_offset(s, l->seq + ((l->flags & SC_TCP_SYN) != 0)) : -1;
	if (l->flags & SC_TCP_ACK && p->known)
		seg.acked = sc_tcp_clip(sc_tcp_offset(p, l->ack));
	if (offset < 0 || offset > (int64_t)s->next + SC_TCP_WINDOW || s->over) {
		seg.bytes.len = 0;
		return seg;
	}
	seg.offset = (uint64_t)offset;
	if (seg.offset < s->next) {
		uint64_t old = s->next - seg.offset;
		sc_segment_advance(&seg, old < seg.bytes.len ? (size_t)old : seg.bytes.len);
	}
	return seg;
}

/* Keeps a copy; segments in doubt stand in the order in which they came, and may overlap. */
static size_t doubt(struct sc_tcp_side *s, const struct sc_tcp_env *env, struct sc_segment seg, unsigned why)
{
	struct sc_claim claim = { .why = why, .from = seg.offset };
	size_t taken = 0;
	while (seg.bytes.len && s->doubt.count < DOUBT_PIECES) {
		struct sc_segment part = seg;
		struct sc_piece *piece = sc_piece_copy(env->store, &part, &claim);
		if (!piece)
			break;
		piece->why |= part.bytes.len < seg.bytes.len ? 0 : why & WITH_FIN;
		sc_pieces_append(&s->doubt, piece);
		taken += part.bytes.len;
		sc_segment_advance(&seg, part.bytes.len);
	}
	return taken;
}

void sc_tcp_refuse(struct sc_tcp *t, const struct sc_tcp_env *env, enum sc_side side, const struct sc_layers *l,
	const struct sc_packet *pkt, unsigned refusals)
{
	struct sc_tcp_side *s = &t->side[side];
	if (s->known)
		sc_tcp_see_sent(s, l);
	note_quirks(t, refusals & ~OPEN);
	struct sc_segment seg = wanted(t, side, l, pkt);
	unsigned fin = l->flags & SC_TCP_FIN && l->payload.len == l->wire_payload ? WITH_FIN : 0;
	env->counters->octets_refused += l->payload.len - doubt(s, env, seg, refusals | fin);
}

bool sc_tcp_contested(const struct sc_tcp_side *s, const struct sc_segment *seg)
{
	for (const struct sc_piece *p = s->doubt.first; p; p = p->next)
		if (p->seg.offset < seg->offset + seg->bytes.len && p->seg.offset + p->seg.bytes.len > seg->offset &&
			!(p->why & ~SOFT)) /* so it was not denied either */
			return true;
	return false;
}

enum fate { FATE_OPEN, FATE_PROVEN, FATE_TAKEN, FATE_DROPPED };

bool sc_tcp_silent(const struct sc_tcp *t, const struct sc_tcp_side *s, sc_time since)
{
	return s->to.latest < since && (t->flushing || t->clock - since >= SC_TCP_SILENCE);
}

static enum fate fate_of(const struct sc_tcp *t, enum sc_side side, const struct sc_piece *piece)
{
	const struct sc_tcp_side *s = &t->side[side], *p = &t->side[sc_other(side)];
	const struct sc_segment *seg = &piece->seg;
	uint64_t at = seg->offset > s->next ? seg->offset : s->next, end = seg->offset + seg->bytes.len;
	if (end <= s->next || s->over)
		return FATE_DROPPED;
	if (at < s->acked) /* unless better copies explain the acknowledgement */
		return sc_pieces_lack(&s->early, at, end < s->acked ? end : s->acked) ? FATE_PROVEN : FATE_DROPPED;
	if (piece->why & SC_REFUSE_SYN && p->to.heard)
		return FATE_DROPPED; /* the answer to the SYN did not take them */
	if (!(piece->why & ~(OPEN | WITH_FIN)) && sc_tcp_silent(t, p, seg->when))
		return FATE_TAKEN;
	if (!p->seen && (t->flushing || t->clock - seg->when >= SC_TCP_GRACE_ALONE))
		return FATE_TAKEN;
	return t->flushing || t->clock - seg->when >= SC_TCP_GRACE_UNACKED ? FATE_DROPPED : FATE_OPEN;
}

/* The receiver took it after all: octets, or the part of them that it acknowledged. */
static void take(struct sc_tcp *t, const struct sc_tcp_env *env, enum sc_side side, struct sc_piece *piece)
{
	struct sc_tcp_side *s = &t->side[side], *p = &t->side[sc_other(side)];
	struct sc_segment seg = piece->seg;
	if (seg.offset < s->next)
		sc_segment_advance(&seg, (size_t)(s->next - seg.offset));
	if (seg.offset < s->acked && s->acked - seg.offset < seg.bytes.len)
		seg.bytes.len = (size_t)(s->acked - seg.offset);
	uint64_t end = seg.offset + seg.bytes.len;
	if (piece->why & SC_REFUSE_SUM)
		sc_receiver_distrust(&s->to);
	if (seg.acked > p->to.sent)
		seg.acked = p->next; /* not worth waiting for */
	if (end > s->top)
		s->top = end;
	if (piece->why & WITH_FIN && !s->fin && s->acked <= end + 1) {
		s->fin = true;
		s->fin_sure = s->acked == end + 1;
		s->fin_at = end;
		s->fin_from = piece->from;
		s->acked = sc_tcp_within(s, s->acked);
	}
	env->counters->octets_refused += piece->seg.bytes.len - seg.bytes.len;
	bool hard = piece->why & ~SOFT;
	struct sc_claim claim = { .rule = hard ? SC_OVERLAP_FIXED : env->rule, .proven = hard && end == s->acked, .from = piece->from,
		.to = end };
	hold_part(t, env, side, &seg, &claim);
}

/* Which of several proven segments comes first: one that was not denied; then one that ends where, or before, an
 * acknowledgement ends, for a receiver that takes a segment acknowledges all of it; then the likelier, for without ACK or
 * with a wrong checksum none is taken; then the latest. */
static unsigned rank(const struct sc_tcp_side *s, const struct sc_piece *piece)
{
	bool crosses = piece->seg.offset + piece->seg.bytes.len > s->acked;
	unsigned hard = piece->why & ~(SOFT | DENIED);
	return (piece->why & DENIED ? 8u : 0u) + (crosses ? 4u : 0u) + (hard & (SC_REFUSE_SUM | SC_REFUSE_NO_ACK) ? 2u : 0u) +
		(hard ? 1u : 0u);
}

static bool mark_proven(struct sc_tcp *t, enum sc_side side)
{
	bool any = false;
	for (struct sc_piece *p = t->side[side].doubt.first; p; p = p->next)
		any |= p->marked = fate_of(t, side, p) == FATE_PROVEN;
	return any;
}

/* Takes a marked segment off the queue, the best of those that are still proven, or gives NULL.  What is proven costs a look
 * at all that waits, so it is asked for the best only, and not for each of the others again. */
static struct sc_piece *best_proven(struct sc_tcp *t, enum sc_side side)
{
	const struct sc_tcp_side *s = &t->side[side];
	struct sc_pieces *q = &t->side[side].doubt;
	for (;;) {
		struct sc_piece *best = NULL;
		for (struct sc_piece *p = q->first; p; p = p->next)
			if (p->marked && (!best || rank(s, p) <= rank(s, best)))
				best = p;
		if (!best)
			return NULL;
		best->marked = false;
		if (fate_of(t, side, best) == FATE_PROVEN)
			return sc_pieces_extract(q, best);
	}
}

/* Packets that are captured late have not had their time; where time stands still, so many others have come. */
static bool waits_for_better(const struct sc_tcp *t, const struct sc_tcp_side *s)
{
	return t->clock - s->proven_since < SC_TCP_SLACK && s->proven_tries < PROVEN_TRIES;
}

/* What is acknowledged is taken once packets that are captured late had their time. */
static bool take_proven(struct sc_tcp *t, const struct sc_tcp_env *env, enum sc_side side, bool force)
{
	struct sc_tcp_side *s = &t->side[side];
	bool taken = false;
	if (!mark_proven(t, side)) {
		s->proven_since = SC_TIME_NONE;
		return false;
	}
	if (s->proven_since == SC_TIME_NONE) {
		s->proven_since = t->clock;
		s->proven_tries = 0;
	}
	if (!force && !t->flushing && waits_for_better(t, s))
		return false;
	struct sc_piece *piece;
	while ((piece = best_proven(t, side))) {
		take(t, env, side, piece);
		sc_blocks_give(env->store, piece->block);
		taken = true;
	}
	s->proven_since = SC_TIME_NONE;
	return taken;
}

static bool settle_side(struct sc_tcp *t, const struct sc_tcp_env *env, enum sc_side side, bool force)
{
	struct sc_tcp_side *s = &t->side[side];
	if (s->proven_since != SC_TIME_NONE && !force && !t->flushing && waits_for_better(t, s)) {
		s->proven_tries++;
		return false; /* known, and nothing to be done yet */
	}
	bool taken = take_proven(t, env, side, force);
	struct sc_pieces old = s->doubt;
	struct sc_piece *piece;
	s->doubt = (struct sc_pieces){ 0 };
	while ((piece = sc_pieces_take(&old))) {
		enum fate fate = fate_of(t, side, piece);
		if (fate == FATE_OPEN || fate == FATE_PROVEN) {
			sc_pieces_append(&s->doubt, piece);
			continue;
		}
		if (fate == FATE_TAKEN) {
			take(t, env, side, piece);
			taken = true;
		} else {
			note_quirks(t, piece->why);
			env->counters->octets_refused += piece->seg.bytes.len;
		}
		sc_blocks_give(env->store, piece->block);
	}
	return taken;
}

/* What a side is said to have sent counts once its own packets show it, or when it is silent and so cannot. */
static void settle_claim(struct sc_tcp *t, enum sc_side side)
{
	struct sc_tcp_side *s = &t->side[side], *p = &t->side[sc_other(side)];
	const struct sc_piece *head = p->early.first;
	uint64_t claim = 0;
	sc_time since = t->clock;
	bool took = head && head->seg.offset + head->seg.bytes.len <= p->acked;
	if (head && head->weak && (took || sc_tcp_silent(t, s, head->seg.when))) {
		claim = head->seg.acked; /* its receiver took the segment, all of it, and so believed it */
		since = head->seg.when;
	}
	if (s->claim > claim && (s->to.sent >= s->claim || sc_tcp_silent(t, s, s->claimed))) {
		claim = s->claim;
		since = s->claimed;
	}
	if (claim > s->acked && claim <= s->to.sent + SC_TCP_WINDOW) {
		s->acked = sc_tcp_within(s, claim);
		if (s->stuck_since == SC_TIME_NONE && s->acked > s->next)
			s->stuck_since = since;
	}
	if (s->claim <= s->acked || t->clock - s->claimed >= SC_TCP_GRACE_UNACKED)
		s->claim = 0;
}

bool sc_tcp_settle(struct sc_tcp *t, const struct sc_tcp_env *env, bool force)
{
	bool taken = false;
	for (int i = 0; i < 2; i++) {
		settle_claim(t, (enum sc_side)i);
		if (t->side[i].doubt.first)
			taken |= settle_side(t, env, (enum sc_side)i, force);
	}
	return taken;
}

static bool in_blocks(const struct sc_tcp_side *s, const struct sc_segment *seg, uint32_t blocks[4][2], int n)
{
	for (int i = 0; i < n; i++)
		if (sc_tcp_offset(s, blocks[i][0]) <= (int64_t)seg->offset &&
			sc_tcp_offset(s, blocks[i][1]) >= (int64_t)(seg->offset + seg->bytes.len))
			return true;
	return false;
}

/* Takes what lies in blocks that are reported, and nothing better brings; gives whether it did. */
static bool take_reported(struct sc_tcp *t, const struct sc_tcp_env *env, enum sc_side side, struct sc_piece *piece, bool has)
{
	const struct sc_segment *seg = &piece->seg;
	if (!has || !sc_pieces_lack(&t->side[side].early, seg->offset, seg->offset + seg->bytes.len))
		return false;
	take(t, env, side, piece);
	sc_blocks_give(env->store, piece->block);
	return true;
}

void sc_tcp_see_answer(struct sc_tcp *t, const struct sc_tcp_env *env, enum sc_side side, const struct sc_layers *l)
{
	struct sc_tcp_side *s = &t->side[sc_other(side)];
	bool sacks = s->to.offer.sacks && t->side[side].to.offer.sacks;
	int64_t acked = sc_tcp_offset(s, l->ack);
	uint32_t blocks[4][2];
	int n = sc_receiver_sacks(l, blocks);
	for (int hard = 0; hard < 2; hard++) { /* those first that could well be taken */
		struct sc_piece *piece;
		struct sc_pieces old = s->doubt;
		s->doubt = (struct sc_pieces){ 0 };
		while ((piece = sc_pieces_take(&old))) {
			bool has = in_blocks(s, &piece->seg, blocks, n), now = hard || !(piece->why & ~SOFT);
			if (now && take_reported(t, env, sc_other(side), piece, has))
				continue;
			int64_t at = (int64_t)piece->seg.offset;
			if (hard && (at == acked || (sacks && at > acked && !has)))
				piece->why |= DENIED;
			sc_pieces_append(&s->doubt, piece);
		}
	}
}
