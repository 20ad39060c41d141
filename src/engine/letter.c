/* letter.c - which run of text belongs to which message; see letter.h.
 *
 * A message is known by where it began in the client's stream.  It is read before its fate is known and told when
 * its transaction ends, before its recipients are, each with the Message-ID; then its memory is given back.
 */
#include "engine/letter.h"

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
		sc_message_feed(x->message, run->bytes);
		break;
	case SC_TEXT_GAP:
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
