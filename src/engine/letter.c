/* letter.c - which run of text belongs to which message; see letter.h.
 *
 * A message is known by where it began in the client's stream.  It is read before its fate is known and told when
 * its transaction ends, before its recipients are, each with the Message-ID; then its memory is given back.
 */
#include "engine/letter.h"

#include "base/hash.h"

#define OPENING 1024u /* octets */

static void give_up(struct sc_letter *x)
{
	if (x->message)
		sc_message_close(x->message);
	*x = (struct sc_letter){ .message = NULL };
}

static struct sc_letter *find(struct sc_letters *l, uint64_t begin)
{
	for (int i = 0; i < SC_LETTERS; i++)
		if (l->items[i].used && l->items[i].begin == begin)
			return &l->items[i];
	return NULL;
}

/* A free slot, or that of the message that began first. */
static struct sc_letter *room(struct sc_letters *l)
{
	struct sc_letter *oldest = &l->items[0];
	for (int i = 0; i < SC_LETTERS; i++) {
		if (!l->items[i].used)
			return &l->items[i];
		if (l->items[i].begin < oldest->begin)
			oldest = &l->items[i];
	}
	give_up(oldest);
	return oldest;
}

/* Eight octets at a time, wherever the runs are cut. */
static void hash_opening(struct sc_opening *o, sc_str run)
{
	run = sc_str_slice(run, 0, OPENING - o->octets);
	for (size_t i = 0; i < run.len; i++) {
		o->word = o->word << 8 | (unsigned char)run.at[i];
		if (++o->octets % 8)
			continue;
		o->hash = (o->hash ^ o->word) * UINT64_C(0x9E3779B97F4A7C15); /* odd: nothing is lost */
		o->hash ^= o->hash >> 32;
	}
}

/* Without a Date, too, a text may be another one in the same words, as programs send them. */
struct sc_text_name sc_letter_name(const struct sc_letter *x, uint64_t seed)
{
	const struct sc_opening *o = &x->opening;
	struct sc_text_name name = { .message_id = sc_message_id(x->message) };
	uint64_t words[2] = { o->hash, o->word ^ o->octets };
	if (!name.message_id.len && sc_message_dated(x->message) && o->octets && !o->torn)
		name.opening = sc_hash_pair(seed, words);
	return name;
}

static void feed_octets(struct sc_letter *x, sc_str run)
{
	if (!sc_message_id(x->message).len)
		hash_opening(&x->opening, run);
	sc_message_feed(x->message, run);
}

void sc_letters_feed(struct sc_letters *l, const struct sc_message_host *host, const struct sc_text_run *run)
{
	struct sc_letter *x = find(l, run->begin);
	if (!x) {
		x = room(l);
		*x = (struct sc_letter){ .used = true, .begin = run->begin, .first = run->packet };
		x->message = sc_message_open(host, run->stuffed);
	}
	x->last = run->packet;
	if (!x->message)
		return;
	switch (run->kind) {
	case SC_TEXT_OCTETS:
		feed_octets(x, run->bytes);
		break;
	case SC_TEXT_GAP:
		x->opening.torn |= x->opening.octets < OPENING;
		sc_message_gap(x->message);
		break;
	case SC_TEXT_END:
		sc_message_end(x->message);
		break;
	}
}

const struct sc_letter *sc_letters_take(struct sc_letters *l, uint64_t begin)
{
	for (int i = 0; i < SC_LETTERS; i++)
		if (l->items[i].used && l->items[i].begin < begin)
			give_up(&l->items[i]);
	struct sc_letter *x = find(l, begin);
	if (x)
		x->told = true;
	return x && x->message ? x : NULL;
}

void sc_letters_settle(struct sc_letters *l)
{
	for (int i = 0; i < SC_LETTERS; i++) {
		struct sc_letter *x = &l->items[i];
		if (x->told && x->message)
			sc_message_close(x->message);
		x->message = x->told ? NULL : x->message; /* the slot stays: more of the same text is not another message */
	}
}

void sc_letters_close(struct sc_letters *l)
{
	for (int i = 0; i < SC_LETTERS; i++)
		give_up(&l->items[i]);
}
