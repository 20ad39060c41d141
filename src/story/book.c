/* book.c - pools of stories and of their attempts, a hash table by key, a list by age for each chapter; see book.h.
 *
 * Owns copies of addresses: short ones lie in the story, long ones in a block.  Everything is taken when the book is
 * opened.  Keys are keyed hashes; addresses are compared as well, so two keys that collide join nothing.
 */
#include "story/book.h"

#include "base/memory.h"

static struct sc_story *at(const struct sc_book *b, uint32_t place)
{
	return place ? sc_pool_at(&b->stories, place - 1) : NULL;
}

static uint32_t place_of(const struct sc_book *b, const struct sc_story *s)
{
	return sc_pool_index(&b->stories, s) + 1;
}

/* ---- opening, closing ---- */

/* A hundredth for long addresses, a fifth for attempts, the rest for stories and their buckets. */
bool sc_book_open(struct sc_book *b, uint64_t octets)
{
	uint64_t stories = octets / 100 * 79 / (sizeof(struct sc_story) + sizeof(struct sc_book_link) + 2 * sizeof(uint32_t));
	uint64_t tries = octets / 5 / sizeof(struct sc_book_try);
	uint32_t buckets = 1;
	*b = (struct sc_book){ .given_up = 0 };
	stories = stories < 16 ? 16 : stories > 1u << 26 ? 1u << 26 : stories;
	tries = tries < 16 ? 16 : tries > 1u << 26 ? 1u << 26 : tries;
	while (buckets < stories)
		buckets *= 2;
	b->mask = buckets - 1;
	b->buckets = sc_memory_take(buckets * sizeof(uint32_t));
	b->links = sc_memory_take((stories + 1) * sizeof(struct sc_book_link));
	return b->buckets && b->links && sc_pool_open(&b->stories, sizeof(struct sc_story), (uint32_t)stories) &&
		sc_pool_open(&b->tries, sizeof(struct sc_book_try), (uint32_t)tries) && sc_blocks_open(&b->texts, octets / 100);
}

void sc_book_close(struct sc_book *b)
{
	sc_memory_give(b->buckets);
	sc_memory_give(b->links);
	sc_pool_close(&b->stories);
	sc_pool_close(&b->tries);
	sc_blocks_close(&b->texts);
	b->buckets = NULL;
	b->links = NULL;
}

/* ---- lists ---- */

static void leave(struct sc_book *b, struct sc_story *s)
{
	struct sc_book_list *list = &b->chapters[s->chapter];
	*(s->older ? &at(b, s->older)->newer : &list->oldest) = s->newer;
	*(s->newer ? &at(b, s->newer)->older : &list->newest) = s->older;
	s->older = s->newer = 0;
}

static void enter(struct sc_book *b, struct sc_story *s, enum sc_chapter to, sc_time now)
{
	struct sc_book_list *list = &b->chapters[to];
	uint32_t place = place_of(b, s);
	s->chapter = to;
	s->turned = now;
	s->older = list->newest;
	*(list->newest ? &at(b, list->newest)->newer : &list->oldest) = place;
	list->newest = place;
}

void sc_book_turn(struct sc_book *b, struct sc_story *s, enum sc_chapter to, sc_time now)
{
	leave(b, s);
	enter(b, s, to, now);
}

struct sc_story *sc_book_oldest(struct sc_book *b, enum sc_chapter chapter)
{
	return at(b, b->chapters[chapter].oldest);
}

struct sc_story *sc_book_least(struct sc_book *b)
{
	struct sc_story *s = NULL;
	if (b->stories.taken < b->stories.count)
		return NULL;
	for (int chapter = 0; !s && chapter < SC_CHAPTERS; chapter++)
		s = sc_book_oldest(b, (enum sc_chapter)chapter);
	return s;
}

/* ---- by key ---- */

static uint32_t *bucket_of(struct sc_book *b, uint64_t key)
{
	return &b->buckets[key & b->mask];
}

sc_str sc_story_from(const struct sc_story *s)
{
	return (sc_str){ s->block ? s->block->data : s->text, s->from_len };
}

sc_str sc_story_to(const struct sc_story *s)
{
	return (sc_str){ (s->block ? s->block->data : s->text) + s->from_len, s->to_len };
}

static uint32_t tag_of(uint64_t key)
{
	return (uint32_t)(key >> 32);
}

static bool is_of(const struct sc_story *s, const struct sc_attempt *a)
{
	return s->key == a->key && sc_attempt_same_address(sc_story_from(s), a->from) &&
		sc_attempt_same_address(sc_story_to(s), a->to);
}

struct sc_book_walk sc_book_walk(struct sc_book *b, const struct sc_attempt *a)
{
	return (struct sc_book_walk){ a, *bucket_of(b, a->key), 0 };
}

struct sc_story *sc_book_next(struct sc_book *b, struct sc_book_walk *w)
{
	uint32_t tag = tag_of(w->attempt->key);
	while (w->place && w->steps++ < SC_BOOK_WALK) {
		const struct sc_book_link *link = &b->links[w->place];
		struct sc_story *s = link->tag == tag ? at(b, w->place) : NULL;
		w->place = link->next;
		if (s && is_of(s, w->attempt))
			return s;
	}
	return NULL;
}

/* ---- stories ---- */

static void join_bucket(struct sc_book *b, const struct sc_story *s)
{
	uint32_t *first = bucket_of(b, s->key), place = place_of(b, s);
	b->links[place] = (struct sc_book_link){ tag_of(s->key), *first, 0 };
	if (*first)
		b->links[*first].back = place;
	*first = place;
}

static void leave_bucket(struct sc_book *b, const struct sc_story *s)
{
	struct sc_book_link *link = &b->links[place_of(b, s)];
	*(link->back ? &b->links[link->back].next : bucket_of(b, s->key)) = link->next;
	if (link->next)
		b->links[link->next].back = link->back;
}

static bool keep_addresses(struct sc_book *b, struct sc_story *s, const struct sc_attempt *a)
{
	size_t octets = a->from.len + a->to.len;
	if (octets > SC_BOOK_TEXT) {
		s->block = sc_blocks_take(&b->texts, octets);
		if (!s->block)
			return false;
	}
	char *to = s->block ? s->block->data : s->text;
	s->from_len = (uint16_t)a->from.len;
	s->to_len = (uint16_t)a->to.len;
	memcpy(to, a->from.at, a->from.len);
	memcpy(to + a->from.len, a->to.at, a->to.len);
	return true;
}

static void count(struct sc_story *s, const struct sc_try *act)
{
	s->attempts++;
	s->all_greylisted = act->greylisted && (s->all_greylisted || s->attempts == 1);
	if (act->fate != SC_FATE_accepted)
		return;
	s->accepted++;
	if (s->delivered == SC_TIME_NONE)
		s->delivered = act->when;
}

struct sc_story *sc_book_begin(struct sc_book *b, const struct sc_attempt *a, uint64_t id)
{
	struct sc_story *s = sc_pool_take(&b->stories);
	SC_ASSERT(s);
	if (!keep_addresses(b, s, a)) {
		sc_pool_give(&b->stories, s);
		return NULL;
	}
	s->id = id;
	s->key = a->key;
	s->past = (struct sc_past){ .who = a->who, .first = a->act, .last = a->act };
	s->delivered = s->returned = SC_TIME_NONE;
	count(s, &a->act);
	join_bucket(b, s);
	enter(b, s, SC_CHAPTER_WAITING, a->act.when);
	return s;
}

static void fill_in(struct sc_identity *known, const struct sc_identity *more)
{
	known->message_id = known->message_id ? known->message_id : more->message_id;
	known->envelope_id = known->envelope_id ? known->envelope_id : more->envelope_id;
	known->opening = known->opening ? known->opening : more->opening;
	known->declared = known->declared != SC_NONE ? known->declared : more->declared;
	known->size = known->size != SC_NONE ? known->size : more->size;
	known->helo = known->helo ? known->helo : more->helo;
}

/* What was the last attempt becomes one of those between. */
static void keep_last(struct sc_book *b, struct sc_story *s)
{
	struct sc_book_try *t = s->attempts > 1 && s->tries < SC_BOOK_TRIES ? sc_pool_take(&b->tries) : NULL;
	if (!t)
		return;
	t->act = s->past.last;
	if (s->last_try)
		s->last_try->next = t;
	else
		s->first_try = t;
	s->last_try = t;
	s->tries++;
}

void sc_book_add(struct sc_book *b, struct sc_story *s, const struct sc_attempt *a)
{
	keep_last(b, s);
	s->past.last = a->act;
	fill_in(&s->past.who, &a->who);
	count(s, &a->act);
	s->told = false;
}

void sc_book_remove(struct sc_book *b, struct sc_story *s)
{
	leave_bucket(b, s);
	leave(b, s);
	while (s->first_try) {
		struct sc_book_try *t = s->first_try;
		s->first_try = t->next;
		sc_pool_give(&b->tries, t);
	}
	if (s->block)
		sc_blocks_give(&b->texts, s->block);
	sc_pool_give(&b->stories, s);
}
