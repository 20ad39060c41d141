/* join.c - the evidence for and against two attempts being of one message.
 *
 * A wrong join is worse than a missed one, so everything that is known of both must agree: Message-ID, envelope id
 * (RFC 3461 4.4), the beginning of a text that has a Date and no Message-ID, declared and real size.  Names are proof, unless the sizes lie far apart, for some programs name all their
 * messages alike; sizes are evidence; sender, recipient, client and time alone are evidence only while a retry is due.
 *
 * Two deliveries of one message need not be two attempts: a relay hands on what it has accepted, with the same sender,
 * recipient and Message-ID.  So the client of an attempt was never the server of another one of its story, nor the other
 * way round; and once a server has accepted the message, only a second copy to that same server is an attempt.
 */
#include "story/join.h"

#include "base/text.h"
#include "story/net.h"

#define QUEUE_LIFE (5 * 86400 * SC_SECOND) /* how long servers keep trying (RFC 5321 4.5.4.1) */
#define DAY        (86400 * SC_SECOND)
#define GROWTH     4096                    /* octets that relays of the client's may add to a message between two tries */
#define RETRY_DUE  (4 * 3600 * SC_SECOND)  /* with nothing but sender and recipient: the longest usual pause between tries */

/* Both known, and not the same. */
static bool differ(uint64_t a, uint64_t b, uint64_t unknown)
{
	return a != unknown && b != unknown && a != b;
}

static bool agree(uint64_t a, uint64_t b, uint64_t unknown)
{
	return a != unknown && a == b;
}

/* SIZE is the client's estimate: it may be off by its line ends, or by a header field added later. */
static bool too_far(uint64_t declared, uint64_t size)
{
	uint64_t far = declared > size ? declared - size : size - declared;
	return declared != SC_NONE && size != SC_NONE && far > 1024 + size / 10;
}

static bool other_name(const struct sc_identity *p, const struct sc_identity *a)
{
	return differ(p->message_id, a->message_id, 0) || differ(p->envelope_id, a->envelope_id, 0) ||
		differ(p->opening, a->opening, 0);
}

/* Without a name: the same text, as far as it is looked at, and as long. */
static bool same_text(const struct sc_identity *p, const struct sc_identity *a)
{
	return agree(p->opening, a->opening, 0) && agree(p->size, a->size, SC_NONE);
}

static bool same_name(const struct sc_identity *p, const struct sc_identity *a)
{
	return agree(p->message_id, a->message_id, 0) || agree(p->envelope_id, a->envelope_id, 0);
}

static bool other_size(const struct sc_identity *p, const struct sc_identity *a)
{
	return differ(p->declared, a->declared, SC_NONE) || differ(p->size, a->size, SC_NONE) ||
		too_far(p->declared, a->size) || too_far(a->declared, p->size);
}

/* Further than what relays write into a message on its way. */
static bool far_apart(uint64_t a, uint64_t b)
{
	return a != SC_NONE && b != SC_NONE && (a > b ? a - b : b - a) > GROWTH;
}

static bool same_size(const struct sc_identity *p, const struct sc_identity *a)
{
	return agree(p->declared, a->declared, SC_NONE) || agree(p->size, a->size, SC_NONE);
}

/* The same client, one beside it, or one of the same name. */
static bool related(const struct sc_past *p, const struct sc_attempt *a)
{
	return sc_net_same(&p->first.client, &a->act.client) || sc_net_same(&p->last.client, &a->act.client) ||
		agree(p->who.helo, a->who.helo, 0);
}

/* What one hop sent is what the next hop got: no attempt beside it but a leg behind it. */
static bool other_leg(const struct sc_past *p, const struct sc_attempt *a)
{
	return sc_ip_equal(&p->first.server, &a->act.client) || sc_ip_equal(&p->last.server, &a->act.client) ||
		sc_ip_equal(&p->first.client, &a->act.server) || sc_ip_equal(&p->last.client, &a->act.server);
}

bool sc_join_open(const struct sc_past *p)
{
	return p->last.fate != SC_FATE_accepted && p->last.fate != SC_FATE_rejected;
}

/* A retry is due: the client knows that it has not delivered the message. */
static bool is_due(const struct sc_past *p)
{
	return p->last.fate == SC_FATE_deferred || p->last.fate == SC_FATE_aborted || p->last.fate == SC_FATE_in_doubt;
}

static enum sc_join by_name(const struct sc_past *p, const struct sc_attempt *a, sc_time pause)
{
	const struct sc_identity *x = &p->who, *y = &a->who;
	if (far_apart(x->size, y->size) || far_apart(x->declared, y->declared))
		return SC_JOIN_NO;
	if (sc_join_open(p))
		return pause <= QUEUE_LIFE ? SC_JOIN_YES : SC_JOIN_NO;
	bool again = sc_ip_equal(&p->last.server, &a->act.server) && related(p, a) && !other_size(x, y);
	return again && pause <= DAY ? SC_JOIN_YES : SC_JOIN_NO;
}

enum sc_join sc_join_judge(const struct sc_past *p, const struct sc_attempt *a)
{
	sc_time pause = a->act.when - p->last.when;
	if (other_name(&p->who, &a->who) || other_leg(p, a))
		return SC_JOIN_NO;
	if (same_name(&p->who, &a->who))
		return by_name(p, a, pause);
	if (same_text(&p->who, &a->who))
		return by_name(p, a, pause) == SC_JOIN_YES ? SC_JOIN_LIKELY : SC_JOIN_NO;
	/* What a client tries again it tries over another connection; what follows in the same one is the next message,
	 * or cannot be told from it. */
	if (!is_due(p) || !related(p, a) || other_size(&p->who, &a->who) || p->last.session == a->act.session)
		return SC_JOIN_NO;
	if (same_size(&p->who, &a->who))
		return pause <= QUEUE_LIFE ? SC_JOIN_LIKELY : SC_JOIN_NO;
	return pause <= RETRY_DUE && a->from.len ? SC_JOIN_MAYBE : SC_JOIN_NO;
}
