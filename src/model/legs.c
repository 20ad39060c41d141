/* legs.c - keeps what identifies each transaction's message, and at the end finds for each leg the one before it.
 *
 * Header fields and replies are wire data and may lie: a queue id or Message-ID ties two legs only when nothing known of
 * both contradicts it, and a leg begins after the one it follows.  Queue ids are the best evidence, for servers write them
 * into the Received field that the next leg carries (RFC 5321 4.4); a Message-ID alone may belong to many copies of one
 * message, so the next leg must come from the server that took it.
 */
#include "model/legs.h"

#include "base/hash.h"
#include "base/memory.h"
#include "base/text.h"

#define KEPT_TEXT 200              /* octets of a name or an id that are kept */
#define WALK      64               /* candidates that are looked at */
#define PATIENCE  (3600 * SC_SECOND) /* by sender and size alone a relay hands on within */
#define GROWTH    4096             /* what a server adds to a message, at most */

enum chain { BY_QUEUE, BY_MESSAGE, BY_SENDER };

/* ---- keeping ---- */

static uint64_t hash_of(sc_str s)
{
	uint64_t hash = s.len ? sc_hash(0, s) : 0;
	return s.len && !hash ? 1 : hash;
}

static uint64_t address_hash(sc_str address)
{
	char folded[512];
	size_t at = sc_str_rfind(address, '@');
	if (address.len > sizeof(folded))
		return 0;
	for (size_t i = 0; i < address.len; i++)
		folded[i] = at != SIZE_MAX && i > at ? sc_lower(address.at[i]) : address.at[i];
	return hash_of((sc_str){ folded, address.len });
}

static sc_str keep(struct sc_legs *l, sc_str s)
{
	if (!s.at)
		return SC_STR_NONE;
	s = sc_str_slice(s, 0, KEPT_TEXT);
	if (s.len > l->size - l->used)
		return SC_STR_NONE;
	char *to = l->texts + l->used;
	memcpy(to, s.at, s.len);
	l->used += s.len;
	return (sc_str){ to, s.len };
}

static uint32_t *place_of(struct sc_legs *l, uint64_t session, uint64_t n)
{
	uint64_t key[] = { session, n };
	uint64_t at = sc_hash(0, (sc_str){ (const char *)key, sizeof(key) });
	uint32_t *place = &l->places[at & l->mask];
	while (*place && (l->items[*place - 1].session != session || l->items[*place - 1].n != n))
		place = &l->places[++at & l->mask];
	return place;
}

static struct sc_leg *touch(struct sc_legs *l, const struct sc_event *ev, uint64_t n)
{
	uint32_t *place = place_of(l, ev->head->session, n);
	if (*place)
		return &l->items[*place - 1];
	if (l->count == l->room) {
		l->lost += ev->kind == SC_EVENT_transaction;
		return NULL;
	}
	struct sc_leg *leg = &l->items[l->count++];
	*place = l->count;
	*leg = (struct sc_leg){ .session = ev->head->session, .n = n, .client = ev->head->client, .server = ev->head->server,
		.begin = ev->when, .end = ev->when, .size = SC_NONE };
	return leg;
}

static void add_message(struct sc_legs *l, const struct sc_event *ev)
{
	const struct sc_ev_message *m = ev->body;
	struct sc_leg *leg = touch(l, ev, m->n);
	if (!leg || leg->hops)
		return;
	leg->message_id = keep(l, m->message_id);
	leg->h_message = hash_of(m->message_id);
	const struct sc_ev_hop *hops = m->hops.items;
	leg->hops = m->hops.count < SC_LEG_HOPS ? m->hops.count : SC_LEG_HOPS;
	for (uint32_t i = 0; i < leg->hops; i++)
		leg->h_hops[i] = hash_of(hops[i].id);
}

static void add_delivery(struct sc_legs *l, const struct sc_event *ev)
{
	const struct sc_ev_delivery *d = ev->body;
	struct sc_leg *leg = touch(l, ev, d->n);
	if (leg && !leg->host.at)
		leg->host = keep(l, d->greeting_host);
	if (!leg || leg->h_message || !d->message_id.len)
		return;
	leg->message_id = keep(l, d->message_id);
	leg->h_message = hash_of(d->message_id);
}

static void add_recipients(struct sc_legs *l, struct sc_leg *leg, const struct sc_list *list)
{
	const struct sc_ev_recipient *r = list->items;
	for (uint32_t i = 0; i < list->count; i++) {
		if (i < SC_LEG_RECIPIENTS)
			leg->h_to[i] = address_hash(r[i].rcpt_to);
		leg->accepted += r[i].outcome && strcmp(r[i].outcome, "accepted") == 0;
	}
	leg->recipients = list->count;
	leg->to = list->count ? keep(l, r[0].rcpt_to) : SC_STR_NONE;
}

static void add_transaction(struct sc_legs *l, const struct sc_event *ev)
{
	const struct sc_ev_transaction *t = ev->body;
	struct sc_leg *leg = touch(l, ev, t->n);
	if (!leg || leg->outcome)
		return;
	leg->outcome = t->outcome ? t->outcome : "unknown";
	leg->end = ev->when;
	sc_time took = t->timing.total_ms;
	leg->begin = took > 0 && took <= ev->when ? ev->when - took : ev->when; /* clocks jump */
	leg->size = t->size;
	leg->helo = keep(l, t->helo);
	leg->from = keep(l, t->mail_from);
	leg->queue_id = keep(l, t->queue_id);
	leg->h_from = t->mail_from.at ? address_hash(t->mail_from) | 1 : 0;
	leg->h_queue = hash_of(t->queue_id);
	add_recipients(l, leg, &t->recipients);
}

void sc_legs_add(struct sc_legs *l, const struct sc_event *ev)
{
	if (!ev->head || l->joined)
		return;
	if (ev->kind == SC_EVENT_message)
		add_message(l, ev);
	else if (ev->kind == SC_EVENT_delivery)
		add_delivery(l, ev);
	else if (ev->kind == SC_EVENT_transaction)
		add_transaction(l, ev);
}

/* ---- order ---- */

static bool begins_before(const struct sc_leg *a, const struct sc_leg *b)
{
	return a->begin != b->begin ? a->begin < b->begin : a->session != b->session ? a->session < b->session : a->n < b->n;
}

static void sift(struct sc_leg *items, size_t from, size_t count)
{
	struct sc_leg moved = items[from];
	size_t i = from, next;
	while ((next = 2 * i + 1) < count) {
		next += next + 1 < count && begins_before(&items[next], &items[next + 1]);
		if (!begins_before(&moved, &items[next]))
			break;
		items[i] = items[next];
		i = next;
	}
	items[i] = moved;
}

/* Makes a heap, and takes the last leg out of it until none is left.  True: they are in order. */
static bool sort_on(struct sc_legs *l, uint32_t *steps)
{
	for (; l->heap && *steps; --*steps)
		sift(l->items, --l->heap, l->count);
	for (; l->unsorted > 1 && *steps; --*steps) {
		struct sc_leg last = l->items[--l->unsorted];
		l->items[l->unsorted] = l->items[0];
		l->items[0] = last;
		sift(l->items, 0, l->unsorted);
	}
	return !l->heap && l->unsorted <= 1;
}

/* ---- tying ---- */

static uint64_t key_of(const struct sc_leg *leg, enum chain by)
{
	return by == BY_QUEUE ? leg->h_queue : by == BY_MESSAGE ? leg->h_message : leg->h_from;
}

static struct sc_leg **bucket_of(struct sc_legs *l, uint64_t key, enum chain by)
{
	return &l->buckets[(key ^ (uint64_t)by * UINT64_C(0x9e3779b97f4a7c15)) & l->mask];
}

static void enter(struct sc_legs *l, struct sc_leg *leg)
{
	for (int by = BY_QUEUE; by <= BY_SENDER; by++) {
		uint64_t key = key_of(leg, (enum chain)by);
		struct sc_leg **bucket = bucket_of(l, key, (enum chain)by);
		if (!key)
			continue;
		leg->chain[by] = *bucket;
		*bucket = leg;
	}
}

static bool other_message(const struct sc_leg *a, const struct sc_leg *b)
{
	return a->h_message && b->h_message && a->h_message != b->h_message;
}

/* What the next leg carries was taken: by the server that now hands it on. */
static bool hands_on(const struct sc_leg *before, const struct sc_leg *leg)
{
	return before->accepted && sc_ip_equal(&before->server.ip, &leg->client.ip);
}

static bool share_recipient(const struct sc_leg *a, const struct sc_leg *b)
{
	for (size_t i = 0; i < SC_LEG_RECIPIENTS; i++)
		for (size_t j = 0; j < SC_LEG_RECIPIENTS; j++)
			if (a->h_to[i] && a->h_to[i] == b->h_to[j])
				return true;
	return false;
}

static bool fits_envelope(const struct sc_leg *before, const struct sc_leg *leg)
{
	bool grown = before->size != SC_NONE && leg->size != SC_NONE && leg->size >= before->size &&
		leg->size - before->size <= GROWTH;
	return grown && hands_on(before, leg) && share_recipient(before, leg) && leg->begin - before->begin <= PATIENCE;
}

/* A gateway may write another Message-ID; then the queue id is believed only of the server that now hands the message on, for
 * a recipient it was taken for, and soon. */
static bool rewrites(const struct sc_leg *before, const struct sc_leg *leg)
{
	return hands_on(before, leg) && share_recipient(before, leg) && leg->begin - before->begin <= PATIENCE;
}

static bool ties(const struct sc_leg *before, const struct sc_leg *leg, enum chain by)
{
	bool other = other_message(before, leg);
	if (before->session == leg->session || (other && by != BY_QUEUE))
		return false;
	if (by == BY_QUEUE)
		return before->accepted && (!other || rewrites(before, leg));
	return by == BY_MESSAGE ? hands_on(before, leg) : fits_envelope(before, leg);
}

/* One of its next legs went to a recipient of this one: what came once goes on once. */
static bool went_on(const struct sc_leg *before, const struct sc_leg *leg)
{
	for (const struct sc_leg *next = before->first; next; next = next->next)
		if (next->accepted && share_recipient(next, leg))
			return true;
	return false;
}

/* Of two that would do: the one whose server hands on, that names the message, and that was for the same recipient. */
static unsigned weight(const struct sc_leg *before, const struct sc_leg *leg)
{
	bool shares = share_recipient(before, leg), named = leg->h_message && before->h_message == leg->h_message;
	return hands_on(before, leg) * 8u + named * 4u + shares * 2u + (shares && !went_on(before, leg));
}

/* The leg with that key that may come before, the best and among equal ones the earliest; `*count` tells how many of the
 * best there are. */
static struct sc_leg *find(struct sc_legs *l, const struct sc_leg *leg, uint64_t key, enum chain by, unsigned *count)
{
	struct sc_leg *found = NULL, *c = key ? *bucket_of(l, key, by) : NULL;
	unsigned best = 0;
	*count = 0;
	for (unsigned steps = 0; c && steps < WALK; c = c->chain[by], steps++) {
		if (key_of(c, by) != key || !ties(c, leg, by))
			continue;
		unsigned w = weight(c, leg);
		*count = found && w == best ? *count + 1 : !found || w > best ? 1 : *count;
		found = !found || w >= best ? c : found;
		best = w > best ? w : best;
	}
	return found;
}

static struct sc_leg *find_before(struct sc_legs *l, struct sc_leg *leg)
{
	unsigned count = 0;
	struct sc_leg *before = NULL;
	for (uint32_t hop = 0; !before && hop < leg->hops; hop++) {
		before = find(l, leg, leg->h_hops[hop], BY_QUEUE, &count);
		leg->unseen = before ? hop : 0;
		leg->tie = before ? SC_LEG_QUEUE_ID : SC_LEG_FIRST;
	}
	if (!before) {
		before = find(l, leg, leg->h_message, BY_MESSAGE, &count);
		leg->tie = before ? SC_LEG_MESSAGE_ID : SC_LEG_FIRST;
	}
	leg->doubtful = count > 1;
	if (before)
		return before;
	before = find(l, leg, leg->h_from, BY_SENDER, &count);
	leg->doubtful = false;
	if (count != 1) /* two would do: none is named */
		return NULL;
	leg->tie = SC_LEG_ENVELOPE;
	return before;
}

static void append(struct sc_leg *before, struct sc_leg *leg)
{
	leg->before = before;
	if (before->last)
		before->last->next = leg;
	else
		before->first = leg;
	before->last = leg;
}

/* Sorting moved them. */
static void place_again(struct sc_legs *l)
{
	memset(l->places, 0, ((size_t)l->mask + 1) * sizeof(*l->places));
	for (uint32_t i = 0; i < l->count; i++)
		*place_of(l, l->items[i].session, l->items[i].n) = i + 1;
}

static void tie(struct sc_legs *l, struct sc_leg *leg)
{
	struct sc_leg *before = leg->outcome ? find_before(l, leg) : NULL;
	if (before)
		append(before, leg);
	if (leg->outcome)
		enter(l, leg);
}

bool sc_legs_join_on(struct sc_legs *l, uint32_t steps)
{
	if (!l->joined) {
		l->joined = true;
		l->heap = l->count / 2;
		l->unsorted = l->count;
	}
	if (!sort_on(l, &steps))
		return false;
	if (!l->placed)
		place_again(l);
	l->placed = true;
	for (; l->tied < l->count && steps; steps--)
		tie(l, &l->items[l->tied++]);
	return l->tied == l->count;
}

void sc_legs_join(struct sc_legs *l)
{
	while (!sc_legs_join_on(l, 1u << 16))
		;
}

const struct sc_leg *sc_legs_root(struct sc_legs *l, uint64_t session, uint64_t n)
{
	uint32_t place = l->joined ? *place_of(l, session, n) : 0;
	const struct sc_leg *leg = place ? &l->items[place - 1] : NULL;
	while (leg && leg->before)
		leg = leg->before;
	return leg;
}

const struct sc_leg *sc_legs_walk(const struct sc_leg *leg, unsigned *depth)
{
	if (leg->first) {
		++*depth;
		return leg->first;
	}
	while (leg && !leg->next) {
		leg = leg->before;
		*depth -= leg ? 1 : 0;
	}
	return leg ? leg->next : NULL;
}

/* ---- opening, closing ---- */

bool sc_legs_open(struct sc_legs *l, uint64_t octets)
{
	uint64_t room = octets / (sizeof(struct sc_leg) + KEPT_TEXT + 4 * sizeof(void *));
	*l = (struct sc_legs){ .mask = 1 };
	l->room = room < 16 ? 16 : room > 1u << 24 ? 1u << 24 : (uint32_t)room;
	while (l->mask < 2 * l->room)
		l->mask *= 2;
	l->size = (size_t)l->room * KEPT_TEXT;
	l->items = sc_memory_take(l->room * sizeof(*l->items));
	l->places = sc_memory_take(l->mask * sizeof(*l->places));
	l->buckets = sc_memory_take(l->mask * sizeof(*l->buckets));
	l->texts = sc_memory_take(l->size);
	l->mask--;
	return l->items && l->places && l->buckets && l->texts;
}

void sc_legs_close(struct sc_legs *l)
{
	sc_memory_give(l->items);
	sc_memory_give(l->places);
	sc_memory_give(l->buckets);
	sc_memory_give(l->texts);
	*l = (struct sc_legs){ .count = 0 };
}
