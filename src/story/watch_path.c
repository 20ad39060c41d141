/* watch_path.c - rules about the path between client and server: lost, cut, refused and delayed packets.
 *
 * The counts come from engine/wire.c.  A rule needs facts that have no other good explanation, and both directions; a
 * hostile packet can make a rule hold, but not more than say what was seen.
 */
#include "story/watch_rule.h"

static const struct sc_wire_side *side_of(const struct sc_scene *s, int side)
{
	return &s->f->wire->side[side];
}

static sc_time length_of(const struct sc_wire_span *span)
{
	return span->first ? span->to - span->from : 0;
}

static void say_path(struct sc_said *said, const struct sc_scene *s, enum sc_side from)
{
	sc_say_words(said, " from ");
	sc_say_end(said, s, from);
	sc_say_words(said, " to ");
	sc_say_end(said, s, sc_other(from));
}

/* ---- N4 ---- */

/* The segment that was never acknowledged, or only once it was smaller; NULL: there is none that tells. */
static const struct sc_wire_stuck *narrow_of(const struct sc_scene *s, const struct sc_wire_side *side)
{
	const struct sc_wire_stuck *k = side->stuck.times >= side->worst.times ? &side->stuck : &side->worst;
	bool stands = k == &side->worst || (side->known && side->acked == k->seq);
	bool holds = k->full && stands && k->times >= s->limits->stuck_times && k->small >= s->limits->stuck_small;
	return holds ? k : NULL;
}

static void say_narrow(const struct sc_scene *s, enum sc_side from, const struct sc_wire_stuck *k, bool sure,
	struct sc_said *said)
{
	const struct sc_wire_icmp *icmp = &s->f->wire->icmp;
	sc_say_words(said, "Large packets");
	say_path(said, s, from);
	sc_say_words(said, " are lost: a segment of ");
	sc_say_number(said, k->octets);
	sc_say_words(said, " octets was sent again ");
	sc_say_number(said, k->times);
	sc_say_words(said, k->times == 1 ? " time" : " times");
	if (length_of(&k->span) > 0) {
		sc_say_words(said, " within ");
		sc_say_time(said, length_of(&k->span));
	}
	sc_say_words(said, k->shrunk ? " and got through only in smaller pieces" : " and never acknowledged");
	sc_say_words(said, ", while ");
	sc_say_number(said, k->small);
	sc_say_words(said, " smaller ones arrived.");
	if (icmp->packet && icmp->too_big) {
		sc_say_words(said, " The router ");
		sc_text_ip(&said->text, &icmp->from);
		sc_say_words(said, " says so (packet ");
		sc_say_number(said, icmp->packet);
		sc_say_words(said, icmp->mtu ? ", MTU " : "");
		if (icmp->mtu)
			sc_say_number(said, icmp->mtu);
		sc_say_words(said, "), but the sender does not heed it.");
	}
	said->confidence = sure ? "sure" : NULL;
}

/* Nothing of the other side arrives, either, small as it is: then it is not the size. */
static bool is_dead(const struct sc_wire_side *other)
{
	const struct sc_wire_stuck *k = &other->stuck;
	return other->known && k->times >= 2 && other->acked == k->seq && !k->full;
}

bool sc_rule_pmtu_blackhole(const struct sc_scene *s, struct sc_said *said)
{
	for (int i = 0; i < 2; i++) {
		const struct sc_wire_stuck *k = narrow_of(s, side_of(s, i));
		const struct sc_wire_icmp *icmp = &s->f->wire->icmp;
		if (!k || (!k->shrunk && is_dead(side_of(s, !i))))
			continue;
		bool told = icmp->packet && icmp->too_big && icmp->about == (enum sc_side)i;
		uint16_t mss = side_of(s, sc_other((enum sc_side)i))->mss;
		say_narrow(s, (enum sc_side)i, k, told || k->shrunk || (mss && mss < 1460 - 20), said);
		sc_said_packets(said, k->span.first, k->span.last);
		sc_observe_number(said, "octets", k->octets);
		sc_observe_number(said, "times", k->times);
		sc_observe_number(said, "smaller_acknowledged", k->small);
		sc_observe_time(said, "within_ms", length_of(&k->span));
		if (mss)
			sc_observe_number(said, "mss", mss);
		return true;
	}
	return false;
}

/* ---- N6 ---- */

bool sc_rule_window_scale_broken(const struct sc_scene *s, struct sc_said *said)
{
	for (int i = 0; i < 2; i++) {
		const struct sc_wire_side *side = side_of(s, i), *other = side_of(s, !i);
		bool lost = side->beyond_lost >= s->limits->stuck_times && !side->beyond_passed && side->largest <= other->window;
		bool stalls = side->filled >= s->limits->stuck_times && !side->beyond_passed && !side->beyond_lost &&
			!side->beyond_open;
		if (!other->scales || (!lost && !stalls))
			continue;
		sc_say_words(said, "Both sides agreed on window scaling, but ");
		sc_say_end(said, s, (enum sc_side)i);
		if (lost) {
			sc_say_words(said, " gets nothing through beyond the unscaled window of ");
			sc_say_number(said, other->window);
			sc_say_words(said, " octets: ");
			sc_say_number(said, side->beyond_lost);
			sc_say_words(said, " segments there were lost and none arrived.");
		} else {
			sc_say_words(said, " stops at the unscaled window to the octet, ");
			sc_say_number(said, side->filled);
			sc_say_words(said, " times.");
		}
		if (side->beyond)
			sc_said_packets(said, side->beyond, s->f->wire->last_packet);
		sc_observe_number(said, "window", other->window);
		sc_observe_number(said, "lost_beyond", side->beyond_lost);
		sc_observe_number(said, "stops", side->filled);
		return true;
	}
	return false;
}

/* ---- N5 ---- */

bool sc_rule_zero_window(const struct sc_scene *s, struct sc_said *said)
{
	enum sc_side side = length_of(&side_of(s, SC_CLIENT)->longest_shut) > length_of(&side_of(s, SC_SERVER)->longest_shut) ?
		SC_CLIENT : SC_SERVER;
	const struct sc_wire_span *shut = &side_of(s, side)->longest_shut;
	sc_time length = length_of(shut);
	if (length < s->limits->zero_warn_s * SC_SECOND)
		return false;
	sc_say_end(said, s, side);
	sc_say_words(said, " stopped reading: its window was closed for ");
	sc_say_time(said, length);
	sc_say_words(said, side_of(s, side)->closed ? ", to the end." : ".");
	said->severity = length >= s->limits->zero_error_s * SC_SECOND ? "error" : "warn";
	sc_said_packets(said, shut->first, shut->last);
	sc_observe_word(said, "receiver", side == SC_CLIENT ? "client" : "server");
	sc_observe_time(said, "closed_ms", length);
	return true;
}

/* ---- N7 ---- */

/* Octets sent again that were lost: those that nobody was left to acknowledge say nothing about loss. */
static uint64_t lost_octets(const struct sc_wire_side *side, uint32_t *segments)
{
	const struct sc_wire_stuck *k = &side->stuck;
	uint64_t vain = k->times && side->acked == k->seq ? (uint64_t)k->times * k->octets : 0;
	*segments = side->repeats - (vain && k->times <= side->repeats ? k->times : 0);
	return side->again > vain ? side->again - vain : 0;
}

static uint64_t permille(const struct sc_wire_side *side, uint64_t again)
{
	return side->payload ? again * 1000 / side->payload : 0;
}

static void say_share(struct sc_said *said, uint64_t share)
{
	sc_say_number(said, share / 10);
	sc_say_words(said, ".");
	sc_say_number(said, share % 10);
	sc_say_words(said, " %");
}

bool sc_rule_loss(const struct sc_scene *s, struct sc_said *said)
{
	uint64_t share[2];
	uint32_t segments[2];
	for (int i = 0; i < 2; i++)
		share[i] = permille(side_of(s, i), lost_octets(side_of(s, i), &segments[i]));
	int worst = share[SC_SERVER] > share[SC_CLIENT] && segments[SC_SERVER] >= s->limits->loss_segments ? SC_SERVER : SC_CLIENT;
	if (segments[worst] < s->limits->loss_segments || share[worst] < (uint64_t)s->limits->loss_warn_permille)
		return false;
	const struct sc_wire_icmp *icmp = &s->f->wire->icmp;
	if (sc_scene_told(s, SC_RULE_pmtu_blackhole) || sc_scene_told(s, SC_RULE_window_scale_broken))
		return false; /* says more of the same */
	if (icmp->packet && icmp->too_big && icmp->about == (enum sc_side)worst)
		return false; /* sent again in smaller pieces, as path MTU discovery wants it (RFC 1191) */
	say_share(said, share[worst]);
	sc_say_words(said, " of the octets");
	say_path(said, s, (enum sc_side)worst);
	sc_say_words(said, " had to be sent again (");
	sc_say_number(said, segments[worst]);
	sc_say_words(said, " of ");
	sc_say_number(said, side_of(s, worst)->segments);
	sc_say_words(said, " segments); in the other direction ");
	say_share(said, share[!worst]);
	sc_say_words(said, ".");
	said->severity = share[worst] >= (uint64_t)s->limits->loss_error_permille ? "error" : "warn";
	sc_observe_number(said, "client_permille", share[SC_CLIENT]);
	sc_observe_number(said, "server_permille", share[SC_SERVER]);
	sc_observe_number(said, "segments_again", segments[worst]);
	return true;
}

/* ---- N8 ---- */

/* Hops that a packet came, if its sender began with a usual hop limit. */
static int hops(uint8_t ttl)
{
	return ttl <= 64 ? 64 - ttl : ttl <= 128 ? 128 - ttl : 255 - ttl;
}

/* A system may give resets another first hop limit than data: then the hops are the same. */
static bool is_strange(const struct sc_scene *s, const struct sc_wire_side *side)
{
	int ttl = side->rst.ttl, least = side->ttl_least, most = side->ttl_most;
	int away = ttl < least ? least - ttl : ttl > most ? ttl - most : 0;
	int apart = hops(side->rst.ttl) - hops(side->ttl_least);
	bool settled = side->packets >= 3 && most - least < s->limits->ttl_difference;
	return settled && away >= s->limits->ttl_difference && (apart > 1 || apart < -1);
}

bool sc_rule_injected_reset(const struct sc_scene *s, struct sc_said *said)
{
	bool reset = s->f->end == SC_WATCH_CLIENT_RESET || s->f->end == SC_WATCH_SERVER_RESET;
	enum sc_side by = s->f->end == SC_WATCH_CLIENT_RESET ? SC_CLIENT : SC_SERVER;
	const struct sc_wire_side *side = side_of(s, by);
	if (!reset || !side->rst.packet || !is_strange(s, side))
		return false;
	sc_say_words(said, "The reset in packet ");
	sc_say_number(said, side->rst.packet);
	sc_say_words(said, " bears the address of ");
	sc_say_end(said, s, by);
	sc_say_words(said, ", but its hop limit is ");
	sc_say_number(said, side->rst.ttl);
	sc_say_words(said, " where all other packets of that side have ");
	sc_say_number(said, side->ttl_least);
	sc_say_words(said, ": a device in between sent it.");
	sc_said_packets(said, side->rst.packet, side->rst.packet);
	sc_observe_number(said, "reset_ttl", side->rst.ttl);
	sc_observe_number(said, "usual_ttl", side->ttl_least);
	return true;
}

/* ---- N9 ---- */

/* What a side said last is sent again and again, or stands there for minutes, and nothing comes back. */
static bool vanished(const struct sc_scene *s, const struct sc_wire_side *side, const struct sc_wire_side *other)
{
	const struct sc_wire_stuck *k = &side->stuck;
	bool again = k->times >= s->limits->vanish_times && side->acked == k->seq &&
		length_of(&k->span) >= s->limits->vanish_s * SC_SECOND;
	bool alone = side->acked != side->top && s->f->until - side->data_at >= s->limits->vanish_alone_s * SC_SECOND &&
		(!other->data_packet || other->data_at < side->data_at);
	return side->known && !other->closed && (again || alone);
}

static void say_vanished(const struct sc_scene *s, struct sc_said *said, const struct sc_wire_side *side)
{
	const struct sc_wire_stuck *k = &side->stuck;
	if (k->times) {
		sc_say_words(said, "sent again ");
		sc_say_number(said, k->times);
		sc_say_words(said, k->times == 1 ? " time over " : " times over ");
		sc_say_time(said, length_of(&k->span));
		sc_said_packets(said, k->span.first, k->span.last);
	} else {
		sc_say_words(said, "sent ");
		sc_say_time(said, s->f->until - side->data_at);
		sc_say_words(said, " before");
		sc_said_packets(said, side->data_packet, side->data_packet);
	}
	sc_observe_number(said, "times", k->times);
	sc_observe_time(said, "within_ms", length_of(&k->span));
	sc_observe_time(said, "silent_before_ms", k->quiet);
}

bool sc_rule_half_open(const struct sc_scene *s, struct sc_said *said)
{
	if (s->f->end != SC_WATCH_OPEN || sc_scene_told(s, SC_RULE_pmtu_blackhole))
		return false;
	for (int i = 0; i < 2; i++) {
		const struct sc_wire_stuck *k = &side_of(s, i)->stuck;
		if (!vanished(s, side_of(s, i), side_of(s, !i)))
			continue;
		sc_say_end(said, s, sc_other((enum sc_side)i));
		sc_say_words(said, " vanished: the last octets of the other side were ");
		say_vanished(s, said, side_of(s, i));
		sc_say_words(said, ", and nothing came back.");
		if (k->quiet >= s->limits->forgotten_s * SC_SECOND) {
			sc_say_words(said, " The connection had been silent for ");
			sc_say_time(said, k->quiet);
			sc_say_words(said, " before: a firewall on the way forgot it.");
		}
		return true;
	}
	return false;
}

/* ---- N10 ---- */

bool sc_rule_nagle_delack(const struct sc_scene *s, struct sc_said *said)
{
	int i = side_of(s, SC_SERVER)->nagles > side_of(s, SC_CLIENT)->nagles ? SC_SERVER : SC_CLIENT;
	const struct sc_wire_side *side = side_of(s, i);
	if (side->nagles < s->limits->nagle_waits)
		return false;
	sc_say_end(said, s, (enum sc_side)i);
	sc_say_words(said, " waited ");
	sc_say_number(said, side->nagles);
	sc_say_words(said, " times for a delayed acknowledgement before it sent its next small segment: ");
	sc_say_time(said, side->nagle_time);
	sc_say_words(said, " lost.");
	sc_said_packets(said, side->nagle.first, side->nagle.last);
	sc_observe_number(said, "waits", side->nagles);
	sc_observe_time(said, "lost_ms", side->nagle_time);
	return true;
}
