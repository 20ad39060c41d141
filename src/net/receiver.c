/* receiver.c - what a TCP receiver goes by; see receiver.h.
 *
 * Reads TCP options as Linux does: up to the first one that lies about its length.  Checksums are judged on every whole
 * packet of a side, but believed only once one of its packets had a right one: captures of a host's own packets hold
 * sums that its network card makes later, and captures whose addresses were changed hold none that fit.  When the first
 * few show none, no more are looked at.
 *
 * RFC 7323 (timestamps, window scale), 2018 (SACK), 1071 (checksum), 5961 (acknowledgements).
 */
#include "net/receiver.h"

#define SUMS_TRIES 8   /* packets of a side that may go by without a right checksum */
#define SUMS_RIGHT 100 /* one was right: a wrong one is an error */
#define MAX_SHIFT  14  /* RFC 7323 2.3 */
#define MIRROR_US  5000

enum option { OPT_END = 0, OPT_NOP = 1, OPT_MSS = 2, OPT_SCALE = 3, OPT_SACKS = 4, OPT_SACK = 5, OPT_STAMPS = 8 };

/* The value of the option `kind` that is `len` octets long with its head (0: any length), or NULL. */
static const char *find_option(sc_str options, enum option kind, size_t len, size_t *found)
{
	size_t at = 0;
	while (at < options.len && options.at[at] != OPT_END) {
		if (options.at[at] == OPT_NOP) {
			at++;
			continue;
		}
		if (options.len - at < 2)
			return NULL;
		size_t size = (uint8_t)options.at[at + 1];
		if (size < 2 || size > options.len - at)
			return NULL;
		if (options.at[at] == (char)kind && (!len || size == len)) {
			*found = size;
			return options.at + at + 2;
		}
		at += size;
	}
	return NULL;
}

static const char *find_stamps(sc_str options)
{
	size_t size;
	if (options.len == 12 && sc_load_be32(options.at) == 0x0101080a) /* the usual layout */
		return options.at + 4;
	return options.len >= 10 ? find_option(options, OPT_STAMPS, 10, &size) : NULL;
}

static void see_sum(struct sc_tcp_offer *o, enum sc_sum sum)
{
	if (sum == SC_SUM_RIGHT)
		o->sums = SUMS_RIGHT;
	else if (o->sums < SUMS_TRIES)
		o->sums++;
}

struct sc_tcp_offer sc_tcp_offer(const struct sc_layers *l)
{
	size_t size;
	struct sc_tcp_offer o = { .seen = true };
	const char *scale = find_option(l->options, OPT_SCALE, 3, &size), *mss = find_option(l->options, OPT_MSS, 4, &size);
	o.stamps = find_option(l->options, OPT_STAMPS, 10, &size) != NULL;
	o.sacks = find_option(l->options, OPT_SACKS, 2, &size) != NULL;
	o.scales = scale != NULL;
	if (scale)
		o.shift = (uint8_t)*scale < MAX_SHIFT ? (uint8_t)*scale : MAX_SHIFT;
	o.mss = mss ? sc_load_be16(mss) : 0;
	see_sum(&o, sc_decode_sum(l));
	return o;
}

/* The checksum stands for what a packet holds; the IP identification tells a copy from a segment that was sent again. */
bool sc_receiver_mirrored(struct sc_receiver *r, const struct sc_layers *l, sc_time when)
{
	uint64_t mix = l->seq * UINT64_C(0x9e3779b97f4a7c15) ^ l->ack * UINT64_C(0xc2b2ae3d27d4eb4f) ^
		((uint64_t)l->wire_payload << 40 | (uint64_t)l->flags << 32 | (uint32_t)l->checksum << 16 | l->ip_id) *
		UINT64_C(0x165667b19e3779f9);
	uint32_t print = (uint32_t)(mix ^ mix >> 32), now = (uint32_t)(when / SC_US);
	bool telling = l->ip_id || l->wire_payload || (l->flags & (SC_TCP_SYN | SC_TCP_FIN));
	for (int i = 0; i < SC_MIRROR_COPIES && telling; i++)
		if (r->copy[i].print == print && now - r->copy[i].when_us <= MIRROR_US)
			return true;
	r->copy[r->copies].print = print;
	r->copy[r->copies].when_us = now;
	r->copies = (r->copies + 1) % SC_MIRROR_COPIES;
	return false;
}

static bool stamps_agreed(const struct sc_receiver *r, const struct sc_receiver *other)
{
	return r->offer.stamps && other->offer.stamps;
}

/* How far a timestamp lies behind another, on the circle of its values. */
static int32_t behind(uint32_t stamp, uint32_t other)
{
	return (int32_t)(other - stamp);
}

/* A stamp one less than the latest still passes with Linux. */
static bool stamp_is_old(const struct sc_receiver *r, const struct sc_receiver *other, const struct sc_layers *l)
{
	if (!r->stamped || !r->stamp || !stamps_agreed(r, other))
		return false;
	const char *stamps = find_stamps(l->options);
	return stamps && behind(sc_load_be32(stamps), r->stamp) > 1;
}

unsigned sc_receiver_judge(struct sc_receiver *r, const struct sc_receiver *other, const struct sc_layers *l)
{
	unsigned refusals = 0;
	if (r->offer.sums < SUMS_TRIES || r->offer.sums == SUMS_RIGHT) {
		enum sc_sum sum = sc_decode_sum(l);
		if (sum == SC_SUM_WRONG && r->offer.sums == SUMS_RIGHT)
			refusals |= SC_REFUSE_SUM;
		else if (r->offer.sums != SUMS_RIGHT)
			see_sum(&r->offer, sum);
	}
	if (!(l->flags & (SC_TCP_ACK | SC_TCP_SYN | SC_TCP_RST)))
		refusals |= SC_REFUSE_NO_ACK;
	if (!(l->flags & SC_TCP_RST) && stamp_is_old(r, other, l))
		refusals |= SC_REFUSE_OLD;
	return refusals;
}

/* The echo tells what the other side's receiver took; what came since and begins in its place counts too. */
static void learn_stamps(struct sc_receiver *r, struct sc_receiver *other, const struct sc_layers *l, bool begins_at_ack)
{
	const char *stamps = find_stamps(l->options);
	if (!stamps)
		return;
	uint32_t value = sc_load_be32(stamps);
	if (begins_at_ack && (!r->stamped || behind(value, r->stamp) <= 0)) {
		r->stamp = value;
		r->stamped = true;
	}
	if (l->flags & SC_TCP_ACK) {
		other->stamp = sc_load_be32(stamps + 4);
		other->stamped = true;
	}
}

int64_t sc_receiver_learn(struct sc_receiver *r, struct sc_receiver *other, const struct sc_layers *l, bool begins_at_ack)
{
	r->heard = true;
	if (stamps_agreed(r, other))
		learn_stamps(r, other, l, begins_at_ack);
	if (!r->offer.seen || !other->offer.seen)
		return -1;
	bool scaled = r->offer.scales && other->offer.scales && !(l->flags & SC_TCP_SYN);
	uint32_t window = (uint32_t)l->window << (scaled ? r->offer.shift : 0);
	if (window > r->widest && !(l->flags & SC_TCP_SYN))
		r->widest = window;
	return window;
}

int sc_receiver_sacks(const struct sc_layers *l, uint32_t blocks[4][2])
{
	size_t size = 0;
	const char *at = find_option(l->options, OPT_SACK, 0, &size);
	int n = at ? (int)((size - 2) / 8) : 0;
	for (int i = 0; i < n && i < 4; i++) {
		blocks[i][0] = sc_load_be32(at + i * 8);
		blocks[i][1] = sc_load_be32(at + i * 8 + 4);
	}
	return n < 4 ? n : 4;
}

void sc_receiver_distrust(struct sc_receiver *r)
{
	r->offer.sums = SUMS_TRIES;
}
