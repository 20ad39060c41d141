/* book.h - the stories that are known, in memory of a fixed size: found by sender and recipient, and listed by what is
 * still to come of them.  When there is no room the story that matters least is given up: what ended long ago, then what
 * nobody has tried again, then the rest; the oldest first. */
#ifndef SC_STORY_BOOK_H
#define SC_STORY_BOOK_H

#include "base/blocks.h"
#include "base/pool.h"
#include "story/join.h"

#define SC_BOOK_TRIES 24  /* attempts of a story of which session and addresses are kept */
#define SC_BOOK_WALK  64
#define SC_BOOK_TEXT  104 /* octets of both addresses that need no block */

enum sc_chapter {
	SC_CHAPTER_SETTLED, /* it ended and was told, or there is nothing to tell */
	SC_CHAPTER_STALE,   /* open, but no retry came in time */
	SC_CHAPTER_ENDING,  /* it ended, and is told when nothing follows */
	SC_CHAPTER_WAITING, /* open: a retry is due */
	SC_CHAPTERS
};

struct sc_story {
	uint64_t id, key;
	struct sc_past past;
	uint32_t attempts, accepted; /* how often it was tried, and taken */
	sc_time  delivered;          /* when it was taken first; SC_TIME_NONE */
	sc_time  returned;           /* when a delivery report brought it back; SC_TIME_NONE */
	struct sc_status returned_status;
	sc_time  turned;             /* when it came into its chapter */
	enum sc_chapter chapter;
	bool     guessed;            /* an attempt was joined without its name */
	bool     clouded;            /* an attempt may have been of this or another message */
	bool     told;               /* as it stands */
	bool     never_retried;
	bool     all_greylisted;     /* every attempt so far was put off with words that say so */
	bool     server_worked;      /* when the first was put off, the server took mail of others */
	uint16_t from_len, to_len;
	uint32_t tries;              /* kept behind the first and the last */
	uint32_t older, newer;       /* in the chapter: places + 1; 0: none */
	struct sc_block *block;      /* the addresses, when they are long */
	struct sc_book_try *first_try, *last_try; /* those between the first and the last */
	char     text[SC_BOOK_TEXT];
};

struct sc_book_try {
	struct sc_book_try *next;
	struct sc_try act;
};

struct sc_book_list {
	uint32_t oldest, newest;
};

/* Beside the stories, so that a walk through a bucket touches only the stories it asks for. */
struct sc_book_link {
	uint32_t tag;                /* of the key */
	uint32_t next, back;         /* in the bucket: places */
};

struct sc_book {
	struct sc_pool stories, tries;
	struct sc_blocks texts;
	struct sc_book_link *links;  /* by place */
	uint32_t *buckets;
	uint32_t  mask;
	struct sc_book_list chapters[SC_CHAPTERS];
	uint64_t given_up;           /* stories that had to make room before they were over */
};

bool sc_book_open(struct sc_book *b, uint64_t octets);
void sc_book_close(struct sc_book *b);

/* The stories of a sender and a recipient, the newest first; at most SC_BOOK_WALK of what shares their bucket is looked
 * at, so that any number of mails between two people costs no more. */
struct sc_book_walk {
	const struct sc_attempt *attempt;
	uint32_t place;
	unsigned steps;
};
struct sc_book_walk sc_book_walk(struct sc_book *b, const struct sc_attempt *a);
struct sc_story *sc_book_next(struct sc_book *b, struct sc_book_walk *w); /* NULL: that was the last */

/* The one to give up when there is no room for another; NULL while there is. */
struct sc_story *sc_book_least(struct sc_book *b);

/* Begins a story; there is room.  NULL: its addresses are long and cannot be kept. */
struct sc_story *sc_book_begin(struct sc_book *b, const struct sc_attempt *a, uint64_t id);
/* One more attempt. */
void sc_book_add(struct sc_book *b, struct sc_story *s, const struct sc_attempt *a);
void sc_book_turn(struct sc_book *b, struct sc_story *s, enum sc_chapter to, sc_time now);
void sc_book_remove(struct sc_book *b, struct sc_story *s);

struct sc_story *sc_book_oldest(struct sc_book *b, enum sc_chapter chapter); /* in it longest; NULL */

sc_str sc_story_from(const struct sc_story *s);
sc_str sc_story_to(const struct sc_story *s);

#endif
